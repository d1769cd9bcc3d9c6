"""C2SP tlog-checkpoint: what the log says its tree is, as a signed note (docs/spec/log.md, "Checkpoint").

Three lines: origin, size, base64 root. A checkpoint without its signature is worth nothing:
verifiers call ``verify_checkpoint`` and use only the value that it returns.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ledger.encoding import MAX_INTEGER, encode_base64, parse_base64
from ledger.errors import HabeasError, MalformedCheckpoint, VerificationCheckpoint
from ledger.merkle import EMPTY_ROOT, HASH_SIZE
from ledger.note import (
    COSIGNATURE,
    Cosignature,
    Note,
    SigningKey,
    VerifierKey,
    check_key_name,
    sign_note,
    verify_cosignature,
    verify_note,
)

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A tree head. ``origin`` names the log, ``size`` is 0 to 2^53-1 leaves, ``root`` has 32 bytes."""

    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Parse the text of a checkpoint note. Raises MalformedCheckpoint."""
        # Extension lines are refused although C2SP allows them: no monitor can audit them, no
        # ML-DSA cosignature covers them, and this log never writes one.
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:
            raise MalformedCheckpoint(
                f"a checkpoint has 3 lines (origin, size, root), each ended by a newline; "
                f"this text has {text.count(chr(10))} newlines and extension lines are not accepted"
            )
        origin = check_key_name(lines[0], MalformedCheckpoint, "the origin")
        if not _DECIMAL.fullmatch(lines[1]) or int(lines[1]) > MAX_INTEGER:
            raise MalformedCheckpoint(f"the tree size is a decimal from 0 to 2^53-1, not {lines[1][:40]!r}")
        root = parse_base64(lines[2], MalformedCheckpoint, "the root")
        if len(root) != HASH_SIZE:
            raise MalformedCheckpoint(f"the root has {len(root)} bytes, not {HASH_SIZE}")
        return cls(origin, int(lines[1]), root)

    def encode(self) -> str:
        """The text that is signed; ``parse`` gives the checkpoint back."""
        return f"{self.origin}\n{self.size}\n{encode_base64(self.root)}\n"


def sign_checkpoint(checkpoint: Checkpoint, key: SigningKey) -> bytes:
    """The checkpoint as a note signed by the log's own key, whose name is the origin.

    Raises MalformedCheckpoint for values outside the format and VerificationCheckpoint for another
    log's key or a wrong empty root: what we would not verify, we do not sign.
    """
    text = checkpoint.encode()
    _check_claim(Checkpoint.parse(text), key.name)
    return sign_note(text, [key]).encode()


def verify_checkpoint(data: bytes, key: VerifierKey, origin: str) -> Checkpoint:
    """The checkpoint of the log ``origin``, signed by its key.

    Raises MalformedSize, MalformedNote, VerificationNote, MalformedCheckpoint or
    VerificationCheckpoint. It shows what the log claimed, never that the claim was consistent with
    another one.
    """
    # 1. A log's key bears the name of the log.
    if key.name != origin:
        raise VerificationCheckpoint(f"the key is named {key.name}, but the log is {origin}")
    # 2. Signature before content: unsigned text is not interpreted.
    note = Note.parse(data)
    verify_note(note, key)
    # 3. Content.
    checkpoint = Checkpoint.parse(note.text)
    # 4. One key may not speak for two logs, and an empty tree has one root.
    _check_claim(checkpoint, origin)
    return checkpoint


def verify_cosigned_checkpoint(
    data: bytes, log_key: VerifierKey, origin: str, auditors: Sequence[VerifierKey]
) -> tuple[Checkpoint, tuple[Cosignature, ...]]:
    """The checkpoint of the log ``origin``, and who of ``auditors`` cosigned it, in their order.

    Raises what ``verify_checkpoint`` raises, VerificationCheckpoint for auditors that are not apart from
    the log and from each other, and VerificationNote if a cosignature of one of them fails. Whether
    there are enough is for the caller to say; a time is what the auditor claims.
    """
    # 1. Each auditor is somebody else, so that none counts twice.
    check_auditors(log_key, auditors, VerificationCheckpoint)
    # 2. The log's own signature and content; no cosignature stands in for it.
    checkpoint = verify_checkpoint(data, log_key, origin)
    # 3. Cosignatures of the auditors; those of others are ignored.
    note = Note.parse(data)
    return checkpoint, tuple(verify_cosignature(note, key) for key in auditors if note.signed_by(key))


def check_auditors(log_key: VerifierKey, auditors: Sequence[VerifierKey], error: type[HabeasError]) -> None:
    """Auditors have keys of type 0x04, each its own, and names that differ. Raises ``error``."""
    # A cosignature does not sign its name: under two names one key would count twice. The log's key is
    # among them: the log could audit itself, and what it signed as a note could pass as a cosignature.
    names, keys = {log_key.name}, {log_key.public}
    for key in auditors:
        if key.type != COSIGNATURE:
            raise error(f"auditor {key.name} has a key of type 0x{key.type:02x}; auditors have cosigning keys, 0x04")
        if key.name in names:
            raise error(f"auditor {key.name} bears the name of the log or of another auditor")
        if key.public in keys:
            raise error(f"auditor {key.name} has the public key of the log or of another auditor")
        names.add(key.name)
        keys.add(key.public)


def _check_claim(checkpoint: Checkpoint, origin: str) -> None:
    if checkpoint.origin != origin:
        raise VerificationCheckpoint(f"the checkpoint is of {checkpoint.origin}, not of {origin}")
    if checkpoint.size == 0 and checkpoint.root != EMPTY_ROOT:
        raise VerificationCheckpoint(f"the empty tree has root {EMPTY_ROOT.hex()}, not {checkpoint.root.hex()}")
