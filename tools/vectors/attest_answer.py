"""Cases for an attester's answers: ``python -m tools.vectors.attest_answer``."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
from collections.abc import Callable
from typing import Any

from ledger.disclosure import Disclosure, FileValue
from ledger.encoding import Json
from ledger.statement import RecentBlock, Statement, sign
from tools.vectors._bundles import COMPANY, ORIGIN, STRANGER, address
from tools.vectors._dns_files import AT, FOUND, capture, question
from tools.vectors._merkle_tree import inclusion_path
from tools.vectors._signing import LOG, note
from tools.vectors.proof import proof_of, text_of
from tools.vectors.writing import Cases

PARSE = "attest_answer.parse"
Value = dict[str, Any]
CASE, ABOUT, KEY = ("0x" + digit * 64 for digit in "abc")
RECENT = RecentBlock(bytes.fromhex("dd" * 32), 7)
MAIL = "0x" + hashlib.sha256(b"the disclosure of a mail").hexdigest()
CAPTURE = capture(question([FOUND] * 3))


def disclosed() -> Disclosure:
    value = FileValue.of(CAPTURE.encode("ascii"), "application/vnd.habeas.dns-capture+json", "dns-capture.json")
    return Disclosure.make(bytes(16), "dns_capture", value)


def attested(check: str, result: str, digest: str, digests: tuple[str, ...] = (), index: int = 2) -> Value:
    facts: dict[str, Json] = {"statement": ABOUT, "digest": digest, "check": check, "result": result, "at": AT}
    said = Statement(
        ORIGIN, "evidence.attested", bytes.fromhex(CASE[2:]), COMPANY, RECENT, facts, digests, address(STRANGER)
    )
    signed = sign(said, STRANGER)
    leaves = [hashlib.sha256(signed.raw + bytes([number])).digest() for number in range(4)]
    return {
        "check": check,
        "result": result,
        "statement": "0x" + signed.id.hex(),
        "signed": signed.raw.decode("ascii"),
        "index": index,
        "proof": proof_of(index, inclusion_path(index, leaves), note(text_of(leaves), LOG)),
    }


def whole() -> Value:
    held = disclosed()
    digest = "0x" + hashlib.sha256(held.encoded.encode("ascii")).hexdigest()
    return {
        "attester": "0x" + address(STRANGER).hex(),
        "ledger": ORIGIN,
        "statement": ABOUT,
        "digest": MAIL,
        "at": AT,
        "result": "grade_a",
        "reasons": [],
        "case_in": "subject",
        "mail": {
            "domain": COMPANY,
            "selector": "s1",
            "algorithm": "rsa-sha256",
            "bits": 2048,
            "key": KEY,
            "origin": "quorum",
            "signed": ["from", "subject", "date"],
            "aligned": True,
        },
        "attested": [attested("dkim", "grade_a", MAIL), attested("dns", "passed", digest, (held.digest,), 3)],
        "capture": CAPTURE,
        "capture_disclosure": held.encoded,
    }


WHOLE = whole()


def spelled(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode("ascii")


def text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def made(change: Callable[[Value], object]) -> Value:
    value = copy.deepcopy(WHOLE)
    change(value)
    return value


def good(cases: Cases) -> None:
    def add(name: str, why: str, change: Callable[[Value], object]) -> None:
        value = made(change)
        checks = [item["check"] for item in value["attested"]]
        ok = {"result": value["result"], "case_in": value["case_in"], "checks": checks, "reasons": value["reasons"]}
        cases.good(name, PARSE, {"answer": text(spelled(value))}, ok, why)

    def undetermined(value: Value) -> None:
        value.update(result="undetermined", attested=[], capture_disclosure=None, mail=None)

    def low(value: Value) -> None:
        reason = {"code": "no_case", "text": "The signed text does not name the case."}
        value.update(result="grade_d", case_in="none", reasons=[reason])
        value["attested"][0] = attested("dkim", "grade_d", MAIL)

    def failed(value: Value) -> None:
        item = attested("dkim", "failed", MAIL)
        value.update(result="failed", case_in="none", mail=None, attested=[item], capture_disclosure=None)

    def only_dkim(value: Value) -> None:
        value["attested"].pop()
        value["capture_disclosure"] = None

    add("grade-a", "The answer of docs/spec/attester.md.", lambda v: None)
    add("grade-d", "A mail that does not name its case; the reason stands beside.", low)
    add("failed", "The signature contradicts the bytes: one attestation, none of a key.", failed)
    add("undetermined", "Nothing was recorded; the capture shows what was answered.", undetermined)
    add("undetermined-no-capture", "A mail without signatures.", lambda v: (undetermined(v), v.update(capture=None)))
    add("scope-dkim-alone", "An attester without the scope dns.", only_dkim)


def bad(cases: Cases) -> None:
    def raw(name: str, data: bytes, why: str, error: str = "MalformedAnswer") -> None:
        cases.bad(name, PARSE, {"answer": text(data)}, error, why)

    def add(name: str, why: str, change: Callable[[Value], object], error: str = "MalformedAnswer") -> None:
        raw(name, spelled(made(change)), why, error)

    honest = spelled(WHOLE)
    raw("empty", b"", "No bytes.")
    raw("cut-off", honest[:-1], "The last byte is missing.")
    raw("line-end", honest + b"\n", "A byte after the answer.")
    raw("spaced", json.dumps(WHOLE, sort_keys=True).encode("ascii"), "Spaces between the tokens.")
    raw("unsorted", json.dumps(WHOLE, separators=(",", ":")).encode("ascii"), "Members in another order.")
    raw("member-twice", b'{"at":"",' + honest[1:], "Two members of one name: which counts?")
    raw("not-ascii", honest.replace(b"subject", b"subj\xc3\xa9ct"), "A byte over 0x7e.")
    raw("a-list", b"[]", "An object is wanted.")
    raw("nested", b"[" * 10_000, "10,000 levels, refused before parsing.", "MalformedSize")
    for member in sorted(WHOLE):
        add(f"no-{member.replace('_', '-')}", f"{member} is missing.", lambda v, member=member: v.pop(member))  # type: ignore[misc]
        if WHOLE[member] is not None and member not in {"capture", "capture_disclosure", "mail"}:
            add(
                f"null-{member.replace('_', '-')}",
                "null is no value of it.",
                lambda v, member=member: v.update({member: None}),  # type: ignore[misc]
                "MalformedStatement" if member == "ledger" else "MalformedAnswer",
            )
    for member in sorted(WHOLE["mail"]):
        if member != "key":
            add(
                f"mail-no-{member}",
                f"{member} of the signature is missing.",
                lambda v, member=member: v["mail"].pop(member),
            )  # type: ignore[misc]
        add(f"mail-{member}-null", "null is no value of it.", lambda v, member=member: v["mail"].update({member: None}))  # type: ignore[misc]
    add("unknown-member", "A member that no version has.", lambda v: v.update(score=1))
    add("attester-19-bytes", "An address has 20 bytes.", lambda v: v.update(attester="0x" + "11" * 19))
    add("digest-upper-case", "Hexadecimal is in lower case.", lambda v: v.update(digest="0x" + MAIL[2:].upper()))
    add("ledger-no-origin", "No origin.", lambda v: v.update(ledger="a+b"), "MalformedStatement")
    add("at-no-instant", "A local time.", lambda v: v.update(at="2026-11-20T09:00:00"))
    add("result-unknown", "There is no grade E.", lambda v: v.update(result="grade_e"))
    add("case-in-unknown", "A footer is a part of the body.", lambda v: v.update(case_in="footer"))
    add("reason-no-text", "A code without its sentence.", lambda v: v.update(reasons=[{"code": "no_case"}]))
    add("mail-bits-text", "A number of bits.", lambda v: v["mail"].update(bits="2048"))
    add("mail-no-key", "The key's digest is missing.", lambda v: v["mail"].pop("key"))
    add("mail-aligned-text", "true or false.", lambda v: v["mail"].update(aligned="yes"))
    add("result-not-attested", "Grade A is answered, D is attested.", lambda v: v["attested"].__setitem__(
        0, attested("dkim", "grade_d", MAIL)))  # fmt: skip
    add("undetermined-attested", "Undetermined is never recorded.", lambda v: v.update(result="undetermined"))
    add("attested-none", "A grade that nobody signed.", lambda v: v.update(attested=[], capture_disclosure=None))
    add("attested-dkim-twice", "Each check once.", lambda v: v["attested"].append(v["attested"][0]))
    add("attested-dns-first", "The mail first, then its key.", lambda v: v["attested"].reverse())
    add("attested-other-id", "The id is of another statement.", lambda v: v["attested"][0].update(statement=ABOUT))
    add("attested-other-index", "The proof is of leaf 2.", lambda v: v["attested"][0].update(index=3))
    add("attested-index-true", "true is no number.", lambda v: v["attested"][0].update(index=True))
    add("attested-check-post", "What no program checks.", lambda v: v["attested"][0].update(check="post"))
    add("signed-cut-off", "A statement without its last byte.", lambda v: v["attested"][0].update(
        signed=v["attested"][0]["signed"][:-1]), "MalformedJson")  # fmt: skip
    add("proof-cut-off", "A proof without its last line.", lambda v: v["attested"][0].update(
        proof=v["attested"][0]["proof"][:40]), "MalformedProof")  # fmt: skip
    add("capture-other-format", "No capture.", lambda v: v.update(capture="{}"), "MalformedCapture")
    add("capture-missing", "A disclosure of nothing.", lambda v: v.update(capture=None))
    add("disclosure-missing", "The attestation dns names it.", lambda v: v.update(capture_disclosure=None))
    add("disclosure-without-dns", "It belongs to no attestation.", lambda v: v["attested"].pop())
    add("disclosure-broken", "No disclosure.", lambda v: v.update(capture_disclosure="e30"), "MalformedDisclosure")


def binding() -> Value:
    facts: dict[str, Json] = {"key": "0x" + "19" * 20, "method": "dns", "checked_at": AT}
    said = Statement(ORIGIN, "company.key_bound", None, COMPANY, RECENT, facts, (), address(STRANGER))
    signed = sign(said, STRANGER)
    leaves = [hashlib.sha256(signed.raw + bytes([number])).digest() for number in range(4)]
    return {
        "statement": "0x" + signed.id.hex(),
        "signed": signed.raw.decode("ascii"),
        "index": 1,
        "proof": proof_of(1, inclusion_path(1, leaves), note(text_of(leaves), LOG)),
    }


def bindings(cases: Cases) -> None:
    """The answers to questions for a company key."""
    operation, whole = "attest_answer.parse_binding", binding()
    ok = {"kind": "company.key_bound", "company": COMPANY, "key": "0x" + "19" * 20, "index": 1}
    cases.good("binding", operation, {"answer": text(spelled(whole))}, ok, "The answer of docs/spec/attester.md.")

    def raw(name: str, data: bytes, why: str, error: str = "MalformedAnswer") -> None:
        cases.bad(f"binding-{name}", operation, {"answer": text(data)}, error, why)

    honest = spelled(whole)
    raw("empty", b"", "No bytes.")
    raw("cut-off", honest[:-1], "The last byte is missing.")
    raw("line-end", honest + b"\n", "A byte after the answer.")
    raw("spaced", json.dumps(whole, sort_keys=True).encode("ascii"), "Spaces between the tokens.")
    raw("unsorted", json.dumps(whole, separators=(",", ":")).encode("ascii"), "Members in another order.")
    raw("member-twice", b'{"index":0,' + honest[1:], "Two members of one name: which counts?")
    raw("not-ascii", honest.replace(b"company", b"comp\xc3\xa4ny", 1), "A byte over 0x7e.")
    raw("too-large", honest + b" " * 262_144, "More than 262,144 bytes.", "MalformedSize")
    raw("nested", b"[" * 10_000, "10,000 levels, refused before parsing.", "MalformedSize")
    raw("a-list", b"[]", "An object is wanted.")
    for member in sorted(whole):
        left = {name: value for name, value in whole.items() if name != member}
        raw(f"no-{member}", spelled(left), f"{member} is missing.")
    for name, why, change, error in (
        ("unknown-member", "A member that no version has.", {"created": True}, "MalformedAnswer"),
        ("other-id", "The id is of another statement.", {"statement": ABOUT}, "MalformedAnswer"),
        ("id-upper-case", "Hexadecimal is in lower case.", {"statement": "0x" + whole["statement"][2:].upper()},
         "MalformedAnswer"),
        ("other-index", "The proof is of leaf 1.", {"index": 2}, "MalformedAnswer"),
        ("index-true", "true is no number.", {"index": True}, "MalformedAnswer"),
        ("index-text", "A text is no number.", {"index": "1"}, "MalformedAnswer"),
        ("signed-null", "A statement is wanted.", {"signed": None}, "MalformedAnswer"),
        ("signed-cut-off", "A statement without its last byte.", {"signed": whole["signed"][:-1]}, "MalformedJson"),
        ("proof-cut-off", "A proof without its last line.", {"proof": whole["proof"][:40]}, "MalformedProof"),
    ):  # fmt: skip
        raw(name, spelled({**whole, **change}), why, error)


def main() -> None:
    cases = Cases("attest_answer")
    good(cases)
    bad(cases)
    bindings(cases)
    cases.write()


if __name__ == "__main__":
    main()
