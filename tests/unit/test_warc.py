"""Page captures: what is written, what is never written, and what a check finds."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO

import pytest
from warcio.archiveiterator import ArchiveIterator

from ledger.cli import warc
from ledger.cli.warc import REDACTED, check_warc, encode_warc, redact_address
from ledger.errors import MalformedRequest, MalformedSize
from ledger.runtime.webpage import Exchange

PAGE = Exchange(
    url="https://shop.example/account?token=abc123&page=2",
    at=datetime(2026, 11, 20, 9, 0, 0, tzinfo=UTC),
    address="203.0.114.7",
    addresses=("203.0.114.7", "2a00::7"),
    request=(("Host", "shop.example"), ("User-Agent", "habeas")),
    status=200,
    reason="OK",
    headers=(
        ("Content-Type", "text/html"),
        ("Set-Cookie", "session=s3cret; HttpOnly"),
        ("Transfer-Encoding", "chunked"),
        ("Location", "/x?sid=s3cret&to=home"),
    ),
    body="<p>계정이 정지되었습니다</p>".encode(),
    certificates=(b"\x30\x82der",),
)


def _records(data: bytes) -> list[tuple[str, dict[str, str], bytes, bytes]]:
    found = []
    for record in ArchiveIterator(BytesIO(data)):
        http = record.http_headers.to_bytes() if record.http_headers else b""
        found.append((record.rec_type, dict(record.rec_headers.headers), http, record.raw_stream.read()))
    return found


def test_a_capture_holds_request_answer_and_connection() -> None:
    data = encode_warc([PAGE], "habeas 0.1.0")
    info, answer, asked, known = _records(data)
    assert [each[0] for each in (info, answer, asked, known)] == ["warcinfo", "response", "request", "metadata"]
    assert b"redaction: values of cookie" in info[3]
    assert answer[3] == PAGE.body and answer[1]["WARC-IP-Address"] == "203.0.114.7"
    assert answer[1]["WARC-Date"] == "2026-11-20T09:00:00Z"
    assert asked[2].startswith(b"GET /account?token=[redacted]&page=2 HTTP/1.1\r\n")
    assert b"addresses: 203.0.114.7, 2a00::7" in known[3] and b"certificate: MIJkZXI=" in known[3]
    for each in (info, answer, asked, known):
        assert each[1]["WARC-Block-Digest"].startswith("sha256:")
    checked = check_warc(data)
    assert (checked.records, checked.without_digest, checked.weak_digest, checked.secrets) == (4, 0, 0, ())
    assert checked.addresses == ("https://shop.example/account?token=[redacted]&page=2",)


def test_no_secret_is_in_the_file() -> None:
    data = gzip.decompress(encode_warc([PAGE], "habeas"))
    assert b"s3cret" not in data and b"abc123" not in data
    assert b"Set-Cookie: [redacted]\r\n" in data and b"Location: /x?sid=[redacted]&to=home\r\n" in data
    assert b"Transfer-Encoding" not in data


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://a.example/?access_token=x&q=1", "https://a.example/?access_token=[redacted]&q=1"),
        ("https://a.example/#id_token=x", "https://a.example/#id_token=[redacted]"),
        ("https://a.example/?X-Amz-Signature=ab&Expires=3", "https://a.example/?X-Amz-Signature=[redacted]&Expires=3"),
        ("https://a.example/?monkey=1&author=kim&keyword=x", "https://a.example/?monkey=1&author=kim&keyword=x"),
    ],
)
def test_addresses(address: str, kept: str) -> None:
    assert redact_address(address) == kept


def test_a_header_cannot_add_lines() -> None:
    sly = replace(PAGE, reason="OK\r\nSet-Cookie: a=b", headers=(("X", "1\r\nCookie: x"),))
    [answer] = [each for each in _records(encode_warc([sly], "habeas")) if each[0] == "response"]
    assert answer[2].count(b"\r\n") == 3, "status line, one field, the empty line"


def test_a_changed_byte_is_found() -> None:
    plain = gzip.decompress(encode_warc([PAGE], "habeas"))
    changed = plain.replace("정지".encode(), "정기".encode())
    assert changed != plain and len(changed) == len(plain)
    check_warc(plain)
    with pytest.raises(MalformedRequest, match="record 2 of the WARC file: .*digest failed"):
        check_warc(changed)


def test_a_capture_with_cookies_says_so() -> None:
    plain = gzip.decompress(encode_warc([PAGE], "habeas"))
    changed = plain.replace(b"Set-Cookie: [redacted]", b"Set-Cookie: sid=abcdef")
    without = b"\r\n".join(line for line in changed.split(b"\r\n") if b"-Digest:" not in line)
    checked = check_warc(without)
    assert checked.without_digest == 4
    assert checked.secrets == (f"Set-Cookie in the response of {redact_address(PAGE.url)}",)
    assert REDACTED in checked.secrets[0]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"<html></html>" * 100,
        gzip.compress(b"x" * 1000, mtime=0),
        b"\x1f\x8b",
        b"\x1f\x8b\x08\x00rubbish" * 9,
    ],
    ids=["nothing", "text", "page", "gzip", "cut-off", "rubbish"],
)
def test_what_is_no_capture(data: bytes) -> None:
    with pytest.raises(MalformedRequest):
        check_warc(data)


def test_one_that_is_cut_off() -> None:
    data = encode_warc([PAGE], "habeas")
    with pytest.raises(MalformedRequest):
        check_warc(data[:-20])


def test_a_bomb_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc, "MAX_UNPACKED", 5_000_000)
    with pytest.raises(MalformedSize, match="unpacks to more"):
        check_warc(gzip.compress(bytes(20_000_000)))
    with pytest.raises(MalformedSize, match="unpacks to more"):
        check_warc(gzip.compress(bytes(1_000_000)) * 6)
