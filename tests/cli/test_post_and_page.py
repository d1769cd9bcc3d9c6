"""Registered post and captured pages: kept beside the case file, committed to, shown, opened."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.cli import casefolder, kept
from ledger.cli.main import main
from ledger.cli.page import remarks
from ledger.cli.warc import check_warc, encode_warc
from tests.cli.a_server import Run, open_case, receipts_hold
from tests.unit.test_warc import PAGE


def test_a_tracking_record(habeas: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_case(habeas)
    (tmp_path / "tracking.pdf").write_bytes(b"%PDF-1.7 delivered 2026-11-20")
    command = ("post", "add", "tracking.pdf", "--received-on", "2026-11-20", "--yes")
    shown = json.loads(habeas(*command, "--json"))
    assert (shown["grade"], shown["private"]) == ("self_stated", "post")
    [case] = casefolder.list_cases(tmp_path / "mine")
    said = case.entries[-1]
    assert said.signed.statement.facts == {"received_on": "2026-11-20", "basis": "registered_post"}
    assert [item.digest for item in said.disclosures] == list(said.signed.statement.digests)
    assert kept.bytes_of(tmp_path / "mine", case.case, said.disclosures[0]) == (tmp_path / "tracking.pdf").read_bytes()
    receipts_hold(tmp_path / "mine")
    statement = json.loads(habeas("case", "show", "--json"))["statements"][-1]
    assert statement["files"] == [
        {"private": "post", "name": "tracking.pdf", "media_type": "application/pdf", "bytes": 29, "kept": True,
         "sha256": shown["sha256"]}
    ]  # fmt: skip
    (tmp_path / "again.pdf").write_bytes(b"another")
    assert main(["post", "add", "again.pdf", "--received-on", "2026-11-21", "--yes"]) == 0
    assert "arrival is not proven by it" in capsys.readouterr().err
    [case] = casefolder.list_cases(tmp_path / "mine")
    assert [item.name for item in case.entries[-1].disclosures] == ["post-2"], "opening one opens no other"
    assert main(["post", "add", "again.pdf", "--received-on", "2026-11-21", "--yes", "--lang", "ko"]) == 0
    out, err = capsys.readouterr()
    assert "번으로 기록했습니다: 0x" in out and "도달이 증명되지 않습니다" in err and "--open post-3" in err


def test_a_capture_waits_until_a_statement_commits_to_it(habeas: Run, tmp_path: Path) -> None:
    open_case(habeas)
    (tmp_path / "blocked.warc.gz").write_bytes(encode_warc([PAGE], "habeas"))
    kept_one = json.loads(habeas("page", "keep", "blocked.warc.gz", "--json"))
    assert (kept_one["records"], kept_one["grade"]) == (4, "self_stated")
    shown = json.loads(habeas("case", "show", "--json"))
    assert [(item["private"], item["kept"]) for item in shown["waiting"]] == [("page", True)]
    assert "already" in habeas("page", "keep", "blocked.warc.gz", code=1)
    assert "wrong: 레코드 4개, " in habeas("page", "keep", "blocked.warc.gz", "--name", "wrong", "--lang", "ko")
    assert main(["page", "drop", "wrong", "--yes", "--lang", "ko"]) == 0
    assert "no waiting file named wrong" in habeas("page", "drop", "wrong", "--yes", code=1)
    assert json.loads(habeas("case", "show", "--json"))["waiting"][0]["kept"], "the same bytes wait under another name"
    assert "waiting: page" in habeas("say", "account.restored", "--on", "2026-11-20", "--kept", "other", code=2)
    account = (
        "--on",
        "2026-11-20",
        "--stated-reason",
        "reason_not_stated",
        "--notice",
        "none",
        "--kept",
        "page",
        "--yes",
    )
    habeas("say", "account.suspended", *account)
    after = json.loads(habeas("case", "show", "--json"))
    assert "waiting" not in after and after["statements"][-1]["private"] == ["page"]
    assert after["statements"][-1]["files"][0]["media_type"] == "application/warc"
    [case] = casefolder.list_cases(tmp_path / "mine")
    assert case.waiting == () and len(case.entries[-1].signed.statement.digests) == 1
    receipts_hold(tmp_path / "mine")


def test_what_is_not_taken_in(habeas: Run, tmp_path: Path) -> None:
    """A file that is no capture, one with a session in it, and an address inside one's own network."""
    open_case(habeas)
    (tmp_path / "page.html").write_bytes(b"<html></html>")
    assert "no WARC file" in habeas("page", "keep", "page.html", code=2)
    import gzip

    plain = gzip.decompress(encode_warc([PAGE], "habeas")).replace(b"[redacted]; HttpOnly", b"x")
    sly = plain.replace(b"Set-Cookie: [redacted]", b"Set-Cookie: sid=abcdef")
    bare = b"\r\n".join(line for line in sly.split(b"\r\n") if b"-Digest:" not in line)
    (tmp_path / "sly.warc").write_bytes(bare)
    assert "could act as you" in habeas("page", "keep", "sly.warc", code=2)
    assert "no public address" in habeas("page", "keep", "http://127.0.0.1:9/", code=2)
    assert json.loads(habeas("case", "show", "--json")).get("waiting") is None
    taken = json.loads(habeas("page", "keep", "sly.warc", "--with-cookies", "--json"))
    checked = check_warc(bare)
    english, korean = remarks(checked, True), remarks(checked, True, "ko")
    assert len(english) == len(korean) == 4 and "4 of 4 records state no digest" in english[2]
    assert "레코드 4개 중 4개에 해시가 적혀 있지 않습니다." in korean and "로그아웃하십시오" in korean[-1]
    assert taken["secrets"] and taken["records_without_digest"] == 4
