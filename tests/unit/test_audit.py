"""The replay alone, on leaves made here: what is listed, which roots are wrong, what withheld leaves leave open."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.findings import RootClaim, Seen
from ledger.audit.replay import MAX_DOUBTFUL, IndexReplay, read_addendum
from ledger.encoding import sha256
from ledger.index import IndexEntry, encode_list, key_to_list, value_of
from ledger.leaf import NO_KEY, IndexLeaf, StatementLeaf
from ledger.merkle import MemoryTree, consistency_path, hash_leaf, inclusion_path, tree_root
from ledger.trie import build_trie
from tests.unit.a_case import said

KEYS = [sha256(b"key %d" % number) for number in range(4)]
OTHER = sha256(b"another key")


def leaf(number: int, key: bytes) -> bytes:
    return StatementLeaf(key, sha256(b"statement %d" % number)).encode()


def index_of(leaves: Sequence[bytes], keys: Sequence[bytes | None], listed: Sequence[bool] | None = None) -> bytes:
    """The root by definition; ``listed`` overrules what counts of each leaf."""
    lists: dict[bytes, list[IndexEntry]] = {}
    for index, (data, key) in enumerate(zip(leaves, keys, strict=True)):
        counts = data[:32] != NO_KEY and key in (None, data[:32]) if listed is None else listed[index]
        if len(data) == 69 and counts:
            lists.setdefault(data[:32], []).append(IndexEntry(index, hash_leaf(data)))
    return build_trie((key, value_of(entries)) for key, entries in sorted(lists.items()))


def closed(leaves: list[bytes], root: bytes) -> list[bytes]:
    return [*leaves, IndexLeaf(len(leaves), 1, root).encode()]


PLAN = st.lists(
    st.tuples(st.sampled_from([*KEYS, NO_KEY]), st.sampled_from(["right", "wrong", "withheld", "close"])), max_size=60
)


@given(PLAN, st.lists(st.integers(0, 60), max_size=6), st.integers(1, 20))
def test_an_honest_index_is_never_called_false(plan: list[tuple[bytes, str]], sizes: list[int], batch: int) -> None:
    """Whatever order of leaves, bytes and batches; every claim about the right tree is kept."""
    leaves: list[bytes] = []
    keys: list[bytes | None] = []
    for key, what in plan:
        if what == "close":
            leaves.append(IndexLeaf(len(leaves), 1, index_of(leaves, keys)).encode())
            keys.append(None)
        else:
            leaves.append(leaf(len(leaves), key))
            keys.append({"right": key, "wrong": OTHER, "withheld": None}[what])
    tree = MemoryTree([hash_leaf(data) for data in leaves])
    claims = [RootClaim("seen", size, tree.root(size), "") for size in sizes if size <= len(leaves)]
    replay = IndexReplay(claims)
    seen: list[Seen] = []
    for start in range(0, len(leaves), batch):
        seen += replay.feed(leaves[start : start + batch], keys[start : start + batch])
    assert (replay.findings, replay.wrong_roots, replay.broken, replay.undecided) == ([], [], [], [])
    assert sorted(claim.size for claim in replay.kept) == sorted(claim.size for claim in claims)
    assert replay.frontier.root() == tree.root() and len(seen) == len(leaves)
    assert replay.tally.rule_1 == sum(what == "close" for _, what in plan)


@given(st.binary(min_size=0, max_size=80), st.booleans())
def test_what_is_listed_is_what_key_to_list_says(raw: bytes, genuine: bool) -> None:
    """The replay's rule and ``ledger.index``'s are one, for bytes of all sorts."""
    signed = said("case.opened", 1, None)
    given_raw = signed.raw if genuine else raw
    origin = signed.statement.ledger
    for key in (read_addendum(given_raw, origin).key, NO_KEY, OTHER):
        made = StatementLeaf(key, sha256(given_raw))
        replay = IndexReplay()
        seen = replay.feed([made.encode()], [read_addendum(given_raw, origin).key])
        assert (seen == [Seen.LISTED]) == (key_to_list(made, given_raw, origin) is not None)


def test_a_wrong_root_is_a_finding_at_its_own_size() -> None:
    first, second = leaf(0, KEYS[0]), leaf(2, KEYS[1])
    leaves = [*closed([first], sha256(b"no trie")), second]
    replay = IndexReplay()
    replay.feed(leaves, [KEYS[0], None, KEYS[1]])
    good = index_of(leaves, [KEYS[0], None, KEYS[1]])
    replay.feed([IndexLeaf(3, 1, good).encode()], [None])
    assert [(wrong.size, wrong.claimed) for wrong in replay.wrong_roots] == [(1, sha256(b"no trie"))]


@pytest.mark.parametrize("unlisted", [(), (0,), (1, 3), (0, 1, 2, 3)])
def test_withheld_leaves_that_the_index_does_not_list(unlisted: tuple[int, ...]) -> None:
    """Nobody can say whether they should be there: said, and not called false."""
    leaves = [leaf(number, KEYS[number % 2]) for number in range(4)]
    root = index_of(leaves, [None] * 4, [index not in unlisted for index in range(4)])
    replay = IndexReplay()
    replay.feed(closed(leaves, root), [None] * 5)
    assert replay.wrong_roots == [] and replay.unlisted_withheld == list(unlisted)
    # What was chosen stays so.
    later = [*closed(leaves, root), leaf(5, KEYS[0])]
    listed = [index not in unlisted for index in range(4)] + [False, True]
    good = index_of(later, [None] * 6, listed)
    replay.feed([later[-1], IndexLeaf(6, 1, good).encode()], [KEYS[0], None])
    assert replay.wrong_roots == []


def test_a_choice_of_withheld_leaves_does_not_excuse_another_lie() -> None:
    leaves = [leaf(0, KEYS[0]), leaf(1, KEYS[1]), leaf(2, KEYS[2])]
    root = index_of(leaves, [KEYS[0], None, KEYS[2]], [True, True, False])
    replay = IndexReplay()
    replay.feed(closed(leaves, root), [KEYS[0], None, KEYS[2], None])
    assert [wrong.size for wrong in replay.wrong_roots] == [3]


def test_more_withheld_leaves_than_can_be_tried() -> None:
    """Listed by rule, all is well; if not, nothing is said from there until a root is right again."""
    count = MAX_DOUBTFUL + 1
    leaves = [leaf(number, KEYS[number % 4]) for number in range(count)]
    by_rule = IndexReplay()
    by_rule.feed(closed(leaves, index_of(leaves, [None] * count)), [None] * (count + 1))
    assert (by_rule.wrong_roots, by_rule.undecided) == ([], [])
    listed = [index != 3 for index in range(count)]
    replay = IndexReplay()
    replay.feed(closed(leaves, index_of(leaves, [None] * count, listed)), [None] * (count + 1))
    assert (replay.wrong_roots, replay.undecided) == ([], [count])


def test_an_index_leaf_of_another_size_and_what_is_no_leaf() -> None:
    replay = IndexReplay()
    replay.feed([leaf(0, NO_KEY), IndexLeaf(7, 1, bytes(32)).encode(), b"what is this"], [NO_KEY, None, None])
    assert [(item.kind, item.index) for item in replay.findings] == [("last_leaf", 1), ("leaf", 2)]


def test_claims_that_are_broken_or_never_reached() -> None:
    leaves = [leaf(number, NO_KEY) for number in range(5)]
    tree = MemoryTree([hash_leaf(data) for data in leaves])
    right, wrong = RootClaim("audited", 3, tree.root(3), ""), RootClaim("seen", 4, sha256(b""), "")
    beyond = RootClaim("anchor", 9, sha256(b""), "")
    replay = IndexReplay([right, wrong, beyond])
    replay.feed(leaves, [NO_KEY] * 5)
    assert (replay.kept, replay.broken, replay.unreached()) == ([right], [(wrong, tree.root(4))], [beyond])
    replay.expect(RootClaim("checkpoint", 5, tree.root(5), "now"))
    assert replay.kept[-1].where == "now"


def test_positions_of_watched_leaves() -> None:
    leaves = [leaf(number % 3, NO_KEY) for number in range(6)]
    replay = IndexReplay(watched={hash_leaf(leaves[2]), hash_leaf(b"absent")})
    replay.feed(leaves, [NO_KEY] * 6)
    assert replay.positions == {hash_leaf(leaves[2]): 2}


@given(st.integers(1, 1400), st.data())
def test_proofs_of_the_replayed_tree(size: int, data: st.DataObject) -> None:
    """They are those of the whole tree, although only one hash in 256 is kept."""
    leaves = [leaf(number, NO_KEY) for number in range(size)]
    hashes = [hash_leaf(item) for item in leaves]
    replay = IndexReplay()
    for start in range(0, size, 256):
        replay.feed(leaves[start : start + 256], [NO_KEY] * len(leaves[start : start + 256]))
    read = replay.reader(lambda bundle: hashes[256 * bundle : 256 * bundle + 256])
    tree = MemoryTree(hashes)
    small = data.draw(st.integers(1, size))
    index = data.draw(st.integers(0, small - 1))
    assert tree_root(small, read) == tree.root(small)
    assert inclusion_path(index, small, read) == tree.inclusion(index, small)
    assert consistency_path(small, size, read) == tree.consistency(small)


def test_lists_are_kept_as_they_are_encoded() -> None:
    leaves = [leaf(0, KEYS[0]), leaf(1, KEYS[1]), leaf(2, KEYS[0])]
    replay = IndexReplay()
    replay.feed(closed(leaves, index_of(leaves, [KEYS[0], KEYS[1], KEYS[0]])), [KEYS[0], KEYS[1], KEYS[0], None])
    entries = [IndexEntry(0, hash_leaf(leaves[0])), IndexEntry(2, hash_leaf(leaves[2]))]
    assert replay.list_of(KEYS[0]) == encode_list(entries) and replay.list_of(OTHER) is None
