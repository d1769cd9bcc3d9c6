"""Cases that end in a finding, and their bundles without any set of their parts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import cache

from ledger.bundle import Bundle, ShownIndex
from ledger.disclosure import Disclosure
from ledger.encoding import Json, encode_hex
from ledger.evm import keccak256
from ledger.leaf import INDEX_V1, NO_INDEX, case_key, company_key
from ledger.policy import TrustPolicy, parse_policy
from ledger.verification.observed import Observed
from tests.cli.broken import everything_of
from tools.vectors._bundles import (
    AUDITOR,
    CHECKED_IN,
    COMPANY,
    COMPANY_KEY,
    OPENED,
    OPERATOR,
    REFUSED,
    REQUESTER,
    SECOND_AUDITOR,
    SENT,
    STRANGER,
    Maker,
    address,
    bind_company,
    open_ledger,
    policy_bytes,
)

Part = tuple[str, int | bytes | str | None]
THIRD, FOURTH = b"\x99" * 32, b"\x9a" * 32


def bind(maker: Maker, key: bytes, by: bytes, kind: str = "company.key_bound") -> None:
    facts: dict[str, Json] = {"key": encode_hex(address(key)), "method": "dns", "checked_at": "2026-11-21T09:00:00Z"}
    maker.say(kind, facts, by, in_case=False)


def a_case(*, answered: bool) -> Maker:
    """Two anchors, a ticket, an opened text, a check-in, and an answer where asked for."""
    maker = Maker(transactions=1, rule=INDEX_V1, auditors=(AUDITOR,))
    open_ledger(maker)
    bind_company(maker)
    maker.say("case.opened", OPENED, REQUESTER, in_case=False)
    opened = Disclosure.make(bytes(16), "mail", "kept by its author")
    maker.disclosures = (opened.encoded,)
    maker.submit(maker.say("request.sent", SENT, REQUESTER, digests=(opened.digest,)))
    maker.anchor()
    if answered:
        maker.say("request.refused", REFUSED, COMPANY_KEY)
    maker.say("case.confirmed", {**CHECKED_IN, "answer": "nothing"}, REQUESTER)
    maker.anchor()
    return maker


def a_busy_case() -> Maker:
    """Every way in which a key can come to speak for a company, or cease to; leaf 0 under an anchor of rule 0."""
    maker = Maker(transactions=1, rule=NO_INDEX, auditors=(AUDITOR, SECOND_AUDITOR))
    open_ledger(maker)
    maker.anchor()
    maker.rule = INDEX_V1
    bind_company(maker)
    binding = max(maker.statements)
    maker.say("case.opened", OPENED, REQUESTER, in_case=False)
    opening = max(maker.statements)
    # An attester whom only the operator chose binds the company's key as well, and another one.
    scope: dict[str, Json] = {"key": encode_hex(address(THIRD)), "scope": ["company_key"]}
    maker.say("attester.bound", scope, OPERATOR, company=None, in_case=False)
    bind(maker, COMPANY_KEY, THIRD)
    bind(maker, FOURTH, THIRD)
    maker.say("request.refused", REFUSED, FOURTH)
    bind(maker, STRANGER, COMPANY_KEY)
    maker.anchor()
    bind(maker, COMPANY_KEY, OPERATOR, "company.key_revoked")
    maker.repeat(maker.statements[binding])
    maker.repeat(maker.statements[opening])
    maker.say("request.fulfilled", {"answered_on": "2026-11-23", "mode": "sent", "reasons": []}, COMPANY_KEY)
    maker.say("request.shouted", {"volume": 11}, FOURTH)
    maker.say("case.confirmed", {**CHECKED_IN, "answer": "nothing"}, REQUESTER)
    maker.anchor()
    maker.say("request.refused", REFUSED, STRANGER)  # after the index
    maker.anchor()
    keys = [address(key) for key in (STRANGER, THIRD, FOURTH)]
    maker.wanted = [case_key(maker.case, key) for key in keys] + [company_key(key, COMPANY) for key in keys]
    return maker


@cache
def cases() -> Mapping[str, Bundle]:
    """Bundles by name."""
    busy = a_busy_case()
    return {
        "silent": a_case(answered=False).bundle(),
        "answered": a_case(answered=True).bundle(),
        "busy": busy.bundle(as_of=sorted(busy.anchors)[-2]),
    }


@cache
def policies() -> Mapping[str, TrustPolicy]:
    """Trust policies by name."""
    attester = f'\n[[attester]]\nname = "a registry"\nkey = "{encode_hex(address(THIRD))}"\nscope = ["company_key"]\n'
    return {
        "audited": parse_policy(policy_bytes([AUDITOR])),
        "claimed": parse_policy(policy_bytes()),
        "pinned": parse_policy(
            policy_bytes([AUDITOR])
            + f'\n[[company_key]]\ncompany = "{COMPANY}"\nkey = "{encode_hex(address(COMPANY_KEY))}"\n'.encode()
        ),
        "attested": parse_policy(policy_bytes([AUDITOR]) + attester.encode()),
    }


def knowledge(bundle: Bundle) -> Mapping[str, Observed]:
    """What a verifier may know of the chain."""
    everything = everything_of(bundle)
    assert bundle.index is not None
    anchors = {size: item.proof.header for size, item in bundle.anchors.items()}
    of_index = everything_of(replace(bundle, anchors={bundle.index.size: bundle.anchors[bundle.index.size]}))
    others = everything_of(replace(bundle, anchors={n: a for n, a in bundle.anchors.items() if n != bundle.index.size}))
    newest = max(anchors)
    # Where it is not the index's, nothing needed hangs on the newest anchor.
    spare = (
        Observed() if newest == bundle.index.size else replace(everything, canonical=_but(everything, anchors[newest]))
    )
    return {"everything": everything, "index": of_index, "others": others, "spare": spare, "offline": Observed()}


def _but(observed: Observed, header: bytes) -> Mapping[bytes, str]:
    return {block: by for block, by in observed.canonical.items() if block != keccak256(header)}


def parts(bundle: Bundle) -> list[Part]:
    """Every part that can be left out."""
    found: list[Part] = [("checkpoint", None), ("index", None), ("replay", None)]
    for index in bundle.statements:
        found += [("statements", index), ("size", index), ("path", index)]
    for size in bundle.anchors:
        found += [("anchors", size), ("index_leaf", size), ("anchor_path", size)]
    found += [("blocks", block) for block in bundle.blocks] + [("submitted", ticket) for ticket in bundle.submitted]
    found += [("disclosures", text) for text in bundle.disclosures]
    if bundle.index is not None:
        for key, shown in bundle.index.lists.items():
            found += [("list", key)] if shown.entries is None else [("list", key), ("entries", key)]
    return found


def without(bundle: Bundle, gone: Collection[Part]) -> Bundle:
    """The bundle without these parts."""
    out = set(gone)
    index = bundle.index
    if index is not None:
        lists = {
            key: replace(shown, entries=None) if ("entries", key) in out else shown
            for key, shown in index.lists.items()
            if ("list", key) not in out
        }
        index = None if ("index", None) in out else ShownIndex(index.size, lists)
    return replace(
        bundle,
        statements={
            number: replace(
                item,
                size=None if ("size", number) in out else item.size,
                path=None if ("path", number) in out else item.path,
            )
            for number, item in bundle.statements.items()
            if ("statements", number) not in out
        },
        anchors={
            size: replace(
                item,
                index_leaf=None if ("index_leaf", size) in out else item.index_leaf,
                path=None if ("anchor_path", size) in out else item.path,
            )
            for size, item in bundle.anchors.items()
            if ("anchors", size) not in out
        },
        blocks={block: header for block, header in bundle.blocks.items() if ("blocks", block) not in out},
        submitted={ticket: proof for ticket, proof in bundle.submitted.items() if ("submitted", ticket) not in out},
        disclosures=tuple(text for text in bundle.disclosures if ("disclosures", text) not in out),
        checkpoint=None if ("checkpoint", None) in out else bundle.checkpoint,
        index=index,
        replay=None if ("replay", None) in out else bundle.replay,
    )
