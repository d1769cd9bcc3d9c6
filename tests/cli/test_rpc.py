"""What ``habeas verify --rpc`` asks, whom it believes, and what it makes of lies."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.bundle import parse_bundle
from ledger.cli import observing, rpc
from ledger.cli.observing import wanted_blocks
from ledger.evm import keccak256, parse_header
from ledger.policy import Finality, LedgerTrust
from ledger.verification.observed import Observed
from tests.cli.broken import bundle_bytes
from tests.cli.nodes import Node, served, served_on_socket
from tools.vectors._bundles import CHAIN_ID, ledger_trust


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def wanted() -> dict[bytes, int]:
    return {hash_: number for number, hash_ in Node().blocks.items()}


def ask(stack: ExitStack, *nodes: Node, quorum: int = 1, vouched: tuple[bytes, ...] = ()) -> Observed:
    urls = [stack.enter_context(served(node)) for node in nodes]
    return rpc.observe(urls, trust(quorum), wanted(), vouched)


def trust(quorum: int) -> LedgerTrust:
    listed = ledger_trust()
    return replace(listed, chain=replace(listed.chain, rpc_quorum=quorum))


def anchor_block() -> tuple[bytes, int]:
    bundle = parse_bundle(bundle_bytes())
    header = parse_header(bundle.anchors[max(bundle.anchors)].proof.header)
    return header.hash, header.number


def test_one_honest_node_where_one_is_enough(stack: ExitStack) -> None:
    """Every block is canonical; code and head are known."""
    observed = ask(stack, node := Node())
    assert set(observed.canonical) == set(wanted())
    assert not observed.contradicted and not observed.notes and observed.asked
    assert (observed.code_hash, observed.head_size) == (keccak256(b"code"), node.head)


def test_a_quorum_of_two(stack: ExitStack) -> None:
    """One node is not enough, and says so; two are; two names of one host are one."""
    one = ask(stack, Node(), quorum=2)
    assert not one.canonical and one.code_hash is None and one.head_size is None
    assert "1 of 2 providers" in one.notes[0] and not one.asked
    assert set(ask(stack, Node(), Node(), quorum=2).canonical) == set(wanted())
    url = stack.enter_context(served(Node()))
    same = rpc.observe([url, url + "/v2/another-path"], trust(2), wanted(), ())
    assert not same.canonical
    assert any("counts once" in note for note in same.notes)


def test_asked_hangs_on_no_block_of_the_bundle(stack: ExitStack) -> None:
    """A node that knows none of them answered all the same; so did whoever vouches for another."""
    url = stack.enter_context(served(Node()))
    known = rpc.observe([url], trust(1), {bytes(32): 10**9}, ())
    assert known.asked and not known.canonical and not known.contradicted
    assert observing.ask_nodes(trust(2), {}, (), [bytes(32)]).asked
    assert not observing.ask_nodes(trust(2), wanted(), (), ()).asked


def test_another_chain_is_not_believed(stack: ExitStack) -> None:
    """Another chain id, or the right id over another genesis: a false Sepolia."""
    for node in (Node(chain_id=CHAIN_ID + 1), Node(genesis=bytes(32))):
        observed = ask(stack, node)
        assert not observed.canonical and not observed.contradicted and not observed.asked
        assert "serves another chain and was not believed" in observed.notes[0]
        assert "eth_getCode" not in node.asked


def test_a_block_that_is_not_there(stack: ExitStack) -> None:
    """All that answered have another block at that height: contradicted, even if the user vouched."""
    hash_, number = anchor_block()
    liar = Node()
    liar.blocks[number] = bytes(32)
    observed = ask(stack, liar, vouched=(hash_,))
    assert "has another block there" in observed.contradicted[hash_]
    mixed = ask(stack, Node(), liar)
    assert hash_ not in mixed.canonical and hash_ not in mixed.contradicted
    assert any("disagree" in note for note in mixed.notes)


def test_one_provider_alone_contradicts_nothing(stack: ExitStack) -> None:
    """Where the policy asks for two, one that has another block there is named in a note; two of them contradict."""
    hash_, number = anchor_block()
    liars = []
    for _ in range(2):
        liars.append(Node())
        liars[-1].blocks[number] = bytes(32)
    one = ask(stack, liars[0], quorum=2)
    assert not one.contradicted and hash_ not in one.canonical
    assert any("neither for nor against" in note and note.startswith("http://127.0.0.1") for note in one.notes)
    assert hash_ in ask(stack, *liars, quorum=2).contradicted


def test_a_block_that_is_not_final_yet(stack: ExitStack) -> None:
    """Neither canonical nor contradicted, whatever the node has at that height."""
    hash_, number = anchor_block()
    observed = ask(stack, Node(final=number - 1))
    assert hash_ not in observed.canonical and hash_ not in observed.contradicted
    assert any(f"block {number}" in note and "not final yet" in note for note in observed.notes)
    nothing_final = ask(stack, Node(answers={"eth_call": "0x"}, final=0))
    assert not nothing_final.canonical and not nothing_final.contradicted


def by_rule(stack: ExitStack, finality: Finality, *nodes: Node, quorum: int = 1) -> Observed:
    urls = [stack.enter_context(served(node)) for node in nodes]
    return rpc.observe(urls, replace(trust(quorum), finality=finality), wanted(), ())


def test_the_ledgers_own_finality(stack: ExitStack) -> None:
    """A number of blocks is counted from the newest, the tag is not asked for; code and head are of that block."""
    _, number = anchor_block()
    for newest, canonical in ((number + 64, True), (number + 63, False)):
        node = Node(newest=newest, final=0)
        observed = by_rule(stack, 64, node)
        assert (anchor_block()[0] in observed.canonical) is canonical and not observed.contradicted
        assert node.at == {"eth_getCode": hex(newest - 64), "eth_call": hex(newest - 64)}
        assert observed.code_hash == keccak256(b"code")
    assert set(by_rule(stack, 0, Node(newest=max(wanted().values()), final=0)).canonical) == set(wanted())
    tagged = Node(final=number, newest=10**6)
    assert anchor_block()[0] in by_rule(stack, "finalized", tagged).canonical
    assert set(tagged.at.values()) == {hex(number)}


def test_a_chain_shorter_than_the_rule(stack: ExitStack) -> None:
    """Nothing is final: nothing is asked of the contract, nothing is contradicted."""
    for node, rule in ((Node(newest=63), 64), (Node(answers={"eth_call": "0x"}, newest=5), 100_000)):
        observed = by_rule(stack, rule, node)
        assert not observed.canonical and not observed.contradicted and not node.at
        assert observed.code_hash is None and observed.head_size is None


def test_a_final_block_older_than_the_ledger(stack: ExitStack) -> None:
    """The contract came later, so that block's code is empty, which says nothing against it."""
    young = replace(trust(1), first_block=10_001)
    observed = rpc.observe([stack.enter_context(served(node := Node(code=b"")))], young, wanted(), ())
    assert observed.code_hash is None and observed.head_size is None and not node.at
    at_once = rpc.observe([stack.enter_context(served(Node()))], replace(young, first_block=10_000), wanted(), ())
    assert at_once.code_hash == keccak256(b"code")


