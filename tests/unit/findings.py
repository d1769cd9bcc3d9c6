"""Matters for the tests of a finding, told in a line."""

from __future__ import annotations

from ledger.finding.case import Finding
from ledger.words import Language
from tests.cli.matter import Matter

NOW = "2026-12-10"
LANGUAGES: tuple[Language, ...] = ("en", "ko")


def asked(regime: str = "eu-gdpr", place: str = "IE", *, published: bool = True, right: str = "access") -> Matter:
    """Sent on 20 October and acknowledged on 22 October."""
    matter = Matter(regime, place)
    matter.sent("2026-10-20", "2026-10-20", published=published, right=right)
    matter.company("2026-10-22", "request.acknowledged", received_on="2026-10-22")
    return matter


def answered(kind: str = "request.fulfilled", at: str = "2026-11-10", on: str = "2026-11-10") -> tuple[Matter, str]:
    matter = asked()
    said = matter.company(at, kind, answered_on=on, mode="sent", reasons=[])
    return matter, "0x" + said.id.hex()


def stands(finding: Finding) -> tuple[str | None, str | None]:
    return finding.outcome.state, finding.outcome.word
