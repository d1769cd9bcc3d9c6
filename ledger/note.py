"""C2SP signed notes, cosignatures and verifier keys, strictly (docs/spec/log.md, "Signed note" and "Cosignature").

A note is text plus signature lines. ``Note.parse`` accepts one spelling only; ``verify_note`` and
``verify_cosignature`` say whether one known key signed it. Signatures of unknown keys are kept and
ignored; a failing signature of the *known* key rejects the whole note, even beside a good one. Two
types of key are understood, both Ed25519: 0x01 signs the text, 0x04 the text and a time. The list is
closed, and neither type stands in for the other.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from ledger.ed25519 import check_public_key, is_small_order
from ledger.encoding import WHITE_SPACE, encode_base64, parse_base64
from ledger.errors import Malformed, MalformedKey, MalformedNote, MalformedSize, VerificationNote

ED25519 = 0x01
COSIGNATURE = 0x04
KEY_ID_SIZE = 4
MAX_NAME = 100
NOTE_LIMIT = 131_072  # holds 16 post-quantum signatures of 5 kB, which C2SP asks verifiers to accept
MAX_SIGNATURES = 64
MAX_TIME = 2**63 - 1  # C2SP tlog-cosignature
TIME_SIZE = 8
SIGNATURE_SIZE = 64
_PREFIX = "\N{EM DASH} "
_NAME = re.compile(r"[!-*,-~]{1,100}")
_NOT_IN_NAME = re.compile(f"[+{WHITE_SPACE}]")
_KEY_ID = re.compile(r"[0-9a-f]{8}")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


def check_key_name(name: object, error: type[Malformed] = MalformedNote, where: str = "the key name") -> str:
    """``name`` if it can name a log, a key or an origin: 1 to 100 of U+0021 to U+007E without ``+``.

    Narrower than C2SP (any text without spaces and ``+``), because an origin is also a member of
    every statement. Raises ``error``.
    """
    if isinstance(name, str) and _NAME.fullmatch(name):
        return name
    raise error(f"{where} must be 1 to {MAX_NAME} printable ASCII characters without space and +, not {_show(name)}")


def key_id_of(name: str, kind: int, public: bytes) -> bytes:
    """Key id, 4 bytes: the start of SHA-256(name || 0x0A || type || public key)."""
    return hashlib.sha256(name.encode("utf-8") + b"\n" + bytes([kind]) + public).digest()[:KEY_ID_SIZE]


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line. ``blob`` is what follows the key id; its layout depends on the key's type."""

    name: str
    key_id: bytes
    blob: bytes

    @classmethod
    def parse(cls, line: str) -> Signature:
        """Parse one line without its newline. Raises MalformedNote."""
        name, space, text = line.removeprefix(_PREFIX).partition(" ")
        if not line.startswith(_PREFIX) or not space:
            raise MalformedNote(f"a signature line is an em dash, a key name and base64, not {_show(line)}")
        # A signer unknown to us may have any name that C2SP allows.
        if not name or _NOT_IN_NAME.search(name):
            raise MalformedNote(f"a key name is not empty and has no space and no +, not {_show(name)}")
        data = parse_base64(text, MalformedNote, f"the signature of {name}")
        if len(data) <= KEY_ID_SIZE:
            raise MalformedNote(f"the signature of {name} has {len(data)} bytes; a key id alone has {KEY_ID_SIZE}")
        return cls(name, data[:KEY_ID_SIZE], data[KEY_ID_SIZE:])

    def encode(self) -> str:
        return f"{_PREFIX}{self.name} {encode_base64(self.key_id + self.blob)}"


