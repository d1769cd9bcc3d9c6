"""The requester's folder: round trips, real processes, a real kill, backup and restore."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.cli import casefolder
from ledger.cli.casefile import CaseFile, Entry, Letter
from ledger.cli.files import locked, replace_file, write_new
from ledger.disclosure import Disclosure, FileValue
from ledger.encoding import Json, encode_json, parse_json
from ledger.errors import (
    Malformed,
    MalformedKey,
    MalformedRequest,
    MalformedSize,
    RefusedBusy,
    RefusedNotFound,
    RefusedOverwrite,
    RuntimeSetting,
    VerificationBackup,
)
from ledger.keys import address_of, derive_key, parse_phrase
from ledger.merkle import MemoryTree, hash_leaf
from ledger.note import SigningKey
from ledger.proof import LogProof
from ledger.statement import RecentBlock, SignedStatement, Statement, sign

PHRASE = "abandon " * 23 + "art"
SEED = parse_phrase(PHRASE)
PASSWORD = "열람청구 보관용 비밀번호"
SALT, NONCE = bytes(range(16)), bytes(range(12))
API = "http://127.0.0.1:8080"
LETTER = Letter(date(2026, 11, 20), "ko", "개인정보 열람 요구\n사건 번호: …")


def disclosures(*names: str) -> tuple[Disclosure, ...]:
    return tuple(Disclosure.make(name.encode().ljust(16), name, f"{name}: 김하늘") for name in names)


def said(kind: str, index: int, case: bytes | None, held: tuple[Disclosure, ...] = ()) -> SignedStatement:
    key = derive_key(SEED, index)
    facts: dict[str, dict[str, Json]] = {
        "case.opened": {"acting": "self", "place": "KR", "regime": "kr-pipa", "related": []},
        "request.sent": {
            "channel": "email",
            "published_contact": True,
            "right": "access",
            "sent_on": "2026-11-20",
        },
        "request.withdrawn": {},
    }
    statement = Statement(
        ledger="habeas.example/main",
        kind=kind,
        case=case,
        company="shop.example",
        recent_block=RecentBlock(b"\xab" * 32, 7),
        facts=facts[kind],
        digests=tuple(sorted(each.digest for each in held)),
        author=address_of(key),
    )
    return sign(statement, key)


def receipt_of(signed: SignedStatement) -> bytes:
    tree = MemoryTree()
    leaf = hash_leaf(signed.raw)
    tree.append(leaf)
    note = sign_checkpoint(
        Checkpoint("habeas.example/main", 1, tree.root()), SigningKey("habeas.example/main", b"\x01" * 32)
    )
    return LogProof(0, tuple(tree.inclusion(0, 1)), note).encode()


def a_case(index: int = 0) -> CaseFile:
    held = disclosures("name", "account")
    opened = said("case.opened", index, None, held)
    return CaseFile(API, index, (Entry(opened, None, held),))


def a_full_case(index: int = 0) -> CaseFile:
    case = a_case(index)
    letter = disclosures("letter")
    sent = said("request.sent", index, case.case, letter)
    attached = Disclosure.make(b"f" * 16, "attachment", FileValue.of(b"abc", "application/pdf", "답변.pdf"))
    withdrawn = said("request.withdrawn", index, case.case, (attached,))
    case = case.add_receipt(case.case, receipt_of(case.opened)).add_statement(sent, letter)
    return case.add_statement(withdrawn).add_disclosures(withdrawn.id, (attached,)).add_letter(LETTER)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "habeas"


# The format


@pytest.mark.parametrize("case", [a_case(), a_full_case(), a_full_case(3)])
def test_a_case_file_goes_round(case: CaseFile) -> None:
    again = CaseFile.parse(case.encode())
    assert again == case
    assert again.encode() == case.encode()
    assert (again.ledger, again.company) == ("habeas.example/main", "shop.example")
    assert again.author == address_of(derive_key(SEED, case.key_index))


def test_a_changed_bit_never_changes_a_statement_or_a_private_text() -> None:
    case = a_full_case()
    data = case.encode()
    for position in range(0, len(data) * 8, 7):
        changed = bytearray(data)
        changed[position // 8] ^= 1 << position % 8
        try:
            read = CaseFile.parse(bytes(changed))
        except Malformed:
            continue
        assert read.case == case.case
        assert [(entry.signed, entry.disclosures) for entry in read.entries] == [
            (entry.signed, entry.disclosures) for entry in case.entries
        ]


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("api", "ftp://x"),
        ("api", 1),
        ("habeas_case", 2),
        ("habeas_case", True),
        ("key_index", -0.5),
        ("key_index", 2**31),
        ("key_index", True),
        ("letters", {}),
        ("letters", [{}]),
        ("letters", [{"language": "de", "on": "2026-11-20", "text": ""}]),
        ("letters", [{"language": 1, "on": "2026-11-20", "text": ""}]),
        ("letters", [{"language": "en", "on": "2026-11-31", "text": ""}]),
        ("letters", [{"language": "en", "on": "2026-11-20", "text": "/w=="}]),
        ("letters", [{"language": "en", "on": "2026-11-20", "text": "*"}]),
        ("statements", []),
        ("statements", {}),
        ("statements", ["x"]),
        ("statements", [{"disclosures": [], "signed": 1}]),
        ("statements", [{"disclosures": [], "signed": "{}"}]),
        ("note", "x"),
    ],
)
def test_other_members_and_values_are_refused(member: str, value: object) -> None:
    plain = parse_json(a_case().encode(), limit=10**6, depth=4)
    assert isinstance(plain, dict)
    with pytest.raises(Malformed):
        CaseFile.parse(encode_json({**plain, member: value}))


def test_a_statement_of_another_case_key_or_hand_is_refused() -> None:
    case, other = a_full_case(0), a_case(1)
    with pytest.raises(MalformedKey, match="another case, author or ledger"):
        case.add_statement(said("request.withdrawn", 0, other.case))
    with pytest.raises(MalformedKey, match="another case, author or ledger"):
        case.add_statement(said("request.withdrawn", 1, case.case))
    with pytest.raises(MalformedKey, match="twice"):
        case.add_statement(case.entries[1].signed)
    with pytest.raises(MalformedKey, match=r"must be case\.opened"):
        replace(case, entries=case.entries[1:])
    forged = replace(case.entries[2].signed, signature=case.entries[1].signed.signature)
    with pytest.raises(MalformedKey, match="statement 3 of the case file"):
        case.add_statement(forged)


def test_a_disclosure_must_belong_to_its_statement() -> None:
    case = a_case()
    with pytest.raises(MalformedKey, match="which none of the 2 digests shown equals"):
        case.add_disclosures(case.case, disclosures("salary"))
    with pytest.raises(MalformedKey, match="twice"):
        case.add_disclosures(case.case, disclosures("name"))


def test_a_receipt_must_be_a_proof() -> None:
    case = a_case()
    with pytest.raises(MalformedKey, match="statement 0 of the case file"):
        case.add_receipt(case.case, b"recorded")


def test_private_texts_are_shown_by_name_only() -> None:
    case = a_full_case()
    assert [each.value for each in case.select(["name"])] == ["name: 김하늘"]
    assert [each.name for each in case.select({"letter", "account"})] == ["account", "letter"]
    assert case.select([]) == ()
    with pytest.raises(MalformedRequest, match="no private field is named salary; this case has: account, attachment"):
        case.select(["name", "salary"])


def test_only_an_unrecorded_statement_can_be_dropped() -> None:
    case = a_full_case()
    sent = case.entries[1].signed.id
    assert [entry.signed.id for entry in case.drop_unrecorded(sent).entries] == [
        case.case,
        case.entries[2].signed.id,
    ]
    with pytest.raises(RefusedOverwrite):
        case.add_receipt(sent, receipt_of(case.entries[1].signed)).drop_unrecorded(sent)
    with pytest.raises(RefusedOverwrite):
        a_case().drop_unrecorded(case.case)
    with pytest.raises(RefusedNotFound):
        case.drop_unrecorded(b"\x01" * 32)


def test_a_case_file_over_the_limit_is_not_made() -> None:
    case = a_case().add_letter(Letter(date(2026, 1, 1), "en", "x" * 2**23))
    with pytest.raises(MalformedSize):
        case.encode()


# The folder


def test_files_are_for_their_owner_only(folder: Path) -> None:
    before = os.umask(0)
    try:
        casefolder.save_seed(folder, PHRASE)
        casefolder.create(folder, a_case())
        casefolder.update(folder, a_case().case, lambda case: case.add_letter(LETTER))
    finally:
        os.umask(before)
    assert folder.stat().st_mode & 0o777 == 0o700
    files = list(folder.iterdir())
    assert len(files) == 3
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}


def test_a_folder_that_others_can_read_is_refused(folder: Path) -> None:
    folder.mkdir(mode=0o755)
    with pytest.raises(RuntimeSetting, match="chmod 700"):
        casefolder.save_seed(folder, PHRASE)
    assert list(folder.iterdir()) == []


def test_the_seed_is_kept_once(folder: Path) -> None:
    with pytest.raises(RefusedNotFound, match="habeas key new"):
        casefolder.load_seed(folder)
    casefolder.save_seed(folder, PHRASE.upper())
    assert casefolder.load_seed(folder) == SEED
    with pytest.raises(RefusedOverwrite):
        casefolder.save_seed(folder, "zoo " * 23 + "vote")
    assert casefolder.load_seed(folder) == SEED


@pytest.mark.parametrize(
    "data", [b"", b"{}", b'{"habeas_seed":2,"phrase":""}', b'{"habeas_seed":1,"phrase":7}', b"x" * 2000]
)
def test_a_damaged_seed_file_is_named(folder: Path, data: bytes) -> None:
    casefolder.save_seed(folder, PHRASE)
    replace_file(folder / "seed.json", data)
    with pytest.raises(Malformed):
        casefolder.load_seed(folder)


def test_cases_are_kept_listed_and_changed(folder: Path) -> None:
    assert casefolder.list_cases(folder) == ()
    assert casefolder.next_key_index(folder) == 0
    first, second = a_full_case(0), a_case(4)
    casefolder.create(folder, second)
    casefolder.create(folder, first)
    assert casefolder.list_cases(folder) == (first, second)
    assert casefolder.next_key_index(folder) == 5
    changed = casefolder.update(folder, second.case, lambda case: case.add_letter(LETTER))
    assert casefolder.load(folder, second.case) == changed == second.add_letter(LETTER)
    with pytest.raises(RefusedNotFound, match="habeas case list"):
        casefolder.load(folder, bytes(32))


def test_a_case_is_never_made_twice_and_a_key_never_used_twice(folder: Path) -> None:
    case = a_full_case()
    casefolder.create(folder, case)
    with pytest.raises(RefusedOverwrite):
        casefolder.create(folder, a_case())
    other = CaseFile(API, 0, (Entry(said("case.opened", 0, None)),))
    with pytest.raises(RefusedOverwrite, match="take the next key"):
        casefolder.create(folder, other)
    assert casefolder.list_cases(folder) == (case,)


def test_an_error_in_a_change_leaves_the_case_as_it_was(folder: Path) -> None:
    case = a_case()
    casefolder.create(folder, case)
    with pytest.raises(MalformedKey):
        casefolder.update(folder, case.case, lambda held: held.add_receipt(held.case, b"x"))
    with pytest.raises(MalformedKey, match="must keep the case"):
        casefolder.update(folder, case.case, lambda held: a_case(1))
    assert casefolder.load(folder, case.case) == case


def test_a_damaged_or_renamed_case_is_an_error_and_never_left_out(folder: Path) -> None:
    case = a_case()
    casefolder.create(folder, case)
    path = folder / f"case-{case.case.hex()}.json"
    wrong = folder / f"case-{'00' * 32}.json"
    path.rename(wrong)
    with pytest.raises(MalformedKey, match="its name must be that of its case"):
        casefolder.list_cases(folder)
    replace_file(wrong, case.encode()[:-1])
    with pytest.raises(Malformed, match="case-0000"):
        casefolder.list_cases(folder)


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "backup.habeas"
    write_new(path, b"one")
    with pytest.raises(RefusedOverwrite):
        write_new(path, b"two")
    assert path.read_bytes() == b"one"
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with pytest.raises(RefusedOverwrite):
        write_new(tmp_path / "link", b"two")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["backup.habeas", "link"]


def test_the_lock_is_one_and_comes_back(folder: Path) -> None:
    with locked(folder), pytest.raises(RefusedBusy, match="another habeas command"), locked(folder, wait=0):
        raise AssertionError("two hold the lock")
    with locked(folder, wait=0):
        pass


ADDING = """
import sys
from datetime import date
from pathlib import Path
from ledger.cli import casefolder
from ledger.cli.casefile import Letter
folder, case, language, count = Path(sys.argv[1]), bytes.fromhex(sys.argv[2]), sys.argv[3], int(sys.argv[4])
print("ready", flush=True)
for number in range(count):
    letter = Letter(date(2026, 1, 1), language, str(number))
    casefolder.update(folder, case, lambda held: held.add_letter(letter))
