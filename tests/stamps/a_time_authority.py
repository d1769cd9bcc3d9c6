"""A time-stamp authority on loopback: a real HTTP server that signs real tokens, or misbehaves as it is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from ledger.stamp import der
from tools.vectors._authority import Authority, response

Answer = Callable[["TimeServer", bytes, int], bytes]


@dataclass
class TimeServer:
    """``answer`` gives the body for an imprint (SHA-256) and a nonce; ``status`` goes with it."""

    by: Authority
    url: str = ""
    status: int = 200
    answer: Answer | None = None
    clock: Callable[[], float] = time.time
    silent_after: int | None = None
    """Bytes of the answer after which nothing more comes; -1: not even its head."""
    done: threading.Event = field(default_factory=threading.Event)
    """Set at the end; whoever is silent waits for it."""
    asked: list[bytes] = field(default_factory=list)
    """Imprints, in order."""

    def body(self, request: bytes) -> bytes:
        version, imprint, nonce, *rest = der.read(request, "the request").items(der.SEQUENCE, "the request")
        assert version.integer("version") == 1 and [item.raw for item in rest] == [b"\x01\x01\xff"]
        digest = imprint.items(der.SEQUENCE, "the imprint")[1].body
        self.asked.append(digest)
        return (self.answer or TimeServer.honest)(self, digest, nonce.integer("nonce"))

    def honest(self, digest: bytes, nonce: int) -> bytes:
        return response(self.by.token(b"", int(self.clock()), imprint=digest, nonce=nonce))


@contextmanager
def serving(by: Authority) -> Iterator[TimeServer]:
    """Runs until the block ends."""
    server = TimeServer(by)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            body = server.body(self.rfile.read(int(self.headers["Content-Length"])))
            if server.silent_after == -1:
                server.done.wait()
            self.send_response(server.status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            try:
                self.wfile.write(body[: server.silent_after])
                self.wfile.flush()
                if server.silent_after is not None:
                    server.done.wait()
            except (BrokenPipeError, ConnectionResetError):
                pass  # who asked has had enough

        def log_message(self, format: str, *args: object) -> None:
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server.url = f"http://127.0.0.1:{http.server_port}/tsr"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server
    finally:
        server.done.set()
        http.shutdown()
        thread.join()
        http.server_close()


def settings_of(folder: Path, *servers: TimeServer) -> dict[str, object]:
    """The settings of a ledger that asks these authorities; their roots are written into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    roots = {server.by.name: folder / f"{server.by.name}.pem" for server in servers}
    for server in servers:
        roots[server.by.name].write_text(server.by.pem)
    return {
        "time_authorities": {server.by.name: server.url for server in servers},
        "time_authority_roots": roots,
        "time_quorum": max(1, len(servers)),
    }
