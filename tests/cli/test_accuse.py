"""Fraud proofs on the command line: ``verify`` on one, ``verify --against``, ``accuse``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ledger.bundle import Bundle
from ledger.cli import casefolder
from ledger.cli.casefile import CaseFile, Entry
from ledger.cli.main import main
from ledger.encoding import encode_hex, encode_instant, sha256
from ledger.evm import keccak256, parse_header
from ledger.fraud.proof import FraudProof, fork, omitted, parse_fraud
from ledger.merkle import hash_leaf
from ledger.proof import LogProof
from ledger.tiles import TileEdge, addendum_path, encode_entries, entries_path
from tests.cli.nodes import Node, served
from tools.vectors._bundles import GENESIS, ORIGIN, START
from tools.vectors._fraud_stories import (
    ANSWER_KEY,
    ASKED,
    CASE,
    OPENING,
    OTHER_GENESIS,
    POLICY_BYTES,
    REQUESTER_KEY,
    STRANGER_KEY,
    Story,
    headers_of,
)
from tools.vectors._indexed_log import IndexedLog

ROOT = Path(__file__).resolve().parents[2]
KEYS = (REQUESTER_KEY, ANSWER_KEY, STRANGER_KEY)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A command with the policy that lists the ledger, in an empty folder."""
    monkeypatch.chdir(tmp_path)
    Path("trust.toml").write_bytes(POLICY_BYTES)

    def call(command: str, *arguments: str, trust: str = "trust.toml") -> tuple[int, str, str]:
        code = main([command, *arguments, "--trust", trust])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def hashes(*headers: bytes) -> list[str]:
    return [argument for header in headers for argument in ("--block", encode_hex(keccak256(header)))]


def blocks_of(*bundles: Bundle) -> list[str]:
    headers = [anchor.proof.header for item in bundles for anchor in item.anchors.values()]
    return hashes(*headers, *(proof.header for item in bundles for proof in item.submitted.values()))


def an_omission(lie: str = "answer left out") -> FraudProof:
    story = Story(lie)
    index = story.log.index_part(story.closed, story.size, ANSWER_KEY)
    return omitted(ORIGIN, story.log.anchored(), index, story.log.statement_part(story.answered, story.size))


def views(lie: str) -> tuple[Story, Bundle, Bundle]:
    """The bundle with the lists, and the one that the answer's author kept."""
    story = Story(lie, early=True)
    log = story.log
    mine = log.bundle_of(CASE, [0, story.opened], {story.size: log.anchored()}, keys=KEYS)
    theirs = log.bundle_of(CASE, [story.answered], {story.early: log.anchored(story.early)})
    Path("mine.habeas.json").write_bytes(mine.encode())
    Path("theirs.habeas.json").write_bytes(theirs.encode())
    return story, mine, theirs


# --- verify ---------------------------------------------------------------------------------------


def test_a_fraud_proof(run: Run) -> None:
    """Conditional offline, proven with the block known, not shown where another block is there."""
    proof = an_omission()
    Path("x.fraud.json").write_bytes(proof.encode())
    code, out, _ = run("verify", "x.fraud.json")
    assert code == 3 and "proven only if what was not checked below holds (exit 3)" in out
    assert "Statement left out  Request refused [request.refused]" in out
    assert "conditional 8" in out and out.endswith("Not a finding of a breach. Not legal advice.\n")
    header = next(header for _, header in headers_of(proof))
    code, out, _ = run("verify", "x.fraud.json", *hashes(header))
    assert code == 0 and "proven: the records of this ledger contradict its own rules" in out
    assert "  - Why: a fault of a program" in out
    number, block = parse_header(header).number, keccak256(header)
    with served(Node(blocks={number: block})) as url:
        assert run("verify", "x.fraud.json", "--rpc", url)[0] == 0
    with served(Node(blocks={number: sha256(b"other")})) as url:
        code, out, _ = run("verify", "x.fraud.json", "--rpc", url)
    assert code == 1 and "has another block there" in out and "Nothing: the file does not show" in out


def test_a_false_accusation(run: Run) -> None:
    proof = an_omission("")
    Path("x.fraud.json").write_bytes(proof.encode())
    code, out, _ = run("verify", "x.fraud.json", *hashes(*(header for _, header in headers_of(proof))))
    assert code == 1 and "stands in the list, so nothing was left out" in out
    assert "not shown; do not accuse anybody with this file (exit 1)" in out


