"""Proof of control of a case: its key signs a message that somebody asks for (EIP-191, personal_sign).

    Habeas: proof of control of a case
    ledger: <origin>
    case: 0x<64 hex>
    message: <text>

These four lines, joined by LF, are what is signed; the wallet prefix stands before them. A challenger
chooses the message, so that an old proof is not shown again.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from coincurve import PrivateKey, PublicKey

from ledger.encoding import encode_hex, encode_json, parse_hex, parse_json, require_members
from ledger.errors import MalformedRequest, VerificationSignature
from ledger.evm import keccak256
from ledger.keys import address_of
from ledger.statement import address_of as address_of_public
from ledger.statement import parse_origin, parse_signature

VERSION = 1
MAX_MESSAGE = 500
_MESSAGE = re.compile(f"[ -~]{{1,{MAX_MESSAGE}}}")
_MEMBERS = frozenset({"habeas_control", "ledger", "case", "author", "message", "signature"})


@dataclass(frozen=True, slots=True)
class Control:
    """``author`` (20 bytes) controls ``case`` (32 bytes) of ``ledger``, said with ``message``."""

    ledger: str
    case: bytes
    author: bytes
    message: str
    signature: bytes

    @classmethod
    def parse(cls, data: bytes) -> Control:
        """Read the file. Raises MalformedSize, MalformedJson, MalformedRequest or MalformedSignature."""
        value = parse_json(data.rstrip(b"\n"), limit=4096, depth=1)
        members = require_members(value, _MEMBERS, frozenset(), MalformedRequest, "the proof of control")
        if members["habeas_control"] != VERSION or isinstance(members["habeas_control"], bool):
            raise MalformedRequest(f"habeas_control must be {VERSION}")
        return cls(
            parse_origin(members["ledger"]),
            parse_hex(members["case"], 32, MalformedRequest, "case"),
            parse_hex(members["author"], 20, MalformedRequest, "author"),
            _check_message(members["message"]),
            parse_signature(members["signature"]),
        )

    def encode(self) -> bytes:
        """The bytes of the file: canonical JSON and a line end."""
        value = {
            "habeas_control": VERSION,
            "ledger": self.ledger,
            "case": encode_hex(self.case),
            "author": encode_hex(self.author),
            "message": self.message,
            "signature": encode_hex(self.signature),
        }
        return encode_json(value) + b"\n"


def control_text(ledger: str, case: bytes, message: str) -> str:
    """The four lines that are signed."""
    return (
        f"Habeas: proof of control of a case\nledger: {ledger}\ncase: {encode_hex(case)}\n"
        f"message: {_check_message(message)}"
    )


def sign_control(ledger: str, case: bytes, message: str, key: bytes) -> Control:
    """Sign with the case's key. Raises MalformedRequest for an unusable message."""
    recoverable = PrivateKey(key).sign_recoverable(_hash(control_text(ledger, case, message)), hasher=None)
    return Control(ledger, case, address_of(key), message, recoverable[:64] + bytes([27 + recoverable[64]]))


def verify_control(control: Control) -> bytes:
    """The address that signed, proven to be the author named. Raises VerificationSignature."""
    signature = control.signature[:64] + bytes([control.signature[64] - 27])
    message = _hash(control_text(control.ledger, control.case, control.message))
    try:
        signer = address_of_public(PublicKey.from_signature_and_message(signature, message, hasher=None))
    except Exception as error:  # noqa: BLE001 - coincurve raises bare Exception when no point is recovered
        raise VerificationSignature(f"no key made this signature: {error}") from None
    if signer != control.author:
        raise VerificationSignature(f"signed by {encode_hex(signer)}, but the author is {encode_hex(control.author)}")
    return signer


def _hash(text: str) -> bytes:
    data = text.encode("ascii")
    return keccak256(b"\x19Ethereum Signed Message:\n" + str(len(data)).encode("ascii") + data)


def _check_message(message: object) -> str:
    if isinstance(message, str) and _MESSAGE.fullmatch(message):
        return message
    raise MalformedRequest(f"the message must be one line of 1 to {MAX_MESSAGE} printable ASCII characters")
