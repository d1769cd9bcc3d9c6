"""The case behind the assessment vectors, what its checks are worth, and the writer of cases."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any

from ledger.disclosure import Disclosure
from ledger.encoding import encode_json
from ledger.evm import keccak256, parse_header
from tools.vectors._bundles import (
    COMPANY_KEY,
    OPENED,
    REFUSED,
    REQUESTER,
    SENT,
    START,
    STRANGER,
    Maker,
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


def made(*, stranger: bool = False, extra: Callable[[Maker], object] | None = None) -> Maker:
    """The case of the folder; ``extra`` says more before the anchor."""
    maker = Maker(transactions=1)
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
EVERYTHING: Value = {
    "canonical": [ANCHOR, TICKET, *BLOCKS],
    "head_size": SIZE,
    "code_hash": keccak256(b"code").hex(),
}


def base(above: str) -> dict[str, str]:
    """What every check is worth when blocks are known (``above`` passed) or not (not checked)."""
    below = PASSED if above == PASSED else CONDITIONAL
    checks = {"bundle": PASSED, "case": PASSED, "disclosures": NOT_CHECKED, "ledger": PASSED, "ledger/opened": PASSED}
    checks |= {"checkpoint": below, "fresh": above, "index": NOT_CHECKED}
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


class Writer:
    """Adds cases; a change of None in ``differs`` means that the check is not there."""

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
        policy: str | None = None,
        **given: Any,
    ) -> None:
        """One case: the whole bundle changed, the base result differing."""
        value = copy.deepcopy(whole)
        if change is not None:
            change(value)
        observed = {**(EVERYTHING if known else {}), **given}
        inputs = {
            "bundle": encode_json(value).decode("ascii"),
            "policy": policy or policy_bytes().decode("ascii"),
            "now": NOW,
            **{member: item for member, item in observed.items() if item is not None},
        }
        checks = merged(base(PASSED if known else NOT_CHECKED), differs)
        ok = {"exit": exit_code, "checks": checks, "grades": merged(GRADES, grades or {})}
        self.cases.good(name, ASSESS, inputs, ok, why)


def merged(held: Mapping[str, str], differs: Mapping[str, str | None]) -> dict[str, str]:
    """``held`` with ``differs`` put in; None takes a check out."""
    merged = {**held, **differs}
    return {name: value for name, value in sorted(merged.items()) if value is not None}


def every(ending: str, value: str) -> dict[str, str | None]:
    """``value`` for each check of the base with this ending."""
    return {name: value for name in base(PASSED) if name.endswith(ending)}


def without(ending: str) -> dict[str, str | None]:
    """Each check of the base that holds ``ending`` is not there."""
    return {name: None for name in base(PASSED) if ending in name}
