"""Putting an audit together: trust, state, chain, replay, and what is said of it in the end."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.audit.anchoring import check_anchors, check_tickets, count_tickets
from ledger.audit.findings import Finding, RootClaim, Seen
from ledger.checkpoint import Checkpoint, verify_checkpoint
from ledger.cli.auditing.chain import ChainView, open_chains, read_chain
from ledger.cli.auditing.cosigner import Cosigner, open_cosigner
from ledger.cli.auditing.events import load_record, save_record
from ledger.cli.auditing.judge import bound_size, judge_index, judge_opening, judge_roots
from ledger.cli.auditing.openings import Openings, api_of
from ledger.cli.auditing.proofs import Prover
from ledger.cli.auditing.provider import ChainRecord
from ledger.cli.auditing.report import AuditReport, Withheld
from ledger.cli.auditing.run import Auditor, Replayed, Say, fetch_checkpoint
from ledger.cli.auditing.source import open_source
from ledger.cli.auditing.state import AuditState, Facts
from ledger.cli.files import locked, read_file
from ledger.cli.verify import read_policy
from ledger.encoding import encode_hex, sha256
from ledger.errors import (
    HabeasError,
    Malformed,
    MalformedRequest,
    RefusedCosignature,
    RefusedOverwrite,
    RuntimeSetting,
)
from ledger.merkle import tree_root
from ledger.note import NOTE_LIMIT, Note, add_cosignatures
from ledger.policy import LedgerTrust, TrustPolicy
from ledger.runtime.chain import Chain

DEFAULT_STATE = Path.home() / ".habeas-audit"
NO_RPC = "No node was asked (--rpc): anchors and tickets were not read."


@dataclass(frozen=True, slots=True)
class Options:
    """What the person asked for; see ``habeas audit --help``."""

    where: str
    rpc: Sequence[str] = ()
    trust: Path | None = None
    cosign: Path | None = None
    state: Path | None = None
    resume: bool = False
    jobs: int = 1
    api: str | None = None
    checkpoints: Sequence[Path] = ()
    fraud_out: Path | None = None
    post: bool = False


def audit(options: Options, say: Say, chains: Mapping[str, Chain] | None = None) -> AuditReport:
    """The whole audit. Raises a HabeasError where it could not be made; nothing is said of the log then.

    ``chains`` are asked instead of ``options.rpc``: one for each provider, by name.
    """
    policy = read_policy(options.trust)
    note = fetch_checkpoint(open_source(options.where))
    trust = _listed(note, policy)
    verify_checkpoint(note, trust.vkey, trust.origin)
    with ExitStack() as stack:
        cosigner = stack.enter_context(open_cosigner(options.cosign)) if options.cosign is not None else None
        folder = stack.enter_context(_state_folder(options, trust))
        state, old = _state(folder, trust, options.resume)
        # Step 2 of docs/spec/audit.md; step 1 looked the ledger up, and run.py has the others up to 8.
        chain, trouble = _chain(options, trust, folder, say, chains)
        claims = _claims(options, trust, state, cosigner)
        openings = Openings.at(options.api or api_of(options.where))
        auditor = Auditor(options.where, trust, options.jobs, say, openings)
        confirmed = next((claim.size for claim in claims if claim.source == "audited"), 0)
        done = auditor.run(state, old, chain, claims)
        if done.replay.broken and done.reused > confirmed:
            # Leaves that a cut off audit was shown, and no signed tree has: what is served now is judged without them.
            say(f"The leaves kept from {confirmed} on are not those of this log; they are asked for again ...")
            state.rollback(confirmed)
            state, old = AuditState.load(folder, trust.origin, trust.vkey.encode())
            claims = _claims(options, trust, state, cosigner)
            done = Auditor(options.where, trust, options.jobs, say, openings).run(state, old, chain, claims)
        report = _report(done, trust, policy, chain)
        report.not_checked += trouble
        if options.fraud_out is not None:
            prover = Prover(done, trust, policy, chain, open_source(options.where))
            report.proofs = prover.write(report.findings, options.fraud_out)
        _keep(done)
        if cosigner is not None:
            _cosign(report, done, cosigner)
        if options.post and report.cosigned:
            _post(options, report)
        return report


def _listed(note: bytes, policy: TrustPolicy) -> LedgerTrust:
    """The ledger's entry in the policy. The origin is only looked up here; ``verify_checkpoint`` believes it."""
    origin = Note.parse(note).text.partition("\n")[0]
    trust = policy.ledgers.get(origin)
    if trust is None:
        raise MalformedRequest(
            f"the ledger {origin[:100]} is not listed in the trust policy, so neither its key nor its contract is"
            " known; name a policy with --trust FILE"
        )
    return trust


# --- state ----------------------------------------------------------------------------------------


