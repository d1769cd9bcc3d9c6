"""/v1/cosignatures: taken are those of the ledger's auditors under its own checkpoints, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.bundle import parse_bundle
from ledger.checkpoint import Checkpoint, sign_checkpoint, verify_cosigned_checkpoint
from ledger.encoding import LAST_INSTANT
from ledger.note import MAX_TIME, NOTE_LIMIT, CosigningKey, add_cosignatures, cosign
from ledger.policy import parse_policy
from tests.api.conftest import JSON, TEXT, Api, opened
from tests.api.test_bad_input import is_problem
from tests.api.test_evidence import assessed, recorded, two_anchors
from tests.store.auditing import AUDITOR, SECOND, TIME, replay_and_cosign, vkeys

STRANGER = CosigningKey("stranger.example", bytes([0x68]) * 32)
SHOWN = "2026-10-14T17:46:40Z"


def note_of(api: Api, size: int) -> bytes:
    return api.world.services.reader.note(size)


def cosigned(api: Api, size: int, *auditors: CosigningKey, time: int = TIME) -> bytes:
    note = note_of(api, size)
    return add_cosignatures(note, [cosign(note, auditor, time) for auditor in auditors])


def test_given_listed_and_used(api: Api) -> None:
    """What was taken is listed as it stood, and goes into the bundles up to its size."""
    _, case, _ = two_anchors(api)
    note = replay_and_cosign(api.world.services, 3)
    answer = api.cosign(note)
    [given] = answer.json()["cosignatures"]
    assert (answer.status_code, given["size"], given["auditor"], given["time"]) == (200, 3, AUDITOR.name, SHOWN)
    assert (given["line"] + "\n").encode() in note and answer.headers["cache-control"] == "no-store"
    assert api.get("/v1/cosignatures").json() == answer.json()
    path = f"/v1/cases/0x{case.id.hex()}/bundle"
    shown, newest = (parse_bundle(api.get(path + query).content) for query in ("?as_of=3", ""))
    assert shown.replay is not None and newest.replay is None, "nobody replayed the newest"
    facts = api.world.facts
    checkpoint, [signed] = verify_cosigned_checkpoint(
        shown.replay.checkpoint, facts.vkey, facts.origin, [AUDITOR.verifier]
    )
    assert (checkpoint.size, signed.time) == (3, TIME)
    policy = parse_policy(api.get("/v1/trust-policy").content)
    assert policy.ledgers[facts.origin].auditors == (AUDITOR.verifier,)


def test_the_same_again_changes_nothing(api: Api) -> None:
    """Also with another time: what stands stays, and is what the answer shows."""
    two_anchors(api)
    first = api.cosign(cosigned(api, 3, AUDITOR))
    before = api.world.dump()
    for time in (TIME, TIME + 60, TIME - 60):
        assert api.cosign(cosigned(api, 3, AUDITOR, time=time)).json() == first.json()
    assert api.world.dump() == before


def test_of_two_by_one_auditor_the_latest_is_taken(lite: Api) -> None:
    two_anchors(lite)
    early, late = (cosign(note_of(lite, 3), AUDITOR, TIME + time) for time in (0, 60))
    for lines in ([late, early], [early, late]):
        note = note_of(lite, 3) + b"".join(lines)
        [given] = lite.cosign(note).json()["cosignatures"]
        assert (given["line"] + "\n").encode() == late and given["time"] == "2026-10-14T17:47:40Z"


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        (LAST_INSTANT, "9999-12-31T23:59:59Z"),
        (LAST_INSTANT + 1, "253402300800 seconds after 1970"),
        (MAX_TIME, "9223372036854775807 seconds after 1970"),
    ],
)
def test_a_time_that_is_none(lite: Api, time: int, shown: str) -> None:
    """An auditor can state any; the list, the bundle and its assessment go on all the same."""
    _, case, _ = two_anchors(lite)
    [given] = lite.cosign(cosigned(lite, 5, AUDITOR, time=time)).json()["cosignatures"]
    assert given["time"] == shown and lite.get("/v1/cosignatures").json()["cosignatures"] == [given]
    value = lite.get(f"/v1/cases/0x{case.id.hex()}/assessment").json()
    assert value["finding"]["replayed_by"] == [AUDITOR.name]
    assert any(shown in check["detail"] for check in value["checks"])


def test_strangers_beside_are_ignored(lite: Api) -> None:
    two_anchors(lite)
    note = cosigned(lite, 3, STRANGER, AUDITOR)
    broken = note.replace(cosign(note_of(lite, 3), STRANGER, TIME), cosign(note_of(lite, 5), STRANGER, TIME))
    for given in (note, broken):
        assert [item["auditor"] for item in lite.cosign(given).json()["cosignatures"]] == [AUDITOR.name]


def failing(api: Api) -> bytes:
    """Good for another checkpoint."""
    return note_of(api, 3) + cosign(note_of(api, 5), AUDITOR, TIME)


def failing_beside_good(api: Api) -> bytes:
    return cosigned(api, 3, AUDITOR) + cosign(note_of(api, 5), AUDITOR, TIME)


def other_text(api: Api) -> bytes:
    """The log's signature does not fit any more."""
    return cosigned(api, 3, AUDITOR).replace(b"\n3\n", b"\n5\n")


