"""Findings on evidence of the direct route, and on evidence that contradicts itself or cannot be."""

from __future__ import annotations

from ledger.encoding import Json
from ledger.evm import keccak256
from tools.vectors._assessment_case import Value
from tools.vectors._assessment_finding import CLAIMED, FIND, PLAIN, SILENCE, UNPROVEN, Finding, Tell
from tools.vectors._bundles import COMPANY_KEY
from tools.vectors._matter import Matter, policy_text, seconds
from tools.vectors.writing import Cases


def answered(on: str) -> dict[str, Json]:
    """Facts of an answer."""
    return {"answered_on": on, "mode": "sent", "reasons": []}


def direct(cases: Cases) -> None:
    """A direct submission bounds the record from above, as the anchor does."""
    w = Finding(cases)
    given: Value = {"answer": "recorded", "state": "closed", "outcome": "provided", "grade": "company_signed"}
    given |= {"steps": [], "periods": []}
    in_time = {"said": "in_time", "value": "passed", "answered_on": "2026-11-20"}
    undecided = {**in_time, "said": "not_decided", "value": None}
    late_in_log: Tell = lambda m: m.submitted(*_STALLED, **answered("2026-11-20"))  # noqa: E731
    w.add(
        "find-in-time-by-a-direct-submission",
        "The answer stood in the contract before the earlier date ended, and in the log days later.",
        late_in_log,
        {**given, "lateness": in_time},
        check_in=False,
    )
    w.add(
        "find-in-time-if-the-submission-is-on-the-chain",
        "Nobody knows the block of the submission; that of the anchor is known and later.",
        late_in_log,
        {**given, "lateness": {**in_time, "value": "conditional"}},
        check_in=False,
        known=lambda m, blocks: [block for block in blocks if block != _ticket(m)],
    )
    w.add(
        "find-submission-without-the-block-quoted",
        "The block that the answer quotes is not shown: the submission does not count, the anchor's block does.",
        lambda m: m.maker.blocks.pop(m.submitted(*_STALLED, **answered("2026-11-20")).statement.recent_block.hash),
        {**given, "lateness": undecided},
        check_in=False,
    )
    w.add(
        "find-submission-under-another-key",
        "The contract took the answer under an index key that is not its own, where nobody would find it.",
        _under_another_key,
        {**given, "lateness": undecided},
        check_in=False,
    )
    late_block = {"not_before": "2026-11-24T12:00:00Z", "not_after": "2026-11-25T12:00:00Z"}
    w.add(
        "find-submission-before-the-block-quoted",
        "The answer quotes a block of after the submission: both cannot be, and the submission does not count.",
        quotes_the_future,
        {
            **given,
            "lateness": {"said": "late", "value": "passed", "answered_on": "2026-11-24"},
            "periods": [{**SILENCE, "end": late_block, "lasting": False}],
        },
        check_in=False,
    )
    notice: dict[str, Json] = {"notified_on": "2026-11-10", "reason": "complexity", "until": "2027-01-20"}
    w.add(
        "find-extended-by-a-direct-submission",
        "The notice stood in the contract within the first month, and in the log after it.",
        lambda m: m.submitted("2026-11-10", "2026-11-26", "deadline.extended", **notice),
        {
            "due": {
                "period": "extended", "due_earliest": "2027-01-20", "due_latest": "2027-01-25", "notices": ["in_time"],
            },
            "periods": [],
            "steps": [["company", "answer", "2027-01-20", "2027-01-25"]],
        },
    )  # fmt: skip


_STALLED = ("2026-11-20", "2026-11-25", "request.fulfilled")


def _ticket(matter: Matter) -> str:
    """The block of the only submission."""
    return keccak256(matter.maker.submitted[0].header).hex()


def _under_another_key(matter: Matter) -> None:
    maker = matter.maker
    maker.wait_until(seconds("2026-11-20"))
    maker.submit(maker.say("request.fulfilled", answered("2026-11-20"), COMPANY_KEY), bytes(32))
    maker.wait_until(seconds("2026-11-25"))
    maker.anchor()


