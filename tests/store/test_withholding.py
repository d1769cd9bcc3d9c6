"""Withheld bytes are gone from everywhere; everything else stays provable and repeatable."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from ledger.encoding import sha256
from ledger.errors import RefusedNotFound, RefusedRole, RefusedWithheld
from ledger.leaf import NO_KEY, index_key, statement_leaf
from ledger.proof import LogProof, verify_proof
from ledger.runtime.records import Records
from ledger.runtime.sequencer import DirectLeaf
from ledger.runtime.withholding import withholding_of_digest, withholding_statement
from ledger.tiles import addendum_path
from tests.store.check_ledger import check_ledger
from tests.store.test_refusals import resigned
from tests.store.world import OTHER, SHOP, World


def test_bytes_go_and_proofs_stay(world: World) -> None:
    case, services = world.opened(), world.services
    world.record(case, world.sent(case.id))
    path = addendum_path(case.digest)
    assert services.objects.get(path) == case.raw
    world.record(withholding_statement(services, case.id, "erasure", world.recent))
    assert services.objects.get(path) is None
    assert services.reader.raw(case.digest) is None
    held = Records(services.store).withheld(case.digest)
    assert held is not None and (held.statement_idx, held.reason) == (3, "erasure")
    proof = LogProof.parse(services.reader.proof_for(1))
    verify_proof(proof, statement_leaf(case, services.origin).hash(), world.facts.vkey, services.origin)
    check_ledger(services)


def test_the_bytes_are_gone_from_the_files_of_sqlite(world: World) -> None:
    """Neither free pages nor the write-ahead log keep them; a reader in the way only delays it."""
    if not world.services.store.is_sqlite:
        pytest.skip("PostgreSQL keeps its files itself: vacuum removes old rows")
    case, later = world.opened(), world.opened(number=2)
    world.record(case, later)
    assert case.raw in _database_files(world)
    world.record(world.withheld(case.digest))
    assert case.raw not in _database_files(world) and later.raw in _database_files(world)
    with world.services.store.read() as session:
        session.execute(text("SELECT count(*) FROM addendum")).all()
        world.record(world.withheld(later.digest))
        assert world.services.store.scrub_due
    assert world.services.sequencer is not None
    world.services.sequencer.sequence()
    assert later.raw not in _database_files(world) and not world.services.store.scrub_due


def _database_files(world: World) -> bytes:
    place = Path(world.services.store.engine.url.database or "")
    files = sorted(place.parent.glob(place.name + "*"))
    assert place in files
    return b"".join(path.read_bytes() for path in files)


def test_neither_the_bytes_nor_the_words_come_back(world: World) -> None:
    case = world.opened()
    world.record(case)
    world.record(world.withheld(case.digest))
    [same] = world.accept(case)
    [again] = world.accept(resigned(case))
    assert isinstance(same, RefusedWithheld)
    assert isinstance(again, RefusedWithheld) and again.index == 1
    sequencer = world.services.sequencer
    assert sequencer is not None
    assert sequencer.sequence(direct=[DirectLeaf(index_key(case, world.services.origin), case.raw)]).appended == 0
    assert sequencer.sequence(direct=[DirectLeaf(NO_KEY, case.raw)]).appended == 1, "the contract decides, not we"
    assert world.services.reader.raw(case.digest) is None, "a leaf, but the bytes stay away"
    check_ledger(world.services)


def test_a_case_goes_on_after_its_opening_was_withheld(world: World) -> None:
    case = world.opened()
    world.record(case)
    world.record(world.withheld(case.digest))
    world.record(world.sent(case.id))
    assert [entry.understood for entry in Records(world.services.store).of_case(case.id)] == [True, True]


def test_statement_and_withholding_in_one_group_of_leaves(world: World) -> None:
    """The bytes arrive and go with the same commit, so they never become a file."""
    case = world.opened()
    sequencer = world.services.sequencer
    assert sequencer is not None
    direct = [
        DirectLeaf(index_key(case, world.services.origin), case.raw),
        DirectLeaf(NO_KEY, world.withheld(case.digest).raw),
    ]
    assert sequencer.sequence(direct=direct).appended == 2
    assert world.services.objects.get(addendum_path(case.digest)) is None
    assert world.services.reader.raw(case.digest) is None
    check_ledger(world.services)


def test_opaque_bytes_are_withheld_by_digest(world: World) -> None:
    forced = b"unlawful content, forced in"
    sequencer = world.services.sequencer
    assert sequencer is not None
    sequencer.sequence(direct=[DirectLeaf(NO_KEY, forced)])
    world.record(withholding_of_digest(world.services, sha256(forced), "unlawful_content", world.recent))
    assert world.services.objects.get(addendum_path(sha256(forced))) is None
    check_ledger(world.services)


def test_what_roles_hang_on_is_never_withheld(world: World) -> None:
    bound = world.bound(world.operator, SHOP)
    world.record(bound)
    leaf_zero = Records(world.services.store).entry(0)
    assert leaf_zero is not None
    for digest in (bound.digest, leaf_zero.digest):
        assert isinstance(world.accept(world.withheld(digest))[0], RefusedRole)


def test_only_the_operator_withholds_also_over_the_contract(world: World) -> None:
    case = world.opened()
    world.record(case)
    forced = world.withheld(case.digest, OTHER)
    sequencer = world.services.sequencer
    assert sequencer is not None
    sequencer.sequence(direct=[DirectLeaf(NO_KEY, forced.raw)])
    entry = Records(world.services.store).statement(forced.id)
    assert entry is not None and not entry.understood
    assert world.services.reader.raw(case.digest) == case.raw


def test_nothing_recorded_nothing_withheld(world: World) -> None:
    with pytest.raises(RefusedNotFound):
        withholding_statement(world.services, bytes(32), "erasure", world.recent)
