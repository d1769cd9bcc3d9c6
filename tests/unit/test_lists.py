"""Finding the list that differs, by the answers of an operator who may lie in these, too."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ledger.audit.findings import ListFault, Seen
from ledger.audit.lists import MAX_QUESTIONS, Opening, find_faults
from ledger.audit.memory_trie import MemoryTrie
from ledger.encoding import sha256
from ledger.index import IndexEntry, encode_list, value_of_bytes
from ledger.leaf import NO_KEY, IndexLeaf, StatementLeaf
from ledger.trie import TrieProof

SIZE = 200
KEYS = [sha256(b"key %d" % number) for number in range(40)]


def leaf(index: int) -> StatementLeaf:
    return StatementLeaf(KEYS[index % len(KEYS)], sha256(b"%d" % index))


def leaf_at(index: int) -> tuple[bytes, Seen] | None:
    return (leaf(index).encode(), Seen.LISTED) if index < SIZE else None


def honest() -> dict[bytes, bytes]:
    lists: dict[bytes, list[IndexEntry]] = {}
    for index in range(SIZE):
        lists.setdefault(leaf(index).key, []).append(IndexEntry(index, leaf(index).hash()))
    return {key: encode_list(entries) for key, entries in lists.items()}


def trie_of(lists: dict[bytes, bytes]) -> MemoryTrie:
    trie = MemoryTrie()
    for key, entries in lists.items():
        trie.set(key, value_of_bytes(entries))
    return trie


class Asked:
    """An operator's answers about ``lists``; counts the questions."""

    def __init__(self, lists: dict[bytes, bytes]) -> None:
        self.lists, self.trie, self.count = lists, trie_of(lists), 0

    def __call__(self, key: bytes) -> Opening | None:
        self.count += 1
        return Opening(self.trie.prove(key), self.lists.get(key))

    def faults(self) -> tuple[ListFault, ...]:
        claim = IndexLeaf(SIZE, 1, self.trie.root())
        return find_faults(claim, trie_of(honest()), honest().get, self, leaf_at)


CHANGES = st.one_of(
    st.tuples(st.just("drop"), st.sampled_from(KEYS)),
    st.tuples(st.just("shorten"), st.sampled_from(KEYS)),
    st.tuples(st.just("reverse"), st.sampled_from(KEYS)),
    st.tuples(st.just("replace"), st.sampled_from(KEYS)),
    st.tuples(st.just("invent"), st.binary(min_size=32, max_size=32)),
    st.tuples(st.just("move"), st.sampled_from(KEYS)),
)
KINDS = {"drop": "omitted", "shorten": "omitted", "reverse": "malformed", "replace": "foreign", "move": "foreign"}


@given(CHANGES)
def test_one_changed_list_among_many_is_found(change: tuple[str, bytes]) -> None:
    """Wherever it stands in the trie, with few questions."""
    what, key = change
    lists = honest()
    other = KEYS[(KEYS.index(key) + 1) % len(KEYS)] if key in KEYS else KEYS[0]
    if what == "drop":
        del lists[key]
    elif what == "shorten":
        lists[key] = lists[key][40:]
    elif what == "reverse":
        lists[key] = lists[key][40:] + lists[key][:40]
    elif what == "replace":
        lists[key] = lists[key][:8] + sha256(b"another leaf") + lists[key][40:]
    elif what == "move":
        lists[key] = b"".join(sorted([lists[other][:40], *(lists[key][at : at + 40] for at in range(0, 200, 40))]))
    else:
        lists[key] = lists[KEYS[0]][:40]
    asked = Asked(lists)
    found = asked.faults()
    kind = KINDS.get(what, "malformed" if key == NO_KEY else "foreign")
    assert [(item.kind, item.key) for item in found] == [(kind, key)]
    assert found[0].provable and asked.count <= MAX_QUESTIONS // 2


def test_nothing_differs() -> None:
    """An honest operator's answers accuse nobody."""
    assert Asked(honest()).faults() == ()


def test_answers_that_show_nothing() -> None:
    """None at all, paths of another trie, lists that are not those of the path: no accusation, and an end."""
    lists = honest()
    del lists[KEYS[3]]
    asked = Asked(lists)
    claim, ours = IndexLeaf(SIZE, 1, asked.trie.root()), trie_of(honest())
    other = Asked(honest())
    answers = {
        "nothing": lambda key: None,
        "another trie": other,
        "no path": lambda key: Opening(TrieProof((), None), None),
        "another list": lambda key: Opening(asked.trie.prove(key), encode_list([IndexEntry(0, bytes(32))])),
        "no list": lambda key: Opening(asked.trie.prove(key), None),
    }
    for name, answer in answers.items():
        found = find_faults(claim, ours, honest().get, answer, leaf_at)
        assert all(item.kind == "omitted" and item.key == KEYS[3] for item in found), name


def test_an_empty_index_and_one_that_should_be_empty() -> None:
    """The whole index left out, or made up."""
    empty = Asked({})
    assert {item.kind for item in empty.faults()} == {"omitted"}
    made_up = Asked({KEYS[0]: honest()[KEYS[0]]})
    claim = IndexLeaf(SIZE, 1, made_up.trie.root())
    found = find_faults(claim, MemoryTrie(), {}.get, made_up, lambda index: (leaf(index).encode(), Seen.UNLISTED))
    assert [item.kind for item in found] == ["foreign"]


def test_a_withheld_leaf_that_is_left_out_is_no_proof() -> None:
    """Whoever has no bytes can show nobody where they belong."""
    lists = honest()
    del lists[KEYS[3]]
    asked = Asked(lists)
    claim = IndexLeaf(SIZE, 1, asked.trie.root())
    found = find_faults(
        claim, trie_of(honest()), honest().get, asked, lambda index: (leaf(index).encode(), Seen.WITHHELD)
    )
    assert [(item.kind, item.provable) for item in found] == [("omitted", False)]
