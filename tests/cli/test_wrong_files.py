"""A wrong file, a wrong case, a name that is taken: the message names it, and what it should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.cli.demo.mail import MailKey
from ledger.cli.main import main
from tests.cli.a_mail import a_mail
from tests.cli.a_server import COMPANY, Run, open_case
from tests.cli.test_verify_files import NOW, bundle
from tools.vectors._mail_matter import mail_policy

MAIL = b"From: a@shop.example\r\n\r\nHello.\r\n"
CASES = ("--folder", "mine")


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, data in (
        ("ok.eml", MAIL),
        ("shot.png", b"\x89PNG\r\n\x1a\n"),
        ("empty", b""),
        ("trust.toml", mail_policy().encode()),
    ):
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.mark.parametrize("name", ["ok.eml", "shot.png", "empty", "trust.toml"])
def test_verify_of_what_is_no_bundle(place: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert main(["verify", name]) == 2
    assert f"{name} is no bundle (a .habeas.json file" in capsys.readouterr().err


def test_a_file_beside_that_is_not_the_one_opened_is_named(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "b.habeas.json").write_bytes(bundle().encode())
    (place / "fits").write_bytes(next(iter(bundle().files.values())))
    asked = ["verify", "b.habeas.json", "--trust", "trust.toml", "--now", NOW, "--file"]
    assert main([*asked, "ok.eml", "--file", "fits"]) == 3
    err = capsys.readouterr().err
    assert "ok.eml: the bundle opens no file with its SHA-256" in err and "fits:" not in err


def test_a_capture_that_is_none(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["mail", "show", "ok.eml", "--mail-domain", COMPANY, "--capture", "ok.eml", *CASES]) == 2
    assert "--capture ok.eml is no DNS capture" in capsys.readouterr().err


def test_a_capture_is_not_asked_for_where_it_could_not_be_kept(
    place: Path, key: MailKey, names: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "a.eml").write_bytes(a_mail(key, None))
    show = ["mail", "show", "a.eml", "--mail-domain", COMPANY, *names, "--keep-capture", "empty", *CASES]
    assert main(show) == 1
    err = capsys.readouterr().err
    assert "empty is there already; name another file" in err and "Asking" not in err


@pytest.mark.parametrize(("lang", "words"), [("en", "Apple Mail's own folders"), ("ko", "Apple Mail 앱 폴더")])
@pytest.mark.parametrize("name", ["a.emlx", "renamed.eml"])
def test_a_file_of_apple_mail(
    place: Path, capsys: pytest.CaptureFixture[str], name: str, lang: str, words: str
) -> None:
    (place / name).write_bytes(b"%d      \n%s<plist></plist>" % (len(MAIL), MAIL))
    assert main(["mail", "show", name, "--mail-domain", COMPANY, "--lang", lang, *CASES]) == 2
    err = capsys.readouterr().err
    assert words in err and "Raw Message Source" in err


def test_which_case(habeas: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The first digits that fit one case alone; what can be none is said so."""
    assert main(["case", "list"]) == 0
    assert "holds no case; open one with: habeas case open" in capsys.readouterr().err
    case = open_case(habeas)
    assert case in habeas("case", "show", "--case", case[:4])
    assert case in habeas("case", "show", "--case", case[2])
    other = next(digit for digit in "0123456789abcdef" if digit != case[2])
    assert f"holds no case 0x{other}" in habeas("case", "show", "--case", f"0x{other}", code=1)
    for given in ("", "0x", "mine"):
        assert f"first digits, not {given!r}" in habeas("case", "show", "--case", given, code=2)
    assert "holds no seed phrase" not in habeas("case", "show", "--case", f"0x{other}", code=1)


def test_a_page_without_its_scheme(habeas: Run) -> None:
    open_case(habeas)
    assert "give its address: https://example.com/policy" in habeas("page", "keep", "example.com/policy", code=2)
    assert "https://" not in habeas("page", "keep", "portal", code=2)


def test_a_fault_that_may_be_ones_own_names_no_operator(habeas: Run, tmp_path: Path) -> None:
    said = habeas("case", "open", "--company", COMPANY, "--regime", "eu-gdpr", "--place", "IE", "--yes", code=1)
    assert said.startswith("Not found: ") and "seed" in said and "this ledger" not in said
    assert "Not possible now" in habeas("company", "list", "--api", "http://127.0.0.1:9", code=1)


def test_a_line_of_a_message_splits_no_mbox(
    habeas: Run, key: MailKey, names: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As mboxcl2 writes it: nothing is marked. Where separators have no date, a line cannot be told from one."""
    case = open_case(habeas)
    mails = [a_mail(key, case, number, "Dear you,\r\n\r\nFrom today on we rest.\r\n") for number in (1, 2)]
    for name, separator in (
        ("asctime", b"From MAILER Thu Nov 19 10:00:00 2026\n"),
        ("zone", b"From 17@x Thu Nov 19 10:00:00 +0000 2026\n"),
        ("mail", b"From - Thu, 19 Nov 2026 10:00:00 +0000\n"),
    ):
        (tmp_path / name).write_bytes(b"".join(separator + mail.replace(b"\r\n", b"\n") + b"\n" for mail in mails))
        printed = habeas("mail", "check", name, *names)
        assert [line.split(":")[0].split()[1] for line in printed.splitlines()] == [f"{name}#1", f"{name}#2"]
        assert printed.count("grade_a") == 2
    undated = b"".join(b"From x\n" + mail.replace(b"\r\n", b"\n") + b"\n" for mail in mails)
    (tmp_path / "undated").write_bytes(undated)
    assert habeas("mail", "check", "undated", *names, code=1).count("undated#") == 4


def test_a_mailbox_without_a_message(habeas: Run, names: list[str], place: Path) -> None:
    open_case(habeas)
    (place / "folder").mkdir()
    (place / "folder" / "a.msg").write_bytes(b"\xd0\xcf\x11\xe0")
    for path in ("shot.png", "empty", "folder"):
        assert f"{path} holds no message that can be read" in habeas("mail", "find", path, code=2)
    assert "메일이 없습니다" in habeas("mail", "find", "empty", "--lang", "ko", code=2)
    checked = habeas("mail", "check", "folder", *names, code=2)
    assert "1 file(s) .msg or .emlx in folder are passed over" in checked and "0 message(s): no message" in checked
    (place / "folder" / "b.eml").write_bytes(MAIL)
    assert "passed over" in habeas("mail", "check", "folder", *names, code=3)
