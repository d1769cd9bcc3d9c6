"""Ranges of blocks: what one provider refuses, another gives; widths shrink, stay and grow again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ledger.encoding import encode_hex
from ledger.errors import RuntimeChainUnavailable
from ledger.runtime.chain import Event, RpcRefusal
from ledger.runtime.event_reader import TOPICS, EventReader, EventsMissing, Tally
from ledger.runtime.log_ranges import WIDEST, Width
from ledger.runtime.rpc import RpcBusy
from ledger.runtime.web3_chain import Web3Chain
from tests.chain.limiting import provider
from tests.chain.live import Live, live
from tests.store.world import OTHER


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Four tickets and the anchors of them, over some two thousand blocks."""
    with live(tmp_path_factory.mktemp("ranges")) as it:
        process = it.settle()
        for number in range(4):
            it.mine(500)
            it.submit(it.world.opened(OTHER, number=number))
            it.settle(process)
        yield it


def chain(ledger: Live, *urls: str, patience_s: float = 5.0, timeout: float = 5.0) -> Web3Chain:
    identity = ledger.home.identity
    return Web3Chain(urls, identity.chain_id, identity.genesis, timeout, patience_s)


def newest(ledger: Live) -> int:
    block = ledger.home.chain.block("latest")
    assert block is not None
    return block.number


def all_events(ledger: Live, by: Web3Chain, doubt: int = 0) -> list[Event]:
    return by.events(ledger.home.rules.contract, ledger.log, TOPICS, 0, newest(ledger), doubt)


def test_width() -> None:
    """Halved, remembered, grown near to the limit, and beyond it once the limit is gone."""
    width, limit, asked = Width(), 1000, []
    for _ in range(400):
        asked.append(width.blocks)
        if width.blocks > limit:
            width.refused(width.blocks)
        else:
            width.answered(width.blocks)
    refused = sum(blocks > limit for blocks in asked)
    assert asked[:5] == [10_000, 5_000, 2_500, 1_250, 625]
    assert refused < 20 and max(asked[-300:]) >= 800
    for _ in range(5_000):
        width.answered(width.blocks)
    assert width.blocks == WIDEST
    narrow = Width()
    for _ in range(20):
        narrow.refused(narrow.blocks)
    assert narrow.blocks == 1
    narrow.answered(1)
    assert narrow.blocks == 1


def test_a_short_range_says_nothing_about_the_width() -> None:
    width = Width()
    width.refused(1000)
    for _ in range(1000):
        width.answered(3)
    assert width.blocks == 500


def test_the_wider_provider_is_asked(ledger: Live) -> None:
    good = all_events(ledger, chain(ledger, ledger.node.url))
    with provider(ledger.node.url, blocks=10) as (narrow, first), provider(ledger.node.url) as (wide, second):
        assert all_events(ledger, chain(ledger, narrow, wide)) == good
    assert len(first.asked) == 1 and len(second.asked) == 1


def test_a_provider_that_is_down_is_left_aside(ledger: Live) -> None:
    with provider(ledger.node.url, blocks=100) as (narrow, used), provider(ledger.node.url, down=True) as (dead, _):
        found = all_events(ledger, chain(ledger, dead, narrow, "http://127.0.0.1:1"))
    assert found == all_events(ledger, chain(ledger, ledger.node.url))
    assert len(used.asked) > newest(ledger) // 100


