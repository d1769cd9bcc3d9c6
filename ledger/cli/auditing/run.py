"""One audit: fetch, replay, compare. The steps are those of docs/spec/audit.md, "Replay".

Steps 1 and 2 were made before; 5 to 7 are ``ledger.audit.replay``'s; 9 to 11 come at the end (``audit.py``).
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from ledger.anchor import Submitted
from ledger.audit.findings import Finding, ListFault, RootClaim, Seen
from ledger.audit.lists import find_faults
from ledger.audit.replay import IndexReplay, Reading, read_addendum
from ledger.checkpoint import Checkpoint, verify_checkpoint
from ledger.cli.auditing import work
from ledger.cli.auditing.chain import ChainView
from ledger.cli.auditing.forks import find_forks
from ledger.cli.auditing.openings import Openings
from ledger.cli.auditing.source import Absent, Source, open_source
from ledger.cli.auditing.state import AuditState
from ledger.encoding import sha256
from ledger.errors import RuntimeFault
from ledger.leaf import NO_KEY, STATEMENT_LEAF_BYTES, IndexLeaf
from ledger.note import NOTE_LIMIT
from ledger.policy import LedgerTrust
from ledger.tiles import CHECKPOINT_PATH, TILE_HEIGHT, TILE_WIDTH, TilePath, parse_path, tile_path, tiles_between

ROUNDS = 3
"""How often the newest checkpoint is asked for once more at the end."""
MAX_LATE = 1000
"""Leaves without bytes that one audit asks for again."""
_SAVE_EVERY = 20 * TILE_WIDTH
_INLINE = 4
"""Bundles for which no processes are started."""
_TELL_EVERY_S = 5.0
_OTHER_KEY = b"\xff" * 32

Say = Callable[[str], None]


@dataclass(slots=True)
class Replayed:
    """What one audit did: the checkpoints that the log showed, and why it ended early, if it did."""

    replay: IndexReplay
    state: AuditState
    checkpoint: Checkpoint
    note: bytes
    stopped: str = ""
    reused: int = 0
    seconds: float = 0.0
    shrunk: list[RootClaim] = field(default_factory=list)
    forks: list[Finding] = field(default_factory=list)


def fetch_checkpoint(source: Source) -> bytes:
    """The note at the log's one changing address. Raises RuntimeFault where there is none."""
    note = source.get(CHECKPOINT_PATH, NOTE_LIMIT)
    if isinstance(note, Absent):
        raise RuntimeFault(
            f"the log's checkpoint is {note.how}: without it there is nothing to audit. The log's address is its "
            "prefix, which mostly ends in /log/"
        )
    return note


