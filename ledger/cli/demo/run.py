"""The demo: an embedded chain, a practice ledger, its API and worker, and the main job done once.

Every part is the real one and everything goes over HTTP, as it does for anybody else. The folder is
made anew at each run; two demos cannot share one, because the chain's folder is locked.
"""

from __future__ import annotations

import secrets
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from httpx2 import Client

from api.server import ApiServer
from ledger.assessment import Assessment
from ledger.cli import casefolder
from ledger.cli.auditing.audit import Options, audit
from ledger.cli.auditing.cosigner import create_key
from ledger.cli.casefile import CaseFile, Entry
from ledger.cli.demo import mailed as demo_mail
from ledger.cli.demo.citations import read_citations
from ledger.cli.demo.mail import MailKey
from ledger.cli.demo.story import (
    COMPANY,
    QUIET,
    YOURS,
    FolderSite,
    Party,
    Recorder,
    Scene,
    Shop,
    Told,
    tell_case,
    tell_silence,
)
from ledger.cli.demo.watchers import QUORUM, Watchers
from ledger.cli.letter import write_letter
from ledger.cli.output import Language
from ledger.cli.report import report_text
from ledger.cli.verify import verify
from ledger.encoding import Json, encode_hex
from ledger.errors import RuntimeFault
from ledger.finding.told import told as told_words
from ledger.keys import derive_key, phrase_from_entropy
from ledger.runtime import embedded
from ledger.runtime.attester.settings import CHECKED
from ledger.runtime.lease import is_held
from ledger.runtime.logs import configure_logs
from ledger.runtime.settings import DATABASE, load_settings
from ledger.runtime.wiring import Services, open_services
from ledger.runtime.worker import Worker
from ledger.statement import SignedStatement
from ledger.words import text

LEDGER = "localhost/practice"
EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
_PATIENCE_S = 90.0
_ANCHOR_PERIOD_S = 3
_MARK = ".habeas-demo"
_POLICY, _SILENCE, _MAIL = "trust.toml", "silence.habeas.json", "mail.habeas.json"
AUDITOR = "auditor.localhost/practice"
_AUDITOR_KEY = Path("auditor", "cosign.key")


class Teller:
    """Numbered steps on standard output, with the time that each took."""

    def __init__(self) -> None:
        self._started = self._last = time.monotonic()

    def step(self, words: str) -> None:
        """A step begins."""
        print(f"\n[{self.elapsed:5.1f} s] {words}", flush=True)

    def line(self, words: str) -> None:
        """Something happened within the step."""
        print(f"          {words}", flush=True)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._started


@dataclass(slots=True)
class Stack:
    """The running parts."""

    services: Services
    worker: Worker
    api: ApiServer
    client: Client

    @property
    def chain_url(self) -> str:
        """JSON-RPC address of the embedded chain."""
        home = self.worker.home
        if home is None or home.process is None:
            raise RuntimeFault("the embedded chain does not run")
        return home.process.url


def run_demo(folder: Path, *, once: bool) -> int:
    """Do the main job in ``folder`` and serve afterwards unless ``once``. Gives the exit code."""
    configure_logs("ERROR", json=False)
    teller = Teller()
    _empty(folder)
    with ExitStack() as parts:
        shop_party = Party("shop", secrets.token_bytes(32))
        shop, yours = Shop(shop_party.address), FolderSite(folder / "company")
        parts.callback(shop.stop)
        parts.callback(yours.stop)
        teller.step("Starting a chain of our own, a practice ledger, its worker and its API")
        mail_key = MailKey.make(COMPANY)
        watchers = Watchers(folder / "attesters", LEDGER, mail_key)
        stack = parts.enter_context(_running(folder, {COMPANY: shop.url, YOURS: yours.url}, watchers, teller))
        parts.callback(watchers.stop)  # before the ledger that they speak to
        recorder = Recorder(stack.client, LEDGER)
        _record_citations(stack, recorder, teller)
        _bind_attesters(stack, recorder, watchers, teller)
        teller.step(f"A live case with {COMPANY}, from both sides")
        seed = casefolder.save_seed(folder / "requester", phrase_from_entropy(secrets.token_bytes(32)))
        requester = Party("requester", derive_key(seed, 0))
        scene = Scene(recorder, requester, shop_party, lambda opened: _letter(stack, opened), teller.line)
        told = tell_case(scene)
        casefolder.create(folder / "requester", CaseFile(stack.api.address, 0, told.entries))
        quiet = replace(scene, requester=Party("requester", derive_key(seed, 1)), company=QUIET)
        silence = tell_silence(quiet)
        casefolder.create(folder / "requester", CaseFile(stack.api.address, 1, silence.entries))
        third = replace(scene, requester=Party("requester", derive_key(seed, 2)))
        mailed = demo_mail.tell(third, mail_key, watchers.urls, stack.api.address, folder, 2)
        teller.step("Anchoring on the chain, and waiting until the block is final")
        _await(lambda: _is_anchored(stack), "the case to be anchored in a final block", teller)
        _audit(stack, folder, teller)
        result = (
            _check(stack, folder, told, teller)
            or _show_silence(stack, folder, silence, teller)
            or _show_mail(stack, folder, mailed, teller)
        )
        _tell_where(stack, folder, teller, once=once)
        if not once:
            _serve_on()
        return result
    return 1


