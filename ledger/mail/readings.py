"""What one assessment has read of mails and captures, and how much more it will read.

A bundle of a megabyte can name one mail in many statements, with sixteen signatures and several captures each: every
pair is another question about the same bytes. What was computed once is not computed again, and the rest has an end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeAlias, TypeVar

from ledger.errors import MalformedSize
from ledger.mail.anchors import TrustAnchor
from ledger.mail.binding import Where, find_case
from ledger.mail.capture import DnsCapture, KeyFinding
from ledger.mail.grade import MailCheck, grade_mail
from ledger.mail.key import KeyAtReceipt
from ledger.mail.published import PublishedKey
from ledger.mail.raw import RawMail
from ledger.mail.text import MAX_SCANNED

MAX_WORK = 4_294_967_296
"""Bytes of one assessment: those of a mail once for each grade that it is given and sixteen times, up to 8 MiB of it,
for each search for a case; those of a capture 64 times for each key that it is asked for."""
CHAIN_COST, SEARCH_COST = 64, 16
Pair: TypeAlias = tuple[str, str]
"""Domain and selector."""
_K = TypeVar("_K")
_V = TypeVar("_V")


class Readings:
    """The mails of one assessment. Each method raises MalformedSize beyond ``most`` bytes of work."""

    def __init__(self, most: int = MAX_WORK) -> None:
        self.left = most
        self.is_spent = False
        """Whether something was left out, and everything after it."""
        self._mails: dict[bytes, RawMail] = {}
        self._captures: dict[bytes, DnsCapture] = {}
        self._keys: dict[tuple[object, ...], KeyFinding] = {}
        self._grades: dict[tuple[object, ...], MailCheck] = {}
        self._places: dict[tuple[object, ...], Where] = {}

    def mail(self, data: bytes) -> RawMail:
        """A mail, parsed. Raises MalformedMail and MalformedSize."""
        return self._once(self._mails, data, len(data), lambda: RawMail.parse(data))

    def capture(self, data: bytes) -> DnsCapture:
        """A capture, parsed. Raises a Malformed error."""
        return self._once(self._captures, data, len(data), lambda: DnsCapture.parse(data))

    def key(self, data: bytes, pair: Pair, received: datetime, anchors: Sequence[TrustAnchor]) -> KeyFinding:
        """What a capture says of a key. Raises a Malformed error."""
        capture, name = self.capture(data), (data, pair, received, tuple(anchors))
        cost = len(data) * CHAIN_COST
        return self._once(self._keys, name, cost, lambda: capture.key_finding(*pair, received, anchors))

    def grade(
        self, data: bytes, domains: frozenset[str], keys: Sequence[tuple[Pair, KeyAtReceipt]], received: datetime,
        published: Sequence[PublishedKey] = (),
    ) -> MailCheck:  # fmt: skip
        """The grade of a mail under these keys. Raises MalformedMail and MalformedSize."""
        mail, name = self.mail(data), (data, domains, tuple(keys), received, tuple(published))
        return self._once(
            self._grades, name, len(data), lambda: grade_mail(mail, domains, dict(keys), received, published)
        )

    def where(self, data: bytes, check: MailCheck, case: bytes) -> Where:
        """Where the signed text names ``case``: by what is signed, whichever key verified it."""
        verified = None if check.chosen_number is None else check.signatures[check.chosen_number].verified
        if verified is None:
            return "none"
        by, mail = verified.signature, self.mail(data)
        length = None if by.length is None else (by.body_form, by.length)
        name = (data, case, by.headers.count("subject"), length, frozenset(check.signed_headers))
        cost = min(len(data), MAX_SCANNED) * SEARCH_COST
        return self._once(self._places, name, cost, lambda: find_case(mail, check, case).where)

    def _once(self, known: dict[_K, _V], name: _K, cost: int, read: Callable[[], _V]) -> _V:
        if name not in known:
            self.is_spent = self.is_spent or cost > self.left
            if self.is_spent:
                raise MalformedSize("the mails of this bundle take more work than one assessment does")
            self.left -= cost
            known[name] = read()
        return known[name]
