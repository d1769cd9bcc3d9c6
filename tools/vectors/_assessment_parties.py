"""Assessment cases about persons: keys, attesters, disclosures, kinds that are not understood."""

from __future__ import annotations

from ledger.disclosure import Disclosure
from ledger.encoding import Json, encode_hex, sha256
from ledger.evm import keccak256
from ledger.leaf import case_key, company_key
from ledger.statement import RecentBlock
from tools.vectors._assessment_case import (
    FAILED,
    MAIL,
    NOT_CHECKED,
    PASSED,
    POLICY,
    Writer,
    found,
    made,
    not_complete,
)
from tools.vectors._bundles import (
    CHECKED_IN,
    COMPANY,
    COMPANY_KEY,
    OPERATOR,
    REQUESTER,
    STRANGER,
    Maker,
    address,
)

NO_HEADER = b"no block header"


def parties(w: Writer) -> None:
    """Who stands behind a statement."""
    pin = f'\n[[company_key]]\ncompany = "{COMPANY}"\nkey = "{encode_hex(address(COMPANY_KEY))}"\n'
    pinned = POLICY + pin
    w.add(
        "company-pinned",
        "The policy pins the company's key.",
        0,
        {"statement/4/author": PASSED},
        policy=pinned,
        grades={"4": "company_signed"},
    )
    foreign = pinned.replace(f'company = "{COMPANY}"', 'company = "other.example"')
    w.add("pin-of-another-company", "A pin holds for its company only.", 0, {}, policy=foreign)
    opened = [MAIL.encoded]
    w.add(
        "disclosure",
        "An opened private field of a statement shown.",
        0,
        {"disclosures": PASSED},
        change=lambda v: v.update(disclosures=opened),
    )
    other = Disclosure.make(bytes(range(16)), "mail", "made up later").encoded
    w.add(
        "disclosure-of-no-statement",
        "A text that nobody committed to.",
        1,
        {"disclosures": FAILED},
        change=lambda v: v.update(disclosures=[other]),
        finding=None,
    )
    w.add(
        "disclosure-twice",
        "Listed twice.",
        1,
        {"disclosures": FAILED},
        change=lambda v: v.update(disclosures=opened * 2),
        finding=None,
    )


def other_cases(w: Writer) -> None:
    """Other statements: a stranger, a revocation, an unknown kind, another case, attesters."""
    w.other(
        "answer-of-a-stranger",
        "A refusal by a key that nobody bound.",
        made(stranger=True),
        {"4": "none"},
        {"statement/4/standing": None},
        found(answer="none", answers=[]),
    )
    grades = {"5": "none", "6": "none"}
    values = {"statement/5/author": NOT_CHECKED, "statement/6/author": NOT_CHECKED}
    w.other(
        "key-revoked",
        "After its binder revoked it the key's statements count no more; earlier ones stand.",
        made(extra=_revoke),
        grades,
        values,
        found(size=7, as_of="2026-10-14T18:08:16Z"),
    )
    unknown = lambda m: m.say("request.shouted", {"volume": 11}, COMPANY_KEY)  # noqa: E731
    later = found(size=6, as_of="2026-10-14T18:08:04Z")
    w.other(
        "kind-not-known",
        "A kind of a later version is shown, and not understood; the answer stands all the same.",
        made(extra=unknown),
        {"5": "none"},
        {"statement/5/author": NOT_CHECKED},
        later,
    )
    w.other(
        "quoted-number-wrong",
        "A stranger quotes a block under another number: that costs him his lower bound, and the others nothing.",
        made(extra=_wrong_number),
        {"5": "none"},
        {"statement/5/author": NOT_CHECKED, "statement/5/signed": NOT_CHECKED},
        later,
    )
    w.other(
        "quoted-block-no-header",
        "A stranger quotes the hash of bytes that are no block header.",
        made(extra=_no_header),
        {"5": "none"},
        {
            **{f"statement/5/{part}": NOT_CHECKED for part in ("author", "signed")},
            **{f"block/{keccak256(NO_HEADER).hex()}/{part}": NOT_CHECKED for part in ("canonical", "header")},
        },
        found(size=6),
    )
    prose = lambda m: m.say("case.confirmed", {**CHECKED_IN, "note": "they laughed"}, REQUESTER)  # noqa: E731
    w.other(
        "facts-outside-the-schema",
        "Forced in with a fact that does not exist.",
        made(extra=prose),
        {"5": "none"},
        {"statement/5/author": NOT_CHECKED},
        later,
    )
    w.other(
        "statement-of-another-case",
        "It belongs to another case, whose opening is not shown.",
        made(extra=_another_case),
        {"5": "none"},
        {"case": FAILED, "statement/5/author": NOT_CHECKED},
        None,
        1,
    )
    _attesters(w)


