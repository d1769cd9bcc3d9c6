"""Every error of Habeas, as one tree.

    HabeasError
    |- Malformed                the bytes are wrong
    |  |- MalformedJson         not canonical JSON (RFC 8785, printable ASCII only)
    |  |- MalformedSize         over a size, depth or count limit
    |  |- MalformedStatement    envelope members, names or types
    |  |- MalformedFacts        facts outside the closed schema of their kind
    |  |- MalformedSignature    not 65 canonical bytes
    |  |- MalformedDisclosure      |- MalformedNote            |- MalformedCheckpoint
    |  |- MalformedProof           |- MalformedTile            |- MalformedLeaf
    |  |- MalformedHeader          |- MalformedReceipt         |- MalformedBundle
    |  |- MalformedPolicy          |- MalformedKey             |- MalformedWellKnown
    |  |- MalformedIndex           |- MalformedFraudProof      |- MalformedRule
    |  |- MalformedCalendar        |- MalformedAuthorities     |- MalformedSummary
    |  |- MalformedStamp           |- MalformedMail            |- MalformedKeyRecord
    |  |- MalformedCapture
    |  |- MalformedAnswer
    |  '- MalformedRequest      an API or command-line argument
    |- Verification             the bytes are fine, the claim is false
    |  |- VerificationSignature    |- VerificationInclusion    |- VerificationConsistency
    |  |- VerificationNote         |- VerificationCheckpoint   |- VerificationHeader
    |  |- VerificationReceipt      |- VerificationAnchor       |- VerificationIndexLeaf
    |  |- VerificationDisclosure   |- VerificationIndex        |- VerificationFraud
    |  |- VerificationBackup       |- VerificationStamp        |- VerificationMail
    |  '- VerificationDnssec
    |- Refused                  policy: well formed and true, but not accepted here
    |  |- RefusedLedger            |- RefusedRole              |- RefusedCase
    |  |- RefusedCompany           |- RefusedRecentBlock       |- RefusedRecentBlockAge
    |  |- RefusedDuplicate         |- RefusedWithheld          |- RefusedNotFound
    |  |- RefusedWellKnown         |- RefusedOverwrite         |- RefusedBusy
    |  |- RefusedCosignature       |- RefusedRule              |- RefusedExtension
    |  |- RefusedRate              '- RefusedMail
    '- RuntimeFault             our side
       |- RuntimeStore             |- RuntimeChainUnavailable  |- RuntimeForeignChain
       |- RuntimeWrongContract     |- RuntimeFinality          |- RuntimePortTaken
       |- RuntimeLease             |- RuntimeLog               |- RuntimeSetting
       |- RuntimeTimeAuthority     '- RuntimeLedger

Each class carries ``type``, the stable last part of its RFC 9457 problem type and the name of
its page ``docs/problems/<type>.md``. HTTP status codes are chosen in ``api/errors.py`` only.
Every message says what was wrong, where, and what would be right.
"""

from __future__ import annotations

from typing import ClassVar


class HabeasError(Exception):
    """Root of the tree. ``str(error)`` is a sentence for a person."""

    type: ClassVar[str] = "error"
    title: ClassVar[str] = "Habeas error"


class Malformed(HabeasError):
    """The bytes are wrong; nothing was changed."""

    type, title = "malformed", "The bytes are malformed"


class MalformedJson(Malformed):
    type, title = "malformed-json", "Not canonical JSON"


class MalformedSize(Malformed):
    type, title = "malformed-size", "Over a limit"


class MalformedStatement(Malformed):
    type, title = "malformed-statement", "The statement envelope is wrong"


class MalformedFacts(Malformed):
    type, title = "malformed-facts", "The facts do not fit their kind"


class MalformedSignature(Malformed):
    type, title = "malformed-signature", "The signature is not canonical"


class MalformedDisclosure(Malformed):
    type, title = "malformed-disclosure", "The disclosure is malformed"


class MalformedNote(Malformed):
    type, title = "malformed-note", "The signed note is malformed"


