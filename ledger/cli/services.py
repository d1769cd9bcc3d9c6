"""Opening the parts of a server process for one command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.errors import RuntimeSetting

if TYPE_CHECKING:
    from ledger.runtime.settings import Settings
    from ledger.runtime.wiring import Services


def settings_of(home: Path | None, **given: object) -> Settings:
    """The settings in force; options that were not given do not count."""
    from ledger.runtime.settings import load_settings

    return load_settings(**{name: value for name, value in {"home": home, **given}.items() if value is not None})


def require_database(settings: Settings) -> None:
    """Raises RuntimeSetting where the folder holds no ledger, before anything is made in it.

    A database on a server is asked when it is opened.
    """
    kind, _, place = settings.database.partition(":///")
    if kind == "sqlite" and not Path(place).is_file():
        raise RuntimeSetting(
            f"there is no ledger in {settings.home}: {place} does not exist; give --home, the folder of habeas serve"
        )


@contextmanager
def opened(
    home: Path | None, *, logs: str = "WARNING", new_keys: bool = True, is_there: bool = False, **given: object
) -> Iterator[Services]:
    """Services with logs from level ``logs`` on; with ``new_keys`` a new ledger gets its keys. Closed at the end.

    With ``is_there`` the ledger must have a database already, and nothing is made where it has none.
    """
    from ledger.runtime.logs import configure_logs
    from ledger.runtime.wiring import open_services

    configure_logs(logs)
    settings = settings_of(home, **given)
    if is_there:
        require_database(settings)
    services = open_services(settings, create_keys_if_new=new_keys)
    try:
        yield services
    finally:
        services.close()
