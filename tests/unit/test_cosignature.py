"""Cosignatures: round trip, every changed bit, which key speaks for what, merging, and who may be an auditor."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.checkpoint import Checkpoint, check_auditors, sign_checkpoint, verify_cosigned_checkpoint
from ledger.errors import (
    MalformedKey,
    MalformedNote,
    MalformedPolicy,
    MalformedSize,
    VerificationCheckpoint,
    VerificationNote,
)
from ledger.note import (
    MAX_SIGNATURES,
    MAX_TIME,
    NOTE_LIMIT,
    Cosignature,
    CosigningKey,
    Note,
    Signature,
    SigningKey,
    VerifierKey,
    add_cosignatures,
    cosign,
    sign_note,
    verify_cosignature,
    verify_note,
)

ORIGIN = "habeas.example/main"
LOG = SigningKey(ORIGIN, b"\x33" * 32)
AUDITOR = CosigningKey("auditor.example/habeas", b"\x66" * 32)
SECOND = CosigningKey("watch.example", b"\x77" * 32)
HEAD = Checkpoint(ORIGIN, 4, bytes.fromhex("8973d6b40294e3998fc40ea23d314295369c90dba19548d5d573f9b367781e6c"))
SIGNED = sign_checkpoint(HEAD, LOG)
TIME = 1767225600

names = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E, exclude_characters="+"), min_size=1, max_size=100)
cosigners = st.builds(CosigningKey, names.filter(lambda name: name != ORIGIN), st.binary(min_size=32, max_size=32))
times = st.integers(0, MAX_TIME)


def cosigned(*parts: tuple[CosigningKey, int], data: bytes = SIGNED) -> bytes:
    return add_cosignatures(data, [cosign(data, key, time) for key, time in parts])


@given(cosigners, times)
def test_what_is_cosigned_verifies_with_its_time(key: CosigningKey, time: int) -> None:
    data = cosigned((key, time))
    assert verify_cosignature(Note.parse(data), key.verifier) == Cosignature(key.verifier, time)
    verify_note(Note.parse(data), LOG.verifier)
    assert verify_cosigned_checkpoint(data, LOG.verifier, ORIGIN, [key.verifier]) == (
        HEAD,
        (Cosignature(key.verifier, time),),
    )


@given(cosigners)
def test_verifier_keys_are_read_back(key: CosigningKey) -> None:
    assert VerifierKey.parse(key.verifier.encode()) == key.verifier
    assert key.verifier.type == 4
    assert key.verifier.key_id != SigningKey(key.name, key.seed).verifier.key_id


def test_every_changed_bit_is_noticed_or_is_in_no_cosignature() -> None:
    """Of the cosigned checkpoint: either it is refused, or the auditor's line is gone for a known reader."""
    data, key = cosigned((AUDITOR, TIME)), AUDITOR.verifier
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        try:
            head, found = verify_cosigned_checkpoint(bytes(changed), LOG.verifier, ORIGIN, [key])
        except (MalformedNote, VerificationNote):
            continue
        # Only name and key id of the auditor's line can change so: then it is the line of somebody unknown.
        assert (head, found) == (HEAD, ())
    with pytest.raises(VerificationNote):
        verify_cosignature(Note.parse(SIGNED), key)


