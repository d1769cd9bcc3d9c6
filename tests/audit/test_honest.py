"""No honest log is ever accused, whatever it went through: random histories, audited in one go and in several."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.cli.auditing.audit import Options, audit
from ledger.cli.auditing.report import AuditReport
from ledger.encoding import sha256
from ledger.leaf import NO_KEY, StatementLeaf, parse_leaf
from tests.audit.log_operator import LogOperator, opening, person, said

PEOPLE = [person(name) for name in ("ann", "ben", "shop")]
CASES = [opening(PEOPLE[0]), opening(PEOPLE[1])]
STATEMENTS = [
    *CASES,
    *(said(kind, who, case=case.id) for kind in ("request.withdrawn", "request.refused", "later.kind")
      for who in PEOPLE for case in CASES),
    said("company.key_bound", PEOPLE[2], company="shop.example"),
    said("request.withdrawn", PEOPLE[0], case=CASES[0].id, origin="habeas.example/elsewhere"),
]  # fmt: skip
STRANGE = [b"opaque", b"{}", STATEMENTS[0].raw[:-1], STATEMENTS[2].raw.replace(b'"signature":"0x', b'"signature":"0X')]

STEP = st.one_of(
    st.tuples(st.just("record"), st.integers(0, len(STATEMENTS) - 1)),
    st.tuples(st.just("direct"), st.integers(0, len(STATEMENTS) - 1)),
    st.tuples(st.just("wrong key"), st.integers(0, len(STATEMENTS) - 1)),
    st.tuples(st.just("opaque"), st.integers(0, len(STRANGE) - 1)),
    st.tuples(st.just("take"), st.just(0)),
    st.tuples(st.just("withhold"), st.integers(0, 30)),
    st.tuples(st.just("close"), st.just(0)),
    st.tuples(st.just("anchor"), st.just(0)),
    st.tuples(st.just("audit"), st.just(0)),
)


class History:
    """An honest operator's life, step by step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = LogOperator.opened()
        self.recorded: set[bytes] = set()

    def step(self, what: str, number: int) -> AuditReport | None:
        log = self.log
        if what == "record":
            self._record(STATEMENTS[number].raw)
        elif what == "direct":
            log.submit(STATEMENTS[number].raw)
        elif what == "wrong key":
            log.submit(STATEMENTS[number].raw, sha256(b"a key of nobody") if number % 2 else NO_KEY)
        elif what == "opaque":
            log.submit(STRANGE[number], sha256(b"a key"))
        elif what == "take":
            log.take()
        elif what == "withhold":
            self._withhold(number)
        elif what == "close":
            log.close()
        elif what == "anchor":
            log.take()
            log.close()
            assert log.anchor()
        else:
            return self.audit(resume=True)
        return None

    def _record(self, raw: bytes) -> None:
        """A server records a statement once, and not what belongs to another ledger."""
        if raw not in self.recorded and b"elsewhere" not in raw:
            self.recorded.add(raw)
            self.log.record(raw)

    def _withhold(self, number: int) -> None:
        """Any bytes but those that say that others are withheld: without them nobody could know that."""
        leaves = [parse_leaf(data) for data in self.log.leaves[1:]]
        digests = [leaf.digest for leaf in leaves if isinstance(leaf, StatementLeaf)]
        digests = [digest for digest in digests if b"entry.withheld" not in self.log.raws[digest]]
        if digests and digests[number % len(digests)] not in self.log.gone:
            self.log.withhold(digests[number % len(digests)])

    def audit(self, *, resume: bool = False, chain: bool = True) -> AuditReport:
        folder = self.log.publish(self.folder / "log")
        state = self.folder / "state" if resume else None
        options = Options(str(folder), trust=self.log.policy(self.folder), state=state, resume=resume)
        return audit(options, lambda text: None, {"a node": self.log.chain} if chain else None)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEP, max_size=25))
def test_no_honest_log_is_accused(steps: list[tuple[str, int]]) -> None:
    """With the chain every check passes; without it nothing is found either."""
    folder = Path(tempfile.mkdtemp(prefix="habeas-test-"))
    try:
        history = History(folder)
        for step in steps:
            report = history.step(*step)
            assert report is None or report.findings == [], report
        history.step("anchor", 0)
        anew, again = history.audit(), history.audit(resume=True)
        for report in (anew, again):
            assert (report.findings, report.not_checked, report.notes, report.exit_code) == ([], [], [], 0), report
        assert anew.replay.trie.root() == again.replay.trie.root()
        assert anew.replay.tally.statements == again.replay.tally.statements
        alone = history.audit(chain=False)
        assert alone.findings == [] and alone.exit_code == 3
    finally:
        shutil.rmtree(folder)
