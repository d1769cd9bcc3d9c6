"""A new home after the old one is gone: chain tables from the chain, the log from its files, and on it goes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from ledger.encoding import sha256
from ledger.runtime.chain_tables import AnchorRow, FinalBlock, HomeChain, TicketProof, TicketRow
from ledger.runtime.evidence import Evidence
from ledger.runtime.home import _prove
from ledger.runtime.store import Store
from ledger.runtime.tables import CheckpointRow, Leaf, table
from ledger.runtime.trust import own_policy
from ledger.runtime.web3_chain import Web3Chain
from ledger.runtime.wiring import Services, open_services
from ledger.statement import RecentBlock
from tests.chain.limiting import provider
from tests.chain.live import Live, client, live
from tests.chain.test_chain_recover import Story, run, tell
from tests.store.check_ledger import check_ledger
from tests.store.world import OTHER, World, settings_in


@contextmanager
def gone(story: Story, folder: Path) -> Iterator[Path]:
    """The home is not there any more; gives where its files lie for comparison. Put back at the end."""
    story.live.services.close()
    kept = folder / "kept"
    story.home.rename(kept)
    try:
        yield kept
    finally:
        shutil.rmtree(story.home, ignore_errors=True)
        kept.rename(story.home)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    with live(tmp_path) as ledger:
        yield tell(ledger, tmp_path)


def rows(store: Store, *models: Any) -> dict[str, list[tuple[object, ...]]]:
    with store.read() as session:
        return {
            model.__tablename__: sorted((tuple(row) for row in session.execute(select(table(model)))), key=repr)
            for model in models
        }


@contextmanager
def database(home: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{home / 'habeas.sqlite'}")
    try:
        yield store
    finally:
        store.close()


def proven(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Anchors, tickets of final blocks and their proofs."""
    found = rows(store, AnchorRow, TicketProof)
    final = {(proof[1], proof[2]) for proof in found["ticket_proof"]}
    tickets = rows(store, TicketRow)["ticket"]
    return {**found, "ticket": [row for row in tickets if (row[2], row[1]) in final]}


