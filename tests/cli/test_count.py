"""``habeas count`` over files: what is counted, what is left out and why, and never a count of what is quiet."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from ledger.bundle import Bundle
from ledger.cli.main import main
from ledger.encoding import encode_hex
from ledger.evm import parse_header
from tests.cli.matter import Matter
from tools.vectors._matter import policy_text

NOW = "2026-12-20T12:00:00Z"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """The command over the folder ``bundles``, under a policy that pins the company's key."""
    (tmp_path / "trust.toml").write_text(policy_text())
    (tmp_path / "bundles").mkdir()

    def call(*more: str, now: str = NOW, trust: str = "trust.toml") -> tuple[int, str, str]:
        where = (str(tmp_path / "bundles"), "--trust", str(tmp_path / trust), "--now", now)
        code = main(["count", *where, *more])
        out, err = capsys.readouterr()
        return code, out, err

    return call


def put(tmp_path: Path, name: str, bundle: Bundle | bytes) -> str:
    path = tmp_path / "bundles" / f"{name}.habeas.json"
    path.write_bytes(bundle if isinstance(bundle, bytes) else bundle.encode())
    return str(path)


def overdue() -> Matter:
    """Proven to have arrived, and nothing came."""
    matter = Matter()
    matter.sent("2026-10-20", "2026-10-20")
    said = matter.say("2026-10-23", "request.acknowledged", received_on="2026-10-22")
    matter.attest("2026-10-24", said, "dkim", "grade_a")
    matter.check_in("2026-12-01")
    return matter


def answered(matter: Matter, at: str = "2026-12-08") -> Matter:
    matter.company(at, "request.fulfilled", answered_on=at[:10], mode="sent", reasons=[])
    return matter


def value(out: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(out)
    return found


def test_one_case(run: Run, tmp_path: Path) -> None:
    bundle = overdue().bundle("2026-12-02")
    put(tmp_path, "a", bundle)
    code, out, err = run()
    assert (code, err) == (0, "")
    assert out.startswith("Counts of the cases with shop.example\n  Cases people chose to record. Not a sample.\n")
    assert "  1 statement, 1 with proven arrival.\n" in out
    assert "  1 of 1 with proven arrival: no answer is recorded, and a check-in after the latest due date says " in out
    assert "Only if the blocks that anchor them are on the chain: 1 of 1 cases." in out
    blocks = [f"--block={encode_hex(parse_header(anchor.proof.header).hash)}" for anchor in bundle.anchors.values()]
    [counts] = value(run("--json", *blocks)[1])["counts"]
    assert counts["conditional"] == 0 and counts["rates"][7] == {"of": "overdue", "numerator": 1, "denominator": 1}
    assert "도달이 증명된 1건 중 1건" in run("--lang", "ko")[1]


def test_the_newest_bundle_of_a_case_counts(run: Run, tmp_path: Path) -> None:
    """Both stay true; one case is one case."""
    matter = overdue()
    older = put(tmp_path, "z-older", matter.bundle("2026-12-02"))
    newer = answered(matter).bundle("2026-12-09")
    put(tmp_path, "a-newer", newer)
    same = put(tmp_path, "b-same", newer)
    code, out, err = run("--json")
    found = value(out)
    assert code == 0 and found["counts"][0]["outcomes"]["provided"] == 1 and found["counts"][0]["cases"] == 1
    assert {item["file"]: item["why"] for item in found["not_counted"]} == {older: "older", same: "older"}
    assert f"{older}: not counted: a newer bundle of the same case is here" in err


def test_each_file_that_is_not_counted_is_named(run: Run, tmp_path: Path) -> None:
    """A broken file is no case, a changed one counts for nothing, and neither ends the work on the others."""
    bundle = overdue().bundle("2026-12-02")
    good = put(tmp_path, "a-good", bundle)
    short = put(tmp_path, "b-short", bundle.encode()[:-1])
    assert bundle.encode().count(b'"regime":"eu-gdpr"') == 1
    changed = put(tmp_path, "c-changed", bundle.encode().replace(b'"regime":"eu-gdpr"', b'"regime":"uk-gdpr"'))
    hidden = put(tmp_path, "d-hidden", replace(bundle, index=None, replay=None))
    code, out, err = run("--json")
    found = value(out)
    assert code == 1, "a failed check says more than a file that is none"
    assert found["counts"][0]["cases"] == 1
    whys = {item["file"]: item["why"] for item in found["not_counted"]}
    assert whys == {short: "malformed", changed: "failed", hidden: "no_finding"} and good not in err
    assert all(f"{name}: not counted: " in err for name in whys)
    for path in (Path(changed), Path(short)):
        path.unlink()
        code, _, _ = run()
        assert code == (2 if path.name.startswith("c") else 3)
    Path(hidden).unlink()
    assert run()[0] == 0


def test_a_quiet_case_is_not_counted_and_its_company_not_named(run: Run, tmp_path: Path) -> None:
    quiet = put(tmp_path, "a", overdue().bundle("2026-12-02"))
    code, out, err = run(now="2026-12-07T23:59:59Z")
    assert (code, out) == (0, "No case is listed.\n")
    assert err == f"{quiet}: not counted: in its quiet period (until the end of 2026-12-07)\n"
    assert "1 statement" in run(now="2026-12-08T00:00:00Z")[1]


def test_a_ledger_that_the_policy_does_not_list(run: Run, tmp_path: Path) -> None:
    put(tmp_path, "a", overdue().bundle("2026-12-02"))
    (tmp_path / "other.toml").write_bytes(files("ledger").joinpath("data/trust.toml").read_bytes())
    code, out, _ = run("--json", trust="other.toml")
    assert code == 3 and value(out)["counts"] == []
    assert "the trust policy does not list the ledger" in run(trust="other.toml")[2]


def test_a_practice_ledger_is_said_first(run: Run, tmp_path: Path) -> None:
    put(tmp_path, "a", overdue().bundle("2026-12-02"))
    (tmp_path / "practice.toml").write_text(policy_text().replace('class = "test"', 'class = "practice"'))
    _, out, _ = run(trust="practice.toml")
    assert out.splitlines()[1].strip() == "Practice ledger: proves nothing to a stranger."
    [counts] = value(run("--json", trust="practice.toml")[1])["counts"]
    assert counts["practice"] and counts["sentences"][0] == "Practice ledger: proves nothing to a stranger."


def test_processes_make_no_difference(run: Run, tmp_path: Path) -> None:
    matter = overdue()
    put(tmp_path, "a", matter.bundle("2026-12-02"))
    put(tmp_path, "b", answered(matter).bundle("2026-12-09"))
    assert run("--json", "--jobs", "2") == run("--json", "--jobs", "1")


@pytest.mark.parametrize(
    "wrong", [("--now", "tomorrow"), ("--jobs", "0"), ("--trust", "no/such.toml"), ("--block", "0x12")]
)
def test_wrong_use(run: Run, tmp_path: Path, wrong: tuple[str, str]) -> None:
    put(tmp_path, "a", overdue().bundle("2026-12-02"))
    code, out, _ = run(*wrong)
    assert (code, out) == (2, "")


def test_an_empty_folder(run: Run) -> None:
    code, out, err = run()
    assert (code, out) == (2, "") and "holds no file *.habeas.json" in err
