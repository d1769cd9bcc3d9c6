"""The live case of the demo, from both sides, over the same HTTP API that everybody uses.

The requester asks the shop for a copy of the data; the shop acknowledges, suspends the account, extends
the deadline and refuses; the requester disputes and checks in. The shop is ``shop.example``, a
reserved name: its key is published at a local address that only a practice ledger believes.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from coincurve import PrivateKey
from httpx2 import Client

from ledger.cli.casefile import Entry
from ledger.cli.demo.mail import MailKey, write_mail
from ledger.companies import WELL_KNOWN_PATH, encode_well_known
from ledger.disclosure import Disclosure, FileValue
from ledger.encoding import Json, encode_hex, parse_hex
from ledger.errors import MalformedRequest, RuntimeFault
from ledger.statement import RecentBlock, SignedStatement, Statement, address_of, sign

COMPANY = "shop.example"
QUIET = "quiet.example"
"""A company that never answers in the demo's second case."""
YOURS = "company.example"
"""The company that whoever runs the demo can play (docs/cli.md)."""
Tell = Callable[[str], None]
Facts = Mapping[str, Json]
HandIn = Callable[[bytes, Disclosure, SignedStatement], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody with a key."""

    name: str
    key: bytes

    @property
    def address(self) -> bytes:
        return address_of(PrivateKey(self.key).public_key)


class Site:
    """A company's web server on loopback: /.well-known/habeas.json, which ``read`` gives if there is one."""

    def __init__(self, read: Callable[[], bytes | None]) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = read() if self.path == WELL_KNOWN_PATH else None
                self.send_response(404 if body is None else 200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body or b"")))
                self.end_headers()
                self.wfile.write(body or b"")

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Shop(Site):
    """The web server of the demo's own company, with its key."""

    def __init__(self, key: bytes) -> None:
        file = encode_well_known(COMPANY, [key])
        super().__init__(lambda: file)


class FolderSite(Site):
    """The web server of a company that somebody plays: serves what ``company publish --site`` wrote to ``folder``."""

    def __init__(self, folder: Path) -> None:
        path = folder / WELL_KNOWN_PATH.removeprefix("/")
        super().__init__(lambda: path.read_bytes() if path.is_file() else None)


class Recorder:
    """Signs statements and records them through the API."""

    def __init__(self, api: Client, origin: str) -> None:
        self._api, self._origin = api, origin

    def recent_block(self) -> RecentBlock:
        """The newest final block that the server shows."""
        shown = _json(self._api.get("/v1/recent-block"))
        number = shown["number"]
        if not isinstance(number, int):
            raise MalformedRequest("the server's recent block has no number")
        return RecentBlock(parse_hex(shown["hash"], 32, MalformedRequest, "recent block"), number)

    def sign(
        self,
        party: Party,
        kind: str,
        facts: Facts,
        *,
        case: bytes | None = None,
        company: str | None = COMPANY,
        private: Sequence[Disclosure] = (),
    ) -> SignedStatement:
        """A signed statement that quotes the newest final block."""
        digests = tuple(sorted(item.digest for item in private))
        statement = Statement(self._origin, kind, case, company, self.recent_block(), facts, digests, party.address)
        return sign(statement, party.key)

    def record(self, signed: SignedStatement) -> bytes:
        """Record one statement; gives the receipt, a tlog-proof, once the log holds it."""
        headers = {"Content-Type": "application/json"}
        return str(_json(self._api.post("/v1/statements", content=signed.raw, headers=headers))["proof"]).encode()

    def record_all(self, many: Iterable[SignedStatement]) -> None:
        """Record many as JSON Lines, and insist on each."""
        body = b"".join(signed.raw + b"\n" for signed in many)
        answer = self._api.post("/v1/statements:batch", content=body, headers={"Content-Type": "application/jsonl"})
        for line in answer.text.splitlines():
            if json.loads(line).get("status") not in ("recorded", "duplicate"):
                raise RuntimeFault(f"not recorded: {line[:300]}")

    def bind(self, company: str, key: bytes) -> None:
        """Ask the operator to look at the company's well-known address and record what it finds."""
        _json(self._api.post(f"/v1/companies/{company}/keys", json={"key": encode_hex(key), "method": "well_known"}))


@dataclass(frozen=True, slots=True)
class Told:
    """The requester's statements as they were recorded, each with what only the requester holds."""

    entries: tuple[Entry, ...]

    @property
    def case(self) -> bytes:
        """The case id."""
        return self.entries[0].signed.id


@dataclass(frozen=True, slots=True)
class Scene:
    """Who takes part, and how it is told. ``letter`` gives the letter's text for an opening."""

    recorder: Recorder
    requester: Party
    shop: Party
    letter: Callable[[SignedStatement], str]
    tell: Tell
    company: str = COMPANY


def tell_silence(scene: Scene) -> Told:
    """Record a case in which nobody answers: what a bundle shows of it is a finding, too."""
    today = datetime.now(UTC).date()
    opened = _ask(scene, "case.opened", {"regime": "eu-gdpr", "place": "IE", "acting": "self", "related": []}, None)
    case = opened.signed.id
    request: Facts = {
        "right": "access",
        "sent_on": str(today - timedelta(days=40)),
        "channel": "email",
        "published_contact": True,
    }
    sent = _ask(scene, "request.sent", request, case)
    check_in: Facts = {"on": str(today), "answer": "nothing", "account": "not_concerned"}
    checked = _ask(scene, "case.confirmed", check_in, case)
    scene.tell(f"A second case, with {scene.company}: sent 40 days ago; today the requester checks in: nothing came.")
    return Told((opened, sent, checked))


