"""Cases for signed notes and verifier keys: ``python -m tools.vectors.note``."""

from __future__ import annotations

import hashlib

from tools.vectors import _cosignatures, _note_points
from tools.vectors._signing import GROUP_ORDER, LOG, ORIGIN, OTHER, WITNESS, Key, base64_of, line, note
from tools.vectors.writing import Cases

C2SP_VKEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_TEXT = "This is an example message.\n"
C2SP_BLOB = "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM="
C2SP_NOTE = f"{C2SP_TEXT}\n\N{EM DASH} example.com/foo {C2SP_BLOB}\n"
TEXT = "one\n\ntwo\n"


def shown(key: Key, text: str) -> dict[str, str]:
    return {"name": key.name, "key_id": key.id.hex(), "blob": key.blob(text).hex()}


def parsing(cases: Cases) -> None:
    def good(name: str, text: str, keys: list[Key], why: str) -> None:
        ok = {"text": text, "signatures": [shown(key, text) for key in keys]}
        cases.good(name, "note.parse", {"note": note(text, *keys)}, ok, why)

    good("parse-empty-line-in-text", TEXT, [LOG], "The text may hold empty lines; the last one separates.")
    good("parse-two-signatures", TEXT, [LOG, WITNESS], "The log's signature and one of an unknown witness.")
    good("parse-text-of-one-newline", "\n", [LOG], "The shortest text.")
    good("parse-text-not-ascii", "기록이 확인되지 않음\n", [LOG], "The text is UTF-8.")
    good(
        "parse-name-not-ascii",
        TEXT,
        [Key("증인.example", 0x55)],
        "C2SP allows such a name.",
    )
    for name, signer, why in (
        ("zero-width-space", "a\u200bb", "U+200B is no White_Space."),
        ("byte-order-mark", "a\ufeffb", "U+FEFF is no White_Space."),
        ("5000-characters", "n" * 5000, "A name that is not known has no limit of its own."),
    ):
        good(f"parse-name-{name}", TEXT, [Key(signer, 0x55)], why)
    shows_one = f"a line like a signature:\n{LOG.line(TEXT)}"
    good("parse-signature-line-in-text", shows_one, [LOG], "Before the last empty line all is text.")
    good("parse-16-signatures", TEXT, [Key(f"w{n}.example", n) for n in range(1, 17)], "16 must be accepted.")

    whole, sign = note(TEXT, LOG), LOG.line(TEXT)
    blob = base64_of(LOG.id + LOG.blob(TEXT))
    texts = {
        "no-empty-line": (TEXT.replace("\n\n", "\n") + sign, "Nothing separates text and signatures."),
        "no-signature": (TEXT + "\n", "The signature list is empty."),
        "no-last-newline": (whole[:-1], "The last line is not ended."),
        "empty-line-after-signatures": (whole + "\n", "A second separator leaves no signature."),
        "hyphen": (whole.replace("\N{EM DASH}", "-"), "U+002D stands for the em dash."),
        "en-dash": (whole.replace("\N{EM DASH}", "\N{EN DASH}"), "U+2013 stands for the em dash."),
        "no-space-after-dash": (whole.replace("\N{EM DASH} ", "\N{EM DASH}"), "The space is missing."),
        "two-spaces": (whole.replace(f"{ORIGIN} ", f"{ORIGIN}  "), "Two spaces before the base64."),
        "no-key-name": (TEXT + "\n" + line("", LOG.id + LOG.blob(TEXT)), "The key name is empty."),
        "key-name-with-plus": (TEXT + "\n" + line("a+b", LOG.id + LOG.blob(TEXT)), "A plus in the name."),
        "key-name-with-space": (TEXT + "\n" + line("a b", LOG.id + LOG.blob(TEXT)), "A space in the name."),
        "key-name-with-no-break-space": (
            TEXT + "\n" + line("a\N{NO-BREAK SPACE}b", LOG.id + LOG.blob(TEXT)),
            "U+00A0 is a Unicode space.",
        ),
        "key-name-with-next-line": (
            TEXT + "\n" + line("a\x85b", LOG.id + LOG.blob(TEXT)),
            "U+0085 is White_Space, though no control character of this format.",
        ),
        "key-name-with-ideographic-space": (TEXT + "\n" + line("a\u3000b", LOG.id + LOG.blob(TEXT)), "U+3000."),
        "base64-unpadded": (whole.replace("=\n", "\n"), "The padding is missing."),
        "base64-url-alphabet": (
            whole.replace(blob, blob.replace("/", "_").replace("+", "-")),
            "URL alphabet.",
        ),
        "base64-unused-bits": (whole.replace(blob, unused_bits(blob)), "The unused bits are not zero."),
        "base64-space-after": (whole.replace("=\n", "= \n"), "A space after the base64."),
        "base64-missing": (whole.replace(blob, ""), "No base64 at all."),
        "text-after-base64": (whole.replace("=\n", "= 1\n"), "A fourth part in the line."),
        "key-id-only": (TEXT + "\n" + line(ORIGIN, LOG.id), "Four bytes: a key id and no signature."),
        "key-id-short": (TEXT + "\n" + line(ORIGIN, LOG.id[:3]), "Three bytes."),
        "line-not-a-signature": (whole + "three\n", "A line after the separator is no signature."),
        "tab": (note("one\ttwo\n", LOG), "U+0009 is a control character."),
        "carriage-return": (whole.replace("\n", "\r\n"), "Line ends of another kind."),
        "nul": (note("one\0two\n", LOG), "U+0000."),
        "escape": (note("one\x1b[31m\n", LOG), "U+001B, a terminal sequence."),
    }
    for name, (text, why) in texts.items():
        cases.bad(f"parse-{name}", "note.parse", {"note": text}, "MalformedNote", why)
    for name, at, why in (
        ("not-utf8", b"\xff", "Byte 0xFF."),
        ("utf8-overlong", b"\xc0\xaf", "An overlong slash."),
        ("utf8-surrogate", b"\xed\xa0\x80", "A lone surrogate."),
    ):
        data = whole.encode().replace(b"two", at)
        cases.bad(f"parse-{name}", "note.parse", {"note_hex": data.hex()}, "MalformedNote", why)
    limits(cases)


