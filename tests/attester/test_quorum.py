"""From mail and DNS to what a stranger reads: attesters of a policy, their quorum, delivery and grades."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import httpx2
import pytest

from ledger.assessment import Assessment, assess
from ledger.bundle import Bundle, parse_bundle
from ledger.cli.attesting import ask_for_key
from ledger.cli.demo.mail import NameServer
from ledger.companies import WELL_KNOWN_PATH, encode_txt, encode_well_known
from ledger.encoding import Json, encode_hex, encode_json
from ledger.finding.case import Finding
from ledger.finding.law import shipped_law
from ledger.policy import TrustPolicy, encode_policy, parse_attester, parse_policy
from ledger.runtime.trust import own_policy, own_trust
from tests.api.local_servers import Page, WebTestServer
from tests.api.made_chain import open_made_chain
from tests.attester.conftest import SHOP, Matter, Running, disclosed
from tests.cli.broken import everything_of
from tests.store.auditing import replay_and_cosign
from tests.store.world import REQUESTER
from tests.store.world import SHOP as SHOP_KEY

NOW = 2_000_000_000
TXT = (f"_habeas.{SHOP}", "TXT")


def policy(matter: Matter, attesters: Sequence[Running], quorum: int) -> TrustPolicy:
    services = matter.world.services
    listed = [parse_attester(item.parts.settings.name, item.address, item.parts.settings.scopes) for item in attesters]
    return parse_policy(
        encode_policy(own_trust(services.store, services.settings), attesters=listed, attester_quorum=quorum)
    )


def bundle_of(matter: Matter, case: bytes) -> Bundle:
    """The bundle of the case, anchored and replayed by the auditor."""
    size = matter.chain.anchor()
    matter.client.give_cosignature(replay_and_cosign(matter.world.services, size))
    return parse_bundle(matter.client.get(f"/v1/cases/{encode_hex(case)}/bundle"))


def assessed(bundle: Bundle, trust: TrustPolicy) -> Assessment:
    return assess(bundle, trust, replace(everything_of(bundle), code_hash=None), NOW, shipped_law(bundle))


def finding(bundle: Bundle, trust: TrustPolicy) -> Finding:
    result = assessed(bundle, trust)
    assert result.finding is not None, result.note
    return result.finding


def test_arrival_by_mail_that_two_of_three_attested(matter: Matter) -> None:
    one, two, three = (matter.start(name) for name in ("one", "two", "three"))
    case = matter.opened()
    matter.world.record(matter.world.sent(case))
    answers = matter.attested(case, matter.mail(case))
    assert [answer.result for answer in answers] == ["grade_a"] * 3
    bundle = bundle_of(matter, case)
    delivery = finding(bundle, policy(matter, [one, two, three], 2)).delivery
    assert delivery is not None
    assert (delivery.basis, delivery.grade, delivery.proven_by) == ("acknowledged", "domain_mail", date(2026, 11, 20))
    stranger = finding(bundle, policy(matter, [], 1)).delivery
    assert stranger is not None and stranger.basis == "claimed", "nobody whom this policy names vouches for it"


def test_one_of_three_is_no_quorum(matter: Matter) -> None:
    attesters = [matter.start(name) for name in ("one", "two", "three")]
    case = matter.opened()
    matter.world.record(matter.world.sent(case))
    matter.attesters = attesters[:1]
    assert matter.attested(case, matter.mail(case))[0].result == "grade_a"
    bundle = bundle_of(matter, case)
    for quorum, basis in ((2, "claimed"), (1, "acknowledged")):
        delivery = finding(bundle, policy(matter, attesters, quorum)).delivery
        assert delivery is not None and delivery.basis == basis


def test_a_mail_without_the_case_proves_no_arrival(matter: Matter) -> None:
    """However many attest it: a newsletter is signed as well."""
    attesters = [matter.start(name) for name in ("one", "two", "three")]
    case = matter.opened()
    matter.world.record(matter.world.sent(case))
    assert [answer.result for answer in matter.attested(case, matter.mail(None))] == ["grade_d"] * 3
    delivery = finding(bundle_of(matter, case), policy(matter, attesters, 2)).delivery
    assert delivery is not None and delivery.basis == "claimed"


def test_a_refusal_by_mail(matter: Matter) -> None:
    """A reported refusal that attesters checked has the grade of the domain's mail."""
    attesters = [matter.start(name) for name in ("one", "two")]
    case = matter.opened()
    world = matter.world
    world.record(world.sent(case))
    message = matter.mail(case, text="We cannot help you.")
    disclosure = disclosed(message)
    facts: dict[str, Json] = {"answered_on": "2026-11-20", "mode": "sent", "reasons": ["reason_not_stated"]}
    refusal = world.statement("request.refused", REQUESTER, facts, case, digests=(disclosure.digest,))
    world.record(refusal)
    assert [answer.result for answer in matter.ask(message, disclosure, refusal)] == ["grade_a"] * 2
    found = finding(bundle_of(matter, case), policy(matter, attesters, 2))
    assert (found.outcome.word, found.outcome.grade) == ("refused", "domain_mail")


