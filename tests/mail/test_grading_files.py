"""Grading for the owner, reading mailboxes and batches: without a ledger, with real signatures and real captures."""

from __future__ import annotations

import base64
import json
import quopri
import tracemalloc
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ledger.cli.demo.mail import MailKey, write_mail
from ledger.cli.mailing import batch, finding
from ledger.cli.mailing.boxes import Found
from ledger.cli.mailing.grading import (
    Captures,
    Known,
    Name,
    Remembered,
    Resolvers,
    choose,
    company_domains,
    examine,
    key_names,
    key_source,
)
from ledger.cli.mailing.headers import shown_field
from ledger.cli.mailing.words import examined_json, message_id, report, stated_days
from ledger.cli.main import main
from ledger.cli.output import print_json, print_text
from ledger.encoding import JsonObject
from ledger.errors import MalformedCapture, MalformedRequest
from ledger.mail.asked import Answer, Asked, Resolver, key_question
from ledger.mail.capture import DnsCapture
from ledger.mail.raw import RawMail

SHOP = "shop.example"
# Signatures say when they were made; one from ahead of the receipt would count less.
NOW = datetime.now(UTC).replace(microsecond=0)
CASE = "0x" + "ab" * 32
DATE = "Fri, 20 Nov 2026 09:00:00 +0000"
KEY, OTHER = MailKey.make(SHOP), MailKey.make("service.example")
DOMAINS = frozenset({SHOP})


def a_capture(*keys: MailKey, at: datetime = NOW, agree: int = 3) -> DnsCapture:
    resolvers = [Resolver(f"r{number}", f"192.0.2.{number}:53") for number in range(1, 4)]
    asked = []
    for key in keys:
        text = key.record.encode()
        parts = [text[start : start + 255] for start in range(0, len(text), 255)]
        record = b"".join(bytes([len(part)]) + part for part in parts)
        answers = [Answer("answer", (), (record,)) if number < agree else Answer("nodata") for number in range(3)]
        asked.append(Asked(key_question(key.domain, key.selector), tuple(answers)))
    return DnsCapture.make(at, resolvers, asked)


def a_mail(text: str = "We received it.", number: int = 1, subject: str = f"Re: {CASE}", key: MailKey = KEY) -> bytes:
    return key.sign(write_mail(f"privacy@{SHOP}", subject, text, DATE, number))


class Counting:
    """A source that says what it was asked for."""

    def __init__(self, capture: DnsCapture) -> None:
        self.held = Captures((capture,))
        self.asked: list[Sequence[Name]] = []

    def find(self, names: Sequence[Name], at: datetime | None) -> Known:
        self.asked.append(names)
        return self.held.find(names, at)


def test_a_capture_gives_the_grade_without_asking_anybody() -> None:
    item = examine(a_mail(), DOMAINS, Captures((a_capture(KEY),)), bytes.fromhex(CASE[2:]))
    assert (item.check.result, item.binding.where, item.at) == ("grade_a", "subject", NOW)
    value = examined_json(item)
    assert json.loads(json.dumps(value)) == value
    lines = list(report(item))
    assert lines[0].startswith("Grade A.") and any("names the case 0x" in line for line in lines)
    weaker = examine(a_mail(), DOMAINS, Captures((a_capture(KEY, agree=2),)))
    assert weaker.check.result == "grade_b"


def test_of_several_captures_the_nearest_in_time_counts() -> None:
    old, near = a_capture(KEY, at=NOW - timedelta(days=300)), a_capture(KEY)
    item = examine(a_mail(), DOMAINS, Captures((old, near)), at=NOW)
    assert item.check.result == "grade_a" and item.known.capture == near
    assert examine(a_mail(), DOMAINS, Captures((old,)), at=NOW).check.result == "grade_c", "an archive's key"
    nothing = examine(a_mail(), DOMAINS, Captures((a_capture(OTHER),)), at=NOW)
    assert (nothing.check.result, nothing.known.findings) == ("undetermined", ())


def test_the_companys_own_keys_are_asked_for_first_and_not_more_than_eight() -> None:
    data = a_mail()
    for number in range(10):
        data = MailKey(f"s{number}.example", "k", OTHER.private, OTHER.record).sign(data)
    names = key_names(RawMail.parse(data), DOMAINS)
    assert len(names) == 8 and names[0] == (SHOP, "mail")