def quotes_the_future(matter: Matter) -> None:
    """An answer that stands in the contract before the block that it quotes, which somebody made up."""
    maker = matter.maker
    maker.wait_until(seconds("2026-11-24"))
    recent = maker.recent()
    maker.wait_until(seconds("2026-11-20"))
    maker.submit(maker.say("request.fulfilled", answered("2026-11-24"), COMPANY_KEY, recent=recent))
    maker.wait_until(seconds("2026-11-25"))
    maker.anchor()


def contradictory(cases: Cases) -> None:
    """Evidence that contradicts itself, or cannot be: whose word counts, and what then is not said."""
    w = Finding(cases)
    w.add(
        "find-acknowledged-on-two-days",
        "The company names two days of receipt: the earlier one counts.",
        lambda m: m.company("2026-10-26", "request.acknowledged", received_on="2026-10-25"),
        {},
    )
    w.add(
        "find-received-before-it-was-sent",
        "The company names a day of receipt before the one on which the person says that he asked: its own day counts.",
        lambda m: m.company("2026-10-22", "request.acknowledged", received_on="2026-10-15"),
        {
            "delivery": {"stated_on": "2026-10-15", "proven_by": "2026-10-15"},
            "due": {"due_earliest": "2026-11-15", "due_latest": "2026-11-16"},
            "periods": [{**SILENCE, "start": {"not_before": "2026-11-16", "not_after": "2026-11-17"}}],
            "steps": [["company", "answer", "2026-11-15", "2026-11-16"]],
        },
        acknowledged=False,
    )
    notice: dict[str, Json] = {"notified_on": "2026-11-10", "reason": "complexity", "until": "2027-01-20"}
    extended: Value = {"period": "extended", "due_earliest": "2027-01-20", "due_latest": "2027-01-25"}
    shown: Value = {"periods": [], "steps": [["company", "answer", "2027-01-20", "2027-01-25"]]}
    w.add(
        "find-two-notices-that-contradict",
        "A second notice names another day: the rule knows one extension, and the first stands.",
        lambda m: (
            m.company("2026-11-10", "deadline.extended", **notice),
            m.company(
                "2026-11-12", "deadline.extended", **{**notice, "notified_on": "2026-11-12", "until": "2026-12-15"}
            ),
        ),
        {**shown, "due": {**extended, "notices": ["in_time", "no_effect"]}},
    )
    w.add(
        "find-notice-that-names-a-day-before-it",
        "The day named lies before the notice: the earlier date stays at the month, the later one moves.",
        lambda m: m.company("2026-11-10", "deadline.extended", **{**notice, "until": "2026-10-30"}),
        {
            "due": {**extended, "due_earliest": "2026-11-20", "notices": ["in_time"]},
            "periods": [],
            "steps": [["company", "answer", "2026-11-20", "2027-01-25"]],
        },
    )
    w.add(
        "find-questions-that-overlap",
        "A question within the time of another: each day stands still once.",
        _overlapping,
        {
            "due": {"due_latest": "2026-12-04"},
            "periods": [],
            "steps": [["company", "answer", "2026-11-20", "2026-12-04"]],
        },
    )
    w.add(
        "find-supplied-before-it-was-asked",
        "What was recorded as supplied before the question answers nothing: the clock still stands.",
        lambda m: (
            m.say("2026-10-24", "request.action_supplied", what="identity_document", on="2026-10-24"),
            m.company("2026-10-25", "request.action_required", what="identity_document", on="2026-10-25"),
        ),
        {
            "due": {"due_latest": None, "no_date": "paused"},
            "periods": [],
            "steps": [["company", "answer", "2026-11-20", None]],
        },
    )
    given: Value = {"answer": "recorded", "outcome": "provided", "state": "closed", "grade": "company_signed"}
    said: Value = {"said": "not_decided", "value": None, "answered_on": "2026-10-01"}
    w.add(
        "find-answer-dated-before-the-request",
        "Signed after the later date, and dated before the request: not late, and the day stands there as back-dated.",
        lambda m: m.company("2026-11-24", "request.fulfilled", **answered("2026-10-01")),
        {**given, "lateness": said, "periods": [], "steps": [], "back_dated": ["2026-10-01"]},
        check_in=False,
    )
    w.add(
        "find-answered-and-nothing-had-come",
        "The company states that it provided, the person that nothing had come by a later day: contested.",
        lambda m: m.company("2026-11-12", "request.fulfilled", **answered("2026-11-12")),
        {
            **given,
            "state": "open",
            "outcome": "contested",
            "lateness": {"said": "in_time", "value": "passed", "answered_on": "2026-11-12"},
            "periods": [],
        },
    )
    w.add(
        "find-checked-in-for-a-day-to-come",
        "A check-in says nothing of days after its own record: no period of silence.",
        lambda m: m.say("2026-11-20", "case.confirmed", on="2026-12-24", answer="nothing", account="not_concerned"),
        {"periods": []},
        check_in=False,
    )
    w.add(
        "find-arrival-before-the-rule",
        "The person states a sending before the GDPR applied: the proven arrival counts in both readings.",
        lambda m: m.sent("2026-10-23", "2017-05-01"),
        {
            "delivery": {"stated_on": "2017-05-01"},
            "due": {"due_earliest": "2026-11-22"},
            "periods": [{**SILENCE, "start": {"not_before": "2026-11-23", "not_after": "2026-11-24"}}],
            "steps": [["company", "answer", "2026-11-22", "2026-11-23"]],
        },
    )
    w.add(
        "find-arrival-before-the-rule-and-unproven",
        "The same with nothing that proves another: no date under a rule that did not hold.",
        lambda m: m.sent("2026-10-23", "2017-05-01"),
        {
            "delivery": {**CLAIMED, "stated_on": "2017-05-01"},
            "due": {**_NO_DATES, "no_date": "not_covered"},
            "periods": [],
            "steps": [],
        },
        acknowledged=False,
    )
    day = {"not_before": "2026-10-28", "not_after": "2026-10-28"}
    blocked = {"cause": "account_blocked", "start": day, "end": day, "lasting": True, "grade": "self_stated"}
    w.add(
        "find-restored-before-it-was-locked",
        "The day of the return lies before that of the lock: it ends nothing.",
        lambda m: (
            m.say("2026-10-25", "account.restored", on="2026-10-25"),
            m.say("2026-10-28", "account.suspended", on="2026-10-28", stated_reason="security", notice="none"),
        ),
        {"periods": [blocked, SILENCE]},
    )
    w.add(
        "find-check-taken-back",
        "An attester checked one mail twice: its newest result counts, and nothing proves the arrival.",
        _two_results,
        UNPROVEN,
        acknowledged=False,
    )


