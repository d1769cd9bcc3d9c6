"""Findings where a party's own word would help itself or make the other's vanish: disputes, withdrawals, dates."""

from __future__ import annotations

from ledger.encoding import Json
from ledger.statement import SignedStatement
from tools.vectors._assessment_case import Value
from tools.vectors._assessment_finding import SILENCE, Finding
from tools.vectors._assessment_following import KOREA, OPEN
from tools.vectors._matter import Matter
from tools.vectors.writing import Cases

POST: dict[str, Json] = {"received_on": "2026-10-22", "basis": "registered_post"}
BY_POST: Value = {"basis": "registered_post", "grade": "attested", "acknowledged": False, "stated_on": "2026-10-22"}
STEP = ["company", "answer", "2026-11-22", "2026-11-23"]


def entry(said: SignedStatement) -> str:
    """How another statement names it."""
    return "0x" + said.id.hex()


def facts(on: str) -> dict[str, Json]:
    """Facts of an answer."""
    return {"answered_on": on, "mode": "sent", "reasons": []}


def post(m: Matter, check: str = "post", **given: Json) -> SignedStatement:
    """Registered post, reported on 23 October and checked on the next day."""
    said = m.say("2026-10-23", "request.delivered", **{**POST, **given})
    m.attest("2026-10-24", said, check)
    return said


def disputes(cases: Cases) -> None:
    """Nothing that a party said may vanish."""
    w = Finding(cases)
    contested: Value = {"outcome": "contested", "grade": "company_signed", "periods": []}
    posted: Value = {"delivery": BY_POST, "due": {"due_earliest": "2026-11-22"}, "steps": [STEP]}

    def dispute(m: Matter, said: SignedStatement, because: str, at: str = "2026-10-26") -> None:
        m.company(at, "statement.disputed", statement=entry(said), because=because)

    def the_request(m: Matter) -> None:
        dispute(m, next(item for item in m.maker.statements.values() if item.statement.kind == "request.sent"),
                "wrong_company", "2026-10-25")  # fmt: skip

    w.add(
        "find-company-disputes-request-and-arrival",
        "The company says that the request is for another, and that no letter came: contested, and nobody is silent.",
        lambda m: (the_request(m), dispute(m, post(m), "not_received")),
        {
            **posted,
            **contested,
            "disputes": [["company", "wrong_company"], ["company", "not_received"]],
        },
        acknowledged=False,
    )

    def resolved(m: Matter) -> None:
        said = post(m)
        dispute(m, said, "not_received")
        dispute(m, said, "resolved", "2026-10-28")

    silent = {**SILENCE, "grade": "attested", "start": {"not_before": "2026-11-23", "not_after": "2026-11-24"}}
    w.add(
        "find-company-disputes-arrival-and-resolves",
        "The letter was found: nothing is contested any more.",
        resolved,
        {**posted, "periods": [silent]},
        acknowledged=False,
    )
    w.add(
        "find-company-disputes-a-report",
        "The requester reports a lock that the company disputes: its word stands beside it.",
        lambda m: dispute(
            m,
            m.say("2026-10-24", "account.suspended", on="2026-10-23", notice="none", stated_reason="technical"),
            "not_sent",
        ),
        {
            "periods": [
                {
                    "cause": "account_blocked",
                    "start": {"not_before": "2026-10-23", "not_after": "2026-10-23"},
                    "end": {"not_before": "2026-10-23", "not_after": "2026-10-23"},
                    "lasting": True,
                    "grade": "self_stated",
                },
                SILENCE,
            ],
            "disputes": [["company", "not_sent"]],
        },
    )
    _answers(w)


def _answers(w: Finding) -> None:
    given: Value = {"answer": "recorded", "state": "closed", "outcome": "provided", "grade": "company_signed"}
    given |= {"steps": [], "periods": []}

    def empty(m: Matter) -> None:
        said = m.company("2026-11-05", "request.fulfilled", **facts("2026-11-05"))
        m.say("2026-11-06", "statement.disputed", statement=entry(said), because="not_received")
        m.company("2026-12-01", "request.fulfilled", **facts("2026-12-01"))

    w.add(
        "find-in-time-by-a-disputed-answer",
        "The answer in time is disputed, and another one came late: not decided, and the dispute stands.",
        empty,
        {
            **given,
            "lateness": {"said": "not_decided", "value": None, "answered_on": "2026-11-05"},
            "disputes": [["requester", "not_received"]],
        },
        check_in=False,
    )

    def withdrawn(m: Matter, at: str) -> None:
        m.say(at, "request.withdrawn")
        m.company("2026-11-30", "request.fulfilled", **facts("2026-11-30"))

    w.add(
        "find-late-after-a-withdrawal",
        "Withdrawn before an answer was due: the answer that came all the same is not late, and nobody was silent.",
        lambda m: withdrawn(m, "2026-10-25"),
        {**given, "lateness": None, "withdrawn": True},
        check_in=False,
    )
    ended = {"not_before": "2026-11-30T12:00:00Z", "not_after": "2026-11-30T12:00:12Z"}
    w.add(
        "find-late-before-a-withdrawal",
        "Withdrawn after the time had ended: what was late then stays late.",
        lambda m: withdrawn(m, "2026-11-24"),
        {
            **given,
            "lateness": {"said": "late", "value": "passed", "answered_on": "2026-11-30"},
            "periods": [{**SILENCE, "end": ended, "lasting": False}],
        },
        check_in=False,
    )


