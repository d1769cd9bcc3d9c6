"""Header cases of ``tests/vectors/evm``."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.evm import encode_header, keccak256, rlp_encode
from ledger.evm.rlp import RlpItem, encode_integer
from tools.vectors._evm_blocks import (
    EMPTY_LIST_HASH,
    EMPTY_TRIE,
    ZERO_BLOOM,
    Case,
    Json,
    block_named,
    captured_named,
    case,
    header_fields,
)


def header_cases() -> dict[str, Case]:
    real, _ = block_named("200-transactions")
    block = captured_named("200-transactions")["block"]
    shown = {
        "hash": block["hash"][2:],
        "parent_hash": block["parentHash"][2:],
        "number": int(block["number"], 16),
        "timestamp": int(block["timestamp"], 16),
        "receipts_root": block["receiptsRoot"][2:],
    }
    cases = {"header-captured": case("evm.parse_header", "a captured block", {"header": real.hex()}, ok=shown)}
    for count in (15, 16, 17, 20, 21, 23):
        cases[f"header-{count}-fields"] = _made_header(count)
    for count in (0, 14, 18, 19, 22, 24):
        raw = rlp_encode(header_fields(count))
        cases[f"header-{count}-fields"] = _bad_header(f"no known header has {count} fields", raw)
    changed: dict[str, tuple[int, bytes | list[bytes], str]] = {
        "short-parent-hash": (0, bytes(31), "a hash has 32 bytes"),
        "long-miner": (2, bytes(21), "an address has 20 bytes"),
        "empty-receipts-root": (5, b"", "a hash is never left out"),
        "short-bloom": (6, bytes(255), "the bloom has 256 bytes"),
        "non-minimal-number": (8, b"\0\x89", "integers have no leading zero"),
        "zero-as-a-byte": (10, b"\0", "zero is the empty string"),
        "number-over-limit": (8, encode_integer(2**53), "numbers end at 2^53-1"),
        "timestamp-in-year-10000": (11, encode_integer(253_402_300_800), "no date can be written for it"),
        "integer-of-33-bytes": (7, b"\1" * 33, "integers have at most 32 bytes"),
        "list-as-a-field": (12, [b"a"], "fields are byte strings"),
        "short-nonce": (14, bytes(7), "the nonce has 8 bytes"),
        "non-minimal-slot": (22, b"\0\1", "integers have no leading zero, in new fields too"),
    }
    for name, (place, value, why) in changed.items():
        fields: list[RlpItem] = list(header_fields(23))
        fields[place] = value
        cases[f"header-{name}"] = _bad_header(why, rlp_encode(fields))
    over = header_fields()
    over[12] = bytes(2048)
    cases["header-over-2048-bytes"] = _bad_header("over the limit of 2,048 bytes", rlp_encode(over))
    cases["header-trailing-byte"] = _bad_header("a byte follows", real + b"\0")
    cases["header-cut-off"] = _bad_header("the last byte is missing", real[:-1])
    cases["header-is-a-string"] = _bad_header("a byte string is no header", rlp_encode(bytes(600)))
    cases["header-empty"] = _bad_header("no bytes", b"")
    given = {"header": real.hex(), "block_hash": keccak256(real).hex()}
    cases["verify-header"] = case("evm.verify_header", "the hash is that of the bytes", given, ok=shown)
    flipped = real[:-1] + bytes([real[-1] ^ 1])
    for name, raw in (("flipped-bit", flipped), ("another-block", block_named("1-transaction")[0])):
        wrong = given | {"header": raw.hex()}
        cases[f"verify-header-{name}"] = case(
            "evm.verify_header", "well formed, but another header", wrong, error="VerificationHeader"
        )
    return cases


def _made_header(count: int) -> Case:
    fields = header_fields(count)
    raw = rlp_encode(fields)
    shown = {
        "hash": keccak256(raw).hex(),
        "parent_hash": fields[0].hex(),
        "number": 9_000_000,
        "timestamp": 1_792_000_000,
        "receipts_root": fields[5].hex(),
    }
    return case("evm.parse_header", f"made up, {count} fields", {"header": raw.hex()}, ok=shown)


def _bad_header(description: str, raw: bytes) -> Case:
    return case("evm.parse_header", description, {"header": raw.hex()}, error="MalformedHeader")


def _empty_block(**fields: str) -> Json:
    base = {
        "parentHash": "0x" + "00" * 32,
        "sha3Uncles": EMPTY_LIST_HASH,
        "miner": "0x" + "00" * 20,
        "transactionsRoot": EMPTY_TRIE,
        "receiptsRoot": EMPTY_TRIE,
        "logsBloom": ZERO_BLOOM,
        "number": "0x0",
        "gasUsed": "0x0",
        "mixHash": "0x" + "00" * 32,
        "nonce": "0x0000000000000000",
    }
    return base | fields


MAINNET_GENESIS = _empty_block(
    stateRoot="0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544",
    difficulty="0x400000000",
    gasLimit="0x1388",
    timestamp="0x0",
    extraData="0x11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa",
    nonce="0x0000000000000042",
)
SEPOLIA_GENESIS = _empty_block(
    stateRoot="0x5eb6e371a698b8d68f665192350ffcecbbbf322916f4b51bd79bb6887da3f494",
    difficulty="0x20000",
    gasLimit="0x1c9c380",
    timestamp="0x6159af19",
    extraData="0x" + b"Sepolia, Athens, Attica, Greece!".hex(),
    baseFeePerGas="0x3b9aca00",
)
# Two neighbouring blocks of a reth 2.7.0 devnet, before and after its Amsterdam fork, as published in
# tests of the Gloas support of a light client (execution header, "headers on both sides of the fork").
PRAGUE_191 = _empty_block(
    parentHash="0x74f90ca1c71db6591cc4510eb6e831bdf7fcc7beabcdcbfaa1e7cb0788840153",
    miner="0x8943545177806ed17b9f23f0a21ee5948ecaa776",
    stateRoot="0xd430244510b470423f038afbfb318f1e8b458357727dd4959845e6b0182fbae8",
    difficulty="0x0",
    number="0xbf",
    gasLimit="0xbebc200",
    timestamp="0x6abd0dc7",
    extraData="0x726574682f76322e372e302f6c696e7578",
    mixHash="0x879d6ebf21224bb92a05f0c4d50a2823ae85c1bfda76dd171381184d6f4070c5",
    baseFeePerGas="0x7",
    withdrawalsRoot=EMPTY_TRIE,
    blobGasUsed="0x0",
    excessBlobGas="0x0",
    parentBeaconBlockRoot="0x9bdd621d2614dc45107bc9f80a2221de691a899d7740569523c6e0cc24f4ffd6",
    requestsHash="0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
)
AMSTERDAM_192 = PRAGUE_191 | {
    "parentHash": "0x2648510bb7819909b36373a3a2ccda82a51a0c8b154d03ff7710ef8d64b689e6",
    "stateRoot": "0x2338ab0cb5b76db31251fc2352e9142fd8b2bf19de6ac4a3c201b84d6ba737d3",
    "number": "0xc0",
    "timestamp": "0x6abd0dcb",
    "mixHash": "0x27184df4d2e2182675a2310a546d32e0d74a7accd4fbeafa84a903cd489dd40c",
    "parentBeaconBlockRoot": "0x1214de134cf32c261ff3c2b6f96435016e9b98bf7dcd4870ad0009a2acf79974",
    "blockAccessListHash": "0x1d33a17375e8dd0aef5da65c3f51422043f1c40d52eceaaca238cc92501aa32e",
    "slotNumber": "0xc0",
}
PUBLISHED = {
    "mainnet-genesis": (MAINNET_GENESIS, "d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3"),
    "sepolia-genesis": (SEPOLIA_GENESIS, "25a5cc106eea7138acab33231d7160d69cb777ee0c2c553fcddf5138993e6dd9"),
    "prague-191": (PRAGUE_191, "2648510bb7819909b36373a3a2ccda82a51a0c8b154d03ff7710ef8d64b689e6"),
    "amsterdam-192": (AMSTERDAM_192, "86e1583ca604ce5de648b44c41fb309b8dfe72ab21b57ad9f12eb0d92ac991f8"),
}


def rpc_header_cases() -> dict[str, Case]:
    cases = {}
    for name, (block, block_hash) in PUBLISHED.items():
        cases[f"encode-header-{name}"] = case(
            "evm.encode_header",
            f"published block {name}; its hash is the published one",
            {"block": block},
            ok={"header": encode_header(block).hex(), "hash": block_hash},
        )
    same = {"header": encode_header(AMSTERDAM_192).hex(), "hash": PUBLISHED["amsterdam-192"][1]}
    nulls = PRAGUE_191 | {"blockAccessListHash": None, "slotNumber": None}
    cases["encode-header-null-fields"] = case(
        "evm.encode_header",
        "null is as good as absent",
        {"block": nulls},
        ok={"header": encode_header(nulls).hex(), "hash": PUBLISHED["prague-191"][1]},
    )
    mixed = AMSTERDAM_192 | {"number": 192, "slotNumber": "0x00c0", "gasLimit": 200_000_000}
    cases["encode-header-integers"] = case(
        "evm.encode_header", "quantities may be integers or padded", {"block": mixed}, ok=same
    )
    broken: dict[str, tuple[Mapping[str, object], str]] = {
        "without-slot": ({"slotNumber": None}, "22 fields are of no known header"),
        "gap": ({"requestsHash": None}, "a field in the middle is missing"),
        "without-number": ({"number": None}, "a field in the middle is missing"),
        "short-hash": ({"parentHash": "0x" + "00" * 31}, "a hash has 32 bytes"),
        "odd-hex": ({"miner": "0x" + "0" * 39}, "an odd number of digits is no bytes"),
        "no-0x": ({"number": "c0"}, "quantities start with 0x"),
        "negative": ({"number": -1}, "quantities are not negative"),
        "number-2-53": ({"number": hex(2**53)}, "no header with this number can be read"),
        "year-10000": ({"timestamp": hex(253_402_300_800)}, "no header of this time can be read"),
        "integer-of-33-bytes": ({"difficulty": hex(2**256)}, "integers have at most 32 bytes"),
        "over-2048-bytes": ({"extraData": "0x" + "00" * 2048}, "a header has at most 2,048 bytes"),
        "boolean": ({"gasUsed": True}, "true is no number"),
    }
    for name, (change, why) in broken.items():
        cases[f"encode-header-{name}"] = case(
            "evm.encode_header", why, {"block": {**AMSTERDAM_192, **change}}, error="MalformedHeader"
        )
    return cases
