"""Company keys over real DNS, HTTP and TLS on loopback; every refusal of the specification."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from ledger.companies import MAX_BYTES, WELL_KNOWN_PATH, encode_txt, encode_well_known
from ledger.errors import MalformedWellKnown, RefusedWellKnown, RuntimeSetting
from ledger.runtime import wellknown
from ledger.runtime.wellknown import DnsKeyFinder, WellKnownKeyFinder, is_public_address, open_resolver
from tests.api.local_servers import DnsTestServer, Page, TestAuthority, WebTestServer

COMPANY = "shop.example"
KEY, OTHER = bytes(19) + b"\x01", bytes(19) + b"\x02"
FILE = encode_well_known(COMPANY, [KEY, OTHER])


@pytest.fixture
def dns_server() -> Iterator[DnsTestServer]:
    with DnsTestServer({(COMPANY, "A"): ["127.0.0.1"]}).running() as server:
        yield server


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def certificate(authority: TestAuthority) -> Path:
    return authority.certificate(COMPANY)


@dataclass
class Site:
    web: WebTestServer
    finder: WellKnownKeyFinder
    dns: DnsTestServer

    def find(self) -> tuple[bytes, ...]:
        return asyncio.run(self.finder.find(COMPANY))

    def refused(self, match: str) -> None:
        with pytest.raises(RefusedWellKnown, match=match):
            self.find()


@pytest.fixture
def site(dns_server: DnsTestServer, authority: TestAuthority, certificate: Path) -> Iterator[Site]:
    with WebTestServer({WELL_KNOWN_PATH: Page(FILE)}, certificate).running() as web:
        resolver = open_resolver([dns_server.address])
        finder = WellKnownKeyFinder(
            resolver, context=authority.context, port=web.port, is_allowed=lambda address: address == "127.0.0.1"
        )
        yield Site(web, finder, dns_server)


def find_txt(server: DnsTestServer, *texts: str) -> tuple[bytes, ...]:
    server.records[f"_habeas.{COMPANY}", "TXT"] = list(texts)
    return asyncio.run(DnsKeyFinder(open_resolver([server.address])).find(COMPANY))


def test_txt_records(dns_server: DnsTestServer) -> None:
    found = find_txt(dns_server, f'"{encode_txt(OTHER)}"', '"v=spf1 -all"', f'"{encode_txt(KEY)}"')
    assert found == (KEY, OTHER)
    assert dns_server.asked == [(f"_habeas.{COMPANY}", "TXT")]


def test_txt_record_in_two_strings(dns_server: DnsTestServer) -> None:
    record = encode_txt(KEY)
    assert find_txt(dns_server, f'"{record[:20]}" "{record[20:]}"') == (KEY,)


def test_txt_absent(dns_server: DnsTestServer) -> None:
    finder = DnsKeyFinder(open_resolver([dns_server.address]))
    with pytest.raises(RefusedWellKnown, match="has no TXT record"):
        asyncio.run(finder.find(COMPANY))
    with pytest.raises(RefusedWellKnown, match="none that starts with"):
        find_txt(dns_server, '"v=spf1 -all"')
    with pytest.raises(MalformedWellKnown):
        find_txt(dns_server, '"habeas1 key=0x12"')


def test_dns_silent(dns_server: DnsTestServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wellknown, "TIMEOUT_S", 0.2)
    dns_server.silent = {f"_habeas.{COMPANY}", COMPANY}
    resolver = open_resolver([dns_server.address])
    with pytest.raises(RefusedWellKnown, match="cannot be read"):
        asyncio.run(DnsKeyFinder(resolver).find(COMPANY))
    with pytest.raises(RefusedWellKnown, match=r"did not answer within 0.2 seconds|cannot be found"):
        asyncio.run(WellKnownKeyFinder(resolver).find(COMPANY))


def test_file(site: Site) -> None:
    assert site.find() == (KEY, OTHER)
    assert site.web.hosts == [COMPANY]
    assert (COMPANY, "A") in site.dns.asked


def test_file_of_another_company(site: Site) -> None:
    site.web.pages[WELL_KNOWN_PATH] = Page(encode_well_known("other.example", [KEY]))
    with pytest.raises(MalformedWellKnown, match=r"company must be shop\.example"):
        site.find()


def test_file_absent(site: Site) -> None:
    del site.web.pages[WELL_KNOWN_PATH]
    site.refused("answers 404")


def test_one_redirect_on_the_same_host(site: Site) -> None:
    site.web.pages[WELL_KNOWN_PATH] = Page(status=301, headers=(("Location", "/keys?v=1"),))
    site.web.pages["/keys?v=1"] = Page(FILE)
    assert site.find() == (KEY, OTHER)
    site.web.pages[WELL_KNOWN_PATH] = Page(status=308, headers=(("Location", f"https://{COMPANY}/keys?v=1"),))
    assert site.find() == (KEY, OTHER)


@pytest.mark.parametrize(
    "location",
    [
        "https://other.example/.well-known/habeas.json",
        f"http://{COMPANY}/keys",
        f"https://{COMPANY}.other.example/keys",
        f"https://{COMPANY}:8443/keys",
        f"https://user@{COMPANY}/keys",
        f"https://{COMPANY}@other.example/keys",
        "//other.example/keys",
        "https://127.0.0.1/keys",
        "ftp://shop.example/keys",
        "https://[broken/keys",
    ],
)
def test_foreign_redirect(site: Site, location: str) -> None:
    site.web.pages[WELL_KNOWN_PATH] = Page(status=302, headers=(("Location", location),))
    site.refused("redirects to")
    assert len(site.web.hosts) == 1


def test_second_redirect(site: Site) -> None:
    site.web.pages[WELL_KNOWN_PATH] = Page(status=302, headers=(("Location", "/a"),))
    site.web.pages["/a"] = Page(status=302, headers=(("Location", "/b"),))
    site.web.pages["/b"] = Page(FILE)
    site.refused("redirects more often")


@pytest.mark.parametrize("announce", [True, False])
def test_too_long(site: Site, announce: bool) -> None:
    padding = MAX_BYTES - len(FILE)
    site.web.pages[WELL_KNOWN_PATH] = Page(FILE + b" " * padding, announce=announce)
    assert site.find() == (KEY, OTHER)
    site.web.pages[WELL_KNOWN_PATH] = Page(FILE + b" " * (padding + 1), announce=announce)
    site.refused("more than 65536 bytes")


def test_compressed(site: Site) -> None:
    site.web.pages[WELL_KNOWN_PATH] = Page(FILE, headers=(("Content-Encoding", "gzip"),))
    site.refused("compressed")


def test_dripping(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wellknown, "TIMEOUT_S", 0.5)
    site.web.pages[WELL_KNOWN_PATH] = Page(FILE, pause=0.05)
    site.refused("did not answer within")


def test_unknown_authority(site: Site) -> None:
    site.finder = WellKnownKeyFinder(
        site.finder.resolver, port=site.web.port, is_allowed=lambda address: address == "127.0.0.1"
    )
    site.refused("CERTIFICATE_VERIFY_FAILED")
    assert site.web.hosts == []


def test_certificate_of_another_name(site: Site, authority: TestAuthority) -> None:
    pages = site.web.pages
    with WebTestServer(pages, authority.certificate("other.example", "127.0.0.1")).running() as web:
        site.finder = replace(site.finder, port=web.port)
        site.refused("CERTIFICATE_VERIFY_FAILED")
        assert web.hosts == []


def test_nothing_listens(site: Site) -> None:
    with WebTestServer().running() as gone:
        port = gone.port
    site.finder = replace(site.finder, port=port)
    site.refused("cannot be read")


@pytest.mark.parametrize(
    ("kind", "address"),
    [("A", "127.0.0.1"), ("A", "10.0.0.1"), ("A", "169.254.169.254"), ("AAAA", "::1"), ("AAAA", "::ffff:8.8.8.8")],
)
def test_address_that_is_not_public(site: Site, kind: str, address: str) -> None:
    site.finder = replace(site.finder, is_allowed=is_public_address)
    site.dns.records = {(COMPANY, kind): [address]}
    site.refused("no public address")
    assert site.web.hosts == []


def test_one_private_address_among_public_ones(site: Site) -> None:
    site.finder = replace(site.finder, is_allowed=is_public_address)
    site.dns.records = {(COMPANY, "A"): ["93.184.215.14", "192.168.0.1"]}
    site.refused("no public address")


def test_the_checked_address_is_the_one_connected_to(site: Site) -> None:
    """A name that answers differently each time (DNS rebinding) is asked once."""
    site.find()
    assert site.dns.asked.count((COMPANY, "A")) == 1


def test_no_address(site: Site) -> None:
    site.dns.records = {}
    site.refused("has no address")


def test_a_proxy_in_the_environment_is_not_used(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert site.find() == (KEY, OTHER)


def test_override(dns_server: DnsTestServer) -> None:
    with WebTestServer({WELL_KNOWN_PATH: Page(FILE)}).running() as web:
        finder = WellKnownKeyFinder(
            open_resolver([dns_server.address]), overrides={COMPANY: f"http://127.0.0.1:{web.port}"}
        )
        assert asyncio.run(finder.find(COMPANY)) == (KEY, OTHER)
        assert dns_server.asked == []
        web.pages[WELL_KNOWN_PATH] = Page(status=302, headers=(("Location", "/x"),))
        with pytest.raises(RefusedWellKnown, match="redirects more often"):
            asyncio.run(finder.find(COMPANY))


@pytest.mark.parametrize("url", ["http://127.0.0.1:80@other.example", "http://other.example:80", "https://127.0.0.1:1"])
def test_override_that_is_not_loopback(dns_server: DnsTestServer, url: str) -> None:
    finder = WellKnownKeyFinder(open_resolver([dns_server.address]), overrides={COMPANY: url})
    with pytest.raises(RuntimeSetting, match="must map to"):
        asyncio.run(finder.find(COMPANY))


@pytest.mark.parametrize("company", ["127.0.0.1", "localhost", "shop.example:8443", "user@shop.example", "a.b/c"])
def test_not_a_domain(site: Site, company: str) -> None:
    finders: list[Callable[[str], object]] = [
        lambda name: asyncio.run(site.finder.find(name)),
        lambda name: asyncio.run(DnsKeyFinder(site.finder.resolver).find(name)),
    ]
    for find in finders:
        with pytest.raises(MalformedWellKnown):
            find(company)
    assert site.dns.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:220:1:248:1893:25c8:1946", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("100.64.0.1", False),
        ("169.254.169.254", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("192.0.2.1", False),
        ("192.88.99.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("239.255.255.255", False),
        ("240.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::ffff:93.184.215.14", False),
        ("::93.184.215.14", False),
        ("64:ff9b::5db8:d70e", False),
        ("2002:5db8:d70e::1", False),
        ("2001::1", False),
        ("2001:db8::1", False),
        ("fc00::1", False),
        ("fe80::1", False),
        ("fe80::1%1", False),
        ("2606:2800:220:1:248:1893:25c8:1946%1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("3fff::1", False),
        ("not an address", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public_address(address) is public


@pytest.mark.parametrize("server", ["", "dns.example", "192.0.2.1:", "192.0.2.1:65536", "2001:db8::1", "300.1.1.1"])
def test_resolver_setting(server: str) -> None:
    with pytest.raises(RuntimeSetting, match="dns_servers"):
        open_resolver([server])


def test_resolver_setting_with_ports() -> None:
    resolver = open_resolver(["192.0.2.1", "192.0.2.2:5353", "[2001:db8::1]:53"])
    assert [str(server) for server in resolver.nameservers] == [
        "Do53:192.0.2.1@53",
        "Do53:192.0.2.2@5353",
        "Do53:2001:db8::1@53",
    ]