@contextmanager
def _state_folder(options: Options, trust: LedgerTrust) -> Iterator[Path]:
    folder = options.state
    if folder is None and options.resume:
        folder = DEFAULT_STATE / sha256(trust.origin.encode()).hex()[:16]
    if folder is None:
        with tempfile.TemporaryDirectory(prefix="habeas-audit-") as temporary:
            yield Path(temporary)
        return
    with locked(folder):
        yield folder


def _state(
    folder: Path, trust: LedgerTrust, resume: bool
) -> tuple[AuditState, Iterator[tuple[list[bytes], list[Seen]]]]:
    vkey = trust.vkey.encode()
    if AuditState.exists(folder):
        if not resume:
            raise RefusedOverwrite(f"{folder} holds an audit already; go on with --resume, or take an empty folder")
        return AuditState.load(folder, trust.origin, vkey)
    return AuditState.create(folder, Facts(trust.origin, vkey)), iter(())


def _claims(options: Options, trust: LedgerTrust, state: AuditState, cosigner: Cosigner | None) -> list[RootClaim]:
    claims: list[RootClaim] = []
    if state.facts.note:
        try:
            held = verify_checkpoint(state.facts.note, trust.vkey, trust.origin)
        except HabeasError as error:
            raise RuntimeSetting(f"the checkpoint in the audit's state does not verify: {error}") from None
        claims.append(RootClaim("audited", held.size, held.root, "the checkpoint of the last audit", state.facts.note))
    for path in options.checkpoints:
        note = _read_note(path)
        held = verify_checkpoint(note, trust.vkey, trust.origin)
        claims.append(RootClaim("seen", held.size, held.root, f"the checkpoint in {path.name}", note))
    last = cosigner.last(trust.origin) if cosigner is not None else None
    if last is not None:
        claims.append(RootClaim("cosigned", last.size, last.root, "the tree that this key cosigned last", last.note))
    return claims


def _read_note(path: Path) -> bytes:
    try:
        return read_file(path, NOTE_LIMIT)
    except OSError as error:
        raise MalformedRequest(f"--checkpoint {path} cannot be read: {error.strerror}") from None


# --- chain ----------------------------------------------------------------------------------------


def _chain(
    options: Options, trust: LedgerTrust, folder: Path, say: Say, chains: Mapping[str, Chain] | None
) -> tuple[ChainView | None, list[str]]:
    said: list[str] = []
    if chains is None:
        chains, said = open_chains(options.rpc, trust)
    if not chains:
        return None, [NO_RPC]
    record = load_record(folder, trust) if options.resume else ChainRecord()
    try:
        view = read_chain(chains, trust, record, say, said)
    except Malformed:
        raise
    except HabeasError as error:
        return None, [f"Anchors and tickets were not read: {error}"]
    save_record(folder, trust, view.record)
    if view.enough:
        return view, []
    return view, [
        f"The events are those of {len(view.providers)} provider(s); the trust policy asks for {trust.chain.rpc_quorum}"
        " that agree."
    ]


# --- the end --------------------------------------------------------------------------------------


def _report(done: Replayed, trust: LedgerTrust, policy: TrustPolicy, chain: ChainView | None) -> AuditReport:
    replay, facts = done.replay, done.state.facts
    record = chain.record if chain is not None else None
    tickets = count_tickets(record.anchors, record.tickets, record.timestamp) if record is not None else None
    report = AuditReport(
        trust, policy.hash, done.checkpoint, replay, done.reused, done.seconds, chain, tickets,
    )  # fmt: skip
    # Step 9.
    opening = judge_opening(facts.opening, trust) if facts.opening else None
    bound = bound_size(replay)
    report.findings += judge_roots(replay, done.forks)
    report.findings += [item for item in replay.findings if (item.index or 0) < bound]
    report.findings += judge_index(replay.wrong_roots, bound)
    report.findings += [opening] if opening is not None else []
    if record is not None:
        report.findings += check_anchors(record.anchors, record.tickets)  # step 10
        report.findings += check_tickets(record.anchors, record.tickets, replay.positions, replay.size)  # step 11
        _judge_misplaced(report, record)
    if chain is not None:
        report.notes += chain.notes
    _judge_bytes(report, done)
    _judge_rest(report, done)
    return report


def _judge_misplaced(report: AuditReport, record: ChainRecord) -> None:
    """Who submits over the contract chooses the key; on its own route the operator computes it. No finding: a
    submission may have been lost with a block that did not become final."""
    sent = {ticket.event.leaf_hash for ticket in record.tickets}
    size = max((anchor.event.size for anchor in record.anchors), default=0)
    strange = [index for index, leaf_hash in report.replay.misplaced if index < size and leaf_hash not in sent]
    if strange:
        first = ", ".join(map(str, strange[:10]))
        report.notes.append(
            f"{len(strange)} leaves stand under a key that is not that of their bytes, so in no list, and no submission"
            f" over the contract shows that their sender chose it: {first}. What an operator records for others stands"
            " under the right key."
        )


