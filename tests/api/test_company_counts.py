"""Counts over the cases of a company, through the API over a real ledger: what is listed, kept, and never counted."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

import pytest

from api.counts import CountsDesk, CountsView
from ledger.encoding import Json, encode_hex
from ledger.runtime.company_counts import SLICE
from ledger.runtime.operator import Operator
from ledger.runtime.trust import own_policy
from ledger.statement import SignedStatement
from tests.api.conftest import Api
from tests.store.world import ATTESTER, COMPANY, SENT, SHOP

PATH = f"/v1/companies/{COMPANY}/counts"
RECORDED = "2026-10-14T00:00:00Z"
"""The made-up chain begins here; everything below is recorded within the day."""
LATER = "2027-02-01T00:00:00Z"


def at(api: Api, instant: str) -> None:
    """The server's clock shows ``instant``."""
    desk = api.app.state.counts
    assert isinstance(desk, CountsDesk)
    seconds = datetime.fromisoformat(instant.replace("Z", "+00:00")).astimezone(UTC).timestamp()
    desk.counts.clock = lambda: seconds


def kept(api: Api) -> dict[bytes, object]:
    """The summaries that the server keeps."""
    return dict(api.app.state.counts.counts._kept)


def counted(api: Api) -> dict[str, Any]:
    """The counts, asked for until all cases are read; always in the shape that the description names."""
    for _ in range(20):
        answer = api.get(PATH)
        if answer.status_code == 200:
            found: dict[str, Any] = answer.json()
            CountsView.model_validate(found, strict=True)
            assert set(found) == set(CountsView.model_fields)
            return found
        assert answer.json()["type"] == "/problems/refused-busy" and answer.headers["retry-after"] == "1"
    raise AssertionError("the counts are never made")


def stranger(number: int) -> Operator:
    return Operator.of(hashlib.sha256(b"stranger %d" % number).digest())


def claim(api: Api, number: int, sent_on: str = "2026-10-13") -> list[SignedStatement]:
    """A case and a sending by a key that nobody knows."""
    who, world = stranger(number), api.world
    opened = world.opened(who)
    return [opened, world.statement("request.sent", who, {**SENT, "sent_on": sent_on}, opened.id)]


def record(api: Api, *statements: SignedStatement) -> None:
    """Recorded through the API, and anchored."""
    for signed in statements:
        assert api.submit(signed).status_code == 201
    api.chain.anchor()


def company(api: Api, case: SignedStatement, kind: str, **facts: Json) -> SignedStatement:
    return api.world.statement(kind, SHOP, facts, case.id)


def test_nothing_is_known_of_anybody(lite: Api) -> None:
    """Of a company that nobody ever named, and before the first anchor."""
    found = counted(lite)
    assert (found["cases"], found["no_rate"], found["size"]) == (0, "not_joined", 0)
    assert found["sentences"][0] == "Practice ledger: proves nothing to a stranger."
    assert "0 statements, 0 with proven arrival." in found["sentences"]
    assert lite.get("/v1/companies/UPPER.example/counts").status_code == 400
    assert lite.get("/v1/companies/localhost/counts").json()["type"] == "/problems/malformed-request"


def test_a_case_in_its_quiet_period_is_in_no_listing_and_no_count(api: Api) -> None:
    """14 days after what would be the due date; until then nobody reads of it but in the log itself."""
    record(api, *claim(api, 1), *claim(api, 2, "2020-01-01"))
    at(api, "2026-10-28T22:59:59Z")
    before = counted(api)
    assert before["cases"] == 0 and not any(before["arrival"].values())
    assert api.get("/v1/companies").json() == {"companies": []}
    assert counted(api)["now"] == "2026-10-28T22:45:00Z"
    at(api, "2026-10-28T23:59:59Z")
    assert counted(api)["cases"] == 0
    at(api, "2026-10-29T00:00:00Z")
    found = counted(api)
    assert (found["cases"], found["arrival"]["claimed"]) == (1, 1), "back-dated: 14 days after it was recorded"
    at(api, LATER)
    found = counted(api)
    assert found["cases"] == 2 and found["rates"] == found["curve"] == []
    assert found["not_replayed"] == 2 and found["conditional"] == 2
    assert "2 statements, 0 with proven arrival." in found["sentences"]
    assert api.get("/v1/companies").json() == {"companies": []}, "a company is listed when it has spoken"
    api.audit(api.chain.anchor())
    assert counted(api)["not_replayed"] == 0


def test_the_company_speaks_in_one_case(api: Api) -> None:
    """That case alone is listed. A key that the operator alone vouches for opens no rate."""
    world = api.world
    quiet, spoken = claim(api, 1), claim(api, 2)
    record(api, *quiet, *spoken, world.bound(world.operator, SHOP))
    at(api, RECORDED)
    assert counted(api)["cases"] == 0
    record(api, company(api, spoken[0], "request.acknowledged", received_on="2026-10-14"))
    found = counted(api)
    assert found["cases"] == 1 and found["arrival"]["operator_vouched"] == 1 and found["no_rate"] == "not_joined"
    assert api.get(f"/v1/companies/{COMPANY}").json()["cases"] == 1, "the quiet one is in no count anywhere"
    record(
        api,
        company(api, spoken[0], "request.refused", answered_on="2026-10-14", mode="sent", reasons=["abusive_intent"]),
    )
    assert counted(api)["outcomes"]["refused"] == 1 and counted(api)["grades"]["operator_vouched"] == 1


