"""A case file: what a requester keeps of one case.

The server never receives names, letters or account numbers, so this file is the only place where
they are. It holds the statements that its owner signed, their receipts, the disclosures (salts and
private texts) and the letters. Private texts leave it by ``CaseFile.select`` alone, which the person
asks for by name. Values are frozen: each change gives a new one. Where case files lie, and how they
are backed up: ``ledger.cli.casefolder``. Format: docs/spec/keys.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Self

from ledger import statement
from ledger.cli.attested import (
    Attested,
    Waiting,
    attested_json,
    check_attested,
    parse_attested,
    parse_waiting,
    waiting_json,
)
from ledger.disclosure import Disclosure, match_disclosures
from ledger.encoding import (
    Json,
    JsonObject,
    encode_base64,
    encode_hex,
    encode_json,
    is_int,
    parse_base64,
    parse_date,
    parse_json,
    require_members,
)
from ledger.errors import (
    HabeasError,
    MalformedKey,
    MalformedRequest,
    MalformedSize,
    RefusedNotFound,
    RefusedOverwrite,
)
from ledger.keys import MAX_INDEX
from ledger.proof import LogProof
from ledger.statement import SignedStatement

MAX_CASE_FILE = 2**23
DEPTH = 4
_API = re.compile(r"https?://[!-~]{1,500}")
_LANGUAGES = ("en", "ko")
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Entry:
    """One statement that the owner of the case signed."""

    signed: SignedStatement
    receipt: bytes | None = None
    """The tlog-proof that the ledger returned; None until it is recorded."""
    disclosures: tuple[Disclosure, ...] = ()
    """The private fields behind the statement's digests, with their salts."""
    written: bool = False
    """Written to a file with ``say --out``: it is sent when its owner says so, and not with what waits."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter or mail to the company, as it was sent."""

    on: date
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """All that a requester keeps of one case. Every value of this type is consistent: see ``_check``."""

    api: str
    """Base address of the API where the case is recorded."""
    key_index: int
    """Number ``i`` of the key ``m/44'/60'/0'/0/i``."""
    entries: tuple[Entry, ...]
    """In the order of signing; the first one is ``case.opened``."""
    letters: tuple[Letter, ...] = ()
    attested: tuple[Attested, ...] = ()
    """What attesters said of these statements, as they answered the owner."""
    waiting: tuple[Waiting, ...] = ()
    """Files that are kept and stand behind no statement yet."""

    def __post_init__(self) -> None:
        _check(self)

    @property
    def opened(self) -> SignedStatement:
        """The signed ``case.opened`` statement."""
        return self.entries[0].signed

    @property
    def case(self) -> bytes:
        """The case id, 32 bytes."""
        return self.opened.id

    @property
    def ledger(self) -> str:
        """The origin of the ledger."""
        return self.opened.statement.ledger

    @property
    def author(self) -> bytes:
        """The address, 20 bytes, of the case's key."""
        return self.opened.statement.author

    @property
    def company(self) -> str:
        """The domain of the company."""
        return self.opened.statement.company or ""

    def add_statement(
        self, signed: SignedStatement, disclosures: Iterable[Disclosure] = (), *, written: bool = False
    ) -> Self:
        """With one more statement, to be kept before it is submitted: a lost salt is never found again.

        A file that waited for a statement and stands behind this one waits no longer.
        """
        held = tuple(disclosures)
        return replace(
            self,
            entries=(*self.entries, Entry(signed, None, held, written)),
            waiting=tuple(item for item in self.waiting if item.disclosure not in held),
        )

    def add_receipt(self, statement_id: bytes, receipt: bytes) -> Self:
        """With the tlog-proof of a statement. Another proof of the same leaf takes the place of the first."""
        return self._change(statement_id, lambda entry: replace(entry, receipt=receipt))

    def add_disclosures(self, statement_id: bytes, disclosures: Iterable[Disclosure]) -> Self:
        """With more private fields of a statement that is held already."""
        more = tuple(disclosures)
        return self._change(statement_id, lambda entry: replace(entry, disclosures=entry.disclosures + more))

    def add_letter(self, letter: Letter) -> Self:
        """With one more letter."""
        return replace(self, letters=(*self.letters, letter))

    def add_attested(self, item: Attested) -> Self:
        """With one more answer of an attester; the very same answer stands there once."""
        return self if item in self.attested else replace(self, attested=(*self.attested, item))

    def add_waiting(self, item: Waiting) -> Self:
        """With one more file that waits for a statement."""
        return replace(self, waiting=(*self.waiting, item))

    def drop_waiting(self, name: str) -> Self:
        """Without the waiting file of this name. Raises RefusedNotFound."""
        left = tuple(item for item in self.waiting if item.disclosure.name != name)
        if left == self.waiting:
            used = next((entry for entry in self.entries for item in entry.disclosures if item.name == name), None)
            why = "" if used is None else f"; {encode_hex(used.signed.id)} commits to {name}, so it stays"
            raise RefusedNotFound(f"case {encode_hex(self.case)} has no waiting file named {name}{why}")
        return replace(self, waiting=left)

    def drop_unrecorded(self, statement_id: bytes) -> Self:
        """Without a statement that the ledger refused. A statement with a receipt is never dropped."""
        entry = self.entry(statement_id)
        if entry.receipt is not None or entry is self.entries[0]:
            raise RefusedOverwrite(
                f"statement {encode_hex(statement_id)} is recorded or opens the case; it is not dropped"
            )
        return replace(
            self,
            entries=tuple(other for other in self.entries if other is not entry),
            attested=tuple(item for item in self.attested if item.statement != statement_id),
        )

    def entry(self, statement_id: bytes) -> Entry:
        """The entry of a statement id. Raises RefusedNotFound."""
        for entry in self.entries:
            if entry.signed.id == statement_id:
                return entry
        raise RefusedNotFound(f"case {encode_hex(self.case)} holds no statement {encode_hex(statement_id)}")

    def select(self, names: Collection[str]) -> tuple[Disclosure, ...]:
        """The disclosures of these names, to be shown to somebody. Raises MalformedRequest."""
        held = [disclosure for entry in self.entries for disclosure in entry.disclosures]
        # What an attester handed back stands behind the attester's own statement.
        held += [disclosure for item in self.attested for disclosure in item.disclosures]
        known = {disclosure.name for disclosure in held}
        unknown = sorted(set(names) - known)
        if unknown:
            listed = ", ".join(sorted(known)) or "none"
            raise MalformedRequest(f"no private field is named {', '.join(unknown)}; this case has: {listed}")
        return tuple(disclosure for disclosure in held if disclosure.name in names)

    def _change(self, statement_id: bytes, change: Callable[[Entry], Entry]) -> Self:
        found = self.entry(statement_id)
        return replace(self, entries=tuple(change(entry) if entry is found else entry for entry in self.entries))

    def to_json(self) -> JsonObject:
        """The case file as plain JSON."""
        value: JsonObject = {
            "api": self.api,
            "habeas_case": 1,
            "key_index": self.key_index,
            "letters": [_letter_json(letter) for letter in self.letters],
            "statements": [_entry_json(entry) for entry in self.entries],
        }
        if self.attested:
            value["attested"] = [attested_json(item) for item in self.attested]
        if self.waiting:
            value["waiting"] = [waiting_json(item) for item in self.waiting]
        return value

    def encode(self) -> bytes:
        """The bytes of the file: canonical JSON."""
        data = encode_json(self.to_json())
        if len(data) > MAX_CASE_FILE:
            raise MalformedSize(f"the case file would have {len(data)} bytes; at most {MAX_CASE_FILE} are kept")
        return data

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a case file. Raises MalformedSize, MalformedJson or MalformedKey."""
        return cls.from_json(parse_json(data, limit=MAX_CASE_FILE, depth=DEPTH))

    @classmethod
    def from_json(cls, value: Json) -> Self:
        """The case file from plain JSON. Raises MalformedKey."""
        names = frozenset({"api", "habeas_case", "key_index", "letters", "statements"})
        members = require_members(value, names, frozenset({"attested", "waiting"}), MalformedKey, "the case file")
        if not is_int(members["habeas_case"]) or members["habeas_case"] != 1:
            raise MalformedKey("habeas_case must be 1: this version reads no other format")
        api, index = members["api"], members["key_index"]
        if not isinstance(api, str) or not isinstance(index, int) or not is_int(index):
            raise MalformedKey("api of the case file must be a text and key_index an integer")
        statements, letters = members["statements"], members["letters"]
        if not isinstance(statements, list) or not isinstance(letters, list):
            raise MalformedKey("statements and letters of the case file must be lists")
        entries = tuple(_parse_entry(item, place) for place, item in enumerate(statements))
        return cls(
            api,
            index,
            entries,
            tuple(_parse_letter(item) for item in letters),
            tuple(parse_attested(item) for item in _optional_list(members, "attested")),
            tuple(parse_waiting(item) for item in _optional_list(members, "waiting")),
        )


def _optional_list(members: Mapping[str, Json], name: str) -> list[Json]:
    value = members.get(name, [])
    if not isinstance(value, list) or (name in members and not value):
        raise MalformedKey(f"{name} of the case file must be a list that is not empty, or absent")
    return value


def _check(case: CaseFile) -> None:
    """What holds for every case file, whether it was read or made. Raises MalformedKey."""
    if not _API.fullmatch(case.api):
        raise MalformedKey("api of the case file must be an http or https address")
    if not 0 <= case.key_index <= MAX_INDEX:
        raise MalformedKey(f"key_index of the case file must be from 0 to {MAX_INDEX}")
    if not case.entries or case.opened.statement.kind != "case.opened":
        raise MalformedKey("the first statement of the case file must be case.opened")
    seen: set[bytes] = set()
    for place, entry in enumerate(case.entries):
        said = entry.signed.statement
        try:
            statement.verify_signature(entry.signed)
            match_disclosures([disclosure.encoded for disclosure in entry.disclosures], said.digests)
            if entry.receipt is not None:
                LogProof.parse(entry.receipt)
        except HabeasError as error:
            raise MalformedKey(f"statement {place} of the case file: {error}") from None
        if said.case_id != case.case or said.author != case.author or said.ledger != case.ledger:
            raise MalformedKey(f"statement {place} belongs to another case, author or ledger than the first")
        if entry.signed.id in seen:
            raise MalformedKey(f"statement {place} stands in the case file twice")
        seen.add(entry.signed.id)
    _check_beside(case, seen)
    for letter in case.letters:
        if letter.language not in _LANGUAGES:
            raise MalformedKey(f"language of a letter must be one of {', '.join(_LANGUAGES)}")


def _check_beside(case: CaseFile, ids: Collection[bytes]) -> None:
    """The same for answers of attesters and for files that wait."""
    for item in case.attested:
        try:
            check_attested(item, ids, case.ledger, case.case)
        except HabeasError as error:
            raise MalformedKey(f"attested of the case file: {error}") from None
    committed = {disclosure.digest for entry in case.entries for disclosure in entry.disclosures}
    waits = [item.disclosure.digest for item in case.waiting]
    if len({*waits}) != len(waits) or not committed.isdisjoint(waits):
        raise MalformedKey("a waiting file of the case file stands there twice, or behind a statement already")


def _entry_json(entry: Entry) -> JsonObject:
    value: JsonObject = {
        "disclosures": [disclosure.encoded for disclosure in entry.disclosures],
        "signed": entry.signed.raw.decode("ascii"),
    }
    if entry.receipt is not None:
        value["receipt"] = encode_base64(entry.receipt)
    if entry.written:
        value["written"] = True
    return value


def _parse_entry(value: Json, place: int) -> Entry:
    where = f"statement {place} of the case file"
    optional = frozenset({"receipt", "written"})
    members = require_members(value, frozenset({"disclosures", "signed"}), optional, MalformedKey, where)
    signed, disclosures = members["signed"], members["disclosures"]
    if not isinstance(signed, str) or not isinstance(disclosures, list):
        raise MalformedKey(f"{where} must have a text in signed and a list in disclosures")
    if members.get("written", True) is not True:
        raise MalformedKey(f"written of {where} is true, or absent")
    receipt = parse_base64(members["receipt"], MalformedKey, where) if "receipt" in members else None
    opened = []
    try:
        for encoded in disclosures:
            if not isinstance(encoded, str):
                raise MalformedKey("a disclosure must be a text")
            opened.append(Disclosure.parse(encoded))
        return Entry(statement.parse(signed.encode("ascii")), receipt, tuple(opened), "written" in members)
    except HabeasError as error:
        raise MalformedKey(f"{where}: {error}") from None


def _letter_json(letter: Letter) -> JsonObject:
    # base64, because canonical JSON here is ASCII and letters are not.
    text = encode_base64(letter.text.encode("utf-8"))
    return {"language": letter.language, "on": letter.on.isoformat(), "text": text}


def _parse_letter(value: Json) -> Letter:
    names = frozenset({"language", "on", "text"})
    members = require_members(value, names, _NOTHING, MalformedKey, "a letter of the case file")
    language = members["language"]
    if not isinstance(language, str):
        raise MalformedKey("language of a letter must be a text")
    on = parse_date(members["on"], MalformedKey, "on of a letter")
    try:
        text = parse_base64(members["text"], MalformedKey, "text of a letter").decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedKey("text of a letter must be UTF-8") from None
    return Letter(on, language, text)
