"""Cases for checkpoints: ``python -m tools.vectors.checkpoint``."""

from __future__ import annotations

import hashlib

from tools.vectors import _cosignatures
from tools.vectors._signing import LOG, ORIGIN, OTHER, WITNESS, Key, base64_of, line, note
from tools.vectors.writing import Cases

# The tree of four leaves of docs/spec/log.md.
ROOT = bytes.fromhex("8973d6b40294e3998fc40ea23d314295369c90dba19548d5d573f9b367781e6c")
EMPTY = hashlib.sha256(b"").digest()
TEXT = f"{ORIGIN}\n4\n{base64_of(ROOT)}\n"
C2SP_TEXT = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def given(text: str, key: Key = LOG, origin: str = ORIGIN) -> dict[str, object]:
    return {"checkpoint": note(text, key), "vkey": key.vkey, "origin": origin}


def good(cases: Cases) -> None:
    def verify(name: str, inputs: dict[str, object], size: int, root: bytes, why: str) -> None:
        ok = {"origin": inputs["origin"], "size": size, "root": root.hex()}
        cases.good(f"verify-{name}", "checkpoint.verify", inputs, ok, why)

    verify("four-leaves", given(TEXT), 4, ROOT, "The checkpoint of docs/spec/log.md.")
    empty = f"{ORIGIN}\n0\n{base64_of(EMPTY)}\n"
    verify("empty-tree", given(empty), 0, EMPTY, "Size 0 has the SHA-256 of nothing as its root.")
    largest = f"{ORIGIN}\n{2**53 - 1}\n{base64_of(ROOT)}\n"
    verify("largest-size", given(largest), 2**53 - 1, ROOT, "2^53-1 leaves.")
    cosigned = {**given(TEXT), "checkpoint": note(TEXT, LOG, WITNESS)}
    verify("cosigned", cosigned, 4, ROOT, "A signature of an unknown witness is ignored.")
    long = Key("o" * 100, 0x33)
    longest = given(f"{long.name}\n4\n{base64_of(ROOT)}\n", long, long.name)
    verify("origin-100", longest, 4, ROOT, "The longest origin.")
    root = bytes.fromhex("0ac5186a91863e8e1d90c808014aa89bf5da8e3ee1d9f07630f0378f68f1ab62")
    ok = {"origin": "example.com/behind-the-sofa", "size": 20852163, "root": root.hex()}
    why = "The text of the example of c2sp.org/tlog-checkpoint, v1.0.0 (its key is not published)."
    cases.good("parse-c2sp-example", "checkpoint.parse", {"text": C2SP_TEXT}, ok, why)
    seed = {"origin": ORIGIN, "size": 4, "root": ROOT.hex(), "seed": LOG.seed.hex()}
    cases.good("sign-four-leaves", "checkpoint.sign", seed, {"checkpoint": note(TEXT, LOG)}, "As verified.")


def malformed(cases: Cases) -> None:
    root = base64_of(ROOT)
    texts = {
        "extension-line": (f"{TEXT}more\n", "This log has no extension lines."),
        "empty-line-at-end": (f"{TEXT}\n", "An empty fourth line."),
        "empty-line-inside": (f"{ORIGIN}\n\n4\n{root}\n", "An empty second line."),
        "two-lines": (f"{ORIGIN}\n4\n", "The root is missing."),
        "lines-swapped": (f"{ORIGIN}\n{root}\n4\n", "Root before size."),
        "origin-empty": (f"\n4\n{root}\n", "No origin."),
        "origin-with-space": (f"habeas.example main\n4\n{root}\n", "A space in the origin."),
        "origin-with-plus": (f"habeas.example+main\n4\n{root}\n", "A plus in the origin."),
        "origin-not-ascii": (f"기록.example\n4\n{root}\n", "Statements name the log in ASCII."),
        "origin-101": (f"{'o' * 101}\n4\n{root}\n", "One character too many."),
        "size-empty": (f"{ORIGIN}\n\N{ZERO WIDTH SPACE}\n{root}\n", "An invisible size."),
        "size-leading-zero": (f"{ORIGIN}\n04\n{root}\n", "A leading zero."),
        "size-two-zeros": (f"{ORIGIN}\n00\n{base64_of(EMPTY)}\n", "Zero has one digit."),
        "size-plus": (f"{ORIGIN}\n+4\n{root}\n", "A sign."),
        "size-minus": (f"{ORIGIN}\n-4\n{root}\n", "Below zero."),
        "size-minus-zero": (f"{ORIGIN}\n-0\n{base64_of(EMPTY)}\n", "Minus zero."),
        "size-hexadecimal": (f"{ORIGIN}\n0x4\n{root}\n", "Not decimal."),
        "size-underscore": (f"{ORIGIN}\n1_0\n{root}\n", "Digits grouped."),
        "size-arabic-digit": (f"{ORIGIN}\n٤\n{root}\n", "U+0664 is a decimal digit, but no ASCII one."),
        "size-space-before": (f"{ORIGIN}\n 4\n{root}\n", "A space before the size."),
        "size-exponent": (f"{ORIGIN}\n4e0\n{root}\n", "An exponent."),
        "size-over-2-53": (f"{ORIGIN}\n{2**53}\n{root}\n", "2^53 leaves."),
        "size-5000-digits": (f"{ORIGIN}\n{'9' * 5000}\n{root}\n", "No number is read before its length."),
        "root-unpadded": (f"{ORIGIN}\n4\n{root.rstrip('=')}\n", "The padding is missing."),
        "root-unused-bits": (f"{ORIGIN}\n4\n{root[:-2]}x=\n", "The unused bits are not zero."),
        "root-hexadecimal": (f"{ORIGIN}\n4\n{ROOT.hex()}\n", "Valid base64 of 48 bytes."),
        "root-31-bytes": (f"{ORIGIN}\n4\n{base64_of(ROOT[:-1])}\n", "A byte short."),
        "root-33-bytes": (f"{ORIGIN}\n4\n{base64_of(ROOT + bytes(1))}\n", "A byte too many."),
        "root-empty-base64": (f"{ORIGIN}\n4\n=\n", "Padding alone."),
    }
    for name, (text, why) in texts.items():
        cases.bad(f"verify-{name}", "checkpoint.verify", given(text), "MalformedCheckpoint", why)
    note_faults = {
        "signature-missing": (TEXT + "\n", "An empty signature list."),
        "separator-missing": (TEXT + LOG.line(TEXT), "No empty line."),
        "carriage-return": (note(TEXT, LOG).replace("\n", "\r\n"), "Line ends of another kind."),
    }
    for name, (data, why) in note_faults.items():
        cases.bad(f"verify-{name}", "checkpoint.verify", {**given(TEXT), "checkpoint": data}, "MalformedNote", why)


