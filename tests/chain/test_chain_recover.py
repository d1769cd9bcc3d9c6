"""The server and its folder are gone; the chain alone gives every head and every direct submission back."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger.anchor import ReceiptProof, verify_anchor, verify_submission
from ledger.cli.main import main
from ledger.encoding import encode_hex, encode_json, parse_base64
from ledger.errors import MalformedBundle
from ledger.evm import parse_header
from ledger.leaf import NO_KEY, index_key
from ledger.runtime.deploy import submit_direct
from ledger.runtime.evidence import Evidence
from ledger.runtime.transactions import FeeRules
from ledger.runtime.trust import own_policy
from tests.chain.limiting import Limits, provider
from tests.chain.live import Live, live
from tests.store.world import OTHER


@dataclass
class Story:
    """A ledger that lived, and what it said of itself before it was deleted."""

    live: Live
    heads: list[tuple[int, bytes, int, int, int, int]]
    tickets: list[tuple[int, bytes, bytes, bytes]]
    trust: Path
    home: Path
    case: bytes
    bundle: bytes

    @property
    def node(self) -> str:
        return self.live.node.url


def tell(ledger: Live, folder: Path) -> Story:
    """Server statements, direct ones, a duplicate, a wrong key, garbage, and a ticket that is still open."""
    world, process = ledger.world, ledger.settle()
    case, other = world.opened(number=1), world.opened(OTHER, number=2)
    world.record(case)
    ledger.settle(process)
    ledger.submit(other)
    ledger.submit(other)  # a second ticket of the same leaf
    ledger.submit(world.sent(case.id), bytes([7]) * 32)  # a key that is not its own
    ledger.mine(600)
    ledger.settle(process)
    submit_direct(
        ledger.home.chain, OTHER.private, ledger.home.rules.contract, ledger.log, NO_KEY, b"\xff garbage", FeeRules()
    )
    world.record(world.sent(case.id, day=21))
    ledger.settle(process)
    ledger.submit(world.sent(other.id, OTHER, ledger="another.example/log"), NO_KEY)
    ledger.submit(world.opened(OTHER, number=3))
    ledger.settle(process)
    ledger.submit(world.opened(OTHER, number=4))
    ledger.mine(5)
    process.follower.follow()
    return _story(ledger, folder, case.id)


def _story(ledger: Live, folder: Path, case: bytes) -> Story:
    from sqlalchemy import select

    from ledger.runtime.chain_tables import AnchorRow, TicketProof, TicketRow
    from ledger.runtime.tables import table

    services = ledger.services
    anchors, tickets, proofs = table(AnchorRow), table(TicketRow), table(TicketProof)
    with services.store.read() as session:
        heads = session.execute(select(
            anchors.c.size, anchors.c.root, anchors.c.block_number, anchors.c.included, anchors.c.submitted,
            anchors.c.complete_to,
        ).order_by(anchors.c.size)).all()  # fmt: skip
        taken = session.execute(
            select(tickets.c.number, tickets.c.key, tickets.c.leaf_hash, tickets.c.raw)
            .join(proofs, (proofs.c.number == tickets.c.number) & (proofs.c.block_hash == tickets.c.block_hash))
            .order_by(tickets.c.number)
        ).all()
    evidence = Evidence(services.store, services.reader, services.origin)
    trust = folder / "trust.toml"
    trust.write_bytes(own_policy(services.store, services.settings))
    home = Path(services.settings.home)
    return Story(
        ledger, [tuple(row) for row in heads], [tuple(row) for row in taken], trust, home, case,  # type: ignore[misc]
        evidence.bundle(case).encode(),
    )  # fmt: skip


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("recover")
    with live(folder) as ledger:
        yield tell(ledger, folder)


def run(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> dict[str, Any]:
    """``habeas rebuild … --json``: what it printed."""
    found = main(["rebuild", *map(str, arguments), "--json"])
    out, err = capsys.readouterr()
    assert found == code, err
    return dict(json.loads(out))


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def proof_of(line: dict[str, Any]) -> ReceiptProof:
    shown = line["proof"]

    def data(text: str) -> bytes:
        return parse_base64(text, MalformedBundle, "a proof")

    return ReceiptProof(data(shown["header"]), shown["transaction"], shown["log"], tuple(map(data, shown["nodes"])))


def check_folder(folder: Path, story: Story) -> None:
    """Every head and every byte as the deleted ledger had them, each proof good for a stranger."""
    contract, log = story.live.home.rules.contract, story.live.log
    heads, taken = lines(folder / "heads.jsonl"), lines(folder / "submissions.jsonl")
    assert [item["size"] for item in heads] == [head[0] for head in story.heads]
    for item, head in zip(heads, story.heads, strict=True):
        evidence = verify_anchor(proof_of(item), contract, log)
        event = evidence.event
        assert (event.size, event.root, evidence.header.number) == head[:3]
        assert (event.included, event.submitted, event.complete_to) == head[3:]
        assert (item["root"], item["block"], item["included"]) == (encode_hex(event.root), head[2], event.included)
        assert item["block_hash"] == encode_hex(evidence.header.hash)
    assert [item["ticket"] for item in taken] == list(range(len(story.tickets)))
    for item, (_, key, leaf_hash, raw) in zip(taken, story.tickets, strict=True):
        header, submitted = verify_submission(proof_of(item), contract, log)
        assert (submitted.key, submitted.leaf_hash, submitted.statement) == (key, leaf_hash, raw)
        assert (item["key"], item["leaf_hash"]) == (encode_hex(key), encode_hex(leaf_hash))
        shown = encode_json(item["signed"]) if "signed" in item else parse_base64(item["bytes"], MalformedBundle, "")
        assert shown == raw and header.number == item["block"]
    assert [item["indexable"] for item in taken] == [True, True, False, False, False, True, True]


def test_without_home_and_database(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trust policy, a node, a folder: nothing else is needed, and nothing else is made."""
    monkeypatch.chdir(tmp_path)
    arguments = ("--from-chain", "--trust", story.trust, "--rpc", story.node, "--out", "found")
    said = run(capsys, *arguments)
    check_folder(tmp_path / "found", story)
    assert [path.name for path in tmp_path.iterdir()] == ["found"]
    size = story.heads[-1][0]
    known = len(story.heads) + len({ticket[2] for ticket in story.tickets[:-1]})
    assert (said["size"], said["heads"], said["tickets"]) == (size, len(story.heads), len(story.tickets))
    assert said["unknown_leaves"] == size - known and said["every_anchor_checked"]
    before = {path.name: path.read_bytes() for path in (tmp_path / "found").iterdir()}
    assert run(capsys, *arguments) == said, "a second run has nothing to do"
    assert {path.name: path.read_bytes() for path in (tmp_path / "found").iterdir()} == before
    assert main(["rebuild", *map(str, arguments)]) == 0
    words = capsys.readouterr().out
    assert f"Not recovered: {size - known} of {size} leaves" in words


