"""Assessment cases about what may follow: late notices, complaints and decisions, steps of the rule, authorities.

As in ``_assessment_finding`` each expected value is what differs from ``PLAIN``.
"""

from __future__ import annotations

from typing import Any

from ledger.encoding import Json
from tools.vectors._assessment_case import Value
from tools.vectors._assessment_finding import DUE, SILENCE, Finding
from tools.vectors._matter import ATTESTER, Matter, policy_text
from tools.vectors.writing import Cases

MEDIATOR, IRISH = "kopico.go.kr", "authority.example"
KOREA_AT = ["pipc", "kisa-privacy-call-centre", "kopico"]
KOREA: Value = {
    "due": {
        **DUE, "rule": "kr-pipa", "place": "KR", "due_earliest": "2026-10-30",
        "due_latest": "2026-11-02",
    },
    "periods": [{**SILENCE, "start": {"not_before": "2026-10-31", "not_after": "2026-11-03"}}],
    "authorities": KOREA_AT,
}  # fmt: skip
ANSWER = ["company", "answer", "2026-10-30", "2026-11-02"]
PROPOSAL = ["person", "mediation_silence", None, None]
OPEN = [
    ANSWER,
    ["company", "mediation_response", None, None],
    ["authority", "mediation_decision", None, None],
    PROPOSAL,
]


def filed(authority: str, on: str) -> dict[str, Json]:
    return {"authority": authority, "on": on}


def _korea() -> Matter:
    return Matter("kr-pipa", "KR")


def late_notices(cases: Cases) -> None:
    """Notices after the time had ended, and what each condition is for. The plain one is find-extended-too-late."""
    w = Finding(cases)
    notice: dict[str, Json] = {"notified_on": "2026-11-26", "reason": "complexity", "until": "2027-01-20"}
    later: Value = {"due": {"notices": ["late"]}}
    tell = lambda m: m.company("2026-11-26", "deadline.extended", **notice)  # noqa: E731
    w.add(
        "find-late-notice-with-a-key-of-the-operators-word",
        "Only the operator vouches for the key: it makes nobody late.",
        tell,
        {
            **later,
            "delivery": {"grade": "operator_vouched"},
            "periods": [{**SILENCE, "grade": "operator_vouched"}],
        },
        policy=policy_text(pinned=False),
    )
    w.add(
        "find-late-notice-signed-before",
        "Signed within the time, naming a day after it: no bound shows that it was late.",
        lambda m: m.company("2026-11-20", "deadline.extended", **notice),
        later,
    )
    w.add(
        "find-late-notice-reported",
        "Only the requester says that a notice came, and when.",
        lambda m: m.say("2026-11-26", "deadline.extended", **notice),
        later,
    )
    w.add(
        "find-late-notice-reported-and-checked",
        "Attesters checked the notice that the requester keeps.",
        lambda m: m.attest("2026-11-27", m.say("2026-11-26", "deadline.extended", **notice), "document"),
        {**later, "late_notices": [["2026-11-26", "2026-11-23", "attested"]]},
    )
    for check in ("dkim", "post"):
        w.add(
            f"find-late-notice-reported-and-checked-by-{check}",
            "Nobody read it: that it is a notice, and when it was given, is the requester's word.",
            lambda m, check=check: m.attest("2026-11-27", m.say("2026-11-26", "deadline.extended", **notice), check),  # type: ignore[misc]
            later,
        )
    w.add(
        "find-late-notice-in-korea",
        "After the tenth day, which was a Friday before a weekend: by Monday it had to be told.",
        lambda m: m.company("2026-11-05", "deadline.extended", **_postponed("2026-11-05")),
        {
            **KOREA,
            "due": {**KOREA["due"], "notices": ["late"]},
            "late_notices": [["2026-11-05", "2026-11-02", "company_signed"]],
            "steps": OPEN,
        },
        matter=_korea(),
    )
    w.add(
        "find-notice-of-any-day",
        "No source says by when California wants the notice: none is late.",
        lambda m: m.company("2027-01-10", "deadline.extended", **{**notice, "notified_on": "2027-01-10"}),
        {
            "due": _california("2026-12-04", "2027-01-20", period="extended", notices=["stated"]),
            "periods": [],
            "steps": [ACKNOWLEDGE, ["company", "answer", "2026-12-04", "2027-01-20"]],
            "acknowledged": ["company"],
        },
        matter=Matter("us-ca-ccpa", "US-CA"),
        check_in=False,
    )


def _postponed(day: str) -> dict[str, Json]:
    return {"notified_on": day, "reason": "system_failure", "until": "cause_ends"}


ACKNOWLEDGE = ["company", "acknowledge", "2026-11-03", "2026-11-05"]


def _california(earliest: str, latest: str, **more: Any) -> Value:
    at = {"rule": "us-ca-ccpa", "place": "US-CA", "due_earliest": earliest, "due_latest": latest}
    return {**DUE, **at, **more}


