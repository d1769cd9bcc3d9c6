"""What a fraud proof is worth, as text for people and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from ledger.cli.clean import clean_line
from ledger.cli.report import check_lines, checks_json
from ledger.encoding import JsonObject, encode_hex
from ledger.errors import Malformed
from ledger.fraud.procedure import FraudAssessment
from ledger.statement import parse
from ledger.verification.checks import Value
from ledger.words import KIND, Language, pick, text


def fraud_json(result: FraudAssessment) -> JsonObject:
    """The result as JSON; the shape is that of docs/spec/fraud.md, "Output"."""
    index = result.shown.index_leaf
    return {
        "exit": result.exit_code,
        "ledger": result.proof.ledger,
        "class": result.ledger.ledger_class if result.ledger else None,
        "claim": result.proof.claim,
        "policy": encode_hex(result.policy_hash),
        "index": None if index is None else {"size": index.size, "root": encode_hex(index.root)},
        "key": None if result.proof.index is None else encode_hex(result.proof.index.key),
        "statement": _statement_json(result),
        "checks": list(checks_json(result.root, result.checks)),
        "notes": list(result.notes),
    }


def _statement_json(result: FraudAssessment) -> JsonObject | None:
    raw = _omitted_bytes(result)
    if raw is None:
        return None
    try:
        statement = parse(raw).statement
    except Malformed:
        return None
    case = statement.case_id
    return {
        "id": encode_hex(statement.id),
        "kind": statement.kind,
        "author": encode_hex(statement.author),
        "case": None if case is None else encode_hex(case),
        "company": statement.company,
    }


def _omitted_bytes(result: FraudAssessment) -> bytes | None:
    if result.proof.claim != "omitted":
        return None
    if result.shown.submitted is not None:
        return result.shown.submitted[1].statement
    return result.proof.leaf.raw if result.proof.leaf is not None else None


def fraud_text(result: FraudAssessment, lang: Language) -> str:
    """The result for people: claim and verdict first, then each check, then what is proven and what not."""
    lines = [
        *_head(result, lang),
        "",
        text("checks", lang),
        *check_lines(result.root, result.checks, lang),
        *_note_lines(result.notes, lang),
        "",
        *_proven_lines(result, lang),
        "",
        text("everywhere", lang),
    ]
    return "\n".join(clean_line(line) for line in lines)


def _head(result: FraudAssessment, lang: Language) -> list[str]:
    lines = [text("fraud_title", lang)]
    if result.ledger is None:
        lines.append(text("unlisted", lang))
    elif result.ledger.ledger_class == "practice":
        lines.append(text("practice", lang))
    ledger_class = f" ({result.ledger.ledger_class})" if result.ledger else ""
    rows = [
        (text("ledger", lang), result.proof.ledger + ledger_class),
        (text("policy", lang), f"sha256 {result.policy_hash.hex()}"),
        (text("claim", lang), f"{result.proof.claim}: {text(f'fraud_{result.proof.claim}', lang)}"),
        *_subject(result, lang),
        (text("result", lang), verdict(result, lang)),
    ]
    return [*lines, "", *(f"  {name:<20}{value}" for name, value in rows)]


def verdict(result: FraudAssessment, lang: Language) -> str:
    """One line: proven, proven under conditions, or not shown."""
    return f"{text(f'fraud_result_{result.exit_code}', lang)} (exit {result.exit_code})"


def _subject(result: FraudAssessment, lang: Language) -> Iterator[tuple[str, str]]:
    index, part, found = result.shown.index_leaf, result.proof.index, _statement_json(result)
    if index is not None and part is not None:
        yield text("fraud_size", lang), text("fraud_leaves", lang).format(size=index.size)
        yield text("fraud_key", lang), encode_hex(part.key)
    if found is not None:
        kind = str(found["kind"])
        yield text("fraud_statement", lang), f"{pick(KIND.get(kind, (kind, kind)), lang)} [{kind}], {found['author']}"
        if found["case"] is not None:
            yield text("case", lang), str(found["case"])


def _note_lines(notes: Sequence[str], lang: Language) -> Iterator[str]:
    if notes:
        yield ""
        yield text("notes", lang)
        yield from (f"  {note}" for note in notes)


def _proven_lines(result: FraudAssessment, lang: Language) -> Iterator[str]:
    yield text("proven", lang)
    if result.exit_code == 1:
        names = ["fraud_nothing"]
    elif result.ledger is None:
        names = ["fraud_unlisted"]
    else:
        names = [f"fraud_{result.proof.claim}", *(["fraud_either"] if _is_unclear(result) else []), "fraud_bound"]
        names += ["proven_if"] if result.exit_code == 3 else []
    yield from (f"  - {text(name, lang)}" for name in names)
    yield text("not_proven", lang)
    yield from (f"  - {text(name, lang)}" for name in ("fraud_not_why", "not_true", "fraud_not_rest"))


def _is_unclear(result: FraudAssessment) -> bool:
    return any(item.check.name == "one-log" and item.value is Value.NOT_CHECKED for item in result.checks)


def against_lines(
    found: Sequence[FraudAssessment], name: str, code: int | None, written: Sequence[Path], lang: Language
) -> Iterator[str]:
    """The contradictions with the file ``name``, each with its verdict, and where they were written.

    ``code`` is the exit code of both files together, None where the ledger is not listed.
    """
    yield ""
    yield text("against", lang).format(file=name)
    if code is None:
        yield f"  {text('against_unlisted', lang)}"
    elif not found:
        yield f"  {text('against_none', lang)}"
    for result in found:
        yield from summary_lines(result, lang)
    yield from (f"  {text('fraud_written', lang).format(file=path)}" for path in written)
    if found:
        yield f"  {text('against_result', lang).format(code=code)}"


def summary_lines(result: FraudAssessment, lang: Language) -> Iterator[str]:
    """A contradiction in short: the claim, what it is about, the verdict and its conditions."""
    yield f"  {result.proof.claim}: {text(f'fraud_{result.proof.claim}', lang)}"
    yield f"    {verdict(result, lang)}"
    yield from (f"    {row}: {value}" for row, value in _subject(result, lang))
    yield from (f"    {item.check.told(lang)}" for item in result.checks if item.check.own is Value.NOT_CHECKED)


def accusation_lines(found: Sequence[FraudAssessment], written: Sequence[Path], lang: Language) -> Iterator[str]:
    """What ``habeas accuse`` found: each proof in short and its file, then what is not proven."""
    if not found:
        yield text("accuse_none", lang)
        return
    for result, path in zip(found, written, strict=True):
        yield from summary_lines(result, lang)
        yield f"    {text('fraud_written', lang).format(file=path)}"
    yield text("not_proven", lang)
    yield from (f"  - {text(name, lang)}" for name in ("fraud_not_why", "not_true", "fraud_not_rest"))
    yield text("everywhere", lang)
