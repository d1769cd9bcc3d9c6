"""Test servers: resolvers on loopback that answer from the zones of ``tools.vectors._dns_zones``, or behave badly."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from ledger.mail.asked import Resolver
from tools.vectors._dns_zones import ZoneTree

Respond = Callable[[dns.message.Message, bool], bytes | None]
"""The bytes for a query, which came by TCP if True; None for silence."""


class TestResolver:
    """UDP and TCP on one port of loopback. ``asked`` keeps (name, type, by TCP), ``origins`` identifier and port."""

    __test__ = False

    def __init__(self, name: str, respond: Respond) -> None:
        self.name = name
        self.respond = respond
        self.asked: list[tuple[str, str, bool]] = []
        self.origins: set[tuple[int, int]] = set()

    @property
    def resolver(self) -> Resolver:
        return Resolver(self.name, f"127.0.0.1:{self.port}")

    @contextmanager
    def running(self) -> Iterator[TestResolver]:
        udp, tcp = _bind()
        with udp, tcp:
            self.port = int(udp.getsockname()[1])
            stop = threading.Event()
            threads = [
                threading.Thread(target=serve, args=(one, stop), daemon=True)
                for serve, one in ((self._serve_udp, udp), (self._serve_tcp, tcp))
            ]
            for one in (udp, tcp):
                one.settimeout(0.02)
            for thread in threads:
                thread.start()
            try:
                yield self
            finally:
                stop.set()
                for thread in threads:
                    thread.join()

    def _serve_udp(self, udp: socket.socket, stop: threading.Event) -> None:
        while not stop.is_set():
            with suppress(TimeoutError):
                data, peer = udp.recvfrom(65_535)
                self.origins.add((int.from_bytes(data[:2]), peer[1]))
                answer = self._answer(data, False)
                if answer is not None:
                    udp.sendto(answer, peer)

    def _serve_tcp(self, tcp: socket.socket, stop: threading.Event) -> None:
        while not stop.is_set():
            with suppress(TimeoutError, OSError):
                peer, _ = tcp.accept()
                with peer:
                    peer.settimeout(2)
                    length = int.from_bytes(_read(peer, 2))
                    answer = self._answer(_read(peer, length), True)
                    if answer is not None:
                        peer.sendall(len(answer).to_bytes(2) + answer)

    def _answer(self, data: bytes, by_tcp: bool) -> bytes | None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        self.asked.append((question.name.to_text(omit_final_dot=True), question.rdtype.name, by_tcp))
        return self.respond(query, by_tcp)


def _bind() -> tuple[socket.socket, socket.socket]:
    """UDP and TCP at one port that is free for both."""
    for _ in range(50):
        tcp = socket.create_server(("127.0.0.1", 0))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind(tcp.getsockname())
        except OSError:
            tcp.close()
            udp.close()
        else:
            return udp, tcp
    raise OSError("no port is free for UDP and TCP")


def _read(peer: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        chunk = peer.recv(length - len(data))
        if not chunk:
            raise OSError("the client is gone")
        data += chunk
    return data


def reply(query: dns.message.Message, tree: ZoneTree) -> dns.message.Message:
    """What an honest resolver over ``tree`` answers: aliases followed, wildcards expanded, signatures if asked for."""
    made = dns.message.make_response(query, recursion_available=True)
    question = query.question[0]
    here, kind = question.name, question.rdtype
    for _ in range(10):
        zone = tree.zone_of(here, kind)
        found = zone.records.get((here, kind)) or zone.records.get((here, dns.rdatatype.CNAME))
        wild = dns.name.Name((b"*", *here.labels[1:])) if len(here) > 1 else here
        source = found or zone.records.get((wild, kind))
        if source is None:
            known = any(name.is_subdomain(here) for each in tree.zones.values() for name, _ in each.records)
            made.set_rcode(dns.rcode.NOERROR if known else dns.rcode.NXDOMAIN)
            return made
        made.answer.append(dns.rrset.from_rdata_list(here, source.ttl, list(source)))
        if zone.signed and bool(query.ednsflags & dns.flags.DO):
            made.answer.append(dns.rrset.from_rdata(here, source.ttl, zone.sign(source)))
        if source.rdtype == kind:
            return made
        here = source[0].target  # type: ignore[attr-defined]
    return made


def honest(tree: ZoneTree) -> Respond:
    """Answers from the zones."""
    return lambda query, by_tcp: _fit(reply(query, tree), by_tcp)


def _fit(made: dns.message.Message, by_tcp: bool) -> bytes:
    return made.to_wire(max_size=65_535) if by_tcp else _short(made)


def _short(made: dns.message.Message) -> bytes:
    data = made.to_wire(max_size=65_535)
    if len(data) <= 1232:
        return data
    return _cut(made)


def _cut(made: dns.message.Message) -> bytes:
    made.answer.clear()
    made.flags |= dns.flags.TC
    return made.to_wire()


def truncating(tree: ZoneTree) -> Respond:
    """Cuts off every answer by UDP."""
    return lambda query, by_tcp: honest(tree)(query, True) if by_tcp else _cut(reply(query, tree))


def lying(tree: ZoneTree, name: str, rdtype: str, *data: str) -> Respond:
    """Has other records, unsigned, at one name."""

    def respond(query: dns.message.Message, by_tcp: bool) -> bytes | None:
        question = query.question[0]
        if (question.name.to_text(omit_final_dot=True), question.rdtype.name) != (name, rdtype):
            return honest(tree)(query, by_tcp)
        made = dns.message.make_response(query)
        if data:
            made.answer.append(dns.rrset.from_text(question.name, 60, "IN", rdtype, *data))
        return _fit(made, by_tcp)

    return respond


def saying(rcode: dns.rcode.Rcode) -> Respond:
    """Answers everything with one code: no such name, refused, failed."""

    def respond(query: dns.message.Message, by_tcp: bool) -> bytes | None:
        made = dns.message.make_response(query)
        made.set_rcode(rcode)
        return made.to_wire()

    return respond


def changing(tree: ZoneTree, change: Callable[[dns.message.Message], None]) -> Respond:
    """Changes what an honest one would answer."""

    def respond(query: dns.message.Message, by_tcp: bool) -> bytes | None:
        made = reply(query, tree)
        change(made)
        return _fit(made, by_tcp)

    return respond


def silent(query: dns.message.Message, by_tcp: bool) -> bytes | None:
    """Never answers."""
    return None


@contextmanager
def running(**respond: Respond) -> Iterator[dict[str, TestResolver]]:
    """Several at once, by name."""
    with ExitStack() as stack:
        yield {name: stack.enter_context(TestResolver(name, each).running()) for name, each in respond.items()}
