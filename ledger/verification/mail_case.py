"""The case of a bundle, as far as its mails need it: whose mail it should be, by which terms it is read (step 10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.bundle import Bundle
from ledger.phrases import Phrase, Said
from ledger.policy import TrustPolicy
from ledger.statement import Statement
from ledger.verification.words import say

if TYPE_CHECKING:
    # The mail and DNS libraries take longer to load than a bundle to check: only whoever opens a mail waits for them.
    from ledger.mail.readings import Readings
    from ledger.mail.recompute import Claim, Terms


class MailCase:
    """Company, place and terms of one case under one policy."""

    def __init__(self, bundle: Bundle, policy: TrustPolicy) -> None:
        self.id, self._trust = bundle.case, policy.mail
        opening = [item.signed.statement for item in bundle.statements.values() if item.signed.id == bundle.case]
        self.company = opening[0].company if opening else None
        """None where the statement that opened the case is not in the bundle."""
        self._place = str(opening[0].facts.get("place", "")) if opening else ""
        self._readings: Readings | None = None

    @property
    def is_company_named(self) -> bool:
        """Whether the policy says how the company sends mail."""
        return self.company in self._trust.domains

    def claim(self, statement: Statement) -> Claim:
        """What a statement says of the mail behind it."""
        from ledger.mail.recompute import Claim  # see above

        return Claim(self.id, statement.kind, statement.facts, self._place)

    def readings(self) -> Readings:
        """What was read in this assessment, and what may still be."""
        from ledger.mail.readings import Readings  # see above

        if self._readings is None:
            self._readings = Readings()
        return self._readings

    def unread(self, entry: str, **values: Said) -> Phrase:
        """Why a mail or a capture was not read: it cannot be, in the words of ``entry``, or all the work is done."""
        return say("mail_work") if self.readings().is_spent else say(entry, **values)

    def terms(self) -> Terms:
        """By what the policy reads a mail of this company."""
        from ledger.mail.recompute import Terms  # see above

        trust, company = self._trust, str(self.company)
        return Terms(trust.domains_of(company), trust.senders_of(company), trust.published, trust.anchors)
