"""Keys whose private half anybody can have (docs/spec/mail.md, "Grades")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """A private key that everybody can have from ``published_at`` on."""

    digest: bytes
    """SHA-256 of the public key, 32 bytes."""
    published_at: datetime
