"""The log's files: tiles, entry bundles, addenda, checkpoint, in a local folder or S3-like storage.

Every file but ``checkpoint`` is immutable: writing it again writes the same bytes. A write is
atomic (a reader sees the old file or the new one, never half of it). The database is the durable
side; after power loss the sequencer writes again what a folder has lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import unquote, urlparse

import obstore
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url

from ledger.errors import RuntimeSetting, RuntimeStore
from ledger.tiles import ADDENDA_MARKER, CHECKPOINT_PATH

_TEXT = {"Content-Type": "text/plain; charset=utf-8"}
_BINARY = {"Content-Type": "application/octet-stream"}
_JSON = {"Content-Type": "application/json"}
_FILE_WRITERS = 4
_CLOUD_WRITERS = 32
_PIECE = 128


class Objects:
    """One prefix of an object store. Paths are the C2SP paths, without a leading slash.

    All trouble is RuntimeStore: it is on our side, it passes, and trying again is right.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_local = url.startswith("file:")
        self._store = _open(url)
        self._count = _FILE_WRITERS if self.is_local else _CLOUD_WRITERS
        self._writers = ThreadPoolExecutor(self._count, "objects")

    def put(self, path: str, data: bytes) -> None:
        """Write one file atomically."""
        try:
            # A folder keeps no content types; the API sets them itself.
            attributes = None if self.is_local else _content_type(path)
            obstore.put(self._store, path, data, attributes=attributes)
        except (BaseError, OSError) as error:
            raise RuntimeStore(f"{path} could not be written to {self.url}: {error}") from error

    def put_many(self, files: Iterable[tuple[str, bytes]]) -> None:
        """Write many files, several at once; returns when all are written."""
        # Each thread takes a piece: handing over every single file costs as much as writing it.
        waiting = list(files)
        size = min(_PIECE, -(-len(waiting) // self._count) or 1)
        pieces = [waiting[start : start + size] for start in range(0, len(waiting), size)]
        for _ in self._writers.map(self._put_piece, pieces):
            pass

    def _put_piece(self, piece: Iterable[tuple[str, bytes]]) -> None:
        for path, data in piece:
            self.put(path, data)

    def get(self, path: str) -> bytes | None:
        """The file's bytes, or None."""
        try:
            return bytes(obstore.get(self._store, path).bytes())
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise RuntimeStore(f"{path} could not be read from {self.url}: {error}") from error

    def delete(self, path: str) -> None:
        """Remove a file; nothing happens if it is not there."""
        try:
            obstore.delete(self._store, path)
        except FileNotFoundError:
            return
        except (BaseError, OSError) as error:
            raise RuntimeStore(f"{path} could not be removed from {self.url}: {error}") from error

    def mark(self) -> None:
        """Write the empty marker that says: entries end in an addenda suffix."""
        if self.get(ADDENDA_MARKER) is None:
            self.put(ADDENDA_MARKER, b"")

    def close(self) -> None:
        self._writers.shutdown()


def _open(url: str) -> ObjectStore:
    try:
        if url.startswith("file:"):
            Path(unquote(urlparse(url).path)).mkdir(parents=True, exist_ok=True)
            return from_url(url, mkdir=True)
        return from_url(url)
    except (BaseError, OSError, ValueError) as error:
        reason = str(error).split("\n")[0]
        raise RuntimeSetting(f"objects_url {url!r} cannot be opened: {reason}") from None


def _content_type(path: str) -> dict[str, str]:
    if path == CHECKPOINT_PATH:
        return _TEXT
    return _JSON if path.startswith("addenda/") else _BINARY
