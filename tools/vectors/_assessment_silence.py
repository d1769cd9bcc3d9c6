"""Assessment cases about the finding: what the record says of an answer, whose keys count, and what does not."""

from __future__ import annotations

from collections.abc import Callable

from ledger.encoding import Json, encode_hex
from ledger.leaf import INDEX_V1, case_key, company_key
from tools.vectors._assessment_case import (
    NOT_CHECKED,
    PASSED,
    Value,
    Writer,
    found,
    made,
)
from tools.vectors._bundles import (
    AUDITOR,
    CHECKED_IN,
    COMPANY,
    COMPANY_KEY,
    OPENED,
    OPERATOR,
    REFUSED,
    REQUESTER,
    SENT,
    STRANGER,
    Maker,
    address,
    bind_company,
    open_ledger,
)

SHOP, SECOND = encode_hex(address(COMPANY_KEY)), encode_hex(address(STRANGER))
THIRD = b"\x99" * 32
NOTHING: dict[str, Json] = {**CHECKED_IN, "on": "2026-10-12", "answer": "nothing"}
CHECK_IN = {"index": 4, "on": "2026-10-12", "answer": "nothing"}
BY_REQUESTER = {"4": "self_stated"}
NOT_THE_COMPANY: dict[str, str | None] = {"statement/4/author": PASSED, "statement/4/standing": None}
"""Leaf 4 is the requester's."""
KEY: dict[str, Json] = {"method": "well_known", "checked_at": "2026-11-21T09:00:00Z"}
More = Callable[[Maker], object]


def silent(more: More | None = None, *, joined: bool = True, check_in: bool = True) -> Maker:
    """Opening, request and check-in, no answer; ``more`` is said before the anchor. Leaf 4 is the check-in."""
    maker = Maker(transactions=1, rule=INDEX_V1, auditors=(AUDITOR,))
    open_ledger(maker)
    if joined:
        bind_company(maker)
    maker.say("case.opened", OPENED, REQUESTER, in_case=False)
    maker.say("request.sent", SENT, REQUESTER)
    if check_in:
        maker.say("case.confirmed", NOTHING, REQUESTER)
    if more is not None:
        more(maker)
    maker.anchor()
    return maker


def nothing(blocks: int = 105, **changes: object) -> Value:
    """No answer is recorded, after so many blocks; the first has the number 101."""
    minute, second = divmod(40 + 12 * (blocks - 105), 60)
    as_of = f"2026-10-14T18:{7 + minute:02}:{second:02}Z"
    return found(**{"answer": "none", "answers": [], "as_of": as_of, "check_in": CHECK_IN, **changes})


def lists_of(maker: Maker, *keys: bytes) -> None:
    """Have the lists of these keys shown: what they wrote in the case, and whom they bound."""
    for key in map(address, keys):
        maker.wanted += [case_key(maker.case, key), company_key(key, COMPANY)]


def bind(maker: Maker, key: bytes, by: bytes, kind: str = "company.key_bound") -> None:
    maker.say(kind, {"key": encode_hex(address(key)), **KEY}, by, in_case=False)


def refuse(maker: Maker, key: bytes) -> None:
    maker.say("request.refused", REFUSED, key)


