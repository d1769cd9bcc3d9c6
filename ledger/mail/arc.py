"""ARC fields (RFC 8617): what forwarders say of themselves. Read, never verified, without weight."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.errors import MalformedMail
from ledger.kinds import is_domain
from ledger.mail.key import parse_tags
from ledger.mail.raw import RawMail

MAX_SETS = 50


@dataclass(frozen=True, slots=True)
class ArcSet:
    """One forwarder, by its ARC-Seal."""

    instance: int
    """1 is the first forwarder."""
    domain: str
    chain: str
    """``cv=``: none, pass or fail, as the forwarder says."""


def read_arc(mail: RawMail) -> tuple[ArcSet, ...]:
    """The seals that can be read, by instance. What cannot be read is left out: it decides nothing."""
    sets = []
    for field in mail.named("arc-seal")[:MAX_SETS]:
        try:
            tags = parse_tags(field.value, MalformedMail, "ARC-Seal")
        except MalformedMail:
            continue
        instance, domain, chain = tags.get("i", ""), tags.get("d", ""), tags.get("cv", "")
        if instance in _INSTANCES and is_domain(domain.lower()) and chain in {"none", "pass", "fail"}:
            sets.append(ArcSet(int(instance), domain.lower(), chain))
    return tuple(sorted(sets, key=lambda found: found.instance))


_INSTANCES = frozenset(map(str, range(1, MAX_SETS + 1)))
