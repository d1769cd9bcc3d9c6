"""An assessment as text for people and as JSON for programs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from ledger.assessment import Assessment, Bound, StatementView
from ledger.cli.clean import clean_line, pad
from ledger.cli.mail_report import mail_lines
from ledger.disclosure import Disclosure
from ledger.encoding import Json, JsonObject, encode_hex, encode_instant, encode_json
from ledger.finding.shown import bound_json, finding_json
from ledger.finding.told import reasons, told
from ledger.verification.checks import Check, ResolvedCheck, Value
from ledger.verification.stamps import stamped_json
from ledger.verification.words import note_told
from ledger.words import GRADE, KIND, ROLE, VALUE, Language, pick, text

_LONG_HASH = re.compile("[0-9a-f]{64}")
_ANSWERS = frozenset({"request.fulfilled", "request.partially_fulfilled", "request.refused"})
# What a company says of a request shows that it has it.
_SHOW_ARRIVAL = _ANSWERS | {"request.acknowledged", "request.delivered", "request.action_required", "deadline.extended"}


def report_json(result: Assessment) -> JsonObject:
    """The result as JSON; the shape is that of docs/spec/assessment.md, "Output"."""
    return {
        "exit": result.exit_code,
        "ledger": result.bundle.ledger,
        "class": result.ledger.ledger_class if result.ledger else None,
        "case": encode_hex(result.bundle.case),
        "policy": encode_hex(result.policy_hash),
        "now": encode_instant(result.now),
        "checks": list(checks_json(result.root, result.checks)),
        "statements": [_statement_json(view) for view in result.statements],
        "finding": None if result.finding is None else finding_json(result.finding, result.finding_value),
        "note": result.note,
        "notes": list(result.notes),
    }


def checks_json(root: Check, checks: Sequence[ResolvedCheck]) -> Iterator[Json]:
    """The tree of checks below ``root``, in its order."""
    values = {id(item.check): item.value for item in checks}
    for check, depth in _walk(root, 0):
        yield {
            "name": check.name,
            "step": check.step,
            "value": values[id(check)].word,
            "required": check.required,
            "detail": check.detail,
            "depth": depth,
        }


def _walk(check: Check, depth: int) -> Iterator[tuple[Check, int]]:
    yield check, depth
    for below in check.below:
        yield from _walk(below, depth + 1)


def _statement_json(view: StatementView) -> JsonObject:
    statement = view.shown.signed.statement
    return {
        "index": view.shown.index,
        "id": encode_hex(statement.id),
        "kind": statement.kind,
        "author": encode_hex(statement.author),
        "role": view.standing.role,
        "grade": view.standing.grade,
        "understood": view.understood,
        "signature": view.signature.word,
        "company": statement.company,
        "facts": dict(statement.facts),
        "signed_not_before": bound_json(view.signed_not_before),
        "recorded_not_after": bound_json(view.recorded_not_after),
        "stamped_not_after": stamped_json(view.stamped_not_after),
    }


def report_text(result: Assessment, lang: Language, *, checks: bool = True) -> str:
    """The result for people: what was shown first, then each check, then what is proven and what not.

    Without ``checks`` it is the summary alone.
    """
    places = {encode_hex(view.shown.signed.id): view.shown.index for view in result.statements}
    each = ["", text("checks", lang), *check_lines(result.root, result.checks, lang)] if checks else []
    lines = [
        *_head(result, lang),
        *_failure_lines(result, lang),
        "",
        text("statements", lang),
        *(line for view in result.statements for line in _statement_lines(view, places, lang)),
        *_disclosure_lines(result, lang),
        *mail_lines(result.checks, result.finding, lang),
        *_finding_lines(result, lang),
        *each,
        *_note_lines(result, lang),
        "",
        *_proven_lines(result, lang),
    ]
    return "\n".join(clean_line(line) for line in lines)


def _head(result: Assessment, lang: Language) -> list[str]:
    companies = {view.shown.signed.statement.company for view in result.statements} - {None}
    ledger_class = f" ({result.ledger.ledger_class})" if result.ledger else ""
    lines = [text("title", lang)]
    if result.ledger is None:
        lines.append(text("unlisted", lang))
    elif result.ledger.ledger_class == "practice":
        lines.append(text("practice", lang))
    rows = [
        (text("case", lang), encode_hex(result.bundle.case)),
        (text("company", lang), ", ".join(sorted(str(company) for company in companies)) or "-"),
        (text("ledger", lang), result.bundle.ledger + ledger_class),
        (text("policy", lang), f"sha256 {result.policy_hash.hex()}"),
        (text("now", lang), _time(result.now)),
        (text("result", lang), f"{text(f'result_{result.exit_code}', lang)} (exit {result.exit_code})"),
    ]
    known = any(item.value is Value.PASSED for item in result.checks if item.check.step == "5.1")
    chain = [] if known or result.exit_code == 1 or not _stampers(result) else ["", text("chain_not_checked", lang)]
    return [*lines, "", *(f"  {pad(name, 14)}{value}" for name, value in rows), *chain]


def _stampers(result: Assessment) -> list[str]:
    """The time authorities on whom bounds rest without a condition."""
    bounds = [view.stamped_not_after for view in result.statements if view.stamped_not_after is not None]
    return sorted({name for bound in bounds if bound.value is Value.PASSED for name in bound.authorities})


def _failure_lines(result: Assessment, lang: Language) -> Iterator[str]:
    failed = [item.check for item in result.checks if item.value is Value.FAILED]
    if failed:
        yield ""
        yield text("failures", lang)
        word = pad(pick(VALUE[Value.FAILED.word], lang), 12)
        yield from (f"  {word}{check.step:<4} {_short(check.name)}: {check.told(lang)}" for check in failed)


def _statement_lines(view: StatementView, places: Mapping[str, int], lang: Language) -> Iterator[str]:
    statement = view.shown.signed.statement
    kind = pick(KIND.get(statement.kind, (statement.kind, statement.kind)), lang)
    grade = pick(GRADE[view.standing.grade], lang)
    who = text("by", lang).format(role=pick(ROLE[view.standing.role], lang)) + (f", {grade}" if grade else "")
    yield f"  {view.shown.index:>5}  {kind} [{statement.kind}], {who}"
    if view.signature is Value.FAILED:
        yield f"         {text('bad_signature', lang)}"
    elif not view.understood:
        yield f"         {text('not_understood', lang)}"
    facts = ", ".join(
        f"{name}: {_fact(value)}" + _place(value, places, lang) for name, value in sorted(statement.facts.items())
    )
    if facts:
        yield f"         {facts}"
    yield f"         {_bound_text(view.signed_not_before, 'signed', 'no_lower', lang)}"
    yield f"         {_bound_text(view.recorded_not_after, 'recorded', 'no_upper', lang)}"
    if (stamped := view.stamped_not_after) is not None:
        names = ", ".join(stamped.authorities)
        yield f"         {text('stamped', lang).format(time=_time(stamped.time), names=names)}"


def _place(value: Json, places: Mapping[str, int], lang: Language) -> str:
    """The entry number of a statement that a fact names by its id, if the bundle shows it."""
    index = places.get(value) if isinstance(value, str) else None
    return "" if index is None else f" ({text('entry', lang).format(index=index)})"


def _fact(value: Json) -> str:
    if isinstance(value, list):
        return " ".join(_fact(item) for item in value) or "-"
    if isinstance(value, dict):
        return " ".join(f"{name} {_fact(item)}" for name, item in sorted(value.items())) or "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _bound_text(bound: Bound | None, name: str, missing: str, lang: Language) -> str:
    if bound is None:
        return text(missing, lang)
    line = text(name, lang).format(time=_time(bound.seconds))
    if bound.value is Value.CONDITIONAL:
        line += text("if", lang).format(block=encode_hex(bound.block)[:12] + "…")
    return line


def _disclosure_lines(result: Assessment, lang: Language) -> Iterator[str]:
    if not result.bundle.disclosures:
        return
    passed = any(item.check.name == "disclosures" and item.value is Value.PASSED for item in result.checks)
    if passed:
        yield ""
        yield text("disclosed", lang)
        for encoded in result.bundle.disclosures:
            opened = Disclosure.parse(encoded)
            yield f"  {opened.name}:"
            value = opened.value if isinstance(opened.value, str) else encode_json(opened.value.encode()).decode()
            # The bar tells a stranger's lines from ours.
            yield from (f"    | {line}" for line in value.splitlines() or [""])


def _finding_lines(result: Assessment, lang: Language) -> Iterator[str]:
    if result.finding is None:
        return
    yield ""
    yield text("finding", lang)
    if result.finding_value is not Value.PASSED:
        yield f"  - {text('finding_if', lang).format(size=result.finding.silence.size)}"
    yield from (f"  - {line}" for line in told(result.finding, lang))
    if steps := reasons(result.finding.due, lang):
        yield ""
        yield text("due_reasons", lang)
        yield from (f"  {number}. {line}" for number, line in enumerate(steps, 1))


def check_lines(root: Check, checks: Sequence[ResolvedCheck], lang: Language) -> Iterator[str]:
    """A line for each check below ``root``, indented as it hangs."""
    values = {id(item.check): item.value for item in checks}
    if lang != "en" and any(isinstance(item.check.said, str) for item in checks):
        yield f"  {text('details', lang)}"
    for check, depth in _walk(root, 0):
        word = pick(VALUE[values[id(check)].word], lang)
        yield f"  {pad(word, 12)}{check.step:<4} {'  ' * depth}{_short(check.name)}: {check.told(lang)}"


def _short(name: str) -> str:
    return _LONG_HASH.sub(lambda match: match.group()[:10] + "…", name)


def _note_lines(result: Assessment, lang: Language) -> Iterator[str]:
    if result.notes:
        yield ""
        yield text("notes", lang)
        yield from (f"  {note_told(note, lang)}" for note in result.notes)


def _proven_lines(result: Assessment, lang: Language) -> Iterator[str]:
    yield text("proven", lang)
    when = "proven_when" if _has_all_bounds(result) else "proven_upper"
    names = {
        0: ("proven_who", when, "proven_order"),
        1: ("proven_none" if result.finding is None else "proven_beside",),
        3: ("proven_who", when, "proven_order", "proven_if"),
    }[result.exit_code]
    if result.ledger is None and result.exit_code != 1:
        names = ("proven_who", "proven_if")  # whose log and whose contract that is, nobody vouches for
    yield from (f"  - {text(name, lang)}" for name in names)
    if result.exit_code != 1 and (stampers := _stampers(result)):
        yield f"  - {text('proven_stamped', lang).format(names=', '.join(stampers))}"
    yield text("not_proven", lang)
    finding = result.finding
    nots = [
        "not_true",
        *([] if finding else ["not_whole" if result.is_broken else "not_complete"]),
        *([] if finding and finding.silence.replayed_by else ["not_index"]),
    ]
    nots += ["not_elsewhere"] if finding else []
    nots += _arrival(result)
    yield from (f"  - {text(name, lang)}" for name in nots)
    yield ""
    yield text("everywhere", lang)


def _has_all_bounds(result: Assessment) -> bool:
    """Whether each statement has both bounds; with exit 0, none of them under a condition."""
    bounds = [bound for view in result.statements for bound in (view.signed_not_before, view.recorded_not_after)]
    least = Value.PASSED if result.exit_code == 0 else Value.CONDITIONAL
    return all(bound is not None and bound.value >= least for bound in bounds)


def _arrival(result: Assessment) -> Iterator[str]:
    kinds = {view.shown.signed.statement.kind for view in result.statements if view.understood}
    if "request.sent" in kinds and not _shows_arrival(result):
        yield "not_arrival"
    if kinds & {"account.suspended", "account.terminated"}:
        yield "not_malicious"


def _shows_arrival(result: Assessment) -> bool:
    """Whether the finding says that arrival is proven; without a finding, whether anybody else says so."""
    if result.finding is not None:
        return result.finding.delivery is not None and result.finding.delivery.proven_by is not None
    others = [view for view in result.statements if view.standing.role in ("company", "attester")]
    return any(view.shown.signed.statement.kind in _SHOW_ARRIVAL for view in others)


def _time(seconds: int) -> str:
    return encode_instant(seconds).replace("T", " ").replace("Z", " UTC")
