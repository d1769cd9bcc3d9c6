"""``habeas verify``: what one file proves, to a stranger and without a network.

Nothing here imports the database, web3 or the web framework: an auditor's start is cold.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from datetime import time as time_of_day
from importlib.resources import files
from pathlib import Path

from ledger.assessment import Assessment, assess
from ledger.bundle import MAX_BYTES, Bundle, parse_bundle
from ledger.cli.calendar_files import read_calendar
from ledger.cli.clean import clean_line, dump_json
from ledger.cli.files import read_file
from ledger.cli.observing import observe_bundle
from ledger.cli.report import report_json, report_text
from ledger.deadlines.authorities import MAX_BYTES as MAX_REGISTER_BYTES
from ledger.deadlines.authorities import Register
from ledger.deadlines.calendars import STANDARD, Calendar
from ledger.deadlines.request import parse_moment
from ledger.deadlines.rulebook import load_register
from ledger.disclosure import Disclosure
from ledger.encoding import JsonObject, parse_hex, sha256
from ledger.errors import HabeasError, Malformed, MalformedJson, MalformedRequest
from ledger.evm import parse_header
from ledger.finding.law import shipped_law
from ledger.fraud.proof import is_fraud_proof
from ledger.mail.raw import MAX_BYTES as MAX_FILE
from ledger.policy import MAX_BYTES as MAX_POLICY_BYTES
from ledger.policy import CompanyPin, TrustPolicy, parse_policy
from ledger.words import Language

CLOCK_TOLERANCE_SECONDS = 60


def read_policy(path: Path | None) -> TrustPolicy:
    """The trust policy at ``path``, or the one that ships with Habeas."""
    if path is None:
        return parse_policy(files("ledger").joinpath("data/trust.toml").read_bytes())
    return parse_policy(read_bytes(path, MAX_POLICY_BYTES))


def verify(
    bundle_path: Path,
    *,
    trust: Path | None = None,
    rpc: Sequence[str] = (),
    blocks: Sequence[str] = (),
    dns: bool = False,
    now: str | None = None,
    authorities: Sequence[Path] = (),
) -> Assessment:
    """Read, observe and assess; raises a HabeasError where the input is malformed."""
    bundle = parse_bundle(read_bytes(bundle_path))
    return assess_under(read_terms(Question(trust, rpc, blocks, dns, now=now, authorities=authorities)), bundle)


def assess_under(terms: Terms, bundle: Bundle) -> Assessment:
    """Observe what ``terms`` ask for, and assess."""
    policy, notes = terms.policy, tuple[str, ...]()
    if terms.dns:
        policy, notes = _with_dns(bundle, policy, terms.resolvers)
    observed = observe_bundle(bundle, policy, terms.rpc, terms.vouched)
    observed = replace(observed, notes=(*observed.notes, *notes))
    now = parse_now(terms.now) if terms.now else _clock(bundle)
    return assess(bundle, policy, observed, now, shipped_law(bundle, terms.calendar, terms.authorities))


def parse_now(now: str) -> int:
    """Unix seconds of ``--now``, an instant, or the end of a day (UTC). Raises MalformedRequest."""
    moment = parse_moment(now, "--now")
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, time_of_day.max, UTC)
    return int(moment.timestamp())


def _clock(bundle: Bundle) -> int:
    """This machine's clock; a chain that runs less than a minute ahead of it is no error."""
    clock = int(time.time())
    ahead = [second for second in _anchor_times(bundle) if clock < second <= clock + CLOCK_TOLERANCE_SECONDS]
    return max(ahead, default=clock)


def _anchor_times(bundle: Bundle) -> Iterator[int]:
    for anchor in bundle.anchors.values():
        with suppress(Malformed):  # the assessment says so
            yield parse_header(anchor.proof.header).timestamp


def check_nodes(rpc: Sequence[str], blocks: Sequence[str]) -> list[bytes]:
    """The block hashes that the person vouches for. Raises MalformedRequest, also for what is no address of a node."""
    if rpc:
        from ledger.cli.rpc import check_url  # ssl and http are only needed here

        for url in rpc:
            check_url(url)
    return [parse_hex(block, 32, MalformedRequest, "--block") for block in blocks]


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a file: by which policy, with whose word for blocks, and how it is answered."""

    trust: Path | None = None
    rpc: Sequence[str] = ()
    blocks: Sequence[str] = ()
    dns: bool = False
    resolvers: Sequence[str] = ()
    files: Sequence[Path] = ()
    """Files that stand beside the bundle, for which it has no room."""
    now: str | None = None
    against: Path | None = None
    fraud_out: Path | None = None
    as_json: bool = False
    lang: Language = "en"
    calendars: Sequence[Path] = ()
    """Calendar files over the holidays that ship."""
    authorities: Sequence[Path] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a question names, read: the policy, the hashes of the blocks that the person vouches for, the calendar."""

    policy: TrustPolicy
    rpc: tuple[str, ...]
    vouched: tuple[bytes, ...]
    dns: bool
    resolvers: tuple[tuple[str, int], ...]
    now: str | None
    calendar: Calendar = STANDARD
    authorities: Register | None = None
    """With files of one's own over those that ship; None: these alone."""


def read_terms(asked: Question) -> Terms:
    """The terms of a question. Raises a Malformed error for the first that is wrong, save ``now``."""
    policy, calendar = read_policy(asked.trust), read_calendar(asked.calendars)
    vouched = tuple(check_nodes(asked.rpc, asked.blocks))
    resolvers, register = _read_resolvers(asked), read_register(asked.authorities)
    return Terms(policy, tuple(asked.rpc), vouched, asked.dns, resolvers, asked.now, calendar, register)


