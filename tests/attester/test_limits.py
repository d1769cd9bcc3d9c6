"""What the attester bears: sizes, rates, places, scopes, and what it says of itself."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import httpx2
import pytest

from api.attester import attest as attest_route
from api.attester import context
from api.attester.attest import read_seconds
from api.attester.context import Places
from ledger.cli.attesting import MailAnswer
from ledger.encoding import encode_hex
from ledger.errors import RefusedBusy, RefusedRate, RuntimeLedger
from ledger.runtime.attester.limits import MAX_CLIENTS, RateLimit, client_of, group_of
from ledger.runtime.attester.settings import CHECKED
from ledger.statement import RecentBlock
from tests.attester.conftest import Matter, Running, disclosed, headers


def test_a_large_mail(matter: Matter) -> None:
    """Ten megabytes go through; more than the setting are refused before a byte is read."""
    matter.start("large")
    case = matter.opened()
    message = matter.mail(case, text="x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 145_000)
    assert len(message) > 10_000_000
    assert matter.attested(case, message)[0].result == "grade_a"
    matter.attesters.clear()
    matter.start("small", max_message_bytes=4096)
    [answer] = matter.attested(case, message, day=22)
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


def test_a_client_behind_a_proxy_that_names_the_port(matter: Matter) -> None:
    """Each connection comes from another port and is the same client."""
    one = matter.start(client_per_minute=2, client_header="x-forwarded-for")
    for first, second in (("192.0.2.7:4711", "192.0.2.7:4712"), ("[2001:db8::1]:80", "[2001:db8::2]:81")):
        named = [first, second, first.rpartition(":")[0]]
        codes = [
            httpx2.post(f"{one.url}/v1/attest", headers={"X-Forwarded-For": client}).status_code for client in named
        ]
        assert codes == [400, 400, 429]


def test_only_the_proxy_names_clients(matter: Matter) -> None:
    """Whoever reaches the port past the proxy could else be a new client with each request."""
    one = matter.start(client_per_minute=2, client_header="x-forwarded-for", proxies=["192.0.2.10"])
    named = [{"X-Forwarded-For": f"198.51.100.{number}"} for number in range(3)]
    codes = [httpx2.post(f"{one.url}/v1/attest", headers=given).status_code for given in named]
    assert codes == [400, 400, 429]


@pytest.mark.parametrize(
    ("connected", "named", "client"),
    [
        ("192.0.2.10", [], "192.0.2.10"),
        ("192.0.2.10", ["203.0.113.1, 203.0.113.2:99"], "203.0.113.2:99"),
        ("192.0.2.10", ["203.0.113.1", "203.0.113.2"], "203.0.113.2"),
        ("192.0.2.10", ["203.0.113.1,"], "192.0.2.10"),
        ("::ffff:192.0.2.10", ["203.0.113.1"], "203.0.113.1"),
        ("2001:db8::5", ["203.0.113.1"], "203.0.113.1"),
        ("2001:db8:0:1::5", ["203.0.113.1"], "2001:db8:0:1::5"),
        ("192.0.2.11", ["203.0.113.1"], "192.0.2.11"),
        ("", ["203.0.113.1"], ""),
    ],
)
def test_whom_the_header_names(connected: str, named: list[str], client: str) -> None:
    proxies = (ipaddress.ip_network("192.0.2.10"), ipaddress.ip_network("2001:db8::/64"))
    assert client_of(connected, named, proxies) == client


@pytest.mark.parametrize("twice", ["Habeas-Ledger", "Habeas-Statement", "Habeas-Disclosure", "Content-Type"])
def test_a_header_that_stands_twice(matter: Matter, twice: str) -> None:
    """A proxy that checks the first and a server that reads the second would see two questions."""
    one = matter.start()
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    statement = matter.acknowledged(case, disclosure)
    given = headers(matter, disclosure.encoded, statement.id)
    for again in (given[twice], "x"):
        sent = [*given.items(), (twice.lower(), again)]
        answer = httpx2.post(f"{one.url}/v1/attest", content=message, headers=sent)
        assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed-request")
        assert answer.json()["detail"] == f"the header {twice} stands 2 times in the request; send it once"
    assert httpx2.post(f"{one.url}/v1/attest", content=message, headers=given).status_code == 200


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
        ("[::1]:80", "::/64"),
        ("[fe80::1%eth0]:80", "fe80::/64"),
        ("[::ffff:192.0.2.1]:80", "192.0.2.1"),
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


class Slow:
    """A client that sends the first bytes of its mail, and the others when it is let go."""

    def __init__(self, url: str, message: bytes, sent: dict[str, str]) -> None:
        self._begun, self._go_on = threading.Event(), threading.Event()
        self.statuses: list[int] = []
        self._thread = threading.Thread(target=self._send, args=(url, message, sent))
        self._thread.start()
        assert self._begun.wait(30)

    def _send(self, url: str, message: bytes, sent: dict[str, str]) -> None:
        with suppress(httpx2.HTTPError):
            answer = httpx2.post(url, content=self._slowly(message), headers=sent, timeout=60)
            self.statuses.append(answer.status_code)

    def _slowly(self, message: bytes) -> Iterator[bytes]:
        yield message[:10]
        self._begun.set()
        assert self._go_on.wait(60)
        yield message[10:]

    def end(self) -> None:
        self._go_on.set()
        self._thread.join()


def test_a_slow_client_blocks_nobody_else(matter: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    """He has all places but one."""
    monkeypatch.setattr(attest_route, "START_S", 60.0)
    one = matter.start(concurrency=2, client_header="x-forwarded-for")
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    sent = headers(matter, disclosure.encoded, matter.acknowledged(case, disclosure).id)
    slow = Slow(f"{one.url}/v1/attest", message, {**sent, "X-Forwarded-For": "192.0.2.1:1"})
    busy = _until_busy(one, message, {**sent, "X-Forwarded-For": "192.0.2.1:2"})
    assert "of yours" in busy.json()["detail"]
    other = httpx2.post(f"{one.url}/v1/attest", content=message, headers={**sent, "X-Forwarded-For": "192.0.2.2"})
    assert (other.status_code, other.json()["result"]) == (200, "grade_a")
    slow.end()
    assert slow.statuses == [200]


def test_a_slow_body_is_given_up(matter: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attest_route, "START_S", 0.2)
    one = matter.start(concurrency=1)
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    sent = headers(matter, disclosure.encoded, matter.acknowledged(case, disclosure).id)
    slow = Slow(f"{one.url}/v1/attest", message, sent)
    until = time.monotonic() + 30
    given_up = 'habeas_http_requests_total{status="408"} 1.0'
    while given_up not in httpx2.get(f"{one.url}/metrics").text:
        assert time.monotonic() < until
    monkeypatch.setattr(attest_route, "START_S", 60.0)
    assert httpx2.post(f"{one.url}/v1/attest", content=message, headers=sent).status_code == 200, "the place is free"
    slow.end()
    assert slow.statuses in ([408], []), "he reads the answer, or finds the connection closed"


@pytest.mark.parametrize(("length", "seconds"), [(0, 5), (100_000, 6), (1_000_000, 15), (50_000_000, 60)])
def test_the_time_for_a_body(length: int, seconds: float) -> None:
    assert read_seconds(length) == seconds


def test_places() -> None:
    places = Places(3, "mails")
    with places.take(b"one"), places.take(b"one"):
        with pytest.raises(RefusedBusy, match="of yours"), places.take(b"one"):
            pass
        with places.take(b"two"), pytest.raises(RefusedBusy, match="too many mails are"), places.take(b"three"):
            pass
        with places.take(b"three"):
            pass
    assert not places._of, "nobody is remembered"
    with Places(1, "mails").take(b"one"):
        pass


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


def test_readiness_asks_no_ledger_for_everybody(matter: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    one = matter.start()
    asked = []
    real = matter.client.recent_block

    def counted() -> RecentBlock:
        asked.append(1)
        return real()

    def gone() -> RecentBlock:
        raise RuntimeLedger("the cable is cut")

    def statuses() -> set[int]:
        with ThreadPoolExecutor(6) as pool:
            return {answer.status_code for answer in pool.map(lambda _: httpx2.get(f"{one.url}/readyz"), range(6))}

    monkeypatch.setattr(context, "READY_S", 3600.0)
    monkeypatch.setattr(matter.client, "recent_block", counted)
    assert statuses() == {200} and len(asked) == 1
    monkeypatch.setattr(matter.client, "recent_block", gone)
    assert statuses() == {200}, "as it was found last"
    monkeypatch.setattr(context, "READY_S", 0.0)
    assert statuses() == {503}


def test_the_schema_names_every_member(matter: Matter) -> None:
    one = matter.start()
    case = matter.opened()
    disclosure = disclosed(message := matter.mail(case))
    sent = headers(matter, disclosure.encoded, matter.acknowledged(case, disclosure).id)
    answer = httpx2.post(f"{one.url}/v1/attest", content=message, headers=sent).json()
    schemas = httpx2.get(f"{one.url}/openapi.json").json()["components"]["schemas"]
    for name, value in (("AttestedMail", answer), ("Checked", answer["mail"]), ("Attested", answer["attested"][0])):
        assert set(schemas[name]["properties"]) == set(value) == set(schemas[name]["required"]), name
