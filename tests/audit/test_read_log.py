"""``examples/read_log.py``: what docs/api.md names for reading a whole log without Habeas."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from examples.read_log import name
from tests.audit.log_operator import LogOperator, person, said, serve
from tests.conftest import ROOT


def test_every_statement_and_what_is_withheld(tmp_path: Path) -> None:
    """More leaves than a bundle holds; the bytes as they were given, and the digest where they are gone."""
    log = LogOperator.opened()
    written = [said("company.key_bound", person(f"p{number}"), company="shop.example") for number in range(300)]
    indices = [log.record(item.raw) for item in written]
    log.close()
    log.withhold(written[7].digest)
    with serve(log, log.publish(tmp_path)) as url:
        call = [sys.executable, "-I", str(ROOT / "examples" / "read_log.py"), url]
        read = subprocess.run(call, capture_output=True, text=True, check=True)
    expected = [f"{index} {item.raw.decode()}" for index, item in zip(indices, written, strict=True)]
    expected[7] = f"{indices[7]} status 410 for {written[7].digest.hex()}"
    opened, *lines, withheld = read.stdout.splitlines()
    assert lines == expected
    assert '"kind":"ledger.opened"' in opened and '"kind":"entry.withheld"' in withheld


def test_help_and_wrong_use() -> None:
    for words, code in ((["--help"], 0), ([], 2), (["a", "b"], 2)):
        call = [sys.executable, "-I", str(ROOT / "examples" / "read_log.py"), *words]
        found = subprocess.run(call, capture_output=True, text=True, check=False)
        assert found.returncode == code and "python3 read_log.py http" in found.stdout and found.stderr == ""


def test_names_of_tiles() -> None:
    assert [name(number) for number in (0, 67, 999, 1000, 1234067)] == [
        "000", "067", "999", "x001/000", "x001/x234/067",
    ]  # fmt: skip
