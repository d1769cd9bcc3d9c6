"""Checkpoints: round trip, every changed bit, whose tree, and what is not signed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from ledger.encoding import MAX_INTEGER
from ledger.errors import MalformedCheckpoint, MalformedNote, MalformedSize, VerificationCheckpoint, VerificationNote
from ledger.merkle import EMPTY_ROOT
from ledger.note import NOTE_LIMIT, Note, SigningKey, VerifierKey, sign_note

ORIGIN = "habeas.example/main"
KEY = SigningKey(ORIGIN, b"\x33" * 32)
ROOT = bytes.fromhex("8973d6b40294e3998fc40ea23d314295369c90dba19548d5d573f9b367781e6c")
HEAD = Checkpoint(ORIGIN, 4, ROOT)
EXAMPLE = (
    "habeas.example/main\n4\niXPWtAKU45mPxA6iPTFClTackNuhlUjV1XP5s2d4Hmw=\n\n"
    "\N{EM DASH} habeas.example/main PEFAhYKGdzIW8f6/4SdU5JmmsSJvFng08lQh"
    "+ZUQp9UERHCQ9+5JO5OMlsNbxp2Lm4xI/gzx7jPej89UVtudE0zmYAw=\n"
)

heads = st.builds(Checkpoint, st.just(ORIGIN), st.integers(1, MAX_INTEGER), st.binary(min_size=32, max_size=32))


def test_the_example_of_the_specification() -> None:
    assert sign_checkpoint(HEAD, KEY).decode() == EXAMPLE
    assert verify_checkpoint(EXAMPLE.encode(), KEY.verifier, ORIGIN) == HEAD


@given(heads)
def test_what_is_signed_is_read_back(head: Checkpoint) -> None:
    assert Checkpoint.parse(head.encode()) == head
    assert verify_checkpoint(sign_checkpoint(head, KEY), KEY.verifier, ORIGIN) == head


@given(st.text(max_size=120))
def test_text_is_a_checkpoint_in_one_spelling_or_malformed(text: str) -> None:
    for candidate in (text, f"{ORIGIN}\n{text}\n{HEAD.encode().splitlines()[2]}\n"):
        try:
            head = Checkpoint.parse(candidate)
        except MalformedCheckpoint:
            continue
        assert head.encode() == candidate


def test_every_changed_bit_is_noticed() -> None:
    data, key = EXAMPLE.encode(), KEY.verifier
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises((MalformedNote, VerificationNote)):
            verify_checkpoint(bytes(changed), key, ORIGIN)


def test_every_changed_bit_of_the_text_is_noticed_even_when_it_is_signed() -> None:
    text = HEAD.encode()
    for bit in range(7 * len(text)):
        place, change = divmod(bit, 7)
        changed = text[:place] + chr(ord(text[place]) ^ 1 << change) + text[place + 1 :]
        try:
            assert Checkpoint.parse(changed) != HEAD
        except MalformedCheckpoint:
            continue


def test_a_checkpoint_is_of_the_log_that_was_asked_for() -> None:
    other = Checkpoint("habeas.example/other", 4, ROOT)
    data = sign_note(other.encode(), [KEY]).encode()
    with pytest.raises(VerificationCheckpoint, match="of habeas.example/other, not of habeas.example/main"):
        verify_checkpoint(data, KEY.verifier, ORIGIN)
    with pytest.raises(VerificationCheckpoint, match="the key is named"):
        verify_checkpoint(data, KEY.verifier, other.origin)


def test_the_signature_is_checked_before_the_content() -> None:
    data = EXAMPLE.replace("\n4\n", "\n04\n").encode()
    with pytest.raises(VerificationNote):
        verify_checkpoint(data, KEY.verifier, ORIGIN)
    with pytest.raises(MalformedSize):
        verify_checkpoint(b"x" * (NOTE_LIMIT + 1), KEY.verifier, ORIGIN)


def test_the_empty_tree_has_one_root() -> None:
    empty = Checkpoint(ORIGIN, 0, EMPTY_ROOT)
    assert verify_checkpoint(sign_checkpoint(empty, KEY), KEY.verifier, ORIGIN) == empty
    wrong = Checkpoint(ORIGIN, 0, ROOT)
    with pytest.raises(VerificationCheckpoint, match=EMPTY_ROOT.hex()):
        verify_checkpoint(sign_note(wrong.encode(), [KEY]).encode(), KEY.verifier, ORIGIN)
    with pytest.raises(VerificationCheckpoint, match=EMPTY_ROOT.hex()):
        sign_checkpoint(wrong, KEY)


@pytest.mark.parametrize(
    ("head", "error"),
    [
        (Checkpoint(ORIGIN, MAX_INTEGER + 1, ROOT), MalformedCheckpoint),
        (Checkpoint(ORIGIN, -1, ROOT), MalformedCheckpoint),
        (Checkpoint(ORIGIN, 4, ROOT[:-1]), MalformedCheckpoint),
        (Checkpoint(f"{ORIGIN}\n5", 4, ROOT), MalformedCheckpoint),
        (Checkpoint("habeas.example/other", 4, ROOT), VerificationCheckpoint),
    ],
)
def test_what_would_not_verify_is_not_signed(head: Checkpoint, error: type[Exception]) -> None:
    with pytest.raises(error):
        sign_checkpoint(head, KEY)


def test_cosignatures_may_stand_beside() -> None:
    witness = SigningKey("witness.example/w1", b"\x55" * 32)
    cosigned = sign_note(HEAD.encode(), [witness, KEY]).encode()
    assert verify_checkpoint(cosigned, KEY.verifier, ORIGIN) == HEAD
    assert len(Note.parse(cosigned).signatures) == 2
    with pytest.raises(VerificationNote):
        verify_checkpoint(sign_note(HEAD.encode(), [witness]).encode(), KEY.verifier, ORIGIN)


def test_a_key_of_the_same_name_is_another_key() -> None:
    other = SigningKey(ORIGIN, b"\x44" * 32)
    assert isinstance(other.verifier, VerifierKey)
    with pytest.raises(VerificationNote, match="no signature by"):
        verify_checkpoint(sign_checkpoint(HEAD, other), KEY.verifier, ORIGIN)
