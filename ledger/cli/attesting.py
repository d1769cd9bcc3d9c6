"""Asking attesters, and checking what they answer: signatures, what was attested, receipts.

Each attester is asked by itself; that one does not answer, or answers wrongly, is its own result and never
stops the others. ``habeas mail add`` and the demo use this.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import httpx2

from ledger.cli.client import MAX_ANSWER_BYTES, ApiClient, LedgerInfo, read_answer, require_private
from ledger.disclosure import Disclosure
from ledger.encoding import Json, encode_hex, encode_json, parse_hex, sha256
from ledger.errors import (
    HabeasError,
    MalformedRequest,
    RefusedNotFound,
    RuntimeFault,
    Verification,
    VerificationInclusion,
    VerificationSignature,
)
from ledger.leaf import statement_leaf
from ledger.proof import LogProof, verify_proof
from ledger.statement import SignedStatement, parse, verify_signature

TIMEOUT_S = 120.0
AT_ONCE = 8
MAIL_TYPE = "message/rfc822"
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Attested:
    """One ``evidence.attested`` of an attester, its signature and its place in the log verified."""

    check: str
    result: str
    signed: SignedStatement
    index: int
    proof: bytes


@dataclass(frozen=True, slots=True)
class MailAnswer:
    """What one attester answered about a mail; ``problem`` says why where it did not."""

    url: str
    problem: str | None
    error: HabeasError | None = None
    attester: bytes = b""
    """Address of the key that signed, 20 bytes."""
    result: str = ""
    """A grade, ``failed`` or ``undetermined``."""
    reasons: tuple[tuple[str, str], ...] = ()
    """Code and sentence each, in the attester's order."""
    case_in: str = "none"
    at: str = ""
    attested: tuple[Attested, ...] = ()
    capture: bytes | None = None
    """The attester's DNS capture."""
    capture_disclosure: Disclosure | None = None
    """Its disclosure; the ``dns`` attestation carries the digest."""


@dataclass(frozen=True, slots=True)
class About:
    """What an attester says of itself."""

    name: str
    address: bytes
    """Of the key that it signs with, 20 bytes."""
    scopes: tuple[str, ...]
    ledgers: frozenset[str]
    """Origins of the ledgers that it works for."""


@dataclass(frozen=True, slots=True)
class KeyAnswer:
    """What one attester answered about a company key."""

    url: str
    problem: str | None
    index: int | None = None
    signed: SignedStatement | None = None


def read_about(url: str) -> About:
    """Ask an attester who it is. Raises MalformedRequest where it is none, RuntimeFault where nobody answers."""
    value = ask_about(url)
    scopes, ledgers = value.get("scopes"), value.get("ledgers")
    served = (item.get("ledger") for item in (ledgers if isinstance(ledgers, list) else []) if isinstance(item, dict))
    return About(
        str(value.get("name")),
        parse_hex(value.get("address"), 20, MalformedRequest, f"address in what {url} says of itself"),
        tuple(str(item) for item in scopes) if isinstance(scopes, list) else (),
        frozenset(str(item) for item in served),
    )


def ask_about(url: str) -> Mapping[str, Json]:
    """The same as it was answered."""
    require_private(url, "the address of an attester")
    with ApiClient(url) as client:
        try:
            return client.get_json("/v1/attester")
        except RefusedNotFound:
            pass
        try:
            origin = client.info().origin
        except HabeasError:
            raise MalformedRequest(f"{url} is no attester: it has no page /v1/attester") from None
    raise MalformedRequest(f"{url} is the server of the ledger {origin}, not an attester; give the attester's address")


def ask_attesters(
    urls: Sequence[str], message: bytes, disclosure: Disclosure, info: LedgerInfo, statement: SignedStatement
) -> tuple[MailAnswer, ...]:
    """Hand the mail to every attester at once; answers in the order of ``urls``.

    ``statement`` is recorded in the ledger of ``info`` and has the disclosure's digest.
    """
    headers = {
        "Content-Type": MAIL_TYPE,
        "Habeas-Ledger": info.origin,
        "Habeas-Statement": encode_hex(statement.id),
        "Habeas-Disclosure": disclosure.encoded,
    }

    def ask(url: str) -> MailAnswer:
        try:
            value = _post(url, "/v1/attest", message, headers)
            return _read_mail(url, value, disclosure, info, statement)
        except HabeasError as error:
            return MailAnswer(url, _problem(error), error)

    return _at_once(urls, ask)


def ask_for_key(urls: Sequence[str], info: LedgerInfo, company: str, key: bytes, method: str) -> tuple[KeyAnswer, ...]:
    """Ask every attester to look for a company key; answers in the order of ``urls``."""
    body = encode_json({"ledger": info.origin, "company": company, "key": encode_hex(key), "method": method})

    def ask(url: str) -> KeyAnswer:
        try:
            value = _post(url, "/v1/company-keys", body, {"Content-Type": "application/json"})
            signed, index, _ = _read_recorded(value, info)
            facts = signed.statement.facts
            if signed.statement.kind != "company.key_bound" or facts.get("key") != encode_hex(key):
                raise VerificationSignature(f"{url} recorded something else than the binding of this key")
            return KeyAnswer(url, None, index, signed)
        except HabeasError as error:
            return KeyAnswer(url, _problem(error))

    return _at_once(urls, ask)


