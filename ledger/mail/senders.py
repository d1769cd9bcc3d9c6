"""What is known of the mailboxes at a company's domains (docs/spec/policy.md, ``[[company_mail]]``)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Senders:
    """What is known of the mailboxes at a company's domains."""

    addresses: frozenset[str] = frozenset()
    """Addresses, in lower case, from which the company writes to people; empty where nobody names them."""
    shared: bool = False
    """Whether others have mailboxes there too, as at a mail provider."""
