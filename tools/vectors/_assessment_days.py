"""Findings on days after their own record, on checks that confirm no answer, and on attesters out of their scope."""

from __future__ import annotations

from ledger.encoding import Json
from tools.vectors._assessment_case import Value
from tools.vectors._assessment_finding import IF_ARRIVED, SILENCE, Finding
from tools.vectors._assessment_own_word import POST, facts, post
from tools.vectors._matter import ATTESTER, Matter, policy_text
from tools.vectors.writing import Cases


def days(cases: Cases) -> None:
    """Days after their own record, and what a page or a report is worth."""
    w = Finding(cases)
    w.add(
        "find-supplied-by-a-report-of-later",
        "Asked who he is on 25 October, the requester records on 27 November that he had answered the next day: the "
        "time stood still until his record.",
        lambda m: (
            m.company("2026-10-25", "request.action_required", what="identity_document", on="2026-10-25"),
            m.say("2026-11-27", "request.action_supplied", what="identity_document", on="2026-10-26"),
        ),
        {
            "due": {"due_latest": "2026-12-28"},
            "periods": [],
            "steps": [["company", "answer", "2026-11-20", "2026-12-28"]],
        },
    )
    reported: Value = {"answer": "reported", "state": "closed", "outcome": "refused", "grade": "self_stated"}
    over = {"not_before": "2026-11-26", "not_after": "2026-11-26"}
    refused = {"cause": "refused", "start": over, "end": over, "lasting": True, "grade": "self_stated"}
    w.add(
        "find-late-by-a-report-with-a-page-alone",
        "Attesters saw a web page: that confirms no answer, and makes nobody late.",
        lambda m: m.attest("2026-11-27", m.say("2026-11-26", "request.refused", **facts("2026-11-26")), "http"),
        {**reported, "lateness": None, "periods": [refused], "steps": []},
        check_in=False,
    )
    w.add(
        "find-check-in-for-a-day-after-its-record",
        "Recorded on 29 November for a day in June: known up to the day of the record.",
        lambda m: m.say("2026-11-29", "case.confirmed", on="2027-06-01", answer="nothing", account="not_concerned"),
        {"periods": [{**SILENCE, "end": {"not_before": "2026-11-29", "not_after": "2026-11-29"}}]},
        check_in=False,
    )
    w.add(
        "find-refusal-dated-after-its-record",
        "The company names a day in 2035: the refusal stands since its record, and is known no longer.",
        lambda m: m.company("2026-11-05", "request.refused", **facts("2035-01-01")),
        {
            **reported,
            "answer": "recorded",
            "grade": "company_signed",
            "lateness": {"said": "in_time", "value": "passed", "answered_on": "2035-01-01"},
            "periods": [
                {
                    **refused,
                    "grade": "company_signed",
                    "start": {"not_before": "2026-11-05", "not_after": "2026-11-05"},
                    "end": {"not_before": "2026-11-05", "not_after": "2026-11-05"},
                }
            ],
            "steps": [],
        },
        check_in=False,
    )
    lock: dict[str, Json] = {"notice": "none", "stated_reason": "technical"}
    w.add(
        "find-restored-on-a-day-after-its-record",
        "The company signs that it will have given the account back in 2035; the beginning stays the requester's word.",
        lambda m: (
            m.say("2026-10-24", "account.suspended", on="2026-10-23", **lock),
            m.company("2026-10-28", "account.restored", on="2035-01-01"),
        ),
        {
            "periods": [
                {
                    "cause": "account_blocked",
                    "start": {"not_before": "2026-10-23", "not_after": "2026-10-23"},
                    "end": {"not_before": "2026-10-28", "not_after": "2026-10-28"},
                    "lasting": False,
                    "grade": "self_stated",
                },
                SILENCE,
            ]
        },
    )
    at: dict[str, Json] = {"service": "login", "upstream": []}
    w.add(
        "find-outage-over-after-its-record",
        "Restored in 2035, by a statement of October: it ended no later than that was recorded.",
        lambda m: (
            m.company("2026-10-24", "service.outage", at="2026-10-24T09:00:00Z", **at),
            m.company("2026-10-25", "service.restored", at="2035-01-01T00:00:00Z", **at),
        ),
        {
            "periods": [
                {
                    "cause": "service_outage",
                    "start": {"not_before": "2026-10-24T09:00:00Z", "not_after": "2026-10-24T09:00:00Z"},
                    "end": {"not_before": "2026-10-25T12:00:12Z", "not_after": "2026-10-25T12:00:12Z"},
                    "lasting": False,
                    "grade": "company_signed",
                },
                SILENCE,
            ]
        },
    )


