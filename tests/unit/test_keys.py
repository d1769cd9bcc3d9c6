"""Seed phrases, one key per case, encrypted backups; eth-account is the judge."""

from __future__ import annotations

import hashlib
import unicodedata
from importlib import resources

import pytest
from eth_account import Account
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.encoding import Json, encode_json, parse_json
from ledger.errors import Malformed, MalformedKey, MalformedSize, VerificationBackup
from ledger.keys import (
    MAX_BACKUP,
    MAX_INDEX,
    Backup,
    address_of,
    backup_key,
    decrypt_backup,
    derive_key,
    encrypt_backup,
    open_backup,
    parse_phrase,
    phrase_from_entropy,
    seal_backup,
)

Account.enable_unaudited_hdwallet_features()
ART = "abandon " * 23 + "art"
SALT, NONCE = bytes(range(16)), bytes(range(12))
PASSWORD = "correct horse battery"
KEY = hashlib.sha256(b"a key of the tests").digest()
entropies = st.binary(min_size=32, max_size=32)


def test_the_word_list_is_the_published_one() -> None:
    data = (resources.files("ledger") / "data" / "bip39-english.txt").read_bytes()
    assert hashlib.sha256(data).hexdigest() == "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda"
    words = data.decode("ascii").split()
    assert len(words) == 2048
    assert words == sorted(words)
    assert len({word[:4] for word in words}) == 2048


def test_the_worked_vector_of_two_cases() -> None:
    seed = parse_phrase(ART)
    addresses = [address_of(derive_key(seed, index)).hex() for index in (0, 1)]
    assert addresses == [
        "f278cf59f82edcf871d630f28ecc8056f25c1cdb",
        "f785bd075874b8423d3583728a981399f31e95aa",
    ]


@settings(max_examples=15)
@given(entropies, st.integers(0, MAX_INDEX))
def test_keys_equal_those_of_eth_account(entropy: bytes, index: int) -> None:
    phrase = phrase_from_entropy(entropy)
    account = Account.from_mnemonic(phrase, account_path=f"m/44'/60'/0'/0/{index}")
    key = derive_key(parse_phrase(phrase), index)
    assert key == bytes(account.key)
    assert "0x" + address_of(key).hex() == account.address.lower()


@given(entropies)
def test_a_phrase_holds_all_of_its_entropy(entropy: bytes) -> None:
    words = phrase_from_entropy(entropy).split()
    listed = (resources.files("ledger") / "data" / "bip39-english.txt").read_text("ascii").split()
    bits = "".join(f"{listed.index(word):011b}" for word in words)
    assert int(bits[:256], 2).to_bytes(32, "big") == entropy


