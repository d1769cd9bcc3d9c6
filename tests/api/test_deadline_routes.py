"""/v1/rules and /v1/deadline: the same answers as the command line, cacheable, wrong questions as problems."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from ledger.cli.main import main
from ledger.deadlines.rulebook import SHIPPED
from tests.api.conftest import Api

EU = {"regime": "eu-gdpr", "period": "answer", "place": "IE", "from": "2025-09-19"}


def _path(**given: object) -> str:
    return "/v1/deadline?" + urlencode({**EU, **given}, doseq=True)


def test_the_list(still: Api) -> None:
    answer = still.get("/v1/rules")
    assert answer.status_code == 200 and answer.headers["cache-control"] == "public, no-cache"
    rules = answer.json()["rules"]
    assert [rule["regime"] for rule in rules] == list(SHIPPED)
    assert rules[SHIPPED.index("kr-pipa")]["periods"] == [
        *("answer", "mediation_response", "mediation_decision", "mediation_silence")
    ]


@pytest.mark.parametrize("regime", SHIPPED)
def test_every_rule(still: Api, regime: str) -> None:
    answer = still.get(f"/v1/rules/{regime}")
    value = answer.json()
    assert answer.status_code == 200 and value["regime"] == regime and value["sources"]
    known = {source["id"] for source in value["sources"]}
    assert all(set(period["sources"]) <= known for period in value["periods"])
    again = still.get(f"/v1/rules/{regime}", {"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304 and again.content == b""


def test_a_due_date(still: Api, capsys: pytest.CaptureFixture[str]) -> None:
    """What the command line says."""
    answer = still.get(_path(lang="ko"))
    command = ["deadline", "eu-gdpr", "answer", "--place", "IE", "--from", "2025-09-19", "--lang", "ko", "--json"]
    assert main(command) == 0
    assert answer.status_code == 200 and answer.json() == json.loads(capsys.readouterr().out)
    assert (answer.json()["due_earliest"], answer.json()["due_latest"]) == ("2025-10-19", "2025-10-20")
    again = still.get(_path(lang="ko"), {"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304 and still.get(_path()).headers["etag"] != answer.headers["etag"]


def test_pauses_and_notices(still: Api) -> None:
    uk = {"regime": "uk-gdpr", "place": "GB", "from": "2026-03-02"}
    value = still.get(_path(**uk, pause=["2026-03-05..2026-03-07", "2026-03-09..2026-03-10"])).json()
    assert (value["due_earliest"], value["due_latest"]) == ("2026-04-05", "2026-04-10")
    value = still.get(_path(period="extended", extended_on="2025-10-01")).json()
    assert (value["due_earliest"], value["due_latest"]) == ("2025-12-19", "2025-12-22")


@pytest.mark.parametrize(
    ("given", "status", "problem"),
    [
        ({"regime": "xx"}, 400, "malformed-request"),
        ({"period": "reply"}, 400, "malformed-request"),
        ({"place": "US"}, 400, "malformed-request"),
        ({"place": "IRELAND"}, 400, "malformed-request"),
        ({"from": "soon"}, 400, "malformed-request"),
        ({"from": "2018-05-24"}, 422, "refused-rule"),
        ({"pause": "2025-09-20"}, 400, "malformed-request"),
        ({"pause": ["2025-09-20..2025-09-21"] * 17}, 400, "malformed-request"),
        ({"period": "extended", "extended_on": "2025-10-21"}, 422, "refused-extension"),
        ({"lang": "fr"}, 400, "malformed-request"),
        ({"regime": "kr-pipa-access"}, 400, "malformed-request"),
    ],
)
def test_wrong_questions(still: Api, given: dict[str, object], status: int, problem: str) -> None:
    answer = still.get(_path(**given))
    assert answer.status_code == status and answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == f"/problems/{problem}" and len(answer.json()["detail"]) > 20


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (_path(**{"extended-on": "2025-10-01"}), "'extended-on' (did you mean extended_on?); it has cause_ended, "),
        (_path(nowe="2025-10-01"), "'nowe' (did you mean now?)"),
        ("/v1/deadline?regime=eu-gdpr&period=answer&place=IE&form=2025-09-19", "'form' (did you mean from?)"),
        ("/v1/rules?lang=ko", "/v1/rules has no query parameter 'lang'; it has none"),
        ("/v1/companies?limits=3", "'limits' (did you mean limit?); it has after, limit"),
    ],
)
def test_a_parameter_that_there_is_not(still: Api, path: str, said: str) -> None:
    """It would change nothing, and the answer would look like one to the question that was meant."""
    answer = still.get(path)
    assert answer.status_code == 400 and answer.json()["type"] == "/problems/malformed-request"
    assert said in answer.json()["detail"]


def test_each_spells_its_own_names(still: Api, capsys: pytest.CaptureFixture[str]) -> None:
    """The parameter of the API, and the option of the command."""
    answer = still.get(_path(until="2025-11-01"))
    assert answer.status_code == 400 and answer.json()["detail"].endswith(": give extended_on too")
    assert still.get(_path(**{"from": "5.11.2026"})).json()["detail"].startswith("from must be a date like")
    command = ["deadline", "eu-gdpr", "answer", "--place", "IE", "--from"]
    assert main([*command, "2025-09-19", "--until", "2025-11-01"]) == 2
    assert ": give --extended-on too" in capsys.readouterr().err
    assert main([*command, "5.11.2026"]) == 2
    said = "--from must be a date like 2026-11-20, or an instant in UTC like 2026-11-20T09:00:00Z, not '5.11.2026'"
    assert said in capsys.readouterr().err
    assert main([*command, "2026-11-05T03:00:00+09:00"]) == 2
    assert "(in UTC that is 2026-11-04T18:00:00Z)" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("now", "stands"),
    [
        ("2025-10-19", "running"), ("2025-10-20", "between"), ("2025-10-21", "over"),
        ("2025-10-20T12:00:00Z", "between"), (None, None),
    ],
)  # fmt: skip
def test_how_it_stands(still: Api, now: str | None, stands: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    """As ``habeas deadline --now``; without it the member is absent."""
    value = still.get(_path() if now is None else _path(now=now)).json()
    assert value.get("standing") == stands and ("standing" in value) is (now is not None)
    command = ["deadline", "eu-gdpr", "answer", "--place", "IE", "--from", "2025-09-19", "--json"]
    assert main([*command, *(() if now is None else ("--now", now))]) == 0
    assert json.loads(capsys.readouterr().out) == value
    assert still.get(_path(now="soon")).status_code == 400


def test_an_unknown_rule(still: Api) -> None:
    answer = still.get("/v1/rules/xx-law")
    assert answer.status_code == 404 and "eu-gdpr" in answer.json()["detail"]
    assert still.get("/v1/rules/none").status_code == 404
    assert still.get("/v1/rules/EU").status_code == 400
