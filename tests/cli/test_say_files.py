"""Files given with ``say --file`` and ``post add``: kept byte for byte, backed up, opened; empty ones are refused."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

from ledger.cli import casefolder, kept
from ledger.cli.main import main
from tests.cli.a_server import SECRET, Run, open_case, say_sent

SHOT = b"\x89PNG\r\n\x1a\n" + bytes(50)
RECEIVED = ("say", "request.acknowledged", "--received-on", "2026-11-21", "--yes")


def test_a_screenshot_is_kept_shown_and_restored(habeas: Run, tmp_path: Path) -> None:
    open_case(habeas)
    (tmp_path / "screenshot.png").write_bytes(SHOT)
    habeas(*RECEIVED, "--file", "shot=screenshot.png")
    (tmp_path / "screenshot.png").unlink()
    [case] = casefolder.list_cases(tmp_path / "mine")
    [shot] = case.entries[-1].disclosures
    assert kept.bytes_of(tmp_path / "mine", case.case, shot) == SHOT
    assert json.loads(habeas("case", "show", "--json"))["statements"][-1]["files"][0]["kept"] is True
    habeas("case", "backup", "backup.json", *SECRET)
    habeas("case", "restore", "backup.json", *SECRET, "--folder", "second")
    assert kept.bytes_of(tmp_path / "second", case.case, shot) == SHOT


def test_a_file_goes_with_the_statement_that_is_removed(habeas: Run, tmp_path: Path) -> None:
    case = open_case(habeas)
    (tmp_path / "screenshot.png").write_bytes(SHOT)
    habeas(*RECEIVED, "--file", "screenshot.png", "--out", "one.json")
    [mine] = casefolder.list_cases(tmp_path / "mine")
    assert kept.bytes_of(tmp_path / "mine", mine.case, mine.entries[-1].disclosures[0]) == SHOT
    habeas("case", "discard", "0x" + mine.entries[-1].signed.id.hex(), "--yes")
    assert not kept.kept_folder(tmp_path / "mine", bytes.fromhex(case[2:])).exists()


@pytest.mark.parametrize(
    "command",
    [(*RECEIVED, "--file", "empty.eml"), ("post", "add", "empty.eml", "--received-on", "2026-11-21", "--yes")],
)
def test_an_empty_file_is_no_evidence(habeas: Run, tmp_path: Path, command: tuple[str, ...]) -> None:
    open_case(habeas)
    (tmp_path / "empty.eml").write_bytes(b"")
    said = habeas(*command, code=2)
    assert "empty.eml is empty: nothing can be shown with it, so nothing is signed" in said
    [case] = casefolder.list_cases(tmp_path / "mine")
    assert len(case.entries) == 1


def test_what_does_not_fit_is_remarked(habeas: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file a second time, a mail as a postal record or a file, and arrival before the request."""
    open_case(habeas)
    (tmp_path / "letter.txt").write_text("a letter")
    (tmp_path / "tracking.pdf").write_bytes(b"%PDF-1.7 delivered")
    (tmp_path / "answer.eml").write_bytes(b"From: a@shop.example\r\n\r\nyes\r\n")
    say_sent(habeas)

    def remarks(*command: str) -> list[str]:
        assert main([*command, "--yes", "--json"]) == 0
        out, err = capsys.readouterr()
        found = [str(each) for each in json.loads(out)["remarks"]]
        assert all(f"Remark: {each}" in err for each in found)
        return found

    post = ("post", "add", "tracking.pdf", "--received-on")
    [early] = remarks(*post, "2026-11-19")
    assert early.startswith("received_on is 2026-11-19: that lies before 2026-11-20, when the request was sent")
    [twice] = remarks(*post, "2026-11-20")
    assert twice.startswith("this very file (tracking.pdf) stands behind request.delivered 0x")
    for command in (("post", "add", "answer.eml"), ("say", "request.acknowledged", "--file", "answer.eml")):
        [mail] = remarks(*command, "--received-on", "2026-11-20")
        assert mail.startswith("answer.eml is a mail: as a file it is your own word alone. habeas mail add")


def test_what_is_agreed_to_is_in_the_language_asked_for(
    habeas: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The consent, the warning and the remarks; what programs read stays as it is."""
    open_case(habeas)
    (tmp_path / "letter.txt").write_text("a letter")
    (tmp_path / "tracking.pdf").write_bytes(b"%PDF-1.7 delivered")
    say_sent(habeas)
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert main(["post", "add", "tracking.pdf", "--received-on", "2026-11-19", "--lang", "ko"]) == 1
    asked = capsys.readouterr().err
    for line in (
        "다음에 서명하며, 서명하면 공개됩니다.",
        "날짜와 목록에서 고른 항목만 공개됩니다.",
        "서명하고 기록할까요?",
        "참고: received_on: 2026-11-19. 요구를 보냈다고 직접 적은 날(2026-11-20)보다 앞섭니다.",
    ):
        assert line in asked
    assert "becomes public" not in asked and "Remark" not in asked
