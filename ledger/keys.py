"""A requester's keys: one phrase of 24 words, one key per case, one encrypted backup.

Nobody needs a wallet: 32 random bytes become a BIP-39 phrase (English list, no passphrase), and case
number ``i`` is signed with the BIP-32 key ``m/44'/60'/0'/0/i``, so that cases of one person cannot
be linked by their keys. Randomness comes in as arguments. Formats and steps: docs/spec/keys.md.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Self

from coincurve import PrivateKey
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.encoding import (
    WHITE_SPACE,
    JsonObject,
    encode_base64,
    encode_json,
    parse_base64,
    parse_json,
    require_members,
    sha256,
)
from ledger.errors import MalformedKey, VerificationBackup
from ledger.evm import keccak256

WORDS = 24
ENTROPY_BYTES = 32
MAX_INDEX = 2**31 - 1
MAX_BACKUP = 2**24
MIN_PASSWORD = 12
MAX_PASSWORD = 1_024
SALT_BYTES = 16
NONCE_BYTES = 12

_SEPARATOR = re.compile(f"[{WHITE_SPACE}]+")
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
_CURVE_ORDER = 0xFFFFFFFF_FFFFFFFF_FFFFFFFF_FFFFFFFE_BAAEDCE6_AF48A03B_BFD25E8C_D0364141
_HARDENED = 2**31
_ACCOUNT_PATH = (44 + _HARDENED, 60 + _HARDENED, 0 + _HARDENED, 0)
_KDF: JsonObject = {"n": 2**17, "name": "scrypt", "p": 1, "r": 8}
_CIPHER = "aes-256-gcm"
_TAG_BYTES = 16
_BACKUP_MEMBERS = frozenset({"cipher", "ciphertext", "habeas_backup", "kdf", "nonce", "salt"})


@dataclass(frozen=True, slots=True)
class Seed:
    """The root of all keys of one person. Never printed by ``repr``, so that no log can hold it."""

    phrase: str = field(repr=False)
    """24 lower-case words with single spaces."""
    secret: bytes = field(repr=False)
    """64 bytes, the BIP-39 seed."""


@cache
def _word_list() -> tuple[str, ...]:
    text = (resources.files("ledger") / "data" / "bip39-english.txt").read_text("ascii")
    return tuple(text.split())


@cache
def _word_numbers() -> dict[str, int]:
    return {word: number for number, word in enumerate(_word_list())}


def phrase_from_entropy(entropy: bytes) -> str:
    """The 24 words of 32 bytes that come from a cryptographic random source (BIP-39)."""
    if len(entropy) != ENTROPY_BYTES:
        raise MalformedKey(f"the entropy has {len(entropy)} bytes; it must have {ENTROPY_BYTES}")
    bits = int.from_bytes(entropy + sha256(entropy)[:1], "big")
    return " ".join(_word_list()[bits >> 11 * place & 2047] for place in reversed(range(WORDS)))


def parse_phrase(text: str) -> Seed:
    """The seed of a phrase that a person typed: any white space and capitals are accepted.

    Raises MalformedKey. The message names the place of a wrong word and never the word: messages
    are logged and shared, and 23 words are most of a secret.
    """
    # Step 1
    if len(text) > 1_000:
        raise MalformedKey(f"the phrase has {len(text)} characters; {WORDS} words have at most 215")
    # Only ASCII is lower-cased: what other letters become differs from language to language.
    folded = unicodedata.normalize("NFKC", text).translate(_ASCII_LOWER)
    words = [word for word in _SEPARATOR.split(folded) if word]
    if len(words) != WORDS:
        raise MalformedKey(f"the phrase has {len(words)} words; it must have {WORDS}")
    # Step 2
    bits = 0
    for place, word in enumerate(words, start=1):
        number = _word_numbers().get(word)
        if number is None:
            raise MalformedKey(f"word {place} of the phrase is not in the English BIP-39 list; check its spelling")
        bits = bits << 11 | number
    # Step 3
    data = bits.to_bytes(ENTROPY_BYTES + 1, "big")
    if sha256(data[:-1])[0] != data[-1]:
        raise MalformedKey(
            "each word of the phrase is in the list, but the checksum is wrong: a word is wrong or misplaced"
        )
    # Step 4
    phrase = " ".join(words)
    return Seed(phrase, hashlib.pbkdf2_hmac("sha512", phrase.encode("ascii"), b"mnemonic", 2048))


def derive_key(seed: Seed, index: int) -> bytes:
    """Private key, 32 bytes, of case number ``index`` (0 to 2^31-1): BIP-32 ``m/44'/60'/0'/0/index``."""
    if not 0 <= index <= MAX_INDEX:
        raise MalformedKey(f"the key index is {index}; it must be from 0 to {MAX_INDEX}")
    node = hmac.digest(b"Bitcoin seed", seed.secret, "sha512")
    key, chain_code = _check_scalar(int.from_bytes(node[:32], "big")), node[32:]
    for step in (*_ACCOUNT_PATH, index):
        parent = key.to_bytes(32, "big")
        data = b"\0" + parent if step >= _HARDENED else PrivateKey(parent).public_key.format(compressed=True)
        node = hmac.digest(chain_code, data + step.to_bytes(4, "big"), "sha512")
        left = int.from_bytes(node[:32], "big")
        if left >= _CURVE_ORDER:
            _check_scalar(left)
        key, chain_code = _check_scalar((left + key) % _CURVE_ORDER), node[32:]
    return key.to_bytes(32, "big")


