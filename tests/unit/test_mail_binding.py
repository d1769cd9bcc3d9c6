"""The case a mail names: however programs wrap and encode it, and never outside the signature."""

from __future__ import annotations

import base64
import quopri
import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.mail.binding import MAX_READ, find_case
from ledger.mail.charsets import as_seen, decoded, visible
from ledger.mail.parameters import MAX_FIELD, MAX_PARAMETERS, read_type, read_word
from ledger.mail.raw import RawMail
from ledger.mail.text import MAX_TEXT, body_texts, decode_words
from tests.unit.mails import GOOD, RSA, By, grade, mail, sign
from tests.unit.test_mail_raw import HOSTILE

_CASES = st.binary(min_size=32, max_size=32)


def _found(data: str, case: bytes | None = None) -> tuple[str, tuple[bytes, ...]]:
    found = find_case(RawMail.parse(data.encode("latin-1")), grade(data), case)
    return found.where, found.cases


@given(_CASES, st.integers(20, 70), st.sampled_from(["", "> ", ">> ", " ", "\t"]))
@settings(max_examples=40)
def test_however_it_is_wrapped(case: bytes, width: int, quote: str) -> None:
    text = f"Request 0x{case.hex()} of you."
    lines = [text[start : start + width] for start in range(0, len(text), width)]
    body = "".join(f"{quote}{line}\r\n" for line in lines)
    assert _found(sign(mail(body, Subject="Re:"), GOOD), case) == ("body", (case,))


@given(_CASES, st.integers(0, 60), st.sampled_from(["quoted-printable", "base64"]))
@settings(max_examples=40)
def test_however_it_is_encoded(case: bytes, before: int, encoding: str) -> None:
    text = f"{'é' * before} 0x{case.hex()}\r\n".encode()
    encode = quopri.encodestring if encoding == "quoted-printable" else base64.encodebytes
    body = encode(text).decode().replace("\r\n", "\n").replace("\n", "\r\n")
    data = sign(mail(body, Subject="Re:", Content_Transfer_Encoding=encoding), GOOD)
    assert _found(data, case) == ("body", (case,))


@given(_CASES, st.integers(1, 65), st.sampled_from("bq"))
@settings(max_examples=40)
def test_however_the_subject_is_encoded(case: bytes, cut: int, how: str) -> None:
    text = f"0x{case.hex()}"
    words = [_word(part, how) for part in (text[:cut], text[cut:])]
    data = sign(mail(Subject="Re: " + "\r\n ".join(words)), GOOD)
    assert _found(data, case) == ("subject", (case,))


def _word(text: str, how: str) -> str:
    value = base64.b64encode(text.encode()).decode() if how == "b" else text.replace("0", "=30")
    return f"=?utf-8?{how}?{value}?="


@given(_CASES, _CASES)
@settings(max_examples=20)
def test_another_case_is_never_ours(case: bytes, other: bytes) -> None:
    data = sign(mail(Subject=f"Re: 0x{other.hex()}"), GOOD)
    assert _found(data, case) == ("subject" if case == other else "other_case", (other,))
    assert _found(data) == ("subject", (other,))


@given(_CASES, st.integers(0, 30))
@settings(max_examples=30)
def test_within_the_signed_length_only(case: bytes, length: int) -> None:
    """With l= the case counts exactly if its last digit is signed."""
    body = f"0x{case.hex()}\r\n"
    by = By(RSA, "s2048", length=50 + length, form="simple/simple")
    where, _ = _found(sign(mail(body, Subject="Re:"), by), case)
    assert where == ("body" if 50 + length >= 66 else "none")


@given(
    HOSTILE, st.sampled_from(["text/plain", "text/html", "multipart/mixed; boundary=b", "", "text/html;charset=utf-32"])
)
def test_no_body_breaks_the_reading(body: bytes, kind: str) -> None:
    raw = RawMail.parse(b"From: a\r\nContent-Type: " + kind.encode() + b"\r\n\r\n" + body)
    assert sum(map(len, body_texts(raw, body))) <= 5 * MAX_TEXT


@given(st.one_of(st.text(max_size=80), st.text("=?utf-8bq?= \r\nAQ", max_size=80)))
def test_no_subject_breaks_the_reading(text: str) -> None:
    decode_words(text)


def test_many_cases_are_bounded() -> None:
    body = "".join(f"0x{number:064x}\r\n" for number in range(1_000))
    where, cases = _found(sign(mail(body, Subject="Re:"), GOOD))
    assert where == "several_cases" and len(cases) == 32


