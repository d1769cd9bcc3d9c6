"""Cases for cosignatures: those of notes go into ``note``, those of checkpoints into ``checkpoint``."""

from __future__ import annotations

import base64

from tools.vectors._note_points import IDENTITY, encode
from tools.vectors._signing import AUDITOR, LOG, ORIGIN, SECOND, WITNESS, Cosigner, base64_of, line, note
from tools.vectors.writing import Cases

VERIFY, SIGN, ADD, COSIGNED = "cosignature.verify", "cosignature.sign", "cosignature.add", "checkpoint.verify_cosigned"
# The tree of four leaves of docs/spec/log.md.
ROOT = bytes.fromhex("8973d6b40294e3998fc40ea23d314295369c90dba19548d5d573f9b367781e6c")
TEXT = f"{ORIGIN}\n4\n{base64_of(ROOT)}\n"
HEAD = note(TEXT, LOG)
TIME = 1767225600
MOST = 2**63 - 1
C2SP_NOTE = """example.com/behind-the-sofa
20852163
CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=

\N{EM DASH} example.com/behind-the-sofa \
Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=
\N{EM DASH} witness.example.com/w1 \
jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==
"""
# A published checkpoint of a certificate log, cosigned by public witnesses on 2026-05-23. Its first signature line
# is of a type that is not understood here.
PUBLIC_ORIGIN = "arche2025h1.staging.ct.transparency.dev"
PUBLIC_VKEY = f"{PUBLIC_ORIGIN}+ba2f06c0+AU0vHmlGCS/PdN8b2OaGmKprLI8HKM+dJ472xgFYh15f"
PUBLIC_TIME = 1779573024
PUBLIC_ROOT = "53b58cefd8ebcf2846679fc65014e933b373c1dc9f171eb5b77468be0702e11a"
PUBLIC_WITNESSES = [
    "remora.n621.de+da77ade7+BOvN63jn/bLvkieywe8R6UYAtVtNbZpXh34x7onlmtw2",
    "transparency.dev/DEV:witness-little-garden+d8042a87+BCtusOxINQNUTN5Oj8HObRkh2yHf/MwYaGX4CPdiVEPM",
    "witness1.smartit.nu/witness1+a48c820f+BPSFWg9G6KPiO7QPryYO5Xq4oYJJ+kAvLKLSimDhoxMO",
    "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv",
]
PUBLIC_LINES = [
    f"{PUBLIC_ORIGIN} zTM8sQAAAZ5W0WdjBAMARjBEAiBjW5IQf9pvsYLfQFX6hoGREPMHbdQ3urbllzalApkptQ"
    "IgIpwtEroeW2BXaHAI4kJXFbon5Ch9MNL5zRNZ55lvGt0=",
    f"{PUBLIC_ORIGIN} ui8GwCF1+kWqZrxGdhj4aX3gcw7XUlXQQabg/27lefwhUkzbC3NygNI75MdhL1bfTW9g8Ei59RA23oHP7Ry1k3ZFWwQ=",
    "transparency.dev/DEV:witness-little-garden 2AQqhwAAAABqEiEgzgFIqqhbUoDwjMWE6UP8nd8/KYTzwZ2rhIgcqoXHAwVk"
    "jZr4AscylP3v7sEodkRAErumC2q44vdgJY096st5BQ==",
    "witness1.smartit.nu/witness1 pIyCDwAAAABqEiEghIp82KWebrw7/oHQwlTAm3g2RKS4+eebl8eO0WH+/iEcxZ75W3u5hNI7TO"
    "QtmJbqmNWVuE0tgh0XwzdZsDsUAQ==",
    "remora.n621.de 2net5wAAAABqEiEgPlfF3V06o0Y+fHM+J5J9s27wgxxcOVSpZ/2g/KSiXCg9DEZI+aVCIobWX9sXTynk5XeU/zZ0"
    "WBxtqB0DrAWfBw==",
    "witness.stagemole.eu Z/euoAAAAABqEiEgw0i+7g2ENfDAWHmtRzCfKTHSDwYDJA2NmKeGi9Y8FtEyOUvVr+AJmIY/2TUFucgKi7"
    "lI7cUiOvKFYe/TmN9DAg==",
]
PUBLIC_NOTE = f"{PUBLIC_ORIGIN}\n1432088532\nU7WM79jrzyhGZ5/GUBTpM7NzwdyfFx61t3RovgcC4Ro=\n\n" + "".join(
    f"\N{EM DASH} {item}\n" for item in PUBLIC_LINES
)


