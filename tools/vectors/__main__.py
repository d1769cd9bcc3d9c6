"""Write every folder of ``tests/vectors`` again, or with ``--check`` compare it with what is checked in.

python -m tools.vectors            run every generator in place
python -m tools.vectors --check    run them in a copy; exit 1 and name each file that differs
"""

from __future__ import annotations

import argparse
import os
import runpy
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Modules of this package that write no folder.
HELPERS = {"__init__", "__main__", "writing"}


def generators(root: Path = ROOT) -> list[str]:
    """The names of all generators: each writes ``tests/vectors/<name>/``."""
    names = (path.stem for path in (root / "tools" / "vectors").glob("*.py"))
    return sorted(name for name in names if name not in HELPERS and not name.startswith("_"))


def run_all() -> None:
    """Run every generator in this process, in order of names."""
    for name in generators():
        runpy.run_module(f"tools.vectors.{name}", run_name="__main__")


def differences(root: Path = ROOT) -> list[str]:
    """One line for each case file that is missing, extra or different from its generator's output.

    The generators run in a copy of ``tools`` and ``tests/vectors``, so that the check never writes to
    the checkout, not even when it finds something.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder).resolve()
        shutil.copytree(root / "tools", copy / "tools", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(root / "tests" / "vectors", copy / "tests" / "vectors")
        for path in root.iterdir():
            if not (copy / path.name).exists():
                (copy / path.name).symlink_to(path)
        names = generators(root)
        for name in names:
            for case in (copy / "tests" / "vectors" / name).glob("*.json"):
                case.unlink()
        environment = {**os.environ, "PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        command = [sys.executable, "-m", "tools.vectors"]
        result = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
        if result.returncode:
            return [f"a generator failed: {result.stderr.strip()}"]
        return [line for name in names for line in _compare(root, copy, name)]


def _compare(root: Path, copy: Path, name: str) -> list[str]:
    held = {path.name: path.read_bytes() for path in (root / "tests" / "vectors" / name).glob("*.json")}
    made = {path.name: path.read_bytes() for path in (copy / "tests" / "vectors" / name).glob("*.json")}
    lines = [f"tests/vectors/{name}/{case} is not written by its generator" for case in held.keys() - made.keys()]
    lines += [f"tests/vectors/{name}/{case} is not checked in" for case in made.keys() - held.keys()]
    lines += [f"tests/vectors/{name}/{case} differs" for case in held.keys() & made.keys() if held[case] != made[case]]
    return sorted(lines)


def main() -> int:
    """Exit code 0, or 1 where ``--check`` finds a difference."""
    parser = argparse.ArgumentParser(prog="python -m tools.vectors", description="Write all test vectors.")
    parser.add_argument("--check", action="store_true", help="compare only, write nothing")
    if not parser.parse_args().check:
        run_all()
        return 0
    lines = differences()
    print("\n".join(lines) if lines else f"{len(generators())} folders of vectors are as their generators write them")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
