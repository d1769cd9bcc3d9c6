"""One silence, from the request to the late answer, on a real node: what each anchor lets a stranger say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.assessment import Assessment
from ledger.bundle import parse_bundle
from ledger.encoding import Json
from ledger.leaf import index_key
from ledger.runtime.chain import final_block
from ledger.runtime.contract import Inclusion, anchor_call
from ledger.statement import RecentBlock, SignedStatement
from tests.chain.live import Live, live, passed
from tests.store.auditing import AUDITOR
from tests.store.world import OTHER, REQUESTER, SHOP

HEARTBEAT_S = 3_000
CONFIRMED: dict[str, Json] = {"on": "2026-12-21", "answer": "nothing", "account": "open"}
FULFILLED: dict[str, Json] = {"answered_on": "2026-12-24", "mode": "sent", "reasons": []}


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Live]:
    with live(tmp_path) as ledger:
        yield ledger


def later(ledger: Live, seconds: int = HEARTBEAT_S) -> None:
    """Time passes, and people are shown a newer final block."""
    ledger.node.ask("evm_increaseTime", seconds)
    ledger.mine(3)
    ledger.now += seconds


def look(ledger: Live) -> None:
    """What is signed from now on quotes the newest final block, as soon as the worker has recorded it."""
    ledger.process(record_every_s=0).round()
    block = final_block(ledger.home.chain, ledger.home.rules.finality)
    ledger.world.recent = RecentBlock(block.hash, block.number)


def anchored(ledger: Live) -> int:
    """Everything so far is in a final anchor; gives its size."""
    ledger.settle(ledger.process(heartbeat_s=HEARTBEAT_S))
    newest = ledger.store.newest_anchor()
    assert newest is not None
    return newest.size


def told(ledger: Live, case: SignedStatement, size: int) -> tuple[bytes, Assessment]:
    """The file as of ``size``, and what a stranger who asks the chain makes of it."""
    data = ledger.bundle(case.id, size).encode()
    return data, ledger.judge(parse_bundle(data))


def says(result: Assessment, answer: str, **expected: object) -> None:
    assert result.exit_code == 0, [item for item in result.checks if item.value.word != "passed"]
    assert result.finding is not None
    finding = result.finding.silence
    assert finding.said == answer and finding.replayed_by == (AUDITOR.name,)
    assert {name: getattr(finding, name) for name in expected} == expected


def asked(ledger: Live) -> SignedStatement:
    """A company that is known here was asked, and did not answer."""
    world = ledger.world
    case = world.opened()
    world.record(case, world.sent(case.id), world.bound(world.operator, SHOP))
    return case


def test_silence_then_an_answer(ledger: Live) -> None:
    case, world = asked(ledger), ledger.world
    first = anchored(ledger)
    later(ledger)
    beat = anchored(ledger)
    assert beat == first + 1, "a heartbeat: nothing but an index leaf"
    look(ledger)
    world.record(world.statement("case.confirmed", REQUESTER, CONFIRMED, case.id))
    later(ledger)
    confirmed = anchored(ledger)
    ledger.audit()
    kept = {size: told(ledger, case, size)[0] for size in (first, beat, confirmed)}
    times = []
    for size, data in kept.items():
        result = ledger.judge(parse_bundle(data))
        says(result, "none", size=size - 1, answers=(), company_keys=(SHOP.address,))
        assert result.finding is not None
        times.append(result.finding.silence.as_of)
        assert (result.finding.silence.check_in is not None) == (size == confirmed)
    assert times == sorted(set(times)) and times[1] - times[0] >= HEARTBEAT_S, "each says more than the one before"

    look(ledger)
    answer = world.statement("request.fulfilled", SHOP, FULFILLED, case.id)
    world.record(answer)
    answered = anchored(ledger)
    ledger.audit()
    says(told(ledger, case, answered)[1], "recorded", answers=(ledger.index_of(answer),))
    for size, data in kept.items():
        assert told(ledger, case, size)[0] == data, "given out again, byte for byte"
        says(ledger.judge(parse_bundle(data)), "none", size=size - 1)
    assert parse_bundle(told(ledger, case, answered)[0]).index != parse_bundle(kept[confirmed]).index


def test_an_answer_over_the_contract(ledger: Live) -> None:
    """The operator is not asked: the queue is public, and what an anchor says ends where a ticket is still open."""
    case, world = asked(ledger), ledger.world
    before = anchored(ledger)
    answer = world.statement("request.fulfilled", SHOP, FULFILLED, case.id)
    taken = ledger.submit(answer)
    submitted_at = ledger.home.chain.ticket(ledger.home.rules.contract, ledger.log, taken.ticket).submitted_at
    delayed = without_the_ticket(ledger)
    settled = anchored(ledger)
    ledger.audit()
    for size in (before, delayed):
        finding = told(ledger, case, size)[1].finding
        assert finding is not None and finding.silence.said == "none" and finding.silence.as_of <= submitted_at
    result = told(ledger, case, settled)[1]
    says(result, "recorded", answers=(ledger.index_of(answer),))
    assert passed(result)(f"submitted/{taken.ticket}/receipt") and passed(result)(f"submitted/{taken.ticket}/canonical")
    assert told(ledger, case, delayed)[1].bundle.submitted == {}


def without_the_ticket(ledger: Live) -> int:
    """The operator anchors a tree that leaves the open ticket out, as it may for an hour; gives its size."""
    sequencer, home, reader = ledger.services.sequencer, ledger.home, ledger.services.reader
    assert sequencer is not None
    head = sequencer.sequence(close=True).checkpoint
    held = home.chain.head(home.rules.contract, ledger.log).size
    no_inclusions: tuple[Inclusion, ...] = ()
    data = anchor_call(head.size, head.root, reader.consistency(held, head.size), no_inclusions)
    sender = {"from": "0x" + ledger.log.hex(), "to": "0x" + home.rules.contract.hex(), "data": "0x" + data.hex()}
    ledger.node.ask("anvil_impersonateAccount", sender["from"])
    ledger.node.ask("eth_sendTransaction", {**sender, "gas": hex(1_000_000)})
    ledger.node.ask("anvil_stopImpersonatingAccount", sender["from"])
    return head.size


def test_an_answer_by_a_stranger_is_not_counted(ledger: Live) -> None:
    """Over the contract anybody can claim to be the company, even under the key of its list: that ends no silence."""
    case, world = asked(ledger), ledger.world
    anchored(ledger)
    company_list = index_key(world.statement("request.fulfilled", SHOP, FULFILLED, case.id), world.services.origin)
    stranger = world.statement("request.fulfilled", OTHER, FULFILLED, case.id)
    ledger.submit(stranger)
    ledger.submit(stranger, company_list)
    ledger.submit(
        world.statement("request.fulfilled", SHOP, FULFILLED, case.id, ledger="other.example/log"), company_list
    )
    size = anchored(ledger)
    ledger.audit()
    says(told(ledger, case, size)[1], "none", answers=())
    assert ledger.index_of(stranger) is not None and ledger.index_of(stranger, company_list) is not None
