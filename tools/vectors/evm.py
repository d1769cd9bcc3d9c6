"""Vectors of ``tests/vectors/evm``: Keccak, RLP, headers, receipts, the receipt trie.

``python -m tools.vectors.evm`` rewrites them from the captured blocks, the same bytes each time;
with ``--capture`` it first captures new blocks (``captured/blocks.json``) from a node started for that.
"""

from __future__ import annotations

import json
import sys

from tools.vectors._evm_blocks import CAPTURED, EMPTY_TRIE, Case, Json, case, write_cases
from tools.vectors._evm_headers import header_cases, rpc_header_cases
from tools.vectors._evm_receipts import receipt_cases, rpc_receipt_cases
from tools.vectors._evm_trie import trie_cases

# Keccak-256 of the ERC-20 event, as every block explorer shows it.
TRANSFER_TOPIC = "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"


def main() -> None:
    if "--capture" in sys.argv:
        from tools.vectors._evm_capture import capture

        CAPTURED.parent.mkdir(parents=True, exist_ok=True)
        CAPTURED.write_text(_captured_text(capture()), encoding="utf-8")
    cases = _keccak() | _rlp() | header_cases() | rpc_header_cases()
    write_cases("evm", cases | receipt_cases() | rpc_receipt_cases() | trie_cases())


def _captured_text(captured: Json) -> str:
    """A case file as the others, with the node's own hashes as what is expected."""
    blocks = [one["block"] for one in captured["blocks"]]
    content = {
        "description": "Blocks as a node gave them. In receipts, a logsBloom of zeros is left out.",
        "operation": "evm.captured_blocks",
        "input": captured,
        "expect": {
            "ok": {
                "hashes": [block["hash"][2:] for block in blocks],
                "receipts_roots": [block["receiptsRoot"][2:] for block in blocks],
            }
        },
    }
    return json.dumps(content, indent=1) + "\n"


def _keccak() -> dict[str, Case]:
    known = {
        "empty": (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        "empty-rlp-string": (b"\x80", EMPTY_TRIE[2:]),
        "event-signature": (b"Transfer(address,address,uint256)", TRANSFER_TOPIC),
    }
    return {
        f"keccak-{name}": case("evm.keccak256", f"Keccak-256 of {name}", {"data": data.hex()}, ok={"hash": value})
        for name, (data, value) in known.items()
    }


def _nested(levels: int) -> bytes:
    """That many lists inside each other, canonically encoded."""
    item = b""
    for _ in range(levels):
        size = len(item).to_bytes(2).lstrip(b"\0")
        item = (bytes([0xC0 + len(item)]) if len(item) < 56 else bytes([0xF7 + len(size)]) + size) + item
    return item


def _rlp() -> dict[str, Case]:
    good = {
        "dog": ("83646f67", "646f67"),
        "cat-and-dog": ("c88363617483646f67", ["636174", "646f67"]),
        "empty-string": ("80", ""),
        "empty-list": ("c0", []),
        "byte-zero": ("00", "00"),
        "byte-127": ("7f", "7f"),
        "byte-128": ("8180", "80"),
        "set-of-three": ("c7c0c1c0c3c0c1c0", [[], [[]], [[], [[]]]]),
        "55-bytes": ("b7" + "aa" * 55, "aa" * 55),
        "56-bytes": ("b838" + "aa" * 56, "aa" * 56),
        "six-levels": ("c5c4c3c2c1c0", [[[[[[]]]]]]),
    }
    bad = {
        "empty-input": ("", "no item at all"),
        "trailing-byte": ("8000", "a byte follows the item"),
        "single-byte-with-length": ("817f", "one byte below 0x80 stands for itself"),
        "string-too-short": ("83646f", "the string ends early"),
        "list-too-short": ("c883636174", "the list ends early"),
        "item-longer-than-its-list": ("c283636174", "an item may not reach out of its list"),
        "long-form-for-55-bytes": ("b837" + "aa" * 55, "55 bytes have the short form"),
        "long-form-list-for-3-bytes": ("f803616263", "3 bytes have the short form"),
        "length-with-leading-zero": ("b90038" + "aa" * 56, "lengths are minimal"),
        "length-cut-off": ("b9ff", "the length itself ends early"),
        "length-of-2-to-the-64": ("bfffffffffffffffff", "announces more than there is"),
        "seven-levels": ("c6c5c4c3c2c1c0", "at most six lists inside each other"),
        "a-thousand-levels": (_nested(1000).hex(), "nesting never reaches the call stack"),
    }
    cases = {
        f"rlp-{name}": case("evm.rlp_decode", f"canonical RLP: {name}", {"data": data}, ok={"item": item})
        for name, (data, item) in good.items()
    }
    for name, (data, why) in bad.items():
        cases[f"rlp-{name}"] = case("evm.rlp_decode", why, {"data": data}, error="MalformedReceipt")
    return cases


if __name__ == "__main__":
    main()
