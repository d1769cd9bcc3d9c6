"""Withholding: bytes are no longer served, and everything that was proven stays provable.

The operator says so in an ``entry.withheld``, recorded like any other statement. The sequencer deletes
the bytes with the commit that records it and the file right after; tree, index and the row in
``first`` stay, so the same words are not recorded a second time.
"""

from __future__ import annotations

from typing import Literal

from ledger.encoding import encode_hex
from ledger.errors import RefusedNotFound, RuntimeSetting
from ledger.runtime.records import Records
from ledger.runtime.wiring import Services
from ledger.statement import RecentBlock, SignedStatement

Reason = Literal["erasure", "court_order", "unlawful_content", "opaque"]


def withholding_statement(
    services: Services, statement_id: bytes, reason: Reason, recent: RecentBlock
) -> SignedStatement:
    """The operator's entry.withheld for the first leaf of a statement; submit its ``raw``.

    Raises RefusedNotFound for a statement that is not recorded, RuntimeSetting without the anchoring key.
    """
    entry = Records(services.store).statement(statement_id)
    if entry is None:
        raise RefusedNotFound(f"statement {encode_hex(statement_id)} is not recorded in this ledger")
    return withholding_of_digest(services, entry.digest, reason, recent)


def withholding_of_digest(services: Services, digest: bytes, reason: Reason, recent: RecentBlock) -> SignedStatement:
    """The same for bytes by their SHA-256: opaque bytes have no statement id."""
    if services.operator is None:
        raise RuntimeSetting(f"withholding is said by the operator: {services.settings.anchor_key_path} is needed")
    facts = {"digest": encode_hex(digest), "reason": reason}
    return services.operator.say(services.origin, "entry.withheld", facts, recent)