def scopes(cases: Cases) -> None:
    """An attester counts for what the policy trusts it with, and for nothing else."""
    w = Finding(cases)
    claimed: Value = {"basis": "claimed", "grade": "self_stated", "proven_by": None, "acknowledged": False}
    on_22: Value = {
        "delivery": {**claimed, "stated_on": "2026-10-22"},
        "due": {
            "due_earliest": "2026-11-22", "due_latest": None, "no_date": "claimed",
            "if_arrived": {"on": "2026-10-22", "due": "2026-11-23"},
        },
        "periods": [],
        "steps": [["company", "answer", "2026-11-22", None]],
    }  # fmt: skip
    w.add(
        "find-attester-of-mail-checks-post",
        "An attester that the policy trusts with mail alone checked the tracking of a letter: nothing.",
        post,
        on_22,
        acknowledged=False,
        policy=policy_text(scope='"dkim"'),
    )
    w.add(
        "find-attester-of-mail-states-post",
        "The same attester states itself that the letter arrived: nothing.",
        lambda m: m.say("2026-10-23", "request.delivered", ATTESTER, **POST),
        {
            "delivery": claimed,
            "due": {"due_latest": None, "no_date": "claimed", "if_arrived": IF_ARRIVED},
            "periods": [],
            "steps": [["company", "answer", "2026-11-20", None]],
        },
        acknowledged=False,
        policy=policy_text(scope='"dkim"'),
    )
    at: dict[str, Json] = {"at": "2026-10-24T09:00:00Z", "service": "login", "upstream": []}
    w.add(
        "find-attester-of-mail-states-an-outage",
        "The same attester states an outage: there is none.",
        lambda m: m.say("2026-10-24", "service.outage", ATTESTER, **at),
        {},
        policy=policy_text(scope='"dkim"'),
    )
    w.add(
        "find-attester-of-outages-states-one",
        "An attester that the policy trusts with outages.",
        lambda m: m.say("2026-10-24", "service.outage", ATTESTER, **at),
        {
            "periods": [
                {
                    "cause": "service_outage",
                    "start": {"not_before": "2026-10-24T09:00:00Z", "not_after": "2026-10-24T09:00:00Z"},
                    "end": {"not_before": "2026-12-01", "not_after": "2026-12-01"},
                    "lasting": True,
                    "grade": "attested",
                },
                SILENCE,
            ]
        },
        policy=policy_text(scope='"outage"'),
    )


def days_before_the_case(cases: Cases) -> None:
    """A mail that names the case is not older than the case, whatever its date says."""
    w = Finding(cases)
    mail = {"letter": "A", "by": "attesters"}
    until = {"not_before": "2026-12-01", "not_after": "2026-12-01"}
    said: Value = {"answer": "reported", "state": "closed", "outcome": "refused", "steps": []}
    in_time = {"said": "in_time", "value": "passed", "answered_on": "2026-11-02"}

    def told(first: str, grade: str) -> Value:
        start = {"not_before": first, "not_after": "2026-11-12T12:00:12Z"}
        period = {"cause": "refused", "start": start, "end": until, "lasting": True, "grade": grade}
        return {**said, "grade": grade, "periods": [period]}

    def opening(m: Matter) -> str:
        signed = next(item for item in m.maker.statements.values() if item.statement.kind == "case.opened")
        return signed.statement.recent_block.hash.hex()

    def refused(m: Matter) -> None:
        m.attest("2026-11-12", m.say("2026-11-12", "request.refused", **facts("2026-11-02")), "dkim", "grade_a")

    w.add(
        "find-refused-by-a-mail-dated-before-the-case",
        "Dated 2 November, and it names a case that was opened on the 10th: the period begins on the 10th at first.",
        refused,
        {**told("2026-11-10", "domain_mail"), "mail": mail, "lateness": in_time},
        matter=Matter(opened_at="2026-11-10"),
    )
    w.add(
        "find-refused-by-a-mail-dated-before-a-case-of-an-unknown-block",
        "The block that the opening quotes is not known and can have any time: the edge is the wider one.",
        refused,
        {**told("2026-11-02", "domain_mail"), "mail": mail, "lateness": in_time},
        matter=Matter(opened_at="2026-11-10"),
        known=lambda m, blocks: [block for block in blocks if block != opening(m)],
    )
    w.add(
        "find-refused-by-a-report-of-a-day-before-the-case",
        "Without a mail the day is the person's word: a letter can be older than the case.",
        lambda m: m.say("2026-11-12", "request.refused", **facts("2026-11-02")),
        told("2026-11-02", "self_stated"),
        matter=Matter(opened_at="2026-11-10"),
    )
