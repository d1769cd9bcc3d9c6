"""What due dates cost: bundles assessed under the law of their case, the dates alone, and a finding as JSON."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable

from ledger.assessment import Assessment, assess
from ledger.bundle import Bundle, parse_bundle
from ledger.evm import keccak256
from ledger.finding.case import find
from ledger.finding.law import shipped_law
from ledger.finding.shown import finding_json
from ledger.policy import TrustPolicy, parse_policy
from ledger.verification.checks import Value
from ledger.verification.observed import Observed
from ledger.verification.parties import operator_of
from ledger.verification.procedure import Procedure
from ledger.verification.silence import find_silence
from tests.bench import cases
from tests.bench.bundles import _REMEMBERING
from tests.bench.figures import Figure, at_least, at_most
from tools.vectors._matter import Matter, policy_text

_ROUNDS = 200


def findings() -> list[Figure]:
    """Milliseconds to parse and assess with due dates; findings a second, and as JSON in both languages."""
    raw, _ = cases.one_bundle()
    policy, observed, now = cases.policy(), _known(parse_bundle(raw)), cases.NOW
    _good(_assess(raw, policy, observed, now), "in_time", 1)
    busy, trust = _busy(), parse_policy(policy_text().encode())
    later = _known(parse_bundle(busy)), 1_803_000_000
    _good(_assess(busy, trust, *later), "late", 4)
    how = (
        f"parse_bundle and assess under the shipped rule, CPU time, median of {_ROUNDS} in one process; policy and rule"
        " read before, holidays known, nothing remembered of other bundles"
    )
    made = _assess(busy, trust, *later)
    dates, shown = _dates(busy, trust, *later), _shown(made)
    return [
        at_most(
            "finding_verify_ms",
            _median(lambda: _assess(raw, policy, observed, now)),
            "ms",
            5,
            f"{how}; that of verify_ms",
        ),
        at_most(
            "finding_busy_verify_ms",
            _median(lambda: _assess(busy, trust, *later)),
            "ms",
            None,
            f"{how}; 14 statements in 14 anchors: notice, question, lock, outage, late answer, attester",
        ),
        at_least(
            "finding_dates_per_s",
            1000 / dates,
            "/s",
            None,
            "the finding of that busy case alone, its checks made before",
        ),
        at_least(
            "finding_json_per_s", 1000 / shown, "/s", None, "that finding as JSON, every sentence in both languages"
        ),
    ]


def _busy() -> bytes:
    """A whole matter: everything that a due date can hang on."""
    matter = Matter()
    matter.sent("2026-10-20", "2026-10-20")
    receipt = matter.company("2026-10-22", "request.acknowledged", received_on="2026-10-22")
    matter.attest("2026-10-23", receipt, "document")
    matter.company("2026-10-24", "request.action_required", what="identity_document", on="2026-10-24")
    matter.say("2026-10-26", "request.action_supplied", what="identity_document", on="2026-10-26")
    matter.company("2026-11-10", "deadline.extended", notified_on="2026-11-10", reason="complexity", until="2027-01-20")
    matter.say("2026-11-12", "account.suspended", on="2026-11-12", stated_reason="security", notice="none")
    matter.say("2026-11-13", "service.outage", at="2026-11-13T06:00:00Z", service="all", upstream=[])
    matter.say("2026-11-14", "service.restored", at="2026-11-14T06:00:00Z", service="all", upstream=[])
    matter.company("2026-11-20", "account.restored", on="2026-11-20")
    refused = matter.company(
        "2027-01-29", "request.refused", answered_on="2027-01-29", mode="sent", reasons=["excessive"]
    )
    matter.say("2027-01-30", "statement.disputed", statement="0x" + refused.id.hex(), because="reason_not_accepted")
    return matter.bundle("2027-01-31").encode()


def _known(bundle: Bundle) -> Observed:
    """Every block is on the chain."""
    headers = [*(item.proof.header for item in bundle.anchors.values()), *bundle.blocks.values()]
    return Observed(canonical={keccak256(header): "the bench" for header in headers})


def _assess(raw: bytes, policy: TrustPolicy, observed: Observed, now: int) -> Assessment:
    bundle = parse_bundle(raw)
    return assess(bundle, policy, observed, now, shipped_law(bundle))


def _good(result: Assessment, said: str, periods: int) -> None:
    """It is the finding that it should be."""
    finding = result.finding
    failed = [item.check.name for item in result.checks if item.value is Value.FAILED]
    if failed or finding is None or finding.due.latest is None or finding.lateness is None:
        raise SystemExit(f"a bundle of the bench has no due dates: {failed}")
    if (finding.lateness.said, len(finding.periods)) != (said, periods):
        raise SystemExit(
            f"the bench expected {said} and {periods} periods, not {finding.lateness.said}, {finding.periods}"
        )


def _median(work: Callable[[], object]) -> float:
    times = []
    gc.collect()
    for _ in range(_ROUNDS):
        for function in _REMEMBERING:
            function.cache_clear()
        start = time.process_time()
        work()
        times.append(1000 * (time.process_time() - start))
    return statistics.median(times)


def _dates(raw: bytes, policy: TrustPolicy, observed: Observed, now: int) -> float:
    """Milliseconds of ``find`` alone."""
    bundle = parse_bundle(raw)
    made, work = assess(bundle, policy, observed, now), Procedure(bundle, policy, observed, now)
    work.check()
    complete, law = work.index.complete, shipped_law(bundle)
    assert complete is not None and made.finding is not None, "the bench has looked"
    bounds = {view.shown.index: view.bounds for view in made.statements}
    as_of = made.finding.silence.as_of
    silence = find_silence(bundle.case, bundle.statements, work.parties, complete, as_of, operator_of(bundle, policy))
    return _median(lambda: find(bundle.case, complete, silence, policy, bounds, law))


def _shown(made: Assessment) -> float:
    finding = made.finding
    assert finding is not None, "the bench has looked"
    return _median(lambda: finding_json(finding, Value.PASSED))
