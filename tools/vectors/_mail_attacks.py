"""Attacks that were tried against DKIM libraries, and mails with several signatures."""

from __future__ import annotations

from tools.vectors._mail_grades import ED, GOOD, RAW_LENGTH, RSA, SERVICE, Grades, key
from tools.vectors._mail_keys import record, rsa
from tools.vectors._mail_signing import ALL, By, mail, sign
from tools.vectors.writing import Cases


def write(cases: Cases) -> None:
    grades = Grades(cases)
    _attacks(grades)
    _several(grades)


def _attacks(grades: Grades) -> None:
    message = sign(mail(), GOOD)
    failed = {
        "body-byte": (message.replace("answer.", "answer,"), "body_changed"),
        "body-appended": (message + "We refuse.\r\n", "body_changed"),
        "body-cut": (message.partition("\r\n\r\n")[0] + "\r\n\r\n", "body_changed"),
        "subject-text": (message.replace("Re: access", "Re: refused"), "signature_mismatch"),
        "date": (message.replace("25 Nov", "24 Nov"), "signature_mismatch"),
        "signature-bit": (_flip(message), "signature_mismatch"),
        "content-type-changed": (message.replace("text/plain", "text/html"), "signature_mismatch"),
        "subject-removed": (message.replace(f"Subject: {_subject(message)}\r\n", ""), "signature_mismatch"),
    }
    for name, (changed, code) in failed.items():
        grades.add(f"failed-{name}", "the bytes are not those that were signed", changed, GOOD, "failed", [code])
    other = rsa("another", 2048)
    for origin, result, more in (
        ("quorum", "failed", []), ("single", "failed", []), ("archive", "undetermined", ["key_uncertain"]),
        ("recovered", "undetermined", ["key_uncertain"]),
    ):  # fmt: skip
        grades.signed(f"{result}-other-key-{origin}", "only a key seen at receipt shows a forgery", GOOD, result,
                      ["signature_mismatch", *more], keys=[key(GOOD, origin, text=record(other))])  # fmt: skip
    grades.signed("undetermined-other-key-testing", "t=y: RFC 6376 lets it fail", GOOD, "undetermined",
                  ["signature_mismatch", "key_testing"], keys=[key(GOOD, text=record(other, "t=y; "))])  # fmt: skip
    changed = failed["body-byte"][0]
    grades.add("undetermined-body-byte-no-key", "without the key nothing looks forged", changed, GOOD, "undetermined",
               ["key_unknown"], keys=[])  # fmt: skip
    second_from = "From: a@service.example\r\n" + message
    no_signature = {"signatures": []}
    grades.add("failed-second-from", "two authors", second_from, GOOD, "failed", ["from_count"], **no_signature)
    twice = By(RSA, "s2048", headers=("from", *ALL))
    signed = sign("From: a@service.example\r\n" + mail(), twice)
    grades.add("failed-second-from-signed", "two authors, both signed", signed, twice,
               "failed", ["from_count"], **no_signature)  # fmt: skip
    grades.add("undetermined-no-from", "no author at all", mail(From=None), GOOD, "undetermined", ["from_count"],
               **no_signature)  # fmt: skip
    unsigned = "Received: from a.example\r\nX-Ticket: 7\r\n"
    grades.add("grade-a-unsigned-stripped", "signed with unsigned fields below it, which are gone",
               sign(unsigned + mail(), GOOD).replace(unsigned, ""), GOOD, "grade_a")  # fmt: skip
    _replaced(grades)
    _duplicates(grades, message)


def _replaced(grades: Grades) -> None:
    """Unsigned Content-Type and l=: another boundary makes the signed text invisible, and DMARC still passes."""
    by = By(RSA, "s2048", headers=ALL[:-1], length=RAW_LENGTH)
    message = sign(mail(), by).replace("text/plain; charset=utf-8", "multipart/mixed; boundary=evil")
    message += "--evil\r\nContent-Type: text/html\r\n\r\n<p>We refuse.\r\n--evil--\r\n"
    grades.add("grade-d-body-replaced", "the signed text is the preamble, which nobody sees", message, by, "grade_d",
               ["length", "content_type_unsigned_parts"], signed_length=RAW_LENGTH,
               unsigned_headers=["content-type"])  # fmt: skip