def following(cases: Cases) -> None:
    """Every period of the rule stands among the steps: with a date where its start is recorded, else without."""
    w = Finding(cases)
    nothing = lambda m: None  # noqa: E731
    w.add("find-steps-korea", "No complaint is recorded: mediation without a date.", nothing, {**KOREA, "steps": OPEN},
          matter=_korea())  # fmt: skip
    mediated = ["company", "mediation_response", None, None]
    w.add(
        "find-steps-mediation-stated",
        "By the requester's word: the committee's aim has an earlier date, and nothing proves a later one.",
        lambda m: m.say("2026-11-20", "complaint.lodged", **filed(MEDIATOR, "2026-11-20")),
        {
            **KOREA,
            "complaints": [["lodged", MEDIATOR, "2026-11-20", "self_stated"]],
            "steps": [ANSWER, mediated, ["authority", "mediation_decision", "2027-01-19", None], PROPOSAL],
        },
        matter=_korea(),
    )
    w.add(
        "find-steps-mediation-seen",
        "An attester saw the application.",
        lambda m: m.say("2026-11-23", "complaint.lodged", ATTESTER, **filed(f"www.{MEDIATOR}", "2026-11-20")),
        {
            **KOREA,
            "complaints": [["lodged", f"www.{MEDIATOR}", "2026-11-20", "attested"]],
            "steps": [ANSWER, mediated, ["authority", "mediation_decision", "2027-01-19", "2027-01-19"], PROPOSAL],
        },
        matter=_korea(),
    )
    w.add(
        "find-steps-complaint-to-another-authority",
        "A report to the commission starts no mediation.",
        lambda m: m.say("2026-11-20", "complaint.lodged", **filed("pipc.go.kr", "2026-11-20")),
        {**KOREA, "complaints": [["lodged", "pipc.go.kr", "2026-11-20", "self_stated"]], "steps": OPEN},
        matter=_korea(),
    )
    california = _california("2026-12-04", "2026-12-07")
    answer = ["company", "answer", "2026-12-04", "2026-12-07"]
    w.add(
        "find-steps-acknowledged",
        "Ten business days for the bare confirmation of receipt, and it is recorded.",
        nothing,
        {"due": california, "periods": [], "steps": [ACKNOWLEDGE, answer], "acknowledged": ["company"]},
        matter=Matter("us-ca-ccpa", "US-CA"),
    )
    w.add(
        "find-steps-not-acknowledged",
        "Arrival is checked, no confirmation is recorded: dates, and nobody is called late.",
        lambda m: m.attest(
            "2026-10-24",
            m.say("2026-10-23", "request.delivered", received_on="2026-10-22", basis="registered_post"),
            "post",
        ),
        {
            "delivery": {
                "basis": "registered_post", "grade": "attested", "acknowledged": False, "stated_on": "2026-10-22",
            },
            "due": {**california, "due_earliest": "2026-12-06"},
            "periods": [],
            "steps": [["company", "acknowledge", "2026-11-05", "2026-11-05"],
                      ["company", "answer", "2026-12-06", "2026-12-07"]],
        },
        matter=Matter("us-ca-ccpa", "US-CA"),
        acknowledged=False,
    )  # fmt: skip
    virginia = {**california, "rule": "us-va", "place": "US-VA"}
    refused: dict[str, Json] = {"answered_on": "2026-11-10", "mode": "sent", "reasons": ["excessive"]}
    w.add(
        "find-steps-appeal",
        "No statement records an appeal: the company's 60 days stand without a date.",
        lambda m: m.company("2026-11-10", "request.refused", **refused),
        {
            "answer": "recorded",
            "state": "closed",
            "outcome": "refused",
            "grade": "company_signed",
            "due": virginia,
            "lateness": {"said": "in_time", "value": "passed", "answered_on": "2026-11-10"},
            "periods": [
                {
                    "cause": "refused",
                    "start": {"not_before": "2026-11-10", "not_after": "2026-11-10"},
                    "end": {"not_before": "2026-12-01", "not_after": "2026-12-01"},
                    "lasting": True,
                    "grade": "company_signed",
                }
            ],
            "steps": [["company", "appeal", None, None]],
        },
        matter=Matter("us-va", "US-VA"),
    )
    turkey = {**DUE, "rule": "tr-kvkk", "place": "TR", "due_earliest": "2026-11-19", "due_latest": "2026-11-23"}
    w.add(
        "find-steps-silent",
        "Turkey: 60 days after the request where no answer came; the 30 after an answer stand without a date.",
        nothing,
        {
            "due": turkey,
            "periods": [{**SILENCE, "start": {"not_before": "2026-11-20", "not_after": "2026-11-24"}}],
            "steps": [
                ["company", "answer", "2026-11-19", "2026-11-23"],
                ["person", "complain", None, None],
                ["person", "complain_silent", "2026-12-19", "2026-12-21"],
            ],
        },
        matter=Matter("tr-kvkk", "TR"),
    )
    _answered_in_turkey(w, turkey)
    none: Value = {"due_earliest": None, "due_latest": None, "no_date": "undated"}
    w.add(
        "find-steps-sue",
        "Japan: no number of days for the answer, two weeks before a lawsuit.",
        nothing,
        {
            "due": {**DUE, **none, "rule": "jp-appi", "place": "JP", "mark": "S", "finding": False},
            "periods": [],
            "steps": [["company", "answer", None, None], ["person", "sue", "2026-11-03", "2026-11-05"]],
        },
        matter=Matter("jp-appi", "JP"),
    )
    japan = {**DUE, **none, "rule": "jp-appi", "place": "JP", "mark": "S", "finding": False}
    refused = {"answered_on": "2026-10-25", "mode": "sent", "reasons": ["legal_prohibition"]}
    w.add(
        "find-steps-sue-after-a-refusal",
        "Japan: after a refusal nobody has to wait.",
        lambda m: m.company("2026-10-25", "request.refused", **refused),
        {
            **_answer("2026-10-25", "not_decided"),
            "outcome": "refused",
            "due": japan,
            "periods": [
                {
                    "cause": "refused",
                    "start": {"not_before": "2026-10-25", "not_after": "2026-10-25"},
                    "end": {"not_before": "2026-12-01", "not_after": "2026-12-01"},
                    "lasting": True,
                    "grade": "company_signed",
                }
            ],
            "steps": [["person", "sue", None, None]],
        },
        matter=Matter("jp-appi", "JP"),
    )
    _of_another_name(w)


