"""The shape of a finding for the description of the API; docs/spec/assessment.md, "Output", says what it means."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

Worth = Literal["passed", "conditional", "not checked", "failed"]


class BothLanguages(BaseModel):
    """The same sentence twice."""

    en: str
    ko: str


class DoubtView(BaseModel):
    """Why nobody can say that no answer is recorded: how many statements (`too_many`), or which entry."""

    reason: Literal["too_many", "not_understood", "not_accepted"]
    number: int


class CheckInView(BaseModel):
    """The requester's newest check-in."""

    index: int
    on: str
    answer: Literal["nothing", "recorded"]


class BlockBound(BaseModel):
    """The time of a block, and what that bound is worth."""

    time: str
    block: str
    value: Worth


class MailView(BaseModel):
    """The grade of a mail of the company's domain, and whether attesters say so or it was computed again."""

    letter: Literal["A", "B", "C"]
    by: Literal["attesters", "recomputed"]


class DeliveryView(BaseModel):
    """Arrival of the request."""

    basis: Literal["acknowledged", "registered_post", "relay", "presumed", "claimed"]
    grade: str
    stated_on: str = Field(description="Earliest day of arrival by the requester's word.")
    proven_by: str | None
    published_contact: bool
    acknowledged: bool
    mail: MailView | None
    entries: list[int]


class IfArrived(BaseModel):
    """Arrival is claimed: the stated day, and when an answer was due if that was so."""

    on: str
    due: str


class NoticeView(BaseModel):
    """A notice of more time."""

    entry: int
    notified_on: str
    until: str
    state: Literal["in_time", "stated", "late", "no_effect"]


class DueStep(BaseModel):
    """One reason for a date; ``reading`` says for which."""

    reading: Literal["both", "earliest", "latest"]
    step: int
    code: str
    text: BothLanguages
    source: BothLanguages | None


class DueView(BaseModel):
    """Due dates of an answer under the regime of the case."""

    rule: str | None
    rule_version: int | None
    period: str | None
    place: str | None
    mark: Literal["C", "S", "R"] | None
    finding: bool = Field(description="Whether a finding may rest on the rule.")
    calendar: str | None
    due_earliest: str | None
    due_latest: str | None
    no_date: str | None = Field(description="Which date is missing and why.")
    if_arrived: IfArrived | None
    notices: list[NoticeView]
    unknown_pauses: list[int]
    steps: list[DueStep]


class LatenessView(BaseModel):
    """Whether an answer was in time; never of one that only the requester reports."""

    said: Literal["late", "in_time", "not_decided"]
    value: Worth | None
    entry: int
    answered_on: str
    signed_not_before: BlockBound | None
    recorded_not_after: BlockBound | None


class SpanView(BaseModel):
    """Seconds between two bounds."""

    seconds: int
    value: Worth


class DelayView(BaseModel):
    """Between the records of request and answer."""

    least: SpanView | None
    most: SpanView | None


class EdgeView(BaseModel):
    """An edge with two sides: dates in the place, or instants."""

    not_before: str
    not_after: str


class PeriodView(BaseModel):
    """A period without access."""

    cause: Literal["no_answer", "refused", "account_blocked", "service_outage"]
    start: EdgeView
    end: EdgeView
    lasting: bool = Field(description="No end is recorded; nothing is known after `end`.")
    grade: str
    entries: list[int]


class LateNoticeView(BaseModel):
    """A notice of more time after the day by which it had to come: it does not undo the date that had passed."""

    entry: int
    notified_on: str
    due: str
    grade: str
    signed_not_before: BlockBound


class ComplaintView(BaseModel):
    """A complaint to an authority, or its decision as attesters saw it; never what was decided."""

    said: Literal["lodged", "decided"]
    authority: str = Field(description="DNS name.")
    name: BothLanguages | None = Field(description="As a register has it.")
    on: str
    grade: str
    entries: list[int]


class BackDatedView(BaseModel):
    """A statement of the company that names a day and was signed after it had ended."""

    entry: int
    day: str
    signed_not_before: BlockBound


class AcknowledgedView(BaseModel):
    """The statement that confirms the receipt."""

    entry: int
    by: Literal["company", "requester"]
    received_on: str


class StepView(BaseModel):
    """Who may do what until when."""

    who: Literal["company", "person", "authority"]
    period: str
    holder: Literal["company_duty", "person_window", "waiting_time", "authority_aim"]
    earliest: str | None
    latest: str | None
    starts: str
    since: str | None = Field(description="The earliest day, by anybody's word, with which it started.")
    no_date: Literal["undated", "not_started", "at_once"] | None
    acknowledged: AcknowledgedView | None = Field(description="Of a confirmation of receipt: the one recorded.")


class AuthorityView(BaseModel):
    """An authority as a register has it: who is there, not who is competent."""

    slug: str
    kind: Literal["supervision", "reports", "mediation"]
    name: BothLanguages
    countries: list[str]
    webform: str | None
    web: str | None
    address: str | None
    phone: str | None
    fax: str | None
    email: str | None
    language: str | None
    transport: Literal["fax", "letter", "email"] | None
    comments: list[BothLanguages]
    quality: Literal["read", "secondary", "unconfirmed"] | None = Field(description="Null: an imported record.")
    read_on: str | None
    source_date: str | None
    sources: list[str]
    listed_by: str = Field(description="`habeas`, or the digest of the imported file.")


class NextView(BaseModel):
    """What may follow under the rule."""

    authority: BothLanguages
    next_step: BothLanguages
    steps: list[StepView]
    authorities: list[AuthorityView]
    no_authorities: Literal["kind", "place", "outside"] | None = Field(
        description="Why none is named: registers hold no such kind, none for the place, or the rule ends before it."
    )


class DisputeView(BaseModel):
    """What one side disputes of a statement, unless it was resolved."""

    entry: int
    of: int | None = Field(description="The statement; null where it does not count in this case.")
    by: Literal["requester", "company"]
    because: str


class FindingView(BaseModel):
    """What the record says of a case, as of one anchor; never more than the lists show."""

    answer: Literal["none", "recorded", "reported", "undetermined"]
    value: Worth
    as_of: str = Field(description="completeTo of the anchor.")
    size: int = Field(description="The index is over the leaves below this size.")
    company: str
    company_keys: list[str]
    answers: list[int]
    why: DoubtView | None
    check_in: CheckInView | None
    index: Literal["replayed", "claimed"]
    replayed_by: list[str]
    operator_is_party: bool
    not_counted: list[int]
    state: Literal["open", "closed"] | None
    outcome: Literal["none", "provided", "partly_provided", "refused", "withdrawn", "contested"] | None
    grade: str | None
    mail: MailView | None = Field(description="Of the mail in which a reported answer stands.")
    outcome_entry: int | None
    contested_by: int | None
    delivery: DeliveryView | None
    due: DueView
    lateness: LatenessView | None
    delay: DelayView | None
    periods: list[PeriodView]
    back_dated: list[BackDatedView]
    late_notices: list[LateNoticeView]
    disputes: list[DisputeView]
    withdrawn: int | None = Field(description="What withdraws the request before its time is known to have ended.")
    complaints: list[ComplaintView]
    revoked_keys: list[int]
    next: NextView | None
    sentences: list[BothLanguages] = Field(description="What the record says, in fixed sentences.")