def shape(text: str) -> str:
    """The words without the numbers and the names of one run."""
    return re.sub(r"0x[0-9a-f]+|\d[\d:TZ-]*", "N", text.replace("found/", ""))


def test_the_page_shows_what_is_printed(story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = shape((Path(__file__).parents[2] / "docs/operating/server-gone.md").read_text("utf-8"))
    out = tmp_path / "found"
    assert main(["rebuild", "--from-chain", "--trust", str(story.trust), "--rpc", story.node, "--out", str(out)]) == 0
    for line in capsys.readouterr().out.replace(f"{out}/", "").splitlines():
        assert shape(line) in page
    state = json.loads((out / "recovered.json").read_text())
    for name in {*lines(out / "heads.jsonl")[0], *lines(out / "submissions.jsonl")[0], "unknown_leaves"}:
        assert f"`{name}`" in page
    assert "unknown_leaves" in state


LIMITS: list[dict[str, Any]] = [
    {"blocks": 10, "code": -32600, "message": "up to a 10 block range is allowed"},
    {"blocks": 100, "code": -32602, "message": "block range too large"},
    {"blocks": 33, "code": 35, "message": "ranges over 33 blocks are not supported"},
    {"blocks": 50, "status": 413, "message": "Payload Too Large"},
    {"blocks": 50, "status": 400, "message": "bad request"},
    {"results": 1, "code": -32005, "message": "query returned more than 1 results"},
    {"truncate": 3},
    {"pace": 7, "blocks": 20},
    {"pace": 2, "retry_after": None},
    {"no_state": True, "blocks": 25},
]


@pytest.mark.parametrize("limits", LIMITS, ids=lambda limits: "-".join(map(str, limits.values())))
def test_narrow_providers(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str], limits: dict[str, Any]
) -> None:
    with provider(story.node, **limits) as (url, seen):
        said = run(capsys, "--from-chain", "--trust", story.trust, "--rpc", url, "--out", tmp_path / "found")
    check_folder(tmp_path / "found", story)
    assert said["every_anchor_checked"] is not seen.no_state
    if seen.blocks is not None:
        refused = sum(width > seen.blocks for width in seen.asked)
        assert len(seen.asked) - refused > 1 and refused < 20, "the width that worked is remembered"


