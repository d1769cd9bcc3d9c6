"""What the parties and the attesters of the policy said in a case, each statement once, in the order of the log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Literal, TypeAlias

from ledger.bundle import ShownStatement
from ledger.deadlines.places import local_days
from ledger.encoding import Json, encode_hex, parse_base64url, parse_date, parse_instant
from ledger.errors import MalformedFacts, MalformedRequest
from ledger.finding.letters import NO_EVIDENCE, Letter, Word, read_letters
from ledger.policy import AttesterTrust, TrustPolicy
from ledger.statement import SignedStatement
from ledger.verification.checks import Value
from ledger.verification.completeness import Complete
from ledger.verification.parties import Grade

Party = Literal["requester", "company", "attester"]
PARTIES: tuple[Party, ...] = ("requester", "company", "attester")
FindingGrade: TypeAlias = Grade | Literal["domain_mail", "decided"]
"""A grade, or mail of the company's domain that attesters checked, or a decision of an authority that they saw."""
Moment: TypeAlias = date | datetime
"""A day in the place, or an instant in UTC."""
ANSWERS = frozenset({"request.fulfilled", "request.partially_fulfilled", "request.refused"})
# What an attester must be trusted for by the policy so that its word counts, by the basis of a delivery.
_SCOPES: Mapping[str, frozenset[str]] = {
    "acknowledged": frozenset({"dkim", "document"}),
    "registered_post": frozenset({"post", "document"}),
    "relay": frozenset({"dkim", "http"}),
    "presumed": frozenset({"document", "http"}),
}
_BY_ATTESTER: Mapping[str, frozenset[str]] = {
    "service.outage": frozenset({"outage"}),
    "service.restored": frozenset({"outage"}),
    "complaint.lodged": frozenset({"document"}),
    "complaint.decided": frozenset({"document"}),
}
_LAST_SECOND = 253_370_764_800
"""The first of January 9999: every zone can still say which day it is."""
_CLOCKS = timedelta(hours=1)
"""So far apart may the clock of an attester and that of the chain be."""
CONFIRMING = frozenset({"dkim", "document", "post"})
"""Checks that confirm what was written or sent in a matter: mail, a document, a letter. A web page is none."""
READ = frozenset({"document"})
"""Checks for which an attester read what was written. A signature and a postmark say who sent it, and not what."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Unix seconds of a block, and what the bound is worth."""

    seconds: int
    block: bytes
    value: Value

    @property
    def instant(self) -> datetime:
        """The same in UTC; whoever makes up a header may have written any time into it."""
        return datetime.fromtimestamp(min(self.seconds, _LAST_SECOND), UTC)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Of one statement: signed not before ``lower``; recorded not after ``upper``, the block of its anchor, and not
    after each of ``submitted``, the blocks in which it was submitted straight to the contract."""

    lower: Bound | None = None
    upper: Bound | None = None
    submitted: tuple[Bound, ...] = ()

    @property
    def recorded(self) -> Bound | None:
        """The upper bound to show: what is worth most first, then the earliest."""
        return tightest(self.uppers)

    @property
    def uppers(self) -> tuple[Bound, ...]:
        """All upper bounds."""
        return self.submitted if self.upper is None else (self.upper, *self.submitted)


def tightest(bounds: Iterable[Bound]) -> Bound | None:
    """Of upper bounds the one that is worth most, and of those the earliest."""
    return max(bounds, key=lambda bound: (bound.value, -bound.seconds), default=None)


@dataclass(frozen=True, slots=True)
class MailGrade:
    """A mail of the company's domain stands behind a report, with this letter: by the word of a quorum of attesters, or
    recomputed here under a key that a DNSSEC chain proves."""

    letter: Letter
    by: Literal["attesters", "recomputed"]


@dataclass(frozen=True, slots=True)
class Said:
    """One statement. ``checks`` are those with which a quorum of the policy's attesters confirmed it."""

    index: int
    id: bytes
    kind: str
    facts: Mapping[str, Json]
    role: Party
    author: bytes
    grade: Grade
    bounds: Bounds
    checks: frozenset[str] = frozenset()
    mail: MailGrade | None = None
    """Of the requester's reports only."""

    @property
    def lower(self) -> Bound | None:
        """Signed not before."""
        return self.bounds.lower

    @property
    def upper(self) -> Bound | None:
        """Recorded in the log not after."""
        return self.bounds.upper

    def day(self, fact: str) -> date:
        """A fact that is a date."""
        return parse_date(self.facts[fact], MalformedFacts, fact)

    def instant(self, fact: str) -> datetime:
        """A fact that is an instant."""
        return parse_instant(self.facts[fact], MalformedFacts, fact)

    def text(self, fact: str) -> str:
        """A fact that is a word."""
        return str(self.facts[fact])