_NO_DATES: Value = {
    "due_earliest": None, "due_latest": None, "period": None, "place": None, "mark": None, "finding": False,
}  # fmt: skip


def _overlapping(matter: Matter) -> None:
    matter.company("2026-10-25", "request.action_required", what="identity_document", on="2026-10-25")
    matter.company("2026-10-28", "request.action_required", what="clarification", on="2026-10-28")
    matter.say("2026-10-30", "request.action_supplied", what="clarification", on="2026-10-30")
    matter.say("2026-11-05", "request.action_supplied", what="identity_document", on="2026-11-05")


def _two_results(matter: Matter) -> None:
    mail = matter.say("2026-10-23", "request.acknowledged", received_on="2026-10-22")
    matter.attest("2026-10-24", mail, "dkim")
    matter.attest("2026-10-25", mail, "dkim", "failed")


_CALENDAR = (
    'habeas_calendar = 1\nid = "ie-late"\nversion = 1\n[[day]]\ndate = 2026-11-23\nplace = "IE"\nstatus = "holiday"\n'
    'name = "made up"\nsource = "made up"\n'
)
_OPENED: dict[str, Json] = {"acting": "self", "place": "IE", "regime": "eu-gdpr", "related": []}
_OUTAGE: dict[str, Json] = {"at": "2026-11-20T09:00:00Z", "service": "all", "upstream": []}
_SENT: dict[str, Json] = {"channel": "email", "published_contact": True, "right": "access", "sent_on": "2026-10-20"}
_MALFORMED: tuple[tuple[str, str, dict[str, Json], str], ...] = (
    ("regime-misspelt", "case.opened", {**_OPENED, "regime": "eu-gpdr"}, "a regime that no rule has"),
    ("place-no-country", "case.opened", {**_OPENED, "place": "UK"}, "ISO 3166 calls it GB"),
    ("right-unknown", "request.sent", {**_SENT, "right": "know"}, "a right of no list"),
    ("day-that-is-none", "request.sent", {**_SENT, "sent_on": "2026-02-30"}, "February has no such day"),
    ("day-with-a-time", "request.sent", {**_SENT, "sent_on": "2026-02-28T09:00:00Z"}, "a day has no time"),
    ("instant-hour-25", "service.outage", {**_OUTAGE, "at": "2026-11-20T25:00:00Z"}, "no such hour"),
    (
        "instant-leap-second",
        "service.outage",
        {**_OUTAGE, "at": "2026-12-31T23:59:60Z"},
        "Unix time has no such second",
    ),
    ("instant-with-an-offset", "service.outage", {**_OUTAGE, "at": "2026-11-20T09:00:00+09:00"}, "UTC only, written Z"),
    (
        "notice-without-a-day",
        "deadline.extended",
        {"notified_on": "2026-11-10", "reason": "complexity", "until": "soon"},
        "a day, or that the cause ends",
    ),
    (
        "notice-without-its-own-day",
        "deadline.extended",
        {"reason": "complexity", "until": "2027-01-20"},
        "when the person was told is missing",
    ),
    ("answer-without-a-day", "request.fulfilled", {"mode": "sent", "reasons": []}, "when it answered is missing"),
    (
        "loss-that-ends-first",
        "loss.stated",
        {"what": "money", "from": "2026-11-20", "until": "2026-11-19"},
        "it ends before it begins",
    ),
    (
        "check-with-two-results",
        "evidence.attested",
        {
            "statement": "0x" + "ab" * 32,
            "digest": "0x" + "cd" * 32,
            "check": "dkim",
            "result": "passed, failed",
            "at": "2026-10-22T09:00:00Z",
        },
        "one result each",
    ),
)


