"""What is sent to a time-stamp authority, and what comes back (RFC 3161, 2.4; docs/spec/stamp.md, "Asking")."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.encoding import sha256
from ledger.errors import MalformedSize, MalformedStamp, VerificationStamp
from ledger.stamp import der
from ledger.stamp.token import MAX_BYTES, SHA256, StampToken

REQUEST_TYPE, RESPONSE_TYPE = "application/timestamp-query", "application/timestamp-reply"
MAX_RESPONSE = MAX_BYTES + 4096
_GRANTED = (0, 1)  # 1: with changes; what was changed shows in the token, which is verified


def encode_request(message: bytes, nonce: int) -> bytes:
    """A TimeStampReq for SHA-256(``message``) that asks for the certificates. ``nonce`` has up to 64 bits."""
    imprint = der.encode(
        der.SEQUENCE,
        der.encode(der.SEQUENCE, der.encode_oid(SHA256), der.encode(der.NULL)),
        der.encode(der.OCTETS, sha256(message)),
    )
    wants_certificates = der.encode(der.BOOLEAN, b"\xff")
    return der.encode(der.SEQUENCE, der.encode_integer(1), imprint, der.encode_integer(nonce), wants_certificates)


def parse_response(data: bytes, nonce: int) -> StampToken:
    """The token of a TimeStampResp to the request with ``nonce``; ``verify_stamp`` says what it is worth.

    Raises MalformedSize, MalformedStamp, or VerificationStamp where the authority refuses or answers another request.
    """
    if len(data) > MAX_RESPONSE:
        raise MalformedSize(f"the answer has {len(data)} bytes; at most {MAX_RESPONSE} are accepted")
    parts = der.read(data, "the answer").items(der.SEQUENCE, "the answer")
    said = parts[0].items(der.SEQUENCE, "the status") if parts else ()
    if not said:
        raise MalformedStamp("the answer has no status")
    status = said[0].integer("the status")
    if status not in _GRANTED:
        raise VerificationStamp(f"the authority refuses: status {status}{_words(said[1:])}")
    if len(parts) != 2:
        raise MalformedStamp("the answer grants a token and holds none")
    token = StampToken.parse(parts[1].raw)
    if token.nonce != nonce:
        raise VerificationStamp("the token answers another request: its nonce is not the one that was sent")
    return token


def _words(rest: Sequence[der.Element]) -> str:
    """What the authority says of a refusal, as far as it is plain text."""
    if not rest or rest[0].tag != der.SEQUENCE:
        return ""
    texts = [item.body.decode("ascii", "replace") for item in rest[0].items(der.SEQUENCE, "the status text")]
    plain = "".join(letter if letter.isprintable() else "?" for letter in " ".join(texts))
    return f", {plain[:200]}"
