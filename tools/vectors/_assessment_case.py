"""The case behind the assessment vectors, what its checks are worth, and the writer of cases."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

from ledger.disclosure import Disclosure
from ledger.encoding import encode_hex, encode_json
from ledger.evm import keccak256, parse_header
from ledger.leaf import INDEX_V1, case_key, company_key
from tools.vectors._bundles import (
    AUDITOR,
    COMPANY,
    COMPANY_KEY,
    OPENED,
    OPERATOR,
    REFUSED,
    REQUESTER,
    SENT,
    START,
    STRANGER,
    Maker,
    address,
    bind_company,
    open_ledger,
    policy_bytes,
)
from tools.vectors.writing import Cases

ASSESS = "assessment.assess"
NOW = START + 86_400
PASSED, CONDITIONAL, NOT_CHECKED, FAILED = "passed", "conditional", "not checked", "failed"
Value = dict[str, Any]
Change = Callable[[Value], object]
MAIL = Disclosure.make(bytes(16), "mail", "kept by its author")
GRADES = {"0": "none", "1": "none", "2": "self_stated", "3": "self_stated", "4": "operator_vouched"}
SIZE = 6
"""Leaves 0 to 4 are statements, leaf 5 is the index leaf."""


def made(*, stranger: bool = False, extra: Callable[[Maker], object] | None = None, **fields: Any) -> Maker:
    """The case of the folder; ``extra`` says more before the anchor, ``fields`` are of the maker."""
    maker = Maker(transactions=1, **{"rule": INDEX_V1, "auditors": (AUDITOR,), **fields})
    open_ledger(maker)
    bind_company(maker)
    maker.say("case.opened", OPENED, REQUESTER, in_case=False)
    sent = maker.say("request.sent", SENT, REQUESTER, digests=(MAIL.digest,))
    maker.submit(sent)
    maker.say("request.refused", REFUSED, STRANGER if stranger else COMPANY_KEY)
    if extra is not None:
        extra(maker)
    maker.anchor()
    return maker


def plain(maker: Maker) -> Value:
    value: Value = json.loads(maker.bundle().encode())
    return value


MAKER = made()
WHOLE = plain(MAKER)
BUNDLE = MAKER.bundle()
ANCHOR = parse_header(BUNDLE.anchors[SIZE].proof.header).hash.hex()
TICKET = parse_header(BUNDLE.submitted[0].header).hash.hex()
QUOTED = {index: item.signed.statement.recent_block.hash.hex() for index, item in BUNDLE.statements.items()}
BLOCKS = sorted(block.hex() for block in BUNDLE.blocks)
POLICY = policy_bytes([AUDITOR]).decode("ascii")
LISTS = {
    "requester": case_key(MAKER.case, address(REQUESTER)).hex(),
    "company": case_key(MAKER.case, address(COMPANY_KEY)).hex(),
    "by-operator": company_key(address(OPERATOR), COMPANY).hex(),
    "by-company": company_key(address(COMPANY_KEY), COMPANY).hex(),
}
"""Whose list it is, to its key in the index; the last one is empty."""
FINDING: Value = {
    "answer": "recorded",
    "value": PASSED,
    "as_of": "2026-10-14T18:07:52Z",  # of block 106, twelve seconds a block after START
    "size": 5,
    "company": COMPANY,
    "company_keys": [encode_hex(address(COMPANY_KEY))],
    "answers": [4],
    "why": None,
    "check_in": None,
    "index": "replayed",
    "replayed_by": ["auditor.example/habeas"],
    "operator_is_party": False,
    "not_counted": [],
}
EVERYTHING: Value = {
    "canonical": [ANCHOR, TICKET, *BLOCKS],
    "head_size": SIZE,
    "code_hash": keccak256(b"code").hex(),
}


def base(above: str) -> dict[str, str]:
    """What every check is worth when blocks are known (``above`` passed) or not (not checked)."""
    below = PASSED if above == PASSED else CONDITIONAL
    checks = {"bundle": PASSED, "case": PASSED, "disclosures": NOT_CHECKED, "ledger": PASSED, "ledger/opened": below}
    checks |= {"checkpoint": below, "fresh": above} | dict.fromkeys(INDEX_CHECKS, below)
    checks |= {"contract": above, "newest-head": above}
    for index, block in QUOTED.items():
        checks[f"statement/{index}/signature"] = PASSED
        checks[f"statement/{index}/author"] = NOT_CHECKED if index == 4 else PASSED
        checks[f"statement/{index}/recorded"] = checks[f"statement/{index}/signed"] = below
        checks[f"block/{block}/canonical"], checks[f"block/{block}/header"] = above, below
    for name in (f"anchor/{SIZE}", "submitted/0"):
        checks[f"{name}/canonical"], checks[f"{name}/receipt"] = above, below
    checks[f"anchor/{SIZE}/index-leaf"] = below
    return checks


INDEX_CHECKS = (
    *("index", "index/agrees", "index/replayed", "complete", "statement/4/standing"),
    *(f"list/{key}" for key in LISTS.values()),
)


def no_index() -> dict[str, str | None]:
    """The index leaf is not proven, or no index is shown: nothing hangs below 9.1."""
    return {**dict.fromkeys(INDEX_CHECKS, None), "index": NOT_CHECKED}


def not_complete() -> dict[str, str | None]:
    """Something of the parties is missing; the lists are what they are."""
    return {"complete": NOT_CHECKED, "statement/4/standing": None}


class Writer:
    """Adds cases; a change of None in ``differs`` means that the check is not there, and of None in
    ``finding`` that there is no finding."""

    def __init__(self) -> None:
        self.cases = Cases("assessment")

    def add(
        self,
        name: str,
        why: str,
        exit_code: int,
        differs: Mapping[str, str | None],
        *,
        change: Change | None = None,
        whole: Value = WHOLE,
        known: bool = True,
        grades: Mapping[str, str | None] | None = None,
        finding: Value | None = FINDING,
        policy: str = POLICY,
        **given: Any,
    ) -> None:
        """One case: the whole bundle changed, the base result differing."""
        value = copy.deepcopy(whole)
        if change is not None:
            change(value)
        observed = {**(EVERYTHING if known else {}), **given}
        inputs = {
            "bundle": encode_json(value).decode("ascii"),
            "policy": policy,
            "now": NOW,
            **{member: item for member, item in observed.items() if item is not None},
        }
        checks = merged(base(PASSED if known else NOT_CHECKED), differs)
        if finding is not None and not known:
            finding = {**finding, "value": CONDITIONAL}
        ok = {"exit": exit_code, "checks": checks, "grades": merged(GRADES, grades or {}), "finding": finding}
        self.cases.good(name, ASSESS, inputs, ok, why)

    def other(
        self,
        name: str,
        why: str,
        maker: Maker,
        grades: Mapping[str, str | None],
        differs: Mapping[str, str | None],
        finding: Value | None,
        exit_code: int = 0,
        *,
        policy: str = POLICY,
        change: Change | None = None,
        as_of: int | None = None,
        **given: Any,
    ) -> None:
        """A case of its own: every check that its parts call for passed, but for what differs."""
        bundle = maker.bundle(as_of)
        value: Value = json.loads(bundle.encode())
        if change is not None:
            change(value)
        headers = [*(item.proof.header for item in bundle.anchors.values()), *bundle.blocks.values()]
        headers += [proof.header for proof in bundle.submitted.values()]
        inputs = {
            "bundle": encode_json(value).decode("ascii"),
            "policy": policy,
            "now": NOW,
            **EVERYTHING,
            "canonical": [keccak256(header).hex() for header in headers if len(header) > 100],
            "head_size": max(maker.anchors),
            **given,
        }
        by_hand = {**GRADES, **grades}
        unshown = {index: None for index in GRADES if index not in value["statements"]}
        ok = {
            "exit": exit_code,
            "checks": merged(_called_for(value), differs),
            "grades": merged(by_hand, unshown),
            "finding": finding,
        }
        self.cases.good(name, ASSESS, inputs, ok, why)


def _called_for(value: Value) -> dict[str, str]:
    """The names of all checks of a bundle, from its plain JSON: passed, but for what is never shown here."""
    names = ["bundle", "case", "ledger", "ledger/opened", "checkpoint", "fresh", "contract", "newest-head"]
    for index, item in value["statements"].items():
        names += [f"statement/{index}/{part}" for part in ("signature", "author", "recorded", "signed")]
        block = item["signed"]["statement"]["recent_block"]["hash"][2:]
        names += [f"block/{block}/{part}" for part in ("canonical", "header")]
    for size in value["anchors"]:
        names += [f"anchor/{size}/{part}" for part in ("canonical", "receipt", "index-leaf")]
    for ticket in value.get("submitted", {}):
        names += [f"submitted/{ticket}/{part}" for part in ("canonical", "receipt")]
    names += ["index", "index/agrees", "index/replayed", "complete"]
    names += [f"list/{key[2:]}" for key in value.get("index", {"lists": {}})["lists"]]
    checks = dict.fromkeys(names, PASSED) | {"disclosures": NOT_CHECKED}
    if "4" in value["statements"]:  # the company's answer, unless the case says otherwise
        checks |= {"statement/4/author": NOT_CHECKED, "statement/4/standing": PASSED}
    return checks


def found(**changes: object) -> Value:
    """The finding of the base case, but for ``changes``."""
    assert changes.keys() <= FINDING.keys()
    return {**FINDING, **changes}


def merged(held: Mapping[str, str], differs: Mapping[str, str | None]) -> dict[str, str]:
    """``held`` with ``differs`` put in; None takes a check out."""
    merged = {**held, **differs}
    return {name: value for name, value in sorted(merged.items()) if value is not None}


def missing(*more: Mapping[str, str | None]) -> dict[str, str | None]:
    """``not_complete`` and what else differs."""
    return {name: value for part in (not_complete(), *more) for name, value in part.items()}


def every(ending: str, value: str) -> dict[str, str | None]:
    """``value`` for each check of the base with this ending."""
    return {name: value for name in base(PASSED) if name.endswith(ending)}


def without(ending: str) -> dict[str, str | None]:
    """Each check of the base that holds ``ending`` is not there."""
    return {name: None for name in base(PASSED) if ending in name}
