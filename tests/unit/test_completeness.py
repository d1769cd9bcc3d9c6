"""Whose lists are needed, and what makes them complete (docs/spec/assessment.md, step 9)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.bundle import Bundle, ShownIndex
from ledger.encoding import Json, encode_hex
from ledger.leaf import INDEX_V1, case_key, company_key
from ledger.policy import TrustPolicy, parse_policy
from ledger.verification.checks import Value
from ledger.verification.completeness import MAX_KEYS, find_needed
from ledger.verification.parties import operator_of
from tests.cli.broken import everything_of, outcome_of
from tests.cli.parts import bind
from tools.vectors._bundles import (
    AUDITOR,
    COMPANY,
    COMPANY_KEY,
    OPENED,
    OPERATOR,
    REQUESTER,
    STRANGER,
    Maker,
    address,
    open_ledger,
    policy_bytes,
)

KEYS = [bytes([9, number]) * 16 for number in range(MAX_KEYS + 1)]
REQ, OP, SHOP, OTHER = (address(key) for key in (REQUESTER, OPERATOR, COMPANY_KEY, STRANGER))


def policy(*more: str) -> TrustPolicy:
    return parse_policy(policy_bytes([AUDITOR]) + "".join(more).encode())


def pin(key: bytes, company: str = COMPANY) -> str:
    return f'\n[[company_key]]\ncompany = "{company}"\nkey = "{encode_hex(address(key))}"\n'


def attester(name: str, key: bytes, scope: str) -> str:
    return f'\n[[attester]]\nname = "{name}"\nkey = "{encode_hex(address(key))}"\nscope = ["{scope}"]\n'


def opened(*bindings: tuple[bytes, bytes]) -> Maker:
    """An opened case, and ``(key, by)`` bound before it."""
    maker = Maker(transactions=1, rule=INDEX_V1, auditors=(AUDITOR,))
    open_ledger(maker)
    for key, by in bindings:
        bind(maker, key, by)
    maker.say("case.opened", OPENED, REQUESTER, in_case=False)
    return maker


def needed_of(maker: Maker, trust: TrustPolicy) -> tuple[set[bytes], tuple[bytes, ...]]:
    """Keys of the lists needed, and the company's keys, where every list is known."""
    maker.anchor()
    bundle = maker.bundle()
    found = find_needed(bundle, trust, operator_of(bundle, trust), maker.lists(maker.tree.size - 1))
    assert found is not None and found.requester == REQ and found.company == COMPANY
    return set(found.lists), found.company_keys


def test_the_least() -> None:
    """Nobody joined: the requester's list, and whom the operator bound."""
    maker = opened()
    assert needed_of(maker, policy()) == ({case_key(maker.case, REQ), company_key(OP, COMPANY)}, ())


def test_a_chain_of_bindings() -> None:
    """The operator bound a key, which bound another, which bound the first and itself again: each once."""
    maker = opened((COMPANY_KEY, OPERATOR), (STRANGER, COMPANY_KEY), (COMPANY_KEY, STRANGER), (STRANGER, STRANGER))
    lists, keys = needed_of(maker, policy())
    assert keys == (SHOP, OTHER)
    assert lists == {
        *(case_key(maker.case, key) for key in (REQ, SHOP, OTHER)),
        *(company_key(key, COMPANY) for key in (OP, SHOP, OTHER)),
    }


def test_bindings_by_others_are_not_followed() -> None:
    """Of a stranger, of the requester, for another company."""
    maker = opened((COMPANY_KEY, STRANGER), (STRANGER, REQUESTER))
    facts: dict[str, Json] = {
        "key": encode_hex(OTHER),
        "method": "dns",
        "checked_at": "2026-11-21T09:00:00Z",
    }
    maker.say("company.key_bound", facts, OPERATOR, company="other.example", in_case=False)
    assert needed_of(maker, policy())[1] == ()


def test_pins_and_attesters_of_the_policy() -> None:
    """A pin of another company needs nothing; an attester without the scope needs his list in the case alone."""
    maker = opened((KEYS[1], KEYS[2]))
    trust = policy(
        pin(COMPANY_KEY),
        pin(KEYS[3], "other.example"),
        attester("mail", STRANGER, "dkim"),
        attester("registry", KEYS[2], "company_key"),
    )
    lists, keys = needed_of(maker, trust)
    assert keys == (SHOP, address(KEYS[1]))
    in_case = (REQ, SHOP, address(KEYS[1]), OTHER, address(KEYS[2]))
    binding = (OP, SHOP, address(KEYS[1]), address(KEYS[2]))
    assert lists == {
        *(case_key(maker.case, key) for key in in_case),
        *(company_key(key, COMPANY) for key in binding),
    }


def test_nothing_is_needed_of_a_case_that_nobody_opened() -> None:
    maker = opened()
    maker.anchor()
    bundle = replace(maker.bundle(), case=bytes(32))
    assert find_needed(bundle, policy(), OP, {}) is None


def test_a_bound_key_counts_only_where_its_binding_is_shown() -> None:
    """Without the statement the list alone says nothing; the entry is hidden, and 9.5 asks for it."""
    maker = opened((COMPANY_KEY, OPERATOR))
    maker.anchor()
    bundle = maker.bundle()
    lists = maker.lists(maker.tree.size - 1)
    without = replace(bundle, statements={n: item for n, item in bundle.statements.items() if n != 1})
    found = find_needed(without, policy(), OP, lists)
    assert found is not None and found.company_keys == ()


@pytest.mark.parametrize("count", [MAX_KEYS, MAX_KEYS + 1])
def test_64_keys_are_followed(count: int) -> None:
    """With one more nobody follows: 9.5 is not checked, and says how many there are."""
    maker = opened(*((key, OPERATOR) for key in KEYS[:count]))
    for key in KEYS[:count]:
        maker.wanted += [case_key(maker.case, address(key)), company_key(address(key), COMPANY)]
    maker.anchor()
    bundle = maker.bundle()
    found = outcome_of(bundle, everything_of(bundle), policy())
    is_followed = count == MAX_KEYS
    assert found.values["complete"] is (Value.PASSED if is_followed else Value.NOT_CHECKED)
    assert (found.finding is not None) == is_followed and found.exit == (0 if is_followed else 3)


def test_a_list_of_another_size_is_none_of_this_index() -> None:
    """The list and path of an earlier anchor do not fit the root of a later one."""
    maker = opened((COMPANY_KEY, OPERATOR))
    early = maker.anchor()
    maker.say("request.withdrawn", {}, REQUESTER)
    late = maker.anchor()
    bundle = maker.bundle()
    key = case_key(maker.case, REQ)
    old = maker.shown_index(early, [key]).lists[key]
    assert bundle.index is not None and bundle.index.size == late
    mixed: Bundle = replace(bundle, index=ShownIndex(late, {**bundle.index.lists, key: old}))
    found = outcome_of(mixed, everything_of(bundle), policy())
    assert found.values[f"list/{key.hex()}"] is Value.FAILED and found.exit == 1 and found.finding is None
