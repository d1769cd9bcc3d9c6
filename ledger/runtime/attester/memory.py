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
CREATE TABLE IF NOT EXISTS signature
  (name BLOB PRIMARY KEY, "case" BLOB NOT NULL, statement BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS letter (name BLOB, signature BLOB, PRIMARY KEY (name, signature)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS text
  (name BLOB, signature BLOB, dated INTEGER, lettered INTEGER, PRIMARY KEY (name, signature)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answer (name BLOB PRIMARY KEY, sealed BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS told (name BLOB PRIMARY KEY, mails INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS binding (name BLOB PRIMARY KEY, raw BLOB NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """A graded mail shown for a statement of a case."""

    signatures: tuple[bytes, ...]
    """SHA-256 of the value of each signature that verified: a copy without one of them is the same mail."""
    case: bytes
    statement: bytes
    company: str
    message_id: bytes
    """The field's value as signed; empty where it is not, or where no domain of the company signed."""
    text: bytes
    """SHA-256 of sender and body in their canonical forms; empty where no domain of the company signed."""
    date: bytes
    """The field Date as signed, canonical; empty where it is not."""


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

    def keep_answer(
        self, question: bytes, message: bytes, answer: bytes, case: bytes, most: int, shown: Shown | None
    ) -> bytes:
        """Keep the first answer, and with it, or not at all, that ``shown`` is evidence and that ``case`` has one mail
        more; gives the answer that is kept, which another process may have made.

        Raises RefusedMail where the mail was shown for something else, another mail had its Message-ID, or the case
        has ``most`` mails.
        """
        name = self._name("question", question)
        with self._write() as db:
            if db.execute("SELECT 1 FROM answer WHERE name = ?", (name,)).fetchone() is None:
                if shown is not None:
                    self._claim(db, shown)
                self._count(db, case, most)
                db.execute("INSERT INTO answer VALUES (?, ?)", (name, self._seal(question, message, answer)))
        return self.answer(question, message) or answer

    def _claim(self, db: sqlite3.Connection, shown: Shown) -> None:
        case, statement = self._name("case", shown.case), self._name("statement", shown.statement)
        names = [self._name("signature", value) for value in shown.signatures]
        for name in names:
            held = db.execute('SELECT "case", statement FROM signature WHERE name = ?', (name,)).fetchone()
            if held is not None and held[0] != case:
                raise RefusedMail("this mail was shown as evidence in another case; it answers one request only")
            if held is not None and held[1] != statement:
                raise RefusedMail("this mail was shown as evidence of another statement; it is evidence of one only")
        if shown.message_id:
            letter = self._name("message-id", shown.company.encode(), shown.message_id)
            known = {row[0] for row in db.execute("SELECT signature FROM letter WHERE name = ?", (letter,))}
            if known and known.isdisjoint(names):
                raise RefusedMail("another mail with this Message-ID was shown before; hand in that one")
            db.executemany("INSERT OR IGNORE INTO letter VALUES (?, ?)", [(letter, name) for name in names])
        if shown.text:
            self._claim_text(db, shown, names)
        db.executemany("INSERT OR IGNORE INTO signature VALUES (?, ?, ?)", [(name, case, statement) for name in names])

    def _claim_text(self, db: sqlite3.Connection, shown: Shown, names: list[bytes]) -> None:
        """One mail can carry two signatures, one of which covers no Message-ID: shown with either alone, its value and
        its Message-ID are others each time. Sender, body and Date are the same. Two mails that both have a signed
        Message-ID are told apart by it, and two that both have a signed Date by that."""
        dated, lettered = bool(shown.date), bool(shown.message_id)
        any_day = self._name("text", shown.case, shown.text)
        this_day = self._name("text", shown.case, shown.text, shown.date)
        query = (
            "SELECT signature FROM text WHERE ((name = ? AND (? OR NOT dated)) OR name = ?) AND NOT (lettered AND ?)"
        )
        known = {row[0] for row in db.execute(query, (any_day, not dated, this_day, lettered))}
        if known and known.isdisjoint(names):
            raise RefusedMail("a mail with this sender, text and date was shown before; hand in that one")
        rows = [(place, name, dated, lettered) for name in names for place in (any_day, this_day)]
        db.executemany("INSERT OR IGNORE INTO text VALUES (?, ?, ?, ?)", rows)

    def _count(self, db: sqlite3.Connection, case: bytes, most: int) -> None:
        name = self._name("told", case)
        db.execute("INSERT INTO told VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET mails = mails + 1", (name,))
        if db.execute("SELECT mails FROM told WHERE name = ?", (name,)).fetchone()[0] > most:
            raise RefusedMail(f"this attester attests {most} mails in one case, and has done so")

    def answer(self, question: bytes, message: bytes) -> bytes | None:
        """The answer given before to ``question`` (32 bytes) about the mail with this SHA-256."""
        row = self._read("SELECT sealed FROM answer WHERE name = ?", self._name("question", question))
        return None if row is None else self._open(question, message, row)

    def _open(self, question: bytes, message: bytes, row: bytes) -> bytes:
        try:
            return AESGCM(self._name("seal", message)).decrypt(row[:_NONCE], row[_NONCE:], question)
        except InvalidTag:
            raise RuntimeStore("a kept answer does not open; the memory or its secret was changed") from None

    def replace_answer(self, question: bytes, message: bytes, before: bytes, answer: bytes) -> bytes:
        """Keep another answer in the place of ``before``, which never came into the log; gives the one that is kept.

        Where another one is kept by now, another process has replaced it already: two would both be sent.
        """
        name = self._name("question", question)
        with self._write() as db:
            row = db.execute("SELECT sealed FROM answer WHERE name = ?", (name,)).fetchone()
            kept = before if row is None else self._open(question, message, row[0])
            if kept == before:
                db.execute("INSERT OR REPLACE INTO answer VALUES (?, ?)", (name, self._seal(question, message, answer)))
        return answer if kept == before else kept

    def _seal(self, question: bytes, message: bytes, answer: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._name("seal", message)).encrypt(nonce, answer, question)

    def binding(self, ledger: str, company: str, key: bytes) -> bytes | None:
        """The signed statement that bound a company key: public bytes, kept to send them again."""
        return self._read("SELECT raw FROM binding WHERE name = ?", self._binding(ledger, company, key))

    def keep_binding(self, ledger: str, company: str, key: bytes, before: bytes | None, raw: bytes) -> bytes:
        """Keep it in the place of ``before``, as ``replace_answer`` does; gives the one that is kept."""
        name = self._binding(ledger, company, key)
        with self._write() as db:
            row = db.execute("SELECT raw FROM binding WHERE name = ?", (name,)).fetchone()
            if row is not None and row[0] != before:
                return bytes(row[0])
            db.execute("INSERT OR REPLACE INTO binding VALUES (?, ?)", (name, raw))
        return raw

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
