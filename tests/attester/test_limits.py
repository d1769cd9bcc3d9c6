"""What the attester bears: sizes, rates, places, faults of the ledger, and what it remembers of all this."""

from __future__ import annotations

import secrets
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from ledger.cli.attesting import MailAnswer
from ledger.encoding import encode_hex, sha256
from ledger.errors import RefusedMail, RefusedRate, RefusedRecentBlockAge, RuntimeFault, RuntimeLedger, RuntimeSetting
from ledger.runtime.attester import attest
from ledger.runtime.attester.keys import create_keys, load_keys
from ledger.runtime.attester.limits import MAX_CLIENTS, RateLimit, group_of
from ledger.runtime.attester.memory import Memory, Shown
from ledger.runtime.attester.parts import read_published
from ledger.runtime.attester.settings import CHECKED, load_attester
from ledger.statement import RecentBlock, SignedStatement
from tests.attester.conftest import MAIL, Matter, Running, disclosed


def headers(matter: Matter, encoded: str, statement: bytes) -> dict[str, str]:
    return {
        "Content-Type": MAIL,
        "Habeas-Ledger": matter.origin,
        "Habeas-Statement": encode_hex(statement),
        "Habeas-Disclosure": encoded,
    }


def test_a_large_mail(matter: Matter) -> None:
    """Ten megabytes go through; more than the setting are refused before a byte is read."""
    matter.start("large")
    case = matter.opened()
    message = matter.mail(case, text="x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 145_000)
    assert len(message) > 10_000_000
    assert matter.attested(case, message)[0].result == "grade_a"
    matter.attesters.clear()
    matter.start("small", max_message_bytes=4096)
    [answer] = matter.attested(case, message, day=28)
    assert type(answer.error).__name__ == "MalformedSize" and "at most 4096" in str(answer.error)


def test_a_body_longer_than_disclosed(matter: Matter) -> None:
    """Without Content-Length it is counted while reading."""
    one = matter.start()
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    statement = matter.acknowledged(case, disclosure)
    pieces = iter([message, b"x"])
    answer = httpx2.post(
        f"{one.url}/v1/attest", content=pieces, headers=headers(matter, disclosure.encoded, statement.id)
    )
    assert (answer.status_code, answer.json()["type"]) == (413, "/problems/malformed-size")
    answer = httpx2.post(f"{one.url}/v1/attest", content=b"x", headers={"Content-Type": "text/plain"})
    assert answer.status_code == 400, "headers first"
    wrong = {**headers(matter, disclosure.encoded, statement.id), "Content-Type": "application/octet-stream"}
    assert httpx2.post(f"{one.url}/v1/attest", content=message, headers=wrong).status_code == 415


def test_too_many_requests(matter: Matter) -> None:
    one = matter.start(client_per_minute=2, all_per_minute=3, client_header="x-forwarded-for")

    def ask(*clients: str) -> httpx2.Response:
        given = [("X-Forwarded-For", client) for client in clients]
        return httpx2.post(f"{one.url}/v1/company-keys", content=b"{}", headers=given)

    # The last name is the nearest proxy's; what stands before it the client has written himself.
    assert [ask("192.0.2.1, 198.51.100.1").status_code for _ in range(2)] == [415, 415]
    third = ask("203.0.113.9, 198.51.100.1")
    assert (third.status_code, third.json()["type"]) == (429, "/problems/refused-rate")
    assert 1 <= int(third.headers["retry-after"]) <= 30
    assert ask("192.0.2.1", "198.51.100.2").status_code == 415
    assert "all clients" in ask("198.51.100.3").json()["detail"]
    assert httpx2.get(f"{one.url}/healthz").status_code == 200


def test_rate_by_its_own_clock() -> None:
    now = [0.0]
    rate = RateLimit(2, 100, lambda: now[0])
    rate.take("192.0.2.1")
    rate.take("192.0.2.1")
    with pytest.raises(RefusedRate) as refused:
        rate.take("192.0.2.1")
    assert refused.value.retry_after == 30
    rate.take("192.0.2.2")
    now[0] = 30.0
    rate.take("192.0.2.1")
    with pytest.raises(RefusedRate):
        rate.take("192.0.2.1")
    for number in range(MAX_CLIENTS + 1):
        with suppress(RefusedRate):
            rate.take(f"client {number}")
    assert len(rate._clients) == MAX_CLIENTS, "memory is bounded"


@pytest.mark.parametrize(
    ("client", "group"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"),
        ("unix", "unix"),
    ],
)
def test_what_counts_as_one_client(client: str, group: str) -> None:
    assert group_of(client) == group


def test_no_free_place(matter: Matter) -> None:
    """One slow sender holds the only place; the next is told to come again, and the place is free afterwards."""
    one = matter.start(concurrency=1)
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    statement = matter.acknowledged(case, disclosure)
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> object:
        yield message[:10]
        begun.set()
        assert go_on.wait(30)
        yield message[10:]

    found: list[httpx2.Response] = []
    sent = headers(matter, disclosure.encoded, statement.id)
    thread = threading.Thread(
        target=lambda: found.append(
            httpx2.post(f"{one.url}/v1/attest", content=slowly(), headers=sent, timeout=60)  # type: ignore[arg-type]
        )
    )
    thread.start()
    assert begun.wait(30)
    busy = _until_busy(one, message, sent)
    assert (busy.json()["type"], busy.headers["retry-after"]) == ("/problems/refused-busy", "1")
    go_on.set()
    thread.join()
    assert found[0].status_code == 200 and found[0].json()["result"] == "grade_a"
    assert matter.ask(message, disclosure, statement)[0].result == "grade_a"


def _until_busy(one: Running, message: bytes, sent: dict[str, str]) -> httpx2.Response:
    """The slow sender's first bytes are on their way; his request may not be there yet."""
    until = time.monotonic() + 30
    while True:
        answer = httpx2.post(f"{one.url}/v1/attest", content=message, headers=sent, timeout=60)
        if answer.status_code == 503:
            return answer
        assert time.monotonic() < until


def test_many_at_once_are_answered_once(matter: Matter) -> None:
    one = matter.start(concurrency=8)
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    statement = matter.acknowledged(case, disclosure)
    matter.attesters += [one] * 5
    answers = matter.ask(message, disclosure, statement)
    assert {answer.result for answer in answers} == {"grade_a"}
    assert len({item.signed.id for answer in answers for item in answer.attested}) == 2


def test_a_ledger_that_is_gone(matter: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was signed is kept, and sent when the ledger is back: no second statement."""
    one = matter.start()
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    statement = matter.acknowledged(case, disclosure)
    sent: list[SignedStatement] = []

    def gone(signed: SignedStatement) -> object:
        sent.append(signed)
        raise RuntimeFault("the cable is cut")

    with monkeypatch.context() as cut:
        cut.setattr(matter.client, "submit", gone)
        [answer] = matter.ask(message, disclosure, statement)
    assert type(answer.error).__name__ == "RuntimeLedger"
    [answer] = matter.ask(message, disclosure, statement)
    assert answer.result == "grade_a"
    assert answer.attested[0].signed.raw == sent[0].raw
    assert one.url == answer.url


def test_an_outage_uses_up_nothing(matter: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    """No place among the mails of a case, and no claim: what was not signed was not shown."""
    monkeypatch.setattr(attest, "MAX_MAILS", 1)
    matter.start()
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    statement = matter.acknowledged(case, disclosure)

    def gone(*_: object) -> RecentBlock:
        raise RuntimeLedger("the cable is cut")

    with monkeypatch.context() as cut:
        cut.setattr(attest, "quote", gone)
        for _ in range(3):
            assert type(matter.ask(message, disclosure, statement)[0].error).__name__ == "RuntimeLedger"
    second = disclosed(message)
    [answer] = matter.ask(message, second, matter.acknowledged(case, second, day=28))
    assert answer.result == "grade_a"


def test_an_answer_that_waited_too_long(matter: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was recorded stays; only what never came into the log is signed again, over the same facts."""
    matter.start()
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    statement = matter.acknowledged(case, disclosure)
    real, first = matter.client.submit, list[SignedStatement]()

    def half(signed: SignedStatement) -> object:
        first.append(signed)
        if signed.statement.facts["check"] == "dns":
            raise RuntimeFault("the cable is cut")
        return real(signed)

    def late(signed: SignedStatement) -> object:
        if signed.raw == first[1].raw:
            raise RefusedRecentBlockAge("a day has passed")
        return real(signed)

    with monkeypatch.context() as cut:
        cut.setattr(matter.client, "submit", half)
        assert type(matter.ask(message, disclosure, statement)[0].error).__name__ == "RuntimeLedger"
    matter.chain.grow()
    with monkeypatch.context() as cut:
        cut.setattr(matter.client, "submit", late)
        [answer] = matter.ask(message, disclosure, statement)
    dkim, dns = answer.attested
    assert dkim.signed.raw == first[0].raw
    assert dns.signed.raw != first[1].raw and dns.signed.statement.facts == first[1].statement.facts
    [again] = matter.ask(message, disclosure, statement)
    assert [item.signed.raw for item in again.attested] == [item.signed.raw for item in answer.attested]


def test_an_attester_that_is_not_bound(matter: Matter) -> None:
    one = matter.start(bound=())
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    statement = matter.acknowledged(case, disclosure)
    [answer] = matter.ask(message, disclosure, statement)
    assert type(answer.error).__name__ == "RefusedRole"
    bound = {"key": encode_hex(one.address), "scope": ["dkim", "dns"]}
    matter.world.record(matter.world.statement("attester.bound", matter.world.operator, bound, company=None))
    assert matter.ask(message, disclosure, statement)[0].result == "grade_a"


def test_scopes(matter: Matter) -> None:
    """What it does not offer it does not do; without dns the key is not attested."""
    matter.start("keys", scopes=["company_key"])
    matter.start("mail", scopes=["dkim"], bound=("dkim",))
    case = matter.opened()
    keys, mail = matter.attested(case, matter.mail(case))
    assert type(keys.error).__name__ == "RefusedRole"
    assert [item.check for item in mail.attested] == ["dkim"] and mail.capture is not None
    answer = httpx2.post(
        f"{mail.url}/v1/company-keys",
        json={"ledger": matter.origin, "company": "shop.example", "key": "0x" + "11" * 20, "method": "dns"},
    )
    assert answer.status_code == 400, "members in another order than canonical"


def test_it_keeps_no_message(matter: Matter) -> None:
    """Nothing by which the mail, its sender or its case could be read is in any file of the attester."""
    one = matter.start()
    case = matter.opened()
    message = matter.mail(case, text="A text that nobody else may read.")
    disclosure = disclosed(message)
    statement = matter.acknowledged(case, disclosure)
    [answer] = matter.ask(message, disclosure, statement)
    assert answer.result == "grade_a"
    one.parts.memory.close()
    files = [path for path in one.parts.settings.home.rglob("*") if path.is_file()]
    assert {path.name for path in files} >= {"memory.sqlite", "attester.key", "memory.secret"}
    data = b"".join(path.read_bytes() for path in files)
    digest = sha256(message)
    for secret in (
        *(b"nobody else", b"1@shop.example", b"shop.example", b"support", digest, digest.hex().encode()),
        *(case, case.hex().encode(), statement.id, statement.id.hex().encode(), disclosure.encoded.encode()),
    ):
        assert secret not in data
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)


def test_memory(tmp_path: Path) -> None:
    memory, other = (Memory(tmp_path / "memory.sqlite", bytes([fill]) * 32) for fill in (1, 2))
    shown = Shown((b"one", b"two"), sha256(b"case"), sha256(b"said"), "shop.example", b"<1@shop.example>")

    def claim(held: Memory, **changes: object) -> None:
        given = replace(shown, **changes)  # type: ignore[arg-type]
        held.keep_answer(secrets.token_bytes(32), sha256(b"mail"), b"{}", given.case, 100, given)

    claim(memory)
    claim(memory)
    claim(other, case=sha256(b"another case"))  # another secret
    claim(memory, signatures=(b"three",), company="other.example")  # another company's Message-ID
    claim(memory, signatures=(b"four",), message_id=b"")
    claim(memory, signatures=(b"five",), message_id=b"")  # none signed, none compared
    claim(memory, signatures=(b"two", b"six"))  # a copy that has another signature, too
    claim(memory, signatures=(b"six",))
    for value in (b"one", b"two", b"six"):
        with pytest.raises(RefusedMail, match="another case"):
            claim(memory, signatures=(b"new", value), case=sha256(b"another case"))
        with pytest.raises(RefusedMail, match="another statement"):
            claim(memory, signatures=(b"new", value), statement=sha256(b"another"))
    with pytest.raises(RefusedMail, match="Message-ID"):
        claim(memory, signatures=(b"new",))
    claim(memory, signatures=(b"new",), message_id=b"<5@shop.example>")  # the refusals left nothing
    question, message, case = sha256(b"question"), sha256(b"mail"), sha256(b"third case")
    assert memory.answer(question, message) is None
    assert memory.keep_answer(question, message, b"first", case, 1, None) == b"first"
    assert memory.keep_answer(question, message, b"second", case, 1, None) == b"first"
    with pytest.raises(RefusedMail, match="attests 1 mails"):
        ten = replace(shown, signatures=(b"ten",), message_id=b"")
        memory.keep_answer(sha256(b"more"), message, b"second", case, 1, ten)
    assert memory.answer(sha256(b"more"), message) is None
    claim(memory, signatures=(b"ten",), statement=sha256(b"another"), message_id=b"")  # it was not kept
    with pytest.raises(RuntimeFault, match="does not open"):
        memory.answer(question, sha256(b"another mail"))
    memory.replace_answer(question, message, b"third")
    memory.close()
    again = Memory(tmp_path / "memory.sqlite", bytes([1]) * 32)
    assert again.answer(question, message) == b"third"
    again.close()
    other.close()
    assert not again.is_open()


def test_keys_are_made_once(tmp_path: Path) -> None:
    place = tmp_path / "keys" / "a.key", tmp_path / "keys" / "a.secret"
    key = create_keys(*place)
    assert load_keys(*place)[0].address == key.address and "private" not in repr(key)
    with pytest.raises(Exception, match="never overwritten"):
        create_keys(*place)
    place[0].chmod(0o644)
    with pytest.raises(RuntimeSetting, match="chmod 600"):
        load_keys(*place)
    place[0].unlink()
    with pytest.raises(RuntimeSetting, match="habeas attester init"):
        load_keys(*place)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"scopes": ["post"]}, "cannot be checked by a program"),
        ({"scopes": ["all"]}, "is no scope"),
        ({"ledgers": {"habeas.example/main": "http://habeas.example"}}, "https"),
        ({"ledgers": {"a+b": "https://habeas.example"}}, "ledgers"),
        ({"well_known_overrides": {"shop.example": "http://192.0.2.1:80"}}, "127.0.0.1"),
        ({"mail_domains": {"shop.example": []}}, "mail_domains"),
        ({"mail_domains": {"Shop": ["shop.example"]}}, "mail_domains"),
        ({"max_message_bytes": 52_428_801}, "max_message_bytes"),
        ({"client_header": "X-Forwarded-For"}, "client_header"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_wrong_settings(tmp_path: Path, given: dict[str, object], named: str) -> None:
    with pytest.raises(RuntimeSetting, match=named):
        load_attester(home=tmp_path, **given)


def test_settings_from_file_and_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "attester.toml").write_text('name = "watch.example"\nport = 1\nresolvers = ["one=192.0.2.53"]\n')
    monkeypatch.setenv("HABEAS_ATTESTER_HOME", str(tmp_path))
    monkeypatch.setenv("HABEAS_ATTESTER_PORT", "2")
    monkeypatch.setenv("HABEAS_ATTESTER_SCOPES", "dns, dkim")
    monkeypatch.setenv("HABEAS_ATTESTER_QUORUM", "2")  # a setting of a ledger
    settings = load_attester(host="127.0.0.2")
    assert (settings.name, settings.port, settings.host) == ("watch.example", 2, "127.0.0.2")
    assert settings.scopes == ["dkim", "dns"] and load_attester(scopes=None or [*CHECKED]).scopes == [*CHECKED]
    assert settings.domains_of("shop.example") == {"shop.example"}