class Auditor:
    """Replays the log at ``where``; ``chain`` is what its contract showed, None where nobody was asked."""

    def __init__(self, where: str, trust: LedgerTrust, jobs: int, say: Say, openings: Openings | None) -> None:
        self._where, self._trust, self._jobs, self._say = where, trust, jobs, say
        self._source = open_source(where)
        self._openings = openings
        self._new = _New()
        self._late = MAX_LATE
        self._amiss: Sequence[str] = ()
        self._submitted: Mapping[bytes, Submitted] = {}

    def run(self, state: AuditState, old: Iterator[tuple[list[bytes], list[Seen]]], chain: ChainView | None,
            claims: list[RootClaim]) -> Replayed:  # fmt: skip
        """Steps 3 to 8 and 12; ``old`` are the leaves of ``state``."""
        began = time.monotonic()
        # Again, after the events: what is anchored in a final block was published before.
        note = fetch_checkpoint(self._source)
        checkpoint = verify_checkpoint(note, self._trust.vkey, self._trust.origin)
        tickets = chain.record.tickets if chain is not None else []
        anchors = chain.record.anchors if chain is not None else []
        self._submitted = {sha256(ticket.event.statement): ticket.event for ticket in tickets}
        claims += [RootClaim("anchor", item.event.size, item.event.root, item.where) for item in anchors]
        watched = {ticket.event.leaf_hash for ticket in tickets}
        replay = IndexReplay(claims, watched, lambda replay, leaf: self._explain(replay, leaf, state))
        done = Replayed(replay, state, checkpoint, note)
        self._amiss = tuple(state.facts.tile_faults)
        self._feed_old(replay, state, old)  # step 3
        done.reused = replay.size
        if checkpoint.size < replay.size:
            done.shrunk.append(_shrunk(checkpoint, note))
        for _ in range(ROUNDS if checkpoint.size >= replay.size else 0):
            served = RootClaim("checkpoint", checkpoint.size, checkpoint.root, "the checkpoint served", note)
            replay.expect(served)
            self._follow(done, checkpoint)  # steps 4 to 7
            if done.stopped:
                break
            done.checkpoint, done.note = checkpoint, note
            if served not in replay.kept:
                # Other leaves than the log signed: is it the log of the earlier claims at all?
                done.forks += find_forks(self._source, served, [*replay.kept, *(it for it, _ in replay.broken)])
                break
            self._compare_tiles(done)  # step 8
            note = fetch_checkpoint(self._source)  # step 12
            checkpoint = verify_checkpoint(note, self._trust.vkey, self._trust.origin)
            if checkpoint.size < replay.size:
                done.shrunk.append(_shrunk(checkpoint, note))
            if checkpoint.size <= replay.size:
                break
        done.seconds = time.monotonic() - began
        return done

    def _feed_old(self, replay: IndexReplay, state: AuditState, old: Iterator[tuple[list[bytes], list[Seen]]]) -> None:
        for leaves, seen in old:
            first = replay.size
            keys = [
                self._old_key(first + place, leaf, each, state)
                for place, (leaf, each) in enumerate(zip(leaves, seen, strict=True))
            ]
            replay.feed(leaves, keys)

    def _old_key(self, index: int, leaf: bytes, seen: Seen, state: AuditState) -> bytes | None:
        """What the replay is told of a leaf that an earlier audit saw."""
        seen = state.facts.later.get(index, seen)
        if seen in (Seen.LISTED, Seen.UNLISTED):
            return leaf[:32]
        if seen is Seen.WRONG_KEY:
            return _OTHER_KEY
        if seen is not Seen.WITHHELD:
            return None
        return self._late_key(index, leaf, state) or self._submitted_key(leaf)

    def _late_key(self, index: int, leaf: bytes, state: AuditState) -> bytes | None:
        """Bytes that were absent without a word may be there by now."""
        facts, digest = state.facts, leaf[32:64]
        if digest in facts.withheld or self._late <= 0:
            return None
        self._late -= 1
        raw = work.Worker(self._source, self._trust.origin, 1).addendum(digest)
        if isinstance(raw, str):
            facts.absent[index] = raw
            return None
        facts.absent.pop(index, None)
        reading = read_addendum(raw, self._trust.origin)
        self._note_withholding(reading, state)
        if index == 0:
            facts.opening = raw
        right = Seen.LISTED if reading.key != NO_KEY else Seen.UNLISTED
        facts.later[index] = right if reading.key == leaf[:32] else Seen.WRONG_KEY
        return reading.key

    def _submitted_key(self, leaf: bytes) -> bytes | None:
        """The key of bytes that are withheld, where an event of the contract holds them for ever."""
        event = self._submitted.get(leaf[32:64]) if len(leaf) == STATEMENT_LEAF_BYTES else None
        return None if event is None else read_addendum(event.statement, self._trust.origin).key

    # --- new leaves ---

    def _follow(self, done: Replayed, checkpoint: Checkpoint) -> None:
        """Replay up to ``checkpoint``; on the way everything is kept, so that a killed audit goes on."""
        replay, state = done.replay, done.state
        told, start, began = time.monotonic(), replay.size, time.monotonic()
        for piece in self._pieces(start, checkpoint.size):
            if piece.fault:
                done.stopped = piece.fault
                break
            self._note_facts(piece, state)
            keys = [
                self._submitted_key(leaf) if key is None else key
                for leaf, key in zip(piece.leaves, piece.keys, strict=True)
            ]
            self._new.begin(piece.leaves, keys)
            self._new.end(replay.feed(piece.leaves, keys))
            if len(self._new.leaves) >= _SAVE_EVERY:
                self._new.keep(state)
            if time.monotonic() - told > _TELL_EVERY_S:
                told = time.monotonic()
                self._tell(replay.size, start, checkpoint.size, told - began)
        self._new.keep(state)

    def _tell(self, size: int, start: int, end: int, seconds: float) -> None:
        rate = (size - start) / seconds
        left = (end - size) / rate if rate else 0
        self._say(f"{size} of {end} leaves replayed, {rate:.0f} a second, about {left / 60:.0f} min left")

    def _note_facts(self, piece: work.Piece, state: AuditState) -> None:
        facts = state.facts
        facts.absent.update(piece.absent)
        facts.opening = piece.opening or facts.opening
        for item in piece.withholdings:
            self._note_withholding(item, state)
        path = tile_path(0, piece.start // TILE_WIDTH)
        if piece.tile is not None:
            facts.tile_faults[path] = piece.tile
        else:
            facts.tile_faults.pop(path, None)

    def _note_withholding(self, reading: Reading, state: AuditState) -> None:
        """Only the operator's word that bytes are withheld counts."""
        if reading.author == self._trust.log and reading.withholds is not None:
            state.facts.withheld.add(reading.withholds)

    def _pieces(self, start: int, end: int) -> Iterator[work.Piece]:
        """Bundles in order; several are under way at a time."""
        ranges = [
            (max(start, bundle * TILE_WIDTH), min(end, (bundle + 1) * TILE_WIDTH))
            for bundle in range(start // TILE_WIDTH, -(-end // TILE_WIDTH))
        ]
        if self._jobs == 1 or len(ranges) <= _INLINE:
            worker = work.Worker(self._source, self._trust.origin)
            yield from (worker.piece(*each) for each in ranges)
            return
        context = get_context("spawn")
        given = (self._where, self._trust.origin)
        with ProcessPoolExecutor(self._jobs, context, initializer=work.start, initargs=given) as pool:
            waiting: deque[Future[work.Piece]] = deque()
            try:
                for each in ranges:
                    waiting.append(pool.submit(work.piece, *each))
                    if len(waiting) >= 4 * self._jobs:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            finally:
                for future in waiting:
                    future.cancel()

    def _compare_tiles(self, done: Replayed) -> None:
        """The tiles above level 0, which others make their proofs from, and those of which an earlier audit says that
        they were amiss: they may have come right since."""
        facts, size = done.state.facts, done.replay.size
        amiss = [parse_path(path) for path in self._amiss]
        again = {(item.level, item.index, item.width) for item in amiss if isinstance(item, TilePath)}
        self._amiss = ()
        fresh = {tile for tile in tiles_between(min(facts.tiles_to, size), size) if tile[0] > 0}
        read = done.replay.reader(done.state.leaf_hashes)
        for level, index, width in sorted(fresh | again):
            path, first = tile_path(level, index, width), index * TILE_WIDTH
            shown = min(width, (size >> TILE_HEIGHT * level) - first)  # on level 0 a part bears the full tile's name
            data = work.get_tile(self._source, level, index, shown)
            expected = b"".join(read(TILE_HEIGHT * level, first + step) for step in range(shown))
            if isinstance(data, Absent):
                facts.tile_faults[path] = data.how
            elif data != expected:
                facts.tile_faults[path] = "other bytes"
            else:
                facts.tile_faults.pop(path, None)
        facts.tiles_to = size

    # --- wrong index roots ---

    def _explain(self, replay: IndexReplay, leaf: IndexLeaf, state: AuditState) -> tuple[ListFault, ...]:
        openings = self._openings
        if openings is None:
            return ()

        def leaf_at(index: int) -> tuple[bytes, Seen] | None:
            return state.leaf(index) if index < state.size else self._new.leaf(index - state.size)

        return find_faults(leaf, replay.trie, replay.list_of, lambda key: openings.ask(key, leaf.size + 1), leaf_at)


def _shrunk(checkpoint: Checkpoint, note: bytes) -> RootClaim:
    return RootClaim("seen", checkpoint.size, checkpoint.root, "a checkpoint served later", note)


class _New:
    """Leaves that were replayed and are not kept yet; those of the piece being replayed have no ``seen``."""

    def __init__(self) -> None:
        self.leaves: list[bytes] = []
        self._keys: list[bytes | None] = []
        self._seen: list[Seen] = []

    def begin(self, leaves: Sequence[bytes], keys: Sequence[bytes | None]) -> None:
        self.leaves += leaves
        self._keys += keys

    def end(self, seen: Sequence[Seen]) -> None:
        self._seen += seen

    def keep(self, state: AuditState) -> None:
        state.append(self.leaves, self._seen)
        state.save()
        self.leaves, self._keys, self._seen = [], [], []

    def leaf(self, place: int) -> tuple[bytes, Seen] | None:
        if place >= len(self.leaves):
            return None
        leaf, key = self.leaves[place], self._keys[place]
        if place < len(self._seen):
            return leaf, self._seen[place]
        if key is None:
            return leaf, Seen.WITHHELD if len(leaf) == STATEMENT_LEAF_BYTES else Seen.INDEX
        return leaf, Seen.LISTED if key == leaf[:32] else Seen.WRONG_KEY