def test_json_and_korean(run: Run) -> None:
    proof = an_omission()
    Path("x.fraud.json").write_bytes(proof.encode())
    code, out, _ = run("verify", "x.fraud.json", "--json")
    value: dict[str, Any] = json.loads(out)
    assert value["exit"] == code == 3 and value["claim"] == "omitted" and value["ledger"] == ORIGIN
    assert value["statement"]["kind"] == "request.refused" and value["statement"]["case"] == encode_hex(CASE)
    assert value["key"] == encode_hex(ANSWER_KEY) and value["index"]["size"] == 5
    assert [item["step"] for item in value["checks"]] == ["1", "2", "3.2", "3.3", "6.1", "6.2", "7.1", "8"]
    code, out, _ = run("verify", "x.fraud.json", "--lang", "ko")
    assert code == 3 and "반드시 실려야 할 진술이 빠져 있습니다" in out
    assert out.endswith("위법 여부의 판단이 아니며 법률 자문이 아닙니다.\n")


def test_a_ledger_that_the_policy_does_not_list(run: Run) -> None:
    proof = an_omission()
    Path("x.fraud.json").write_bytes(proof.encode())
    Path("nobody.toml").write_bytes(b"habeas_trust = 1\n")
    code, out, _ = run("verify", "x.fraud.json", trust="nobody.toml")
    assert code == 3 and "does not say who is bound" in out


def test_a_fork_on_two_chains(run: Run) -> None:
    """Each chain is asked for its own block, and the other one for the contract's code too."""
    one, other = Story("answer left out").log, Story().log
    proof = fork(ORIGIN, one.anchored(), other.anchored(genesis=OTHER_GENESIS))
    Path("x.fraud.json").write_bytes(proof.encode())
    nodes = {}
    for genesis, header in headers_of(proof):
        nodes[genesis] = Node(genesis=genesis, blocks={parse_header(header).number: keccak256(header)})
    nodes[OTHER_GENESIS].chain_id = 4242
    with served(nodes[GENESIS]) as home, served(nodes[OTHER_GENESIS]) as mirror:
        assert run("verify", "x.fraud.json", "--rpc", home, "--rpc", mirror)[0] == 0
        assert run("verify", "x.fraud.json", "--rpc", home)[0] == 3
        nodes[OTHER_GENESIS].code = b"other code"
        code, out, _ = run("verify", "x.fraud.json", "--rpc", home, "--rpc", mirror)
    assert code == 1 and "the code hash there is" in out
    code, out, _ = run("verify", "x.fraud.json", *hashes(*(header for _, header in headers_of(proof))))
    assert code == 3 and "has the policy's code there too" in out


@pytest.mark.parametrize(
    "arguments",
    [
        ["x.fraud.json", "--against", "x.fraud.json"],
        ["mine.habeas.json", "--against", "x.fraud.json"],
        ["mine.habeas.json", "--fraud-out", "new.fraud.json"],
        ["mine.habeas.json", "--against", "missing.json"],
        ["mine.habeas.json", "--against", "elsewhere.habeas.json"],
        ["broken.fraud.json"],
    ],
)
def test_wrong_use(run: Run, arguments: list[str]) -> None:
    views("")
    Path("x.fraud.json").write_bytes(an_omission().encode())
    Path("broken.fraud.json").write_bytes(an_omission().encode().replace(b"omitted", b"omittet"))
    elsewhere = Path("mine.habeas.json").read_bytes().replace(ORIGIN.encode(), b"habeas.example/else")
    Path("elsewhere.habeas.json").write_bytes(elsewhere)
    code, out, err = run("verify", *arguments)
    assert code == 2 and out == "" and err.strip() and "Traceback" not in err
    assert not Path("new.fraud.json").exists()


def test_nothing_heavy_is_imported(run: Run) -> None:
    Path("x.fraud.json").write_bytes(an_omission().encode())
    heavy = ("sqlmodel", "web3", "eth_account", "fastapi", "pydantic", "typer", "httpx2", "dns", "rich")
    script = (
        "import sys; from ledger.cli.main import main; code = main(sys.argv[1:]); "
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr); sys.exit(code)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script, "verify", "x.fraud.json", "--trust", "trust.toml"]
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert ended.returncode == 3 and ended.stderr.strip() == "[]"


# --- verify --against -----------------------------------------------------------------------------


