"""``habeas mail`` on a real ledger, with real DNS on loopback and an attester that anybody can ask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from api.attester.app import AttesterServer
from ledger.bundle import parse_bundle
from ledger.cli import casefolder, kept
from ledger.cli.client import ApiClient
from ledger.cli.demo.mail import MailKey, write_mail
from ledger.cli.main import main
from ledger.cli.prove import opened_files
from ledger.encoding import sha256
from ledger.mail.capture import DnsCapture
from ledger.runtime.attester.keys import create_keys
from ledger.runtime.attester.parts import open_parts
from ledger.runtime.attester.settings import load_attester
from tests.attester.conftest import serving
from tests.cli.a_mail import DATE, a_mail, read
from tests.cli.a_server import (
    COMPANY,
    SECRET,
    Run,
    Server,
    await_,
    newest_anchor,
    newest_bundle,
    open_case,
    receipts_hold,
    say_sent,
)


@pytest.fixture
def attester(server: Server, names: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[str]:
    """An attester of this ledger, as a process of its own would run it; its policy entry is in attester.toml."""
    with ApiClient(server.url) as client:
        origin = client.info().origin
        settings = load_attester(
            home=tmp_path / "attester",
            name="one",
            ledgers={origin: server.url},
            resolvers=[word for word in names if word != "--resolver"],
        )
        create_keys(settings.key_path, settings.secret_path)
        with (
            closing(open_parts(settings, lambda url, _: client)) as parts,
            serving(AttesterServer(parts)) as url,
        ):
            assert main(["attester", "bind", url, "--home", str(server.home), "--yes"]) == 0
            (tmp_path / "attester.toml").write_text(capsys.readouterr().out)
            yield url


def test_an_acknowledgement_from_bytes_to_attestation(
    habeas: Run, server: Server, key: MailKey, names: list[str], attester: str, tmp_path: Path
) -> None:
    """The whole way: graded, signed, recorded, kept byte for byte, attested, shown."""
    case = open_case(habeas)
    (tmp_path / "letter.txt").write_text("Please send me a copy of my data.")
    say_sent(habeas)
    data = a_mail(key, case)
    (tmp_path / "answer.eml").write_bytes(data)
    command = ("mail", "add", "answer.eml", "--as", "acknowledged", *names, "--attester", attester, "--yes", "--json")
    added = read(habeas(*command))
    assert (added["kind"], added["facts"]) == ("request.acknowledged", {"received_on": "2026-11-20"})
    assert (added["mail"]["result"], added["mail"]["case_in"]) == ("grade_a", "subject")
    assert added["mail"]["sha256"] == sha256(data).hex()
    assert added["private"] == ["mail", "mail-dns"]
    [answer] = added["attesters"]
    assert (answer["problem"], answer["result"]) == (None, "grade_a")
    [mine] = casefolder.list_cases(tmp_path / "mine")
    entry = mine.entries[-1]
    assert sorted(item.digest for item in entry.disclosures) == list(entry.signed.statement.digests)
    mail, capture = entry.disclosures
    assert kept.bytes_of(tmp_path / "mine", mine.case, mail) == data
    taken = kept.bytes_of(tmp_path / "mine", mine.case, capture)
    assert taken is not None and DnsCapture.parse(taken).resolvers[0].address == names[1]
    [said] = mine.attested
    assert [each.statement.facts["check"] for each in said.signed] == ["dkim", "dns"]
    assert kept.bytes_of(tmp_path / "mine", mine.case, said.disclosures[0]) is not None
    shown = read(habeas("case", "show", "--json"))["statements"][-1]
    assert [(item["name"], item["kept"]) for item in shown["files"]] == [("answer.eml", True), ("mail-dns.json", True)]
    assert [(item["check"], item["result"]) for item in shown["attested"]] == [("dkim", "grade_a"), ("dns", "passed")]
    text = habeas("case", "show")
    assert "(answer.eml, " in text and "attested: dkim grade_a by 0x" in text
    receipts_hold(tmp_path / "mine")
    # What a stranger sees who trusts this attester: arrival is proven by the company's own mail.
    with ApiClient(server.url) as client:
        (tmp_path / "trust.toml").write_bytes(client.get("/v1/trust-policy"))
    with (tmp_path / "trust.toml").open("a") as file:
        file.write("\n" + (tmp_path / "attester.toml").read_text())
    last = max(item["index"] for item in answer["attested"])
    await_(lambda: newest_bundle(server, case) is not None and newest_anchor(server, case) > last)
    # The answers of DNS go along with the mail: without them nobody could compute its signature again.
    proven = read(habeas("prove", "--trust", "trust.toml", "--open", "mail", "--out", "b.json", "--json", code=3))
    opening = ("--open", "mail", "--open", "mail-dns", "--open", "dns_capture")
    habeas("prove", "--trust", "trust.toml", *opening, "--out", "all.json", code=3)
    both = [parse_bundle((tmp_path / name).read_bytes()) for name in ("b.json", "all.json")]
    assert len(both[0].disclosures) == 3 and sorted(both[0].disclosures) == sorted(both[1].disclosures)
    # Asked in the same second, the requester and the attester hold the very same answers: then they are one file.
    assert both[0].files == both[1].files and len(both[0].files) in (2, 3)
    delivery = proven["verified"]["finding"]["delivery"]
    assert (delivery["basis"], delivery["grade"], delivery["proven_by"]) == (
        "acknowledged", "domain_mail", "2026-11-20",
    )  # fmt: skip
    assert delivery["mail"] == {"letter": "A", "by": "attesters"}
    # The same mail again from its bytes: it fits what the attester saw; no chain proves the key of this zone.
    checks = [(each["step"], each["value"]) for each in proven["verified"]["checks"] if each["step"].startswith("10.")]
    assert sorted(checks) == [
        *[("10.1", "passed")] * len(both[0].files), ("10.2", "not checked"), ("10.3", "conditional"),
        ("10.4", "conditional"), ("10.5", "passed"),
    ]  # fmt: skip
    opened = opened_files(tmp_path / "mine", mine.case, [item.encoded for item in (mail, capture)])
    assert opened == {sha256(data): data, sha256(taken): taken}
    # A backup brings the bytes along.
    habeas("case", "backup", "backup.json", *SECRET)
    habeas("case", "restore", "backup.json", *SECRET, "--folder", "second")
    assert kept.bytes_of(tmp_path / "second", mine.case, mail) == data


def test_the_same_mail_counts_once(habeas: Run, key: MailKey, names: list[str], attester: str, tmp_path: Path) -> None:
    """The same bytes, another wrapping of the same Message-ID, and the same mail in another case of one's own."""
    case = open_case(habeas)
    data = a_mail(key, case)
    (tmp_path / "a.eml").write_bytes(data)
    (tmp_path / "b.eml").write_bytes(b"Received: from somewhere\r\n" + data)
    habeas("mail", "add", "a.eml", "--as", "acknowledged", *names, "--attester", attester, "--yes")
    again = ("--as", "refused", "--mode", "sent", "--reason", "excessive", *names, "--yes")
    assert "one mail is evidence once" in habeas("mail", "add", "a.eml", *again, code=1)
    assert "same Message-ID" in habeas("mail", "add", "b.eml", *again, code=1)
    other = habeas("case", "open", "--company", COMPANY, "--regime", "eu-gdpr", "--place", "IE", "--yes").strip()
    said = habeas("mail", "add", "a.eml", *again, "--case", other, code=1)
    assert f"of your case {case} already" in said
    assert len(read(habeas("case", "show", "--case", other, "--json"))["statements"]) == 1


