"""C2SP tlog-proof: one text that shows that a leaf is in a signed tree (docs/spec/log.md, "Proof")."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ledger.checkpoint import Checkpoint, verify_checkpoint
from ledger.encoding import MAX_INTEGER, encode_base64, parse_base64
from ledger.errors import MalformedProof, MalformedSize
from ledger.merkle import HASH_SIZE, verify_inclusion
from ledger.note import NOTE_LIMIT, VerifierKey

HEADER = "c2sp.org/tlog-proof@v1"
MAX_PATH = 53  # a tree has at most 2^53-1 leaves
EXTRA_LIMIT = 16_384
PROOF_LIMIT = NOTE_LIMIT + 32_768  # the checkpoint, and room for 53 hashes and the extra data
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})")


@dataclass(frozen=True, slots=True)
class LogProof:
    """A proof as it travels. ``path`` holds hashes of 32 bytes, leaf sibling first; ``checkpoint`` is
    the note verbatim; ``extra`` is authenticated by nothing."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes | None = None

    @classmethod
    def parse(cls, data: bytes) -> LogProof:
        """Parse a proof; the checkpoint is only cut out. Raises MalformedSize or MalformedProof."""
        if len(data) > PROOF_LIMIT:
            raise MalformedSize(f"the proof has {len(data)} bytes; at most {PROOF_LIMIT} are accepted")
        # The first empty line ends the proof's own lines; the checkpoint brings another one.
        head, separator, checkpoint = data.partition(b"\n\n")
        if not separator or not checkpoint or not head.isascii():
            raise MalformedProof("a proof is ASCII lines, an empty line and a checkpoint")
        lines = head.decode("ascii").split("\n")
        if lines.pop(0) != HEADER:
            raise MalformedProof(f"the first line is {HEADER}, not {head[:40]!r}")
        extra = None
        if lines and lines[0].startswith("extra "):
            extra = _parse_extra(lines.pop(0).removeprefix("extra "))
        match = _INDEX.fullmatch(lines.pop(0)) if lines else None
        if not match or int(match[1]) > MAX_INTEGER:
            raise MalformedProof("the line before the hashes is 'index' and a decimal from 0 to 2^53-1")
        if len(lines) > MAX_PATH:
            raise MalformedSize(f"the path has {len(lines)} hashes; at most {MAX_PATH} are accepted")
        path = tuple(_parse_hash(line, position) for position, line in enumerate(lines))
        return cls(int(match[1]), path, checkpoint, extra)

    def encode(self) -> bytes:
        """The bytes of a ``.tlog-proof`` file; ``parse`` gives the proof back."""
        lines = [HEADER]
        if self.extra is not None:
            lines.append(f"extra {encode_base64(self.extra)}")
        lines.append(f"index {self.index}")
        lines += [encode_base64(item) for item in self.path]
        return "\n".join(lines).encode("ascii") + b"\n\n" + self.checkpoint


def verify_proof(proof: LogProof, leaf_hash: bytes, key: VerifierKey, origin: str) -> Checkpoint:
    """The checkpoint of log ``origin`` in whose tree ``leaf_hash`` stands at ``proof.index``.

    Raises what ``verify_checkpoint`` raises, and VerificationInclusion.
    """
    # 1. The leaf hash: computed by the caller from the leaf's own bytes, never read from the proof.
    # 2. The checkpoint: origin and signature of the log.
    checkpoint = verify_checkpoint(proof.checkpoint, key, origin)
    # 3. Cosignatures: a proof asks for none; their lines were ignored in step 2.
    # 4. Inclusion under the signed root.
    verify_inclusion(leaf_hash, proof.index, checkpoint.size, proof.path, checkpoint.root)
    return checkpoint


def _parse_extra(text: str) -> bytes:
    extra = parse_base64(text, MalformedProof, "the extra data")
    if not extra:
        raise MalformedProof("a proof without extra data has no extra line")
    if len(extra) > EXTRA_LIMIT:
        raise MalformedSize(f"the extra data have {len(extra)} bytes; at most {EXTRA_LIMIT} are accepted")
    return extra


def _parse_hash(line: str, position: int) -> bytes:
    digest = parse_base64(line, MalformedProof, f"hash {position} of the path")
    if len(digest) != HASH_SIZE:
        raise MalformedProof(f"hash {position} of the path has {len(digest)} bytes, not {HASH_SIZE}")
    return digest
