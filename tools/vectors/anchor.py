"""Vectors of ``tests/vectors/anchor``: events, anchors and submissions proven by receipts."""

from __future__ import annotations

from ledger.anchor import ANCHORED_TOPIC, SUBMITTED_TOPIC
from ledger.encoding import sha256
from ledger.evm import build_receipt_proof, keccak256, parse_receipt, rlp_encode
from ledger.evm.rlp import RlpItem
from tools.vectors._evm_blocks import (
    Case,
    Json,
    block_named,
    captured,
    case,
    header_fields,
    made_header,
    made_receipt,
    write_cases,
)

CONTRACT, LOG, OTHER = b"\xc0" * 20, b"\x10" * 20, b"\x0e" * 20
# The made-up blocks have this time.
TIME = 1_792_000_000
ROOT = sha256(b"root")
KEY = sha256(b"key")
STATEMENT = b'{"habeas":1}'
FRAMES = {"contract": CONTRACT.hex(), "log": LOG.hex()}


def word(value: int | bytes) -> bytes:
    return value.to_bytes(32) if isinstance(value, int) else value.rjust(32, b"\0")


def anchored_data(
    size: int = 1000, root: bytes = ROOT, included: int = 2, submitted: int = 3, complete_to: int = TIME - 60
) -> bytes:
    return word(size) + root + word(included) + word(submitted) + word(complete_to)


def anchored(data: bytes, address: bytes = CONTRACT, topics: list[bytes] | None = None) -> list[RlpItem]:
    return [address, topics or [ANCHORED_TOPIC, word(LOG)], data]


def leaf_hash(key: bytes, statement: bytes) -> bytes:
    return sha256(b"\0" + key + sha256(statement) + bytes.fromhex("0000002001"))


def submitted_data(
    statement: bytes = STATEMENT, offset: int = 96, length: int | None = None, hashed: bytes | None = None
) -> bytes:
    padded = statement + bytes(-len(statement) % 32)
    head = (leaf_hash(KEY, statement) if hashed is None else hashed) + KEY
    return head + word(offset) + word(len(statement) if length is None else length) + padded


def submitted(data: bytes, address: bytes = CONTRACT, topics: list[bytes] | None = None) -> list[RlpItem]:
    return [address, topics or [SUBMITTED_TOPIC, word(LOG), word(7)], data]


def proof(receipts: list[bytes], tx_index: int, log_index: int = 0, header: bytes | None = None) -> Json:
    """A proof over made-up receipts in a made-up block, or over real ones with their ``header``."""
    root, nodes = build_receipt_proof(receipts, tx_index)
    return {
        "header": (made_header(root) if header is None else header).hex(),
        "tx_index": tx_index,
        "log_index": log_index,
        "nodes": [node.hex() for node in nodes],
    }


def main() -> None:
    cases = real_anchors() | real_submissions() | real_but_not_ours()
    cases |= made_anchors() | made_submissions() | broken_proofs()
    write_cases("anchor", cases | anchored_events() | submitted_events())


def real_anchors() -> dict[str, Case]:
    given = {key: captured()[key][2:] for key in ("contract", "log")}
    cases = {}
    for name, index, included in (("1-transaction", 0, 0), ("200-transactions", 131, 2)):
        header, receipts = block_named(name)
        time = next(int(one["block"]["timestamp"], 16) for one in captured()["blocks"] if one["name"] == name)
        data = parse_receipt(receipts[index]).logs[0].data
        ok = {
            "block_hash": keccak256(header).hex(),
            "timestamp": time,
            "log": given["log"],
            "size": 3 if included else 1,
            "root": data[32:64].hex(),
            "included": included,
            "submitted": included,
            "complete_to": time,
        }
        inputs = given | {"proof": proof(receipts, index, header=header)}
        cases[f"anchor-captured-{name}"] = case("anchor.verify_anchor", "an anchor on a real node", inputs, ok)
        made = made_header(build_receipt_proof(receipts, index)[0], 23, time)
        inputs = given | {"proof": proof(receipts, index, header=made)}
        ok = ok | {"block_hash": keccak256(made).hex()}
        cases[f"anchor-{name}-23-fields"] = case("anchor.verify_anchor", "under a made-up header", inputs, ok)
    return cases


