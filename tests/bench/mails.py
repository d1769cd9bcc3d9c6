"""A mail of 50 kB: read, hashed, its signature checked, graded, and searched for its case; one core."""

from __future__ import annotations

import base64
import quopri
import statistics
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from hashlib import shake_256
from pathlib import Path
from tempfile import TemporaryDirectory

import dkim

from ledger.cli.mailing.batch import Task, check
from ledger.cli.mailing.grading import Known, Name
from ledger.mail.binding import MAX_READ, find_case
from ledger.mail.capture import KeyFinding
from ledger.mail.grade import grade_mail
from ledger.mail.raw import RawMail
from ledger.mail.text import MAX_BOUNDARIES
from tests.bench.figures import Figure, at_least, at_most
from tests.unit.mails import ALL, AT, CASE, GOOD, RSA, SERVICE, SHOP, By, held, mail, sign
from tools.vectors._mail_keys import record

_SIZE = 50_000
_ROUNDS = 15
_TIMES = 20
_LINE = "Dear customer,  we received your request of last week and\twill answer  it as the law asks us to do. \r\n"
_GERMAN = "die Auskunft über Ihre Daten wird für die Zeit bis März geprüft, wie es das Gesetz verlangt. "
_PLAIN, _HTML, _IMAGE = (
    f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}"
    for kind, encoding in (
        ("text/plain; charset=utf-8", "quoted-printable"), ("text/html; charset=utf-8", "quoted-printable"),
        ("image/png", "base64"),
    )
)  # fmt: skip
_PARTS = "multipart/related: text and HTML as quoted-printable, an image as base64; the case in the text; relaxed"
_MARKUP = "text/html without an encoding, UTF-8 with umlauts, tags, entities and zero-width characters; relaxed"
_BATCH = 2_000
_KEYS = {(by.domain, by.selector): held(by) for by in (GOOD, SERVICE)}


def mails() -> list[Figure]:
    """Milliseconds of CPU for each mail: the median of rounds."""
    found = []
    for form in ("simple/simple", "relaxed/relaxed"):
        data = _mail(By(RSA, "s2048", form=form))
        name = form.partition("/")[0]
        how = f"{len(data):,} bytes, {form}, RSA-2048, text with many double spaces; parsed, graded, case found"
        seconds = _median(partial(_whole, data))
        found.append(at_most(f"mail_{name}_ms", 1e3 * seconds, "ms", 3, f"{how}; CPU time, one core"))
        if name == "relaxed":
            found.append(at_least("mails_per_s", 1 / seconds, "/s", None, f"{how}; one core"))
            text = record(RSA).encode()
            seconds = _median(partial(_dkimpy, data, text))
            found.append(at_most("mail_dkimpy_ms", 1e3 * seconds, "ms", None, "the same by dkimpy's own verify()"))
    both = sign(_mail(GOOD).decode("latin-1"), SERVICE).encode("latin-1")
    seconds = _median(partial(_whole, both))
    found.append(at_most("mail_two_signatures_ms", 1e3 * seconds, "ms", 3, "the same with two signatures, relaxed"))
    for name, data, how in (("multipart", _multipart(), _PARTS), ("html", _html(), _MARKUP)):
        seconds = _median(partial(_whole, data))
        found.append(at_most(f"mail_{name}_ms", 1e3 * seconds, "ms", 3, f"{len(data):,} bytes, {how}"))
    # As Gmail signs: whoever shows such a mail chooses how its body is read, so every way is searched.
    for name, data, how in (
        ("plain", _mail(GOOD), "text/plain"), ("multipart", _multipart(), _PARTS), ("html", _html(), _MARKUP)
    ):  # fmt: skip
        seconds = _median(partial(_whole, _unsigned(data), ("grade_b", "grade_c")))
        found.append(at_most(f"mail_{name}_unsigned_ms", 1e3 * seconds, "ms", 3, f"{how}; Content-Type unsigned"))
    data = _many_signatures()
    how = f"{len(data):,} bytes of header with 16 signatures over 900 fields, nearly as much as is read"
    found.append(at_most("mail_sixteen_signatures_ms", 1e3 * _median(partial(_grade, data), 1), "ms", 400, how))
    seconds = _median(partial(_whole, _hostile(), ("grade_c",), "none"), 1, 3)
    how = "2 MiB of references and tags as HTML in quoted-printable, 16 boundaries, Content-Type unsigned: 16 readings"
    found.append(at_most("mail_hostile_s", seconds, "s", None, f"{how}, each of 1 MiB in five charsets; CPU time"))
    return [*found, _batch()]


