"""A cosigning key never contradicts itself, and signs only what was replayed whole."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from ledger.checkpoint import Checkpoint, verify_cosigned_checkpoint
from ledger.cli.auditing.audit import Options, audit
from ledger.cli.auditing.cosigner import create_key, load_key, open_cosigner
from ledger.cli.auditing.report import AuditReport
from ledger.cli.main import main
from ledger.encoding import sha256
from ledger.errors import MalformedKey, RefusedCosignature, RefusedOverwrite, RuntimeSetting
from ledger.note import COSIGNATURE
from tests.audit.log_operator import LOG_KEY, ORIGIN, LogOperator, opening, person

NAME = "auditor.example/habeas"
NOW = 1_800_000_000


@pytest.fixture
def key(tmp_path: Path) -> Path:
    create_key(tmp_path / "auditor", NAME)
    return tmp_path / "auditor"


def closed(count: int) -> LogOperator:
    log = LogOperator.opened()
    for number in range(count):
        log.record(opening(person("ann"), number).raw)
    log.close()
    assert log.anchor()
    return log


def audited(log: LogOperator, folder: Path, key: Path, *, chain: bool = True) -> AuditReport:
    options = Options(str(log.publish(folder / "log")), trust=log.policy(folder), cosign=key)
    return audit(options, lambda text: None, {"a node": log.chain} if chain else None)


def test_a_key_is_made_once_for_its_owner_alone(key: Path) -> None:
    made = load_key(key)
    assert made.verifier.type == COSIGNATURE and made.verifier.name == NAME
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with pytest.raises(RefusedOverwrite):
        create_key(key, NAME)
    assert load_key(key) == made


@pytest.mark.parametrize("text", ["", "no key", "PRIVATE+KEY+a+00000000+AAAA", "PRIVATE+KEY+a+00000000+not base64"])
def test_what_is_no_key(text: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text(text)
    with pytest.raises(MalformedKey):
        load_key(tmp_path / "key")


def test_a_key_with_the_id_of_another(key: Path) -> None:
    parts = key.read_text().split("+")
    key.write_text("+".join([*parts[:3], "00000000", *parts[4:]]))
    with pytest.raises(MalformedKey, match="key id"):
        load_key(key)


def test_a_log_key_does_not_cosign(tmp_path: Path) -> None:
    from ledger.runtime.operator import encode_log_key

    (tmp_path / "key").write_text(encode_log_key(LOG_KEY))
    with pytest.raises(MalformedKey, match="0x04"):
        load_key(tmp_path / "key")


def test_what_passed_is_cosigned(tmp_path: Path, key: Path) -> None:
    """The line verifies under the checkpoint for whoever knows the auditor's key."""
    log = closed(3)
    report = audited(log, tmp_path, key)
    assert report.exit_code == 0 and report.cosignature
    auditor = load_key(key).verifier
    found, by = verify_cosigned_checkpoint(report.cosigned, LOG_KEY.verifier, ORIGIN, [auditor])
    assert found == report.checkpoint and [item.key for item in by] == [auditor]
    # Of the same tree, the same line; of a grown one, another.
    assert audited(log, tmp_path, key).cosignature == report.cosignature
    log.record(opening(person("ben")).raw)
    log.close()
    assert log.anchor()
    assert audited(log, tmp_path, key).cosignature not in ("", report.cosignature)


def test_what_was_not_all_checked_is_not_cosigned(tmp_path: Path, key: Path) -> None:
    log = closed(3)
    report = audited(log, tmp_path, key, chain=False)
    assert report.exit_code == 3 and not report.cosignature and report.refusal
    log.gone.add(log.leaves[3][32:64])
    report = audited(log, tmp_path, key)
    assert report.exit_code == 3 and not report.cosignature
    with open_cosigner(key) as cosigner:
        assert cosigner.last(ORIGIN) is None


def test_a_finding_is_not_cosigned(tmp_path: Path, key: Path) -> None:
    log = closed(3)
    log.close(root=sha256(b"no trie"))
    log.anchor()
    report = audited(log, tmp_path, key)
    assert report.exit_code == 1 and not report.cosignature and report.refusal


