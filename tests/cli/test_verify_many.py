"""``habeas verify`` of a folder or several files: one line each, the worst exit code, and nothing that one file does
to another."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ledger.bundle import parse_bundle
from ledger.cli import verify
from ledger.cli.main import main
from ledger.cli.verify_many import WORST_FIRST
from ledger.encoding import encode_hex, encode_instant
from ledger.evm import parse_header
from ledger.fraud.proof import START
from tests.cli.broken import NOW, bundle_bytes
from tools.vectors._bundles import AUDITOR, COMPANY, COMPANY_KEY, address, policy_bytes

PIN = f'\n[[company_key]]\ncompany = "{COMPANY}"\nkey = "{encode_hex(address(COMPANY_KEY))}"\n'.encode()
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    trust = tmp_path / "trust.toml"
    trust.write_bytes(policy_bytes([AUDITOR]) + PIN)

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        options = ["--trust", str(trust), "--now", encode_instant(NOW)]
        code = main(["verify", *map(str, arguments), *options])
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A good bundle, one with a changed signature, one cut short, one in a subfolder; and files of other names."""
    folder = tmp_path / "bundles"
    (folder / "more").mkdir(parents=True)
    for name, data in (
        ("b-good", bundle_bytes()),
        ("a-changed", changed_bytes()),
        ("c-short", bundle_bytes()[:-1]),
        ("more/d-good", bundle_bytes()),
    ):
        (folder / f"{name}.habeas.json").write_bytes(data)
    (folder / "notes.txt").write_text("not a bundle")
    (folder / "control.json").write_text("{}")
    return folder


def changed_bytes() -> bytes:
    """The bundle with another fact in a signed statement: still canonical, no longer signed."""
    assert bundle_bytes().count(b'"regime":"eu-gdpr"') == 1
    return bundle_bytes().replace(b'"regime":"eu-gdpr"', b'"regime":"uk-gdpr"')


def test_a_line_for_each_file(run: Run, folder: Path) -> None:
    """In the order of names; the file's own exit code first; counts on standard error; the worst code is the result."""
    code, out, err = run(folder)
    assert code == 1
    changed, good, short, deeper = out.splitlines()
    assert changed.startswith(f" 1  {folder}/a-changed.habeas.json: at least one check failed (")
    assert "statement/1/signature" in changed
    assert good == f" 3  {folder}/b-good.habeas.json: nothing failed, but some required check was not made"
    assert short.startswith(f" 2  {folder}/c-short.habeas.json: ") and "not JSON" in short
    assert deeper == good.replace("b-good", "more/d-good")
    assert err == "4 files; exit 1: 1, exit 2: 1, exit 3: 2\nNot a finding of a breach. Not legal advice.\n"


def test_files_in_the_order_given(run: Run, folder: Path) -> None:
    """Files and folders together, whatever the files are called; the last one named comes last."""
    strange = folder / "notes.txt"
    code, out, _ = run(strange, folder / "more", folder / "b-good.habeas.json")
    assert code == 2
    assert [line[:2] for line in out.splitlines()] == [" 2", " 3", " 3"]
    assert "notes.txt" in out.splitlines()[0] and "b-good" in out.splitlines()[2]


def test_the_worst_exit_code() -> None:
    """A failed check before a file that is no bundle, before a check that was not made; and every code has a place."""
    assert WORST_FIRST == (70, 1, 2, 3, 0)


def test_all_good_is_exit_0(run: Run, folder: Path) -> None:
    """What the person vouches for counts for each file."""
    anchors = parse_bundle(bundle_bytes()).anchors.values()
    hashes = [encode_hex(parse_header(anchor.proof.header).hash) for anchor in anchors]
    blocks = [f"--block={name}" for name in hashes]
    code, out, _ = run(folder / "b-good.habeas.json", folder / "more", *blocks)
    assert code == 0
    assert [line[:2] for line in out.splitlines()] == [" 0", " 0"]
    assert all(line.endswith(": every required check passed") for line in out.splitlines())


def test_json_lines(run: Run, folder: Path) -> None:
    """Each line is what the file alone gives, and the file's name."""
    code, out, _ = run(folder, "--json")
    lines: list[dict[str, Any]] = [json.loads(line) for line in out.splitlines()]
    assert code == 1 and [line["exit"] for line in lines] == [1, 3, 2, 3]
    for line in lines:
        alone_code, alone, _ = run(line.pop("file"), "--json")
        assert json.loads(alone) == line and alone_code == line["exit"]


def test_two_processes_say_the_same(run: Run, folder: Path) -> None:
    """Real processes; with --jobs and without it the output is the same, byte for byte."""
    for number in range(40):
        (folder / "more" / f"{number:02}.habeas.json").write_bytes(
            changed_bytes() if number % 7 == 3 else bundle_bytes()
        )
    for form in ([], ["--json"], ["--lang", "ko"]):
        assert run(folder, *form, "--jobs", "2") == run(folder, *form, "--jobs", "1") == run(folder, *form)