def _read_resolvers(asked: Question) -> tuple[tuple[str, int], ...]:
    if not asked.resolvers:
        return ()
    if not asked.dns:
        raise MalformedRequest("--resolver names whom --dns asks; give --dns too")
    from ledger.cli.dns import parse_servers  # dnspython is only needed here

    return parse_servers(asked.resolvers)


def read_register(paths: Sequence[Path]) -> Register | None:
    """The authorities that ship with those of ``paths`` over them; None without any. Raises MalformedAuthorities."""
    register = load_register() if paths else None
    for path in paths:
        register = (register or Register()).with_file(read_bytes(path, MAX_REGISTER_BYTES))
    return register


def run(path: Path, question: Question) -> int:
    """The command: prints the result and gives the exit code (0, 1, 2 or 3)."""
    try:
        answer, code = _answer(path, question)
    except HabeasError as error:
        if question.as_json:
            print(dump_json({"exit": 2, "error": error.type, "detail": str(error)}, None))
        else:
            print(clean_line(f"{error.title}: {error}"), file=sys.stderr)
        return 2
    print(answer)
    return code


def _answer(path: Path, asked: Question) -> tuple[str, int]:
    """The text or JSON of the result, and the exit code."""
    data, terms = read_bytes(path), read_terms(asked)
    if asked.against is None and asked.fraud_out is not None:
        raise MalformedRequest("--fraud-out writes what --against finds; name the other bundle with --against FILE")
    if is_fraud_proof(data):
        from ledger.cli import fraud_report, verify_fraud

        if asked.against is not None:
            raise MalformedRequest(f"--against compares two bundles; {path} is a fraud proof")
        if asked.files:
            raise MalformedRequest(f"--file stands beside a bundle; {path} is a fraud proof")
        shown = verify_fraud.assess_file(data, terms.policy, asked.rpc, terms.vouched)
        made = (
            dump_json(fraud_report.fraud_json(shown)) if asked.as_json else fraud_report.fraud_text(shown, asked.lang)
        )
        return made, shown.exit_code
    bundle = _with_files(read_bundle(path, data), asked.files)
    result = assess_under(terms, bundle)
    if asked.against is not None:
        return _answer_against(bundle, result, terms, asked)
    return (dump_json(report_json(result)) if asked.as_json else report_text(result, asked.lang)), result.exit_code


def read_bundle(path: Path, data: bytes) -> Bundle:
    """The bundle in a file; of another kind of file, by its name, that it is none."""
    try:
        return parse_bundle(data)
    except MalformedJson as error:
        raise MalformedJson(
            f"{path} is no bundle (a .habeas.json file, from habeas prove or the server of a ledger): {error}"
        ) from None


def _with_files(bundle: Bundle, paths: Sequence[Path]) -> Bundle:
    """The bundle as if it held these files too: they are checked in the same way."""
    read = {path: read_bytes(path, MAX_FILE) for path in paths}
    opened = set()
    for encoded in bundle.disclosures:
        with suppress(Malformed):  # whatever is wrong with it is a check of its own
            value = Disclosure.parse(encoded).value
            opened.add("" if isinstance(value, str) else value.sha256)
    for path, data in read.items():
        name = sha256(data).hex()
        if name not in opened:
            told = f"{path}: the bundle opens no file with its SHA-256 {name}; it was changed, or belongs elsewhere."
            print(clean_line(told), file=sys.stderr)
    return replace(bundle, files={**bundle.files, **{sha256(data): data for data in read.values()}})


def _answer_against(bundle: Bundle, result: Assessment, terms: Terms, asked: Question) -> tuple[str, int]:
    from ledger.cli import fraud_report, verify_fraud

    assert asked.against is not None, "asked for only then"
    other = read_bundle(asked.against, read_bytes(asked.against))
    found = verify_fraud.compare_bundles([bundle, other], terms.policy, terms.rpc, terms.vouched)
    code = verify_fraud.exit_with(result.exit_code, found)
    written = verify_fraud.write_proofs(asked.fraud_out, found) if asked.fraud_out is not None else []
    if asked.as_json:
        value = report_json(result) | {"exit": code}
        against: JsonObject = {
            "file": str(asked.against),
            "contradictions": [fraud_report.fraud_json(item) for item in found],
            "written": [str(path) for path in written],
        }
        return dump_json(value | {"against": against}), code
    together = None if result.ledger is None else code
    lines = fraud_report.against_lines(found, str(asked.against), together, written, asked.lang)
    return report_text(result, asked.lang) + "\n" + "\n".join(clean_line(line) for line in lines), code


def _with_dns(
    bundle: Bundle, policy: TrustPolicy, resolvers: Sequence[tuple[str, int]]
) -> tuple[TrustPolicy, tuple[str, ...]]:
    """The policy with the keys that the company publishes in DNS right now, as if pinned."""
    from ledger.cli.dns import published_keys  # dnspython is only needed here

    companies = {item.signed.statement.company for item in bundle.statements.values()}
    notes, pins = [], list(policy.company_keys)
    for company in sorted(name for name in companies if name):
        try:
            keys = published_keys(company, resolvers)
        except HabeasError as error:
            notes.append(str(error))
            continue
        pins += [CompanyPin(company, key, "that DNS names now") for key in keys]
        by = f" by {len(resolvers)} resolvers" if len(resolvers) > 1 else " by one resolver alone, which is believed"
        notes.append(f"DNS of {company} names {len(keys)} key(s) now{by} (--dns).")
    return replace(policy, company_keys=tuple(pins)), tuple(notes)


def read_bytes(path: Path, limit: int = MAX_BYTES) -> bytes:
    """A file that the person named, of at most ``limit`` bytes. Raises MalformedRequest or MalformedSize."""
    try:
        return read_file(path, limit)
    except OSError as error:
        raise MalformedRequest(f"{path} cannot be read: {error.strerror}") from None
