"""Signed notes: round trip, every changed bit, known and unknown signers, limits."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import HabeasError, MalformedKey, MalformedLeaf, MalformedNote, MalformedSize, VerificationNote
from ledger.note import (
    MAX_SIGNATURES,
    NOTE_LIMIT,
    Note,
    Signature,
    SigningKey,
    VerifierKey,
    check_key_name,
    sign_note,
    verify_note,
)

LOG = SigningKey("habeas.example/main", b"\x33" * 32)
WITNESS = SigningKey("witness.example/w1", b"\x55" * 32)
# Characters with the Unicode property White_Space (PropList.txt) that are no control characters.
SPACES = "\u0020\u0085\u00a0\u1680\u2000\u2001\u2006\u200a\u2028\u2029\u202f\u205f\u3000"

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32)))), max_size=40)
lines = st.lists(texts, max_size=5).map(lambda parts: "\n".join(parts) + "\n")
names = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="+"), min_size=1, max_size=100)
seeds = st.binary(min_size=32, max_size=32)
keys = st.builds(SigningKey, names, seeds)


@given(lines, st.lists(keys, min_size=1, max_size=3))
def test_what_is_signed_is_read_back_and_verifies(text: str, signers: list[SigningKey]) -> None:
    note = sign_note(text, signers)
    read = Note.parse(note.encode())
    assert read == note
    assert read.text == text
    for signer in signers:
        verify_note(read, signer.verifier)


@given(keys)
def test_verifier_keys_are_read_back(key: SigningKey) -> None:
    assert VerifierKey.parse(key.verifier.encode()) == key.verifier


@given(st.binary(max_size=200))
def test_bytes_are_a_note_in_one_spelling_or_malformed(data: bytes) -> None:
    for candidate in (data, data + sign_note("\n", [LOG]).encode()):
        try:
            note = Note.parse(candidate)
        except (MalformedNote, MalformedSize):
            continue
        assert note.encode() == candidate


def test_every_changed_bit_is_noticed() -> None:
    data, key = sign_note("one\n\ntwo\n", [LOG]).encode(), LOG.verifier
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises((MalformedNote, VerificationNote)):
            verify_note(Note.parse(bytes(changed)), key)


def test_every_cut_is_noticed() -> None:
    data, key = sign_note("one\n\ntwo\n", [LOG]).encode(), LOG.verifier
    for end in range(len(data)):
        with pytest.raises((MalformedNote, VerificationNote)):
            verify_note(Note.parse(data[:end]), key)


def test_every_changed_bit_of_a_verifier_key_is_noticed() -> None:
    vkey = LOG.verifier.encode()
    for bit in range(7 * len(vkey)):
        place, change = divmod(bit, 7)
        changed = vkey[:place] + chr(ord(vkey[place]) ^ 1 << change) + vkey[place + 1 :]
        with pytest.raises(MalformedKey):
            VerifierKey.parse(changed)


def test_an_unknown_signature_neither_helps_nor_harms() -> None:
    text = "one\n"
    forged = Signature(WITNESS.name, WITNESS.verifier.key_id, bytes(64))
    verify_note(Note(text, (forged, LOG.sign(text.encode()))), LOG.verifier)
    with pytest.raises(VerificationNote, match="witness.example/w1 "):
        verify_note(Note(text, (forged,)), LOG.verifier)


def test_one_failing_signature_of_the_known_key_rejects_beside_a_good_one() -> None:
    good = LOG.sign(b"one\n")
    failing = Signature(good.name, good.key_id, b"\x03" * 64)
    for signatures in ((good, failing), (failing, good), (good, good, failing)):
        with pytest.raises(VerificationNote, match="not over this text"):
            verify_note(Note("one\n", signatures), LOG.verifier)


def test_a_key_is_its_name_and_its_id() -> None:
    good = LOG.sign(b"one\n")
    for other in (
        Signature("habeas.example/other", good.key_id, good.blob),
        Signature(good.name, WITNESS.verifier.key_id, good.blob),
    ):
        with pytest.raises(VerificationNote, match="no signature by habeas.example/main"):
            verify_note(Note("one\n", (other,)), LOG.verifier)


@pytest.mark.parametrize("size", [0, 1, 63, 65, 128])
def test_a_signature_has_64_bytes(size: int) -> None:
    blob = (LOG.sign(b"one\n").blob * 2)[:size]
    with pytest.raises(VerificationNote):
        verify_note(Note("one\n", (Signature(LOG.name, LOG.verifier.key_id, blob),)), LOG.verifier)


@pytest.mark.parametrize("y", [0, 1, 2])
def test_a_public_key_that_is_no_good_point_is_no_key(y: int) -> None:
    with pytest.raises(MalformedKey, match="habeas.example/main is .* Ed25519 point"):
        VerifierKey.of(LOG.name, bytes([y]) + bytes(31))


def test_a_signature_with_an_r_of_small_order_is_refused() -> None:
    blob = bytes(32) + LOG.sign(b"one\n").blob[32:]
    with pytest.raises(VerificationNote, match="R of small order"):
        verify_note(Note("one\n", (Signature(LOG.name, LOG.verifier.key_id, blob),)), LOG.verifier)


@pytest.mark.parametrize("space", SPACES)
def test_no_unicode_space_stands_in_a_key_name(space: str) -> None:
    line = LOG.sign(b"one\n").encode().replace("habeas", f"ha{space}beas")
    with pytest.raises(MalformedNote):
        Signature.parse(line)


@pytest.mark.parametrize("code", [*range(10), *range(11, 32)])
def test_no_control_character_stands_in_a_note(code: int) -> None:
    data = sign_note("one\n", [LOG]).encode().replace(b"one", b"o" + bytes([code]) + b"e")
    with pytest.raises(MalformedNote, match=f"U\\+{code:04X}"):
        Note.parse(data)
    with pytest.raises(MalformedNote, match=f"U\\+{code:04X}"):
        sign_note(f"o{chr(code)}e\n", [LOG])


def test_limits_are_exact() -> None:
    line = LOG.sign(b"one\n")
    most = Note("one\n", (line,) * MAX_SIGNATURES)
    assert Note.parse(most.encode()) == most
    with pytest.raises(MalformedSize, match="65 signatures"):
        Note.parse(Note("one\n", (line,) * (MAX_SIGNATURES + 1)).encode())
    room = NOTE_LIMIT - len(sign_note("\n", [LOG]).encode())
    whole = sign_note("x" * room + "\n", [LOG]).encode()
    assert len(whole) == NOTE_LIMIT
    verify_note(Note.parse(whole), LOG.verifier)
    with pytest.raises(MalformedSize, match=str(NOTE_LIMIT + 1)):
        Note.parse(b"x" + whole)


def test_16_post_quantum_signatures_fit() -> None:
    lines = tuple(Signature(f"w{number}.example", b"abcd", bytes(4_627)) for number in range(16))
    note = Note("one\n", (LOG.sign(b"one\n"), *lines))
    verify_note(Note.parse(note.encode()), LOG.verifier)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\n", "\x7f", "é", "n" * 101, None, 7])
def test_names_outside_the_rule_are_refused_with_the_error_asked_for(name: object) -> None:
    with pytest.raises(MalformedNote):
        check_key_name(name)
    with pytest.raises(MalformedLeaf, match="the origin"):
        check_key_name(name, MalformedLeaf, "the origin")


@pytest.mark.parametrize(("text", "signers"), [("one", [LOG]), ("", [LOG]), ("one\n", []), ("\ud800\n", [LOG])])
def test_what_no_note_can_hold_is_not_signed(text: str, signers: list[SigningKey]) -> None:
    with pytest.raises(MalformedNote):
        sign_note(text, signers)


def test_keys_are_checked_when_they_are_made() -> None:
    for name, seed in (("a b", bytes(32)), ("a", bytes(31)), ("a", bytes(33))):
        with pytest.raises(MalformedKey):
            SigningKey(name, seed)
    for value in (None, 7, b"a+b+c"):
        with pytest.raises(MalformedKey):
            VerifierKey.parse(value)


def test_the_seed_is_never_printed() -> None:
    assert "33" not in repr(LOG)
    assert repr(LOG) == "SigningKey(name='habeas.example/main')"


def test_a_wrong_value_is_shown_short() -> None:
    with pytest.raises(HabeasError) as error:
        check_key_name("n" * 100_000)
    assert len(str(error.value)) < 250


def test_importing_the_module_loads_no_cryptography() -> None:
    code = "import sys, ledger.proof; sys.exit(any(name.startswith('cryptography') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
