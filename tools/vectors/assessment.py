"""Cases for the assessment of bundles: ``python -m tools.vectors.assessment``.

Expected values are written by hand: the base results of ``_assessment_case``, and what each case changes.
"""

from __future__ import annotations

from ledger.encoding import encode_json, sha256
from ledger.evm import parse_header
from tools.vectors._assessment_authorities import authorities, complaints, names_in_facts
from tools.vectors._assessment_case import (
    ANCHOR,
    ASSESS,
    BUNDLE,
    CONDITIONAL,
    FAILED,
    INDEX_CHECKS,
    NOT_CHECKED,
    NOW,
    PASSED,
    POLICY,
    QUOTED,
    SIZE,
    WHOLE,
    Change,
    Value,
    Writer,
    every,
    missing,
    no_index,
    not_complete,
    without,
)
from tools.vectors._assessment_case import base as base_result
from tools.vectors._assessment_days import days, days_before_the_case, scopes
from tools.vectors._assessment_evidence import contradictory, direct, malformed
from tools.vectors._assessment_false import false_claims
from tools.vectors._assessment_finding import deliveries, late
from tools.vectors._assessment_following import following, late_notices
from tools.vectors._assessment_index import contradictions, lists, no_root, replays
from tools.vectors._assessment_keys import keys
from tools.vectors._assessment_mail import mails_attested, mails_bound, mails_by_time, mails_changed, mails_shown
from tools.vectors._assessment_mail_apart import mails_apart, mails_written
from tools.vectors._assessment_mail_false import (
    mails_dated,
    mails_denied,
    mails_outside,
    mails_reused,
    mails_seen,
    mails_sent,
)
from tools.vectors._assessment_mail_word import mails_compared, mails_contradicted, mails_early
from tools.vectors._assessment_more_time import more_time
from tools.vectors._assessment_own_word import arrivals, disputes
from tools.vectors._assessment_parties import other_cases, parties, requester_bound
from tools.vectors._assessment_silence import long_lists, other_leaves, silences
from tools.vectors._assessment_stamps import bounds, false_stamps, stamps
from tools.vectors._bundles import START