def test_two_bundles_that_contradict_each_other(run: Run) -> None:
    """Exit 1 where it is proven; the proof is written, and verifies by itself."""
    _, mine, theirs = views("answer left out")
    now = ["--now", encode_instant(START + 86_400)]
    code, out, _ = run("verify", "mine.habeas.json", "--against", "theirs.habeas.json", *now)
    assert code == 3 and "Contradictions with theirs.habeas.json" in out
    assert "omitted: The operator's index leaves out" in out and "If block" in out
    known = blocks_of(mine, theirs)
    arguments = ["--against", "theirs.habeas.json", "--fraud-out", "new.fraud.json", *known, *now]
    code, out, _ = run("verify", "mine.habeas.json", *arguments)
    assert code == 1 and "written: new.fraud.json" in out
    assert parse_fraud(Path("new.fraud.json").read_bytes()).claim == "omitted"
    assert run("verify", "new.fraud.json", *known)[0] == 0
    code, _, err = run("verify", "mine.habeas.json", *arguments)
    assert code == 2 and "is not overwritten" in err
    code, out, _ = run("verify", "mine.habeas.json", "--against", "theirs.habeas.json", "--json", *known, *now)
    value = json.loads(out)
    assert code == value["exit"] == 1
    assert [item["claim"] for item in value["against"]["contradictions"]] == ["omitted"]


def test_two_bundles_of_an_honest_ledger(run: Run) -> None:
    _, mine, theirs = views("")
    now = ["--now", encode_instant(START + 86_400)]
    alone = run("verify", "mine.habeas.json", *blocks_of(mine, theirs), *now)[0]
    arguments = ["--against", "theirs.habeas.json", "--fraud-out", "new.fraud.json"]
    code, out, _ = run("verify", "mine.habeas.json", *arguments, *blocks_of(mine, theirs), *now)
    assert code == alone and "None was found." in out and not Path("new.fraud.json").exists()
    code, out, _ = run("verify", "mine.habeas.json", *arguments, *now, "--lang", "ko")
    assert "찾지 못했습니다" in out
    Path("nobody.toml").write_bytes(b"habeas_trust = 1\n")
    code, out, _ = run("verify", "mine.habeas.json", *arguments, *now, trust="nobody.toml")
    assert code == 3 and "Not compared" in out


# --- accuse ---------------------------------------------------------------------------------------