@settings(max_examples=30)
@given(entropies, st.data())
def test_one_changed_word_is_almost_always_noticed(entropy: bytes, data: st.DataObject) -> None:
    words = phrase_from_entropy(entropy).split()
    place = data.draw(st.integers(0, 23))
    listed = (resources.files("ledger") / "data" / "bip39-english.txt").read_text("ascii").split()
    others = [[*words[:place], word, *words[place + 1 :]] for word in listed[:: 2048 // 64] if word != words[place]]
    passed = 0
    for changed in others:
        try:
            parse_phrase(" ".join(changed))
            passed += 1
        except MalformedKey:
            pass
    # The checksum has 8 bits: one in 256 passes.
    assert passed <= 6


def test_a_message_names_the_place_and_keeps_the_word() -> None:
    with pytest.raises(MalformedKey, match="word 7 of the phrase") as caught:
        parse_phrase(ART.replace("abandon", "secretly", 7).replace("secretly", "abandon", 6))
    assert "secretly" not in str(caught.value)
    assert "abandon" not in str(caught.value)


def test_a_seed_is_never_printed() -> None:
    seed = parse_phrase(ART)
    assert "abandon" not in repr(seed)
    assert repr(seed.secret)[2:20] not in repr(seed)


@given(st.text(max_size=300))
def test_no_other_exception_leaves_the_phrase_parser(text: str) -> None:
    with pytest.raises(MalformedKey):
        parse_phrase(text)


@pytest.mark.parametrize("index", [-1, MAX_INDEX + 1, 2**40])
def test_an_index_outside_the_path_is_refused(index: int) -> None:
    with pytest.raises(MalformedKey, match="from 0 to 2147483647"):
        derive_key(parse_phrase(ART), index)


@given(st.binary(max_size=300), st.binary(min_size=16, max_size=16), st.binary(min_size=12, max_size=12))
def test_a_backup_file_goes_round(plaintext: bytes, salt: bytes, nonce: bytes) -> None:
    backup = seal_backup(plaintext, KEY, salt, nonce)
    again = Backup.parse(backup.encode())
    assert again == backup
    assert again.encode() == backup.encode()
    assert open_backup(again, KEY) == plaintext


def test_every_changed_bit_of_a_backup_file_is_refused() -> None:
    data = seal_backup(b"phrase and cases", KEY, SALT, NONCE).encode()
    for position in range(len(data) * 8):
        changed = bytearray(data)
        changed[position // 8] ^= 1 << position % 8
        with pytest.raises((Malformed, VerificationBackup)):
            open_backup(Backup.parse(bytes(changed)), KEY)


@given(st.binary(min_size=32, max_size=32).filter(lambda key: key != KEY))
def test_another_key_never_opens(key: bytes) -> None:
    with pytest.raises(VerificationBackup):
        open_backup(seal_backup(b"x", KEY, SALT, NONCE), key)


def test_a_password_opens_and_another_does_not() -> None:
    data = encrypt_backup(b"phrase and cases", PASSWORD, SALT, NONCE)
    assert decrypt_backup(data, PASSWORD) == b"phrase and cases"
    with pytest.raises(VerificationBackup, match="the password is wrong, or the backup file was changed"):
        decrypt_backup(data, PASSWORD + " ")


def test_one_password_in_two_unicode_forms_is_one_password() -> None:
    password = "비밀번호는 열두 글자 이상"
    decomposed = unicodedata.normalize("NFD", password)
    assert decomposed != password
    assert backup_key(decomposed, SALT) == backup_key(password, SALT)


@pytest.mark.parametrize("password", ["", "x" * 11, "가" * 11, "x" * 1025, "가" * 342, "\ud800" * 12])
def test_unusable_passwords_are_refused(password: str) -> None:
    with pytest.raises(MalformedKey, match="the password"):
        backup_key(password, SALT)


def test_a_plaintext_that_could_not_be_read_back_is_refused() -> None:
    with pytest.raises(MalformedKey, match="can be read back"):
        encrypt_backup(bytes(MAX_BACKUP), PASSWORD, SALT, NONCE)
    with pytest.raises(MalformedSize):
        Backup.parse(b" " * (MAX_BACKUP + 1))


@pytest.mark.parametrize(("salt", "nonce"), [(SALT[1:], NONCE), (SALT, NONCE[1:]), (SALT, SALT), (b"", NONCE)])
def test_salt_and_nonce_have_their_lengths(salt: bytes, nonce: bytes) -> None:
    with pytest.raises(MalformedKey):
        seal_backup(b"x", KEY, salt, nonce)


@pytest.mark.parametrize("member", ["cipher", "ciphertext", "habeas_backup", "kdf", "nonce", "salt"])
def test_no_member_can_be_left_out_or_be_of_another_type(member: str) -> None:
    value = parse_json(seal_backup(b"x", KEY, SALT, NONCE).encode(), limit=1000, depth=2)
    assert isinstance(value, dict)
    others: tuple[Json, ...] = (None, True, 7, "", "x", [], {})
    for other in others:
        with pytest.raises(MalformedKey):
            Backup.parse(encode_json({**value, member: other}))
    del value[member]
    with pytest.raises(MalformedKey, match=member):
        Backup.parse(encode_json(value))


@pytest.mark.parametrize("separator", ["\x1c", "\x1f", "\u200b", "\ufeff"])
def test_only_white_space_separates_words(separator: str) -> None:
    with pytest.raises(MalformedKey):
        parse_phrase(ART.replace(" ", separator))


def test_only_ascii_is_lower_cased() -> None:
    phrase = phrase_from_entropy(hashlib.sha256(b"some words with an i").digest())
    assert "i" in phrase and parse_phrase(phrase.upper()).phrase == phrase
    with pytest.raises(MalformedKey, match="not in the English"):
        parse_phrase(phrase.replace("i", "\u0130"))
