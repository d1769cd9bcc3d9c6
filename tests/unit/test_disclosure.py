"""Disclosures: round trip, every changed bit, matching, and what reaches a reader's screen."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.disclosure import MAX_ENCODED, Disclosure, FileValue, digest, match_disclosures
from ledger.errors import HabeasError, MalformedDisclosure, MalformedSize, VerificationDisclosure

SALT = bytes(range(16))
BAD_CONTROL = "".join(chr(n) for n in (*range(0x20), *range(0x7F, 0xA0)) if chr(n) not in "\t\n\r")

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=BAD_CONTROL), max_size=60)
names = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=100).filter(
    lambda name: name not in ("_sd", "...")
)
files = st.builds(
    FileValue.of,
    st.binary(max_size=40),
    st.sampled_from(["application/pdf", "image/svg+xml", "message/rfc822"]),
    names.filter(lambda name: not set(name) & set("/\\") and name not in (".", "..")),
)


@given(st.binary(min_size=16, max_size=16), names, texts | files)
def test_what_is_made_is_read_back(salt: bytes, name: str, value: str | FileValue) -> None:
    made = Disclosure.make(salt, name, value)
    read = Disclosure.parse(made.encoded)
    assert read == made
    assert (read.name, read.value) == (name, value)
    assert base64.urlsafe_b64decode(read.salt + "==") == salt


@given(st.binary(min_size=16, max_size=16), names, texts | files)
def test_the_json_is_plain_json_to_others(salt: bytes, name: str, value: str | FileValue) -> None:
    encoded = Disclosure.make(salt, name, value).encoded
    decoded = json.loads(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    expected = value.encode() if isinstance(value, FileValue) else value
    assert decoded[1:] == [name, expected]


@given(st.data())
def test_white_space_and_order_are_free_but_change_the_digest(data: st.DataObject) -> None:
    value = data.draw(files)
    made = Disclosure.make(SALT, "attachment", value)
    members = data.draw(st.permutations(list(value.encode().items())))
    indent = data.draw(st.sampled_from([0, 1, 3]))
    spelled = json.dumps([made.salt, "attachment", dict(members)], indent=indent).encode()
    other = Disclosure.parse(base64.urlsafe_b64encode(spelled).decode().rstrip("="))
    assert (other.salt, other.name, other.value) == (made.salt, made.name, made.value)
    assert other.encoded != made.encoded
    assert other.digest != made.digest


@pytest.mark.parametrize("value", ["열람 거부\n사유 없음", FileValue.of(b"abc", "application/pdf", "답변.pdf")])
def test_every_changed_bit_loses_the_digest(value: str | FileValue) -> None:
    made = Disclosure.make(SALT, "answer", value)
    raw = made.encoded.encode("ascii")
    for position in range(len(raw) * 8):
        changed = bytearray(raw)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises((MalformedDisclosure, VerificationDisclosure)):
            match_disclosures([changed.decode("latin-1")], [made.digest])


@given(st.text(max_size=80) | st.binary(max_size=80).map(lambda data: base64.urlsafe_b64encode(data).decode()))
def test_no_other_exception_leaves_the_parser(encoded: str) -> None:
    try:
        Disclosure.parse(encoded)
    except HabeasError as error:
        assert str(error)


@given(
    st.recursive(st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5), st.lists, max_leaves=8)
)
def test_arrays_of_any_json_are_refused_or_read_alike(value: object) -> None:
    encoded = base64.urlsafe_b64encode(json.dumps(["A" * 22, "name", value]).encode()).decode().rstrip("=")
    if isinstance(value, str) and not set(value) & set(BAD_CONTROL) and value.isprintable():
        assert Disclosure.parse(encoded).value == value
    elif not isinstance(value, str):
        with pytest.raises(MalformedDisclosure):
            Disclosure.parse(encoded)


def test_the_digest_is_over_the_characters_not_the_json() -> None:
    made = Disclosure.make(SALT, "name", "Kim")
    by_hand = hashlib.sha256(made.encoded.encode("ascii")).digest()
    assert digest(made.encoded) == base64.urlsafe_b64encode(by_hand).decode().rstrip("=")
    assert len(made.digest) == 43


def test_size_is_checked_before_anything_is_decoded() -> None:
    with pytest.raises(MalformedSize, match="65537 characters; at most 65536"):
        Disclosure.parse("!" * (MAX_ENCODED + 1))


def test_an_error_names_the_disclosure_that_belongs_nowhere() -> None:
    first, second = (Disclosure.make(SALT, name, "x") for name in ("one", "two"))
    with pytest.raises(VerificationDisclosure, match=f"disclosure 1 has the digest {second.digest}"):
        match_disclosures([first.encoded, second.encoded], [first.digest])


def test_the_order_given_is_kept() -> None:
    made = [Disclosure.make(bytes([n]) * 16, f"n{n}", "x") for n in range(8)]
    digests = sorted(each.digest for each in made)
    assert match_disclosures([each.encoded for each in made], digests) == tuple(made)
    assert match_disclosures((), digests) == ()


@pytest.mark.parametrize("character", BAD_CONTROL)
def test_control_characters_never_reach_a_reader(character: str) -> None:
    with pytest.raises(MalformedDisclosure, match=f"U\\+{ord(character):04X}"):
        Disclosure.make(SALT, "answer", f"a{character}b")
    with pytest.raises(MalformedDisclosure):
        Disclosure.make(SALT, f"a{character}b", "answer")
    with pytest.raises(MalformedDisclosure):
        FileValue.of(b"", "text/plain", f"a{character}b")


def test_a_disclosure_cannot_be_changed() -> None:
    made = Disclosure.make(SALT, "name", "Kim")
    with pytest.raises(AttributeError):
        made.value = "Lee"  # type: ignore[misc]


def test_the_example_of_the_specification_holds() -> None:
    page = (Path(__file__).parents[2] / "docs" / "spec" / "disclosure.md").read_text("utf-8")
    example = Disclosure.make(bytes(16), "name", "Kim")
    assert f"    {example.encoded}        the disclosure\n    {example.digest}  " in page
    attached = Disclosure.make(bytes(16), "attachment", FileValue.of(b"abc", "application/pdf", "답변.pdf"))
    decoded = base64.urlsafe_b64decode(attached.encoded + "=" * (-len(attached.encoded) % 4)).decode("utf-8")
    assert decoded in page.replace("\n      ", "")