def test_a_bad_first_try_does_not_lock_the_good_mail_out(
    habeas: Run, key: MailKey, names: list[str], attester: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A copy without its signature, then a wrong day: the original with its own day is attested all the same."""
    case = open_case(habeas)
    data = a_mail(key, case)
    (tmp_path / "copy.eml").write_bytes(data[data.index(b"From:") :])
    (tmp_path / "a.eml").write_bytes(data)
    asked = (*names, "--attester", attester, "--yes")
    habeas("mail", "add", "copy.eml", "--as", "acknowledged", *asked, code=3)
    habeas("mail", "add", "a.eml", "--as", "acknowledged", "--on", "2026-11-18", *names, "--yes")
    [mine] = casefolder.list_cases(tmp_path / "mine")
    assert "not attested" in habeas(
        "mail", "attest", "0x" + mine.entries[-1].signed.id.hex(), "--attester", attester, code=3
    )
    capsys.readouterr()
    assert main(["mail", "add", "a.eml", "--as", "acknowledged", *asked]) == 0
    out, err = capsys.readouterr()
    assert "grade_a, as of 20" in out
    assert "a mail with the same Message-ID stands behind request.acknowledged" in err
    assert "this very mail stands behind request.acknowledged" in err and "No attester has graded it there" in err


def test_a_day_that_attesters_refuse_is_refused_before_anything_is_signed(
    habeas: Run, key: MailKey, names: list[str], attester: str, tmp_path: Path
) -> None:
    case = open_case(habeas)
    (tmp_path / "a.eml").write_bytes(a_mail(key, case))
    refusal = ("mail", "add", "a.eml", "--as", "refused", "--mode", "sent", "--reason", "excessive", *names, "--yes")
    wrong = habeas(*refusal, "--on", "2026-11-21", "--attester", attester, code=1)
    assert "dated 2026-11-20 in IE" in wrong and "nothing is signed" in wrong
    assert len(read(habeas("case", "show", "--json"))["statements"]) == 1
    habeas(*refusal, "--attester", attester)


def test_a_mail_for_another_case_is_refused_and_one_for_none_is_weaker(
    habeas: Run, key: MailKey, names: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_case(habeas)
    (tmp_path / "other.eml").write_bytes(a_mail(key, "0x" + "ab" * 32))
    (tmp_path / "none.eml").write_bytes(a_mail(key, None, 2))
    refused = habeas("mail", "add", "other.eml", "--as", "acknowledged", *names, "--yes", code=1)
    assert f"names case 0x{'ab' * 32}, not 0x" in refused
    assert main(["mail", "add", "none.eml", "--as", "acknowledged", *names, "--yes"]) == 0
    err = capsys.readouterr().err
    other = ("--as", "fulfilled", "--mode", "sent", "--lang", "ko")  # the same for the same would be refused
    assert main(["mail", "add", "none.eml", *other, *names, "--yes"]) == 0
    out, korean = capsys.readouterr()
    assert "번으로 기록했습니다: 0x" in out and "DNS 서버 3곳에 열쇠 1개를 묻습니다" in korean
    assert "메일의 Date에 보낸 쪽이 적은 날입니다" in korean and "확인인이 확인하기 전에는" in korean
    assert "참고: 이 메일은 이 사건의 request.acknowledged 0x" in korean
    assert "No case id in what is signed" in err and err.index("No case id") < err.index("This is signed")
    assert "Grade A. The mail system of shop.example" in err


@pytest.mark.parametrize(
    ("options", "facts"),
    [
        (("extended", "--until", "2027-01-20", "--reason", "complexity"),
         {"until": "2027-01-20", "reason": "complexity", "notified_on": "2026-11-20"}),
        (("refused", "--mode", "sent", "--reason", "excessive", "--reason", "unfounded", "--on", "2026-11-20"),
         {"answered_on": "2026-11-20", "mode": "sent", "reasons": ["excessive", "unfounded"]}),
        (("fulfilled", "--mode", "download"), {"answered_on": "2026-11-20", "mode": "download", "reasons": []}),
    ],
)  # fmt: skip
def test_what_a_mail_says(
    habeas: Run, key: MailKey, names: list[str], tmp_path: Path, options: tuple[str, ...], facts: dict[str, Any]
) -> None:
    case = open_case(habeas)
    (tmp_path / "a.eml").write_bytes(a_mail(key, case))
    added = read(habeas("mail", "add", "a.eml", "--as", *options, *names, "--yes", "--json"))
    assert added["facts"] == facts


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("acknowledged", "--mode", "sent"), "--mode does not belong to --as acknowledged"),
        (("extended", "--until", "2027-01-01"), "needs --reason (complexity, "),
        (("refused", "--mode", "sent"), "needs --reason (identity_unverified, "),
        (("fulfilled",), "needs --mode (sent, download, in_account_only, post) too"),
        (("fulfilled", "--mode", "pigeon"), "--mode is one of sent, download, in_account_only, post, not 'pigeon'"),
        (("refused", "--mode", "sent", "--reason", "moon"), "--reason is one of identity_unverified, "),
        (("extended", "--until", "2027-01-01", "--reason", "complexity", "--reason", "legal_cause"), "one --reason"),
    ],
)
def test_options_that_do_not_fit(
    habeas: Run, key: MailKey, names: list[str], tmp_path: Path, options: tuple[str, ...], sentence: str
) -> None:
    """Nothing is signed or kept then, and nobody is asked."""
    case = open_case(habeas)
    (tmp_path / "a.eml").write_bytes(a_mail(key, case))
    said = habeas("mail", "add", "a.eml", "--as", *options, *names, "--yes", code=2)
    assert sentence in said and "Asking" not in said
    assert not kept.kept_folder(tmp_path / "mine", bytes.fromhex(case[2:])).exists()


def test_what_is_no_original(habeas: Run, key: MailKey, names: list[str], tmp_path: Path) -> None:
    """A pasted text, a picture, an mbox, and a mail that somebody changed: refused, with the way out."""
    case = open_case(habeas)
    (tmp_path / "pasted.txt").write_text("안녕하세요,\nwe received your request\n")
    (tmp_path / "shot.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(50))
    (tmp_path / "box").write_bytes(b"From x\n" + a_mail(key, case) + b"\n")
    changed = a_mail(key, case).replace(b"We received", b"We refuse")
    (tmp_path / "changed.eml").write_bytes(changed)
    for file in ("pasted.txt", "shot.png"):
        said = habeas("mail", "add", file, "--as", "acknowledged", *names, "--yes", code=2)
        assert "no original message" in said and "habeas mail original" in said and "self_stated" in said
    korean = habeas("mail", "add", "shot.png", "--as", "acknowledged", "--lang", "ko", *names, "--yes", code=2)
    assert "shot.png은(는) 원본 메일이 아닙니다" in korean and "자신의 말" in korean
    assert "habeas mail find" in habeas("mail", "add", "box", "--as", "acknowledged", *names, "--yes", code=2)
    said = habeas("mail", "add", "changed.eml", "--as", "acknowledged", *names, "--yes", code=1)
    assert "not the mail that was signed" in said
    assert len(read(habeas("case", "show", "--json"))["statements"]) == 1


def test_an_unsigned_mail_is_ones_own_word(
    habeas: Run, names: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = open_case(habeas)
    (tmp_path / "plain.eml").write_bytes(write_mail(f"a@{COMPANY}", f"Re: {case}", "yes", DATE))
    assert main(["mail", "add", "plain.eml", "--as", "acknowledged", *names, "--yes"]) == 0
    assert "it is your own word (self_stated)" in capsys.readouterr().err
    [mine] = casefolder.list_cases(tmp_path / "mine")
    assert [item.name for item in mine.entries[-1].disclosures] == ["mail"], "there is no key to ask for"


def test_an_attester_that_is_not_there_can_be_asked_again(
    habeas: Run, key: MailKey, names: list[str], attester: str, tmp_path: Path
) -> None:
    case = open_case(habeas)
    (tmp_path / "a.eml").write_bytes(a_mail(key, case))
    added = read(habeas("mail", "add", "a.eml", "--as", "acknowledged", *names, "--yes", "--json"))
    statement, gone = added["statement"], "http://127.0.0.1:9"
    asked = read(habeas("mail", "attest", statement, "--attester", gone, "--json", code=3))
    problem = asked["attesters"][0]["problem"]
    assert problem is not None and "does not answer" in problem and "operator" not in problem
    assert added["index"] is not None
    answered = habeas("mail", "attest", statement, "--attester", attester)
    assert "grade_a, as of 20" in answered
    korean = habeas("mail", "attest", statement, "--attester", attester, "--lang", "ko")
    assert f"{attester}: A 등급, 기준 시각 20" in korean
    [mine] = casefolder.list_cases(tmp_path / "mine")
    assert len(mine.attested) == 1, "the same answer again is kept once"
    assert "no mail stands behind" in habeas("mail", "attest", case, "--attester", attester, code=1)


def test_show_works_offline_with_what_was_answered(habeas: Run, key: MailKey, names: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(a_mail(key, "0x" + "ab" * 32))
    show = ("mail", "show", "a.eml", "--mail-domain", COMPANY)
    first = read(habeas(*show, *names, "--keep-capture", "dns.json", "--json"))
    second = read(habeas(*show, "--capture", "dns.json", "--json"))
    assert first["result"] == second["result"] == "grade_a" and first["dns"] == second["dns"]
    assert first["cases"] == ["0x" + "ab" * 32]
    text = habeas(*show, "--capture", "dns.json")
    assert text.startswith("Grade A.") and "never a person's" in text
    korean = habeas(*show, "--capture", "dns.json", "--lang", "ko")
    assert korean.startswith("A 등급.") and "어느 사람의 것이 아닙니다" in korean
    later = read(habeas(*show, "--capture", "dns.json", "--at", "2026-01-01T00:00:00Z", "--json"))
    assert later["result"] != "grade_a", "an answer of today says less about January"
    stranger = ("mail", "show", "a.eml", "--mail-domain", "bank.example", "--capture", "dns.json")
    assert "From is no address of the company" in habeas(*stranger, code=3)
    (tmp_path / "b.eml").write_bytes(a_mail(key, None).replace(b"received", b"rejected"))
    assert habeas("mail", "show", "b.eml", *show[3:], "--capture", "dns.json", code=1).startswith("Failed.")
    assert "give one of them" in habeas(*show, "--capture", "dns.json", *names, code=2)