def requester_bound(w: Writer) -> None:
    """A company can bind any address without asking, the requester's too."""

    def more(maker: Maker) -> None:
        facts: dict[str, Json] = {
            "key": encode_hex(address(REQUESTER)),
            "method": "well_known",
            "checked_at": "2026-11-21T09:00:00Z",
        }
        maker.say("company.key_bound", facts, COMPANY_KEY, in_case=False)
        maker.say("request.shouted", {"volume": 11}, REQUESTER)
        maker.wanted = [company_key(address(REQUESTER), COMPANY)]

    w.other(
        "requester-bound-by-the-company",
        "What the requester's key wrote stays the requester's, and what is not understood of it makes no doubt.",
        made(extra=more, stranger=True),
        {"4": "none", "5": "operator_vouched", "6": "none"},
        {
            **{f"statement/{index}/author": NOT_CHECKED for index in (5, 6)},
            "statement/4/standing": None,
            "statement/5/standing": PASSED,
        },
        found(
            answer="none",
            answers=[],
            size=7,
            as_of="2026-10-14T18:08:16Z",
            company_keys=[encode_hex(address(COMPANY_KEY)), encode_hex(address(REQUESTER))],
        ),
    )


def _attesters(w: Writer) -> None:
    attested = POLICY + _attester()
    another = f'\n[[attester]]\nname = "another"\nkey = "{encode_hex(address(REQUESTER))}"\nscope = ["outage"]\n'
    values = {"statement/5/author": NOT_CHECKED, "statement/6/author": NOT_CHECKED}
    whole = {**values, "statement/6/standing": PASSED}
    last = found(size=7, as_of="2026-10-14T18:08:16Z")
    w.other(
        "attester-of-the-policy",
        "Bound by an attester that the policy believes.",
        made(extra=_attest),
        {"4": "operator_vouched", "5": "none", "6": "attested"},
        whole,
        last,
        policy=attested,
    )
    w.other(
        "attester-without-its-lists",
        "What an attester of the policy wrote, in the case and of the company's keys, must be shown too.",
        made(extra=_attest_without_lists),
        {"4": "operator_vouched", "5": "none", "6": "attested"},
        {**values, **not_complete()},
        None,
        3,
        policy=attested,
    )
    w.other(
        "attester-quorum-not-reached",
        "One attester where the policy asks for two.",
        made(extra=_attest),
        {"5": "none", "6": "operator_vouched"},
        whole,
        last,
        policy=attested.replace("staleness_days = 45", "staleness_days = 45\nattester_quorum = 2") + another,
    )


def _revoke(maker: Maker) -> None:
    facts: dict[str, Json] = {
        "key": encode_hex(address(COMPANY_KEY)),
        "method": "well_known",
        "checked_at": "2026-11-21T09:00:00Z",
    }
    maker.say("company.key_revoked", facts, OPERATOR, in_case=False)
    maker.say("request.acknowledged", {"received_on": "2026-11-21"}, COMPANY_KEY)


def _attest(maker: Maker) -> None:
    _attest_without_lists(maker)
    maker.wanted = [case_key(maker.case, address(STRANGER)), company_key(address(STRANGER), COMPANY)]


def _attest_without_lists(maker: Maker) -> None:
    facts: dict[str, Json] = {
        "key": encode_hex(address(COMPANY_KEY)),
        "method": "dns",
        "checked_at": "2026-11-21T09:00:00Z",
    }
    maker.say("company.key_bound", facts, STRANGER, in_case=False)
    maker.say("request.acknowledged", {"received_on": "2026-11-21"}, COMPANY_KEY)


def _attester() -> str:
    key = encode_hex(address(STRANGER))
    return f'\n[[attester]]\nname = "a registry"\nkey = "{key}"\nscope = ["company_key"]\n'


def _another_case(maker: Maker) -> None:
    case, maker.case = maker.case, sha256(b"another case")
    maker.say("case.confirmed", CHECKED_IN, REQUESTER)
    maker.case = case


def _wrong_number(maker: Maker) -> None:
    shown = maker.recent()
    maker.say("request.shouted", {"volume": 11}, STRANGER, recent=RecentBlock(shown.hash, shown.number + 1))


def _no_header(maker: Maker) -> None:
    maker.blocks[keccak256(NO_HEADER)] = NO_HEADER
    maker.say("request.shouted", {"volume": 11}, STRANGER, recent=RecentBlock(keccak256(NO_HEADER), 7))