class MalformedCheckpoint(Malformed):
    type, title = "malformed-checkpoint", "The checkpoint is malformed"


class MalformedProof(Malformed):
    type, title = "malformed-proof", "The proof is malformed"


class MalformedTile(Malformed):
    type, title = "malformed-tile", "The tile or tile path is malformed"


class MalformedLeaf(Malformed):
    type, title = "malformed-leaf", "The leaf is malformed"


class MalformedHeader(Malformed):
    type, title = "malformed-header", "The block header is malformed"


class MalformedReceipt(Malformed):
    type, title = "malformed-receipt", "The receipt or its trie proof is malformed"


class MalformedBundle(Malformed):
    type, title = "malformed-bundle", "The bundle is malformed"


class MalformedPolicy(Malformed):
    type, title = "malformed-policy", "The trust policy is malformed"


class MalformedKey(Malformed):
    type, title = "malformed-key", "The key, seed phrase or backup is malformed"


class MalformedWellKnown(Malformed):
    type, title = "malformed-well-known", "The published company keys are malformed"


class MalformedIndex(Malformed):
    type, title = "malformed-index", "The index proof or list is malformed"


class MalformedFraudProof(Malformed):
    type, title = "malformed-fraud-proof", "The fraud proof is malformed"


class MalformedRule(Malformed):
    type, title = "malformed-rule", "The rule file is malformed"


class MalformedCalendar(Malformed):
    type, title = "malformed-calendar", "The calendar file is malformed"


class MalformedAuthorities(Malformed):
    type, title = "malformed-authorities", "The file of authorities is malformed"


class MalformedSummary(Malformed):
    type, title = "malformed-summary", "The summary of a case is malformed"


class MalformedStamp(Malformed):
    type, title = "malformed-stamp", "The time stamp is malformed"


class MalformedMail(Malformed):
    type, title = "malformed-mail", "The mail is malformed"


class MalformedKeyRecord(Malformed):
    type, title = "malformed-key-record", "The DKIM key record is malformed"


class MalformedAnswer(Malformed):
    type, title = "malformed-answer", "The attester's answer is malformed"


class MalformedCapture(Malformed):
    type, title = "malformed-capture", "The DNS capture is malformed"


class MalformedRequest(Malformed):
    type, title = "malformed-request", "The request is malformed"


class Verification(HabeasError):
    """The bytes are well formed, but what they claim is false."""

    type, title = "verification", "The claim does not verify"


class VerificationSignature(Verification):
    type, title = "verification-signature", "The signature is not the author's"


class VerificationInclusion(Verification):
    type, title = "verification-inclusion", "The leaf is not in the tree"


class VerificationConsistency(Verification):
    type, title = "verification-consistency", "The newer tree does not extend the older one"


class VerificationNote(Verification):
    type, title = "verification-note", "The note is not signed by the expected key"


class VerificationCheckpoint(Verification):
    type, title = "verification-checkpoint", "The checkpoint disagrees with the tree"


class VerificationHeader(Verification):
    type, title = "verification-header", "The block header does not have the expected hash"


class VerificationReceipt(Verification):
    type, title = "verification-receipt", "The receipt is not in the block"


class VerificationAnchor(Verification):
    type, title = "verification-anchor", "The receipt does not anchor this tree"


class VerificationIndexLeaf(Verification):
    type, title = "verification-index-leaf", "The last leaf is not the index leaf of this tree"


class VerificationDisclosure(Verification):
    type, title = "verification-disclosure", "The disclosure belongs to no statement shown"


class VerificationIndex(Verification):
    type, title = "verification-index", "The index does not say this"


class VerificationFraud(Verification):
    type, title = "verification-fraud", "The fraud proof does not show what it claims"


class VerificationBackup(Verification):
    type, title = "verification-backup", "The backup does not open with this password"


class VerificationStamp(Verification):
    type, title = "verification-stamp", "The time stamp does not hold"


class VerificationMail(Verification):
    """``code`` says which step of docs/spec/mail.md failed: one of its table of codes."""

    type, title = "verification-mail", "The mail's signature does not verify"

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class VerificationDnssec(Verification):
    type, title = "verification-dnssec", "The DNSSEC chain does not prove the record"


