"""Operations of tests/vectors/stamp (its README names their members)."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from ledger.encoding import sha256
from ledger.note import VerifierKey
from ledger.stamp.request import encode_request, parse_response
from ledger.stamp.token import StampToken
from ledger.stamp.verify import TimeAuthority, stamped_note, verify_stamp

Values = dict[str, Any]


def _bytes(text: str) -> bytes:
    return base64.b64decode(text)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _parse(given: Values) -> Values:
    token = StampToken.parse(_bytes(given["token"]))
    assert token.raw == _bytes(given["token"])
    return {
        "policy": token.policy,
        "digest": token.digest,
        "imprint": token.imprint.hex(),
        "time": token.time,
        "accuracy": token.accuracy,
        "nonce": None if token.nonce is None else str(token.nonce),
        "certificates": len(token.certificates),
        "algorithms": list(token.algorithms),
    }


def _verify(given: Values) -> Values:
    named = given["authority"]
    authority = TimeAuthority(
        named["name"],
        tuple(map(_bytes, named["roots"])),
        tuple(map(bytes.fromhex, named.get("root_hashes", []))),
        tuple(named.get("policies", [])),
        named.get("accuracy_s", 1),
    )
    token = StampToken.parse(_bytes(given["token"]))
    stamp = verify_stamp(token, _bytes(given["message"]), authority, given["now"])
    return {"authority": stamp.authority, "not_before": stamp.not_before, "not_after": stamp.not_after}


def _stamped(given: Values) -> Values:
    key = VerifierKey.parse(given["vkey"])
    checkpoint, message = stamped_note(_bytes(given["checkpoint"]), key, given["origin"])
    return {"size": checkpoint.size, "stamped": _text(message), "sha256": sha256(message).hex()}


def _request(given: Values) -> Values:
    return {"request": _text(encode_request(_bytes(given["message"]), int(given["nonce"])))}


def _response(given: Values) -> Values:
    return {"token": _text(parse_response(_bytes(given["response"]), int(given["nonce"])).raw)}


OPERATIONS: dict[str, Callable[[Values], Values]] = {
    "stamp.parse": _parse,
    "stamp.verify": _verify,
    "stamp.stamped": _stamped,
    "stamp.request": _request,
    "stamp.response": _response,
}
