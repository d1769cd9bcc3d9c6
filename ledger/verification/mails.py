"""What a company's mail that a bundle opens shows (docs/spec/assessment.md, steps 10.2 to 10.4).

What can be computed again is computed again: the signature over the mail's bytes, the case that the signed text
names, the key where a DNSSEC chain proves it. What cannot be stays the word of whoever took the answers of DNS, and
the sentences say whose. None of these checks is required.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from ledger.bundle import Bundle, ShownStatement
from ledger.encoding import encode_base64url, encode_instant
from ledger.errors import Malformed
from ledger.phrases import Phrase, Said, joined, told
from ledger.policy import TrustPolicy
from ledger.verification.attested import AttestedMails
from ledger.verification.attesters import Attesters
from ledger.verification.checks import Check, Value, not_checked
from ledger.verification.files import OpenedFile, OpenedFiles
from ledger.verification.mail_case import MailCase
from ledger.verification.observed import Canon
from ledger.verification.words import note_text, say

if TYPE_CHECKING:
    # The mail and DNS libraries take longer to load than a bundle to check: only whoever opens a mail waits for them.
    from ledger.mail.recompute import Recomputed

LAST_SECOND = 253_370_764_800
"""The first of January 9999: whoever makes up a header may have written any time into it."""
Letter = Literal["A", "B", "C"]
Doubt = Literal["public", "weak"]
"""Why an opened mail proves nothing: anybody could have had its key; or it is weakly signed, or by another domain."""
_LETTERS: Mapping[str, Letter] = {"grade_a": "A", "grade_b": "B", "grade_c": "C"}


@dataclass(frozen=True, slots=True)
class ShownMail:
    """What was recomputed of one mail for one statement."""

    file: bytes
    """SHA-256 of the mail."""
    found: Recomputed


@dataclass
class MailSteps:
    """Step 10 of one assessment; ``files`` and ``attested`` are its first and its last part."""

    bundle: Bundle
    policy: TrustPolicy
    canon: Canon
    mails: dict[int, list[ShownMail]] = field(default_factory=dict)
    """By the index of the statement that commits to them."""
    _known: dict[bytes, frozenset[bytes]] = field(default_factory=dict)
    """By which marks a mail is the same, by its SHA-256."""

    def __post_init__(self) -> None:
        self.files = OpenedFiles(self.bundle)
        self.attesters = Attesters(self.bundle, self.policy, self.files)
        self.case = MailCase(self.bundle, self.policy)
        self.attested = AttestedMails(self.bundle, self.canon, self.case, self.files, self.attesters)

    def mail(self, shown: ShownStatement, at: int | None) -> Sequence[Check]:
        """The mails that a statement commits to; ``at`` is the time by which it was recorded, None where unknown."""
        return [check for item in self._mails(shown) for check in self._mail(shown, item, at)]

    def _mails(self, shown: ShownStatement) -> Sequence[OpenedFile]:
        if shown.signed.statement.case_id != self.case.id:
            return ()
        # One of several that open the same bytes, and none that names another length.
        held = {item.sha256: item for item in self.files.mails(shown)}
        return [item for _, item in sorted(held.items())]

    def _mail(self, shown: ShownStatement, item: OpenedFile, at: int | None) -> Sequence[Check]:
        name, data = f"mail/{shown.index}/{item.sha256.hex()}", self.files.held(item)
        if at is None or data is None:
            return [not_checked(name, "10.2", say("mail_not_placed"), required=False)]
        if self.case.company is None:
            return [not_checked(name, "10.2", say("mail_of_whom"), required=False)]
        from ledger.mail.recompute import recompute  # see above: libraries that take long to load

        captures, claim = self.attesters.captures(shown), self.case.claim(shown.signed.statement)
        held, received, readings = [data for data, _ in captures], min(at, LAST_SECOND), self.case.readings()
        try:
            found = recompute(data, held, claim, self.case.terms(), received, readings)
        except Malformed as error:
            return [not_checked(name, "10.2", self.case.unread("mail_unreadable", error=str(error)), required=False)]
        if not found:
            return [not_checked(name, "10.2", say("mail_unsigned"), required=False)]
        self.mails.setdefault(shown.index, []).extend(ShownMail(item.sha256, each) for each in found)
        return [self._by_key(name, each, captures, self.attesters.vouchers(shown, item), at) for each in found]

    def _by_key(
        self, name: str, found: Recomputed, captures: Sequence[tuple[bytes, Phrase]], vouchers: Sequence[str], at: int
    ) -> Check:
        below = [self._signature(f"{name}/{found.key_name}", found, at)]
        check = f"{name}/{found.key_name}"
        if found.proven:
            detail = say("key_proven", word=found.key_word)
            if found.key_digest is not None:
                detail = say("key_proven_digest", digest=found.key_digest.hex(), word=found.key_word)
            return Check(check, "10.2", Value.PASSED, detail, False, tuple(below))
        why = say("key_unproven", at=encode_instant(at), rests=_rests(found, captures, vouchers))
        return not_checked(check, "10.2", why, required=False, below=below)

    def _signature(self, key: str, found: Recomputed, at: int) -> Check:
        name, below = f"{key}/signature", [self._case(key, found)]
        reasons = [_sentence(reason) for reason in found.reasons]
        if found.counts:
            if not self.case.is_company_named:
                reasons.append(say("signed_no_finding", company=self.case.company))
            detail = say(
                "signed", at=encode_instant(at), domain=found.domain, letter=found.result[-1].upper(),
                because=joined(reasons, ("", "")),
            )  # fmt: skip
            return Check(name, "10.3", Value.PASSED, detail, False, tuple(below))
        said = say(f"said_{found.result if found.result in ('grade_d', 'failed') else 'undetermined'}")
        if found.result == "grade_c" and not found.aligned:
            said = say("said_not_own", domain=found.domain)
        why = say("not_signed", said=said, because=joined(reasons, ("", "")))
        return not_checked(name, "10.3", why, required=False, below=below)

    @staticmethod
    def _case(key: str, found: Recomputed) -> Check:
        name = f"{key}/case"
        if found.is_bound:
            return Check(name, "10.4", Value.PASSED, say(f"case_{found.where}"), required=False)
        if found.where == "other_case":
            why = "case_other"
        elif found.where == "none" and found.result in ("failed", "undetermined"):
            why = "case_unread"
        elif found.where == "several_cases":
            why = "case_several"
        elif found.where == "none":
            why = "case_none"
        elif found.to_come:
            why = "case_day_to_come"
        elif found.day is None:
            why = "case_no_day"
        else:
            why = "case_other_day"
        return not_checked(name, "10.4", say(why), required=False)

    def letters(self) -> Mapping[int, Letter]:
        """The best grade of an opened mail of each statement that needs nobody's word: a chain proves its key, and
        the signed text names the case and the day, and the policy names the company."""
        found: dict[int, Letter] = {}
        if not self.case.is_company_named:
            return found  # anybody may have a mailbox there, and nobody has said otherwise
        for index, mails in self.mails.items():
            for item in mails:
                letter = _LETTERS.get(item.found.result)
                is_whole = item.found.counts and item.found.proven and item.found.is_bound
                if letter is None or not is_whole or self._sent_after(index, item) is not None:
                    continue
                if self._earlier(index, item.file) is None:
                    found[index] = min(letter, found.get(index, letter))
        return found

    def doubted(self) -> Mapping[int, Doubt]:
        """Statements of which every opened mail with a grade proves nothing under this policy, and why.

        A quorum of attesters may say more: leaving the files out would bring its word back, so it stands, with this
        beside it.
        """
        found: dict[int, Doubt] = {}
        for index, mails in self.mails.items():
            graded = [item.found for item in mails if item.found.result.startswith("grade_")]
            if graded and not any(item.counts for item in graded):
                found[index] = "public" if any(item.is_key_public for item in graded) else "weak"
        return found

    def all_notes(self) -> Iterator[str]:
        """Also a sentence for each mail that an earlier statement names already, or that is older than the request."""
        yield from self.attested.notes
        for index, mails in sorted(self.mails.items()):
            days = {(item.found.written, self._sent_after(index, item)) for item in mails}
            for written, sent in sorted((written, sent) for written, sent in days if written and sent):
                yield (
                    f"The mail of statement {index} was written on {written}, before the request was sent, {sent}: it"
                    " shows no arrival of that request, and that it did arrive by then is the person's word."
                )
            for name in sorted({item.file for item in mails}):
                earlier = self._earlier(index, name)
                if earlier is not None:
                    yield note_text("mail_again", index=index, earlier=earlier)

    def _sent_after(self, index: int, mail: ShownMail) -> date | None:
        """When the request was first sent, where a receipt is shown for it that was written before.

        A receipt may name a later day than its mail; of what was not sent yet no mail says that it arrived.
        """
        own, written = self.bundle.statements[index].signed.statement, mail.found.written
        if own.kind != "request.acknowledged" or written is None:
            return None
        every = (item.signed.statement for item in self.bundle.statements.values())
        first = min(
            (
                date.fromisoformat(str(item.facts["sent_on"]))
                for item in every
                if item.kind == "request.sent" and item.is_understood
                and (item.author, item.case_id) == (own.author, own.case_id)
            ),
            default=None,
        )  # fmt: skip
        return None if first is None or first <= written else first

    def _earlier(self, index: int, name: bytes) -> int | None:
        """The first statement of the same author in the case, before ``index``, that commits to the same mail."""
        from ledger.mail.recompute import is_one_mail  # see above

        shown, statements = self.bundle.statements[index], self.bundle.statements
        wanted = self._marks(item for item in self.files.mails(shown) if item.sha256 == name)
        for other in sorted(place for place in statements if place < index):
            statement, own = statements[other].signed.statement, shown.signed.statement
            is_same = statements[other].signed.id == shown.signed.id  # the same words, once more in the log
            if is_same or (statement.author, statement.case_id) != (own.author, own.case_id):
                continue
            committed = {digest.encode("ascii") for digest in statement.digests}
            if is_one_mail(wanted, frozenset(committed) | self._marks(self.files.mails(statements[other]))):
                return other
        return None

    def _marks(self, items: Iterable[OpenedFile]) -> frozenset[bytes]:
        """By each of these it is the same mail: the disclosure, the bytes, and what ``marks`` gives."""
        from ledger.mail.recompute import marks  # see above

        found: set[bytes] = set()
        for item in items:
            if item.sha256 not in self._known:
                self._known[item.sha256] = marks(self.files.held(item) or b"")
            found |= {encode_base64url(item.digest).encode("ascii"), item.sha256, *self._known[item.sha256]}
        return frozenset(found)


def _rests(found: Recomputed, captures: Sequence[tuple[bytes, Phrase]], vouchers: Sequence[str]) -> Phrase:
    """On whose word it stays which key it was; answers without a key are nobody's word for one."""
    answers = (
        [] if found.capture is None else [say("answers_say", whose=captures[found.capture][1], word=found.key_word)]
    )
    words = [say("word_of", names=", ".join(vouchers))] if vouchers else []
    if found.has_key:
        words = [*answers, *words]
    if not words:
        return say("rests_on_no_key", words=answers[0]) if answers else say("rests_on_nothing")
    rests = say("rests_on", words=joined(words, ("; and on ", "; ")))
    return rests if found.has_key or not answers else joined([rests, answers[0]], ("; ", ". "))


def _sentence(reason: Said) -> Phrase:
    """A reason as a sentence of its own; in English the reasons begin small and have no full stop."""
    english, korean = told(reason, "en"), told(reason, "ko")
    english = f"{english[:1].upper()}{english[1:]}"
    return Phrase.of((" {en}.", " {ko}"), en=english, ko=korean if isinstance(reason, Phrase) else f"{english}.")
