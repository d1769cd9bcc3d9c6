"""The case a mail names: however programs wrap and encode it, and never outside the signature."""

from __future__ import annotations

import base64
import quopri

from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.mail.binding import find_case
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
    assert sum(map(len, body_texts(raw, body))) <= MAX_TEXT


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
