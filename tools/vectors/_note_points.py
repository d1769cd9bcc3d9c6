"""Ed25519 keys and signatures on which libraries disagree, made with plain curve arithmetic (RFC 8032, section 5.1)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tools.vectors._signing import GROUP_ORDER, LOG, ORIGIN, base64_of, line
from tools.vectors.writing import Cases

P = 2**255 - 19
D = -121665 * pow(121666, -1, P) % P
TEXT = "one\n\ntwo\n"
Point = tuple[int, int]
IDENTITY: Point = (0, 1)


def add(a: Point, b: Point) -> Point:
    product = D * a[0] * b[0] * a[1] * b[1]
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + product, -1, P)
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, -1, P)
    return x % P, y % P


def times(factor: int, point: Point) -> Point:
    result = IDENTITY
    while factor:
        if factor & 1:
            result = add(result, point)
        point, factor = add(point, point), factor >> 1
    return result


def x_of(y: int) -> int | None:
    """The even x of a y, None where no point has it."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    root = pow(square, (P + 3) // 8, P)
    if root * root % P != square:
        root = root * pow(2, (P - 1) // 4, P) % P
    if root * root % P != square:
        return None
    return P - root if root & 1 else root


def encode(point: Point) -> bytes:
    return (point[1] | (point[0] & 1) << 255).to_bytes(32, "little")


def _point_of_order_8() -> Point:
    y = 2
    while True:
        x = x_of(y)
        torsion = IDENTITY if x is None else times(GROUP_ORDER, (x, y))
        if times(4, torsion) != IDENTITY:
            return torsion
        y += 1


def _base() -> Point:
    y = 4 * pow(5, -1, P) % P
    x = x_of(y)
    assert x is not None
    return x, y


BASE = _base()
TORSION = _point_of_order_8()
"""A point of order 8: added to another point it changes nothing that is multiplied by 8."""


@dataclass(frozen=True)
class Strange:
    """A verifier key of any 32 bytes and signatures by the scalar of a known seed."""

    public: bytes

    @property
    def id(self) -> bytes:
        return hashlib.sha256(ORIGIN.encode() + b"\n\x01" + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        return f"{ORIGIN}+{self.id.hex()}+{base64_of(bytes([1]) + self.public)}"

    def challenge(self, r: bytes, text: str) -> int:
        return int.from_bytes(hashlib.sha512(r + self.public + text.encode()).digest(), "little") % GROUP_ORDER

    def note(self, text: str, r: bytes, nonce: int, scalar: int) -> str:
        s = (nonce + self.challenge(r, text) * scalar) % GROUP_ORDER
        return f"{text}\n" + line(ORIGIN, self.id + r + s.to_bytes(32, "little"))


def _scalar() -> int:
    clamped = bytearray(hashlib.sha512(LOG.seed).digest()[:32])
    clamped[0] &= 248
    clamped[31] = clamped[31] & 127 | 64
    return int.from_bytes(clamped, "little")


def _y(value: int, sign: int = 0) -> bytes:
    return (value | sign << 255).to_bytes(32, "little")


def keys(cases: Cases) -> None:
    """Keys that are no point, a second spelling of one, or of small order; one that is merely unusual."""
    assert x_of(2) is None and encode(times(_scalar(), BASE)) == LOG.public
    order_4 = times(2, TORSION)
    refused = {
        "y-2": (_y(2), "No point of the curve has y = 2."),
        "y-2-sign": (_y(2, 1), "No point of the curve has y = 2, also with the other sign."),
        "y-p": (_y(P), "A second spelling of y = 0."),
        "y-p-plus-1": (_y(P + 1), "A second spelling of the identity."),
        "y-p-plus-3": (_y(P + 3), "A second spelling of y = 3, a point of large order."),
        "y-all-ones": (b"\xff" * 32, "y is 2^255-1."),
        "identity": (_y(1), "The identity: R = identity and S = 0 would fit every text."),
        "identity-sign": (_y(1, 1), "The identity with the sign of x = 0 set."),
        "order-2": (_y(P - 1), "y = -1 has order 2."),
        "order-2-sign": (_y(P - 1, 1), "y = -1 with the sign of x = 0 set."),
        "order-4": (encode(order_4), "y = 0 has order 4."),
        "order-4-negative": (encode(times(3, order_4)), "y = 0, the other sign."),
        **{f"order-8-{n}": (encode(times(n, TORSION)), "A point of order 8.") for n in (1, 3, 5, 7)},
    }
    assert x_of(3) is not None
    for name, (public, why) in refused.items():
        cases.bad(f"vkey-point-{name}", "vkey.parse", {"vkey": Strange(public).vkey}, "MalformedKey", why)
    mixed = Strange(encode(add(times(_scalar(), BASE), TORSION)))
    ok = {"name": ORIGIN, "key_id": mixed.id.hex(), "type": 1, "public": mixed.public.hex()}
    why = "A point of order 8 added to a good key: canonical and not of small order, so it is a key."
    cases.good("vkey-point-mixed-order", "vkey.parse", {"vkey": mixed.vkey}, ok, why)


def signatures(cases: Cases) -> None:
    """Signatures that some verifiers accept and RFC 8032 without the cofactor, or the key's rule, does not."""

    def bad(name: str, key: Strange, text: str, error: str, why: str) -> None:
        cases.bad(f"verify-{name}", "note.verify", {"note": text, "vkey": key.vkey}, error, why)

    for name, y in (("identity-key", 1), ("identity-key-not-canonical", P + 1)):
        key = Strange(_y(y))
        text = key.note(TEXT, _y(1), 0, 0)
        bad(name, key, text, "MalformedKey", "R is the identity and S is 0, which fits every text under this key.")
    scalar, nonce = _scalar(), 12345
    good, mixed = Strange(LOG.public), Strange(encode(add(times(scalar, BASE), TORSION)))
    small = "The equation holds, but R is of small order; only the key's owner can make that."
    bad("r-identity", good, good.note(TEXT, _y(1), 0, scalar), "VerificationNote", small)
    not_canonical = "R is the identity in a second spelling: bytes are compared, not points."
    bad("r-not-canonical", good, good.note(TEXT, _y(P + 1), 0, scalar), "VerificationNote", not_canonical)
    r_mixed = encode(add(times(nonce, BASE), TORSION))
    cofactor = "Only the equation multiplied by 8 holds."
    bad("r-mixed-order", good, good.note(TEXT, r_mixed, nonce, scalar), "VerificationNote", f"{cofactor} R is mixed.")
    r = encode(times(nonce, BASE))
    assert mixed.challenge(r, TEXT) % 8, "another nonce is needed"
    bad(
        "key-mixed-order",
        mixed,
        mixed.note(TEXT, r, nonce, scalar),
        "VerificationNote",
        f"{cofactor} The key is mixed.",
    )
    ok = {"text": TEXT}
    given = {"note": good.note(TEXT, r, nonce, scalar), "vkey": good.vkey}
    cases.good("verify-chosen-nonce", "note.verify", given, ok, "Any nonce is a good one, also one not of RFC 8032.")
