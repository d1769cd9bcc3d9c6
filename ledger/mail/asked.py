"""Questions to DNS and the answers of resolvers: the parts of a capture (docs/spec/dns-capture.md).

Each part refuses what the format refuses; what several answers are worth together is said by
``ledger.mail.quorum`` and ``ledger.mail.capture``.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Self

import dns.exception
import dns.rdata
import dns.rdataclass

from ledger.encoding import Json, JsonObject, encode_base64, parse_base64, require_members
from ledger.errors import MalformedCapture
from ledger.kinds import is_domain
from ledger.mail.chain import MAX_SETS, parse_chain

MAX_RESOLVERS = 16
MAX_RECORDS = 32
MAX_ANSWER_BYTES = 4_096
"""Bytes of all records of one answer; the longest key records have about 800."""
MAX_CNAMES = 8
MAX_KEYS = 8
"""Keys of one mail that are asked for."""

Type = Literal["TXT", "MX"]
Status = Literal["answer", "nodata", "nxdomain", "failed"]
Cause = Literal["malformed", "refused", "servfail", "timeout", "too_large", "unreachable"]
_TYPES: tuple[Type, ...] = ("MX", "TXT")
_STATUSES: tuple[Status, ...] = ("answer", "nodata", "nxdomain", "failed")
_CAUSES: tuple[Cause, ...] = ("malformed", "refused", "servfail", "timeout", "too_large", "unreachable")
_NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_RESOLVER = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,61}[a-z0-9])?")
_ADDRESS = re.compile(r"(?:\[(?P<six>[0-9a-f:.]+)\]|(?P<four>[0-9.]+)):(?P<port>[1-9][0-9]{0,4})")
_PRIVATE = ("localhost", "local", "internal", "onion", "home.arpa", "lan", "corp", "home", "intranet", "private")
"""Last labels of names that only some network of its own knows (RFC 6761, 6762, 7686, 8375 and common use)."""


@dataclass(frozen=True, slots=True)
class Question:
    """One name and type that every resolver was asked for."""

    name: str
    """Lower case, without the last dot, at most 253 characters."""
    type: Type

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.type not in _TYPES:
            raise MalformedCapture(f"type must be one of {', '.join(_TYPES)}, not {str(self.type)[:20]!r}")

    def __str__(self) -> str:
        return f"{self.type} {self.name}"


@dataclass(frozen=True, slots=True)
class Resolver:
    """Who was asked: a name for people, and ``address:port`` or ``[address]:port``."""

    name: str
    address: str

    def __post_init__(self) -> None:
        if not _RESOLVER.fullmatch(self.name):
            raise MalformedCapture(f"a resolver's name is 1 to 63 of a-z 0-9 . -, not {self.name[:80]!r}")
        split_address(self.address)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one resolver said to one question."""

    status: Status
    cnames: tuple[str, ...] = ()
    """The names that aliases led to, in order."""
    records: tuple[bytes, ...] = ()
    """Record data in wire form, ascending; some exactly if the status is ``answer``."""
    cause: Cause | None = None
    """Why there is no answer; given exactly if the status is ``failed``."""

    @classmethod
    def failed(cls, cause: Cause) -> Self:
        return cls("failed", cause=cause)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question with the answer of each resolver, in their order, and the DNSSEC chain if there is one."""

    question: Question
    answers: tuple[Answer, ...]
    chain: tuple[bytes, ...] = ()
    """Record sets with signatures, as ``ledger.mail.chain`` reads them."""


def check_name(name: str) -> str:
    """``name`` if it is one that may be asked: a public DNS name as in Question. Raises MalformedCapture."""
    if not _NAME.fullmatch(name) or "." not in name:
        raise MalformedCapture(f"{name[:80]!r} is no lower-case DNS name of two labels or more")
    if any(name.endswith(f".{last}") for last in _PRIVATE):
        raise MalformedCapture(f"{name[:80]!r} is a name of a private network, which nobody else can check")
    return name


def split_address(address: str) -> tuple[str, int]:
    """IP address and port of ``address:port`` or ``[address]:port``. Raises MalformedCapture."""
    match = _ADDRESS.fullmatch(address)
    try:
        if match is not None and int(match["port"]) < 65_536:
            host = str(ipaddress.ip_address(match["six"] or match["four"]))
            if host == (match["six"] or match["four"]) and (":" in host) == bool(match["six"]):
                return host, int(match["port"])
    except ValueError:
        pass
    raise MalformedCapture(f"a resolver's address is like 192.0.2.53:53 or [2001:db8::53]:53, not {address[:80]!r}")


def key_question(domain: str, selector: str) -> Question:
    """The question for the key of a signature; case does not matter. Raises MalformedCapture."""
    domain, selector = domain.lower(), selector.lower()
    if not is_domain(domain):
        raise MalformedCapture(f"{domain[:80]!r} is no lower-case DNS name of two labels or more")
    return Question(f"{selector}._domainkey.{domain}", "TXT")


def mail_questions(keys: Iterable[tuple[str, str]]) -> tuple[Question, ...]:
    """For each (domain, selector): its key, and the domain's DMARC and MX records.

    Of a mail with many signatures the first 8 keys are asked for. A pair that is no public DNS name has no
    question: whoever writes a mail chooses them, and one of them must not hinder the others.
    """
    found: set[Question] = set()
    asked: set[Question] = set()
    for domain, selector in keys:
        try:
            key = key_question(domain, selector)
        except MalformedCapture:
            continue
        if key not in asked and len(asked) == MAX_KEYS:
            break
        asked.add(key)
        found |= {key, Question(f"_dmarc.{domain.lower()}", "TXT"), Question(domain.lower(), "MX")}
    return tuple(sorted(found, key=lambda each: (each.name, each.type)))


def check_rdata(kind: Type, data: bytes) -> None:
    """Record data is of type ``kind`` and in canonical form (RFC 4034 section 6.2). Raises MalformedCapture."""
    if not 0 < len(data) <= MAX_ANSWER_BYTES:
        raise MalformedCapture(f"a record has {len(data)} bytes; 1 to {MAX_ANSWER_BYTES} are accepted")
    try:
        rdata = dns.rdata.from_wire(dns.rdataclass.IN, kind, data, 0, len(data))
        same = rdata.to_digestable() == data
    except (dns.exception.DNSException, ValueError) as error:
        raise MalformedCapture(f"a record is no {kind} record: {str(error)[:200]}") from None
    if not same:
        raise MalformedCapture(f"a {kind} record is not in canonical form: names in full and lower case")


def txt_text(data: bytes) -> bytes:
    """The character-strings of TXT record data, joined."""
    text, start = b"", 0
    while start < len(data):
        text += data[start + 1 : start + 1 + data[start]]
        start += 1 + data[start]
    return text


def parse_list(value: Json, most: int, where: str) -> list[Json]:
    if not isinstance(value, list) or len(value) > most:
        raise MalformedCapture(f"{where} must be a list of at most {most}")
    return value


def _text(value: Json, where: str) -> str:
    if not isinstance(value, str):
        raise MalformedCapture(f"{where} must be a text")
    return value


def parse_resolver_member(value: Json) -> Resolver:
    members = require_members(value, frozenset({"address", "name"}), frozenset(), MalformedCapture, "a resolver")
    return Resolver(_text(members["name"], "name"), _text(members["address"], "address"))


def parse_asked(value: Json) -> Asked:
    members = require_members(
        value, frozenset({"answers", "name", "type"}), frozenset({"chain"}), MalformedCapture, "a question"
    )
    kind = next((each for each in _TYPES if each == members["type"]), None)
    if kind is None:
        raise MalformedCapture(f"type must be one of {', '.join(_TYPES)}")
    question = Question(_text(members["name"], "name"), kind)
    answers = tuple(_parse_answer(item) for item in parse_list(members["answers"], MAX_RESOLVERS, "answers"))
    # Resolvers that agree give the same records: each is looked at once.
    for record in {record for answer in answers for record in answer.records}:
        check_rdata(kind, record)
    if "chain" not in members:
        return Asked(question, answers)
    items = parse_list(members["chain"], MAX_SETS, "chain")
    chain = tuple(parse_base64(item, MalformedCapture, "a record set of chain") for item in items)
    if not chain:
        raise MalformedCapture("chain must hold a record set, or not be there")
    parse_chain(chain)
    return Asked(question, answers, chain)


_FORMS: dict[Status, frozenset[str]] = {
    "answer": frozenset({"cnames", "records"}),
    "nodata": frozenset({"cnames"}),
    "nxdomain": frozenset({"cnames"}),
    "failed": frozenset({"cause"}),
}


def _parse_answer(value: Json) -> Answer:
    status = next((each for each in _STATUSES if isinstance(value, dict) and each == value.get("status")), None)
    if status is None:
        raise MalformedCapture(f"status must be one of {', '.join(_STATUSES)}")
    members = require_members(
        value, _FORMS[status] | {"status"}, frozenset(), MalformedCapture, f"an answer of status {status}"
    )
    if status == "failed":
        cause = next((each for each in _CAUSES if each == members["cause"]), None)
        if cause is None:
            raise MalformedCapture(f"cause must be one of {', '.join(_CAUSES)}")
        return Answer.failed(cause)
    cnames = tuple(_text(item, "a name of cnames") for item in parse_list(members["cnames"], MAX_CNAMES, "cnames"))
    for name in cnames:
        if not _NAME.fullmatch(name):
            raise MalformedCapture(f"{name[:80]!r} is no lower-case DNS name")
    items = parse_list(members["records"], MAX_RECORDS, "records") if status == "answer" else []
    records = tuple(parse_base64(item, MalformedCapture, "a record") for item in items)
    if list(records) != sorted(set(records)) or (status == "answer" and not records):
        raise MalformedCapture("records must be ascending by their bytes, each once, and at least one")
    if sum(map(len, records)) > MAX_ANSWER_BYTES:
        raise MalformedCapture(f"the records of one answer have at most {MAX_ANSWER_BYTES} bytes")
    return Answer(status, cnames, records)


def encode_asked(asked: Asked) -> JsonObject:
    value: JsonObject = {
        "answers": [_encode_answer(each) for each in asked.answers],
        "name": asked.question.name,
        "type": asked.question.type,
    }
    if asked.chain:
        value["chain"] = [encode_base64(each) for each in asked.chain]
    return value


def check_answer(answer: Answer, kind: Type) -> Answer:
    """``answer`` if a capture may hold it. Raises MalformedCapture."""
    for record in answer.records:
        check_rdata(kind, record)
    return _parse_answer(_encode_answer(answer))


def _encode_answer(answer: Answer) -> JsonObject:
    value: JsonObject = {"status": answer.status}
    if answer.status == "failed":
        value["cause"] = answer.cause
        return value
    value["cnames"] = list(answer.cnames)
    if answer.status == "answer":
        value["records"] = [encode_base64(each) for each in answer.records]
    return value
