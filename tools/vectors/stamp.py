"""Cases for time stamps: ``python -m tools.vectors.stamp``."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.encoding import sha256
from ledger.note import add_cosignatures, cosign
from tools.vectors import _authority as make
from tools.vectors import _captured_stamp as captured_stamp
from tools.vectors._authority import FROM, POLICY, UNTIL, Authority, der, integer, response, sequence
from tools.vectors._bundles import AUDITOR, LOG_KEY, ORIGIN, START
from tools.vectors.writing import Cases

PARSE, VERIFY, STAMPED, REQUEST, RESPONSE = (
    f"stamp.{name}" for name in ("parse", "verify", "stamped", "request", "response")
)
ALPHA, BETA = Authority("alpha"), Authority("beta")
NOTE = sign_checkpoint(Checkpoint(ORIGIN, 6, sha256(b"root")), LOG_KEY)
TIME, NOW = START + 3_600, START + 86_400
EARLY = (FROM, datetime(2026, 2, 1, tzinfo=UTC))
TOKEN = ALPHA.token(NOTE, TIME)
Value = dict[str, Any]


def text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def authority(by: Authority = ALPHA, **given: Any) -> Value:
    return {"name": by.name, "roots": [text(by.root.public_bytes(Encoding.DER))], **given}


def shown(**changes: Any) -> Value:
    """What a reader finds in ``TOKEN``, but for ``changes``."""
    known = {
        "policy": POLICY,
        "digest": make.SHA256,
        "imprint": hashlib.sha256(NOTE).hexdigest(),
        "time": TIME * 1_000_000,
        "accuracy": 1_000_000,
        "nonce": None,
        "certificates": 1,
        "algorithms": [make.SHA256, make.ECDSA_SHA256],
    }
    return {**known, **changes}


def reading(cases: Cases) -> None:
    def good(name: str, why: str, given: Value, **changes: Any) -> None:
        cases.good(name, PARSE, {"token": text(ALPHA.token(NOTE, TIME, **given))}, shown(**changes), why)

    good("token", "A token over a checkpoint.", {})
    good("accuracy-none", "The authority states no accuracy.", {"accuracy": None}, accuracy=None)
    good("accuracy-finer", "1 s, 500 ms and 20 µs.", {"accuracy": (1, 500, 20)}, accuracy=1_500_020)
    good("accuracy-of-milliseconds", "Seconds are left out.", {"accuracy": (0, 250, 0)}, accuracy=250_000)
    good("fraction", "Half a second past.", {"fraction": ".5"}, time=TIME * 1_000_000 + 500_000)
    good("nanoseconds", "Rounded up to a microsecond.", {"fraction": ".000000001"}, time=TIME * 1_000_000 + 1)
    good("nonce", "The number of the request.", {"nonce": 2**63}, nonce=str(2**63))
    good("certificates-two", "The root stands beside.", {"certificates": (ALPHA.signer, ALPHA.root)}, certificates=2)
    captured = shown(
        time=captured_stamp.TIME,
        accuracy=1_500_100,
        policy="1.2.3.4.1",
        nonce=str(captured_stamp.NONCE),
        certificates=2,
        algorithms=[make.SHA256, "1.2.840.113549.1.1.1"],
    )
    cases.good("captured-read", PARSE, {"token": captured_stamp.TOKEN}, captured, "A token that OpenSSL made.")
    listed = der(0x31, sequence(make.oid("1.2.3.4")), sequence(make.oid(make.SHA256)))
    good("digests-unknown", "Well formed; it does not verify.", {"listed": listed})
    good("certificates-none", "Well formed; nobody can verify it.", {"certificates": ()}, certificates=0)


def malformed(cases: Cases) -> None:
    def bad(name: str, token: bytes, why: str, error: str = "MalformedStamp") -> None:
        cases.bad(name, PARSE, {"token": text(token)}, error, why)

    def made(name: str, why: str, **given: Any) -> None:
        bad(name, ALPHA.token(NOTE, TIME, **given), why)

    bad("empty", b"", "No bytes.")
    bad("cut-off", TOKEN[:-1], "The last byte is missing.")
    bad("byte-after", TOKEN + b"\0", "A byte after the token.")
    bad("over-limit", bytes(16_385), "16,385 bytes.", "MalformedSize")
    bad("whole-answer", response(TOKEN), "The answer around the token.")
    bad("length-indefinite", b"\x30\x80" + TOKEN[4:] + b"\0\0", "BER: a length that is found at the end.")
    bad("length-long", b"\x30\x83\0" + TOKEN[2:], "A length with a zero in front.")
    bad("not-signed-data", sequence(make.oid(make.DATA), der(0xA0, der(0x04, b"x"))), "Other contents of a CMS file.")
    made("content-data", "Signed data that are no TSTInfo.", content=make.DATA)
    made("info-version-2", "A TSTInfo has version 1.", version=2)
    made("signers-two", "Whose time would count?", signers=2)
    made("signers-none", "Nobody signed.", signers=0)
    made("attributes-none", "The signature covers the contents alone, and names no certificate.", attributes=False)
    for name in (make.CONTENT_TYPE, make.MESSAGE_DIGEST, make.SIGNING_CERTIFICATE_V2):
        rest = frozenset({make.CONTENT_TYPE, make.MESSAGE_DIGEST, make.SIGNING_CERTIFICATE_V2} - {name})
        word = {make.CONTENT_TYPE: "content-type", make.MESSAGE_DIGEST: "digest"}.get(name, "certificate")
        made(f"attribute-{word}-missing", "It must be among the signed attributes.", attribute_set=rest)
    made("fraction-ends-in-zero", "DER has no zero at the end.", fraction=".50")
    made("fraction-empty", "A point and no digits.", fraction=".")
    made("fraction-with-comma", "DER has a point.", fraction=",5")
    for name, why, wrong in (
        ("time-before-1970", "The year 1969.", b"19691120090000Z"),
        ("time-no-such-day", "The 31st of November.", b"20261131090000Z"),
        ("time-leap-second", "A second that is counted nowhere here.", b"20261231235960Z"),
        ("time-without-z", "A local time.", b"20261120090000+"),
    ):
        right = datetime.fromtimestamp(TIME, UTC).strftime("%Y%m%d%H%M%SZ").encode()
        assert len(wrong) == len(right) and right in TOKEN
        bad(name, TOKEN.replace(right, wrong), why)
    made("digests-no-set", "A sequence in the place of the set of digest algorithms.", listed=sequence())
    made("digests-number", "A number in the place of an algorithm.", listed=der(0x31, integer(1)))
    wide = sequence(make.oid(make.SHA256), integer(1))
    made("digests-parameters", "A digest algorithm with a parameter.", listed=der(0x31, wide))
    made("accuracy-1000-ms", "That is a second.", accuracy=(0, 1000, 0))


def verifying(cases: Cases) -> None:
    def given(token: bytes, **changes: Any) -> Value:
        return {"token": text(token), "message": text(NOTE), "authority": authority(), "now": NOW, **changes}

    def good(name: str, why: str, token: bytes, bounds: tuple[int, int], **changes: Any) -> None:
        ok = {"authority": "alpha", "not_before": bounds[0], "not_after": bounds[1]}
        cases.good(name, VERIFY, given(token, **changes), ok, why)

    def bad(name: str, why: str, token: bytes, error: str = "VerificationStamp", **changes: Any) -> None:
        cases.bad(name, VERIFY, given(token, **changes), error, why)

    good("verified", "One second of accuracy on both sides.", TOKEN, (TIME - 1, TIME + 1))
    good("verified-sha-512", "Signed with SHA-512.", ALPHA.token(NOTE, TIME, signs=make.SHA512), (TIME - 1, TIME + 1))
    plain = ALPHA.token(NOTE, TIME, accuracy=None)
    why = "Where the token states no accuracy, the policy's is taken."
    good("accuracy-of-the-policy", why, plain, (TIME - 30, TIME + 30), authority=authority(accuracy_s=30))
    fine = ALPHA.token(NOTE, TIME, fraction=".25", accuracy=(0, 500, 0))
    good("bounds-rounded-outwards", "0.25 s past, give or take 0.5 s.", fine, (TIME - 1, TIME + 1))
    good(
        "policy-listed",
        "Its policy is among those that count.",
        TOKEN,
        (TIME - 1, TIME + 1),
        authority=authority(policies=["1.2.3", POLICY]),
    )
    rooted = ALPHA.token(NOTE, TIME, certificates=(ALPHA.signer, ALPHA.root))
    named = authority(roots=[], root_hashes=[sha256(ALPHA.root.public_bytes(Encoding.DER)).hex()])
    good(
        "root-by-hash",
        "The policy names the hash, the token holds the root.",
        rooted,
        (TIME - 1, TIME + 1),
        authority=named,
    )
    good(
        "expired-since",
        "Certificates are judged at the token's time, not at now.",
        TOKEN,
        (TIME - 1, TIME + 1),
        now=int(UNTIL.timestamp()) + 1,
    )
    second = captured_stamp.TIME // 1_000_000
    cases.good(
        "captured-verified",
        VERIFY,
        {
            "token": captured_stamp.TOKEN,
            "message": text(NOTE),
            "authority": {"name": "captured", "roots": [captured_stamp.ROOT]},
            "now": second,
        },
        {"authority": "captured", "not_before": second - 2, "not_after": second + 2},
        "A token that OpenSSL made, with RSA, its certificates in another order than DER has.",
    )
    null = der(0x05)
    for name, why, members in (
        ("with-null", "A NULL in the place of no parameters.", (sequence(make.oid(make.SHA256), null),)),
        ("two", "SHA-1 beside it, of no weight.", (_digest(make.SHA1), _digest(make.SHA256))),
        ("not-in-order", "Not in the order of DER.", (_digest(make.SHA512), _digest(make.SHA256))),
    ):
        token = ALPHA.token(NOTE, TIME, listed=der(0x31, *members))
        good(f"verified-digests-{name}", why, token, (TIME - 1, TIME + 1))
    good("a-minute-ahead", "Clocks differ.", TOKEN, (TIME - 1, TIME + 1), now=TIME - 60)

    for name, why, members in (
        ("unknown", "An algorithm that nobody knows stands beside the signer's.", ("1.2.3.4", make.SHA256)),
        ("md5", "MD5 stands beside the signer's.", ("1.2.840.113549.2.5", make.SHA256)),
        ("other", "Another algorithm than the signer's.", (make.SHA512,)),
        ("none", "No algorithm.", ()),
    ):
        listed = der(0x31, *(_digest(member) for member in members))
        bad(f"digests-{name}-listed", why, ALPHA.token(NOTE, TIME, listed=listed))
    bad("other-bytes", "It stamps another checkpoint.", ALPHA.token(NOTE + b"x", TIME))
    bad("imprint-by-sha-512", "A hash of another kind.", ALPHA.token(NOTE, TIME, algorithm=make.SHA512))
    bad("policy-unlisted", "Its policy does not count.", TOKEN, authority=authority(policies=["1.2.3"]))
    bad("in-the-future", "61 seconds after now.", TOKEN, now=TIME - 61)
    bad("untrusted-root", "It leads to another root.", TOKEN, authority=authority(BETA))
    forged = Authority("alpha", root_of="beta")
    bad("root-forged", "Somebody else signed in the name of the root.", forged.token(NOTE, TIME))
    bad("root-hash-absent", "The hash of a root that the token does not hold.", TOKEN, authority=named)
    for name, why, by in (
        ("certificate-expired", "The certificate had expired at the token's time.", Authority("alpha", valid=EARLY)),
        (
            "certificate-not-yet",
            "It was not valid yet.",
            Authority("alpha", valid=(datetime(2027, 1, 1, tzinfo=UTC), UNTIL)),
        ),
        ("usage-missing", "A certificate for anything.", Authority("alpha", usage=())),
        (
            "usage-other",
            "A certificate for signing code.",
            Authority("alpha", usage=(ExtendedKeyUsageOID.CODE_SIGNING,)),
        ),
        ("usage-not-critical", "RFC 3161 2.3: the extension is critical.", Authority("alpha", critical=False)),
        (
            "usage-and-another",
            "For time stamps alone.",
            Authority("alpha", usage=(ExtendedKeyUsageOID.TIME_STAMPING, ExtendedKeyUsageOID.CODE_SIGNING)),
        ),
    ):
        bad(name, why, by.token(NOTE, TIME))
    old = Authority("alpha", root_valid=EARLY)
    bad("root-expired", "The root had expired at the token's time.", old.token(NOTE, TIME), authority=authority(old))
    bad(
        "certificate-of-another",
        "The signed attributes name another certificate.",
        ALPHA.token(NOTE, TIME, bound_to=BETA.signer),
    )
    bad(
        "certificate-missing",
        "The signer's certificate is not in the token.",
        ALPHA.token(NOTE, TIME, certificates=(ALPHA.root,)),
    )
    longer = Authority("alpha", valid=(FROM, datetime(2037, 1, 1, tzinfo=UTC)))
    bad(
        "certificate-two-of-its-signer",
        "A second certificate with the signer's issuer and number: which of them signed?",
        ALPHA.token(NOTE, TIME, certificates=(ALPHA.signer, longer.signer)),
    )
    short = Authority("alpha", root_short=True)
    bad("root-key-short", "The root, which the token does not hold, has a key of 224 bits.", short.token(NOTE, TIME),
        authority=authority(short))  # fmt: skip
    bad("sha-1", "Signed with SHA-1.", ALPHA.token(NOTE, TIME, signs=make.SHA1))
    bad("signature-altered", "One bit of the signature.", TOKEN[:-1] + bytes([TOKEN[-1] ^ 1]))
    place = TOKEN.index(b"2026")
    bad(
        "time-altered",
        "A minute earlier than what was signed.",
        TOKEN[: place + 11] + bytes([TOKEN[place + 11] ^ 1]) + TOKEN[place + 12 :],
    )
    bad("certificate-broken", "A sequence that is no certificate.", _with_junk(), "MalformedStamp")
    weak = _with_junk(signs=make.SHA1)
    bad("certificate-broken-sha-1", "Certificates are read before algorithms are judged.", weak, "MalformedStamp")
    bad("certificate-broken-ahead", "But after the time.", _with_junk(), now=TIME - 61)
    broken = authority(roots=[text(sequence(integer(1)))])
    bad("root-broken", "A root that is no certificate.", TOKEN, "MalformedStamp", authority=broken)


def _digest(name: str) -> bytes:
    return sequence(make.oid(name))


def _with_junk(**given: Any) -> bytes:
    """The token with one more member among its certificates."""
    certificate = ALPHA.signer.public_bytes(Encoding.DER)
    held = make.Token(ALPHA, NOTE, TIME, **given)
    whole = held.encode()
    data = whole[whole.index(make.oid(make.SIGNED_DATA)) + len(make.oid(make.SIGNED_DATA)) :]
    inner = data[data.index(integer(3)) :]
    inner = inner.replace(der(0xA0, certificate), der(0xA0, certificate, sequence(integer(1))))
    return sequence(make.oid(make.SIGNED_DATA), der(0xA0, sequence(inner)))


def notes(cases: Cases) -> None:
    vkey = LOG_KEY.verifier.encode()
    cosigned = add_cosignatures(NOTE, [cosign(NOTE, AUDITOR, START)])
    ok = {"size": 6, "stamped": text(NOTE), "sha256": hashlib.sha256(NOTE).hexdigest()}
    given = {"vkey": vkey, "origin": ORIGIN}
    cases.good("stamped-plain", STAMPED, {**given, "checkpoint": text(NOTE)}, ok, "Text and the log's own line.")
    why = "A cosignature changes nothing: what is stamped bears the log's line alone."
    cases.good("stamped-cosigned", STAMPED, {**given, "checkpoint": text(cosigned)}, ok, why)
    line = NOTE[NOTE.index("\n\n— ".encode()) + 2 :]
    why = "The log's line twice: two spellings of what is stamped."
    cases.bad("stamped-signed-twice", STAMPED, {**given, "checkpoint": text(NOTE + line)}, "VerificationStamp", why)
    other = sign_checkpoint(Checkpoint(ORIGIN, 6, sha256(b"other")), LOG_KEY)
    mixed = other[: other.index(b"\n\n")] + NOTE[NOTE.index(b"\n\n") :]
    why = "The line belongs to another tree."
    cases.bad("stamped-not-signed", STAMPED, {**given, "checkpoint": text(mixed)}, "VerificationNote", why)


def asking(cases: Cases) -> None:
    nonce = 0x0123456789ABCDEF
    imprint = sequence(sequence(make.oid(make.SHA256), der(0x05)), der(0x04, hashlib.sha256(NOTE).digest()))
    expected = sequence(integer(1), imprint, integer(nonce), der(0x01, b"\xff"))
    given = {"message": text(NOTE), "nonce": str(nonce)}
    cases.good("request", REQUEST, given, {"request": text(expected)}, "Version 1, SHA-256, nonce, certificates.")
    answered = ALPHA.token(NOTE, TIME, nonce=nonce)

    def answer(data: bytes) -> Value:
        return {"response": text(data), "nonce": str(nonce)}

    ok = {"token": text(answered)}
    cases.good("answer", RESPONSE, answer(response(answered)), ok, "Granted.")
    cases.good(
        "answer-with-changes", RESPONSE, answer(response(answered, 1)), ok, "Granted; the token shows what changed."
    )
    words = sequence(sequence(integer(2), sequence(der(0x0C, b"no more today"))))

    def bad(name: str, data: bytes, why: str, error: str = "VerificationStamp") -> None:
        cases.bad(name, RESPONSE, answer(data), error, why)

    bad("answer-refused", words, "The authority refuses.")
    bad("answer-waiting", response(b"", 3), "Not now.")
    bad("answer-other-nonce", response(ALPHA.token(NOTE, TIME, nonce=nonce + 1)), "The answer to another request.")
    bad("answer-no-nonce", response(TOKEN), "An old answer could be played again.")
    bad("answer-without-token", response(b""), "Granted, and nothing there.", "MalformedStamp")
    bad("answer-html", b"<html>busy</html>", "A page in place of an answer.", "MalformedStamp")
    bad("answer-empty", b"", "No bytes.", "MalformedStamp")
    bad("answer-over-limit", bytes(20_481), "20,481 bytes.", "MalformedSize")


def main() -> None:
    """Write the folder."""
    cases = Cases("stamp")
    reading(cases)
    malformed(cases)
    verifying(cases)
    notes(cases)
    asking(cases)
    cases.write()


if __name__ == "__main__":
    main()
