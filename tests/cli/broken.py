"""A small case for breaking, what was observed of its chain, and the order in which results count."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from ledger.assessment import Assessment, assess
from ledger.bundle import Bundle, parse_bundle
from ledger.disclosure import Disclosure
from ledger.encoding import encode_hex, encode_json
from ledger.errors import HabeasError
from ledger.evm import keccak256, parse_header
from ledger.finding.case import Finding
from ledger.finding.law import shipped_law
from ledger.finding.shown import finding_json
from ledger.leaf import INDEX_V1
from ledger.policy import CompanyPin, TrustPolicy, parse_policy
from ledger.verification.checks import Value
from ledger.verification.observed import Observed
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
    finding: Finding | None = None
    finding_value: Value = Value.NOT_CHECKED

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
        return "" if self.finding is None else _flipped(self, base)


def _flipped(after: Outcome, base: Outcome) -> str:
    """How the finding says more than before, or something else. It may become undetermined, lose a name or a bound."""
    now, before = after.finding, base.finding
    assert now is not None, "the caller has looked"
    if before is None:
        return "a finding where none was"
    one, other = now.silence, before.silence
    if one.said not in (other.said, "undetermined"):
        return f"{other.said} became {one.said}"
    if one.as_of > other.as_of or one.size > other.size:
        return "the finding reaches further"
    for name in ("company", "company_keys", "check_in", "operator_is_party"):
        if getattr(one, name) != getattr(other, name):
            return f"{name} changed"
    if not set(one.answers) <= set(other.answers) or not set(one.replayed_by) <= set(other.replayed_by):
        return "answers or auditors were added"
    is_known = after.finding_value is Value.PASSED
    # The receipt of a direct submission bounds a record from above and can be left out: dates may then widen.
    is_direct = any(name.startswith("submitted/") for name in base.values)
    same_blocks = is_known or _blocks(now).items() <= _blocks(before).items()
    return (
        _another_case(now, before)
        or (_other_dates(now, before) if is_known and not is_direct else _narrower_dates(now, before))
        or (_more_of_the_bounds(now, before, is_known, is_direct) if same_blocks else "")
    )


def _blocks(finding: Finding) -> Mapping[tuple[int, str], bytes]:
    """The block of each bound: whoever makes up a block that nobody knows makes up another condition."""
    said = finding.timeline.said
    bounds = [((item.index, side), getattr(item, side)) for item in said for side in ("lower", "upper")]
    return {place: bound.block for place, bound in bounds if bound is not None}


def _another_case(now: Finding, before: Finding) -> str:
    """What rests on no bound, or on known blocks alone, stays as it is."""
    shown, held = (finding_json(item, Value.PASSED) for item in (now, before))
    names = ("state", "outcome", "grade", "outcome_entry", "contested_by", "complaints", "revoked_keys")
    return next((f"{name} changed" for name in names if shown[name] != held[name]), "")


def _other_dates(now: Finding, before: Finding) -> str:
    """Where every block is known that an entry stands under, no date moves at all."""
    shown, held = (finding_json(item, Value.PASSED) for item in (now, before))
    return next((f"{name} changed" for name in ("delivery", "due", "next") if shown[name] != held[name]), "")


def _narrower_dates(now: Finding, before: Finding) -> str:
    """Without a known block nobody says by when an entry was recorded: dates may widen."""
    if (now.delivery is None) != (before.delivery is None):
        return "a delivery appeared or vanished"
    if now.delivery is not None and before.delivery is not None:
        if (now.delivery.proven_by or date.max) < (before.delivery.proven_by or date.max):
            return "arrival is proven earlier"
        if now.delivery.stated_on > before.delivery.stated_on:
            return "arrival is stated later"
    if (now.due.earliest or date.min) > (before.due.earliest or date.max):
        return "the earliest due date is later"
    if (now.due.latest or date.max) < (before.due.latest or date.max):
        return "the latest due date is earlier"
    return ""


def _more_of_the_bounds(now: Finding, before: Finding, after_known: bool, is_direct: bool) -> str:
    """What the rest of the finding says more: only what rests on a bound may be lost, and nothing changes."""
    late, was = now.lateness, before.lateness
    if (late is None) != (was is None):
        return "lateness appeared or vanished"
    if late is not None and was is not None and late.said not in (was.said, "not_decided"):
        return f"{was.said} became {late.said}"
    if late is not None and was is not None and late.said == was.said and late.value > was.value:
        return "lateness is worth more"
    if not {item.entry for item in now.back_dated} <= {item.entry for item in before.back_dated}:
        return "a statement became back-dated"
    for notice in now.late_notices:
        if notice not in before.late_notices:
            return "a notice became late"
    for period in now.periods:
        same = [item for item in before.periods if (item.cause, item.entries) == (period.cause, period.entries)]
        if not same:
            return f"a period of {period.cause} appeared"
        if is_direct and period.start.first <= same[0].start.first:  # type: ignore[operator]
            period = replace(period, start=replace(period.start, first=same[0].start.first))
        if period != same[0] and after_known:
            return f"a period of {period.cause} changed"
    spans = [(item.delay.least, item.delay.most) if item.delay else (None, None) for item in (now, before)]
    if any(span is not None and span != old for span, old in zip(*spans, strict=True)):
        return "a delay changed"
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
        result: Assessment = assess(bundle, trust or policy(), observed, now, shipped_law(bundle))
    except HabeasError:
        return Outcome(2, {})
    values = {item.check.name: item.value for item in result.checks}
    return Outcome(result.exit_code, values, result.finding, result.finding_value)


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
