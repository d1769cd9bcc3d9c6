"""JSON-RPC nodes on loopback that say what a test tells them to: also what no honest node would."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ledger.bundle import Bundle, parse_bundle
from ledger.encoding import encode_hex
from ledger.evm import parse_header
from tests.cli.broken import bundle_bytes
from tools.vectors._bundles import CHAIN_ID, GENESIS


def _blocks_of(bundle: Bundle) -> dict[int, bytes]:
    headers = [anchor.proof.header for anchor in bundle.anchors.values()]
    headers += [proof.header for proof in bundle.submitted.values()] + list(bundle.blocks.values())
    return {header.number: header.hash for header in map(parse_header, headers)}


@dataclass
class Node:
    """A node of the made-up chain. ``answers`` replaces the result of a method; None lets it fail."""

    chain_id: int = CHAIN_ID
    genesis: bytes = GENESIS
    blocks: dict[int, bytes] = field(default_factory=lambda: _blocks_of(parse_bundle(bundle_bytes())))
    final: int = 10_000
    newest: int = 10_064
    code: bytes = b"code"
    head: int = field(default_factory=lambda: max(parse_bundle(bundle_bytes()).anchors))
    answers: dict[str, object] = field(default_factory=dict)
    raw: bytes | None = None
    """Sent in place of any answer."""
    drip: float = 0.0
    """Seconds between two bytes of the answer."""
    refused: frozenset[str] = frozenset()
    """Methods that are answered with an error of JSON-RPC."""
    asked: list[str] = field(default_factory=list)
    at: dict[str, object] = field(default_factory=dict)
    """The block that code and head were asked at."""

    def answer(self, request: dict[str, Any]) -> bytes:
        method, params = request["method"], request["params"]
        self.asked.append(method)
        if self.raw is not None:
            return self.raw
        if method in self.refused:
            error = {"code": -32000, "message": "missing trie node"}
            return json.dumps({"jsonrpc": "2.0", "id": request["id"], "error": error}).encode()
        if method in self.answers:
            return json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": self.answers[method]}).encode()
        return json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": self._result(method, params)}).encode()

    def _result(self, method: str, params: list[Any]) -> object:
        if method == "eth_chainId":
            return hex(self.chain_id)
        if method in ("eth_getCode", "eth_call"):
            self.at[method] = params[1]
        if method == "eth_getCode":
            return encode_hex(self.code)
        if method == "eth_call":
            return encode_hex(self.head.to_bytes(32) + bytes(128))
        if params[0] == "0x0":
            return {"number": "0x0", "hash": encode_hex(self.genesis)}
        if params[0] in ("finalized", "latest"):
            number = self.final if params[0] == "finalized" else self.newest
            return {"number": hex(number), "hash": encode_hex(bytes(32))}
        number = int(params[0], 16)
        found = self.blocks.get(number)
        return None if found is None else {"number": hex(number), "hash": encode_hex(found)}


@contextmanager
def served(node: Node) -> Iterator[str]:
    """The node over HTTP; gives its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = node.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):  # the client hangs up when it has seen enough
                if not node.drip:
                    self.wfile.write(body)
                for byte in body if node.drip else b"":
                    self.wfile.write(bytes([byte]))
                    self.wfile.flush()
                    time.sleep(node.drip)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def served_on_socket(node: Node, path: Path) -> Iterator[str]:
    """The node over a Unix socket, as anvil and geth offer; the answer comes in pieces."""
    server = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    server.bind(str(path))
    server.listen()

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                answer = node.answer(json.loads(connection.recv(65_536)))
                connection.sendall(answer[:7])
                time.sleep(0.01)
                connection.sendall(answer[7:])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield str(path)
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()
