"""Asking several resolvers at once, and keeping what each said (docs/spec/dns-capture.md, "How it is taken").

The names come from strangers' mail, the resolvers only from the operator: nothing that an answer holds is
ever connected to. Whatever goes wrong with one resolver is that resolver's answer, never an exception.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime

import dns.asyncbackend
import dns.asyncquery
import dns.exception
import dns.message
import dns.name
import dns.rdatatype

from ledger.errors import MalformedCapture, RuntimeSetting
from ledger.mail.asked import Answer, Asked, Question, Resolver, split_address
from ledger.mail.capture import DnsCapture
from ledger.mail.dnssec import ROOT_ANCHORS, TrustAnchor
from ledger.runtime.chains import ChainCollector
from ledger.runtime.replies import read_reply
from ledger.runtime.settings import Settings

TIMEOUT_S = 5.0
PAYLOAD = 1232
"""Bytes of a UDP answer that pass every network unbroken; longer ones come by TCP."""
MAX_REPLY = 8_192
"""Bytes of a TCP answer; the keys of a zone have 1,000 to 3,000."""
MAX_AT_ONCE = 16
_SERVER = re.compile(
    r"(?:(?P<name>[a-z0-9.-]+)=)?(?:\[(?P<six>[0-9a-fA-F:.]+)\]|(?P<four>[0-9.]+))(?::(?P<port>[0-9]+))?"
)


def parse_resolver(text: str) -> Resolver:
    """``[name=]address[:port]``, an IPv6 address in brackets; the name is the address where none is given.

    Raises RuntimeSetting.
    """
    match = _SERVER.fullmatch(text)
    try:
        if match is None or (match["six"] and ":" not in match["six"]):
            raise ValueError(text)
        host = str(ipaddress.ip_address(match["six"] or match["four"]))
        address = f"[{host}]:{match['port'] or 53}" if ":" in host else f"{host}:{match['port'] or 53}"
        return Resolver(match["name"] or re.sub(r"[^a-z0-9]+", "-", address).strip("-"), address)
    except (ValueError, MalformedCapture):
        raise RuntimeSetting(
            f"mail_resolvers: {text!r} must be like 192.0.2.53, [2001:db8::53]:53 or name=192.0.2.53:5353"
        ) from None


def parse_resolvers(texts: Sequence[str]) -> tuple[Resolver, ...]:
    """Several resolvers, each with a name and an address of its own. Raises RuntimeSetting."""
    found = tuple(parse_resolver(text) for text in texts)
    if not found:
        raise RuntimeSetting("mail_resolvers: name at least one resolver")
    if len({each.name for each in found}) < len(found) or len({each.address for each in found}) < len(found):
        raise RuntimeSetting(
            "mail_resolvers: each needs a name and an address of its own, or one would have two voices"
        )
    return found


def configured(settings: Settings) -> tuple[tuple[Resolver, ...], float]:
    """The resolvers of the settings, and how many seconds they have together. Raises RuntimeSetting."""
    return parse_resolvers(settings.mail_resolvers), settings.mail_dns_timeout_s


def capture(
    questions: Sequence[Question],
    resolvers: Sequence[Resolver],
    *,
    limit_s: float = TIMEOUT_S,
    anchors: Sequence[TrustAnchor] = ROOT_ANCHORS,
) -> DnsCapture:
    """``take_capture`` for callers without an event loop."""
    return asyncio.run(take_capture(questions, resolvers, limit_s=limit_s, anchors=anchors))


async def take_capture(
    questions: Sequence[Question],
    resolvers: Sequence[Resolver],
    *,
    limit_s: float = TIMEOUT_S,
    anchors: Sequence[TrustAnchor] = ROOT_ANCHORS,
) -> DnsCapture:
    """Every question put to every resolver at once, within ``limit_s`` seconds for everything.

    Who has not answered by then stands in the capture with the cause ``timeout``. For key records (names with
    ``_domainkey``) the DNSSEC chain is fetched where an answer is signed; ``anchors`` only decide which resolver's
    chain is kept. Raises MalformedCapture or MalformedSize for questions or resolvers that no capture may hold.
    """
    at = datetime.now(UTC).replace(microsecond=0)
    # Nothing is sent that could not be kept.
    nobody = tuple(Answer.failed("timeout") for _ in resolvers)
    DnsCapture.make(at, resolvers, [Asked(question, nobody) for question in questions])
    client = Client(limit_s)
    asked = {
        question: [asyncio.create_task(client.ask(resolver, question.name, question.type)) for resolver in resolvers]
        for question in questions
    }
    collectors = {
        question: ChainCollector(client, question, anchors, at)
        for question in questions
        if question.type == "TXT" and "._domainkey." in question.name
    }
    chains = [
        asyncio.create_task(collector.collect(list(zip(resolvers, asked[question], strict=True))))
        for question, collector in collectors.items()
    ]
    everything = [*(task for tasks in asked.values() for task in tasks), *chains]
    try:
        await asyncio.wait(everything, timeout=limit_s)
    finally:
        for task in everything:
            task.cancel()
        await asyncio.gather(*everything, return_exceptions=True)
    return DnsCapture.make(
        at,
        resolvers,
        [
            Asked(
                question,
                tuple(_answer(task, question) for task in tasks),
                collectors[question].chain if question in collectors else (),
            )
            for question, tasks in asked.items()
        ],
    )


def _answer(task: asyncio.Task[dns.message.Message | Answer], question: Question) -> Answer:
    if task.cancelled():
        return Answer.failed("timeout")
    reply = task.result()
    return reply if isinstance(reply, Answer) else read_reply(reply, question)


class Client:
    """Puts single questions to resolvers: UDP first, TCP where an answer is cut off, ``DO`` set."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        # For each resolver its own: a silent one must not keep the places of the others.
        self._places: defaultdict[Resolver, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(MAX_AT_ONCE))

    async def ask(self, resolver: Resolver, name: str, rdtype: str) -> dns.message.Message | Answer:
        """The reply, or the failed Answer that stands for it."""
        host, port = split_address(resolver.address)
        question = dns.name.from_text(name), dns.rdatatype.from_text(rdtype)
        try:
            async with self._places[resolver]:
                try:
                    return await _once(host, port, *question, self._limit_s / 3)
                except (dns.exception.Timeout, TimeoutError):  # a lost packet is no answer yet
                    return await _once(host, port, *question, self._limit_s)
        except _TooLarge:
            return Answer.failed("too_large")
        except (dns.exception.Timeout, TimeoutError):
            return Answer.failed("timeout")
        except (OSError, EOFError):
            return Answer.failed("unreachable")
        except (dns.exception.DNSException, ValueError):
            return Answer.failed("malformed")