"""


def adding(folder: Path, case: CaseFile, language: str, count: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", ADDING, str(folder), case.case.hex(), language, str(count)],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_two_processes_lose_nothing_of_each_other(folder: Path) -> None:
    case = a_case()
    casefolder.create(folder, case)
    both = [adding(folder, case, language, 25) for language in ("en", "ko")]
    for process in both:
        process.communicate()
        assert process.returncode == 0
    letters = casefolder.load(folder, case.case).letters
    for language in ("en", "ko"):
        assert [letter.text for letter in letters if letter.language == language] == [str(n) for n in range(25)]


def test_a_killed_process_leaves_a_whole_file_and_no_lock(folder: Path) -> None:
    case = a_case()
    casefolder.create(folder, case)
    for _ in range(3):
        process = adding(folder, case, "en", 10**6)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        before = casefolder.load(folder, case.case)
        while casefolder.load(folder, case.case) == before:
            time.sleep(0.001)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kept = casefolder.load(folder, case.case)
        assert len(kept.letters) > len(before.letters)
        assert casefolder.update(folder, case.case, lambda held: held.add_letter(LETTER)).letters[-1] == LETTER
    assert not list(folder.glob(".*.new"))


# Backup and restore


def test_everything_comes_back_into_an_empty_folder(folder: Path, tmp_path: Path) -> None:
    casefolder.save_seed(folder, PHRASE)
    casefolder.create(folder, a_full_case(0))
    casefolder.create(folder, a_case(1))
    path = tmp_path / "backup.habeas"
    casefolder.write_backup(path, folder, PASSWORD, salt=SALT, nonce=NONCE)
    assert path.stat().st_mode & 0o777 == 0o600
    data = path.read_bytes()
    for secret in (b"abandon", b"case.opened", a_case().entries[0].disclosures[0].encoded.encode()):
        assert secret not in data
    new = tmp_path / "new"
    assert casefolder.restore(data, PASSWORD, new) == (a_full_case(0), a_case(1))
    assert {each.name: each.read_bytes() for each in new.iterdir()} == {
        each.name: each.read_bytes() for each in folder.iterdir()
    }
    with pytest.raises(RefusedOverwrite):
        casefolder.write_backup(path, folder, PASSWORD, salt=SALT, nonce=NONCE)


def test_a_restore_overwrites_nothing(folder: Path, tmp_path: Path) -> None:
    casefolder.save_seed(folder, PHRASE)
    casefolder.create(folder, a_case(0))
    data = casefolder.backup(folder, PASSWORD, salt=SALT, nonce=NONCE)
    # Equal content stays; what is missing is filled in.
    (folder / "seed.json").unlink()
    assert casefolder.restore(data, PASSWORD, folder) == (a_case(0),)
    assert casefolder.load_seed(folder) == SEED
    # A newer case is not thrown back.
    newer = casefolder.update(folder, a_case().case, lambda case: case.add_letter(LETTER))
    with pytest.raises(RefusedOverwrite, match="may be newer"):
        casefolder.restore(data, PASSWORD, folder)
    assert casefolder.load(folder, newer.case) == newer
    # Another person's folder is left alone.
    other = tmp_path / "other"
    casefolder.save_seed(other, "zoo " * 23 + "vote")
    with pytest.raises(RefusedOverwrite, match="another seed phrase"):
        casefolder.restore(data, PASSWORD, other)
    assert casefolder.list_cases(other) == ()


def test_a_wrong_password_writes_nothing(folder: Path, tmp_path: Path) -> None:
    casefolder.save_seed(folder, PHRASE)
    data = casefolder.backup(folder, PASSWORD, salt=SALT, nonce=NONCE)
    with pytest.raises(VerificationBackup):
        casefolder.restore(data, PASSWORD + "!", tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_a_case_of_another_seed_makes_no_backup(folder: Path) -> None:
    casefolder.save_seed(folder, "zoo " * 23 + "vote")
    casefolder.create(folder, a_case())
    with pytest.raises(MalformedKey, match="but key 0 of the seed phrase is 0x"):
        casefolder.backup(folder, PASSWORD, salt=SALT, nonce=NONCE)


def test_no_seed_no_backup(folder: Path) -> None:
    casefolder.create(folder, a_case())
    with pytest.raises(RefusedNotFound):
        casefolder.backup(folder, PASSWORD, salt=SALT, nonce=NONCE)


@pytest.mark.parametrize(
    "content",
    [
        {"cases": [], "habeas_folder": 2, "phrase": PHRASE},
        {"cases": [], "habeas_folder": True, "phrase": PHRASE},
        {"cases": {}, "habeas_folder": 1, "phrase": PHRASE},
        {"cases": [{}], "habeas_folder": 1, "phrase": PHRASE},
        {"cases": [], "habeas_folder": 1, "phrase": None},
        {"cases": [], "habeas_folder": 1, "phrase": "abandon"},
        {"cases": [], "habeas_folder": 1},
    ],
)
def test_other_content_is_refused(content: dict[str, object]) -> None:
    with pytest.raises(MalformedKey):
        casefolder.Content.parse(encode_json(content))
