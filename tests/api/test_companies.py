"""Company keys over the API, found by the real finders on real local servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from ledger.companies import WELL_KNOWN_PATH, encode_txt, encode_well_known
from ledger.errors import RuntimeSetting
from ledger.runtime.operator import Operator
from ledger.runtime.settings import load_settings
from ledger.statement import parse
from tests.api.conftest import JSON, Api, opened
from tests.api.local_servers import DnsTestServer, Page, WebTestServer
from tests.store.world import COMPANY, SHOP, SHOP_OLD

PATH = f"/v1/companies/{COMPANY}"


@dataclass
class Town:
    """A ledger, the domain's name server and its web server."""

    api: Api
    dns: DnsTestServer
    web: WebTestServer

    def publish(self, *keys: Operator) -> None:
        addresses = [key.address for key in keys]
        self.web.pages[WELL_KNOWN_PATH] = Page(encode_well_known(COMPANY, addresses))
        self.dns.records[f"_habeas.{COMPANY}", "TXT"] = [f'"{encode_txt(address)}"' for address in addresses]

    def ask(self, key: Operator = SHOP, method: str = "well_known", company: str = COMPANY) -> httpx2.Response:
        text = json.dumps({"key": "0x" + key.address.hex(), "method": method}, separators=(",", ":"))
        return self.api.request("POST", f"/v1/companies/{company}/keys", content=text, headers=JSON)


@pytest.fixture
def town(tmp_path: Path, database_url: str) -> Iterator[Town]:
    with DnsTestServer().running() as names, WebTestServer().running() as web:
        settings = {
            "dns_servers": [names.address],
            "well_known_overrides": {COMPANY: f"http://127.0.0.1:{web.port}"},
        }
        with opened(tmp_path, database_url, None, **settings) as api:
            yield Town(api, names, web)


@pytest.mark.parametrize("method", ["dns", "well_known"])
def test_found_and_recorded_by_the_operator(town: Town, method: str) -> None:
    town.publish(SHOP, SHOP_OLD)
    answer = town.ask(method=method)
    assert answer.status_code == 201
    signed = parse(town.api.get(answer.headers["location"]).content)
    said = signed.statement
    assert (said.kind, said.company, said.author) == ("company.key_bound", COMPANY, town.api.world.operator.address)
    assert (said.facts["key"], said.facts["method"]) == ("0x" + SHOP.address.hex(), method)
    keys = town.api.get(PATH).json()["keys"]
    assert [(key["key"], key["by_operator"], key["revoked"]) for key in keys] == [
        ("0x" + SHOP.address.hex(), True, False)
    ]


def test_asked_twice_recorded_once(town: Town) -> None:
    town.publish(SHOP)
    first, again = town.ask(), town.ask(method="dns")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["index"] == again.json()["index"]
    assert town.web.hosts == [COMPANY], "what stands needs no second look"


@pytest.mark.parametrize("by", ["itself", "the operator"])
def test_a_revoked_key_is_not_bound_again(town: Town, by: str) -> None:
    """Although the domain still publishes it."""
    world = town.api.world
    town.publish(SHOP, SHOP_OLD)
    town.ask()
    revoked = world.bound(SHOP if by == "itself" else world.operator, SHOP, revoked=True)
    assert town.api.submit(revoked).status_code == 201
    before = world.dump()
    answer = town.ask()
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/refused-well-known")
    assert "was revoked at index 2" in answer.json()["detail"]
    assert world.dump() == before
    assert town.ask(SHOP_OLD).status_code == 201


