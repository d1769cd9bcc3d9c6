"""Vectors of seed phrases, key derivation and encrypted backups.

Run as ``python -m tools.vectors.keys``. Expected values are published ones, or come from
eth-account and pycryptodome, never from ``ledger.keys``.
"""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata

from Crypto.Cipher import AES
from eth_account import Account

from tools.vectors.writing import Cases

ART = "abandon " * 23 + "art"
VOID = (
    "void come effort suffer camp survey warrior heavy shoot primary clutch crush "
    "open amazing screen patrol group space point ten exist slush involve unfold"
)
# BIP-39's published test vectors of 256 bits (their seeds use a passphrase, which Habeas never does).
PUBLISHED = {
    "all-zero": ("00" * 32, ART),
    "all-7f": (
        "7f" * 32,
        "legal winner thank year wave sausage worth useful " * 2 + "legal winner thank year wave sausage worth title",
    ),
    "all-80": (
        "80" * 32,
        "letter advice cage absurd amount doctor acoustic avoid " * 2
        + "letter advice cage absurd amount doctor acoustic bless",
    ),
    "all-ff": ("ff" * 32, "zoo " * 23 + "vote"),
    "hamster": (
        "68a79eaca2324873eacc50cb9c6eca8cc68ea5d936f98787c60c7ebc74e6ce7c",
        "hamster diagram private dutch cause delay private meat slide toddler razor book "
        "happy fancy gospel tennis maple dilemma loan word shrug inflict delay length",
    ),
    "panda": (
        "9f6a2878b2520799a44ef18bc7df394e7061a224d2c33cd015b157d746869863",
        "panda eyebrow bullet gorilla call smoke muffin taste mesh discover soft ostrich "
        "alcohol speed nation flash devote level hobby quick inner drive ghost inside",
    ),
    "void": ("f585c11aec520db57dd353c69554b21a89b20fb0650966fa0a9d6f74fd989d8f", VOID),
}
CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
PASSWORD = "열람청구 보관용 비밀번호"
SALT, NONCE = bytes(range(16)), bytes(range(16, 28))
PLAINTEXT = b'{"phrase":"..."}'


def seed_of(phrase: str) -> str:
    return hashlib.pbkdf2_hmac("sha512", phrase.encode(), b"mnemonic", 2048).hex()


def phrases(cases: Cases) -> None:
    for name, (entropy, phrase) in PUBLISHED.items():
        cases.good(
            f"phrase-{name}",
            "keys.phrase",
            {"entropy": entropy},
            {"phrase": phrase},
            "published BIP-39 vector, 256 bits",
        )
        cases.good(
            f"seed-{name}",
            "keys.seed",
            {"phrase": phrase},
            {"phrase": phrase, "seed": seed_of(phrase)},
            "no passphrase: the PBKDF2 salt is the word mnemonic alone",
        )
    for length in (0, 16, 31, 33):
        cases.bad(
            f"phrase-of-{length}-bytes",
            "keys.phrase",
            {"entropy": "00" * length},
            "MalformedKey",
            "only 32 bytes make 24 words",
        )
    typed = {
        "capitals": VOID.upper(),
        "many-spaces": "  " + VOID.replace(" ", " \t ") + "\n",
        "one-word-a-line": VOID.replace(" ", "\r\n"),
        "long-s": VOID.replace("s", "\u017f"),
        "kelvin-sign": VOID.replace("k", "\u212a"),
        "next-line": VOID.replace(" ", "\x85"),
        "line-separators": VOID.replace(" ", "\u2028\u2029"),
        "ogham-space-marks": VOID.replace(" ", "\u1680"),
        "narrow-spaces": VOID.replace(" ", "\u202f\u205f\u2009\xa0"),
        "full-width": "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else "\u3000" for c in VOID),
    }
    for name, text in typed.items():
        cases.good(
            f"seed-typed-with-{name}",
            "keys.seed",
            {"phrase": text},
            {"phrase": VOID, "seed": seed_of(VOID)},
            "what a person types is folded to the one spelling before it is checked",
        )
    words = VOID.split()
    wrong = {
        "empty": ("", "no word"),
        "of-23-words": (" ".join(words[:-1]), "a word is missing"),
        "of-25-words": (VOID + " unfold", "a word too many"),
        "of-12-words": ("abandon " * 11 + "about", "valid BIP-39 of 128 bits, which Habeas does not use"),
        "unknown-word": (VOID.replace("heavy", "heavi"), "word 8 is not in the list"),
        "word-of-another-language": (VOID.replace("heavy", "무거운"), "word 8 is not in the list"),
        "abbreviated-word": (
            VOID.replace("survey", "surv"),
            "four letters name a word, but all are asked for",
        ),
        "swapped-words": (" ".join([words[1], words[0], *words[2:]]), "all words known, checksum wrong"),
        "wrong-checksum": (ART.replace("art", "abandon"), "all words known, checksum wrong"),
        "numbered": (
            " ".join(f"{n}.{word}" for n, word in enumerate(words, 1)),
            "numbers are no part of words",
        ),
        "dotted-capital-i": (VOID.replace("i", "\u0130"), "U+0130 becomes no i: only ASCII is lower-cased"),
        "kelvin-sign-in-another-word": (VOID.replace("clutch", "\u212alutch"), "klutch is not in the list"),
        "information-separators": (VOID.replace(" ", "\x1c"), "U+001C is no White_Space"),
        "unit-separator-beside-a-space": (VOID.replace(" ", "\x1f ", 1), "U+001F is a part of the first word"),
        "zero-width-spaces": (VOID.replace(" ", "\u200b"), "U+200B is no White_Space"),
        "byte-order-mark": ("\ufeff" + VOID, "U+FEFF is no White_Space"),
        "with-hyphens": (VOID.replace(" ", "-"), "one word of 151 characters"),
        "endless": ("abandon " * 10_000, "over 1,000 characters"),
    }
    for name, (text, why) in wrong.items():
        cases.bad(f"seed-{name}", "keys.seed", {"phrase": text}, "MalformedKey", why)


