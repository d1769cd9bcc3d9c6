"""Assessment cases about persons: keys, attesters, disclosures, kinds that are not understood."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.disclosure import Disclosure
from ledger.encoding import Json, encode_hex, sha256
from ledger.evm import keccak256, parse_header
from ledger.statement import RecentBlock
from tools.vectors._assessment_case import (
    ASSESS,
    EVERYTHING,
    FAILED,
    GRADES,
    MAIL,
    NOT_CHECKED,
    NOW,
    PASSED,
    Writer,
    made,
    merged,
)
from tools.vectors._assessment_case import (
    base as base_result,
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
    policy_bytes,
)

NO_HEADER = b"no block header"


def parties(w: Writer) -> None:
    """Who stands behind a statement."""
    pin = f'\n[[company_key]]\ncompany = "{COMPANY}"\nkey = "{encode_hex(address(COMPANY_KEY))}"\n'
    pinned = policy_bytes().decode() + pin
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
    )
    w.add(
        "disclosure-twice",
        "Listed twice.",
        1,
        {"disclosures": FAILED},
        change=lambda v: v.update(disclosures=opened * 2),
    )


def other_cases(w: Writer) -> None:
    """Other statements: a stranger, a revocation, an unknown kind, another case, attesters."""
    _other(w, "answer-of-a-stranger", "A refusal by a key that nobody bound.", made(stranger=True), {"4": "none"}, {})
    grades = {"5": "none", "6": "none"}
    values = {"statement/5/author": NOT_CHECKED, "statement/6/author": NOT_CHECKED}
    _other(
        w,
        "key-revoked",
        "After its binder revoked it the key's statements count no more; earlier ones stand.",
        made(extra=_revoke),
        grades,
        values,
    )
    unknown = lambda m: m.say("request.shouted", {"volume": 11}, COMPANY_KEY)  # noqa: E731
    _other(
        w,
        "kind-not-known",
        "A kind of a later version is shown, and not understood.",
        made(extra=unknown),
        {"5": "none"},
        {"statement/5/author": NOT_CHECKED},
    )
    _other(
        w,
        "quoted-number-wrong",
        "A stranger quotes a block under another number: that costs him his lower bound, and the others nothing.",
        made(extra=_wrong_number),
        {"5": "none"},
        {"statement/5/author": NOT_CHECKED, "statement/5/signed": NOT_CHECKED},
    )
    _other(
        w,
        "quoted-block-no-header",
        "A stranger quotes the hash of bytes that are no block header.",
        made(extra=_no_header),
        {"5": "none"},
        {
            **{f"statement/5/{part}": NOT_CHECKED for part in ("author", "signed")},
            **{f"block/{keccak256(NO_HEADER).hex()}/{part}": NOT_CHECKED for part in ("canonical", "header")},
        },
    )
    prose = lambda m: m.say("case.confirmed", {**CHECKED_IN, "note": "they laughed"}, REQUESTER)  # noqa: E731
    _other(
        w,
        "facts-outside-the-schema",
        "Forced in with a fact that does not exist.",
        made(extra=prose),
        {"5": "none"},
        {"statement/5/author": NOT_CHECKED},
    )
    _other(
        w,
        "statement-of-another-case",
        "It belongs to another case, whose opening is not shown.",
        made(extra=_another_case),
        {"5": "none"},
        {"case": FAILED, "statement/5/author": NOT_CHECKED},
        1,
    )
    attested = policy_bytes().decode() + _attester()
    _other(
        w,
        "attester-of-the-policy",
        "Bound by an attester that the policy believes.",
        made(extra=_attest),
        {"4": "operator_vouched", "5": "none", "6": "attested"},
        {"statement/5/author": NOT_CHECKED, "statement/6/author": NOT_CHECKED},
        policy=attested,
    )
    two = attested.replace("staleness_days = 45", "staleness_days = 45\nattester_quorum = 2")
    _other(
        w,
        "attester-quorum-not-reached",
        "One attester where the policy asks for two.",
        made(extra=_attest),
        {"5": "none", "6": "operator_vouched"},
        {"statement/5/author": NOT_CHECKED, "statement/6/author": NOT_CHECKED},
        policy=two,
    )


def _other(
    w: Writer,
    name: str,
    why: str,
    maker: Maker,
    grades: Mapping[str, str],
    values: Mapping[str, str],
    exit_code: int = 0,
    policy: str | None = None,
) -> None:
    """A case with other statements: the base result with its blocks and sizes."""
    bundle = maker.bundle()
    size = max(bundle.anchors)
    checks = {n: v for n, v in base_result(PASSED).items() if not n.startswith(("block/", "anchor/"))}
    for index, item in bundle.statements.items():
        block = item.signed.statement.recent_block.hash.hex()
        names = [f"statement/{index}/{part}" for part in ("signature", "author", "recorded", "signed")]
        for check in (*names, f"block/{block}/canonical", f"block/{block}/header"):
            checks.setdefault(check, PASSED)
    checks |= {f"anchor/{size}/{part}": PASSED for part in ("canonical", "receipt", "index-leaf")}
    headers = [bundle.anchors[size].proof.header, bundle.submitted[0].header, *bundle.blocks.values()]
    headers = [header for header in headers if header != NO_HEADER]
    inputs = {
        "bundle": bundle.encode().decode("ascii"),
        "policy": policy or policy_bytes().decode("ascii"),
        "now": NOW,
        **EVERYTHING,
        "canonical": [parse_header(header).hash.hex() for header in headers],
        "head_size": size,
    }
    ok = {"exit": exit_code, "checks": merged(checks, values), "grades": merged(GRADES, grades)}
    w.cases.good(name, ASSESS, inputs, ok, why)


def _revoke(maker: Maker) -> None:
    facts: dict[str, Json] = {
        "key": encode_hex(address(COMPANY_KEY)),
        "method": "well_known",
        "checked_at": "2026-11-21T09:00:00Z",
    }
    maker.say("company.key_revoked", facts, OPERATOR, in_case=False)
    maker.say("request.acknowledged", {"received_on": "2026-11-21"}, COMPANY_KEY)


def _attest(maker: Maker) -> None:
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
