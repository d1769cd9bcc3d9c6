"""The file of a fraud proof: members, forms and spellings that are refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from ledger.encoding import encode_base64, encode_json
from ledger.fraud.proof import FraudProof, LeafPart, last_leaf
from tools.vectors._bundles import ORIGIN
from tools.vectors._fraud_writer import CASES, PARSE, Value
from tools.vectors._indexed_log import IndexedLog


def containers(proof: FraudProof, log: IndexedLog) -> None:
    """The file of the omission ``proof``."""
    whole: Value = json.loads(proof.encode())
    ok = {"ledger": ORIGIN, "claim": "omitted"}
    CASES.good("whole", PARSE, {"fraud": proof.encode().decode()}, ok, "a fraud proof with three parts")
    changes: Mapping[str, tuple[str, Callable[[Value], object]]] = {
        "version-2": ("a later version", lambda v: v.update(habeas_fraud=2)),
        "version-true": ("a boolean is no integer", lambda v: v.update(habeas_fraud=True)),
        "version-missing": ("no version", lambda v: v.pop("habeas_fraud")),
        "ledger-missing": ("no ledger", lambda v: v.pop("ledger")),
        "ledger-plus": ("an origin has no plus sign", lambda v: v.update(ledger="a+b")),
        "claim-unknown": ("a claim that does not exist", lambda v: v.update(claim="late")),
        "claim-number": ("a claim is a word", lambda v: v.update(claim=1)),
        "claim-of-another-form": ("other parts than the claim needs", lambda v: v.update(claim="fork")),
        "member-unknown": ("a member that nobody reads", lambda v: v.update(note="x")),
        "head-missing": ("no head", lambda v: v.pop("head")),
        "head-empty": ("a head of no kind", lambda v: v.update(head={})),
        "head-both": ("a head of two kinds", lambda v: v["head"].update(anchor={})),
        "head-genesis-alone": ("a checkpoint is of no chain", lambda v: v["head"].update(genesis="0x" + "00" * 32)),
        "head-text": ("a head is an object", lambda v: v.update(head="x")),
        "checkpoint-base64": ("base64 without padding", lambda v: v["head"].update(checkpoint="eA")),
        "leaf-and-submission": ("two ways at once", lambda v: v.update(submitted={})),
        "consistency-alone": ("a path without a second head", lambda v: v.update(consistency="")),
        "index-key-short": ("a key of 31 bytes", lambda v: v["index"].update(key="0x" + "00" * 31)),
        "index-path-odd": ("a path of 31 bytes", lambda v: v["index"].update(path=encode_base64(bytes(31)))),
        "index-path-long": ("a path of 65 hashes", lambda v: v["index"].update(path=encode_base64(bytes(65 * 32)))),
        "index-null": ("null is no value", lambda v: v["index"].update(entries=None)),
        "leaf-without-bytes": ("an omission without its statement", lambda v: v["leaf"].pop("bytes")),
        "leaf-bytes-and-leaf": ("a leaf that can be computed", lambda v: v["leaf"].update(leaf="")),
        "leaf-index-text": ("an index in quotation marks", lambda v: v["leaf"].update(index="2")),
        "leaf-index-true": ("a boolean for an index", lambda v: v["leaf"].update(index=True)),
    }
    for name, (why, change) in changes.items():
        value = json.loads(proof.encode())
        change(value)
        CASES.bad(name, PARSE, {"fraud": encode_json(value).decode()}, "MalformedFraudProof", why)
    _receipts(log)
    text = proof.encode().decode()
    CASES.bad("space", PARSE, {"fraud": text.replace(":", ": ", 1)}, "MalformedJson", "a space between tokens")
    CASES.bad("list", PARSE, {"fraud": "[]"}, "MalformedFraudProof", "no object")
    deep = encode_json({**whole, "leaf": [[[[[]]]]]}).decode()
    CASES.bad("deep", PARSE, {"fraud": deep}, "MalformedSize", "six levels")


def _receipts(log: IndexedLog) -> None:
    proof = last_leaf(ORIGIN, log.anchored(), LeafPart(0, (), b"x"))
    changes: Mapping[str, tuple[str, Callable[[Value], object]]] = {
        "nodes-none": ("no node of the trie", lambda v: v.update(nodes=[])),
        "nodes-65": ("too many nodes", lambda v: v.update(nodes=[""] * 65)),
        "nodes-text": ("a text for the list", lambda v: v.update(nodes="")),
        "header-missing": ("no header", lambda v: v.pop("header")),
        "transaction-negative": ("a text for a number", lambda v: v.update(transaction="0")),
    }
    for name, (why, change) in changes.items():
        value = json.loads(proof.encode())
        change(value["head"]["anchor"])
        CASES.bad(name, PARSE, {"fraud": encode_json(value).decode()}, "MalformedFraudProof", why)
    value = json.loads(proof.encode())
    value["head"]["genesis"] = "0x00"
    CASES.bad("genesis-short", PARSE, {"fraud": encode_json(value).decode()}, "MalformedFraudProof", "a short hash")
