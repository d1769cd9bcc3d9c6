"""Cases as of an earlier anchor: what was true then stays provable, and later words change later bundles only."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ledger.bundle import parse_bundle
from ledger.encoding import Json, encode_hex
from ledger.leaf import case_key, company_key
from ledger.policy import AttesterTrust, CompanyPin, parse_policy
from ledger.runtime import evidence
from ledger.statement import SignedStatement
from ledger.verification.checks import Value
from tests.api.conftest import Api
from tests.api.test_bad_input import is_problem
from tests.api.test_evidence import assessed, forced, not_passed, recorded
from tests.store.world import ATTESTER, COMPANY, OTHER, REQUESTER, SHOP, SHOP_OLD, World

CONFIRMED: dict[str, Json] = {"on": "2026-11-23", "answer": "nothing", "account": "open"}
FULFILLED: dict[str, Json] = {"answered_on": "2026-12-01", "mode": "sent", "reasons": []}


def bundle_path(case: SignedStatement, query: str = "") -> str:
    return f"/v1/cases/0x{case.id.hex()}/bundle{query}"


def hexed(*keys: bytes) -> str:
    return "&".join(f"author=0x{key.hex()}" for key in keys)


def silence_then_answer(api: Api) -> tuple[SignedStatement, int, int]:
    """A request without an answer, anchored and confirmed; then everything changes, and is anchored again."""
    chain, world = api.chain, api.world
    case = world.opened()
    recorded(api, case, world.sent(case.id), world.bound(world.operator, SHOP))
    recorded(api, world.statement("case.confirmed", REQUESTER, CONFIRMED, case.id))
    silent = chain.anchor()
    kept = api.get(bundle_path(case)).content
    recorded(api, world.bound(world.operator, SHOP_OLD), world.attester(ATTESTER, ["company_key"]))
    recorded(api, world.statement("request.fulfilled", SHOP, FULFILLED, case.id))
    forced(api, world.sent(case.id, OTHER), world.statement("request.acknowledged", ATTESTER, {}, case.id))
    chain.submit(case)
    chain.grow()
    answered = chain.anchor()
    chain.anchor()
    assert api.get(bundle_path(case, f"?as_of={silent}")).content == kept, "what was told then is told for ever"
    return case, silent, answered


def test_a_later_answer_changes_later_bundles_only(api: Api) -> None:
    case, silent, answered = silence_then_answer(api)
    api.audit(silent)
    api.audit(answered)
    for size, said in ((silent, "none"), (answered, "recorded")):
        bundle = parse_bundle(api.get(bundle_path(case, f"?as_of={size}")).content)
        assert bundle.index is not None and bundle.index.size == size == max(bundle.anchors)
        assessment = assessed(api, bundle)
        assert assessment.exit_code == 0, not_passed(assessment)
        assert assessment.finding is not None and assessment.finding.silence.said == said
        assert assessment.finding.silence.company_keys[0] == SHOP.address
        shown = api.get(f"/v1/cases/0x{case.id.hex()}/assessment?as_of={size}").json()["finding"]
        assert (shown["answer"], shown["size"], shown["index"]) == (said, size - 1, "replayed")
    newest = api.get(f"/v1/cases/0x{case.id.hex()}/assessment").json()["finding"]
    assert (newest["answer"], newest["size"]) == ("recorded", answered)
    assert api.get(bundle_path(case)).content == api.get(bundle_path(case, f"?as_of={answered + 1}")).content


def test_only_the_replay_is_added_later(lite: Api) -> None:
    case, silent, answered = silence_then_answer(lite)
    before = lite.get(bundle_path(case, f"?as_of={silent}"))
    lite.audit(answered)
    after = lite.get(bundle_path(case, f"?as_of={silent}"), {"If-None-Match": before.headers["etag"]})
    assert after.status_code == 200, "another ETag"
    added = json.loads(after.content)
    assert added.pop("replay") and added == json.loads(before.content)
    assert assessed(lite, parse_bundle(after.content)).finding.silence.replayed_by  # type: ignore[union-attr]


def test_a_submission_is_shown_from_its_anchor_on(lite: Api) -> None:
    case, silent, answered = silence_then_answer(lite)
    shown = [list(parse_bundle(lite.get(bundle_path(case, f"?as_of={size}")).content).submitted) for size in
             (silent, answered)]  # fmt: skip
    assert shown == [[], [0]]


def test_before_the_case_was_opened(lite: Api) -> None:
    size = lite.chain.anchor()
    case = lite.world.opened()
    recorded(lite, case)
    lite.chain.anchor()
    for part in ("bundle", "assessment"):
        problem = is_problem(lite.get(f"/v1/cases/0x{case.id.hex()}/{part}?as_of={size}"), 404, "refused-not-found")
        assert f"the anchored tree of {size} leaves ends before it" in str(problem["detail"])


@pytest.mark.parametrize("part", ["bundle", "assessment"])
def test_no_such_anchor(lite: Api, part: str) -> None:
    case, silent, answered = silence_then_answer(lite)
    path, before = f"/v1/cases/0x{case.id.hex()}/{part}", lite.world.dump()
    for size in (silent - 1, silent + 1, 1, 9_007_199_254_740_991):
        problem = is_problem(lite.get(f"{path}?as_of={size}"), 404, "refused-not-found")
        assert f"no final anchor has size {size}" in str(problem["detail"])
    assert f"near it are {silent}, {answered}" in lite.get(f"{path}?as_of={silent + 1}").json()["detail"]
    for wrong in ("0", "-1", "x", "", "1.5", "9007199254740992", "0x6", "1&as_of=x"):
        is_problem(lite.get(f"{path}?as_of={wrong}"), 400, "malformed-request")
    assert lite.world.dump() == before


def outsiders(world: World, case: SignedStatement) -> list[SignedStatement]:
    """What three people wrote of whom only a verifier's policy knows: a pinned key, an attester, the key it bound."""
    bound = world.bound(ATTESTER, SHOP)
    return [
        bound,
        world.statement("request.acknowledged", SHOP, {"received_on": "2026-11-21"}, case.id),
        world.statement("request.fulfilled", SHOP_OLD, FULFILLED, case.id),
        world.statement("request.delivered", ATTESTER, {"received_on": "2026-11-21", "basis": "relay"}, case.id),
    ]


