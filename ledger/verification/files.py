"""Files that a bundle opens: the bytes are those that an author committed to (docs/spec/assessment.md, step 10.1)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

from ledger.bundle import Bundle, ShownStatement
from ledger.disclosure import Disclosure, FileValue
from ledger.encoding import sha256
from ledger.errors import HabeasError
from ledger.mail import CAPTURE_TYPE, MAIL_TYPE
from ledger.verification.checks import Check, Value, not_checked
from ledger.verification.words import say


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file disclosure that a statement shown commits to."""

    digest: bytes
    """SHA-256 of the disclosure: what attestations name."""
    value: FileValue

    @classmethod
    def of(cls, opened: Disclosure) -> Self:
        """The file of a disclosure that opens one."""
        assert isinstance(opened.value, FileValue), "others are left out"
        return cls(sha256(opened.encoded.encode("ascii")), opened.value)

    @property
    def sha256(self) -> bytes:
        return bytes.fromhex(self.value.sha256)


class OpenedFiles:
    """The file disclosures of one bundle, by the statement that commits to them."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        by_digest = {opened.digest: opened for opened in self._readable()}
        self._opened = {
            index: tuple(OpenedFile.of(by_digest[each]) for each in item.signed.statement.digests if each in by_digest)
            for index, item in bundle.statements.items()
        }
        self._fitting = {name: data for name, data in bundle.files.items() if sha256(data) == name}

    def _readable(self) -> Iterator[Disclosure]:
        """The files that are opened."""
        for encoded in self._bundle.disclosures:
            with suppress(HabeasError):  # 2.2 says so
                opened = Disclosure.parse(encoded)
                if isinstance(opened.value, FileValue):
                    yield opened

    def held(self, item: OpenedFile) -> bytes | None:
        """The bytes of a file, where they are those that its author committed to."""
        data = self._fitting.get(item.sha256)
        return data if data is not None and len(data) == item.value.length else None

    def of(self, shown: ShownStatement) -> Sequence[OpenedFile]:
        """The files of a statement whose bytes are held."""
        return [item for item in self._opened[shown.index] if self.held(item) is not None]

    def mails(self, shown: ShownStatement) -> Sequence[OpenedFile]:
        """The mails of a statement, once for each disclosure of them."""
        return [item for item in self.of(shown) if item.value.media_type == MAIL_TYPE]

    def captures(self, shown: ShownStatement) -> Iterator[bytes]:
        """The answers of DNS that a statement commits to."""
        for item in self.of(shown):
            data = self.held(item)
            if item.value.media_type == CAPTURE_TYPE and data is not None:
                yield data

    def checks(self) -> Sequence[Check]:
        """A check for each file shown, and for each that is opened and not there."""
        opened = {item.sha256: item.value for items in self._opened.values() for item in items}
        names = sorted(self._bundle.files.keys() | opened.keys())
        return [self._check(name) if name in self._bundle.files else _missing(name, opened[name]) for name in names]

    def _check(self, name: bytes) -> Check:
        check, data = f"file/{name.hex()}", self._bundle.files[name]
        if name not in self._fitting:
            why = say("file_other", digest=sha256(data).hex())
            return Check(check, "10.1", Value.FAILED, why, required=False)
        every = ((index, item) for index, opened in sorted(self._opened.items()) for item in opened)
        named = [(index, item) for index, item in every if item.sha256 == name]
        if not named:
            return not_checked(check, "10.1", say("file_unnamed"), required=False)
        fitting = [index for index, item in named if item.value.length == len(data)]
        if not fitting:
            why = say("file_length", count=len(data), stated=named[0][1].value.length)
            return Check(check, "10.1", Value.FAILED, why, required=False)
        entries = ", ".join(str(index) for index in dict.fromkeys(fitting))
        detail = say("file_fits_all" if "," in entries else "file_fits", count=len(data), entries=entries)
        return Check(check, "10.1", Value.PASSED, detail, required=False)


def _missing(name: bytes, value: FileValue) -> Check:
    why = say("file_missing", name=value.name, count=f"{value.length:,}")
    return not_checked(f"file/{name.hex()}", "10.1", why, required=False)