def real_submissions() -> dict[str, Case]:
    given = {key: captured()[key][2:] for key in ("contract", "log")}
    header, receipts = block_named("2-transactions")
    time = next(int(one["block"]["timestamp"], 16) for one in captured()["blocks"] if one["name"] == "2-transactions")
    cases = {}
    key = sha256(b"\0a case")
    for ticket, statement in enumerate((STATEMENT, bytes(range(32, 127)) * 10)):
        ok = {
            "block_hash": keccak256(header).hex(),
            "timestamp": time,
            "log": given["log"],
            "ticket": ticket,
            "leaf_hash": leaf_hash(key, statement).hex(),
            "key": key.hex(),
            "statement": statement.hex(),
        }
        inputs = given | {"proof": proof(receipts, ticket, header=header)}
        cases[f"submission-captured-{ticket}"] = case("anchor.verify_submission", "on a real node", inputs, ok)
    return cases


def real_but_not_ours() -> dict[str, Case]:
    """Neighbours of the captured anchor: real receipts that prove something else."""
    given = {key: captured()[key][2:] for key in ("contract", "log")}
    header, receipts = block_named("200-transactions")
    wrong = {
        "captured-transfer": (130, "a plain transfer has no log"),
        "captured-another-log": (132, "another log anchored at the same contract"),
        "captured-twin-contract": (133, "the same code at another address emitted the same event"),
        "captured-reverted": (134, "the call was reverted: status 0"),
        "captured-submission": (135, "the contract's other event"),
    }
    cases = {}
    for name, (index, why) in wrong.items():
        inputs = given | {"proof": proof(receipts, index, header=header)}
        cases[f"anchor-{name}"] = case("anchor.verify_anchor", why, inputs, error="VerificationAnchor")
    other = block_named("17-transactions")[0]
    inputs = given | {"proof": proof(receipts, 131, header=other)}
    cases["anchor-captured-header-of-another-block"] = case(
        "anchor.verify_anchor", "the header of another real block", inputs, error="VerificationReceipt"
    )
    inputs = given | {"proof": proof(receipts, 131, header=header)}
    cases["submission-captured-anchor"] = case(
        "anchor.verify_submission", "the contract's other event", inputs, error="VerificationAnchor"
    )
    return cases


def _anchor_case(logs: list[RlpItem], why: str, error: str, log_index: int = 0, status: bytes = b"\1") -> Case:
    inputs = FRAMES | {"proof": proof([made_receipt(logs, status)], 0, log_index)}
    return case("anchor.verify_anchor", why, inputs, error=error)


