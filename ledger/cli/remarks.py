"""What a person should hear before signing, and nobody is refused for: dates that have not come yet, and a right
for whose answer the rule of the case has no time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.cli.casefile import CaseFile
from ledger.cli.kept import file_of
from ledger.deadlines.rulebook import SHIPPED, load_rule
from ledger.disclosure import Disclosure
from ledger.encoding import Json, encode_hex, encode_instant
from ledger.finding.due import answer_period
from ledger.kinds import Kind
from ledger.mail import MAIL_TYPE
from ledger.mail.capture import MEDIA_TYPE as CAPTURE_TYPE
from ledger.statement import SignedStatement

_DATED = ("date", "instant", "date, or one of")
# A deadline and the end of a loss may well lie ahead; everything else is told after it happened.
_MAY_LIE_AHEAD = frozenset({"until"})


_AFTER_THE_REQUEST = ("answered_on", "notified_on", "received_on")
# Of a mail that was used before more is known than its bytes: ``habeas mail add`` says it, and refuses it if it counts.
_SAID_ELSEWHERE = frozenset({MAIL_TYPE, CAPTURE_TYPE})


def case_remarks(case: CaseFile, facts: Mapping[str, Json], held: Sequence[Disclosure]) -> list[str]:
    """What does not fit what the case holds already: an answer before the request, and a file a second time."""
    sent = [str(entry.signed.statement.facts.get("sent_on")) for entry in case.entries if _is_request(entry.signed)]
    found = [
        f"{name} is {facts[name]}: that lies before {min(sent)}, when the request was sent by your own word. "
        "Is it right?"
        for name in _AFTER_THE_REQUEST
        if sent and name in facts and str(facts[name]) < min(sent)
    ]
    known = {
        value.sha256: entry
        for entry in case.entries
        for item in entry.disclosures
        if (value := file_of(item)) is not None and value.media_type not in _SAID_ELSEWHERE
    }
    for item in held:
        value = file_of(item)
        if value is not None and value.sha256 in known:
            signed = known[value.sha256].signed
            found.append(
                f"this very file ({value.name}) stands behind {signed.statement.kind} {encode_hex(signed.id)} already."
            )
    return found


def mail_remarks(held: Sequence[Disclosure]) -> list[str]:
    """For a mail that does not go the way of mails."""
    names = [value.name for item in held if (value := file_of(item)) is not None and value.media_type == MAIL_TYPE]
    return [
        f"{name} is a mail: as a file it is your own word alone. habeas mail add grades it and has it checked."
        for name in names
    ]


def _is_request(signed: SignedStatement) -> bool:
    return signed.statement.kind == "request.sent"


def right_remarks(kind: Kind, facts: Mapping[str, Json], regime: str, place: str) -> list[str]:
    """A sentence where a request is for a right that the rule of the case does not cover, and which rules do."""
    if kind.name != "request.sent" or regime not in SHIPPED:
        return []
    right = str(facts.get("right"))
    if answer_period(load_rule(regime), right) is not None:
        return []
    others = [name for name in SHIPPED if name != regime and _covers(name, right, place)]
    better = f"; in {place} there is {', '.join(others)}, for a case of its own" if others else ""
    return [f"right is {right}: the rule {regime} has no time for an answer to that, so nothing will be due{better}."]


def _covers(regime: str, right: str, place: str) -> bool:
    rule = load_rule(regime)
    held = {*rule.places, *rule.places_unconfirmed}
    return bool({place, place.partition("-")[0]} & held) and answer_period(rule, right) is not None


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