def tell_mail(scene: Scene, key: MailKey, hand_in: HandIn) -> tuple[Told, bytes]:
    """Record a case in which the company's mail system answers by itself; gives the mail, too.

    ``hand_in`` has the mail attested, and gives for each attester what it said.
    """
    today = datetime.now(UTC)
    opened = _ask(scene, "case.opened", {"regime": "eu-gdpr", "place": "IE", "acting": "self", "related": []}, None)
    case = opened.signed.id
    request: Facts = {
        "right": "access",
        "sent_on": str(today.date()),
        "channel": "email",
        "published_contact": True,
    }
    sent = _ask(scene, "request.sent", request, case)
    scene.tell(f"A third case, with {scene.company}; its mail system answers by itself:")
    subject, text = f"We received your request [{encode_hex(case)}]", "We received your request. Ticket 123."
    mail = key.sign(write_mail(f"support@{scene.company}", subject, text, format_datetime(today)))
    scene.tell(f'"{subject[:36]}...]", signed by the mail system of {scene.company} (DKIM).')
    held = Disclosure.make(secrets.token_bytes(16), "mail", FileValue.of(mail, "message/rfc822", "answer.eml"))
    received: Facts = {"received_on": str(today.date())}
    reported = _ask(scene, "request.acknowledged", received, case, (held,))
    scene.tell("The requester records the acknowledgement, keeps the mail, and hands it to three attesters:")
    for words in hand_in(mail, held, reported.signed):
        scene.tell(words)
    return Told((opened, sent, reported)), mail


def tell_case(scene: Scene) -> Told:
    """Record the case from both sides."""
    ago = {days: str(datetime.now(UTC).date() - timedelta(days=days)) for days in (40, 38, 20, 3, 0, -20)}
    opened = _ask(scene, "case.opened", {"regime": "eu-gdpr", "place": "IE", "acting": "self", "related": []}, None)
    case = opened.signed.id
    scene.tell(f"The requester opens a case with {COMPANY}: {encode_hex(case)}")
    private = (
        Disclosure.make(secrets.token_bytes(16), "letter", scene.letter(opened.signed)),
        Disclosure.make(secrets.token_bytes(16), "account", "customer number 4711"),
    )
    request: Facts = {"right": "access", "sent_on": ago[40], "channel": "email", "published_contact": True}
    sent = _ask(scene, "request.sent", request, case, private)
    scene.tell("The letter carries the case id; the requester records that it was sent.")
    scene.recorder.bind(COMPANY, scene.shop.address)
    scene.tell(f"{COMPANY} publishes its key; the operator looks and vouches for it.")
    refused = _answer(scene, case, ago)
    dispute: Facts = {"statement": encode_hex(refused.id), "because": "behind_locked_account"}
    disputed = _ask(scene, "statement.disputed", dispute, case)
    scene.tell("The requester disputes the refusal.")
    check_in: Facts = {"on": ago[0], "answer": "recorded", "account": "blocked"}
    checked = _ask(scene, "case.confirmed", check_in, case)
    scene.tell("The requester checks in: the answer is recorded, the account is still blocked.")
    return Told((opened, sent, disputed, checked))


def _ask(scene: Scene, kind: str, facts: Facts, case: bytes | None, private: tuple[Disclosure, ...] = ()) -> Entry:
    recorder = scene.recorder
    signed = recorder.sign(scene.requester, kind, facts, case=case, company=scene.company, private=private)
    return Entry(signed, recorder.record(signed), private)


def _answer(scene: Scene, case: bytes, ago: Mapping[int, str]) -> SignedStatement:
    """The company's side; gives its refusal."""
    locked: Facts = {"on": ago[20], "stated_reason": "security", "notice": "none"}
    later: Facts = {"until": ago[-20], "reason": "complexity", "notified_on": ago[20]}
    refusal: Facts = {"answered_on": ago[3], "mode": "sent", "reasons": ["identity_unverified"]}
    steps: Sequence[tuple[str, Facts, str]] = (
        ("request.acknowledged", {"received_on": ago[38]}, "The shop acknowledges receipt."),
        ("account.suspended", locked, "The shop states that it suspended the account."),
        ("deadline.extended", later, "The shop extends the deadline."),
        ("request.refused", refusal, "The shop refuses, because it could not verify the identity."),
    )
    for kind, facts, words in steps:
        signed = scene.recorder.sign(scene.shop, kind, facts, case=case)
        scene.recorder.record(signed)
        scene.tell(words)
    return signed


def _json(answer: object) -> Mapping[str, Json]:
    from httpx2 import Response

    assert isinstance(answer, Response)
    try:
        value = answer.json()
    except ValueError:
        value = {}
    if answer.status_code >= 400:
        detail = value.get("detail") if isinstance(value, dict) else None
        raise RuntimeFault(f"{answer.request.method} {answer.request.url.path}: {detail or answer.status_code}")
    if not isinstance(value, dict):
        raise RuntimeFault(f"{answer.request.url.path} did not answer with an object")
    return value
