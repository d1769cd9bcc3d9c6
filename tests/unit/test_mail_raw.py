"""Raw mail: hashed first, kept as it is, bounded; hostile bytes end in a typed error or in fields."""

from __future__ import annotations

import hashlib
import tracemalloc
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import Malformed, MalformedMail, MalformedSize
from ledger.mail.raw import MAX_BYTES, MAX_FIELD, MAX_FIELDS, MAX_HEADER, RawMail, crlf
from tests.unit.mails import GOOD, RSA, By, grade, mail, sign

HEADER = b"From: a@shop.example\r\nSubject: x\r\n"
_PIECES = st.sampled_from([
    b"From: a@b.example", b"Subject:", b" folded", b"\tx", b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\0", b":", b"\xff\xfe",
    b"From a Wed", b">From b", b"X-A : b",
    b"DKIM-Signature: v=1; a=rsa-sha256; d=shop.example; s=s2048; h=from; bh=AAAA; b=AAAA",
    b"Content-Type: multipart/mixed; boundary=b", b"--b", b"--b--", b"Content-Transfer-Encoding: base64", b"=?utf-8?b?",
    b"Content-Type: text/html; charset=utf-16", b"=", b"<!--", b"0x" + b"ab" * 32, b"x" * 2_000, b"a:" * 40,
])  # fmt: skip
HOSTILE = st.one_of(st.binary(max_size=400), st.lists(_PIECES, max_size=40).map(b"".join))


@given(HOSTILE)
def test_any_bytes_give_fields_or_a_malformed_error(data: bytes) -> None:
    """Fields, an empty line and the body are the file again; the hash is the file's."""
    try:
        raw = RawMail.parse(data)
    except Malformed as error:
        assert len(str(error)) > 10
        return
    assert raw.data == data and raw.sha256 == hashlib.sha256(data).digest()
    header = b"".join(field.raw for field in raw.fields)
    envelope = _envelope(data)
    between = data[envelope + len(header) : raw.body_start]
    assert data[envelope:].startswith(header) and between in (b"\r\n", b"\n", b"")
    assert between or not raw.body
    assert all(field.raw == field.name.encode() + b":" + field.value for field in raw.fields)


def _envelope(data: bytes) -> int:
    end = data.find(b"\n") + 1 if data.startswith(b"From ") else 0
    while (end or not data.startswith(b"From ")) and data[end:].startswith(b">From ") and b"\n" in data[end:]:
        end = data.index(b"\n", end) + 1
    return end


@given(st.binary(max_size=300))
def test_crlf_is_idempotent_and_keeps_what_is_right(data: bytes) -> None:
    once = crlf(data)
    assert crlf(once) == once
    assert once.replace(b"\r\n", b"\n") == data.replace(b"\r\n", b"\n")
    assert once.count(b"\n") == once.count(b"\r\n")


def test_the_size_limit_is_exact_and_comes_first() -> None:
    body = bytes(MAX_BYTES - len(HEADER) - 2)
    assert RawMail.parse(HEADER + b"\r\n" + body).body == body
    with pytest.raises(MalformedSize, match=str(MAX_BYTES)):
        RawMail.parse(HEADER + b"\r\n" + body + b"x")


def test_the_header_limit_is_exact() -> None:
    fields = b"".join(b"X: " + b"y" * 100_000 + b"\r\n" for _ in range(10))
    last = b"X: " + b"y" * (MAX_HEADER - len(fields) - 5) + b"\r\n"
    assert len(fields + last) == MAX_HEADER
    assert len(RawMail.parse(fields + last + b"\r\nbody").fields) == 11
    assert len(RawMail.parse(b"From x\n>From y\n" + fields + last + b"\r\nbody").fields) == 11
    with pytest.raises(MalformedSize, match="empty line"):
        RawMail.parse(fields + b"X" + last + b"\r\nbody")
    with pytest.raises(MalformedSize, match="empty line"):
        RawMail.parse(b"From x\n" + fields + b"X" + last + b"\r\nbody")
    with pytest.raises(MalformedSize, match="empty line"):
        RawMail.parse(b"Dear customer " * 200_000)


def test_the_field_limits_are_exact() -> None:
    longest = b"X:" + b"y" * (MAX_FIELD - 4) + b"\r\n"
    assert RawMail.parse(longest + b"\r\n").fields[0].raw == longest
    with pytest.raises(MalformedSize, match="131073"):
        RawMail.parse(b"X" + longest + b"\r\n")
    assert len(RawMail.parse(b"a:\n" * MAX_FIELDS + b"\n").fields) == MAX_FIELDS
    with pytest.raises(MalformedSize, match="1000"):
        RawMail.parse(b"a:\n" * (MAX_FIELDS + 1) + b"\n")


@pytest.mark.parametrize(
    "body",
    [b"\n", b"\r\n", b"\r", b" ", b" \t", b"\0", b"<!--", b"--b\r\n", b"0x", b"QUFB", b"=\r\n", b"&#"],
    ids=repr,
)
def test_fifty_megabytes_need_bounded_memory(body: bytes) -> None:
    """Parsed, checked and searched: at most seven times the mail, whatever the body is."""
    signed = sign(mail("", Content_Type="multipart/mixed; boundary=b"), GOOD).encode("latin-1")
    data = signed + body * ((MAX_BYTES - len(signed)) // len(body))
    tracemalloc.start()
    try:
        grade(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 7 * MAX_BYTES


def test_a_mail_library_breaks_what_raw_bytes_keep() -> None:
    """The reason for all this: parsing and writing with the standard library changes signed bytes."""
    data = sign(mail(Subject="Re: " + "access request " * 12), By(RSA, "s2048", form="simple/simple"))
    assert grade(data).result == "grade_a"
    written = message_from_bytes(data.encode("latin-1"), policy=default.clone(linesep="\r\n")).as_bytes()
    assert grade(written).result == "failed"


def test_the_error_says_where() -> None:
    with pytest.raises(MalformedMail, match="byte 14 of the header is a NUL"):
        RawMail.parse(b"From: a\r\nTo: b\0\r\n\r\n")