def test_every_changed_bit_of_time_and_signature_is_noticed() -> None:
    good = AUDITOR.cosign(HEAD.encode().encode(), TIME)
    for bit in range(8 * len(good.blob)):
        blob = bytearray(good.blob)
        blob[bit // 8] ^= 1 << bit % 8
        with pytest.raises(VerificationNote):
            verify_cosignature(Note(HEAD.encode(), (Signature(good.name, good.key_id, bytes(blob)),)), AUDITOR.verifier)


@pytest.mark.parametrize("size", [0, 1, 8, 64, 71, 73, 144])
def test_a_cosignature_has_72_bytes(size: int) -> None:
    good = AUDITOR.cosign(b"one\n", TIME)
    with pytest.raises(VerificationNote, match="bytes, not 72"):
        verify_cosignature(
            Note("one\n", (Signature(good.name, good.key_id, (good.blob * 2)[:size]),)), AUDITOR.verifier
        )


@given(st.lists(times, min_size=1, max_size=5))
def test_the_latest_of_several_counts(several: list[int]) -> None:
    data = cosigned(*((AUDITOR, time) for time in several))
    assert verify_cosignature(Note.parse(data), AUDITOR.verifier).time == max(several)
    assert len(Note.parse(data).signatures) == 1 + len(set(several))


def test_one_failing_cosignature_rejects_beside_a_good_one() -> None:
    good, text = AUDITOR.cosign(HEAD.encode().encode(), TIME), HEAD.encode()
    failing = Signature(good.name, good.key_id, (TIME + 1).to_bytes(8, "big") + good.blob[8:])
    for signatures in ((good, failing), (failing, good)):
        with pytest.raises(VerificationNote, match="not over this text"):
            verify_cosignature(Note(text, signatures), AUDITOR.verifier)
        data = Note(text, (LOG.sign(text.encode()), *signatures)).encode()
        with pytest.raises(VerificationNote, match="not over this text"):
            verify_cosigned_checkpoint(data, LOG.verifier, ORIGIN, [SECOND.verifier, AUDITOR.verifier])
        assert verify_cosigned_checkpoint(data, LOG.verifier, ORIGIN, [SECOND.verifier]) == (HEAD, ())


def test_neither_type_of_key_stands_in_for_the_other() -> None:
    note = Note.parse(cosigned((AUDITOR, TIME)))
    with pytest.raises(VerificationNote, match="type 0x04"):
        verify_note(note, AUDITOR.verifier)
    with pytest.raises(VerificationNote, match="type 0x01"):
        verify_cosignature(note, LOG.verifier)
    # The same name and seed under the other type is another key, which signed nothing here.
    with pytest.raises(VerificationNote, match="no signature by auditor"):
        verify_note(note, SigningKey(AUDITOR.name, AUDITOR.seed).verifier)
    with pytest.raises(VerificationNote, match="no signature by habeas"):
        verify_cosignature(note, CosigningKey(LOG.name, LOG.seed).verifier)


def test_a_plain_signature_is_no_cosignature_of_the_same_key() -> None:
    text = HEAD.encode()
    plain = SigningKey(AUDITOR.name, AUDITOR.seed).sign(text.encode()).blob
    key = AUDITOR.verifier
    for time in (0, TIME):
        blob = time.to_bytes(8, "big") + plain
        with pytest.raises(VerificationNote, match="not over this text"):
            verify_cosignature(Note(text, (Signature(key.name, key.key_id, blob),)), key)


@pytest.mark.parametrize("time", [-1, MAX_TIME + 1, 2**64])
def test_a_time_out_of_range_is_not_signed(time: int) -> None:
    with pytest.raises(MalformedNote, match="2\\^63-1"):
        cosign(SIGNED, AUDITOR, time)


def test_nobody_cosigns_in_the_name_of_the_log() -> None:
    same_name = CosigningKey(ORIGIN, AUDITOR.seed)
    with pytest.raises(MalformedNote, match="own name"):
        cosign(SIGNED, same_name, TIME)
    line = (same_name.cosign(HEAD.encode().encode(), TIME).encode() + "\n").encode()
    with pytest.raises(MalformedNote, match="own name"):
        add_cosignatures(SIGNED, [line])


@given(st.lists(st.tuples(cosigners, times), max_size=4))
def test_merging_gives_the_same_bytes_in_every_order(parts: list[tuple[CosigningKey, int]]) -> None:
    lines = [cosign(SIGNED, key, time) for key, time in parts]
    merged = add_cosignatures(SIGNED, lines)
    assert add_cosignatures(merged, lines) == merged
    one_by_one = SIGNED
    for line in reversed(lines):
        one_by_one = add_cosignatures(one_by_one, [line])
    assert one_by_one == merged
    assert merged.startswith(SIGNED)
    order = [(item.name, item.key_id, item.blob) for item in Note.parse(merged).signatures[1:]]
    assert order == sorted(set(order))


def test_the_log_stands_in_front_also_where_it_did_not() -> None:
    text = HEAD.encode()
    mixed = Note(text, (SECOND.cosign(text.encode(), TIME), LOG.sign(text.encode())))
    merged = Note.parse(add_cosignatures(mixed.encode(), [cosign(SIGNED, AUDITOR, TIME)]))
    assert [item.name for item in merged.signatures] == [ORIGIN, AUDITOR.name, SECOND.name]


@pytest.mark.parametrize(
    "line", [b"", b"\n", b"now\n", b"\xff\n", cosign(SIGNED, AUDITOR, TIME)[:-1], cosign(SIGNED, AUDITOR, TIME) * 2]
)
def test_what_is_no_line_is_not_added(line: bytes) -> None:
    with pytest.raises(MalformedNote):
        add_cosignatures(SIGNED, [line])


def test_limits_are_kept() -> None:
    keys = [CosigningKey(f"a{number}.example", bytes([number]) * 32) for number in range(MAX_SIGNATURES)]
    lines = [cosign(SIGNED, key, TIME) for key in keys]
    assert len(Note.parse(add_cosignatures(SIGNED, lines[:-1])).signatures) == MAX_SIGNATURES
    with pytest.raises(MalformedSize, match="65 signatures"):
        add_cosignatures(SIGNED, lines)
    room = NOTE_LIMIT - len(sign_note("\n", [LOG]).encode()) - len(lines[0])
    whole = sign_note("x" * room + "\n", [LOG]).encode()
    assert len(add_cosignatures(whole, lines[:1])) == NOTE_LIMIT
    with pytest.raises(MalformedSize, match=str(NOTE_LIMIT + 1)):
        add_cosignatures(sign_note("x" * (room + 1) + "\n", [LOG]).encode(), lines[:1])


def test_cosignatures_do_not_replace_the_log() -> None:
    text = HEAD.encode()
    data = Note(text, (AUDITOR.cosign(text.encode(), TIME), SECOND.cosign(text.encode(), TIME))).encode()
    with pytest.raises(VerificationNote, match="no signature by habeas.example/main"):
        verify_cosigned_checkpoint(data, LOG.verifier, ORIGIN, [AUDITOR.verifier, SECOND.verifier])


def test_the_result_is_in_the_order_of_the_auditors() -> None:
    data = cosigned((AUDITOR, TIME), (SECOND, TIME + 1))
    found = verify_cosigned_checkpoint(data, LOG.verifier, ORIGIN, [SECOND.verifier, AUDITOR.verifier])[1]
    assert [item.time for item in found] == [TIME + 1, TIME]


NOT_APART: list[tuple[str, Callable[[], list[VerifierKey]]]] = [
    ("type 0x01", lambda: [SigningKey("auditor.example", b"\x66" * 32).verifier]),
    ("type 0x01", lambda: [LOG.verifier]),
    ("bears the name", lambda: [CosigningKey(ORIGIN, b"\x66" * 32).verifier]),
    ("bears the name", lambda: [AUDITOR.verifier, CosigningKey(AUDITOR.name, b"\x77" * 32).verifier]),
    ("the public key", lambda: [CosigningKey("self.example", LOG.seed).verifier]),
    ("the public key", lambda: [AUDITOR.verifier, CosigningKey("other.example", AUDITOR.seed).verifier]),
    ("bears the name", lambda: [SECOND.verifier, AUDITOR.verifier, SECOND.verifier]),
]


@pytest.mark.parametrize(("message", "auditors"), NOT_APART)
def test_auditors_are_apart_from_the_log_and_from_each_other(
    message: str, auditors: Callable[[], list[VerifierKey]]
) -> None:
    with pytest.raises(VerificationCheckpoint, match=message):
        verify_cosigned_checkpoint(SIGNED, LOG.verifier, ORIGIN, auditors())
    with pytest.raises(MalformedPolicy, match=message):
        check_auditors(LOG.verifier, auditors(), MalformedPolicy)


def test_keys_are_checked_when_they_are_made_and_never_printed() -> None:
    for name, seed in (("a b", bytes(32)), ("a", bytes(31)), ("a", bytes(33))):
        with pytest.raises(MalformedKey):
            CosigningKey(name, seed)
    assert repr(AUDITOR) == "CosigningKey(name='auditor.example/habeas')"
    with pytest.raises(MalformedKey, match="0x06"):
        VerifierKey.of(AUDITOR.name, AUDITOR.verifier.public, 6)
