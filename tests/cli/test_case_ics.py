"""The dates of a case as a calendar file, from its bundle and by the command."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest

from ledger.cli.main import main
from tests.cli.matter import Matter, words
from tools.vectors._matter import policy_text


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    matter = Matter("tr-kvkk", "TR")
    matter.sent("2026-10-20", "2026-10-20")
    matter.company("2026-10-22", "request.acknowledged", received_on="2026-10-22")
    bundle, trust = tmp_path / "case.habeas.json", tmp_path / "trust.toml"
    whole = matter.bundle("2026-11-02")
    bundle.write_bytes(whole.encode())
    (tmp_path / "part.habeas.json").write_bytes(replace(whole, index=None).encode())
    trust.write_text(policy_text())
    return bundle, trust


def test_each_date_once(files: tuple[Path, Path], tmp_path: Path) -> None:
    """The company's two dates, and the person's window in both readings; the same again gives the same bytes."""
    made = []
    for name in ("one.ics", "two.ics"):
        out = tmp_path / name
        options = ("--trust", str(files[1]), "--now", "2026-11-03T00:00:00Z")
        assert main(["case", "ics", str(files[0]), str(out), *options]) == 0
        made.append(out.read_bytes())
    text = made[0].decode("utf-8")
    assert made[0] == made[1]
    assert text.count("BEGIN:VEVENT") == 4
    for day in ("20261119", "20261123", "20261219", "20261221"):
        assert f"DTSTART;VALUE=DATE:{day}" in text
    unfolded = text.replace("\r\n ", "")
    assert "Not a finding of a breach. Not legal advice." in unfolded


def _events(matter: Matter, folder: Path, at: str = "2026-12-01", lang: str = "en") -> list[tuple[str, str]]:
    """Day and summary of each event that the command writes, as of ``at``."""
    bundle, trust, out = folder / "case.habeas.json", folder / "trust.toml", folder / f"{lang}.ics"
    bundle.write_bytes(matter.bundle(at).encode())
    trust.write_text(policy_text())
    out.unlink(missing_ok=True)
    options = ["--trust", str(trust), "--now", "2026-12-20T00:00:00Z", "--lang", lang]
    assert main(["case", "ics", str(bundle), str(out), *options]) == 0
    lines = out.read_bytes().decode().replace("\r\n ", "").replace("\\,", ",").split("\r\n")
    days = [line.rpartition(":")[2] for line in lines if line.startswith("DTSTART")]
    return list(zip(days, [line[8:] for line in lines if line.startswith("SUMMARY:")], strict=True))


def test_claimed_arrival_is_said_in_each_event(tmp_path: Path) -> None:
    """Both readings, as ``habeas deadline --ics`` has them, and the day that they hang on; so does the summary."""
    matter = Matter(opened_at="2026-10-15")
    matter.sent("2026-10-15", "2026-10-15")
    condition = "(if the request arrived on 2026-10-15, which is not proven)"
    assert _events(matter, tmp_path) == [
        (
            "20261115",
            f"shop.example – The company, answer: strictest reading: by the end of 2026-11-15 (Sunday) {condition}",
        ),
        (
            "20261116",
            "shop.example – The company, answer: most favourable to the company: by the end of 2026-11-16 (Monday) "
            + condition,
        ),
    ]
    korean = _events(matter, tmp_path, "2026-12-02", "ko")
    assert all(summary.endswith("(증명되지 않았으나 요구가 2026-10-15에 도달했다면)") for _, summary in korean)
    told = words(matter.finding("2026-12-03"))
    assert "If it arrived on 2026-10-15, an answer was due by 2026-11-16. Arrival is not proven." in told
    assert (
        "The company, answer: if the request arrived on 2026-10-15, which is not proven, by the end of 2026-11-16. "
        "In the strictest reading by the end of 2026-11-15." in told
    )


def test_a_missing_latest_date_is_said_in_the_event(tmp_path: Path) -> None:
    """A postponement without a date, and a way that the company did not publish."""
    matter = Matter("kr-pipa", "KR")
    matter.sent("2026-10-20", "2026-10-20")
    matter.company("2026-10-22", "request.acknowledged", received_on="2026-10-22")
    facts = {"notified_on": "2026-10-26", "reason": "legal_cause", "until": "cause_ends"}
    matter.company("2026-10-26", "deadline.extended", **facts)  # type: ignore[arg-type]
    [(day, summary)] = _events(matter, tmp_path)
    assert day == "20261030" and "strictest reading: by the end of 2026-10-30 (Friday)" in summary
    assert summary.endswith("(there is no latest date until the cause of the postponement ends)")
    matter = Matter()
    matter.sent("2026-10-20", "2026-10-20", published=False)
    [(_, summary)] = _events(matter, tmp_path)
    assert summary.endswith("(there is no latest date until the company acknowledges the request)")
    assert "in the strictest reading by the end of 2026-11-20; there is no latest date" in words(
        matter.finding("2026-12-02")
    )


def test_a_wait_is_not_an_end(tmp_path: Path) -> None:
    """Japan: two weeks before a lawsuit. Nobody goes by its earlier date."""
    matter = Matter("jp-appi", "JP")
    matter.sent("2026-10-20", "2026-10-20")
    matter.company("2026-10-22", "request.acknowledged", received_on="2026-10-22")
    [(day, summary)] = _events(matter, tmp_path)
    assert day == "20261105" and "not before the end of 2026-11-05" in summary and "by the end" not in summary
    [(_, summary)] = _events(matter, tmp_path, "2026-12-02", "ko")
    assert "2026-11-05(목)이 지난 뒤에" in summary and "까지" not in summary


def test_why_there_is_no_date(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A closed case, and a trust policy that does not know the ledger: which option helps."""
    matter = Matter()
    matter.sent("2026-10-20", "2026-10-20")
    matter.company("2026-10-22", "request.refused", answered_on="2026-10-22", mode="sent", reasons=["excessive"])
    bundle, trust, out = tmp_path / "case.habeas.json", tmp_path / "trust.toml", tmp_path / "due.ics"
    bundle.write_bytes(matter.bundle("2026-12-01").encode())
    trust.write_text(policy_text())
    asked = ["case", "ics", str(bundle), str(out), "--now", "2026-12-20T00:00:00Z"]
    assert main([*asked, "--trust", str(trust)]) == 2
    assert "the case is closed (refused): nothing is awaited" in capsys.readouterr().err
    assert main(asked) == 2
    assert "does not list the ledger" in (said := capsys.readouterr().err) and "--trust FILE" in said
    assert not out.exists()