def limits(cases: Cases) -> None:
    whole = note(TEXT, LOG)
    size = len(whole.encode())
    ok = {"text": TEXT, "signatures": [shown(LOG, TEXT)]}
    cases.good("parse-at-limit", "note.parse", {"note": whole, "limit": size}, ok, "Exactly the limit.")
    cases.bad(
        "parse-over-limit",
        "note.parse",
        {"note": whole, "limit": size - 1},
        "MalformedSize",
        "A byte over.",
    )
    many = TEXT + "\n" + LOG.line(TEXT) * 65
    cases.bad("parse-65-signatures", "note.parse", {"note": many}, "MalformedSize", "64 are accepted.")
    broken = TEXT + "\n" + LOG.line(TEXT) * 64 + "no signature\n"
    why = "Lines are counted before one is read."
    cases.bad("parse-65-signatures-one-broken", "note.parse", {"note": broken}, "MalformedSize", why)


def unused_bits(text: str) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    cut = text.rstrip("=")
    return cut[:-1] + alphabet[alphabet.index(cut[-1]) + 1] + text[len(cut) :]


def verifying(cases: Cases) -> None:
    def good(name: str, data: str, vkey: str, text: str, why: str) -> None:
        cases.good(name, "note.verify", {"note": data, "vkey": vkey}, {"text": text}, why)

    good("verify-c2sp-example", C2SP_NOTE, C2SP_VKEY, C2SP_TEXT, "The example of c2sp.org/signed-note@v1.0.0.")
    good("verify-one-signature", note(TEXT, LOG), LOG.vkey, TEXT, "Signed by the known key alone.")
    good("verify-unknown-beside", note(TEXT, LOG, WITNESS), LOG.vkey, TEXT, "The unknown key is ignored.")
    forged = note(TEXT, LOG) + line(WITNESS.name, WITNESS.id + bytes(64))
    good("verify-unknown-failing-beside", forged, LOG.vkey, TEXT, "An unknown key's is ignored.")
    same_name = note(TEXT, OTHER, LOG)
    good("verify-same-name-other-key-beside", same_name, LOG.vkey, TEXT, "Same name, other id: unknown.")
    good("verify-signature-twice", note(TEXT, LOG, LOG), LOG.vkey, TEXT, "Both lines verify.")

    whole = note(TEXT, LOG)
    blob = LOG.blob(TEXT)
    s_plus_order = blob[:32] + (int.from_bytes(blob[32:], "little") + GROUP_ORDER).to_bytes(32, "little")
    failing = line(ORIGIN, LOG.id + bytes([blob[0] ^ 1]) + blob[1:])
    head = TEXT + "\n"
    texts = {
        "other-key": (note(TEXT, OTHER), "Signed by a key of the same name only."),
        "other-name": (head + line(WITNESS.name, LOG.id + blob), "Another name before the right signature."),
        "key-id-changed": (
            head + line(ORIGIN, bytes([LOG.id[0] ^ 1]) + LOG.id[1:] + blob),
            "Another id.",
        ),
        "text-bit-flipped": (whole.replace("two", "tvo"), "One bit of the text."),
        "signature-bit-flipped": (head + failing, "One bit of the signature."),
        "failing-before-good": (head + failing + LOG.line(TEXT), "The known key signs twice, once wrongly."),
        "failing-after-good": (head + LOG.line(TEXT) + failing, "As before in the other order."),
        "signature-63-bytes": (head + line(ORIGIN, LOG.id + blob[:-1]), "A byte short."),
        "signature-65-bytes": (head + line(ORIGIN, LOG.id + blob + b"\0"), "A byte too many."),
        "signature-s-plus-order": (
            head + line(ORIGIN, LOG.id + s_plus_order),
            "s + group order.",
        ),
        "signature-zero": (head + line(ORIGIN, LOG.id + bytes(64)), "64 zero bytes."),
        "duplicate-separator": (TEXT + "\n" + "\n" + LOG.line(TEXT), "The text gains an empty line."),
        "signed-without-newline": (head + LOG.line(TEXT[:-1]), "Signed without the last newline."),
        "signed-with-separator": (head + LOG.line(TEXT + "\n"), "Signed with the separator."),
        "empty-line-between-signatures": (
            head + LOG.line(TEXT) + "\n" + WITNESS.line(TEXT),
            "The first signature line becomes text.",
        ),
    }
    for name, (text, why) in texts.items():
        given = {"note": text, "vkey": LOG.vkey}
        cases.bad(f"verify-{name}", "note.verify", given, "VerificationNote", why)
    both = {"note": "one\n", "vkey": "no key"}
    cases.bad("verify-no-note-and-no-key", "note.verify", both, "MalformedNote", "The note is parsed first.")


