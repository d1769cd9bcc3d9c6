"""The DNS capture: what several resolvers answered at one time (docs/spec/dns-capture.md, version 1).

A container: ``parse`` reads it and proves nothing. ``key`` says what is known of a mail's key from it, by a
DNSSEC chain or else by how many resolvers agree. Who took the capture is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Self

from ledger.encoding import encode_instant, encode_json, is_int, parse_instant, parse_json, require_members
from ledger.errors import MalformedCapture, VerificationDnssec
from ledger.mail import CAPTURE_TYPE
from ledger.mail.asked import (
    MAX_RESOLVERS,
    Answer,
    Asked,
    Question,
    Resolver,
    encode_asked,
    key_question,
    parse_asked,
    parse_list,
    parse_resolver_member,
    txt_text,
)
from ledger.mail.dnssec import ROOT_ANCHORS, Proven, TrustAnchor, verify_chain
from ledger.mail.key import KeyAtReceipt
from ledger.mail.quorum import Decision, View, decide, view_of
from ledger.mail.reasons import found_text

VERSION = 1
MEDIA_TYPE = CAPTURE_TYPE
MAX_BYTES = 4_194_304
MAX_DEPTH = 6
MAX_QUESTIONS = 24
NEAR = timedelta(hours=1)
"""A capture within this time of the receipt was taken at receipt."""


@dataclass(frozen=True, slots=True)
class KeyFinding:
    """The key at receipt, and why."""

    key: KeyAtReceipt
    agreed: tuple[str, ...]
    """Names of the resolvers that say the same."""
    asked: int
    reasons: tuple[str, ...]
    """English sentences."""


@dataclass(frozen=True, slots=True)
class DnsCapture:
    """A parsed capture; ``encode`` gives the same bytes again."""

    at: datetime
    """When asking began (UTC, whole seconds), by the clock of whoever took it."""
    resolvers: tuple[Resolver, ...]
    asked: tuple[Asked, ...]
    """Ascending by name and type."""
    _encoded: bytes = field(repr=False, compare=False, default=b"")

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a capture. Raises MalformedSize, MalformedJson or MalformedCapture, and no other exception."""
        # 1. Canonical JSON, 2. members.
        value = parse_json(data, limit=MAX_BYTES, depth=MAX_DEPTH)
        members = require_members(
            value,
            frozenset({"at", "habeas_dns", "questions", "resolvers"}),
            frozenset(),
            MalformedCapture,
            "the capture",
        )
        # 3. Version, 4. time.
        if not is_int(members["habeas_dns"]) or members["habeas_dns"] != VERSION:
            raise MalformedCapture(f"habeas_dns must be the integer {VERSION}, the format version")
        at = parse_instant(members["at"], MalformedCapture, "at")
        # 5. Resolvers, 6. to 9. questions.
        resolvers = tuple(
            parse_resolver_member(item) for item in parse_list(members["resolvers"], MAX_RESOLVERS, "resolvers")
        )
        asked = tuple(parse_asked(item) for item in parse_list(members["questions"], MAX_QUESTIONS, "questions"))
        capture = cls(at, resolvers, asked, data)
        capture._check()
        return capture

    @classmethod
    def make(cls, at: datetime, resolvers: Sequence[Resolver], asked: Iterable[Asked]) -> Self:
        """The capture of these answers. Raises what ``parse`` raises."""
        ordered = sorted(asked, key=lambda each: (each.question.name, each.question.type))
        return cls.parse(cls(at, tuple(resolvers), tuple(ordered)).encode())

    def encode(self) -> bytes:
        """The capture's bytes."""
        return self._encoded or encode_json(
            {
                "at": encode_instant(int(self.at.timestamp())),
                "habeas_dns": VERSION,
                "questions": [encode_asked(each) for each in self.asked],
                "resolvers": [{"address": each.address, "name": each.name} for each in self.resolvers],
            }
        )

    def find(self, question: Question) -> Asked | None:
        """The answers to ``question``, None where it was not asked."""
        return next((each for each in self.asked if each.question == question), None)

    def key(
        self, domain: str, selector: str, received: datetime, anchors: Sequence[TrustAnchor] = ROOT_ANCHORS
    ) -> KeyAtReceipt:
        """The key of ``selector._domainkey.domain`` as it was when a mail was received. See ``key_finding``."""
        return self.key_finding(domain, selector, received, anchors).key

    def key_finding(
        self, domain: str, selector: str, received: datetime, anchors: Sequence[TrustAnchor] = ROOT_ANCHORS
    ) -> KeyFinding:
        """The key and the reasons (docs/spec/dns-capture.md, "The key at receipt")."""
        try:
            asked = self.find(key_question(domain, selector))
        except MalformedCapture:  # no public DNS name, so nobody can have asked
            asked = None
        if asked is None:
            nothing = KeyAtReceipt(domain, selector, "unknown", None, "none", None)
            return KeyFinding(nothing, (), 0, (found_text("not_asked"),))
        decision, reasons = self._decide(asked, received, anchors)
        status = "unknown" if decision.view is None or decision.view.status == "broken" else decision.view.status
        origin = "none" if status == "unknown" else decision.origin
        record = None if decision.view is None else decision.view.record
        seen = None if status == "unknown" else self.at
        names = tuple(self.resolvers[place].name for place in decision.agreed)
        key = KeyAtReceipt(domain, selector, status, record, origin, seen)
        return KeyFinding(key, names, len(asked.answers), reasons)

    def _decide(
        self, asked: Asked, received: datetime, anchors: Sequence[TrustAnchor]
    ) -> tuple[Decision, tuple[str, ...]]:
        decision = decide([_view(each) for each in asked.answers])
        reasons = [decision.reason]
        if decision.view is not None and decision.view.status == "broken":
            reasons.append(found_text("several_records", name=asked.question.name))
        # A later capture may hold a key that was put there after the mail, chain or not.
        if self.at > received + NEAR:
            return _as_archive(decision, found_text("after_receipt", at=_shown(self.at)), reasons)
        if asked.chain:
            try:
                proven = verify_chain(asked.chain, asked.question.name, asked.question.type, anchors, received)
                found = _as_proven(asked, proven, reasons)
                view = found[0].view
                if view is None or view.status != "found" or not _is_contradicted(asked, view):
                    return found
                return _as_archive(found[0], found_text("withdrawn"), list(found[1]))
            except VerificationDnssec as error:
                reasons.append(found_text("no_chain", error=error))
        if self.at < received - NEAR:
            return _as_archive(decision, found_text("long_before", at=_shown(self.at)), reasons)
        return decision, tuple(reasons)

    def _check(self) -> None:
        if not self.resolvers or not self.asked:
            raise MalformedCapture("a capture names at least one resolver and one question")
        # Otherwise one resolver would have two voices.
        for what in ("name", "address"):
            if len({getattr(each, what) for each in self.resolvers}) < len(self.resolvers):
                raise MalformedCapture(f"two resolvers have the same {what}")
        order = [(each.question.name, each.question.type) for each in self.asked]
        if order != sorted(set(order)):
            raise MalformedCapture("questions must be ascending by name and type, each once")
        for each in self.asked:
            if len(each.answers) != len(self.resolvers):
                raise MalformedCapture(
                    f"answers of {each.question}: there are {len(each.answers)}, "
                    f"but {len(self.resolvers)} resolvers were asked"
                )