def silences(w: Writer) -> None:
    """No answer, one that the requester reports, one that nobody can exclude."""
    w.other(
        "silence-joined",
        "The company has a key in the ledger, and no answer is signed with it.",
        silent(),
        BY_REQUESTER,
        NOT_THE_COMPANY,
        nothing(),
    )
    w.other(
        "silence-not-joined",
        "No key of the company is known: an answer could only be reported.",
        silent(joined=False),
        {"1": "self_stated"},
        {},
        nothing(104, size=4, company_keys=[], check_in={**CHECK_IN, "index": 3}),
    )
    w.other(
        "silence-without-check-in",
        "The requester never said since that nothing had come.",
        silent(check_in=False),
        {},
        {},
        nothing(104, size=4, check_in=None),
    )
    newer = {**NOTHING, "on": "2026-10-13"}
    w.other(
        "silence-newest-check-in",
        "The later check-in counts, and another leaf of the earlier one's bytes is none.",
        silent(lambda m: (m.say("case.confirmed", newer, REQUESTER), m.repeat(m.statements[4]))),
        {**BY_REQUESTER, "5": "self_stated", "6": "self_stated"},
        NOT_THE_COMPANY,
        nothing(106, size=7, check_in={"index": 5, "on": "2026-10-13", "answer": "nothing"}),
    )
    w.other(
        "answer-reported",
        "The requester says that the company refused: that ends no answer, and is no answer of the company.",
        silent(lambda m: refuse(m, REQUESTER)),
        {**BY_REQUESTER, "5": "self_stated"},
        NOT_THE_COMPANY,
        nothing(106, size=6, answer="reported", answers=[5]),
    )
    unknown = lambda m: m.say("request.shouted", {"volume": 11}, COMPANY_KEY)  # noqa: E731
    w.other(
        "undetermined-unknown-kind",
        "An accepted key of the company said what this version does not understand: it could be an answer.",
        silent(unknown),
        {**BY_REQUESTER, "5": "none"},
        {**NOT_THE_COMPANY, "statement/5/author": NOT_CHECKED},
        nothing(106, size=6, answer="undetermined", why={"reason": "not_understood", "number": 5}),
    )
    w.other(
        "undetermined-wrong-role",
        "The company's key wrote a kind that requesters write: not understood either.",
        silent(lambda m: m.say("case.confirmed", NOTHING, COMPANY_KEY)),
        {**BY_REQUESTER, "5": "none"},
        {**NOT_THE_COMPANY, "statement/5/author": NOT_CHECKED},
        nothing(106, size=6, answer="undetermined", why={"reason": "not_understood", "number": 5}),
    )
    w.other(
        "reported-and-undetermined",
        "A report beside a statement of the company that is not understood: nobody says that it did not answer.",
        silent(lambda m: (refuse(m, REQUESTER), unknown(m))),
        {**BY_REQUESTER, "5": "self_stated", "6": "none"},
        {**NOT_THE_COMPANY, "statement/6/author": NOT_CHECKED},
        nothing(107, size=7, answer="reported", answers=[5], why={"reason": "not_understood", "number": 6}),
    )
    w.other(
        "unknown-kind-of-a-stranger",
        "What a stranger says in the case determines nothing.",
        silent(lambda m: m.say("request.shouted", {"volume": 11}, STRANGER)),
        {**BY_REQUESTER, "5": "none"},
        {**NOT_THE_COMPANY, "statement/5/author": NOT_CHECKED},
        nothing(106, size=6),
    )


def long_lists(w: Writer) -> None:
    """More statements than an assessment weighs."""
    company = silent(lambda m: _many(m, COMPANY_KEY))
    standing = {"statement/{}/author": NOT_CHECKED, "statement/{}/standing": PASSED}
    by_company = {name.format(index): value for index in range(5, 70) for name, value in standing.items()}
    grades = {**BY_REQUESTER, **{str(index): "operator_vouched" for index in range(5, 70)}}
    many = nothing(106, size=70, answer="undetermined", why={"reason": "too_many", "number": 65})
    w.other(
        "company-list-of-65",
        "65 statements of the company, none of them an answer: it recorded more than is weighed.",
        company,
        grades,
        {**NOT_THE_COMPANY, **by_company},
        many,
    )
    w.other(
        "company-list-of-65-last-not-shown",
        "Only the first 64 must be shown.",
        company,
        {**grades, "69": None},
        {**NOT_THE_COMPANY, **by_company, "statement/69/author": None, "statement/69/standing": None},
        many,
        change=lambda v: v["statements"].pop("69"),
    )
    none = {f"statement/{index}/standing": None for index in range(4, 70)}
    w.other(
        "company-list-of-65-first-not-shown",
        "One of the first 64 is missing.",
        company,
        {**grades, "5": None},
        {**NOT_THE_COMPANY, **by_company, **none, "statement/5/author": None, "complete": NOT_CHECKED},
        None,
        3,
        change=lambda v: v["statements"].pop("5"),
    )
    repeated = silent(lambda m: _repeated(m, 64))
    w.other(
        "company-leaf-repeated",
        "The operator put one leaf of the company into the log 65 times: that is one statement, and no answer.",
        repeated,
        grades,
        {**NOT_THE_COMPANY, **by_company},
        nothing(106, size=70),
    )
    answered = silent(lambda m: (_repeated(m, 64), refuse(m, COMPANY_KEY)))
    block = f"block/{answered.statements[70].statement.recent_block.hash.hex()}"
    w.other(
        "company-leaf-repeated-answer-not-shown",
        "What stands behind the repeated leaves must be shown as well: here it is the answer.",
        answered,
        {**grades, "70": None},
        {
            **NOT_THE_COMPANY,
            **by_company,
            **none,
            "complete": NOT_CHECKED,
            f"{block}/canonical": PASSED,
            f"{block}/header": NOT_CHECKED,
        },
        None,
        3,
        change=lambda v: v["statements"].pop("70"),
    )
    requester = silent(lambda m: _many(m, REQUESTER))
    own = {**BY_REQUESTER, **{str(index): "self_stated" for index in range(5, 70)}}
    w.other(
        "requester-list-of-68-last-not-shown",
        "Of the requester's statements every one must be shown: a report could be among them.",
        requester,
        {**own, "69": None},
        {**NOT_THE_COMPANY, "complete": NOT_CHECKED},
        None,
        3,
        change=lambda v: v["statements"].pop("69"),
    )


