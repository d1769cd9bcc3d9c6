"""What lies beside a case file: kept files, attesters' answers, files that wait for a statement."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.cli import casefolder, cases, kept, kept_backup, prove
from ledger.cli.attested import Attested, Waiting, digest_hex
from ledger.cli.casefile import CaseFile
from ledger.cli.mailing import adding
from ledger.disclosure import Disclosure, FileValue
from ledger.encoding import Json, encode_hex, encode_json, parse_json, sha256
from ledger.errors import Malformed, MalformedKey, MalformedSize, RefusedOverwrite, RuntimeSetting, VerificationBackup
from ledger.keys import address_of
from ledger.statement import RecentBlock, SignedStatement, Statement, parse, sign
from tests.unit.a_case import PASSWORD, PHRASE, a_case, a_full_case, said

ATTESTER = bytes([9]) * 32
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)


def a_file(data: bytes, name: str = "mail") -> Disclosure:
    return Disclosure.make(name.encode().ljust(16), name, FileValue.of(data, "message/rfc822", f"{name}.eml"))


def attested(
    case: CaseFile, about: bytes, digest: str, kind: str = "evidence.attested", of: bytes | None = None
) -> SignedStatement:
    facts: dict[str, Json] = {
        "at": "2026-11-20T09:00:00Z",
        "check": "dkim",
        "digest": digest,
        "result": "grade_a",
        "statement": encode_hex(about),
    }
    made = Statement(
        case.ledger,
        kind,
        of or case.case,
        case.company,
        RecentBlock(b"\xab" * 32, 7),
        facts if kind == "evidence.attested" else {"on": "2026-11-20"},
        (),
        address_of(ATTESTER),
    )
    return sign(made, ATTESTER)


def an_answer(case: CaseFile) -> Attested:
    capture = a_file(b"capture", "capture")
    about = case.entries[-1].signed.id
    return Attested(about, (attested(case, about, digest_hex(capture)),), (capture,))


def test_bytes_come_back_and_nobody_else_reads_them(tmp_path: Path) -> None:
    folder, case = tmp_path / "mine", a_full_case()
    casefolder.create(folder, case)
    data = b"From: a@b.example\r\n\r\n\x00\xff"
    digest = kept.keep(folder, case.case, data)
    assert digest == sha256(data) and kept.held(folder, case.case, digest) == data
    assert kept.keep(folder, case.case, data) == digest, "a second time changes nothing"
    place = kept.kept_path(folder, case.case, digest)
    assert (place.stat().st_mode & 0o777, place.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert kept.held(folder, case.case, sha256(b"other")) is None
    assert casefolder.list_cases(folder) == (case,), "the folder of files is no case"


def test_damaged_bytes_are_an_error_and_are_never_handed_out(tmp_path: Path) -> None:
    folder, case = tmp_path / "mine", a_full_case()
    casefolder.create(folder, case)
    digest = kept.keep(folder, case.case, b"mail")
    kept.kept_path(folder, case.case, digest).write_bytes(b"mall")
    for again in (lambda: kept.held(folder, case.case, digest), lambda: kept.keep(folder, case.case, b"mail")):
        with pytest.raises(MalformedKey, match="is damaged"):
            again()
    kept.kept_folder(folder, case.case).chmod(0o755)
    with pytest.raises(RuntimeSetting, match="chmod 700"):
        kept.keep(folder, case.case, b"new")


def test_a_case_file_with_all_of_it_goes_round() -> None:
    case = a_full_case()
    full = case.add_attested(an_answer(case)).add_waiting(Waiting(NOW, a_file(b"page", "page")))
    again = CaseFile.parse(full.encode())
    assert again == full and again.encode() == full.encode()
    assert full.add_attested(an_answer(case)) == full, "the same answer stands there once"
    assert [item.name for item, _ in kept.all_files(full)] == ["attachment", "capture", "page"]
    assert CaseFile.parse(case.encode()).encode() == case.encode(), "an older case file keeps its bytes"


def test_a_file_waits_until_a_statement_commits_to_it() -> None:
    page = a_file(b"page", "page")
    case = a_case().add_waiting(Waiting(NOW, page))
    signed = said("request.withdrawn", 0, case.case, (page,))
    assert case.add_statement(signed, (page,)).waiting == ()
    with pytest.raises(MalformedKey, match="behind a statement already"):
        case.add_statement(signed, (page,)).add_waiting(Waiting(NOW, page))
    with pytest.raises(MalformedKey, match="there twice"):
        case.add_waiting(Waiting(NOW, page))


def test_a_dropped_statement_takes_its_answers_along() -> None:
    case = a_full_case()
    assert case.add_attested(an_answer(case)).drop_unrecorded(case.entries[-1].signed.id).attested == ()


def test_answers_that_do_not_belong_here() -> None:
    case = a_full_case()
    good, other = an_answer(case), case.entries[1].signed.id
    [signed] = good.signed
    forged = parse(signed.raw.replace(signed.raw[14:146], said("request.withdrawn", 0, case.case).raw[14:146]))
    for bad, why in (
        (replace(good, statement=b"\x01" * 32), "not in the case file"),
        (replace(good, statement=other), "another statement than its place"),
        (replace(good, signed=(attested(case, good.statement, "0x" + "00" * 32),)), "no statement of it names"),
        (replace(good, signed=(attested(case, good.statement, "", "account.restored"),)), "must be evidence.attested"),
        (replace(good, signed=(attested(case, good.statement, "0x" + "00" * 32, of=b"\x02" * 32),)), "same case"),
        (replace(good, signed=(forged,)), "but the author is"),
    ):
        with pytest.raises(MalformedKey, match=why):
            case.add_attested(bad)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("attested", []), ("waiting", []), ("attested", {}), ("waiting", [{}]), ("attested", [{}]), ("attested", [1]),
        ("waiting", [{"disclosure": "x", "kept_at": "2026-11-20T09:00:00Z"}]),
        ("waiting", [{"disclosure": a_file(b"page").encoded, "kept_at": "2026-11-20"}]),
        ("waiting", [{"disclosure": 1, "kept_at": "2026-11-20T09:00:00Z"}]),
        ("attested", [{"disclosures": [], "signed": ["{}"], "statement": "0x" + "00" * 32}]),
        ("attested", [{"disclosures": [], "signed": "{}", "statement": "0x" + "00" * 32}]),
        ("attested", [{"disclosures": [], "signed": [], "statement": 7}]),
    ],
)  # fmt: skip
def test_malformed_members(member: str, value: Json) -> None:
    plain = parse_json(a_full_case().encode(), limit=10**6, depth=9)
    assert isinstance(plain, dict)
    with pytest.raises(Malformed):
        CaseFile.parse(encode_json({**plain, member: value}))


def a_folder(folder: Path) -> CaseFile:
    """A folder with a case of three kept files: one behind a statement, one of an attester, one that waits."""
    casefolder.save_seed(folder, PHRASE)
    mail = a_file(b"the mail", "mail")
    case = a_case()
    signed = said("request.withdrawn", 0, case.case, (mail,))
    case = case.add_statement(signed, (mail,))
    case = case.add_attested(an_answer(case)).add_waiting(Waiting(NOW, a_file(b"page", "page")))
    casefolder.create(folder, case)
    for data in (b"the mail", b"capture", b"page", b"nobody knows of it"):
        kept.keep(folder, case.case, data)
    return case


def test_kept_files_go_into_a_backup_and_come_back(tmp_path: Path) -> None:
    case = a_folder(tmp_path / "mine")
    beside = kept_backup.kept_backup_path(tmp_path / "b.json")
    assert kept_backup.write_kept(beside, tmp_path / "mine", PASSWORD) == 3, "of what a case knows"
    assert beside.name == "b.json.files" and beside.stat().st_mode & 0o777 == 0o600
    assert b"the mail" not in beside.read_bytes()
    with pytest.raises(RefusedOverwrite):
        kept_backup.write_kept(beside, tmp_path / "mine", PASSWORD)
    casefolder.save_seed(tmp_path / "new", PHRASE)
    with pytest.raises(MalformedKey, match="which is not in"):
        kept_backup.restore_kept(beside, PASSWORD, tmp_path / "new")
    casefolder.create(tmp_path / "new", case)
    assert kept_backup.restore_kept(beside, PASSWORD, tmp_path / "new") == 3
    assert all(kept.is_kept(tmp_path / "new", case.case, value) for _, value in kept.all_files(case))
    assert kept_backup.restore_kept(beside, PASSWORD, tmp_path / "new") == 3, "one that broke off is done again"


def test_a_backup_of_files_that_was_changed(tmp_path: Path) -> None:
    """A wrong password, each byte of the frame changed, records moved or left out, and a cut between two records."""
    a_folder(tmp_path / "mine")
    beside = tmp_path / "b.files"
    kept_backup.write_kept(beside, tmp_path / "mine", PASSWORD)
    whole = beside.read_bytes()
    with pytest.raises(VerificationBackup):
        kept_backup.restore_kept(beside, "another password", tmp_path / "mine")
    start = len(kept_backup.MAGIC) + 16
    records = []
    place = start
    while place < len(whole):
        length = 12 + 8 + int.from_bytes(whole[place + 12 : place + 20])
        records.append(whole[place : place + length])
        place += length
    assert len(records) == 4
    head, (one, two, three, end) = whole[:start], records
    changed = [
        head + two + one + three + end,
        head + one + three + end,
        head + one + two + three,
        head + one + two + end + three,
        whole + b"x",
        whole[:-1],
        *(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :] for at in (0, 19, 20, start, start + 12, start + 30)),
    ]
    for data in changed:
        beside.write_bytes(data)
        with pytest.raises((VerificationBackup, MalformedKey)):
            kept_backup.restore_kept(beside, PASSWORD, tmp_path / "mine")


def test_what_is_discarded_takes_its_bytes_along_and_nothing_else(tmp_path: Path) -> None:
    case = a_folder(tmp_path / "mine")
    waiting = case.entries[-1].signed.id
    cases.discard(tmp_path / "mine", case, waiting)
    left = sorted(path.name for path in kept.kept_folder(tmp_path / "mine", case.case).iterdir())
    assert left == [sha256(b"page").hex()], "the mail and its attester's capture are gone, with what nobody knows of"
    alone = a_case(1)
    casefolder.create(tmp_path / "mine", alone)
    kept.keep(tmp_path / "mine", alone.case, b"x")
    cases.discard(tmp_path / "mine", alone, alone.case)
    assert not kept.kept_folder(tmp_path / "mine", alone.case).exists()


def test_a_damaged_file_makes_no_backup(tmp_path: Path) -> None:
    case = a_folder(tmp_path / "mine")
    kept.kept_path(tmp_path / "mine", case.case, sha256(b"page")).write_bytes(b"pagf")
    with pytest.raises(MalformedKey, match="is damaged"):
        kept_backup.write_kept(tmp_path / "b.files", tmp_path / "mine", PASSWORD)
    assert not (tmp_path / "b.files").exists()


def test_opened_files_bring_their_bytes_as_far_as_a_bundle_holds_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is too large, and what is not kept here, is named with what the holder can do."""
    folder = tmp_path / "mine"
    case = a_folder(folder)
    mail, capture, text = a_file(b"the mail"), a_file(b"capture"), Disclosure.make(b"t" * 16, "name", "Kim")
    opened = [item.encoded for item in (mail, text, capture, a_file(b"never kept", "letter"))]
    assert prove.opened_files(folder, case.case, opened) == {
        sha256(b"the mail"): b"the mail",
        sha256(b"capture"): b"capture",
    }
    assert "letter: the bytes of letter.eml are not kept here" in capsys.readouterr().err
    monkeypatch.setattr(prove, "MAX_FILES", 10)
    assert prove.opened_files(folder, case.case, opened) == {sha256(b"the mail"): b"the mail"}
    assert str(kept.kept_path(folder, case.case, sha256(b"capture"))) in capsys.readouterr().err


def test_a_mail_over_the_limit_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MAX_KEPT", 1_000)
    (tmp_path / "large.eml").write_bytes(b"From: a@b.example\r\n\r\n" + b"x" * 1_000)
    with pytest.raises(MalformedSize, match="more than 1000 bytes"):
        adding.read_original(tmp_path / "large.eml")
