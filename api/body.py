"""Reading request bodies with limits that hold while reading, not after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from fastapi import Request
from starlette.exceptions import HTTPException

from ledger.errors import MalformedSize
from ledger.statement import MAX_SIGNED_BYTES

MAX_LINES = 10_000
MAX_BATCH_BYTES = 16_777_216
READ_S = 60.0


def require_type(request: Request, wanted: str) -> None:
    """Refuse another Content-Type with status 415."""
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given != wanted:
        raise HTTPException(415, f"the body must be sent as {wanted}, not as {given[:80] or 'nothing'}")


async def read_body(request: Request, limit: int, seconds: float | None = None) -> bytes:
    """The whole body. Raises MalformedSize as soon as more than ``limit`` bytes came or are announced, and gives up
    after ``seconds``, or ``READ_S``."""
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise MalformedSize(f"{announced[:20]} bytes are announced; at most {limit} are accepted")
    chunks: list[bytes] = []
    size = 0
    async for chunk in _chunks(request, READ_S if seconds is None else seconds):
        size += len(chunk)
        if size > limit:
            raise MalformedSize(f"more than {limit} bytes were sent; at most {limit} are accepted")
        chunks.append(chunk)
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def read_lines(request: Request) -> list[bytes | MalformedSize]:
    """The lines of a JSON Lines body, in order, without their newlines.

    A line over 8,192 bytes is replaced by its error and never kept in memory. Raises MalformedSize
    over 10,000 lines or 16,777,216 bytes; nothing of the batch was looked at then.
    """
    splitter = _Splitter()
    size = 0
    async for chunk in _chunks(request, READ_S):
        size += len(chunk)
        if size > MAX_BATCH_BYTES:
            raise MalformedSize(f"more than {MAX_BATCH_BYTES} bytes in one batch; send several batches")
        splitter.feed(chunk)
        if len(splitter.lines) > MAX_LINES:
            raise MalformedSize(f"more than {MAX_LINES} lines in one batch; send several batches")
    lines = splitter.finish()
    if len(lines) > MAX_LINES:
        raise MalformedSize(f"{len(lines)} lines in one batch; at most {MAX_LINES} are accepted, send several batches")
    return lines


async def _chunks(request: Request, seconds: float) -> AsyncIterator[bytes]:
    """The body as it comes. A client that sends too slowly is answered 408 and holds no place for ever."""
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                yield chunk
    except TimeoutError:
        raise HTTPException(408, f"the body did not arrive within {seconds:g} seconds") from None


class _Splitter:
    """Cuts chunks into lines and drops what is over the limit of one line."""

    def __init__(self) -> None:
        self.lines: list[bytes | MalformedSize] = []
        self._kept: list[bytes] = []
        self._length = 0

    def feed(self, chunk: bytes) -> None:
        first, *rest = chunk.split(b"\n")
        self._extend(first)
        for piece in rest:
            self._end()
            self._extend(piece)

    def finish(self) -> list[bytes | MalformedSize]:
        """All lines; the last one needs no newline."""
        if self._length:
            self._end()
        return self.lines

    def _extend(self, piece: bytes) -> None:
        self._length += len(piece)
        if self._length > MAX_SIGNED_BYTES:
            self._kept = []
        elif piece:
            self._kept.append(piece)

    def _end(self) -> None:
        if self._length > MAX_SIGNED_BYTES:
            self.lines.append(
                MalformedSize(f"the line has {self._length} bytes; at most {MAX_SIGNED_BYTES} are accepted")
            )
        else:
            self.lines.append(b"".join(self._kept))
        self._kept, self._length = [], 0
