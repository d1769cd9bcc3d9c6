"""Assessment cases for time stamps (step 11): a second clock, and what it never touches."""

from __future__ import annotations

import base64
import copy
import hashlib
from collections.abc import Callable
from typing import Any

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.encoding import encode_json, sha256
from tools.vectors._assessment_case import (
    CONDITIONAL,
    FAILED,
    NOT_CHECKED,
    NOW,
    PASSED,
    POLICY,
    SIZE,
    WHOLE,
    Value,
    Writer,
    made,
    plain,
)
from tools.vectors._authority import POLICY as TSA_POLICY
from tools.vectors._authority import Authority
from tools.vectors._bundles import LOG_KEY, ORIGIN, START
from tools.vectors._policy_time import entry

ALPHA, BETA, GAMMA = Authority("alpha"), Authority("beta"), Authority("gamma")
STAMPER = made(authorities=(ALPHA, BETA))
STAMPED = plain(STAMPER)
PLACE = str(SIZE)
NOTE = base64.b64decode(STAMPED["stamps"][PLACE]["checkpoint"])
TRUSTED = POLICY + entry("alpha", ALPHA.pem) + entry("beta", BETA.pem)
BOTH = TRUSTED.replace("staleness_days = 45\n", "staleness_days = 45\ntime_quorum = 2\n")
CLOCK = f"second-clock/{SIZE}"
LEAVES = [f"statement/{index}/stamped" for index in range(5)]
ANCHORED = START + 107 * 12
"""Time of the anchor's block, the 107th."""
LATE = 31
"""From the anchor's block to the bound: half a minute, and a second of accuracy."""


def _checks(alpha: str | None = PASSED, beta: str | None = PASSED, clock: str = PASSED, below: str = PASSED) -> Value:
    held = {f"stamps/{SIZE}": PASSED, CLOCK: clock, **dict.fromkeys(LEAVES, below)}
    return {**held, f"stamp/{SIZE}/alpha": alpha, f"stamp/{SIZE}/beta": beta}


def _put(*tokens: bytes) -> Callable[[Value], object]:
    texts = [base64.b64encode(token).decode() for token in sorted(tokens, key=sha256)]
    return lambda value: value["stamps"][PLACE].update(tokens=texts)


def _nobody(token: bytes) -> str:
    return f"stamp/{SIZE}/sha256:{hashlib.sha256(token).hexdigest()[:16]}"


def stamps(w: Writer) -> None:
    """Tokens by authorities of the policy, of others, and none."""

    def add(name: str, why: str, exit_code: int, checks: Value, **given: Any) -> None:
        w.add(name, why, exit_code, checks, **{"whole": STAMPED, "policy": BOTH, **given})

    add("stamps-two-of-two", "Both authorities of the policy had seen the checkpoint.", 0, _checks())
    add("stamps-offline", "No chain, and the second clock passes all the same.", 3, _checks(), known=False)
    one = _checks(beta=None)
    at = ANCHORED + 30
    alpha = ALPHA.token(NOTE, at)
    unclear = {**one, CLOCK: NOT_CHECKED, **dict.fromkeys(LEAVES, CONDITIONAL)}
    add("stamps-one-of-two", "One, where the policy asks for two.", 0, unclear, change=_put(alpha))
    add("stamps-one-of-one", "One, where one is enough.", 0, one, change=_put(alpha), policy=TRUSTED)
    twice = _put(alpha, ALPHA.token(NOTE, at + 60))
    add("stamps-one-authority-twice", "Two tokens of one authority count once.", 0, unclear, change=twice)
    stranger = GAMMA.token(NOTE, at)
    nobody = {**_checks(None, None, NOT_CHECKED, CONDITIONAL), _nobody(stranger): NOT_CHECKED}
    add("stamps-of-a-stranger", "No authority of the policy: nothing is said.", 0, nobody, change=_put(stranger))
    unlisted = _checks(None, None, NOT_CHECKED, CONDITIONAL)
    unlisted |= {_nobody(base64.b64decode(text)): NOT_CHECKED for text in STAMPED["stamps"][PLACE]["tokens"]}
    add("stamps-policy-lists-nobody", "A policy without time authorities.", 0, unlisted, policy=POLICY)
    early = {**_checks(NOT_CHECKED, NOT_CHECKED, NOT_CHECKED, CONDITIONAL)}
    later = _put(ALPHA.token(NOTE, at + 1_000), BETA.token(NOTE, at + 1_000))
    add("stamps-after-now", "Of a time that is still to come for who assesses.", 0, early, change=later, now=at)
    elsewhere = BOTH.replace('name = "alpha"\n', f'name = "alpha"\npolicies = ["{TSA_POLICY}.9"]\n')
    half = {**unclear, f"stamp/{SIZE}/alpha": NOT_CHECKED, f"stamp/{SIZE}/beta": PASSED}
    add("stamps-under-another-policy", "Its policy does not count here.", 0, half, policy=elsewhere)
    w.add("stamps-left-out", "Without stamps everything else is as before.", 0, {}, whole=WHOLE, policy=BOTH)


