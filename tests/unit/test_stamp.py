"""Time stamps: each bit of a token counts, hostile bytes end in our own errors, and the two clocks stay apart."""

from __future__ import annotations

import dataclasses
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.assessment import Assessment, assess
from ledger.bundle import Bundle, ShownStamps, parse_bundle
from ledger.encoding import sha256
from ledger.errors import HabeasError, Malformed, MalformedStamp
from ledger.note import add_cosignatures, cosign
from ledger.policy import encode_policy, parse_policy
from ledger.stamp.request import encode_request, parse_response
from ledger.stamp.token import StampToken
from ledger.stamp.verify import TimeAuthority, der, stamped_note, verify_stamp
from ledger.verification.checks import Value
from ledger.verification.observed import Observed
from tools.vectors._authority import Authority, response
from tools.vectors._bundles import AUDITOR, LOG_KEY, ORIGIN, START, ledger_trust, small_case

ROOT = Path(__file__).resolve().parents[2]
ALPHA, BETA = Authority("alpha"), Authority("beta")
MESSAGE, TIME = b"a checkpoint\n", START
TOKEN = ALPHA.token(MESSAGE, TIME, nonce=7, accuracy=(1, 2, 3))


def believed(by: Authority) -> TimeAuthority:
    return TimeAuthority(by.name, (by.root.public_bytes(Encoding.DER),))


def outcome(raw: bytes) -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of certificates with odd serial numbers
        try:
            return verify_stamp(StampToken.parse(raw), MESSAGE, believed(ALPHA), TIME)
        except HabeasError as error:
            return error


