"""The dates of a case as a calendar file, from its bundle and by the command."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.cli.main import main
from tests.cli.matter import Matter
from tools.vectors._matter import policy_text


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    matter = Matter("tr-kvkk", "TR")
    matter.sent("2026-10-20", "2026-10-20")
    matter.company("2026-10-22", "request.acknowledged", received_on="2026-10-22")
    bundle, trust = tmp_path / "case.habeas.json", tmp_path / "trust.toml"
    whole = matter.bundle("2026-11-02")
    bundle.write_bytes(whole.encode())
    (tmp_path / "part.habeas.json").write_bytes(replace(whole, index=None).encode())
    trust.write_text(policy_text())
    return bundle, trust


def test_each_date_once(files: tuple[Path, Path], tmp_path: Path) -> None:
    """The company's two dates, and the person's window in both readings; the same again gives the same bytes."""
    made = []
    for name in ("one.ics", "two.ics"):
        out = tmp_path / name
        options = ("--trust", str(files[1]), "--now", "2026-11-03T00:00:00Z")
        assert main(["case", "ics", str(files[0]), str(out), *options]) == 0
        made.append(out.read_bytes())
    text = made[0].decode("utf-8")
    assert made[0] == made[1]
    assert text.count("BEGIN:VEVENT") == 4
    for day in ("20261119", "20261123", "20261219", "20261221"):
        assert f"DTSTART;VALUE=DATE:{day}" in text
    unfolded = text.replace("\r\n ", "")
    assert "Not a finding of a breach. Not legal advice." in unfolded


HOLIDAY = (
    'habeas_calendar = 1\nid = "tr-late"\nversion = 3\n[[day]]\ndate = 2026-11-23\nplace = "TR"\nstatus = "holiday"\n'
    'name = "made up"\nsource = "made up"\n'
)


def test_a_holiday_declared_late(files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same file moves the date of ``habeas verify`` and of ``habeas case ics``, and is named with its digest."""
    late, out = tmp_path / "late.toml", tmp_path / "late.ics"
    late.write_text(HOLIDAY)
    options = ("--trust", str(files[1]), "--now", "2026-11-03T00:00:00Z", "--calendar", str(late))
    assert main(["case", "ics", str(files[0]), str(out), *options]) == 0
    assert "20261123" not in out.read_text("utf-8") and "DTSTART;VALUE=DATE:20261124" in out.read_text("utf-8")
    capsys.readouterr()
    assert main(["verify", str(files[0]), "--json", *options]) == 3
    due = json.loads(capsys.readouterr().out)["finding"]["due"]
    assert due["due_latest"] == "2026-11-24"
    assert due["calendar"].endswith(f"; tr-late 3 sha256:{hashlib.sha256(HOLIDAY.encode()).hexdigest()[:16]}")
    assert main(["verify", str(files[0]), *options]) == 3
    assert "; tr-late 3 sha256:" in capsys.readouterr().out
    folder = tmp_path / "many"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.habeas.json").write_bytes(files[0].read_bytes())
    assert main(["verify", str(folder), "--json", "--jobs", "2", *options]) == 3
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["finding"]["due"]["due_latest"] for line in lines] == ["2026-11-24", "2026-11-24"]


@pytest.mark.parametrize("content", [None, HOLIDAY + "x"])
def test_a_calendar_file_that_is_none(
    content: str | None, files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = tmp_path / "late.toml"
    if content is not None:
        late.write_text(content)
    assert main(["verify", str(files[0]), "--trust", str(files[1]), "--calendar", str(late)]) == 2
    assert "calendar file" in capsys.readouterr().err


def test_without_complete_lists_there_are_no_dates(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part, out = tmp_path / "part.habeas.json", tmp_path / "part.ics"
    assert main(["case", "ics", str(part), str(out), "--trust", str(files[1]), "--now", "2026-11-03T00:00:00Z"]) == 2
    assert not out.exists() and "no finding" in capsys.readouterr().err


def test_json_ld(files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same case in the words of W3C DPV; also of a file without complete lists, which then says so."""
    for name, complete in (("case", True), ("part", False)):
        path = tmp_path / f"{name}.habeas.json"
        assert main(["case", "jsonld", str(path), "--trust", str(files[1]), "--now", "2026-11-03T00:00:00Z"]) == 0
        value = json.loads(capsys.readouterr().out)
        assert value["habeas:complete"] is complete and value["@type"] == "dpv:RightExerciseRecord"
        assert [part["dct:type"] for part in value["dct:hasPart"]] == [
            "case.opened", "request.sent", "request.acknowledged",
        ]  # fmt: skip