def _letter(stack: Stack, opened: SignedStatement) -> str:
    case = CaseFile(stack.api.address, 0, (Entry(opened),))
    return write_letter(case, "access", Language.en, datetime.now(UTC).date())


@contextmanager
def _running(folder: Path, sites: Mapping[str, str], watchers: Watchers, teller: Teller) -> Iterator[Stack]:
    (folder / _AUDITOR_KEY).parent.mkdir(mode=0o700)
    auditor = create_key(folder / _AUDITOR_KEY, AUDITOR)
    settings = load_settings(
        home=folder,
        ledger=LEDGER,
        anchor_period_s=_ANCHOR_PERIOD_S,
        well_known_overrides=dict(sites),
        auditors=[auditor.encode()],
        attesters=watchers.listed,
        attester_quorum=QUORUM,
    )
    services = open_services(settings, create_keys_if_new=True)
    worker = Worker(services)
    stop = threading.Event()
    working = threading.Thread(target=worker.run, args=(stop,), name="worker")
    working.start()
    serving: threading.Thread | None = None
    api: ApiServer | None = None
    client: Client | None = None
    try:
        _await(lambda: _is_open(worker), "the chain and the contract", teller)
        home = worker.home
        assert home is not None, "the worker is open"
        teller.line(f"chain {home.identity.chain_id}, genesis {encode_hex(home.identity.genesis)}, proven ours")
        teller.line(f"contract {encode_hex(home.rules.contract)}, deployed by CREATE2, code compared")
        api = ApiServer(services)
        serving = threading.Thread(target=api.run, name="api")
        serving.start()
        client = Client(base_url=api.address, timeout=30.0)
        _await(lambda: client.get("/readyz").status_code == 200, "the API to be ready", teller)
        teller.line(f"ledger {LEDGER}, class practice; API at {api.address}")
        yield Stack(services, worker, api, client)
    finally:
        if client is not None:
            client.close()  # kept connections would hold the server back
        if api is not None and serving is not None:
            api.stop()
            serving.join()
        stop.set()
        working.join()
        services.close()


def _is_open(worker: Worker) -> bool:
    if worker.stopped is not None:
        raise worker.stopped
    return worker.opened.is_set()


def _record_citations(stack: Stack, recorder: Recorder, teller: Teller) -> None:
    citations = read_citations(EXAMPLES)
    teller.step(f"Recording {len(citations)} citations of published cases and of the AWS outage, with their sources")
    operator = stack.services.operator
    assert operator is not None, "the demo made the keys"
    party = Party("operator", operator.private)
    recorder.record_all(
        recorder.sign(party, "citation.recorded", citation.facts, company=citation.company) for citation in citations
    )
    teller.line("Citations are facts from public documents; they are no cases of this ledger.")


def _bind_attesters(stack: Stack, recorder: Recorder, watchers: Watchers, teller: Teller) -> None:
    teller.step(f"Three attesters, each with a key and resolvers of its own; the policy asks for {QUORUM} of them")
    watchers.start(stack.api.address)
    operator = stack.services.operator
    assert operator is not None, "the demo made the keys"
    for address, url in zip(watchers.addresses, watchers.urls, strict=True):
        facts: Mapping[str, Json] = {"key": encode_hex(address), "scope": [*CHECKED]}
        recorder.record(recorder.sign(Party("operator", operator.private), "attester.bound", facts, company=None))
        teller.line(f"{encode_hex(address)} at {url}, bound by the operator")


def _is_anchored(stack: Stack) -> bool:
    if stack.worker.stopped is not None:
        raise stack.worker.stopped
    newest = stack.worker.round
    return newest is not None and newest.final == newest.size


def _audit(stack: Stack, folder: Path, teller: Teller) -> None:
    """An auditor with a key of his own replays everything and cosigns."""
    teller.step("An auditor replays the whole log: bytes, signatures, roots, index, anchors")
    (folder / _POLICY).write_bytes(_get(stack.client, "/v1/trust-policy"))
    options = Options(
        f"{stack.api.address}/log/",
        rpc=[stack.chain_url],
        trust=folder / _POLICY,
        cosign=folder / _AUDITOR_KEY,
        post=True,
    )
    report = audit(options, lambda _words: None)
    if report.exit_code:
        raise RuntimeFault(f"the audit of the demo's own log ends with exit {report.exit_code}")
    teller.line(f"exit {report.exit_code}: {report.checkpoint.size} leaves replayed; {AUDITOR} cosigned")