def test_a_node_without_old_state(stack: ExitStack) -> None:
    """It says nothing of code and head, and its blocks count; the others' word of code and head does too."""
    alone = by_rule(stack, 64, Node(refused=frozenset(["eth_call"])))
    assert set(alone.canonical) == set(wanted())
    assert alone.code_hash is None and alone.head_size is None
    assert "not known" in alone.notes[0] and "missing trie node" in alone.notes[0]
    pruned = Node(refused=frozenset(["eth_getCode"]))
    both = by_rule(stack, 64, pruned, Node(), quorum=2)
    assert set(both.canonical) == set(wanted()) and both.code_hash is None, "one of two is no quorum"
    three = by_rule(stack, 64, pruned, Node(), Node(), quorum=2)
    assert three.code_hash == keccak256(b"code")


def test_nodes_that_disagree_about_code_and_head(stack: ExitStack) -> None:
    """Then neither is known."""
    observed = ask(stack, Node(), Node(code=b"other", head=1), quorum=2)
    assert observed.code_hash is None and observed.head_size is None
    assert set(observed.canonical) == set(wanted())


@pytest.mark.parametrize(
    "node",
    [
        Node(raw=b""),
        Node(raw=b"not JSON"),
        Node(raw=b"[" * 100_000),
        Node(raw=b'{"jsonrpc":"2.0","error":{"code":-32000,"message":"no"}}'),
        Node(raw=b"[]"),
        Node(raw=b" " * (rpc.MAX_ANSWER_BYTES + 1)),
        Node(answers={"eth_chainId": None}),
        Node(answers={"eth_chainId": [1]}),
        Node(answers={"eth_getBlockByNumber": "0x"}),
        Node(answers={"eth_getBlockByNumber": {"number": "0x0"}}),
        Node(answers={"eth_getCode": "0xzz"}),
    ],
    ids=["empty", "text", "deep", "error", "list", "too-large", "no-id", "id-list", "no-block", "no-hash", "no-hex"],
)
def test_answers_of_a_wrong_form(stack: ExitStack, node: Node) -> None:
    """The node is named and left out; nothing is known and nothing is raised."""
    observed = ask(stack, node)
    assert observed.canonical == {} and observed.contradicted == {} and observed.code_hash is None
    assert len(observed.notes) == 1 and observed.notes[0].startswith("http://127.0.0.1:")


