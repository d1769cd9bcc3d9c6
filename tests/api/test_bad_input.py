"""Whatever is wrong is a problem of its own type, and changes nothing."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2
import pytest

from api import body
from api.body import MAX_BATCH_BYTES, MAX_LINES
from api.errors import status_of
from ledger import errors
from tests.api.conftest import JSON, Api
from tests.store.test_refusals import BAD
from tests.store.world import World

JSON_LINES = {"Content-Type": "application/jsonl"}
HEX = "00" * 32


def is_problem(answer: httpx2.Response, status: int, name: str) -> dict[str, object]:
    assert answer.headers["content-type"] == "application/problem+json"
    value: dict[str, object] = answer.json()
    assert (answer.status_code, value["status"], value["type"]) == (status, status, f"/problems/{name}")
    assert value["title"] and value["detail"] and str(value["instance"]).startswith("/")
    assert answer.headers["cache-control"] == "no-store"
    return value


# Made once per name: each needs a ledger with one case in it, and PostgreSQL adds nothing to a refusal.
@pytest.mark.parametrize("name", sorted(set(BAD) - {"old block"}))
def test_refused_submissions(lite: Api, name: str) -> None:
    case = lite.world.opened()
    lite.submit(case)
    make, error = BAD[name]
    made = make(lite.world, case)
    before = lite.world.dump()
    problem = is_problem(lite.submit(made), status_of(error), error.type)
    assert problem.get("index") == (1 if error is errors.RefusedDuplicate else None)
    assert lite.world.dump() == before
    line = made if isinstance(made, bytes) else made.raw
    answer = lite.request("POST", "/v1/statements:batch", content=line, headers=JSON_LINES)
    assert json.loads(answer.text)["problem"]["type"] == f"/problems/{error.type}"
    assert lite.world.dump() == before


def test_old_recent_block(lite: Api) -> None:
    case = lite.world.opened()
    lite.submit(case)
    quoted = lite.world.recent
    lite.chain.maker.number += 24 * 3600 // 12
    lite.chain.grow()
    is_problem(lite.submit(lite.world.sent(case.id, recent_block=quoted)), 409, "refused-recent-block-age")


def test_wrong_content_type(lite: Api) -> None:
    raw = lite.world.opened().raw
    for headers in ({}, {"Content-Type": "text/plain"}, {"Content-Type": "application/jsonl"}):
        is_problem(lite.request("POST", "/v1/statements", content=raw, headers=headers), 415, "malformed-request")
    is_problem(lite.request("POST", "/v1/statements:batch", content=raw, headers=JSON), 415, "malformed-request")
    parameters = {"Content-Type": "application/json; charset=utf-8"}
    assert lite.request("POST", "/v1/statements", content=raw, headers=parameters).status_code == 201


def test_a_large_body_is_not_read_to_its_end(still: Api) -> None:
    """A client that announces nothing and never stops is cut off at the limit."""
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1024
            yield b" " * 1024

    answer = still.request("POST", "/v1/statements", content=endless(), headers=JSON)
    is_problem(answer, 413, "malformed-size")
    assert sent <= 10 * 1024

    async def endless_line() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1 << 20
            yield b" " * (1 << 20)

    sent = 0
    answer = still.request("POST", "/v1/statements:batch", content=endless_line(), headers=JSON_LINES)
    is_problem(answer, 413, "malformed-size")
    assert sent <= MAX_BATCH_BYTES + (2 << 20)


@pytest.mark.parametrize(("path", "headers"), [("/v1/statements", JSON), ("/v1/statements:batch", JSON_LINES)])
def test_a_slow_body_is_given_up(
    still: Api, monkeypatch: pytest.MonkeyPatch, path: str, headers: dict[str, str]
) -> None:
    monkeypatch.setattr(body, "READ_S", 0.2)

    async def dripping() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.05)

    is_problem(still.request("POST", path, content=dripping(), headers=headers), 408, "malformed-request")


def test_an_announced_length_is_refused_before_reading(still: Api) -> None:
    headers = {**JSON, "Content-Length": "99999999999999999999999999"}
    is_problem(still.request("POST", "/v1/statements", content=b"{}", headers=headers), 413, "malformed-size")


def test_batch_limits(lite: Api) -> None:
    good = lite.world.opened().raw
    before = lite.world.dump()
    lines = good + b"\n" + b"x\n" * MAX_LINES
    is_problem(lite.request("POST", "/v1/statements:batch", content=lines, headers=JSON_LINES), 413, "malformed-size")
    assert lite.world.dump() == before, "the limits of a batch are checked before its first line is looked at"
    full = b"x\n" * (MAX_LINES - 1) + good
    answer = lite.request("POST", "/v1/statements:batch", content=full, headers=JSON_LINES)
    assert answer.status_code == 200 and len(answer.text.splitlines()) == MAX_LINES
    large = (b" " * 8000 + b"\n") * 2000
    assert lite.request("POST", "/v1/statements:batch", content=large, headers=JSON_LINES).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "name"),
    [
        ("GET", "/", 404, "refused-not-found"),
        ("GET", "/v1/nothing", 404, "refused-not-found"),
        ("GET", "/v1/statements", 405, "malformed-request"),
        ("PUT", "/v1/statements", 405, "malformed-request"),
        ("DELETE", "/log/checkpoint", 405, "malformed-request"),
        ("GET", f"/v1/statements/0x{HEX}", 404, "refused-not-found"),
        ("GET", f"/v1/statements/0x{HEX}/proof", 404, "refused-not-found"),
        ("GET", f"/v1/statements/{HEX}", 400, "malformed-request"),
        ("GET", f"/v1/statements/0x{HEX[2:]}", 400, "malformed-request"),
        ("GET", f"/v1/statements/0X{HEX}", 400, "malformed-request"),
        ("GET", f"/v1/statements/0x{HEX}%0A", 400, "malformed-request"),
        ("GET", f"/v1/cases/0x{'AB' * 32}", 400, "malformed-request"),
        ("GET", f"/v1/cases/0x{HEX}?limit=0", 400, "malformed-request"),
        ("GET", f"/v1/cases/0x{HEX}?limit=1001", 400, "malformed-request"),
        ("GET", f"/v1/cases/0x{HEX}?after=99999999999999999999", 400, "malformed-request"),
        ("GET", "/v1/companies/localhost", 400, "malformed-request"),
        ("GET", "/v1/companies/Shop.example", 400, "malformed-request"),
        ("GET", "/v1/companies/shop.example", 404, "refused-not-found"),
        ("GET", "/v1/companies?after=" + "a" * 254, 400, "malformed-request"),
        ("GET", "/v1/anchors?after=-1", 400, "malformed-request"),
        ("GET", "/v1/tickets?limit=many", 400, "malformed-request"),
        ("GET", "/log/tile/0/0", 400, "malformed-tile"),
        ("GET", "/log/tile/0/000.p/256", 400, "malformed-tile"),
        ("GET", "/log/tile/64/000", 400, "malformed-tile"),
        ("GET", "/log/tile/..%2F..%2Fkeys%2Flog.key", 400, "malformed-tile"),
        ("GET", "/log/tile/0/001", 404, "refused-not-found"),
        ("GET", "/log/addenda/00/00/11", 400, "malformed-tile"),
        ("GET", f"/log/addenda/00/01/{HEX}", 400, "malformed-tile"),
        ("GET", f"/log/addenda/00/00/{HEX}", 404, "refused-not-found"),
        ("GET", "/log/addenda/" + "a" * 200, 400, "malformed-request"),
        ("GET", "/log/../keys/log.key", 404, "refused-not-found"),
        ("GET", "/problems/no-such-problem", 404, "refused-not-found"),
        ("GET", "/problems/..%2F..%2FREADME", 404, "refused-not-found"),
    ],
)
def test_wrong_requests(still: Api, method: str, path: str, status: int, name: str) -> None:
    is_problem(still.request(method, path), status, name)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/companies?after=a%00b",
        "/v1/companies?after=a%0Ab",
        "/v1/companies?aft%00er=a",
        "/v1/companies/a%00b.example",
        "/v1/cases/0x" + HEX + "%00",
        "/log/tile/0/000%00",
        "/log/tile/0/000%7F",
        "/problems/a%00",
    ],
)
def test_control_characters_are_refused(api: Api, path: str) -> None:
    """On both databases alike."""
    value = is_problem(api.get(path), 400, "malformed-request")
    assert "control characters" in str(value["detail"])


def test_faults_do_not_show_their_inside(lite: Api) -> None:
    """The database is gone: said in general words, with a number that leads to the log."""
    database = lite.world.services.settings.home / "habeas.sqlite"
    with taken_away(database, lite.world):
        answer = lite.get("/v1/anchors")
        value = is_problem(answer, 503, "runtime-store")
        assert answer.headers["x-request-id"] in str(value["detail"])
        assert "sqlite" not in answer.text and "table" not in answer.text
        assert answer.headers["retry-after"] == "1"
        ready = lite.get("/readyz")
        assert ready.status_code == 503 and ready.json()["parts"][0]["name"] == "database"
        assert lite.get("/healthz").status_code == 200
        assert "habeas_database_up 0.0" in lite.get("/metrics").text
    assert lite.get("/v1/anchors").status_code == 200


@contextmanager
def taken_away(database: Path, world: World) -> Iterator[None]:
    """Connections are closed and the file is elsewhere, with a folder in its place."""
    away = database.with_suffix(".away")
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.rename(away)
    database.mkdir()
    world.services.store.engine.dispose()
    try:
        yield
    finally:
        database.rmdir()
        away.rename(database)
        world.services.store.engine.dispose()


def test_a_bug_is_a_problem_too(lite: Api) -> None:
    async def broken() -> None:
        raise ZeroDivisionError("secret")

    lite.app.add_api_route("/broken", broken)
    answer = lite.get("/broken")
    is_problem(answer, 500, "runtime")
    assert "secret" not in answer.text
