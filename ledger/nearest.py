"""A word that was probably meant, for messages that say what would be right."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

_ALIKE = 0.6
_LONGEST = 60


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean eu-gdpr?)`` where one of ``known`` is like ``word``, or else nothing."""
    names = {name.lower(): name for name in known}
    found = get_close_matches(word[:_LONGEST].lower(), names, 1, _ALIKE)
    return f" (did you mean {names[found[0]]}?)" if found else ""