def derivations(cases: Cases) -> None:
    Account.enable_unaudited_hdwallet_features()
    for title, phrase in {"art": ART, "void": VOID, "zoo": PUBLISHED["all-ff"][1]}.items():
        for index in (0, 1, 19, 2**31 - 1):
            account = Account.from_mnemonic(phrase, account_path=f"m/44'/60'/0'/0/{index}")
            cases.good(
                f"derive-{title}-{index}",
                "keys.derive",
                {"phrase": phrase, "index": index},
                {"private_key": bytes(account.key).hex(), "address": account.address[2:].lower()},
                f"m/44'/60'/0'/0/{index}",
            )
    for name, index in {"negative": -1, "hardened": 2**31}.items():
        cases.bad(
            f"derive-index-{name}",
            "keys.derive",
            {"phrase": ART, "index": index},
            "MalformedKey",
            "the index is from 0 to 2^31-1",
        )
    for name, key in {
        "11": "11" * 32,
        "22": "22" * 32,
        "one": f"{1:064x}",
        "order-minus-one": f"{CURVE_ORDER - 1:064x}",
    }.items():
        address = Account.from_key(bytes.fromhex(key)).address[2:].lower()
        cases.good(
            f"address-of-{name}",
            "keys.address",
            {"private_key": key},
            {"address": address},
            "last 20 bytes of keccak256 of the public key",
        )
    bad_keys = {
        "zero": "00" * 32,
        "order": f"{CURVE_ORDER:064x}",
        "ff": "ff" * 32,
        "31-bytes": "11" * 31,
        "33-bytes": "11" * 33,
    }
    for name, key in bad_keys.items():
        cases.bad(
            f"address-of-{name}",
            "keys.address",
            {"private_key": key},
            "MalformedKey",
            "1 to order - 1, 32 bytes",
        )


def header() -> dict[str, object]:
    return {
        "cipher": "aes-256-gcm",
        "habeas_backup": 1,
        "kdf": {"n": 131072, "name": "scrypt", "p": 1, "r": 8},
        "nonce": base64.b64encode(NONCE).decode(),
        "salt": base64.b64encode(SALT).decode(),
    }


def canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def sealed(plaintext: bytes, password_typed: str = PASSWORD) -> dict[str, object]:
    password = unicodedata.normalize("NFKC", password_typed).encode()
    key = hashlib.scrypt(password, salt=SALT, n=2**17, r=8, p=1, maxmem=2**28, dklen=32)
    cipher = AES.new(key, AES.MODE_GCM, nonce=NONCE)
    cipher.update(canonical(header()).encode())
    data, tag = cipher.encrypt_and_digest(plaintext)
    return {**header(), "ciphertext": base64.b64encode(data + tag).decode()}