def _multipart() -> bytes:
    text = quopri.encodestring(f"Sehr geehrte Damen,\r\n\r\n{CASE}\r\n{_GERMAN * 20}".encode()).decode()
    markup = quopri.encodestring(_page(40).encode()).decode()
    image = base64.encodebytes(shake_256(b"image").digest(24_000)).decode()
    inner = f"--i\n{_PLAIN}\n\n{text}\n--i\n{_HTML}\n\n{markup}\n--i--\n"
    body = f"--o\nContent-Type: multipart/alternative; boundary=i\n\n{inner}\n--o\n{_IMAGE}\n\n{image}--o--\n"
    body = body.replace("\r\n", "\n").replace("\n", "\r\n")
    return sign(mail(body, Subject="Re:", Content_Type="multipart/related; boundary=o"), GOOD).encode("latin-1")


def _html() -> bytes:
    body = _page(225).encode().decode("latin-1").replace("\n", "\r\n")
    return sign(mail(body, Subject="Re:", Content_Type="text/html; charset=utf-8"), GOOD).encode("latin-1")


def _page(rows: int) -> str:
    head = f"<html><head><style>{'p {color: #333} ' * 50}</style></head><body><p>{CASE}</p>"
    link = f'<a href="https://shop.example/x?a=1&amp;b=2">{_GERMAN}</a>'
    row = f'<tr style="font-family: Arial">\n<td class="x">&nbsp;{link}</td></tr>\u200c'
    return f"{head}<table>{row * rows}</table></body></html>\n"


def _unsigned(data: bytes) -> bytes:
    """The same mail with Content-Type unsigned."""
    message = data[data.index(b"From:") :].decode("latin-1")
    return sign(message, By(RSA, "s2048", headers=ALL[:-1])).encode("latin-1")


def _many_signatures() -> bytes:
    fields = "".join(f"X-{number}: {'a  b ' * 190}\r\n" for number in range(900))
    names = (*ALL, *(f"x-{number}" for number in range(200)))
    message = fields + mail("Hello\r\n")
    own = sign(message, By(RSA, "s2048", headers=names)).removesuffix(message)
    return (own * 16 + message).encode("latin-1")


def _hostile() -> bytes:
    """Just under the bytes that are still read with every boundary (``MAX_READ``)."""
    kind = "Content-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n"
    body = "".join(f"--b{number}\r\n{kind}\r\n" for number in range(MAX_BOUNDARIES))
    text = "=00<p>=00&lt;"
    body += text * ((MAX_READ // MAX_BOUNDARIES - len(body) - 100) // len(text)) + "\r\n"
    return sign(mail(body, Subject="Re:"), By(RSA, "s2048", headers=ALL[:-1])).encode("latin-1")


def _batch() -> Figure:
    """``habeas mail check`` over an mbox, without the printing of the lines."""
    task = Task(SHOP, bytes.fromhex(CASE[2:]), _Held(), AT)
    kinds = [_mail(GOOD), _multipart(), _html(), sign(mail(), GOOD).encode("latin-1")]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "box"
        with path.open("wb") as file:
            for number in range(_BATCH):
                file.write(b"From x\r\n" + kinds[number % len(kinds)] + b"\r\n")
        start = time.process_time()
        tally = check([path], task, (), lambda _: None, lambda _: None)
        seconds = time.process_time() - start
        size = path.stat().st_size
    assert tally.counts == {"grade_a": _BATCH}
    how = f"{_BATCH:,} mails in an mbox of {size / 1e6:.0f} MB, four kinds in turn, checked as habeas mail check does"
    return at_least("mails_batch_per_s", _BATCH / seconds, "/s", None, f"{how}; CPU time, one core")


class _Held:
    """The keys of the bench, as a source."""

    def find(self, names: Sequence[Name], at: datetime | None) -> Known:
        return Known(None, tuple(KeyFinding(_KEYS[name], (), 0, ()) for name in names))


def _mail(by: By) -> bytes:
    body = f"Your request {CASE}\r\n" + _LINE * (_SIZE // len(_LINE))
    return sign(mail(body, Subject="Re: access request"), by).encode("latin-1")


def _grade(data: bytes) -> None:
    check = grade_mail(RawMail.parse(data), SHOP, _KEYS, AT)
    assert [each.result for each in check.signatures] == ["grade_a"] * 16


def _whole(data: bytes, results: Sequence[str] = ("grade_a",), where: str = "body") -> None:
    raw = RawMail.parse(data)
    check = grade_mail(raw, SHOP, _KEYS, AT)
    assert check.result in results
    assert find_case(raw, check, bytes.fromhex(CASE[2:])).where == where


def _dkimpy(data: bytes, text: bytes) -> None:
    assert dkim.DKIM(data).verify(dnsfunc=lambda *_, **__: text)


def _median(run: Callable[[], None], times: int = _TIMES, rounds: int = _ROUNDS) -> float:
    def once() -> float:
        start = time.process_time()
        for _ in range(times):
            run()
        return (time.process_time() - start) / times

    return statistics.median(once() for _ in range(rounds))
