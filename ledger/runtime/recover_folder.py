"""Recovered heads and submissions as files that people can use without a server.

    heads.jsonl         one anchored head a line, with the proof of its receipt
    submissions.jsonl   one direct submission a line, with its bytes and the proof of its receipt
    recovered.json      which log, how far, how many; a later run goes on from here

Lines are canonical JSON, appended window by window; ``recovered.json`` is replaced last, and says how
long the other two then were. What a killed run wrote behind that is cut off by the next one.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ledger.anchor import ReceiptProof
from ledger.encoding import (
    Json,
    JsonObject,
    encode_base64,
    encode_hex,
    encode_instant,
    encode_json,
    parse_hex,
    parse_json,
)
from ledger.errors import Malformed, MalformedRequest, RefusedOverwrite, RuntimeLog
from ledger.leaf import NO_KEY, index_key_of_bytes
from ledger.runtime.chain import BlockInfo, Chain
from ledger.runtime.chain_store import Recorded
from ledger.runtime.event_reader import Tally
from ledger.runtime.recover import FoundHead, FoundSubmission, Reached, Source, Totals
from ledger.statement import parse

HEADS, SUBMISSIONS, STATE = "heads.jsonl", "submissions.jsonl", "recovered.json"
_MAX_LINE = 16_777_216
_DEPTH = 8


class RecoveredFolder:
    """A sink (``recover.Sink``) that writes the folder ``path``."""

    def __init__(self, path: Path, source: Source) -> None:
        """Raises RefusedOverwrite where the folder holds something else, RuntimeLog where it was changed."""
        self._path = path
        self._source = source
        path.mkdir(parents=True, exist_ok=True)
        self._reached = Reached.nothing(source.first_block)
        self._root = bytes(32)
        self._heads = 0
        self._leaves: list[bytes] = []
        self._load()

    def resume(self, first_block: int) -> Reached:
        """See ``Sink``."""
        return self._reached

    def record(self, found: Sequence[FoundHead | FoundSubmission], reached: Reached) -> None:
        """Append what is new and note how far it goes."""
        held = self._reached.tally
        if reached.number <= self._reached.number:
            return
        heads = [item for item in found if isinstance(item, FoundHead) and item.event.size > held.size]
        taken = [item for item in found if isinstance(item, FoundSubmission) and item.event.ticket >= held.tickets]
        self._append(HEADS, [_head_line(item) for item in heads])
        self._append(SUBMISSIONS, [_submission_line(item, self._source.origin) for item in taken])
        self._heads += len(heads)
        self._root = heads[-1].event.root if heads else self._root
        self._leaves += [item.event.leaf_hash for item in taken]
        self._reached = reached
        self._write_state()

    def finish(self, chain: Chain, final: BlockInfo) -> None:
        """Nothing is left to do: each window is complete."""

    def totals(self) -> Totals:
        """See ``Sink``."""
        tally = self._reached.tally
        known = self._heads + len(set(self._leaves[: tally.included]))
        return Totals(self._heads, tally.size, self._root, len(self._leaves), tally.included, known)

    def _append(self, name: str, lines: Sequence[bytes]) -> None:
        with (self._path / name).open("ab") as file:
            file.write(b"".join(line + b"\n" for line in lines))
            file.flush()
            os.fsync(file.fileno())

    def _write_state(self) -> None:
        temporary = self._path / f".{STATE}.new"
        with temporary.open("wb") as file:
            file.write(encode_json(self._state()) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path / STATE)

    def _state(self) -> JsonObject:
        totals, reached = self.totals(), self._reached
        return {
            **_identity(self._source),
            "read_to": {
                "before": reached.number + 1,
                "heads_before": reached.tally.anchor_block + 1,
                "tickets_before": reached.tally.ticket_block + 1,
                "hash": encode_hex(reached.final.hash) if reached.final is not None else None,
            },
            "every_anchor_checked": reached.every_anchor,
            "heads": totals.heads,
            "size": totals.size,
            "root": encode_hex(totals.root),
            "tickets": totals.tickets,
            "settled": totals.included,
            "unknown_leaves": totals.size - totals.known,
            "bytes": {name: self._length(name) for name in (HEADS, SUBMISSIONS)},
        }

    def _length(self, name: str) -> int:
        file = self._path / name
        return file.stat().st_size if file.exists() else 0

    # --- going on where an earlier run ended --------------------------------------------------------

    def _load(self) -> None:
        file = self._path / STATE
        if not file.exists():
            for name in (HEADS, SUBMISSIONS):
                if (self._path / name).exists():
                    raise RefusedOverwrite(
                        f"{self._path / name} is not of a recovery (there is no {STATE}); move it away"
                    )
            self._write_state()  # before the first line: a run that is killed can always go on
            return
        state = _parse(file.read_bytes().strip(), file)
        identity = _identity(self._source)
        if {name: state.get(name) for name in identity} != identity:
            raise RefusedOverwrite(f"{self._path} holds what was recovered of another log; choose another folder")
        try:
            self._read_state(state)
        except (KeyError, TypeError, ValueError, Malformed, OSError) as error:
            raise RuntimeLog(
                f"{file} was changed and cannot be gone on from ({error}); choose another folder"
            ) from None

    def _read_state(self, state: JsonObject) -> None:
        sizes, read_to = state["bytes"], state["read_to"]
        if not isinstance(sizes, dict) or not isinstance(read_to, dict):
            raise ValueError("bytes and read_to must be objects")
        for name in (HEADS, SUBMISSIONS):
            length = int(str(sizes[name]))
            if self._length(name) < length:
                raise ValueError(f"{name} has less than {length} bytes")
            (self._path / name).touch()
            os.truncate(self._path / name, length)
        self._heads = sum(1 for _ in (self._path / HEADS).open("rb"))
        with (self._path / SUBMISSIONS).open("rb") as lines:
            found = [_parse(line[:-1], self._path / SUBMISSIONS)["leaf_hash"] for line in lines]
        self._leaves = [parse_hex(leaf, 32, MalformedRequest, "leaf_hash") for leaf in found]
        self._root = parse_hex(state["root"], 32, MalformedRequest, "root")
        tickets, size, included, heads = (int(str(state[name])) for name in ("tickets", "size", "settled", "heads"))
        if (tickets, heads) != (len(self._leaves), self._heads):
            raise ValueError("the number of lines is another one")
        last, of_heads, of_tickets = (int(str(read_to[name + "before"])) - 1 for name in ("", "heads_", "tickets_"))
        told = read_to["hash"]
        final = None if told is None else Recorded(last, parse_hex(told, 32, MalformedRequest, "hash of read_to"))
        tally = Tally(tickets, size, included, of_tickets, of_heads)
        self._reached = Reached(tally, last, final, state["every_anchor_checked"] is True)


def _identity(source: Source) -> JsonObject:
    return {
        "habeas_recovered": 1,
        "ledger": source.origin,
        "chain": source.chain_id,
        "genesis": encode_hex(source.genesis),
        "contract": encode_hex(source.contract),
        "log": encode_hex(source.log),
    }


def _head_line(found: FoundHead) -> bytes:
    event = found.event
    return encode_json({
        "size": event.size,
        "root": encode_hex(event.root),
        "included": event.included,
        "submitted": event.submitted,
        "complete_to": encode_instant(event.complete_to),
        **_place(found),
    })  # fmt: skip


def _submission_line(found: FoundSubmission, origin: str) -> bytes:
    event = found.event
    right = index_key_of_bytes(event.statement, origin)
    value: JsonObject = {
        "ticket": event.ticket,
        "key": encode_hex(event.key),
        "leaf_hash": encode_hex(event.leaf_hash),
        "indexable": right != NO_KEY and right == event.key,
        **_place(found),
    }
    try:
        parse(event.statement)
        value["signed"] = parse_json(event.statement, limit=len(event.statement), depth=_DEPTH)
    except Malformed:
        value["bytes"] = encode_base64(event.statement)
    return encode_json(value)


def _place(found: FoundHead | FoundSubmission) -> JsonObject:
    header = found.header
    return {
        "block": header.number,
        "block_hash": encode_hex(header.hash),
        "time": encode_instant(header.timestamp),
        "transaction": encode_hex(found.tx_hash),
        "proof": _proof(found.proof),
    }


def _proof(proof: ReceiptProof) -> Json:
    """As in a bundle (docs/spec/bundle.md)."""
    return {
        "header": encode_base64(proof.header),
        "transaction": proof.tx_index,
        "log": proof.log_index,
        "nodes": [encode_base64(node) for node in proof.nodes],
    }


def _parse(line: bytes, file: Path) -> JsonObject:
    value = parse_json(line, limit=_MAX_LINE, depth=_DEPTH)
    if not isinstance(value, dict):
        raise MalformedRequest(f"{file} must hold JSON objects")
    return value
