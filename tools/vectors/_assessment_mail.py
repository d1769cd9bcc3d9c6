"""Assessment cases about opened mail (step 10) and what it does to a finding.

The company says nothing but by mail: an acknowledgement of 22 October 2026, recorded on the same day, names the case
in its subject. What is checked of it is named without the hash of the mail.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from ledger.encoding import encode_hex, encode_json, sha256
from ledger.evm import keccak256
from ledger.statement import SignedStatement
from tools.vectors._assessment_case import CONDITIONAL, FAILED, NOT_CHECKED, PASSED, Value
from tools.vectors._bundles import REQUESTER
from tools.vectors._dns_files import anchor_texts
from tools.vectors._dns_zones import ZoneTree
from tools.vectors._mail_keys import ed25519
from tools.vectors._mail_matter import (
    BY,
    KEY,
    REFUSED,
    MailMatter,
    mail_policy,
    seen,
    zone_tree,
)
from tools.vectors._mail_signing import By
from tools.vectors._matter import OTHER_ATTESTER
from tools.vectors.writing import Cases

MAIL = "assessment.mail"
RECORDED, SEEN = "2026-10-22T12:00Z", "2026-10-22T11:50Z"
Tell = Callable[[MailMatter], object]
WHOLE: Value = {"file": PASSED, "key": PASSED, "signature": PASSED, "case": PASSED}
ON_A_WORD: Value = {"file": PASSED, "key": NOT_CHECKED, "signature": CONDITIONAL, "case": CONDITIONAL}
WEAK: Value = {"file": PASSED, "key": PASSED, "signature": NOT_CHECKED, "case": CONDITIONAL}
NO_KEY: Value = {"file": PASSED, "key": NOT_CHECKED, "signature": NOT_CHECKED, "case": NOT_CHECKED}
PROVEN: Value = {"basis": "acknowledged", "grade": "domain_mail", "letter": "A", "by": "recomputed"}
CLAIMED: Value = {"basis": "claimed", "grade": "self_stated", "letter": None, "by": None}


def by_attesters(letter: str) -> Value:
    return {**PROVEN, "letter": letter, "by": "attesters"}


class Mails:
    def __init__(self, cases: Cases) -> None:
        self.cases = cases

    def add(
        self, name: str, why: str, tell: Tell, checks: Mapping[str, str], delivery: Value | None, *,
        exit_code: int = 0, policy: str | None = None, known: bool = True,
        change: Callable[[Value], object] | None = None, answer: Value | None = None,
    ) -> None:  # fmt: skip
        """One matter; ``checks`` by their last word, those of captures left out."""
        told = MailMatter()
        told.sent("2026-10-20", "2026-10-20")
        tell(told)
        told.check_in("2026-12-01")
        bundle = told.bundle("2026-12-02")
        value: Value = json.loads(bundle.encode())
        if change is not None:
            change(value)
        headers = [*(item.proof.header for item in bundle.anchors.values()), *bundle.blocks.values()]
        given: dict[str, Any] = {
            "bundle": encode_json(value).decode("ascii"),
            "policy": mail_policy() if policy is None else policy,
            "now": told.maker.time + 60,
            "canonical": [keccak256(header).hex() for header in headers] if known else [],
        }
        expected = {
            "exit": exit_code,
            "checks": dict(sorted(checks.items())),
            "delivery": delivery,
            "answer": answer,
        }
        self.cases.good(f"mail-{name}", MAIL, given, expected, why)


def shown(*captures: bytes, by: By = BY, at: str = RECORDED, **fields: Any) -> Tell:
    """The requester reports a mail of the shop."""
    return lambda m: m.report(at, m.write(by, **fields), *captures)


def mails_shown(cases: Cases) -> None:
    """What an opened mail shows without anybody's word, and what it does not."""
    w, chain = Mails(cases), seen(SEEN)
    whole = shown(chain)
    w.add("proven-by-a-chain", "The key is proven by DNSSEC: nobody's word is needed.", whole, WHOLE, PROVEN)
    w.add("no-attester-in-the-policy", "Nor an attester.", whole, WHOLE, PROVEN, policy=mail_policy(attesters=0))
    offline = dict.fromkeys(WHOLE, CONDITIONAL) | {"file": PASSED}
    w.add(
        "offline", "The block that bounds the receipt is not known.", whole, offline, PROVEN, exit_code=3, known=False
    )
    plain = seen(SEEN, tree=None)
    w.add("requesters-capture", "Without a chain the key is the requester's word.", shown(plain), ON_A_WORD, CLAIMED)
    w.add("no-capture", "No answer of DNS is opened.", shown(), NO_KEY, CLAIMED)
    w.add("two-captures", "The one with the chain counts.", shown(plain, chain), WHOLE, PROVEN)
    w.add("other-root", "The chain ends in a root that the policy does not name.", whole, ON_A_WORD, CLAIMED,
          policy=_without_roots(mail_policy()))  # fmt: skip
    late = shown(chain, at="2026-11-06T12:00Z")
    w.add("recorded-after-the-chain-ended", "Recorded when the chain had ended: the key is an archive's.", late,
          ON_A_WORD, CLAIMED)  # fmt: skip
    other = seen(SEEN, key=ed25519("other"), tree=zone_tree(ed25519("other")))
    w.add("broken-signature", "Under the proven key the signature does not verify: that shows nothing.", shown(other),
          NO_KEY, CLAIMED, policy=roots_of(zone_tree(ed25519("other"))))  # fmt: skip
    w.add("grade-d", "Only a part of the body is signed.", shown(chain, by=By(KEY, "s1", length=5)), WEAK, CLAIMED)
    w.add("two-subjects", "A second subject on top.", _second_subject(chain), WEAK, CLAIMED)
    evil = By(KEY, "s1", "evil.example")
    w.add("signed-by-another-domain", "Anybody can name the shop in From and sign that himself.",
          shown(seen(SEEN, tree=zone_tree(domain="evil.example"), domain="evil.example"), by=evil), WEAK, CLAIMED,
          policy=roots_of(zone_tree(domain="evil.example")))  # fmt: skip
    expiring = By(KEY, "s1", tags="x=1792756800; ")  # 2026-10-23T12:00:00Z
    w.add("expires-after-the-record", "The signature had not expired when it was recorded; it has now.",
          shown(chain, by=expiring), WHOLE, PROVEN)  # fmt: skip
    w.add("expired-before-the-record", "The signature had expired when it was recorded.",
          shown(chain, by=expiring, at="2026-10-24T12:00Z"), WEAK, CLAIMED)  # fmt: skip


