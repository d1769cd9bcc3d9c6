"""Fixed sentences in English and Korean: one way to look them up, to make them later, and to read them back.

A table holds pairs, English first, with values in braces. What the core says of a check is kept as a ``Phrase`` and
becomes text when somebody reads it. A sentence that came over a wire stands there in English: ``read`` finds its
values again, so that it can be told in Korean without a second table.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from string import Formatter
from typing import Self, TypeAlias

from ledger.words import Language, pick

Pair: TypeAlias = tuple[str, str]
MAX_READ = 2_000
"""Longer texts are not read back: whoever sent them could make that slow."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A fixed sentence with its values; a value may be a phrase itself."""

    pair: Pair
    values: tuple[tuple[str, object], ...] = ()

    @classmethod
    def of(cls, pair: Pair, /, **values: object) -> Self:
        """``pair`` with its values by name."""
        return cls(pair, tuple(values.items()))

    def told(self, lang: Language) -> str:
        """The sentence in a language."""
        return pick(self.pair, lang).format(**{name: _told(value, lang) for name, value in self.values})


Said: TypeAlias = "Phrase | str"
"""What is said: a fixed sentence, or words of which there is one language alone, such as an error's."""


def told(said: Said, lang: Language) -> str:
    """What is said, in Korean where there is Korean."""
    return said if isinstance(said, str) else said.told(lang)


def joined(parts: Iterable[Said], between: Pair = (", ", ", ")) -> Phrase:
    """Several sentences or words as one, ``between`` each two."""
    names = {f"p{number}": part for number, part in enumerate(parts)}
    english, korean = (mark.join(f"{{{name}}}" for name in names) for mark in between)
    return Phrase.of((english, korean), **names)


def _told(value: object, lang: Language) -> object:
    return value.told(lang) if isinstance(value, Phrase) else value


class Phrases:
    """A table of fixed words or sentences."""

    def __init__(self, pairs: Mapping[str, Pair]) -> None:
        self.pairs = pairs

    def word(self, name: str, lang: Language) -> str:
        """An entry as it stands."""
        return pick(self.pairs[name], lang)

    def phrase(self, name: str, lang: Language, /, **values: object) -> str:
        """A sentence with its values."""
        return pick(self.pairs[name], lang).format(**values)

    def say(self, name: str, /, **values: object) -> Phrase:
        """A sentence to be told later."""
        return Phrase.of(self.pairs[name], **values)

    def read(self, text: str, names: Iterable[str]) -> Phrase | None:
        """The first of the sentences ``names`` that ``text`` is in English; None where it is none of them."""
        for name in names if len(text) <= MAX_READ else ():
            found = _pattern(self.pairs[name][0]).fullmatch(text)
            if found is not None:
                return Phrase.of(self.pairs[name], **found.groupdict())
        return None


@lru_cache(maxsize=512)
def _pattern(english: str) -> re.Pattern[str]:
    """What a sentence can look like once its values stand in it."""
    parts = Formatter().parse(english)
    made = (re.escape(fixed) + (f"(?P<{name}>.+)" if name is not None else "") for fixed, name, _, _ in parts)
    return re.compile("".join(made), re.DOTALL)
