"""Cases for counts over many findings: ``python -m tools.vectors.counts``. Every expected value is written by hand."""

from __future__ import annotations

from tools.vectors._counts_summaries import (
    ANSWERED,
    CLAIMED,
    CONTESTED,
    CONTESTED_REQUEST,
    COUNT,
    OPEN,
    OVERDUE,
    PROVEN,
    REPORTED,
    SUMMARY,
    UNDETERMINED,
    VOUCHED_ANSWER,
    VOUCHED_ARRIVAL,
    WITHDRAWN,
    asked,
    case,
    counted,
    one_answer,
)
from tools.vectors.writing import Cases


def _strangers(cases: Cases) -> None:
    strangers = [case(number, CLAIMED) for number in range(1, 13)]
    cases.good("nothing", COUNT, asked(), counted(0), "no case is no count, of any company")
    cases.good(
        "strangers",
        COUNT,
        asked(*strangers, case(99, PROVEN)),
        counted(
            13,
            arrival={"claimed": 12, "proven": 1},
            states={"open": 13},
            outcomes={"none": 13},
        ),  # fmt: skip
        "twelve strangers and one with a proven arrival: 13 statements, 1 with proven arrival, no rate, no curve",
    )
    cases.good(
        "strangers-change-no-rate",
        COUNT,
        asked(*strangers, case(98, ANSWERED), case(99, OVERDUE)),
        counted(
            14,
            None,
            arrival={"claimed": 12, "proven": 2},
            states={"open": 13, "closed": 1},
            outcomes={"none": 13, "provided": 1},
            grades={"company_signed": 1},
            rates={"provided": 1, "overdue": 1},
            lateness={"in_time": 1},
            curve=[(20, 2, 1)],
        ),  # fmt: skip
        "beside twelve strangers the rates are those of two cases",
    )
    joined = [case(number, CLAIMED, joined=True) for number in (1, 2)]
    plain = {"arrival": {"claimed": 2}, "states": {"open": 2}, "outcomes": {"none": 2}}
    cases.good(
        "no-arrival", COUNT, asked(*joined), counted(2, "no_arrival", **plain), "joined, and no arrival is proven"
    )
    cases.good(
        "joined-elsewhere-only",
        COUNT,
        asked(case(1, CLAIMED, joined=True), case(2, PROVEN)),
        counted(2, arrival={"claimed": 1, "proven": 1}, states={"open": 2}, outcomes={"none": 2}),
        "a case with a claimed arrival opens no rate for others",
    )


