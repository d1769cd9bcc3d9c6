"""Cases, bundles, assessments, anchors, tickets: what leads to proof."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest

from api.assessments import FindingView
from ledger.assessment import Assessment, assess
from ledger.bundle import Bundle, parse_bundle
from ledger.encoding import Json, parse_base64
from ledger.errors import MalformedBundle
from ledger.evm import parse_header
from ledger.finding.shown import finding_json
from ledger.leaf import index_key
from ledger.policy import TrustPolicy, parse_policy
from ledger.runtime import evidence
from ledger.runtime.chain_tables import HomeChain
from ledger.runtime.sequencer import DirectLeaf
from ledger.statement import SignedStatement
from ledger.verification.checks import Value
from ledger.verification.observed import Observed
from ledger.verification.silence import CheckIn, Doubt, Silence
from tests.api.conftest import Api, opened
from tests.api.made_chain import MadeChain
from tests.cli.matter import Matter
from tests.store.auditing import AUDITOR
from tests.store.world import OTHER, SHOP, SHOP_OLD

NOW = 2_000_000_000


def recorded(api: Api, *statements: SignedStatement) -> None:
    for signed in statements:
        assert api.submit(signed).status_code == 201


def two_anchors(api: Api) -> tuple[MadeChain, SignedStatement, SignedStatement]:
    """A case opened and anchored, a request sent and anchored later, a stranger's case after that."""
    chain = api.chain
    case = api.world.opened()
    recorded(api, case)
    chain.anchor()
    chain.grow()
    sent = api.world.sent(case.id)
    recorded(api, sent)
    chain.anchor()
    recorded(api, api.world.opened(OTHER))
    return chain, case, sent


def test_case_and_its_anchors(api: Api) -> None:
    _, case, sent = two_anchors(api)
    value = api.get(f"/v1/cases/0x{case.id.hex()}").json()
    assert (value["case"], value["company"], value["ledger_class"]) == (
        "0x" + case.id.hex(),
        "shop.example",
        "practice",
    )
    assert value["requester"] == "0x" + case.statement.author.hex()
    shown = [(item["index"], item["kind"], item["role"], item["anchor"]["size"]) for item in value["entries"]]
    assert shown == [(1, "case.opened", "requester", 3), (3, "request.sent", "requester", 5)]
    assert value["entries"][1]["statement"] == "0x" + sent.id.hex()
    assert value["disclaimer"] == "Not a finding of a breach. Not legal advice."


def test_case_in_pages(lite: Api) -> None:
    case = lite.world.opened()
    recorded(lite, case, *(lite.world.sent(case.id, day=day) for day in range(1, 5)))
    path: str | None = f"/v1/cases/0x{case.id.hex()}?limit=2"
    seen: list[int] = []
    while path is not None:
        answer = lite.get(path)
        seen += [entry["index"] for entry in answer.json()["entries"]]
        link = answer.headers.get("link")
        path = link.split(">")[0].removeprefix("<") if link else None
    assert seen == [1, 2, 3, 4, 5]


def test_bundle_verifies(api: Api) -> None:
    _, case, sent = two_anchors(api)
    answer = api.get(f"/v1/cases/0x{case.id.hex()}/bundle")
    assert answer.headers["content-type"] == "application/vnd.habeas.bundle+json"
    assert answer.headers["content-disposition"] == f'attachment; filename="0x{case.id.hex()}.habeas.json"'
    bundle = parse_bundle(answer.content)
    assert {item.signed.id for item in bundle.statements.values()} >= {case.id, sent.id}
    held = api.get(f"/v1/cases/0x{case.id.hex()}/bundle", {"If-None-Match": answer.headers["etag"]})
    assert held.status_code == 304
    policy = parse_policy(api.get("/v1/trust-policy").content)
    assert assess(bundle, policy, Observed(), NOW).exit_code == 3, "no block is known to be canonical"
    claimed = assessed(api, bundle)
    assert claimed.exit_code == 3 and not_passed(claimed) == ["index/replayed", "complete"], "claimed by the operator"
    assert (
        claimed.finding is not None
        and claimed.finding.silence.said == "none"
        and not claimed.finding.silence.replayed_by
    )
    api.audit(max(bundle.anchors))
    replayed = assessed(api, parse_bundle(api.get(f"/v1/cases/0x{case.id.hex()}/bundle").content))
    assert replayed.exit_code == 0, not_passed(replayed)
    assert replayed.finding is not None and replayed.finding.silence.replayed_by == (AUDITOR.name,)