@dataclass(frozen=True, slots=True)
class Timeline:
    """One matter with one company: a lock and the request that follows share it."""

    regime: str
    place: str
    company: str
    as_of: datetime
    quorum: int
    """How many of the policy's attesters must say a thing so that it is attested."""
    said: tuple[Said, ...]
    apart: tuple[tuple[int, int], ...] = ()
    """Entries whose mail does not count, and an earlier entry with whose mail no attester compared it."""
    opened: Bound | None = None
    """The lower bound of the statement that opened the case: what names its id is not older."""

    def of(self, kinds: Iterable[str], *roles: Party) -> tuple[Said, ...]:
        """What was said of these kinds, by these roles or by anybody."""
        wanted = frozenset(kinds)
        return tuple(item for item in self.said if item.kind in wanted and (not roles or item.role in roles))

    def recorded_day(self, item: Said, *, directly: bool = False) -> date | None:
        """The last day on which ``item`` can have been recorded, in the place; None where the block is not known.

        A made-up header can have any time, so dates hang on known blocks alone. ``directly`` counts the contract
        too. Only what an earlier day lets say more may ask for that: a receipt can be left out.
        """
        bounds = item.bounds.uppers if directly else () if item.upper is None else (item.upper,)
        days = [days_of(bound.instant, self.place)[1] for bound in bounds if bound.value is Value.PASSED]
        return min(days, default=None)

    def said_day(self, item: Said, fact: str) -> date:
        """The day that ``item`` names, and none after its own record or the anchor: nobody knows of later days."""
        last = days_of(self.as_of, self.place)[1]
        return min(item.day(fact), self.recorded_day(item) or last, last)

    def said_instant(self, item: Said, fact: str) -> datetime:
        """Likewise of an instant."""
        upper = item.upper
        recorded = upper.instant if upper is not None and upper.value is Value.PASSED else self.as_of
        return min(item.instant(fact), recorded, self.as_of)

    def confirmed_day(self, check_in: Said) -> date:
        """The day that a check-in speaks of."""
        return self.said_day(check_in, "on")

    def first_day(self, item: Said, day: date) -> date:
        """``day``, or the first one of the case where a mail that names it stands behind ``item``.

        Its id is a hash over the block that the opening quotes, so nothing that names it is older than that block. A
        block that nobody knows can have any time.
        """
        opened = self.opened if item.mail is not None else None
        if opened is None or opened.value is not Value.PASSED:
            return day
        return max(day, days_of(opened.instant, self.place)[0])

    def is_after(self, bound: Bound | None, day: date) -> bool:
        """Whether ``bound`` is shown and lies after the end of ``day``, wherever in the place."""
        return bound is not None and days_of(bound.instant, self.place)[0] > day

    def is_within(self, bound: Bound | None, day: date) -> bool:
        """Whether ``bound`` is shown and lies before the end of ``day``, wherever in the place."""
        return bound is not None and days_of(bound.instant, self.place)[1] <= day


def days_of(instant: datetime, place: str) -> tuple[date, date]:
    """The first and the last date that ``instant`` is in ``place``; a place without a time zone may have any."""
    try:
        return local_days(instant, place)
    except MalformedRequest:
        day, one = instant.date(), timedelta(days=1)
        return max(day, date.min + one) - one, min(day, date.max - one) + one


def read_timeline(
    case: bytes, complete: Complete, policy: TrustPolicy, bounds: Mapping[int, Bounds], as_of: int,
    mails: Mapping[int, Letter], contradicted: Collection[tuple[bytes, str]] = (),
) -> Timeline:  # fmt: skip
    """The statements of the needed lists that count in ``case``, with the bounds that the checks carry; ``mails`` are
    those to which a mail is opened that needs nobody's word, ``contradicted`` the attesters whose word about a
    statement does not count."""
    in_case = [item for _, item in sorted(complete.statements.items()) if item.signed.statement.case_id == case]
    opening = next(item for item in in_case if item.signed.id == case)
    opened = opening.signed.statement
    parties = {complete.needed.requester, *complete.parties.company_keys}  # nobody attests his own case
    attesters = {item.key: item for item in policy.attesters if item.key not in parties}
    found: dict[bytes, Said] = {}
    for shown in in_case:
        standing = complete.parties.standing(shown)
        who = (standing.role, standing.grade)
        read = _read(shown.index, shown.signed, who, attesters, bounds.get(shown.index, Bounds()))
        if read is not None:
            found.setdefault(read.id, read)
    until = datetime.fromtimestamp(min(as_of, _LAST_SECOND), UTC)
    first, every = _committed(in_case, complete.needed.requester), tuple(found.values())
    # Where others have mailboxes too, anybody there writes under the company's signature: it proves nothing of it.
    is_shared = policy.mail.senders_of(complete.needed.company).shared
    words = (word for word in _words(every, until, contradicted) if not (is_shared and word.check == "dkim"))
    said, apart = _confirmed(every, policy.attester_quorum, mails, first, words)
    place, regime = str(opened.facts["place"]), str(opened.facts["regime"])
    lower = bounds.get(opening.index, Bounds()).lower
    return Timeline(regime, place, complete.needed.company, until, policy.attester_quorum, said, apart, lower)