def _judge_bytes(report: AuditReport, done: Replayed) -> None:
    facts, state = done.state.facts, done.state
    for index, how in sorted(facts.absent.items()):
        if index >= state.size:
            continue
        digest = state.leaf(index)[0][32:64]
        if how == "other bytes":
            detail = f"the bytes served for the leaf at {index} have not the digest {encode_hex(digest)}"
            report.findings.append(Finding("bytes", detail, index=index))
            continue
        report.withheld.append(Withheld(index, digest, how, digest in facts.withheld))
    for path, how in sorted(facts.tile_faults.items()):
        if how == "other bytes":
            report.findings.append(Finding("bytes", f"{path} has other hashes than the entries give"))
        else:
            report.not_checked.append(f"{path} is {how}.")
    unsaid = sum(not item.said for item in report.withheld)
    if unsaid:
        report.not_checked.append(f"The bytes of {unsaid} leaves are not served, and no entry.withheld names them.")
    if not facts.opening:
        report.not_checked.append("Leaf 0 is not served: whether it opens this ledger was not checked.")


def _judge_rest(report: AuditReport, done: Replayed) -> None:
    replay = done.replay
    if done.stopped:
        report.not_checked.append(f"Replayed up to leaf {replay.size} of {done.checkpoint.size}: {done.stopped}.")
    for claim in replay.unreached():
        if claim.source != "checkpoint":
            report.not_checked.append(f"The log was not served up to {claim.size} leaves ({claim.where}).")
    for older in done.shrunk:
        report.not_checked.append(
            f"The log showed a checkpoint of {older.size} leaves after one of {replay.size}: what it serves of the rest"
            " was not seen."
        )
        if tree_root(older.size, replay.reader(done.state.leaf_hashes)) != older.root:
            detail = f"a checkpoint of {older.size} leaves was served with the root {older.root.hex()}, which this log"
            newest = [claim for claim in replay.kept if claim.source == "checkpoint"][-1:]
            both = (older, *newest)
            report.findings.append(
                Finding("fork", f"{detail} never had", older.size, provable=bool(newest), claims=both)
            )
    if replay.undecided:
        report.not_checked.append(
            f"{len(replay.undecided)} index roots, from size {replay.undecided[0]} on, depend on the bytes of withheld"
            " leaves; whether they are right cannot be known."
        )
    if replay.unlisted_withheld:
        first = ", ".join(map(str, replay.unlisted_withheld[:10]))
        report.not_checked.append(
            f"{len(replay.unlisted_withheld)} withheld leaves stand in no list, and nobody shows bytes that say why:"
            f" {first}."
        )
    if replay.tally.rule_0:
        report.notes.append(f"{replay.tally.rule_0} index leaves claim no index (rule 0).")


def _keep(done: Replayed) -> None:
    """What counts as audited is what a signed checkpoint named; leaves that it did not name are dropped again."""
    state, checkpoint = done.state, done.checkpoint
    kept = [claim for claim in done.replay.kept if claim.source == "checkpoint"]
    if any(claim.size == checkpoint.size for claim in kept):
        state.facts.note = done.note
        state.save()
    elif any(claim.source == "checkpoint" for claim, _ in done.replay.broken):
        audited = Checkpoint.parse(Note.parse(state.facts.note).text).size if state.facts.note else 0
        state.rollback(audited)


def _cosign(report: AuditReport, done: Replayed, cosigner: Cosigner) -> None:
    last = cosigner.last(report.trust.origin)
    found = last is None or any(claim.source == "cosigned" for claim in done.replay.kept)
    whole = report.exit_code == 0 and found and done.replay.size == done.checkpoint.size
    try:
        line = cosigner.cosign(done.checkpoint, done.note, whole, int(time.time()))
    except RefusedCosignature as error:
        report.refusal = str(error)
        return
    report.cosignature = line.decode("utf-8").rstrip("\n")
    report.cosigned = add_cosignatures(done.note, [line])


def _post(options: Options, report: AuditReport) -> None:
    """Give the cosignature away; that it was not taken changes nothing of the audit."""
    from ledger.cli.client import ApiClient  # httpx2 is only needed here

    url = options.api or api_of(options.where)
    if url is None:
        report.notes.append("The cosignature was not given to the ledger: name its server with --api URL.")
        return
    try:
        with ApiClient(url) as client:
            client.give_cosignature(report.cosigned)
        report.notes.append(f"The cosignature was given to {client.url}.")
    except HabeasError as error:
        report.notes.append(f"The cosignature was not taken by {url}: {error}")