def backups(cases: Cases) -> None:
    good = sealed(PLAINTEXT)
    inputs = {"plaintext": PLAINTEXT.hex(), "password": PASSWORD, "salt": SALT.hex(), "nonce": NONCE.hex()}

    def decrypt(backup: object, password: str = PASSWORD) -> dict[str, object]:
        return {"backup": backup if isinstance(backup, str) else canonical(backup), "password": password}

    def changed(**members: object) -> dict[str, object]:
        return decrypt({**good, **members})

    def flip(member: str) -> dict[str, object]:
        data = bytearray(base64.b64decode(str(good[member])))
        data[0] ^= 1
        return changed(**{member: base64.b64encode(data).decode()})

    opened = {"plaintext": PLAINTEXT.hex()}
    cases.good("backup-encrypt", "keys.encrypt_backup", inputs, {"backup": canonical(good)}, "scrypt, AES-256-GCM")
    cases.good("backup-decrypt", "keys.decrypt_backup", decrypt(good), opened, "opens with its password")
    cases.good(
        "backup-decrypt-decomposed-password",
        "keys.decrypt_backup",
        decrypt(good, unicodedata.normalize("NFD", PASSWORD)),
        opened,
        "the same password typed on a system that decomposes Hangul (NFD)",
    )
    ligatures = "\ufb03" * 4
    cases.good(
        "backup-decrypt-password-of-ligatures",
        "keys.decrypt_backup",
        decrypt(sealed(PLAINTEXT, ligatures), ligatures),
        opened,
        "4 characters U+FB03, after NFKC 12 letters",
    )
    refused: dict[str, tuple[dict[str, object], str, str]] = {
        "ligatures-short-password": (decrypt(good, "\ufb03" * 3), "MalformedKey", "after NFKC 9 letters"),
        "ligatures-endless-password": (decrypt(good, "\ufb03" * 342), "MalformedKey", "after NFKC 1,026 bytes"),
        "three-brackets": (decrypt("[[["), "MalformedSize", "at most two are open at once"),
        "two-brackets": (decrypt("[["), "MalformedJson", "two may be open, but they are not closed"),
        "bad-file-and-bad-password": (decrypt("[]x", "x"), "MalformedJson", "the file is parsed first"),
        "wrong-password": (decrypt(good, PASSWORD + "!"), "VerificationBackup", "another password"),
        "ciphertext-flipped": (flip("ciphertext"), "VerificationBackup", "one bit of the ciphertext"),
        "nonce-flipped": (flip("nonce"), "VerificationBackup", "one bit of the nonce"),
        "salt-flipped": (flip("salt"), "VerificationBackup", "one bit of the salt"),
        "short-password": (decrypt(good, "열람청구"), "MalformedKey", "4 characters, at least 12"),
        "endless-password": (decrypt(good, "x" * 1025), "MalformedKey", "1,025 bytes"),
        "no-tag": (changed(ciphertext="AAAA"), "MalformedKey", "shorter than a tag"),
        "salt-of-15-bytes": (changed(salt=base64.b64encode(SALT[1:]).decode()), "MalformedKey", "16 bytes"),
        "nonce-of-16-bytes": (changed(nonce=base64.b64encode(SALT).decode()), "MalformedKey", "12 bytes"),
        "base64-unpadded": (changed(salt=str(good["salt"]).rstrip("=")), "MalformedKey", "canonical base64"),
        "version-2": (changed(habeas_backup=2), "MalformedKey", "a later format"),
        "version-true": (changed(habeas_backup=True), "MalformedKey", "a boolean is no number"),
        "cheap-kdf": (
            changed(kdf={"n": 2, "name": "scrypt", "p": 1, "r": 8}),
            "MalformedKey",
            "a cost of its own would let guesses run fast",
        ),
        "dear-kdf": (
            changed(kdf={"n": 2**40, "name": "scrypt", "p": 1, "r": 8}),
            "MalformedKey",
            "a cost of its own could take all memory",
        ),
        "other-kdf": (
            changed(kdf={"n": 131072, "name": "pbkdf2", "p": 1, "r": 8}),
            "MalformedKey",
            "scrypt only",
        ),
        "kdf-member-more": (changed(kdf={**header()["kdf"], "x": 1}), "MalformedKey", "the schema is closed"),  # type: ignore[dict-item]
        "kdf-n-true": (
            changed(kdf={"n": 131072, "name": "scrypt", "p": True, "r": 8}),
            "MalformedKey",
            "a boolean",
        ),
        "other-cipher": (changed(cipher="aes-128-gcm"), "MalformedKey", "AES-256-GCM only"),
        "member-more": (changed(comment="x"), "MalformedKey", "the schema is closed"),
        "member-missing": (
            decrypt({name: value for name, value in good.items() if name != "nonce"}),
            "MalformedKey",
            "no nonce",
        ),
        "not-canonical": (decrypt(json.dumps(good)), "MalformedJson", "spaces between tokens"),
        "not-an-object": (decrypt("[]"), "MalformedKey", "an object is asked for"),
        "empty": (decrypt(""), "MalformedJson", "no bytes"),
        "truncated": (decrypt(canonical(good)[:-20]), "MalformedJson", "a download that broke off"),
        "deep": (decrypt("[" * 1000), "MalformedSize", "hostile nesting"),
    }
    for name, (broken, error, why) in refused.items():
        cases.bad(f"backup-{name}", "keys.decrypt_backup", broken, error, why)
    cases.bad(
        "backup-encrypt-short-password",
        "keys.encrypt_backup",
        {**inputs, "password": "x" * 11},
        "MalformedKey",
        "11 characters",
    )
    cases.bad(
        "backup-encrypt-short-password-after-normalising",
        "keys.encrypt_backup",
        {**inputs, "password": unicodedata.normalize("NFD", "열람청갑")},
        "MalformedKey",
        "12 code points that NFKC composes to 4 syllables",
    )


def main() -> None:
    cases = Cases("keys")
    phrases(cases)
    derivations(cases)
    backups(cases)
    cases.write()


if __name__ == "__main__":
    main()
