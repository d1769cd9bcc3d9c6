"""/v1/index: presence and absence under the root of each anchored tree."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from ledger.encoding import encode_base64, encode_hex, parse_base64
from ledger.errors import MalformedIndex
from ledger.index import IndexEntry, parse_list, verify_index_leaf, verify_list
from ledger.leaf import IndexLeaf, index_key, statement_leaf
from ledger.trie import TrieProof
from tests.api.conftest import Api, opened
from tests.api.test_bad_input import is_problem
from tests.api.test_evidence import recorded, two_anchors
from tests.store.world import OTHER

ABSENT = "0x" + "07" * 32


def proven(api: Api, answer: httpx2.Response) -> tuple[IndexLeaf, tuple[IndexEntry, ...]]:
    """What the answer proves, to one who has the log's tree and believes nothing else."""
    value = answer.json()
    size, reader = value["size"], api.world.services.reader
    data = parse_base64(value["index_leaf"], MalformedIndex, "index_leaf")
    leaf = verify_index_leaf(data, size, reader.inclusion(size - 1, size), reader.root(size))
    assert (value["rule"], value["root"]) == (leaf.rule, encode_hex(leaf.root))
    proof = TrieProof.parse(parse_base64(value["proof"], MalformedIndex, "proof"))
    given = value["entries"]
    entries = None if given is None else parse_list(parse_base64(given, MalformedIndex, "entries"))
    assert value["present"] == (entries is not None)
    return leaf, verify_list(leaf, bytes.fromhex(value["key"][2:]), proof, entries)


def test_every_anchored_size(api: Api) -> None:
    """Each key at each size: present from the first anchor after its first leaf on, with all leaves until then."""
    _, case, sent = two_anchors(api)
    last = api.world.opened(OTHER)
    api.chain.anchor()
    assert [row["size"] for row in api.get("/v1/anchors").json()["anchors"]] == [3, 5, 7]
    origin = api.world.services.origin
    entries = [
        IndexEntry(index, statement_leaf(item, origin).hash()) for index, item in ((1, case), (3, sent), (5, last))
    ]
    mine, other = (encode_hex(index_key(item, origin)) for item in (case, last))
    for size, count in ((3, 1), (5, 2), (7, 2)):
        leaf, found = proven(api, api.get(f"/v1/index/{mine}?as_of={size}"))
        assert leaf.size == size - 1 and list(found) == entries[:count]
        _, found = proven(api, api.get(f"/v1/index/{other}?as_of={size}"))
        assert list(found) == (entries[2:] if size == 7 else [])
        for key in (ABSENT, "0x" + "00" * 32):
            assert proven(api, api.get(f"/v1/index/{key}?as_of={size}"))[1] == ()
    assert api.get(f"/v1/index/{mine}").json() == api.get(f"/v1/index/{mine}?as_of=7").json()


def test_sizes_without_an_index(lite: Api) -> None:
    is_problem(lite.get(f"/v1/index/{ABSENT}"), 404, "refused-not-found")
    two_anchors(lite)
    before = lite.world.dump()
    for size, words in ((1, "does not end in an index leaf"), (4, "anchored trees do"), (6, "does not end")):
        problem = is_problem(lite.get(f"/v1/index/{ABSENT}?as_of={size}"), 404, "refused-not-found")
        assert words in str(problem["detail"])
    for size in (7, 9_007_199_254_740_991):
        assert "no published tree" in str(
            is_problem(lite.get(f"/v1/index/{ABSENT}?as_of={size}"), 404, "refused-not-found")
        )
    assert lite.world.dump() == before


@pytest.mark.parametrize(
    "path",
    [
        *(f"/v1/index/{key}" for key in ("0x", "x", "0x" + "0" * 63, "0x" + "0" * 65, "0x" + "A" * 64, "0" * 66)),
        f"/v1/index/{ABSENT}%0A",
        *(f"/v1/index/{ABSENT}?as_of={size}" for size in ("0", "-1", "x", "", "9007199254740992", "5.5")),
    ],
)
def test_malformed(still: Api, path: str) -> None:
    is_problem(still.get(path), 400, "malformed-request")


def test_caching(tmp_path: Path) -> None:
    """As of a size the answer never changes; without one it grows; on a practice chain sizes can come again."""
    for folder, given in (("practice", {}), ("test", {"ledger_class": "test", "chain": "sepolia"})):
        with opened(tmp_path / folder, **given) as api:
            two_anchors(api)
            fixed, newest = api.get(f"/v1/index/{ABSENT}?as_of=3"), api.get(f"/v1/index/{ABSENT}")
            for_ever = "public, max-age=31536000, immutable" if folder == "test" else "public, no-cache"
            assert (fixed.headers["cache-control"], newest.headers["cache-control"]) == (for_ever, "public, no-cache")
            for answer, query in ((fixed, "?as_of=3"), (newest, "")):
                held = {"If-None-Match": answer.headers["etag"]}
                assert api.get(f"/v1/index/{ABSENT}{query}", held).status_code == 304
            api.chain.anchor()
            assert api.get(f"/v1/index/{ABSENT}?as_of=3", {"If-None-Match": fixed.headers["etag"]}).status_code == 304
            assert api.get(f"/v1/index/{ABSENT}", {"If-None-Match": newest.headers["etag"]}).status_code == 200


def test_nodes_that_are_missing(lite: Api) -> None:
    """Our fault, said as such; nothing is claimed."""
    case = lite.world.opened()
    recorded(lite, case)
    lite.chain.anchor()
    with lite.world.services.store.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM index_node")
    key = encode_hex(index_key(case, lite.world.services.origin))
    is_problem(lite.get(f"/v1/index/{key}"), 503, "runtime-log")
    is_problem(lite.get(f"/v1/cases/0x{case.id.hex()}/bundle"), 503, "runtime-log")


def test_the_empty_trie(lite: Api) -> None:
    lite.chain.anchor()
    value = lite.get(f"/v1/index/{ABSENT}").json()
    assert (value["proof"], value["root"], value["present"]) == (encode_base64(b""), "0x" + "00" * 32, False)
    assert proven(lite, lite.get(f"/v1/index/{ABSENT}"))[1] == ()
