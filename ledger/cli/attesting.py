"""Asking attesters, and checking what they answer: signatures, what was attested, receipts.

Each attester is asked by itself; that one does not answer, or answers wrongly, is its own result and never
stops the others. ``habeas mail add`` and the demo use this.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import httpx2

from ledger.attest_answer import AttestAnswer, AttestedItem, BindingAnswer
from ledger.cli.client import MAX_ANSWER_BYTES, ApiClient, LedgerInfo, read_answer, require_private
from ledger.disclosure import Disclosure
from ledger.encoding import Json, encode_hex, encode_instant, encode_json, parse_hex, sha256
from ledger.errors import (
    HabeasError,
    MalformedRequest,
    RefusedNotFound,
    RuntimeFault,
    Verification,
    VerificationSignature,
)
from ledger.leaf import statement_leaf
from ledger.proof import LogProof, verify_proof
from ledger.statement import SignedStatement, verify_signature

TIMEOUT_S = 120.0
AT_ONCE = 8
MAIL_TYPE = "message/rfc822"
_OTHER_PAGE = re.compile("HTTP status [34]..$|did not answer with a JSON object$")
"""How the fault ends where a server that knows nothing of attesters answered."""
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


def check_address(url: str, what: str) -> None:
    """Raises MalformedRequest for what is no address of an attester; it may lie below a path, and is no page of it."""
    require_private(url, what)
    base, pages, _ = url.partition("/v1/")
    if pages or set("?#") & set(url):
        raise MalformedRequest(
            f"{what} is the address of a server, not that of a page; give it without a path: {base.partition('?')[0]}"
        )


def ask_about(url: str) -> Mapping[str, Json]:
    """The same as it was answered."""
    check_address(url, "the address of an attester")
    with ApiClient(url) as client:
        try:
            return client.get_json("/v1/attester")
        except RefusedNotFound:
            pass
        except RuntimeFault as error:
            if not _OTHER_PAGE.search(str(error)):
                raise  # away, or at fault: it may well be an attester
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
            return _read_mail(url, _post(url, "/v1/attest", message, headers), disclosure, info, statement)
        except HabeasError as error:
            return MailAnswer(url, _problem(error), error)

    return _at_once(urls, ask)


def ask_for_key(urls: Sequence[str], info: LedgerInfo, company: str, key: bytes, method: str) -> tuple[KeyAnswer, ...]:
    """Ask every attester to look for a company key; answers in the order of ``urls``."""
    body = encode_json({"ledger": info.origin, "company": company, "key": encode_hex(key), "method": method})

    def ask(url: str) -> KeyAnswer:
        try:
            data = _post(url, "/v1/company-keys", body, {"Content-Type": "application/json"})
            answer = BindingAnswer.parse(data)
            _verify_recorded(answer.signed, answer.proof, info)
            said = answer.signed.statement
            if said.kind != "company.key_bound" or (said.company, said.facts.get("key")) != (company, encode_hex(key)):
                raise VerificationSignature(f"{url} recorded something else than the binding of this key")
            return KeyAnswer(url, None, answer.index, answer.signed)
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


def _post(url: str, path: str, body: bytes, headers: Mapping[str, str]) -> bytes:
    """The body of the answer. Raises the error that a problem names, or RuntimeFault."""
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
            if answer.status_code >= 300:
                read_answer(answer.status_code, data, place)
            return data
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise RuntimeFault(f"{url} does not answer: {str(error)[:200] or type(error).__name__}") from None


def _read_mail(
    url: str, data: bytes, disclosure: Disclosure, info: LedgerInfo, statement: SignedStatement
) -> MailAnswer:
    answer = AttestAnswer.parse(data)
    digest, opened = sha256(disclosure.encoded.encode("ascii")), answer.capture_disclosure
    if (answer.ledger, answer.statement, answer.digest) != (info.origin, statement.id, digest):
        raise Verification(f"{url} answered another question than was asked")
    capture = None if answer.capture is None else answer.capture.encode()
    digests = {"dkim": digest}
    if opened is not None:
        file = opened.value
        if capture is None or isinstance(file, str) or file.sha256 != sha256(capture).hex():
            raise Verification("the disclosure of the DNS capture does not fit the capture")
        digests["dns"] = sha256(opened.encoded.encode("ascii"))
    for item in answer.attested:
        _verify_attested(item, info, answer.attester, statement)
        if item.signed.statement.facts["digest"] != encode_hex(digests[item.check]):
            raise Verification(f"{url} attested {item.check} of something else than what was handed in")
    return MailAnswer(
        url,
        None,
        attester=answer.attester,
        result=answer.result,
        reasons=answer.reasons,
        case_in=answer.case_in,
        at=encode_instant(int(answer.at.timestamp())),
        attested=tuple(
            Attested(item.check, item.result, item.signed, item.index, item.proof.encode()) for item in answer.attested
        ),
        capture=capture,
        capture_disclosure=opened,
    )


def _verify_attested(item: AttestedItem, info: LedgerInfo, attester: bytes, about: SignedStatement) -> None:
    _verify_recorded(item.signed, item.proof, info)
    said, facts = item.signed.statement, item.signed.statement.facts
    right = (
        said.kind == "evidence.attested"
        and said.author == attester
        and said.case_id == about.statement.case_id
        and facts.get("statement") == encode_hex(about.id)
        and (facts.get("check"), facts.get("result")) == (item.check, item.result)
    )
    if not right:
        raise Verification("the attester recorded another statement than it says")


def _verify_recorded(signed: SignedStatement, proof: LogProof, info: LedgerInfo) -> None:
    """The signature is its author's, and the log holds it."""
    verify_signature(signed)
    verify_proof(proof, statement_leaf(signed, info.origin).hash(), info.vkey, info.origin)
