"""Time that outlives keys: the domain's private key becomes public, and what was attested before keeps its grade.

The list of such keys is read again when its file changes, and never shrinks under a running attester.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import httpx2
import pytest

from ledger.encoding import encode_hex, encode_instant
from ledger.mail.key import KeyRecord
from ledger.runtime.attester.published import PublishedList
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


EARLY, LATE = "2001-01-01T00:00:00Z", "2002-01-01T00:00:00Z"


def entries(*digests: bytes, since: str = EARLY) -> str:
    return "".join(f'[[key]]\ndigest = "{encode_hex(item)}"\npublished_at = "{since}"\n' for item in digests)


def test_a_key_that_becomes_public_while_it_runs(matter: Matter) -> None:
    """No start in between; a list that cannot be read loses no key, and the page for whoever runs it says so."""
    listed = matter.folder / "published.toml"
    listed.write_text("")
    one = matter.start(published_keys=listed)
    case = matter.opened()

    def grade(number: int) -> str:
        return matter.attested(case, matter.mail(case, number))[0].result

    def part() -> tuple[int, dict[str, object]]:
        answer = httpx2.get(f"{one.url}/readyz")
        return answer.status_code, answer.json()["parts"][-1]

    assert grade(1) == "grade_a"
    assert part() == (200, {"name": "published_keys", "ready": True, "required": False, "detail": "0 keys."})
    listed.write_text(entries(KeyRecord.parse(matter.key.record.encode()).digest))
    assert grade(2) == "grade_d"
    for number, broken in enumerate(("[[key]]\ndigest = ", "", None), 3):
        listed.unlink()
        if broken is not None:
            listed.write_text(broken)
        assert grade(number) == "grade_d"
        status, shown = part()
        assert (status, shown["ready"]) == (200, False), "it goes on with the list that it has"
        assert "in force" in str(shown["detail"])
    listed.write_text(entries(KeyRecord.parse(matter.key.record.encode()).digest))
    assert part()[1]["ready"] is True


def test_the_list_never_shrinks(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A file that is half written is well formed, too, with fewer keys."""
    path, one, two, three = tmp_path / "keys.toml", bytes(32), b"\1" * 32, b"\2" * 32
    path.write_text(entries(one, two))
    held = PublishedList(path)

    def now() -> dict[bytes, str]:
        return {key.digest: encode_instant(int(key.published_at.timestamp())) for key in held.in_force()}

    assert now() == {one: EARLY, two: EARLY} and held.problem is None
    path.write_text(entries(one))
    assert now() == {one: EARLY, two: EARLY}
    assert held.problem is not None and f"no longer has {encode_hex(two)}" in held.problem
    path.write_text(entries(three))
    assert set(now()) == {one, two, three}, "what is new counts all the same"
    path.write_text(entries(one, two, three, since=LATE))
    assert set(now().values()) == {EARLY} and "a later time" in (held.problem or "")
    path.write_text(entries(one, one))
    assert set(now()) == {one, two, three} and "listed twice" in (held.problem or "")
    assert len(caplog.records) == 4, "each change is said once"
    path.write_text(entries(one, two, three, since="2000-01-01T00:00:00Z"))
    assert set(now().values()) == {"2000-01-01T00:00:00Z"} and held.problem is None


def test_a_file_of_the_same_size(tmp_path: Path) -> None:
    """Another file under the name, with the time and the size of the one before."""
    path, other = tmp_path / "keys.toml", tmp_path / "new.toml"
    path.write_text(entries(bytes(32)))
    held, found = PublishedList(path), path.stat()
    other.write_text(entries(b"\1" * 32))
    os.utime(other, ns=(found.st_atime_ns, found.st_mtime_ns))
    other.rename(path)
    assert {key.digest for key in held.in_force()} == {bytes(32), b"\1" * 32}
