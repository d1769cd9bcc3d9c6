"""``habeas rebuild --from-chain``: what the chain alone still holds of a log."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.cli.output import note
from ledger.cli.rpc import check_url
from ledger.encoding import JsonObject, encode_hex, encode_instant, parse_hex
from ledger.errors import MalformedRequest, RuntimeSetting

if TYPE_CHECKING:
    from ledger.policy import LedgerTrust
    from ledger.runtime.chain import Chain
    from ledger.runtime.recover import Recovered, Sink, Source
    from ledger.runtime.settings import Settings
    from ledger.runtime.wiring import Services

_PATIENCE_S = 120.0
"""Longest wait for nodes that all ask to be left alone for a while."""
_PROGRESS_EVERY_S = 2.0


@dataclass(frozen=True, slots=True)
class Given:
    """The options of the command."""

    home: Path | None
    trust: Path | None
    ledger: str | None
    rpc: tuple[str, ...]
    out: Path | None
    genesis: str | None


def listed(given: Given) -> LedgerTrust | None:
    """The ledger of ``--trust``, None without. Raises MalformedRequest where it is not clear which."""
    from ledger.cli.verify import read_policy

    if given.trust is None:
        if given.ledger is not None:
            raise MalformedRequest("--ledger chooses from a trust policy; give one with --trust")
        return None
    ledgers = read_policy(given.trust).ledgers
    wanted = given.ledger or (next(iter(ledgers)) if len(ledgers) == 1 else None)
    if wanted is None or wanted not in ledgers:
        names = ", ".join(ledgers) or "none"
        raise MalformedRequest(f"{given.trust} lists {names}: name one of them with --ledger")
    return ledgers[wanted]


def run(given: Given, trusted: LedgerTrust | None) -> tuple[JsonObject, str]:
    """Recover; the result for programs and for people."""
    from ledger.cli.services import settings_of
    from ledger.runtime.recover import recover
    from ledger.runtime.recover_folder import RecoveredFolder

    for url in given.rpc:
        check_url(url)
    settings = settings_of(given.home, rpc_urls=list(given.rpc) or None)
    with _services(given, settings) as services:
        source = _source(settings, given, trusted, services)
        chain = _connect(settings, source, trusted)
        sinks: list[Sink] = []
        if services is not None:
            sinks.append(_tables(services, source))
        if given.out is not None:
            sinks.append(RecoveredFolder(given.out, source))
        done = recover(chain, source, sinks, _Progress())
    return _result(done, source), _words(done, source, given.out, settings if services is not None else None)


@contextmanager
def _services(given: Given, settings: Settings) -> Iterator[Services | None]:
    """The home's parts; None where ``--out`` is all that was asked for and no home is there."""
    from ledger.cli.services import opened

    if given.out is not None and given.home is None and not settings.database_url and not settings.home.exists():
        yield None
        return
    with opened(given.home, new_keys=False) as services:
        yield services


def _tables(services: Services, source: Source) -> Sink:
    from ledger.runtime.recover_tables import Tables

    if services.origin != source.origin:
        raise RuntimeSetting(f"the setting ledger is {services.origin}, to be recovered is {source.origin}")
    return Tables(services.store, source, services.log_key, note)


def _source(settings: Settings, given: Given, trusted: LedgerTrust | None, services: Services | None) -> Source:
    from ledger.runtime.networks import deployment, finality_rule
    from ledger.runtime.recover import Source

    if trusted is not None:
        return Source(
            trusted.origin, trusted.chain.id, trusted.chain.genesis, trusted.contract, trusted.code_hash, trusted.log,
            trusted.first_block, trusted.finality,
        )  # fmt: skip
    chain_id, genesis = _chain_of(settings, given, services)
    contract = settings.contract or deployment().address
    log = _log_of(settings, services)
    rule = finality_rule(settings)
    return Source(settings.ledger, chain_id, genesis, contract, deployment().code_hash, log, 0, rule)


