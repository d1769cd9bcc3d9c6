"""The list of DKIM keys whose private half is public, read again whenever its file changes (docs/spec/attester.md)."""

from __future__ import annotations

import logging
import threading
import tomllib
from pathlib import Path

from ledger.encoding import encode_hex, parse_hex, parse_instant
from ledger.errors import Malformed, MalformedRequest, RuntimeSetting
from ledger.mail.published import PublishedKey

_log = logging.getLogger(__name__)
_Stamp = tuple[int, int, int]


class PublishedList:
    """The keys of one file. A running attester forgets none of them: what an editor has half written, what cannot be
    read, or was taken off, stays in force until the next start, and ``problem`` says so. Safe for many threads.
    """

    def __init__(self, path: Path | None) -> None:
        """Raises RuntimeSetting: a start without the list that the settings name is no start."""
        self.problem: str | None = None
        """What is wrong with the file as it is now."""
        self._path = path
        self._lock = threading.Lock()
        self._stamp = _stamp(path) if path is not None else None
        self._keys = {} if path is None else {key.digest: key for key in read_published(path)}

    def in_force(self) -> tuple[PublishedKey, ...]:
        """The keys now. One look at the file's time and size; a read where they are others than before."""
        with self._lock:
            if self._path is not None:
                stamp = _stamp(self._path)
                # Taken before the file is read: what is written meanwhile is seen the next time.
                if stamp != self._stamp:
                    self._stamp = stamp
                    self._read(self._path)
            return tuple(self._keys.values())

    def _read(self, path: Path) -> None:
        before = dict(self._keys)
        try:
            found = {key.digest: key for key in read_published(path)}
        except RuntimeSetting as error:
            self._say(f"{error}; the list of before stays in force")
            return
        for digest, key in found.items():
            held = before.get(digest)
            if held is None or key.published_at < held.published_at:
                self._keys[digest] = key
        gone = [encode_hex(key.digest) for key in before.values() if key.digest not in found]
        later = [encode_hex(digest) for digest, key in before.items() if self._keys[digest] != found.get(digest, key)]
        if gone or later:
            what = f"it no longer has {gone[0]}" if gone else f"it has a later time for {later[0]}"
            self._say(f"published_keys: {path}: {what}; what was known stays in force until the next start")
            return
        self.problem = None
        _log.info("published_keys: %s was read again, %d keys", path, len(self._keys))

    def _say(self, problem: str) -> None:
        self.problem = problem
        _log.error("%s", problem)


def _stamp(path: Path) -> _Stamp | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def read_published(path: Path) -> tuple[PublishedKey, ...]:
    """The keys in a file of ``[[key]]`` entries with ``digest`` and ``published_at``. Raises RuntimeSetting."""
    try:
        value = tomllib.loads(path.read_text("utf-8"))
        if set(value) - {"key"} or not isinstance(value.get("key", []), list):
            raise MalformedRequest("it must hold [[key]] entries and nothing else")
        keys = tuple(_published(item) for item in value.get("key", []))
        if len({key.digest for key in keys}) != len(keys):
            raise MalformedRequest("a digest is listed twice; the earlier time counts, name that one")
        return keys
    except (OSError, ValueError, Malformed) as error:
        raise RuntimeSetting(f"published_keys: {path} cannot be read: {error}") from None


def _published(item: object) -> PublishedKey:
    if not isinstance(item, dict) or set(item) != {"digest", "published_at"}:
        raise MalformedRequest("a [[key]] has exactly digest and published_at")
    digest = parse_hex(item["digest"], 32, MalformedRequest, "digest")
    return PublishedKey(digest, parse_instant(item["published_at"], MalformedRequest, "published_at"))
