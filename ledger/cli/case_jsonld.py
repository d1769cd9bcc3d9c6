"""``habeas case jsonld``: a case in the words of W3C DPV 2.3, from its bundle."""

from __future__ import annotations

from pathlib import Path

from ledger.cli.verify import Question, assess_under, read_bytes, read_terms
from ledger.encoding import JsonObject
from ledger.linked import linked_case


def case_jsonld(path: Path, question: Question) -> JsonObject:
    """The JSON-LD of the bundle at ``path``. Raises a Malformed error."""
    from ledger.bundle import parse_bundle

    return linked_case(assess_under(read_terms(question), parse_bundle(read_bytes(path))))
