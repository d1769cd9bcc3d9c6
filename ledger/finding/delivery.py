"""Whether the request arrived, by when, and by a way that the company published (docs/spec/assessment.md, "Delivery").

Nobody's own word proves that a message of his arrived. The company's does, and so does what a quorum of the
policy's attesters checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    """Whether the requester states that what arrived went to a contact that the company published."""
    acknowledged: bool
    """Whether the company itself shows that it has the request."""
    mail: MailGrade | None = None
    unpublished: bool = False
    """Whether nothing at all went to a contact that the company published, by the requester's word."""

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
    is_receipt: bool = False
    """Whether it names the day of receipt, and does not just show that the company had the request by then."""


def read_delivery(timeline: Timeline) -> Delivery | None:
    """Arrival of the request; None where the requester recorded none."""
    sent = timeline.of(["request.sent"], "requester")
    if not sent:
        return None
    first = min(sent, key=lambda item: (item.day("sent_on"), item.index))
    start = first.day("sent_on")
    reported = [item.day("received_on") for item in timeline.of(["request.delivered"], "requester")]
    # What he reports of the company is his word that it had the request by then, whatever mail stands behind it:
    # so the strictest date does not hang on whether the mail is shown.
    shown = [item.day(_SHOWS[item.kind]) for item in timeline.of(_SHOWS, "requester")]
    # Nothing arrives before it was sent: an earlier day is no word about this request.
    stated = max(start, min([min(reported, default=start), *shown]))
    published = _published(timeline)
    # A mail that rests on nobody's word proves arrival where nothing else does. It moves no date that something else
    # proves: whoever leaves the file out of the bundle must not get another date by it.
    proofs = list(_proofs(timeline, start)) or list(_by_mail(timeline, "recomputed", start))
    own = [proof for proof in proofs if proof.basis == "acknowledged"]
    best = min(_counting(proofs, own, published), key=_order, default=None)
    if best is None:
        entries = tuple(item.index for item in (first, *timeline.of(["request.delivered"], "requester")))
        return Delivery(
            "claimed", "self_stated", first, stated, None, entries, published is not None, False, None,
            published is None,
        )  # fmt: skip
    is_published = published is not None and (bool(own) or published <= best.day)
    return Delivery(
        best.basis, best.grade, first, min(stated, best.day), best.day, best.entries, is_published, bool(own),
        best.mail, published is None,
    )  # fmt: skip


def _order(proof: _Proof) -> tuple[date, int, tuple[int, ...]]:
    return proof.day, _ORDER.index(proof.basis), proof.entries


def _counting(proofs: Sequence[_Proof], own: Sequence[_Proof], published: date | None) -> Sequence[_Proof]:
    """The proofs of which the earliest counts.

    A receipt names the day: whoever has to answer knows best since when. Whatever else the company says shows that it
    had the request by then, and so before a receipt that it dates later. Attesters count where it names no day, from
    what was sent by a way that it published.
    """
    signed = [proof for proof in own if proof.grade != "domain_mail"]
    if any(proof.is_receipt for proof in signed):
        return signed  # what a mail says is the person's word, and nobody is late by it against the company's own
    by_way = [proof for proof in proofs if published is not None and published <= proof.day]
    if any(proof.is_receipt for proof in own) or (own and not by_way):
        return own
    return [*own, *(proof for proof in by_way if proof not in own)] or proofs


def _published(timeline: Timeline) -> date | None:
    """The first day on which the requester states to have sent the request to a contact that the company published.

    A reminder by such a way is a sending of its own: what was proven of an earlier one says nothing of it.
    """
    every = (*timeline.of(["request.sent"], "requester"), *_reminders(timeline))
    return min((item.day("sent_on") for item in every if item.facts["published_contact"] is True), default=None)


def _reminders(timeline: Timeline) -> tuple[Said, ...]:
    return timeline.of(["request.reminded"], "requester")


def _proofs(timeline: Timeline, start: date) -> Iterator[_Proof]:
    """What proves arrival; of attesters nothing that is said to have arrived before ``start``, when it was sent."""
    yield from _by_company(timeline, start)
    published = _published(timeline)
    for basis in _ORDER:
        found = [
            proof for proof in (*_by_attesters(timeline, basis), *_confirmed(timeline, basis)) if proof.day >= start
        ]
        if basis == "presumed":
            # No other rule of law that presumes arrival was read than Korea's, and it holds for the system that the
            # addressee named.
            is_korea = timeline.place.partition("-")[0] == "KR"
            found = [proof for proof in found if is_korea and published is not None and published <= proof.day]
        yield from found


def _by_company(timeline: Timeline, start: date) -> Iterator[_Proof]:
    """Whatever the company signed that shows that it has the request, and mail of its domain.

    By the day that it names, and no later than the day on which that was recorded: it had the request when it said so.
    """
    for item in timeline.of(_SHOWS, "company"):
        named, recorded = item.day(_SHOWS[item.kind]), timeline.recorded_day(item)
        is_receipt = item.kind == "request.acknowledged"
        day: date | None = named if recorded is None else min(named, recorded)
        if named < start and not is_receipt:
            day = recorded  # no answer to this request came on a day before it: only the record says by when
        if day is not None:
            yield _Proof("acknowledged", item.grade, day, (item.index,), is_receipt=is_receipt)
    yield from _by_mail(timeline, "attesters", start)


def _by_mail(timeline: Timeline, by: Literal["attesters", "recomputed"], start: date) -> Iterator[_Proof]:
    """Mail of the company's domain behind what the requester reports: checked by attesters, or computed here.

    That it is about the request is his word. A mail of a day before ``start``, when that was sent, is about another.
    """
    for item in timeline.of(_SHOWS, "requester"):
        counts = "dkim" in item.checks if by == "attesters" else item.mail is not None
        if counts:
            is_receipt = item.kind == "request.acknowledged"
            day = item.day(_SHOWS[item.kind])
            if day < start:
                continue
            yield _Proof("acknowledged", "domain_mail", day, (item.index,), item.mail, is_receipt)


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
