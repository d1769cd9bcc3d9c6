"""Statements: the first worked vectors, round trips, every flipped bit, and eth_account as oracle."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data
from hypothesis import given
from hypothesis import strategies as st

from ledger.encoding import Json, encode_base64url, encode_json, sha256
from ledger.errors import (
    HabeasError,
    Malformed,
    MalformedJson,
    MalformedSignature,
    MalformedSize,
    MalformedStatement,
    VerificationSignature,
)
from ledger.kinds import KINDS
from ledger.statement import (
    CURVE_ORDER,
    DOMAIN_HASH,
    TYPE_HASH,
    RecentBlock,
    SignedStatement,
    Statement,
    encode,
    parse,
    parse_signature,
    parse_statement,
    sign,
    verify_signature,
)
from tools.vectors.statements import typed

REQUESTER, COMPANY = bytes([0x11]) * 32, bytes([0x22]) * 32
TYPE = "Statement(string ledger,string kind,string company,bytes32 caseId,bytes32 recentBlock,bytes32 content)"
BLOCK = '"recent_block":{"hash":"0x' + "ab" * 32 + '","number":7}'
CASE = "934c60d0973bececda1d1db134625b0aa6577cfe2d1d3b3801f7cc301a9205d6"
OPENED = (
    '{"author":"0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a","company":"shop.example","digests":[],"facts":'
    '{"acting":"self","place":"IE","regime":"eu-gdpr","related":[]},"habeas":1,"kind":"case.opened",'
    '"ledger":"habeas.example/main",' + BLOCK + "}"
)
REFUSED = (
    '{"author":"0x1563915e194d8cfba1943570603f7606a3115508","case":"0x' + CASE + '","company":"shop.example",'
    '"digests":[],"facts":{"answered_on":"2026-11-20","mode":"sent","reasons":["identity_unverified"]},'
    '"habeas":1,"kind":"request.refused","ledger":"habeas.example/main",' + BLOCK + "}"
)
BARE = (
    '{"author":"0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a","digests":[],"facts":{},"habeas":1,'
    '"kind":"ledger.opened","ledger":"habeas.example/main",' + BLOCK + "}"
)
# Computed twice, by two independent implementations that agree.
FIRST: list[tuple[str, bytes, dict[str, str]]] = [
    (
        OPENED,
        REQUESTER,
        {
            "id": CASE,
            "struct": "f22f51560fc128d356c135416387e02b56de8621125ac4aa22181c5cd8010a20",
            "hash": "f7e7604cea00672bd602998851f210f5ec81a452c8ea502275d91a6da2632e2c",
            "signature": "73ce332a5d248fe3cb84e54c2ce1b6ccc23594d5ee5baf4fca0d63d1c265f905"
            "4a7bd0cd903538f4d04746c66608f5a4f47816a76a11909aec01b2d8c84917641c",
            "digest": "66355ce23a978172ee8fca2da0a3774b1a24978154c285ed2f73a8f950068715",
        },
    ),
    (
        REFUSED,
        COMPANY,
        {
            "id": "b9cb8edaf7d0a67f45010c04d159252948d2074ec54113ac0e3bae37fc3142be",
            "hash": "9c1c21f5370405ce73d8bb72db9752a73572fb8423fb01d1f58dd57678070ccd",
            "signature": "4072348b8028a5ecd3012cf402b4d0a71fb7847feb7e8fbc93b9beaa3a402844"
            "6440a31976eaea6e3b33c55fe94e41ba83350724095093a324f88f881b0908161b",
            "digest": "cc1a0af668eb020d173034a1018d1c10c5b0ab8c2a627f4fedb0b0280b9508ac",
        },
    ),
    (
        BARE,
        REQUESTER,
        {
            "id": "f19083ea9bcbe7a265e03bfad39381a4f2ee104b1883bb2b74dc8899b24f7475",
            "struct": "1494a6d7969d074275c6cb2b1567600b0c5ed417462349979d83a5b080523c95",
            "hash": "3637f6b5fd34f015b6fda2eedd16b34ae2cd5cf4ec67ce3d92c315e6956f4724",
            "digest": "fb72d024a2f3da866d1e193bdd3f007b3dbc09935f1d7a268c1c84dd030f3138",
        },
    ),
]


def _statement(text: str) -> Statement:
    return parse_statement(json.loads(text))


def test_constants() -> None:
    assert TYPE_HASH.hex() == "d9b7b560f5c019cfe87c721bc1553089b1f1631a90e36aaf40f5a8b8857e229a"
    assert DOMAIN_HASH.hex() == "1615dc17a410ecf3c5786130311f77a9cd736064ec790c3b22bf39fd5d8e1bf4"


@pytest.mark.parametrize(("text", "key", "expected"), FIRST, ids=["opened", "refused", "bare"])
def test_first_worked_vectors(text: str, key: bytes, expected: dict[str, str]) -> None:
    signed = sign(_statement(text), key)
    found = {
        "id": signed.id.hex(),
        "struct": signed.statement.struct_hash().hex(),
        "hash": signed.statement.signing_hash().hex(),
        "signature": signed.signature.hex(),
        "digest": signed.digest.hex(),
    }
    assert signed.statement.encode() == text.encode()
    assert {name: found[name] for name in expected} == expected
    assert verify_signature(signed) == signed.statement.author


def test_case_id_and_length_of_the_first_vector() -> None:
    signed = sign(_statement(OPENED), REQUESTER)
    assert signed.statement.case_id == signed.id
    assert len(signed.raw) == 492
    assert _statement(REFUSED).case_id == signed.id
    assert _statement(BARE).case_id is None


# --- any statement ------------------------------------------------------------------------------

LABEL = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
COMPANIES = st.tuples(LABEL, st.from_regex(r"[a-z]{2,8}", fullmatch=True)).map(".".join)
PRINTABLE = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=20)
SCALARS = st.booleans() | st.integers(0, 2**53 - 1) | PRINTABLE
FACTS = st.dictionaries(PRINTABLE, SCALARS | st.lists(SCALARS, max_size=3), max_size=5)
DIGEST = st.binary(min_size=32, max_size=32)
KEYS = st.integers(1, CURVE_ORDER - 1).map(lambda number: number.to_bytes(32))


def _digest_texts(digests: list[bytes]) -> tuple[str, ...]:
    return tuple(sorted({encode_base64url(digest) for digest in digests}))


@st.composite
def statements(draw: st.DrawFn) -> tuple[Statement, bytes]:
    """A statement of an unknown kind with its key: both ``case`` and ``company`` come and go."""
    key = draw(KEYS)
    kind = draw(st.from_regex(r"[a-z_.]{1,40}", fullmatch=True).filter(lambda name: name not in KINDS))
    statement = Statement(
        ledger=draw(st.from_regex(r"[!-*,-~]{1,100}", fullmatch=True)),
        kind=kind,
        case=draw(st.none() | DIGEST),
        company=draw(st.none() | COMPANIES),
        recent_block=RecentBlock(draw(DIGEST), draw(st.integers(0, 2**53 - 1))),
        facts=draw(FACTS),  # type: ignore[arg-type]
        digests=_digest_texts(draw(st.lists(DIGEST, max_size=3))),
        author=bytes.fromhex(Account.from_key(key).address[2:]),
    )
    return statement, key


@given(statements())
def test_parse_is_the_inverse_of_encode(given_statement: tuple[Statement, bytes]) -> None:
    statement, key = given_statement
    signed = sign(statement, key)
    assert signed.statement == statement
    assert parse(signed.raw) == signed
    assert encode(statement, signed.signature) == signed.raw
    assert signed.id == sha256(statement.encode())
    assert signed.digest == sha256(signed.raw)


@given(statements())
def test_eth_account_signs_and_recovers_the_same(given_statement: tuple[Statement, bytes]) -> None:
    statement, key = given_statement
    message = typed(dict(statement.to_json()))
    theirs = Account.sign_message(message, key)
    ours = sign(statement, key)
    assert bytes(theirs.signature) == ours.signature
    assert bytes(theirs.message_hash) == statement.signing_hash()
    recovered = Account.recover_message(message, signature=ours.signature)
    assert bytes.fromhex(recovered[2:]) == verify_signature(ours)


def test_a_wallet_is_given_the_type_of_the_page() -> None:
    """The whole message as a wallet gets it, types and all."""
    statement = _statement(REFUSED)
    fields = [part.split(" ") for part in TYPE[len("Statement(") : -1].split(",")]
    message = {
        "types": {
            "EIP712Domain": [{"name": "name", "type": "string"}, {"name": "version", "type": "string"}],
            "Statement": [{"name": name, "type": kind} for kind, name in fields],
        },
        "primaryType": "Statement",
        "domain": {"name": "Habeas", "version": "1"},
        "message": {
            "ledger": statement.ledger,
            "kind": statement.kind,
            "company": statement.company,
            "caseId": statement.case,
            "recentBlock": statement.recent_block.hash,
            "content": statement.id,
        },
    }
    signature = Account.sign_message(encode_typed_data(full_message=message), COMPANY).signature
    assert bytes(signature) == sign(statement, COMPANY).signature


# --- nothing else passes ------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "key"), [(OPENED, REQUESTER), (REFUSED, COMPANY)], ids=["opened", "refused"])
def test_no_flipped_bit_verifies(text: str, key: bytes) -> None:
    """Every single bit of a signed statement.

    A flip in the statement gives another signing hash, one in the signature another point: either
    way the recovered address is that of another, unknown key. A flip of the author changes what is
    compared with it, too. So nothing needs an exception.
    """
    raw = sign(_statement(text), key).raw
    for position in range(8 * len(raw)):
        changed = bytearray(raw)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises((Malformed, VerificationSignature)):
            verify_signature(parse(bytes(changed)))


@given(statements(), st.data())
def test_no_flipped_bit_of_any_statement_verifies(
    given_statement: tuple[Statement, bytes], data: st.DataObject
) -> None:
    raw = bytearray(sign(*given_statement).raw)
    position = data.draw(st.integers(0, 8 * len(raw) - 1))
    raw[position // 8] ^= 1 << position % 8
    with pytest.raises((Malformed, VerificationSignature)):
        verify_signature(parse(bytes(raw)))


@given(statements(), st.data())
def test_deleted_inserted_and_doubled_bytes(given_statement: tuple[Statement, bytes], data: st.DataObject) -> None:
    raw = sign(*given_statement).raw
    start = data.draw(st.integers(0, len(raw) - 1))
    end = data.draw(st.integers(start + 1, len(raw)))
    middle = data.draw(st.sampled_from([b"", raw[start:end] * 2, b" " + raw[start:end], b"{}"]))
    changed = raw[:start] + middle + raw[end:]
    if changed == raw:
        return
    with pytest.raises((Malformed, VerificationSignature)):
        verify_signature(parse(changed))


@given(st.binary(max_size=200))
def test_only_errors_of_the_tree_leave_parse(raw: bytes) -> None:
    with pytest.raises(Malformed):
        parse(raw)


MUTATIONS: list[Any] = [None, True, False, 0, -1, 1.0, 2**53, "", "x", "0x", [], {}, [None], {"a": None}, "é", "\ud800"]


@given(st.sampled_from([OPENED, REFUSED, BARE]), st.data())
def test_only_errors_of_the_tree_leave_parse_statement(text: str, data: st.DataObject) -> None:
    """Also for plain JSON that never was canonical bytes: what parses here can be encoded and parsed."""
    value: dict[str, Any] = json.loads(text)
    name = data.draw(st.sampled_from([*value, "case", "company", "more"]))
    value[name] = data.draw(st.sampled_from(MUTATIONS))
    try:
        statement = parse_statement(value)
        raw = encode(statement, sign(_statement(OPENED), REQUESTER).signature)
    except Malformed:
        return
    assert parse(raw).statement == statement


@given(statements())
def test_the_high_s_twin_is_refused(given_statement: tuple[Statement, bytes]) -> None:
    signed = sign(*given_statement)
    s = CURVE_ORDER - int.from_bytes(signed.signature[32:64])
    twin = signed.signature[:32] + s.to_bytes(32) + bytes([55 - signed.signature[64]])
    with pytest.raises(MalformedSignature, match="high s"):
        parse(encode(signed.statement, twin))


def _signature(r: int = 1, s: int = 1, v: int = 27) -> str:
    return "0x" + (r.to_bytes(32) + s.to_bytes(32) + bytes([v])).hex()


def test_signature_ranges_at_their_ends() -> None:
    for r, s, v in ((1, 1, 27), (CURVE_ORDER - 1, CURVE_ORDER // 2, 28)):
        assert parse_signature(_signature(r, s, v))[64] == v
    for v in range(256):
        if v not in (27, 28):
            with pytest.raises(MalformedSignature, match=f"v is {v};"):
                parse_signature(_signature(v=v))
    for r in (0, CURVE_ORDER, 2**256 - 1):
        with pytest.raises(MalformedSignature, match="r is outside"):
            parse_signature(_signature(r=r))
    for s in (0, CURVE_ORDER // 2 + 1, CURVE_ORDER, 2**256 - 1):
        with pytest.raises(MalformedSignature, match="s is outside"):
            parse_signature(_signature(s=s))


def test_foreign_signature_names_both_keys() -> None:
    statement = _statement(OPENED)
    other = sign(
        dataclasses.replace(statement, author=bytes.fromhex("1563915e194d8cfba1943570603f7606a3115508")), COMPANY
    )
    forged = parse(encode(statement, other.signature))
    with pytest.raises(VerificationSignature) as caught:
        verify_signature(forged)
    assert "signed by 0x" in str(caught.value)
    assert "author is 0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a" in str(caught.value)


def test_a_signature_that_no_key_made() -> None:
    """x = 5 lies on no point of the curve: 5^3 + 7 = 132 is no square there."""
    prime = 2**256 - 2**32 - 977
    assert pow(132, (prime - 1) // 2, prime) == prime - 1
    signed = parse(encode(_statement(OPENED), bytes.fromhex(_signature(r=5)[2:])))
    with pytest.raises(VerificationSignature, match="no key made this signature"):
        verify_signature(signed)


# --- signing ------------------------------------------------------------------------------------


def test_sign_refuses_another_key() -> None:
    with pytest.raises(VerificationSignature, match="not the key of author 0x19e7"):
        sign(_statement(OPENED), COMPANY)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"facts": {"name": "김"}}, MalformedJson),
        ({"facts": {"line": "a\nb"}}, MalformedJson),
        ({"facts": {"half": 0.5}}, MalformedJson),
        ({"facts": {"number": 2**53}}, MalformedJson),
        ({"facts": {"nothing": None}}, MalformedStatement),
        ({"facts": {"deep": [[1]]}}, MalformedSize),
        ({"facts": {"long": "x" * 8192}}, MalformedSize),
        ({"recent_block": RecentBlock(bytes(32), -1)}, MalformedJson),
        ({"recent_block": RecentBlock(bytes(31), 1)}, MalformedStatement),
        ({"digests": ("b" * 42 + "A", "a" * 42 + "A")}, MalformedStatement),
        ({"company": "Shop"}, MalformedStatement),
        ({"ledger": "a b"}, MalformedStatement),
        ({"case": bytes(31)}, MalformedStatement),
        ({"kind": "case.opened", "case": bytes(32)}, MalformedStatement),
    ],
)
def test_sign_refuses_what_parse_would_refuse(changes: dict[str, Any], error: type[HabeasError]) -> None:
    statement = dataclasses.replace(_statement(OPENED), **{"kind": "later.kind", **changes})
    with pytest.raises(error):
        sign(statement, REQUESTER)


def test_a_statement_is_frozen() -> None:
    signed = sign(_statement(OPENED), REQUESTER)
    with pytest.raises(dataclasses.FrozenInstanceError):
        signed.signature = bytes(65)  # type: ignore[misc]
    assert isinstance(signed, SignedStatement)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_presence_of_case_and_company(kind: str) -> None:
    """Each of the four combinations is accepted exactly where the schema says so."""
    base: dict[str, Json] = json.loads(BARE)
    for has_case in (False, True):
        for has_company in (False, True):
            value = {**base, "kind": kind}
            value |= {"case": "0x" + CASE} if has_case else {}
            value |= {"company": "shop.example"} if has_company else {}
            allowed = {"required": {True}, "absent": {False}, "optional": {True, False}}[KINDS[kind].company]
            if has_case == KINDS[kind].has_case and has_company in allowed:
                assert parse_statement(value).kind == kind
            else:
                with pytest.raises(MalformedStatement, match=f"must be (present|absent) in {kind}"):
                    parse_statement(value)


def test_longest_statement() -> None:
    statement = dataclasses.replace(_statement(OPENED), kind="later.kind", facts={"text": ""})
    room = 8192 - len(sign(statement, REQUESTER).raw)
    longest = sign(dataclasses.replace(statement, facts={"text": "x" * room}), REQUESTER)
    assert len(longest.raw) == 8192
    assert verify_signature(parse(longest.raw)) == statement.author
    assert encode_json(json.loads(longest.raw)) == longest.raw
