"""Case files: round trip, every changed bit, and what must hold together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger.cli.casefile import CaseFile, Letter
from ledger.encoding import encode_json, parse_json
from ledger.errors import (
    Malformed,
    MalformedKey,
    MalformedRequest,
    MalformedSize,
    RefusedNotFound,
    RefusedOverwrite,
)
from ledger.keys import address_of, derive_key
from tests.unit.a_case import (
    SEED,
    a_case,
    a_full_case,
    disclosures,
    receipt_of,
    said,
)


@pytest.mark.parametrize("case", [a_case(), a_full_case(), a_full_case(3)])
def test_a_case_file_goes_round(case: CaseFile) -> None:
    again = CaseFile.parse(case.encode())
    assert again == case
    assert again.encode() == case.encode()
    assert (again.ledger, again.company) == ("habeas.example/main", "shop.example")
    assert again.author == address_of(derive_key(SEED, case.key_index))


def test_a_changed_bit_never_changes_a_statement_or_a_private_text() -> None:
    case = a_full_case()
    data = case.encode()
    for position in range(0, len(data) * 8, 7):
        changed = bytearray(data)
        changed[position // 8] ^= 1 << position % 8
        try:
            read = CaseFile.parse(bytes(changed))
        except Malformed:
            continue
        assert read.case == case.case
        assert [(entry.signed, entry.disclosures) for entry in read.entries] == [
            (entry.signed, entry.disclosures) for entry in case.entries
        ]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("api", "ftp://x"),
        ("api", 1),
        ("habeas_case", 2),
        ("habeas_case", True),
        ("key_index", -0.5),
        ("key_index", 2**31),
        ("key_index", True),
        ("letters", {}),
        ("letters", [{}]),
        ("letters", [{"language": "de", "on": "2026-11-20", "text": ""}]),
        ("letters", [{"language": 1, "on": "2026-11-20", "text": ""}]),
        ("letters", [{"language": "en", "on": "2026-11-31", "text": ""}]),
        ("letters", [{"language": "en", "on": "2026-11-20", "text": "/w=="}]),
        ("letters", [{"language": "en", "on": "2026-11-20", "text": "*"}]),
        ("statements", []),
        ("statements", {}),
        ("statements", ["x"]),
        ("statements", [{"disclosures": [], "signed": 1}]),
        ("statements", [{"disclosures": [], "signed": "{}"}]),
        ("note", "x"),
    ],
)
def test_other_members_and_values_are_refused(member: str, value: object) -> None:
    plain = parse_json(a_case().encode(), limit=10**6, depth=4)
    assert isinstance(plain, dict)
    with pytest.raises(Malformed):
        CaseFile.parse(encode_json({**plain, member: value}))


def test_a_statement_of_another_case_key_or_hand_is_refused() -> None:
    case, other = a_full_case(0), a_case(1)
    with pytest.raises(MalformedKey, match="another case, author or ledger"):
        case.add_statement(said("request.withdrawn", 0, other.case))
    with pytest.raises(MalformedKey, match="another case, author or ledger"):
        case.add_statement(said("request.withdrawn", 1, case.case))
    with pytest.raises(MalformedKey, match="twice"):
        case.add_statement(case.entries[1].signed)
    with pytest.raises(MalformedKey, match=r"must be case\.opened"):
        replace(case, entries=case.entries[1:])
    forged = replace(case.entries[2].signed, signature=case.entries[1].signed.signature)
    with pytest.raises(MalformedKey, match="statement 3 of the case file"):
        case.add_statement(forged)


def test_a_disclosure_must_belong_to_its_statement() -> None:
    case = a_case()
    with pytest.raises(MalformedKey, match="which none of the 2 digests shown equals"):
        case.add_disclosures(case.case, disclosures("salary"))
    with pytest.raises(MalformedKey, match="twice"):
        case.add_disclosures(case.case, disclosures("name"))


def test_a_receipt_must_be_a_proof() -> None:
    case = a_case()
    with pytest.raises(MalformedKey, match="statement 0 of the case file"):
        case.add_receipt(case.case, b"recorded")


def test_private_texts_are_shown_by_name_only() -> None:
    case = a_full_case()
    assert [each.value for each in case.select(["name"])] == ["name: 김하늘"]
    assert [each.name for each in case.select({"letter", "account"})] == ["account", "letter"]
    assert case.select([]) == ()
    with pytest.raises(MalformedRequest, match="no private field is named salary; this case has: account, attachment"):
        case.select(["name", "salary"])


def test_what_was_written_to_a_file_is_marked() -> None:
    case = a_case()
    marked = case.add_statement(said("request.withdrawn", 0, case.case), written=True)
    assert b'"written":true' in marked.encode() and b"written" not in a_full_case().encode()
    assert CaseFile.parse(marked.encode()) == marked
    for value in (b"false", b"1", b"null", b'"true"'):
        with pytest.raises(MalformedKey, match="written of statement 1"):
            CaseFile.parse(marked.encode().replace(b'"written":true', b'"written":' + value))


def test_only_an_unrecorded_statement_can_be_dropped() -> None:
    case = a_full_case()
    sent = case.entries[1].signed.id
    assert [entry.signed.id for entry in case.drop_unrecorded(sent).entries] == [
        case.case,
        case.entries[2].signed.id,
    ]
    with pytest.raises(RefusedOverwrite):
        case.add_receipt(sent, receipt_of(case.entries[1].signed)).drop_unrecorded(sent)
    with pytest.raises(RefusedOverwrite):
        a_case().drop_unrecorded(case.case)
    with pytest.raises(RefusedNotFound):
        case.drop_unrecorded(b"\x01" * 32)


def test_a_case_file_over_the_limit_is_not_made() -> None:
    case = a_case().add_letter(Letter(date(2026, 1, 1), "en", "x" * 2**23))
    with pytest.raises(MalformedSize):
        case.encode()