def mails_bound(cases: Cases) -> None:
    """Which case and which day a mail is about."""
    w, chain = Mails(cases), seen(SEEN)
    unbound = {**WHOLE, "case": NOT_CHECKED}
    other = f"Re: access request 0x{'cd' * 32}"
    w.add("other-case", "The subject names another case.", shown(chain, Subject=other), unbound, CLAIMED)
    w.add("no-case", "A newsletter is signed as well.", shown(chain, Subject="News"), unbound, CLAIMED)
    in_body: Tell = lambda m: m.report(  # noqa: E731
        RECORDED, m.write(Subject="Your request", body=f"About {encode_hex(m.maker.case)}:\r\nwe have it.\r\n"), chain
    )
    w.add("case-in-the-body", "The body names the case.", in_body, WHOLE, PROVEN)
    old = shown(chain, Date="Tue, 20 Oct 2026 09:00:00 +0000")
    w.add("written-before-the-day", "An acknowledgement may be said to have come later.", old, WHOLE, PROVEN)
    new = shown(chain, Date="Sat, 24 Oct 2026 09:00:00 +0000", at="2026-10-24T12:00Z")
    w.add("written-after-the-day", "It says more than the mail.", new, unbound, CLAIMED)
    for day, checks, delivery in (("23", WHOLE, PROVEN), ("24", unbound, CLAIMED)):
        later: Tell = lambda m, day=day: m.report(RECORDED, m.write(), chain, on=f"2026-10-{day}")  # type: ignore[misc]  # noqa: E731
        why = "Recorded on the 22nd: somewhere it was the 23rd already, and nowhere the 24th."
        w.add(f"received-on-the-{day}", why, later, checks, delivery)
    mails_without_a_day(w, chain)


def mails_without_a_day(w: Mails, chain: bytes) -> None:
    """Nothing signed says when it was written: it was there when it was recorded, on the 22nd."""
    unbound = {**WHOLE, "case": NOT_CHECKED}
    service = replace(BY, headers=("from", "to", "subject", "cc", "mime-version", "content-type"))
    why = "An acknowledgement may be said to have come from the day of its record on."
    w.add("without-a-date", why, shown(chain, Date=None), WHOLE, PROVEN)
    w.add("date-unsigned", "As a mail service signs it.", shown(chain, by=service), WHOLE, {**PROVEN, "letter": "C"})
    early: Tell = lambda m: m.report(RECORDED, m.write(service), chain, on="2026-10-21")  # noqa: E731
    w.add("date-unsigned-received-earlier", "Nothing shows this day.", early, unbound, CLAIMED)
    refused: Tell = lambda m: m.report(RECORDED, m.write(service), chain, kind=REFUSED)  # noqa: E731
    own = {"outcome": "refused", "grade": "self_stated", "letter": None, "by": None, "lateness": None}
    w.add("date-unsigned-refused", "The day of an answer is the day on which it was written.", refused, unbound,
          CLAIMED, answer=own)  # fmt: skip


