"""Checking which keys a domain publishes, and saying so with ``company.key_bound``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ledger.encoding import encode_hex, encode_instant
from ledger.errors import RefusedDuplicate, RefusedRecentBlock, RefusedRecentBlockAge, RefusedRole, RefusedWellKnown
from ledger.runtime.attester.keys import AttesterKey
from ledger.runtime.attester.ledgers import LedgerApi, Receipt, choose, quote, read_events, record
from ledger.runtime.attester.memory import Memory
from ledger.runtime.wellknown import KeyFinder
from ledger.statement import SignedStatement, parse


@dataclass(frozen=True, slots=True)
class Bound:
    """The attester's own ``company.key_bound``, and its receipt."""

    signed: SignedStatement
    receipt: Receipt
    created: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """What there is before the domain is asked."""

    bound: Bound | None
    lapsed: bytes | None = None
    """A signed binding that never came into the log, and is too old now."""


@dataclass(frozen=True, slots=True)
class KeyQuestion:
    """Which key of which company to look for, where, and for which ledger."""

    ledger: str
    company: str
    key: bytes
    method: str


class KeyBinder:
    """Looks, signs and records. The looking is async, everything else blocks and belongs into a pool."""

    def __init__(
        self, key: AttesterKey, ledgers: Mapping[str, LedgerApi], memory: Memory, finders: Mapping[str, KeyFinder]
    ) -> None:
        self._key, self._ledgers, self._memory, self._finders = key, ledgers, memory, finders

    def standing(self, question: KeyQuestion) -> Standing:
        """The binding that stands already, sent once more for its receipt.

        Raises RefusedWellKnown for a key that was revoked: domains are slow to forget, and whoever stole the key
        could otherwise have it bound again by merely asking.
        """
        ledger = choose(self._ledgers, question.ledger)
        own, key = encode_hex(self._key.address), encode_hex(question.key)
        if question.key == self._key.address:
            raise RefusedRole("this is the attester's own key; nobody attests himself")
        bound: int | None = None
        for event in read_events(ledger, question.ledger, question.company):
            if event.get("key") != key or event.get("by") not in (own, key):
                continue
            if event.get("revoked") is True:
                raise RefusedWellKnown(f"{key} was revoked at index {event.get('index')}; publish a new key")
            if event.get("by") == own:
                bound = int(str(event.get("index")))
        held = self._memory.binding(question.ledger, question.company, question.key)
        if held is None:
            if bound is not None:
                raise RefusedDuplicate(f"this attester's binding of {key} stands already, at index {bound}", bound)
            return Standing(None)
        signed = parse(held)
        try:
            return Standing(Bound(signed, record(ledger, question.ledger, signed), created=False))
        except (RefusedRecentBlock, RefusedRecentBlockAge):
            return Standing(None, held)  # look again

    async def look(self, question: KeyQuestion) -> None:
        """Ask the domain. Raises RefusedWellKnown or MalformedWellKnown."""
        found = await self._finders[question.method].find(question.company)
        if question.key not in found:
            raise RefusedWellKnown(
                f"{question.company} publishes {len(found)} keys by {question.method}, but not "
                f"{encode_hex(question.key)}"
            )

    def bind(self, question: KeyQuestion, lapsed: bytes | None, now: int) -> Bound:
        """Sign and record what was seen at ``now`` (Unix seconds), instead of what ``lapsed``."""
        ledger = choose(self._ledgers, question.ledger)
        facts = {
            "key": encode_hex(question.key),
            "method": question.method,
            "checked_at": encode_instant(now),
        }
        recent = quote(ledger, question.ledger)
        signed = self._key.say(question.ledger, "company.key_bound", facts, recent, company=question.company)
        # Kept before it is sent: an answer that is lost is sent again, and not said again.
        kept = self._memory.keep_binding(question.ledger, question.company, question.key, lapsed, signed.raw)
        signed = parse(kept)  # another process of this attester may have been first
        return Bound(signed, record(ledger, question.ledger, signed), created=True)
