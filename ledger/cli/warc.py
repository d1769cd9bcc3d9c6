"""Page captures as WARC files: written with SHA-256 on every record, and read back with every digest checked.

Cookies and other secrets of a session are never written: the values of such header fields, and of such
parameters of an address, are replaced before anything is hashed, and the file says so in its first record.
A capture shows that its bytes have not changed since; it does not show who sent them.
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.statusandheaders import StatusAndHeaders
from warcio.utils import Digester
from warcio.warcwriter import WARCWriter

from ledger.errors import MalformedRequest, MalformedSize

if TYPE_CHECKING:
    from ledger.runtime.webpage import Exchange

MEDIA_TYPE = "application/warc"
MAX_UNPACKED = 256 * 2**20
MAX_RECORDS = 10_000
_STEP = 65_536
REDACTED = "[redacted]"
_SECRET_FIELDS = frozenset(
    {"cookie", "set-cookie", "set-cookie2", "authorization", "proxy-authorization", "x-csrf-token", "x-xsrf-token"}
)
_SECRET_PARAMETER = re.compile(
    r"([?&;#](?:[a-z0-9_.-]*(?:token|session|secret|passw|signature|apikey|api_key|nonce)[a-z0-9_.-]*"
    r"|sid|sig|key|code|jwt|pwd|ticket|auth|oauth|authorization|otp|totp)=)[^&;#\s\"'<>]+",
    re.IGNORECASE,
)
_NOT_SENT_ON = frozenset({"transfer-encoding"})
NOTICE = (
    "values of cookie and authorization fields, and of address parameters that look like secrets, were replaced by "
    "[redacted] before hashing; the transfer encoding was taken off; the text of the page is as it was sent"
)


class _Sha256Writer(WARCWriter):  # type: ignore[misc]  # warcio has no types
    """warcio writes SHA-1 by itself."""

    @staticmethod
    def _create_digester() -> Digester:
        return Digester("sha256")


@dataclass(frozen=True, slots=True)
class Checked:
    """What a WARC file holds, after each of its digests was checked."""

    records: int
    without_digest: int
    """Records that state none: nothing says whether they changed."""
    weak_digest: int
    """Records whose only digests are not SHA-256 or longer."""
    addresses: tuple[str, ...]
    """Of its answers, in order, each once, 20 at most."""
    secrets: tuple[str, ...] = field(default=())
    """Header fields with cookies or passwords that were not redacted: ``Cookie in the request to …``."""


def redact_address(url: str) -> str:
    """The address without the values of parameters that look like secrets."""
    return _SECRET_PARAMETER.sub(lambda match: match[1] + REDACTED, url)


def encode_warc(exchanges: Sequence[Exchange], software: str) -> bytes:
    """The capture of these exchanges: a note of its making, then request, answer and connection of each."""
    out = BytesIO()
    writer = _Sha256Writer(out, gzip=True, warc_version="1.1")
    info = {"software": software, "format": "WARC File Format 1.1", "redaction": NOTICE}
    first = writer.create_warcinfo_record("", info)
    writer.write_record(first)
    for exchange in exchanges:
        _write_exchange(writer, exchange)
    return out.getvalue()


def _write_exchange(writer: WARCWriter, exchange: Exchange) -> None:
    url, date = redact_address(exchange.url), exchange.at.isoformat().replace("+00:00", "Z")
    named = {"WARC-Date": date, "WARC-IP-Address": exchange.address}
    answer = StatusAndHeaders(
        f"{exchange.status} {_line(exchange.reason)}", _fields(exchange.headers), protocol="HTTP/1.1"
    )
    response = _record(writer, url, "response", named, answer, exchange.body)
    writer.write_record(response)
    concurrent = {"WARC-Date": date, "WARC-Concurrent-To": response.rec_headers.get_header("WARC-Record-ID")}
    asked = StatusAndHeaders(
        f"GET {redact_address(exchange.target)} HTTP/1.1", _fields(exchange.request), is_http_request=True
    )
    writer.write_record(_record(writer, url, "request", concurrent, asked, b""))
    lines = [f"addresses: {', '.join(exchange.addresses)}"]
    lines += [f"certificate: {base64.b64encode(der).decode('ascii')}" for der in exchange.certificates]
    known = "\r\n".join([*lines, ""]).encode("ascii")
    writer.write_record(_record(writer, url, "metadata", concurrent, None, known))


def _record(
    writer: WARCWriter, url: str, kind: str, named: dict[str, str], http: StatusAndHeaders | None, body: bytes
) -> Any:
    return writer.create_warc_record(
        url, kind, payload=BytesIO(body), length=len(body), warc_headers_dict=named, http_headers=http
    )


def _fields(headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    kept = [(_line(name), _line(value)) for name, value in headers if name.lower() not in _NOT_SENT_ON]
    return [(name, REDACTED if name.lower() in _SECRET_FIELDS else redact_address(value)) for name, value in kept]


def _line(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", " ", text)


def check_warc(data: bytes) -> Checked:
    """Read a WARC file to its end and check every digest in it. Raises MalformedRequest or MalformedSize."""
    _check_size(data)
    found: list[str] = []
    secrets: list[str] = []
    records = without = weak = answers = 0
    try:
        for record in ArchiveIterator(BytesIO(data), check_digests=True):
            records += 1
            if records > MAX_RECORDS:
                raise MalformedSize(f"the WARC file has more than {MAX_RECORDS} records")
            for _ in _pieces(record):
                pass
            if record.digest_checker.passed is False:
                raise MalformedRequest(f"record {records} of the WARC file: {record.digest_checker.problems[0]}")
            digests = _digests(record)
            without += not digests
            weak += bool(digests) and not any(digest.lower().startswith(("sha256:", "sha512:")) for digest in digests)
            url = str(record.rec_headers.get_header("WARC-Target-URI") or "")[:2000]
            secrets += [f"{name} in the {record.rec_type} of {redact_address(url)[:100]}" for name in _secrets(record)]
            if record.rec_type in ("response", "resource", "revisit"):
                answers += 1
                found.append(redact_address(url))
    except (ArchiveLoadFailed, ValueError, EOFError, zlib.error, UnicodeError, OSError, AttributeError) as error:
        raise MalformedRequest(f"this is no WARC file that can be read to its end: {str(error)[:200]}") from None
    if not answers:
        raise MalformedRequest("the WARC file holds no answer of a server")
    return Checked(records, without, weak, tuple(dict.fromkeys(found))[:20], tuple(dict.fromkeys(secrets))[:20])


def _pieces(record: Any) -> Iterator[bytes]:
    # The bytes as they lie in the record: what a server compressed stays compressed.
    while piece := record.raw_stream.read(65_536):
        yield piece


def _digests(record: Any) -> list[str]:
    headers = record.rec_headers
    return [str(value) for name in ("WARC-Block-Digest", "WARC-Payload-Digest") if (value := headers.get_header(name))]


def _secrets(record: Any) -> list[str]:
    headers = record.http_headers.headers if record.http_headers else []
    return [name for name, value in headers if name.lower() in _SECRET_FIELDS and value.strip() != REDACTED]


def _check_size(data: bytes) -> None:
    """A small file may unpack to any size; that is found out before a reader holds it."""
    place, total = 0, len(data)
    while data.startswith(b"\x1f\x8b", place):
        unpacker, fed = zlib.decompressobj(zlib.MAX_WBITS + 16), place
        rest = b""
        while not unpacker.eof:
            if not rest:
                rest, fed = data[fed : fed + _STEP], fed + _STEP
                if not rest:
                    raise MalformedRequest("the WARC file ends in the middle of a record")
            try:
                total += len(unpacker.decompress(rest, 16 * _STEP))
            except zlib.error as error:
                raise MalformedRequest(f"the WARC file is no gzip file to its end: {error}") from None
            if total > MAX_UNPACKED:
                raise MalformedSize(f"the WARC file unpacks to more than {MAX_UNPACKED} bytes")
            rest = unpacker.unconsumed_tail
        place = min(fed, len(data)) - len(unpacker.unused_data)