def _check(stack: Stack, folder: Path, told: Told, teller: Teller) -> int:
    """Write the bundle and the policy, and verify the file offline and against the chain."""
    case = encode_hex(told.case)
    bundle_path, policy_path = folder / "case.habeas.json", folder / _POLICY
    bundle_path.write_bytes(_get(stack.client, f"/v1/cases/{case}/bundle"))
    teller.step("Verifying the file offline: no network, no server, no database")
    offline = verify(bundle_path, trust=policy_path)
    _tell_counts(offline, teller)
    teller.step("Verifying it against the chain: are those blocks canonical and final?")
    online = verify(bundle_path, trust=policy_path, rpc=[stack.chain_url])
    _tell_counts(online, teller)
    print(f"\n{'-' * 100}\n{report_text(online, 'en', checks=False)}\n{'-' * 100}", flush=True)
    return 0 if (offline.exit_code, online.exit_code) == (3, 0) else 1


def _show_silence(stack: Stack, folder: Path, told: Told, teller: Teller) -> int:
    """The other bundle, of the case that nobody answered: what may be said of it, and not one word more."""
    teller.step("The case that nobody answered, against the chain")
    path = folder / _SILENCE
    path.write_bytes(_get(stack.client, f"/v1/cases/{encode_hex(told.case)}/bundle"))
    result = verify(path, trust=folder / _POLICY, rpc=[stack.chain_url])
    _tell_counts(result, teller)
    for line in told_words(result.finding, "en") if result.finding else [text("not_complete", "en")]:
        teller.line(line)
    teller.line(text("everywhere", "en"))
    return 0 if result.exit_code == 0 and result.finding and result.finding.silence.said == "none" else 1


def _show_mail(stack: Stack, folder: Path, told: Told, teller: Teller) -> int:
    """The third bundle: that the request arrived rests on the company's own mail, and on two of three attesters."""
    teller.step("The case with the company's mail, against the chain")
    path = folder / _MAIL
    path.write_bytes(_get(stack.client, f"/v1/cases/{encode_hex(told.case)}/bundle"))
    result = verify(path, trust=folder / _POLICY, rpc=[stack.chain_url])
    _tell_counts(result, teller)
    delivery = result.finding.delivery if result.finding else None
    if delivery is None:
        return 1
    letter = f" {delivery.mail.letter}" if delivery.mail else ""
    basis, grade = delivery.basis, f"{delivery.grade}{letter}"
    teller.line(f"Delivery of the request: basis {basis}, grade {grade}, by {delivery.proven_by}.")
    is_shown = (delivery.basis, delivery.grade) == ("acknowledged", "domain_mail")
    return 0 if result.exit_code == 0 and is_shown else 1


def _get(client: Client, path: str) -> bytes:
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeFault(f"GET {path}: {answer.status_code} {answer.text[:300]}")
    return bytes(answer.content)


def _tell_counts(result: Assessment, teller: Teller) -> None:
    words = [item.value.word for item in result.checks]
    counts = ", ".join(f"{words.count(word)} {word}" for word in ("passed", "conditional", "not checked", "failed"))
    teller.line(f"exit {result.exit_code}: {counts}")


def _tell_where(stack: Stack, folder: Path, teller: Teller, *, once: bool) -> None:
    print(f"\nDone in {teller.elapsed:.0f} s. The file and the policy that names this ledger:")
    print(f"  {folder / 'case.habeas.json'}   {folder / _POLICY}")
    print(f"and of the other cases:\n  {folder / _SILENCE}   {folder / _MAIL}")
    check = f"{_program()} verify {folder / 'case.habeas.json'} --trust {folder / 'trust.toml'}"
    print(f"Check it yourself, offline (exit 3):\n  {check}", flush=True)
    graded = f"mail show {folder / demo_mail.MAIL} --mail-domain {COMPANY} --capture {folder / demo_mail.CAPTURE}"
    print(f"Grade the company's mail, offline too:\n  {_program()} {graded}", flush=True)
    if once:
        return  # the rest is only there while something serves
    print(f"and against the chain while it runs (exit 0):\n  {check} --rpc {stack.chain_url}", flush=True)
    print(f"The API and its description: {stack.api.address}/docs", flush=True)
    site = folder / "company"
    print(f"Play the company {YOURS}: publish its key with --site {site}, as docs/cli.md shows.", flush=True)


def _program() -> Path:
    """How this shell calls habeas: by its name, or where nobody put it on the path, by where it lies."""
    path = Path(sys.executable).parent / "habeas"
    if shutil.which("habeas") is not None or not path.exists():
        return Path("habeas")
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def _serve_on() -> None:
    print("Serving. End with Ctrl-C.", flush=True)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        print("\nEnding.", flush=True)


def _await(done: Callable[[], bool], what: str, teller: Teller) -> None:
    started = told = time.monotonic()
    while not done():
        now = time.monotonic()
        if now - started > _PATIENCE_S:
            raise RuntimeFault(f"waited {_PATIENCE_S:.0f} s for {what} in vain")
        if now - told > 5:
            told = now
            teller.line(f"still waiting for {what} ({now - started:.0f} s)")
        time.sleep(0.05)


def _empty(folder: Path) -> None:
    """Start over in ``folder``; a folder that no demo made is never emptied."""
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise RuntimeFault(f"{folder} is not empty and not a demo's; name another folder with --folder")
    if embedded.is_running(folder / "chain") or is_held(folder / DATABASE):
        raise RuntimeFault(f"a ledger runs in {folder}; end it first, or name another folder with --folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()
