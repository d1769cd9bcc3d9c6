"""The API as a real process part: uvicorn on a real port, under random requests, and stopping gently."""

from __future__ import annotations

import io
import json
import logging
import re
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx2
import pytest
import schemathesis
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction
from schemathesis.schemas import BaseSchema
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

from api.app import ROUTERS
from api.server import ApiServer
from ledger.errors import RuntimePortTaken
from ledger.leaf import statement_leaf
from ledger.proof import LogProof, verify_proof
from ledger.runtime.logs import configure_logs
from ledger.statement import parse
from tests.api.conftest import JSON, sequencing
from tests.api.local_servers import DnsTestServer
from tests.api.made_chain import MadeChain, open_made_chain
from tests.store.world import SHOP


@contextmanager
def serving(chain: MadeChain) -> Iterator[ApiServer]:
    """The server in a thread; leaving the block stops it."""
    server = ApiServer(chain.world.services)
    thread = threading.Thread(target=server.run)
    with sequencing(chain.world):
        thread.start()
        try:
            yield server
        finally:
            server.stop()
            thread.join()
    chain.world.services.close()


@pytest.fixture(scope="module")
def busy_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiServer]:
    """A ledger with a case, an anchor and a ticket, so that reading finds something."""
    with DnsTestServer().running() as names:
        folder = tmp_path_factory.mktemp("server")
        chain = open_made_chain(folder / "home", dns_servers=[names.address], commit_period_ms=1)
        world = chain.world
        world.record(world.opened())
        chain.anchor()
        world.record(world.bound(world.operator, SHOP))
        chain.submit(chain.world.opened(number=1))
        with serving(chain) as server:
            yield server


@pytest.fixture(scope="module")
def api_schema(busy_server: ApiServer) -> BaseSchema:
    return schemathesis.openapi.from_url(f"{busy_server.address}/openapi.json")


@schemathesis.serializer("application/jsonl")
def json_lines(_: schemathesis.SerializationContext, value: object) -> bytes:
    """Whatever was made up, as the body."""
    return value if isinstance(value, bytes) else str(value).encode()


