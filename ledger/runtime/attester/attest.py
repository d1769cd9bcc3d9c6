"""Checking one mail as evidence of one statement (docs/spec/attester.md, "Checking a mail"; same step numbers).

The statement is asked of its ledger, the key of the resolvers, the time of this machine's clock; what they are
worth together is decided by the pure functions of ``ledger.mail``. The mail's bytes are never kept.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ledger.disclosure import SALT_BYTES, Disclosure, FileValue
from ledger.encoding import Json, JsonObject, encode_hex, encode_instant, sha256
from ledger.errors import (
    MalformedCapture,
    MalformedMail,
    MalformedSize,
    RefusedCase,
    RefusedMail,
    RefusedNotFound,
    RefusedRecentBlock,
    RefusedRecentBlockAge,
    RefusedRole,
    VerificationDisclosure,
)
from ledger.mail.asked import MAX_KEYS, mail_questions
from ledger.mail.author import in_domain
from ledger.mail.binding import Binding, find_case, message_id
from ledger.mail.capture import MEDIA_TYPE as CAPTURE_TYPE
from ledger.mail.capture import DnsCapture
from ledger.mail.days import check_day, written_at
from ledger.mail.dkim import Forms, read_signature, signature_fields
from ledger.mail.grade import MAX_SIGNATURES, MailCheck, Reason, grade_mail
from ledger.mail.hold_down import hold_down
from ledger.mail.raw import RawMail
from ledger.mail.reasons import reason_text
from ledger.runtime.attester.answer import Answer, Draft, Recorded, Signed
from ledger.runtime.attester.ledgers import Found, choose, quote, read_statement, record
from ledger.runtime.attester.memory import Shown
from ledger.runtime.attester.parts import Parts
from ledger.statement import sign

KIND = "evidence.attested"
CAPTURE_NAME, CAPTURE_FIELD = "dns-capture.json", "dns_capture"
MEDIA_TYPE = "message/rfc822"
MAX_MAILS = 30
"""Mails attested in one case: of more than 64 statements of one author a server shows no bundle that is complete."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a statement of a ledger, and the disclosure of the mail that is to be evidence of it."""

    ledger: str
    statement: bytes
    disclosure: Disclosure

    @property
    def digest(self) -> bytes:
        """The digest of the disclosure, as ``evidence.attested`` names it."""
        return sha256(self.disclosure.encoded.encode("ascii"))

    @property
    def name(self) -> bytes:
        """32 bytes that stand for this question."""
        return sha256(b"\n".join((self.ledger.encode(), self.statement, self.digest)))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question about a recorded statement of a requester in a case; the mail is not looked at yet."""

    question: Question
    file: FileValue
    case: bytes
    company: str
    kind: str
    facts: Mapping[str, Json]
    place: str
    """Where the company must act, by the opening of the case."""


class MailAttester:
    """Checks, signs and records. Blocking; safe for many threads, one of them at a time for one question."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def prepare(self, question: Question) -> Prepared:
        """Steps 1 to 4: what can be refused before a byte of the mail is read."""
        if "dkim" not in self._parts.settings.scopes:
            raise RefusedRole("this attester does not check mail; /v1/attester says what it checks")
        ledger = choose(self._parts.ledgers, question.ledger)
        file = _mail_file(question.disclosure)
        limit = self._parts.settings.max_message_bytes
        if file.length > limit:
            raise MalformedSize(f"the mail has {file.length} bytes; this attester takes at most {limit}")
        found = read_statement(ledger, question.ledger, question.statement)
        said = found.signed.statement
        if question.disclosure.digest not in said.digests:
            raise VerificationDisclosure(
                f"the disclosure has the digest {question.disclosure.digest}, which does not stand in the statement"
            )
        if said.case_id is None or said.company is None:
            raise RefusedCase("the statement belongs to no case; a mail is evidence of a statement in a case")
        opening = read_statement(ledger, question.ledger, said.case_id)
        self._check_author(found, opening)
        place = str(opening.signed.statement.facts.get("place", ""))
        return Prepared(question, file, said.case_id, said.company, said.kind, said.facts, place)

    def attest(self, prepared: Prepared, message: bytes) -> Answer:
        """Steps 5 to 10."""
        question = prepared.question
        digest = sha256(message)
        if len(message) != prepared.file.length or digest.hex() != prepared.file.sha256:
            raise VerificationDisclosure(
                f"the body is {len(message)} bytes with the SHA-256 {digest.hex()}; disclosed are "
                f"{prepared.file.length} bytes with {prepared.file.sha256}: send the file as it is, byte for byte"
            )
        kept = self._parts.memory.answer(question.name, digest)
        if kept is None:
            draft, shown = self._check(prepared, RawMail.parse(message))
            if draft.signed:
                # Kept before it is sent: an answer that is lost is sent again, and not said again. Kept at one stroke
                # with what is remembered: an attempt that fails before uses up nothing of the case.
                kept = self._parts.memory.keep_answer(
                    question.name, digest, draft.encode(), prepared.case, MAX_MAILS, shown
                )
        if kept is None:
            return Answer(draft.found, ())
        try:
            return self._send(question, Draft.parse(kept))
        except (RefusedRecentBlock, RefusedRecentBlockAge):
            renewed = self._renewed(question, Draft.parse(kept)).encode()
            kept = self._parts.memory.replace_answer(question.name, digest, kept, renewed)
            return self._send(question, Draft.parse(kept))

    def _renewed(self, question: Question, draft: Draft) -> Draft:
        """The draft with a newer block quoted in what never came into the log; what is recorded stays as it is."""
        ledger = choose(self._parts.ledgers, question.ledger)
        recent, signed = quote(ledger, question.ledger), []
        for item in draft.signed:
            try:
                read_statement(ledger, question.ledger, item.signed.id)
                signed.append(item)
            except RefusedNotFound:
                said = item.signed.statement
                again = sign(replace(said, recent_block=recent), self._parts.key.private)
                signed.append(Signed(item.check, item.result, again))
        return Draft(draft.found, tuple(signed))

    def _check_author(self, found: Found, opening: Found) -> None:
        said, opened = found.signed.statement, opening.signed.statement
        if opened.kind != "case.opened" or said.author != opened.author:
            raise RefusedRole("the statement is not by the requester of its case; only his own evidence is attested")
        if said.company != opened.company:
            raise RefusedCase(f"the statement names {said.company}, the case is with {opened.company}")
        if self._parts.key.address == opened.author:
            raise RefusedRole("nobody attests in his own case")

    def _check(self, prepared: Prepared, mail: RawMail) -> tuple[Draft, Shown | None]:
        trust = self._parts.settings.mail_trust
        domains, senders = trust.domains_of(prepared.company), trust.senders_of(prepared.company)
        pairs = _keys(mail, domains)
        capture = self._parts.take(pairs) if pairs else None
        now = int(self._parts.clock())  # after the answers came: the key was seen at receipt, and not later
        at = datetime.fromtimestamp(now, UTC)
        keys = {pair: capture.key(*pair, at) for pair in pairs} if capture else {}
        graded = settled(grade_mail(mail, domains, keys, at, self._parts.published.in_force()), capture)
        check = hold_down(mail, graded, senders)
        binding = find_case(mail, check, prepared.case)
        if binding.where == "other_case":
            raise RefusedMail("the signed text of the mail names another case; record it there")
        has_day = check.chosen is None or check_day(
            prepared.kind, prepared.facts, written_at(mail, check), prepared.place, at
        )
        result, reasons = _weighed(check, binding, has_day)
        found: JsonObject = {
            "at": encode_instant(now),
            "result": result,
            "reasons": [{"code": code, "text": text} for code, text in reasons],
            "case_in": binding.where,
            "mail": _chosen(check),
            "capture": None,
            "capture_disclosure": None,
        }
        if capture is not None:
            found["capture"] = capture.encode().decode("ascii")
        if result == "undetermined":
            return Draft(found, ()), None
        # A copy without the company's signature, as another service leaves it, proves nothing and locks nothing out.
        shown = shown_as(mail, prepared, check) if check.aligned and result != "failed" else None
        return self._sign(prepared, found, now, check, capture), shown

    def _sign(
        self, prepared: Prepared, found: JsonObject, now: int, check: MailCheck, capture: DnsCapture | None
    ) -> Draft:
        """Step 9: one statement for the mail, and one for the key if there is a signature that counts."""
        question = prepared.question
        recent = quote(choose(self._parts.ledgers, question.ledger), question.ledger)

        def say(name: str, result: str, digest: bytes, digests: tuple[str, ...] = ()) -> Signed:
            facts: dict[str, Json] = {
                "statement": encode_hex(question.statement),
                "digest": encode_hex(digest),
                "check": name,
                "result": result,
                "at": encode_instant(now),
            }
            signed = self._parts.key.say(
                question.ledger, KIND, facts, recent, company=prepared.company, case=prepared.case, digests=digests
            )
            return Signed(name, result, signed)

        made = [say("dkim", str(found["result"]), question.digest)]
        if capture is None or check.chosen is None or "dns" not in self._parts.settings.scopes:
            return Draft(found, tuple(made))
        value = FileValue.of(capture.encode(), CAPTURE_TYPE, CAPTURE_NAME)
        held = Disclosure.make(secrets.token_bytes(SALT_BYTES), CAPTURE_FIELD, value)
        found["capture_disclosure"] = held.encoded
        # Its digest is among the statement's own, too, so that a bundle can show what was seen.
        made.append(say("dns", _key_result(check.chosen.origin), sha256(held.encoded.encode("ascii")), (held.digest,)))
        return Draft(found, tuple(made))

    def _send(self, question: Question, draft: Draft) -> Answer:
        """Step 10. What is recorded already comes back with its receipt."""
        ledger = choose(self._parts.ledgers, question.ledger)
        recorded = tuple(
            Recorded(item.check, item.result, item.signed, record(ledger, question.ledger, item.signed))
            for item in draft.signed
        )
        return Answer(draft.found, recorded)


