"""A matter in which the company says nothing but by mail: real signatures, a signed zone, and captures of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from ledger.disclosure import Disclosure, FileValue
from ledger.encoding import Json, encode_hex, encode_instant, sha256
from ledger.mail import CAPTURE_TYPE, MAIL_TYPE
from ledger.statement import SignedStatement
from tools.vectors._bundles import REQUESTER
from tools.vectors._dns_files import anchor_texts, answer, capture, failed, question, txt
from tools.vectors._dns_zones import ZoneTree
from tools.vectors._mail_keys import Key, ed25519, record
from tools.vectors._mail_signing import By, mail, sign
from tools.vectors._matter import ATTESTER, Matter, policy_text, seconds

KEY = ed25519("shop")
BY = By(KEY, "s1")
NAME = "s1._domainkey.shop.example"
ACKNOWLEDGED, REFUSED = "request.acknowledged", "request.refused"
WRITTEN = "Thu, 22 Oct 2026 09:00:00 +0000"
DAY = "2026-10-22"
"""On which the mails are written and received, unless a case says otherwise."""


def zone_tree(key: Key = KEY, domain: str = "shop.example") -> ZoneTree:
    """The zones of the shop from the root down, signed for three weeks."""
    tree = ZoneTree(start=datetime(2026, 10, 15, tzinfo=UTC), end=datetime(2026, 11, 5, tzinfo=UTC))
    tree.add("example.")
    tree.add(f"{domain}.").put(f"s1._domainkey.{domain}.", "TXT", f'"{record(key)}"')
    return tree


TREE = zone_tree()


COMPANY_MAIL = '\n[[company_mail]]\ncompany = "shop.example"\ndomains = ["shop.example"]\n'


def mail_policy(more: str = "", *, attesters: int = 2, quorum: int = 1, mail: str = COMPANY_MAIL) -> str:
    """The policy of a matter, which knows how the shop sends mail; chains end in the root of these vectors."""
    listed = ", ".join(f'"{text}"' for text in anchor_texts(TREE.anchors))
    text = policy_text(attesters=attesters, quorum=quorum)
    return text.replace("habeas_trust = 1\n", f"habeas_trust = 1\nroot_anchors = [{listed}]\n", 1) + mail + more


def seen(
    at: str, *, key: Key = KEY, tree: ZoneTree | None = TREE, agree: int = 3, domain: str = "shop.example"
) -> bytes:
    """What three resolvers say at ``at``; with a chain where ``tree`` is given."""
    name = f"s1._domainkey.{domain}"
    found = answer(txt(record(key)))
    chain = [] if tree is None else tree.chain((name, "TXT"))
    asked = question([*[found] * agree, *[failed()] * (3 - agree)], name, chain=chain)
    return capture(asked, at=encode_instant(seconds(at))).encode("ascii")


@dataclass
class MailMatter(Matter):
    """Every mail names the case in its subject, unless a case says otherwise."""

    salt: int = field(default=0)

    def write(self, by: By = BY, body: str = "We received your request.\r\n", **fields: str | None) -> bytes:
        """A mail of the shop to the requester."""
        named: dict[str, str | None] = {"Subject": f"Re: access request {encode_hex(self.maker.case)}", "Date": WRITTEN}
        return sign(mail(body, **{**named, **fields}), by).encode("latin-1")

    def disclose(self, data: bytes, media_type: str = MAIL_TYPE, *, shown: bool = True) -> Disclosure:
        """The disclosure of a file; ``shown`` puts it and the bytes into the bundle."""
        self.salt += 1
        name = "mail.eml" if media_type == MAIL_TYPE else "dns-capture.json"
        made = Disclosure.make(self.salt.to_bytes(16), "file", FileValue.of(data, media_type, name))
        if shown:
            self.maker.disclosures += (made.encoded,)
            self.maker.files[sha256(data)] = data
        return made

    def report(
        self, at: str, data: bytes, *captures: bytes, kind: str = ACKNOWLEDGED, on: str = DAY
    ) -> SignedStatement:
        """The requester reports what a mail says, and commits to the mail and to captures."""
        facts: dict[str, Json] = {"received_on": on}
        if kind != ACKNOWLEDGED:
            facts = {"answered_on": on, "mode": "sent", "reasons": []}
        digests = [self.disclose(data).digest, *(self.disclose(item, CAPTURE_TYPE).digest for item in captures)]
        return self.say(at, kind, REQUESTER, digests, **facts)

    def attest_mail(
        self, at: str, of: SignedStatement, result: str = "grade_a", capture: bytes | None = None,
        key: bytes = ATTESTER, mail_place: int = 0,
    ) -> None:  # fmt: skip
        """An attester's word for a mail of the matter, and for the answers of DNS that it saw."""
        digest = self._digest_of(of, mail_place)
        facts: dict[str, Json] = {"statement": encode_hex(of.id), "at": encode_instant(seconds(at))}
        self.say(at, "evidence.attested", key, (), **facts, digest=digest, check="dkim", result=result)
        if capture is not None:
            held = self.disclose(capture, CAPTURE_TYPE)
            name = encode_hex(sha256(held.encoded.encode("ascii")))
            self.say(at, "evidence.attested", key, (held.digest,), **facts, digest=name, check="dns", result="passed")

    def _digest_of(self, of: SignedStatement, place: int) -> str:
        opened = [Disclosure.parse(text) for text in self.maker.disclosures]
        mails = [item for item in opened if isinstance(item.value, FileValue) and item.value.media_type == MAIL_TYPE]
        own = [item for item in mails if item.digest in of.statement.digests]
        return encode_hex(sha256(own[place].encoded.encode("ascii")))