def mails_by_time(cases: Cases) -> None:
    """A private key that everybody can have."""
    w, chain = Mails(cases), seen(SEEN)
    published = '\n[[published_key]]\ndigest = "{}"\npublished_at = "{}"\n'
    digest = encode_hex(sha256(KEY.public))
    after = mail_policy(published.format(digest, "2026-10-22T12:00:13Z"))
    w.add(
        "key-published-after", "Recorded a second before the key was public.", shown(chain), WHOLE, PROVEN, policy=after
    )
    before = mail_policy(published.format(digest, "2026-10-22T12:00:12Z"))
    w.add("key-published-before", "Recorded when the key was public.", shown(chain), WEAK, CLAIMED, policy=before)
    said: Tell = lambda m: _attested(m, [("grade_a", None, None)], chain)  # noqa: E731
    w.add("key-published-before-and-attested", "The list takes nothing from the word of the policy's attesters.",
          said, {**WEAK, "recomputed": NOT_CHECKED}, by_attesters("A"), policy=before)  # fmt: skip


def mails_changed(cases: Cases) -> None:
    """Files that are not those that were committed to, or that nobody opens."""
    w, chain = Mails(cases), seen(SEEN)
    whole = shown(chain)
    w.add("changed-byte", "One byte of the mail is another: the file is not the one.", whole, {"file": FAILED}, None,
          exit_code=1, change=_change_byte)  # fmt: skip
    w.add("without-its-disclosure", "Nobody says whose file it is.", whole, {"file": NOT_CHECKED}, CLAIMED,
          change=_close_mail)  # fmt: skip
    w.add("without-its-bytes", "The private field is opened, the mail is not there.", whole, {"file": NOT_CHECKED},
          CLAIMED,
          change=_drop_mail)  # fmt: skip
    w.add("without-the-capture", "The mail without its answers of DNS.", whole, NO_KEY, CLAIMED, change=_drop_capture)
    text: Tell = lambda m: m.report(RECORDED, b"no mail, but a text\n", chain)  # noqa: E731
    w.add("that-is-none", "The bytes are no mail.", text, {"file": PASSED, "mail": NOT_CHECKED}, CLAIMED)
    unsigned: Tell = lambda m: m.report(RECORDED, b"From: a@shop.example\r\n\r\nHello.\r\n", chain)  # noqa: E731
    w.add("unsigned", "A mail without a signature.", unsigned, {"file": PASSED, "mail": NOT_CHECKED}, CLAIMED)


def mails_attested(cases: Cases) -> None:
    """Attesters beside what is recomputed."""
    w = Mails(cases)
    plain, chain = seen("2026-10-23T12:00Z", tree=None), seen(SEEN)
    none = seen("2026-10-23T12:00Z", tree=None, agree=0)
    closed: Tell = lambda m: _attested(m, [("grade_a", None, None)], opened=False)  # noqa: E731
    w.add(
        "attested", "An attester of the policy states grade A; the mail is not opened.", closed, {}, by_attesters("A")
    )
    opened: Tell = lambda m: _attested(m, [("grade_a", plain, None)])  # noqa: E731
    w.add("attested-and-opened", "What it saw, it signed: the result follows from it.", opened,
          {**ON_A_WORD, "recomputed": PASSED}, by_attesters("A"))  # fmt: skip
    unseen: Tell = lambda m: _attested(m, [("grade_a", None, None)])  # noqa: E731
    w.add("attested-unseen", "What the attester saw is not opened.", unseen, {**NO_KEY, "recomputed": NOT_CHECKED},
          by_attesters("A"))  # fmt: skip
    beyond: Tell = lambda m: _attested(m, [("grade_a", none, None)])  # noqa: E731
    w.add("attested-against-what-was-seen", "The attester states grade A and signed that nobody gave it the key.",
          beyond, {**NO_KEY, "recomputed": FAILED}, CLAIMED, exit_code=1)  # fmt: skip
    denied: Tell = lambda m: _attested(m, [("failed", plain, None)])  # noqa: E731
    w.add("denied-against-what-was-seen", "The attester states failed, and by what it saw the mail is grade A.", denied,
          {**ON_A_WORD, "recomputed": FAILED}, CLAIMED, exit_code=1)  # fmt: skip
    root = seen("2026-10-23T12:00Z", tree=zone_tree(ed25519("shop"), "shop.example"), agree=1)
    w.add("attested-under-another-root", "One resolver, and a chain that ends in a root not named here.",
          lambda m: _attested(m, [("grade_a", root, None)]), {**ON_A_WORD, "recomputed": NOT_CHECKED},
          by_attesters("A"), policy=_without_roots(mail_policy()))  # fmt: skip
    less: Tell = lambda m: _attested(m, [("grade_d", plain, None)], chain)  # noqa: E731
    w.add("attester-says-less", "He may know more; what nobody's word is needed for stands.", less,
          {**WHOLE, "recomputed": PASSED}, PROVEN)  # fmt: skip
    two = mail_policy(quorum=2)
    both: Tell = lambda m: _attested(m, [("grade_a", None, None), ("grade_c", None, OTHER_ATTESTER)], opened=False)  # noqa: E731
    w.add("quorum-of-two", "A and C: two reach C.", both, {}, by_attesters("C"), policy=two)
    split: Tell = lambda m: _attested(m, [("grade_a", None, None), ("failed", None, OTHER_ATTESTER)], opened=False)  # noqa: E731
    w.add("quorum-missed", "A and failed: two do not agree on any grade.", split, {}, CLAIMED, policy=two)
    w.add(
        "attester-not-in-the-policy",
        "Nobody whom the policy names.",
        closed,
        {},
        CLAIMED,
        policy=mail_policy(attesters=0),
    )
    apart: Tell = lambda m: _two_mails(m)  # noqa: E731
    w.add(
        "quorum-of-two-mails", "Each attester saw another mail: no quorum saw the same.", apart, {}, CLAIMED, policy=two
    )
    answer = {"outcome": "refused", "grade": "domain_mail", "letter": "A", "by": "recomputed", "lateness": None}
    written = "Wed, 25 Nov 2026 09:00:00 +0000"
    refused: Tell = lambda m: m.report(RECORDED, m.write(), chain, kind=REFUSED)  # noqa: E731
    w.add("refusal", "A refusal by mail: the company's word, and neither late nor in time.", refused, WHOLE, PROVEN,
          answer=answer)  # fmt: skip
    for day in ("2026-11-24", "2026-11-23"):
        told: Tell = lambda m, day=day: _late(m, day, written)  # type: ignore[misc]  # noqa: E731
        why = "Due by 23 November at the latest: no mail makes anybody late, whatever day it shows."
        undecided = {**answer, "by": "attesters", "lateness": "not_decided"}
        w.add(f"refusal-attested-of-{day}", why, told, {}, by_attesters("A"), answer=undecided)


