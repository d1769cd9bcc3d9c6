"""Nodes that disagree, keep events back or serve another chain; tickets that wait; what the contract never emits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ledger.anchor import ANCHORED_TOPIC, SUBMITTED_TOPIC, Anchored, Submitted
from ledger.audit.anchoring import AnchorSeen, TicketSeen, check_anchors, check_tickets, count_tickets
from ledger.cli.auditing.audit import Options, audit
from ledger.cli.auditing.report import AuditReport
from ledger.encoding import sha256
from ledger.errors import MalformedRequest, RuntimeFinality
from ledger.runtime.chain import Chain
from tests.audit.log_operator import LogOperator, opening, person
from tests.simulation.fake_chain import FakeChain

LOG = person("operator").address


def story() -> LogOperator:
    log = LogOperator.opened()
    log.submit(opening(person("ann")).raw)
    log.take()
    log.close()
    assert log.anchor()
    return log


@pytest.fixture(autouse=True)
def folders(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()


def audited(log: LogOperator, folder: Path, quorum: int = 1, resume: bool = False, **nodes: Chain) -> AuditReport:
    options = Options(
        str(log.publish(folder.parent / "log")), trust=log.policy(folder, quorum), state=folder / "state", resume=resume
    )
    return audit(options, lambda text: None, nodes or {"one": log.chain})


def test_as_many_providers_as_the_policy_asks_for(tmp_path: Path) -> None:
    log = story()
    report = audited(log, tmp_path / "a", 2, one=log.chain)
    assert report.exit_code == 3 and "1 provider(s)" in report.not_checked[0]
    report = audited(log, tmp_path / "b", 2, one=log.chain, two=log.chain)
    assert report.exit_code == 0 and report.chain is not None and report.chain.providers == ("one", "two")


class Hiding(FakeChain):
    """The same chain by a node that does not show some events."""

    @classmethod
    def of(cls, chain: FakeChain, topic: bytes) -> Hiding:
        made = cls()
        made.blocks, made.now, made.hidden = chain.blocks, chain.now, frozenset({topic})
        return made


@pytest.mark.parametrize("topic", [ANCHORED_TOPIC, SUBMITTED_TOPIC])
def test_a_node_that_keeps_events_back(topic: bytes, tmp_path: Path) -> None:
    """It is noticed by the contract's own counters, and not counted."""
    log = story()
    log.chain.mine(3)
    report = audited(log, tmp_path / "a", one=Hiding.of(log.chain, topic))
    assert report.exit_code == 3 and report.chain is None
    report = audited(log, tmp_path / "b", one=Hiding.of(log.chain, topic), two=log.chain)
    assert report.exit_code == 0 and report.chain is not None and report.chain.providers == ("two",)


def test_a_node_of_another_chain(tmp_path: Path) -> None:
    report = audited(story(), tmp_path / "a", one=FakeChain(seed=9))
    assert report.exit_code == 3 and report.chain is None and "not believed" in " ".join(report.not_checked)


def test_a_final_block_that_changed(tmp_path: Path) -> None:
    """Between two audits of one state: stop and say so."""
    log = story()
    assert audited(log, tmp_path / "a").exit_code == 0
    log.chain.reorg(6, keep=True)
    log.chain.mine(9)
    report = audited(log, tmp_path / "a", resume=True)
    assert report.chain is None and "finality violated" in " ".join(report.not_checked)
    assert RuntimeFinality.title in "Finality violated"


def test_only_new_events_are_read(tmp_path: Path) -> None:
    log = story()
    audited(log, tmp_path / "a")
    log.submit(opening(person("ben")).raw)
    log.take()
    log.close()
    assert log.anchor()
    asked: list[str] = []
    log.chain.on_call = asked.append
    report = audited(log, tmp_path / "a", resume=True)
    assert report.exit_code == 0 and report.tickets is not None and report.tickets.settled == 2
    assert asked.count("receipts") == 2


def test_tickets_that_wait_are_counted(tmp_path: Path) -> None:
    log = story()
    log.submit(opening(person("ben")).raw)
    log.chain.mine(5, 1000)
    report = audited(log, tmp_path / "a")
    assert report.tickets is not None
    assert (report.tickets.taken, report.tickets.settled, report.tickets.open, report.tickets.overdue) == (2, 1, 1, 1)
    assert report.exit_code == 0


def test_rpc_addresses(tmp_path: Path) -> None:
    log = story()
    for bad in ("nonsense", "/a/socket"):
        options = Options(str(log.publish(tmp_path / "log")), [bad], log.policy(tmp_path))
        with pytest.raises(MalformedRequest):
            audit(options, lambda text: None)


# --- what the contract keeps ----------------------------------------------------------------------


def anchor(block: int, size: int, included: int, submitted: int, complete_to: int) -> AnchorSeen:
    event = Anchored(LOG, size, sha256(b"%d" % size), included, submitted, complete_to)
    return AnchorSeen(block, sha256(b"%d" % block), 10 * block, event)


def ticket(block: int, number: int) -> TicketSeen:
    leaf = sha256(b"leaf %d" % number)
    return TicketSeen(block, sha256(b"%d" % block), 10 * block, Submitted(LOG, number, leaf, bytes(32), b"raw"))


TICKETS = [ticket(2, 0), ticket(3, 1), ticket(5, 2)]
GOOD = [anchor(1, 2, 0, 0, 10), anchor(4, 5, 1, 2, 30), anchor(6, 9, 3, 3, 60)]
PLACES = {TICKETS[0].event.leaf_hash: 3, TICKETS[1].event.leaf_hash: 5, TICKETS[2].event.leaf_hash: 7}


def test_what_an_honest_contract_emits() -> None:
    assert check_anchors(GOOD, TICKETS) == [] and check_tickets(GOOD, TICKETS, PLACES, 9) == []
    assert check_anchors([], []) == [] and check_tickets([], TICKETS, {}, 0) == []
    counted = count_tickets(GOOD[:2], TICKETS, 3700)
    assert (counted.taken, counted.settled, counted.open, counted.overdue) == (3, 1, 2, 2)


@pytest.mark.parametrize(
    "changed",
    [
        anchor(6, 5, 3, 3, 60),
        anchor(6, 9, 0, 3, 20),
        anchor(6, 9, 3, 4, 60),
        anchor(6, 9, 3, 3, 59),
        anchor(6, 9, 2, 3, 60),
    ],
    ids=["same size", "fewer settled", "a ticket nobody saw", "another time", "a ticket forgotten"],
)
def test_what_it_never_emits(changed: AnchorSeen) -> None:
    assert [item.kind for item in check_anchors([*GOOD[:2], changed], TICKETS)] == ["anchor"]


def test_a_settled_ticket_without_its_leaf() -> None:
    """It must stand in the tree of the anchor that settled it; later is too late."""
    for places in ({}, {**PLACES, TICKETS[0].event.leaf_hash: 5}):
        found = check_tickets(GOOD, TICKETS, places, 9)
        assert found and {item.kind for item in found} == {"ticket"} and found[0].size == 5
    # What was not replayed is not judged.
    assert check_tickets(GOOD, TICKETS, {TICKETS[0].event.leaf_hash: 3}, 5) == []
    assert replace(GOOD[0]).where == "block 1"
