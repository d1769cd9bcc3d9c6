"""Submitting and reading statements over HTTP."""

from __future__ import annotations

import asyncio
import json

import httpx2

from ledger.leaf import statement_leaf
from ledger.proof import LogProof, verify_proof
from tests.api.conftest import JSON, Api
from tests.store.world import OTHER

JSON_LINES = {"Content-Type": "application/jsonl"}


def test_recorded_with_a_proof_that_verifies(api: Api) -> None:
    signed = api.world.opened()
    answer = api.submit(signed)
    assert answer.status_code == 201
    value = answer.json()
    name = "0x" + signed.id.hex()
    assert answer.headers["location"] == f"/v1/statements/{name}"
    assert (value["statement"], value["index"]) == (name, 1)
    leaf_hash = statement_leaf(signed, api.world.services.origin).hash()
    assert value["leaf_hash"] == "0x" + leaf_hash.hex()
    proof = LogProof.parse(value["proof"].encode())
    checkpoint = verify_proof(proof, leaf_hash, api.world.facts.vkey, api.world.services.origin)
    assert (proof.index, checkpoint.size) == (1, value["checkpoint_size"])


def test_the_same_bytes_again_answer_the_same(api: Api) -> None:
    signed = api.world.opened()
    first, again = api.submit(signed), api.submit(signed)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()


def test_read_back_exactly(api: Api) -> None:
    signed = api.world.opened()
    place = api.submit(signed).headers["location"]
    answer = api.get(place)
    assert answer.status_code == 200 and answer.content == signed.raw
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["etag"] == f'"{signed.digest.hex()}"'
    assert answer.headers["cache-control"] == "public, max-age=60, must-revalidate"
    assert answer.headers["x-habeas-index"] == "1"
    assert answer.headers["x-content-type-options"] == "nosniff"
    held = api.get(place, {"If-None-Match": answer.headers["etag"]})
    assert held.status_code == 304 and held.content == b"" and held.headers["etag"] == answer.headers["etag"]
    assert api.get(place, {"If-None-Match": '"other", W/' + answer.headers["etag"]}).status_code == 304
    assert api.get(place, {"If-None-Match": '"other"'}).status_code == 200
    head = api.request("HEAD", place)
    assert head.status_code == 200 and head.headers["etag"] == answer.headers["etag"]


def test_proof_at_the_newest_size(api: Api) -> None:
    signed = api.world.opened()
    place = api.submit(signed).headers["location"]
    api.submit(api.world.opened(OTHER))
    answer = api.get(f"{place}/proof")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    leaf_hash = statement_leaf(signed, api.world.services.origin).hash()
    proof = LogProof.parse(answer.content)
    assert verify_proof(proof, leaf_hash, api.world.facts.vkey, api.world.services.origin).size == 3


def test_many_at_once(api: Api) -> None:
    statements = [api.world.opened(number=number) for number in range(1, 60)]

    async def work(client: httpx2.AsyncClient) -> list[httpx2.Response]:
        sent = [client.post("/v1/statements", content=item.raw, headers=JSON) for item in statements]
        return await asyncio.gather(*sent)

    answers = api.run(work)
    assert [answer.status_code for answer in answers] == [201] * len(statements)
    assert sorted(answer.json()["index"] for answer in answers) == list(range(1, 60))
    for signed, answer in zip(statements, answers, strict=True):
        leaf_hash = statement_leaf(signed, api.world.services.origin).hash()
        proof = LogProof.parse(answer.json()["proof"].encode())
        verify_proof(proof, leaf_hash, api.world.facts.vkey, api.world.services.origin)


def test_batch(api: Api) -> None:
    world = api.world
    case = world.opened()
    lines = [case.raw, world.sent(case.id).raw, b"nonsense", b"", case.raw, b"x" * 9000, world.opened(OTHER).raw]
    answer = api.request("POST", "/v1/statements:batch", content=b"\n".join(lines) + b"\n", headers=JSON_LINES)
    assert answer.status_code == 200 and answer.headers["content-type"] == "application/jsonl"
    values = [json.loads(line) for line in answer.text.splitlines()]
    assert [value["line"] for value in values] == [1, 2, 3, 4, 5, 6, 7]
    assert [value.get("status") for value in values] == [
        "recorded", "recorded", None, None, "duplicate", None, "recorded",
    ]  # fmt: skip
    assert [value["index"] for value in values if "index" in value] == [1, 2, 1, 3]
    types = {value["line"]: value["problem"]["type"] for value in values if "problem" in value}
    assert types == {3: "/problems/malformed-json", 4: "/problems/malformed-json", 6: "/problems/malformed-size"}


def test_batch_without_a_last_newline(lite: Api) -> None:
    raw = lite.world.opened().raw
    answer = lite.request("POST", "/v1/statements:batch", content=raw, headers=JSON_LINES)
    assert [json.loads(line)["status"] for line in answer.text.splitlines()] == ["recorded"]
    empty = lite.request("POST", "/v1/statements:batch", content=b"", headers=JSON_LINES)
    assert (empty.status_code, empty.content) == (200, b"")


def test_withheld(api: Api) -> None:
    world = api.world
    case = world.opened()
    place = api.submit(case).headers["location"]
    assert api.submit(world.withheld(case.digest)).status_code == 201
    digest = case.digest.hex()
    for path in (place, f"/log/addenda/{digest[:2]}/{digest[2:4]}/{digest}"):
        answer = api.get(path)
        assert answer.status_code == 410
        assert answer.json()["type"] == "/problems/refused-withheld"
        assert digest in answer.json()["detail"]
    assert api.get(f"{place}/proof").status_code == 200, "the leaf stays, and with it every proof"
    again = api.submit(case)
    assert (again.status_code, again.json()["type"]) == (410, "/problems/refused-withheld")
    entries = api.get(f"/v1/cases/0x{case.id.hex()}").json()["entries"]
    assert [entry["withheld"] for entry in entries] == [True]
