"""What a person should hear before signing, and nobody is refused for: dates that have not come yet."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.encoding import Json, encode_instant
from ledger.kinds import Kind

_DATED = ("date", "instant", "date, or one of")
# A deadline and the end of a loss may well lie ahead; everything else is told after it happened.
_MAY_LIE_AHEAD = frozenset({"until"})


def date_remarks(kind: Kind, facts: Mapping[str, Json], newest: int) -> list[str]:
    """A sentence for each date after the day (UTC) of the newest block known, which is of ``newest`` seconds.

    The block's clock and not this machine's: a record's bounds are times of blocks, too.
    """
    today = encode_instant(newest)[:10]
    checks = {**kind.required, **kind.optional}
    return [
        f"{name} is {value}: that lies after {today}, the day (UTC) of the newest block known. Is it right?"
        for name, value in sorted(facts.items())
        if name in checks and checks[name].words in _DATED and name not in _MAY_LIE_AHEAD
        # Facts were checked: a date is ten digits and dashes, an instant begins with one, a word has no digit.
        if isinstance(value, str) and value[:1].isdigit() and value[:10] > today
    ]
