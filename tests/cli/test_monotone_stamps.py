"""Time stamps are monotone too: no part taken out and no bit changed gives a better result or another finding."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.bundle import parse_bundle
from ledger.encoding import encode_json
from ledger.policy import TrustPolicy, parse_policy
from ledger.verification.checks import Value
from ledger.verification.observed import Observed
from tests.cli.broken import Outcome, bundle_bytes, case_maker, everything_of, outcome, without_each_part
from tools.vectors._authority import Authority
from tools.vectors._bundles import AUDITOR, policy_bytes
from tools.vectors._policy_time import entry

AUTHORITIES = (Authority("alpha"), Authority("beta"))
QUORUMS = (1, 2)


@cache
def stamped() -> bytes:
    maker = case_maker()
    maker.authorities = AUTHORITIES
    return maker.bundle().encode()


@cache
def trust(quorum: int) -> TrustPolicy:
    entries = "".join(entry(by.name, by.pem) for by in AUTHORITIES)
    text = policy_bytes([AUDITOR]).decode().replace("staleness_days", f"time_quorum = {quorum}\nstaleness_days", 1)
    return parse_policy((text + entries).encode())


def assessed(data: bytes, quorum: int, *, known: bool = True) -> Outcome:
    observed = everything_of(parse_bundle(stamped())) if known else Observed()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of certificates with odd serial numbers
        return outcome(data, observed, trust(quorum))


@cache
def base(quorum: int, known: bool) -> Outcome:
    return assessed(stamped(), quorum, known=known)


@pytest.mark.parametrize("quorum", QUORUMS)
@pytest.mark.parametrize("known", [True, False])
def test_the_whole_bundle(quorum: int, known: bool) -> None:
    result = base(quorum, known)
    assert Value.FAILED not in result.values.values()
    own = {name: value for name, value in result.values.items() if "stamp" in name or name.startswith("second-clock")}
    assert len(own) == 2 * (1 + 2 + 1) + 5 and set(own.values()) == {Value.PASSED}, "with and without a chain"


def test_stamps_change_nothing_else() -> None:
    """The same bundle without them: every other check, the exit code and the finding are the same."""
    plain, both = assessed(bundle_bytes(), 2), base(2, True)
    rest = {name: value for name, value in both.values.items() if name in plain.values}
    assert rest == plain.values
    assert (plain.exit, plain.finding, plain.finding_value) == (both.exit, both.finding, both.finding_value)


@pytest.mark.parametrize("quorum", QUORUMS)
@pytest.mark.parametrize("known", [True, False])
def test_no_part_left_out_improves_or_breaks_the_result(quorum: int, known: bool) -> None:
    for path, data in without_each_part(stamped()):
        if not path.startswith("stamps") and path.count("/") > 1:
            continue  # the members of other parts are taken out in test_monotone.py
        result = assessed(data, quorum, known=known)
        assert not result.better(base(quorum, known)), path
        failed = {name for name in result.failed if "stamp" in name or name.startswith("second-clock")}
        assert not failed or len(path.split("/")) > 3, f"{path}: {failed}"


def test_stamps_and_one_more_part_left_out() -> None:
    whole = json.loads(stamped())
    for part in ("anchors", "blocks", "statements", "index", "replay", "checkpoint"):
        for size in whole["stamps"]:
            shorter = json.loads(stamped())
            del shorter[part], shorter["stamps"][size]
            for quorum in QUORUMS:
                assert not assessed(encode_json(shorter), quorum).better(base(quorum, True)), (part, size)


def places() -> Iterator[int]:
    """Every byte of the part ``stamps``."""
    data = stamped()
    start = data.index(b'"stamps":')
    return iter(range(start, data.index(b'"statements":')))


def test_every_byte_of_the_stamps_with_one_bit_flipped() -> None:
    data = bytearray(stamped())
    for place in places():
        bit = 1 << (place % 8)
        data[place] ^= bit
        found = assessed(bytes(data), 2).better(base(2, True))
        assert not found, f"bit {place % 8} of byte {place}: {found}"
        data[place] ^= bit


@settings(max_examples=200)
@given(st.sampled_from(list(places())), st.integers(0, 7), st.sampled_from(QUORUMS), st.booleans())
def test_any_bit_of_the_stamps_flipped(place: int, bit: int, quorum: int, known: bool) -> None:
    data = bytearray(stamped())
    data[place] ^= 1 << bit
    assert not assessed(bytes(data), quorum, known=known).better(base(quorum, known))