def assessed(api: Api, bundle: Bundle, policy: TrustPolicy | None = None) -> Assessment:
    """The assessment of one who knows that all the bundle's blocks are final, by the ledger's policy or his own."""
    policy = policy or parse_policy(api.get("/v1/trust-policy").content)
    headers = {shown.proof.header for shown in bundle.anchors.values()} | set(bundle.blocks.values())
    headers |= {proof.header for proof in bundle.submitted.values()}
    canonical = {parse_header(header).hash: "the test" for header in headers}
    ledger = policy.ledgers[api.world.services.origin]
    return assess(bundle, policy, Observed(canonical, code_hash=ledger.code_hash), NOW)


def not_passed(assessment: Assessment) -> list[str]:
    """Names of required checks that did not pass."""
    return [item.check.name for item in assessment.checks if item.check.required and item.value is not Value.PASSED]


def forced(api: Api, *statements: SignedStatement) -> None:
    """Recorded as somebody would who pays the contract for it: without any judgement."""
    world = api.world
    assert world.services.sequencer is not None
    leaves = [DirectLeaf(index_key(item, world.services.origin), item.raw) for item in statements]
    world.services.sequencer.sequence(direct=leaves)


def strangers(api: Api, case: bytes, count: int) -> list[SignedStatement]:
    """Statements about a case, and about its company's keys, by somebody who is nobody in it."""
    said = [api.world.sent(case, OTHER, recent_block=replace(api.world.recent, number=n)) for n in range(count - 50)]
    for number in range(50):
        facts: dict[str, Json] = {"key": "0x" + f"{number:040x}", "method": "dns", "checked_at": "2026-11-20T09:00:00Z"}
        said.append(api.world.statement("company.key_bound", OTHER, facts))
    return said


def test_strangers_are_not_in_the_bundle(lite: Api) -> None:
    """What 1,150 strangers pay to have recorded changes no statement of a case's bundle."""
    chain, world = lite.chain, lite.world
    case = world.opened()
    recorded(lite, case, world.bound(world.operator, SHOP), world.bound(world.operator, SHOP_OLD))
    said = world.statement("request.acknowledged", SHOP_OLD, {"received_on": "2026-11-21"}, case.id)
    recorded(lite, said, world.bound(world.operator, SHOP_OLD, revoked=True))
    forced(lite, *strangers(lite, case.id, 1_150))
    later = world.statement("request.shouted", SHOP_OLD, {}, case.id)
    forced(lite, later)
    chain.anchor()
    answer = lite.get(f"/v1/cases/0x{case.id.hex()}/bundle")
    bundle = parse_bundle(answer.content)
    kinds = [item.signed.statement.kind for _, item in sorted(bundle.statements.items())]
    bound = ["company.key_bound"] * 2
    assert kinds == [
        *("ledger.opened", "case.opened", *bound, "request.acknowledged", "company.key_revoked"),
        "request.shouted",
    ], "a revoked key was a party, and nothing that a company said may vanish"