def known_or_not(w: Writer) -> None:
    """What the verifier knows of the chain, and whom he believes."""
    w.add("everything-known", "Every block is known to be canonical and final.", 0, {})
    w.add("offline", "Nothing is known of the chain: what hangs below a block is conditional.", 3, {}, known=False)
    w.add(
        "offline-stale",
        "Without a block that is known, a time in a header says nothing about age.",
        3,
        {},
        known=False,
        now=NOW + 100 * 86_400,
    )
    only = {**_rows(NOT_CHECKED, CONDITIONAL), "contract": NOT_CHECKED, "newest-head": NOT_CHECKED}
    only |= {"submitted/0/canonical": NOT_CHECKED, "submitted/0/receipt": CONDITIONAL}
    given: Value = {"canonical": [ANCHOR], "head_size": None, "code_hash": None}
    w.add("anchor-vouched", "The anchor's block alone is enough for exit 0; no lower bound is.", 0, only, **given)
    pinned = POLICY.replace("rpc_quorum = 1\n", f"rpc_quorum = 1\npinned = [{_pin()}]\n")
    w.add(
        "anchor-pinned",
        "The policy vouches for the anchor's block.",
        0,
        only,
        policy=pinned,
        **{**given, "canonical": None},
    )
    wrong = pinned.replace("number = ", "number = 1")
    w.add(
        "anchor-pinned-at-another-number",
        "A pin holds for its number only; and who pins blocks takes nothing from one that he does not know.",
        3,
        not_complete(),
        policy=wrong,
        known=False,
        finding=None,
    )
    w.add(
        "asked-and-not-known",
        "A node was asked and knows no block of the bundle: nothing is proven in the log, whatever the bundle shows.",
        3,
        not_complete(),
        known=False,
        asked=True,
        finding=None,
    )
    gone: dict[str, str | None] = {f"anchor/{SIZE}/canonical": FAILED, "newest-head": NOT_CHECKED}
    gone |= {f"anchor/{SIZE}/{name}": NOT_CHECKED for name in ("receipt", "index-leaf")}
    gone |= {**every("/recorded", NOT_CHECKED), "fresh": NOT_CHECKED, "checkpoint": NOT_CHECKED}
    gone |= {**dict.fromkeys(INDEX_CHECKS, NOT_CHECKED), "ledger/opened": NOT_CHECKED}
    gone |= not_complete()
    w.add(
        "anchor-contradicted",
        "Every provider has another block there, whoever vouches.",
        1,
        gone,
        contradicted=[ANCHOR],
        finding=None,
    )
    lost = {f"block/{QUOTED[3]}/{name}": NOT_CHECKED for name in ("canonical", "header")}
    w.add(
        "quoted-block-contradicted",
        "Every provider has another block at the quoted height: no lower bound, and nothing else.",
        0,
        {**lost, "statement/3/signed": NOT_CHECKED},
        contradicted=[QUOTED[3]],
    )
    w.add(
        "newer-head",
        "The chain holds a newer anchor than is shown.",
        0,
        {"newest-head": NOT_CHECKED},
        head_size=SIZE + 3,
    )
    w.add("head-unborn", "The chain holds no head, yet shows the anchor.", 0, {"newest-head": NOT_CHECKED}, head_size=0)
    w.add(
        "other-code",
        "Other code stands at the contract's address.",
        1,
        {"contract": FAILED},
        code_hash=sha256(b"x").hex(),
        finding=None,
    )
    stale = "staleness_days = 1"
    old = POLICY.replace("staleness_days = 45", stale)
    w.add(
        "stale",
        "The newest anchor is older than the policy allows.",
        0,
        {"fresh": NOT_CHECKED},
        policy=old,
        now=NOW + 90_000,
    )
    w.cases.bad(
        "now-before-the-anchor",
        ASSESS,
        {"bundle": encode_json(WHOLE).decode(), "policy": POLICY, "now": START},
        "MalformedRequest",
        "Nobody can assess before what he assesses.",
    )


def _pin() -> str:
    number = parse_header(BUNDLE.anchors[SIZE].proof.header).number
    return f'{{ hash = "0x{ANCHOR}", number = {number} }}'


def _rows(canonical: str, below: str) -> dict[str, str | None]:
    """The checks of all quoted blocks."""
    rows: dict[str, str | None] = every("/signed", below)
    for block in QUOTED.values():
        rows |= {f"block/{block}/canonical": canonical, f"block/{block}/header": below}
    return rows


def unlisted(w: Writer) -> None:
    """A ledger that the policy does not list."""
    listed = {name: CONDITIONAL for name, value in base_result(PASSED).items() if value == PASSED}
    free = {"bundle", "case", *(name for name in listed if name.endswith(("/signature", "/author")))}
    differs: dict[str, str | None] = {name: value for name, value in listed.items() if name not in free}
    differs |= {
        "ledger": NOT_CHECKED,
        "ledger/opened": None,
        "fresh": None,
        "checkpoint": NOT_CHECKED,
        "contract": NOT_CHECKED,
        "index/replayed": NOT_CHECKED,
    }
    later = POLICY.replace("formats = [1]", "formats = [2]")
    nothing = {name: CONDITIONAL for name, value in base_result(PASSED).items() if value == PASSED}
    w.add(
        "format-not-accepted",
        "The policy accepts only a later version.",
        3,
        {**nothing, "bundle": NOT_CHECKED},
        policy=later,
        finding=None,
    )
    empty = "habeas_trust = 1\n"
    w.add(
        "ledger-unlisted",
        "Nothing about this ledger is believed; integrity is shown all the same.",
        3,
        differs,
        policy=empty,
        finding=None,
    )


