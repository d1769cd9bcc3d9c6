"""A matter told on real dates, and what an assessment says of it."""

from __future__ import annotations

from ledger.assessment import Assessment, assess
from ledger.finding.case import Finding
from ledger.finding.law import shipped_law
from ledger.finding.told import told
from ledger.policy import TrustPolicy, parse_policy
from ledger.verification.observed import Observed
from ledger.words import Language
from tests.cli.broken import everything_of
from tools.vectors import _matter
from tools.vectors._matter import policy_text


def policy(*, pinned: bool = True, attesters: int = 2, quorum: int = 1) -> TrustPolicy:
    """The parsed policy."""
    return parse_policy(policy_text(pinned=pinned, attesters=attesters, quorum=quorum).encode())


class Matter(_matter.Matter):
    """With what a verifier makes of it."""

    def assessed(self, now: str, trust: TrustPolicy | None = None, *, known: bool = True) -> Assessment:
        """The assessment at ``now``; with ``known`` every block is known to be on the chain."""
        bundle = self.bundle(now)
        observed = everything_of(bundle) if known else Observed()
        return assess(bundle, trust or policy(), observed, self.maker.time + 60, shipped_law(bundle))

    def finding(self, now: str, trust: TrustPolicy | None = None) -> Finding:
        """The finding at ``now``; every check passed but those of what is not there."""
        found = self.assessed(now, trust).finding
        assert found is not None
        return found


def words(finding: Finding, lang: Language = "en") -> str:
    """All sentences of a finding."""
    return "\n".join(told(finding, lang))
