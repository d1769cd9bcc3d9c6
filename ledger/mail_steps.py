"""Files that a bundle opens, and what a company's mail among them shows (docs/spec/assessment.md, step 10).

What can be computed again is computed again: the signature over the mail's bytes, the case that the signed text
names, the key where a DNSSEC chain proves it. What cannot be stays the word of whoever took the answers of DNS, and
the sentences say whose. None of these checks is required.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Self

from ledger.bundle import Bundle, ShownStatement
from ledger.checks import Check, Value, not_checked
from ledger.disclosure import Disclosure, FileValue
from ledger.encoding import Json, encode_base64url, encode_hex, encode_instant, parse_instant, sha256
from ledger.errors import HabeasError, Malformed, MalformedFacts
from ledger.evm import parse_header
from ledger.mail import CAPTURE_TYPE, MAIL_TYPE
from ledger.observed import Canon
from ledger.policy import AttesterTrust, TrustPolicy
from ledger.statement import Statement

if TYPE_CHECKING:
    # The mail and DNS libraries take longer to load than a bundle to check: only whoever opens a mail waits for them.
    from ledger.mail.recompute import Claim, Recomputed, Terms

CLOCKS_S = 3_600
"""So far apart may the clock of an attester and that of the chain be."""
LAST_SECOND = 253_370_764_800
"""The first of January 9999: whoever makes up a header may have written any time into it."""
Letter = Literal["A", "B", "C"]
Doubt = Literal["public", "weak"]
"""Why an opened mail proves nothing: anybody could have had its key; or it is weakly signed, or by another domain."""
_LETTERS: Mapping[str, Letter] = {"grade_a": "A", "grade_b": "B", "grade_c": "C"}
_NOT_PLACED = "When the mail existed is not shown: the statement that commits to it is not proven in an anchor."


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file disclosure that a statement shown commits to."""

    digest: bytes
    """SHA-256 of the disclosure: what attestations name."""
    value: FileValue

    @classmethod
    def of(cls, opened: Disclosure) -> Self:
        """The file of a disclosure that opens one."""
        assert isinstance(opened.value, FileValue), "others are left out"
        return cls(sha256(opened.encoded.encode("ascii")), opened.value)

    @property
    def sha256(self) -> bytes:
        return bytes.fromhex(self.value.sha256)


@dataclass(frozen=True, slots=True)
class ShownMail:
    """What was recomputed of one mail for one statement."""

    file: bytes
    """SHA-256 of the mail."""
    found: Recomputed