def test_the_text_is_bounded() -> None:
    """A case id behind the first MiB of text is not found, and nothing is an error."""
    filler = "x" * 70 + "\r\n"
    body = filler * (MAX_TEXT // len(filler) + 1) + f"0x{'ab' * 32}\r\n"
    assert _found(sign(mail(body, Subject="Re:"), GOOD)) == ("none", ())


def test_every_format_character_is_invisible() -> None:
    """All of general category Cf that the Unicode of this Python knows, and some that are ignorable and no Cf."""
    signs = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) == "Cf"]
    assert len(signs) > 160
    for sign_between in [*signs, "\u034f", "\u3164", "\ufe0f", "\U000e0100"]:
        assert visible(f"ab{sign_between}cd") == "abcd", hex(ord(sign_between))
    assert visible("é요\u0301 ab") == "é요\u0301 ab", "what is seen stays"


@given(_CASES, st.integers(0, 66), st.sampled_from("\u00ad\u200d\u2060\u2066\ufeff\U000e0020"))
@settings(max_examples=40)
def test_whatever_invisible_stands_within(case: bytes, cut: int, between: str) -> None:
    text = f"0x{case.hex()}"
    hidden = f"{text[:cut]}{between}{text[cut:]}"
    for codec in ("utf-8", "utf-16", "utf-16-be", "utf-32"):
        word = f"=?{codec}?b?{base64.b64encode(hidden.encode(codec)).decode()}?="
        assert _found(sign(mail(Subject=f"Re: {word}"), GOOD), case) == ("subject", (case,))


@given(st.binary(max_size=300), st.text(max_size=20) | st.sampled_from(["utf-16", "UTF16BE", "utf-7", "hz", "utf-32"]))
def test_no_charset_breaks_the_reading(data: bytes, charset: str) -> None:
    texts = list(decoded(data, charset))
    assert 1 <= len(texts) <= 5 and all(len(text) <= len(data) for text in texts)
    assert all(1 <= len(as_seen(text)) <= 2 for text in texts)


_PIECES = st.lists(st.sampled_from([b";", b'"', b"(", b")", b"\\", b"=", b"*", b"0", b"%41", b"'", b" ", b"\r\n ", b"b",
                                    b"boundary=", b"text/plain"]), max_size=40).map(b"".join)  # fmt: skip


@given(_PIECES | st.binary(max_size=200))
def test_no_content_type_breaks_the_reading(value: bytes) -> None:
    kind, parameters = read_type(b"text/plain; " + value)
    assert kind == b"text/plain" and len(parameters) <= MAX_PARAMETERS
    assert all(name == name.lower() and len(text) <= len(value) for name, text in parameters.items())
    read_type(value)
    assert read_word(value) in (b"", read_word(value).lower())


@given(st.text(st.characters(codec="ascii", exclude_characters="\r\n"), max_size=60))
def test_a_quoted_value_goes_round(text: str) -> None:
    """Whatever it holds: a quoted string is one value, and nothing in it is a parameter."""
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    _, parameters = read_type(f'a/b; name="{quoted}"; boundary=b'.encode())
    assert parameters == {"name": text.encode(), "boundary": b"b"}


def test_a_long_content_type_is_read_as_far_as_the_bound() -> None:
    assert read_type(b"a/b;" + b" " * MAX_FIELD + b"boundary=y") == (b"a/b", {})
    assert read_type(b"a/b; " + b"(" * 100_000 + b"boundary=y") == (b"a/b", {})
    assert read_word(b" (x) Base64 (y) ") == b"base64" and read_word(b"base64; x") == b""


def test_a_large_body_is_read_with_few_boundaries() -> None:
    """The product is bounded: over it nobody can choose a reading, and the body names nothing."""
    by = By(RSA, "s2048", headers=GOOD.headers[:-1])
    parts = "".join(f"--f{number}\r\nContent-Type: image/png\r\n\r\n" for number in range(16))
    for size, where in ((MAX_READ // 16, "body"), (MAX_READ // 16 + 1, "none")):
        start = f"0x{'ab' * 32}\r\n{parts}"
        body = start + "x" * (size - len(start) - 2) + "\r\n"
        assert _found(sign(mail(body, Subject="Re:"), by), b"\xab" * 32)[0] == where


def test_one_case_in_two_signed_subjects_is_one_case() -> None:
    by = By(RSA, "s2048", headers=("subject", *GOOD.headers))
    data = sign(f"Subject: 0x{'ab' * 32}\r\n" + mail(Subject=f"0x{'ab' * 32}"), by)
    assert _found(data) == ("subject", (b"\xab" * 32,))
