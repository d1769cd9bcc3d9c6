"""A small case for breaking, what was observed of its chain, and the order in which results count."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ledger.assessment import Assessment, assess
from ledger.bundle import Bundle, parse_bundle
from ledger.checks import Value
from ledger.disclosure import Disclosure
from ledger.encoding import encode_hex, encode_json
from ledger.errors import HabeasError
from ledger.evm import keccak256, parse_header
from ledger.leaf import INDEX_V1
from ledger.observed import Observed
from ledger.policy import CompanyPin, TrustPolicy, parse_policy
from ledger.silence import Silence
from tools.vectors._bundles import (
    AUDITOR,
    CHECKED_IN,
    COMPANY,
    COMPANY_KEY,
    OPENED,
    REFUSED,
    REQUESTER,
    SENT,
    START,
    Maker,
    address,
    open_ledger,
    policy_bytes,
)

NOW = START + 86_400
# A refusal to read the file (2) is no result, so it is never a better one.
EXIT_ORDER = {1: 0, 2: 0, 3: 1, 0: 2}


@cache
def policy() -> TrustPolicy:
    """The made-up ledger, its auditor, and the company's key pinned, so that every check can pass."""
    pin = f'\n[[company_key]]\ncompany = "{COMPANY}"\nkey = "{encode_hex(address(COMPANY_KEY))}"\n'
    parsed = parse_policy(policy_bytes([AUDITOR]) + pin.encode())
    assert parsed.company_keys == (CompanyPin(COMPANY, address(COMPANY_KEY)),)
    return parsed


def case_maker() -> Maker:
    """Every part a bundle can have, as small as may be: two anchors, a ticket, a disclosure, a checkpoint, lists."""
    maker = Maker(transactions=1, rule=INDEX_V1, auditors=(AUDITOR,))
    open_ledger(maker)
    maker.say("case.opened", OPENED, REQUESTER, in_case=False)
    opened = Disclosure.make(bytes(16), "mail", "kept by its author")
    maker.disclosures = (opened.encoded,)
    maker.submit(maker.say("request.sent", SENT, REQUESTER, digests=(opened.digest,)))
    maker.anchor()
    maker.say("request.refused", REFUSED, COMPANY_KEY)
    maker.say("case.confirmed", CHECKED_IN, REQUESTER)
    maker.anchor()
    return maker


@cache
def bundle_bytes() -> bytes:
    """The bundle of that case."""
    return case_maker().bundle().encode()


def everything_of(bundle: Bundle) -> Observed:
    """Every block of the bundle is vouched for; code and head are known."""
    headers = [anchor.proof.header for anchor in bundle.anchors.values()]
    headers += [proof.header for proof in bundle.submitted.values()]
    headers += list(bundle.blocks.values())
    return Observed({keccak256(header): "a test" for header in headers}, {}, max(bundle.anchors), keccak256(b"code"))


@cache
def observations() -> Mapping[str, Observed]:
    """What a verifier may know of the chain: nothing, all of it, or half of it."""
    bundle = parse_bundle(bundle_bytes())
    headers = [anchor.proof.header for anchor in bundle.anchors.values()]
    headers += [proof.header for proof in bundle.submitted.values()]
    headers += list(bundle.blocks.values())
    hashes = [parse_header(header).hash for header in headers]
    newest = max(bundle.anchors)
    oldest = parse_header(bundle.anchors[min(bundle.anchors)].proof.header).hash
    return {
        "offline": Observed(),
        "everything": Observed(dict.fromkeys(hashes, "a test"), {}, newest, keccak256(b"code")),
        "oldest-anchor": Observed({oldest: "a test"}),
        "newer-head": Observed(dict.fromkeys(hashes, "a test"), {}, newest + 3, keccak256(b"code")),
        "lagging-head": Observed(dict.fromkeys(hashes, "a test"), {}, min(bundle.anchors), keccak256(b"code")),
    }


@dataclass(frozen=True, slots=True)
class Outcome:
    """Exit code, value of each check, and finding; nothing of it where the file was refused."""

    exit: int
    values: Mapping[str, Value]
    finding: Silence | None = None

    @property
    def failed(self) -> set[str]:
        """The checks that failed."""
        return {name for name, value in self.values.items() if value is Value.FAILED}

    def better(self, base: Outcome) -> str:
        """What is better here than in ``base``, or another finding; empty where nothing is."""
        if EXIT_ORDER[self.exit] > EXIT_ORDER[base.exit]:
            return f"exit {base.exit} became {self.exit}"
        for name, value in self.values.items():
            if name in base.values and value > base.values[name]:
                return f"{name}: {base.values[name].word} became {value.word}"
        return "" if self.finding is None else _flipped(self.finding, base.finding)


def _flipped(now: Silence, before: Silence | None) -> str:
    """How the finding says more than before, or something else. It may become undetermined, or lose a name."""
    if before is None:
        return "a finding where none was"
    if now.said not in (before.said, "undetermined"):
        return f"{before.said} became {now.said}"
    if now.as_of > before.as_of or now.size > before.size:
        return "the finding reaches further"
    same = ("company", "company_keys", "check_in", "operator_is_party")
    for name in same:
        if getattr(now, name) != getattr(before, name):
            return f"{name} changed"
    if not set(now.answers) <= set(before.answers) or not set(now.replayed_by) <= set(before.replayed_by):
        return "answers or auditors were added"
    return ""


def outcome(data: bytes, observed: Observed, trust: TrustPolicy | None = None, now: int = NOW) -> Outcome:
    """The assessment of ``data``; only errors of the tree count as a refusal."""
    try:
        bundle = parse_bundle(data)
    except HabeasError:
        return Outcome(2, {})
    return outcome_of(bundle, observed, trust, now)


def outcome_of(bundle: Bundle, observed: Observed, trust: TrustPolicy | None = None, now: int = NOW) -> Outcome:
    """The assessment of a bundle that is read already."""
    try:
        result: Assessment = assess(bundle, trust or policy(), observed, now)
    except HabeasError:
        return Outcome(2, {})
    values = {item.check.name: item.value for item in result.checks}
    return Outcome(result.exit_code, values, result.finding)


def without_each_part(data: bytes) -> Iterator[tuple[str, bytes]]:
    """The bundle without one member or list item, at every depth."""
    whole = json.loads(data)
    for path in _paths(whole, ()):
        shorter = copy.deepcopy(whole)
        place: Any = shorter
        for step in path[:-1]:
            place = place[step]
        del place[path[-1]]
        yield "/".join(map(str, path)), encode_json(shorter)


def _paths(value: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, item in items:
        yield (*path, step)
        yield from _paths(item, (*path, step))
