"""Commands of an operator in a folder that holds no ledger: they say so, and make nothing there."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.cli.main import main


@pytest.mark.parametrize(
    "command",
    [
        ("attester", "bind", "0x" + "11" * 20, "--scope", "dkim", "--yes"),
        ("rebuild",),
        ("withhold", "0x" + "11" * 32, "--reason", "court_order", "--yes"),
    ],
)
@pytest.mark.parametrize("named", [False, True])
def test_nothing_is_made_where_there_is_no_ledger(
    command: tuple[str, ...], named: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HABEAS_HOME", raising=False)
    assert main([*command, *(("--home", "elsewhere") if named else ())]) == 1
    said = capsys.readouterr().err
    assert f"there is no ledger in {'elsewhere' if named else '.habeas'}: " in said and "--home" in said
    assert list(tmp_path.iterdir()) == []


def test_init_says_how_to_start_what_it_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its folder, as it can be typed; and what one resolver alone is worth."""
    monkeypatch.chdir(tmp_path)
    made = ["attester", "init", "--name", "watch.example", "--ledger", "habeas.example/main=https://habeas.example"]
    assert main([*made, "--resolver", "192.0.2.53", "--home", "my att"]) == 0
    err = capsys.readouterr().err
    assert "Start it with: habeas attester serve --home 'my att'" in err
    assert "alone gives the key a mail has grade D" in err and "grade C" not in err