HOLIDAY = (
    'habeas_calendar = 1\nid = "tr-late"\nversion = 3\n[[day]]\ndate = 2026-11-23\nplace = "TR"\nstatus = "holiday"\n'
    'name = "made up"\nsource = "made up"\n'
)


def test_a_holiday_declared_late(files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same file moves the date of ``habeas verify`` and of ``habeas case ics``, and is named with its digest."""
    late, out = tmp_path / "late.toml", tmp_path / "late.ics"
    late.write_text(HOLIDAY)
    options = ("--trust", str(files[1]), "--now", "2026-11-03T00:00:00Z", "--calendar", str(late))
    assert main(["case", "ics", str(files[0]), str(out), *options]) == 0
    assert "20261123" not in out.read_text("utf-8") and "DTSTART;VALUE=DATE:20261124" in out.read_text("utf-8")
    capsys.readouterr()
    assert main(["verify", str(files[0]), "--json", *options]) == 3
    due = json.loads(capsys.readouterr().out)["finding"]["due"]
    assert due["due_latest"] == "2026-11-24"
    assert due["calendar"].endswith(f"; tr-late 3 sha256:{hashlib.sha256(HOLIDAY.encode()).hexdigest()[:16]}")
    assert main(["verify", str(files[0]), *options]) == 3
    assert "; tr-late 3 sha256:" in capsys.readouterr().out
    folder = tmp_path / "many"
    folder.mkdir()
    for name in ("one", "two"):
        (folder / f"{name}.habeas.json").write_bytes(files[0].read_bytes())
    assert main(["verify", str(folder), "--json", "--jobs", "2", *options]) == 3
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["finding"]["due"]["due_latest"] for line in lines] == ["2026-11-24", "2026-11-24"]


@pytest.mark.parametrize("content", [None, HOLIDAY + "x"])
def test_a_calendar_file_that_is_none(
    content: str | None, files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    late = tmp_path / "late.toml"
    if content is not None:
        late.write_text(content)
    assert main(["verify", str(files[0]), "--trust", str(files[1]), "--calendar", str(late)]) == 2
    assert "calendar file" in capsys.readouterr().err


def test_without_complete_lists_there_are_no_dates(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part, out = tmp_path / "part.habeas.json", tmp_path / "part.ics"
    assert main(["case", "ics", str(part), str(out), "--trust", str(files[1]), "--now", "2026-11-03T00:00:00Z"]) == 2
    assert not out.exists() and "no finding" in capsys.readouterr().err


def test_a_day_as_now_and_a_file_of_json_ld(
    files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A day is its end, here as everywhere; a missing folder is one sentence."""
    asked = ["case", "jsonld", str(files[0]), "--trust", str(files[1]), "--now", "2026-11-02"]
    assert main(asked) == 0
    shown = capsys.readouterr().out
    out = tmp_path / "case.jsonld"
    assert main([*asked, "--out", str(out)]) == 0
    assert out.read_text("utf-8") == shown and capsys.readouterr().out == ""
    assert main([*asked, "--out", str(tmp_path / "none" / "case.jsonld")]) == 2
    assert main([*asked[:-1], "2026-13-02"]) == 2
    assert "--now must be a date like" in capsys.readouterr().err


def test_json_ld(files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same case in the words of W3C DPV; also of a file without complete lists, which then says so."""
    for name, complete in (("case", "conditional"), ("part", "not checked")):
        path = tmp_path / f"{name}.habeas.json"
        assert main(["case", "jsonld", str(path), "--trust", str(files[1]), "--now", "2026-11-03T00:00:00Z"]) == 0
        value = json.loads(capsys.readouterr().out)
        assert value["habeas:complete"] == complete and value["@type"] == "dpv:RightExerciseRecord"
        assert [part["dct:type"] for part in value["dct:hasPart"]] == [
            "case.opened", "request.sent", "request.acknowledged",
        ]  # fmt: skip
