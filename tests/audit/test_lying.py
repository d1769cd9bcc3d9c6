"""Every lie of an operator is found, or what he withholds is said to be withheld."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.cli.auditing.audit import Options, audit
from ledger.cli.auditing.report import AuditReport
from ledger.encoding import sha256
from ledger.fraud.procedure import verify_fraud
from ledger.fraud.proof import parse_fraud
from ledger.leaf import NO_INDEX, NO_KEY, IndexLeaf, StatementLeaf, case_key, index_key
from ledger.policy import parse_policy
from ledger.tiles import addendum_path, encode_entries, entries_path, tile_path
from ledger.verification.observed import Observed
from tests.audit.log_operator import Lists, LogOperator, opening, person, said, serve

ANN, BEN, SHOP = person("ann"), person("ben"), person("shop")
CASE = opening(ANN)
ASKED = said("request.withdrawn", ANN, case=CASE.id)
ANSWER = said("request.refused", SHOP, case=CASE.id)
SECOND = said("request.refused", SHOP, case=CASE.id, number=8)
OTHER = opening(BEN)
SHOP_KEY, ANN_KEY = index_key(ANSWER, CASE.statement.ledger), index_key(CASE, CASE.statement.ledger)
MARY_KEY = case_key(CASE.id, person("mary").address)


def story() -> LogOperator:
    """A log with two cases and an answer, not closed."""
    log = LogOperator.opened()
    for signed in (CASE, ASKED, ANSWER, SECOND, OTHER):
        log.record(signed.raw)
    return log


def audited(
    log: LogOperator, tmp_path: Path, *, where: str | None = None, chain: bool = True, **given: object
) -> AuditReport:
    """The audit of what the operator publishes."""
    folder = log.publish(tmp_path / "log")
    options = Options(where or str(folder), trust=log.policy(tmp_path), **given)  # type: ignore[arg-type]
    return audit(options, lambda text: None, {"a node": log.chain} if chain else None)


def check_proofs(log: LogOperator, tmp_path: Path, report: AuditReport, claim: str, count: int = 1) -> None:
    """The proofs that were written convince who knows the blocks; each fits into 12 kB and its statements."""
    policy = parse_policy(log.policy(tmp_path).read_bytes())
    blocks = {block.info.hash: "a test" for block in log.chain.blocks}
    known = {log.trust().chain.genesis: Observed(canonical=blocks, code_hash=log.trust().code_hash)}
    assert len(report.proofs) == count
    for name in report.proofs:
        data = (tmp_path / "proofs" / name).read_bytes()
        proof = parse_fraud(data)
        assert proof.claim == claim and len(data) <= 12_288 + 8192
        assert verify_fraud(proof, policy, known).exit_code == 0


def kinds(report: AuditReport) -> set[str]:
    return {item.kind for item in report.findings}


def test_an_honest_log(tmp_path: Path) -> None:
    log = story()
    log.close()
    assert log.anchor()
    report = audited(log, tmp_path)
    assert (report.exit_code, report.findings, report.not_checked) == (0, [], [])
    assert report.replay.tally.rule_1 == 2 and len(report.replay.kept) == 3
    assert audited(log, tmp_path, chain=False).exit_code == 3


def drop(lists: Lists, key: bytes, place: int | None = None) -> None:
    if place is None:
        del lists[key]
    else:
        lists[key] = lists[key][: 40 * place] + lists[key][40 * place + 40 :]


LIES: dict[str, tuple[str, Callable[[Lists], object]]] = {
    "a list left out": ("omitted", lambda lists: drop(lists, SHOP_KEY)),
    "a statement left out": ("omitted", lambda lists: drop(lists, SHOP_KEY, 0)),
    "the newest statement left out": ("omitted", lambda lists: drop(lists, SHOP_KEY, 1)),
    "a whole index left out": ("omitted", lambda lists: lists.clear()),
    "listed for another author": ("foreign", lambda lists: lists.update({MARY_KEY: lists[SHOP_KEY][:40]})),
    "another leaf": (
        "foreign",
        lambda lists: lists.update({SHOP_KEY: lists[SHOP_KEY][:8] + sha256(b"no leaf") + lists[SHOP_KEY][40:]}),
    ),
    "an entry too many": ("foreign", lambda lists: lists.update({ANN_KEY: bytes(8) + bytes(32) + lists[ANN_KEY]})),
    "reordered": ("malformed", lambda lists: lists.update({SHOP_KEY: lists[SHOP_KEY][40:] + lists[SHOP_KEY][:40]})),
    "twice": ("malformed", lambda lists: lists.update({SHOP_KEY: lists[SHOP_KEY][:40] * 2})),
    "beyond the tree": ("malformed", lambda lists: lists.update({SHOP_KEY: (1000).to_bytes(8) + bytes(32)})),
    "no list at all": ("malformed", lambda lists: lists.update({SHOP_KEY: b"39 bytes are no list of entries at all."})),
    "an empty list": ("malformed", lambda lists: lists.update({SHOP_KEY: b""})),
}


@pytest.mark.parametrize("name", LIES)
def test_a_false_index_is_found_and_opened(name: str, tmp_path: Path) -> None:
    """The audit names the kind, the key and, where one is concerned, the leaf."""
    kind, lie = LIES[name]
    log = story()
    log.close(lie)
    assert log.anchor()
    log.publish(tmp_path / "log")
    with serve(log, tmp_path / "log") as url:
        report = audited(log, tmp_path, where=url, fraud_out=tmp_path / "proofs")
    assert report.exit_code == 1 and kinds(report) == {kind}
    assert all(item.provable and item.key is not None for item in report.findings)
    check_proofs(log, tmp_path, report, kind, len(report.findings))


@pytest.mark.parametrize("name", LIES)
def test_a_false_index_is_found_without_its_lists(name: str, tmp_path: Path) -> None:
    """Where the operator opens nothing, the wrong root is said all the same."""
    log = story()
    log.close(LIES[name][1])
    assert log.anchor()
    for report in (audited(log, tmp_path), audited(log, tmp_path, chain=False)):
        assert report.exit_code == 1 and kinds(report) == {"index_root"}
        assert not any(item.provable for item in report.findings)


def test_an_older_false_index_is_found_too(tmp_path: Path) -> None:
    """Also where the newest index is right again."""
    log = story()
    log.close(LIES["a list left out"][1])
    log.anchor()
    log.record(said("case.confirmed", ANN, case=CASE.id).raw)
    log.close()
    log.anchor()
    report = audited(log, tmp_path)
    assert [item.size for item in report.findings] == [7] and kinds(report) == {"index_root"}


def test_a_random_root(tmp_path: Path) -> None:
    log = story()
    log.close(root=sha256(b"no trie"))
    log.anchor()
    assert kinds(audited(log, tmp_path)) == {"index_root"}


def test_a_leaf_with_a_key_that_is_not_that_of_its_bytes(tmp_path: Path) -> None:
    """It is not indexable, and an index that lists it is false."""
    log = story()
    place = log.record(said("request.fulfilled", BEN, case=CASE.id).raw, key=SHOP_KEY)
    entry = place.to_bytes(8) + StatementLeaf(SHOP_KEY, log.leaves[place][32:64]).hash()
    log.close(lambda lists: lists.update({SHOP_KEY: lists[SHOP_KEY] + entry}))
    log.anchor()
    log.publish(tmp_path / "log")
    with serve(log, tmp_path / "log") as url:
        report = audited(log, tmp_path, where=url, fraud_out=tmp_path / "proofs")
    check_proofs(log, tmp_path, report, "foreign")
    assert kinds(report) == {"wrong_key"} and report.findings[0].index == place
    assert report.replay.tally.seen[3] == 1


@pytest.mark.parametrize("key", [NO_KEY, sha256(b"a key of nobody")])
def test_an_answer_that_the_operator_itself_put_under_a_wrong_key(key: bytes, tmp_path: Path) -> None:
    """By definition it is in no list and the index is right; that the operator chose the key is said all the same."""
    log = LogOperator.opened()
    log.record(CASE.raw)
    place = log.record(ANSWER.raw, key=key)
    log.submit(SECOND.raw, key)  # its sender's own choice
    log.take()
    log.close()
    assert log.anchor()
    report = audited(log, tmp_path)
    assert report.exit_code == 0 and report.replay.tally.seen[3] == 2
    [note] = report.notes
    assert note.startswith("1 leaves stand under a key") and f"chose it: {place}." in note


# --- trees ----------------------------------------------------------------------------------------


def test_two_checkpoints_of_one_size(tmp_path: Path) -> None:
    log = story()
    log.close()
    log.anchor()
    (tmp_path / "seen").write_bytes(log.checkpoint(root=sha256(b"another tree")))
    report = audited(log, tmp_path, checkpoints=[tmp_path / "seen"], fraud_out=tmp_path / "proofs")
    assert kinds(report) == {"fork"} and all(item.provable for item in report.findings)
    check_proofs(log, tmp_path, report, "fork", len(report.findings))


def test_a_checkpoint_that_the_log_does_not_extend(tmp_path: Path) -> None:
    log = story()
    log.close()
    log.anchor()
    (tmp_path / "seen").write_bytes(log.checkpoint(size=4, root=sha256(b"another tree")))
    report = audited(log, tmp_path, checkpoints=[tmp_path / "seen"], fraud_out=tmp_path / "proofs")
    assert kinds(report) == {"fork"} and report.findings[0].size == 4
    check_proofs(log, tmp_path, report, "fork")


def test_a_log_that_is_not_the_anchored_one(tmp_path: Path) -> None:
    """Another history is shown than the one that the contract guards."""
    log = story()
    log.close()
    log.anchor()
    shown = LogOperator.opened()
    shown.chain = log.chain
    for signed in (CASE, ASKED, SECOND, ANSWER, OTHER):
        shown.record(signed.raw)
    shown.close()
    report = audited(shown, tmp_path, fraud_out=tmp_path / "proofs")
    assert kinds(report) == {"fork"} and all(item.provable for item in report.findings)
    check_proofs(log, tmp_path, report, "fork", len(report.findings))


def test_a_log_that_changed_since_the_last_audit(tmp_path: Path) -> None:
    log = story()
    log.close()
    state = {"state": tmp_path / "state", "chain": False}
    assert audited(log, tmp_path, **state).exit_code == 3  # type: ignore[arg-type]
    other = LogOperator.opened()
    for signed in (CASE, ASKED, SECOND, ANSWER, OTHER):
        other.record(signed.raw)
    other.close()
    other.record(opening(SHOP).raw)
    other.close()
    report = audited(other, tmp_path, resume=True, fraud_out=tmp_path / "proofs", **state)  # type: ignore[arg-type]
    assert report.exit_code == 1 and kinds(report) == {"fork"}
    check_proofs(other, tmp_path, report, "fork")
    # The honest log is not accused for what another showed.
    log.record(opening(SHOP).raw)
    log.published = 0
    report = audited(log, tmp_path, resume=True, **state)  # type: ignore[arg-type]
    assert report.findings == [] and report.reused == 8


def test_an_anchored_tree_without_its_index_leaf(tmp_path: Path) -> None:
    log = story()
    log.anchor()
    report = audited(log, tmp_path, fraud_out=tmp_path / "proofs")
    assert kinds(report) == {"last_leaf"} and report.findings[0].provable
    check_proofs(log, tmp_path, report, "last_leaf")


def test_an_index_leaf_that_names_another_size(tmp_path: Path) -> None:
    log = story()
    log.append(IndexLeaf(5, 1, sha256(b"root")).encode())
    log.anchor()
    report = audited(log, tmp_path, fraud_out=tmp_path / "proofs")
    assert kinds(report) == {"last_leaf"}
    check_proofs(log, tmp_path, report, "last_leaf")


def test_rule_0_after_rule_1(tmp_path: Path) -> None:
    log = story()
    log.close(rule=NO_INDEX)
    log.anchor()
    report = audited(log, tmp_path, fraud_out=tmp_path / "proofs")
    assert kinds(report) == {"rule"}
    check_proofs(log, tmp_path, report, "last_leaf")


def test_an_entry_that_is_no_leaf(tmp_path: Path) -> None:
    log = story()
    log.append(b"no leaf")
    log.close()
    log.anchor()
    assert kinds(audited(log, tmp_path)) == {"leaf"}


def test_another_opening(tmp_path: Path) -> None:
    log = LogOperator.opened(chain=11155111)
    assert kinds(audited(log, tmp_path)) == {"opening"}


# --- files ----------------------------------------------------------------------------------------


def test_withheld_bytes_that_the_log_speaks_of_are_no_finding(tmp_path: Path) -> None:
    log = story()
    log.withhold(ANSWER.digest)
    log.close()
    log.anchor()
    report = audited(log, tmp_path)
    assert report.exit_code == 0 and [(item.index, item.said) for item in report.withheld] == [(4, True)]


def test_bytes_that_are_withheld_without_a_word(tmp_path: Path) -> None:
    log = story()
    log.withhold(ANSWER.digest, silently=True)
    log.close()
    log.anchor()
    report = audited(log, tmp_path)
    assert report.exit_code == 3 and [(item.index, item.said) for item in report.withheld] == [(4, False)]
    assert report.findings == []


def test_a_withheld_leaf_stays_listed(tmp_path: Path) -> None:
    """An operator who withholds bytes and takes them off the list is not believed, and not cosigned."""
    log = story()
    log.withhold(ANSWER.digest)
    log.close(lambda lists: drop(lists, SHOP_KEY, 0))
    log.anchor()
    report = audited(log, tmp_path)
    assert report.exit_code == 3 and "withheld leaves stand in no list" in report.not_checked[0]


def test_withheld_tiles(tmp_path: Path) -> None:
    log = story()
    log.close()
    log.anchor()
    log.publish(tmp_path / "log")
    size = len(log.leaves)
    (tmp_path / "log" / entries_path(0, size)).unlink()
    report = audited(log, tmp_path)
    assert report.exit_code == 3 and "Replayed up to leaf 0" in " ".join(report.not_checked)
    log.published = 0
    log.publish(tmp_path / "log")
    (tmp_path / "log" / tile_path(0, 0, size)).unlink()
    report = audited(log, tmp_path)
    assert report.exit_code == 3 and report.findings == []


def test_a_larger_tree_is_anchored_than_the_log_serves(tmp_path: Path) -> None:
    """Said, and no finding: the rest of the log is withheld from who asks."""
    log = story()
    log.close()
    assert log.anchor()
    folder = log.publish(tmp_path / "log")
    log.record(opening(SHOP).raw)
    log.close()
    assert log.anchor()
    log.chain.mine(log.chain.depth)
    report = audit(Options(str(folder), trust=log.policy(tmp_path)), lambda text: None, {"a node": log.chain})
    assert report.exit_code == 3 and report.findings == []
    assert "not served up to" in " ".join(report.not_checked)


def test_files_with_more_than_they_should_have(tmp_path: Path) -> None:
    log = story()
    log.close()
    assert log.anchor()
    folder, size = log.publish(tmp_path / "log"), len(log.leaves)
    with (folder / tile_path(0, 0, size)).open("ab") as file:
        file.write(bytes(32))
    assert kinds(audited(log, tmp_path)) == {"bytes"}
    log.published = 0
    log.publish(tmp_path / "log")
    with (folder / entries_path(0, size)).open("ab") as file:
        file.write(b"\x00\x00")
    report = audited(log, tmp_path)
    assert report.exit_code == 3 and "malformed" in " ".join(report.not_checked)


def test_other_bytes(tmp_path: Path) -> None:
    """Each file is compared with what the tree commits to."""
    log = story()
    log.close()
    log.anchor()
    folder, size = log.publish(tmp_path / "log"), len(log.leaves)
    changes = {
        addendum_path(ANSWER.digest): SECOND.raw,
        tile_path(0, 0, size): bytes(32 * size),
        entries_path(0, size): encode_entries([*log.leaves[:3], log.leaves[4], log.leaves[3], *log.leaves[5:]]),
    }
    for path, data in changes.items():
        held = (folder / path).read_bytes()
        (folder / path).write_bytes(data)
        options = Options(str(folder), trust=log.policy(tmp_path))
        report = audit(options, lambda text: None, {"a node": log.chain})
        assert report.exit_code == 1 and "bytes" in kinds(report), path
        (folder / path).write_bytes(held)
    assert audit(options, lambda text: None, {"a node": log.chain}).exit_code == 0
