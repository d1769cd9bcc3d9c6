"""``habeas deadline``: both dates, the reasons with their sources, and errors that say what would be right."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from ledger.cli.main import main
from ledger.deadlines.rulebook import load_rule

EU = ["deadline", "eu-gdpr", "answer", "--place", "IE", "--from", "2025-09-19"]
KR = ["deadline", "kr-pipa", "answer", "--place", "KR", "--from", "2026-07-01"]
LATE = (
    'habeas_calendar = 1\nid = "kr-late"\nversion = 2\n[[day]]\ndate = 2026-11-12\nplace = "KR"\nstatus = "holiday"\n'
    'name = "made up"\nsource = "made up"\n'
)


def test_english(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(EU) == 0
    out = capsys.readouterr().out
    assert out.startswith("eu-gdpr answer, IE\n  strictest reading: by the end of 2025-10-19 (Sunday)\n")
    assert "most favourable to the company: by the end of 2025-10-20 (Monday)\n" in out
    assert "[GDPR art. 12(3) (C)]" in out and "[Regulation 1182/71 arts 2 and 3 (C)]" in out
    assert "Calendar: holidays 0.109; tzdata" in out
    assert out.endswith("Not a finding of a breach. Not legal advice.\n")


def test_korean(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*KR, "--lang", "ko"]) == 0
    out = capsys.readouterr().out
    assert "  가장 엄격하게 보면 2026-07-11(토)까지\n  회사에 가장 유리하게 보면 2026-07-13(월)까지\n" in out
    assert "[민법 제157조, 제159조, 제160조, 제161조 (C)]" in out
    assert out.endswith("위법 여부의 판단이 아니며 법률 자문이 아닙니다.\n")


@pytest.mark.parametrize(
    ("asked", "english", "korean"),
    [
        (("jp-appi", "sue", "--place", "JP"), "not before the end of 2026-07-15", "2026-07-15(수)이 지난 뒤에"),
        (("tr-kvkk", "complain", "--place", "TR"), "act by the end of 2026-", "까지 하십시오"),
        (("kr-pipa", "mediation_decision", "--place", "KR"), "aimed at by the end of 2026-", "까지가 목표"),
    ],
)
def test_whose_time_it_is(
    asked: tuple[str, ...], english: str, korean: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A wait is not over by a day, and an authority's aim binds nobody; nor in a calendar program."""
    for lang, words in (("en", english), ("ko", korean)):
        file = tmp_path / f"{lang}.ics"
        assert main(["deadline", *asked, "--from", "2026-07-01", "--lang", lang, "--ics", str(file)]) == 0
        heads = [line for line in capsys.readouterr().out.splitlines() if line.startswith("  ") and "." not in line[:5]]
        summary = file.read_bytes().decode().replace("\r\n ", "")
        assert any(words in line for line in heads) and words in summary
        assert not any("favourable to the company" in line or "회사에 가장 유리" in line for line in heads)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("kr-pipa-access", "answer", "--place", "KR"), "did you mean kr-pipa?"),
        (("kr-pipa-correct", "answer", "--place", "KR"), "did you mean kr-pipa-correction?"),
        (("eugdpr", "answer", "--place", "IE"), "did you mean eu-gdpr?"),
        (("eu-gdpr", "answer", "--place", "EU"), "not 'EU'; eu-gdpr holds in AT, BE,"),
        (("kr-pipa", "answer", "--place", "Seoul"), "not 'Seoul'; kr-pipa holds in KR"),
        (
            ("eu-gdpr", "answer", "--place", "IE", "--pause", "2025-09-21..2025-09-23=identification"),
            "did you mean identity?",
        ),
    ],
)
def test_what_was_meant(asked: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deadline", *asked, "--from", "2025-09-19"]) == 2
    assert said in capsys.readouterr().err


def test_the_reasons_are_numbered_and_plain(capsys: pytest.CaptureFixture[str]) -> None:
    """One after the other, whatever the numbers of the specification are; a Sunday is not said to be a Sunday."""
    assert main(EU) == 0
    out = capsys.readouterr().out
    assert re.findall(r"^  ([0-9]+)\. ", out, re.MULTILINE) == ["1", "2", "3", "4"]
    assert "2025-10-19 (Sunday) is no working day." in out and "is a Sunday" not in out
    assert main(["deadline", "kr-pipa-automated", "extended_twice", "--place", "KR", "--from", "2026-11-05"]) == 0
    assert "Of 2 notices that this period needs, that within the period extended is missing" in capsys.readouterr().out
    assert (
        main(["deadline", "kr-pipa", "mediation_decision", "--place", "KR", "--from", "2026-11-05", "--lang", "ko"])
        == 0
    )
    assert "조정 신청을 받은 날은 2026-11-05(목)입니다." in capsys.readouterr().out


def test_the_list_has_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deadline", "--list", "--lang", "ko"]) == 0
    out = capsys.readouterr().out
    assert "    compensation_information 30일\n" in out and "    answer                  10일\n" in out


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*EU, "--json", "--now", "2025-10-20T12:00:00Z"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert {name: value[name] for name in value if name not in ("steps", "calendar")} == {
        "rule": "eu-gdpr",
        "rule_version": load_rule("eu-gdpr").version,
        "period": "answer",
        "place": "IE",
        "holder": "company_duty",
        "mark": "C",
        "finding": True,
        "due_earliest": "2025-10-19",
        "due_latest": "2025-10-20",
        "no_date": None,
        "not": "Not a finding of a breach. Not legal advice.",
        "standing": "between",
    }
    assert [step["step"] for step in value["steps"]] == [1, 2, 4, 6]
    assert all(set(step) == {"step", "code", "text", "source"} for step in value["steps"])


@pytest.mark.parametrize(
    ("now", "standing"),
    [
        ("2025-10-19", "running"),
        ("2025-10-19T22:59:59Z", "running"),  # Ireland is an hour ahead until 26 October
        ("2025-10-19T23:00:00Z", "between"),
        ("2025-10-20", "between"),
        ("2025-10-20T22:59:59Z", "between"),
        ("2025-10-20T23:00:00Z", "over"),
        ("2025-10-21", "over"),
    ],
)
def test_how_it_stands(now: str, standing: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*EU, "--json", "--now", now]) == 0
    assert json.loads(capsys.readouterr().out)["standing"] == standing


