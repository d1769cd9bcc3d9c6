"""Files from a server that is slow, broken, busy or talks too much."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.cli.auditing.source import Absent, FolderSource, HttpSource, open_source
from ledger.cli.main import main
from ledger.errors import MalformedRequest, RuntimeFault
from tests.audit.log_operator import LogOperator


@contextmanager
def answers(*given: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A server that gives these bytes, one for each request, and closes; what was asked is noted."""
    asked: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        for answer in given:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                asked.append(connection.recv(65_536))
                connection.sendall(answer)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/log", asked
    finally:
        server.shutdown(socket.SHUT_RDWR)  # wakes a thread that waits for a request that never came
        server.close()
        thread.join()


def ok(body: bytes, extra: bytes = b"") -> bytes:
    return b"HTTP/1.1 200 OK\r\n%sContent-Length: %d\r\n\r\n%s" % (extra, len(body), body)


def status(number: int, extra: bytes = b"") -> bytes:
    return b"HTTP/1.1 %d No\r\n%sContent-Length: 0\r\n\r\n" % (number, extra)


def get(url: str, tries: int = 3) -> bytes | Absent:
    return HttpSource(url, tries, 0.001).get("tile/0/000", 10)


def test_what_a_server_says() -> None:
    for answer, expected in (
        (ok(b"0123456789"), b"0123456789"),
        (ok(b"0123456789a"), Absent("too long")),
        (ok(b""), b""),
        (status(404), Absent("missing")),
        (status(410), Absent("withheld")),
        (status(451), Absent("withheld")),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", b"abc"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n0\r\n\r\n", Absent("too long")),
    ):
        with answers(answer) as (url, asked):
            assert get(url) == expected
        assert asked[0].startswith(b"GET /log/tile/0/000 HTTP/1.1\r\n")


def test_it_is_asked_again() -> None:
    """After what passes: a busy server, a fault of its own, a connection that breaks, an answer cut short."""
    for bad in (
        status(429, b"Retry-After: 0\r\n"),
        status(503),
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nshort",
        b"no HTTP at all",
    ):
        with answers(bad, ok(b"good")) as (url, asked):
            assert get(url) == b"good" and len(asked) == 2


def test_it_is_not_asked_for_ever() -> None:
    with answers(*[status(500)] * 3) as (url, asked):
        with pytest.raises(RuntimeFault, match="asked 3 times"):
            get(url)
        assert len(asked) == 3


@pytest.mark.parametrize("number", [301, 403, 206])
def test_other_answers_are_no_answer(number: int) -> None:
    """A redirect is not followed: it could lead into somebody's own network."""
    with answers(status(number, b"Location: http://127.0.0.1:9/\r\n")) as (url, _), pytest.raises(RuntimeFault):
        get(url)


@pytest.mark.parametrize(
    "where", ["", "nowhere", "http://", "http://host:port/", "http://a/log/?x=1", "http://a/log/#x", "ftp://a/log"]
)
def test_what_is_no_log(where: str) -> None:
    with pytest.raises(MalformedRequest):
        open_source(where)


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "checkpoint").write_bytes(b"0123456789")
    source = FolderSource(tmp_path)
    assert source.get("checkpoint", 10) == b"0123456789"
    assert source.get("checkpoint", 9) == Absent("too long")
    assert source.get("tile/0/000", 10) == source.get("", 10) == Absent("missing")


def test_a_log_that_is_not_there_is_no_finding(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 3: nothing was checked, and nothing failed."""
    policy = LogOperator.opened().policy(tmp_path)
    with answers(status(404)) as (url, _):
        assert main(["audit", url, "--trust", str(policy), "--json"]) == 3
    said = capsys.readouterr()
    assert '"exit": 3' in said.out and "mostly ends in /log/" in said.err


def test_wrong_use(tmp_path: Path) -> None:
    """A ledger that the policy does not list, an RPC address that is none: exit code 2."""
    log = LogOperator.opened()
    folder = str(log.publish(tmp_path / "log"))
    assert main(["audit", folder]) == 2
    assert main(["audit", folder, "--trust", str(log.policy(tmp_path)), "--rpc", "nonsense"]) == 2
    assert main(["audit", str(tmp_path / "nowhere")]) == 2
    assert main(["audit"]) == 2