def test_each_bit_of_a_token_counts() -> None:
    assert not isinstance(outcome(TOKEN), HabeasError)
    for place in range(8 * len(TOKEN)):
        flipped = bytearray(TOKEN)
        flipped[place // 8] ^= 1 << place % 8
        assert isinstance(outcome(bytes(flipped)), HabeasError), f"bit {place}"


def test_each_cut_and_each_byte_more() -> None:
    for length in range(len(TOKEN)):
        with pytest.raises(Malformed):
            StampToken.parse(TOKEN[:length])
    with pytest.raises(MalformedStamp):
        StampToken.parse(TOKEN + b"\0")


@given(st.binary(max_size=200))
def test_bytes_that_are_no_token(data: bytes) -> None:
    with pytest.raises(Malformed):
        StampToken.parse(data)
    with pytest.raises(HabeasError):
        parse_response(data, 1)


@settings(max_examples=200)
@given(st.data())
def test_pieces_of_a_token_put_together_wrongly(data: st.DataObject) -> None:
    """Whatever comes of it is an error of ours, or the token."""
    start, end, at = (data.draw(st.integers(0, len(TOKEN))) for _ in range(3))
    mixed = TOKEN[:at] + TOKEN[min(start, end) : max(start, end)] + TOKEN[at:]
    if mixed != TOKEN:
        assert isinstance(outcome(mixed), HabeasError)


def test_deep_nesting_is_no_matter_of_the_stack() -> None:
    data = b""
    for _ in range(2000):
        data = der.encode(der.SEQUENCE, data)
    with pytest.raises(Malformed):
        StampToken.parse(data[:16_384])
    with pytest.raises(MalformedStamp):
        parse_response(data, 1)


@given(st.integers(0, 2**64 - 1))
def test_a_request_is_answered_by_its_own_nonce(nonce: int) -> None:
    assert encode_request(MESSAGE, nonce) != encode_request(MESSAGE, nonce ^ 1)
    token = ALPHA.token(MESSAGE, TIME, nonce=nonce)
    assert parse_response(response(token), nonce).raw == token
    with pytest.raises(HabeasError, match="another request"):
        parse_response(response(token), nonce ^ 1)


@given(st.lists(st.integers(0, 2**64), max_size=5))
def test_object_identifiers_go_round(arcs: list[int]) -> None:
    text = ".".join(map(str, (1, 2, *arcs)))
    assert der.read(der.encode_oid(text), "it").oid("it") == text


@pytest.mark.parametrize("body", ["", "80", "8001", "2a80", "2a8001", "81"])
def test_object_identifiers_have_one_spelling(body: str) -> None:
    with pytest.raises(MalformedStamp):
        der.decode_oid(bytes.fromhex(body), "it")


@pytest.mark.parametrize("body", ["", "80", "ff", "0001", "01" * 34])
def test_whole_numbers_have_one_spelling(body: str) -> None:
    with pytest.raises(MalformedStamp):
        der.read(der.encode(der.INTEGER, bytes.fromhex(body)), "it").integer("it")


def test_a_policy_with_authorities_goes_round() -> None:
    named = TimeAuthority("by-hash", (), (sha256(b"root"),), ("1.2.3",), 30)
    listed = (believed(ALPHA), believed(BETA), named)
    policy = parse_policy(encode_policy(ledger_trust(), listed, 2))
    assert (policy.time_authorities, policy.time_quorum) == (listed, 2)


def stamped_case() -> Bundle:
    maker = small_case()
    maker.authorities = (ALPHA, BETA)
    return maker.bundle()


BUNDLE = stamped_case()
POLICY = parse_policy(encode_policy(ledger_trust(), (believed(ALPHA), believed(BETA)), 2))
NOW = START + 86_400


def assessed(bundle: Bundle) -> Assessment:
    return assess(parse_bundle(bundle.encode()), POLICY, Observed(), NOW)


def test_every_statement_has_a_second_clock_without_any_chain() -> None:
    result = assessed(BUNDLE)
    for view in result.statements:
        assert view.recorded_not_after is not None and view.recorded_not_after.value is Value.CONDITIONAL
        assert view.stamped_not_after is not None and view.stamped_not_after.value is Value.PASSED
        assert view.stamped_not_after.authorities == ("alpha", "beta")
        assert view.stamped_not_after.time == view.recorded_not_after.seconds + 31


def test_the_second_clock_outlives_the_anchors() -> None:
    """Neither anchors nor headers are needed for it: only statements, their paths, and the stamps."""
    bare = Bundle(BUNDLE.ledger, BUNDLE.case, BUNDLE.statements, {}, {}, None, (), {}, stamps=BUNDLE.stamps)
    result = assessed(bare)
    assert all(view.recorded_not_after is None for view in result.statements)
    assert all(view.stamped_not_after is not None for view in result.statements)


def test_a_statement_of_another_tree_has_none() -> None:
    statements = dict(BUNDLE.statements)
    index = max(statements)
    path = statements[index].path
    assert path is not None
    statements[index] = dataclasses.replace(statements[index], path=(bytes(32), *path[1:]))
    result = assessed(_with(statements=statements))
    assert result.exit_code == 1 and result.statements[-1].stamped_not_after is None


def test_of_two_tokens_of_one_authority_the_earlier_counts() -> None:
    """In whatever order they stand: the tree existed by the earlier one."""
    size = max(BUNDLE.stamps)
    note = BUNDLE.stamps[size].checkpoint
    policy = parse_policy(encode_policy(ledger_trust(), (believed(ALPHA),), 1))
    message = stamped_note(note, LOG_KEY.verifier, ORIGIN)[1]
    early, late = (ALPHA.token(message, NOW - seconds, accuracy=(1, 0, 0)) for seconds in (7_200, 3_600))
    shown = ShownStamps(note, tuple(sorted((early, late), key=sha256)))
    result = assess(parse_bundle(_with(stamps={size: shown}).encode()), policy, Observed(), NOW)
    times = {view.stamped_not_after.time for view in result.statements if view.stamped_not_after is not None}
    assert times == {NOW - 7_200 + 1}


def test_taking_stamps_out_never_improves_anything() -> None:
    """One token after the other, then the part: exit code and finding stay, values only sink."""
    whole = assessed(BUNDLE)
    for size, shown in BUNDLE.stamps.items():
        for token in shown.tokens:
            rest = tuple(item for item in shown.tokens if item != token)
            stamps = {**BUNDLE.stamps, size: ShownStamps(shown.checkpoint, rest)}
            _never_better(whole, assessed(_with(stamps=stamps)))
        _never_better(whole, assessed(_with(stamps={n: item for n, item in BUNDLE.stamps.items() if n != size})))


def _with(**parts: object) -> Bundle:
    held = {name: getattr(BUNDLE, name) for name in Bundle.__dataclass_fields__}
    return Bundle(**{**held, **parts})


def _never_better(whole: Assessment, less: Assessment) -> None:
    values = {item.check.name: item.value for item in whole.checks}
    assert all(item.value <= values[item.check.name] for item in less.checks)
    assert (less.exit_code, less.finding) == (whole.exit_code, whole.finding)


def test_cosignatures_leave_the_stamped_bytes_alone() -> None:
    note = BUNDLE.stamps[max(BUNDLE.stamps)].checkpoint
    cosigned = add_cosignatures(note, [cosign(note, AUDITOR, NOW)])
    assert cosigned != note
    assert stamped_note(cosigned, LOG_KEY.verifier, ORIGIN)[1] == note


def test_the_example_takes_out_what_was_stamped(tmp_path: Path) -> None:
    """``examples/stamped_bytes.py``: the bytes and the tokens, for a program that knows nothing of Habeas."""
    file, size = tmp_path / "case.habeas.json", max(BUNDLE.stamps)
    shown = BUNDLE.stamps[size]
    cosigned = add_cosignatures(shown.checkpoint, [cosign(shown.checkpoint, AUDITOR, NOW)])
    file.write_bytes(_with(stamps={size: ShownStamps(cosigned, shown.tokens)}).encode())
    call = [sys.executable, "-I", str(ROOT / "examples" / "stamped_bytes.py"), str(file), str(tmp_path)]
    subprocess.run(call, check=True, capture_output=True)
    note = (tmp_path / f"{size}.note").read_bytes()
    for number, raw in enumerate(shown.tokens):
        assert (tmp_path / f"{size}-{number}.der").read_bytes() == raw
        assert StampToken.parse(raw).imprint == sha256(note)
