"""Asking a domain for its company keys (docs/spec/company-keys.md, "How a server fetches").

The one place where the service connects to addresses that strangers choose. The numbers in the
comments are the steps of the specification. What comes back is parsed by ``ledger.companies``.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal, Protocol
from urllib.parse import urljoin, urlsplit

import dns.asyncresolver
import dns.exception
import dns.nameserver
import dns.resolver
import httpx2

from ledger.companies import MAX_BYTES, WELL_KNOWN_PATH, parse_txt, parse_well_known, txt_name, well_known_url
from ledger.errors import RefusedWellKnown, RuntimeSetting

TIMEOUT_S = 5.0
MAX_ADDRESSES = 4
Method = Literal["dns", "well_known"]
_OVERRIDE = re.compile(r"http://(?:127\.0\.0\.1|localhost|\[::1\]):[0-9]{1,5}/?")
_SERVER = re.compile(r"(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<four>[0-9.]+))(?::(?P<port>[0-9]{1,5}))?")
_UNICAST_6 = ipaddress.IPv6Network("2000::/3")
# No public unicast addresses, although some Pythons call them global.
_REFUSED = tuple(
    ipaddress.ip_network(text)
    for text in (
        "192.88.99.0/24",  # 6to4 relays
        "2001::/23",  # IETF protocol assignments, Teredo among them
        "2002::/16",  # 6to4: carries an IPv4 address
        "3fff::/20",  # documentation
    )
)


class KeyFinder(Protocol):
    """Finds the keys that a domain publishes, in the place that ``method`` names."""

    @property
    def method(self) -> Method: ...

    async def find(self, company: str) -> tuple[bytes, ...]:
        """1 to 16 keys of 20 bytes, ascending.

        Raises RefusedWellKnown (nothing there, not reachable, not allowed) or MalformedWellKnown.
        """
        ...


def is_public_address(text: str) -> bool:
    """True for a public unicast address, IPv4 or IPv6, that carries no other address inside."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and (address not in _UNICAST_6 or address.scope_id):
        return False
    if any(address in network for network in _REFUSED if network.version == address.version):
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def open_resolver(servers: Sequence[str] = ()) -> dns.asyncresolver.Resolver:
    """A resolver that asks ``servers`` (``address`` or ``address:port``), or the system's where none is given.

    Raises RuntimeSetting.
    """
    try:
        resolver = dns.asyncresolver.Resolver(configure=not servers)
    except dns.exception.DNSException as error:
        raise RuntimeSetting(f"no DNS resolver is configured on this machine; set dns_servers ({error})") from None
    if servers:
        resolver.nameservers = [_server(text) for text in servers]
    resolver.lifetime = TIMEOUT_S
    resolver.retry_servfail = False
    return resolver


def _server(text: str) -> dns.nameserver.Nameserver:
    match = _SERVER.fullmatch(text)
    try:
        if match is None or int(match["port"] or 53) > 65535:
            raise ValueError(text)
        address = str(ipaddress.ip_address(match["six"] or match["four"]))
    except ValueError:
        raise RuntimeSetting(
            f"dns_servers: {text!r} must be an address like 192.0.2.53, 192.0.2.53:5353 or [2001:db8::53]:53"
        ) from None
    return dns.nameserver.Do53Nameserver(address, int(match["port"] or 53))


