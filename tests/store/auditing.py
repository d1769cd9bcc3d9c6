"""An auditor for tests: replays a ledger with code that shares nothing with the runtime, then cosigns."""

from __future__ import annotations

from ledger.note import CosigningKey, add_cosignatures, cosign
from ledger.runtime.wiring import Services
from tests.store.check_ledger import check_ledger

AUDITOR = CosigningKey("auditor.example/habeas", bytes([0x66]) * 32)
SECOND = CosigningKey("second.example/habeas", bytes([0x67]) * 32)
TIME = 1_792_000_000


def vkeys(*auditors: CosigningKey) -> list[str]:
    """As the setting ``auditors`` takes them."""
    return [auditor.verifier.encode() for auditor in auditors]


def replay_and_cosign(services: Services, size: int, *auditors: CosigningKey, time: int = TIME) -> bytes:
    """The checkpoint of ``size`` with the cosignatures of ``auditors``, who each checked everything."""
    check_ledger(services)
    note = services.reader.note(size)
    return add_cosignatures(note, [cosign(note, auditor, time) for auditor in auditors or (AUDITOR,)])
