"""Auditors of a ledger in a trust policy: what is written is read back, and the quorum fits their number."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.errors import MalformedPolicy
from ledger.note import CosigningKey, VerifierKey
from ledger.policy import LedgerTrust, encode_policy, parse_policy
from tools.vectors._bundles import ORIGIN, policy_bytes

AUDITORS = tuple(CosigningKey(f"a{number}.example/habeas", bytes([number]) * 32).verifier for number in range(1, 4))


def listed(auditors: tuple[VerifierKey, ...], quorum: int) -> LedgerTrust:
    return replace(parse_policy(policy_bytes()).ledgers[ORIGIN], auditors=auditors, quorum=quorum)


@pytest.mark.parametrize(("number", "quorum"), [(0, 0), (1, 1), (3, 1), (3, 2), (3, 3)])
def test_what_is_written_is_read_back(number: int, quorum: int) -> None:
    ledger = listed(AUDITORS[:number], quorum)
    assert parse_policy(encode_policy(ledger)).ledgers == {ORIGIN: ledger}


@pytest.mark.parametrize(("number", "quorum"), [(1, 0), (3, 0), (1, 2), (3, 4), (3, -1)])
def test_a_quorum_that_does_not_fit_is_refused(number: int, quorum: int) -> None:
    with pytest.raises(MalformedPolicy, match="quorum"):
        parse_policy(encode_policy(listed(AUDITORS[:number], quorum)))


def test_without_auditors_nothing_is_written_of_them() -> None:
    assert b"auditors" not in encode_policy(listed((), 0))
    assert encode_policy(listed((), 0)) == policy_bytes()
    with pytest.raises(MalformedPolicy, match="quorum is 1 with 0 auditors"):
        parse_policy(policy_bytes() + b"quorum = 1\n")


def test_one_auditor_is_enough_unless_the_policy_says_more() -> None:
    text = encode_policy(listed(AUDITORS, 3)).replace(b"quorum = 3\n", b"")
    assert parse_policy(text).ledgers[ORIGIN].quorum == 1