class Refused(HabeasError):
    """Policy: well formed and true, but not accepted here; nothing was changed."""

    type, title = "refused", "Refused"


class RefusedLedger(Refused):
    type, title = "refused-ledger", "The statement belongs to another ledger"


class RefusedRole(Refused):
    type, title = "refused-role", "The author may not write this kind here"


class RefusedCase(Refused):
    type, title = "refused-case", "The case is not known in this ledger"


class RefusedCompany(Refused):
    type, title = "refused-company", "The company is not the company of the case"


class RefusedRecentBlock(Refused):
    type, title = "refused-recent-block", "The recent block is not known as final"


class RefusedRecentBlockAge(Refused):
    type, title = "refused-recent-block-age", "The recent block is too old"


class _RefusedRecorded(Refused):
    """``index`` is the place of the first leaf in the log, None where it has none yet."""

    def __init__(self, message: str, index: int | None = None) -> None:
        super().__init__(message)
        self.index = index


class RefusedDuplicate(_RefusedRecorded):
    type, title = "refused-duplicate", "The statement is recorded already"


class RefusedWithheld(_RefusedRecorded):
    type, title = "refused-withheld", "The bytes are withheld"


class RefusedNotFound(Refused):
    type, title = "refused-not-found", "Not in this ledger"


class RefusedWellKnown(Refused):
    type, title = "refused-well-known", "The company's key could not be confirmed"


class RefusedOverwrite(Refused):
    type, title = "refused-overwrite", "The file exists and is not overwritten"


class RefusedBusy(Refused):
    type, title = "refused-busy", "Too much is waiting; try again shortly"


class RefusedCosignature(Refused):
    type, title = "refused-cosignature", "The cosignature is not given or not accepted"


class RefusedRule(Refused):
    type, title = "refused-rule", "The rule does not cover this"


class RefusedExtension(Refused):
    type, title = "refused-extension", "The extension was notified too late"


class RefusedRate(Refused):
    """``retry_after`` is how many seconds to wait."""

    type, title = "refused-rate", "Too many requests; wait a little"

    def __init__(self, message: str, retry_after: int = 1) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RefusedMail(Refused):
    type, title = "refused-mail", "The mail is no evidence in this case"


class RuntimeFault(HabeasError):
    """A fault on our side; what was acknowledged is not lost."""

    type, title = "runtime", "A fault on the operator's side"


class RuntimeStore(RuntimeFault):
    """Storage trouble, which passes: trying again is right."""

    type, title = "runtime-store", "The database or the object store did not answer as expected"


class RuntimeChainUnavailable(RuntimeFault):
    type, title = "runtime-chain-unavailable", "The chain does not answer"


class RuntimeForeignChain(RuntimeFault):
    type, title = "runtime-foreign-chain", "This is not the expected chain"


class RuntimeWrongContract(RuntimeFault):
    type, title = "runtime-wrong-contract", "The contract is not the expected one"


class RuntimeFinality(RuntimeFault):
    type, title = "runtime-finality", "Finality violated"


class RuntimePortTaken(RuntimeFault):
    type, title = "runtime-port-taken", "The port is taken"


class RuntimeLease(RuntimeFault):
    type, title = "runtime-lease", "Another process holds the lease"


class RuntimeLog(RuntimeFault):
    """Not opened yet, or what is stored contradicts itself or the chain: anchoring stops for good."""

    type, title = "runtime-log", "The log is not in the expected state"


class RuntimeSetting(RuntimeFault):
    type, title = "runtime-setting", "A setting is missing or wrong"


class RuntimeTimeAuthority(RuntimeFault):
    """Anchoring and recording go on without it."""

    type, title = "runtime-time-authority", "A time authority did not answer"


class RuntimeLedger(RuntimeFault):
    """Another machine, asked by an attester; it passes: trying again is right."""

    type, title = "runtime-ledger", "The ledger's server did not answer as expected"
