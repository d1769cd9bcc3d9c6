"""V3 keystores: one private key in a file, encrypted with a password, as wallets read and write them."""

from __future__ import annotations

import json
from pathlib import Path

from ledger.cli.files import write_new
from ledger.cli.output import read_input
from ledger.cli.plainjson import load_json
from ledger.errors import MalformedKey, MalformedSize
from ledger.keys import MIN_PASSWORD, address_of

MAX_BYTES = 10_000


def write_keystore(path: Path, key: bytes, password: str) -> None:
    """Write ``key`` (32 bytes) to a new file, mode 0600, and open it once. Raises RefusedOverwrite."""
    from eth_account import Account  # takes a second to import

    if len(password) < MIN_PASSWORD:
        raise MalformedKey(f"the password has {len(password)} characters; it must have at least {MIN_PASSWORD}")
    made = Account.encrypt(key, password, kdf="scrypt")
    if bytes(Account.decrypt(made, password)) != key:
        raise MalformedKey("the keystore does not open to what was put in; it is not written")
    write_new(path, json.dumps(made, indent=1).encode("ascii") + b"\n")


def read_keystore(path: Path, password: str) -> bytes:
    """The private key, 32 bytes. Raises MalformedKey for another file or a wrong password."""
    from eth_account import Account

    data = read_input(path, "the keystore")
    if len(data) > MAX_BYTES:
        raise MalformedSize(f"{path} has {len(data)} bytes; a keystore has at most {MAX_BYTES}")
    try:
        value = load_json(data)
    except ValueError:
        value = None
    if not isinstance(value, dict) or value.get("version") != 3:
        raise MalformedKey(f"{path} is no V3 keystore: it must be a JSON object with version 3")
    try:
        key = bytes(Account.decrypt(value, password))
    except (ValueError, KeyError, TypeError, NotImplementedError) as error:
        raise MalformedKey(f"{path} does not open with this password: {str(error)[:100]}") from None
    address_of(key)
    return key