def arrivals(cases: Cases) -> None:
    """Which day of arrival counts."""
    w = Finding(cases)
    w.add(
        "find-receipt-dated-after-its-record",
        "The company signs in October that it received the request in 2033: it had it when it said so.",
        lambda m: m.company("2026-10-26", "request.acknowledged", received_on="2033-01-01"),
        {
            "delivery": {"proven_by": "2026-10-26"},
            "due": {"due_latest": "2026-11-26"},
            "periods": [{**SILENCE, "start": {"not_before": "2026-11-21", "not_after": "2026-11-27"}}],
            "steps": [["company", "answer", "2026-11-20", "2026-11-26"]],
        },
        acknowledged=False,
    )
    w.add(
        "find-receipt-dated-after-its-own-question",
        "The company asks for a fee on 22 October, and names 25 November as the day of receipt.",
        lambda m: (
            m.company("2026-10-22", "request.action_required", what="fee", on="2026-10-22"),
            m.company("2026-11-25", "request.acknowledged", received_on="2026-11-25"),
        ),
        {"due": {"unknown_pauses": 1}},
        acknowledged=False,
    )
    refused: Value = {"answer": "recorded", "state": "closed", "outcome": "refused", "grade": "company_signed"}
    over = {"not_before": "2026-11-26", "not_after": "2026-11-26"}
    w.add(
        "find-post-checked-and-a-late-answer-alone",
        "An answer shows that the company had the request by then, and no day of receipt: the letter's counts.",
        lambda m: (post(m), m.company("2026-11-26", "request.refused", **facts("2026-11-26"))),
        {
            **refused,
            "delivery": {**BY_POST, "acknowledged": True},
            "due": {"due_earliest": "2026-11-22"},
            "steps": [],
            "lateness": {"said": "late", "value": "passed", "answered_on": "2026-11-26"},
            "periods": [
                {
                    **SILENCE,
                    "grade": "attested",
                    "start": {"not_before": "2026-11-23", "not_after": "2026-11-24"},
                    "end": {"not_before": "2026-11-26T12:00:00Z", "not_after": "2026-11-26T12:00:12Z"},
                    "lasting": False,
                },
                {"cause": "refused", "start": over, "end": over, "lasting": True, "grade": "company_signed"},
            ],
        },
        acknowledged=False,
        check_in=False,
    )
    claimed: Value = {
        "basis": "claimed", "grade": "self_stated", "stated_on": "2026-10-20", "proven_by": None, "acknowledged": False,
    }  # fmt: skip
    unproven: Value = {"delivery": claimed, "periods": [], "steps": [["company", "answer", "2026-11-20", None]]}
    w.add(
        "find-post-checked-before-it-was-sent",
        "A letter that arrived in September is not the request of 20 October.",
        lambda m: post(m, received_on="2026-09-01"),
        {
            **unproven,
            "due": {
                "due_latest": None, "no_date": "claimed", "if_arrived": {"on": "2026-10-20", "due": "2026-11-20"},
            },
        },
        acknowledged=False,
    )  # fmt: skip
    w.add(
        "find-arrival-stated-before-it-was-sent",
        "The requester names a day of arrival before that of the sending: no word about this request.",
        lambda m: m.say("2026-10-23", "request.delivered", received_on="2026-09-01", basis="claimed"),
        {},
    )
    _reminders(w)


def _reminders(w: Finding) -> None:
    """Sent by a way that was not published, and reminded by one that was."""
    reminded: dict[str, Json] = {
        "right": "access", "sent_on": "2026-10-26", "channel": "web_form", "published_contact": True,
    }  # fmt: skip
    unpublished: Value = {"due_latest": None, "no_date": "channel", "due_earliest": "2026-11-22"}
    w.add(
        "find-unpublished-and-a-reminder-that-is-claimed",
        "The letter to another address arrived; that the reminder did is the requester's word alone: no later date.",
        lambda m: (post(m), m.say("2026-10-26", "request.reminded", **reminded)),
        {
            "delivery": {**BY_POST, "published_contact": False},
            "due": unpublished,
            "periods": [],
            "steps": [["company", "answer", "2026-11-22", None]],
        },
        acknowledged=False,
        published=False,
    )

    def both(m: Matter) -> None:
        post(m)
        m.say("2026-10-26", "request.reminded", **reminded)
        letter = m.say("2026-10-28", "request.delivered", **{**POST, "received_on": "2026-10-27"})
        m.attest("2026-10-29", letter, "post")

    w.add(
        "find-unpublished-and-a-reminder-that-arrived",
        "The reminder's own arrival was checked: the time runs from it.",
        both,
        {
            "delivery": {**BY_POST, "proven_by": "2026-10-27"},
            "due": {"due_earliest": "2026-11-22", "due_latest": "2026-11-27"},
            "periods": [
                {**SILENCE, "grade": "attested", "start": {"not_before": "2026-11-23", "not_after": "2026-11-28"}}
            ],
            "steps": [["company", "answer", "2026-11-22", "2026-11-27"]],
        },
        acknowledged=False,
        published=False,
    )
    w.add(
        "find-presumed-by-a-way-that-was-not-published",
        "Korea presumes arrival in the system that the addressee named; this went to another.",
        lambda m: m.attest(
            "2026-10-24", m.say("2026-10-23", "request.delivered", received_on="2026-10-22", basis="presumed"), "http"
        ),
        {
            **KOREA,
            "delivery": {
                "basis": "claimed", "grade": "self_stated", "stated_on": "2026-10-22", "proven_by": None,
                "published_contact": False, "acknowledged": False,
            },
            "due": {**KOREA["due"], "due_earliest": "2026-11-01", "due_latest": None, "no_date": "channel"},
            "periods": [],
            "steps": [["company", "answer", "2026-11-01", None], *OPEN[1:]],
        },
        matter=Matter("kr-pipa", "KR"),
        acknowledged=False,
        published=False,
    )  # fmt: skip