def _read(
    index: int, signed: SignedStatement, who: tuple[str, Grade], attesters: Mapping[bytes, AttesterTrust],
    bounds: Bounds,
) -> Said | None:  # fmt: skip
    statement, (role, grade) = signed.statement, who
    attester = attesters.get(statement.author)
    if attester is not None and statement.is_understood and _may_attest(statement.kind, statement.facts, attester):
        # By the policy, and not by the operator's word for it, which stands in no list.
        role, grade = "attester", "attested"
    for party in PARTIES:
        if role == party and (role != "attester" or attester is not None):
            return Said(index, signed.id, statement.kind, statement.facts, party, statement.author, grade, bounds)
    return None


def _may_attest(kind: str, facts: Mapping[str, Json], attester: AttesterTrust) -> bool:
    if kind == "evidence.attested":
        return str(facts["check"]) in attester.scope
    if kind == "request.delivered":
        return bool(_SCOPES.get(str(facts["basis"]), frozenset()) & set(attester.scope))
    return bool(_BY_ATTESTER.get(kind, frozenset()) & set(attester.scope))


def _committed(in_case: Iterable[ShownStatement], requester: bytes) -> Mapping[str, str]:
    """By digest, as attestations name it, the id of the requester's first statement that commits to it."""
    found: dict[str, str] = {}
    for item in in_case:
        # Nobody else's: whoever saw the digest on its way into the log could come before him.
        for digest in item.signed.statement.digests if item.signed.statement.author == requester else ():
            found.setdefault(encode_hex(parse_base64url(digest, MalformedFacts, "digests")), encode_hex(item.signed.id))
    return found


def _confirmed(
    said: Sequence[Said], quorum: int, mails: Mapping[int, Letter], first: Mapping[str, str], words: Iterable[Word]
) -> tuple[tuple[Said, ...], tuple[tuple[int, int], ...]]:
    """``said`` with the checks that a quorum of attesters passed, and the grade of the mail behind a report; and the
    entries whose mail nobody compared with that of an earlier one."""
    statements = {encode_hex(item.id): (item.index, item.author) for item in said}
    reached = read_letters(words, quorum, first, statements)
    every = []
    for item in said:
        found = reached.letters.get(encode_hex(item.id), {})
        mail = _mail_grade(item, found.get("dkim"), mails.get(item.index))
        every.append(replace(item, checks=frozenset(found), mail=mail))
    pairs = ((statements[one][0], statements[other][0]) for one, other in reached.apart.items() if one in statements)
    return tuple(every), tuple(sorted(pairs))


def _words(said: Sequence[Said], as_of: datetime, contradicted: Collection[tuple[bytes, str]]) -> Iterator[Word]:
    """What attesters of the policy say of statements, in the order of the log."""
    known = {encode_hex(item.id): item for item in said}
    for item in said:
        if item.kind == "evidence.attested" and item.role == "attester" and item.text("check") not in NO_EVIDENCE:
            about, check = item.text("statement"), item.text("check")
            counts = (item.author, about) not in contradicted and _is_dated(item, known.get(about), as_of)
            yield Word(item.author, about, check, item.text("digest"), item.text("result"), counts)


def _is_dated(attested: Said, about: Said | None, as_of: datetime) -> bool:
    """Whether ``at`` of an attestation lies between the block that the statement about the matter quotes and the block
    that bounds its own record.

    A bound that is left out contradicts nothing: else whoever leaves out a block would lose an honest arrival, and
    dates would be earlier. The index is never left out, so nothing is checked after its anchor.
    """
    at = attested.instant("at")
    upper = as_of if attested.upper is None else min(as_of, attested.upper.instant)
    lower = None if about is None else about.lower
    return at <= upper + _CLOCKS and (lower is None or lower.instant - _CLOCKS <= at)


def _mail_grade(item: Said, attested: Letter | None, recomputed: Letter | None) -> MailGrade | None:
    """The better of the two. What was computed here counts before anybody's word for the same."""
    if item.role != "requester":
        return None
    if recomputed is not None and (attested is None or recomputed <= attested):
        return MailGrade(recomputed, "recomputed")
    return None if attested is None else MailGrade(attested, "attesters")
