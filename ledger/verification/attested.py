"""What an attester states of a mail, against the mail and what it saw (docs/spec/assessment.md, step 10.5)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from ledger.bundle import Bundle, ShownStatement
from ledger.encoding import encode_hex, encode_instant, parse_instant
from ledger.errors import HabeasError, Malformed, MalformedFacts
from ledger.evm import parse_header
from ledger.policy import AttesterTrust
from ledger.verification.attesters import Attesters
from ledger.verification.checks import Check, Value, not_checked
from ledger.verification.files import OpenedFiles
from ledger.verification.mail_case import MailCase
from ledger.verification.observed import Canon
from ledger.verification.words import say

CLOCKS_S = 3_600
"""So far apart may the clock of an attester and that of the chain be."""


@dataclass
class AttestedMails:
    """Step 10.5 of one assessment."""

    bundle: Bundle
    canon: Canon
    case: MailCase
    files: OpenedFiles
    attesters: Attesters
    notes: list[str] = field(default_factory=list)
    """What the summary says beside the finding."""
    contradicted: set[tuple[bytes, str]] = field(default_factory=set)
    """Attesters and the statements about which they said what cannot be: nothing of theirs about these counts."""

    def checks(self, shown: ShownStatement) -> Sequence[Check]:
        """The check of an attestation of a mail that is opened, from the capture that the attester signed."""
        statement = shown.signed.statement
        attester = self.attesters.find(statement, "dkim")
        about = None if attester is None else self.attesters.about(statement)
        if attester is None or about is None:
            return ()
        digest = str(statement.facts["digest"])
        # Whatever else opens the same bytes: the attester named one disclosure of them.
        mails = self.files.mails(about)
        data = next((self.files.held(item) for item in mails if encode_hex(item.digest) == digest), None)
        if data is None or about.signed.statement.case_id != self.case.id or self.case.company is None:
            return ()
        name, captures = f"statement/{shown.index}/recomputed", self.attesters.seen_by(statement)
        if not captures:
            return [not_checked(name, "10.5", say("attested_closed", who=attester.name), required=False)]
        check = self._compare(name, attester, shown, about, data, captures)
        if check.own is Value.FAILED:
            self._drop(attester, about)
        return [check]

    def _drop(self, attester: AttesterTrust, about: ShownStatement) -> None:
        """Whoever is contradicted by what he signed takes nothing from others: his word alone does not count."""
        pair = attester.key, encode_hex(about.signed.id)
        if pair not in self.contradicted:
            self.contradicted.add(pair)
            self.notes.append(
                f"{attester.name} is contradicted by the mail of statement {about.index} or by the answers of DNS that"
                f" it signed (10.5): nothing that it attests of statement {about.index} counts in the finding."
            )

    def _compare(
        self, name: str, attester: AttesterTrust, shown: ShownStatement, about: ShownStatement, data: bytes,
        captures: Sequence[bytes | None],
    ) -> Check:  # fmt: skip
        from ledger.mail.recompute import best_result, is_beyond  # see above

        facts, who = shown.signed.statement.facts, attester.name
        stated, at = str(facts["result"]), int(parse_instant(facts["at"], MalformedFacts, "at").timestamp())
        quoted = self._quoted(about)
        if quoted is not None and at + CLOCKS_S < quoted:
            why = say("attested_early", who=who, at=facts["at"], quoted=encode_instant(quoted))
            return Check(name, "10.5", Value.FAILED, why, required=False)
        held = [capture for capture in captures if capture is not None]
        try:
            claim, terms = self.case.claim(about.signed.statement), self.case.terms()
            best = best_result(data, held, claim, terms, at, self.case.readings())
        except Malformed as error:
            why = self.case.unread("attested_unreadable", who=who, error=str(error))
            return not_checked(name, "10.5", why, required=False)
        is_contradicted = is_beyond(stated, best.result)
        # What is closed, and a chain to a root that others believe, may say more of the key; never of what is written.
        # Several mails of one statement can be checked in one second: a capture of another one says nothing of this.
        is_open = len(held) < len(captures) or not best.is_asked
        if is_contradicted and not best.is_final and (is_open or best.open_chain):
            entry = "attested_part" if is_open else "attested_other_root"
            return not_checked(name, "10.5", say(entry, who=who), required=False)
        if is_contradicted:
            by = f"{best.result}{best.why and f', {best.why}'}"
            why = say("attested_false", who=who, stated=stated, result=by)
            return Check(name, "10.5", Value.FAILED, why, required=False)
        if is_beyond(stated, best.by_terms):
            why = say("attested_terms", who=who, stated=stated, index=about.index, result=best.by_terms)
            self.notes.append(f"{why.told('en')} The grade stays on the word of the attesters.")
            return not_checked(name, "10.5", why, required=False)
        detail = say("attested_fits", who=who, stated=stated, result=best.result)
        return Check(name, "10.5", Value.PASSED, detail, required=False)

    def _quoted(self, shown: ShownStatement) -> int | None:
        """The time of the block that a statement quotes, if it is known: anybody can write a header of any time."""
        wanted = shown.signed.statement.recent_block.hash
        with suppress(HabeasError, KeyError):
            header = parse_header(self.bundle.blocks[wanted])
            if header.hash == wanted and self.canon.vouched(header) is not None:
                return header.timestamp
        return None
