"""Assessment cases about due dates, lateness, outcome and periods without access: matters told on real dates.

Each expected value is what differs from ``PLAIN``: an access request under the GDPR in Ireland, sent on 20 October
2026, of which the company signed a receipt on 22 October; nothing else, until a check-in on 1 December.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ledger.encoding import Json
from ledger.evm import keccak256
from tools.vectors._assessment_case import Value
from tools.vectors._matter import OTHER_ATTESTER, Matter, policy_text
from tools.vectors.writing import Cases

FIND = "assessment.find"
Tell = Callable[[Matter], object]
UNTIL = {"not_before": "2026-12-01", "not_after": "2026-12-01"}
SILENCE: Value = {
    "cause": "no_answer",
    "start": {"not_before": "2026-11-21", "not_after": "2026-11-24"},
    "end": UNTIL,
    "lasting": True,
    "grade": "company_signed",
}
DELIVERY: Value = {
    "basis": "acknowledged",
    "grade": "company_signed",
    "stated_on": "2026-10-20",
    "proven_by": "2026-10-22",
    "published_contact": True,
    "acknowledged": True,
    "mail": None,
}
CLAIMED: Value = {
    "basis": "claimed",
    "grade": "self_stated",
    "stated_on": "2026-10-20",
    "proven_by": None,
    "published_contact": True,
    "acknowledged": False,
    "mail": None,
}
RULES = Path(__file__).resolve().parents[2] / "ledger" / "data" / "rules"


def version_of(regime: str) -> int:
    """The version of a shipped rule file."""
    return int(tomllib.loads((RULES / f"{regime}.toml").read_text("utf-8"))["version"])


DUE: Value = {
    "rule": "eu-gdpr",
    "rule_version": version_of("eu-gdpr"),
    "period": "answer",
    "place": "IE",
    "mark": "C",
    "finding": True,
    "due_earliest": "2026-11-20",
    "due_latest": "2026-11-23",
    "no_date": None,
    "if_arrived": None,
    "notices": [],
    "unknown_pauses": 0,
}
PLAIN: Value = {
    "answer": "none",
    "state": "open",
    "outcome": "none",
    "grade": None,
    "mail": None,
    "delivery": DELIVERY,
    "due": DUE,
    "lateness": None,
    "periods": [SILENCE],
    "back_dated": [],
    "late_notices": [],
    "complaints": [],
    "steps": [["company", "answer", "2026-11-20", "2026-11-23"]],
    "acknowledged": [],
    "authorities": [],
}
IF_ARRIVED = {"on": "2026-10-20", "due": "2026-11-20"}
UNPROVEN: Value = {
    "delivery": CLAIMED,
    "due": {"due_latest": None, "no_date": "claimed", "if_arrived": IF_ARRIVED},
    "periods": [],
    "steps": [["company", "answer", "2026-11-20", None]],
}


class Finding:
    def __init__(self, cases: Cases) -> None:
        self.cases = cases

    def add(
        self,
        name: str,
        why: str,
        tell: Tell,
        changes: Value,
        *,
        matter: Matter | None = None,
        acknowledged: bool = True,
        check_in: bool = True,
        published: bool = True,
        known: Callable[[Matter, list[str]], list[str]] | None = None,
        policy: str | None = None,
        authorities: str | None = None,
        right: str = "access",
    ) -> None:
        """One matter; ``changes`` are to ``PLAIN``, of delivery and due to their members."""
        told = matter or Matter()
        told.sent("2026-10-20", "2026-10-20", right=right, published=published)
        if acknowledged:
            told.company("2026-10-22", "request.acknowledged", received_on="2026-10-22")
        tell(told)
        if check_in:
            told.check_in("2026-12-01")
        bundle = told.bundle("2026-12-02")
        headers = [*(item.proof.header for item in bundle.anchors.values()), *bundle.blocks.values()]
        headers += [proof.header for proof in bundle.submitted.values()]
        blocks = [keccak256(header).hex() for header in headers]
        given: dict[str, Any] = {
            "bundle": bundle.encode().decode("ascii"),
            "policy": policy_text() if policy is None else policy,
            "now": told.maker.time + 60,
            "canonical": blocks if known is None else known(told, blocks),
        }
        if authorities is not None:
            given["authorities"] = authorities
        expected = {**PLAIN, **changes}
        for member in ("delivery", "due"):
            if isinstance(changes.get(member), dict):
                expected[member] = {**PLAIN[member], **changes[member]}
        if expected["due"]["rule"] is not None:
            expected["due"] = {**expected["due"], "rule_version": version_of(expected["due"]["rule"])}
        self.cases.good(name, FIND, given, expected, why)


def deliveries(cases: Cases) -> None:
    """What proves arrival, and what does not."""
    w = Finding(cases)
    nothing: Tell = lambda m: None  # noqa: E731
    w.add("find-acknowledged", "The company signed a receipt, and no answer.", nothing, {})
    w.add("find-arrival-claimed", "Sent, and nothing else.", nothing, UNPROVEN, acknowledged=False)
    mail = {"grade": "domain_mail"}
    w.add(
        "find-mail-of-the-company",
        "A mail of the company's domain, checked by an attester of the policy.",
        lambda m: m.attest("2026-10-24", m.say("2026-10-23", "request.acknowledged", received_on="2026-10-22"), "dkim"),
        {
            "delivery": {**mail, "proven_by": "2026-10-22", "mail": {"letter": "C", "by": "attesters"}},
            "periods": [{**SILENCE, **mail}],
        },
        acknowledged=False,
    )
    w.add(
        "find-mail-of-grade-d",
        "Of grade D only a part is signed: that proves no arrival.",
        lambda m: m.attest(
            "2026-10-24", m.say("2026-10-23", "request.acknowledged", received_on="2026-10-22"), "dkim", "grade_d"
        ),
        UNPROVEN,
        acknowledged=False,
    )
    quorum = policy_text(quorum=2)
    w.add(
        "find-mail-below-the-quorum",
        "The policy asks for two attesters, and one checked.",
        lambda m: m.attest("2026-10-24", m.say("2026-10-23", "request.acknowledged", received_on="2026-10-22"), "dkim"),
        UNPROVEN,
        acknowledged=False,
        policy=quorum,
    )
    post: dict[str, Json] = {"received_on": "2026-10-22", "basis": "registered_post"}
    w.add(
        "find-post-self-stated",
        "The requester says that it went by registered post: his own word proves nothing.",
        lambda m: m.say("2026-10-23", "request.delivered", **post),
        _stated_on_22(),
        acknowledged=False,
    )
    attested = {"grade": "attested"}
    by_post = {**attested, "basis": "registered_post", "acknowledged": False, "stated_on": "2026-10-22"}
    w.add(
        "find-post-checked",
        "The tracking that he keeps was checked.",
        lambda m: m.attest("2026-10-24", m.say("2026-10-23", "request.delivered", **post), "post"),
        {
            "delivery": by_post,
            "due": {"due_earliest": "2026-11-22"},
            "periods": [
                {**SILENCE, **attested, "start": {"not_before": "2026-11-23", "not_after": "2026-11-24"}},
            ],
            "steps": [["company", "answer", "2026-11-22", "2026-11-23"]],
        },
        acknowledged=False,
    )
    relay: dict[str, Json] = {"received_on": "2026-10-22", "basis": "relay"}
    two = lambda m: [m.say("2026-10-23", "request.delivered", key, **relay) for key in (b"\x99" * 32, OTHER_ATTESTER)]  # noqa: E731
    w.add(
        "find-one-relay",
        "One relay is no proof.",
        lambda m: m.say("2026-10-23", "request.delivered", OTHER_ATTESTER, **relay),
        UNPROVEN,
        acknowledged=False,
    )
    w.add(
        "find-two-relays",
        "Two relays, each another attester's.",
        two,
        {"delivery": {**attested, "basis": "relay", "acknowledged": False}, "periods": [{**SILENCE, **attested}]},
        acknowledged=False,
    )


def _stated_on_22() -> Value:
    return {
        "delivery": {**CLAIMED, "stated_on": "2026-10-22"},
        "due": {
            "due_earliest": "2026-11-22",
            "due_latest": None,
            "no_date": "claimed",
            "if_arrived": {"on": "2026-10-22", "due": "2026-11-23"},
        },
        "periods": [],
        "steps": [["company", "answer", "2026-11-22", None]],
    }


def _answered(on: str) -> dict[str, Json]:
    return {"answered_on": on, "mode": "sent", "reasons": []}


def late(cases: Cases) -> None:
    """The three values, and what each of them needs."""
    w = Finding(cases)
    given: Value = {"answer": "recorded", "state": "closed", "outcome": "provided", "grade": "company_signed"}
    given |= {"steps": []}
    answer = lambda at, on: lambda m: m.company(at, "request.fulfilled", **_answered(on))  # noqa: E731
    until = {"not_before": "2026-11-24T12:00:00Z", "not_after": "2026-11-24T12:00:12Z"}
    closed = [{**SILENCE, "end": until, "lasting": False}]
    undecided = {"said": "not_decided", "value": None}
    is_late = {"said": "late", "value": "passed", "answered_on": "2026-11-24"}
    w.add(
        "find-late",
        "Signed after the later date, and the answer names no earlier day.",
        answer("2026-11-24", "2026-11-24"),
        {**given, "lateness": is_late, "periods": closed},
        check_in=False,
    )
    w.add(
        "find-late-names-the-last-day",
        "Signed after the later date, but the company says that it answered on it.",
        answer("2026-11-24", "2026-11-23"),
        {**given, "lateness": {**undecided, "answered_on": "2026-11-23"}, "periods": [], "back_dated": ["2026-11-23"]},
        check_in=False,
    )
    w.add(
        "find-between-the-dates",
        "Signed after the earlier date and before the later one ended.",
        answer("2026-11-23", "2026-11-23"),
        {**given, "lateness": {**undecided, "answered_on": "2026-11-23"}, "periods": []},
        check_in=False,
    )
    w.add(
        "find-in-time",
        "Recorded before the earlier date ended.",
        answer("2026-11-20", "2026-11-20"),
        {**given, "lateness": {"said": "in_time", "value": "passed", "answered_on": "2026-11-20"}, "periods": []},
        check_in=False,
    )
    w.add(
        "find-late-with-a-key-of-the-operators-word",
        "Only the operator vouches for the key: with a key of its own it could make anybody late.",
        answer("2026-11-24", "2026-11-24"),
        {
            **given,
            "grade": "operator_vouched",
            "delivery": {"grade": "operator_vouched"},
            "lateness": {**undecided, "answered_on": "2026-11-24"},
            "periods": [],
        },
        check_in=False,
        policy=policy_text(pinned=False),
    )
    last = lambda m: keccak256(m.maker.blocks[m.maker.statements[max(m.maker.statements)].statement.recent_block.hash])  # noqa: E731
    w.add(
        "find-late-if-the-quoted-block-is-on-the-chain",
        "Nobody knows the block that the answer quotes.",
        answer("2026-11-24", "2026-11-24"),
        {**given, "lateness": {**is_late, "value": "conditional"}, "periods": closed},
        check_in=False,
        known=lambda m, blocks: [block for block in blocks if block != last(m).hex()],
    )
    reported = {**given, "answer": "reported", "grade": "self_stated", "periods": []}
    w.add(
        "find-late-by-a-report",
        "Only the requester says that an answer came: neither late nor in time.",
        lambda m: m.say("2026-11-24", "request.fulfilled", **_answered("2026-11-24")),
        {**reported, "lateness": None},
        check_in=False,
    )
    w.add(
        "find-late-by-a-report-that-was-checked",
        "Attesters of the policy checked the answer that the requester reports.",
        lambda m: m.attest(
            "2026-11-25", m.say("2026-11-24", "request.fulfilled", **_answered("2026-11-24")), "document"
        ),
        {**reported, "grade": "attested", "lateness": is_late, "periods": closed},
        check_in=False,
    )
    undecided = {"said": "not_decided", "value": None, "answered_on": "2026-11-24"}
    mail = {"letter": "C", "by": "attesters"}
    w.add(
        "find-late-by-a-report-with-a-mail-alone",
        "A signature says who sent a mail; that it is the answer is the requester's word, and makes nobody late.",
        lambda m: m.attest("2026-11-25", m.say("2026-11-24", "request.fulfilled", **_answered("2026-11-24")), "dkim"),
        {**reported, "grade": "domain_mail", "mail": mail, "lateness": undecided},
        check_in=False,
    )
    w.add(
        "find-late-by-a-report-with-the-post-alone",
        "A postmark says that a letter came, and not what it says.",
        lambda m: m.attest("2026-11-25", m.say("2026-11-24", "request.fulfilled", **_answered("2026-11-24")), "post"),
        {**reported, "lateness": undecided},
        check_in=False,
    )
    w.add(
        "find-late-by-a-report-with-a-key-alone",
        "Attesters saw the domain's mail key; which key a domain has says nothing of what was written.",
        lambda m: m.attest("2026-11-25", m.say("2026-11-24", "request.fulfilled", **_answered("2026-11-24")), "dns"),
        {**reported, "lateness": None},
        check_in=False,
    )
