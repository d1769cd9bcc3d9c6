"""A provider as people rent them: forwards to a real node, but refuses, cuts, stalls or hides.

Every answer it does give is the node's own. ``Limits`` may be changed while it runs.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Limits:
    """What this provider does not do. ``asked`` are the widths of the log questions it heard."""

    blocks: int | None = None
    results: int | None = None
    code: int = -32005
    message: str = "query returned more than allowed"
    status: int = 200
    """HTTP status of a refusal; with anything but 200 the body is plain text."""
    truncate: int | None = None
    """Only so many events of an answer, and not a word about it."""
    hide: Callable[[dict[str, Any]], bool] = lambda log: False
    stall_above: int | None = None
    """Wider questions are not answered in time."""
    stall_s: float = 0.0
    pace: int = 0
    """So many of the next questions get 429 with ``retry_after``."""
    retry_after: str | None = "0.2"
    no_state: bool = False
    """Only the newest state is served."""
    extra: list[dict[str, Any]] = field(default_factory=list)
    """Events that are shown although the chain has them no more."""
    down: bool = False
    answers: int | None = None
    """So many answers are left before it is down."""
    asked: list[int] = field(default_factory=list)


@dataclass
class _Provider:
    node: str
    limits: Limits

    def answer(self, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        limits = self.limits
        if limits.answers is not None:
            limits.answers -= 1
        if limits.down or (limits.answers is not None and limits.answers < 0):
            return 500, {}, b"down"
        if limits.pace > 0:
            limits.pace -= 1
            headers = {} if limits.retry_after is None else {"Retry-After": limits.retry_after}
            return 429, headers, b"slow down"
        if (
            limits.no_state
            and request["method"] == "eth_call"
            and request["params"][1] not in ("latest", self._newest())
        ):
            return self._error(request, -32000, "missing trie node")
        if request["method"] == "eth_getLogs":
            return self._logs(request)
        return 200, {}, self._forward(request)

    def _logs(self, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        limits, wanted = self.limits, request["params"][0]
        first, last = int(wanted["fromBlock"], 16), int(wanted["toBlock"], 16)
        width = last - first + 1
        limits.asked.append(width)
        if limits.stall_above is not None and width > limits.stall_above:
            time.sleep(limits.stall_s)
        if limits.blocks is not None and width > limits.blocks:
            return self._refuse(request)
        found = json.loads(self._forward(request))["result"]
        if limits.results is not None and len(found) > limits.results:
            return self._refuse(request)
        shown = [log for log in found if not limits.hide(log)]
        shown += [log for log in limits.extra if first <= int(log["blockNumber"], 16) <= last]
        body = {"jsonrpc": "2.0", "id": request["id"], "result": shown[: limits.truncate]}
        return 200, {}, json.dumps(body).encode()

    def _refuse(self, request: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        if self.limits.status != 200:
            return self.limits.status, {}, self.limits.message.encode()
        return self._error(request, self.limits.code, self.limits.message)

    @staticmethod
    def _error(request: dict[str, Any], code: int, message: str) -> tuple[int, dict[str, str], bytes]:
        error = {"jsonrpc": "2.0", "id": request["id"], "error": {"code": code, "message": message}}
        return 200, {}, json.dumps(error).encode()

    def _newest(self) -> str:
        request = {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []}
        return str(json.loads(self._forward(request))["result"])

    def _forward(self, request: dict[str, Any]) -> bytes:
        headers = {"Content-Type": "application/json"}
        asked = urllib.request.Request(self.node, json.dumps(request).encode(), headers)
        with urllib.request.urlopen(asked, timeout=30) as response:
            return bytes(response.read())


@contextmanager
def provider(node: str, **given: Any) -> Iterator[tuple[str, Limits]]:
    """Serve ``node`` with limits on a free loopback port: its URL, and the limits to change."""
    limits = Limits(**given)
    behind = _Provider(node, limits)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            status, headers, body = behind.answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            with suppress(OSError):  # the client does not wait for ever
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", limits
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
