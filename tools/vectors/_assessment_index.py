"""Assessment cases about step 9: the lists at one index root, who replayed it, and what a complete case lacks."""

from __future__ import annotations

from typing import Any

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.encoding import LAST_INSTANT, encode_base64, sha256
from ledger.evm import keccak256
from ledger.index import IndexEntry, encode_list
from ledger.leaf import INDEX_V1, NO_INDEX
from ledger.note import MAX_TIME, CosigningKey, SigningKey, add_cosignatures, cosign
from tools.vectors._assessment_case import (
    CONDITIONAL,
    FAILED,
    LISTS,
    MAKER,
    NOT_CHECKED,
    SIZE,
    Change,
    Writer,
    found,
    made,
    no_index,
    not_complete,
    without,
)
from tools.vectors._bundles import (
    AUDITOR,
    CHECKED_IN,
    LOG_KEY,
    OPENED,
    ORIGIN,
    REQUESTER,
    SECOND_AUDITOR,
    START,
    Maker,
    open_ledger,
    policy_bytes,
)

CLAIMED = found(index="claimed", replayed_by=[])
NOT_REPLAYED: dict[str, str | None] = {
    "index/replayed": NOT_CHECKED,
    **dict.fromkeys(("complete", "statement/4/standing"), CONDITIONAL),
}
SPOILED: dict[str, str | None] = {
    "index/replayed": FAILED,
    **dict.fromkeys(("complete", "statement/4/standing"), NOT_CHECKED),
}


def lists(w: Writer) -> None:
    """Each list that is needed, and what makes it false."""
    for whose, key in LISTS.items():
        w.add(
            f"list-missing-{whose}",
            "One of the lists that are needed is not shown.",
            3,
            {**not_complete(), f"list/{key}": None},
            change=lambda v, key=key: v["index"]["lists"].pop(f"0x{key}"),  # type: ignore[misc]
            finding=None,
        )
    company, empty = LISTS["company"], LISTS["by-company"]

    def false(name: str, why: str, key: str, change: Change) -> None:
        differs = {**not_complete(), f"list/{key}": FAILED}
        w.add(name, why, 1, differs, change=lambda v: change(v["index"]["lists"]), finding=None)

    entry = IndexEntry(4, bytes(32))
    forged = encode_base64(encode_list([entry]))
    false(
        "list-with-another-leaf",
        "The list shown names another leaf than the one of the index.",
        company,
        lambda v: v[f"0x{company}"].update(entries=forged),
    )
    false(
        "list-without-its-entries",
        "Without entries it says that the index has no list there, which is false.",
        company,
        lambda v: v[f"0x{company}"].pop("entries"),
    )
    false(
        "list-where-there-is-none",
        "Entries under a key that the index does not have.",
        empty,
        lambda v: v[f"0x{empty}"].update(entries=forged),
    )
    false(
        "list-with-the-proof-of-another",
        "The search path of another key.",
        company,
        lambda v: v[f"0x{company}"].update(proof=v[f"0x{LISTS['requester']}"]["proof"]),
    )
    hidden = {**without("statement/4/"), **not_complete()}
    w.add(
        "listed-and-withheld",
        "The company's statement is listed, and its bytes are not there: nobody can say whether it is an answer.",
        3,
        {**hidden, f"block/{_quoted(4)}/header": NOT_CHECKED},
        change=lambda v: v["statements"].pop("4"),
        grades={"4": None},
        finding=None,
    )


def _quoted(index: int) -> str:
    return MAKER.statements[index].statement.recent_block.hash.hex()


