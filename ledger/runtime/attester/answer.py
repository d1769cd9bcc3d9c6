"""What an attester answers about one mail, and how it keeps that until it is asked again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from ledger.encoding import Json
from ledger.errors import RuntimeStore
from ledger.runtime.attester.ledgers import Receipt
from ledger.statement import SignedStatement, parse


@dataclass(frozen=True, slots=True)
class Signed:
    """A statement ``evidence.attested`` that the attester signed."""

    check: str
    result: str
    signed: SignedStatement


@dataclass(frozen=True, slots=True)
class Recorded:
    """The same with the ledger's receipt."""

    check: str
    result: str
    signed: SignedStatement
    receipt: Receipt


@dataclass(frozen=True, slots=True)
class Draft:
    """What was found (members of the answer, docs/spec/attester.md) and what was signed about it, not yet sent."""

    found: Mapping[str, Json]
    signed: tuple[Signed, ...]

    def encode(self) -> bytes:
        """The bytes that are sealed and kept."""
        signed = [[item.check, item.result, item.signed.raw.decode("ascii")] for item in self.signed]
        return json.dumps({"found": self.found, "signed": signed}, separators=(",", ":")).encode("ascii")

    @classmethod
    def parse(cls, data: bytes) -> Draft:
        """What ``encode`` wrote. Raises RuntimeStore."""
        try:
            value = json.loads(data)
            signed = tuple(Signed(check, result, parse(raw.encode("ascii"))) for check, result, raw in value["signed"])
            return cls(value["found"], signed)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise RuntimeStore("a kept answer cannot be read; was it written by another version?") from None


@dataclass(frozen=True, slots=True)
class Answer:
    """A draft whose statements are recorded."""

    found: Mapping[str, Json]
    recorded: tuple[Recorded, ...]

    @property
    def result(self) -> str:
        return str(self.found["result"])