def signed_by_the_log(api: Api, size: int, root: bytes) -> bytes:
    """A checkpoint that the log's key signed, and the log never published; cosigned."""
    key = api.world.services.log_key
    assert key is not None
    note = sign_checkpoint(Checkpoint(key.name, size, root), key)
    return add_cosignatures(note, [cosign(note, AUDITOR, TIME)])


def unpublished(api: Api) -> bytes:
    return signed_by_the_log(api, 2_000, bytes(32))


def other_root(api: Api) -> bytes:
    return signed_by_the_log(api, 3, bytes([1]) * 32)


def between_checkpoints(api: Api) -> bytes:
    """A right root of a size that never got a checkpoint."""
    size = 7 if api.world.services.reader.size() > 7 else 3
    return signed_by_the_log(api, size, api.world.services.reader.root(size))


BAD: dict[str, tuple[Callable[[Api], bytes], int, str]] = {
    "nothing": (lambda api: b"", 400, "malformed-note"),
    "no note": (lambda api: b"{}", 400, "malformed-note"),
    "not utf-8": (lambda api: b"\xff\n\n", 400, "malformed-note"),
    "cosignature cut off": (lambda api: cosigned(api, 3, AUDITOR)[:-2], 400, "malformed-note"),
    "too large": (lambda api: b"a" * (NOTE_LIMIT + 1), 413, "malformed-size"),
    "too many lines": (lambda api: note_of(api, 3) + cosign(note_of(api, 3), STRANGER, 1) * 64, 413, "malformed-size"),
    "not signed by the log": (
        lambda api: note_of(api, 3).split(b"\n\n")[0] + b"\n\n" + cosign(note_of(api, 3), AUDITOR, TIME),
        422,
        "verification-note",
    ),
    "other text": (other_text, 422, "verification-note"),
    "failing": (failing, 422, "verification-note"),
    "failing beside a good one": (failing_beside_good, 422, "verification-note"),
    "nobody": (lambda api: note_of(api, 3), 409, "refused-cosignature"),
    "another auditor": (lambda api: cosigned(api, 3, STRANGER), 409, "refused-cosignature"),
    "unpublished size": (unpublished, 409, "refused-cosignature"),
    "other root": (other_root, 409, "refused-cosignature"),
}


@pytest.mark.parametrize("name", BAD)
def test_refused(lite: Api, name: str) -> None:
    two_anchors(lite)
    make, status, problem = BAD[name]
    made = make(lite)
    before = lite.world.dump()
    is_problem(lite.cosign(made), status, problem)
    assert lite.world.dump() == before
    assert lite.get("/v1/cosignatures").json() == {"cosignatures": []}