def test_a_bundle_is_never_larger_than_one_may_be(lite: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    case = lite.world.opened()
    recorded(lite, case)
    lite.chain.anchor()
    length = len(lite.get(f"/v1/cases/0x{case.id.hex()}/bundle").content)
    monkeypatch.setattr(evidence, "MAX_BYTES", length)
    assert lite.get(f"/v1/cases/0x{case.id.hex()}/bundle").status_code == 200
    monkeypatch.setattr(evidence, "MAX_BYTES", length - 1)
    answer = lite.get(f"/v1/cases/0x{case.id.hex()}/bundle")
    assert (answer.status_code, answer.json()["type"]) == (404, "/problems/refused-not-found")
    assert "too large" in answer.json()["detail"]


def test_assessment(api: Api) -> None:
    _, case, sent = two_anchors(api)
    value = api.get(f"/v1/cases/0x{case.id.hex()}/assessment").json()
    assert value["exit"] == 3, "this server asks no chain, so it does not vouch for one"
    assert {check["value"] for check in value["checks"]} <= {"passed", "conditional", "not checked"}
    shown = {item["statement"]: item for item in value["statements"]}
    view = shown["0x" + sent.id.hex()]
    assert (view["role"], view["grade"]) == ("requester", "self_stated")
    assert view["signed_not_before"]["time"] < view["recorded_not_after"]["time"]
    finding = value["finding"]
    assert (finding["answer"], finding["value"], finding["size"]) == ("none", "conditional", 4)
    assert (finding["company"], finding["company_keys"], finding["index"]) == ("shop.example", [], "claimed")
    assert finding["sentences"][0]["en"].startswith("No answer signed with a key of shop.example is")


def test_json_ld(api: Api) -> None:
    _, case, sent = two_anchors(api)
    answer = api.get(f"/v1/cases/0x{case.id.hex()}/jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    value = answer.json()
    assert value["@type"] == "dpv:RightExerciseRecord" and value["dct:identifier"] == f"0x{case.id.hex()}"
    part = next(item for item in value["dct:hasPart"] if item["@id"].endswith(sent.id.hex()))
    assert part["dct:type"] == "request.sent" and part["dct:creator"] == "requester"
    assert part["@type"] == ["dpv:RequestInitiated", "dpv:RightExerciseActivity"]
    assert part["habeas:facts"]["@value"] == dict(sent.statement.facts)


@pytest.mark.parametrize("reason", ["too_many", "not_understood", "not_accepted"])
def test_the_documented_form_of_a_finding_is_the_one_given(
    reason: Literal["too_many", "not_understood", "not_accepted"],
) -> None:
    """The description of /v1/cases/{id}/assessment has every member of a finding, as it is."""
    check_in = CheckIn(4, "2026-11-22", "nothing")
    doubt = Silence(
        "undetermined", 5, 0, "shop.example", (b"k" * 20,), (), Doubt(reason, 7), check_in, ("a.example",), True, (3,)
    )
    matter = Matter("tr-kvkk", "TR")
    matter.sent("2026-10-20", "2026-10-20")
    bare = matter.finding("2026-10-21")
    matter.company("2026-10-22", "request.acknowledged", received_on="2026-10-22")
    matter.company("2026-10-23", "deadline.extended", notified_on="2026-10-22", reason="complexity", until="2026-12-01")
    matter.company("2026-11-30", "request.refused", answered_on="2026-11-29", mode="sent", reasons=[])
    full = matter.finding("2026-12-02")
    assert full.lateness and full.delay and full.periods and full.back_dated and full.next
    for silence in (doubt, replace(doubt, said="none", why=None, check_in=None, replayed_by=())):
        for finding in (replace(bare, silence=silence), replace(full, silence=silence)):
            value = finding_json(finding, Value.PASSED)
            assert FindingView.model_validate(value, strict=True).model_dump() == value


def test_nothing_anchored_yet(lite: Api) -> None:
    case = lite.world.opened()
    recorded(lite, case)
    for part in ("bundle", "assessment", "jsonld"):
        answer = lite.get(f"/v1/cases/0x{case.id.hex()}/{part}")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/refused-not-found")
        assert "no final anchor" in answer.json()["detail"]


def test_unknown_case(lite: Api) -> None:
    sent_id = lite.world.opened()
    recorded(lite, sent_id)
    for part in ("", "/bundle", "/assessment", "/jsonld"):
        answer = lite.get(f"/v1/cases/0x{'00' * 32}{part}")
        assert (answer.status_code, answer.json()["type"]) == (404, "/problems/refused-case")


def test_a_statement_that_opens_no_case_is_no_case(lite: Api) -> None:
    case = lite.world.opened()
    sent = lite.world.sent(case.id)
    recorded(lite, case, sent)
    assert lite.get(f"/v1/cases/0x{sent.id.hex()}").status_code == 404


def test_anchors(api: Api) -> None:
    two_anchors(api)
    listed = api.get("/v1/anchors").json()["anchors"]
    assert [anchor["size"] for anchor in listed] == [3, 5]
    page = api.get("/v1/anchors?limit=1")
    assert page.headers["link"] == '</v1/anchors?limit=1&after=3>; rel="next"'
    assert [anchor["size"] for anchor in api.get("/v1/anchors?limit=1&after=3").json()["anchors"]] == [5]
    answer = api.get("/v1/anchors/5")
    value = answer.json()
    header = parse_header(parse_base64(value["header"], MalformedBundle, "header"))
    assert "0x" + header.hash.hex() == value["block_hash"]
    assert value["checkpoint"].splitlines()[1] == "5"
    assert api.get("/v1/anchors/5", {"If-None-Match": answer.headers["etag"]}).status_code == 304
    assert api.get("/v1/anchors/4").status_code == 404


def test_tickets(api: Api) -> None:
    chain = api.chain
    direct, other = api.world.opened(), api.world.opened(OTHER)
    chain.submit(direct)
    chain.submit(other)
    chain.reorganised(1)
    recorded(api, direct)
    listed = api.get("/v1/tickets").json()["tickets"]
    assert [(item["ticket"], item["final"], item["index"], item["settled"]) for item in listed] == [
        (0, True, 1, False),
        (1, True, None, False),
    ]
    assert [item["ticket"] for item in api.get("/v1/tickets?after=0").json()["tickets"]] == [1]
    assert "next" in api.get("/v1/tickets?limit=1").headers["link"]
    assert "habeas" not in json.dumps(listed), "the bytes themselves are not repeated here"


def test_recent_block(api: Api) -> None:
    chain = api.chain
    block = chain.grow()
    value = api.get("/v1/recent-block").json()
    assert (value["hash"], value["number"]) == ("0x" + block.hash.hex(), block.number)
    header = parse_header(parse_base64(value["header"], MalformedBundle, "header"))
    assert header.hash == block.hash


def test_ledger_and_policy_agree(api: Api) -> None:
    value = api.get("/v1/ledger").json()
    ledger = parse_policy(api.get("/v1/trust-policy").content).ledgers[value["ledger"]]
    assert value["vkey"] == ledger.vkey.encode() == api.world.facts.vkey.encode()
    assert value["log"] == "0x" + ledger.log.hex() == "0x" + api.world.operator.address.hex()
    assert (value["chain_id"], value["contract"]) == (31337, "0x" + ledger.contract.hex())
    assert value["size"] == 1


@pytest.mark.parametrize(("given", "rule"), [({}, "finalized"), ({"finality": 12}, 12)])
def test_policy_carries_the_ledgers_finality(tmp_path: Path, given: dict[str, object], rule: object) -> None:
    with opened(tmp_path, **given) as api:
        [ledger] = parse_policy(api.get("/v1/trust-policy").content).ledgers.values()
        assert ledger.finality == rule


@pytest.mark.parametrize("path", ["/v1/anchors/0", "/v1/anchors/-1", "/v1/anchors/9007199254740992", "/v1/anchors/x"])
def test_size_outside_bounds(lite: Api, path: str) -> None:
    answer = lite.get(path)
    assert (answer.status_code, answer.json()["type"]) == (400, "/problems/malformed-request")


def test_an_anchor_of_a_lost_practice_chain_is_not_shown(lite: Api) -> None:
    two_anchors(lite)
    newer = HomeChain(genesis=b"\x07" * 32, chain_id=31337, contract=bytes(20), seen_at=2)
    lite.world.services.store.transact(lambda session: session.add(newer))
    assert lite.get("/v1/anchors").json() == {"anchors": []}
    assert lite.get("/v1/anchors/3").status_code == 404