def test_a_practice_ledger_and_an_unlisted_one_are_named(
    run: Run, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No line reads better than the report of the file would."""
    trust = tmp_path / "trust.toml"
    trust.write_bytes(policy_bytes().replace(b'class = "test"', b'class = "practice"'))
    assert run(folder / "more")[1].endswith(". Practice ledger: proves nothing to a stranger.\n")
    assert main(["verify", str(folder / "more"), "--now", encode_instant(NOW)]) == 3  # under the policy that ships
    assert "This ledger is not listed in the trust policy used." in capsys.readouterr().out


def test_one_fault_does_not_end_the_others(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours is exit 70 for its file, the others get their answer, and 70 is the worst."""
    real, asked = verify.assess, iter(range(9))

    def broken(*given: Any) -> object:
        if next(asked) == 1:
            raise ZeroDivisionError("a fault")
        return real(*given)

    monkeypatch.setattr("ledger.cli.verify.assess", broken)
    code, out, _ = run(folder)
    assert code == 70 and [line[:2] for line in out.splitlines()] == [" 1", "70", " 2", " 3"]
    assert "Internal fault, please report it: ZeroDivisionError: a fault" in out


@pytest.mark.parametrize(
    "arguments",
    [
        *(["--jobs", "0"], ["--jobs", "-1"], ["--jobs", "many"], ["--block", "0x12"], ["--rpc", "foo"]),
        *(["--against", "other.habeas.json"], ["--fraud-out", "found.fraud.json"]),
    ],
)
def test_wrong_use(run: Run, folder: Path, arguments: list[str]) -> None:
    """Exit 2 before any file is read; nothing on standard output."""
    code, out, err = run(folder, *arguments)
    assert code == 2 and out == "" and err.strip() and "Traceback" not in err


def test_nothing_is_left_out_in_silence(run: Run, folder: Path, tmp_path: Path) -> None:
    """A folder without bundles is wrong use, and a file that is not there has a line."""
    empty = tmp_path / "empty"
    empty.mkdir()
    code, out, err = run(empty)
    assert code == 2 and out == "" and "holds no file *.habeas.json" in err
    code, out, _ = run(folder / "more", folder / "missing.habeas.json")
    assert code == 2 and out.splitlines()[1].startswith(" 2  ") and "cannot be read" in out


def test_a_fraud_proof_among_bundles(run: Run, folder: Path) -> None:
    """Its exit codes mean something else, so it is refused here: 0 would read as a good bundle."""
    path = folder / "x.fraud.json"
    path.write_bytes(START + b"}")
    code, out, _ = run(folder / "more", path)
    assert code == 2 and out.splitlines()[1].startswith(" 2  ") and "this is a fraud proof" in out


def test_names_cannot_write_on_the_terminal(run: Run, folder: Path) -> None:
    """Control characters of file names are replaced in text and escaped in JSON."""
    (folder / "more" / "\x1b[2J\n 0  x.habeas.json").write_bytes(bundle_bytes())
    _, out, _ = run(folder / "more")
    assert len(out.splitlines()) == 2 and "\x1b" not in out
    _, out, _ = run(folder / "more", "--json")
    assert len(out.splitlines()) == 2 and "\x1b" not in out


def test_what_is_remembered_never_answers_for_other_bytes(run: Run, folder: Path) -> None:
    """Good bundles first, then each part changed: every change is found, and found again the second time."""
    value = json.loads(bundle_bytes())
    size = max(value["anchors"], key=int)
    anchor = value["anchors"][size]
    changes = {
        "checkpoint": value["checkpoint"],
        "header": anchor["header"],
        "node": anchor["nodes"][0],
        "signature": value["statements"]["1"]["signed"]["signature"],
    }
    raw = bundle_bytes()
    paths = [folder / "b-good.habeas.json"]
    for name, text in changes.items():
        middle = len(text) // 2
        other = text[:middle] + ("1" if text[middle] != "1" else "2") + text[middle + 1 :]
        path = folder / f"x-{name}.habeas.json"
        path.write_bytes(raw.replace(text.encode(), other.encode()))
        paths += [path, path, folder / "b-good.habeas.json"]
    _, out, _ = run(*paths, "--json")
    reports: list[Any] = [json.loads(line) for line in out.splitlines()]
    good = reports[0]["checks"]
    for report in reports:
        same = "b-good" in report["file"]
        assert (report["checks"] == good) == same, report["file"]
    for first, second in zip(reports[1::3], reports[2::3], strict=True):
        assert first == second
