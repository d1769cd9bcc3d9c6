"""The log's files over HTTP: enough to rebuild the tree and check it against the checkpoint."""

from __future__ import annotations

from ledger.checkpoint import verify_checkpoint
from ledger.encoding import sha256
from ledger.leaf import IndexLeaf, StatementLeaf, parse_leaf
from ledger.merkle import hash_leaf, root_of
from ledger.tiles import addendum_path, entries_path, parse_entries, tile_path, tiles_between
from tests.api.conftest import Api


def test_a_monitor_rebuilds_the_tree(api: Api) -> None:
    world = api.world
    world.record(*(world.opened(number=number) for number in range(1, 301)))
    api.chain.anchor()
    answer = api.get("/log/checkpoint")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=1"
    checkpoint = verify_checkpoint(answer.content, world.facts.vkey, world.services.origin)
    assert checkpoint.size == 302
    entries: list[bytes] = []
    for index, width in ((0, 256), (1, 46)):
        bundle = api.get(f"/log/{entries_path(index, width)}")
        assert bundle.headers["content-type"] == "application/octet-stream"
        assert bundle.headers["cache-control"] == "public, max-age=31536000, immutable"
        entries += parse_entries(bundle.content, width)
    hashes = [hash_leaf(entry) for entry in entries]
    assert root_of(hashes) == checkpoint.root
    for level, index, width in tiles_between(0, checkpoint.size):
        tile = api.get(f"/log/{tile_path(level, index, width)}")
        assert tile.status_code == 200 and len(tile.content) == 32 * width
        if level == 0:
            assert tile.content == b"".join(hashes[256 * index : 256 * index + width])
    for entry in (entries[0], entries[200]):
        leaf = parse_leaf(entry)
        assert isinstance(leaf, StatementLeaf)
        addendum = api.get(f"/log/{addendum_path(leaf.digest)}")
        assert sha256(addendum.content) == leaf.digest
        assert addendum.headers["etag"] == f'"{leaf.digest.hex()}"'
        assert addendum.headers["content-type"] == "application/json"
        assert addendum.headers["cache-control"] == "public, max-age=60, must-revalidate"
    assert isinstance(parse_leaf(entries[-1]), IndexLeaf)


def test_marker(lite: Api) -> None:
    answer = lite.get("/log/addenda.v1")
    assert (answer.status_code, answer.content) == (200, b"")


def test_unchanged(lite: Api) -> None:
    for path in ("/log/checkpoint", "/log/tile/0/000.p/1", "/log/tile/entries/000.p/1"):
        tag = lite.get(path).headers["etag"]
        assert lite.get(path, {"If-None-Match": tag}).status_code == 304
        head = lite.request("HEAD", path)
        assert head.status_code == 200 and head.headers["etag"] == tag
