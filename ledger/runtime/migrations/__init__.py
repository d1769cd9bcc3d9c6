"""Migrations of the database, run at every start by ``migrate``; no ini file, no command needed.

One change per file, never data and structure in one; ``versions/`` is ordered by number.
"""

from __future__ import annotations

import threading
import time
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from ledger.errors import RuntimeStore
from ledger.runtime.store import Store

_HERE = Path(__file__).parent
_ATTEMPTS = 5
_one_at_a_time = threading.Lock()  # alembic keeps its state in module globals


def migrate(store: Store) -> None:
    """Bring the database to the newest structure. Several processes may do so at once.

    Raises RuntimeStore. The loser of a race finds the tables made and starts over.
    """
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("path_separator", "os")
    for attempt in range(_ATTEMPTS):
        try:
            with _one_at_a_time, store.engine.connect() as connection:
                _upgrade(config, connection.execution_options(habeas_write=True))
            return
        except SQLAlchemyError as error:
            if attempt + 1 == _ATTEMPTS:
                raise RuntimeStore(f"the database structure could not be brought up to date: {error}") from error
            time.sleep(0.2 * (attempt + 1))


def _upgrade(config: Config, connection: Connection) -> None:
    with connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
