"""The two judges: built with the Go toolchain into build/interop, then run as programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "interop"
FSCK = "github.com/transparency-dev/tessera/cmd/fsck@v1.0.4"
TIMEOUT_S = 600
_WIDTH = 160
_GOOD, _BAD = "Successfully fsck'd log", "fsck failed"
NO_GO = """Go is not installed, so nothing was judged.
`make interop` builds two programs that others wrote or that use only what others wrote: fsck of
transparency-dev/tessera, and a judge over golang.org/x/mod. Install Go 1.24 or newer, and run it again."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a judge said. ``sentence`` is the line that decided."""

    accepted: bool
    sentence: str
    lines: list[str]


def build() -> str:
    """Build both; what go says of itself. SystemExit with a clear message where that fails."""
    go = shutil.which("go")
    if go is None:
        raise SystemExit(NO_GO)
    FOLDER.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "GOBIN": str(FOLDER), "GOFLAGS": "-mod=mod -buildvcs=false"}
    for command, where in (
        ([go, "install", FSCK], ROOT),
        ([go, "build", "-o", str(FOLDER / "judge"), "."], ROOT / "tests" / "interop" / "judge"),
    ):
        done = subprocess.run(command, cwd=where, env=environment, check=False)
        if done.returncode:
            raise SystemExit(f"`{' '.join(command)}` failed: see above; building needs the network once")
    return subprocess.run([go, "version"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def fsck(url: str, vkey: str) -> Verdict:
    """Tessera's fsck: signature, every entry bundle, every tile, root recomputed.

    fsck v1.0.4 ends with exit code 0 whatever it found (cmd/fsck/main.go only logs the error), so its
    words decide: it must report success and no failure.
    """
    key = FOLDER / "log.vkey"
    key.write_text(vkey, encoding="ascii")
    command = [FOLDER / "fsck", f"--storage_url={url}", f"--public_key={key}", "--N=4", "--ui=false"]
    code, lines = _run(list(map(str, command)))
    good, bad = [line for line in lines if _GOOD in line], [line for line in lines if _BAD in line]
    return Verdict(code == 0 and len(good) == 1 and not bad, (bad or good or lines or ["nothing"])[-1], lines)


def judge(url: str, vkey: str, proofs: Path | None = None) -> Verdict:
    """golang.org/x/mod's note and tlog: tests/interop/judge."""
    command = [FOLDER / "judge", "-url", url, "-vkey", vkey]
    code, lines = _run([*map(str, command), *(["-proofs", str(proofs)] if proofs else [])])
    return Verdict(code == 0 and lines[-1:] == ["accepted"], (lines or ["nothing"])[-1], lines)


def _run(command: list[str]) -> tuple[int, list[str]]:
    """Exit code and lines of output; long ones, such as dumps of whole tiles, are cut."""
    done = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=TIMEOUT_S, check=False
    )
    return done.returncode, [line[:_WIDTH] for line in done.stdout.splitlines() if line.strip()]
