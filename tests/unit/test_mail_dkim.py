"""One signature: against dkimpy as a second opinion, without any clock, one flipped bit at a time."""

from __future__ import annotations

import random
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dkim
import dkim.canonicalization
import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.errors import MalformedKeyRecord, MalformedMail, VerificationMail
from ledger.mail.dkim import Canonical, Forms, verify
from ledger.mail.key import KeyRecord
from ledger.mail.raw import RawMail
from tests.unit.mails import AT, ED, GOOD, RSA, By, mail, sign
from tools.vectors._mail_keys import record, rsa
from tools.vectors._mail_signing import AT_SECONDS
from tools.vectors.mail import published_keys

FORMS = ("simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed")
_TEXT = st.lists(st.sampled_from([b" ", b"\t", b"\r\n", b"\r", b"a", b"bc", b".", b"\xff", b"\0"]), max_size=30)
_RECORD = record(RSA).encode()


def _raw(data: str) -> RawMail:
    return RawMail.parse(data.encode("latin-1"))


def _ours(data: bytes, text: bytes = _RECORD) -> bool:
    try:
        verify(RawMail.parse(data), 0, text, AT)
    except (MalformedMail, VerificationMail):
        return False
    return True


def _dkimpy(data: bytes, text: bytes = _RECORD) -> bool:
    try:
        found = dkim.DKIM(data).verify(dnsfunc=lambda *_, **__: text)
    except (dkim.DKIMException, ValueError):
        # Not every damaged base64 is an error of its own there.
        return False
    return bool(found)


@pytest.mark.parametrize("form", ["simple", "relaxed"])
@given(_TEXT.map(b"".join))
def test_the_canonical_body_is_dkimpys(form: Canonical, text: bytes) -> None:
    """For bodies that end with a line end, as every mail on the wire does; dkimpy keeps a space behind the last one."""
    body = text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") + b"\r\n"
    theirs = dkim.canonicalization.ALGORITHMS[form.encode()].canonicalize_body(body)
    found = Forms(RawMail.parse(b"From: a\r\n\r\n" + body))
    assert found.canonical(form) == theirs
    for length in (0, 1, len(theirs) - 1, len(theirs), len(theirs) + 1):
        assert found.canonical(form, max(0, length)) == theirs[: max(0, length)]


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=50)
@given(st.integers(0, 2**32))
def test_both_accept_the_same_spoiled_mails(form: str, seed: int) -> None:
    """What dkimpy refuses we refuse; what it accepts we accept, or say why no verifier may."""
    rng, by = random.Random(seed), By(RSA, "s2048", form=form)
    data = bytearray(sign(mail("a  b\t\r\n\r\nc \r\n\r\n\r\n"), by), "latin-1")
    for _ in range(rng.randrange(3)):
        place = rng.randrange(len(data))
        data[place : place + rng.randrange(2)] = rng.choice([b"", b" ", b"x", b"\r\n", b"\r\n ", b"\n", b":", b";"])
    spoiled = bytes(data)
    if _ours(spoiled):
        assert _dkimpy(spoiled)
    elif _dkimpy(spoiled):
        with pytest.raises(MalformedMail):
            verify(RawMail.parse(spoiled), 0, _RECORD, AT)


@pytest.mark.parametrize("by", [By(RSA, "s2048", form="simple/simple"), By(ED.key, "ed", form="simple/simple")])
def test_each_flipped_bit_of_what_is_signed_is_found(by: By) -> None:
    """One bit in each byte of the signature field, the header and the body."""
    data = sign(mail(), by).encode("latin-1")
    text = record(by.key).encode()
    assert _ours(data, text)
    value = range(data.index(b"\r\n b=") + 5, data.index(b"\r\nFrom: "))
    for place in range(len(data)):
        spoiled = data[:place] + bytes([data[place] ^ 1 << place % 7]) + data[place + 1 :]
        # Base64 has room for white space and for what is written behind the value.
        if place not in value:
            assert not _ours(spoiled, text), f"byte {place} of {data[max(0, place - 9) : place + 9]!r}"


