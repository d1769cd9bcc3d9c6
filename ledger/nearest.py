"""A word that was probably meant, for messages that say what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from os.path import commonprefix

_ALIKE = 0.6
_LONGEST = 60
_BEGINNING = 0.3
"""What a common beginning adds: of a made-up longer name the one that it begins with is meant."""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean eu-gdpr?)`` where one of ``known`` is like ``word``, or else nothing."""
    given = word[:_LONGEST].lower()
    scored = []
    for name in known:
        alike = SequenceMatcher(None, name.lower(), given).ratio()
        if alike >= _ALIKE:
            begun = len(commonprefix([name.lower(), given])) / min(len(name), len(given))
            scored.append((alike + _BEGINNING * begun, name))
    return f" (did you mean {max(scored)[1]}?)" if scored else ""
