"""What an attester remembers (docs/spec/attester.md, "Memory"): keyed digests, and answers that it cannot read.

No message, no Message-ID, no address is stored. Every name in the file is an HMAC-SHA-256 under the attester's own
secret; an answer is encrypted under a key that takes the secret *and* the SHA-256 of the mail, so that
neither the file nor file and secret together show anything of it.
"""

from __future__ import annotations

import hmac
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ledger.errors import RefusedMail, RuntimeStore

_NONCE = 12
_TABLES = """
CREATE TABLE IF NOT EXISTS message (name BLOB PRIMARY KEY, "case" BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS message_id (name BLOB PRIMARY KEY, message BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answer (name BLOB PRIMARY KEY, sealed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS told (name BLOB PRIMARY KEY, mails INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS binding (name BLOB PRIMARY KEY, raw BLOB NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A mail shown for a case. ``message`` is the SHA-256 of its bytes, ``case`` the case id; ``sender`` the signing
    domain and ``message_id`` the field's value as signed, both empty where no Message-ID is signed."""

    message: bytes
    case: bytes
    sender: str
    message_id: bytes


class Memory:
    """One SQLite file; safe for many threads, and for several processes of one attester."""

    def __init__(self, path: Path, secret: bytes) -> None:
        self._secret = secret
        self._lock = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            path.touch(mode=0o600)
            self._db = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_TABLES)
        except (OSError, sqlite3.Error) as error:
            raise RuntimeStore(f"the attester's memory {path} cannot be opened: {error}") from None

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def claim(self, shown: Shown) -> None:
        """Note that this mail is evidence in this case, once and for ever.

        Raises RefusedMail where it was shown for another case, or another mail had its Message-ID.
        """
        message = self._name("message", shown.message)
        case = self._name("case", shown.case)
        with self._write() as db:
            held = db.execute('SELECT "case" FROM message WHERE name = ?', (message,)).fetchone()
            if held is not None and held[0] != case:
                raise RefusedMail("this mail was shown as evidence in another case; it answers one request only")
            if shown.message_id:
                name = self._name("message-id", shown.sender.encode(), shown.message_id)
                first = db.execute("SELECT message FROM message_id WHERE name = ?", (name,)).fetchone()
                if first is not None and first[0] != message:
                    raise RefusedMail("another mail with this Message-ID was shown before; hand in that one")
                db.execute("INSERT OR IGNORE INTO message_id VALUES (?, ?)", (name, message))
            db.execute("INSERT OR IGNORE INTO message VALUES (?, ?)", (message, case))

    def count(self, case: bytes, most: int) -> None:
        """Count one more mail attested in this case. Raises RefusedMail over ``most``."""
        name = self._name("told", case)
        with self._write() as db:
            db.execute("INSERT INTO told VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET mails = mails + 1", (name,))
            if db.execute("SELECT mails FROM told WHERE name = ?", (name,)).fetchone()[0] > most:
                raise RefusedMail(f"this attester attests {most} mails in one case, and has done so")

    def answer(self, question: bytes, message: bytes) -> bytes | None:
        """The answer given before to ``question`` (32 bytes) about the mail with this SHA-256."""
        row = self._read("SELECT sealed FROM answer WHERE name = ?", self._name("question", question))
        if row is None:
            return None
        try:
            return AESGCM(self._name("seal", message)).decrypt(row[:_NONCE], row[_NONCE:], question)
        except InvalidTag:
            raise RuntimeStore("a kept answer does not open; the memory or its secret was changed") from None

    def keep_answer(self, question: bytes, message: bytes, answer: bytes) -> bytes:
        """Keep the first answer; gives the one that is kept, which another process may have made."""
        self._put("INSERT OR IGNORE INTO answer VALUES (?, ?)", question, message, answer)
        return self.answer(question, message) or answer

    def replace_answer(self, question: bytes, message: bytes, answer: bytes) -> None:
        """Keep another answer in the place of one that never came into the log."""
        self._put("INSERT OR REPLACE INTO answer VALUES (?, ?)", question, message, answer)

    def _put(self, query: str, question: bytes, message: bytes, answer: bytes) -> None:
        nonce = secrets.token_bytes(_NONCE)
        sealed = nonce + AESGCM(self._name("seal", message)).encrypt(nonce, answer, question)
        with self._write() as db:
            db.execute(query, (self._name("question", question), sealed))

    def binding(self, ledger: str, company: str, key: bytes) -> bytes | None:
        """The signed statement that bound a company key: public bytes, kept to send them again."""
        return self._read("SELECT raw FROM binding WHERE name = ?", self._binding(ledger, company, key))

    def keep_binding(self, ledger: str, company: str, key: bytes, raw: bytes) -> None:
        with self._write() as db:
            db.execute("INSERT OR REPLACE INTO binding VALUES (?, ?)", (self._binding(ledger, company, key), raw))

    def is_open(self) -> bool:
        """Whether the file answers."""
        try:
            self._read("SELECT 1 WHERE ? IS NOT NULL", b"x")
        except RuntimeStore:
            return False
        return True

    def _binding(self, ledger: str, company: str, key: bytes) -> bytes:
        return self._name("binding", ledger.encode(), company.encode(), key)

    def _name(self, use: str, *parts: bytes) -> bytes:
        # Each part with its length: no two lists of parts have the same bytes.
        text = b"".join(len(part).to_bytes(4, "big") + part for part in (use.encode(), *parts))
        return hmac.digest(self._secret, text, "sha256")

    def _read(self, query: str, name: bytes) -> bytes | None:
        try:
            with self._lock:
                row = self._db.execute(query, (name,)).fetchone()
        except sqlite3.Error as error:
            raise RuntimeStore(f"the attester's memory does not answer: {error}") from None
        return None if row is None else row[0]

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield self._db
                except BaseException:
                    self._db.execute("ROLLBACK")
                    raise
                self._db.execute("COMMIT")
            except sqlite3.Error as error:
                raise RuntimeStore(f"the attester's memory cannot be written: {error}") from None