def with_blob(blob: bytes) -> str:
    """The checkpoint with any bytes under the auditor's name and key id."""
    return HEAD + line(AUDITOR.name, AUDITOR.id + blob)


def failing() -> dict[str, tuple[str, str]]:
    """Checkpoints whose cosignature by AUDITOR fails, by the name of the fault."""
    blob = AUDITOR.timed(TEXT, TIME)
    good = AUDITOR.cosigned(TEXT, TIME)
    older = AUDITOR.timed(TEXT, TIME - 1)
    return {
        "time-altered": (with_blob((TIME + 1).to_bytes(8, "big") + blob[8:]), "The time after signing."),
        "time-of-another-cosignature": (with_blob(older[:8] + blob[8:]), "Time of one, signature of another."),
        "over-another-time": (HEAD + AUDITOR.cosigned(TEXT, TIME, TIME + 1), "Signed with another time than it bears."),
        "size-altered": ((HEAD + good).replace("\n4\n", "\n5\n"), "The size after signing."),
        "root-altered": (
            (HEAD + good).replace(base64_of(ROOT), base64_of(bytes([ROOT[0] ^ 1]) + ROOT[1:])),
            "One bit of the root after signing.",
        ),
        "signature-bit-flipped": (with_blob(blob[:-1] + bytes([blob[-1] ^ 1])), "One bit of the signature."),
        "blob-71-bytes": (with_blob(blob[:-1]), "A byte short."),
        "blob-73-bytes": (with_blob(blob + b"\0"), "A byte too many."),
        "blob-64-bytes": (with_blob(blob[8:]), "The time is missing."),
        "blob-1-byte": (with_blob(b"\0"), "Less than a time."),
        "time-2-63": (HEAD + AUDITOR.cosigned(TEXT, 2**63), "Well signed, but the time is over 2^63-1."),
        "time-2-64": (HEAD + AUDITOR.cosigned(TEXT, 2**64 - 1), "The largest time of 8 bytes."),
        "time-little-endian": (with_blob(TIME.to_bytes(8, "little") + blob[8:]), "The bytes of the time turned round."),
        "without-header": (with_blob(blob[:8] + AUDITOR.blob(TEXT)), "Signed as a plain note."),
        "time-with-leading-zero": (
            with_blob(blob[:8] + AUDITOR.blob(f"cosignature/v1\ntime 0{TIME}\n{TEXT}")),
            "The signed decimal has a leading zero.",
        ),
        "header-of-another-version": (
            with_blob(blob[:8] + AUDITOR.blob(f"cosignature/v2\ntime {TIME}\n{TEXT}")),
            "Another first line.",
        ),
        "without-last-newline": (with_blob(AUDITOR.timed(TEXT[:-1], TIME)), "Signed without the last newline."),
        "with-signature-lines": (with_blob(AUDITOR.timed(HEAD, TIME)), "Signed with the log's signature line."),
        "r-of-small-order": (with_blob(blob[:8] + bytes(32) + blob[40:]), "R is of small order."),
        "failing-after-good": (HEAD + good + line(AUDITOR.name, AUDITOR.id + bytes(72)), "Signs twice, once wrongly."),
        "failing-before-good": (with_blob(bytes(72)) + good, "As before in the other order."),
    }


