"""Parts that bundles and fraud proofs have in common: bytes, numbers, paths, and receipts of events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ledger.anchor import ReceiptProof
from ledger.encoding import Json, JsonObject, chunks, encode_base64, is_int, parse_base64
from ledger.errors import Malformed

MAX_PATH = 64
RECEIPT = frozenset({"header", "transaction", "log", "nodes"})
"""The members of a receipt proof (docs/spec/bundle.md)."""


@dataclass(frozen=True, slots=True)
class PartReader:
    """Reads members of one container; whatever is wrong is its ``error``, with the place and what would be right."""

    error: type[Malformed]

    def binary(self, members: Mapping[str, Json], name: str, where: str) -> bytes:
        """Padded base64."""
        return parse_base64(members[name], self.error, f"{where}: {name}")

    def integer(self, members: Mapping[str, Json], name: str, where: str) -> int:
        """An integer; no boolean."""
        value = members[name]
        if isinstance(value, int) and is_int(value):
            return value
        raise self.error(f"{where}: {name} must be an integer")

    def path(self, members: Mapping[str, Json], name: str, where: str) -> tuple[bytes, ...]:
        """Up to ``MAX_PATH`` hashes of 32 bytes, one after the other in base64."""
        data = self.binary(members, name, where)
        if len(data) % 32 or len(data) > 32 * MAX_PATH:
            raise self.error(f"{where}: {name} must be 0 to {MAX_PATH} hashes of 32 bytes")
        return tuple(chunks(data, 32))

    def receipt(self, members: Mapping[str, Json], where: str) -> ReceiptProof:
        """A receipt proof out of members that hold ``RECEIPT``."""
        nodes = members["nodes"]
        if not isinstance(nodes, list) or not 1 <= len(nodes) <= MAX_PATH:
            raise self.error(f"{where}: nodes must be a list of 1 to {MAX_PATH}")
        return ReceiptProof(
            header=self.binary(members, "header", where),
            tx_index=self.integer(members, "transaction", where),
            log_index=self.integer(members, "log", where),
            nodes=tuple(parse_base64(node, self.error, f"{where}: a node") for node in nodes),
        )


def encode_receipt(proof: ReceiptProof) -> JsonObject:
    """The members that ``PartReader.receipt`` reads."""
    return {
        "header": encode_base64(proof.header),
        "transaction": proof.tx_index,
        "log": proof.log_index,
        "nodes": [encode_base64(node) for node in proof.nodes],
    }


def encode_path(path: Sequence[bytes]) -> str:
    """The text that ``PartReader.path`` reads."""
    return encode_base64(b"".join(path))