@dataclass(frozen=True)
class DnsKeyFinder:
    """TXT records at ``_habeas.<domain>``."""

    resolver: dns.asyncresolver.Resolver
    method: Method = "dns"

    async def find(self, company: str) -> tuple[bytes, ...]:
        """See ``KeyFinder``."""
        name = txt_name(company)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                answer = await self.resolver.resolve(f"{name}.", "TXT", search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            raise RefusedWellKnown(f"{name} has no TXT record; publish one with the key and ask again") from None
        except (dns.exception.DNSException, OSError, TimeoutError) as error:
            raise RefusedWellKnown(f"the TXT records of {name} cannot be read: {_name(error)}") from None
        keys = parse_txt([b"".join(record.strings) for record in answer])
        if not keys:
            raise RefusedWellKnown(f"{name} has TXT records, but none that starts with 'habeas1 key=0x'")
        return keys


@dataclass(frozen=True)
class WellKnownKeyFinder:
    """The file ``https://<domain>/.well-known/habeas.json``.

    ``overrides`` maps a domain to a loopback base URL (practice ledgers only; the settings see to
    that). ``context``, ``port`` and ``is_allowed`` are what a test server on loopback needs.
    """

    resolver: dns.asyncresolver.Resolver
    overrides: Mapping[str, str] = field(default_factory=dict)
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    port: int = 443
    is_allowed: Callable[[str], bool] = is_public_address
    method: Method = "well_known"

    async def find(self, company: str) -> tuple[bytes, ...]:
        """See ``KeyFinder``."""
        url = well_known_url(company)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                data = await self._fetch(company)
        except TimeoutError:
            raise RefusedWellKnown(f"{url} did not answer within {TIMEOUT_S:g} seconds") from None
        except httpx2.HTTPError as error:
            raise RefusedWellKnown(f"{url} cannot be read: {_name(error)}") from None
        return parse_well_known(data, company)

    async def _fetch(self, company: str) -> bytes:
        override = self.overrides.get(company)
        if override is not None:
            if not _OVERRIDE.fullmatch(override):
                raise RuntimeSetting(f"well_known_overrides: {company} must map to http://127.0.0.1:<port>")
            data, redirect = await self._get(override.rstrip("/") + WELL_KNOWN_PATH, company)
            return _no_redirect(data, redirect, company)
        addresses = await self._resolve(company)
        data, redirect = await self._get_any(addresses, company, WELL_KNOWN_PATH)
        if redirect is not None:
            target = self._check_redirect(redirect, company)
            data, redirect = await self._get_any(addresses, company, target)
        return _no_redirect(data, redirect, company)

    async def _resolve(self, company: str) -> list[str]:
        # 2. Every address is checked, not only the one that is used.
        try:
            answers = await self.resolver.resolve_name(f"{company}.", family=socket.AF_UNSPEC, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            raise RefusedWellKnown(f"{company} has no address") from None
        except (dns.exception.DNSException, OSError) as error:
            raise RefusedWellKnown(f"the address of {company} cannot be found: {_name(error)}") from None
        addresses = list(dict.fromkeys(answers.addresses()))
        for address in addresses:
            if not self.is_allowed(address):
                raise RefusedWellKnown(f"{company} leads to {address}, which is no public address")
        return addresses[:MAX_ADDRESSES]

    async def _get_any(self, addresses: Sequence[str], company: str, target: str) -> tuple[bytes, str | None]:
        problem: httpx2.HTTPError | None = None
        for address in addresses:
            # 3. The URL holds the checked address; only Host and certificate hold the name.
            host = f"[{address}]" if ":" in address else address
            try:
                return await self._get(f"https://{host}:{self.port}{target}", company)
            except httpx2.ConnectError as error:
                problem = error
        raise problem or RefusedWellKnown(f"{company} has no address")

    async def _get(self, url: str, company: str) -> tuple[bytes, str | None]:
        """The body, or the place that a redirect names."""
        headers = {"Host": company, "Accept": "application/json", "Accept-Encoding": "identity"}
        headers["User-Agent"] = "habeas"
        async with _client(self.context) as client:
            request = client.build_request("GET", url, headers=headers, extensions={"sni_hostname": company})
            response = await client.send(request, stream=True)
            try:
                if response.status_code in (301, 302, 303, 307, 308):
                    return b"", response.headers.get("location", "")
                return await _read(response, company), None
            finally:
                await response.aclose()

    def _check_redirect(self, location: str, company: str) -> str:
        # 4. Path and query of a redirect that stays on the same host.
        where = f"{well_known_url(company)} redirects to {location[:200]!r}"
        try:
            parts = urlsplit(urljoin(well_known_url(company), location))
            port = parts.port or 443
        except ValueError:
            raise RefusedWellKnown(f"{where}, which is no address") from None
        same = parts.scheme == "https" and parts.hostname == company and port in (443, self.port)
        if not same or parts.username is not None or parts.password is not None:
            raise RefusedWellKnown(f"{where}; only https on the same host is followed")
        return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


@asynccontextmanager
async def _client(context: ssl.SSLContext) -> AsyncIterator[httpx2.AsyncClient]:
    # trust_env: a proxy from the environment would connect to an address that nobody checked.
    timeout = httpx2.Timeout(TIMEOUT_S)
    async with httpx2.AsyncClient(verify=context, trust_env=False, timeout=timeout, follow_redirects=False) as client:
        yield client


async def _read(response: httpx2.Response, company: str) -> bytes:
    # 5. Counted while reading: what the server announces is not believed.
    url = well_known_url(company)
    if response.status_code != 200:
        raise RefusedWellKnown(f"{url} answers {response.status_code}; publish the file there and ask again")
    if response.headers.get("content-encoding", "identity") != "identity":
        raise RefusedWellKnown(f"{url} is sent compressed, although that was not asked for")
    data = b""
    async for chunk in response.aiter_raw():
        data += chunk
        if len(data) > MAX_BYTES:
            raise RefusedWellKnown(f"{url} has more than {MAX_BYTES} bytes")
    return data


def _no_redirect(data: bytes, redirect: str | None, company: str) -> bytes:
    if redirect is not None:
        raise RefusedWellKnown(f"{well_known_url(company)} redirects more often than it may")
    return data


def _name(error: BaseException) -> str:
    return str(error)[:200] or type(error).__name__
