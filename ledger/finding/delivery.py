"""Whether the request arrived, by when, and by a way that the company published (docs/spec/assessment.md, "Delivery").

Nobody's own word proves that a message of his arrived. The company's does, and so does what a quorum of the
policy's attesters checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ledger.finding.timeline import ANSWERS, FindingGrade, MailGrade, Said, Timeline

Basis = Literal["acknowledged", "registered_post", "relay", "presumed", "claimed"]
_ORDER: tuple[Basis, ...] = ("acknowledged", "registered_post", "relay", "presumed")
# What a company says of a request shows that it has it; the day is the one that it names.
_SHOWS: dict[str, str] = {
    "request.acknowledged": "received_on",
    "request.action_required": "on",
    "deadline.extended": "notified_on",
    **dict.fromkeys(ANSWERS, "answered_on"),
}
_CHECKS: dict[str, frozenset[str]] = {
    "registered_post": frozenset({"post", "document"}),
    "presumed": frozenset({"document", "http"}),
}
RELAYS = 2
"""Relays that must agree, each another attester's."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """``stated_on``: the earliest day of arrival by the requester's word; ``proven_by``: None where it is claimed.

    ``mail`` is the grade of the mail that it rests on.
    """

    basis: Basis
    grade: FindingGrade
    sent: Said
    stated_on: date
    proven_by: date | None
    entries: tuple[int, ...]
    published: bool
    """Whether the requester states that it went to a contact that the company published."""
    acknowledged: bool
    """Whether the company itself shows that it has the request."""
    mail: MailGrade | None = None

    @property
    def has_latest(self) -> bool:
        """Whether there is a latest due date: arrival is proven, the way was the company's or it has taken it up."""
        return self.proven_by is not None and (self.published or self.acknowledged)


@dataclass(frozen=True, slots=True)
class _Proof:
    basis: Basis
    grade: FindingGrade
    day: date
    entries: tuple[int, ...]
    mail: MailGrade | None = None


def read_delivery(timeline: Timeline) -> Delivery | None:
    """Arrival of the request; None where the requester recorded none."""
    sent = timeline.of(["request.sent"], "requester")
    if not sent:
        return None
    first = min(sent, key=lambda item: (item.day("sent_on"), item.index))
    reported = [item.day("received_on") for item in timeline.of(["request.delivered"], "requester")]
    # What he reports of the company is his word that it had the request by then, whatever mail stands behind it:
    # so the strictest date does not hang on whether the mail is shown.
    shown = [item.day(_SHOWS[item.kind]) for item in timeline.of(_SHOWS, "requester")]
    stated = min([min(reported, default=first.day("sent_on")), *shown])
    published = any(item.facts["published_contact"] is True for item in (*sent, *_reminders(timeline)))
    # A mail that rests on nobody's word proves arrival where nothing else does. It moves no date that something else
    # proves: whoever leaves the file out of the bundle must not get another date by it.
    proofs = list(_proofs(timeline)) or list(_by_mail(timeline, "recomputed"))
    # The company's own day counts where it names one: whoever has to answer knows best since when.
    own = [proof for proof in proofs if proof.basis == "acknowledged"]
    best = min(own or proofs, key=lambda proof: (proof.day, _ORDER.index(proof.basis), proof.entries), default=None)
    if best is None:
        entries = tuple(item.index for item in (first, *timeline.of(["request.delivered"], "requester")))
        return Delivery("claimed", "self_stated", first, stated, None, entries, published, False)
    return Delivery(
        best.basis, best.grade, first, min(stated, best.day), best.day, best.entries, published, bool(own), best.mail
    )  # fmt: skip


def _reminders(timeline: Timeline) -> tuple[Said, ...]:
    return timeline.of(["request.reminded"], "requester")


def _proofs(timeline: Timeline) -> Iterator[_Proof]:
    yield from _by_company(timeline)
    for basis in _ORDER:
        # No other rule of law that presumes arrival was read than Korea's.
        if basis != "presumed" or timeline.place.partition("-")[0] == "KR":
            yield from _by_attesters(timeline, basis)
            yield from _confirmed(timeline, basis)


def _by_company(timeline: Timeline) -> Iterator[_Proof]:
    """A receipt that the company signed, or else whatever it signed that shows one; and mail of its domain."""
    said = timeline.of(_SHOWS, "company")
    receipts = [item for item in said if item.kind == "request.acknowledged"]
    for item in receipts or said:
        yield _Proof("acknowledged", item.grade, item.day(_SHOWS[item.kind]), (item.index,))
    yield from _by_mail(timeline, "attesters")


def _by_mail(timeline: Timeline, by: Literal["attesters", "recomputed"]) -> Iterator[_Proof]:
    """Mail of the company's domain behind what the requester reports: checked by attesters, or computed here."""
    for item in timeline.of(_SHOWS, "requester"):
        counts = "dkim" in item.checks if by == "attesters" else item.mail is not None
        if counts:
            yield _Proof("acknowledged", "domain_mail", item.day(_SHOWS[item.kind]), (item.index,), item.mail)


def _by_attesters(timeline: Timeline, basis: Basis) -> Iterator[_Proof]:
    """Enough attesters say so: proven by the day that the last of them names."""
    said = [item for item in timeline.of(["request.delivered"], "attester") if item.text("basis") == basis]
    ordered = sorted(said, key=lambda item: (item.day("received_on"), item.index))
    firsts = list({item.author: item for item in reversed(ordered)}.values())[::-1]
    needed = max(RELAYS, timeline.quorum) if basis == "relay" else timeline.quorum
    if len(firsts) >= needed:
        counted = firsts[:needed]
        yield _Proof(basis, "attested", counted[-1].day("received_on"), tuple(sorted(item.index for item in counted)))


def _confirmed(timeline: Timeline, basis: Basis) -> Iterator[_Proof]:
    """The requester says so, and enough attesters checked what he keeps of it."""
    for item in timeline.of(["request.delivered"], "requester"):
        if item.text("basis") == basis and item.checks & _CHECKS.get(basis, frozenset()):
            yield _Proof(basis, "attested", item.day("received_on"), (item.index,))
