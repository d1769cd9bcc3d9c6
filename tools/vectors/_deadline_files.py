"""Rule files that are wrong, each by one change of a good one."""

from __future__ import annotations

from collections.abc import Iterator

BASE_RULE = """habeas_rule = 1
regime = "eu-gdpr"
version = 3
name = { en = "A law", ko = "어떤 법" }
cite = { en = "art. 1", ko = "제1조" }
who = { en = "the person", ko = "본인" }
places = ["IE", "DE-BY"]
silence = "breach"
silence_source = "law"
refusal_grounds = ["unfounded"]
refusal = { en = "With reasons.", ko = "이유를 밝힌다." }
refusal_source = "law"
authority = { en = "an authority", ko = "기관" }
authority_source = "law"
next_step = { en = "complain", ko = "신고" }
next_step_source = "law"

[valid]
from = 2025-01-01
until = 2027-12-31
why = { en = "made up", ko = "지어낸 것" }

[[source]]
id = "law"
cite = { en = "art. 1", ko = "제1조" }
mark = "C"

[[source]]
id = "memory"
cite = { en = "recalled", ko = "기억" }
mark = "R"

[[period]]
name = "answer"
title = { en = "answer", ko = "답변" }
holder = "company_duty"
starts = "receipt"
legs = [{ length = 1, unit = "months" }]
counting = "EU-1182"
roll_over = "law"
rights = ["access"]
sources = ["law"]
[period.extension]
kind = "period"
period = "extended"
source = "law"
notice = "law"
[[period.pause]]
ground = "identity"
source = "law"
certain = true

[[period]]
name = "extended"
title = { en = "answer, extended", ko = "연장된 답변" }
holder = "company_duty"
starts = "receipt"
legs = [{ length = 1, unit = "months" }, { length = 2, unit = "months" }]
counting = "EU-1182"
roll_over = "law"
sources = ["law", "memory"]
extends = ["answer"]
"""