@dataclass(frozen=True, slots=True)
class Note:
    """A signed note: ``text`` ends in a newline and may hold empty lines; at least one signature."""

    text: str
    signatures: tuple[Signature, ...]

    @classmethod
    def parse(cls, data: bytes, limit: int = NOTE_LIMIT) -> Note:
        """Parse the bytes of a note. Raises MalformedSize (``limit``, signature count) or MalformedNote.

        Nothing is known about who signed it until ``verify_note``.
        """
        # 1. Size first.
        if len(data) > limit:
            raise MalformedSize(f"the note has {len(data)} bytes; at most {limit} are accepted")
        # 2. UTF-8 without control characters.
        try:
            note = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise MalformedNote(f"byte {error.start} of the note is not UTF-8") from None
        _check_control(note)
        # 3. The last empty line separates text and signatures.
        before, separator, lines = note.rpartition("\n\n")
        if not separator or not lines.endswith("\n"):
            raise MalformedNote("a note is text, an empty line and signature lines, each ended by a newline")
        # 4. Signature lines.
        signatures = lines[:-1].split("\n")
        if len(signatures) > MAX_SIGNATURES:
            raise MalformedSize(f"the note has {len(signatures)} signatures; at most {MAX_SIGNATURES} are accepted")
        return cls(before + "\n", tuple(Signature.parse(line) for line in signatures))

    def encode(self) -> bytes:
        """The bytes of the note; ``parse`` gives the note back."""
        return (self.text + "\n" + "".join(line.encode() + "\n" for line in self.signatures)).encode("utf-8")

    def signed_by(self, key: VerifierKey) -> tuple[Signature, ...]:
        """The signatures that bear the name and the id of ``key``, not yet verified."""
        return tuple(item for item in self.signatures if (item.name, item.key_id) == (key.name, key.key_id))


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key that a verifier knows (C2SP vkey). ``key_id`` has 4 bytes, an Ed25519 ``public`` 32.

    ``type`` is ED25519 for a log's key and COSIGNATURE for a cosigner's.
    """

    name: str
    key_id: bytes
    type: int
    public: bytes

    @classmethod
    def of(cls, name: str, public: bytes, kind: int = ED25519) -> VerifierKey:
        """The key of this name with its computed id. Raises MalformedKey."""
        check_key_name(name, MalformedKey)
        if kind not in _PUBLIC_SIZES:
            raise MalformedKey(
                f"key type 0x{kind:02x} is not understood; known are 0x01 (Ed25519) and 0x04 (cosignature)"
            )
        if len(public) != _PUBLIC_SIZES[kind]:
            raise MalformedKey(f"the key of {name} has {len(public)} bytes, not {_PUBLIC_SIZES[kind]}")
        check_public_key(public, name)
        return cls(name, key_id_of(name, kind, public), kind, public)

    @classmethod
    def parse(cls, vkey: object) -> VerifierKey:
        """Parse ``name+key id+base64(type, key)``. Raises MalformedKey, also for another key's id."""
        parts = vkey.split("+", 2) if isinstance(vkey, str) else []
        if len(parts) != 3:
            raise MalformedKey(f"a verifier key is name+key id+base64, not {_show(vkey)}")
        name, key_id, text = parts
        data = parse_base64(text, MalformedKey, "the last part of a verifier key")
        if not data:
            raise MalformedKey("the last part of a verifier key holds a type byte and the key; it is empty")
        key = cls.of(name, data[1:], data[0])
        if not _KEY_ID.fullmatch(key_id) or bytes.fromhex(key_id) != key.key_id:
            raise MalformedKey(f"the key id of {name} is {key.key_id.hex()} by its key, not {_show(key_id)}")
        return key

    def encode(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(bytes([self.type]) + self.public)}"


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An Ed25519 key that signs notes. ``seed`` has 32 bytes (RFC 8032) and is never printed."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _check_seed(self.name, self.seed)

    @property
    def verifier(self) -> VerifierKey:
        """The public side."""
        return VerifierKey.of(self.name, _public_of(self.seed))

    def sign(self, text: bytes) -> Signature:
        """Sign the bytes of a note text."""
        return Signature(self.name, self.verifier.key_id, _sign_ed25519(self.seed, text))


@dataclass(frozen=True, slots=True)
class CosigningKey:
    """An Ed25519 key that cosigns notes. ``name`` is the cosigner's own, never the log's; ``seed`` as above."""

    name: str
    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        _check_seed(self.name, self.seed)

    @property
    def verifier(self) -> VerifierKey:
        """The public side, of type 0x04."""
        return VerifierKey.of(self.name, _public_of(self.seed), COSIGNATURE)

    def cosign(self, text: bytes, time: int) -> Signature:
        """Sign the bytes of a note text with a POSIX time, 0 to 2^63-1. Raises MalformedNote for another time."""
        if not 0 <= time <= MAX_TIME:
            raise MalformedNote(f"the time of a cosignature is 0 to 2^63-1 seconds, not {time}")
        blob = time.to_bytes(TIME_SIZE, "big") + _sign_ed25519(self.seed, _cosigned(text, time))
        return Signature(self.name, self.verifier.key_id, blob)


@dataclass(frozen=True, slots=True)
class Cosignature:
    """What ``verify_cosignature`` found: ``key`` cosigned, and says that it did so at POSIX ``time``."""

    key: VerifierKey
    time: int


def sign_note(text: str, keys: Sequence[SigningKey]) -> Note:
    """``text`` signed by every key, in order. Raises MalformedNote for text that no note can hold."""
    if not text.endswith("\n"):
        raise MalformedNote("the text of a note ends in a newline")
    if not keys:
        raise MalformedNote("a note has at least one signature; no key was given")
    _check_control(text)
    try:
        message = text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise MalformedNote(f"character {error.start} of the text is not Unicode text") from None
    return Note(text, tuple(key.sign(message) for key in keys))


def verify_note(note: Note, key: VerifierKey) -> None:
    """Check that ``key`` signed ``note``. Raises VerificationNote if no signature is by that key (name
    and id), if any of them fails, or if it is a cosigner's key."""
    # 5. Signatures by the known key; all others are ignored (C2SP signed-note).
    known = _known(note, key, ED25519)
    # 6. One failing signature rejects the note: somebody put it there, and the good one would hide it.
    message = note.text.encode("utf-8")
    for item in known:
        _verify_ed25519(key, message, item.blob)


