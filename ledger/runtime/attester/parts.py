"""Opening an attester's parts: the one place where its settings become objects."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import dns.exception
import dns.resolver

from ledger.errors import RuntimeSetting
from ledger.mail.asked import Resolver, mail_questions
from ledger.mail.capture import DnsCapture
from ledger.runtime.attester.finders import QuorumKeyFinder
from ledger.runtime.attester.keys import AttesterKey, load_keys
from ledger.runtime.attester.ledgers import LedgerApi
from ledger.runtime.attester.memory import Memory
from ledger.runtime.attester.published import PublishedList
from ledger.runtime.attester.settings import FILE, AttesterSettings
from ledger.runtime.resolvers import capture, parse_resolvers
from ledger.runtime.wellknown import DnsKeyFinder, KeyFinder, WellKnownKeyFinder, open_resolver

Take = Callable[[Sequence[tuple[str, str]]], DnsCapture]
"""Asks the resolvers now for the keys of (domain, selector) pairs, and gives what each answered."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one attester's process. ``clock`` gives Unix seconds."""

    settings: AttesterSettings
    key: AttesterKey
    ledgers: Mapping[str, LedgerApi]
    memory: Memory
    finders: Mapping[str, KeyFinder]
    take: Take
    published: PublishedList
    clock: Callable[[], float] = time.time

    def close(self) -> None:
        self.memory.close()


def open_parts(
    settings: AttesterSettings, connect: Callable[[str, Path | None], LedgerApi], clock: Callable[[], float] = time.time
) -> Parts:
    """Keys, memory and resolvers of ``settings``; ``connect`` gives the API of a ledger's server.

    Raises RuntimeSetting and RuntimeStore.
    """
    for name, value in (("name", settings.name), ("ledgers", settings.ledgers), ("scopes", settings.scopes)):
        if not value:
            hint = (
                ""
                if (settings.home / FILE).is_file()
                else f"; there is no {FILE} in {settings.home}, is that its folder"
            )
            raise RuntimeSetting(f"the attester's setting {name} is missing{hint} (docs/settings.md lists them)")
    key, secret = load_keys(settings.key_path, settings.secret_path)
    resolvers = parse_resolvers(settings.resolvers or _system_resolvers())
    published = PublishedList(settings.published_keys)
    ledgers = {origin: connect(url, settings.trust_file) for origin, url in settings.ledgers.items()}
    first = open_resolver([item.address for item in resolvers])
    finders: dict[str, KeyFinder] = {
        "dns": QuorumKeyFinder([DnsKeyFinder(open_resolver([item.address])) for item in resolvers]),
        "well_known": WellKnownKeyFinder(first, overrides=settings.well_known_overrides),
    }
    take = _take(resolvers, settings.dns_timeout_s)
    return Parts(settings, key, ledgers, Memory(settings.memory_path, secret), finders, take, published, clock)


def _take(resolvers: Sequence[Resolver], limit_s: float) -> Take:
    return lambda pairs: capture(mail_questions(pairs), resolvers, limit_s=limit_s)


def _system_resolvers() -> list[str]:
    try:
        servers = dns.resolver.Resolver().nameservers
    except dns.exception.DNSException as error:
        raise RuntimeSetting(f"this machine names no DNS resolver; set resolvers ({error})") from None
    # One machine's resolvers are one operator's: one voice, whose mails have grade D (docs/spec/attester.md, step 8).
    return [f"[{item}]" if ":" in str(item) else str(item) for item in servers[:1]]