def _quiet(cases: Cases) -> None:
    one = {"arrival": {"claimed": 1}, "states": {"open": 1}, "outcomes": {"none": 1}}
    for name, now, number, words in (
        ("last-day", "2026-12-04T23:59:59Z", 0, "its last day still belongs to the quiet period"),
        ("over", "2026-12-05T00:00:00Z", 1, "the day after, by the clocks of the place"),
    ):
        expected = counted(1, **one) if number else counted(0)
        cases.good(f"quiet-{name}", COUNT, asked(case(1, CLAIMED), now=now), expected, words)
    for name, now, number in (("seoul-last-day", "14:59:59", 0), ("seoul-over", "15:00:00", 1)):
        given = asked(case(1, CLAIMED, place="KR"), now=f"2026-12-04T{now}Z")
        expected = counted(1, **one) if number else counted(0)
        cases.good(f"quiet-{name}", COUNT, given, expected, "a day is a day in the place: nine hours earlier in Seoul")
    for name, now, number in (("us-last-day", "2026-12-05T09:59:59Z", 0), ("us-over", "2026-12-05T10:00:00Z", 1)):
        given = asked(case(1, CLAIMED, place="US"), now=now)
        expected = counted(1, **one) if number else counted(0)
        cases.good(f"quiet-{name}", COUNT, given, expected, "over only when it is over in the last zone of the country")
    zoneless = case(1, CLAIMED, place="BV")
    for name, now, number in (("last-day", "2026-12-05T23:59:59Z", 0), ("over", "2026-12-06T00:00:00Z", 1)):
        expected = counted(1, **one) if number else counted(0)
        words = "Bouvet Island has no time zone: over when it is over wherever on earth"
        cases.good(f"quiet-no-zone-{name}", COUNT, asked(zoneless, now=now), expected, words)
    for place in ("BV", "US", "KR"):
        early = asked(case(1, CLAIMED, place=place, quiet_until="0001-01-01"), now="0001-01-01T00:00:00Z")
        words = "the first instant of the calendar, in places where it is of another day, or may be"
        cases.good(f"quiet-first-instant-{place}", COUNT, early, counted(0), words)
        late = asked(case(1, CLAIMED, place=place, quiet_until="9999-12-29"), now="9999-12-31T23:59:59Z")
        cases.good(f"quiet-last-instant-{place}", COUNT, late, counted(1, **one), "and the last one")
    edge = asked(case(1, CLAIMED, place="KR", quiet_until="9999-12-30"), now="9999-12-31T23:59:59Z")
    cases.good(
        "quiet-year-10000-in-seoul", COUNT, edge, counted(1, **one), "what is listed an hour before stays listed"
    )
    dateless = case(1, CLAIMED, quiet_until=None)
    cases.good(
        "quiet-without-date", COUNT, asked(dateless, now="2036-01-01T00:00:00Z"), counted(0), "no date, no listing"
    )
    cases.good(
        "quiet-hides-answers-of-nobody",
        COUNT,
        asked(case(1, OVERDUE, quiet_until="2026-12-31")),
        counted(0),
        "a case in its quiet period is in no count, and opens no rate",
    )
    spoken = case(1, ANSWERED, quiet_until="2036-01-01")
    cases.good(
        "quiet-ended-by-the-company",
        COUNT,
        asked(spoken),
        one_answer(),
        "the company has spoken: listed at once",
    )


def _rows(cases: Cases) -> None:
    cases.good(
        "contested-without-an-answer",
        COUNT,
        asked(case(1, CONTESTED_REQUEST), case(2, OVERDUE)),
        counted(
            2,
            None,
            arrival={"proven": 2},
            states={"open": 2},
            outcomes={"none": 1, "contested": 1},
            rates={"contested": 1, "overdue": 1},
        ),
        "The company disputes the request: not overdue, no answer that has a grade, and nothing late.",
    )
    quiet = case(1, {**ANSWERED, "answered_on": None, "lateness": None}), case(2, WITHDRAWN)
    cases.good(
        "lateness-of-nobody",
        COUNT,
        asked(*quiet),
        counted(
            2,
            None,
            arrival={"proven": 2},
            states={"closed": 2},
            outcomes={"provided": 1, "withdrawn": 1},
            grades={"company_signed": 1},
            rates={"provided": 1, "withdrawn": 1},
        ),
        "No answer has a lateness: the list is empty. What was withdrawn has a grade that is counted nowhere.",
    )
    every = [ANSWERED, CONTESTED, REPORTED, VOUCHED_ANSWER, WITHDRAWN, OVERDUE, OPEN, UNDETERMINED, VOUCHED_ARRIVAL]
    every += [{**ANSWERED, "outcome": "refused", "lateness": "late", "answered_on": "2026-12-02"}]
    every += [{**ANSWERED, "outcome": "partly_provided", "grade": "domain_mail", "lateness": "not_decided"}]
    cases.good(
        "every-row",
        COUNT,
        asked(*(case(number, base) for number, base in enumerate(every, 1))),
        counted(
            11,
            None,
            arrival={"proven": 10, "operator_vouched": 1},
            states={"open": 4, "closed": 6, "undetermined": 1},
            outcomes={
                "none": 3,
                "provided": 2,
                "partly_provided": 1,
                "refused": 2,
                "withdrawn": 1,
                "contested": 1,
                "undetermined": 1,
            },
            grades={"self_stated": 1, "domain_mail": 1, "company_signed": 3, "operator_vouched": 1},
            rates={
                "provided": 1,
                "partly_provided": 1,
                "refused": 1,
                "contested": 1,
                "reported": 1,
                "operator_vouched": 1,
                "withdrawn": 1,
                "overdue": 1,
                "open": 1,
                "undetermined": 1,
            },
            lateness={"late": 1, "in_time": 2, "not_decided": 1},
            curve=[(20, 9, 2), (41, 1, 1)],
        ),  # fmt: skip
        "one case in each row; what the operator alone vouches for has a row of its own and no lateness",
    )
    for grade in ("attested", "decided", "domain_mail"):
        base = {**ANSWERED, "grade": grade}
        cases.good(
            f"answer-{grade.replace('_', '-')}",
            COUNT,
            asked(case(1, base)),
            one_answer(grade),
            f"an answer of grade {grade} stands in the row of its outcome",
        )