class _TooLarge(Exception):
    """Reading thousands of small records would cost a sixth of a second, and a stranger's domain chooses them."""


async def _once(
    host: str, port: int, name: dns.name.Name, rdtype: dns.rdatatype.RdataType, limit_s: float
) -> dns.message.Message:
    # A new query each time: identifier and source port are random, as guessing them is all that a forger needs.
    query = dns.message.make_query(name, rdtype, want_dnssec=True, payload=PAYLOAD)
    try:
        return await dns.asyncquery.udp(
            query,
            host,
            limit_s,
            port,
            ignore_unexpected=True,
            raise_on_truncation=True,
            ignore_errors=True,
            backend=dns.asyncbackend.get_backend("asyncio"),
        )
    except dns.message.Truncated:
        async with asyncio.timeout(limit_s):
            return await _by_tcp(query, host, port)


async def _by_tcp(query: dns.message.Message, host: str, port: int) -> dns.message.Message:
    reader, writer = await asyncio.open_connection(host, port)
    try:
        wire = query.to_wire()
        writer.write(len(wire).to_bytes(2) + wire)
        length = int.from_bytes(await reader.readexactly(2))
        if length > MAX_REPLY:
            raise _TooLarge
        reply = dns.message.from_wire(await reader.readexactly(length))
    finally:
        writer.close()
    if not query.is_response(reply):
        raise ValueError("the reply is to another query")
    return reply