def test_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deadline", "--list"]) == 0
    out = capsys.readouterr().out
    assert "kr-pipa-automated" in out and "    extended_twice" in out and "the law names no number of days" in out
    assert main(["deadline", "--list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert (
        len(listed) == 32
        and {
            "regime": "eu-gdpr",
            "version": load_rule("eu-gdpr").version,
            "periods": ["answer", "extended"],
        }
        in listed
    )


def test_no_number_of_days(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deadline", "cn-pipl", "answer", "--place", "CN", "--from", "2026-07-01"]) == 0
    out = capsys.readouterr().out
    assert "cn-pipl answer, CN\n  the law names no number of days\n" in out and "No finding may rest on this." in out


def test_pauses_and_extensions(capsys: pytest.CaptureFixture[str]) -> None:
    uk = ["deadline", "uk-gdpr", "answer", "--place", "GB", "--from", "2026-03-02", "--json"]
    assert main([*uk, "--pause", "2026-03-05..2026-03-10=clarification"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["due_earliest"], value["due_latest"]) == ("2026-04-07", "2026-04-08")
    assert main([*uk, "--pause", "2026-03-05.."]) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["due_earliest"], value["due_latest"], value["no_date"]) == (None, None, "paused")
    assert main([*KR, "--extended-on", "2026-07-09", "--cause-ended", "2026-07-15", "--json"]) == 0
    value = json.loads(capsys.readouterr().out)
    assert (value["due_earliest"], value["due_latest"]) == ("2026-07-15", "2026-07-27")
    # An instant is a day of the place: already the 14th in Korea.
    assert main([*KR, "--extended-on", "2026-07-13T15:00:00Z"]) == 1
    assert "it had to come by 2026-07-13" in capsys.readouterr().err


def test_a_holiday_declared_late(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "late.toml"
    file.write_text(LATE)
    asked = ["deadline", "kr-pipa", "answer", "--place", "KR", "--from", "2026-11-02", "--json"]
    assert main([*asked, "--calendar", str(file)]) == 0
    value = json.loads(capsys.readouterr().out)
    assert value["due_latest"] == "2026-11-13" and "; kr-late 2 sha256:" in value["calendar"]
    file.write_text(LATE + "x")
    assert main([*asked, "--calendar", str(file)]) == 2
    assert "calendar file" in capsys.readouterr().err


def test_a_calendar_file_for_the_person(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "due.ics"
    assert main([*KR, "--lang", "ko", "--ics", str(file)]) == 0
    data = file.read_bytes()
    assert data.count(b"BEGIN:VEVENT") == 2 and b"DTSTART;VALUE=DATE:20260711" in data
    assert b"DTSTART;VALUE=DATE:20260713" in data and data.endswith(b"END:VCALENDAR\r\n")
    assert main([*KR, "--ics", str(file)]) == 1  # nothing is overwritten
    capsys.readouterr()
    assert main([*KR, "--ics", str(tmp_path / "none" / "due.ics")]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and "make it first" in said.err
    nothing = [
        "deadline",
        "cn-pipl",
        "answer",
        "--place",
        "CN",
        "--from",
        "2026-07-01",
        "--ics",
        str(tmp_path / "no.ics"),
    ]
    assert main(nothing) == 2 and not (tmp_path / "no.ics").exists()
    capsys.readouterr()


@pytest.mark.parametrize(
    ("changed", "code", "words"),
    [
        (["xx"], 2, "there is no regime 'xx'; there are au-app12"),
        (["eu-gpdr"], 2, "(did you mean eu-gdpr?); there are au-app12"),
        (["eu-gdpr", "anwser"], 2, "(did you mean answer?); it has answer, extended"),
        (["us-ca-ccpa"], 2, "does not hold in IE; it holds in US-CA"),
        (["--place", "ie"], 2, "(did you mean IE?)"),
        (["--place", "UK"], 2, "(did you mean GB?)"),
        (["--place", "el-i"], 2, "(did you mean GR-I?)"),
        (["--pause", "2025-09-20..2025-09-25=idenity"], 2, "(did you mean identity?)"),
        (["eu-gdpr", "reply"], 2, "it has answer, extended"),
        (["--place", "US"], 2, "it holds in AT, BE"),
        (["--place", "DE-XX"], 2, "known: DE, DE-BB"),
        (["--from", "yesterday"], 2, "like 2026-11-20"),
        (["--from", "2018-05-24"], 1, "from 2018-05-25"),
        (["--pause", "2025-09-20"], 2, "FROM..TO"),
        (["--pause", "2025-09-20..2025-09-25=holiday"], 2, "identity, clarification"),
        (["--pause", "2025-09-20..2025-09-25", "--pause", "2025-09-24.."], 2, "overlap"),
        (["--extended-on", "2025-10-01"], 2, "ask for extended"),
        (["--until", "2025-12-01"], 2, "extended-on"),
    ],
)
def test_errors_name_what_would_be_right(
    changed: list[str], code: int, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = list(EU)
    if changed[0].startswith("--"):
        given = (
            given[: given.index(changed[0])] + given[given.index(changed[0]) + 2 :] if changed[0] in given else given
        )
        given += changed
    else:
        given[1 : 1 + len(changed)] = changed
    assert main(given) == code
    assert words in capsys.readouterr().err
    assert main([*given, "--json"]) == code
    assert words in json.loads(capsys.readouterr().out)["detail"]


def test_a_country_too_wide(capsys: pytest.CaptureFixture[str]) -> None:
    for place in ("US", "US-NY"):
        assert main(["deadline", "us-ca-ccpa", "answer", "--place", place, "--from", "2026-03-02"]) == 2
        assert f"does not hold in {place} (did you mean US-CA?)" in capsys.readouterr().err


def test_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deadline", "eu-gdpr", "answer"]) == 2
    assert "--place" in capsys.readouterr().err