def test_a_provider_that_does_not_answer_wide_questions(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HABEAS_RPC_TIMEOUT_S", "0.4")
    with provider(story.node, stall_above=60, stall_s=1.0) as (url, _):
        run(capsys, "--from-chain", "--trust", story.trust, "--rpc", url, "--out", tmp_path / "found")
    check_folder(tmp_path / "found", story)


def test_a_gap_over_many_windows(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without old state a hidden ticket shows itself hundreds of blocks later; it is looked for where it was."""
    monkeypatch.setattr("ledger.runtime.recover.WINDOW", 9)
    out = tmp_path / "found"
    with provider(story.node, no_state=True) as (url, limits), provider(story.node, no_state=True) as (good, fine):
        hide(story, limits, ticket=3)
        arguments = ("--from-chain", "--trust", story.trust, "--rpc", url, "--out", out)
        for _ in range(2):  # what the state file says makes no difference
            said = run(capsys, *arguments, code=1)
            assert "the node shows 3 tickets, but 4 were taken before the anchor" in said["detail"]
        fine.hide, limits.hide = limits.hide, lambda log: False
        run(capsys, *arguments, "--rpc", good)
    check_folder(out, story)


def hide(story: Story, limits: Limits, *, ticket: int | None = None, size: int | None = None) -> None:
    """Keep back the event of one ticket or of one head."""

    def is_it(log: dict[str, Any]) -> bool:
        if ticket is not None:
            return len(log["topics"]) == 3 and int(log["topics"][2], 16) == ticket
        return len(log["topics"]) == 2 and int(log["data"][2:66], 16) == size

    limits.hide = is_it


@pytest.mark.parametrize("what", ["first ticket", "middle ticket", "last ticket", "middle head", "last head"])
@pytest.mark.parametrize("helper", ["another node", "the state", "nobody"])
def test_events_kept_back(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str], what: str, helper: str
) -> None:
    """Shown by another node, else found through the contract's state, else named."""
    last = len(story.tickets) - 1
    size = story.heads[-1 if what == "last head" else 2][0]
    hidden = {"first ticket": 0, "middle ticket": 3, "last ticket": last}.get(what)
    out = tmp_path / "found"
    with provider(story.node, no_state=helper != "the state") as (url, limits), provider(story.node) as (good, fine):
        hide(story, limits, ticket=hidden, size=None if hidden is not None else size)
        fine.no_state = helper != "the state"
        urls = ("--rpc", url, *(("--rpc", good) if helper == "another node" else ()))
        arguments = ("--from-chain", "--trust", story.trust, *urls, "--out", out)
        if helper == "nobody" and what != "middle head":
            said = run(capsys, *arguments, code=1)
            assert said["error"] == "runtime-chain-unavailable" and "kept back" in said["detail"]
            expected = {
                "first ticket": "ticket 1 and not 0",
                "middle ticket": "the node shows 3 tickets, but 4 were taken before the anchor",
            }
            assert expected.get(what, "but the contract took") in said["detail"]
            limits.hide = lambda log: False  # the provider is repaired: the next run goes on
            run(capsys, *arguments)
        elif helper == "nobody":
            # No counter tells of a head between two others, so the result says what was not checked.
            said = run(capsys, *arguments)
            assert not said["every_anchor_checked"] and said["heads"] == len(story.heads) - 1
            return
        else:
            said = run(capsys, *arguments)
            assert said["every_anchor_checked"] is (helper == "the state")
    check_folder(out, story)


def test_one_of_two_nodes_keeps_old_state(story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "found"
    with provider(story.node, no_state=True) as (url, limits):
        hide(story, limits, size=story.heads[2][0])
        urls = ("--rpc", url, "--rpc", story.node)
        said = run(capsys, "--from-chain", "--trust", story.trust, *urls, "--out", out)
    assert said["every_anchor_checked"]
    check_folder(out, story)


def test_events_of_replaced_blocks_are_not_taken(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A node's index still shows an anchor and a ticket of blocks that are no longer part of the chain."""
    wanted = {"address": encode_hex(story.live.home.rules.contract), "fromBlock": "0x0", "toBlock": "latest"}
    found = story.live.node.ask("eth_getLogs", wanted)
    assert isinstance(found, list)
    anchor = next(log for log in found if len(log["topics"]) == 2)
    ticket = next(log for log in found if len(log["topics"]) == 3)
    later = hex(int(found[-1]["blockNumber"], 16) - 1)
    stale = [{**log, "blockHash": "0x" + "ab" * 32, "blockNumber": later} for log in (anchor, ticket)]
    stale[0]["data"] = "0x" + (10_000).to_bytes(32).hex() + anchor["data"][66:]
    stale[1]["topics"] = [*ticket["topics"][:2], "0x" + len(story.tickets).to_bytes(32).hex()]
    with provider(story.node) as (url, limits):
        limits.extra = stale
        run(capsys, "--from-chain", "--trust", story.trust, "--rpc", url, "--out", tmp_path / "found")
    check_folder(tmp_path / "found", story)


def test_refusals(story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "found"
    chain = ("--from-chain", "--trust", story.trust, "--rpc", story.node)
    assert run(capsys, "--rpc", story.node, code=2)["error"] == "malformed-request"
    assert run(capsys, "--from-chain", "--ledger", "x.example/y", code=2)["error"] == "malformed-request"
    said = run(capsys, *chain[:3], "--rpc", "ftp://one.example", "--out", out, code=2)
    assert said["error"] == "malformed-request" and not out.exists()
    assert run(capsys, *chain, "--ledger", "x.example/y", "--out", out, code=2)["error"] == "malformed-request"
    foreign = tmp_path / "foreign.toml"
    genesis = encode_hex(story.live.home.identity.genesis)
    foreign.write_text(story.trust.read_text().replace(genesis, "0x" + "11" * 32))
    said = run(capsys, "--from-chain", "--trust", foreign, "--rpc", story.node, "--out", out, code=1)
    assert said["error"] == "runtime-foreign-chain"
    shutil.rmtree(out)
    run(capsys, *chain, "--out", out)
    other = tmp_path / "other.toml"
    log = encode_hex(story.live.log)
    other.write_text(story.trust.read_text().replace(log, "0x" + "22" * 20))
    said = run(capsys, "--from-chain", "--trust", other, "--rpc", story.node, "--out", out, code=1)
    assert said["error"] == "refused-overwrite"
    (out / "heads.jsonl").write_bytes(b"")
    assert run(capsys, *chain, "--out", out, code=1)["error"] == "runtime-log"


@pytest.mark.parametrize("no_state", [False, True])
def test_many_windows_and_a_node_that_goes_away(
    story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, no_state: bool
) -> None:
    """Each run gets a little further; nothing is lost or doubled where one ends."""
    monkeypatch.setattr("ledger.runtime.recover.WINDOW", 9)
    out, reached = tmp_path / "found", []
    with provider(story.node, no_state=no_state) as (url, limits):
        arguments = ("--from-chain", "--trust", story.trust, "--rpc", url, "--out", out)
        for patience in (40, 40, 60):
            limits.answers = patience
            assert run(capsys, *arguments, code=1)["error"] == "runtime-chain-unavailable"
            reached.append(json.loads((out / "recovered.json").read_text())["read_to"]["before"])
        limits.answers = None
        said = run(capsys, *arguments)
    assert reached == sorted(reached) and reached[0] < reached[-1] < story.heads[-1][2]
    assert said["every_anchor_checked"] is not no_state
    check_folder(out, story)


def test_a_killed_run_is_gone_on_from(story: Story, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Half a window is on disk, the state file still says what was complete."""
    out = tmp_path / "found"
    arguments = ("--from-chain", "--trust", story.trust, "--rpc", story.node, "--out", out)
    with provider(story.node) as (url, limits):
        hide(story, limits, ticket=0)
        limits.no_state = True
        run(capsys, "--from-chain", "--trust", story.trust, "--rpc", url, "--out", out, code=1)
    (out / "heads.jsonl").write_bytes(b'{"half a li')
    (out / "submissions.jsonl").write_bytes(b"{}\n{}\n")
    run(capsys, *arguments)
    check_folder(out, story)
    assert parse_header(proof_of(lines(out / "heads.jsonl")[0]).header).number > 0
    assert index_key(story.live.world.opened(number=1), story.live.services.origin) != NO_KEY
