"""``habeas mail find``, ``check`` and ``original``: many mails, and how to get them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.cli.demo.mail import MailKey, write_mail
from ledger.cli.main import main
from tests.cli.a_mail import DATE, a_mail, read
from tests.cli.a_server import (
    COMPANY,
    Run,
    open_case,
)


def mbox_of(*mails: bytes) -> bytes:
    """As an archive writes them: bare line feeds, > before From."""
    made = b""
    for mail in mails:
        lines = mail.replace(b"\r\n", b"\n").split(b"\n")
        quoted = b"\n".join(b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines)
        made += b"From MAILER Thu Nov 19 10:00:00 2026\n" + quoted + b"\n"
    return made


def test_find_takes_mails_out_of_an_mbox_as_they_were_signed(
    habeas: Run, key: MailKey, names: list[str], tmp_path: Path
) -> None:
    case = open_case(habeas)
    tricky = "Dear customer,\r\n\r\nFrom Monday on we work.\r\n>From above\r\n"
    ours = a_mail(key, case, 1, tricky)
    quoted = write_mail("me@home.example", "my request", f"about {case[:40]}\r\n> {case[40:]} please", DATE, 2)
    noise = write_mail("news@other.example", "offers", "buy", DATE, 3)
    (tmp_path / "box").write_bytes(mbox_of(noise, ours, quoted))
    found = [read(line) for line in habeas("mail", "find", "box", "--out", "out", "--json").splitlines()]
    assert [(item["file"], item["why"]) for item in found] == [
        ("box#2", ["case", "from", "signature"]), ("box#3", ["case"]),
    ]  # fmt: skip
    assert (found[0]["reading"], found[0]["body_is_signed"]) == ("mboxrd", True)
    assert (tmp_path / found[0]["written"]).read_bytes() == ours.replace(b"\r\n", b"\n")
    text = habeas("mail", "find", "box", "--out", "out")
    assert "its body has the hash that a signature names" in text and "it has no signature" in text
    korean = habeas("mail", "find", "box", "--lang", "ko")
    assert f"{COMPANY}을(를) 적은 서명이 있음(확인하지 않음" in korean and "사건 번호가 있음" in korean
    assert f"bears a signature that names {COMPANY} (not checked; habeas mail show checks it)" in text
    assert "signed by the company" not in text, "anybody can write such a header"
    graded = read(habeas("mail", "show", found[0]["written"], *names, "--json"))
    assert (graded["result"], graded["case_in"]) == ("grade_a", "subject")
    for place in ("cur", "new", "tmp"):
        (tmp_path / "maildir" / place).mkdir(parents=True)
    (tmp_path / "maildir" / "cur" / "1:2,S").write_bytes(ours)
    [exact] = [read(line) for line in habeas("mail", "find", "maildir", "--out", "exact", "--json").splitlines()]
    assert (tmp_path / exact["written"]).read_bytes() == ours and exact["reading"] == "as_it_lies"


def test_find_says_what_is_of_another_case_and_what_was_there(habeas: Run, key: MailKey, tmp_path: Path) -> None:
    case, other = open_case(habeas), "0x" + "ab" * 32
    (tmp_path / "box").write_bytes(mbox_of(a_mail(key, case, 1), a_mail(key, other, 2)))
    (tmp_path / "a.png").write_bytes(b"")
    for out in ("a.png", "a.png/below"):
        said = habeas("mail", "find", "box", "--out", out, "--json", code=2)
        assert "a.png is a file; name a folder" in said and read(said.splitlines()[0])["error"] == "malformed-request"
    first = habeas("mail", "find", "box", "--out", "out")
    assert first.count("  written: ") == 2 and "already there" not in first
    assert first.count(f"it names ANOTHER case: {other}") == 1 and f"case: {case}" not in first
    second = habeas("mail", "find", "box", "--out", "out")
    assert second.count("  already there, unchanged: ") == 2 and "  written: " not in second
    assert f"다른 사건 번호가 있음: {other}" in habeas("mail", "find", "box", "--lang", "ko")
    found = [read(line) for line in habeas("mail", "find", "box", "--out", "out", "--json").splitlines()]
    assert [(item["other_cases"], item["was_there"]) for item in found] == [([], True), ([other], True)]


def test_a_batch_goes_on_where_it_broke_off(
    habeas: Run, key: MailKey, names: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mails = [a_mail(key, None, number) for number in range(4)]
    (tmp_path / "box").write_bytes(mbox_of(*mails))
    (tmp_path / "x.eml").write_bytes(mails[0].replace(b"received", b"rejected"))
    check = ("mail", "check", "box", "x.eml", "--mail-domain", COMPANY, *names)
    lines = [read(line) for line in habeas(*check, "--json", "--out", "lines", code=1).split("\n")[:5]]
    assert [(item["file"], item["result"]) for item in lines] == [
        *((f"box#{number}", "grade_a") for number in range(1, 5)), ("x.eml", "failed"),
    ]  # fmt: skip
    whole = (tmp_path / "lines").read_text().splitlines(keepends=True)
    (tmp_path / "lines").write_text("".join(whole[:2]) + whole[2][:40])
    assert main([*check, "--out", "lines", "--resume"]) == 1
    out, err = capsys.readouterr()
    assert [line.split()[1].rstrip(":") for line in out.splitlines()] == ["box#3", "box#4", "x.eml"]
    assert "5 message(s): 1 failed, 4 grade_a" in err and err.count("Asking 3 DNS resolver(s) for 1 key(s)") == 1
    assert [json.loads(line)["file"] for line in (tmp_path / "lines").read_text().splitlines()] == [
        item["file"] for item in lines
    ]
    (tmp_path / "bad.eml").write_bytes(b"\x00\x00 nothing")
    assert "unreadable" in habeas("mail", "check", "bad.eml", "--mail-domain", COMPANY, *names, code=2)
    (tmp_path / "plain.eml").write_bytes(write_mail(f"a@{COMPANY}", "hi", "yes", DATE))
    assert habeas("mail", "check", "plain.eml", "--mail-domain", COMPANY, *names, code=3).startswith("undetermined")
    assert main([*check, "plain.eml", "--lang", "ko"]) == 1
    out, err = capsys.readouterr()
    assert "A 등급        box#1: " in out and f"{COMPANY} 2048비트, 사건 번호 없음" in out
    assert "확인 실패     x.eml: 인정되는 서명 없음" in out and "메일 6통: 확인 실패 1, A 등급 4, 등급 없음 1" in err
    assert "lines; choose another name" in habeas(*check, "--out", "lines", code=1), "nothing is overwritten"


def test_how_to_get_the_original(habeas: Run) -> None:
    english, korean = habeas("mail", "original"), habeas("mail", "original", "--lang", "ko")
    for name in ("Gmail", "Outlook", "Apple Mail", "Thunderbird", "Naver", "Daum"):
        assert name in english and {"Naver": "네이버", "Daum": "다음(카카오)"}.get(name, name) in korean
    assert "Any service" not in korean
    assert "(not confirmed)" in english and "(확인되지 않음)" in korean
