"""Time-stamp authorities of a trust policy (docs/spec/policy.md, ``[[time_authority]]``)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ledger.encoding import encode_base64, encode_hex, parse_base64, parse_hex, sha256
from ledger.errors import Malformed, MalformedPolicy
from ledger.stamp.verify import TimeAuthority, check_root
from ledger.toml_table import Table, toml_lines

MAX_ACCURACY_S = 86_400
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_OID = re.compile(r"[012](?:\.(?:0|[1-9][0-9]{0,17})){1,31}")
_BEGIN, _END = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"


def parse_authority(value: object) -> TimeAuthority:
    """One ``[[time_authority]]``. Raises MalformedPolicy."""
    table = Table(value, "[[time_authority]]")
    name = check_authority_name(table.text("name"))
    roots, hashes = list[bytes](), list[bytes]()
    for item in table.list("roots"):
        if isinstance(item, str) and item.startswith("0x"):
            hashes.append(parse_hex(item, 32, MalformedPolicy, f"time authority {name}: a root"))
        else:
            roots += parse_certificates(item, f"time authority {name}")
    if not roots and not hashes:
        raise MalformedPolicy(f"time authority {name} has no roots; it needs a certificate, or the hash of one")
    policies = table.list("policies")
    accuracy = table.integer("accuracy_s", 1, 0, MAX_ACCURACY_S)
    table.done()
    return TimeAuthority(name, tuple(roots), tuple(hashes), tuple(_oid(item) for item in policies), accuracy)


def check_authority_name(name: str) -> str:
    """``name`` if an authority may be called so: it stands in the names of checks. Raises MalformedPolicy."""
    if not _NAME.fullmatch(name):
        raise MalformedPolicy(f"a time authority is named by 1 to 64 letters, digits, '.', '_' and '-', not {name!r}")
    return name


def parse_certificates(text: object, where: str) -> Sequence[bytes]:
    """The certificates (DER) of a text in PEM, at least one. Raises MalformedPolicy."""
    pieces = text.split(_BEGIN)[1:] if isinstance(text, str) else []
    try:
        found = [
            check_root(parse_base64("".join(piece.partition(_END)[0].split()), MalformedPolicy, where))
            for piece in pieces
        ]
    except Malformed as error:
        raise MalformedPolicy(f"{where}: a root is no certificate: {error}") from None
    if not found:
        raise MalformedPolicy(f"{where}: a root is a certificate in PEM, or the SHA-256 of one as 0x and 64 digits")
    return found


def check_authorities(authorities: Sequence[TimeAuthority], quorum: int) -> None:
    """Authorities are apart, so that none counts twice, and the quorum fits their number. Raises MalformedPolicy."""
    names, roots = set[str](), set[bytes]()
    for authority in authorities:
        own = {*map(sha256, authority.roots), *authority.root_hashes}
        if authority.name in names:
            raise MalformedPolicy(f"time authority {authority.name} is listed twice")
        if own & roots:
            raise MalformedPolicy(f"time authority {authority.name} has a root of another one: it would count twice")
        names.add(authority.name)
        roots |= own
    if quorum > max(1, len(authorities)):
        raise MalformedPolicy(f"time_quorum is {quorum} with {len(authorities)} time authorities")


def encode_authorities(authorities: Sequence[TimeAuthority]) -> Iterator[str]:
    """The lines of a policy that ``parse_authority`` reads."""
    for authority in authorities:
        roots = [_pem(root) for root in authority.roots] + [encode_hex(item) for item in authority.root_hashes]
        table: dict[str, object] = {"name": authority.name, "roots": roots}
        if authority.policies:
            table["policies"] = list(authority.policies)
        yield from ("", "[[time_authority]]", *toml_lines({**table, "accuracy_s": authority.accuracy_s}))


def _pem(root: bytes) -> str:
    text = encode_base64(root)
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join((_BEGIN, *lines, _END, ""))


def _oid(value: object) -> str:
    if isinstance(value, str) and _OID.fullmatch(value):
        return value
    raise MalformedPolicy("[[time_authority]]: policies must be object identifiers like 1.3.6.1.4.1.32473.1")
