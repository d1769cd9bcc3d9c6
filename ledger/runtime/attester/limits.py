"""Rate limits: so many requests in a minute of one client, and of all.

The address of a client is never kept: the table holds a keyed digest under a secret of this process, in memory
alone. IPv6 clients count by their /64, because one host has all of it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import math
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ledger.errors import RefusedRate

MAX_CLIENTS = 10_000
MINUTE = 60.0
_PORTED = re.compile(r"(?:\[([^\[\]]+)\]|([0-9.]+)):[0-9]{1,5}")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class RateLimit:
    """Token buckets of a minute. ``clock`` is monotonic seconds; safe for many threads."""

    def __init__(self, client: int, everybody: int, clock: Callable[[], float]) -> None:
        self._client, self._all, self._clock = client, everybody, clock
        self._secret = secrets.token_bytes(32)
        self._everybody = _Bucket(float(everybody), clock())
        self._clients: OrderedDict[bytes, _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def name(self, client: str) -> bytes:
        """The digest of a client, the same for all addresses that count as one."""
        return hashlib.blake2b(group_of(client).encode(), key=self._secret, digest_size=16).digest()

    def take(self, client: str) -> None:
        """Count one request. Raises RefusedRate, which names the seconds to wait."""
        name = self.name(client)
        with self._lock:
            now = self._clock()
            bucket = self._clients.pop(name, None) or _Bucket(float(self._client), now)
            self._clients[name] = bucket
            if len(self._clients) > MAX_CLIENTS:
                self._clients.popitem(last=False)
            # The client's own first: whoever is over his limit uses up nothing of the others'.
            for who, held, most in (("you", bucket, self._client), ("all clients", self._everybody, self._all)):
                _fill(held, most, now)
                if held.left < 1:
                    wait = max(1, math.ceil((1 - held.left) * MINUTE / most))
                    raise RefusedRate(f"{most} requests a minute are taken from {who}; wait {wait} s", wait)
            bucket.left -= 1
            self._everybody.left -= 1


def client_of(connected: str, named: Sequence[str], proxies: Sequence[Network]) -> str:
    """Who asks: the address that is ``connected``, or, where that is one of the ``proxies``, whom it names.

    ``named`` are the values of the header in which a proxy does that, in order. The last name in it was written by
    the nearest proxy, one's own; all before it anybody can write, and so can whoever reaches the port past the proxy.
    """
    address = _address(connected)
    if not named or address is None or not any(address in network for network in proxies):
        return connected
    return named[-1].rpartition(",")[2].strip() or connected


def group_of(client: str) -> str:
    """What counts as one client: an IPv4 address, the /64 of an IPv6 one, or the text itself."""
    # Some proxies write the port, too; each connection would else be a client of its own.
    ported = _PORTED.fullmatch(client)
    if ported is not None:
        client = ported[1] or ported[2]
    address = _address(client)
    if address is None:
        return client[:100]
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _fill(bucket: _Bucket, most: int, now: float) -> None:
    bucket.left = min(float(most), bucket.left + (now - bucket.at) * most / MINUTE)
    bucket.at = now
