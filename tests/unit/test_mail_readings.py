"""The fast search of a body against the plain one: the same cases, whatever splits, wraps, encodes or hides them."""

from __future__ import annotations

import base64
import quopri
from collections.abc import Callable, Iterable, Iterator
from itertools import chain

import dkim
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ledger.mail.binding import _cases, find_case
from ledger.mail.dkim import Canonical, Forms
from ledger.mail.parameters import read_type
from ledger.mail.raw import RawMail
from ledger.mail.report import is_report
from ledger.mail.text import MAX_BOUNDARIES, begun_boundaries, body_texts, has_parts, other_texts, reads_differently
from tests.unit import plain_readings as plain
from tests.unit.mails import GOOD, grade, mail, sign
from tests.unit.test_mail_raw import HOSTILE

OTHER = "0x" + "cd" * 32
# What stands between, or in place of, the characters of an id without ending it: or what does end it.
_BETWEEN = st.sampled_from([
    b"", b"", b"\r\n", b"\n> ", b"\xc2\xad", b"\xe2\x80\x8b", b"\xef\xbb\xbf", b"\xad", b"\xc2", b"\xe2\x80", b"<b>",
    b"<!-- x -->", b"<br>", b"<script>0x</script>", b"&shy;", b"&#8203;", b"&#xfeff;", b"&ZeroWidthSpace;", b"&", b"<",
    b"=\r\n", b"=C2=AD", b"=", b"--b\r\n", b" ", b"\0", b"= \t\n", b"     \n", b"==", b"=\r", b"\x1b(B", b"\x1b",
])  # fmt: skip
_WRAP: list[Callable[[bytes], bytes]] = [
    lambda text: text,
    base64.encodebytes,
    base64.b64encode,
    quopri.encodestring,
    lambda text: b"".join(b"=%02X" % byte for byte in text),
    lambda text: b"".join(b"&#%d;" % byte for byte in text),
    lambda text: b"".join(b"&#" + b"0" * 120 + b"%d;" % byte for byte in text[:3]) + text[3:],
    lambda text: b"<p>" + text + b"</p>",
    lambda text: b"--b\r\nContent-Type: text/html\r\n\r\n" + text + b"\r\n--b--\r\n",
    lambda text: b"--c \nContent-Transfer-Encoding: base64\n\n" + base64.encodebytes(text) + b"\n--c\n",
    lambda text: (
        b"--d\r\nMIME-Version: 1\r\nContent-Type: multipart/mixed; boundary=f\r\n\r\n--f\r\n\r\n"
        + text
        + b"\r\n--f--\r\n--d--"
    ),
    lambda text: b"--e\nContent-Type: text/plain; charset=utf-16\n\n" + text.decode("latin-1").encode("utf-16"),
]
_NOISE = st.one_of(
    HOSTILE,
    st.lists(
        st.sampled_from([
            b"--b", b"--b--", b"--b\t ", b"--", b"\r\n", b"\n", b"\r", b"Content-Type: text/html\n\n", b"content-x:",
            b"Content-Type: message/delivery-status", b"A" * 44, b"B" * 40 + b"==", b"=3D", b"=", b"= \t", b"<", b">",
            b"X-Part: 1\r\n",
            b"\nContent-Id: 2\n", b"\r\n\r\n", b"--b\r\n", b"--c \n", b"&", b"&#",
            b"&#" + b"9" * 150 + b";", b"0x", b"0", b"x", b"\xc2\xad", b"ab" * 32, b"mime-version:",
        ]),
        max_size=30,
    ).map(b"".join),
    st.binary(max_size=60),
)  # fmt: skip
_TYPES = st.sampled_from([
    b"text/plain", b"text/html", b"multipart/mixed; boundary=b", b"multipart/alternative; boundary=\"c\"", b"image/png",
    b"multipart/mixed", b"", b"text/plain; charset=utf-32",
])  # fmt: skip
_ENCODINGS = st.sampled_from([b"", b"7bit", b"base64", b"Quoted-Printable"])


@st.composite
def _bodies(draw: st.DrawFn) -> bytes:
    """Noise around ids that are split in one place and wrapped in up to three layers."""
    pieces = [draw(_NOISE)]
    for _ in range(draw(st.integers(0, 2))):
        name = (
            b"0"
            + draw(st.sampled_from(b"xX")).to_bytes(1, "big")
            + draw(st.binary(min_size=32, max_size=32)).hex().encode()
        )
        for _ in range(draw(st.integers(0, 2))):
            cut = draw(st.integers(0, len(name)))
            name = name[:cut] + draw(_BETWEEN) + name[cut:]
        for wrap in draw(st.lists(st.sampled_from(_WRAP), max_size=3)):
            name = wrap(name)
        pieces += [draw(st.sampled_from([b"", b"\n", b"\r\n", b"\r\n\r\n"])), name, draw(_NOISE)]
    return b"".join(pieces)


def _raw(kind: bytes, encoding: bytes, body: bytes) -> RawMail:
    return RawMail.parse(
        b"From: a@b.example\r\nContent-Type: "
        + kind
        + b"\r\nContent-Transfer-Encoding: "
        + encoding
        + b"\r\n\r\n"
        + body
    )