def made_anchors() -> dict[str, Case]:
    cases = {}
    noise: list[RlpItem] = [OTHER, [], b""]
    data = anchored_data()
    for count in (20, 21, 23):
        receipts = [made_receipt([noise, noise, anchored(data)])]
        root, _ = build_receipt_proof(receipts, 0)
        header = made_header(root, count)
        ok = {
            "block_hash": keccak256(header).hex(),
            "timestamp": TIME,
            "log": LOG.hex(),
            "size": 1000,
            "root": ROOT.hex(),
            "included": 2,
            "submitted": 3,
            "complete_to": TIME - 60,
        }
        inputs = FRAMES | {"proof": proof(receipts, 0, 2, header)}
        cases[f"anchor-third-log-{count}-fields"] = case("anchor.verify_anchor", "log 2 of the receipt", inputs, ok)
    bad: dict[str, tuple[list[RlpItem], str, str]] = {
        "wrong-address": ([anchored(data, OTHER)], "the right event of another contract", "VerificationAnchor"),
        "wrong-topic": ([anchored(data, topics=[SUBMITTED_TOPIC, word(LOG)])], "another event", "VerificationAnchor"),
        "no-topics": ([[CONTRACT, [], data]], "an event without a name", "VerificationAnchor"),
        "topic-only": ([anchored(data, topics=[ANCHORED_TOPIC])], "no log is named", "MalformedReceipt"),
        "another-log": (
            [anchored(data, topics=[ANCHORED_TOPIC, word(OTHER)])],
            "topic 1 is another log",
            "VerificationAnchor",
        ),
        "size-zero": ([anchored(anchored_data(size=0))], "no tree has no leaves", "VerificationAnchor"),
        "size-over-limit": ([anchored(anchored_data(size=2**53))], "sizes end at 2^53-1", "VerificationAnchor"),
        "more-settled-than-taken": (
            [anchored(anchored_data(included=4))],
            "4 tickets settled, 3 taken",
            "VerificationAnchor",
        ),
        "complete-after-its-block": (
            [anchored(anchored_data(complete_to=TIME + 1))],
            "complete up to a time after the block",
            "VerificationAnchor",
        ),
    }
    dirty, foreign = b"\1" + word(LOG)[1:], word(OTHER)
    for name, topics, given, why in (
        ("dirty-padding-of-its-address", [ANCHORED_TOPIC, dirty], data, "the right address, padded with a one"),
        ("another-log-dirty-padding", [ANCHORED_TOPIC, b"\1" + foreign[1:]], data, "the form comes before the log"),
        ("another-log-short-data", [ANCHORED_TOPIC, foreign], data[:-1], "the form comes before the log"),
        ("another-log-three-topics", [ANCHORED_TOPIC, foreign, word(1)], data, "the form comes before the log"),
    ):
        bad[name] = ([anchored(given, topics=topics)], why, "MalformedReceipt")
    for name, (logs, why, error) in bad.items():
        cases[f"anchor-{name}"] = _anchor_case(logs, why, error)
    one: list[RlpItem] = [noise, anchored(data)]
    cases["anchor-log-index-of-a-neighbour"] = _anchor_case(one, "log 0 is another", "VerificationAnchor")
    cases["anchor-log-index-beyond"] = _anchor_case(one, "there are 2 logs", "VerificationAnchor", 2)
    cases["anchor-log-index-negative"] = _anchor_case(one, "indexes start at 0", "VerificationAnchor", -1)
    cases["anchor-status-0"] = _anchor_case([anchored(data)], "a failed call", "VerificationAnchor", 0, b"")
    return cases


def made_submissions() -> dict[str, Case]:
    bad: dict[str, tuple[list[RlpItem], str, str]] = {
        "wrong-address": (submitted(submitted_data(), OTHER), "another contract", "VerificationAnchor"),
        "another-log": (
            submitted(submitted_data(), topics=[SUBMITTED_TOPIC, word(OTHER), word(7)]),
            "topic 1 is another log",
            "VerificationAnchor",
        ),
        "wrong-leaf-hash": (
            submitted(submitted_data(hashed=sha256(b"another"))),
            "the leaf hash is not that of key and statement",
            "VerificationAnchor",
        ),
        "anchored-event": (anchored(anchored_data()), "the contract's other event", "VerificationAnchor"),
    }
    cases = {}
    for name, (log, why, error) in bad.items():
        inputs = FRAMES | {"proof": proof([made_receipt([log])], 0)}
        cases[f"submission-{name}"] = case("anchor.verify_submission", why, inputs, error=error)
    failed = FRAMES | {"proof": proof([made_receipt([submitted(submitted_data())], b"")], 0)}
    cases["submission-status-0"] = case("anchor.verify_submission", "a failed call", failed, error="VerificationAnchor")
    return cases


