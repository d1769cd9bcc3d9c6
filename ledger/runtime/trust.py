"""The trust policy that lists one ledger: what a verifier would have to believe, as the ledger itself says."""

from __future__ import annotations

from sqlmodel import Session, col, select

from ledger.errors import RuntimeLog
from ledger.note import VerifierKey
from ledger.policy import ChainTrust, LedgerTrust, encode_policy
from ledger.runtime.chain_store import current_chain
from ledger.runtime.chain_tables import AnchorRow
from ledger.runtime.networks import deployment, finality_rule
from ledger.runtime.settings import Settings
from ledger.runtime.store import Store
from ledger.runtime.tables import Ledger
from ledger.runtime.time_settings import time_authorities


def own_trust(store: Store, settings: Settings) -> LedgerTrust:
    """The entry of the ledger of ``settings``. Raises RuntimeLog as long as it is not opened."""
    practice = settings.ledger_class == "practice"
    auditors = settings.auditor_keys
    with store.read() as session:
        row = session.get(Ledger, settings.ledger)
        if row is None:
            raise RuntimeLog(f"the ledger {settings.ledger} is not opened yet")
        home = current_chain(session)
        genesis = home.genesis if home else row.genesis_hash
        chain = ChainTrust(
            name="practice-chain" if practice else f"chain-{row.chain_id}",
            id=row.chain_id,
            genesis=genesis,
            rpc_quorum=1 if practice else 2,
            pinned={},
        )
        return LedgerTrust(
            origin=row.origin,
            ledger_class=settings.ledger_class,
            vkey=VerifierKey.parse(row.vkey),
            chain=chain,
            contract=row.contract,
            code_hash=deployment().code_hash,
            log=row.log_address,
            first_block=_first_block(session, genesis),
            auditors=auditors,
            quorum=settings.auditor_quorum if auditors else 0,
            finality=finality_rule(settings),
        )


def own_policy(store: Store, settings: Settings) -> bytes:
    """The ``trust.toml`` that lists this ledger alone, with the authorities and attesters of the settings.

    Raises RuntimeLog, RuntimeSetting.
    """
    return encode_policy(
        own_trust(store, settings),
        [item.trust for item in time_authorities(settings)],
        settings.time_quorum,
        attesters=settings.trusted_attesters,
        attester_quorum=settings.attester_quorum,
    )


def _first_block(session: Session, genesis: bytes) -> int:
    anchors = select(AnchorRow.block_number).where(col(AnchorRow.genesis) == genesis).order_by(col(AnchorRow.size))
    return session.exec(anchors.limit(1)).first() or 0
