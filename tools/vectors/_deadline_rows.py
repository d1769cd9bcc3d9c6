"""Rows of published and of derived due dates, written by hand: nothing here comes from the engine.

A row is (id, source and mark, regime, period, places, input, due_earliest, due_latest).
"""

from __future__ import annotations

from typing import Any, TypeAlias

Row: TypeAlias = tuple[str, str, str, str, tuple[str, ...], dict[str, Any], str | None, str | None]

EU = tuple("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
UK, CHECKLIST, ICO = ("GB",), "ICO SAR checklist for small organisations (C)", "ICO guidance, 8 December 2025 (C)"
EDPB = "EDPB Guidelines 01/2022, section 5.3 (R: not retrieved word for word)"
KVKK, OWN = "KVKK Board decision of 13 February 2019 (S)", "computed by hand"
SWITCH = "eu-data-act-switching"
# Whit Monday of the Orthodox churches in Cyprus, Greece and Romania, a bank holiday in Ireland.
_JUNE = ("CY", "GR", "IE", "RO")
# 3 March in Bulgaria, 17 in Ireland, 11 in Lithuania, 19 in Malta: each one working day of March less.
_MARCH_DAY = ("BG", "IE", "LT", "MT")


def _but(*countries: str) -> tuple[str, ...]:
    """The Member States without a holiday of the whole country that the row would meet."""
    return tuple(country for country in EU if country not in countries)


def day(start: str, **more: Any) -> dict[str, Any]:
    """The input of a row."""
    return {"from": start, **more}


AUTHORITY: tuple[Row, ...] = (
    ("A1", CHECKLIST, "uk-gdpr", "answer", UK, day("2025-09-03"), "2025-10-03", "2025-10-03"),
    ("A2", ICO, "uk-gdpr", "answer", UK, day("2024-01-01"), "2024-02-01", "2024-02-01"),
    ("A3", ICO, "uk-gdpr", "answer", UK, day("2024-11-25"), "2024-12-25", "2024-12-27"),
    ("A4", ICO, "uk-gdpr", "answer", UK, day("2025-01-31"), "2025-02-28", "2025-02-28"),
    ("A4-leap", ICO, "uk-gdpr", "answer", UK, day("2024-01-31"), "2024-02-29", "2024-02-29"),
    (
        "A6",
        "ICO as a law firm's note has it (S)",
        "uk-gdpr",
        "answer",
        UK,
        day("2025-01-30"),
        "2025-02-28",
        "2025-02-28",
    ),
    ("A8", EDPB, "eu-gdpr", "answer", EU, day("2024-03-05"), "2024-04-05", "2024-04-05"),
    ("A9", EDPB, "eu-gdpr", "answer", EU, day("2026-08-31"), "2026-09-30", "2026-09-30"),
    (
        "A10",
        f"{EDPB}; Regulation 1182/71 art. 3(4) (C)",
        "eu-gdpr",
        "answer",
        EU,
        day("2025-03-05"),
        "2025-04-05",
        "2025-04-07",
    ),
    ("A11", "11 CCR 7021 (C)", "us-ca-ccpa", "extended", ("US-CA",), day("2026-01-06"), "2026-04-06", "2026-04-06"),
    (
        "A12",
        "OPC Case Summary 2003-165 (C): answered on day 93 is late",
        "ca-pipeda",
        "answer",
        ("CA",),
        day("2026-03-02", answered_on="2026-06-03"),
        "2026-04-01",
        "2026-04-01",
    ),
    ("A13", KVKK, "tr-kvkk", "complain", ("TR",), day("2026-06-15"), "2026-07-15", "2026-07-16"),
    ("A14", KVKK, "tr-kvkk", "complain_silent", ("TR",), day("2026-06-01"), "2026-07-31", "2026-07-31"),
    (
        "A15",
        f"{KVKK}: an answer on 2026-07-20 changes nothing",
        "tr-kvkk",
        "complain_silent",
        ("TR",),
        day("2026-06-01", answered_on="2026-07-20"),
        "2026-07-31",
        "2026-07-31",
    ),
    ("A16", "PDPC on reviews (C)", "sg-pdpa", "review", ("SG",), day("2026-06-01"), "2026-07-01", "2026-07-01"),
)
DERIVED: tuple[Row, ...] = (
    ("D1", OWN, "uk-gdpr", "answer", UK, day("2025-09-03"), "2025-10-03", "2025-10-03"),
    ("D3", OWN, "uk-gdpr", "answer", UK, day("2026-01-01"), "2026-02-01", "2026-02-02"),
    ("D4", OWN, "uk-gdpr", "answer", UK, day("2024-01-31"), "2024-02-29", "2024-02-29"),
    ("D5", OWN, "uk-gdpr", "answer", UK, day("2025-01-31"), "2025-02-28", "2025-02-28"),
    ("D7", OWN, "uk-gdpr", "answer", UK, day("2026-03-31"), "2026-04-30", "2026-04-30"),
    ("D8", OWN, "uk-gdpr", "answer", UK, day("2026-04-01"), "2026-05-01", "2026-05-01"),
    ("D10", OWN, "eu-gdpr", "answer", EU, day("2025-03-05"), "2025-04-05", "2025-04-07"),
    ("D12", OWN, "eu-gdpr", "answer", EU, day("2026-08-31"), "2026-09-30", "2026-09-30"),
    ("D13", OWN, "eu-gdpr", "answer", ("IE",), day("2025-10-20"), "2025-11-20", "2025-11-20"),
    ("D14", OWN, "eu-gdpr", "extended", ("IE",), day("2025-10-20"), "2026-01-20", "2026-01-20"),
    ("D15", OWN, "eu-gdpr", "answer", ("AT",), day("2025-12-01"), "2026-01-01", "2026-01-02"),
    ("D18", OWN, "eu-gdpr", "answer", EU, day("2027-01-31"), "2027-02-28", "2027-03-01"),
    ("D19", OWN, "kr-pipa", "answer", ("KR",), day("2026-11-02"), "2026-11-12", "2026-11-12"),
    ("D20", OWN, "kr-pipa", "answer", ("KR",), day("2026-07-01"), "2026-07-11", "2026-07-13"),
    ("D23", OWN, "kr-pipa-automated", "answer", ("KR",), day("2026-11-02"), "2026-12-02", "2026-12-02"),
    ("D25", OWN, "us-ca-ccpa", "acknowledge", ("US-CA",), day("2025-10-20"), "2025-11-03", "2025-11-03"),
    ("D27", OWN, "us-ca-ccpa", "answer", ("US-CA",), day("2025-10-20"), "2025-12-04", "2025-12-04"),
    ("D29", OWN, "us-va", "answer", ("US-VA",), day("2026-01-05"), "2026-02-19", "2026-02-19"),
    ("D31", OWN, "us-va", "appeal", ("US-VA",), day("2026-02-01"), "2026-04-02", "2026-04-02"),
    ("D32", OWN, "us-tx", "answer", ("US-TX",), day("2026-03-10"), "2026-04-24", "2026-04-24"),
    ("D33", OWN, "us-co", "answer", ("US-CO",), day("2026-05-04"), "2026-06-18", "2026-06-18"),
    ("D34", OWN, "br-lgpd", "answer", ("BR",), day("2026-03-02"), "2026-03-17", "2026-03-17"),
    ("D35", OWN, "ca-pipeda", "answer", ("CA",), day("2026-03-02"), "2026-04-01", "2026-04-01"),
    ("D36", OWN, "ca-pipeda", "extended", ("CA",), day("2026-03-02"), "2026-05-01", "2026-05-01"),
    ("D37", OWN, "ca-qc", "answer", ("CA-QC",), day("2026-01-15"), "2026-02-14", "2026-02-16"),
    ("D40", OWN, "nz-privacy", "answer", ("NZ",), day("2026-02-02"), "2026-03-03", "2026-03-03"),
    ("D41-SG", OWN, "sg-pdpa", "answer", ("SG",), day("2026-06-01"), "2026-07-01", "2026-07-01"),
    ("D41-TH", OWN, "th-pdpa", "answer", ("TH",), day("2026-06-01"), "2026-07-01", "2026-07-01"),
    ("D41-TR", OWN, "tr-kvkk", "answer", ("TR",), day("2026-06-01"), "2026-07-01", "2026-07-01"),
    ("D41-CH", OWN, "ch-fadp", "answer", ("CH",), day("2026-06-01"), "2026-07-01", "2026-07-01"),
    ("D41-ZA", OWN, "za-popia", "answer", ("ZA",), day("2026-06-01"), "2026-07-01", "2026-07-01"),
    ("D41-AU", OWN, "au-app12", "answer", ("AU",), day("2026-06-01"), "2026-07-01", "2026-07-01"),
    ("D42", OWN, "za-popia", "extended", ("ZA",), day("2026-06-01"), "2026-07-31", "2026-07-31"),
    ("D43", OWN, "tr-kvkk", "complain_silent", ("TR",), day("2026-06-01"), "2026-07-31", "2026-07-31"),
    ("D44", OWN, "in-dpdp", "answer", ("IN",), day("2027-06-01"), "2027-08-30", "2027-08-30"),
    ("D46", OWN, "tw-pdpa", "answer", ("TW",), day("2026-06-01"), "2026-06-16", "2026-06-16"),
    ("D47", OWN, SWITCH, "notice", _but("IE", "LV"), day("2026-03-02"), "2026-05-02", "2026-05-04"),
    ("D47-holiday-on-4-May", OWN, SWITCH, "notice", ("IE", "LV"), day("2026-03-02"), "2026-05-02", "2026-05-05"),
    ("D48", OWN, SWITCH, "transition", _but(*_JUNE), day("2026-05-02"), "2026-06-01", "2026-06-01"),
    ("D48-holiday-on-1-June", OWN, SWITCH, "transition", _JUNE, day("2026-05-02"), "2026-06-01", "2026-06-02"),
    ("D49", OWN, SWITCH, "infeasible_notice", _but(*_MARCH_DAY), day("2026-03-02"), "2026-03-20", "2026-03-20"),
    (
        "D49-a-holiday-in-March",
        OWN,
        SWITCH,
        "infeasible_notice",
        _MARCH_DAY,
        day("2026-03-02"),
        "2026-03-23",
        "2026-03-23",
    ),
    ("D50", OWN, SWITCH, "long_stop", EU, day("2026-05-02"), "2026-12-02", "2026-12-02"),
    ("D51", OWN, SWITCH, "retrieval", EU, day("2026-06-01"), "2026-07-01", "2026-07-01"),
    ("D52", OWN, "eu-dsa", "internal_complaint", EU, day("2026-08-31"), "2027-02-28", "2027-03-01"),
    ("D54", OWN, "eu-p2b", "termination", _but("CY"), day("2026-03-02"), "2026-04-01", "2026-04-01"),
    (
        "D54-national-day-of-Cyprus",
        OWN,
        "eu-p2b",
        "termination",
        ("CY",),
        day("2026-03-02"),
        "2026-04-01",
        "2026-04-02",
    ),
)