def keys(cases: Cases) -> None:
    """Verifier keys of type 0x04."""

    def good(name: str, key: Cosigner, why: str) -> None:
        ok = {"name": key.name, "key_id": key.id.hex(), "type": 4, "public": key.public.hex()}
        cases.good(name, "vkey.parse", {"vkey": key.vkey}, ok, why)

    good("vkey-cosigner", AUDITOR, "A cosigner's key, seed 66 repeated 32 times.")
    good("vkey-cosigner-name-100", Cosigner("n" * 100, 0x66), "The longest name.")
    name, key_id, data = AUDITOR.vkey.split("+", 2)
    as_log = AUDITOR.vkey_of_type(1)
    texts = {
        "id-of-type-1": (f"{name}+{as_log.split('+')[1]}+{data}", "The id is that of the same key as a log's."),
        "type-1-with-this-id": (
            f"{name}+{key_id}+{as_log.split('+', 2)[2]}",
            "The type byte is changed, the id is not.",
        ),
        "key-31-bytes": (AUDITOR.vkey_of_type(4, AUDITOR.public[:-1]), "A byte short."),
        "key-of-small-order": (AUDITOR.vkey_of_type(4, encode(IDENTITY)), "The identity, refused as for a log's key."),
        "key-second-spelling": (AUDITOR.vkey_of_type(4, b"\xff" * 32), "y is 2^255-1."),
        "name-with-space": (Cosigner("a b", 0x66).vkey, "A space in the name."),
    }
    for label, (vkey, why) in texts.items():
        cases.bad(f"vkey-cosigner-{label}", "vkey.parse", {"vkey": vkey}, "MalformedKey", why)


def notes(cases: Cases) -> None:
    """Verifying one cosignature of a note."""

    def good(name: str, data: str, key: Cosigner, time: int, why: str) -> None:
        ok = {"text": data.rpartition("\n\n")[0] + "\n", "vkey": key.vkey, "time": str(time)}
        cases.good(f"cosignature-{name}", VERIFY, {"note": data, "vkey": key.vkey}, ok, why)

    text, _, lines = C2SP_NOTE.rpartition("\n\n")
    cases.good(
        "cosignature-c2sp-example-parses",
        "note.parse",
        {"note": C2SP_NOTE},
        {"text": text + "\n", "signatures": [shown(item) for item in lines.splitlines()]},
        "The example of c2sp.org/tlog-cosignature, whose keys are not published; the time in it is 1679315147.",
    )
    for number, vkey in enumerate(PUBLIC_WITNESSES, 1):
        ok = {"text": PUBLIC_NOTE.rpartition("\n\n")[0] + "\n", "vkey": vkey, "time": str(PUBLIC_TIME)}
        why = f"A published checkpoint of another log, cosigned by public witness {number}."
        cases.good(f"cosignature-public-witness-{number}", VERIFY, {"note": PUBLIC_NOTE, "vkey": vkey}, ok, why)
    now = AUDITOR.cosigned(TEXT, TIME)
    good("one", HEAD + now, AUDITOR, TIME, "The checkpoint of docs/spec/log.md, cosigned.")
    good("time-zero", HEAD + AUDITOR.cosigned(TEXT, 0), AUDITOR, 0, "The least time; its decimal is 0.")
    good("time-2-63-less-1", HEAD + AUDITOR.cosigned(TEXT, MOST), AUDITOR, MOST, "The greatest time.")
    later = AUDITOR.cosigned(TEXT, TIME + 60)
    good("latest-of-two", HEAD + later + now, AUDITOR, TIME + 60, "Several good ones: the latest time counts.")
    good("without-the-log", f"{TEXT}\n{now}", AUDITOR, TIME, "Whether the log signed is not asked here.")
    beside = HEAD + line(SECOND.name, SECOND.id + bytes(72)) + now
    good("unknown-failing-beside", beside, AUDITOR, TIME, "An unknown key's is ignored.")
    other_type = HEAD + line(AUDITOR.name, AUDITOR.id_of_type(1) + bytes(64)) + now
    good("same-key-as-type-1-beside", other_type, AUDITOR, TIME, "Same name and key, other type: another id, unknown.")

    def bad(name: str, data: str, vkey: str, why: str, error: str = "VerificationNote") -> None:
        cases.bad(f"cosignature-{name}", VERIFY, {"note": data, "vkey": vkey}, error, why)

    for name, (data, why) in failing().items():
        bad(name, data, AUDITOR.vkey, why)
    bad("absent", HEAD + SECOND.cosigned(TEXT, TIME), AUDITOR.vkey, "Cosigned by somebody else.")
    renamed = HEAD + line(SECOND.name, AUDITOR.id + AUDITOR.timed(TEXT, TIME))
    bad("under-another-name", renamed, AUDITOR.vkey, "The right signature behind another name.")
    of_type_1 = HEAD + line(AUDITOR.name, AUDITOR.id_of_type(1) + AUDITOR.timed(TEXT, TIME))
    bad("id-of-type-1", of_type_1, AUDITOR.vkey, "The right signature under the id of type 0x01.")
    bad("log-key", HEAD, LOG.vkey, "A log's signature is no cosignature, and its key is no cosigner's.")
    bad("public-size-altered", PUBLIC_NOTE.replace("1432088532", "42"), PUBLIC_WITNESSES[0], "Another size.")
    bad("key-malformed", HEAD + now, AUDITOR.vkey[:-4] + "AAA=", "The id is not of this key.", "MalformedKey")
    given = {"note": HEAD + now, "vkey": AUDITOR.vkey}
    why = "A cosigner's key signs no note as a log, even where its cosignature is good."
    cases.bad("verify-with-a-cosigning-key", "note.verify", given, "VerificationNote", why)
    forged = note(f"cosignature/v1\ntime {TIME}\n{TEXT}", LOG)
    as_cosigner = Cosigner(LOG.name, 0x33)
    blob = TIME.to_bytes(8, "big") + LOG.blob(forged.rpartition("\n\n")[0] + "\n")
    spoken = HEAD + line(as_cosigner.name, as_cosigner.id + blob)
    why = (
        "One key under both types: a note of this text is a cosignature. So no auditor has the log's key (checkpoints)."
    )
    good("made-of-a-note-of-the-same-key", spoken, as_cosigner, TIME, why)