def test_a_batch_asks_for_each_key_once(tmp_path: Path) -> None:
    for number in range(5):
        (tmp_path / f"{number}.eml").write_bytes(a_mail(number=number))
    source = Counting(a_capture(KEY))
    lines: list[JsonObject] = []
    tally = batch.check([tmp_path], batch.Task(DOMAINS, None, source, None), [], lambda _: None, lines.append)
    assert (tally.counts, tally.code, len(source.asked)) == ({"grade_a": 5}, 0, 1)
    twice = Remembered(source)
    assert twice.find([(SHOP, "mail")], None) == twice.find([(SHOP, "mail")], None)
    assert len(source.asked) == 2


@pytest.mark.parametrize("domain", ["printer.local", "shop.internal"])
def test_names_of_private_networks_are_asked_of_nobody(domain: str) -> None:
    """A stranger's mail must not make this machine look for names of its own network."""
    with pytest.raises(MalformedCapture):
        key_question(domain, "mail")
    key = MailKey(domain, "mail", OTHER.private, OTHER.record)
    told: list[str] = []
    item = examine(a_mail(key=key), DOMAINS, Resolvers((Resolver("r", "192.0.2.1:53"),), 1.0, told.append))
    assert item.check.result == "undetermined" and told == [] and item.known.capture is None


def test_a_reading_is_chosen_by_the_body_that_was_signed() -> None:
    mail = a_mail("Hello\r\n>From above\r\nFrom below\r\n").replace(b"\r\n", b"\n")
    rd = mail.replace(b"\n>From", b"\n>>From").replace(b"\nFrom below", b"\n>From below")
    o = mail.replace(b"\nFrom below", b"\n>From below")
    for lies, how in ((rd, "mboxrd"), (o, "mboxo"), (mail, "as_it_lies")):
        reading, read = choose(Found(Path("m"), 1, lies))
        assert read is not None and (reading.how, reading.data, read[0].data) == (how, mail, mail)
    changed = rd.replace(b"Hello", b"Hallo")
    for data in (changed, b"no mail at all", write_mail(f"a@{SHOP}", "x", "y", DATE)):
        assert choose(Found(Path("m"), 1, data))[1] is None


def _hits(tmp_path: Path, *mails: bytes) -> list[tuple[str, ...]]:
    for number, data in enumerate(mails):
        (tmp_path / f"{number}.eml").write_bytes(data)
    told: list[str] = []
    found = {hit.name: hit.why for hit in finding.find(tmp_path, bytes.fromhex(CASE[2:]), DOMAINS, told.append)}
    return [found.get(str(tmp_path / f"{number}.eml"), ()) for number in range(len(mails))]


def test_find_reads_what_mail_programs_write(tmp_path: Path) -> None:
    """Encoded words, quoted-printable and base64 bodies, quotations and wraps; and the company by From or by d=."""
    stranger = "friend@home.example"
    encoded = f"=?utf-8?B?{base64.b64encode(f'요구 {CASE}'.encode()).decode()}?="
    quoted = quopri.encodestring(f"가 {CASE}".encode()).decode()
    qp = write_mail(stranger, "x", quoted, DATE, more=["Content-Transfer-Encoding: quoted-printable"])
    b64 = base64.b64encode(CASE.upper().replace("0X", "0x").encode()).decode()
    assert _hits(
        tmp_path,
        write_mail(stranger, encoded, "hi", DATE),
        qp,
        write_mail(stranger, "x", b64, DATE, more=["Content-Transfer-Encoding: base64"]),
        write_mail(stranger, "x", f"> {CASE[:30]}\r\n> {CASE[30:]}", DATE),
        write_mail(stranger, "x", "nothing here", DATE),
        write_mail(f"a@mail.{SHOP}", "x", "nothing here", DATE),
        write_mail(f"a@evil{SHOP}", "x", "nothing here", DATE),
        KEY.sign(write_mail(stranger, "x", "nothing here", DATE)),
    ) == [("case",), ("case",), ("case",), ("case",), (), ("from",), (), ("signature",)]