def test_nobody_gives_it(ledger: Live) -> None:
    """A refusal even of a single block is no matter of width: the provider's words are passed on."""
    with provider(ledger.node.url, blocks=0, code=-32000, message="header not found") as (none, seen):
        reader = chain(ledger, none)
        for _ in range(2):
            with pytest.raises(RpcRefusal, match="refused eth_getLogs: header not found"):
                all_events(ledger, reader)
        assert seen.asked[0] == seen.asked[len(seen.asked) // 2] == newest(ledger) + 1, "and the width is as before"


def test_retry_after_is_obeyed_within_patience(ledger: Live) -> None:
    good = all_events(ledger, chain(ledger, ledger.node.url))
    with provider(ledger.node.url) as (url, limits):
        reader = chain(ledger, url)
        limits.pace, limits.retry_after = 3, "0.1"
        assert all_events(ledger, reader) == good
        limits.pace, limits.retry_after = 1, "3600"
        with pytest.raises(RpcBusy, match="wants to be asked again after 3600 s"):
            reader.block("latest")
        with pytest.raises(RpcBusy, match="wants to be asked again"):
            all_events(ledger, reader)
        limits.pace, limits.retry_after = 1, "Sun, 06 Nov 1994 08:49:37 GMT"
        fresh = chain(ledger, url)
        assert all_events(ledger, fresh) == good


def test_doubt_joins_what_all_nodes_show(ledger: Live) -> None:
    """One keeps back the anchors, the other the tickets, the third answers nothing."""
    good = all_events(ledger, chain(ledger, ledger.node.url))
    with (
        provider(ledger.node.url, hide=lambda log: len(log["topics"]) == 2) as (first, _),
        provider(ledger.node.url, hide=lambda log: len(log["topics"]) == 3) as (second, _),
        provider(ledger.node.url, blocks=0) as (third, _),
    ):
        reader = chain(ledger, first, second, third)
        assert len(all_events(ledger, reader)) < len(good)
        assert all_events(ledger, reader, doubt=1) == good
        lonely = chain(ledger, third)
        with pytest.raises(RuntimeChainUnavailable):
            all_events(ledger, lonely, doubt=1)


def test_events_that_were_not_asked_for(ledger: Live) -> None:
    """A node that answers with another log's event, or one of a block outside, is not believed."""
    wanted = {"address": encode_hex(ledger.home.rules.contract), "fromBlock": "0x0", "toBlock": "latest"}
    found = ledger.node.ask("eth_getLogs", wanted)
    assert isinstance(found, list)
    foreign = {**found[0], "topics": [found[0]["topics"][0], "0x" + "00" * 32, *found[0]["topics"][2:]]}
    with provider(ledger.node.url, extra=[foreign]) as (url, _):
        with pytest.raises(RuntimeChainUnavailable, match="not asked for"):
            all_events(ledger, chain(ledger, url))
        good = all_events(ledger, chain(ledger, ledger.node.url))
        assert all_events(ledger, chain(ledger, url, ledger.node.url)) == good


def test_a_gap_is_named(ledger: Live) -> None:
    contract, last = ledger.home.rules.contract, newest(ledger)
    head = ledger.home.chain.head(contract, ledger.log)
    with provider(ledger.node.url, hide=lambda log: log["topics"][2:] == ["0x" + "00" * 31 + "02"]) as (url, _):
        reader = EventReader(chain(ledger, url), contract, ledger.log)
        with pytest.raises(EventsMissing, match="the node shows 2 tickets, but 3 were taken before") as caught:
            reader.read(1, last, Tally.at(0), head)
    good = all_events(ledger, chain(ledger, ledger.node.url))
    block = next(event.block_number for event in good if event.log.topics[2:] == ((2).to_bytes(32),))
    assert caught.value.first < block <= caught.value.last
    assert str(caught.value.first) in str(caught.value) and str(caught.value.last) in str(caught.value)


def test_counting_twice(ledger: Live) -> None:
    """An event counted twice changes nothing, and the contract's counters are the end of it."""
    good = all_events(ledger, chain(ledger, ledger.node.url))
    contract, head = ledger.home.rules.contract, ledger.home.chain.head(ledger.home.rules.contract, ledger.log)
    tally = Tally.at(0)
    for event in [*good, *good]:
        tally = tally.after(event, contract)
    assert tally.agrees(head)
    tally.check(head, newest(ledger))
    with pytest.raises(EventsMissing, match="but the contract took"):
        Tally.at(7, tally.tickets - 1, tally.size, tally.included).check(head, 9)
