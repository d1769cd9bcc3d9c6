"""``habeas verify`` of bundles with mail: files inside, files beside, and what is loaded for them."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ledger.bundle import Bundle
from ledger.cli.prove import _encoded
from ledger.cli.verify_command import main
from ledger.encoding import sha256
from ledger.errors import MalformedSize
from tools.vectors._dns_files import capture as capture_of
from tools.vectors._dns_files import empty, question
from tools.vectors._mail_keys import ed25519
from tools.vectors._mail_matter import KEY, NAME, REFUSED, MailMatter, mail_policy, seen, zone_tree
from tools.vectors._mail_signing import By

NOW = "2027-03-01T00:00:00Z"


@cache
def bundle() -> Bundle:
    """An acknowledgement on nobody's word, a refusal on an attester's, and silence of the company's key."""
    matter = MailMatter()
    matter.sent("2026-10-20", "2026-10-20")
    matter.report("2026-10-22T12:00Z", matter.write(), seen("2026-10-22T11:50Z"))
    written = matter.write(Date="Wed, 28 Oct 2026 09:00:00 +0000")
    refusal = matter.report("2026-10-28T12:00Z", written, kind=REFUSED, on="2026-10-28")
    matter.attest_mail("2026-10-28T12:30Z", refusal, "grade_b", seen("2026-10-28T12:30Z", tree=None))
    return matter.bundle("2026-12-02")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "trust.toml").write_text(mail_policy())
    (tmp_path / "whole.habeas.json").write_bytes(bundle().encode())
    (tmp_path / "bare.habeas.json").write_bytes(replace(bundle(), files={}).encode())
    for number, data in enumerate(bundle().files.values()):
        (tmp_path / f"file-{number}").write_bytes(data)
    return tmp_path


def ran(capsys: pytest.CaptureFixture[str], place: Path, *arguments: str, code: int = 3) -> str:
    assert main([*arguments, "--trust", str(place / "trust.toml"), "--now", NOW]) == code
    return capsys.readouterr().out


def beside(place: Path) -> list[str]:
    files = sorted(place.glob("file-*"))
    assert len(files) == 4
    return [word for file in files for word in ("--file", str(file))]


def test_a_file_beside_is_checked_as_one_inside(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = json.loads(ran(capsys, place, str(place / "whole.habeas.json"), "--json"))
    bare = str(place / "bare.habeas.json")
    assert json.loads(ran(capsys, place, bare, *beside(place), "--json")) == whole
    alone = json.loads(ran(capsys, place, bare, "--json"))
    missing = [check for check in alone["checks"] if check["step"].startswith("10.")]
    assert [(check["step"], check["value"]) for check in missing] == [("10.1", "not checked")] * 4
    sizes = {len(data) for data in bundle().files.values()}
    assert {int(check["detail"].split()[1].replace(",", "")) for check in missing} == sizes
    assert all("are not in the bundle; hand them over with --file" in check["detail"] for check in missing)
    delivery = whole["finding"]["delivery"]
    assert delivery["mail"] == {"letter": "B", "by": "attesters"}, "attested: it moves no date that an attester proves"
    assert whole["finding"]["mail"] == alone["finding"]["mail"] == {"letter": "B", "by": "attesters"}


def test_a_file_that_nobody_opens(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "other").write_bytes(b"From: a@shop.example\r\n\r\nHello.\r\n")
    shown = json.loads(ran(capsys, place, str(place / "whole.habeas.json"), "--file", str(place / "other"), "--json"))
    name = f"file/{sha256((place / 'other').read_bytes()).hex()}"
    [check] = [check for check in shown["checks"] if check["name"] == name]
    assert (check["value"], check["step"]) == ("not checked", "10.1")


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ("domain mail, grade B", "is the word of attesters", "A mail of shop.example's domain, grade B",
                "grade A", "It rests on nobody's word.")),
        ("ko", ("도메인 메일, B등급", "확인인들이 확인한 내용입니다", "도메인의 메일(B등급)에 이 사건이 적혀 있습니다",
                "A 등급", "누구의 말에도 달려 있지 않습니다.")),
    ],
)  # fmt: skip
def test_the_letter_in_the_summary(
    place: Path, capsys: pytest.CaptureFixture[str], lang: str, words: tuple[str, ...]
) -> None:
    text = ran(capsys, place, str(place / "whole.habeas.json"), "--lang", lang)
    assert all(word in text for word in words)
    assert "10.3" in text


