"""What `make setup` shows while it installs: npm's own progress on a terminal, one line elsewhere."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("on_terminal", [True, False])
def test_progress_of_npm(tmp_path: Path, on_terminal: bool) -> None:
    """With an npm that only tells how it was called: the real one would need a network."""
    for name in ("Makefile", "package.json", "package-lock.json"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "node_modules").mkdir()
    (tmp_path / "bin").mkdir()
    npm = tmp_path / "bin" / "npm"
    npm.write_text('#!/bin/sh\necho "$@" > called\n')
    npm.chmod(0o755)
    environment = {**os.environ, "PATH": f"{tmp_path / 'bin'}:{os.environ['PATH']}"}
    ours, theirs = pty.openpty()
    done = subprocess.run(
        ["make", "node_modules/.done"],
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=theirs if on_terminal else subprocess.DEVNULL,
        text=True,
        check=True,
    )
    os.close(theirs)
    os.close(ours)
    called = (tmp_path / "called").read_text().split()
    assert called[0] == "ci" and ("--progress=true" in called) is on_terminal
    assert "--silent" not in called and "about 180 MB" in done.stdout