def _late(m: MailMatter, day: str, written: str) -> None:
    first = m.report(RECORDED, m.write(), on="2026-10-22")
    m.attest_mail("2026-10-22T13:00Z", first)
    of = m.report("2026-11-26T12:00Z", m.write(Date=written), kind=REFUSED, on=day)
    m.attest_mail("2026-11-26T13:00Z", of)
    close(m)


def _attested(
    m: MailMatter, said: list[tuple[str, bytes | None, bytes | None]], *captures: bytes, opened: bool = True
) -> SignedStatement:
    of = m.report(RECORDED, m.write(), *captures)
    for number, (result, capture, key) in enumerate(said):
        at = f"2026-10-23T12:{10 * number:02}Z"
        m.attest_mail(at, of, result, capture, *([] if key is None else [key]))
    if not opened:
        close(m)
    return of


def _two_mails(m: MailMatter) -> None:
    first, second = m.write(), m.write(Message_ID="<2@shop.example>")
    digests = [m.disclose(first).digest, m.disclose(second).digest]
    of = m.say(RECORDED, "request.acknowledged", REQUESTER, digests, received_on="2026-10-22")
    m.attest_mail("2026-10-23T12:00Z", of)
    m.attest_mail("2026-10-23T12:10Z", of, key=OTHER_ATTESTER, mail_place=1)
    close(m)


def close(m: MailMatter) -> None:
    """Nothing is opened."""
    m.maker.disclosures, m.maker.files = (), {}


def _second_subject(chain: bytes) -> Tell:
    return lambda m: m.report(RECORDED, b"Subject: No\r\n" + m.write(), chain)


def _without_roots(policy: str) -> str:
    return "\n".join(line for line in policy.split("\n") if not line.startswith("root_anchors"))


def roots_of(tree: ZoneTree) -> str:
    listed = ", ".join(f'"{text}"' for text in anchor_texts(tree.anchors))
    return _without_roots(mail_policy()).replace(
        "habeas_trust = 1\n", f"habeas_trust = 1\nroot_anchors = [{listed}]\n", 1
    )


def _mail_name(value: Value) -> str:
    """The name of the mail among the files: the one that is no capture."""
    return next(name for name, data in value["files"].items() if not base64.b64decode(data).startswith(b"{"))


def _change_byte(value: Value) -> None:
    name = _mail_name(value)
    text = value["files"][name]
    value["files"][name] = text[:40] + ("A" if text[40] != "A" else "B") + text[41:]


def _drop_mail(value: Value) -> None:
    del value["files"][_mail_name(value)]


def _drop_capture(value: Value) -> None:
    kept = _mail_name(value)
    value["files"] = {kept: value["files"][kept]}


def _close_mail(value: Value) -> None:
    del value["disclosures"][0]