def test_beside_one_bundle_only(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = [str(place / name) for name in ("whole.habeas.json", "bare.habeas.json")]
    with pytest.raises(Exception, match="--file stands beside one bundle"):
        ran(capsys, place, *files, *beside(place))


def test_only_who_opens_a_mail_loads_the_libraries(place: Path) -> None:
    """A cold start is most of the time that a verification takes."""
    code = (
        "import sys; from ledger.cli.verify_command import main; main(sys.argv[1:]); "
        "print(sorted({'dkim', 'dns', 'nacl'} & set(sys.modules)), file=sys.stderr)"
    )
    trust = ("--trust", str(place / "trust.toml"), "--now", NOW)
    for name, loaded in (("bare", "[]"), ("whole", "['dkim', 'dns', 'nacl']")):
        command = [sys.executable, "-c", code, str(place / f"{name}.habeas.json"), *trust]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stderr.strip() == loaded


def test_a_bundle_that_nobody_would_read_is_not_written() -> None:
    big = bytes(6_500_000)
    with pytest.raises(MalformedSize, match=r"6500000 of them of opened files; .*habeas verify --file"):
        _encoded(replace(bundle(), files={sha256(big): big}))


def test_two_signatures_are_looked_at_each_by_itself(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A mail service signs too: its key proves nothing of the shop, and takes nothing from the shop's."""
    service, tree = By(ed25519("service"), "s1", "service.example"), zone_tree()
    tree.add("service.example.")
    matter = MailMatter()
    matter.sent("2026-10-20", "2026-10-20")
    both = _signed_twice(matter, service)
    matter.report("2026-10-22T12:00Z", both, seen("2026-10-22T11:50Z"))
    (place / "two.habeas.json").write_bytes(matter.bundle("2026-12-02").encode())
    shown: Any = json.loads(ran(capsys, place, str(place / "two.habeas.json"), "--json"))
    values = {
        check["name"].split("/", 3)[3]: check["value"] for check in shown["checks"] if check["name"][:5] == "mail/"
    }
    ours, theirs = "s1._domainkey.shop.example", "s1._domainkey.service.example"
    assert values == {
        ours: "conditional", f"{ours}/signature": "conditional", f"{ours}/case": "conditional",
        theirs: "not checked", f"{theirs}/signature": "not checked", f"{theirs}/case": "not checked",
    }  # fmt: skip
    assert shown["finding"]["delivery"]["mail"] == {"letter": "A", "by": "recomputed"}


def _signed_twice(matter: MailMatter, service: By) -> bytes:
    from tools.vectors._mail_signing import sign

    return sign(matter.write().decode("latin-1"), service).encode("latin-1")


@pytest.mark.parametrize(
    ("published", "lang", "words"),
    [
        ("2026-10-28T12:00:12Z", "en", "Contradiction: entry {n} rests on the word of attesters. By the list"),
        ("2026-10-28T12:00:12Z", "ko", "모순: 기록 {n}번은 확인인들의 확인에 근거합니다."),
        ("2026-10-28T12:30:00Z", "en", None),
    ],
)
def test_a_published_key_is_said_beside_the_word_of_attesters(
    place: Path, capsys: pytest.CaptureFixture[str], published: str, lang: str, words: str | None
) -> None:
    """The list takes no quorum's word away, and its reader sees that the two do not fit."""
    key = f'\n[[published_key]]\ndigest = "0x{sha256(KEY.public).hex()}"\npublished_at = "{published}"\n'
    (place / "trust.toml").write_text(mail_policy(key))
    whole = str(place / "whole.habeas.json")
    shown = json.loads(ran(capsys, place, whole, "--json"))
    assert shown["finding"]["mail"] == {"letter": "B", "by": "attesters"}
    text = ran(capsys, place, whole, "--lang", lang)
    refusal = shown["finding"]["outcome_entry"]
    assert (words is None) == ("Contradiction" not in text and "모순" not in text)
    assert words is None or words.format(n=refusal) in text


def test_a_weak_mail_is_said_beside_the_word_of_attesters(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Signed in part alone; what the attester saw is not shown, so nothing fails."""
    matter = MailMatter()
    matter.sent("2026-10-20", "2026-10-20")
    weak = matter.write(By(KEY, "s1", length=5))
    told = matter.report("2026-10-22T12:00Z", weak, seen("2026-10-22T11:50Z"))
    matter.attest_mail("2026-10-22T12:30Z", told, "grade_b")
    (place / "weak.habeas.json").write_bytes(matter.bundle("2026-12-02").encode())
    text = ran(capsys, place, str(place / "weak.habeas.json"))
    assert "under this trust policy, it proves nothing (check 10.3 says why)" in text


def test_offline_a_notice_is_not_called_late_or_unrecorded(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whether it was recorded in time hangs on blocks; who did not ask about them cannot say."""
    matter = MailMatter()
    matter.sent("2026-10-20", "2026-10-20")
    matter.report("2026-10-22T12:00Z", matter.write(), seen("2026-10-22T11:50Z"))
    matter.say("2026-11-10", "deadline.extended", notified_on="2026-11-10", reason="complexity", until="2026-12-22")
    (place / "notice.habeas.json").write_bytes(matter.bundle("2026-12-02").encode())
    text = ran(capsys, place, str(place / "notice.habeas.json"))
    assert "whether it was recorded within the time depends on blocks that were not asked about" in text
    assert "not recorded within the time" not in text
    korean = ran(capsys, place, str(place / "notice.habeas.json"), "--lang", "ko")
    assert "조회하지 않은 블록에 달려 있습니다" in korean


def test_no_case_is_read_without_a_verified_signature(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    matter = MailMatter()
    matter.sent("2026-10-20", "2026-10-20")
    matter.report("2026-10-22T12:00Z", matter.write())
    (place / "blind.habeas.json").write_bytes(matter.bundle("2026-12-02").encode())
    text = ran(capsys, place, str(place / "blind.habeas.json"))
    assert "Not determined: without a verified signature no case is read." in text
    assert "does not name this case" not in text


@pytest.mark.parametrize(
    ("lang", "title", "own", "word", "missing"),
    [
        ("en", "Mail that was opened", "a DNSSEC chain proves the key", "on somebody's word", "4 opened file(s)"),
        ("ko", "공개한 메일", "열쇠가 DNSSEC로 증명됨", "남의 말에 달림", "파일 4개"),
    ],
)
def test_the_section_on_mail(
    place: Path, capsys: pytest.CaptureFixture[str], lang: str, title: str, own: str, word: str, missing: str
) -> None:
    """One mail on nobody's word, one on an attester's; without its bytes a mail is not looked at."""
    text = ran(capsys, place, str(place / "whole.habeas.json"), "--lang", lang)
    section = text.split(title)[1].split("\n\n")[0]
    assert section.count(own) == 1 and section.count(word) == 1 and missing not in text
    bare = ran(capsys, place, str(place / "bare.habeas.json"), "--lang", lang)
    assert missing in bare.split(title)[1].split("\n\n")[0] and own not in bare


@pytest.mark.parametrize(
    ("lang", "counts", "not_named", "not_attested"),
    [
        (
            "en",
            "it counts below as domain mail, grade",
            "[[company_mail]]",
            "([[attester]], attester_quorum; checks 3.2",
        ),
        ("ko", "아래에서 도메인 메일", "[[company_mail]]", "확인인이 충분히 확인하지"),
    ],
)
def test_the_section_says_whether_a_mail_counts(
    place: Path, capsys: pytest.CaptureFixture[str], lang: str, counts: str, not_named: str, not_attested: str
) -> None:
    """A grade that was computed again is not yet a grade of the finding: that hangs on whom the policy names."""
    title = {"en": "Mail that was opened", "ko": "공개한 메일"}[lang]

    def section(file: str) -> str:
        return ran(capsys, place, str(place / file), "--lang", lang).split(title)[1].split("\n\n")[0]

    whole = section("whole.habeas.json")
    assert whole.count(counts) == 2 and not_attested not in whole and not_named not in whole
    matter = MailMatter()
    matter.sent("2026-10-20", "2026-10-20")
    matter.report("2026-10-22T12:00Z", matter.write(), seen("2026-10-22T11:50Z", tree=None))
    (place / "own.habeas.json").write_bytes(matter.bundle("2026-12-02").encode())
    own = section("own.habeas.json")
    assert {"en": "signed it, grade A", "ko": "서명함, A 등급"}[lang] in own
    assert own.count(not_attested) == 1 and counts not in own
    (place / "trust.toml").write_text(mail_policy(mail=""))
    unnamed = section("whole.habeas.json")
    assert unnamed.count(not_named) == 1 and unnamed.count(counts) == 1


@pytest.mark.parametrize(
    ("lang", "said", "word"),
    [
        ("en", "3 of 3 resolvers agree that there is none", "nobody says that this was the key"),
        ("ko", "3곳이 그런 열쇠가 없다고 답했습니다", "이 열쇠였다고 말하는 사람이 없음"),
    ],
)
def test_a_key_that_was_not_found_is_on_nobodys_word(
    place: Path, capsys: pytest.CaptureFixture[str], lang: str, said: str, word: str
) -> None:
    matter = MailMatter()
    matter.sent("2026-10-20", "2026-10-20")
    none = capture_of(question([empty("nxdomain")] * 3, NAME), at="2026-10-22T11:50:00Z").encode("ascii")
    matter.report("2026-10-22T12:00Z", matter.write(), none)
    (place / "none.habeas.json").write_bytes(matter.bundle("2026-12-02").encode())
    text = ran(capsys, place, str(place / "none.habeas.json"), "--lang", lang)
    assert said in text and word in text
    assert "somebody's word" not in text and "남의 말에 달림" not in text and "it stays on" not in text


def test_up_to_which_leaf_auditors_replayed_is_told_in_korean(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    korean = ran(capsys, place, str(place / "whole.habeas.json"), "--lang", "ko")
    english = ran(capsys, place, str(place / "whole.habeas.json"))
    assert "bytes are those that statement " in english
    assert "(up to leaf " in english and "번 항목까지, " in korean and "up to leaf" not in korean


def test_one_mail_of_two_statements_and_a_company_that_the_policy_does_not_name(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matter = MailMatter()
    matter.sent("2026-10-20", "2026-10-20")
    data = matter.write()
    for at in ("2026-10-22T12:00Z", "2026-10-22T13:00Z"):
        matter.report(at, data, seen("2026-10-22T11:50Z"))
    (place / "twice.habeas.json").write_bytes(matter.bundle("2026-12-02").encode())
    (place / "trust.toml").write_text(mail_policy(mail=""))
    text = ran(capsys, place, str(place / "twice.habeas.json"))
    assert "bytes are those that the statements " in text and " commit to." in text
    assert "without the word of attesters no finding rests on this" in text
    korean = ran(capsys, place, str(place / "twice.habeas.json"), "--lang", "ko")
    assert "확인인의 확인 없이는 이것으로 결론을 내리지 않습니다" in korean and "메일을 가리킵니다" in korean