def keys(cases: Cases) -> None:
    def good(name: str, vkey: str, key: Key, why: str) -> None:
        ok = {"name": key.name, "key_id": key.id.hex(), "type": 1, "public": key.public.hex()}
        cases.good(name, "vkey.parse", {"vkey": vkey}, ok, why)

    good("vkey-log", LOG.vkey, LOG, "The key of the examples, seed 33 repeated 32 times.")
    longest = Key("n" * 100, 0x33)
    good("vkey-name-100", longest.vkey, longest, "The longest name.")
    strange = Key("!\"#$%&'()*,-./:;<=>?@[\\]^_`{|}~", 0x33)
    good("vkey-name-punctuation", strange.vkey, strange, "Everything printable but space and plus.")

    name, key_id, data = LOG.vkey.split("+", 2)
    upper = Key("k4.example", 0x33)
    texts = {
        "id-of-other-key": (f"{name}+{OTHER.id.hex()}+{data}", "The id is another key's."),
        "id-upper-case": (upper.vkey.replace(upper.id.hex(), upper.id.hex().upper()), "Upper-case digits."),
        "id-7-digits": (f"{name}+{key_id[:7]}+{data}", "A digit short."),
        "two-parts": (f"{name}+{key_id}", "The key is missing."),
        "empty": ("", "Nothing."),
        "name-empty": (Key("", 0x33).vkey, "No name."),
        "name-with-space": (Key("a b", 0x33).vkey, "A space in the name."),
        "name-not-ascii": (Key("증인.example", 0x33).vkey, "Known keys have ASCII names here."),
        "name-101": (Key("n" * 101, 0x33).vkey, "One character too many."),
        "type-2": (vkey_of(2, LOG.public), "ECDSA is not understood."),
        "type-6": (vkey_of(6, LOG.public), "ML-DSA-44 is not understood."),
        "key-missing": (f"{name}+{key_id}+", "The key part is empty."),
        "key-31-bytes": (vkey_of(1, LOG.public[:-1]), "A byte short."),
        "key-33-bytes": (vkey_of(1, LOG.public + bytes(1)), "A byte too many."),
        "key-unpadded": (vkey_of(1, LOG.public + bytes(1)).rstrip("="), "Not canonical base64."),
        "newline-after": (LOG.vkey + "\n", "A newline after the key."),
    }
    for label, (vkey, why) in texts.items():
        cases.bad(f"vkey-{label}", "vkey.parse", {"vkey": vkey}, "MalformedKey", why)


def vkey_of(kind: int, public: bytes) -> str:
    data = bytes([kind]) + public
    key_id = hashlib.sha256(ORIGIN.encode() + b"\n" + data).hexdigest()[:8]
    return f"{ORIGIN}+{key_id}+{base64_of(data)}"


def main() -> None:
    cases = Cases("note")
    parsing(cases)
    verifying(cases)
    keys(cases)
    _note_points.keys(cases)
    _note_points.signatures(cases)
    _cosignatures.keys(cases)
    _cosignatures.notes(cases)
    _cosignatures.writing(cases)
    given = {"text": TEXT, "name": LOG.name, "seed": LOG.seed.hex()}
    cases.good("sign", "note.sign", given, {"note": note(TEXT, LOG)}, "Ed25519 is deterministic (RFC 8032).")
    for name, text, why in (
        ("no-newline", "one", "The text does not end in a newline."),
        ("control", "one\x07\n", "A control character."),
    ):
        cases.bad(f"sign-{name}", "note.sign", {**given, "text": text}, "MalformedNote", why)
    short = {**given, "seed": LOG.seed.hex()[2:]}
    cases.bad("sign-seed-31-bytes", "note.sign", short, "MalformedKey", "A seed has 32 bytes.")
    cases.write()


if __name__ == "__main__":
    main()