def malformed(cases: Cases) -> None:
    """What is no evidence at all, and a calendar of the verifier's own."""
    for name, kind, facts, why in _MALFORMED:
        cases.bad(f"facts-{name}", "assessment.facts", {"kind": kind, "facts": facts}, "MalformedFacts", why)
    matter = Matter()
    matter.sent("2026-10-20", "2026-10-20")
    matter.company("2026-10-22", "request.acknowledged", received_on="2026-10-22")
    matter.check_in("2026-12-01")
    bundle = matter.bundle("2026-12-02")
    headers = [*(item.proof.header for item in bundle.anchors.values()), *bundle.blocks.values()]
    given: Value = {
        "bundle": bundle.encode().decode("ascii"),
        "policy": policy_text(),
        "now": matter.maker.time + 60,
        "canonical": [keccak256(header).hex() for header in headers],
    }
    later = {"start": {"not_before": "2026-11-21", "not_after": "2026-11-25"}}
    cases.good(
        "find-holiday-declared-late",
        FIND,
        {**given, "calendars": [_CALENDAR]},
        {
            **PLAIN,
            "due": {**PLAIN["due"], "due_latest": "2026-11-24"},
            "periods": [{**SILENCE, **later}],
            "steps": [["company", "answer", "2026-11-20", "2026-11-24"]],
        },
        "A calendar file of the verifier makes the last day a holiday.",
    )
    bad: tuple[tuple[str, Value, str, str], ...] = (
        (
            "calendar-malformed",
            {"calendars": [_CALENDAR + "x"]},
            "MalformedCalendar",
            "a calendar file that is no TOML",
        ),
        ("bundle-cut-off", {"bundle": given["bundle"][:-1]}, "MalformedJson", "the last byte is missing"),
        (
            "policy-malformed",
            {"policy": "habeas_trust = 2\n"},
            "MalformedPolicy",
            "a version that this one does not read",
        ),
        (
            "now-before-the-record",
            {"now": 1_700_000_000},
            "MalformedRequest",
            "nobody assesses before what he assesses",
        ),
    )
    for name, changed, error, why in bad:
        cases.bad(f"find-{name}", FIND, {**given, **changed}, error, why)
