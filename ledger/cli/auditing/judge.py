"""From what a replay met to what is said of it: findings, what is withheld, and what was not checked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from ledger.audit.findings import Finding, RootClaim, WrongRoot
from ledger.audit.replay import IndexReplay
from ledger.encoding import encode_hex
from ledger.errors import HabeasError
from ledger.policy import LedgerTrust
from ledger.statement import parse

SHOWN = 20
"""Findings of one kind that are written out; the rest are counted."""


def bound_size(replay: IndexReplay) -> int:
    """How many of the replayed leaves somebody bound himself to: the operator by a checkpoint or an anchor."""
    return max((claim.size for claim in replay.kept), default=0)


def judge_roots(replay: IndexReplay, forks: Sequence[Finding]) -> Iterator[Finding]:
    """Forks, and leaves that are not those of the signed checkpoint. ``forks`` were found by its hash tiles."""
    served = [claim for claim in replay.kept if claim.source == "checkpoint"]
    whole = max((claim.size for claim in served), default=-1)
    yield from forks
    for claim, root in replay.broken:
        if claim.source != "checkpoint" or claim.size <= whole:
            yield _fork(claim, root, [it for it in served if it.size == whole])
        elif not forks:
            yield Finding(
                "bytes",
                f"the entries served give the root {root.hex()} for {claim.size} leaves, but the log signed"
                f" {claim.root.hex()} ({claim.where})",
                claim.size,
            )
    yield from _two_roots([*replay.kept, *(claim for claim, _ in replay.broken), *replay.unreached()])


def _fork(claim: RootClaim, root: bytes, served: Sequence[RootClaim]) -> Finding:
    detail = (
        f"the log served does not extend the tree of {claim.size} leaves with the root {claim.root.hex()}"
        f" ({claim.where}); it has {root.hex()} there"
    )
    return Finding("fork", detail, claim.size, provable=bool(served), claims=(claim, *served[:1]))


def _two_roots(claims: Iterable[RootClaim]) -> Iterator[Finding]:
    first: dict[int, RootClaim] = {}
    for claim in claims:
        other = first.setdefault(claim.size, claim)
        if other.root != claim.root:
            detail = (
                f"two trees of {claim.size} leaves: {other.root.hex()} ({other.where}) and {claim.root.hex()}"
                f" ({claim.where})"
            )
            yield Finding("fork", detail, claim.size, provable=True, claims=(other, claim))


def judge_index(wrong: Iterable[WrongRoot], bound: int) -> Iterator[Finding]:
    """What is wrong in the index, list by list where the operator opened them, in the first ``bound`` leaves."""
    unopened: list[WrongRoot] = []
    for each in wrong:
        if each.size >= bound:
            continue  # these leaves are not the operator's, as far as anybody can say
        if not each.faults:
            unopened.append(each)
        for fault in each.faults:
            yield Finding(fault.kind, fault.detail, fault.size, fault.index, fault.key, fault.provable, fault)
    for each in unopened[:SHOWN]:
        detail = (
            f"the index leaf at {each.size} claims the index root {each.claimed.hex()}; the replay gives"
            f" {each.replayed.hex()}. No list was opened that shows where: not provable to a stranger"
        )
        yield Finding("index_root", detail, each.size, each.size)
    if len(unopened) > SHOWN:
        detail = f"the index root is wrong at {len(unopened) - SHOWN} more sizes, up to {unopened[-1].size}"
        yield Finding("index_root", detail, unopened[-1].size)


def judge_opening(raw: bytes, trust: LedgerTrust) -> Finding | None:
    """Leaf 0 opens the ledger that the trust policy names: its key, contract, address and chain."""
    try:
        signed = parse(raw)
        said, signer = signed.statement, signed.signer
    except HabeasError as error:
        return Finding("opening", f"leaf 0 is not ledger.opened: {error}", index=0)
    expected = {
        "chain": trust.chain.id,
        "contract": encode_hex(trust.contract),
        "log": encode_hex(trust.log),
        "vkey": trust.vkey.encode(),
    }
    if said.kind != "ledger.opened" or said.ledger != trust.origin or signer != trust.log:
        return Finding("opening", f"leaf 0 is {said.kind} of {said.ledger}, not ledger.opened by the log", index=0)
    for name, value in expected.items():
        if said.facts.get(name) != value:
            detail = f"leaf 0 opens a ledger with {name} {said.facts.get(name)}; the trust policy says {value}"
            return Finding("opening", detail, index=0)
    return None
