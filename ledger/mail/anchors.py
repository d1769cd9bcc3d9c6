"""What DNSSEC chains end in (docs/spec/dns-capture.md, "Verification of a chain").

Apart from the verification itself, so that a trust policy can name anchors without the DNS library being loaded.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from ledger.errors import MalformedCapture

_ANCHOR = re.compile(r"([0-9]{1,5}) ([0-9]{1,3}) ([0-9]{1,3}) ([0-9A-Fa-f]{64,96})")


@dataclass(frozen=True, slots=True)
class TrustAnchor:
    """A DS record of the root zone: the one thing that is believed."""

    key_tag: int
    algorithm: int
    digest_type: int
    digest: bytes

    @classmethod
    def parse(cls, text: str) -> Self:
        """``<key tag> <algorithm> <digest type> <hexadecimal digest>``. Raises MalformedCapture."""
        match = _ANCHOR.fullmatch(text)
        if match is None:
            raise MalformedCapture(f"a trust anchor is '<key tag> <algorithm> <digest type> <hex>', not {text[:80]!r}")
        return cls(int(match[1]), int(match[2]), int(match[3]), bytes.fromhex(match[4]))

    def encode(self) -> str:
        """The text that ``parse`` reads."""
        return f"{self.key_tag} {self.algorithm} {self.digest_type} {self.digest.hex()}"


ROOT_ANCHORS = (
    TrustAnchor.parse("20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"),
    TrustAnchor.parse("38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16"),
)
"""The root zone's key signing keys of 2017 and 2024, as IANA publishes them (root-anchors.xml)."""