def _answer(on: str, said: str) -> Value:
    value = None if said == "not_decided" else "passed"
    return {
        "answer": "recorded",
        "state": "closed",
        "outcome": "provided",
        "grade": "company_signed",
        "lateness": {"said": said, "value": value, "answered_on": on},
    }


def _answered_in_turkey(w: Finding, turkey: Value) -> None:
    """KVKK Board, 13 February 2019: a late answer leaves the 60 days after the request as they are."""
    late: dict[str, Json] = {"answered_on": "2026-12-08", "mode": "sent", "reasons": []}
    ended = {
        "cause": "no_answer",
        "start": {"not_before": "2026-11-20", "not_after": "2026-11-24"},
        "end": {"not_before": "2026-12-08T12:00:00Z", "not_after": "2026-12-08T12:00:12Z"},
        "lasting": False,
        "grade": "company_signed",
    }
    w.add(
        "find-steps-answered-late",
        "Turkey: after an answer that came late the 60 days after the request hold, not 30 after the answer.",
        lambda m: m.company("2026-12-08", "request.fulfilled", **late),
        {
            **_answer("2026-12-08", "late"),
            "due": turkey,
            "periods": [ended],
            "steps": [["person", "complain_silent", "2026-12-19", "2026-12-21"]],
        },
        matter=Matter("tr-kvkk", "TR"),
        check_in=False,
    )
    w.add(
        "find-steps-answered-in-time",
        "Turkey: after an answer in time 30 days from it.",
        lambda m: m.company("2026-11-10", "request.fulfilled", **{**late, "answered_on": "2026-11-10"}),
        {
            **_answer("2026-11-10", "in_time"),
            "due": turkey,
            "periods": [],
            "steps": [["person", "complain", "2026-12-10", "2026-12-10"]],
        },
        matter=Matter("tr-kvkk", "TR"),
        check_in=False,
    )
    w.add(
        "find-steps-answered-between",
        "Turkey: not decided whether the answer of 21 November was in time: the shorter window of both holds.",
        lambda m: m.company("2026-11-21", "request.fulfilled", **{**late, "answered_on": "2026-11-21"}),
        {
            **_answer("2026-11-21", "not_decided"),
            "due": turkey,
            "periods": [],
            "steps": [
                ["person", "complain", "2026-12-19", "2026-12-21"],
                ["person", "complain_silent", "2026-12-19", "2026-12-21"],
            ],
        },
        matter=Matter("tr-kvkk", "TR"),
        check_in=False,
    )


def _of_another_name(w: Finding) -> None:
    """The period of an answer is the one that the rule has for the right, whatever its name."""
    w.add(
        "find-answer-on-erasure",
        "Taiwan: 30 days for correction and erasure.",
        lambda m: None,
        {
            "due": {
                **DUE, "rule": "tw-pdpa", "place": "TW", "period": "correction", "due_earliest": "2026-11-19",
                "due_latest": "2026-11-23",
            },
            "periods": [{**SILENCE, "start": {"not_before": "2026-11-20", "not_after": "2026-11-24"}}],
            "steps": [["company", "correction", "2026-11-19", "2026-11-23"]],
        },
        matter=Matter("tw-pdpa", "TW"),
        right="erasure",
    )  # fmt: skip
    w.add(
        "find-no-time-for-an-answer",
        "The Digital Services Act covers the right and names no time for an answer to a request.",
        lambda m: None,
        {
            "due": {
                "rule": "eu-dsa", "period": None, "place": None, "mark": None, "finding": False, "due_earliest": None,
                "due_latest": None, "no_date": "no_answer_period",
            },
            "periods": [],
            "steps": [["person", "internal_complaint", None, None]],
        },
        matter=Matter("eu-dsa", "IE"),
        right="internal_complaint",
    )  # fmt: skip
