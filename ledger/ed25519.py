"""Which 32 bytes are an Ed25519 public key here (docs/spec/log.md, "Signed note").

Libraries disagree on keys that no honest signer has: bytes that are no point or a second spelling of one
(RFC 8032, section 5.1.3), and the eight points of small order, under which one signature can fit every
text. Such a key is refused when it is read, so that every verifier answers alike.
"""

from __future__ import annotations

from ledger.errors import MalformedKey

PUBLIC_SIZE = 32
_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_SIGN_BIT = 1 << 255
# y of a point of order 8; its negative belongs to the other two.
_ORDER_8 = 0x7A03AC9277FDC74EC6CC392CFA53202A0F67100D760B3CBA4FD84D3D706A17C7
_SMALL_ORDER = frozenset({0, 1, _P - 1, _ORDER_8, _P - _ORDER_8})
"""y of the points whose order divides 8; the tests compute them again."""


def check_public_key(public: bytes, name: str) -> None:
    """Raises MalformedKey unless ``public`` (32 bytes) is the one encoding of a point of large order.

    ``name`` is the key's, for the message.
    """
    y = _y_of(public)
    if y >= _P:
        raise MalformedKey(f"the key of {name} is no canonical Ed25519 point: y must be below 2^255-19")
    if y in _SMALL_ORDER:
        raise MalformedKey(f"the key of {name} is an Ed25519 point of small order, under which anybody can sign")
    # x^2 = (y^2 - 1) / (d y^2 + 1); the product is a square exactly where the quotient is one.
    if pow((y * y - 1) * (_D * y * y + 1), (_P - 1) // 2, _P) != 1:
        raise MalformedKey(f"the key of {name} is no Ed25519 point: no x belongs to its y")


def is_small_order(point: bytes) -> bool:
    """Whether 32 bytes, canonical or not, encode a point whose order divides 8."""
    return _y_of(point) % _P in _SMALL_ORDER


def _y_of(point: bytes) -> int:
    return int.from_bytes(point, "little") & (_SIGN_BIT - 1)
