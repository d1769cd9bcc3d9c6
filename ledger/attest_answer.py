"""What an attester answers about one mail, or one company key (docs/spec/attester.md, "The answer").

``parse`` reads the bytes and proves nothing: whether the statements are the attester's own, about what was asked and
in the log is for whoever asked (``ledger.cli.attesting``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from ledger.disclosure import Disclosure
from ledger.encoding import (
    MAX_INTEGER,
    Json,
    JsonObject,
    check_depth,
    encode_hex,
    encode_instant,
    is_int,
    parse_hex,
    parse_instant,
    require_members,
)
from ledger.errors import MalformedAnswer, MalformedSize
from ledger.mail.capture import DnsCapture
from ledger.proof import LogProof
from ledger.statement import SignedStatement, parse, parse_origin

MAX_BYTES = 16_777_216
MAX_BINDING_BYTES = 262_144
MAX_DEPTH = 3
RESULTS = ("grade_a", "grade_b", "grade_c", "grade_d", "failed", "undetermined")
PLACES = ("subject", "body", "none", "several_cases")
_CHECKS = ("dkim", "dns")
_CHECKED = frozenset({"domain", "selector", "algorithm", "bits", "key", "origin", "signed", "aligned"})
_RECORDED = frozenset({"statement", "signed", "index", "proof"})
_ATTESTED = _RECORDED | {"check", "result"}
_MEMBERS = frozenset(
    {"attester", "ledger", "statement", "digest", "at", "result", "reasons", "case_in", "mail", "attested"}
    | {"capture", "capture_disclosure"}
)


@dataclass(frozen=True, slots=True)
class AttestedItem:
    """One ``evidence.attested``, and its receipt."""

    check: str
    result: str
    signed: SignedStatement
    index: int
    proof: LogProof

    @classmethod
    def parse(cls, value: Json) -> Self:
        """Raises MalformedAnswer, and what a statement or a proof raises."""
        item = require_members(value, _ATTESTED, frozenset(), MalformedAnswer, "attested")
        signed, proof = _recorded(item, "attested: ")
        return cls(
            _one_of(item["check"], _CHECKS, "check"), _text(item["result"], "result"), signed, proof.index, proof
        )

    def encode(self) -> JsonObject:
        return {"check": self.check, "result": self.result, **_shown(self.signed, self.proof)}


@dataclass(frozen=True, slots=True)
class BindingAnswer:
    """The answer to a question for a company key: the ``company.key_bound`` of the attester, and its receipt."""

    signed: SignedStatement
    index: int
    proof: LogProof

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Raises MalformedAnswer, MalformedSize, and what a statement or a proof raises."""
        value = require_members(_load(data, MAX_BINDING_BYTES), _RECORDED, frozenset(), MalformedAnswer, "the answer")
        signed, proof = _recorded(value, "")
        found = cls(signed, proof.index, proof)
        _check_spelling(found.encode(), data)
        return found

    def encode(self) -> bytes:
        """Compact JSON in ASCII, members sorted, as of ``AttestAnswer``."""
        return _spelled(_shown(self.signed, self.proof))