def test_one_real_receipt_among_strangers(api: Api) -> None:
    """An attester of the policy checked it: one proven arrival, and no rate as long as the company has not joined."""
    world, desk = api.world, api.app.state.counts.counts
    case, sent = claim(api, 100)
    record(api, case, sent, *(signed for number in range(5) for signed in claim(api, number)))
    reported = world.statement("request.acknowledged", stranger(100), {"received_on": "2026-10-14"}, case.id)
    facts: dict[str, Json] = {
        "statement": encode_hex(reported.id),
        "digest": encode_hex(bytes(32)),
        "check": "dkim",
        "result": "grade_a",
        "at": "2026-10-14T18:07:00Z",
    }
    checked = world.statement("evidence.attested", ATTESTER, facts, case.id)
    record(api, world.attester(ATTESTER, ["dkim"]), reported, checked)
    at(api, LATER)
    assert counted(api)["arrival"] == {"no_request": 0, "claimed": 6, "operator_vouched": 0, "proven": 0}
    attester = f'\n[[attester]]\nname = "a"\nkey = "{encode_hex(ATTESTER.address)}"\nscope = ["dkim"]\n'
    desk.policy = lambda store, settings: own_policy(store, settings) + attester.encode()
    found = counted(api)
    assert "6 statements, 1 with proven arrival." in found["sentences"]
    assert (found["no_rate"], found["rates"], found["curve"]) == ("not_joined", [], [])
    pin = f'\n[[company_key]]\ncompany = "{COMPANY}"\nkey = "{encode_hex(SHOP.address)}"\n'
    desk.policy = lambda store, settings: own_policy(store, settings) + (attester + pin).encode()
    joined = counted(api)
    assert joined["policy"] != found["policy"] and joined["no_rate"] is None
    assert [rate for rate in joined["rates"] if rate["numerator"]] == [{"of": "open", "numerator": 1, "denominator": 1}]


def test_only_what_changed_is_read_again(api: Api) -> None:
    record(api, *claim(api, 1), *claim(api, 2))
    at(api, LATER)
    counted(api)
    first = kept(api)
    assert len(first) == 2
    record(api, *claim(api, 3))
    assert counted(api)["cases"] == 3
    second = kept(api)
    assert all(second[case] is item for case, item in first.items()), "another's case changes nothing of these"
    case = claim(api, 1)[0]
    record(api, api.world.statement("request.withdrawn", stranger(1), {}, case.id))
    assert counted(api)["outcomes"]["withdrawn"] == 1
    third = kept(api)
    assert [case for case in second if third[case] is not second[case]] == [case.id]
    record(api, api.world.bound(api.world.operator, SHOP))
    counted(api)
    assert not any(kept(api)[case] is item for case, item in third.items()), "a binding concerns all cases"


def test_unchanged_counts_are_the_same_bytes(lite: Api) -> None:
    record(lite, *claim(lite, 1))
    at(lite, LATER)
    counted(lite)
    answer = lite.get(PATH)
    assert lite.get(PATH, {"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert answer.headers["cache-control"] == "public, no-cache"
    at(lite, "2027-02-01T00:14:59Z")
    assert lite.get(PATH).content == answer.content, "within a quarter of an hour nothing is made again"


def test_many_new_cases_are_read_in_pieces(lite: Api) -> None:
    """Nobody keeps a thread busy by asking; what was read stays read."""
    number = SLICE + 5
    raw = b"\n".join(signed.raw for one in range(number) for signed in claim(lite, one))
    answer = lite.request("POST", "/v1/statements:batch", content=raw, headers={"Content-Type": "application/jsonl"})
    assert answer.text.count('"status":"recorded"') == 2 * number
    lite.chain.anchor()
    at(lite, LATER)
    busy = lite.get(PATH)
    assert (busy.status_code, busy.json()["type"]) == (503, "/problems/refused-busy")
    assert f"{SLICE} of {number}" in busy.json()["detail"] and busy.headers["retry-after"] == "1"
    assert lite.get(PATH).json()["cases"] == number


def test_strangers_in_their_quiet_period_are_not_even_read(lite: Api) -> None:
    """Until 14 days after the record nothing of them can be listed; a case in which anybody else spoke is read."""
    world = lite.world
    case, sent = claim(lite, 1)
    record(lite, case, sent, *claim(lite, 2), world.bound(world.operator, SHOP))
    record(lite, company(lite, case, "request.acknowledged", received_on="2026-10-14"))
    at(lite, "2026-10-20T00:00:00Z")
    assert counted(lite)["cases"] == 1
    assert list(kept(lite)) == [case.id]
    at(lite, LATER)
    assert counted(lite)["cases"] == 2 and len(kept(lite)) == 2


@pytest.mark.parametrize("spoken", [False, True])
def test_a_withheld_opening(lite: Api, spoken: bool) -> None:
    """There is no finding any more. Where the company has spoken that is said; otherwise nothing is."""
    world = lite.world
    case, sent = claim(lite, 1)
    record(lite, case, sent, world.bound(world.operator, SHOP))
    if spoken:
        record(lite, company(lite, case, "request.acknowledged", received_on="2026-10-14"))
    at(lite, LATER)
    assert counted(lite)["cases"] == 1
    record(lite, world.withheld(case.digest))
    found = counted(lite)
    assert (found["cases"], found["no_finding"]) == (0, int(spoken))


def test_citations_are_in_no_count(lite: Api) -> None:
    """A published case of others is no case."""
    facts: dict[str, Json] = {
        "source": "a published decision", "mark": "C", "outcome": "refused", "dates": {},
    }  # fmt: skip
    world = lite.world
    record(lite, *claim(lite, 1))
    at(lite, LATER)
    before = counted(lite)
    cited = world.statement("citation.recorded", world.operator, facts, company=COMPANY)
    record(lite, cited)
    after = counted(lite)
    assert {**after, "size": 0} == {**before, "size": 0}
