"""Taking away or changing any part of a bundle never gives a better result."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.bundle import parse_bundle
from ledger.encoding import encode_json
from ledger.evm import keccak256, parse_header, rlp_encode
from ledger.evm.rlp import encode_integer
from ledger.statement import RecentBlock
from ledger.verification.checks import Value
from tests.cli.broken import (
    NOW,
    Outcome,
    bundle_bytes,
    case_maker,
    everything_of,
    observations,
    outcome,
    without_each_part,
)
from tools.vectors._bundles import CHECKED_IN, STRANGER

OBSERVED = sorted(observations())
EXPECTED_EXIT = {"offline": 3, "everything": 0, "oldest-anchor": 3, "newer-head": 0, "lagging-head": 0}


def base(name: str) -> Outcome:
    return outcome(bundle_bytes(), observations()[name])


@pytest.mark.parametrize("name", OBSERVED)
def test_the_whole_bundle(name: str) -> None:
    """What the comparisons below start from: nothing failed, and everything passed where all is known."""
    result = base(name)
    assert result.exit == EXPECTED_EXIT[name]
    assert Value.FAILED not in result.values.values()
    if name == "everything":
        assert {check for check, value in result.values.items() if value is not Value.PASSED} == set()


@pytest.mark.parametrize("name", OBSERVED)
def test_no_part_left_out_improves_or_breaks_the_result(name: str) -> None:
    """Left out is not checked: the exit never improves, and without a part nothing that is left fails.

    An opened private field without its statement is the one exception: it would be a bare claim.
    """
    worst = base(name)
    for path, data in without_each_part(bundle_bytes()):
        result = outcome(data, observations()[name])
        assert not result.better(worst), path
        failed = {check for check, value in result.values.items() if value is Value.FAILED}
        # A statement without one of its members, or a proof without one of its nodes, is another one.
        altered = len(path.split("/")) > 3
        assert failed <= {"disclosures"} or altered, f"{path}: {failed}"


@pytest.mark.parametrize("name", ["offline", "everything"])
def test_two_parts_left_out(name: str) -> None:
    """The large parts, in pairs: what one deletion leaves open, a second does not close."""
    members = ("anchors", "blocks", "checkpoint", "disclosures", "statements", "submitted")
    whole = json.loads(bundle_bytes())
    items = [(member, key) for member in ("anchors", "statements", "submitted") for key in whole[member]]
    pairs = [(one, other) for one in members for other in items] + [(None, other) for other in items]
    worst = base(name)
    for one, (member, key) in pairs:
        shorter = json.loads(bundle_bytes())
        shorter.pop(one, None)
        shorter.get(member, {}).pop(key, None)
        if not shorter.get(member, True):
            del shorter[member]
        assert not outcome(encode_json(shorter), observations()[name]).better(worst), (one, member, key)


def test_every_byte_with_one_bit_flipped() -> None:
    """Each byte once; the bit goes round, so that every alphabet is left and stayed within."""
    data, worst, observed = bytearray(bundle_bytes()), base("everything"), observations()["everything"]
    for place in range(len(data)):
        bit = 1 << (place % 8)
        data[place] ^= bit
        found = outcome(bytes(data), observed).better(worst)
        assert not found, f"bit {place % 8} of byte {place}: {found}"
        data[place] ^= bit


@settings(max_examples=400)
@given(st.sampled_from(OBSERVED), st.integers(min_value=0), st.integers(0, 7))
def test_any_bit_flipped(name: str, place: int, bit: int) -> None:
    """Any single bit, under any knowledge of the chain."""
    data = bytearray(bundle_bytes())
    data[place % len(data)] ^= 1 << bit
    assert not outcome(bytes(data), observations()[name]).better(base(name))


def test_a_hostile_statement_taken_out() -> None:
    """A stranger's wrong number, contradicted block, bytes that are no header or unknown kind harm nobody else."""
    for hostile in ("number", "contradicted", "no-header", "unknown-kind"):
        maker = case_maker()
        shown = maker.recent()
        if hostile == "number":
            shown = RecentBlock(shown.hash, shown.number + 1)
        elif hostile == "no-header":
            shown = RecentBlock(keccak256(b"no header"), 7)
            maker.blocks[shown.hash] = b"no header"
        kind = "request.shouted" if hostile == "unknown-kind" else "case.confirmed"
        maker.say(kind, CHECKED_IN, STRANGER, recent=shown)
        maker.anchor()
        with_it = maker.bundle()
        index = max(with_it.statements)
        observed = everything_of(with_it)
        if hostile == "contradicted":
            observed = replace(observed, contradicted={shown.hash: "another block is there"})
        left = {number: item for number, item in with_it.statements.items() if number != index}
        before, after = (outcome(bundle.encode(), observed) for bundle in (with_it, replace(with_it, statements=left)))
        assert before.exit == 0, hostile
        assert not after.better(before), hostile
        assert Value.FAILED not in before.values.values()


def test_no_later_time_in_a_made_up_header_is_believed() -> None:
    """Offline, an anchor's header with a later time makes nothing fresh that was not; known, the block is another."""
    bundle = parse_bundle(bundle_bytes())
    size = max(bundle.anchors)
    shown = bundle.anchors[size]
    header, late = shown.proof.header, NOW + 90 * 86_400
    # The timestamp's RLP occurs once in a made-up header.
    old, new = (rlp_encode(encode_integer(second)) for second in (parse_header(header).timestamp, late))
    assert header.count(old) == 1 and len(old) == len(new)
    proof = replace(shown.proof, header=header.replace(old, new))
    forged = replace(bundle, anchors={**bundle.anchors, size: replace(shown, proof=proof)}).encode()
    for observed in observations().values():
        before, after = (outcome(data, observed, now=late + 60) for data in (bundle_bytes(), forged))
        assert before.values["fresh"] is Value.NOT_CHECKED
        assert after.values["fresh"] is Value.NOT_CHECKED
        assert after.values["checkpoint"] <= Value.CONDITIONAL