def verify_cosignature(note: Note, key: VerifierKey) -> Cosignature:
    """The newest cosignature by ``key`` under ``note``. Raises VerificationNote if there is none by that
    key (name and id), if any of them fails, or if it is no cosigner's key."""
    # 1. Cosignatures by the known key, of type 0x04; all others are ignored.
    known = _known(note, key, COSIGNATURE)
    # 2. and 3. Each of them holds, else the note is rejected, as in verify_note.
    message = note.text.encode("utf-8")
    times = [_verify_timed(key, message, item.blob) for item in known]
    # 4. All are over this text, so the latest says most.
    return Cosignature(key, max(times))


def cosign(data: bytes, key: CosigningKey, time: int) -> bytes:
    """One signature line, ended by a newline: ``key`` cosigns the note ``data`` at POSIX ``time``.

    Verify the note and all that the cosignature is to state before. Raises what ``Note.parse`` raises,
    and MalformedNote for a time out of range or a key that is named like the log.
    """
    note = Note.parse(data)
    _check_cosigner(note, key.name)
    return (key.cosign(note.text.encode("utf-8"), time).encode() + "\n").encode("utf-8")


def add_cosignatures(data: bytes, lines: Iterable[bytes]) -> bytes:
    """The note ``data`` with the signature lines of ``cosign`` added, each once, in the defined order.

    Nothing is verified: whoever adds a line checks it before, since a failing one spoils the note for
    all who know its key. Raises MalformedNote for what is no line or bears the log's name, and
    MalformedSize over the limits of a note.
    """
    note = Note.parse(data)
    found = set(note.signatures)
    for line in lines:
        item = _parse_line(line)
        _check_cosigner(note, item.name)
        found.add(item)
    # The log's own lines stay in front in their order; sets of cosigners give the same bytes everywhere.
    own = dict.fromkeys(item for item in note.signatures if item.name == _origin(note))
    others = sorted(found - own.keys(), key=lambda item: (item.name, item.key_id, item.blob))
    merged = Note(note.text, (*own, *others)).encode()
    Note.parse(merged)  # the limits
    return merged


def _known(note: Note, key: VerifierKey, kind: int) -> tuple[Signature, ...]:
    # A log's signature bears no time, and a cosigner speaks for no log: neither type counts as the other.
    if key.type != kind:
        raise VerificationNote(
            f"the key {key.name} is of type 0x{key.type:02x}; this signature is by one of 0x{kind:02x}"
        )
    known = note.signed_by(key)
    if not known:
        shown = ", ".join(f"{item.name} {item.key_id.hex()}" for item in note.signatures[:4])
        raise VerificationNote(f"no signature by {key.name} {key.key_id.hex()}; the note is signed by {shown}")
    return known


def _verify_timed(key: VerifierKey, message: bytes, blob: bytes) -> int:
    if len(blob) != TIME_SIZE + SIGNATURE_SIZE:
        raise VerificationNote(
            f"the cosignature by {key.name} {key.key_id.hex()} has {len(blob)} bytes, not {TIME_SIZE + SIGNATURE_SIZE}"
        )
    time = int.from_bytes(blob[:TIME_SIZE], "big")
    if time > MAX_TIME:
        raise VerificationNote(f"the cosignature by {key.name} {key.key_id.hex()} has time {time}, over 2^63-1")
    _verify_ed25519(key, _cosigned(message, time), blob[TIME_SIZE:])
    return time


def _cosigned(text: bytes, time: int) -> bytes:
    """What a cosignature signs. The first line keeps it apart from every other note's text."""
    return b"cosignature/v1\ntime %d\n" % time + text


def _origin(note: Note) -> str:
    return note.text.partition("\n")[0]


def _check_cosigner(note: Note, name: str) -> None:
    if name == _origin(note):
        raise MalformedNote(f"a cosigner bears its own name, not {_show(name)}, which is the log's")


def _parse_line(line: bytes) -> Signature:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedNote(f"byte {error.start} of the signature line is not UTF-8") from None
    _check_control(text)
    if not text.endswith("\n"):
        raise MalformedNote("a signature line is ended by a newline")
    return Signature.parse(text[:-1])


@lru_cache(maxsize=1024)
def _verify_ed25519(key: VerifierKey, message: bytes, blob: bytes) -> None:
    """Remembered, because bundles made between two anchors show the same checkpoint."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    # Libraries differ in whether they take such an R; a key's owner alone can make one.
    if len(blob) == SIGNATURE_SIZE and is_small_order(blob[:32]):
        raise VerificationNote(f"the signature by {key.name} {key.key_id.hex()} has an R of small order")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(blob, message)
    except InvalidSignature:
        raise VerificationNote(f"the signature by {key.name} {key.key_id.hex()} is not over this text") from None


_PUBLIC_SIZES: Mapping[int, int] = {ED25519: 32, COSIGNATURE: 32}


def _check_seed(name: str, seed: bytes) -> None:
    check_key_name(name, MalformedKey)
    if len(seed) != 32:
        raise MalformedKey(f"an Ed25519 seed has 32 bytes, not {len(seed)}")


def _public_of(seed: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def _sign_ed25519(seed: bytes, message: bytes) -> bytes:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def _check_control(text: str) -> None:
    bad = _CONTROL.search(text)
    if bad:
        raise MalformedNote(
            f"character {bad.start()} is U+{ord(bad.group()):04X}; newline is the only control character here"
        )


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
