"""What the record says of an answer, in fixed sentences, English and Korean; nothing free beside them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ledger.encoding import JsonObject, encode_hex, encode_instant
from ledger.verification.checks import Value
from ledger.verification.silence import Silence
from ledger.words import Language, text


def sentences(finding: Silence, lang: Language, confirmed: date | None = None) -> list[str]:
    """What the record says of an answer, by whose index, and what it does not say.

    ``confirmed`` is the day up to which the check-in counts, where it names a later one.
    """
    lines = list(_main(finding, lang))
    if finding.said == "none":
        lines += _none(finding, lang, confirmed)
    if finding.company_keys:
        keys = ", ".join(encode_hex(key) for key in finding.company_keys)
        lines.append(text("finding_keys", lang).format(c=finding.company, keys=keys))
    if finding.replayed_by:
        lines.append(text("index_replayed", lang).format(names=", ".join(finding.replayed_by)))
    else:
        lines.append(text("not_index", lang))
    if finding.operator_is_party:
        lines.append(text("operator_is_party", lang))
    if finding.not_counted:
        entries = ", ".join(str(index) for index in finding.not_counted)
        lines.append(text("not_counted", lang).format(entries=entries))
    return lines


def silence_json(finding: Silence, value: Value) -> JsonObject:
    """The members about an answer (docs/spec/assessment.md, "Output"); ``value`` is what its index is worth."""
    return {
        "answer": finding.said,
        "value": value.word,
        "as_of": encode_instant(finding.as_of),
        "size": finding.size,
        "company": finding.company,
        "company_keys": [encode_hex(key) for key in finding.company_keys],
        "answers": list(finding.answers),
        "why": None if finding.why is None else {"reason": finding.why.reason, "number": finding.why.number},
        "check_in": None
        if finding.check_in is None
        else {"index": finding.check_in.index, "on": finding.check_in.on, "answer": finding.check_in.answer},
        "index": "replayed" if finding.replayed_by else "claimed",
        "replayed_by": list(finding.replayed_by),
        "operator_is_party": finding.operator_is_party,
        "not_counted": list(finding.not_counted),
    }


def _main(finding: Silence, lang: Language) -> Iterator[str]:
    company = finding.company
    if finding.answers:
        entries = ", ".join(str(index) for index in finding.answers)
        yield text(f"answer_{finding.said}", lang).format(c=company, entries=entries)
    if finding.why is not None:
        why = text(f"doubt_{finding.why.reason}", lang).format(c=company, n=finding.why.number)
        yield text("answer_undetermined", lang).format(c=company, why=why)
    elif finding.said != "recorded":
        until = encode_instant(finding.as_of).replace("T", " ").replace("Z", " UTC")
        yield text("answer_none", lang).format(c=company, t=until)


def _none(finding: Silence, lang: Language, confirmed: date | None) -> list[str]:
    lines = [] if finding.has_joined else [text("not_joined", lang).format(c=finding.company)]
    if finding.check_in is None:
        return [*lines, text("no_check_in", lang)]
    named = finding.check_in.on
    day = named if confirmed is None else str(confirmed)
    if finding.check_in.answer == "nothing":
        lines.append(text("check_in_nothing", lang).format(d=day))
    lines.append(text("not_known_since", lang).format(d=day))
    if day != named:
        lines.append(text("check_in_ahead", lang).format(n=finding.check_in.index, d=named, t=day))
    return lines
