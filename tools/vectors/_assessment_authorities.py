"""Whom a case goes to: complaints, and the authorities of the registers; and names, which stand in no facts."""

from __future__ import annotations

from ledger.encoding import Json
from tools.vectors._assessment_finding import Finding
from tools.vectors._assessment_following import IRISH, filed
from tools.vectors._matter import ATTESTER, OTHER_ATTESTER, Matter, policy_text
from tools.vectors.authorities import PLAIN, line
from tools.vectors.statement_facts import IN_CASE
from tools.vectors.writing import Cases

FACTS = "assessment.facts"


def complaints(cases: Cases) -> None:
    """Who lodged what where, and whose word gives the grade *decided*."""
    w = Finding(cases)
    lodged = filed(IRISH, "2026-11-25")
    own = ["lodged", IRISH, "2026-11-25", "self_stated"]
    seen = ["decided", IRISH, "2026-11-28", "decided"]
    decided = filed(IRISH, "2026-11-28")
    w.add(
        "find-complaint-lodged",
        "The requester says so.",
        lambda m: m.say("2026-11-25", "complaint.lodged", **lodged),
        {"complaints": [own]},
    )
    w.add(
        "find-complaint-decided",
        "An attester of the policy saw the decision: nothing else of the finding changes.",
        lambda m: (
            m.say("2026-11-25", "complaint.lodged", **lodged),
            m.say("2026-11-29", "complaint.decided", ATTESTER, **decided),
        ),
        {"complaints": [own, seen]},
    )
    w.add(
        "find-complaint-decided-by-the-requesters-word",
        "Nobody but the requester says that it was decided: nothing.",
        lambda m: m.say("2026-11-29", "complaint.decided", **decided),
        {},
    )
    w.add(
        "find-complaint-decided-and-checked",
        "Attesters checked the decision that the requester keeps.",
        lambda m: m.attest("2026-11-30", m.say("2026-11-29", "complaint.decided", **decided), "document"),
        {"complaints": [seen]},
    )
    w.add(
        "find-complaint-decided-checked-otherwise",
        "A mail was checked, and no document: a mail of a company decides nothing.",
        lambda m: m.attest("2026-11-30", m.say("2026-11-29", "complaint.decided", **decided), "dkim"),
        {},
    )
    quorum = policy_text(quorum=2)
    w.add(
        "find-complaint-decided-below-the-quorum",
        "The policy asks for two attesters, and one saw it.",
        lambda m: m.say("2026-11-29", "complaint.decided", ATTESTER, **decided),
        {},
        policy=quorum,
    )
    w.add(
        "find-complaint-decided-on-two-days",
        "Two attesters, and each names another day: no quorum for either.",
        lambda m: (
            m.say("2026-11-29", "complaint.decided", ATTESTER, **decided),
            m.say("2026-11-29", "complaint.decided", OTHER_ATTESTER, **filed(IRISH, "2026-11-27")),
        ),
        {},
        policy=quorum,
    )
    w.add(
        "find-complaint-decided-by-two",
        "Two attesters with one authority and one day.",
        lambda m: [m.say("2026-11-29", "complaint.decided", key, **decided) for key in (ATTESTER, OTHER_ATTESTER)],
        {"complaints": [seen]},
        policy=quorum,
    )
    w.add(
        "find-complaint-decided-by-the-company",
        "The company says that the authority decided: companies write no such kind, and nothing said may vanish.",
        lambda m: m.company("2026-11-29", "complaint.decided", **decided),
        {"answer": "undetermined", "state": None, "outcome": None, "periods": []},
    )


def authorities(cases: Cases) -> None:
    """By place, from the registers that are given."""
    w = Finding(cases)
    nothing = lambda m: None  # noqa: E731
    file = line(PLAIN)
    w.add("find-authority-imported", "A file names one for Ireland.", nothing, {"authorities": ["iexample"]},
          authorities=file)  # fmt: skip
    w.add(
        "find-authority-of-another-place",
        "A register of another country names nobody.",
        nothing,
        {},
        authorities=line(PLAIN, relevant_countries=["fr"]),
    )
    w.add(
        "find-authority-outside-the-rule",
        "The GDPR does not hold in Korea: its authorities are not those of this case.",
        nothing,
        {
            "due": {
                "period": None, "place": None, "mark": None, "finding": False, "due_earliest": None,
                "due_latest": None, "no_date": "not_covered",
            },
            "periods": [],
            "steps": [],
        },
        matter=Matter(place="KR"),
        authorities=line(PLAIN, relevant_countries=["kr"]),
    )  # fmt: skip


def names_in_facts(cases: Cases) -> None:
    """A name in the facts, by either side: every fact of every kind that is written in a case."""
    for kind, (facts, _) in sorted(IN_CASE.items()):
        for fact in sorted(facts):
            prose: Json = "Kim Haneul, born 1990"
            wrong = {**facts, fact: [prose] if isinstance(facts[fact], list) else prose}
            name = f"name-in-{kind.replace('_', '-')}-{fact.replace('_', '-')}"
            why = "A name where a date or a word of a list belongs: refused before it is stored."
            cases.bad(name, FACTS, {"kind": kind, "facts": wrong}, "MalformedFacts", why)
            name, why = name.replace("name-in", "null-in"), "Nothing where a date or a word of a list belongs."
            cases.bad(name, FACTS, {"kind": kind, "facts": {**facts, fact: None}}, "MalformedFacts", why)
        noted = {**facts, "note": "Kim Haneul, born 1990"}
        name = f"name-in-{kind.replace('_', '-')}-as-a-note"
        why = "There is no fact for prose: it belongs in a disclosure."
        cases.bad(name, FACTS, {"kind": kind, "facts": noted}, "MalformedFacts", why)