def _is_contradicted(asked: Asked, proven: View) -> bool:
    """Whether most of the resolvers that answered say something else, whatever it is: a chain goes on proving a key
    that was withdrawn or replaced."""
    views = [view for view in map(_view, asked.answers) if view is not None]
    return 2 * sum(view != proven for view in views) > len(views)


def _view(answer: Answer) -> View | None:
    return None if answer.status == "failed" else view_of([txt_text(record) for record in answer.records])


def _as_proven(asked: Asked, proven: Proven, reasons: list[str]) -> tuple[Decision, tuple[str, ...]]:
    view = view_of([txt_text(record) for record in proven.records])
    agreed = tuple(place for place, answer in enumerate(asked.answers) if _view(answer) == view)
    reasons.append(
        found_text(
            "proven",
            start=_shown(proven.valid_from),
            end=_shown(proven.valid_until),
            count=len(agreed),
            asked=len(asked.answers),
        )
    )
    return Decision(view, "dnssec", agreed, reasons[-1]), tuple(reasons)


def _shown(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S}"


def _as_archive(decision: Decision, why: str, reasons: list[str]) -> tuple[Decision, tuple[str, ...]]:
    reasons.append(why)
    # That a key is gone at another time says nothing about the time of receipt.
    if decision.view is None or decision.view.status in ("missing", "revoked"):
        return Decision(None, "none", (), why), tuple(reasons)
    return Decision(decision.view, "archive", decision.agreed, why), tuple(reasons)
