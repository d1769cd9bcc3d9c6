"""``habeas serve``: the API; with the embedded chain, the worker too, so that one command is enough."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli.output import Settings, new_app, note
from ledger.errors import RuntimeFault

app = new_app()


@app.command()
def serve(
    home: Settings = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; setting api_host.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on, 0 for any; setting api_port.")] = None,
    api_only: Annotated[
        bool, typer.Option("--api-only", help="Without the worker: it runs elsewhere (habeas worker).")
    ] = False,
) -> None:
    """Run the API until Ctrl-C or SIGTERM. Settings: docs/settings.md.

    On the embedded chain the worker runs in the same process. On a public chain it is a process of its
    own, so that several of these can stand beside it. Ends with exit code 1 where that worker ended.
    """
    import sys
    import threading

    from api.server import ApiServer
    from ledger.cli.services import opened
    from ledger.runtime.networks import EMBEDDED
    from ledger.runtime.worker import Worker

    with opened(home, logs="INFO", api_host=host, api_port=port) as services:
        server, stop, failed = ApiServer(services), threading.Event(), threading.Event()

        def work() -> None:
            try:
                Worker(services).run(stop)
            finally:
                if not stop.is_set() or sys.exc_info()[0] is not None:
                    failed.set()
                    server.stop()  # whoever restarts this process is to notice

        working = threading.Thread(target=work, name="worker")
        if services.settings.chain == EMBEDDED and not api_only:
            working.start()
        try:
            note(f"{services.origin} ({services.settings.ledger_class}) at {server.address}, described at /docs")
            server.run()
        finally:
            stop.set()
            if working.ident is not None:
                working.join()
        if failed.is_set():
            raise RuntimeFault("the worker ended unexpectedly; the log says why")
