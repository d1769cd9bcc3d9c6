"""Proof of control of a case: what wallets sign, and nothing that was changed."""

from __future__ import annotations

import json

import pytest
from eth_account import Account
from eth_account.messages import encode_defunct

from ledger.cli.control import Control, control_text, sign_control, verify_control
from ledger.encoding import encode_json
from ledger.errors import HabeasError, MalformedRequest, VerificationSignature
from ledger.keys import address_of

KEY, CASE, LEDGER = bytes([5]) * 32, bytes(range(32)), "habeas.example/main"


def test_it_is_what_a_wallet_signs() -> None:
    """eth-account signs the same four lines to the same bytes."""
    text = control_text(LEDGER, CASE, "challenge 17")
    assert text.split("\n") == [
        "Habeas: proof of control of a case",
        "ledger: habeas.example/main",
        "case: 0x" + CASE.hex(),
        "message: challenge 17",
    ]
    theirs = Account.sign_message(encode_defunct(text=text), KEY)
    assert bytes(theirs.signature) == sign_control(LEDGER, CASE, "challenge 17", KEY).signature


def test_round_trip() -> None:
    made = sign_control(LEDGER, CASE, "challenge 17", KEY)
    assert Control.parse(made.encode()) == made
    assert verify_control(made) == address_of(KEY)


@pytest.mark.parametrize("member", ["ledger", "case", "author", "message", "signature"])
def test_nothing_can_be_changed(member: str) -> None:
    """Each member takes part: another value is refused or does not verify."""
    value = json.loads(sign_control(LEDGER, CASE, "challenge 17", KEY).encode())
    last = value[member][-1]
    value[member] = value[member][:-1] + ("1" if last != "1" else "2")
    with pytest.raises(HabeasError):
        verify_control(Control.parse(encode_json(value)))


def test_another_author() -> None:
    value = json.loads(sign_control(LEDGER, CASE, "x", KEY).encode())
    value["author"] = "0x" + address_of(bytes([6]) * 32).hex()
    with pytest.raises(VerificationSignature, match="signed by"):
        verify_control(Control.parse(encode_json(value)))


@pytest.mark.parametrize("message", ["", "a\nledger: other", "x" * 501, "질문", "\x1b[2J"])
def test_messages_that_could_mislead(message: str) -> None:
    """More than one line could repeat the lines above it."""
    with pytest.raises(MalformedRequest):
        sign_control(LEDGER, CASE, message, KEY)