def _censored(cases: Cases) -> None:
    plain = {"arrival": {"proven": 4}, "states": {"open": 3, "closed": 1}, "grades": {"company_signed": 1}}
    lives = [
        case(1, ANSWERED),
        case(2, OPEN, known_until="2026-11-10"),
        case(3, OPEN, known_until="2026-11-11"),
        case(4, OPEN, known_until=None),
    ]
    cases.good(
        "censored",
        COUNT,
        asked(*lives),
        counted(
            4,
            None,
            **plain,
            outcomes={"none": 3, "provided": 1},
            rates={"provided": 1, "open": 3},
            lateness={"in_time": 1},
            curve=[(20, 2, 1)],
            unconfirmed=1,
        ),  # fmt: skip
        "followed for 20, 19, 20 and 0 days: on day 20 two are at risk, one of them is answered",
    )
    before = case(1, ANSWERED, answered_on="2026-10-21")
    cases.good(
        "answered-before-arrival",
        COUNT,
        asked(before),
        one_answer(day=0),
        "an answer that names a day before the proven arrival counts for day 0",
    )
    given = asked(case(1, CLAIMED, conditional=True), case(2, CLAIMED, replayed=False, operator_is_party=True))
    cases.good(
        "what-it-rests-on",
        COUNT,
        given,
        counted(
            2,
            arrival={"claimed": 2},
            states={"open": 2},
            outcomes={"none": 2},
            conditional=1,
            not_replayed=1,
            operator_is_party=1,
        ),  # fmt: skip
        "what the findings rest on is counted beside them",
    )


def _refused(cases: Cases) -> None:
    one = case(1, CLAIMED)
    for name, summaries, words in (
        ("case-twice", [one, one], "one case, twice"),
        ("case-twice-differently", [one, case(1, PROVEN)], "two summaries of one case"),
        ("other-company", [case(1, CLAIMED, company="other.example")], "a case with another company"),
    ):
        cases.bad(name, COUNT, asked(*summaries), "MalformedSummary", words)


