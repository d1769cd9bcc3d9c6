"""The dates of a case as a calendar file, from its bundle and by the command."""

from __future__ import annotations

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


def test_without_complete_lists_there_are_no_dates(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part, out = tmp_path / "part.habeas.json", tmp_path / "part.ics"
    assert main(["case", "ics", str(part), str(out), "--trust", str(files[1]), "--now", "2026-11-03T00:00:00Z"]) == 2
    assert not out.exists() and "no finding" in capsys.readouterr().err
