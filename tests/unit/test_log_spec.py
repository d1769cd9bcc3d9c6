"""The worked example of docs/spec/log.md is what the code writes and accepts."""

from __future__ import annotations

import re
from pathlib import Path

from ledger.checkpoint import Checkpoint, verify_checkpoint, verify_cosigned_checkpoint
from ledger.encoding import chunks
from ledger.merkle import hash_leaf, root_of
from ledger.note import Cosignature, CosigningKey, Note, SigningKey, VerifierKey, add_cosignatures, cosign
from ledger.proof import LogProof, verify_proof
from ledger.tiles import TileEdge, addendum_path, encode_entries, entries_path, parse_entries, parse_tile, tile_path

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "spec" / "log.md").read_text(encoding="utf-8")
ORIGIN = "habeas.example/main"


def block(name: str) -> str:
    found = re.findall(rf"^```{name}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"docs/spec/log.md has {len(found)} blocks named {name}"
    return str(found[0])


KEY = VerifierKey.parse(block("vkey").strip())
ENTRIES = bytes.fromhex(block("entries"))
LEAVES = parse_entries(ENTRIES, 4)


def test_the_key_is_the_one_of_the_stated_seed() -> None:
    assert SigningKey(ORIGIN, b"\x33" * 32).verifier == KEY


def test_the_checkpoint_is_over_the_leaves_shown() -> None:
    head = verify_checkpoint(block("checkpoint").encode(), KEY, ORIGIN)
    assert head == Checkpoint(ORIGIN, 4, root_of([hash_leaf(leaf) for leaf in LEAVES]))


def test_the_proof_proves_the_second_leaf() -> None:
    proof = LogProof.parse(block("tlog-proof").encode())
    assert proof.index == 1
    assert proof.checkpoint == block("checkpoint").encode()
    verify_proof(proof, hash_leaf(LEAVES[1]), KEY, ORIGIN)


def test_the_files_have_the_stated_names_and_bytes() -> None:
    hashes = [hash_leaf(leaf) for leaf in LEAVES]
    data = bytes.fromhex(block("tile"))
    (tile,) = TileEdge().grow(hashes)[1]
    assert parse_tile(data, 4) == tuple(hashes)
    assert (tile.path.encode(), tile.data) == (tile_path(0, 0, 4), data)
    assert encode_entries(LEAVES) == ENTRIES
    for path in (tile_path(0, 0, 4), entries_path(0, 4), addendum_path(LEAVES[1][32:64])):
        assert f"`<prefix>/{path}`" in TEXT


def test_every_leaf_ends_in_its_addenda_suffix() -> None:
    for leaf in LEAVES:
        count = leaf[-1]
        offsets = [int.from_bytes(item, "big") for item in chunks(leaf[-1 - 4 * count : -1], 4)]
        assert offsets == ([32] if len(leaf) == 69 else [])


def test_the_cosigned_checkpoint_is_what_the_auditor_makes() -> None:
    auditor = CosigningKey("auditor.example/habeas", b"\x66" * 32)
    key = VerifierKey.parse(block("auditor-vkey").strip())
    assert auditor.verifier == key
    cosigned = block("cosigned").encode()
    line = cosign(block("checkpoint").encode(), auditor, 1767225600)
    assert add_cosignatures(block("checkpoint").encode(), [line]) == cosigned
    head, found = verify_cosigned_checkpoint(cosigned, KEY, ORIGIN, [key])
    assert head == verify_checkpoint(block("checkpoint").encode(), KEY, ORIGIN)
    assert found == (Cosignature(key, 1767225600),)
    note = Note.parse(cosigned)
    assert block("cosigned-message") == "cosignature/v1\ntime 1767225600\n" + note.text
    (signature,) = note.signed_by(key)
    assert bytes.fromhex(block("cosignature")) == signature.blob