def broken_proofs() -> dict[str, Case]:
    """The good made-up anchor, with its proof damaged in one place."""
    receipts = [made_receipt([anchored(anchored_data())]), made_receipt([]), made_receipt([])]
    good = proof(receipts, 0)
    root, _ = build_receipt_proof(receipts, 0)
    untyped = [receipt[1:] if place == 0 else receipt for place, receipt in enumerate(receipts)]
    retyped = [b"\5" + receipt[1:] if place == 0 else receipt for place, receipt in enumerate(receipts)]
    changed: dict[str, tuple[Json, str, str]] = {
        "header-22-fields": ({"header": made_header(root, 22).hex()}, "no known header", "MalformedHeader"),
        "header-24-fields": ({"header": made_header(root, 24).hex()}, "no known header", "MalformedHeader"),
        "header-trailing-byte": ({"header": good["header"] + "00"}, "a byte follows", "MalformedHeader"),
        "header-over-limit": ({"header": _long_header(root).hex()}, "over 2,048 bytes", "MalformedHeader"),
        "header-of-another-block": ({"header": made_header(ROOT).hex()}, "another root", "VerificationReceipt"),
        "tx-index-of-another": ({"tx_index": 1}, "the path leads elsewhere", "VerificationReceipt"),
        "tx-index-negative": ({"tx_index": -1}, "indexes start at 0", "MalformedReceipt"),
        "node-missing": ({"nodes": good["nodes"][:-1]}, "breaks off", "VerificationReceipt"),
        "node-extra": ({"nodes": good["nodes"] + good["nodes"][-1:]}, "one too many", "VerificationReceipt"),
        "nodes-reversed": ({"nodes": good["nodes"][::-1]}, "from the root down", "VerificationReceipt"),
        "type-prefix-stripped": ({"nodes": proof(untyped, 0)["nodes"]}, "another receipt", "VerificationReceipt"),
    }
    cases = {}
    for name, (change, why, error) in changed.items():
        inputs = FRAMES | {"proof": good | change}
        cases[f"anchor-{name}"] = case("anchor.verify_anchor", why, inputs, error=error)
    inputs = FRAMES | {"proof": proof(retyped, 0)}
    cases["anchor-receipt-of-unknown-type"] = case(
        "anchor.verify_anchor", "type 5 is not known", inputs, error="MalformedReceipt"
    )
    return cases


def _long_header(root: bytes) -> bytes:
    fields = header_fields()
    fields[5], fields[12] = root, bytes(2048)
    return rlp_encode(fields)


def _event(item: list[RlpItem], operation: str, why: str, ok: Json | None = None, error: str = "") -> Case:
    address, topics, data = item
    assert isinstance(address, bytes) and isinstance(data, bytes)
    shown = {
        "address": address.hex(),
        "topics": [topic.hex() for topic in topics if isinstance(topic, bytes)],
        "data": data.hex(),
    }
    return case(f"anchor.{operation}", why, {"event": shown, "contract": CONTRACT.hex()}, ok, error)


def anchored_events() -> dict[str, Case]:
    largest = 2**64 - 1
    full = anchored_data(largest, ROOT, largest, largest, largest)
    numbers = dict.fromkeys(("size", "included", "submitted", "complete_to"), largest)
    cases = {
        "anchored-largest": _event(
            anchored(full), "parse_anchored", "every uint64 full", {"log": LOG.hex(), "root": ROOT.hex(), **numbers}
        )
    }
    none = anchored_data(0, ROOT, 4, 3, largest)
    shown = {"log": LOG.hex(), "root": ROOT.hex(), "size": 0, "included": 4, "submitted": 3, "complete_to": largest}
    why = "the contract's bounds are step 8 of verifying, not of parsing"
    cases["anchored-outside-the-bounds"] = _event(anchored(none), "parse_anchored", why, shown)
    data = anchored_data()
    bad: dict[str, tuple[list[RlpItem], str]] = {
        "topic-1-of-31-bytes": (anchored(data, topics=[ANCHORED_TOPIC, word(LOG)[1:]]), "topics have 32 bytes"),
        "topic-1-of-33-bytes": (anchored(data, topics=[ANCHORED_TOPIC, bytes(13) + LOG]), "topics have 32 bytes"),
        "topic-1-and-a-byte": (anchored(data, topics=[ANCHORED_TOPIC, word(LOG) + b"\0"]), "topics have 32 bytes"),
        "trailing-byte": (anchored(data + b"\0"), "the data have 160 bytes"),
        "trailing-word": (anchored(data + bytes(32)), "the data have 160 bytes"),
        "short": (anchored(data[:-1]), "the data have 160 bytes"),
        "empty": (anchored(b""), "the data have 160 bytes"),
        "third-topic": (anchored(data, topics=[ANCHORED_TOPIC, word(LOG), word(1)]), "only the log is indexed"),
        "dirty-address": (
            anchored(data, topics=[ANCHORED_TOPIC, b"\1" + word(LOG)[1:]]),
            "an address is padded with zeros",
        ),
        "address-padded-right": (
            anchored(data, topics=[ANCHORED_TOPIC, LOG + bytes(12)]),
            "an address is padded on the left",
        ),
    }
    fields = ("size", "included", "submitted", "complete_to")
    for name in fields:
        overflow = anchored_data(**{name: 2**64})  # type: ignore[arg-type]
        bad[f"{name.replace('_', '-')}-over-uint64"] = (anchored(overflow), f"{name} does not fit in 64 bits")
    for name, (item, why) in bad.items():
        cases[f"anchored-{name}"] = _event(item, "parse_anchored", why, error="MalformedReceipt")
    return cases


