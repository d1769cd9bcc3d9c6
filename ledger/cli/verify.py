"""``habeas verify``: what one file proves, to a stranger and without a network.

Nothing here imports the database, web3 or the web framework: an auditor's start is cold.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from ledger.assessment import Assessment, assess
from ledger.bundle import MAX_BYTES, Bundle, parse_bundle
from ledger.cli.clean import clean_line, dump_json
from ledger.cli.files import read_file
from ledger.cli.report import report_json, report_text
from ledger.encoding import parse_hex, parse_instant
from ledger.errors import HabeasError, Malformed, MalformedRequest
from ledger.evm import parse_header
from ledger.observed import Observed
from ledger.policy import MAX_BYTES as MAX_POLICY_BYTES
from ledger.policy import CompanyPin, TrustPolicy, parse_policy
from ledger.words import Language

CLOCK_TOLERANCE_SECONDS = 60


def read_policy(path: Path | None) -> TrustPolicy:
    """The trust policy at ``path``, or the one that ships with Habeas."""
    if path is None:
        return parse_policy(files("ledger").joinpath("data/trust.toml").read_bytes())
    return parse_policy(_read(path, MAX_POLICY_BYTES))


def verify(
    bundle_path: Path,
    *,
    trust: Path | None = None,
    rpc: Sequence[str] = (),
    blocks: Sequence[str] = (),
    dns: bool = False,
    now: str | None = None,
) -> Assessment:
    """Read, observe and assess; raises a HabeasError where the input is malformed."""
    bundle = parse_bundle(_read(bundle_path, MAX_BYTES))
    policy = read_policy(trust)
    notes: tuple[str, ...] = ()
    if dns:
        policy, notes = _with_dns(bundle, policy)
    vouched = [parse_hex(block, 32, MalformedRequest, "--block") for block in blocks]
    observed = _observe(bundle, policy, rpc, vouched)
    observed = replace(observed, notes=(*observed.notes, *notes))
    moment = int(parse_instant(now, MalformedRequest, "--now").timestamp()) if now else _clock(bundle)
    return assess(bundle, policy, observed, moment)


def _clock(bundle: Bundle) -> int:
    """This machine's clock; a chain that runs less than a minute ahead of it is no error."""
    clock = int(time.time())
    ahead = [second for second in _anchor_times(bundle) if clock < second <= clock + CLOCK_TOLERANCE_SECONDS]
    return max(ahead, default=clock)


def _anchor_times(bundle: Bundle) -> Iterator[int]:
    for anchor in bundle.anchors.values():
        with suppress(Malformed):  # the assessment says so
            yield parse_header(anchor.proof.header).timestamp


def run(
    bundle_path: Path,
    *,
    trust: Path | None,
    rpc: Sequence[str],
    blocks: Sequence[str],
    dns: bool,
    now: str | None,
    as_json: bool,
    lang: Language,
) -> int:
    """The command: prints the result and gives the exit code (0, 1, 2 or 3)."""
    try:
        result = verify(bundle_path, trust=trust, rpc=rpc, blocks=blocks, dns=dns, now=now)
    except HabeasError as error:
        if as_json:
            print(dump_json({"exit": 2, "error": error.type, "detail": str(error)}, None))
        else:
            print(clean_line(f"{error.title}: {error}"), file=sys.stderr)
        return 2
    print(dump_json(report_json(result)) if as_json else report_text(result, lang))
    return result.exit_code


def _observe(bundle: Bundle, policy: TrustPolicy, rpc: Sequence[str], vouched: Sequence[bytes]) -> Observed:
    trust = policy.ledgers.get(bundle.ledger)
    mine = dict.fromkeys(vouched, "the person who verifies (--block)")
    if not rpc:
        return Observed(canonical=mine)
    from ledger.cli.rpc import check_url, observe  # ssl and http are only needed here

    for url in rpc:
        check_url(url)
    if trust is None:
        why = f"No node was asked (--rpc): the trust policy does not list {bundle.ledger}, so its chain is not known."
        return Observed(canonical=mine, notes=(why,))
    return observe(rpc, trust, dict(_wanted(bundle)), vouched)


def _wanted(bundle: Bundle) -> Iterator[tuple[bytes, int]]:
    """Hash and number of the blocks that some check rests on."""
    quoted = {item.signed.statement.recent_block.hash for item in bundle.statements.values()}
    headers = [anchor.proof.header for anchor in bundle.anchors.values()]
    headers += [proof.header for proof in bundle.submitted.values()]
    headers += [raw for block, raw in bundle.blocks.items() if block in quoted]
    for raw in headers:
        with suppress(Malformed):  # the assessment says so
            header = parse_header(raw)
            yield header.hash, header.number


def _with_dns(bundle: Bundle, policy: TrustPolicy) -> tuple[TrustPolicy, tuple[str, ...]]:
    """The policy with the keys that the company publishes in DNS right now, as if pinned."""
    from ledger.cli.dns import published_keys  # dnspython is only needed here

    companies = {item.signed.statement.company for item in bundle.statements.values()}
    notes, pins = [], list(policy.company_keys)
    for company in sorted(name for name in companies if name):
        try:
            keys = published_keys(company)
        except HabeasError as error:
            notes.append(str(error))
            continue
        pins += [CompanyPin(company, key, "that DNS names now") for key in keys]
        notes.append(f"DNS of {company} names {len(keys)} key(s) now (--dns).")
    return replace(policy, company_keys=tuple(pins)), tuple(notes)


def _read(path: Path, limit: int) -> bytes:
    try:
        return read_file(path, limit)
    except OSError as error:
        raise MalformedRequest(f"{path} cannot be read: {error.strerror}") from None
