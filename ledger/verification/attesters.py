"""Whom of the attesters a policy believes, and what they say in a bundle of one statement (step 10)."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.bundle import Bundle, ShownStatement
from ledger.encoding import Json, encode_hex
from ledger.phrases import Phrase
from ledger.policy import AttesterTrust, TrustPolicy
from ledger.statement import Statement
from ledger.verification import step_words as steps
from ledger.verification.files import OpenedFile, OpenedFiles
from ledger.verification.words import say

_COUNTS = ("grade_a", "grade_b", "grade_c", "passed")


class Attesters:
    """The attestations of a bundle, as far as its reader's policy takes them."""

    def __init__(self, bundle: Bundle, policy: TrustPolicy, files: OpenedFiles) -> None:
        self._bundle, self._files = bundle, files
        self._attesters = {item.key: item for item in policy.attesters}

    def find(self, statement: Statement, check: str) -> AttesterTrust | None:
        """The attester of the policy who makes this attestation of ``check``, within its scope."""
        attester = self._attesters.get(statement.author)
        if attester is None or statement.kind != "evidence.attested" or not statement.is_understood:
            return None
        return attester if statement.facts["check"] == check and check in attester.scope else None

    def who(self, standing: Phrase, statement: Statement) -> Phrase:
        """``standing`` with a sentence on whether the policy names the author as an attester, and takes this check."""
        attester = self._attesters.get(statement.author)
        if attester is None:
            return steps.say("attester_unnamed", standing=standing)
        check = statement.facts.get("check") if statement.kind == "evidence.attested" else None
        values = {"standing": standing, "name": attester.name}
        if check is None:
            return steps.say("attester_named", **values)
        entry = "attester_within" if check in attester.scope else "attester_beyond"
        return steps.say(entry, **values, check=check)

    def about(self, statement: Statement) -> ShownStatement | None:
        """The statement that an attestation is about, where the bundle shows it."""
        wanted = statement.facts["statement"]
        return next((item for item in self._bundle.statements.values() if encode_hex(item.signed.id) == wanted), None)

    def captures(self, shown: ShownStatement) -> Sequence[tuple[bytes, Phrase]]:
        """Captures opened by the statement, or by the policy's attesters about it, and whose they are."""
        found = [(data, say("answers_own")) for data in self._files.captures(shown)]
        for _, item in sorted(self._bundle.statements.items()):
            attester = self.find(item.signed.statement, "dns")
            if attester is not None and item.signed.statement.facts["statement"] == encode_hex(shown.signed.id):
                own = self._files.captures(item)
                found += [(data, say("answers_seen", name=attester.name)) for data in own]
        return found

    def seen_by(self, attested: Statement) -> Sequence[bytes | None]:
        """The captures in the ``dns`` attestations of the same attester, statement and time; None for a closed one.

        Which of them belongs to which mail nothing says, so each may be the one.
        """
        found: list[bytes | None] = []
        for item in self._bundle.statements.values():
            statement = item.signed.statement
            if self.find(statement, "dns") is None or statement.author != attested.author:
                continue
            if all(statement.facts[name] == attested.facts[name] for name in ("statement", "at")):
                found += list(self._files.captures(item)) or [None]
        return found if any(found) else ()

    def vouchers(self, shown: ShownStatement, mail: OpenedFile) -> Sequence[str]:
        """Attesters of the policy whose newest result of this very mail counts."""
        about = encode_hex(shown.signed.id)
        digests = {encode_hex(item.digest) for item in self._files.of(shown) if item.sha256 == mail.sha256}
        newest: dict[tuple[bytes, Json], tuple[str, str]] = {}
        for _, item in sorted(self._bundle.statements.items()):
            statement = item.signed.statement
            attester, facts = self.find(statement, "dkim"), statement.facts
            if attester is not None and facts["statement"] == about and facts["digest"] in digests:
                newest[statement.author, facts["digest"]] = attester.name, str(facts["result"])
        return list(dict.fromkeys(name for name, result in newest.values() if result in _COUNTS))
