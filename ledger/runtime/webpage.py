"""Fetching one page from the person's own machine, for a capture: no cookies, no redirect into a private network.

Every address that a name leads to must be public, and the connection goes to the address that was checked,
so that a name cannot change between check and use. The body is kept as it was sent, without compression.
Docs: docs/mail.md, "Pages and portals".
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx2

from ledger.errors import MalformedRequest, RefusedNotFound, RuntimeFault
from ledger.runtime.wellknown import is_public_address

TIMEOUT_S = 60.0
MAX_PAGE_BYTES = 20 * 2**20
MAX_REDIRECTS = 5
MAX_ADDRESSES = 4
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer."""

    url: str
    at: datetime
    """When the answer began, by this machine's clock, UTC."""
    address: str
    addresses: tuple[str, ...]
    """All that the name led to."""
    request: tuple[tuple[str, str], ...]
    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)
    certificates: tuple[bytes, ...] = field(default=(), repr=False)
    """The server's certificate, DER; none over http."""

    @property
    def target(self) -> str:
        """Path and query, as the request line names them."""
        return target_of(urlsplit(self.url))


def target_of(parts: SplitResult) -> str:
    """Path and query of an address."""
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def resolve(host: str, port: int) -> tuple[str, ...]:
    """The addresses of a name, by this machine's resolver. Raises RefusedNotFound."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise RefusedNotFound(f"{host} has no address: {error.strerror}") from None
    return tuple(dict.fromkeys(str(item[4][0]) for item in found))


@dataclass(frozen=True)
class PageFetcher:
    """``resolver``, ``is_allowed`` and ``context`` are what a test server on loopback needs."""

    resolver: Callable[[str, int], Sequence[str]] = resolve
    is_allowed: Callable[[str], bool] = is_public_address
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def fetch(self, url: str) -> tuple[Exchange, ...]:
        """The exchanges from ``url`` to the page, redirects included.

        Raises MalformedRequest for an address that is not fetched, RefusedNotFound, or RuntimeFault.
        """
        until = time.monotonic() + TIMEOUT_S
        made: list[Exchange] = []
        for _ in range(MAX_REDIRECTS + 1):
            made.append(self._one(url, until))
            place = next((value for name, value in made[-1].headers if name.lower() == "location"), None)
            if made[-1].status not in _REDIRECTS or place is None:
                return tuple(made)
            url = urljoin(url, place)
        raise RuntimeFault(f"{url[:200]} redirects more than {MAX_REDIRECTS} times")

    def _one(self, url: str, until: float) -> Exchange:
        parts, port = check_address(url)
        host = str(parts.hostname)
        addresses = tuple(self.resolver(host, port))
        # Every address is checked, not only the one that is used.
        for address in addresses:
            if not self.is_allowed(address):
                leads = "" if host == str(address) else f" leads to {address}, which"
                raise MalformedRequest(f"{host}{leads} is no public address; it is not fetched")
        problem: httpx2.HTTPError | None = None
        for address in addresses[:MAX_ADDRESSES]:
            try:
                return self._get(parts, port, address, addresses, until)
            except httpx2.ConnectError as error:
                problem = error
            except httpx2.HTTPError as error:
                raise RuntimeFault(f"{url[:200]} cannot be read: {_name(error)}") from None
        raise RuntimeFault(f"{host} cannot be reached: {_name(problem) if problem else 'no address'}")

    def _get(self, parts: SplitResult, port: int, address: str, addresses: tuple[str, ...], until: float) -> Exchange:
        host = str(parts.hostname)
        named = host if port in (80, 443) else f"{host}:{port}"
        numeric = f"[{address}]" if ":" in address else address
        sent = (("Host", named), ("User-Agent", "habeas"), ("Accept", "*/*"), ("Accept-Encoding", "identity"))
        # trust_env: a proxy from the environment would connect to an address that nobody checked.
        with httpx2.Client(verify=self.context, trust_env=False, timeout=10.0, follow_redirects=False) as client:
            request = client.build_request(
                "GET",
                f"{parts.scheme}://{numeric}:{port}{target_of(parts)}",
                headers=dict(sent),
                extensions={"sni_hostname": host},
            )
            answer = client.send(request, stream=True)
            try:
                at = datetime.now(UTC).replace(microsecond=0)
                certificates = _certificates(answer)
                body = _read(answer, parts.geturl(), until)
            finally:
                answer.close()
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers.raw)
        return Exchange(
            parts.geturl(),
            at,
            address,
            addresses,
            sent,
            answer.status_code,
            answer.reason_phrase,
            headers,
            body,
            certificates,
        )


def check_address(url: str) -> tuple[SplitResult, int]:
    """The parts of an address that may be fetched, and its port. Raises MalformedRequest."""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise MalformedRequest(f"{url[:200]!r} is no address: {error}") from None
    if parts.scheme not in ("https", "http") or not parts.hostname or not url.isascii() or not url.isprintable():
        raise MalformedRequest(f"{url[:200]!r} must be an http or https address in ASCII")
    if parts.username is not None or parts.password is not None:
        raise MalformedRequest("the address holds a user name or a password; it would be kept, so it is not fetched")
    return parts._replace(fragment=""), port


def _certificates(answer: httpx2.Response) -> tuple[bytes, ...]:
    stream = answer.extensions.get("network_stream")
    found = None if stream is None else stream.get_extra_info("ssl_object")
    der = found.getpeercert(True) if found is not None else None
    return () if der is None else (bytes(der),)


def _read(answer: httpx2.Response, url: str, until: float) -> bytes:
    # Counted while reading: what the server announces is not believed.
    body = bytearray()
    for piece in answer.iter_raw():
        body += piece
        if len(body) > MAX_PAGE_BYTES:
            raise RuntimeFault(f"{url[:200]} has more than {MAX_PAGE_BYTES} bytes")
        if time.monotonic() > until:
            raise RuntimeFault(f"{url[:200]} took longer than {TIMEOUT_S:g} seconds")
    return bytes(body)


def _name(error: BaseException) -> str:
    return str(error)[:200] or type(error).__name__
