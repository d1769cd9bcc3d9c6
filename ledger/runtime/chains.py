"""Fetching the DNSSEC chain of an answer from the resolver that gave it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

import dns.message
import dns.name

from ledger.errors import Malformed, MalformedCapture, VerificationDnssec
from ledger.mail.asked import Answer, Question, Resolver
from ledger.mail.chain import SignedSet, parse_chain
from ledger.mail.dnssec import TrustAnchor, verify_chain
from ledger.runtime.replies import follow, signed_set

MAX_ZONES = 16
"""Zones between the root and all names on the way; each costs two questions."""


class Asker(Protocol):
    """Puts one question to one resolver."""

    async def ask(self, resolver: Resolver, name: str, rdtype: str) -> dns.message.Message | Answer: ...


class ChainCollector:
    """The chain for one question; ``chain`` is filled when one is found, best at any time it is read."""

    def __init__(self, client: Asker, question: Question, anchors: Sequence[TrustAnchor], at: datetime) -> None:
        self._client = client
        self._question = question
        self._anchors = anchors
        self._at = at
        self.chain: tuple[bytes, ...] = ()

    async def collect(self, asked: Sequence[tuple[Resolver, asyncio.Task[dns.message.Message | Answer]]]) -> None:
        """Try the resolvers in the order in which they answer, until a chain verifies.

        A whole chain that does not is kept where there is no better: the verifier may know another root key.
        """
        waiting = {task: resolver for resolver, task in asked}
        while waiting:
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                resolver = waiting.pop(task)
                reply = task.result()
                if isinstance(reply, dns.message.Message) and await self._try(resolver, reply):
                    return

    async def _try(self, resolver: Resolver, reply: dns.message.Message) -> bool:
        try:
            chain = await self._fetch(resolver, reply)
        except Malformed:  # unsigned, or not in a form that could be kept
            return False
        try:
            verify_chain(chain, self._question.name, self._question.type, self._anchors, self._at)
        except VerificationDnssec:
            self.chain = self.chain or chain
            return False
        self.chain = chain
        return True

    async def _fetch(self, resolver: Resolver, reply: dns.message.Message) -> tuple[bytes, ...]:
        path, found = follow(reply, self._question.name, self._question.type)
        if found is None:
            raise MalformedCapture("there are no records to prove")
        sets = [signed_set(reply, rrset) for rrset in (*path, found)]
        known: set[dns.name.Name] = set()
        zones = _signers(sets)
        while zones:
            known |= zones
            if len(known) > MAX_ZONES:
                raise MalformedCapture(f"the chain has more than {MAX_ZONES} zones")
            new = await asyncio.gather(*(self._zone(resolver, zone) for zone in zones))
            sets += [each for group in new for each in group]
            zones = _signers(each for group in new for each in group) - known
        ordered = sorted(sets, key=lambda each: (len(each.name), each.name, -each.type))
        chain = tuple(each.encoded for each in ordered)
        parse_chain(chain)
        return chain

    async def _zone(self, resolver: Resolver, zone: dns.name.Name) -> list[SignedSet]:
        """The keys of a zone, and unless it is the root what the zone above says of them."""
        kinds = ("DNSKEY",) if zone == dns.name.root else ("DNSKEY", "DS")
        return await asyncio.gather(*(self._one(resolver, zone, kind) for kind in kinds))

    async def _one(self, resolver: Resolver, zone: dns.name.Name, kind: str) -> SignedSet:
        name = zone.to_text()
        reply = await self._client.ask(resolver, name, kind)
        path, found = ([], None) if isinstance(reply, Answer) else follow(reply, name, kind)
        if isinstance(reply, Answer) or found is None or path:
            raise MalformedCapture(f"{resolver.name} has no {kind} records of {name}")
        return signed_set(reply, found)


def _signers(sets: Iterable[SignedSet]) -> set[dns.name.Name]:
    return {rrsig.signer for each in sets for rrsig in each.signatures}