def shown(item: str) -> dict[str, str]:
    _, name, text = item.split(" ")
    data = base64.b64decode(text)
    return {"name": name, "key_id": data[:4].hex(), "blob": data[4:].hex()}


def writing(cases: Cases) -> None:
    """Making cosignatures and putting them under a note."""
    given = {"note": HEAD, "name": AUDITOR.name, "seed": AUDITOR.seed.hex(), "time": str(TIME)}
    now = AUDITOR.cosigned(TEXT, TIME)
    cases.good("cosign", SIGN, given, {"line": now}, "Ed25519 is deterministic (RFC 8032).")
    most = {**given, "time": str(MOST)}
    cases.good("cosign-time-2-63-less-1", SIGN, most, {"line": AUDITOR.cosigned(TEXT, MOST)}, "The greatest time.")
    for name, changed, error, why in (
        ("time-2-63", {"time": str(2**63)}, "MalformedNote", "A second over the greatest time."),
        ("time-negative", {"time": "-1"}, "MalformedNote", "Before 1970."),
        ("named-like-the-log", {"name": ORIGIN}, "MalformedNote", "A cosigner bears its own name."),
        ("no-note", {"note": TEXT}, "MalformedNote", "A text without signatures."),
        ("name-with-plus", {"name": "a+b"}, "MalformedKey", "No + in a name."),
        ("seed-31-bytes", {"seed": AUDITOR.seed.hex()[2:]}, "MalformedKey", "A seed has 32 bytes."),
    ):
        cases.bad(f"cosign-{name}", SIGN, {**given, **changed}, error, why)
    adding(cases, now)


