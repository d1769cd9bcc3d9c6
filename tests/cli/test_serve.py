"""``habeas serve`` ends, and says so, when its worker ended."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ledger.cli.main import main
from ledger.runtime.worker import Worker


@pytest.mark.parametrize("error", [RuntimeError("a bug"), None], ids=["fault", "silent end"])
def test_a_worker_that_ends_takes_the_server_with_it(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception | None,
) -> None:
    def ends(_self: Worker, _stop: threading.Event) -> None:
        if error is not None:
            raise error

    monkeypatch.setattr(Worker, "run", ends)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    assert main(["serve", "--home", str(tmp_path / "home")]) == 1
    assert "the worker ended unexpectedly" in capsys.readouterr().err