def false_claims(cases: Cases) -> None:
    def bad(name: str, inputs: dict[str, object], error: str, why: str) -> None:
        cases.bad(f"verify-{name}", "checkpoint.verify", inputs, error, why)

    failing = line(ORIGIN, LOG.id + bytes(64))
    other_root = bytes([ROOT[0] ^ 1]) + ROOT[1:]
    notes = {
        "other-key": (note(TEXT, OTHER), "Signed by another key of the same name."),
        "witness-only": (note(TEXT, WITNESS), "Signed by somebody else."),
        "failing-beside-good": (note(TEXT, LOG) + failing, "The known key signs twice, once wrongly."),
        "size-changed": (note(TEXT, LOG).replace("\n4\n", "\n5\n"), "The size after signing."),
        "root-bit-flipped": (
            note(TEXT, LOG).replace(base64_of(ROOT), base64_of(other_root)),
            "One bit of the root after signing.",
        ),
        "duplicate-separator": (TEXT + "\n\n" + LOG.line(TEXT), "The text gains an empty line."),
        "extension-after-signing": (
            TEXT + "more\n\n" + LOG.line(TEXT),
            "Unsigned text is not interpreted, so the signature fails first.",
        ),
    }
    for name, (data, why) in notes.items():
        bad(name, {**given(TEXT), "checkpoint": data}, "VerificationNote", why)
    foreign = f"habeas.example/other\n4\n{base64_of(ROOT)}\n"
    bad("origin-of-other-log", given(foreign), "VerificationCheckpoint", "One key speaks for two logs.")
    named = {**given(TEXT), "vkey": Key("habeas.example/other", 0x33).vkey}
    bad("key-of-other-name", named, "VerificationCheckpoint", "The key does not bear the log's name.")
    upper = f"{ORIGIN.upper()}\n4\n{base64_of(ROOT)}\n"
    bad("origin-upper-case", given(upper), "VerificationCheckpoint", "Origins are compared byte for byte.")
    zero = f"{ORIGIN}\n0\n{base64_of(bytes(32))}\n"
    bad("empty-tree-zero-root", given(zero), "VerificationCheckpoint", "The empty tree has another root.")
    seed = {"origin": "habeas.example/other", "size": 4, "root": ROOT.hex(), "seed": LOG.seed.hex()}
    cases.bad(
        "sign-size-over-2-53",
        "checkpoint.sign",
        {**seed, "origin": ORIGIN, "size": 2**53},
        "MalformedCheckpoint",
        "What nobody could verify is not signed.",
    )
    cases.bad(
        "sign-root-31-bytes",
        "checkpoint.sign",
        {**seed, "origin": ORIGIN, "root": ROOT.hex()[2:]},
        "MalformedCheckpoint",
        "A byte short.",
    )
    cases.bad(
        "sign-origin-with-plus",
        "checkpoint.sign",
        {**seed, "origin": "a+b"},
        "MalformedKey",
        "The key of that name is made before the checkpoint is judged.",
    )
    cases.bad(
        "sign-for-other-log",
        "checkpoint.sign",
        {**seed, "key_name": ORIGIN},
        "VerificationCheckpoint",
        "A key signs for its own log only.",
    )


def main() -> None:
    cases = Cases("checkpoint")
    good(cases)
    malformed(cases)
    false_claims(cases)
    _cosignatures.checkpoints(cases)
    cases.write()


if __name__ == "__main__":
    main()
