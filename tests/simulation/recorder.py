"""A recording process to be killed: ``python -m tests.simulation.recorder <home> <database>``.

Reads signed statements, one a line, from its input and prints ``<leaf hash> <index> <proof in hex>`` for each
receipt: whatever was printed was promised. A thread sequences meanwhile, closing the tree now and then.
"""

from __future__ import annotations

import asyncio
import sys
import threading
from pathlib import Path

from ledger.runtime.acceptance import Receipt
from ledger.runtime.wiring import Services, open_services
from tests.store.world import settings_in


def run_sequencer(services: Services) -> None:
    assert services.sequencer is not None
    rounds = 0
    while True:
        rounds += 1
        services.sequencer.sequence(close=rounds % 10 == 0)


async def record(services: Services) -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    tasks: set[asyncio.Task[None]] = set()
    while line := await reader.readline():
        task = asyncio.create_task(acknowledge(services, line.rstrip(b"\n")))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await asyncio.gather(*tasks)


async def acknowledge(services: Services, raw: bytes) -> None:
    receipt: Receipt = await services.acceptance.submit(raw)
    proof = services.reader.proof_for(receipt.index, receipt.size)
    print(receipt.leaf_hash.hex(), receipt.index, proof.hex(), flush=True)


def main() -> None:
    home, database = sys.argv[1:]
    services = open_services(settings_in(Path(home), database, commit_period_ms=5))
    services.acceptance.start()
    threading.Thread(target=run_sequencer, args=(services,), daemon=True).start()
    print("ready", flush=True)
    asyncio.run(record(services))


if __name__ == "__main__":
    main()