def _chain_of(settings: Settings, given: Given, services: Services | None) -> tuple[int, bytes]:
    from ledger.runtime.embedded import CHAIN_ID
    from ledger.runtime.networks import EMBEDDED, network

    genesis = parse_hex(given.genesis, 32, MalformedRequest, "--genesis") if given.genesis else settings.genesis
    if settings.chain != EMBEDDED:
        known = network(settings.chain)
        return known.chain_id, genesis or known.genesis
    if genesis is None and services is not None and services.ledger is not None:
        genesis = services.ledger.genesis_hash
    if genesis is None:
        raise RuntimeSetting(
            "which chain? Give --trust with the ledger's trust policy, or the setting `chain`, or --genesis for an"
            " embedded chain"
        )
    return CHAIN_ID, genesis


def _log_of(settings: Settings, services: Services | None) -> bytes:
    from ledger.runtime.operator import load_operator

    if services is not None and services.ledger is not None:
        return services.ledger.log_address
    operator = load_operator(settings.anchor_key_path)
    if operator is None:
        raise RuntimeSetting(
            f"the log's address is not known: {settings.anchor_key_path} is not there; give --trust with the ledger's"
            " trust policy, which names it"
        )
    return operator.address


def _connect(settings: Settings, source: Source, trusted: LedgerTrust | None) -> Chain:
    from ledger.runtime import embedded
    from ledger.runtime.web3_chain import Web3Chain

    urls = list(settings.rpc_urls)
    if not urls and (own := embedded.read_endpoint(settings.home / "chain")) is not None:
        urls = [own]
    if not urls:
        name = trusted.chain.name if trusted is not None else settings.chain
        raise RuntimeSetting(f"name one or more nodes of {name} with --rpc or the setting rpc_urls")
    return Web3Chain(urls, source.chain_id, source.genesis, settings.rpc_timeout_s, _PATIENCE_S)


class _Progress:
    """A line on standard error every two seconds."""

    def __init__(self) -> None:
        self._next = time.monotonic() + _PROGRESS_EVERY_S

    def __call__(self, block: int, last: int, heads: int, submissions: int) -> None:
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _PROGRESS_EVERY_S
        note(f"block {block:,} of {last:,}: {heads:,} heads and {submissions:,} direct submissions found")
        sys.stderr.flush()


def _result(done: Recovered, source: Source) -> JsonObject:
    totals = done.totals
    return {
        "ledger": source.origin,
        "chain": source.chain_id,
        "log": encode_hex(source.log),
        "final_block": done.final.number,
        "final_time": encode_instant(done.final.timestamp),
        "heads": totals.heads,
        "size": totals.size,
        "root": encode_hex(totals.root),
        "tickets": totals.tickets,
        "settled": totals.included,
        "unknown_leaves": totals.size - totals.known,
        "every_anchor_checked": done.every_anchor,
    }


def _words(done: Recovered, source: Source, out: Path | None, settings: Settings | None) -> str:
    totals = done.totals
    unknown = totals.size - totals.known
    lines = [
        f"{source.origin}, read from chain {source.chain_id} up to its final block {done.final.number}"
        f" ({encode_instant(done.final.timestamp)}).",
        f"Heads: {totals.heads}, each proven. The newest has {totals.size} leaves, root {encode_hex(totals.root)}.",
        f"Direct submissions: {totals.tickets}, each proven, numbered without a gap; {totals.included} are in the"
        " newest tree.",
    ]
    if unknown:
        lines.append(
            f"Not recovered: {unknown} of {totals.size} leaves. They are statements that were given to the server"
            " alone, and index leaves of trees that were never anchored. The chain holds their digest in the root,"
            " not their words; whoever has their bytes or a bundle can still prove them against these heads."
        )
    elif totals.size:
        lines.append(f"All {totals.size} leaves of the newest tree are there.")
    if not done.every_anchor:
        lines.append(
            "Not checked: whether an anchor between two others was kept back, because no node served the contract's"
            " state at old blocks. Tickets and the newest head are complete all the same."
        )
    if out is not None:
        lines.append(f"Written: {out}/heads.jsonl, {out}/submissions.jsonl, {out}/recovered.json.")
    if settings is not None:
        lines.append(f"Recorded in the database of {settings.home}.")
    return "\n".join(lines)