def no_root(w: Writer) -> None:
    """Nothing says which lists there are."""
    w.add("without-index", "No list is shown.", 3, no_index(), change=lambda v: v.pop("index"), finding=None)
    w.add(
        "index-without-its-anchor",
        "The index of a size whose anchor is not shown.",
        3,
        no_index(),
        change=lambda v: v["index"].update(size=SIZE + 1),
        finding=None,
    )
    differs = {**no_index(), "statement/4/author": NOT_CHECKED}
    claims_none = made(rule=NO_INDEX, auditors=())
    w.other(
        "rule-0",
        "A ledger that claims no index: nothing shows that nothing is missing.",
        claims_none,
        {},
        differs,
        None,
        3,
    )
    w.other(
        "rule-0-with-lists",
        "Lists of a tree whose index leaf claims none.",
        claims_none,
        {},
        differs,
        None,
        3,
        change=lambda v: v.update(index={"size": SIZE, "lists": {}}),
    )
    prose = Maker(transactions=1, rule=INDEX_V1, auditors=(AUDITOR,))
    open_ledger(prose)
    prose.say("case.opened", {**OPENED, "note": "they laughed"}, REQUESTER, in_case=False)
    prose.anchor()
    w.other(
        "opening-not-understood",
        "Whose case it is, and with whom, this version cannot read.",
        prose,
        {"1": "none"},
        {"complete": NOT_CHECKED, "statement/1/author": NOT_CHECKED},
        None,
        3,
    )
    early = Maker(transactions=1, rule=INDEX_V1, auditors=(AUDITOR,))
    open_ledger(early)
    early.anchor()
    early.say("case.opened", OPENED, REQUESTER, in_case=False)
    early.anchor()
    w.other(
        "opened-after-the-index",
        "The index is older than the case: that nothing was recorded before says nothing of it.",
        early,
        {"2": "self_stated"},
        {"complete": NOT_CHECKED},
        None,
        3,
        as_of=2,
    )


def contradictions(w: Writer) -> None:
    """The operator lies, and a statement that is proven to be in the log shows it."""
    unlisted = {"index/agrees": FAILED, "statement/4/standing": None}
    w.other(
        "answer-not-listed",
        "The operator left the company's answer out of the index; the holder of its proof contradicts.",
        made(unlisted={4}),
        {},
        unlisted,
        None,
        1,
    )
    w.other(
        "answer-not-listed-and-not-proven",
        "Without its path the answer contradicts nothing; it is shown, and not counted.",
        made(unlisted={4}),
        {},
        {"statement/4/recorded": NOT_CHECKED, "statement/4/standing": None},
        found(answer="none", answers=[], not_counted=[4]),
        change=lambda v: v["statements"]["4"].pop("path"),
    )
    lied, honest = _two_anchors(unlisted={4}), _two_anchors()
    w.other(
        "answer-not-listed-anchor-unknown",
        "Proven under an anchor that nobody knows, which anybody can make up: it accuses nobody.",
        lied,
        {"6": "self_stated"},
        {**_unknown_anchor(), "statement/4/standing": None},
        None,
        3,
        canonical=_known_but_the_first_anchor(lied),
    )
    w.other(
        "listed-proven-by-an-unknown-anchor",
        "The index's anchor is known, the one that proves the statements is not.",
        honest,
        {"6": "self_stated"},
        {**_unknown_anchor(), **not_complete()},
        None,
        3,
        canonical=_known_but_the_first_anchor(honest),
    )
    w.other(
        "list-names-another-leaf",
        "The operator lists another leaf than stands there.",
        made(forged={3: sha256(b"no leaf of this log")}),
        {},
        {"index/agrees": FAILED, **not_complete()},
        None,
        1,
    )


def _two_anchors(**fields: Any) -> Maker:
    """The case of the folder, and a check-in at leaf 6 under a second anchor of size 8."""
    maker = made(**fields)
    maker.say("case.confirmed", CHECKED_IN, REQUESTER)
    maker.anchor()
    return maker


def _known_but_the_first_anchor(maker: Maker) -> list[str]:
    bundle = maker.bundle()
    headers = [bundle.anchors[max(bundle.anchors)].proof.header, *bundle.blocks.values()]
    headers += [proof.header for proof in bundle.submitted.values()]
    return [keccak256(header).hex() for header in headers]


def _unknown_anchor() -> dict[str, str | None]:
    """The block of the anchor of size 6 is not known, that of size 8 is."""
    below = [f"anchor/{SIZE}/receipt", f"anchor/{SIZE}/index-leaf", "ledger/opened"]
    below += [f"statement/{index}/recorded" for index in range(5)]
    return {f"anchor/{SIZE}/canonical": NOT_CHECKED, **dict.fromkeys(below, CONDITIONAL), "complete": NOT_CHECKED}


