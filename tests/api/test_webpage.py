"""Fetching a page for a capture: real servers on loopback, and what is never reached."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from ledger.cli.warc import check_warc, encode_warc
from ledger.errors import MalformedRequest, RuntimeFault
from ledger.runtime import webpage
from ledger.runtime.webpage import PageFetcher
from tests.api.local_servers import Page, TestAuthority, WebTestServer

HOST = "shop.example"


class Names:
    """A resolver that leads every name to loopback, or where ``known`` says, and remembers what it was asked."""

    def __init__(self, **known: Sequence[str]) -> None:
        self.known = {name.replace("_", "."): value for name, value in known.items()}
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        return self.known.get(host, ("127.0.0.1",))


def _fetcher(names: Names) -> PageFetcher:
    # Loopback is where the test server is; every other private address stays refused.
    return PageFetcher(names, lambda address: address == "127.0.0.1" or webpage.is_public_address(address))


def test_a_page_over_https(tmp_path: Path) -> None:
    authority = TestAuthority(tmp_path)
    page = Page(b"<p>blocked</p>", headers=(("Set-Cookie", "sid=s3cret"), ("Content-Type", "text/html")))
    server = WebTestServer({"/account?page=2": page}, authority.certificate(HOST))
    with server.running():
        fetcher = PageFetcher(Names(), lambda _: True, authority.context)
        [found] = fetcher.fetch(f"https://{HOST}:{server.port}/account?page=2#part")
    assert (found.status, found.body, found.address) == (200, b"<p>blocked</p>", "127.0.0.1")
    assert found.certificates and found.url.endswith("/account?page=2")
    assert server.hosts == [f"{HOST}:{server.port}"]
    data = encode_warc([found], "habeas")
    assert check_warc(data).secrets == () and check_warc(data).records == 4


def test_a_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    authority = TestAuthority(tmp_path)
    server = WebTestServer({"/": Page(b"x")}, authority.certificate("other.example"))
    with server.running(), pytest.raises(RuntimeFault, match="cannot be reached"):
        PageFetcher(Names(), lambda _: True, authority.context).fetch(f"https://{HOST}:{server.port}/")


def test_redirects_are_kept_one_by_one_and_take_no_cookie_along() -> None:
    moved = Page(status=302, headers=(("Location", "/b"), ("Set-Cookie", "a=b")))
    server = WebTestServer({"/a": moved, "/b": Page(b"here")})
    names = Names()
    with server.running():
        found = _fetcher(names).fetch(f"http://{HOST}:{server.port}/a")
    assert [(each.target, each.status) for each in found] == [("/a", 302), ("/b", 200)]
    assert all(name.lower() != "cookie" for each in found for name, _ in each.request)
    assert len(names.asked) == 2, "each hop is resolved and checked anew"


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254", "192.168.1.1", "::1", "fe80::1", "100.64.0.1"])
def test_a_redirect_into_a_private_network_is_not_followed(address: str) -> None:
    server = WebTestServer({"/": Page(status=302, headers=(("Location", "http://inside.example/secret"),))})
    with server.running(), pytest.raises(MalformedRequest, match="no public address"):
        _fetcher(Names(inside_example=("203.0.114.9", address))).fetch(f"http://{HOST}:{server.port}/")


def test_loopback_itself_is_refused() -> None:
    server = WebTestServer({"/": Page(b"x")})
    with server.running():
        for host in ("127.0.0.1", "localhost"):
            with pytest.raises(MalformedRequest, match="no public address"):
                PageFetcher().fetch(f"http://{host}:{server.port}/")
    assert server.hosts == []


def test_endless_redirects_and_large_pages_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webpage, "MAX_PAGE_BYTES", 1_000)
    pages = {"/a": Page(status=302, headers=(("Location", "/a"),)), "/b": Page(b"x" * 1_001, announce=False)}
    server = WebTestServer(pages)
    with server.running():
        with pytest.raises(RuntimeFault, match="redirects more than 5 times"):
            _fetcher(Names()).fetch(f"http://{HOST}:{server.port}/a")
        with pytest.raises(RuntimeFault, match="more than 1000 bytes"):
            _fetcher(Names()).fetch(f"http://{HOST}:{server.port}/b")


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.example/", "https:///x", "https://kim:pw@a.example/", "https://a.example:99999/", "https://[::1/",
        "https://a.example/\nx", "https://가.example/", "file:///etc/passwd", "gopher://a.example/",
    ],
)  # fmt: skip
def test_addresses_that_are_not_fetched(url: str) -> None:
    names = Names()
    with pytest.raises(MalformedRequest):
        _fetcher(names).fetch(url)
    assert names.asked == []