def left_out(w: Writer) -> None:
    """Parts that are missing are not checked, and never failed."""
    no_anchor = {**every("/recorded", NOT_CHECKED), **without(f"anchor/{SIZE}/")}
    no_anchor |= {"newest-head": NOT_CHECKED, "fresh": NOT_CHECKED, "checkpoint": NOT_CHECKED}
    no_anchor |= {**no_index(), "ledger/opened": NOT_CHECKED}
    w.add(
        "without-anchors",
        "Nothing says when anything was recorded.",
        3,
        no_anchor,
        change=lambda v: v.pop("anchors"),
        finding=None,
    )
    w.add(
        "without-checkpoint",
        "The log's own signature is an extra.",
        0,
        {"checkpoint": NOT_CHECKED},
        change=lambda v: v.pop("checkpoint"),
    )
    bounds = {**every("/signed", NOT_CHECKED), **without("block/")}
    w.add("without-blocks", "No lower bounds; the statements stand.", 0, bounds, change=lambda v: v.pop("blocks"))
    w.add(
        "without-ticket",
        "The direct submission is an extra.",
        0,
        without("submitted/"),
        change=lambda v: v.pop("submitted"),
    )
    w.add(
        "without-path",
        "A statement's place is not shown.",
        3,
        missing({"statement/3/recorded": NOT_CHECKED}),
        change=lambda v: v["statements"]["3"].pop("path"),
        finding=None,
    )
    w.add(
        "without-size",
        "In which tree it stands is not shown.",
        3,
        missing({"statement/3/recorded": NOT_CHECKED}),
        change=lambda v: v["statements"]["3"].pop("size"),
        finding=None,
    )
    leaf = {f"anchor/{SIZE}/index-leaf": NOT_CHECKED, **no_index()}
    w.add(
        "without-index-leaf",
        "The size is not authenticated.",
        3,
        leaf,
        change=lambda v: v["anchors"][str(SIZE)].pop("index_leaf"),
        finding=None,
    )
    w.add(
        "without-leaf-0",
        "What the ledger said of itself is not shown.",
        3,
        {**_gone(0), "ledger/opened": NOT_CHECKED},
        change=_pop(0),
        grades={"0": None},
    )
    opening = missing(_gone(2), {"case": NOT_CHECKED, "statement/3/author": NOT_CHECKED})
    grades = {"2": None, "3": "none", "4": "none"}
    w.add(
        "without-the-opening",
        "Who is the requester is not shown.",
        3,
        opening,
        change=_pop(2),
        grades=grades,
        finding=None,
    )
    ticket = missing(_gone(3), {"submitted/0/receipt": NOT_CHECKED})
    w.add(
        "without-the-submitted-statement",
        "The ticket is of something that is not shown.",
        3,
        ticket,
        change=_pop(3),
        grades={"3": None},
        finding=None,
    )
    w.add(
        "without-the-binding",
        "Whose key answers is not shown.",
        3,
        missing(_gone(1)),
        change=_pop(1),
        grades={"1": None, "4": "none"},
        finding=None,
    )


def _pop(index: int) -> Change:
    return lambda value: value["statements"].pop(str(index))


def _gone(index: int) -> dict[str, str | None]:
    """A statement is out; the block that it alone quotes is quoted by nobody."""
    return {**without(f"statement/{index}/"), f"block/{QUOTED[index]}/header": NOT_CHECKED}


def main() -> None:
    """Write the folder."""
    writer = Writer()
    for group in (known_or_not, unlisted, left_out, false_claims, parties, other_cases, requester_bound):
        group(writer)
    for group in (lists, no_root, contradictions, replays, silences, long_lists, keys, other_leaves):
        group(writer)
    for group in (stamps, false_stamps, bounds):
        group(writer)
    mails = (
        mails_shown,
        mails_bound,
        mails_by_time,
        mails_changed,
        mails_attested,
        mails_reused,
        mails_denied,
        mails_seen,
        mails_outside,
        mails_dated,
        mails_sent,
        mails_early,
        mails_compared,
        mails_contradicted,
        mails_apart,
        mails_written,
    )
    findings = (deliveries, late, more_time, names_in_facts, direct, contradictory, malformed)
    for told in (
        *findings,
        disputes,
        arrivals,
        days,
        days_before_the_case,
        scopes,
        late_notices,
        complaints,
        following,
        authorities,
        *mails,
    ):
        told(writer.cases)
    writer.cases.write()


if __name__ == "__main__":
    main()
