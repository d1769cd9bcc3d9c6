"""Where an audit reads a log from: an http(s) prefix or a folder with the same names below it.

Nothing that comes from there is believed; here only its size, the time it takes and the number of
tries are bounded. Each thread keeps one connection open.
"""

from __future__ import annotations

import http.client
import ssl
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol
from urllib.parse import urlsplit

from ledger.errors import MalformedRequest, RuntimeFault

TRIES = 6
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 30.0
TIMEOUT_S = 30.0
DEADLINE_S = 120.0
"""For one answer as a whole."""
_PIECE = 65_536

How = Literal["missing", "withheld", "too long"]


@dataclass(frozen=True, slots=True)
class Absent:
    """No bytes: there are none (404), they are withheld (410), or there are too many."""

    how: How


class Source(Protocol):
    """The files of one log."""

    def get(self, path: str, limit: int) -> bytes | Absent:
        """The file at ``path`` of at most ``limit`` bytes. Raises RuntimeFault where it cannot be known."""


def open_source(where: str) -> Source:
    """The log at ``where``. Raises MalformedRequest."""
    if where.startswith(("http://", "https://")):
        return HttpSource(where)
    folder = Path(where.removeprefix("file://"))
    if not where or not folder.is_dir():
        raise MalformedRequest(f"{where[:200]} is no folder, and no address with http:// or https://")
    return FolderSource(folder)


class FolderSource:
    """A log as files of this machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, path: str, limit: int) -> bytes | Absent:
        try:
            with (self._folder / path).open("rb") as file:
                data = file.read(limit + 1)
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            return Absent("missing")
        except OSError as error:
            raise RuntimeFault(f"{self._folder / path} cannot be read: {error.strerror}") from None
        return data if len(data) <= limit else Absent("too long")


class _Busy(Exception):
    """The server wants to be asked later, or something on the way broke: worth another try."""

    def __init__(self, why: str, pause_s: float | None = None) -> None:
        super().__init__(why)
        self.pause_s = pause_s


class HttpSource:
    """A log behind an http(s) prefix. Redirects are not followed: a log has one address."""

    def __init__(self, url: str, tries: int = TRIES, first_pause_s: float = FIRST_PAUSE_S) -> None:
        try:
            parts = urlsplit(url)
            self._host, self._port = parts.hostname or "", parts.port
        except ValueError:
            self._host = ""
        if not self._host or parts.query or parts.fragment:
            raise MalformedRequest(f"{url[:200]!r} is no address of a log, like https://habeas.example/log/")
        self._tls = parts.scheme == "https"
        self._prefix = parts.path.rstrip("/") + "/"
        self.name = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{self._prefix}"
        self._tries, self._first_pause_s = tries, first_pause_s
        self._local = threading.local()

    def get(self, path: str, limit: int) -> bytes | Absent:
        pause = self._first_pause_s
        for attempt in range(1, self._tries + 1):
            try:
                return self._ask(path, limit)
            except _Busy as busy:
                if attempt == self._tries:
                    raise RuntimeFault(f"{self.name}{path}: {busy}; asked {attempt} times") from None
                time.sleep(min(LONGEST_PAUSE_S, pause if busy.pause_s is None else busy.pause_s))
                pause *= 2
        raise AssertionError("every try returns or raises")

    def _ask(self, path: str, limit: int) -> bytes | Absent:
        until = time.monotonic() + DEADLINE_S
        connection, used = self._connection()
        try:
            answer = self._request(connection, path)
            data = self._read(answer, limit, until)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self._drop()
            if used:
                # The server closed the idle connection meanwhile: that is no answer yet.
                return self._ask(path, limit)
            raise _Busy(str(error)[:200] or type(error).__name__) from None
        if data is None:
            self._drop()
            return Absent("too long")
        if answer.status == 200:
            return data
        return self._refused(answer)

    def _request(self, connection: http.client.HTTPConnection, path: str) -> http.client.HTTPResponse:
        connection.request("GET", self._prefix + path, headers=_HEADERS)
        return connection.getresponse()

    def _refused(self, answer: http.client.HTTPResponse) -> Absent:
        if answer.status == 404:
            return Absent("missing")
        if answer.status in (410, 451):
            return Absent("withheld")
        if answer.status in (408, 429) or answer.status >= 500:
            raise _Busy(f"HTTP status {answer.status}", _seconds(answer.headers.get("Retry-After")))
        raise RuntimeFault(f"{self.name} answered with HTTP status {answer.status}")

    @staticmethod
    def _read(answer: http.client.HTTPResponse, limit: int, until: float) -> bytes | None:
        pieces: list[bytes] = []
        size = 0
        while piece := answer.read1(_PIECE):
            size += len(piece)
            if size > limit:
                return None
            if time.monotonic() > until:
                raise ValueError(f"the answer took more than {DEADLINE_S:g} s")
            pieces.append(piece)
        if answer.length:
            raise ValueError("the answer ended early")
        return b"".join(pieces)

    def _connection(self) -> tuple[http.client.HTTPConnection, bool]:
        """This thread's connection, and whether it was used before."""
        made: http.client.HTTPConnection | None = getattr(self._local, "connection", None)
        used = made is not None
        if made is None:
            if self._tls:
                context = ssl.create_default_context()
                made = http.client.HTTPSConnection(self._host, self._port, timeout=TIMEOUT_S, context=context)
            else:
                made = http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT_S)
            self._local.connection = made
        return made, used

    def _drop(self) -> None:
        made = getattr(self._local, "connection", None)
        self._local.connection = None
        if made is not None:
            made.close()


_HEADERS = {"User-Agent": "habeas-audit", "Accept-Encoding": "identity"}


def _seconds(after: str | None) -> float | None:
    return float(after) if after is not None and after.isascii() and after.isdigit() else None