@dataclass
class MailSteps:
    """Step 10 of one assessment."""

    bundle: Bundle
    policy: TrustPolicy
    canon: Canon
    mails: dict[int, list[ShownMail]] = field(default_factory=dict)
    """By the index of the statement that commits to them."""
    notes: list[str] = field(default_factory=list)
    """What the summary says beside the finding."""

    def __post_init__(self) -> None:
        by_digest = {opened.digest: opened for opened in self._readable()}
        self._opened = {
            index: tuple(OpenedFile.of(by_digest[each]) for each in item.signed.statement.digests if each in by_digest)
            for index, item in self.bundle.statements.items()
        }
        self._fitting = {name: data for name, data in self.bundle.files.items() if sha256(data) == name}
        self._attesters = {item.key: item for item in self.policy.attesters}
        opening = [
            item.signed.statement for item in self.bundle.statements.values() if item.signed.id == self.bundle.case
        ]
        self._company = opening[0].company if opening else None
        self._place = str(opening[0].facts.get("place", "")) if opening else ""

    def _readable(self) -> Iterator[Disclosure]:
        """The files that are opened."""
        for encoded in self.bundle.disclosures:
            with suppress(HabeasError):  # 2.2 says so
                opened = Disclosure.parse(encoded)
                if isinstance(opened.value, FileValue):
                    yield opened

    # Step 10.1: the bytes are those that an author committed to.

    def files(self) -> Sequence[Check]:
        """A check for each file shown, and for each that is opened and not there."""
        opened = {item.sha256: item.value for items in self._opened.values() for item in items}
        names = sorted(self.bundle.files.keys() | opened.keys())
        return [self._file(name) if name in self.bundle.files else _missing(name, opened[name]) for name in names]

    def _file(self, name: bytes) -> Check:
        check, data = f"file/{name.hex()}", self.bundle.files[name]
        if name not in self._fitting:
            why = f"The bytes have the SHA-256 {sha256(data).hex()}: they are not those of this file."
            return Check(check, "10.1", Value.FAILED, why, required=False)
        every = ((index, item) for index, opened in sorted(self._opened.items()) for item in opened)
        named = [(index, item) for index, item in every if item.sha256 == name]
        if not named:
            why = "No opened private field of a statement shown names this file: whose it is, nobody says."
            return not_checked(check, "10.1", why, required=False)
        fitting = [index for index, item in named if item.value.length == len(data)]
        if not fitting:
            why = f"The file has {len(data)} bytes; its author committed to {named[0][1].value.length}."
            return Check(check, "10.1", Value.FAILED, why, required=False)
        entries = ", ".join(str(index) for index in dict.fromkeys(fitting))
        detail = f"The {len(data)} bytes are those that statement {entries} commits to."
        return Check(check, "10.1", Value.PASSED, detail, required=False)

    # Steps 10.2 to 10.4: below the record of the statement, whose block is the time of receipt.

    def mail(self, shown: ShownStatement, at: int | None) -> Sequence[Check]:
        """The mails that a statement commits to; ``at`` is the time by which it was recorded, None where unknown."""
        return [check for item in self._mails(shown) for check in self._mail(shown, item, at)]

    def _mails(self, shown: ShownStatement) -> Sequence[OpenedFile]:
        if shown.signed.statement.case_id != self.bundle.case:
            return ()
        # One of several that open the same bytes, and none that names another length.
        held = {item.sha256: item for item in self._files(shown) if item.value.media_type == MAIL_TYPE}
        return [item for _, item in sorted(held.items())]

    def _files(self, shown: ShownStatement) -> Sequence[OpenedFile]:
        return [item for item in self._opened[shown.index] if self._held(item) is not None]

    def _mail(self, shown: ShownStatement, item: OpenedFile, at: int | None) -> Sequence[Check]:
        name, data = f"mail/{shown.index}/{item.sha256.hex()}", self._held(item)
        if at is None or data is None:
            return [not_checked(name, "10.2", _NOT_PLACED, required=False)]
        if self._company is None:
            why = "Whose mail it should be is not shown: the statement that opened the case is not in the bundle."
            return [not_checked(name, "10.2", why, required=False)]
        from ledger.mail.recompute import recompute  # see above: libraries that take long to load

        captures, claim = self._captures(shown), self._claim(shown.signed.statement)
        try:
            found = recompute(
                data, [data for data, _ in captures], claim, self._terms(self._company), min(at, LAST_SECOND)
            )
        except Malformed as error:
            return [not_checked(name, "10.2", f"The mail cannot be read: {error}.", required=False)]
        if not found:
            why = "The mail has no signature that can be read; nothing shows whose it is."
            return [not_checked(name, "10.2", why, required=False)]
        self.mails.setdefault(shown.index, []).extend(ShownMail(item.sha256, each) for each in found)
        return [self._by_key(name, each, captures, self._vouchers(shown, item), at) for each in found]

    def _by_key(
        self, name: str, found: Recomputed, captures: Sequence[tuple[bytes, str]], vouchers: Sequence[str], at: int
    ) -> Check:
        below = [self._signature(f"{name}/{found.key_name}", found, at)]
        check = f"{name}/{found.key_name}"
        if found.proven:
            key = "" if found.key_digest is None else f" (SHA-256 {found.key_digest.hex()})"
            detail = f"The key{key} is proven: {found.key_word}. It rests on nobody's word. Within that time the zone"
            detail += " may have withdrawn it: chains do not say so."
            return Check(check, "10.2", Value.PASSED, detail, False, tuple(below))
        words = [f"{captures[found.capture][1]}: {found.key_word}"] if found.capture is not None else []
        words += [f"the word of {', '.join(vouchers)}"] if vouchers else []
        rests = f"it stays on {'; and on '.join(words)}" if words else "no answer of DNS about it is opened"
        why = f"No DNSSEC chain proves the key at {encode_instant(at)}; {rests}."
        return not_checked(check, "10.2", why, required=False, below=below)

    def _signature(self, key: str, found: Recomputed, at: int) -> Check:
        name, below = f"{key}/signature", [self._case(key, found)]
        because = "".join(f" {reason[:1].upper()}{reason[1:]}." for reason in found.reasons)
        if found.counts:
            letter = found.result[-1].upper()
            detail = (
                f"Recomputed here, received not after {encode_instant(at)}: signed by {found.domain}, grade {letter}."
            )
            if self._company not in self.policy.mail.domains:
                because += f" The trust policy does not say how {self._company} sends mail: no finding rests on this."
            return Check(name, "10.3", Value.PASSED, detail + because, False, tuple(below))
        words = {"grade_d": "grade D, which proves nothing", "failed": "the signature does not verify"}
        said = words.get(found.result, "undetermined")
        if found.result == "grade_c" and not found.aligned:
            said = f"grade C, signed by {found.domain} and not by the company, which proves nothing"
        return not_checked(name, "10.3", f"Recomputed here: {said}.{because}", required=False, below=below)

    @staticmethod
    def _case(key: str, found: Recomputed) -> Check:
        name = f"{key}/case"
        if found.is_bound:
            detail = f"The signed {found.where} names this case, and the day fits what the statement says."
            return Check(name, "10.4", Value.PASSED, detail, required=False)
        if found.where == "other_case":
            why = "The signed text names another case: the mail is no evidence in this one."
        elif found.where == "none" and found.result in ("failed", "undetermined"):
            why = "Not determined: without a verified signature no case is read."
        elif found.where == "several_cases":
            why = "The signed text names this case and another: it may be about either."
        elif found.where == "none":
            why = "The signed text does not name this case: that the mail is about it is the requester's word."
        elif found.day is None:
            why = "The signed text names this case; nothing signed says when the mail was written."
        else:
            why = "The signed text names this case; it was written on another day than the statement names."
        return not_checked(name, "10.4", why, required=False)

    # Step 10.5: what an attester of the policy saw, against what it says.

    def attested(self, shown: ShownStatement) -> Sequence[Check]:
        """The check of an attestation of a mail that is opened, from the capture that the attester signed."""
        statement = shown.signed.statement
        attester = self._attester(statement, "dkim")
        about = None if attester is None else self._about(statement)
        if attester is None or about is None:
            return ()
        digest = str(statement.facts["digest"])
        # Whatever else opens the same bytes: the attester named one disclosure of them.
        mails = [item for item in self._files(about) if item.value.media_type == MAIL_TYPE]
        data = next((self._held(item) for item in mails if encode_hex(item.digest) == digest), None)
        if data is None or about.signed.statement.case_id != self.bundle.case or self._company is None:
            return ()
        name, captures = f"statement/{shown.index}/recomputed", self._seen_by(statement)
        if not captures:
            why = f"The answers of DNS that {attester.name} saw are not opened; the result stays on its word."
            return [not_checked(name, "10.5", why, required=False)]
        return [self._compare(name, attester, shown, about, data, captures)]

    def who(self, statement: Statement) -> str:
        """A sentence on whether the policy names the author as an attester, and takes this check of it."""
        attester = self._attesters.get(statement.author)
        if attester is None:
            return " The trust policy does not name it: what it says does not count."
        check = statement.facts.get("check") if statement.kind == "evidence.attested" else None
        if check is not None and check not in attester.scope:
            return f" The trust policy names it {attester.name}, without {check} in its scope: this does not count."
        return f" The trust policy names it {attester.name}" + (f", with {check} in its scope." if check else ".")

    def _compare(
        self, name: str, attester: AttesterTrust, shown: ShownStatement, about: ShownStatement, data: bytes,
        captures: Sequence[bytes | None],
    ) -> Check:  # fmt: skip
        from ledger.mail.recompute import best_result, is_beyond  # see above

        facts, who = shown.signed.statement.facts, attester.name
        stated, at = str(facts["result"]), int(parse_instant(facts["at"], MalformedFacts, "at").timestamp())
        quoted = self._quoted(about)
        if quoted is not None and at + CLOCKS_S < quoted:
            why = f"{who} says that it checked the mail at {facts['at']}; the statement that it names quotes a block of"
            return Check(name, "10.5", Value.FAILED, f"{why} {encode_instant(quoted)}.", required=False)
        held = [capture for capture in captures if capture is not None]
        try:
            best = best_result(data, held, self._claim(about.signed.statement), self._terms(str(self._company)), at)
        except Malformed as error:
            return not_checked(name, "10.5", f"What {who} saw cannot be read: {error}.", required=False)
        is_contradicted = is_beyond(stated, best.result)
        # What is closed, and a chain to a root that others believe, may say more of the key; never of what is written.
        is_open = len(held) < len(captures)
        if is_contradicted and not best.why and (is_open or best.open_chain):
            why = f"What {who} saw has a DNSSEC chain that ends in no root of the trust policy."
            if is_open:
                why = f"Some of the answers of DNS that {who} saw are not opened; the result stays on its word."
            return not_checked(name, "10.5", why, required=False)
        if is_contradicted:
            why = f"{who} states {stated}; by the mail and the answers of DNS that it signed: {best.result}"
            return Check(name, "10.5", Value.FAILED, f"{why}{best.why and f', {best.why}'}.", required=False)
        if is_beyond(stated, best.by_terms):
            why = (
                f"{who} states {stated} of the mail of statement {about.index}; by the domains and the published keys"
                f" that the trust policy names it is {best.by_terms}."
            )
            self.notes.append(f"{why} The grade stays on the word of the attesters.")
            return not_checked(name, "10.5", why, required=False)
        detail = f"{who} states {stated}; by the mail and the answers of DNS that it signed: {best.result}."
        return Check(name, "10.5", Value.PASSED, detail, required=False)

    def _quoted(self, shown: ShownStatement) -> int | None:
        """The time of the block that a statement quotes, if it is known: anybody can write a header of any time."""
        wanted = shown.signed.statement.recent_block.hash
        with suppress(HabeasError, KeyError):
            header = parse_header(self.bundle.blocks[wanted])
            if header.hash == wanted and self.canon.vouched(header) is not None:
                return header.timestamp
        return None

    def letters(self) -> Mapping[int, Letter]:
        """The best grade of an opened mail of each statement that needs nobody's word: a chain proves its key, and
        the signed text names the case and the day, and the policy names the company."""
        found: dict[int, Letter] = {}
        if self._company not in self.policy.mail.domains:
            return found  # anybody may have a mailbox there, and nobody has said otherwise
        for index, mails in self.mails.items():
            for item in mails:
                letter = _LETTERS.get(item.found.result)
                is_whole = item.found.counts and item.found.proven and item.found.is_bound
                if letter is not None and is_whole and self._earlier(index, item.file) is None:
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
        """Also a sentence for each mail that an earlier statement names already."""
        yield from self.notes
        for index, mails in sorted(self.mails.items()):
            for name in sorted({item.file for item in mails}):
                earlier = self._earlier(index, name)
                if earlier is not None:
                    yield (
                        f"Statement {index} names the mail that statement {earlier} names: a mail stands behind one"
                        " statement, the first."
                    )

    def _earlier(self, index: int, name: bytes) -> int | None:
        """The first statement of the same author in the case, before ``index``, that commits to the same mail."""
        shown, statements = self.bundle.statements[index], self.bundle.statements
        wanted = self._marks(item for item in self._files(shown) if item.sha256 == name)
        for other in sorted(place for place in statements if place < index):
            statement, own = statements[other].signed.statement, shown.signed.statement
            is_same = statements[other].signed.id == shown.signed.id  # the same words, once more in the log
            if is_same or (statement.author, statement.case_id) != (own.author, own.case_id):
                continue
            committed = {digest.encode("ascii") for digest in statement.digests}
            if wanted & (committed | self._marks(self._files(statements[other]))):
                return other
        return None

    def _marks(self, items: Iterable[OpenedFile]) -> frozenset[bytes]:
        """By each of these it is the same mail: the disclosure, the bytes, a signature."""
        from ledger.mail.recompute import marks  # see above

        found: set[bytes] = set()
        for item in items:
            if item.value.media_type == MAIL_TYPE:
                found |= {encode_base64url(item.digest).encode("ascii"), item.sha256, *marks(self._held(item) or b"")}
        return frozenset(found)

    # What is shown of whom.

    def _claim(self, statement: Statement) -> Claim:
        from ledger.mail.recompute import Claim  # see above

        return Claim(self.bundle.case, statement.kind, statement.facts, self._place)

    def _terms(self, company: str) -> Terms:
        from ledger.mail.recompute import Terms  # see above

        trust = self.policy.mail
        return Terms(trust.domains_of(company), trust.senders_of(company), trust.published, trust.anchors)

    def _held(self, item: OpenedFile) -> bytes | None:
        """The bytes of a file, where they are those that its author committed to."""
        data = self._fitting.get(item.sha256)
        return data if data is not None and len(data) == item.value.length else None

    def _captures(self, shown: ShownStatement) -> Sequence[tuple[bytes, str]]:
        """Captures opened by the statement, or by the policy's attesters about it, and whose they are."""
        found = [(data, "the requester's own answers of DNS") for data in self._captures_in(shown)]
        for index, item in sorted(self.bundle.statements.items()):
            attester = self._attester(item.signed.statement, "dns")
            if attester is not None and item.signed.statement.facts["statement"] == encode_hex(shown.signed.id):
                own = self._captures_in(self.bundle.statements[index])
                found += [(data, f"the answers of DNS that {attester.name} saw") for data in own]
        return found

    def _captures_in(self, shown: ShownStatement) -> Iterator[bytes]:
        for item in self._opened[shown.index]:
            data = self._held(item)
            if item.value.media_type == CAPTURE_TYPE and data is not None:
                yield data

    def _seen_by(self, attested: Statement) -> Sequence[bytes | None]:
        """The captures in the ``dns`` attestations of the same attester, statement and time; None for a closed one.

        Which of them belongs to which mail nothing says, so each may be the one.
        """
        found: list[bytes | None] = []
        for item in self.bundle.statements.values():
            statement = item.signed.statement
            if self._attester(statement, "dns") is None or statement.author != attested.author:
                continue
            if all(statement.facts[name] == attested.facts[name] for name in ("statement", "at")):
                found += list(self._captures_in(item)) or [None]
        return found if any(found) else ()

    def _vouchers(self, shown: ShownStatement, mail: OpenedFile) -> Sequence[str]:
        """Attesters of the policy whose newest result of this very mail counts."""
        about = encode_hex(shown.signed.id)
        digests = {encode_hex(item.digest) for item in self._files(shown) if item.sha256 == mail.sha256}
        newest: dict[tuple[bytes, Json], tuple[str, str]] = {}
        for _, item in sorted(self.bundle.statements.items()):
            statement = item.signed.statement
            attester, facts = self._attester(statement, "dkim"), statement.facts
            if attester is not None and facts["statement"] == about and facts["digest"] in digests:
                newest[statement.author, facts["digest"]] = attester.name, str(facts["result"])
        return list(dict.fromkeys(name for name, result in newest.values() if result in (*_LETTERS, "passed")))

    def _about(self, statement: Statement) -> ShownStatement | None:
        wanted = statement.facts["statement"]
        return next((item for item in self.bundle.statements.values() if encode_hex(item.signed.id) == wanted), None)

    def _attester(self, statement: Statement, check: str) -> AttesterTrust | None:
        """The attester of the policy who makes this attestation of ``check``, within its scope."""
        attester = self._attesters.get(statement.author)
        if attester is None or statement.kind != "evidence.attested" or not statement.is_understood:
            return None
        return attester if statement.facts["check"] == check and check in attester.scope else None


def _missing(name: bytes, value: FileValue) -> Check:
    why = f"{value.name}: {value.length:,} bytes are not in the bundle; hand them over with --file."
    return not_checked(f"file/{name.hex()}", "10.1", why, required=False)