_CHANGES = (
    ("lacks-valid-from", "from = 2025-01-01\n", ""),
    ("lacks-valid-why", 'why = { en = "made up", ko = "지어낸 것" }\n', ""),
    ("lacks-mark", 'mark = "C"\n', ""),
    ("lacks-holder", 'holder = "company_duty"\n', ""),
    ("lacks-title", 'title = { en = "answer", ko = "답변" }\n', ""),
    ("lacks-legs", 'legs = [{ length = 1, unit = "months" }]\n', ""),
    ("lacks-counting", 'counting = "EU-1182"\n', ""),
    ("lacks-roll-over", 'roll_over = "law"\n', ""),
    ("lacks-notice", 'notice = "law"\n', ""),
    ("lacks-certain", "certain = true\n", ""),
    ("lacks-korean", '{ en = "A law", ko = "어떤 법" }', '{ en = "A law" }'),
    ("unknown-member", "version = 3", 'version = 3\nsanction = "fine"'),
    ("unknown-member-of-valid", "from = 2025-01-01", "from = 2025-01-01\nin_force = true"),
    ("unknown-member-of-source", 'mark = "C"', 'mark = "C"\nurl = "x"'),
    ("unknown-member-of-period", 'starts = "receipt"', 'starts = "receipt"\nnote = "x"'),
    ("unknown-member-of-leg", "{ length = 1,", "{ round = true, length = 1,"),
    ("unknown-member-of-extension", 'notice = "law"', 'notice = "law"\nadds = { length = 1, unit = "days" }'),
    ("unknown-member-of-pause", "certain = true", "certain = true\nwidth = 1"),
    ("unknown-language", 'ko = "어떤 법" }', 'ko = "어떤 법", de = "ein Gesetz" }'),
    ("format-two", "habeas_rule = 1", "habeas_rule = 2"),
    ("format-boolean", "habeas_rule = 1", "habeas_rule = true"),
    ("regime-unknown", '"eu-gdpr"', '"xx-law"'),
    ("regime-none", '"eu-gdpr"', '"none"'),
    ("version-zero", "version = 3", "version = 0"),
    ("place-unknown", '"IE", ', '"XX", '),
    ("places-empty", '["IE", "DE-BY"]', "[]"),
    ("silence-unknown", '"breach"', '"guilt"'),
    ("ground-unknown", '["unfounded"]', '["unwilling"]'),
    ("text-empty", 'en = "A law"', 'en = ""'),
    ("text-two-lines", 'en = "A law"', 'en = "A\\nlaw"'),
    ("valid-backwards", "until = 2027-12-31", "until = 2024-12-31"),
    ("valid-no-date", "from = 2025-01-01", 'from = "2025-01-01"'),
    ("valid-instant", "from = 2025-01-01", "from = 2025-01-01T00:00:00Z"),
    ("mark-unknown", 'mark = "C"', 'mark = "A"'),
    ("source-called-unconfirmed", 'id = "memory"', 'id = "unconfirmed"'),
    ("source-twice", 'id = "memory"', 'id = "law"'),
    ("holder-unknown", '"company_duty"', '"authority_duty"'),
    ("start-unknown", '"receipt"', '"monday"'),
    ("at-of-a-receipt", 'starts = "receipt"', 'starts = "receipt"\nat = "supervision"'),
    ("at-of-a-kind-not-named", 'starts = "receipt"', 'starts = "complaint"\nat = "mediation"'),
    ("at-unknown", 'starts = "receipt"', 'starts = "complaint"\nat = "court"'),
    ("answered-of-a-duty", 'starts = "receipt"', 'starts = "receipt"\nanswered = "in_time"'),
    ("answered-unknown", 'holder = "company_duty"', 'holder = "person_window"\nanswered = "late"'),
    ("until-refused-of-a-duty", 'starts = "receipt"', 'starts = "receipt"\nuntil_refused = true'),
    ("binds-company-of-a-duty", 'starts = "receipt"', 'starts = "receipt"\nbinds_company = true'),
    ("authority-kind-unknown", "\n[valid]", 'authority_kinds = ["court"]\n\n[valid]'),
    ("authority-kinds-empty", "\n[valid]", "authority_kinds = []\n\n[valid]"),
    ("authority-kind-twice", "\n[valid]", 'authority_kinds = ["reports", "reports"]\n\n[valid]'),
    ("unit-unknown", 'unit = "months"', 'unit = "years"'),
    ("length-zero", "length = 1,", "length = 0,"),
    ("length-too-long", "length = 1,", "length = 3661,"),
    ("length-fraction", "length = 1,", "length = 1.5,"),
    ("legs-empty", 'legs = [{ length = 1, unit = "months" }]', "legs = []"),
    ("legs-of-two-units", '{ length = 2, unit = "months" }', '{ length = 2, unit = "days" }'),
    (
        "legs-and-undated",
        'legs = [{ length = 1, unit = "months" }]',
        'legs = [{ length = 1, unit = "months" }]\nundated = { en = "soon", ko = "곧" }',
    ),
    ("counting-unknown", '"EU-1182"', '"FLAT-30"'),
    ("right-unknown", '["access"]', '["everything"]'),
    ("sources-empty", 'sources = ["law"]', "sources = []"),
    ("period-twice", 'name = "extended"', 'name = "answer"'),
    ("names-no-source", 'sources = ["law"]', 'sources = ["rumour"]'),
    ("roll-over-names-no-source", 'roll_over = "law"', 'roll_over = "rumour"'),
    ("notice-names-no-source", 'notice = "law"', 'notice = "rumour"'),
    ("silence-names-no-source", 'silence_source = "law"', 'silence_source = "rumour"'),
    ("refusal-names-no-source", 'refusal_source = "law"', 'refusal_source = "rumour"'),
    ("authority-names-no-source", 'authority_source = "law"', 'authority_source = "rumour"'),
    ("next-step-names-no-source", 'next_step_source = "law"', 'next_step_source = "rumour"'),
    ("reasons-name-no-source", 'notice = "law"', 'notice = "law"\nreasons = "rumour"'),
    ("before-last-day-no-boolean", 'notice = "law"', 'notice = "law"\nbefore_last_day = "yes"'),
    ("later-alone-of-a-period", 'notice = "law"', 'notice = "law"\nlater_alone = true'),
    ("open-for-empty", 'notice = "law"', 'notice = "law"\nopen_for = []'),
    ("open-for-no-reason-stated", 'notice = "law"', 'notice = "law"\nopen_for = ["reason_not_stated"]'),
    ("open-for-unknown", 'notice = "law"', 'notice = "law"\nopen_for = ["holiday"]'),
    (
        "open-for-of-a-day-named",
        'kind = "period"\nperiod = "extended"',
        'kind = "named_date"\nopen_for = ["complexity"]',
    ),
    ("pause-names-no-source", 'source = "law"\ncertain', 'source = "rumour"\ncertain'),
    ("pause-certain-but-recalled", 'source = "law"\ncertain', 'source = "memory"\ncertain'),
    ("pause-certain-but-unconfirmed", 'source = "law"\ncertain', 'source = "unconfirmed"\ncertain'),
    ("pause-ground-unknown", '"identity"', '"holiday"'),
    ("extension-names-no-period", 'period = "extended"', 'period = "later"'),
    ("extension-names-itself", 'period = "extended"', 'period = "answer"'),
    ("extension-kind-unknown", 'kind = "period"', 'kind = "for_ever"'),
    ("extends-names-no-period", 'extends = ["answer"]', 'extends = ["reply"]'),
    ("no-toml", "habeas_rule = 1", "habeas_rule 1"),
    ("member-twice", "version = 3", "version = 3\nversion = 3"),
)


def changes() -> Iterator[tuple[str, str, str]]:
    """Name, text to find in the base rule, text in its place."""
    for line in BASE_RULE.partition("[valid]")[0].strip().splitlines():
        yield f"lacks-{line.split(' =')[0].replace('_', '-')}", f"{line}\n", ""
    yield from _CHANGES
