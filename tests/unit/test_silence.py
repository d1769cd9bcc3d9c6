"""What the record says of an answer, in the fixed sentences and no others; the wording is that of the design."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ledger.assessment import NO_FINDING, Assessment, assess
from ledger.cli.clean import dump_json
from ledger.cli.report import report_json, report_text
from ledger.finding.told import told
from ledger.policy import parse_policy
from ledger.sentences import sentences, silence_json
from ledger.verification.checks import Value
from ledger.verification.observed import Observed
from ledger.verification.silence import CheckIn, Doubt, Silence
from ledger.words import Language
from tests.cli.broken import NOW, everything_of
from tests.cli.parts import cases, policies
from tools.vectors._bundles import policy_bytes

KEY = b"\x22" * 20
HEX = "0x" + "22" * 20
T = "2026-10-14 18:07:40 UTC"
NONE = Silence(
    said="none",
    size=5,
    as_of=1_792_001_260,
    company="shop.example",
    company_keys=(KEY,),
    answers=(),
    why=None,
    check_in=CheckIn(4, "2026-11-22", "nothing"),
    replayed_by=("auditor.example", "second.example"),
    operator_is_party=False,
    not_counted=(),
)
KEYS = {"en": f"Keys of shop.example in this ledger: {HEX}.", "ko": f"이 기록부에 있는 shop.example의 열쇠: {HEX}."}
REPLAYED = {
    "en": "Index replayed by auditor.example, second.example.",
    "ko": "색인은 auditor.example, second.example이(가) 다시 계산해 확인했습니다.",
}
CLAIMED = {
    "en": "The operator's index has not been replayed.",
    "ko": "운영자의 색인은 다시 계산해 확인되지 않았습니다.",
}
SINCE = {"en": "Not known since 2026-11-22.", "ko": "2026-11-22 이후는 알 수 없습니다."}
UNSIGNED = {
    "en": f"No answer signed with a key of shop.example is recorded in this ledger up to {T}.",
    "ko": f"{T}까지 이 기록부에는 shop.example의 열쇠로 서명된 답변이 기록되어 있지 않습니다.",
}
CONFIRMED = {
    "en": "The person confirmed on 2026-11-22 that nothing had reached them.",
    "ko": "요구인은 2026-11-22에 받은 답변이 없다고 확인했습니다.",
}
LANGUAGES: tuple[Language, ...] = ("en", "ko")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_there(lang: Language) -> None:
    """The company has joined."""
    assert sentences(NONE, lang) == [UNSIGNED[lang], CONFIRMED[lang], SINCE[lang], KEYS[lang], REPLAYED[lang]]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_not_joined(lang: Language) -> None:
    """No key, so none is named; the index is the operator's claim."""
    finding = replace(NONE, company_keys=(), replayed_by=(), check_in=None)
    assert not finding.has_joined
    assert (
        sentences(finding, lang)
        == {
            "en": [
                UNSIGNED["en"],
                "shop.example has not joined this ledger."
                " An answer sent elsewhere appears only if the person records it.",
                "No check-in of the person is recorded.",
                CLAIMED["en"],
            ],
            "ko": [
                UNSIGNED["ko"],
                "shop.example은(는) 이 기록부에 참여하지 않았습니다."
                " 다른 경로의 답변은 요구인이 기록한 경우에만 나타납니다.",
                "요구인이 상황을 다시 확인한 기록은 없습니다.",
                CLAIMED["ko"],
            ],
        }[lang]
    )


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_check_in_that_names_an_answer_confirms_no_silence(lang: Language) -> None:
    """The person said that an answer was recorded: only the date up to which anything is known is said."""
    finding = replace(NONE, check_in=CheckIn(4, "2026-11-22", "recorded"))
    assert sentences(finding, lang) == [UNSIGNED[lang], SINCE[lang], KEYS[lang], REPLAYED[lang]]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_recorded(lang: Language) -> None:
    """Nothing is said of silence, check-in or time."""
    finding = replace(NONE, said="recorded", answers=(4, 6))
    answer = {
        "en": "An answer signed with a key of shop.example is recorded in this ledger: entry 4, 6.",
        "ko": "이 기록부에는 shop.example의 열쇠로 서명된 답변이 기록되어 있습니다(기록 4, 6번).",
    }
    assert sentences(finding, lang) == [answer[lang], KEYS[lang], REPLAYED[lang]]