def test_find_goes_past_what_is_no_mail(tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(b"\x00\x00\x00")
    (tmp_path / "b.eml").write_bytes(a_mail())
    told: list[str] = []
    [hit] = list(finding.find(tmp_path, bytes.fromhex(CASE[2:]), DOMAINS, told.append))
    assert hit.name.endswith("b.eml") and len(told) == 1 and "a.eml is no message" in told[0]
    path, was_there = finding.write_out(hit, tmp_path / "out")
    assert not was_there
    assert path.read_bytes() == a_mail_bytes(hit) and finding.write_out(hit, tmp_path / "out") == (path, True)


def a_mail_bytes(hit: finding.Hit) -> bytes:
    return hit.mail.data


def test_the_memory_of_a_batch_does_not_grow(tmp_path: Path) -> None:
    """600 mails of 50 kB, 30 MB of them: no more than a few at a time."""
    mail = a_mail("x" * 70 + "\r\n" * 700 + "y" * 48_000)
    with (tmp_path / "box").open("wb") as file:
        for _ in range(600):
            file.write(b"From x\n" + mail.replace(b"\r\n", b"\n") + b"\n")
    task = batch.Task(DOMAINS, None, Captures((a_capture(KEY),)), None)
    told: list[str] = []
    tracemalloc.start()
    try:
        tally = batch.check([tmp_path / "box"], task, [], told.append, lambda _: None)
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()
    assert tally.counts == {"grade_a": 600} and told == []


def test_lines_of_an_earlier_run(tmp_path: Path) -> None:
    path = tmp_path / "lines"
    assert batch.read_done(path) == []
    path.write_bytes(b'{"file":"a","result":"grade_a"}\n{"file":"b","re')
    assert batch.read_done(path) == [{"file": "a", "result": "grade_a"}]
    assert path.read_bytes() == b'{"file":"a","result":"grade_a"}\n', "what was cut is checked again"
    for bad in (b"hello\n", b"[]\n", b'{"other":1}\n'):
        path.write_bytes(bad)
        with pytest.raises(MalformedRequest, match="line 1 of"):
            batch.read_done(path)


@pytest.mark.parametrize(
    ("results", "code"),
    [
        (["grade_a", "grade_d"], 0),
        (["grade_a", "undetermined"], 3),
        (["undetermined", None], 2),
        (["undetermined", None, "failed", "grade_a"], 1),
        ([], 0),
    ],
)
def test_the_exit_code_is_the_worst(results: list[str | None], code: int) -> None:
    tally = batch.Tally()
    for result in results:
        tally.add({"file": "x", "result": result})
    assert (tally.code, tally.total) == (code, len(results))


def _word(text: str, charset: str, codec: str = "") -> str:
    return f"=?{charset}?B?{base64.b64encode(text.encode(codec or charset)).decode()}?="


@pytest.mark.parametrize(
    ("header", "shown"),
    [
        (_word("열람 요구", "EUC-KR"), "열람 요구"),
        (_word("열람 똠방각하", "ks_c_5601-1987", "cp949"), "열람 똠방각하"),
        (f"Re: {_word('열람', 'euc-kr')} {_word(' 접수', 'utf-8')} [7]", "Re: 열람 접수 [7]"),
        (f"{_word('Büro', 'iso-8859-1')} und {_word('Straße', 'windows-1252')}", "Büro und Straße"),
        ("=?utf-8?B?7Je0?= =?utf-8?B?6w==?=\r\n =?utf-8?B?now=?=", "열람"),
        ("=?utf-8?q?=EC=97=B4=EB=9E=8C_x?=", "열람 x"),
        ("=?unicode_escape?q?=5Cu0041?=", "\\u0041"),
        ("=?x-none?q?caf=E9?=", "café"),
    ],
)
def test_each_encoded_word_is_shown_in_its_own_charset(header: str, shown: str) -> None:
    mail = RawMail.parse(f"Subject: {header}\r\n\r\nx".encode())
    assert shown_field(mail, "subject") == shown


def test_bare_korean_bytes_are_shown_as_korean() -> None:
    assert shown_field(RawMail.parse("Subject: 열람 요구\r\n\r\nx".encode("euc_kr")), "subject") == "열람 요구"


def test_a_mail_services_signature_is_said_to_prove_nothing() -> None:
    """The machine's C is D for attesters, and the person hears it before anything is signed."""
    item = examine(a_mail(key=OTHER), DOMAINS, Captures((a_capture(OTHER),)))
    assert item.check.result == "grade_c"
    assert any("attesters give it no more than grade D" in line for line in report(item))
    assert any("D 등급까지만" in line for line in report(item, "ko"))
    assert not any(
        "no more than grade D" in line
        for line in report(examine(a_mail(), DOMAINS, Captures((a_capture(KEY),)), bytes.fromhex(CASE[2:])))
    )


def test_header_fields_as_people_read_them() -> None:
    header = "=?utf-8?B?" + base64.b64encode("개인정보 열람 요구 접수".encode()).decode() + "?="
    mail = RawMail.parse(write_mail(f"a@{SHOP}", header, "x", "Thu, 19 Nov 2026 23:59:00 +0900"))
    assert shown_field(mail, "subject") == "개인정보 열람 요구 접수" and shown_field(mail, "x-none") == ""
    assert (stated_days(mail, "KR"), message_id(mail)) == ((date(2026, 11, 19),) * 2, f"1@{SHOP}")
    assert stated_days(mail, "IE") == (date(2026, 11, 19),) * 2 and stated_days(mail, "NZ") == (date(2026, 11, 20),) * 2
    for text in ("", "yesterday", "Thu, 99 Nov 2026 23:59:00", "x" * 5_000):
        assert stated_days(RawMail.parse(write_mail(f"a@{SHOP}", "x", "x", text)), "KR") is None
    twice = b"Date: Thu, 19 Nov 2026 10:00:00 +0000\r\nMessage-ID: <2@x.example>\r\n" + mail.data
    assert stated_days(RawMail.parse(twice), "KR") is None and message_id(RawMail.parse(twice)) is None


def test_domains_and_sources() -> None:
    assert company_domains(SHOP, ["Mail.Shop.Example"]) == {SHOP, "mail.shop.example"}
    for company, given in ((None, []), (SHOP, ["shop"]), (SHOP, ["a b.example"])):
        with pytest.raises(MalformedRequest):
            company_domains(company, given)
    with pytest.raises(MalformedRequest, match="give one of them"):
        key_source([Path("x")], ["192.0.2.1"], print)
    with pytest.raises(MalformedRequest, match="cannot be read"):
        key_source([Path("/nonexistent")], [], print)


def test_a_mail_moves_no_cursor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Escape sequences in names, subjects and domains reach no terminal, in whatever form they stand in the mail."""
    red = "\x1b[31mgrade_a\x1b[2J\u202e"
    encoded = "=?utf-8?B?" + base64.b64encode(f"{CASE} {red}".encode()).decode() + "?="
    (tmp_path / "a.eml").write_bytes(write_mail("friend@home.example", encoded, "hi", DATE, more=[f"X-{CASE}: 1"]))
    (tmp_path / "b.eml").write_bytes(write_mail(f"a@{SHOP}", "x", red, DATE).replace(b"Customer", b"\x1b[31m"))
    (tmp_path / "c.json").write_bytes(a_capture(KEY).encode())
    options = ("--mail-domain", SHOP, "--capture", str(tmp_path / "c.json"))
    for command in (("show", str(tmp_path / "b.eml")), ("check", str(tmp_path))):
        assert main(["mail", *command, *options, "--folder", str(tmp_path / "mine")]) == 3
        assert main(["mail", *command, *options, "--folder", str(tmp_path / "mine"), "--json"]) == 3
    for hit in finding.find(tmp_path, bytes.fromhex(CASE[2:]), DOMAINS, print):
        for line in finding.hit_words(hit, None):
            print_text(line)
        print_json(finding.hit_json(hit, None))
    out, err = capsys.readouterr()
    assert "grade_a" in out and not {"\x1b", "\u202e"} & {*out, *err}


def test_reasons_are_told_in_korean() -> None:
    weak = examine(a_mail(), DOMAINS, Captures((a_capture(KEY, agree=2),)), at=NOW)
    korean = list(report(weak, "ko"))
    assert "  - 물어본 DNS 서버가 모두 같은 열쇠를 답하지는 않았습니다. (최고 B 등급)" in korean
    assert any("물어본 DNS 서버 3곳 중 2곳이 같은 답을 했습니다" in line for line in korean)
    assert any(line.startswith("  기준 시각: ") and "지정한 받은 때" in line for line in korean)


def test_a_mail_without_a_signature_is_shown_with_the_way_to_the_original() -> None:
    item = examine(write_mail(f"a@{SHOP}", "x", "y", DATE), DOMAINS, Captures((a_capture(KEY),)))
    assert any("habeas mail original" in line for line in report(item))
    assert not any(
        "by this machine's clock" in line for line in report(examine(a_mail(), DOMAINS, Captures(()), at=NOW))
    )


def test_resolvers_that_agree_on_nothing_are_said_to_do_so() -> None:
    item = examine(a_mail(), DOMAINS, Captures((a_capture(KEY, agree=0),)))
    assert any("3 of 3 resolvers agree that there is none" in line for line in report(item))