@pytest.mark.parametrize(
    "text", ["key = 1", "[[key]]\ndigest = '0x00'\n", "x = 1", "[[key]]\ndigest = 1\npublished_at = 2\n", "="]
)
def test_wrong_list_of_published_keys(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(text)
    with pytest.raises(RuntimeSetting, match="published_keys"):
        read_published(path)


def test_what_it_says_of_itself(matter: Matter) -> None:
    one = matter.start("watch.example")
    value = httpx2.get(f"{one.url}/v1/attester").json()
    assert (value["name"], value["address"]) == ("watch.example", encode_hex(one.address))
    assert value["scopes"] == [*CHECKED] and value["ledgers"] == [{"ledger": matter.origin, "url": matter.url}]
    assert value["resolvers"] == [server.address for server in matter.names]
    assert httpx2.get(f"{one.url}/readyz").json()["ready"] is True
    case = matter.opened()
    answers: tuple[MailAnswer, ...] = matter.attested(case, matter.mail(case))
    assert answers[0].problem is None
    figures = httpx2.get(f"{one.url}/metrics").text
    assert 'habeas_attested_total{result="grade_a"} 1.0' in figures
    page = httpx2.get(f"{one.url}/docs").text
    assert "<code>POST /v1/attest</code>" in page
    assert httpx2.get(f"{one.url}/problems/refused-mail").status_code == 200
    one.parts.memory.close()
    ready = httpx2.get(f"{one.url}/readyz")
    assert ready.status_code == 503 and ready.json()["parts"][0]["ready"] is False
