"""The company keys that a domain publishes in DNS right now, for ``habeas verify --dns``.

Whoever answers for the verifier's resolver is believed; the report says that DNS was asked.
"""

from __future__ import annotations

from collections.abc import Sequence

import dns.exception
import dns.nameserver
import dns.resolver

from ledger.companies import parse_txt, txt_name
from ledger.errors import RefusedWellKnown

TIMEOUT_SECONDS = 5.0


def published_keys(company: str, servers: Sequence[tuple[str, int]] = ()) -> tuple[bytes, ...]:
    """The keys, 20 bytes each, in the TXT records of ``_habeas.<company>``.

    ``servers`` are (address, port); the machine's own resolver where there is none. Raises
    RefusedWellKnown (no record, no answer) or MalformedWellKnown.
    """
    name = txt_name(company)
    try:
        resolver = dns.resolver.Resolver(configure=not servers)
        if servers:
            resolver.nameservers = [dns.nameserver.Do53Nameserver(address, port) for address, port in servers]
        answer = resolver.resolve(f"{name}.", "TXT", search=False, lifetime=TIMEOUT_SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        raise RefusedWellKnown(f"{name} has no TXT record (--dns)") from None
    except (dns.exception.DNSException, OSError) as error:
        cause = str(error)[:200] or type(error).__name__
        raise RefusedWellKnown(f"the TXT records of {name} cannot be read (--dns): {cause}") from None
    return parse_txt([b"".join(record.strings) for record in answer])