def adding(cases: Cases, now: str) -> None:
    later, second = AUDITOR.cosigned(TEXT, TIME + 60), SECOND.cosigned(TEXT, TIME)

    def good(name: str, data: str, lines: list[str], merged: str, why: str) -> None:
        cases.good(f"add-{name}", ADD, {"note": data, "lines": lines}, {"note": merged}, why)

    whole = HEAD + now + later + second
    good("three", HEAD, [second, later, now], whole, "The log first, then by name, key id and signature.")
    good("in-another-order", HEAD + later, [now, second], whole, "The same lines, one of them there before.")
    good("again", whole, [now, second, second], whole, "Each line once.")
    good("nothing", HEAD, [], HEAD, "A note without cosignatures stays as it is.")
    good(
        "sorts-what-was-there",
        f"{TEXT}\n{second}{LOG.line(TEXT)}",
        [now],
        HEAD + now + second,
        "Also those already there.",
    )
    unknown = WITNESS.line(TEXT)
    good(
        "beside-unknown", HEAD + unknown, [now], HEAD + now + unknown, "A line of a key that nobody here knows is kept."
    )
    twice = note(TEXT, LOG, LOG)
    good("log-line-twice", twice, [now], HEAD + now, "Each line once, also the log's.")
    many = [Cosigner(f"a{number:02}.example", number).cosigned(TEXT, TIME) for number in range(1, 65)]
    good("up-to-64-signatures", HEAD, many[:63], HEAD + "".join(many[:63]), "The log's and 63 more.")
    cases.bad("add-65-signatures", ADD, {"note": HEAD, "lines": many}, "MalformedSize", "64 are accepted.")
    huge = [line(f"a{number}.example", bytes(4 + 40_000)) for number in range(3)]
    cases.bad("add-over-the-size", ADD, {"note": HEAD, "lines": huge}, "MalformedSize", "Over 131,072 bytes.")
    for name, item, why in (
        ("named-like-the-log", LOG.line("another text\n"), "A failing line of the log would spoil the note."),
        ("two-lines", now + second, "One line each."),
        ("no-newline", now[:-1], "The line is not ended."),
        ("empty", "", "Nothing."),
        ("no-line", "now\n", "No signature line."),
        ("carriage-return", now[:-1] + "\r\n", "A line end of another kind."),
    ):
        cases.bad(f"add-{name}", ADD, {"note": HEAD, "lines": [item]}, "MalformedNote", why)