def submitted_events() -> dict[str, Case]:
    cases = {}
    for length in (1, 31, 32, 33, 8192):
        statement = b"s" * length
        ok = {
            "log": LOG.hex(),
            "ticket": 7,
            "leaf_hash": leaf_hash(KEY, statement).hex(),
            "key": KEY.hex(),
            "statement": statement.hex(),
        }
        item = submitted(submitted_data(statement))
        cases[f"submitted-{length}-bytes"] = _event(item, "parse_submitted", f"a statement of {length} bytes", ok)
    data = submitted_data()
    short = [SUBMITTED_TOPIC, word(LOG)]
    bad: dict[str, tuple[list[RlpItem], str]] = {
        "ticket-of-31-bytes": (submitted(data, topics=[*short, word(7)[1:]]), "topics have 32 bytes"),
        "ticket-of-33-bytes": (submitted(data, topics=[*short, b"\0" + word(7)]), "topics have 32 bytes"),
        "ticket-empty": (submitted(data, topics=[*short, b""]), "topics have 32 bytes"),
        "topic-1-of-33-bytes": (submitted(data, topics=[SUBMITTED_TOPIC, bytes(13) + LOG, word(7)]), "32 bytes each"),
        "no-data": (submitted(b""), "four words at least"),
        "cut-off": (submitted(data[:-1]), "the last byte is missing"),
        "trailing-byte": (submitted(data + b"\0"), "nothing follows the statement"),
        "trailing-word": (submitted(data + bytes(32)), "nothing follows the statement"),
        "not-padded": (submitted(data[: 128 + len(STATEMENT)]), "the statement is padded to whole words"),
        "dirty-padding": (submitted(data[:-1] + b"\1"), "the padding is zero"),
        "offset-64": (submitted(submitted_data(offset=64)), "the statement stands at offset 96"),
        "offset-128": (submitted(submitted_data(offset=128)), "the statement stands at offset 96"),
        "offset-over-uint64": (submitted(submitted_data(offset=2**255)), "the statement stands at offset 96"),
        "length-zero": (submitted(submitted_data(b"")), "the contract refuses empty statements"),
        "length-8193": (submitted(submitted_data(b"s" * 8193)), "the contract refuses more than 8,192 bytes"),
        "length-one-short": (submitted(submitted_data(length=len(STATEMENT) - 1)), "the padding is zero"),
        "length-one-word-over": (submitted(submitted_data(length=len(STATEMENT) + 32)), "there are fewer bytes"),
        "length-over-uint64": (submitted(submitted_data(length=2**64)), "the length fits in 64 bits"),
        "two-topics": (submitted(data, topics=short), "log and ticket are indexed"),
        "four-topics": (submitted(data, topics=[*short, word(7), word(0)]), "log and ticket are indexed"),
        "ticket-over-uint64": (submitted(data, topics=[*short, word(2**64)]), "a ticket fits in 64 bits"),
        "dirty-address": (
            submitted(data, topics=[SUBMITTED_TOPIC, b"\1" + word(LOG)[1:], word(7)]),
            "an address is padded with zeros",
        ),
    }
    for name, (item, why) in bad.items():
        cases[f"submitted-{name}"] = _event(item, "parse_submitted", why, error="MalformedReceipt")
    return cases


if __name__ == "__main__":
    main()