def test_a_policy_with_keys_that_the_ledger_does_not_know(api: Api) -> None:
    """Completeness is asked for the verifier's parties, so he names them and gets what they wrote."""
    world, case = api.world, api.world.opened()
    recorded(api, case)
    forced(api, *outsiders(world, case))
    api.audit(api.chain.anchor())
    own = parse_policy(api.get("/v1/trust-policy").content)
    policy = replace(
        own,
        attesters=(AttesterTrust("A notary", ATTESTER.address, ("company_key", "document")),),
        company_keys=(CompanyPin(COMPANY, SHOP_OLD.address),),
    )
    without = assessed(api, parse_bundle(api.get(bundle_path(case)).content), policy)
    assert without.exit_code == 3 and without.finding is None
    bundle = parse_bundle(api.get(bundle_path(case, "?" + hexed(ATTESTER.address, SHOP_OLD.address))).content)
    kinds = [item.signed.statement.kind for _, item in sorted(bundle.statements.items())]
    assert kinds[2:] == ["company.key_bound", "request.acknowledged", "request.fulfilled", "request.delivered"]
    shown = assessed(api, bundle, policy)
    assert shown.exit_code == 0, not_passed(shown)
    assert shown.finding is not None and shown.finding.silence.said == "recorded"
    assert set(shown.finding.silence.company_keys) == {SHOP.address, SHOP_OLD.address}


def test_authors_add_lists(lite: Api) -> None:
    case = lite.world.opened()
    recorded(lite, case)
    lite.chain.anchor()
    plain = parse_bundle(lite.get(bundle_path(case)).content)
    asked = parse_bundle(lite.get(bundle_path(case, "?" + hexed(OTHER.address, OTHER.address))).content)
    assert plain.index is not None and asked.index is not None
    added = {case_key(case.id, OTHER.address), company_key(OTHER.address, COMPANY)}
    assert set(asked.index.lists) - set(plain.index.lists) == added
    assert all(asked.index.lists[key].entries is None for key in added), "absent, and proven so"
    assert {**asked.index.lists, **plain.index.lists} == asked.index.lists
    assert lite.get(bundle_path(case, "?" + hexed(REQUESTER.address))).content != b""