def _summaries(cases: Cases) -> None:
    for name, base in (
        ("claimed", CLAIMED),
        ("answered", ANSWERED),
        ("undetermined", UNDETERMINED),
        ("withdrawn", WITHDRAWN),
        ("withdrawn-without-grade", {**WITHDRAWN, "grade": None}),
        ("contested", CONTESTED),
        ("contested-without-an-answer", CONTESTED_REQUEST),
        ("reported", REPORTED),
        ("overdue", OVERDUE),
    ):
        given = case(1, base)
        cases.good(f"summary-{name}", SUMMARY, {"summary": given}, given, f"a case that is {name}")
    for member in CLAIMED:
        short = {key: value for key, value in case(1, CLAIMED).items() if key != member}
        cases.bad(
            f"summary-without-{member.replace('_', '-')}", SUMMARY, {"summary": short}, "MalformedSummary",
            f"{member} is missing",
        )  # fmt: skip
    for name, base, changes in (
        ("case-short", CLAIMED, {"case": "0x01"}),
        ("case-upper", CLAIMED, {"case": "0x" + "AB" * 32}),
        ("unknown-member", CLAIMED, {"person": "1"}),
        ("company-upper", CLAIMED, {"company": "Shop.example"}),
        ("company-one-label", CLAIMED, {"company": "localhost"}),
        ("place-unknown", CLAIMED, {"place": "XX"}),
        ("place-number", CLAIMED, {"place": 372}),
        ("date-with-time", CLAIMED, {"quiet_until": "2026-12-04T00:00:00Z"}),
        ("date-impossible", CLAIMED, {"known_until": "2026-02-30"}),
        ("flag-as-number", CLAIMED, {"spoken": 1}),
        ("flag-as-text", CLAIMED, {"replayed": "true"}),
        ("flag-null", CLAIMED, {"conditional": None}),
        ("arrival-unknown", CLAIMED, {"arrival": "likely"}),
        ("arrival-null", CLAIMED, {"arrival": None}),
        ("outcome-unknown", CLAIMED, {"outcome": "ignored"}),
        ("state-unknown", CLAIMED, {"state": "stalled"}),
        ("grade-unknown", ANSWERED, {"grade": "trusted"}),
        ("lateness-unknown", ANSWERED, {"lateness": "early"}),
        ("claimed-with-day", CLAIMED, {"arrived_on": "2026-10-22"}),
        ("proven-without-day", PROVEN, {"arrived_on": None}),
        ("state-without-outcome", CLAIMED, {"outcome": None}),
        ("outcome-without-state", CLAIMED, {"state": None}),
        ("open-and-provided", ANSWERED, {"state": "open"}),
        ("closed-and-contested", CONTESTED, {"state": "closed"}),
        ("closed-and-none", CLAIMED, {"state": "closed"}),
        ("undetermined-with-outcome", UNDETERMINED, {"state": "open", "outcome": "none"}),
        ("no-outcome-without-doubt", UNDETERMINED, {"answer": "none"}),
        ("outcome-without-answer", ANSWERED, {"answer": "none"}),
        ("answer-without-outcome", CLAIMED, {"answer": "reported"}),
        ("answer-without-grade", ANSWERED, {"grade": None}),
        ("answer-of-a-silent-company", ANSWERED, {"spoken": False}),
        ("contested-by-a-silent-company", CONTESTED_REQUEST, {"spoken": False}),
        ("contested-without-grade", CONTESTED_REQUEST, {"grade": None}),
        ("contested-and-late", CONTESTED_REQUEST, {"lateness": "late", "answered_on": "2026-12-01"}),
        ("contested-and-overdue", CONTESTED_REQUEST, {"overdue": True}),
        ("late-without-day", ANSWERED, {"answered_on": None}),
        ("day-without-lateness", ANSWERED, {"lateness": None}),
        ("late-without-answer", OPEN, {"lateness": "late", "answered_on": "2026-12-01"}),
        ("overdue-and-claimed", CLAIMED, {"overdue": True}),
        ("overdue-and-answered", ANSWERED, {"overdue": True, "known_until": "2026-12-01"}),
        ("overdue-without-check-in", OVERDUE, {"known_until": None}),
        ("overdue-and-withdrawn", WITHDRAWN, {"overdue": True}),
        ("overdue-and-undetermined", UNDETERMINED, {"overdue": True}),
        ("withdrawn-with-a-recorded-answer", WITHDRAWN, {"answer": "recorded", "spoken": True}),
        ("withdrawn-with-a-reported-answer", WITHDRAWN, {"answer": "reported"}),
        ("none-with-a-recorded-answer", OPEN, {"answer": "recorded", "spoken": True}),
        ("contested-and-answered-without-grade", CONTESTED, {"grade": None}),
        ("late-and-withdrawn", WITHDRAWN, {"lateness": "late", "answered_on": "2026-12-01"}),
    ):
        given = {**case(1, base), **changes}
        cases.bad(f"summary-{name}", SUMMARY, {"summary": given}, "MalformedSummary", name.replace("-", " "))
    cases.bad("summary-list", SUMMARY, {"summary": []}, "MalformedSummary", "no object")


def main() -> None:
    """Write the folder."""
    cases = Cases("counts")
    _strangers(cases)
    _quiet(cases)
    _rows(cases)
    _censored(cases)
    _refused(cases)
    _summaries(cases)
    cases.write()


if __name__ == "__main__":
    main()