def replays(w: Writer) -> None:
    """Who states that the index is right."""
    w.add(
        "no-auditor-in-the-policy",
        "The policy names no auditor: the index is the operator's claim.",
        3,
        NOT_REPLAYED,
        policy=policy_bytes().decode(),
        finding=CLAIMED,
    )
    w.add(
        "without-replay",
        "No auditor's statement is shown.",
        3,
        NOT_REPLAYED,
        change=lambda v: v.pop("replay"),
        finding=CLAIMED,
    )
    both = policy_bytes([AUDITOR, SECOND_AUDITOR]).decode()
    names = ["auditor.example/habeas", "second.example/habeas"]
    w.add(
        "replayed-one-short",
        "One auditor where the policy asks for two: none of them is named.",
        3,
        NOT_REPLAYED,
        policy=both,
        finding=CLAIMED,
    )
    w.add(
        "replayed-by-two",
        "Both auditors, in the order of the policy and not of the lines.",
        0,
        {},
        policy=both,
        change=_replay(SECOND_AUDITOR, AUDITOR),
        finding=found(replayed_by=names),
    )
    w.add(
        "replayed-by-one-of-two",
        "The policy names two, and asks for one of them.",
        0,
        {},
        policy=both.replace("quorum = 2", "quorum = 1"),
        change=_replay(SECOND_AUDITOR),
        finding=found(replayed_by=["second.example/habeas"]),
    )
    for name, time in (("last-second-of-9999", LAST_INSTANT), ("year-10000", LAST_INSTANT + 1), ("2-63", MAX_TIME)):
        w.add(
            f"replayed-{name}",
            "The time is the auditor's own word: whatever it is, the replay stands.",
            0,
            {},
            change=_replay(AUDITOR, time=time),
        )
    w.add(
        "replayed-by-an-unknown-auditor",
        "Nobody whom the policy names.",
        3,
        NOT_REPLAYED,
        change=_replay(SECOND_AUDITOR),
        finding=CLAIMED,
    )
    impostor = CosigningKey(AUDITOR.name, bytes.fromhex("88" * 32))
    w.add(
        "replayed-by-an-impostor",
        "The name of the policy's auditor over another key: another key id, so nobody known.",
        3,
        NOT_REPLAYED,
        change=_replay(impostor),
        finding=CLAIMED,
    )
    _failing_replays(w)
    maker = made()
    maker.say("case.confirmed", CHECKED_IN, REQUESTER)
    maker.anchor()
    w.other(
        "replayed-at-a-larger-size",
        "The auditor cosigned a later tree, which holds the index leaf of the earlier one.",
        maker,
        {"6": "self_stated"},
        {},
        found(),
        as_of=SIZE,
    )


def _failing_replays(w: Writer) -> None:
    def failing(name: str, why: str, change: Change) -> None:
        w.add(name, why, 1, SPOILED, change=change, finding=None)

    failing(
        "cosignature-does-not-verify", "The auditor signed another root.", _replay_of(_note(SIZE, sha256(b"x")), _ROOT)
    )
    failing(
        "replay-path-of-another",
        "The index leaf does not stand there in the cosigned tree.",
        lambda v: v["replay"].update(path=v["statements"]["3"]["path"]),
    )
    failing(
        "replay-of-a-smaller-tree",
        "A tree that was cosigned before the index leaf was in it.",
        _replay_of(_note(SIZE - 1, sha256(b"smaller")), None),
    )
    forged = sign_checkpoint(Checkpoint(ORIGIN, SIZE, MAKER.roots[SIZE]), SigningKey(ORIGIN, bytes(32)))
    failing("replay-not-signed-by-the-log", "Cosignatures do not stand in for the log's own.", _replay_of(forged, None))
    failing("replay-no-note", "What is cosigned is no note.", lambda v: v["replay"].update(checkpoint="AA=="))


_ROOT = MAKER.roots[SIZE]


def _note(size: int, root: bytes) -> bytes:
    return sign_checkpoint(Checkpoint(ORIGIN, size, root), LOG_KEY)


def _replay(*auditors: CosigningKey, time: int = START) -> Change:
    note = _note(SIZE, _ROOT)
    cosigned = add_cosignatures(note, [cosign(note, key, time) for key in auditors])
    return lambda value: value["replay"].update(checkpoint=encode_base64(cosigned))


def _replay_of(note: bytes, instead: bytes | None) -> Change:
    """``note`` cosigned by the auditor; with ``instead`` his line moves under the note of that root."""
    line = cosign(note, AUDITOR, START)
    if instead is None:
        cosigned = add_cosignatures(note, [line])
    else:
        cosigned = _note(SIZE, instead) + line
    return lambda value: value["replay"].update(checkpoint=encode_base64(cosigned))