@given(_TYPES, _ENCODINGS, _bodies())
@settings(max_examples=400)
@example(b"text/plain", b"", b"0" + b"&ZeroWidthSpace;" + OTHER[1:].encode())
@example(b"text/plain", b"", base64.b64encode(b"0\xe2\x80\x8b" + OTHER[1:].encode()))
@example(b"text/plain", b"Quoted-Printable", b"==\r\n\nx =\r y\n=\r\n\n== \t\n\n=3=30==")
@example(b"multipart/mixed; boundary=b", b"", _WRAP[9](OTHER.encode()))
def test_the_fast_search_finds_what_the_plain_one_does(kind: bytes, encoding: bytes, body: bytes) -> None:
    raw = _raw(kind, encoding, body)
    texts = list(body_texts(raw, raw.body))
    assert texts == plain.declared(kind, encoding, raw.body)
    boundaries = begun_boundaries(raw.body)
    assert list(boundaries) == plain.boundaries(raw.body)[: MAX_BOUNDARIES + 1]
    assert _all(texts, other_texts(raw, raw.body, (), boundaries)) == _all(texts, plain.others(raw.body))
    assert _all(texts, other_texts(raw, raw.body, ("content-type",), ())) == _all(texts, _encoded(kind, raw.body))


@given(_bodies(), st.sampled_from(["utf-8", "latin-1"]))
@settings(max_examples=300)
@example(b"\xc3\xa91 " + OTHER.encode() + b"\xc3\xa91", "utf-8")
@example(b"1\xc3\xa9" + OTHER.encode() + b"\xc3\xa9a " + OTHER.encode() + b"z", "utf-8")
def test_the_ids_of_a_text_are_those_of_the_plain_search(body: bytes, charset: str) -> None:
    text = body.decode(charset, "surrogateescape")
    assert set(_cases(text)) == plain.ids(text)


@pytest.mark.parametrize(("offset", "found"), [(65_536, True), (65_537, False)])
def test_how_far_behind_its_boundary_a_part_is_looked_for(offset: int, found: bool) -> None:
    """The field begins at most 65,536 bytes behind the beginning of the line, in both searches."""
    body = b"--b\r\n" + b"X: " + b"y" * (offset - 10) + b"\r\nMIME-Version: 1.0\r\n"
    raw = _raw(b"text/plain", b"", body)
    assert (has_parts(raw), plain.has_parts(body)) == (found, found)


@pytest.mark.parametrize("end", [65_536, 65_537])
def test_the_longest_header_of_a_part(end: int) -> None:
    header = b"Content-Type: image/png\r\nX: "
    header += b"y" * (end - len(header) - 4) + b"\r\n\r\n"
    body = b"--b\r\n" + header + OTHER.encode() + b"\r\n--b--\r\n"
    texts = list(body_texts(_raw(b"multipart/mixed; boundary=b", b"", body), body))
    assert texts == plain.declared(b"multipart/mixed; boundary=b", b"", body)
    assert bool(texts) == (end > 65_536)


def _all(*texts: Iterable[str]) -> set[bytes]:
    return {case for text in chain(*texts) for case in _cases(text)}


def _encoded(content_type: bytes, body: bytes) -> Iterator[str]:
    kind, parameters = read_type(content_type)
    kind = kind or b"text/plain"
    return plain.encoded(kind, parameters, body) if kind.startswith(b"text/") else iter(())


@given(_bodies())
@settings(max_examples=200)
def test_what_a_body_is_taken_for_is_the_same(body: bytes) -> None:
    raw = _raw(b"text/plain", b"", body)
    assert has_parts(raw) == plain.has_parts(body)
    assert reads_differently(raw) == plain.is_encoded(body)
    assert is_report(raw) == plain.is_report(body)


@pytest.mark.parametrize("wrap", _WRAP, ids=lambda wrap: wrap(b"ab").decode("latin-1")[:20])
def test_each_wrapping_is_found(wrap: Callable[[bytes], bytes]) -> None:
    """So the comparison above compares something."""
    raw = _raw(b"text/plain", b"", wrap(OTHER.encode()))
    assert _all(body_texts(raw, raw.body), other_texts(raw, raw.body, (), begun_boundaries(raw.body))) == {b"\xcd" * 32}


@pytest.mark.parametrize("digits", ["9" * 5_000, "0" * 5_000 + "48", "0" * 4_298 + "120"])
def test_no_number_is_too_long(digits: str) -> None:
    """Python reads no decimal number of more than 4,300 digits; a mail with one is searched all the same."""
    body = f"<p>&#{digits};</p> {OTHER}\r\n"
    data = sign(mail(body, Subject="Re:", Content_Type="text/html"), GOOD)
    found = find_case(RawMail.parse(data.encode("latin-1")), grade(data))
    assert (found.where, found.cases) == ("body", (b"\xcd" * 32,))


_NAMES = st.sampled_from(["From", "To", "to", "X-A", "x-a", "SUBJECT"])
_VALUES = st.lists(st.sampled_from(["a", " ", "\t", "  ", "\r\n ", "\v", "é"]), max_size=8).map("".join)


@pytest.mark.parametrize("form", ["simple", "relaxed"])
@given(
    st.lists(st.tuples(_NAMES, _VALUES), min_size=1, max_size=8),
    st.lists(st.sampled_from(["from", "to", "x-a", "subject", "none"]), max_size=12),
)
def test_the_fields_are_chosen_as_by_dkimpy(form: Canonical, fields: list[tuple[str, str]], names: list[str]) -> None:
    data = "".join(f"{name}:x{value}x\r\n" for name, value in fields) + "\r\n"
    raw = RawMail.parse(data.encode("latin-1"))
    headers = [(field.name.encode(), field.value) for field in raw.fields]
    chosen = dkim.select_headers(headers, [name.encode() for name in names])
    found = list(Forms(raw).header(form, names))
    if form == "simple":
        assert found == [name + b":" + value for name, value in chosen]
    else:
        assert [b" ".join(line.split()) for line in found] == [
            name.lower() + b":" + b" ".join(value.split()) for name, value in chosen
        ]