def test_the_key_alone_confirms_no_statement(matter: Matter) -> None:
    """A newsletter handed in as a refusal: the key was really the domain's, and that says nothing of a refusal."""
    attesters = [matter.start(name) for name in ("one", "two")]
    case, world, message = matter.opened(), matter.world, matter.mail(None)
    world.record(world.sent(case))
    disclosure = disclosed(message)
    facts: dict[str, Json] = {"answered_on": "2026-11-20", "mode": "sent", "reasons": ["reason_not_stated"]}
    refusal = world.statement("request.refused", REQUESTER, facts, case, digests=(disclosure.digest,))
    world.record(refusal)
    answers = matter.ask(message, disclosure, refusal)
    assert [[item.result for item in answer.attested] for answer in answers] == [["grade_d", "passed"]] * 2
    found = finding(bundle_of(matter, case), policy(matter, attesters, 2))
    assert (found.outcome.grade, found.lateness) == ("self_stated", None)


def test_a_company_key_by_two_of_three(matter: Matter) -> None:
    attesters = [matter.start(name) for name in ("one", "two", "three")]
    case = matter.opened()
    world = matter.world
    world.record(world.sent(case))
    for server in matter.names:
        server.records[TXT] = [f'"{encode_txt(SHOP_KEY.address)}"']
    info, urls = matter.client.info(), [item.url for item in attesters]
    [first] = ask_for_key(urls[:1], info, SHOP, SHOP_KEY.address, "dns")
    assert first.problem is None and first.signed is not None
    world.record(world.statement("request.acknowledged", SHOP_KEY, {"received_on": "2026-11-21"}, case))
    early = bundle_of(matter, case)
    [second] = ask_for_key(urls[1:2], info, SHOP, SHOP_KEY.address, "dns")
    assert second.problem is None
    world.record(world.statement("request.acknowledged", SHOP_KEY, {"received_on": "2026-11-22"}, case))
    late = bundle_of(matter, case)

    def grades(bundle: Bundle, quorum: int) -> list[str]:
        shown = assessed(bundle, policy(matter, attesters, quorum)).statements
        return [item.standing.grade for item in shown if item.shown.signed.statement.kind == "request.acknowledged"]

    assert grades(early, 2) == ["operator_vouched"] or grades(early, 2) == ["none"]
    assert grades(early, 1) == ["attested"]
    assert grades(late, 2)[-1] == "attested", "by the second binding two of three have looked"
    assert grades(late, 2)[0] != "attested", "a binding counts from its index on"
    assert grades(late, 3)[-1] != "attested"


def test_a_binding_is_said_once(matter: Matter) -> None:
    one = matter.start()
    for server in matter.names:
        server.records[TXT] = [f'"{encode_txt(SHOP_KEY.address)}"']
    info = matter.client.info()
    [first] = ask_for_key([one.url], info, SHOP, SHOP_KEY.address, "dns")
    size = matter.world.services.reader.size()
    for server in matter.names:
        del server.records[TXT]
    again = ask_for_key([one.url] * 3, info, SHOP, SHOP_KEY.address, "dns")
    assert {(item.index, item.problem) for item in again} == {(first.index, None)}
    assert matter.world.services.reader.size() == size
    assert first.signed is not None and first.signed.statement.author == one.address
    facts = {"key": encode_hex(SHOP_KEY.address), "method": "dns", "checked_at": "2026-11-26T09:00:00Z"}
    matter.world.record(matter.world.statement("company.key_revoked", SHOP_KEY, facts))
    [revoked] = ask_for_key([one.url], info, SHOP, SHOP_KEY.address, "dns")
    assert revoked.problem is not None and "was revoked at index" in revoked.problem


