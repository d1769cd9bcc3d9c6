"""Receipt cases of ``tests/vectors/evm``."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.evm import rlp_encode
from ledger.evm.rlp import RlpItem, encode_integer
from tools.vectors._evm_blocks import ZERO_BLOOM, Case, case, made_receipt

LOG: list[RlpItem] = [b"\x11" * 20, [b"\x22" * 32, b"\x33" * 32], b"data"]
SHOWN_LOG = {"address": "11" * 20, "topics": ["22" * 32, "33" * 32], "data": b"data".hex()}


def receipt_cases() -> dict[str, Case]:
    cases = {}
    for kind in (b"", b"\1", b"\2", b"\3", b"\4"):
        name = f"type-{kind[0]}" if kind else "legacy"
        cases[f"receipt-{name}"] = _good_receipt(name, made_receipt([LOG], kind=kind), 1)
    cases["receipt-status-0"] = _good_receipt("a reverted transaction", made_receipt([LOG], status=b""), 0)
    fields: list[RlpItem] = [b"\1", encode_integer(5), bytes(256), [LOG]]
    cases["receipt-deposit"] = _good_receipt("OP Stack since Canyon", b"\x7e" + rlp_encode([*fields, b"\5", b"\1"]), 1)
    cases["receipt-deposit-before-canyon"] = _good_receipt("OP Stack before", b"\x7e" + rlp_encode(fields), 1)
    bad: dict[str, tuple[bytes, str]] = {
        "empty": (b"", "no bytes"),
        "type-prefix-missing-a-byte": (b"\2", "a type and no list"),
        "type-5": (made_receipt([LOG], kind=b"\5"), "type 5 is not known"),
        "type-0-written-out": (made_receipt([LOG], kind=b"\0"), "legacy receipts have no type byte"),
        "string-header": (b"\xb9\1\0" + bytes(256), "a byte string is no receipt"),
        "status-2": (made_receipt([LOG], status=b"\2"), "the status is 0 or 1"),
        "status-zero-byte": (made_receipt([LOG], status=b"\0"), "zero is the empty string"),
        "state-root": (made_receipt([LOG], status=bytes(32)), "receipts before Byzantium are too old"),
        "three-fields": (b"\2" + rlp_encode(fields[:3]), "four fields"),
        "five-fields": (b"\2" + rlp_encode([*fields, b"\1"]), "four fields"),
        "six-fields-type-2": (b"\2" + rlp_encode([*fields, b"\1", b"\1"]), "six only in deposits"),
        "deposit-five-fields": (b"\x7e" + rlp_encode([*fields, b"\1"]), "deposits have four or six"),
        "deposit-non-minimal-nonce": (b"\x7e" + rlp_encode([*fields, b"\0\1", b"\1"]), "no leading zero"),
        "non-minimal-gas": (b"\2" + rlp_encode([b"\1", b"\0\5", bytes(256), []]), "no leading zero"),
        "gas-over-uint64": (b"\2" + rlp_encode([b"\1", b"\1" * 9, bytes(256), []]), "at most 8 bytes"),
        "short-bloom": (b"\2" + rlp_encode([b"\1", b"\5", bytes(255), []]), "the bloom has 256 bytes"),
        "logs-not-a-list": (b"\2" + rlp_encode([b"\1", b"\5", bytes(256), b"logs"]), "logs are a list"),
        "logs-an-empty-string": (b"\2" + rlp_encode([b"\1", b"\5", bytes(256), b""]), "no logs is an empty list"),
        "log-of-two": (made_receipt([LOG[:2]]), "a log has three parts"),
        "short-address": (made_receipt([[bytes(19), [], b""]]), "an address has 20 bytes"),
        "five-topics": (made_receipt([[bytes(20), [bytes(32)] * 5, b""]]), "at most four topics"),
        "short-topic": (made_receipt([[bytes(20), [bytes(31)], b""]]), "a topic has 32 bytes"),
        "data-a-list": (made_receipt([[bytes(20), [], []]]), "data are bytes"),
        "trailing-byte": (made_receipt([LOG]) + b"\0", "a byte follows"),
    }
    for name, (data, why) in bad.items():
        cases[f"receipt-{name}"] = case("evm.parse_receipt", why, {"receipt": data.hex()}, error="MalformedReceipt")
    return cases


def _good_receipt(description: str, data: bytes, status: int) -> Case:
    return case("evm.parse_receipt", description, {"receipt": data.hex()}, ok={"status": status, "logs": [SHOWN_LOG]})


def rpc_receipt_cases() -> dict[str, Case]:
    log = {
        "address": "0x" + "11" * 20,
        "topics": ["0x" + "22" * 32, "0x" + "33" * 32],
        "data": "0x" + b"data".hex(),
    }
    base = {
        "type": "0x2",
        "status": "0x1",
        "cumulativeGasUsed": "0xd6d8",
        "logsBloom": ZERO_BLOOM,
        "logs": [log],
    }
    deposit = base | {"type": "0x7e", "depositNonce": "0x5"}
    canyon = rlp_encode([b"\1", encode_integer(0xD6D8), bytes(256), [LOG], b"\5", b"\1"])
    good = {
        "type-2": (base, made_receipt([LOG])),
        "legacy": (base | {"type": "0x0"}, made_receipt([LOG], kind=b"")),
        "without-type": ({key: base[key] for key in base if key != "type"}, made_receipt([LOG], kind=b"")),
        "deposit-before-canyon": (deposit, made_receipt([LOG], kind=b"\x7e")),
        "deposit": (deposit | {"depositReceiptVersion": "0x1"}, b"\x7e" + canyon),
        "deposit-members-of-type-2": (
            base | {"depositNonce": "0x5", "depositReceiptVersion": "0x1"},
            made_receipt([LOG]),
        ),
        "unknown-type": (base | {"type": "0x7d"}, made_receipt([LOG], kind=b"\x7d")),
    }
    cases = {
        f"encode-receipt-{name}": case("evm.encode_receipt", name, {"receipt": given}, ok={"receipt": data.hex()})
        for name, (given, data) in good.items()
    }
    bad: dict[str, tuple[Mapping[str, object], str]] = {
        "without-status": ({"status": None}, "receipts before Byzantium are too old"),
        "status-2": ({"status": "0x2"}, "the status is 0 or 1"),
        "gas-over-uint64": ({"cumulativeGasUsed": hex(2**64)}, "gas has at most 8 bytes"),
        "deposit-nonce-null": (
            {"type": "0x7e", "depositNonce": None, "depositReceiptVersion": "0x1"},
            "a version stands behind a nonce",
        ),
        "deposit-nonce-over-uint64": (
            {"type": "0x7e", "depositNonce": hex(2**64), "depositReceiptVersion": "0x1"},
            "a nonce has at most 8 bytes",
        ),
        "type-null": ({"type": None}, "an absent type is legacy, a null one is nothing"),
        "type-over-127": ({"type": "0x80"}, "EIP-2718 types end at 127"),
        "logs-missing": ({"logs": None}, "the logs are needed"),
        "log-a-string": ({"logs": ["0x"]}, "a log is an object"),
        "short-topic": ({"logs": [log | {"topics": ["0x22"]}]}, "a topic has 32 bytes"),
        "short-bloom": ({"logsBloom": "0x00"}, "the bloom has 256 bytes"),
    }
    for name, (change, why) in bad.items():
        cases[f"encode-receipt-{name}"] = case(
            "evm.encode_receipt", why, {"receipt": {**base, **change}}, error="MalformedReceipt"
        )
    return cases
