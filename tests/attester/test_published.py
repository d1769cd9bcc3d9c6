"""Time that outlives keys: the domain's private key becomes public, and what was attested before keeps its grade."""

from __future__ import annotations

import time

from ledger.encoding import encode_hex, encode_instant
from ledger.mail.key import KeyRecord
from tests.attester.conftest import Matter, disclosed
from tests.attester.test_quorum import bundle_of, finding, policy


def test_a_hundred_forged_mails(matter: Matter) -> None:
    one, two = matter.start("one"), matter.start("two")
    case, early = matter.opened(), matter.mail(matter.opened())
    matter.world.record(matter.world.sent(case))
    disclosure = disclosed(early)
    statement = matter.acknowledged(case, disclosure)
    before = matter.ask(early, disclosure, statement)
    assert [answer.result for answer in before] == ["grade_a", "grade_a"]
    shown = bundle_of(matter, case)

    # The same two attesters, told that everybody has the key by now.
    digest = KeyRecord.parse(matter.key.record.encode()).digest
    listed = matter.folder / "published.toml"
    since = encode_instant(int(time.time()))
    listed.write_text(f'[[key]]\ndigest = "{encode_hex(digest)}"\npublished_at = "{since}"\n')
    matter.attesters.clear()
    again = [matter.start(name, bound=(), published_keys=listed) for name in ("one", "two")]
    assert [item.address for item in again] == [one.address, two.address]

    cases = [matter.opened(number) for number in range(2, 7)]
    for other in cases:
        matter.world.record(matter.world.sent(other))
    for number in range(2, 102):
        other = cases[number % len(cases)]
        forged = matter.mail(other, number, text=f"We received everything, number {number}.")
        answers = matter.attested(other, forged)
        assert {answer.result for answer in answers} == {"grade_d"}, number
        assert all("key_published" in [code for code, _ in answer.reasons] for answer in answers)
    assert [answer.result for answer in matter.ask(early, disclosure, statement)] == ["grade_a", "grade_a"]
    trust = policy(matter, again, 2)
    for bundle in (shown, bundle_of(matter, case)):
        delivery = finding(bundle, trust).delivery
        assert delivery is not None and (delivery.basis, delivery.grade) == ("acknowledged", "domain_mail")
    for other in cases:
        delivery = finding(bundle_of(matter, other), trust).delivery
        assert delivery is not None and delivery.basis == "claimed"