def test_two_threads_with_two_clocks_do_not_disturb_each_other() -> None:
    """The time of receipt is an argument: a mail that expires at noon, checked before and after noon at once."""
    by = By(RSA, "s2048", tags=f"t={AT_SECONDS - 60}; x={AT_SECONDS}; ")
    raw, text = _raw(sign(mail(), by)), record(by.key).encode()
    gate, wrong = threading.Barrier(2), []

    def check(at: datetime, expired: bool) -> None:
        gate.wait()
        wrong.extend(at for _ in range(200) if verify(raw, 0, text, at).expired is not expired)

    threads = [
        threading.Thread(target=check, args=(AT - timedelta(seconds=1), False)),
        threading.Thread(target=check, args=(AT + timedelta(seconds=1), True)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_no_clock_is_read_and_none_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that raises is not noticed, and dkimpy has the time module that it came with."""

    def no_clock() -> float:
        raise AssertionError("a clock was read")

    by = By(RSA, "s2048", tags=f"t={AT_SECONDS}; x={AT_SECONDS + 5}; ")
    raw = _raw(sign(mail(), by))
    assert dkim.time is time
    monkeypatch.setattr(time, "time", no_clock)
    assert not verify(raw, 0, _RECORD, AT).expired
    assert verify(raw, 0, _RECORD, datetime(2036, 1, 1, tzinfo=UTC)).expired


def test_the_same_time_in_another_zone_is_the_same_time() -> None:
    by = By(RSA, "s2048", tags=f"x={AT_SECONDS}; ")
    raw = _raw(sign(mail(), by))
    seoul = datetime.fromisoformat("2026-11-25T21:00:00+09:00")
    assert not verify(raw, 0, _RECORD, seoul).expired
    with pytest.raises(ValueError, match="time zone"):
        verify(raw, 0, _RECORD, AT.replace(tzinfo=None))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda data, text: (data + "x\r\n", text), "body_changed"),
        (lambda data, text: (data.replace("Re:", "Fw:"), text), "signature_mismatch"),
        (lambda data, text: (data, "p="), "key_revoked"),
        (lambda data, text: (data, record(ED.key)), "key_type"),
        (lambda data, text: (data, "h=sha1; " + text), "key_hash"),
        (lambda data, text: (data, "s=other; " + text), "key_service"),
        (lambda data, text: (data, record(rsa("shop", 512))), "key_short"),
    ],
)
def test_the_code_says_which_step_failed(change: object, code: str) -> None:
    assert callable(change)
    data, text = change(sign(mail(), GOOD), record(RSA, ""))
    with pytest.raises(VerificationMail) as failed:
        verify(_raw(data), 0, text.encode(), AT)
    assert failed.value.code == code
    assert "shop.example" in str(failed.value)


@given(st.one_of(st.binary(max_size=200), st.text("vkphst=; DKIM1rsaed25519:yAMIG/+\n", max_size=80).map(str.encode)))
def test_any_record_is_read_or_malformed(text: bytes) -> None:
    try:
        found = KeyRecord.parse(text)
    except MalformedKeyRecord as error:
        assert len(str(error)) > 10
        return
    assert found.revoked == (found.bits == 0)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_spoiled_record_never_lets_the_mail_pass(place: int, change: int) -> None:
    """Any change of the key itself; what stands beside it may change."""
    start = _RECORD.index(b"p=") + 2
    where = start + place % (len(_RECORD) - start)
    spoiled = _RECORD[:where] + bytes([_RECORD[where] ^ change]) + _RECORD[where + 1 :]
    try:
        same = KeyRecord.parse(spoiled).digest == KeyRecord.parse(_RECORD).digest
        passed = _ours(sign(mail(), GOOD).encode("latin-1"), spoiled)
    except MalformedKeyRecord:
        return
    assert passed == same


@pytest.mark.parametrize("name", sorted(published_keys()))
def test_the_published_keys_are_what_their_names_give(name: str) -> None:
    """The files hold the keys of the generator, and the longer ones are keys for other libraries too."""
    folder = Path(__file__).resolve().parents[1] / "vectors" / "mail" / "keys"
    key = published_keys()[name]
    pem = (folder / f"{name}.pem").read_bytes()
    assert pem.decode("ascii") == key.pem
    assert (folder / f"{name}.txt").read_text(encoding="ascii") == record(key) + "\n"
    if key.bits not in (512, 768):
        assert load_pem_private_key(pem, None) is not None