def test_the_chain_tables_of_a_new_home(story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No files, no keys: every row of the chain as it was, and no key is made in its place."""
    before = proven(story.live.services.store)
    home = tmp_path / "new"
    with gone(story, tmp_path), provider(story.node, blocks=30) as (url, _):
        arguments = ("--home", home, "--from-chain", "--trust", story.trust, "--rpc", url)
        said = run(capsys, *arguments)
        with database(home) as store:
            assert proven(store) == before
            [chain] = rows(store, HomeChain)["home_chain"]
            assert chain[0] == story.live.home.identity.genesis
            quoted = story.live.world.recent
            assert quoted.hash in {row[0] for row in rows(store, FinalBlock)["final_block"]}
        assert not (home / "keys").exists()
        assert said["unknown_leaves"] > 0
        assert run(capsys, *arguments) == said
        with database(home) as store:
            assert proven(store) == before
            with store.engine.begin() as connection:  # as if killed in the middle of the newest block
                connection.exec_driver_sql("DELETE FROM anchor WHERE size = (SELECT max(size) FROM anchor)")
                connection.exec_driver_sql("DELETE FROM ticket_proof WHERE number >= 4")
        run(capsys, *arguments)
        with database(home) as store:
            assert proven(store) == before


def restored(story: Story, kept: Path, files: Path | None = None) -> Path:
    """A new home in the old place with the key files and the log's files."""
    shutil.copytree(kept / "keys", story.home / "keys")
    shutil.copytree(files or kept / "log", story.home / "log")
    return story.home


def goes_on(services: Services, story: Story) -> None:
    """A worker of the new home: records, takes a direct submission, anchors both."""
    node = story.live.node
    home = _prove(services, client(node), node)
    block = home.chain.block("finalized")
    assert block is not None
    world = World(services, services.require_ledger(), RecentBlock(block.hash, block.number))
    again = Live(services, home, world)
    case, direct = world.opened(number=50), world.opened(OTHER, number=51)
    world.record(case)
    again.submit(direct)
    process = again.settle()
    assert process.follower.failed == {}
    assert again.index_of(case) is not None and again.index_of(direct) is not None
    result = again.assess(case.id)
    assert {item.check.name for item in result.checks if item.value.word != "passed"} <= {"disclosures"}
    check_ledger(services)


def test_files_and_chain_together(story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same bundle to the byte, and the server goes on."""
    before = proven(story.live.services.store)
    with gone(story, tmp_path) as kept:
        home = restored(story, kept)
        said = run(
            capsys, "--home", home, "--from-files", "--from-chain", "--trust", story.trust, "--rpc", story.node,
            "--out", tmp_path / "found",
        )  # fmt: skip
        assert said["unknown_leaves"] == 0 and said["leaves"] == said["size"] == story.heads[-1][0]
        # The chain says nothing of auditors: whoever runs the ledger sets them again.
        services = open_services(settings_in(home, auditors=story.live.services.settings.auditors))
        try:
            assert proven(services.store) == before
            sizes = {row[0] for row in rows(services.store, CheckpointRow)["checkpoint"]}
            assert sizes >= {head[0] for head in story.heads}, "each anchored size has its checkpoint again"
            evidence = Evidence(services.store, services.reader, services.origin)
            assert evidence.bundle(story.case).encode() == story.bundle
            assert own_policy(services.store, services.settings) == story.trust.read_bytes()
            goes_on(services, story)
        finally:
            services.close()


def test_the_chain_first_and_then_the_files(story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In two runs and the other order it comes to the same."""
    with gone(story, tmp_path) as kept:
        home = restored(story, kept)
        chain = ("--home", home, "--from-chain", "--trust", story.trust, "--rpc", story.node)
        assert run(capsys, *chain)["unknown_leaves"] > 0
        run(capsys, "--home", home, "--from-files", "--trust", story.trust)
        assert run(capsys, *chain)["unknown_leaves"] == 0
        services = open_services(settings_in(home))
        evidence = Evidence(services.store, services.reader, services.origin)
        assert evidence.bundle(story.case).encode() == story.bundle
        services.close()


def test_a_withheld_submission_that_is_in_no_list(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its bytes are gone from the files; only their event says that its key is not theirs."""
    world = story.live.world
    raw = story.tickets[2][3]
    world.record(world.withheld(sha256(raw)))
    story.live.settle()
    story.live.mine(5)
    with gone(story, tmp_path) as kept:
        home = restored(story, kept)
        files = ("--home", home, "--from-files", "--trust", story.trust)
        assert run(capsys, *files, code=1)["error"] == "runtime-log"
        said = run(capsys, *files, "--from-chain", "--rpc", story.node)
        assert said["unknown_leaves"] == 0 and said["without_bytes"] == 1


def test_without_a_trust_policy(story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The key files say which log it is; an embedded chain's genesis hash must be given."""
    chain = ("--from-chain", "--rpc", story.node)
    with gone(story, tmp_path) as kept:
        said = run(capsys, "--home", story.home, *chain, code=1)
        assert said["error"] == "runtime-setting" and "--trust" in said["detail"]
        genesis = "0x" + story.live.home.identity.genesis.hex()
        said = run(capsys, "--home", story.home, *chain, "--genesis", genesis, code=1)
        assert said["error"] == "runtime-setting" and "the log's address is not known" in said["detail"]
        shutil.rmtree(story.home)
        restored(story, kept)
        assert run(capsys, "--home", story.home, *chain, "--genesis", genesis)["size"] == story.heads[-1][0]


def test_files_that_lack_what_was_anchored(story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Files of a week ago: the size that they lack is named, and nothing is restored from them."""
    older = tmp_path / "older"
    shutil.copytree(story.home / "log", older)
    size = story.heads[-1][0]
    story.live.world.record(story.live.world.opened(number=70))
    story.live.settle()
    newer = story.live.store.newest_anchor()
    assert newer is not None and newer.size > size
    story.live.mine(5)
    with gone(story, tmp_path) as kept:
        home = restored(story, kept, older)
        arguments = ("--home", home, "--from-chain", "--trust", story.trust, "--rpc", story.node)
        said = run(capsys, *arguments, "--from-files", code=1)
        assert said["error"] == "runtime-log"
        assert f"a tree of {newer.size} leaves was anchored" in said["detail"] and f"only {size}" in said["detail"]
        with database(home) as store:
            assert rows(store, Leaf)["leaf"] == []
        run(capsys, "--home", home, "--from-chain", "--trust", story.trust, "--rpc", story.node)
        with database(home) as store, store.engine.begin() as connection:
            connection.exec_driver_sql("DELETE FROM anchor")
            connection.exec_driver_sql("DELETE FROM final_block")
        run(capsys, "--home", home, "--from-files", "--trust", story.trust)
        assert run(capsys, *arguments, code=1)["detail"] == said["detail"]
        with database(home) as store:
            assert rows(store, AnchorRow)["anchor"] == [], "nothing of such a tree is recorded"


def test_leaves_that_are_not_those_anchored(story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with gone(story, tmp_path) as kept:
        home = restored(story, kept)
        run(capsys, "--home", home, "--from-files", "--trust", story.trust)
        with database(home) as store, store.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE leaf SET leaf_hash = zeroblob(32) WHERE idx = 4")
        said = run(capsys, "--home", home, "--from-chain", "--trust", story.trust, "--rpc", story.node, code=1)
        size = next(head[0] for head in story.heads if head[0] > 4)
        assert said["error"] == "runtime-log" and f"the tree of {size} leaves was anchored with" in said["detail"]


def test_a_worker_behind_narrow_providers(tmp_path: Path) -> None:
    """The follower reads in the same way: two providers that each allow, show and keep back something else."""
    with (
        live(tmp_path) as ledger,
        provider(ledger.node.url, blocks=7, code=-32600) as (narrow, _),
        provider(ledger.node.url, results=1, status=400) as (few, limits),
    ):
        identity = ledger.home.identity
        ledger.home.chain = Web3Chain([few, narrow], identity.chain_id, identity.genesis, 5.0)
        process = ledger.settle()
        ledger.mine(300)
        limits.hide = lambda log: len(log["topics"]) == 3
        direct = [ledger.world.opened(OTHER, number=number) for number in range(3)]
        for case in direct:
            ledger.submit(case)
        process = ledger.settle(process)
        assert all(ledger.index_of(case) is not None for case in direct)
        assert process.follower.failed == {}
        assert ledger.store.proven_tickets() == 3
