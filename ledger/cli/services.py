"""Opening the parts of a server process for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ledger.runtime.settings import Settings
    from ledger.runtime.wiring import Services


def settings_of(home: Path | None, **given: object) -> Settings:
    """The settings in force; options that were not given do not count."""
    from ledger.runtime.settings import load_settings

    return load_settings(**{name: value for name, value in {"home": home, **given}.items() if value is not None})


@contextmanager
def opened(home: Path | None, *, logs: str = "WARNING", new_keys: bool = True, **given: object) -> Iterator[Services]:
    """Services with logs from level ``logs`` on; with ``new_keys`` a new ledger gets its keys. Closed at the end."""
    from ledger.runtime.logs import configure_logs
    from ledger.runtime.wiring import open_services

    configure_logs(logs)
    services = open_services(settings_of(home, **given), create_keys_if_new=new_keys)
    try:
        yield services
    finally:
        services.close()