def test_listed_only_after_it_has_spoken(town: Town) -> None:
    api, world = town.api, town.api.world
    town.publish(SHOP)
    case = world.opened()
    assert api.submit(case).status_code == 201
    town.ask()
    assert api.get("/v1/companies").json() == {"companies": []}
    quiet = api.get(PATH).json()
    assert (quiet["statements"], quiet["cases"]) == (None, None)
    said = world.statement("request.acknowledged", SHOP, {"received_on": "2026-11-21"}, case.id)
    assert api.submit(said).status_code == 201
    assert api.get("/v1/companies").json() == {"companies": [{"company": COMPANY, "statements": 1}]}
    spoken = api.get(PATH).json()
    assert (spoken["statements"], spoken["cases"]) == (1, 1)
    assert api.get(f"/v1/companies?after={COMPANY}").json() == {"companies": []}
    assert api.get("/v1/companies?limit=1").headers["link"] == f'</v1/companies?limit=1&after={COMPANY}>; rel="next"'


def test_not_confirmed(town: Town) -> None:
    before = town.api.world.dump()
    answers = {
        "absent": town.ask(),
        "absent in dns": town.ask(method="dns"),
    }
    town.publish(SHOP_OLD)
    answers["another key"] = town.ask()
    answers["another key in dns"] = town.ask(method="dns")
    town.web.pages[WELL_KNOWN_PATH] = Page(b"", status=302, headers=(("Location", "https://other.example/"),))
    answers["redirect"] = town.ask()
    for name, answer in answers.items():
        assert (name, answer.status_code, answer.json()["type"]) == (name, 409, "/problems/refused-well-known")
    town.web.pages[WELL_KNOWN_PATH] = Page(encode_well_known("other.example", [SHOP.address]))
    answer = town.ask()
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/malformed-well-known")
    assert town.api.world.dump() == before


def test_private_addresses_are_not_asked(town: Town) -> None:
    """A domain without override that leads into the operator's own network."""
    town.dns.records["inside.example", "A"] = ["127.0.0.1"]
    answer = town.ask(company="inside.example")
    assert answer.json()["type"] == "/problems/refused-well-known"
    assert "no public address" in answer.json()["detail"]
    assert town.web.hosts == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"key":"0x1111111111111111111111111111111111111111","method":"post"}', "malformed-request"),
        ('{"key":"0x11","method":"dns"}', "malformed-request"),
        ('{"method":"dns"}', "malformed-request"),
        ('{"key": "0x1111111111111111111111111111111111111111","method":"dns"}', "malformed-json"),
        ("[]", "malformed-request"),
        ("[[[]]]", "malformed-size"),
        (" " * 1025, "malformed-size"),
    ],
)
def test_malformed_requests(still: Api, text: str, name: str) -> None:
    answer = still.request("POST", f"{PATH}/keys", content=text, headers=JSON)
    assert answer.json()["type"] == f"/problems/{name}"


def test_without_the_operators_key(lite: Api) -> None:
    """An API replica holds no key: it says so, and records nothing."""
    with WebTestServer({WELL_KNOWN_PATH: Page(encode_well_known(COMPANY, [SHOP.address]))}).running():
        lite.world.services.operator = None
        text = json.dumps({"key": "0x" + SHOP.address.hex(), "method": "dns"}, separators=(",", ":"))
        with DnsTestServer({(f"_habeas.{COMPANY}", "TXT"): [f'"{encode_txt(SHOP.address)}"']}).running() as names:
            lite.app.state.context.finders["dns"].resolver.nameservers = [names.address.split(":")[0]]
            lite.app.state.context.finders["dns"].resolver.port = names.port
            answer = lite.request("POST", f"{PATH}/keys", content=text, headers=JSON)
    assert (answer.status_code, answer.json()["type"]) == (500, "/problems/runtime-setting")


def test_overrides_are_for_practice_ledgers_only(tmp_path: Path) -> None:
    overrides = {COMPANY: "http://127.0.0.1:1"}
    load_settings(home=tmp_path, well_known_overrides=overrides)
    for ledger_class in ("public", "test"):
        with pytest.raises(RuntimeSetting, match="practice ledgers"):
            load_settings(home=tmp_path, ledger_class=ledger_class, well_known_overrides=overrides)
