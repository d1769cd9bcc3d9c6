"""What a trust policy says of companies' mail (docs/spec/policy.md, ``[[company_mail]]``, ``[[published_key]]``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ledger.encoding import encode_hex, encode_instant, parse_instant
from ledger.errors import MalformedCapture, MalformedPolicy
from ledger.kinds import is_domain
from ledger.mail.anchors import ROOT_ANCHORS, TrustAnchor
from ledger.mail.author import author_address, in_domain
from ledger.mail.published import PublishedKey
from ledger.mail.senders import Senders
from ledger.toml_table import Table, toml_lines

MAX_DOMAINS = 64
MAX_SENDERS = 64
MAX_ANCHORS = 16


@dataclass(frozen=True, slots=True)
class MailTrust:
    """Under which domains companies send mail, and which of their keys anybody can have."""

    domains: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """By company, where a policy names them."""
    published: tuple[PublishedKey, ...] = ()
    anchors: tuple[TrustAnchor, ...] = ROOT_ANCHORS
    """Keys of the root zone in which DNSSEC chains end."""
    senders: Mapping[str, Senders] = field(default_factory=dict)
    """By company, where the policy says more than the domains."""

    def domains_of(self, company: str) -> frozenset[str]:
        """The mail domains of ``company``: its own, where the policy names none."""
        return self.domains.get(company, frozenset({company}))

    def senders_of(self, company: str) -> Senders:
        """What the policy knows of the mailboxes at these domains: nothing, where it does not say."""
        return self.senders.get(company, Senders())


def take_mail_trust(table: Table) -> MailTrust:
    """The members of a policy about mail, taken out of it. Raises MalformedPolicy."""
    domains, senders = parse_company_mail(table.list("company_mail"))
    published = tuple(_parse_published(item) for item in table.list("published_key"))
    if len({key.digest for key in published}) != len(published):
        raise MalformedPolicy("[[published_key]]: a digest is listed twice; the earlier time counts, name that one")
    listed = table.optional("root_anchors", None)
    return MailTrust(domains, published, ROOT_ANCHORS if listed is None else _parse_anchors(listed), senders)


def parse_company_mail(listed: Sequence[object]) -> tuple[dict[str, frozenset[str]], dict[str, Senders]]:
    """Domains and senders by company, out of ``[[company_mail]]`` tables. Raises MalformedPolicy."""
    domains: dict[str, frozenset[str]] = {}
    senders: dict[str, Senders] = {}
    for item in listed:
        company, names, known = _parse_company(item)
        if company in domains:
            raise MalformedPolicy(f"[[company_mail]]: {company} is listed twice")
        domains[company] = names
        if known != Senders():
            senders[company] = known
    return domains, senders


def _parse_anchors(listed: object) -> tuple[TrustAnchor, ...]:
    texts = [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []
    if not isinstance(listed, list) or not 1 <= len(texts) == len(listed) <= MAX_ANCHORS:
        raise MalformedPolicy(f"root_anchors is a list of 1 to {MAX_ANCHORS} texts: tag algorithm type digest")
    try:
        anchors = tuple(TrustAnchor.parse(text) for text in texts)
    except MalformedCapture as error:
        raise MalformedPolicy(f"root_anchors: {error}") from None
    if len(set(anchors)) != len(anchors):
        raise MalformedPolicy("root_anchors names an anchor twice")
    return anchors


def _parse_company(value: object) -> tuple[str, frozenset[str], Senders]:
    table = Table(value, "[[company_mail]]")
    company, listed = table.text("company"), table.list("domains")
    known = Senders(_parse_senders(table), _parse_shared(table))
    table.done()
    names = [name for name in listed if isinstance(name, str)]
    if not is_domain(company) or len(names) != len(listed) or not all(map(is_domain, names)):
        raise MalformedPolicy("[[company_mail]]: company and domains are lower-case DNS names like mail.shop.example")
    if not 1 <= len(set(names)) == len(names) <= MAX_DOMAINS:
        raise MalformedPolicy(f"[[company_mail]]: {company} has 1 to {MAX_DOMAINS} domains, each once")
    if not all(any(in_domain(address.rpartition("@")[2], name) for name in names) for address in known.addresses):
        raise MalformedPolicy(f"[[company_mail]]: senders of {company} have addresses in its domains")
    return company, frozenset(names), known


def _parse_senders(table: Table) -> frozenset[str]:
    listed = table.optional("senders", None)
    if listed is None:
        return frozenset()
    texts = [item for item in listed if isinstance(item, str)] if isinstance(listed, list) else []
    is_listed = isinstance(listed, list) and 1 <= len(set(texts)) == len(listed) <= MAX_SENDERS
    if not is_listed or any(author_address(text.encode()) != text or '"' in text for text in texts):
        raise MalformedPolicy(f"{table.where}: senders is a list of 1 to {MAX_SENDERS} lower-case addresses, each once")
    return frozenset(texts)


def _parse_shared(table: Table) -> bool:
    shared = table.optional("shared", False)
    if not isinstance(shared, bool):
        raise MalformedPolicy(f"{table.where}: shared must be true or false")
    return shared


def _parse_published(value: object) -> PublishedKey:
    table = Table(value, "[[published_key]]")
    digest = table.hex("digest", 32)
    at: datetime = parse_instant(table.text("published_at"), MalformedPolicy, "[[published_key]]: published_at")
    table.done()
    return PublishedKey(digest, at.astimezone(UTC))


def encode_anchors(trust: MailTrust) -> dict[str, object]:
    """The member ``root_anchors``, where the trust is not in those that ship."""
    if trust.anchors == ROOT_ANCHORS:
        return {}
    return {"root_anchors": [anchor.encode() for anchor in trust.anchors]}


def encode_mail_trust(trust: MailTrust) -> Iterator[str]:
    """The tables of a policy that ``take_mail_trust`` reads."""
    for company, names in sorted(trust.domains.items()):
        entry: dict[str, object] = {"company": company, "domains": sorted(names)}
        known = trust.senders_of(company)
        entry |= {"senders": sorted(known.addresses)} if known.addresses else {}
        entry |= {"shared": True} if known.shared else {}
        yield from ("", "[[company_mail]]", *toml_lines(entry))
    yield from _published_lines(trust.published)


def _published_lines(keys: Iterable[PublishedKey]) -> Iterator[str]:
    for key in keys:
        table = {"digest": encode_hex(key.digest), "published_at": encode_instant(int(key.published_at.timestamp()))}
        yield from ("", "[[published_key]]", *toml_lines(table))