def test_never_a_tree_that_does_not_extend_the_last_one(tmp_path: Path, key: Path) -> None:
    """Also where the state of the audit was thrown away: the key itself remembers."""
    assert audited(closed(3), tmp_path, key).exit_code == 0
    smaller = closed(2)
    report = audited(smaller, tmp_path / "other", key)
    assert report.exit_code != 0 and not report.cosignature
    other = LogOperator.opened()
    for number in range(3):
        other.record(opening(person("ben"), number).raw)
    other.close()
    other.anchor()
    report = audited(other, tmp_path / "third", key)
    assert report.exit_code == 1 and not report.cosignature and {item.kind for item in report.findings} == {"fork"}
    other.record(opening(person("ann")).raw)
    other.close()
    other.anchor()
    report = audited(other, tmp_path / "third", key)
    assert report.exit_code == 1 and not report.cosignature


def test_the_record_is_kept_before_the_line_is_given_out(key: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = closed(1)
    note, checkpoint = log.checkpoint(), Checkpoint(ORIGIN, len(log.leaves), log.tree.root())

    def broken(path: Path, data: bytes) -> None:
        raise OSError("the disk is full")

    with open_cosigner(key) as cosigner, monkeypatch.context() as patched:
        patched.setattr("ledger.cli.auditing.cosigner.replace_file", broken)
        with pytest.raises(OSError, match="full"):
            cosigner.cosign(checkpoint, note, True, NOW)
    with open_cosigner(key) as cosigner:
        line = cosigner.cosign(checkpoint, note, True, NOW)
    with open_cosigner(key) as cosigner:
        assert cosigner.cosign(checkpoint, note, True, NOW + 9) == line
        for size, root in ((checkpoint.size - 1, log.tree.root(checkpoint.size - 1)), (checkpoint.size, sha256(b""))):
            with pytest.raises(RefusedCosignature):
                cosigner.cosign(Checkpoint(ORIGIN, size, root), log.checkpoint(size, root), True, NOW)
        with pytest.raises(RefusedCosignature):
            cosigner.cosign(checkpoint, note, False, NOW)


def test_a_damaged_record_stops_the_key(key: Path) -> None:
    log = closed(1)
    with open_cosigner(key) as cosigner:
        cosigner.cosign(Checkpoint(ORIGIN, 3, log.tree.root(3)), log.checkpoint(3), True, NOW)
    record = key.with_name("auditor.cosigned")
    data = record.read_bytes()
    for bad in (b"", data[:-3], data.replace(b'"size":3', b'"size":"3"'), data.replace(NAME.encode(), b"another")):
        record.write_bytes(bad)
        with pytest.raises(RuntimeSetting), open_cosigner(key):
            pass


def test_one_key_in_two_processes(key: Path) -> None:
    """The second waits, and finds what the first one cosigned."""
    import subprocess
    import sys

    code = (
        "import sys\nfrom pathlib import Path\nfrom ledger.cli.auditing.cosigner import open_cosigner\n"
        "with open_cosigner(Path(sys.argv[1])) as held:\n    print('held', flush=True)\n    sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(key)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None and other.stdin is not None and other.stdout.readline() == "held\n"
        from ledger.cli.files import locked_file
        from ledger.errors import RefusedBusy

        with pytest.raises(RefusedBusy), locked_file(key, wait=0.05):
            pass
        other.stdin.close()
        with open_cosigner(key) as cosigner:
            assert cosigner.logs() == []


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Make a key, audit, cosign, show what was cosigned."""
    log, key = closed(2), tmp_path / "auditor"
    assert main(["auditor", "key", str(key), "--name", NAME]) == 0
    vkey = capsys.readouterr().out.strip()
    assert vkey.startswith(NAME + "+")
    given = ["audit", str(log.publish(tmp_path / "log")), "--trust", str(log.policy(tmp_path)), "--cosign", str(key)]
    assert main(given) == 3
    out = capsys.readouterr().out
    assert "Not cosigned" in out and "Nothing" not in out
    assert main([*given, "--lang", "ko"]) == 3
    assert "하베아스 감사" in capsys.readouterr().out
    assert main(["auditor", "show", str(key)]) == 0
    assert capsys.readouterr().out.strip() == vkey
