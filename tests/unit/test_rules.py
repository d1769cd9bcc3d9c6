"""The shipped rules: all there, each statement carried by a source, and the page made from them up to date."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from ledger.deadlines import due
from ledger.deadlines.calendars import STANDARD, check_place, days_of
from ledger.deadlines.places import TZDATA, zones
from ledger.deadlines.rule_file import parse_rule
from ledger.deadlines.rulebook import SHIPPED, load_rule, rule_bytes
from ledger.errors import MalformedRequest
from ledger.kinds import REGIMES
from tools.deadlines_page import PAGE, page

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "ledger" / "data" / "rules"
MEDIATION = "mediation_response mediation_decision mediation_silence"
# What the project promises to have, at the least.
PROMISED = {
    "eu-gdpr": "answer extended",
    "uk-gdpr": "answer extended",
    "kr-pipa": f"answer {MEDIATION}",
    "kr-pipa-automated": f"answer extended extended_twice {MEDIATION}",
    "kr-pipa-correction": f"answer {MEDIATION}",
    "kr-pipa-transfer": f"answer {MEDIATION}",
    "us-ca-ccpa": "acknowledge answer extended",
    "us-ca-optout": "answer",
    "eu-dsa": "internal_complaint out_of_court",
    "eu-p2b": "termination",
    "ch-fadp": "answer",
    "jp-appi": "sue",
    "us-va": "answer extended appeal",
    "us-co": "answer extended appeal",
    "us-tx": "answer extended appeal",
    "ca-qc": "answer",
    "ca-pipeda": "answer extended",
    "br-lgpd": "answer",
    "in-dpdp": "answer",
    "cn-pipl": "",
    "sg-pdpa": "answer",
    "au-app12": "answer",
    "nz-privacy": "answer",
    "za-popia": "answer extended",
    "tr-kvkk": "answer complain_silent",
    "th-pdpa": "answer",
    "tw-pdpa": "answer extended",
    "je-dpl": "answer extended",
    "eu-dma": "",
    "eu-data-act": "",
    "eu-data-act-switching": "notice transition infeasible_notice long_stop retrieval",
    "kr-telecom-outage": "",
}
UNDATED = {
    **{name: {"answer"} for name in ("cn-pipl", "eu-dma", "eu-data-act", "jp-appi")},
    **{name: {"mediation_response"} for name in ("kr-pipa", "kr-pipa-automated", "kr-pipa-correction")},
    "kr-pipa-transfer": {"answer", "mediation_response"},
    "kr-telecom-outage": {"notice"},
}


FORBIDDEN = (
    *("sqlmodel", "sqlalchemy", "sqlite3", "psycopg", "web3", "eth_account", "eth_keys", "coincurve", "obstore"),
    *("fastapi", "starlette", "pydantic", "uvicorn", "httpx2", "typer", "ssl", "http", "urllib.request"),
    *("ledger.runtime", "ledger.cli", "ledger.statement", "ledger.bundle", "ledger.evm", "api"),
)


def test_every_regime_has_its_file() -> None:
    assert {path.stem for path in RULES.glob("*.toml")} == set(SHIPPED) == set(REGIMES) - {"none"} == set(PROMISED)


@pytest.mark.parametrize("regime", SHIPPED)
def test_rule(regime: str) -> None:
    """The promised periods; each source is used; nothing that a period extends lacks its way there."""
    rule = load_rule(regime)
    assert set(PROMISED[regime].split()) <= set(rule.periods)
    dated = {period.name for period in rule.periods.values() if period.legs}
    assert dated >= set(PROMISED[regime].split()) - UNDATED.get(regime, set())
    assert dated.isdisjoint(UNDATED.get(regime, set()))
    used = {source for period in rule.periods.values() for source in period.sources}
    for period in rule.periods.values():
        used |= {period.roll_over, *(pause.source for pause in period.pauses)}
        used |= set() if period.closed is None else {period.closed.source}
        used |= set() if period.extension is None else {period.extension.source, period.extension.notice}
        for name in period.extends:
            assert rule.periods[name].extension is not None
        assert period.legs == () or period.legs[0].unit == "working_days" or period.counting != "NZ-WD"
    used |= {rule.silence_source, rule.refusal_source, rule.authority_source, rule.next_step_source}
    for name in (rule.refusal_source, rule.authority_source):
        assert not rule.refusal_grounds or rule.mark_of(name) != "R", "grounds that no source gives"
    assert set(rule.sources) <= used, "a source that carries nothing"


def test_the_page_is_what_the_rules_say() -> None:
    """Otherwise run: python -m tools.deadlines_page."""
    assert PAGE.read_text("utf-8") == page()


@pytest.mark.parametrize("regime", SHIPPED)
def test_korean_is_korean(regime: str) -> None:
    """Each Korean text is written in Korean, and ends as a sentence where the English one does."""
    pairs = re.findall(r'\{ en = "((?:[^"\\]|\\.)*)", ko = "((?:[^"\\]|\\.)*)" \}', rule_bytes(regime).decode())
    assert len(pairs) > 8
    for english, korean in pairs:
        if len(english) > 40:
            assert re.search("[가-힣]", korean), korean
        assert not english.endswith(".") or korean.endswith(".") or "art." in english[-12:], (english, korean)


def test_a_rule_is_a_value() -> None:
    """Reading a file twice gives equal rules."""
    for regime in SHIPPED:
        assert parse_rule(rule_bytes(regime)) == parse_rule(rule_bytes(regime))


def test_the_engine_needs_no_server_database_or_chain() -> None:
    """In a fresh interpreter, where importing any of them is refused, and so is the standard library's network."""
    program = (
        "import sys\nfrom datetime import date\n"
        f"names = {FORBIDDEN}\n"
        "def hook(event, args):\n"
        "    if event.startswith('socket.'): raise AssertionError(event)\n"
        "sys.addaudithook(hook)\n"
        "class Refuse:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name in names: raise AssertionError(f'{name} was imported')\n"
        "sys.meta_path.insert(0, Refuse())\n"
        "assert not set(names) & set(sys.modules)\n"
        "from ledger.deadlines import due\nfrom ledger.deadlines.rulebook import load_rule\n"
        'assert str(due(load_rule("eu-gdpr"), "answer", "IE", date(2025, 9, 19)).due_latest) == "2025-10-20"\n'
        "print(sorted(set(names) & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.stdout, done.returncode) == ("[]\n", 0), done.stderr


def test_time_zones_come_from_the_package() -> None:
    """Also where the machine has none, or others."""
    program = (
        "from datetime import datetime, UTC\nfrom ledger.deadlines.places import local_days\n"
        'print(local_days(datetime(2026, 6, 30, 15, 30, tzinfo=UTC), "KR")[0])\n'
    )
    environment = {"PYTHONTZPATH": "", "PATH": "/usr/bin:/bin", "TZ": "America/New_York", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment, cwd=ROOT
    )
    assert done.stdout == "2026-07-01\n"
    assert STANDARD.version.endswith(TZDATA) and [zone.key for zone in zones("US-CA")] == ["America/Los_Angeles"]


def test_every_region_listed_has_its_zone() -> None:
    """The names in places.toml are known to the tz database and to the calendar."""
    listed = re.findall(r"^([A-Z]{2}-[A-Z0-9]+) =", (ROOT / "ledger/data/places.toml").read_text(), re.MULTILINE)
    assert len(listed) > 30
    for place in listed:
        assert zones(place)
        check_place(place)


def test_holidays_of_korea() -> None:
    """A whole year of a country that the rules care for most."""
    days = days_of(STANDARD, "KR", 2026, True)
    assert {
        date(2026, 6, 3),
        date(2026, 7, 17),
        date(2026, 8, 17),
        date(2026, 9, 25),
        date(2026, 10, 5),
    } <= days.certain
    assert date(2026, 12, 24) not in days.counted


def test_estimated_days_are_disputed() -> None:
    """The dates of the moon are known late: they move the later date alone."""
    found = [
        day
        for year in range(2027, 2034)
        for days in [days_of(STANDARD, "TR", year, True)]
        for day in days.counted - days.certain
    ]
    assert found


@pytest.mark.parametrize("place", ["ie", "IRL", "IE-", "XX", "", "EU", "IE-ABCD"])
def test_no_place(place: str) -> None:
    with pytest.raises(MalformedRequest):
        due(load_rule("eu-gdpr"), "answer", place, date(2026, 2, 2))
