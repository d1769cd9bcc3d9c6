"""What a company publishes about its keys: two formats (docs/spec/company-keys.md).

    https://<domain>/.well-known/habeas.json    {"habeas":1,"company":"<domain>","keys":["0x…"]}
    TXT record at _habeas.<domain>              habeas1 key=0x…

Both are written by hand, so space and the order of members are free; what they say is not. Who
fetched the bytes, and from where, is not known here: a parsed list proves nothing about a domain.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from ledger.encoding import (
    Json,
    check_depth,
    is_int,
    parse_hex,
    refuse_number,
    require_members,
    show_value,
    unique_members,
)
from ledger.errors import Malformed, MalformedWellKnown
from ledger.kinds import is_domain

VERSION = 1
WELL_KNOWN_PATH = "/.well-known/habeas.json"
TXT_LABEL = "_habeas"
TXT_PREFIX = "habeas1"
MAX_BYTES = 65_536
MAX_KEYS = 16
_DEPTH = 32
MAX_TXT_RECORDS = 64
_MEMBERS = frozenset({"habeas", "company", "keys"})


def txt_name(company: str) -> str:
    """The name that holds the TXT records of ``company``. Raises MalformedWellKnown."""
    return f"{TXT_LABEL}.{_check_company(company)}"


def well_known_url(company: str) -> str:
    """The address of the file of ``company``. Raises MalformedWellKnown."""
    return f"https://{_check_company(company)}{WELL_KNOWN_PATH}"


def encode_well_known(company: str, keys: Sequence[bytes]) -> bytes:
    """The file for ``company`` with these keys (20 bytes each), ascending. Raises MalformedWellKnown."""
    value = {"habeas": VERSION, "company": company, "keys": ["0x" + key.hex() for key in sorted(keys)]}
    data = (json.dumps(value, indent=2) + "\n").encode("ascii")
    parse_well_known(data, company)
    return data


def encode_txt(key: bytes) -> str:
    """The TXT record of one key (20 bytes)."""
    record = f"{TXT_PREFIX} key=0x{key.hex()}"
    parse_txt([record.encode("ascii")])
    return record


def parse_well_known(data: bytes, company: str) -> tuple[bytes, ...]:
    """The keys, 20 bytes each and ascending, that the file names for ``company``: 1 to 16.

    Raises MalformedWellKnown; no other exception leaves this function.
    """
    # 1. Size, then text.
    if len(data) > MAX_BYTES:
        raise MalformedWellKnown(f"the file has {len(data)} bytes; at most {MAX_BYTES} are accepted")
    members = require_members(_load(data), _MEMBERS, frozenset(), MalformedWellKnown, "the file")
    # 2. Version.
    if not is_int(members["habeas"]) or members["habeas"] != VERSION:
        raise MalformedWellKnown(f"habeas must be the integer {VERSION}, the format version")
    # 3. The file names the domain it was found under: a copied file binds nothing.
    if members["company"] != _check_company(company):
        raise MalformedWellKnown(
            f"company must be {company}, the domain of this file, not {show_value(members['company'])}"
        )
    # 4. Keys.
    keys = members["keys"]
    if not isinstance(keys, list) or not 1 <= len(keys) <= MAX_KEYS:
        raise MalformedWellKnown(f"keys must be a list of 1 to {MAX_KEYS}")
    return _ascending([parse_hex(key, 20, MalformedWellKnown, f"keys[{number}]") for number, key in enumerate(keys)])


def parse_txt(texts: Sequence[bytes]) -> tuple[bytes, ...]:
    """The keys, 20 bytes each and ascending, that the TXT records of ``_habeas.<domain>`` name: 0 to 16.

    Each item is one record, its character-strings joined. Records that do not start with the word
    ``habeas1`` belong to somebody else and are ignored. Raises MalformedWellKnown.
    """
    # 1. Number of records.
    if len(texts) > MAX_TXT_RECORDS:
        raise MalformedWellKnown(f"{len(texts)} TXT records; at most {MAX_TXT_RECORDS} are accepted")
    # 2. Ours are known by their first word; what another version writes is not for us.
    ours = [text for text in texts if text.partition(b" ")[0] == TXT_PREFIX.encode("ascii")]
    if len(ours) > MAX_KEYS:
        raise MalformedWellKnown(f"{len(ours)} TXT records with a key; at most {MAX_KEYS} are accepted")
    # 3. One key each.
    return _ascending([_parse_record(text) for text in ours])


def _parse_record(text: bytes) -> bytes:
    start = f"{TXT_PREFIX} key="
    if not text.startswith(start.encode("ascii")) or not text.isascii():
        raise MalformedWellKnown(f"a TXT record is '{start}0x' and 40 hexadecimal digits, not {show_value(text)}")
    return parse_hex(text.decode("ascii").removeprefix(start), 20, MalformedWellKnown, "the key of a TXT record")


def _ascending(keys: Sequence[bytes]) -> tuple[bytes, ...]:
    if len(set(keys)) != len(keys):
        raise MalformedWellKnown("a key is listed twice; each key stands once")
    return tuple(sorted(keys))


def _check_company(company: str) -> str:
    if is_domain(company):
        return company
    raise MalformedWellKnown(f"{show_value(company)} is no lower-case DNS name of two labels or more")


def _load(data: bytes) -> Json:
    try:
        check_depth(data, _DEPTH)
        value: Json = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=unique_members,
            parse_float=refuse_number,
            parse_constant=refuse_number,
        )
    except (ValueError, Malformed) as error:
        raise MalformedWellKnown(f"the file is not JSON in UTF-8: {str(error)[:200]}") from None
    return value