# A body that fits the schema is mostly no statement of this ledger: no schema can say what is signed.
NOT_ASKED: list[CheckFunction] = [positive_data_acceptance]
# A batch answers 200 and says in each line what was wrong with it.
NOT_ASKED_OF_BATCHES: list[CheckFunction] = [*NOT_ASKED, negative_data_rejection]
OPERATIONS = sorted(
    (route.path_format, method)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in route.methods
)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_random_requests(api_schema: BaseSchema, path: str, method: str, mode: GenerationMode) -> None:
    """No server error; no status, type or body that the document does not declare."""

    @given(case=api_schema[path][method].as_strategy(generation_mode=mode))
    @settings(max_examples=10, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(excluded_checks=NOT_ASKED_OF_BATCHES if "batch" in path else NOT_ASKED)

    with suppress(Unsatisfiable):  # nothing to get wrong in a request without parameters
        check()


def test_real_answers_fit_the_document(api_schema: BaseSchema, busy_server: ApiServer) -> None:
    """Where there is something to read, the answer has the declared status, type and shape."""
    case = httpx2.get(f"{busy_server.address}/log/tile/entries/000.p/3").content[73:142]
    digest = case[32:64].hex()
    signed = parse(httpx2.get(f"{busy_server.address}/log/addenda/{digest[:2]}/{digest[2:4]}/{digest}").content)
    name = f"0x{signed.id.hex()}"
    given: dict[str, list[dict[str, str]]] = {
        "/v1/statements/{statement}": [{"statement": name}],
        "/v1/statements/{statement}/proof": [{"statement": name}],
        **dict.fromkeys(("/v1/cases/{case}", "/v1/cases/{case}/bundle"), [{"case": name}]),
        "/v1/cases/{case}/assessment": [{"case": name}],
        "/v1/cases/{case}/jsonld": [{"case": name}],
        "/v1/companies/{company}": [{"company": "shop.example"}],
        "/v1/companies/{company}/counts": [{"company": "shop.example"}],
        "/v1/anchors/{size}": [{"size": "3"}],
        "/v1/index/{key}": [{"key": "0x" + "00" * 32}, {"key": f"0x{case[:32].hex()}"}],
        "/log/tile/{path}": [{"path": "0/000.p/3"}],
        "/log/addenda/{path}": [{"path": f"{digest[:2]}/{digest[2:4]}/{digest}"}],
        "/problems/{name}": [{"name": "refused-role"}],
        "/v1/rules/{regime}": [{"regime": "eu-gdpr"}],
    }
    asked = {"/v1/deadline": {"regime": "eu-gdpr", "period": "answer", "place": "IE", "from": "2026-03-02"}}
    for path, method in OPERATIONS:
        if method == "GET":
            for parameters in given.get(path, [{}]):
                answer = (
                    api_schema[path][method]
                    .Case(path_parameters=parameters, query=asked.get(path, {}))
                    .call_and_validate()
                )
                assert answer.status_code == 200, path


def test_one_statement_over_real_http(tmp_path: Path) -> None:
    chain = open_made_chain(tmp_path / "home", commit_period_ms=5)
    world = chain.world
    with serving(chain) as server, httpx2.Client(base_url=server.address) as client:
        signed = world.opened()
        answer = client.post("/v1/statements", content=signed.raw, headers=JSON)
        assert answer.status_code == 201
        assert "server" not in answer.headers
        proof = LogProof.parse(answer.json()["proof"].encode())
        leaf_hash = statement_leaf(signed, world.services.origin).hash()
        verify_proof(proof, leaf_hash, world.facts.vkey, world.services.origin)
        assert client.get(answer.headers["location"]).content == signed.raw
        assert client.head(answer.headers["location"]).content == b""
        with pytest.raises(RuntimePortTaken, match="is taken"):
            taken = world.services.settings.model_copy(update={"api_port": int(server.address.rsplit(":", 1)[1])})
            world.services.settings = taken
            ApiServer(world.services)


def test_stopping_answers_what_is_in_flight(tmp_path: Path) -> None:
    """Submissions sent before the stop get their receipts; afterwards nobody listens."""
    chain = open_made_chain(tmp_path / "home", commit_period_ms=300)
    statements = [chain.world.opened(number=number) for number in range(1, 21)]
    with ThreadPoolExecutor(len(statements)) as senders, serving(chain) as server:
        sent = threading.Barrier(len(statements) + 1)

        def submit(raw: bytes) -> int:
            with socket.create_connection(("127.0.0.1", int(server.address.rsplit(":", 1)[1]))) as connection:
                head = f"POST /v1/statements HTTP/1.1\r\nHost: x\r\nContent-Length: {len(raw)}\r\n"
                connection.sendall(head.encode() + b"Content-Type: application/json\r\n\r\n" + raw)
                sent.wait()
                return int(connection.makefile("rb").readline().split()[1])

        waiting = [senders.submit(submit, signed.raw) for signed in statements]
        sent.wait()
        while not chain.world.services.acceptance.waiting:
            pass
        address = server.address
        server.stop()
        assert [answer.result() for answer in waiting] == [201] * len(statements)
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"{address}/healthz")


def test_logs_are_json_without_addresses(tmp_path: Path) -> None:
    stream = io.StringIO()
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logs("DEBUG", stream=stream)
    try:
        chain = open_made_chain(tmp_path / "home", commit_period_ms=5)
        with serving(chain) as server:
            answer = httpx2.get(f"{server.address}/v1/ledger")
            httpx2.get(f"{server.address}/v1/statements/0x{'00' * 32}")
    finally:
        root.handlers[:], root.level = handlers, level
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    requests = [line for line in lines if line.get("event") == "request"]
    assert [(line["route"], line["status"]) for line in requests] == [
        ("/v1/ledger", 200),
        ("/v1/statements/{statement}", 404),
    ]
    assert requests[0]["request_id"] == answer.headers["x-request-id"]
    port = server.address.rsplit(":", 1)[1]
    ours = [str(line) for line in lines if line["logger"].startswith(("habeas", "ledger", "uvicorn"))]
    assert [line for line in ours if re.search(rf"127\.0\.0\.1:(?!{port})", line)] == []
