"""Mail of a made-up company, for the demo and for tests: a DKIM key, messages signed with it, and DNS on loopback.

``shop.example`` is a reserved name that nobody can have; its key is published by name servers of our own, which
only attesters that were told to ask them believe.
"""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import dkim
import dns.exception
import dns.message
import dns.rcode
import dns.rrset
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

SIGNED = (b"from", b"to", b"subject", b"date", b"message-id", b"mime-version", b"content-type")
_BITS = 2048
_TXT_STRING = 255


@dataclass(frozen=True, slots=True)
class MailKey:
    """A domain's DKIM key: ``private`` is PEM, ``record`` the text of the TXT record."""

    domain: str
    selector: str
    private: bytes = field(repr=False)
    record: str

    @classmethod
    def make(cls, domain: str, selector: str = "mail") -> MailKey:
        key = rsa.generate_private_key(65537, _BITS)
        public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        record = f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode('ascii')}"
        return cls(
            domain,
            selector,
            key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
            record,
        )

    def records(self) -> dict[tuple[str, str], list[str]]:
        """What the domain's DNS holds: key, DMARC and MX."""
        parts = [self.record[start : start + _TXT_STRING] for start in range(0, len(self.record), _TXT_STRING)]
        return {
            (f"{self.selector}._domainkey.{self.domain}", "TXT"): [" ".join(f'"{part}"' for part in parts)],
            (f"_dmarc.{self.domain}", "TXT"): ['"v=DMARC1; p=reject"'],
            (self.domain, "MX"): [f"10 mx.{self.domain}."],
        }

    def sign(self, message: bytes) -> bytes:
        """``message`` with a DKIM-Signature on top, as this domain's mail system sends it."""
        signature: bytes = dkim.sign(
            message,
            self.selector.encode("ascii"),
            self.domain.encode("ascii"),
            self.private,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=list(SIGNED),
        )
        return signature + message


def write_mail(sender: str, subject: str, text: str, date: str, number: int = 1, more: Sequence[str] = ()) -> bytes:
    """A plain message, not signed yet: ``sender`` is an address, ``date`` as RFC 5322 writes it."""
    lines = [
        f"From: Customer service <{sender}>",
        "To: requester@mail.example",
        f"Subject: {subject}",
        f"Date: {date}",
        f"Message-ID: <{number}@{sender.rpartition('@')[2]}>",
        "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8",
        *more,
        "",
        text,
        "",
    ]
    return "\r\n".join(lines).encode("utf-8")


class NameServer:
    """Answers over UDP on loopback from ``records``: name without final dot and type, to texts of record data."""

    def __init__(self, records: Mapping[tuple[str, str], Sequence[str]]) -> None:
        self.records = {place: list(texts) for place, texts in records.items()}
        self.is_silent = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.settimeout(0.1)
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="names", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while not self._stop.is_set():
            with suppress(TimeoutError, OSError, dns.exception.DNSException):
                data, peer = self._socket.recvfrom(4096)
                if not self.is_silent:
                    self._socket.sendto(self._answer(dns.message.from_wire(data)).to_wire(), peer)

    def _answer(self, query: dns.message.Message) -> dns.message.Message:
        question = query.question[0]
        name, kind = question.name.to_text(omit_final_dot=True).lower(), question.rdtype.name
        response = dns.message.make_response(query)
        texts = self.records.get((name, kind), ())
        if texts:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *texts))
        elif not any(known == name for known, _ in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response
