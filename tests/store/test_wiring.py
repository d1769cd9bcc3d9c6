"""Opening a ledger, and refusing to go on as another one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

from ledger.errors import MalformedKey, RefusedOverwrite, RuntimeLog, RuntimeSetting
from ledger.runtime.migrations import migrate
from ledger.runtime.operator import create_keys, encode_log_key, load_log_key, load_operator, parse_log_key
from ledger.runtime.store import Store
from ledger.runtime.wiring import ChainFacts, open_ledger, open_services, read_ledger
from ledger.tiles import ADDENDA_MARKER
from tests.store.world import CONTRACT, World, open_world, settings_in

ROOT = Path(__file__).resolve().parents[2]


def test_structure_is_what_the_models_say(database_url: str) -> None:
    store = Store(database_url)
    migrate(store)
    migrate(store)
    with store.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
    store.close()


def test_many_processes_may_start_at_once(database_url: str) -> None:
    code = "import sys; from ledger.runtime.migrations import migrate; from ledger.runtime.store import Store"
    command = [sys.executable, "-c", f"{code}; migrate(Store(sys.argv[1]))", database_url]
    processes = [subprocess.Popen(command, cwd=ROOT) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    store = Store(database_url)
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM leaf").scalar() == 0
    store.close()


def test_opening_twice_is_opening_once(world: World) -> None:
    again = open_ledger(world.services, ChainFacts(31337, bytes(32), CONTRACT, world.recent))
    assert again == world.facts
    assert world.services.reader.size() == 1
    assert world.services.objects.get(ADDENDA_MARKER) == b""


def test_leaf_zero_is_finished_after_a_crash(tmp_path: Path, database_url: str) -> None:
    """The row was written, the process died before the sequencer ran."""
    world = open_world(tmp_path / "home", database_url)
    with world.services.store.engine.begin() as connection:
        for name in ("leaf", "checkpoint", "published", "entry"):
            connection.exec_driver_sql(f"DELETE FROM {name}")
        connection.exec_driver_sql("INSERT INTO waiting SELECT order_key, leaf_hash FROM submission")
    world = world.reopened()
    open_ledger(world.services, ChainFacts(31337, bytes(32), CONTRACT, world.recent))
    assert world.services.reader.size() == 1
    world.services.close()


@pytest.mark.parametrize(
    ("chain", "word"),
    [
        (ChainFacts(1, bytes(32), CONTRACT, None), "chain 1"),  # type: ignore[arg-type]
        (ChainFacts(31337, bytes(32), bytes(20), None), "0x" + "00" * 20),  # type: ignore[arg-type]
    ],
)
def test_another_chain_is_refused(world: World, chain: ChainFacts, word: str) -> None:
    with pytest.raises(RuntimeSetting, match=word):
        open_ledger(world.services, chain)


def test_another_name_key_or_contract_is_refused(tmp_path: Path, world: World) -> None:
    home, url = world.services.settings.home, world.services.settings.database_url
    other = tmp_path / "other"
    create_keys("localhost/practice", other / "log.key", other / "anchor.key")
    for given, word in (
        ({"ledger": "habeas.example/main"}, "localhost/practice"),
        ({"log_key_file": other / "log.key"}, "the log key"),
        ({"anchor_key_file": other / "anchor.key"}, "anchoring key"),
        ({"contract": "0x" + "11" * 20}, "contract"),
        ({"genesis": "0x" + "11" * 32}, "genesis"),
    ):
        with pytest.raises(RuntimeSetting, match=word):
            open_services(settings_in(home, url, **given))


def test_a_replica_without_keys_reads_and_accepts(tmp_path: Path, world: World) -> None:
    settings = world.services.settings.model_copy(
        update={"log_key_file": tmp_path / "none", "anchor_key_file": tmp_path / "none", "ledger": "localhost/practice"}
    )
    replica = open_services(settings)
    assert replica.sequencer is None and replica.operator is None
    assert replica.require_ledger() == world.facts and replica.reader.size() == 1
    with pytest.raises(RuntimeSetting, match="needed"):
        open_ledger(replica, ChainFacts(31337, bytes(32), CONTRACT, world.recent))
    replica.close()


def test_before_it_is_opened(tmp_path: Path, database_url: str) -> None:
    services = open_services(settings_in(tmp_path / "home", database_url), create_keys_if_new=True)
    with pytest.raises(RuntimeLog, match="not opened yet"):
        services.require_ledger()
    assert services.sequencer is not None
    with pytest.raises(RuntimeLog, match="open the ledger first"):
        services.sequencer.sequence(close=False)
    assert services.reader.size() == 0 and read_ledger(services.store) is None
    services.close()


def test_key_files(tmp_path: Path) -> None:
    log_path, anchor_path = tmp_path / "keys" / "log.key", tmp_path / "keys" / "anchor.key"
    log_key, operator = create_keys("localhost/practice", log_path, anchor_path)
    assert {path.stat().st_mode & 0o777 for path in (log_path, anchor_path)} == {0o600}
    assert load_log_key(log_path) == log_key and load_operator(anchor_path) == operator
    with pytest.raises(RefusedOverwrite, match="never overwritten"):
        create_keys("localhost/practice", log_path, anchor_path)
    assert "seed" not in repr(log_key) and operator.private.hex() not in repr(operator)
    anchor_path.write_text("0x12\n")
    log_path.write_text("PRIVATE+KEY+x\n")
    for load in (lambda: load_operator(anchor_path), lambda: load_log_key(log_path)):
        with pytest.raises(RuntimeSetting, match="keys/"):
            load()


def test_log_keys_have_one_spelling(tmp_path: Path) -> None:
    log_key, _ = create_keys("localhost/practice", tmp_path / "log.key", tmp_path / "anchor.key")
    text = encode_log_key(log_key)
    assert parse_log_key(text) == log_key
    name, key_id, data = text.split("+", 4)[2:]
    wrong = "00000000" if key_id != "00000000" else "11111111"
    for broken in (
        text.replace("PRIVATE", "PUBLIC"),
        f"PRIVATE+KEY+{name}+{wrong}+{data}",
        f"PRIVATE+KEY+{name}+{key_id}+{data[:-4]}",
        f"PRIVATE+KEY+{name}+{key_id}",
        f"PRIVATE+KEY+other/log+{key_id}+{data}",
    ):
        with pytest.raises(MalformedKey) as caught:
            parse_log_key(broken)
        assert data not in str(caught.value), "a secret in a message"


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite://", "sqlite:///:memory:", "nonsense"])
def test_unusable_databases_are_named(url: str) -> None:
    with pytest.raises(RuntimeSetting, match="database_url"):
        Store(url)
