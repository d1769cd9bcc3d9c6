"""UUIDv7 (RFC 9562): keys that sort by time, made without asking the database."""

from __future__ import annotations

import os
import secrets
import threading
import time

_lock = threading.Lock()
_last = 0
_chance = bytearray()
_BLOCK = 4096
os.register_at_fork(after_in_child=_chance.clear)


def uuid7() -> bytes:
    """16 bytes; each call in this process gives a greater one, whatever the clock does.

    48 bits of milliseconds, then 12 bits of a millisecond's fraction (RFC 9562 method 3), then chance.
    """
    global _last
    now = time.time_ns()
    ticks = (now // 1_000_000) << 12 | (now % 1_000_000) * 4096 // 1_000_000
    with _lock:
        _last = ticks = max(ticks, _last + 1)
        if not _chance:
            # Asking the system lets go of the interpreter lock; under load getting it back takes longer.
            _chance.extend(secrets.token_bytes(_BLOCK))
        chance = int.from_bytes(_chance[-8:]) & 0x3FFF_FFFF_FFFF_FFFF
        del _chance[-8:]
    head = (ticks >> 12) << 16 | 0x7000 | ticks & 0xFFF
    tail = 0x8000_0000_0000_0000 | chance
    return head.to_bytes(8) + tail.to_bytes(8)