def _repeated(maker: Maker, times: int) -> None:
    """One statement of the company, and more leaves of its bytes."""
    signed = maker.say("request.acknowledged", {"received_on": "2026-11-21"}, COMPANY_KEY)
    for _ in range(times):
        maker.repeat(signed)


def _many(maker: Maker, key: bytes) -> None:
    """65 statements, leaves 5 to 69; they quote one block."""
    recent = maker.recent()
    for number in range(65):
        day = f"2026-{1 + number // 28:02}-{1 + number % 28:02}"
        maker.say("request.acknowledged", {"received_on": day}, key, recent=recent)


def other_leaves(w: Writer) -> None:
    """The operator as a party, second leaves, and what comes after the index."""
    w.other(
        "operator-is-the-company",
        "The operator bound its own key for the company.",
        silent(lambda m: (bind(m, OPERATOR, OPERATOR), m.wanted.append(case_key(m.case, address(OPERATOR))))),
        {**BY_REQUESTER, "5": "none"},
        NOT_THE_COMPANY,
        nothing(106, size=6, company_keys=[SHOP, encode_hex(address(OPERATOR))], operator_is_party=True),
    )
    w.other(
        "answer-twice",
        "Another leaf of the same bytes says nothing new: the lowest leaf is the answer.",
        made(extra=lambda m: m.repeat(m.statements[4])),
        {"5": "operator_vouched"},
        {"statement/5/author": NOT_CHECKED, "statement/5/standing": PASSED},
        found(size=6),
    )
    w.other(
        "answer-twice-second-not-shown",
        "Every leaf that is listed must be shown.",
        made(extra=lambda m: m.repeat(m.statements[4])),
        {"5": None},
        {"complete": NOT_CHECKED, "statement/4/standing": None},
        None,
        3,
        change=lambda v: v["statements"].pop("5"),
    )
    w.other(
        "answer-before-the-key-was-bound",
        "Nobody had vouched for the key when it answered; another leaf of the same bytes came after its binding.",
        silent(
            lambda m: (
                refuse(m, STRANGER),
                bind(m, STRANGER, OPERATOR),
                m.repeat(m.statements[5]),
                lists_of(m, STRANGER),
            )
        ),
        {**BY_REQUESTER, "5": "none", "6": "none", "7": "operator_vouched"},
        {
            **NOT_THE_COMPANY,
            "statement/5/author": NOT_CHECKED,
            "statement/7/author": NOT_CHECKED,
            "statement/7/standing": PASSED,
        },
        nothing(107, size=8, answer="recorded", answers=[7], company_keys=[SHOP, SECOND]),
    )
    late = silent()
    refuse(late, COMPANY_KEY)
    late.anchor()
    grades = {**BY_REQUESTER, "6": "operator_vouched"}
    authors = {**NOT_THE_COMPANY, "statement/6/author": NOT_CHECKED}
    w.other(
        "as-of-before-the-answer",
        "The index of an earlier anchor: as of that time no answer was recorded, and that stays true.",
        late,
        grades,
        authors,
        nothing(),
        as_of=6,
    )
    w.other(
        "as-of-after-the-answer",
        "The same case at its newest anchor.",
        late,
        grades,
        {**authors, "statement/6/standing": PASSED},
        nothing(107, size=7, answer="recorded", answers=[6]),
    )