def write_log(folder: Path, log: IndexedLog, size: int | None = None, *, withheld: tuple[int, ...] = ()) -> None:
    """The log's files, as a server publishes them."""
    leaves = log.leaves if size is None else log.leaves[:size]
    files = {"checkpoint": log.signed(len(leaves)).note}
    for tile in TileEdge().grow([hash_leaf(data) for data in leaves])[1]:
        files[tile.path.encode()] = tile.data
    for first in range(0, len(leaves), 256):
        part = leaves[first : first + 256]
        files[entries_path(first // 256, len(part))] = encode_entries(part)
    for index, raw in log.raws.items():
        if index not in withheld:
            files[addendum_path(sha256(raw))] = raw
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


@contextmanager
def served_folder(folder: Path) -> Iterator[str]:
    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_accuse_from_two_bundles(run: Run) -> None:
    _, mine, theirs = views("answer left out")
    both = ["--bundle", "mine.habeas.json", "--bundle", "theirs.habeas.json"]
    code, out, _ = run("accuse", *both)
    assert code == 3 and "written: omitted.fraud.json" in out and "Why: a fault" in out
    code, out, _ = run("accuse", *both, "--out", "new.fraud.json", "--json", *blocks_of(mine, theirs))
    value = json.loads(out)
    assert code == value["exit"] == 0 and value["written"] == ["new.fraud.json"]
    assert run("verify", "new.fraud.json", *blocks_of(mine, theirs))[0] == 0


def test_accuse_with_ones_own_receipts(run: Run, tmp_path: Path) -> None:
    """The requester's case file holds the receipt of a statement that the operator's index leaves out."""
    story = Story("request left out")
    log, size = story.log, story.asked + 1
    bundle = log.bundle_of(CASE, [0], {story.size: log.anchored()}, keys=KEYS)
    Path("mine.habeas.json").write_bytes(bundle.encode())
    receipt = LogProof(story.asked, tuple(log.tree.inclusion(story.asked, size)), log.signed(size).note)
    entries = (Entry(OPENING), Entry(ASKED, receipt.encode()))
    casefolder.create(tmp_path / "cases", CaseFile("http://127.0.0.1:1", 0, entries))
    arguments = ["--bundle", "mine.habeas.json", "--case", CASE.hex(), "--folder", str(tmp_path / "cases")]
    code, out, _ = run("accuse", *arguments, *blocks_of(bundle))
    assert code == 0 and "Request sent [request.sent]" in out
    code, out, _ = run("verify", "omitted.fraud.json", *blocks_of(bundle))
    assert code == 0 and "the operator gave out two logs under one name: which of the two is not shown" in out
    Path("other.habeas.json").write_bytes(bundle.encode().replace(ORIGIN.encode(), b"habeas.example/else"))
    assert run("accuse", "--bundle", "other.habeas.json", *arguments[2:])[0] == 2


@pytest.mark.parametrize(
    ("lie", "expected"),
    [
        ("answer left out", {"omitted"}),
        ("list left out", {"omitted"}),
        ("submission left out", {"omitted"}),
        ("another leaf", {"foreign", "omitted"}),
        ("another author", {"foreign"}),
        ("twice", {"malformed", "omitted"}),
    ],
)
def test_accuse_by_the_log(run: Run, tmp_path: Path, lie: str, expected: set[str]) -> None:
    """One bundle with the lists, and the log's own files, from a folder and over HTTP."""
    story, mine, _ = views(lie)
    story.signed_late()
    write_log(tmp_path / "log", story.log)
    with served_folder(tmp_path / "log") as url:
        for number, where in enumerate(("log", url)):
            arguments = ["--bundle", "mine.habeas.json", "--log", where, "--out", f"{number}.fraud.json", "--json"]
            code, out, err = run("accuse", *arguments, *blocks_of(mine))
            value = json.loads(out)
            assert code == value["exit"] == 0, err
            assert {item["claim"] for item in value["proofs"]} == expected
            for name in value["written"]:
                assert run("verify", name, *blocks_of(mine))[0] == 0


def test_accuse_by_a_log_that_is_another_one(run: Run, tmp_path: Path) -> None:
    """The log's tree does not extend what was anchored: a fork, also of a size that is no power of two."""
    _, mine, theirs = views("answer left out")
    other = Story(early=True)
    other.signed_late()
    write_log(tmp_path / "log", other.log)
    code, out, _ = run("accuse", "--bundle", "mine.habeas.json", "--log", "log", "--json", *blocks_of(mine))
    claims = [item["claim"] for item in json.loads(out)["proofs"]]
    assert code == 0 and "fork" in claims
    code, out, _ = run("accuse", "--bundle", "theirs.habeas.json", "--log", "log", *blocks_of(theirs))
    assert code == 1 and "Nothing was found" in out  # they part only after that anchor


def test_accuse_an_honest_log(run: Run, tmp_path: Path) -> None:
    story, mine, theirs = views("")
    story.signed_late()
    write_log(tmp_path / "log", story.log)
    arguments = ["--bundle", "mine.habeas.json", "--bundle", "theirs.habeas.json", "--log", "log"]
    code, out, _ = run("accuse", *arguments, *blocks_of(mine, theirs))
    assert code == 1 and "Nothing was found" in out and not list(Path().glob("*.fraud.json"))
    write_log(tmp_path / "older", story.log, story.early)
    code, out, err = run("accuse", "--bundle", "mine.habeas.json", "--log", "older", *blocks_of(mine))
    assert code == 1 and "is older than the tree" in err


def test_accuse_where_bytes_are_withheld(run: Run, tmp_path: Path) -> None:
    """Without the statement nothing is shown, and it is said which leaf that is."""
    story, mine, _ = views("answer left out")
    write_log(tmp_path / "log", story.log, withheld=(story.answered,))
    code, _, err = run("accuse", "--bundle", "mine.habeas.json", "--log", "log", *blocks_of(mine))
    assert code == 1 and f"Leaf {story.answered} is not listed under its key" in err


def test_a_log_that_contradicts_its_own_checkpoint(run: Run, tmp_path: Path) -> None:
    story, _, _ = views("")
    write_log(tmp_path / "log", story.log)
    for path in (tmp_path / "log" / "tile" / "0").iterdir():
        for file in [path] if path.is_file() else path.iterdir():
            file.write_bytes(bytes(len(file.read_bytes())))
    code, _, err = run("accuse", "--bundle", "mine.habeas.json", "--log", "log")
    assert code == 1 and "lead to another root than its checkpoint" in err
    assert run("accuse", "--bundle", "mine.habeas.json", "--log", "nowhere")[0] == 1
    Path("nobody.toml").write_bytes(b"habeas_trust = 1\n")
    code, _, err = run("accuse", "--bundle", "mine.habeas.json", trust="nobody.toml")
    assert code == 2 and "does not list" in err