def test_a_size_without_a_checkpoint(lite: Api) -> None:
    """The tree had that size within a group of leaves, but nobody was ever shown it."""
    lite.world.accept(*(lite.world.opened(number=number) for number in range(1, 30)))
    lite.chain.anchor()
    made = between_checkpoints(lite)
    assert lite.world.services.reader.size() == 31
    is_problem(lite.cosign(made), 409, "refused-cosignature")


def test_wrong_types(lite: Api) -> None:
    two_anchors(lite)
    note, before = cosigned(lite, 3, AUDITOR), lite.world.dump()
    for headers in ({}, JSON, {"Content-Type": "text/html"}, {"Content-Type": "application/octet-stream"}):
        answer = lite.request("POST", "/v1/cosignatures", content=note, headers=headers)
        is_problem(answer, 415, "malformed-request")
    announced = {**TEXT, "Content-Length": str(NOTE_LIMIT + 1)}
    is_problem(lite.request("POST", "/v1/cosignatures", content=note, headers=announced), 413, "malformed-size")
    is_problem(lite.request("PUT", "/v1/cosignatures", content=note, headers=TEXT), 405, "malformed-request")
    assert lite.world.dump() == before
    with_charset = {"Content-Type": "text/plain; charset=utf-8"}
    assert lite.request("POST", "/v1/cosignatures", content=note, headers=with_charset).status_code == 200


def test_a_ledger_without_auditors(tmp_path: Path) -> None:
    with opened(tmp_path, auditors=[]) as api:
        two_anchors(api)
        problem = is_problem(api.cosign(cosigned(api, 3, AUDITOR)), 409, "refused-cosignature")
        assert "it lists nobody" in str(problem["detail"])
        [ledger] = parse_policy(api.get("/v1/trust-policy").content).ledgers.values()
        assert (ledger.auditors, ledger.quorum) == ((), 0)


def test_a_quorum_of_two(tmp_path: Path) -> None:
    """One of two is not enough; the checkpoint that the most cosigned is shown, the smallest of several."""
    with opened(tmp_path, auditors=vkeys(AUDITOR, SECOND), auditor_quorum=2) as api:
        _, case, _ = two_anchors(api)
        newest = api.chain.anchor()
        path = f"/v1/cases/0x{case.id.hex()}/bundle?as_of=3"
        for size, who, shown, exit_code in (
            (5, [AUDITOR], 5, 3),
            (3, [SECOND], 3, 3),
            (newest, [AUDITOR, SECOND], newest, 0),
            (5, [SECOND], 5, 0),
        ):
            assert api.cosign(replay_and_cosign(api.world.services, size, *who)).status_code == 200
            bundle = parse_bundle(api.get(path).content)
            assert bundle.replay is not None and bundle.replay.checkpoint.splitlines()[1] == str(shown).encode()
            assert assessed(api, bundle).exit_code == exit_code
        replayed = assessed(api, bundle).finding
        assert replayed is not None and replayed.silence.replayed_by == (AUDITOR.name, SECOND.name)


def test_in_pages(lite: Api) -> None:
    sizes = []
    for number in range(1, 6):
        recorded(lite, lite.world.opened(number=number))
        sizes.append(lite.chain.anchor())
        lite.cosign(cosigned(lite, sizes[-1], AUDITOR))
    path: str | None = "/v1/cosignatures?limit=2"
    seen: list[int] = []
    while path is not None:
        answer = lite.get(path)
        seen += [item["size"] for item in answer.json()["cosignatures"]]
        link = answer.headers.get("link")
        path = link.split(">")[0].removeprefix("<") if link else None
    assert seen == sizes
    assert lite.get(f"/v1/cosignatures?after={sizes[-1]}").json() == {"cosignatures": []}
    held = {"If-None-Match": lite.get("/v1/cosignatures").headers["etag"]}
    assert lite.get("/v1/cosignatures", held).status_code == 304
    for wrong in ("limit=0", "limit=1001", "after=-1", "after=x"):
        is_problem(lite.get(f"/v1/cosignatures?{wrong}"), 400, "malformed-request")
