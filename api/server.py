"""The API as a process: uvicorn with the options that this service wants."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import uvicorn
import uvloop
from fastapi import FastAPI

from api.app import create_app
from ledger.errors import RuntimePortTaken
from ledger.runtime.wellknown import KeyFinder
from ledger.runtime.wiring import Services

GRACE_S = 20
BACKLOG = 2048


class _Server(uvicorn.Server):
    """Returns after a signal; uvicorn's own would then kill the process before it tidied up."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class AppServer:
    """Binds at once, so that ``address`` is known before ``run``. With port 0 the system gives a free one.

    Raises RuntimePortTaken, which names the setting ``api_port`` or whatever ``setting`` is.
    """

    def __init__(self, app: FastAPI, host: str, port: int, setting: str = "api_port") -> None:
        self._socket = _bind(host, port, setting)
        host, port = self._socket.getsockname()[:2]
        self.address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        config = uvicorn.Config(
            app,
            log_config=None,  # logs are set up by the process (ledger.runtime.logs)
            access_log=False,  # it would write addresses of clients
            server_header=False,
            proxy_headers=False,
            backlog=BACKLOG,
            timeout_graceful_shutdown=GRACE_S,
        )
        self._server = _Server(config)

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT (in the main thread), or ``stop``.

        Then nothing new is accepted, requests in flight get their answers, and it returns.
        """
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(self.serve())

    async def serve(self) -> None:
        """Like ``run``, in a running event loop."""
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            self._socket.close()

    def stop(self) -> None:
        """Ask ``run`` to return; from any thread."""
        self._server.should_exit = True


class ApiServer(AppServer):
    """The server of a ledger's API, on host and port of its settings."""

    def __init__(self, services: Services, finders: Mapping[str, KeyFinder] | None = None) -> None:
        settings = services.settings
        super().__init__(create_app(services, finders), settings.api_host, settings.api_port)


def _bind(host: str, port: int, setting: str) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
        bound.listen(BACKLOG)  # whoever connects before ``run`` waits and is not refused
    except OSError as error:
        bound.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            raise RuntimePortTaken(
                f"port {port} of {host} is taken; stop what listens there, or set {setting} to another one or to 0"
            ) from None
        raise
    return bound
