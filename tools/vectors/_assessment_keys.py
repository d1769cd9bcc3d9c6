"""Assessment cases about the finding: whose signature is the company's, and when it is not."""

from __future__ import annotations

from collections.abc import Callable

from ledger.encoding import Json
from tools.vectors._assessment_case import NOT_CHECKED, PASSED, POLICY, Value, Writer, found, made
from tools.vectors._assessment_silence import (
    BY_REQUESTER,
    CHECK_IN,
    NOT_THE_COMPANY,
    SECOND,
    SHOP,
    THIRD,
    bind,
    lists_of,
    nothing,
    refuse,
    silent,
)
from tools.vectors._bundles import COMPANY, COMPANY_KEY, OPERATOR, STRANGER, Maker


def keys(w: Writer) -> None:
    """Whose signature is the company's."""
    pin = f'\n[[company_key]]\ncompany = "{COMPANY}"\nkey = "{SECOND}"\n'
    w.other(
        "pinned-key-without-its-lists",
        "A key that the policy pins could have answered.",
        silent(),
        BY_REQUESTER,
        {**NOT_THE_COMPANY, "complete": NOT_CHECKED},
        None,
        3,
        policy=POLICY + pin,
    )
    w.other(
        "pinned-key-answers",
        "Nobody bound it in the ledger; for this verifier it is the company's.",
        silent(lambda m: (refuse(m, STRANGER), lists_of(m, STRANGER))),
        {**BY_REQUESTER, "5": "company_signed"},
        {**NOT_THE_COMPANY, "statement/5/standing": PASSED},
        nothing(106, size=6, answer="recorded", answers=[5], company_keys=[SECOND, SHOP]),
        policy=POLICY + pin,
    )
    by_key = lambda m: (bind(m, STRANGER, COMPANY_KEY), refuse(m, STRANGER))  # noqa: E731
    grades = {**BY_REQUESTER, "5": "operator_vouched", "6": "operator_vouched"}
    authors = {**NOT_THE_COMPANY, "statement/5/author": NOT_CHECKED, "statement/6/author": NOT_CHECKED}
    w.other(
        "key-bound-by-a-bound-key",
        "The company's key bound another one, which answers.",
        silent(lambda m: (by_key(m), lists_of(m, STRANGER))),
        grades,
        {**authors, "statement/5/standing": PASSED, "statement/6/standing": PASSED},
        nothing(107, size=7, answer="recorded", answers=[6], company_keys=[SHOP, SECOND]),
    )
    w.other(
        "key-bound-by-a-bound-key-without-its-lists",
        "Whom the second key bound, and what it wrote, is not shown.",
        silent(by_key),
        grades,
        {**authors, "complete": NOT_CHECKED},
        None,
        3,
    )
    _revoked(w)
    _not_counted(w)