def false_stamps(w: Writer) -> None:
    """What an authority of the policy did not say."""

    def add(name: str, why: str, checks: Value, **given: Any) -> None:
        w.add(name, why, 1, checks, **{"whole": STAMPED, "policy": TRUSTED, **given})

    at = ANCHORED + 30
    good = BETA.token(NOTE, at)
    bad = _checks(alpha=FAILED)
    add("stamps-over-other-bytes", "The token stamps something else.", bad, change=_put(ALPHA.token(b"x", at), good))
    altered = bytearray(ALPHA.token(NOTE, at))
    altered[-1] ^= 1
    add("stamps-altered", "One bit of the signature.", bad, change=_put(bytes(altered), good))
    forged = Authority("alpha", root_of="gamma").token(NOTE, at)
    add("stamps-forged-root", "Somebody else in the name of the root.", bad, change=_put(forged, good))
    plain_usage = Authority("alpha", usage=()).token(NOTE, at)
    add("stamps-wrong-usage", "A certificate that is not for time stamps.", bad, change=_put(plain_usage, good))
    both = _put(ALPHA.token(NOTE, at), ALPHA.token(b"x", at), good)
    add("stamps-good-and-bad", "A good token does not hide a bad one of the same authority.", bad, change=both)
    junk = {**_checks(alpha=None), _nobody(b"junk"): FAILED}
    add("stamps-junk", "No token at all.", junk, change=_put(b"junk", good))
    other = sign_checkpoint(Checkpoint(ORIGIN, SIZE, sha256(b"other")), LOG_KEY)
    gone: Value = {f"stamps/{SIZE}": FAILED}
    forked = [base64.b64encode(other).decode()]
    for name, why, change in (
        ("stamps-other-root", "The log signed another tree of that size than it anchored.", _checkpoint(forked[0])),
        ("stamps-not-signed", "Nobody's checkpoint.", _checkpoint(base64.b64encode(_unsigned()).decode())),
        ("stamps-other-size", "The checkpoint is of another size.", _moved),
    ):
        name_of = "stamps/9" if change is _moved else f"stamps/{SIZE}"
        add(name, why, {name_of: FAILED} if change is _moved else gone, change=change)


def _checkpoint(text: str) -> Callable[[Value], object]:
    return lambda value: value["stamps"][PLACE].update(checkpoint=text)


def _unsigned() -> bytes:
    return NOTE[: NOTE.index(b"\n\n")].replace(b"\n6\n", b"\n7\n") + NOTE[NOTE.index(b"\n\n") :]


def _moved(value: Value) -> None:
    value["stamps"] = {"9": value["stamps"].pop(PLACE)}


def bounds(w: Writer) -> None:
    """The bound itself."""
    for name, why, policy, late, names in (
        ("stamped-one-of-two", "The earlier of two, where one is enough.", TRUSTED, LATE, ["alpha"]),
        ("stamped-two-of-two", "The later of two, where both are asked for.", BOTH, LATE + 600, ["alpha", "beta"]),
    ):
        value = copy.deepcopy(STAMPED)
        at = ANCHORED + 30
        _put(ALPHA.token(NOTE, at), BETA.token(NOTE, at + 600))(value)
        given = {"bundle": encode_json(value).decode("ascii"), "policy": policy, "now": NOW}
        bound = {"time": ANCHORED + late, "authorities": names, "value": PASSED}
        ok = {"stamped": {str(index): bound for index in range(5)}, "notes": 0}
        w.cases.good(name, "assessment.stamped", given, ok, why)
    value = copy.deepcopy(STAMPED)
    _put(ALPHA.token(NOTE, START - 86_400))(value)
    given = {"bundle": encode_json(value).decode("ascii"), "policy": TRUSTED, "now": NOW}
    bound = {"time": START - 86_399, "authorities": ["alpha"], "value": PASSED}
    every = {"stamped": {str(index): bound for index in range(5)}}
    why = "A day before the blocks that the statements quote: where these are not known, nothing is said against it."
    w.cases.good("stamped-before-unknown-blocks", "assessment.stamped", given, {**every, "notes": 0}, why)
    known = {**given, "canonical": sorted(_quoted())}
    why = "The same where the blocks are known: a note says that one of the two clocks is wrong."
    w.cases.good("stamped-before-known-blocks", "assessment.stamped", known, {**every, "notes": 5}, why)


def _quoted() -> set[str]:
    statements = STAMPED["statements"].values()
    return {item["signed"]["statement"]["recent_block"]["hash"][2:] for item in statements}