def checkpoints(cases: Cases) -> None:
    """Verifying a checkpoint with the cosignatures of auditors."""

    def given(data: str, *auditors: str) -> dict[str, object]:
        return {"checkpoint": data, "vkey": LOG.vkey, "origin": ORIGIN, "auditors": list(auditors)}

    def good(name: str, inputs: dict[str, object], found: list[tuple[str, int]], why: str) -> None:
        cosignatures = [{"vkey": vkey, "time": str(time)} for vkey, time in found]
        ok = {"origin": ORIGIN, "size": 4, "root": ROOT.hex(), "cosignatures": cosignatures}
        cases.good(f"cosigned-{name}", COSIGNED, inputs, ok, why)

    now, second = AUDITOR.cosigned(TEXT, TIME), SECOND.cosigned(TEXT, TIME + 5)
    both = [(AUDITOR.vkey, TIME), (SECOND.vkey, TIME + 5)]
    good("by-one", given(HEAD + now, AUDITOR.vkey), both[:1], "The cosigned checkpoint of docs/spec/log.md.")
    good("by-two", given(HEAD + now + second, AUDITOR.vkey, SECOND.vkey), both, "Two auditors, in the order asked for.")
    good("by-one-of-two", given(HEAD + second, AUDITOR.vkey, SECOND.vkey), both[1:], "One of them did not cosign.")
    good("by-nobody", given(HEAD, AUDITOR.vkey), [], "No cosignature: whether that is enough is for the policy to say.")
    good("nobody-asked-for", given(HEAD + now), [], "No auditor is known, so cosignatures are ignored.")
    forged = HEAD + now + line(SECOND.name, SECOND.id + bytes(72))
    good("unknown-failing-beside", given(forged, AUDITOR.vkey), both[:1], "An unknown cosigner's is ignored.")
    later = HEAD + AUDITOR.cosigned(TEXT, TIME + 60) + now
    good("latest-of-two", given(later, AUDITOR.vkey), [(AUDITOR.vkey, TIME + 60)], "The latest time counts.")
    found = [{"vkey": vkey, "time": str(PUBLIC_TIME)} for vkey in PUBLIC_WITNESSES]
    cases.good(
        "cosigned-public-witnesses",
        COSIGNED,
        {"checkpoint": PUBLIC_NOTE, "vkey": PUBLIC_VKEY, "origin": PUBLIC_ORIGIN, "auditors": PUBLIC_WITNESSES},
        {"origin": PUBLIC_ORIGIN, "size": 1432088532, "root": PUBLIC_ROOT, "cosignatures": found},
        "A published checkpoint of another log, cosigned by four public witnesses.",
    )

    def bad(name: str, inputs: dict[str, object], error: str, why: str) -> None:
        cases.bad(f"cosigned-{name}", COSIGNED, inputs, error, why)

    for name, (data, why) in failing().items():
        bad(name, given(data, AUDITOR.vkey), "VerificationNote", why)
    bad(
        "one-of-two-fails", given(forged, AUDITOR.vkey, SECOND.vkey), "VerificationNote", "A good one does not hide it."
    )
    without_log = f"{TEXT}\n{now}{second}"
    bad(
        "without-the-log",
        given(without_log, AUDITOR.vkey, SECOND.vkey),
        "VerificationNote",
        "Auditors do not replace the log.",
    )
    log_fails = f"{TEXT}\n" + line(ORIGIN, LOG.id + bytes(64)) + now
    bad("log-signature-fails", given(log_fails, AUDITOR.vkey), "VerificationNote", "The log's own signature fails.")
    foreign = f"habeas.example/other\n4\n{base64_of(ROOT)}\n"
    elsewhere = note(foreign, LOG) + AUDITOR.cosigned(foreign, TIME)
    bad("checkpoint-of-another-log", given(elsewhere, AUDITOR.vkey), "VerificationCheckpoint", "Another origin.")
    extended = TEXT + "more\n"
    more = note(extended, LOG) + AUDITOR.cosigned(extended, TIME)
    bad("extension-line", given(more, AUDITOR.vkey), "MalformedCheckpoint", "Cosigned or not, no extension lines.")
    auditors(cases, given(HEAD + now))


def auditors(cases: Cases, given: dict[str, object]) -> None:
    """Auditors that are not apart from the log and from each other."""
    renamed = Cosigner("self.example", 0x33).vkey
    for name, listed, why in (
        ("log-key-as-auditor", [LOG.vkey], "A key of type 0x01 makes no cosignature."),
        ("auditor-of-type-1", [WITNESS.vkey], "Of another owner, but of type 0x01."),
        ("auditor-named-like-the-log", [Cosigner(ORIGIN, 0x66).vkey], "An auditor bears its own name."),
        ("auditor-with-the-key-of-the-log", [renamed], "The log under another name."),
        ("auditor-twice", [AUDITOR.vkey, AUDITOR.vkey], "It would count twice."),
        ("auditors-of-one-key", [AUDITOR.vkey, Cosigner("other.example", 0x66).vkey], "One owner under two names."),
        ("auditors-of-one-name", [AUDITOR.vkey, Cosigner(AUDITOR.name, 0x77).vkey], "Names tell auditors apart."),
    ):
        cases.bad(f"cosigned-{name}", COSIGNED, {**given, "auditors": listed}, "VerificationCheckpoint", why)
    log = {**given, "vkey": Cosigner(ORIGIN, 0x33).vkey, "auditors": [AUDITOR.vkey]}
    cases.bad("cosigned-cosigning-key-as-log", COSIGNED, log, "VerificationNote", "A cosigning key signs for no log.")
    log = {name: value for name, value in log.items() if name != "auditors"}
    cases.bad(
        "verify-cosigning-key-as-log", "checkpoint.verify", log, "VerificationNote", "As above, without auditors."
    )
