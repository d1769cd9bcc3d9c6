"""``habeas worker``: the one process that sequences and anchors."""

from __future__ import annotations

from ledger.cli.output import Settings, new_app

app = new_app()


@app.command()
def worker(home: Settings = None) -> None:
    """Run the sequencer and the anchoring until Ctrl-C or SIGTERM.

    One of them works at a time; a second one waits for the lease and takes over. Ends with exit code 1
    where it had to stop anchoring for good: another chain, another contract, a final block that changed.
    """
    import signal
    import threading

    import typer

    from ledger.cli.services import opened
    from ledger.runtime.worker import Worker

    with opened(home, logs="INFO") as services:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        working = Worker(services)
        working.run(stop)
        if working.stopped is not None:
            raise typer.Exit(1)