def test_resolvers_that_disagree_about_a_key(matter: Matter) -> None:
    one = matter.start()
    record = [f'"{encode_txt(SHOP_KEY.address)}"']

    def ask() -> str | None:
        return ask_for_key([one.url], matter.client.info(), SHOP, SHOP_KEY.address, "dns")[0].problem

    assert "has no TXT record" in (ask() or "")
    matter.names[0].records[TXT] = record
    assert "the resolvers disagree" in (ask() or "")
    matter.names[1].records[TXT] = [f'"{encode_txt(bytes(19) + bytes([9]))}"']
    assert "the resolvers disagree" in (ask() or "")
    matter.names[1].records[TXT] = record
    assert ask() is None, "of three one may say something else"


def test_one_of_two_resolvers_is_not_enough(matter: Matter) -> None:
    """Else one that lies outvotes one that knows of no record."""
    one = matter.start(resolvers=[server.address for server in matter.names[:2]])
    record = [f'"{encode_txt(SHOP_KEY.address)}"']

    def ask() -> str | None:
        return ask_for_key([one.url], matter.client.info(), SHOP, SHOP_KEY.address, "dns")[0].problem

    matter.names[0].records[TXT] = record
    assert "the resolvers disagree" in (ask() or "")
    matter.names[1].records[TXT] = record
    assert ask() is None


def test_one_resolver_binds_no_key(matter: Matter) -> None:
    one = matter.start(resolvers=[matter.names[0].address])
    matter.names[0].records[TXT] = [f'"{encode_txt(SHOP_KEY.address)}"']
    before = matter.world.services.reader.size()
    [answer] = ask_for_key([one.url], matter.client.info(), SHOP, SHOP_KEY.address, "dns")
    assert "one DNS resolver alone" in (answer.problem or "")
    assert matter.world.services.reader.size() == before


def test_a_key_in_the_well_known_file(matter: Matter) -> None:
    with WebTestServer({WELL_KNOWN_PATH: Page(encode_well_known(SHOP, [SHOP_KEY.address]))}).running() as web:
        one = matter.start(well_known_overrides={SHOP: f"http://127.0.0.1:{web.port}"})
        found = ask_for_key([one.url], matter.client.info(), SHOP, SHOP_KEY.address, "well_known")
        assert found[0].problem is None and found[0].signed is not None
        assert found[0].signed.statement.facts["method"] == "well_known"
        other = ask_for_key([one.url], matter.client.info(), SHOP, bytes(19) + b"\x07", "well_known")
        assert "publishes 1 keys by well_known, but not" in (other[0].problem or "")
        own = ask_for_key([one.url], matter.client.info(), SHOP, one.address, "well_known")
        assert "nobody attests himself" in (own[0].problem or "")


def test_an_address_that_is_not_public_is_not_asked(matter: Matter) -> None:
    """A stranger names the domain, so its address is checked before anything is connected to."""
    one = matter.start()
    for server in matter.names:
        server.records[SHOP, "A"] = ["127.0.0.1"]
    [answer] = ask_for_key([one.url], matter.client.info(), SHOP, SHOP_KEY.address, "well_known")
    assert "no public address" in (answer.problem or "")


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"ledger": "other.example/main"}, 403),
        ({"company": "localhost"}, 400),
        ({"company": "127.0.0.1"}, 400),
        ({"method": "file"}, 400),
        ({"key": "0x12"}, 400),
        ({"more": "x"}, 400),
    ],
)
def test_wrong_questions(matter: Matter, changes: dict[str, str], status: int) -> None:
    one = matter.start()
    asked = {"ledger": matter.origin, "company": SHOP, "key": encode_hex(SHOP_KEY.address), "method": "dns"}
    body = encode_json({**asked, **changes})
    answer = httpx2.post(f"{one.url}/v1/company-keys", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text


def test_the_servers_policy_names_the_attesters(tmp_path: Path) -> None:
    listed = {"one.example": "0x" + "11" * 20 + " dkim dns", "two.example": "0x" + "22" * 20 + " company_key"}
    chain = open_made_chain(tmp_path, attesters=listed, attester_quorum=2)
    services = chain.world.services
    found = parse_policy(own_policy(services.store, services.settings))
    services.close()
    assert found.attester_quorum == 2
    assert [(item.name, item.key, item.scope) for item in found.attesters] == [
        ("one.example", b"\x11" * 20, ("dkim", "dns")),
        ("two.example", b"\x22" * 20, ("company_key",)),
    ]


def test_names_are_not_shared(names: list[NameServer]) -> None:
    """Three resolvers are three voices only as long as none answers out of another's records."""
    names[0].records.clear()
    assert names[1].records and names[2].records
