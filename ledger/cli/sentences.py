"""The finding in fixed sentences, English and Korean (docs/spec/assessment.md, "Finding"); nothing free beside them."""

from __future__ import annotations

from ledger.cli.words import Language, text
from ledger.encoding import encode_hex, encode_instant
from ledger.silence import Silence


def sentences(finding: Silence, lang: Language) -> list[str]:
    """What the record says of an answer, by whose index, and what it does not say."""
    lines = [_main(finding, lang)]
    if finding.said == "none":
        lines += _none(finding, lang)
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


def _main(finding: Silence, lang: Language) -> str:
    until = encode_instant(finding.as_of).replace("T", " ").replace("Z", " UTC")
    entries = ", ".join(str(index) for index in finding.answers)
    name = "none_joined" if finding.said == "none" and finding.has_joined else finding.said
    why = "" if finding.why is None else finding.why
    return text(f"answer_{name}", lang).format(c=finding.company, t=until, entries=entries, why=why)


def _none(finding: Silence, lang: Language) -> list[str]:
    lines = [] if finding.has_joined else [text("not_joined", lang).format(c=finding.company)]
    if finding.check_in is None:
        return [*lines, text("no_check_in", lang)]
    if finding.check_in.answer == "nothing":
        lines.append(text("check_in_nothing", lang).format(d=finding.check_in.on))
    return [*lines, text("not_known_since", lang).format(d=finding.check_in.on)]
