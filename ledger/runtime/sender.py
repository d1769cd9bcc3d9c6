"""The one owner of the anchoring key's nonce.

At most one anchor is on its way at a time. Every attempt is recorded before it is sent: after a
crash its row says what may be in flight. An attempt that is not mined is sent again, and after a
while replaced under the same nonce with fees a quarter higher (nodes ask for at least an eighth).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from ledger.encoding import encode_hex
from ledger.runtime.chain import Call, Chain, RpcRefusal
from ledger.runtime.chain_store import ChainStore
from ledger.runtime.chain_tables import AnchorAttempt
from ledger.runtime.transactions import FeeRules, check_funds, estimate_gas, first_fees, sign

_log = logging.getLogger(__name__)
# As nodes of several makes say it; there is no code for it.
_TOO_CHEAP = ("underpriced", "base fee", "feetoolow", "fee too low")


@dataclass(frozen=True, slots=True)
class Target:
    """The tree to anchor: what the call carries and what it extends."""

    size: int
    root: bytes
    held: int
    forced: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Flight:
    """The newest attempt under the next nonce, and whether it is time to replace it."""

    attempt: AnchorAttempt
    overdue: bool


class Sender:
    """Signs, records, sends, replaces. ``clock`` gives Unix seconds."""

    def __init__(
        self, chain: Chain, store: ChainStore, key: bytes, address: bytes, contract: bytes, rules: FeeRules,
        replace_after_s: int, clock: Callable[[], float], step: Callable[[str], None] = lambda name: None,
    ) -> None:  # fmt: skip
        self._chain = chain
        self._store = store
        self._key = key
        self._address = address
        self._contract = contract
        self._rules = rules
        self._replace_after_s = replace_after_s
        self._clock = clock
        self._step = step
        self._underpriced = False

    def flight(self) -> Flight | None:
        """What may be on its way, or None: then the next nonce is free."""
        attempts = self._store.attempts(self._chain.nonce(self._address))
        if not attempts:
            self._underpriced = False
            return None
        newest = attempts[-1]
        waited = self._clock() - newest.sent_at
        # A clock that was set back must not keep an attempt for ever.
        overdue = self._underpriced or waited >= self._replace_after_s or waited < 0
        return Flight(newest, overdue)

    def resend(self, attempt: AnchorAttempt) -> None:
        """Hand in a recorded attempt again if the node does not have it: the crash may have come first."""
        if not self._chain.known(attempt.tx_hash):
            self._send(attempt.raw)

    def send(self, target: Target, replaced: AnchorAttempt | None) -> AnchorAttempt | None:
        """Sign, record and send. None if ``replaced`` cannot be outbid within the fee rules: it
        goes on waiting, and is handed in again if the node forgot it.

        Raises RpcRefusal where the contract or the node refuses, RuntimeSetting for want of funds.
        """
        call = Call(self._address, self._contract, target.data)
        fee, tip = first_fees(self._chain.fees(), self._rules)
        if replaced is not None:
            fee = max(fee, min(replaced.max_fee * 5 // 4 + 1, self._rules.max_fee))
            tip = min(max(tip, replaced.priority_fee * 5 // 4 + 1), fee)
            if fee * 8 < replaced.max_fee * 9:
                _log.warning("anchor %s waits: the fee is at its limit", encode_hex(replaced.tx_hash))
                self.resend(replaced)
                return None
        gas = estimate_gas(self._chain, call)
        check_funds(self._chain, self._address, gas * fee)
        nonce = replaced.nonce if replaced is not None else self._chain.nonce(self._address)
        signed = sign(self._key, self._store.identity.chain_id, nonce, call, gas, fee, tip)
        attempt = AnchorAttempt(
            tx_hash=signed.tx_hash, genesis=self._store.genesis, nonce=nonce, size=target.size, root=target.root,
            held=target.held, forced=target.forced, max_fee=fee, priority_fee=tip, raw=signed.raw,
            sent_at=int(self._clock()),
        )  # fmt: skip
        self._step("attempt signed")
        self._store.record_attempt(attempt)
        self._step("attempt recorded")
        self._send(signed.raw)
        self._step("attempt sent")
        return attempt

    def _send(self, raw: bytes) -> None:
        try:
            self._chain.send(raw)
        except RpcRefusal as refusal:
            # Too cheap for this node, or an attempt whose row was lost is in the way: outbid it at once.
            self._underpriced = any(words in str(refusal).lower() for words in _TOO_CHEAP)
            if not self._underpriced:
                raise
        else:
            self._underpriced = False
