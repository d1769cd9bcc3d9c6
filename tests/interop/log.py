"""The log to judge: 100,000 statements recorded over the API of a running service, and proofs of it."""

from __future__ import annotations

import json
import shutil
import threading
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sqlalchemy import select

from ledger.encoding import encode_base64
from ledger.runtime.log_reader import LogReader
from ledger.runtime.objects import Objects
from ledger.runtime.settings import load_settings
from ledger.runtime.store import Store
from ledger.runtime.tables import CheckpointRow, Entry, table

_CHECKPOINT, _ENTRY = table(CheckpointRow), table(Entry)
_SERVED = 40
_OLDER = 12


def write_proofs(home: Path, address: str, folder: Path) -> int:
    """tlog-proofs as the API gives them, older ones, and consistency proofs; the size of the log."""
    settings = load_settings(home=home)
    store, objects = Store(settings.database), Objects(settings.objects)
    try:
        reader = LogReader(store, objects)
        with store.read() as session:
            sizes = [row.size for row in session.execute(select(_CHECKPOINT.c.size).order_by(_CHECKPOINT.c.size))]
        newest = reader.size()
        sizes = [size for size in sizes if size <= newest]
        _write_served(store, address, _spread(newest, _SERVED), folder)
        for size in _some(sizes, _OLDER):
            for index in {0, size // 3, size - 1}:
                (folder / f"at-{size}-leaf-{index}.tlog-proof").write_bytes(reader.proof_for(index, size))
        pairs = [(old, newest) for old in _some(sizes[:-1], _OLDER)] + [(sizes[0], sizes[len(sizes) // 2])]
        proofs = [
            {
                "Old": reader.note(old).decode(),
                "New": reader.note(new).decode(),
                "Path": [encode_base64(item) for item in reader.consistency(old, new)],
            }
            for old, new in pairs
        ]
        (folder / "consistency.json").write_text(json.dumps(proofs), encoding="utf-8")
        return newest
    finally:
        objects.close()
        store.close()


def _write_served(store: Store, address: str, indexes: Sequence[int], folder: Path) -> None:
    with store.read() as session:
        rows = session.execute(select(_ENTRY.c.idx, _ENTRY.c.statement_id).where(_ENTRY.c.idx.in_(indexes))).all()
    for row in rows:
        if row.statement_id is not None:
            with urllib.request.urlopen(f"{address}/v1/statements/0x{row.statement_id.hex()}/proof") as answer:
                (folder / f"served-leaf-{row.idx}.tlog-proof").write_bytes(answer.read())


def _spread(end: int, count: int) -> list[int]:
    return sorted({0, end - 1, *(end * number // count for number in range(count))})


def _some(items: Sequence[int], count: int) -> list[int]:
    """The first, the last and evenly between."""
    return sorted({items[place * (len(items) - 1) // max(1, count - 1)] for place in range(count)})


def copy_files(home: Path, copy: Path) -> None:
    """Tiles, entry bundles and checkpoint; the judges do not read addenda."""
    shutil.copytree(home / "log" / "tile", copy / "tile")
    shutil.copy(home / "log" / "checkpoint", copy / "checkpoint")


@contextmanager
def files_served(folder: Path) -> Iterator[str]:
    """A folder over HTTP on a free port of this machine: a log needs no more than that."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Silent, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Silent(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two small writes: else each file waits 40 ms

    def log_message(self, *_: object) -> None:
        pass