def _duplicates(grades: Grades, message: str) -> None:
    second = "Subject: We refuse\r\n"
    grades.add("grade-d-second-subject", "the signature passes; programs may show the other one", second + message,
               GOOD, "grade_d", ["duplicate_header", "header_unsigned"], unsigned_headers=["subject"],
               signatures=[["grade_d", "duplicate_header", "header_unsigned"]])  # fmt: skip
    over = By(RSA, "s2048", headers=(*ALL, "subject"))
    grades.add("failed-second-subject-over-signed", "over-signing shows the added one",
               second + sign(mail(), over), over, "failed", ["signature_mismatch"])  # fmt: skip
    below = message.replace("\r\n\r\n", f"\r\n{second}\r\n", 1)
    grades.add("failed-second-subject-below", "the lowest is the one that is signed", below, GOOD, "failed",
               ["signature_mismatch"])  # fmt: skip
    for name in ("Date", "Sender", "Reply-To", "Cc", "Bcc", "In-Reply-To", "References", "Content-Transfer-Encoding"):
        count = 1 if name == "Date" else 2
        reasons = ["duplicate_header", *(["header_unsigned"] if name == "Date" else [])]
        doubled = f"{name}: 1\r\n" * count + message
        grades.add(f"grade-d-second-{name.lower()}", "a single-use field stands twice", doubled, GOOD, "grade_d",
                   reasons, unsigned_headers=[name.lower()])  # fmt: skip
    grades.add("grade-d-second-content-type", "which of both is read, nobody knows",
               "Content-Type: multipart/mixed; boundary=x\r\n" + message, GOOD, "grade_d",
               ["duplicate_header", "content_type_unsigned_parts"], unsigned_headers=["content-type"],
               signatures=[["grade_d", "duplicate_header", "content_type_unsigned_parts"]])  # fmt: skip


def _several(grades: Grades) -> None:
    service, ed = By(SERVICE, "m1", "service.example"), By(ED, "ed")
    message = sign(sign(mail(), GOOD), service)
    both = [["grade_c", "not_aligned"], ["grade_a"]]
    grades.add("grade-a-two-signatures", "the best one counts, both are reported", message, [GOOD, service], "grade_a",
               signatures=both)  # fmt: skip
    grades.add("grade-c-aligned-key-missing", "what is left is weaker", message, service, "grade_c", ["not_aligned"],
               signatures=[both[0], ["undetermined", "key_unknown"]], aligned=False)  # fmt: skip
    grades.add("grade-a-rsa-and-ed25519", "of equals the topmost", sign(sign(mail(), GOOD), ed), [ed, GOOD], "grade_a",
               signatures=[["grade_a"], ["grade_a"]])  # fmt: skip
    broken = sign(sign(mail(), GOOD).replace("answer.", "answer,"), service)
    grades.add("grade-c-own-signature-failed", "a forwarder changed the text and signed it", broken, [service, GOOD],
               "grade_c", ["not_aligned"], aligned=False, signatures=[both[0], ["failed", "body_changed"]])  # fmt: skip
    changed = message.replace("answer.", "answer,")
    one_open = [["failed", "body_changed"], ["undetermined", "key_unknown"]]
    grades.add("undetermined-one-open", "one fails, one is open: not failed", changed, service, "undetermined",
               ["body_changed", "key_unknown"], signatures=one_open)  # fmt: skip
    grades.add("failed-both", "all that can be checked contradict the bytes", changed, [service, GOOD], "failed",
               ["body_changed"], signatures=[["failed", "body_changed"]] * 2)  # fmt: skip
    junk = "DKIM-Signature: v=1\r\n" + sign(mail(), GOOD)
    grades.add("grade-a-junk-signature", "a signature that cannot be read changes nothing", junk, GOOD, "grade_a",
               signatures=[["unusable", "unreadable"], ["grade_a"]])  # fmt: skip
    many = "DKIM-Signature: v=1\r\n" * 16 + sign(mail(), GOOD)
    grades.add("undetermined-seventeenth", "16 signatures are examined", many, GOOD, "undetermined",
               ["unreadable", "not_examined"],
               signatures=[["unusable", "unreadable"]] * 16 + [["undetermined", "not_examined"]])  # fmt: skip
    grades.add("undetermined-unsigned", "no signature", mail(), GOOD, "undetermined", ["unsigned"], signatures=[])
    seal = "ARC-Seal: i=1; a=rsa-sha256; cv=none; d=list.example; s=x; b=AAAA\r\n"
    grades.add("grade-a-arc", "read, without weight", seal + sign(mail(), GOOD), GOOD, "grade_a", ["arc"],
               arc=["1 list.example none"], unsigned_headers=["arc-seal"], signatures=[["grade_a"]])  # fmt: skip
    modern = "ARC-Seal: i=1; a=ed25519-sha256; cv=pass; d=list.example; s=x; b=AAAA\r\nARC-Seal: i=1; x\r\n"
    grades.add("grade-a-arc-ed25519", "a seal of an algorithm of its own, and one that cannot be read",
               modern + sign(mail(), GOOD), GOOD, "grade_a", ["arc"], arc=["1 list.example pass"],
               unsigned_headers=["arc-seal"], signatures=[["grade_a"]])  # fmt: skip
    grades.add("undetermined-arc-only", "a seal is the word of a forwarder", seal + mail(), GOOD, "undetermined",
               ["unsigned", "arc"], arc=["1 list.example none"], signatures=[])  # fmt: skip


def _flip(message: str) -> str:
    """Another first character of ``b=``."""
    before, mark, after = message.partition("\r\n b=")
    return before + mark + ("A" if after[0] != "A" else "B") + after[1:]


def _subject(message: str) -> str:
    return message.partition("Subject: ")[2].partition("\r\n")[0]