def test_an_answer_that_drips(stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte in time, the whole too late."""
    monkeypatch.setattr(rpc, "TIMEOUT_SECONDS", 0.2)
    observed = ask(stack, Node(raw=b" " * 1000, drip=0.05))
    assert "took more than 0.2 seconds" in observed.notes[0]


def test_all_nodes_together_have_a_deadline(stack: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was not asked in time is not known, and a note says so; so it is beyond the cap."""
    monkeypatch.setattr(rpc, "MAX_BLOCKS", 2)
    capped = ask(stack, Node())
    assert len(capped.canonical) == 2 and f"first 2 of {len(wanted())}" in capped.notes[0]
    monkeypatch.setattr(rpc, "DEADLINE_SECONDS", -1.0)
    observed = ask(stack, node := Node())
    assert not observed.canonical and not node.asked and "was not asked" in observed.notes[1]


def test_only_blocks_that_something_rests_on_are_asked_for() -> None:
    """A header that no statement quotes costs no question."""
    bundle = parse_bundle(bundle_bytes())
    assert dict(wanted_blocks(bundle)) == wanted()
    loose = next(iter(bundle.blocks))
    left = {
        index: item for index, item in bundle.statements.items() if item.signed.statement.recent_block.hash != loose
    }
    assert loose in wanted() and loose not in dict(wanted_blocks(replace(bundle, statements=left)))


def test_nobody_listens() -> None:
    """A refused connection and a wrong scheme are sentences; a key in the URL is not repeated."""
    observed = rpc.observe(
        ["http://127.0.0.1:1/v2/secret-key", "ftp://127.0.0.1/secret-key", "/nowhere.sock"], trust(1), wanted(), ()
    )
    assert len(observed.notes) == 3 and not observed.canonical
    assert not any("secret" in note for note in observed.notes)


def test_a_unix_socket(stack: ExitStack, tmp_path: Path) -> None:
    """The path of a socket, whose answers come in pieces."""
    path = stack.enter_context(served_on_socket(Node(), tmp_path / "node.ipc"))
    assert set(rpc.observe([path], trust(1), wanted(), ()).canonical) == set(wanted())
