"""Ends a test's PostgreSQL when its pytest is gone, however it went: ``python reaper.py <folder>``.

Waits for the end of its input, which pytest holds open and the operating system closes with it.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from pathlib import Path


def main(folder: Path) -> None:
    sys.stdin.read()
    try:
        pid = int((folder / "postmaster.pid").read_text().split("\n")[0])
        os.kill(pid, signal.SIGQUIT)  # the immediate shutdown: nothing is kept
        for _ in range(200):
            os.kill(pid, 0)
            time.sleep(0.05)
    except (OSError, ValueError):
        pass  # it has ended
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