REPORTED = {
    "en": "The person recorded that shop.example answered: entry 5.",
    "ko": "요구인은 shop.example의 답변이 있었다고 기록했습니다(기록 5번).",
}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_reported(lang: Language) -> None:
    """Beside the report stands that the company signed none, also where it has no key at all."""
    finding = replace(NONE, said="reported", answers=(5,), company_keys=())
    assert sentences(finding, lang) == [REPORTED[lang], UNSIGNED[lang], REPLAYED[lang]]


DOUBTS: tuple[tuple[Doubt, dict[str, str]], ...] = (
    (
        Doubt("too_many", 65),
        {
            "en": "Whether an answer signed with a key of shop.example is recorded in this ledger is undetermined:"
            " shop.example recorded 65 statements in this case.",
            "ko": "shop.example의 열쇠로 서명된 답변이 이 기록부에 기록되어 있는지는 정할 수 없습니다."
            " shop.example이(가) 이 사건에 진술 65건을 기록했습니다.",
        },
    ),
    (
        Doubt("not_understood", 7),
        {
            "en": "Whether an answer signed with a key of shop.example is recorded in this ledger is undetermined:"
            " entry 7, signed with a key of shop.example, is not understood by this version.",
            "ko": "shop.example의 열쇠로 서명된 답변이 이 기록부에 기록되어 있는지는 정할 수 없습니다."
            " shop.example의 열쇠로 서명된 기록 7번을 이 버전이 이해하지 못합니다.",
        },
    ),
    (
        Doubt("not_accepted", 7),
        {
            "en": "Whether an answer signed with a key of shop.example is recorded in this ledger is undetermined:"
            " entry 7 is signed with a key of shop.example that was not accepted there.",
            "ko": "shop.example의 열쇠로 서명된 답변이 이 기록부에 기록되어 있는지는 정할 수 없습니다."
            " 기록 7번은 shop.example의 열쇠로 서명되었으나 그 열쇠가 인정되지 않던 때의 것입니다.",
        },
    ),
)


@pytest.mark.parametrize(("doubt", "words"), DOUBTS)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_undetermined(lang: Language, doubt: Doubt, words: dict[str, str]) -> None:
    """Nobody says "no answer", with a report as without one."""
    finding = replace(NONE, said="undetermined", why=doubt)
    assert sentences(finding, lang) == [words[lang], KEYS[lang], REPLAYED[lang]]
    reported = replace(finding, said="reported", answers=(5,))
    assert sentences(reported, lang) == [REPORTED[lang], words[lang], KEYS[lang], REPLAYED[lang]]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_operator_as_a_party_and_what_is_not_counted(lang: Language) -> None:
    finding = replace(NONE, operator_is_party=True, not_counted=(7, 9))
    more = {
        "en": [
            "The operator of this ledger is a party of this case: the keys coincide.",
            "Shown, but not counted: entry 7, 9, by a key for which nobody named in the trust policy vouched then.",
        ],
        "ko": [
            "이 기록부의 운영자가 이 사건의 당사자입니다. 열쇠가 같습니다.",
            "제시되었으나 셈에 넣지 않음: 기록 7, 9번. 그때 신뢰 정책의 누구도 보증하지 않은 열쇠로 서명되었습니다.",
        ],
    }
    assert sentences(finding, lang)[-2:] == more[lang]


def test_no_sentence_judges() -> None:
    """Neutral and fixed: no such word in either language."""
    variants = [NONE, replace(NONE, company_keys=()), replace(NONE, said="undetermined", why=Doubt("too_many", 65))]
    text = "\n".join(line for finding in variants for lang in LANGUAGES for line in sentences(finding, lang)).lower()
    assert not any(word in text for word in ("ignored", "refus", "silen", "breach", "unlawful", "무시", "위반", "묵살"))