def _revoked(w: Writer) -> None:
    revoke = lambda m: bind(m, COMPANY_KEY, OPERATOR, "company.key_revoked")  # noqa: E731
    after = {**NOT_THE_COMPANY, "statement/5/author": NOT_CHECKED, "statement/6/author": NOT_CHECKED}
    w.other(
        "answer-after-revocation",
        "Its binder, here the operator, revoked the key before it answered: nobody says that the key signed no answer.",
        silent(lambda m: (revoke(m), refuse(m, COMPANY_KEY))),
        {**BY_REQUESTER, "5": "none", "6": "none"},
        after,
        nothing(107, size=7, answer="undetermined", why=_not_accepted(6)),
    )
    w.other(
        "answer-before-binding",
        "The key answered before anybody bound it, and is named since.",
        silent(lambda m: (refuse(m, COMPANY_KEY), bind(m, COMPANY_KEY, OPERATOR)), joined=False),
        {"1": "self_stated", "4": "none", "5": "none"},
        {"statement/3/author": PASSED, "statement/4/author": NOT_CHECKED, "statement/4/standing": None},
        nothing(106, size=6, check_in={**CHECK_IN, "index": 3}, answer="undetermined", why=_not_accepted(4)),
    )
    w.other(
        "said-before-binding-and-again",
        "What it said before counts once it says the same words again.",
        silent(
            lambda m: _same(m, "request.acknowledged", COMPANY_KEY, lambda: bind(m, COMPANY_KEY, OPERATOR)),
            joined=False,
        ),
        {"1": "self_stated", "4": "none", "5": "none", "6": "operator_vouched"},
        {
            "statement/3/author": PASSED,
            "statement/4/author": NOT_CHECKED,
            "statement/4/standing": None,
            "statement/6/author": NOT_CHECKED,
            "statement/6/standing": PASSED,
        },
        nothing(106, size=7, check_in={**CHECK_IN, "index": 3}),
    )
    again = lambda m: (bind(m, COMPANY_KEY, COMPANY_KEY, "company.key_revoked"), _bind_later(m))  # noqa: E731
    maker = silent(lambda m: (again(m), refuse(m, COMPANY_KEY)))
    block = maker.statements[0].statement.recent_block.hash.hex()
    w.other(
        "bound-again-another-leaf-0",
        "A copy of the second binding in the place of leaf 0, proven by nobody, changes nothing: the answer stands.",
        maker,
        {**BY_REQUESTER, "5": "operator_vouched", "6": "none", "7": "none"},
        {
            **NOT_THE_COMPANY,
            "ledger/opened": NOT_CHECKED,
            "statement/0/recorded": NOT_CHECKED,
            f"block/{block}/canonical": PASSED,
            f"block/{block}/header": NOT_CHECKED,
            "statement/5/author": NOT_CHECKED,
            "statement/5/standing": PASSED,
            "statement/7/author": NOT_CHECKED,
            "statement/7/standing": PASSED,
        },
        nothing(108, size=8, answer="recorded", answers=[7]),
        3,
        change=lambda v: v["statements"].update({"0": {"signed": v["statements"]["6"]["signed"]}}),
    )
    w.other(
        "binding-submitted-again-after-revocation",
        "The bytes of the old binding stand in the log once more: that binds nothing again.",
        silent(lambda m: (revoke(m), m.repeat(m.statements[1]), refuse(m, COMPANY_KEY))),
        {**BY_REQUESTER, "5": "none", "6": "none", "7": "none"},
        {**NOT_THE_COMPANY, "statement/5/author": NOT_CHECKED, "statement/7/author": NOT_CHECKED},
        nothing(107, size=8, answer="undetermined", why=_not_accepted(7)),
    )
    w.other(
        "key-revokes-itself",
        "What it said before stands, also its answer.",
        made(extra=lambda m: bind(m, COMPANY_KEY, COMPANY_KEY, "company.key_revoked")),
        {"5": "operator_vouched"},
        {"statement/5/author": NOT_CHECKED, "statement/5/standing": PASSED},
        found(size=6, as_of="2026-10-14T18:08:04Z"),
    )


def _not_counted(w: Writer) -> None:
    def attester(maker: Maker) -> None:
        facts: dict[str, Json] = {"key": SECOND, "scope": ["company_key"]}
        maker.say("attester.bound", facts, OPERATOR, company=None, in_case=False)
        bind(maker, THIRD, STRANGER)
        refuse(maker, THIRD)

    grades = {**BY_REQUESTER, "5": "none", "6": "attested", "7": "operator_vouched"}
    authors = {**NOT_THE_COMPANY, "statement/6/author": NOT_CHECKED, "statement/7/author": NOT_CHECKED}
    w.other(
        "key-bound-by-the-operators-attester",
        "No list says whom the operator made an attester: the answer is shown, and not counted.",
        silent(attester),
        grades,
        authors,
        nothing(108, size=8, not_counted=[7]),
    )

    def both(maker: Maker) -> None:
        facts: dict[str, Json] = {"key": SECOND, "scope": ["company_key"]}
        maker.say("attester.bound", facts, OPERATOR, company=None, in_case=False)
        bind(maker, COMPANY_KEY, STRANGER)
        bind(maker, COMPANY_KEY, OPERATOR, "company.key_revoked")
        refuse(maker, COMPANY_KEY)

    w.other(
        "revoked-by-the-operator-bound-by-its-attester",
        "The binding that still stands is one that could be missing: its answer is not counted.",
        silent(both),
        {**BY_REQUESTER, "5": "none", "6": "attested", "7": "none", "8": "operator_vouched"},
        {**NOT_THE_COMPANY, **{f"statement/{index}/author": NOT_CHECKED for index in (6, 7, 8)}},
        nothing(109, size=9, not_counted=[8], answer="undetermined", why=_not_accepted(8)),
    )


def _bind_later(maker: Maker) -> None:
    facts: dict[str, Json] = {"key": SHOP, "method": "well_known", "checked_at": "2026-11-22T09:00:00Z"}
    maker.say("company.key_bound", facts, OPERATOR, in_case=False)


def _not_accepted(leaf: int) -> Value:
    return {"reason": "not_accepted", "number": leaf}


def _same(maker: Maker, kind: str, key: bytes, between: Callable[[], object]) -> None:
    """The same bytes in two leaves, with something in between."""
    signed = maker.say(kind, {"received_on": "2026-11-21"}, key)
    between()
    maker.repeat(signed)
