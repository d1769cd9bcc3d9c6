"""Proofs that an operator broke its word, which anybody checks (docs/spec/fraud.md).

Rooms: ``proof`` (the format), ``claims`` (one check for each claim), ``procedure`` (the numbered verification),
``contradictions`` (finding a proof in evidence that two people hold).
"""