def _mail_file(disclosure: Disclosure) -> FileValue:
    value = disclosure.value
    if not isinstance(value, FileValue):
        raise RefusedMail("the disclosure is of a text; a mail is kept as a file, with its original bytes")
    if value.media_type != MEDIA_TYPE:
        raise RefusedMail(f"the disclosure is of a file {value.media_type}; a mail is {MEDIA_TYPE}")
    return value


def _keys(mail: RawMail, domains: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Domain and selector of the signatures, each once: those of exactly the company's domains first, then those under
    them, then the others.

    In the order of the mail, whoever hands it on could put signatures without a key above the good one.
    """
    found: dict[tuple[str, str], None] = {}
    for number, field in enumerate(signature_fields(mail)[:MAX_SIGNATURES]):
        with suppress(MalformedMail, MalformedCapture):
            signature = read_signature(field, number)
            mail_questions([(signature.domain, signature.selector)])  # else nobody could be asked
            found[signature.domain, signature.selector] = None
    exact = [pair for pair in found if pair[0] in domains]
    under = [pair for pair in found if any(in_domain(pair[0], domain) for domain in domains)]
    return tuple(dict.fromkeys([*exact, *under, *found]))[:MAX_KEYS]


def settled(check: MailCheck, capture: DnsCapture | None) -> MailCheck:
    """``check``; *undetermined* where several resolvers were asked, and it hangs on the word of the one that answered,
    or on a key that most of them contradict.

    Another hour may show another key: what is recorded and remembered now would spoil an honest mail for ever.
    """
    if capture is None or len(capture.resolvers) < 2:
        return check
    if check.result == "failed":
        origins = {item.origin for item in check.signatures if item.result == "failed"}
    else:
        origins = set() if check.chosen is None else {check.chosen.origin}
    if origins.isdisjoint(("single", "archive")):
        return check
    reasons = check.reasons if check.chosen is not None else (Reason.of("key_single"), *check.reasons)
    return replace(check, result="undetermined", reasons=reasons, chosen=None, chosen_number=None, signed_headers=())


def _weighed(check: MailCheck, binding: Binding, has_day: bool) -> tuple[str, list[tuple[str, str]]]:
    """The grade of the signature, or D where it is not the company's, or shows neither the case nor the day."""
    reasons = [(reason.code, reason.text) for reason in check.reasons]
    missing = ["no_case"] if binding.where == "none" else []
    missing += ["several_cases"] if binding.where == "several_cases" else []
    missing += [] if has_day else ["no_day"]
    missing += [] if check.aligned else ["not_own"]
    # Of such a key the reason stands among the others already; an attestation has no room for more than the letter.
    one_word = check.chosen is not None and check.chosen.origin in ("single", "archive")
    if check.chosen is None or not (missing or one_word):
        return check.result, reasons
    return "grade_d", [*((code, reason_text(code)) for code in missing), *reasons]


def shown_as(mail: RawMail, prepared: Prepared, check: MailCheck) -> Shown:
    """What is remembered of a graded mail: its signatures, the same whatever unsigned is added or left out; and where a
    domain of the company signed, the Message-ID, and sender, text and Date. Others' mail takes none of these away."""
    values = [item.verified.signature.value for item in check.signatures if item.verified is not None]
    signatures = tuple(dict.fromkeys(map(sha256, values)))
    said, company = prepared.question.statement, prepared.company
    if not check.aligned:
        return Shown(signatures, prepared.case, said, company, b"", b"", b"")
    forms = Forms(mail)
    # One that is not as RFC 5322 says is the same in every copy, too.
    name = message_id(mail, check) or _signed_field(mail, check, forms, "message-id")
    sender = b"".join(forms.header("relaxed", ["from"]))
    text = sha256(sha256(sender) + forms.digest("relaxed", "rsa-sha256", None))
    return Shown(signatures, prepared.case, said, company, name, text, _signed_field(mail, check, forms, "date"))


def _signed_field(mail: RawMail, check: MailCheck, forms: Forms, name: str) -> bytes:
    """The value of a field in its relaxed form; empty where it is unsigned or stands twice."""
    if name not in check.signed_headers or len(mail.named(name)) != 1:
        return b""
    return next(forms.header("relaxed", [name])).partition(b":")[2].strip()


def _chosen(check: MailCheck) -> JsonObject | None:
    signer = check.chosen
    if signer is None:
        return None
    return {
        "domain": signer.domain,
        "selector": signer.selector,
        "algorithm": signer.algorithm,
        "bits": signer.bits,
        "key": encode_hex(signer.key_digest),
        "origin": signer.origin,
        "signed": [*check.signed_headers],
        "aligned": check.aligned,
    }


def _key_result(origin: str) -> str:
    """What is said of the key: one resolver's word alone decides nothing."""
    return "passed" if origin in ("dnssec", "quorum", "part_quorum") else "undetermined"