def _problem(error: HabeasError) -> str:
    """The title says on whose side a fault is by where the code runs; here it would name the operator of a ledger."""
    return str(error) if isinstance(error, RuntimeFault) else f"{error.title}: {error}"


def _at_once(urls: Sequence[str], ask: Callable[[str], _Answer]) -> tuple[_Answer, ...]:
    if not urls:
        return ()
    with ThreadPoolExecutor(min(AT_ONCE, len(urls)), "attesters") as pool:
        return tuple(pool.map(ask, urls))


def _post(url: str, path: str, body: bytes, headers: Mapping[str, str]) -> Mapping[str, Json]:
    require_private(url, "the address of an attester")  # it is handed a mail
    place = url.rstrip("/") + path
    try:
        with (
            httpx2.Client(timeout=TIMEOUT_S, follow_redirects=False) as http,
            http.stream("POST", place, content=body, headers=dict(headers)) as answer,
        ):
            data = b""
            for piece in answer.iter_bytes():
                data += piece
                if len(data) > MAX_ANSWER_BYTES:
                    raise RuntimeFault(f"{place} sent more than {MAX_ANSWER_BYTES} bytes")
            return read_answer(answer.status_code, data, place)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise RuntimeFault(f"{url} does not answer: {str(error)[:200] or type(error).__name__}") from None


def _read_mail(
    url: str, value: Mapping[str, Json], disclosure: Disclosure, info: LedgerInfo, statement: SignedStatement
) -> MailAnswer:
    attester = parse_hex(value.get("attester"), 20, MalformedRequest, "attester")
    capture, opened = _read_capture(value)
    items = value.get("attested")
    attested = tuple(
        _read_attested(item, info, attester, statement) for item in (items if isinstance(items, list) else [])
    )
    digests = {"dkim": sha256(disclosure.encoded.encode("ascii"))}
    if opened is not None:
        digests["dns"] = sha256(opened.encoded.encode("ascii"))
    for item in attested:
        wanted = digests.get(item.check)
        if wanted is None or item.signed.statement.facts["digest"] != encode_hex(wanted):
            raise Verification(f"{url} attested {item.check} of something else than what was handed in")
    reasons = value.get("reasons")
    return MailAnswer(
        url,
        None,
        attester=attester,
        result=str(value.get("result")),
        reasons=tuple(_reason(item) for item in (reasons if isinstance(reasons, list) else [])),
        case_in=str(value.get("case_in")),
        at=str(value.get("at")),
        attested=attested,
        capture=capture,
        capture_disclosure=opened,
    )


def _read_attested(item: Json, info: LedgerInfo, attester: bytes, about: SignedStatement) -> Attested:
    value = item if isinstance(item, dict) else {}
    signed, index, proof = _read_recorded(value, info)
    said, facts = signed.statement, signed.statement.facts
    right = (
        said.kind == "evidence.attested"
        and said.author == attester
        and said.case_id == about.statement.case_id
        and facts.get("statement") == encode_hex(about.id)
        and (facts.get("check"), facts.get("result")) == (value.get("check"), value.get("result"))
    )
    if not right:
        raise Verification("the attester recorded another statement than it says")
    return Attested(str(facts["check"]), str(facts["result"]), signed, index, proof)


def _read_recorded(value: Mapping[str, Json], info: LedgerInfo) -> tuple[SignedStatement, int, bytes]:
    """A statement with its receipt: the signature is its author's, and the log holds it."""
    signed = parse(str(value.get("signed")).encode("utf-8", "replace"))
    verify_signature(signed)
    proof = LogProof.parse(str(value.get("proof")).encode("utf-8", "replace"))
    verify_proof(proof, statement_leaf(signed, info.origin).hash(), info.vkey, info.origin)
    if proof.index != value.get("index"):
        raise VerificationInclusion(f"the proof is of leaf {proof.index}, not of {value.get('index')}")
    return signed, proof.index, proof.encode()


def _read_capture(value: Mapping[str, Json]) -> tuple[bytes | None, Disclosure | None]:
    text, encoded = value.get("capture"), value.get("capture_disclosure")
    capture = text.encode("utf-8", "replace") if isinstance(text, str) else None
    opened = Disclosure.parse(encoded) if isinstance(encoded, str) else None
    if opened is not None:
        file = opened.value
        if capture is None or isinstance(file, str) or file.sha256 != sha256(capture).hex():
            raise Verification("the disclosure of the DNS capture does not fit the capture")
    return capture, opened


def _reason(item: Json) -> tuple[str, str]:
    value = item if isinstance(item, dict) else {}
    return str(value.get("code")), str(value.get("text"))
