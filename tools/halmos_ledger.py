"""Run halmos over contracts/test/Halmos*.t.sol, with one fault of halmos 0.3.3 mended.

    .venv-analysis/bin/python tools/halmos_ledger.py [further halmos arguments]

halmos models precompile 2 as an unknown function, but declares its argument with the length in bytes where z3
counts bits, so that every contract that hashes with SHA-256 ends in "Sort mismatch". Here the length is put right.
The check below fails when a later halmos no longer needs this file.
"""

from __future__ import annotations

import inspect
import os
import sys
from pathlib import Path
from typing import Any

from halmos import sevm  # type: ignore[import-not-found]
from halmos.__main__ import main  # type: ignore[import-not-found]

ROOT = Path(__file__).resolve().parents[1]
FORGE = ROOT / "node_modules" / "@foundry-rs" / "forge-linux-amd64" / "bin"
NAME = "f_sha256_"
FAULT = 'f"f_sha256_{arg_size}", BitVecSorts[arg_size]'

# 64 is the width of a size: the loops that climb a tree end within it, so no path is cut.
ARGUMENTS = ["--forge-build-out", "build/contracts/out", "--match-contract", "Halmos", "--loop", "64"]


def mend_sha256() -> None:
    if FAULT not in inspect.getsource(sevm):
        raise SystemExit("this halmos has another SHA-256 model: is tools/halmos_ledger.py still needed?")
    declare = sevm.Function

    def declare_in_bits(name: str, *sorts: Any) -> Any:
        if name.startswith(NAME):
            sorts = (sevm.BitVecSorts[8 * int(name.removeprefix(NAME))], *sorts[1:])
        return declare(name, *sorts)

    sevm.Function = declare_in_bits


if __name__ == "__main__":
    mend_sha256()
    os.chdir(ROOT)
    os.environ["PATH"] = f"{FORGE}{os.pathsep}{os.environ['PATH']}"
    sys.argv = ["halmos", *ARGUMENTS, *sys.argv[1:]]
    sys.exit(main())