def test_json() -> None:
    """Every member of docs/spec/assessment.md, "Output"."""
    finding = replace(NONE, said="undetermined", why=Doubt("not_understood", 7), replayed_by=(), check_in=None)
    assert silence_json(finding, Value.CONDITIONAL) == {
        "answer": "undetermined",
        "value": "conditional",
        "as_of": "2026-10-14T18:07:40Z",
        "size": 5,
        "company": "shop.example",
        "company_keys": [HEX],
        "answers": [],
        "why": {"reason": "not_understood", "number": 7},
        "check_in": None,
        "index": "claimed",
        "replayed_by": [],
        "operator_is_party": False,
        "not_counted": [],
    }
    shown = silence_json(NONE, Value.PASSED)
    assert shown["check_in"] == {"index": 4, "on": "2026-11-22", "answer": "nothing"}
    assert shown["index"] == "replayed" and shown["replayed_by"] == ["auditor.example", "second.example"]


def assessed(name: str, policy: str = "audited", *, known: bool = True) -> Assessment:
    bundle = cases()[name]
    return assess(bundle, policies()[policy], everything_of(bundle) if known else Observed(), NOW)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_says_the_finding_once_under_its_title(lang: Language) -> None:
    """With its own sentences in their order, before the checks; nothing about completeness is left unproven."""
    result = assessed("silent")
    assert result.finding is not None and result.note is None
    own = sentences(result.finding.silence, lang, date(2026, 10, 14))  # the check-in names a day in November
    assert told(result.finding, lang)[: len(own)] == own and any("2026-11-22" in line for line in own)
    lines = report_text(result, lang).splitlines()
    title = {"en": "What the record says of an answer", "ko": "답변에 관한 기록"}[lang]
    place = lines.index(title) + 1
    said = [f"  - {line}" for line in told(result.finding, lang)]
    assert lines[place : place + len(said)] == said and lines[place + len(said)] == ""
    assert lines.index(title) < lines.index({"en": "Checks", "ko": "확인 항목"}[lang])
    other = {"en": "completeness not checked", "ko": "빠진 것이 있는지 확인하지 않았으므로"}[lang]
    assert other not in report_text(result, lang)
    elsewhere = {"en": "no answer was sent in another way", "ko": "다른 경로로 보낸 답변"}[lang]
    assert elsewhere in report_text(result, lang)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_offline_the_condition_stands_before_the_finding(lang: Language) -> None:
    """The anchor whose block must be on the chain is named by its size."""
    result = assessed("silent", known=False)
    assert result.finding_value is Value.CONDITIONAL
    lines = report_text(result, lang, checks=False).splitlines()
    place = lines.index({"en": "What the record says of an answer", "ko": "답변에 관한 기록"}[lang])
    condition = {
        "en": "  - Only if the block that anchors the first 6 entries is on the chain:",
        "ko": "  - 처음 6개 기록을 고정한 블록이 해당 체인에 있는 경우에만 다음과 같습니다.",
    }
    assert lines[place + 1] == condition[lang]


def test_a_claimed_index_is_called_so_twice() -> None:
    """In the finding, and among what is not proven."""
    text = report_text(assessed("silent", "claimed"), "en", checks=False)
    assert text.count("The operator's index has not been replayed.") == 2
    assert "replayed by" not in text


def test_without_a_finding() -> None:
    """The note says why, the report says that nothing follows."""
    bundle = replace(cases()["silent"], index=None)
    result = assess(bundle, parse_policy(policy_bytes()), everything_of(bundle), NOW)
    value: dict[str, Any] = json.loads(dump_json(report_json(result)))
    assert value["finding"] is None and value["note"] == NO_FINDING == result.note and value["exit"] == 3
    text = report_text(result, "en")
    assert "What the record says of an answer" not in text and "completeness not checked, no finding" in text


def test_json_of_an_assessment_with_a_finding() -> None:
    result = assessed("answered")
    value: dict[str, Any] = json.loads(dump_json(report_json(result)))
    assert value["note"] is None and value["exit"] == 0
    assert value["finding"]["answer"] == "recorded" and value["finding"]["value"] == "passed"
    assert value["finding"]["sentences"][0]["en"].endswith(f"entry {value['finding']['answers'][0]}.")


def test_a_failed_check_leaves_no_finding() -> None:
    """Whatever failed, and wherever it hangs: a code hash is enough."""
    bundle = cases()["silent"]
    observed = replace(everything_of(bundle), code_hash=bytes(32))
    result = assess(bundle, policies()["audited"], observed, NOW)
    assert result.exit_code == 1 and result.finding is None
    assert "no finding" in report_text(result, "en")