@pytest.mark.parametrize(
    "author", ["", "0x", "0x" + "0" * 39, "0x" + "0" * 41, "0x" + "A" * 40, "0" * 42, "0x" + "g" * 40]
)
def test_malformed_authors(lite: Api, author: str) -> None:
    case = lite.world.opened()
    recorded(lite, case)
    lite.chain.anchor()
    before = lite.world.dump()
    for query in (f"author={author}", f"{hexed(OTHER.address)}&author={author}"):
        is_problem(lite.get(bundle_path(case, f"?{query}")), 400, "malformed-request")
    assert lite.world.dump() == before


def test_sixteen_authors_and_no_more(lite: Api) -> None:
    case = lite.world.opened()
    recorded(lite, case)
    lite.chain.anchor()
    keys = [number.to_bytes(20) for number in range(1, 18)]
    bundle = parse_bundle(lite.get(bundle_path(case, "?" + hexed(*keys[:16]))).content)
    assert bundle.index is not None and all(case_key(case.id, key) in bundle.index.lists for key in keys[:16])
    is_problem(lite.get(bundle_path(case, "?" + hexed(*keys))), 400, "malformed-request")


def test_a_party_that_writes_very_much(lite: Api) -> None:
    """Beyond 64 the statements of a company's key are not shown, whatever else it bound; its list says how many."""
    world, case = lite.world, lite.world.opened()
    recorded(lite, case, world.bound(world.operator, SHOP), world.bound(SHOP, SHOP_OLD))
    day = [f"2026-{month:02}-{day:02}" for month in (10, 11) for day in range(1, 31)][:60]
    said = [world.statement("request.acknowledged", SHOP, {"received_on": on}, case.id) for on in day]
    forced(lite, *said, *(world.sent(case.id, SHOP, day=number) for number in range(1, 8)))
    lite.audit(lite.chain.anchor())
    bundle = parse_bundle(lite.get(bundle_path(case)).content)
    mine = [item for item in bundle.statements.values() if item.signed.statement.author == SHOP.address]
    assert len(mine) == 1 + 64
    shown = assessed(lite, bundle)
    assert shown.exit_code == 0, not_passed(shown)
    assert (
        shown.finding is not None
        and shown.finding.silence.said == "undetermined"
        and "67" in str(shown.finding.silence.why)
    )


def test_a_binding_that_counts_for_nothing_hides_no_finding(lite: Api) -> None:
    """A revoked key that binds another, forced in: verifiers follow all listed bindings, so the lists are all there."""
    world, case = lite.world, lite.world.opened()
    recorded(lite, case, world.bound(world.operator, SHOP), world.bound(world.operator, SHOP, revoked=True))
    forced(lite, world.bound(SHOP, SHOP_OLD))
    lite.audit(lite.chain.anchor())
    bundle = parse_bundle(lite.get(bundle_path(case)).content)
    assert bundle.index is not None and case_key(case.id, SHOP_OLD.address) in bundle.index.lists
    shown = assessed(lite, bundle)
    assert shown.exit_code == 0, not_passed(shown)
    assert shown.finding is not None and shown.finding.silence.said == "none"


def test_a_company_that_writes_very_much_about_its_keys(lite: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """It can keep a finding away, and not the bundle: what the person said, its proofs and the lists stay shown."""
    world, case = lite.world, lite.world.opened()
    recorded(lite, case, world.sent(case.id), world.bound(world.operator, SHOP))
    lite.chain.anchor()
    monkeypatch.setattr(evidence, "MAX_BYTES", 4 * len(lite.get(bundle_path(case)).content))
    days = [f"2026-10-{day:02}T09:00:00Z" for day in range(1, 29)]
    key: dict[str, Json] = {"key": encode_hex(SHOP_OLD.address), "method": "dns"}
    forced(lite, *(world.statement("company.key_bound", SHOP, {**key, "checked_at": day}) for day in days))
    lite.audit(lite.chain.anchor())
    answer = lite.get(bundle_path(case))
    assert answer.status_code == 200, answer.text
    bundle = parse_bundle(answer.content)
    by = [item.signed.statement.author for item in bundle.statements.values()]
    assert by.count(SHOP.address) == 4 and len(by) == 4 + 4
    assert (
        bundle.index is not None
        and len(bundle.index.lists[company_key(SHOP.address, "shop.example")].entries or b"") == 28 * 40
    )
    shown = assessed(lite, bundle)
    assert shown.finding is None and all(check.value is not Value.FAILED for check in shown.checks)
