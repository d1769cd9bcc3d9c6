"""What a new user does on a running ledger: files that wait, dates ahead, a company to play, a seed put back."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.cli import casefolder
from ledger.cli.client import ApiClient
from ledger.cli.main import main
from tests.cli.a_server import SECRET, Run, Server, await_, open_case, receipts_hold, say_sent, statements


def test_what_was_written_to_a_file_is_sent_by_word_alone(habeas: Run, tmp_path: Path) -> None:
    """Neither a later statement nor ``submit`` takes it along; FILE or --written does, and the receipt is kept."""
    open_case(habeas)
    said = ("say", "case.confirmed", "--on", "2026-10-01", "--answer", "nothing", "--account", "open", "--yes")
    habeas(*said, "--out", "one.json")
    habeas(*said[:3], "2026-10-02", *said[4:], "--out", "two.json")
    habeas(*said[:3], "2026-10-03", *said[4:])
    assert habeas("submit") == ""
    entries = json.loads(habeas("case", "show", "--json"))["statements"]
    assert [(item["index"] is None, item["written"]) for item in entries] == [
        (False, False), (True, True), (True, True), (False, False),
    ]  # fmt: skip
    habeas("submit", "one.json")
    assert [item["index"] is None for item in json.loads(habeas("case", "show", "--json"))["statements"]] == [
        False, False, True, False,
    ]  # fmt: skip
    assert habeas("submit", "--written").count("Recorded as entry") == 1
    assert json.loads(habeas("case", "list", "--json"))[0]["waiting"] == 0


def test_a_date_that_has_not_come(habeas: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """It is recorded, and remarked upon before that."""
    open_case(habeas)
    said = ("say", "request.acknowledged", "--yes", "--json", "--received-on")
    assert main([*said, "2126-01-01"]) == 0
    out, err = capsys.readouterr()
    [remark] = json.loads(out)["remarks"]
    assert remark in err and remark.startswith("received_on is 2126-01-01: that lies after 20")
    assert json.loads(habeas(*said, "2026-10-01"))["remarks"] == []


def example_of(heading: str) -> list[list[str]]:
    """The commands of the first block below a heading of docs/cli.md."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "cli.md").read_text("utf-8")
    block = page.split(f"## {heading}\n")[1].split("```")[1].replace("\\\n", " ")
    return [shlex.split(line, comments=True) for line in block.strip().splitlines() if line.startswith("habeas")]


def test_the_company_on_the_demo_ledger(habeas: Run, server: Server, tmp_path: Path) -> None:
    """The example of docs/cli.md as it stands there, with this ledger's folder and what the commands print."""
    shown: dict[str, str] = {"build/demo/company": str(server.home / "company"), "build/demo/trust.toml": "trust.toml"}
    (tmp_path / "build").mkdir()
    with ApiClient(server.url) as client:
        (tmp_path / "trust.toml").write_bytes(client.get("/v1/trust-policy"))
    for line in example_of("The company on the demo ledger"):
        words = [shown.get(word, word) for word in line[1:]]
        asks = ["--yes"] if words[0] in ("key", "case", "say") else []
        secret = SECRET if "--key-file" in words or words[:2] == ["company", "key"] else ()
        if words[0] == "prove":
            await_(lambda: statements(server, shown["ID"]) >= 5)
        printed = habeas(*words, *asks, *secret, code=3 if words[0] == "prove" else 0)
        if words[:2] == ["company", "key"]:
            shown["0x…"] = printed.strip()
        if words[:2] == ["case", "open"]:
            shown["ID"] = printed.strip()
    assert {"0x…", "ID"} <= shown.keys()
    assert "by the company, operator-vouched" in printed and "Receipt acknowledged" in printed


def test_what_a_company_publishes(habeas: Run) -> None:
    """Both places, as they are put there; a key as wallets show it is the same key."""
    shown = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    printed = habeas("company", "publish", "shop.example", "--key", shown)
    assert habeas("company", "publish", "shop.example", "--key", shown.lower()) == printed
    assert printed.startswith("https://shop.example/.well-known/habeas.json\n\n{\n")
    assert printed.endswith(f'\n}}\n\n_habeas.shop.example. TXT "habeas1 key={shown.lower()}"\n')
    assert "no checksum" in habeas("company", "publish", "shop.example", "--key", shown.replace("5aA", "5aa"), code=2)


def test_restore_adds_the_receipts_that_a_folder_lacks(habeas: Run, tmp_path: Path) -> None:
    """A folder that lost an answer: its own case gets the receipt, its private fields stay."""
    (tmp_path / "letter.txt").write_text("a letter")
    open_case(habeas)
    say_sent(habeas)
    [case] = casefolder.list_cases(tmp_path / "mine")
    bare = replace(case, entries=tuple(replace(entry, receipt=None) for entry in case.entries))
    casefolder.update(tmp_path / "mine", case.case, lambda _: bare)
    (tmp_path / "words").write_text(casefolder.load_seed(tmp_path / "mine").phrase)
    habeas("key", "restore", "--phrase-file", "words")
    receipts_hold(tmp_path / "mine")
    [again] = casefolder.list_cases(tmp_path / "mine")
    assert [entry.disclosures for entry in again.entries] == [entry.disclosures for entry in case.entries]