def address_of(private_key: bytes) -> bytes:
    """The address, 20 bytes, of a private key of 32 bytes. Raises MalformedKey."""
    if len(private_key) != 32:
        raise MalformedKey(f"the private key has {len(private_key)} bytes; it must have 32")
    _check_scalar(int.from_bytes(private_key, "big"))
    return keccak256(PrivateKey(private_key).public_key.format(compressed=False)[1:])[12:]


def _check_scalar(value: int) -> int:
    # In a derivation the chance is 2^-127; BIP-32 tells to take the next index then.
    if not 0 < value < _CURVE_ORDER:
        raise MalformedKey("the private key is zero or not below the order of secp256k1; take another key or index")
    return value


@dataclass(frozen=True, slots=True)
class Backup:
    """An encrypted backup file, as it lies on a disk."""

    salt: bytes
    """16 bytes, fresh for every backup."""
    nonce: bytes
    """12 bytes, fresh for every backup."""
    ciphertext: bytes = field(repr=False)
    """AES-256-GCM ciphertext with its tag of 16 bytes at the end."""

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read the file. Raises MalformedSize, MalformedJson or MalformedKey."""
        value = parse_json(data, limit=MAX_BACKUP, depth=2)
        members = require_members(value, _BACKUP_MEMBERS, frozenset(), MalformedKey, "the backup")
        if members["habeas_backup"] != 1 or isinstance(members["habeas_backup"], bool):
            raise MalformedKey("habeas_backup must be 1: this version reads no other format")
        # A file that chose its own cost could take all memory, or make guessing the password cheap.
        kdf = require_members(members["kdf"], frozenset(_KDF), frozenset(), MalformedKey, "kdf of the backup")
        if encode_json(kdf) != encode_json(_KDF):
            raise MalformedKey("kdf of the backup must be scrypt with n 131072, r 8 and p 1")
        if members["cipher"] != _CIPHER:
            raise MalformedKey(f"cipher of the backup must be {_CIPHER}")
        salt = parse_base64(members["salt"], MalformedKey, "salt of the backup")
        nonce = parse_base64(members["nonce"], MalformedKey, "nonce of the backup")
        ciphertext = parse_base64(members["ciphertext"], MalformedKey, "ciphertext of the backup")
        if len(salt) != SALT_BYTES or len(nonce) != NONCE_BYTES or len(ciphertext) < _TAG_BYTES:
            raise MalformedKey("the backup must have a salt of 16 bytes, a nonce of 12 and a ciphertext of at least 16")
        return cls(salt, nonce, ciphertext)

    def encode(self) -> bytes:
        """The bytes of the file: canonical JSON."""
        return encode_json({**_header(self.salt, self.nonce), "ciphertext": encode_base64(self.ciphertext)})


def backup_key(password: str, salt: bytes) -> bytes:
    """The AES key, 32 bytes, of a password: scrypt, about half a second and 128 MiB.

    The password is NFKC-normalised, so that a Korean or an accented one typed on another system is
    the same. Raises MalformedKey for fewer than 12 characters or more than 1,024 bytes.
    """
    normal = unicodedata.normalize("NFKC", password)
    if len(normal) < MIN_PASSWORD:
        raise MalformedKey(f"the password has {len(normal)} characters; it must have at least {MIN_PASSWORD}")
    try:
        data = normal.encode("utf-8")
    except UnicodeEncodeError:
        raise MalformedKey("the password holds half a character (a lone surrogate); type it again") from None
    if len(data) > MAX_PASSWORD:
        raise MalformedKey(f"the password has {len(data)} bytes; it may have at most {MAX_PASSWORD}")
    return hashlib.scrypt(data, salt=salt, n=2**17, r=8, p=1, maxmem=2**28, dklen=32)


def seal_backup(plaintext: bytes, key: bytes, salt: bytes, nonce: bytes) -> Backup:
    """The backup of ``plaintext`` under ``key``, which must be ``backup_key`` of the same salt."""
    if len(salt) != SALT_BYTES or len(nonce) != NONCE_BYTES:
        raise MalformedKey(f"a backup needs a salt of {SALT_BYTES} bytes and a nonce of {NONCE_BYTES}")
    return Backup(salt, nonce, AESGCM(key).encrypt(nonce, plaintext, encode_json(_header(salt, nonce))))


def open_backup(backup: Backup, key: bytes) -> bytes:
    """The plaintext. Raises VerificationBackup when key and file do not belong together."""
    header = encode_json(_header(backup.salt, backup.nonce))
    try:
        return AESGCM(key).decrypt(backup.nonce, backup.ciphertext, header)
    except InvalidTag:
        raise VerificationBackup("the password is wrong, or the backup file was changed") from None


def encrypt_backup(plaintext: bytes, password: str, salt: bytes, nonce: bytes) -> bytes:
    """The backup file of ``plaintext``; ``salt`` (16 bytes) and ``nonce`` (12) are fresh random bytes."""
    data = seal_backup(plaintext, backup_key(password, salt), salt, nonce).encode()
    if len(data) > MAX_BACKUP:
        raise MalformedKey(f"the backup has {len(data)} bytes; at most {MAX_BACKUP} can be read back")
    return data


def decrypt_backup(data: bytes, password: str) -> bytes:
    """The plaintext of a backup file. Raises Malformed errors or VerificationBackup."""
    # Step 1
    backup = Backup.parse(data)
    # Steps 2 and 3
    return open_backup(backup, backup_key(password, backup.salt))


def _header(salt: bytes, nonce: bytes) -> JsonObject:
    # All members but the ciphertext are authenticated with it: none can be changed unseen.
    return {
        "cipher": _CIPHER,
        "habeas_backup": 1,
        "kdf": _KDF,
        "nonce": encode_base64(nonce),
        "salt": encode_base64(salt),
    }
