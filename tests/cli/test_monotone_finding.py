"""A finding never flips: whatever is taken out of a bundle, whole or not, it stays, loses a name or vanishes."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from ledger.bundle import parse_bundle
from tests.cli.broken import outcome, outcome_of
from tests.cli.parts import Part, cases, knowledge, parts, policies, without

CASES = ("silent", "answered", "busy")
POLICIES = ("audited", "claimed", "pinned", "attested")
KNOWN = ("everything", "index", "others", "spare", "offline")
# What each case says, and its exit code where every block is known.
SAID = {
    ("silent", "audited"): ("none", 0),
    ("silent", "claimed"): ("none", 3),
    ("silent", "pinned"): ("none", 0),
    ("silent", "attested"): (None, 3),
    ("answered", "audited"): ("recorded", 0),
    ("answered", "claimed"): ("recorded", 3),
    ("answered", "pinned"): ("recorded", 0),
    ("answered", "attested"): (None, 3),
    # By a key that the operator alone revoked: nobody says that it did not answer.
    ("busy", "audited"): ("undetermined", 0),
    ("busy", "claimed"): ("undetermined", 3),
    ("busy", "pinned"): ("recorded", 0),
    ("busy", "attested"): ("recorded", 0),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("policy", POLICIES)
def test_what_the_whole_bundles_say(name: str, policy: str) -> None:
    """Nothing fails; the finding is the one that is meant, conditional where nothing is known of the chain."""
    bundle = cases()[name]
    assert parse_bundle(bundle.encode()) == bundle
    said, exit_code = SAID[name, policy]
    for known, observed in knowledge(bundle).items():
        found = outcome_of(bundle, observed, policies()[policy])
        assert not found.failed
        is_known = known == "everything" or (known == "spare" and name == "busy")
        assert found.exit == (exit_code if is_known else 3)
        # Who knows of any block takes nothing from those that he does not know.
        whole = known not in ("index", "others")
        assert (found.finding.silence.said if found.finding else None) == (said if whole else None), known


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("policy", POLICIES)
def test_each_part_left_out(name: str, policy: str) -> None:
    """Under any knowledge of the chain; and nothing fails but the two bare claims."""
    bundle, trust = cases()[name], policies()[policy]
    for known, observed in knowledge(bundle).items():
        whole = outcome_of(bundle, observed, trust)
        for part in parts(bundle):
            found = outcome_of(without(bundle, [part]), observed, trust)
            assert not found.better(whole), (known, part)
            bare = part[0] == "entries" or (part[0] == "statements" and bundle.disclosures)
            assert not found.failed or bare, (known, part, found.failed)


@pytest.mark.parametrize("name", CASES)
def test_each_pair_left_out(name: str) -> None:
    """What one deletion leaves open, a second does not close."""
    bundle, trust = cases()[name], policies()["audited"]
    observed = knowledge(bundle)["everything"]
    single = {part: outcome_of(without(bundle, [part]), observed, trust) for part in parts(bundle)}
    for one, other in combinations(single, 2):
        found = outcome_of(without(bundle, [one, other]), observed, trust)
        for before in (one, other):
            assert single[before].failed or not found.better(single[before]), (one, other)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("known", ["index", "others", "spare"])
def test_each_byte_of_the_header_of_the_indexs_anchor(name: str, known: str) -> None:
    """Which statements count as proven hangs on what the verifier knows, and on no byte of the bundle."""
    bundle, trust = cases()[name], policies()["audited"]
    assert bundle.index is not None
    observed, size = knowledge(bundle)[known], bundle.index.size
    whole, shown = outcome_of(bundle, observed, trust), bundle.anchors[bundle.index.size]
    for place in range(len(shown.proof.header)):
        header = bytearray(shown.proof.header)
        header[place] ^= 1
        other = replace(shown, proof=replace(shown.proof, header=bytes(header)))
        made = replace(bundle, anchors={**bundle.anchors, size: other})
        assert not outcome(made.encode(), observed, trust).better(whole), place


@st.composite
def _two_sets(draw: st.DrawFn) -> tuple[str, set[Part], set[Part]]:
    """A case, what is missing of it already, and what is taken out then."""
    name = draw(st.sampled_from(CASES))
    every = st.sampled_from(parts(cases()[name]))
    return name, draw(st.sets(every, max_size=8)), draw(st.sets(every, min_size=1, max_size=12))


@settings(max_examples=1500)
@given(_two_sets(), st.sampled_from(POLICIES), st.sampled_from(KNOWN))
def test_any_parts_left_out_of_what_is_left(sets: tuple[str, set[Part], set[Part]], policy: str, known: str) -> None:
    """From bundles that lack parts already."""
    name, gone, more = sets
    bundle, trust = cases()[name], policies()[policy]
    observed = knowledge(bundle)[known]
    before = outcome_of(without(bundle, gone), observed, trust)
    assume(not before.failed)
    assert not outcome_of(without(bundle, gone | more), observed, trust).better(before)


@settings(max_examples=600)
@given(_two_sets(), st.sampled_from(POLICIES), st.sampled_from(KNOWN), st.integers(min_value=0))
def test_any_bit_flipped(sets: tuple[str, set[Part], set[Part]], policy: str, known: str, place: int) -> None:
    """In whole bundles and in what is left of them."""
    name, gone, _ = sets
    bundle, trust = cases()[name], policies()[policy]
    observed = knowledge(bundle)[known]
    left = without(bundle, gone)
    before = outcome_of(left, observed, trust)
    assume(not before.failed)
    data = bytearray(left.encode())
    data[place // 8 % len(data)] ^= 1 << place % 8
    assert not outcome(bytes(data), observed, trust).better(before)
