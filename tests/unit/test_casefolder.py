"""The requester's folder: modes, locks, real processes, a real kill, backup and restore."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ledger.cli import casefolder
from ledger.cli.casefile import CaseFile, Entry
from ledger.cli.files import locked, replace_file, write_new
from ledger.encoding import encode_json
from ledger.errors import (
    Malformed,
    MalformedKey,
    MalformedRequest,
    RefusedBusy,
    RefusedNotFound,
    RefusedOverwrite,
    RuntimeSetting,
    VerificationBackup,
)
from tests.unit.a_case import (
    API,
    LETTER,
    NONCE,
    PASSWORD,
    PHRASE,
    SALT,
    SEED,
    a_case,
    a_full_case,
    said,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "habeas"


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


@pytest.mark.parametrize(
    ("where", "words"), [("missing/x", "there is no folder"), ("file/x", "folder"), ("n" * 300, "")]
)
def test_a_place_where_no_file_can_be_made_is_one_sentence(tmp_path: Path, where: str, words: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(MalformedRequest, match="cannot be written: .*" + words):
        write_new(tmp_path / where, b"one")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


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
