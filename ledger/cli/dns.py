"""The company keys that a domain publishes in DNS right now, for ``habeas verify --dns``.

Whoever answers for the verifier's resolvers is believed; the report says that DNS was asked. Of several resolvers
each is asked by itself, and enough of them must say the same (docs/spec/assessment.md, "What is observed").
"""

from __future__ import annotations

import ipaddress
import re
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import dns.exception
import dns.nameserver
import dns.resolver

from ledger.companies import parse_txt, txt_name
from ledger.errors import HabeasError, MalformedRequest, RefusedWellKnown
from ledger.mail.quorum import is_quorum

TIMEOUT_SECONDS = 5.0
MAX_RESOLVERS = 16
Server = tuple[str, int]
_ADDRESS = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<four>[0-9.]+))(?::(?P<port>[0-9]{1,5}))?")


def parse_servers(texts: Sequence[str]) -> tuple[Server, ...]:
    """Addresses and ports of ``--resolver``: each another machine, or one would have two voices."""
    servers = tuple(_parse_server(text) for text in texts)
    if len(set(servers)) < len(servers) or len(servers) > MAX_RESOLVERS:
        raise MalformedRequest(f"--resolver names at most {MAX_RESOLVERS} resolvers, each once")
    return servers


def published_keys(company: str, servers: Sequence[Server] = ()) -> tuple[bytes, ...]:
    """The keys, 20 bytes each, in the TXT records of ``_habeas.<company>``.

    ``servers`` are (address, port); the machine's own resolver where there is none. Of 3 to 5 one may say something
    else, of 6 and more two; two must say the same. Raises RefusedWellKnown (no record, no answer, no agreement)
    or MalformedWellKnown.
    """
    if len(servers) < 2:
        return _ask(company, servers)
    with ThreadPoolExecutor(len(servers), "dns") as pool:
        answers = list(pool.map(lambda server: _try(company, server), servers))
    found = [answer for answer in answers if isinstance(answer, tuple)]
    wrong = [answer for answer in answers if not isinstance(answer, tuple)]
    keys, count = Counter(found).most_common(1)[0] if found else ((), 0)
    if is_quorum(count, len(answers)):
        return keys
    if not found:
        raise wrong[0]
    raise RefusedWellKnown(
        f"the resolvers disagree about the keys of {company}: at most {count} of {len(answers)} name the same (--dns)"
    )


def _try(company: str, server: Server) -> tuple[bytes, ...] | HabeasError:
    try:
        return _ask(company, [server])
    except HabeasError as error:
        return error


def _ask(company: str, servers: Sequence[Server]) -> tuple[bytes, ...]:
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


def _parse_server(text: str) -> Server:
    match = _ADDRESS.fullmatch(text)
    try:
        port = int(match["port"] or 53) if match else 0
        if match is None or not 0 < port < 65_536:
            raise ValueError(text)
        return str(ipaddress.ip_address(match["six"] or match["four"])), port
    except ValueError:
        raise MalformedRequest(
            f"--resolver must be like 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53], not {text[:80]!r}"
        ) from None
