"""The ledger's API as the command line uses it: typed errors, checked answers.

What a server says is checked where it can be: a receipt must prove the very leaf, a recent block must
have the hash of its header. Only signed statements are sent, never a private text.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

import httpx2

from ledger import errors
from ledger.checkpoint import Checkpoint, verify_checkpoint
from ledger.cli.plainjson import load_json
from ledger.encoding import Json, encode_hex, encode_json, parse_base64, parse_hex
from ledger.errors import HabeasError, MalformedRequest, RuntimeFault
from ledger.evm import Header, verify_header
from ledger.leaf import statement_leaf
from ledger.note import VerifierKey
from ledger.policy import TrustPolicy
from ledger.proof import LogProof, verify_proof
from ledger.statement import RecentBlock, SignedStatement, parse_origin

TIMEOUT_SECONDS = 60.0
MAX_ANSWER_BYTES = 16_777_216


@dataclass(frozen=True, slots=True)
class Receipt:
    """A recorded statement: leaf ``index`` and the tlog-proof, which was verified."""

    index: int
    created: bool
    proof: bytes


@dataclass(frozen=True, slots=True)
class LedgerInfo:
    """What the ledger says of itself."""

    origin: str
    ledger_class: str
    vkey: VerifierKey
    attesters: Mapping[bytes, frozenset[str]] | None = None
    """Scopes of the attesters that its operator has bound, by address; None where it does not say."""


def require_private(url: str, what: str) -> None:
    """Raises MalformedRequest for an address at which the network reads along: anything but https and this machine."""
    host = ""
    try:
        host = urlsplit(url).hostname or ""
        is_own = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        is_own = False
    if not (url.startswith("https://") and host) and not (url.startswith("http://") and is_own):
        raise MalformedRequest(f"{what} must be an https address, or an http one of this machine, not {url[:80]!r}")


class ApiClient:
    """One ledger's API at ``url``."""

    def __init__(self, url: str, trust: TrustPolicy | None = None) -> None:
        require_private(url, "--api")
        self.url = url.rstrip("/")
        self._trust = trust
        try:
            self._http = httpx2.Client(base_url=self.url, timeout=TIMEOUT_SECONDS, follow_redirects=False)
        except (httpx2.InvalidURL, ValueError) as error:
            raise MalformedRequest(f"--api {url[:80]!r} is no address: {error}") from None
        self._info: LedgerInfo | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def get(self, path: str) -> bytes:
        """The body at ``path``. Raises the error that the server names, or RuntimeFault."""
        return self._ask("GET", path)[1]

    def get_json(self, path: str) -> Mapping[str, Json]:
        """The JSON object at ``path``."""
        return _object(self.get(path), path)

    def info(self) -> LedgerInfo:
        """Origin and log key; where the trust policy lists the ledger, its key must be the policy's."""
        if self._info is None:
            value = self.get_json("/v1/ledger")
            origin = parse_origin(value.get("ledger"))
            vkey = VerifierKey.parse(value.get("vkey"))
            listed = self._trust.ledgers.get(origin) if self._trust else None
            if listed is not None and listed.vkey != vkey:
                raise errors.VerificationNote(f"{self.url} names another log key for {origin} than the trust policy")
            self._info = LedgerInfo(origin, str(value.get("ledger_class")), vkey, _attesters(value.get("attesters")))
        return self._info

    def recent_block(self) -> RecentBlock:
        """The newest final block that the server shows."""
        header = self.recent_header()
        return RecentBlock(header.hash, header.number)

    def recent_header(self) -> Header:
        """Its header, which has the hash that the server names."""
        value = self.get_json("/v1/recent-block")
        hash_ = parse_hex(value.get("hash"), 32, MalformedRequest, "hash of the recent block")
        raw = parse_base64(value.get("header"), MalformedRequest, "header of the recent block")
        return verify_header(raw, hash_)

    def submit(self, signed: SignedStatement) -> Receipt:
        """Record a statement and verify the proof that comes back."""
        info = self.info()  # before it is sent: afterwards nothing may go wrong but the answer
        try:
            status, body = self._ask("POST", "/v1/statements", signed.raw)
        except errors.RefusedDuplicate:
            return self._receipt(signed)
        answer = _object(body, "/v1/statements")
        text = answer.get("proof")
        try:
            proof = LogProof.parse(text.encode("utf-8") if isinstance(text, str) else b"")
            verify_proof(proof, statement_leaf(signed, info.origin).hash(), info.vkey, info.origin)
        except HabeasError as error:
            # Not the class that was raised: a refusal would make the caller drop what may be recorded.
            raise RuntimeFault(f"{self.url} took the statement, but its receipt does not verify: {error}") from None
        return Receipt(proof.index, status == 201, proof.encode())

    def find(self, signed: SignedStatement) -> Receipt | None:
        """The receipt of a statement if the log has it. Its id is all that is sent."""
        try:
            self.get(_proof_path(signed))
        except errors.RefusedNotFound:
            return None
        return self._receipt(signed)

    def _receipt(self, signed: SignedStatement) -> Receipt:
        """The receipt of a statement that the log has already, with these very bytes."""
        info = self.info()
        try:
            proof = LogProof.parse(self.get(_proof_path(signed)))
            verify_proof(proof, statement_leaf(signed, info.origin).hash(), info.vkey, info.origin)
        except HabeasError as error:
            raise RuntimeFault(
                f"{self.url} says that it is recorded already, but shows no receipt of these bytes: {error}"
            ) from None
        return Receipt(proof.index, False, proof.encode())

    def ask_for_key(self, company: str, key: bytes, method: str) -> Mapping[str, Json]:
        """Ask the operator to look for a company key."""
        body = encode_json({"key": encode_hex(key), "method": method})
        return _object(self._ask("POST", f"/v1/companies/{company}/keys", body)[1], "keys")

    def checkpoint(self) -> Checkpoint:
        """The newest checkpoint, signed by the log's key."""
        info = self.info()
        return verify_checkpoint(self.get("/log/checkpoint"), info.vkey, info.origin)

    def give_cosignature(self, note: bytes) -> None:
        """Give the ledger a checkpoint with an auditor's cosignature under it."""
        self._ask("POST", "/v1/cosignatures", note, "text/plain; charset=utf-8")

    def _ask(
        self, method: str, path: str, content: bytes | None = None, media_type: str = "application/json"
    ) -> tuple[int, bytes]:
        headers = {"Content-Type": media_type} if content is not None else {}
        try:
            with self._http.stream(method, path, content=content, headers=headers) as answer:
                data = b""
                for piece in answer.iter_bytes():
                    data += piece
                    if len(data) > MAX_ANSWER_BYTES:
                        raise RuntimeFault(f"{self.url}{path} sent more than {MAX_ANSWER_BYTES} bytes")
                status = answer.status_code
        except httpx2.HTTPError as error:
            cause = str(error)[:200] or type(error).__name__
            raise RuntimeFault(f"{self.url} does not answer: {cause}") from None
        if status >= 300:
            raise _problem(status, data, f"{self.url}{path}")
        return status, data