@dataclass(frozen=True, slots=True)
class AttestAnswer:
    """The parsed answer; ``encode`` gives the same bytes again."""

    attester: bytes
    """Address of the key that signs, 20 bytes."""
    ledger: str
    statement: bytes
    digest: bytes
    """SHA-256 of the encoded disclosure of the mail."""
    at: datetime
    result: str
    reasons: tuple[tuple[str, str], ...]
    """Code and sentence each."""
    case_in: str
    mail: Mapping[str, Json] | None
    """Of the signature that counts."""
    attested: tuple[AttestedItem, ...]
    capture: DnsCapture | None
    capture_disclosure: Disclosure | None

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Raises MalformedAnswer, MalformedSize, and what its parts raise: MalformedStatement and so on."""
        value = require_members(_load(data), _MEMBERS, frozenset(), MalformedAnswer, "the answer")
        capture, opened = value["capture"], value["capture_disclosure"]
        found = cls(
            parse_hex(value["attester"], 20, MalformedAnswer, "attester"),
            parse_origin(value["ledger"]),
            parse_hex(value["statement"], 32, MalformedAnswer, "statement"),
            parse_hex(value["digest"], 32, MalformedAnswer, "digest"),
            parse_instant(value["at"], MalformedAnswer, "at"),
            _one_of(value["result"], RESULTS, "result"),
            tuple(_reason(item) for item in _list(value["reasons"], "reasons")),
            _one_of(value["case_in"], PLACES, "case_in"),
            None if value["mail"] is None else _checked(value["mail"]),
            tuple(AttestedItem.parse(item) for item in _list(value["attested"], "attested")),
            None if capture is None else DnsCapture.parse(_text(capture, "capture").encode("utf-8", "replace")),
            None if opened is None else Disclosure.parse(_text(opened, "capture_disclosure")),
        )
        found._check_parts()
        _check_spelling(found.encode(), data)
        return found

    def encode(self) -> bytes:
        """Compact JSON in ASCII, members sorted; a proof has line ends, which are ``\\\\n``."""
        value: JsonObject = {
            "attester": encode_hex(self.attester),
            "ledger": self.ledger,
            "statement": encode_hex(self.statement),
            "digest": encode_hex(self.digest),
            "at": encode_instant(int(self.at.timestamp())),
            "result": self.result,
            "reasons": [{"code": code, "text": text} for code, text in self.reasons],
            "case_in": self.case_in,
            "mail": None if self.mail is None else dict(self.mail),
            "attested": [item.encode() for item in self.attested],
            "capture": None if self.capture is None else self.capture.encode().decode("ascii"),
            "capture_disclosure": None if self.capture_disclosure is None else self.capture_disclosure.encoded,
        }
        return _spelled(value)

    def _check_parts(self) -> None:
        checks = tuple(item.check for item in self.attested)
        allowed = ((),) if self.result == "undetermined" else (("dkim",), _CHECKS)
        if checks not in allowed:
            raise MalformedAnswer(f"result {self.result} with the attestations {', '.join(checks) or 'none'}")
        if checks and self.attested[0].result != self.result:
            raise MalformedAnswer(f"the result is {self.result}, attested is {self.attested[0].result}")
        if (self.capture_disclosure is not None) != ("dns" in checks):
            raise MalformedAnswer("capture_disclosure stands beside the attestation dns, and only there")
        if self.capture is None and (self.capture_disclosure is not None or self.mail is not None):
            raise MalformedAnswer("without a capture there is neither its disclosure nor a signature that counts")


def _recorded(item: Mapping[str, Json], where: str) -> tuple[SignedStatement, LogProof]:
    signed = parse(_text(item["signed"], f"{where}signed").encode("utf-8", "replace"))
    proof = LogProof.parse(_text(item["proof"], f"{where}proof").encode("utf-8", "replace"))
    if parse_hex(item["statement"], 32, MalformedAnswer, f"{where}statement") != signed.id:
        raise MalformedAnswer(f"{where}statement is not the id of signed")
    index = item["index"]
    if not is_int(index) or index != proof.index:
        raise MalformedAnswer(f"{where}the proof is of leaf {proof.index}, index is another")
    return signed, proof


def _shown(signed: SignedStatement, proof: LogProof) -> JsonObject:
    return {
        "statement": encode_hex(signed.id),
        "signed": signed.raw.decode("ascii"),
        "index": proof.index,
        "proof": proof.encode().decode("utf-8"),
    }


def _spelled(value: JsonObject) -> bytes:
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode("ascii")


def _check_spelling(spelled: bytes, data: bytes) -> None:
    if spelled != data:
        raise MalformedAnswer("not in its one spelling: compact JSON in ASCII, members sorted")


def _load(data: bytes, limit: int = MAX_BYTES) -> Json:
    if len(data) > limit:
        raise MalformedSize(f"the answer has {len(data)} bytes; at most {limit} are accepted")
    check_depth(data, MAX_DEPTH)
    try:
        value: Json = json.loads(data.decode("ascii"))
    except (ValueError, RecursionError) as error:
        raise MalformedAnswer(f"not JSON in ASCII: {str(error)[:200]}") from None
    return value


def _checked(value: Json) -> Mapping[str, Json]:
    item = require_members(value, _CHECKED, frozenset(), MalformedAnswer, "mail")
    for name in ("domain", "selector", "algorithm", "origin"):
        _text(item[name], f"mail: {name}")
    bits = item["bits"]
    if not isinstance(bits, int) or not is_int(bits) or not 0 <= bits <= MAX_INTEGER:
        raise MalformedAnswer("mail: bits must be an integer")
    parse_hex(item["key"], 32, MalformedAnswer, "mail: key")
    for field in _list(item["signed"], "mail: signed"):
        _text(field, "mail: signed")
    if not isinstance(item["aligned"], bool):
        raise MalformedAnswer("mail: aligned must be true or false")
    return item


def _reason(value: Json) -> tuple[str, str]:
    item = require_members(value, frozenset({"code", "text"}), frozenset(), MalformedAnswer, "reasons")
    return _text(item["code"], "reasons: code"), _text(item["text"], "reasons: text")


def _list(value: Json, where: str) -> list[Json]:
    if isinstance(value, list):
        return value
    raise MalformedAnswer(f"{where} must be a list")


def _text(value: Json, where: str) -> str:
    if isinstance(value, str) and value:
        return value
    raise MalformedAnswer(f"{where} must be text")


def _one_of(value: Json, words: tuple[str, ...], where: str) -> str:
    if isinstance(value, str) and value in words:
        return value
    raise MalformedAnswer(f"{where} must be one of {', '.join(words)}")
