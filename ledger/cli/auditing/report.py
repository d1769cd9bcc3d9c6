"""What an audit says, to people and to programs (docs/spec/audit.md, "Report")."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ledger.audit.anchoring import Tickets
from ledger.audit.findings import Finding, Seen
from ledger.audit.replay import IndexReplay
from ledger.checkpoint import Checkpoint
from ledger.cli.auditing.chain import ChainView
from ledger.cli.auditing.words import KINDS, text
from ledger.cli.clean import clean_line
from ledger.encoding import Json, JsonObject, encode_hex, encode_instant
from ledger.policy import LedgerTrust
from ledger.words import Language, pick

SHOWN = 20
"""Lines of one sort in the text; JSON has all of them."""


@dataclass(frozen=True, slots=True)
class Withheld:
    """A leaf whose bytes were not served. ``said``: an entry.withheld of the operator names them."""

    index: int
    digest: bytes
    how: str
    said: bool


@dataclass(slots=True)
class AuditReport:
    """The outcome of one audit."""

    trust: LedgerTrust
    policy_hash: bytes
    checkpoint: Checkpoint
    replay: IndexReplay
    reused: int
    seconds: float
    chain: ChainView | None
    tickets: Tickets | None
    findings: list[Finding] = field(default_factory=list)
    withheld: list[Withheld] = field(default_factory=list)
    not_checked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    proofs: list[str] = field(default_factory=list)
    """Names of the fraud proofs that were written."""
    cosignature: str = ""
    cosigned: bytes = b""
    """The checkpoint with the cosignature."""
    refusal: str = ""
    """Why no cosignature was given, where one was asked for."""

    @property
    def exit_code(self) -> int:
        """0 all required checks passed, 1 something was found, 3 something required was not checked."""
        if self.findings:
            return 1
        return 3 if self.not_checked else int(bool(self.refusal))


def audit_json(report: AuditReport) -> JsonObject:
    """The report for programs."""
    tally, replay = report.replay.tally, report.replay
    findings: list[Json] = [_finding(item) for item in report.findings]
    withheld: list[Json] = [
        {"index": item.index, "digest": encode_hex(item.digest), "how": item.how, "said": item.said}
        for item in report.withheld
    ]
    return {
        "habeas_audit": 1,
        "exit": report.exit_code,
        "ledger": report.trust.origin,
        "ledger_class": report.trust.ledger_class,
        "policy": encode_hex(report.policy_hash),
        "checkpoint": {"size": report.checkpoint.size, "root": encode_hex(report.checkpoint.root)},
        "replayed": {
            "leaves": replay.size,
            "of_an_earlier_audit": report.reused,
            "statements": tally.statements,
            "listed": tally.seen[Seen.LISTED],
            "not_indexable": tally.seen[Seen.UNLISTED],
            "wrong_key": tally.seen[Seen.WRONG_KEY],
            "without_bytes": tally.seen[Seen.WITHHELD],
            "keys": len(replay.trie),
            "index_leaves": tally.seen[Seen.INDEX],
            "index_roots": tally.rule_1,
            "index_roots_of_rule_0": tally.rule_0,
            "milliseconds": round(1000 * report.seconds),
        },
        "chain": _chain(report),
        "findings": findings,
        "withheld": withheld,
        "not_checked": list(report.not_checked),
        "notes": list(report.notes),
        "fraud_proofs": list(report.proofs),
        "cosignature": report.cosignature or None,
        "refusal": report.refusal or None,
    }


def _finding(item: Finding) -> JsonObject:
    return {
        "kind": item.kind,
        "detail": item.detail,
        "size": item.size,
        "index": item.index,
        "key": None if item.key is None else encode_hex(item.key),
        "provable": item.provable,
    }


def _chain(report: AuditReport) -> Json:
    view, tickets = report.chain, report.tickets
    if view is None or tickets is None:
        return None
    newest = view.record.anchors[-1] if view.record.anchors else None
    return {
        "providers": list(view.providers),
        "enough": view.enough,
        "block": view.record.block,
        "block_hash": encode_hex(view.record.block_hash),
        "time": encode_instant(view.record.timestamp),
        "anchors": len(view.record.anchors),
        "anchored_size": None if newest is None else newest.event.size,
        "complete_to": None if newest is None else encode_instant(newest.event.complete_to),
        "tickets": tickets.taken,
        "settled": tickets.settled,
        "open": tickets.open,
        "overdue": tickets.overdue,
    }


def audit_text(report: AuditReport, lang: Language) -> str:
    """The report for people."""
    lines = [text("title", lang), *_head(report, lang), "", text("replayed", lang), *_replayed(report, lang)]
    lines += ["", text("findings", lang), *_findings(report, lang)]
    if report.withheld:
        lines += ["", text("withheld", lang), *_withheld(report, lang)]
    if report.not_checked:
        lines += ["", text("not_checked", lang), *_some(report.not_checked, lang)]
    if report.notes:
        lines += ["", text("notes", lang), *_some(report.notes, lang)]
    if report.cosignature:
        lines += ["", text("cosigned", lang), "", report.cosignature]
    if report.refusal:
        lines += ["", text("refused", lang), f"  {report.refusal}"]
    lines += ["", text(f"result_{report.exit_code}", lang), text("everywhere", lang)]
    return "\n".join(clean_line(line) for line in lines)


def _head(report: AuditReport, lang: Language) -> list[str]:
    lines = []
    if report.trust.ledger_class == "practice":
        lines.append(text("practice", lang))
    lines.append(text("ledger", lang).format(origin=report.trust.origin, policy=encode_hex(report.policy_hash)))
    checkpoint = report.checkpoint
    lines.append(text("checkpoint", lang).format(size=checkpoint.size, root=encode_hex(checkpoint.root)))
    return lines


def _replayed(report: AuditReport, lang: Language) -> list[str]:
    tally, replay = report.replay.tally, report.replay
    lines = [
        text("leaves", lang).format(leaves=replay.size, old=report.reused, seconds=f"{report.seconds:.0f}"),
        text("statements", lang).format(
            statements=tally.statements,
            listed=tally.seen[Seen.LISTED],
            keys=len(replay.trie),
            unlisted=tally.seen[Seen.UNLISTED],
            wrong=tally.seen[Seen.WRONG_KEY],
            absent=tally.seen[Seen.WITHHELD],
        ),
        text("index_leaves", lang).format(
            leaves=tally.seen[Seen.INDEX], roots=tally.rule_1, none=tally.rule_0, wrong=len(replay.wrong_roots)
        ),
    ]
    view, tickets = report.chain, report.tickets
    if view is not None and tickets is not None:
        newest = view.record.anchors[-1] if view.record.anchors else None
        lines.append(
            text("anchors", lang).format(
                anchors=len(view.record.anchors),
                size=0 if newest is None else newest.event.size,
                complete="-" if newest is None else encode_instant(newest.event.complete_to),
                block=view.record.block,
                providers=", ".join(view.providers),
            )
        )
        lines.append(
            text("tickets", lang).format(
                taken=tickets.taken, settled=tickets.settled, open=tickets.open, overdue=tickets.overdue
            )
        )
    return ["  " + line for line in lines]


def _findings(report: AuditReport, lang: Language) -> list[str]:
    if not report.findings:
        return ["  " + text("clean", lang)]
    counts = Counter(item.kind for item in report.findings)
    lines = []
    for kind, count in counts.items():
        lines.append(f"  {pick(KINDS[kind], lang)}: {count}")
        found = [item for item in report.findings if item.kind == kind]
        lines += [f"    {item.detail}" for item in found[:SHOWN]]
        if count > SHOWN:
            lines.append("    " + text("more", lang).format(count=count - SHOWN))
    lines += [f"  {text('proof', lang).format(name=name)}" for name in report.proofs]
    return lines


def _withheld(report: AuditReport, lang: Language) -> list[str]:
    said = [item for item in report.withheld if item.said]
    unsaid = [item for item in report.withheld if not item.said]
    lines = [
        text("withheld_said", lang).format(count=len(said)),
        text("withheld_unsaid", lang).format(count=len(unsaid)),
    ]
    lines += [f"  {item.index}  {encode_hex(item.digest)}  {item.how}" for item in unsaid[:SHOWN]]
    return ["  " + line for line in lines]


def _some(lines: list[str], lang: Language) -> list[str]:
    more = ["  " + text("more", lang).format(count=len(lines) - SHOWN)] if len(lines) > SHOWN else []
    return [f"  {line}" for line in lines[:SHOWN]] + more