def read_answer(status: int, data: bytes, where: str) -> Mapping[str, Json]:
    """The JSON object of an answer. Raises the error that the server names, or RuntimeFault."""
    if status >= 300:
        raise _problem(status, data, where)
    return _object(data, where)


def _attesters(value: Json) -> Mapping[bytes, frozenset[str]] | None:
    if not isinstance(value, list):
        return None
    found = {}
    for item in value:
        members = item if isinstance(item, dict) else {}
        scopes = members.get("scopes")
        address = parse_hex(members.get("address"), 20, MalformedRequest, "address of an attester of the ledger")
        found[address] = frozenset(str(scope) for scope in (scopes if isinstance(scopes, list) else []))
    return found


def _proof_path(signed: SignedStatement) -> str:
    return f"/v1/statements/{encode_hex(signed.id)}/proof"


def _object(data: bytes, where: str) -> Mapping[str, Json]:
    try:
        value = load_json(data)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise RuntimeFault(f"{where} did not answer with a JSON object")
    return value


def _problem(status: int, data: bytes, where: str) -> HabeasError:
    """The error that an RFC 9457 problem names: its own class, with the server's sentence."""
    try:
        value = _object(data, where)
    except RuntimeFault:
        value = {}
    name = str(value.get("type", "")).rpartition("/")[2]
    detail = str(value.get("detail") or f"{where} answered with HTTP status {status}")
    known = _classes().get(name)
    if known is None:
        return RuntimeFault(detail)
    return known(detail)


def _classes() -> dict[str, type[HabeasError]]:
    def below(cls: type[HabeasError]) -> Iterator[type[HabeasError]]:
        yield cls
        for sub in cls.__subclasses__():
            yield from below(sub)

    return {cls.type: cls for cls in below(HabeasError) if cls.__module__ == errors.__name__}


@contextmanager
def open_client(url: str | None, trust: TrustPolicy | None = None) -> Iterator[ApiClient]:
    """A client of ``url``; without one, a sentence that says how to name it."""
    if not url:
        raise MalformedRequest("name the ledger's server with --api URL, or in the environment as HABEAS_API")
    with ApiClient(url, trust) as client:
        yield client
