"""One matter between a requester and a company, told on real dates with real signatures; only the chain is made up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from ledger.bundle import Bundle, parse_bundle
from ledger.encoding import Json, encode_hex, encode_instant
from ledger.leaf import INDEX_V1, case_key
from ledger.statement import SignedStatement
from tools.vectors._bundles import (
    AUDITOR,
    COMPANY,
    COMPANY_KEY,
    REQUESTER,
    Maker,
    address,
    bind_company,
    open_ledger,
    policy_bytes,
)

ATTESTER, OTHER_ATTESTER = b"\x99" * 32, b"\x9a" * 32
_EVERYTHING = '"dkim", "dns", "post", "http", "document", "outage"'


def policy_text(*, pinned: bool = True, attesters: int = 2, quorum: int = 1, scope: str = _EVERYTHING) -> str:
    """A trust policy with the company's key pinned, and attesters for ``scope``: everything but company keys."""
    text = policy_bytes([AUDITOR]).decode()
    if quorum > 1:
        text = text.replace("habeas_trust = 1\n", f"habeas_trust = 1\nattester_quorum = {quorum}\n", 1)
    if pinned:
        text += f'\n[[company_key]]\ncompany = "{COMPANY}"\nkey = "{encode_hex(address(COMPANY_KEY))}"\n'
    for name, key in (("a", ATTESTER), ("b", OTHER_ATTESTER))[:attesters]:
        text += f'\n[[attester]]\nname = "{name}"\nkey = "{encode_hex(address(key))}"\nscope = [{scope}]\n'
    return text


def seconds(instant: str) -> int:
    """Unix seconds of ``2026-11-20T09:00Z``, or of the noon of a day."""
    text = instant if "T" in instant else f"{instant}T12:00Z"
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC).timestamp())


@dataclass
class Matter:
    """Opened at once; every step names when it happens, in order."""

    regime: str = "eu-gdpr"
    place: str = "IE"
    opened_at: str = "2026-10-20"
    joined: bool = True
    maker: Maker = field(default_factory=lambda: Maker(transactions=1, rule=INDEX_V1, auditors=(AUDITOR,)))

    def __post_init__(self) -> None:
        self.maker.wait_until(seconds(self.opened_at))
        open_ledger(self.maker)
        if self.joined:
            bind_company(self.maker)
        facts: dict[str, Json] = {"acting": "self", "place": self.place, "regime": self.regime, "related": []}
        self.maker.say("case.opened", facts, REQUESTER, in_case=False)
        self.maker.wanted += [case_key(self.maker.case, address(key)) for key in (ATTESTER, OTHER_ATTESTER)]

    def say(
        self, at: str, kind: str, key: bytes = REQUESTER, digests: Sequence[str] = (), /, **facts: Json
    ) -> SignedStatement:
        """One statement, signed and anchored at that time."""
        self.maker.wait_until(max(seconds(at), self.maker.time + 12))
        signed = self.maker.say(kind, dict(facts), key, digests=tuple(sorted(digests)))
        self.maker.anchor()
        return signed

    def company(self, at: str, kind: str, /, **facts: Json) -> SignedStatement:
        """One statement of the company."""
        return self.say(at, kind, COMPANY_KEY, **facts)

    def submitted(self, at: str, in_log: str, kind: str, /, **facts: Json) -> SignedStatement:
        """One statement of the company, straight to the contract at once; the log takes it up later."""
        self.maker.wait_until(max(seconds(at), self.maker.time + 12))
        signed = self.maker.say(kind, dict(facts), COMPANY_KEY)
        self.maker.submit(signed)
        self.maker.wait_until(max(seconds(in_log), self.maker.time + 12))
        self.maker.anchor()
        return signed

    def sent(self, at: str, on: str, *, published: bool = True, right: str = "access") -> SignedStatement:
        """The request."""
        return self.say(at, "request.sent", right=right, sent_on=on, channel="web_form", published_contact=published)

    def check_in(self, at: str, answer: str = "nothing", account: str = "not_concerned") -> SignedStatement:
        """A check-in on the day of ``at``."""
        return self.say(at, "case.confirmed", on=at[:10], answer=answer, account=account)

    def attest(
        self, at: str, of: SignedStatement, check: str, result: str = "passed", key: bytes = ATTESTER,
        said: str | None = None,
    ) -> None:  # fmt: skip
        """An attester's word for what is kept of a statement; checked at ``at``, or when he has ``said``."""
        digest = encode_hex(bytes(range(32)))
        checked = encode_instant(seconds(said) if said else max(seconds(at), self.maker.time))
        facts: dict[str, Json] = {"check": check, "result": result, "at": checked, "digest": digest}
        self.say(at, "evidence.attested", key, statement=encode_hex(of.id), **facts)

    def bundle(self, now: str) -> Bundle:
        """The bundle as of an anchor at ``now``, read back from its bytes."""
        self.maker.wait_until(max(seconds(now), self.maker.time + 12))
        self.maker.anchor()
        return parse_bundle(self.maker.bundle().encode())
