"""A mail of 50 kB: read, hashed, its signature checked, graded, and searched for its case; one core."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from functools import partial

import dkim

from ledger.mail.binding import find_case
from ledger.mail.grade import grade_mail
from ledger.mail.raw import RawMail
from tests.bench.figures import Figure, at_least, at_most
from tests.unit.mails import AT, CASE, GOOD, RSA, SERVICE, SHOP, By, held, mail, sign
from tools.vectors._mail_keys import record

_SIZE = 50_000
_ROUNDS = 15
_TIMES = 20
_LINE = "Dear customer,  we received your request of last week and\twill answer  it as the law asks us to do. \r\n"
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
    return found


def _mail(by: By) -> bytes:
    body = f"Your request {CASE}\r\n" + _LINE * (_SIZE // len(_LINE))
    return sign(mail(body, Subject="Re: access request"), by).encode("latin-1")


def _whole(data: bytes) -> None:
    raw = RawMail.parse(data)
    check = grade_mail(raw, SHOP, _KEYS, AT)
    assert check.result == "grade_a"
    assert find_case(raw, check, bytes.fromhex(CASE[2:])).where == "body"


def _dkimpy(data: bytes, text: bytes) -> None:
    assert dkim.DKIM(data).verify(dnsfunc=lambda *_, **__: text)


def _median(run: Callable[[], None]) -> float:
    def once() -> float:
        start = time.process_time()
        for _ in range(_TIMES):
            run()
        return (time.process_time() - start) / _TIMES

    return statistics.median(once() for _ in range(_ROUNDS))
