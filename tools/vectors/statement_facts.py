"""Facts for the generator of statement vectors: each kind in full, at its least, and broken by name."""

from __future__ import annotations

from tools.vectors.statements import ATTESTER, COMPANY, OPERATOR, REQUESTER, Object, address

A, B = "0x" + "a1" * 32, "0x" + "b2" * 32
REASONS = sorted(
    """identity_unverified no_data_found fraud_suspected not_covered outside_jurisdiction excessive unfounded
    abusive_intent third_party_rights confidentiality legal_prohibition crime_or_security legal_claims
    disproportionate_effort already_provided reason_not_stated""".split()
)
SENT = {"channel": "web_form", "published_contact": True, "right": "access", "sent_on": "2026-10-20"}
ANSWER = {"answered_on": "2026-11-12", "mode": "sent", "reasons": []}
ACCOUNT = {"notice": "none", "on": "2026-11-03", "stated_reason": "reason_not_stated"}
OUTAGE = {"at": "2025-10-20T06:48:00Z", "service": "database", "upstream": ["aws.amazon.com", "dns.example"]}
BINDING = {"checked_at": "2026-10-20T09:00:00Z", "key": address(COMPANY), "method": "well_known"}
CITED = {
    "dates": {
        "answered_on": "2019-03-01",
        "complaint_lodged_on": "2019-01-18",
        "decided_on": "2023-06-12",
        "ended_not_after": "2025-10-20T21:20:00Z",
        "ended_not_before": "2025-10-20T20:50:00Z",
        "requested_on": "2018-12-01",
        "started_not_after": "2025-10-20T07:38:00Z",
        "started_not_before": "2025-10-20T06:48:00Z",
    },
    "digest": A,
    "mark": "S",
    "outcome": "fined",
    "place": "SE",
    "regime": "eu-gdpr",
    "right": "access",
    "source": "https://authority.example/decisions/1 [section (2) {b}]",
}
LEDGER = {
    "chain": 11155111,
    "contract": "0x" + "c0" * 20,
    "log": address(OPERATOR),
    "vkey": "habeas.example/main+01234567+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh",
}
CONTINUES = {
    "chain": 560048,
    "contract": "0x" + "c0" * 20,
    "log": "0x" + "d1" * 20,
    "root": A,
    "size": 1048576,
}

# Kinds inside a case: (facts, key). case.opened and the kinds outside a case are below.
IN_CASE: dict[str, tuple[Object, bytes]] = {
    "request.sent": (SENT, REQUESTER),
    "request.reminded": ({**SENT, "channel": "email", "published_contact": False}, REQUESTER),
    "request.delivered": ({"basis": "registered_post", "received_on": "2026-10-22"}, REQUESTER),
    "request.acknowledged": ({"received_on": "2026-10-22"}, COMPANY),
    "request.action_required": ({"on": "2026-10-25", "what": "identity_confirmation"}, COMPANY),
    "request.action_supplied": ({"on": "2026-10-26", "what": "identity_confirmation"}, REQUESTER),
    "deadline.extended": (
        {"notified_on": "2026-11-10", "reason": "complexity", "until": "2027-01-20"},
        COMPANY,
    ),
    "request.fulfilled": ({**ANSWER, "mode": "download"}, COMPANY),
    "request.partially_fulfilled": (
        {**ANSWER, "reasons": ["confidentiality", "third_party_rights"]},
        COMPANY,
    ),
    "request.refused": ({**ANSWER, "reasons": REASONS}, COMPANY),
    "request.withdrawn": ({}, REQUESTER),
    "case.confirmed": ({"account": "blocked", "answer": "nothing", "on": "2026-12-01"}, REQUESTER),
    "account.suspended": (ACCOUNT, REQUESTER),
    "account.terminated": ({**ACCOUNT, "notice": "after", "stated_reason": "terms_breach"}, COMPANY),
    "account.restored": ({"on": "2026-12-24"}, COMPANY),
    "loss.stated": ({"from": "2026-11-03", "until": "2026-12-24", "what": "work_files"}, REQUESTER),
    "service.outage": (OUTAGE, ATTESTER),
    "service.restored": ({**OUTAGE, "at": "2025-10-20T21:20:00Z"}, COMPANY),
    "statement.disputed": ({"because": "behind_locked_account", "statement": B}, REQUESTER),
    "complaint.lodged": ({"authority": "dataprotection.ie", "on": "2027-01-02"}, REQUESTER),
    "complaint.decided": ({"authority": "dataprotection.ie", "on": "2027-09-02"}, ATTESTER),
    "evidence.attested": (
        {"at": "2026-10-23T08:00:00Z", "check": "dkim", "digest": A, "result": "grade_a", "statement": B},
        ATTESTER,
    ),
}
# Kinds outside a case: (facts, key, company given).
OUTSIDE: dict[str, tuple[Object, bytes, bool]] = {
    "company.key_bound": (BINDING, ATTESTER, True),
    "company.key_revoked": ({**BINDING, "method": "dns"}, COMPANY, True),
    "attester.bound": (
        {"key": address(ATTESTER), "scope": ["company_key", "dkim", "outage"]},
        OPERATOR,
        False,
    ),
    "citation.recorded": (CITED, OPERATOR, True),
    "entry.withheld": ({"digest": A, "reason": "erasure"}, OPERATOR, False),
    "ledger.opened": ({**LEDGER, "continues": CONTINUES}, OPERATOR, False),
}
# The least that a kind accepts, where that differs from its full form.
LEAST_IN_CASE: dict[str, tuple[Object, bytes]] = {
    "deadline.extended": (
        {"notified_on": "2026-11-10", "reason": "legal_cause", "until": "cause_ends"},
        COMPANY,
    ),
    "request.refused": (ANSWER, REQUESTER),
    "loss.stated": ({"from": "2026-11-03", "what": "income"}, REQUESTER),
    "service.outage": ({**OUTAGE, "service": "all", "upstream": []}, REQUESTER),
}
LEAST_OUTSIDE: dict[str, tuple[Object, bytes, bool]] = {
    "attester.bound": ({"key": address(ATTESTER), "scope": []}, OPERATOR, False),
    "citation.recorded": ({"dates": {}, "mark": "C", "outcome": "pending", "source": "x"}, OPERATOR, False),
    "ledger.opened": (LEDGER, OPERATOR, False),
}

# name: (what is wrong, kind, facts). All of them are signed correctly by an author who may write the kind.
_OPENED = {"acting": "self", "place": "IE", "regime": "eu-gdpr", "related": []}
_IDS = [f"0x{number:064x}" for number in range(9)]
_BAD: list[tuple[str, str, str, Object]] = [
    ("fact-missing", "regime is missing", "case.opened", {"acting": "self", "place": "IE", "related": []}),
    (
        "related-missing",
        "an empty list must be written out",
        "case.opened",
        {k: _OPENED[k] for k in ("acting", "place", "regime")},
    ),
    ("fact-extra", "a member outside the schema", "case.opened", {**_OPENED, "name": "x"}),
    (
        "prose-as-extra-fact",
        "a sentence in a member of its own",
        "case.opened",
        {**_OPENED, "note": "They ignored Kim."},
    ),
    (
        "prose-in-closed-list",
        "a sentence where a listed word belongs",
        "account.suspended",
        {**ACCOUNT, "stated_reason": "They said that I had broken the rules."},
    ),
    (
        "prose-in-reasons",
        "a sentence among the reasons",
        "request.refused",
        {**ANSWER, "reasons": ["We do not think so."]},
    ),
    ("closed-list-capital", "listed words are lower case", "case.opened", {**_OPENED, "acting": "Self"}),
    ("closed-list-empty", "an empty text is no listed word", "case.opened", {**_OPENED, "regime": ""}),
    ("closed-list-number", "a number where a listed word belongs", "case.opened", {**_OPENED, "regime": 1}),
    ("closed-list-as-list", "a list where one word belongs", "case.opened", {**_OPENED, "acting": ["self"]}),
    ("regime-unknown", "a regime that is not listed", "case.opened", {**_OPENED, "regime": "eu-gdpr-2"}),
    ("place-unknown-country", "XX is no country", "case.opened", {**_OPENED, "place": "XX"}),
    ("place-lower-case", "country codes are upper case", "case.opened", {**_OPENED, "place": "ie"}),
    ("place-union", "EU is no country", "case.opened", {**_OPENED, "place": "EU"}),
    (
        "place-long-subdivision",
        "a subdivision has at most three characters",
        "case.opened",
        {**_OPENED, "place": "US-CALI"},
    ),
    ("place-bare-hyphen", "a hyphen without a subdivision", "case.opened", {**_OPENED, "place": "US-"}),
    ("related-nine", "at most eight related cases", "case.opened", {**_OPENED, "related": _IDS}),
    (
        "related-unsorted",
        "related cases must ascend",
        "case.opened",
        {**_OPENED, "related": [_IDS[2], _IDS[1]]},
    ),
    (
        "related-duplicate",
        "each related case once",
        "case.opened",
        {**_OPENED, "related": [_IDS[1], _IDS[1]]},
    ),
    ("related-short-id", "an id has 64 digits", "case.opened", {**_OPENED, "related": ["0x01"]}),
    (
        "related-upper-case",
        "hexadecimal digits are lower case",
        "case.opened",
        {**_OPENED, "related": ["0x" + "AB" * 32]},
    ),
    ("related-object", "an object where a list belongs", "case.opened", {**_OPENED, "related": {}}),
    ("facts-empty", "every fact is missing", "request.sent", {}),
    ("boolean-as-text", "true is no text", "request.sent", {**SENT, "published_contact": "true"}),
    ("boolean-as-integer", "1 is no boolean", "request.sent", {**SENT, "published_contact": 1}),
    ("date-impossible", "there is no 30 February", "request.sent", {**SENT, "sent_on": "2026-02-30"}),
    ("date-not-leap", "2026 is no leap year", "request.sent", {**SENT, "sent_on": "2026-02-29"}),
    ("date-with-time", "a date has no time", "request.sent", {**SENT, "sent_on": "2026-10-20T09:00:00Z"}),
    ("date-unpadded", "month and day have two digits", "request.sent", {**SENT, "sent_on": "2026-2-3"}),
    ("date-basic-format", "a date has hyphens", "request.sent", {**SENT, "sent_on": "20261020"}),
    ("date-week", "no week dates", "request.sent", {**SENT, "sent_on": "2026-W43-2"}),
    ("date-year-zero", "there is no year 0", "request.sent", {**SENT, "sent_on": "0000-01-01"}),
    ("date-month-13", "there is no month 13", "request.sent", {**SENT, "sent_on": "2026-13-01"}),
    ("date-number", "a date is a text", "request.sent", {**SENT, "sent_on": 20261020}),
    (
        "until-other-word",
        "until is a date or cause_ends",
        "deadline.extended",
        {"notified_on": "2026-11-10", "reason": "complexity", "until": "never"},
    ),
    (
        "reasons-unsorted",
        "reasons must ascend",
        "request.refused",
        {**ANSWER, "reasons": ["unfounded", "excessive"]},
    ),
    (
        "reasons-duplicate",
        "each reason once",
        "request.refused",
        {**ANSWER, "reasons": ["excessive", "excessive"]},
    ),
    ("reasons-text", "reasons are a list", "request.refused", {**ANSWER, "reasons": "excessive"}),
    (
        "reasons-seventeen",
        "more reasons than there are",
        "request.refused",
        {**ANSWER, "reasons": [*REASONS, "unfounded_"]},
    ),
    ("withdrawn-with-fact", "request.withdrawn has no facts", "request.withdrawn", {"on": "2026-11-20"}),
    (
        "restored-with-reason",
        "account.restored has a date only",
        "account.restored",
        {"on": "2026-12-24", "stated_reason": "technical"},
    ),
    (
        "until-before-from",
        "a loss cannot end before it begins",
        "loss.stated",
        {"from": "2026-11-03", "until": "2026-11-02", "what": "money"},
    ),
    (
        "instant-without-z",
        "an instant is UTC and says so",
        "service.outage",
        {**OUTAGE, "at": "2025-10-20T06:48:00"},
    ),
    (
        "instant-offset",
        "an instant has no offset",
        "service.outage",
        {**OUTAGE, "at": "2025-10-20T06:48:00+00:00"},
    ),
    (
        "instant-fraction",
        "an instant has whole seconds",
        "service.outage",
        {**OUTAGE, "at": "2025-10-20T06:48:00.0Z"},
    ),
    (
        "instant-lower-case",
        "T and Z are capitals",
        "service.outage",
        {**OUTAGE, "at": "2025-10-20t06:48:00z"},
    ),
    (
        "instant-hour-24",
        "24:00:00 is a second spelling of the next day",
        "service.outage",
        {**OUTAGE, "at": "2025-10-20T24:00:00Z"},
    ),
    (
        "instant-leap-second",
        "second 60 has no place in Unix time",
        "service.outage",
        {**OUTAGE, "at": "2016-12-31T23:59:60Z"},
    ),
    ("instant-date-only", "an instant has a time", "service.outage", {**OUTAGE, "at": "2025-10-20"}),
    (
        "upstream-capital",
        "domains are lower case",
        "service.outage",
        {**OUTAGE, "upstream": ["AWS.amazon.com"]},
    ),
    (
        "upstream-address",
        "an IP address is no domain",
        "service.outage",
        {**OUTAGE, "upstream": ["192.0.2.1"]},
    ),
    (
        "upstream-unsorted",
        "upstream domains must ascend",
        "service.outage",
        {**OUTAGE, "upstream": ["b.example", "a.example"]},
    ),
    (
        "upstream-nine",
        "at most eight upstream domains",
        "service.outage",
        {**OUTAGE, "upstream": [f"{c}.example" for c in "abcdefghi"]},
    ),
    (
        "authority-name",
        "an authority is named by its domain",
        "complaint.lodged",
        {"authority": "Data Protection Commission", "on": "2027-01-02"},
    ),
    (
        "statement-without-0x",
        "an id starts with 0x",
        "statement.disputed",
        {"because": "not_sent", "statement": "b2" * 32},
    ),
    (
        "key-checksummed",
        "addresses are lower case",
        "company.key_bound",
        {**BINDING, "key": "0x1563915E194D8CfBA1943570603F7606A3115508"},
    ),
    ("key-32-bytes", "a key is an address of 20 bytes", "company.key_bound", {**BINDING, "key": A}),
    (
        "scope-unknown",
        "a scope that is not listed",
        "attester.bound",
        {"key": address(ATTESTER), "scope": ["everything"]},
    ),
    ("source-empty", "a source is not empty", "citation.recorded", {**CITED, "source": ""}),
    (
        "source-201",
        "a source has at most 200 characters",
        "citation.recorded",
        {**CITED, "source": "x" * 201},
    ),
    ("mark-recalled", "what is only recalled is not cited", "citation.recorded", {**CITED, "mark": "R"}),
    (
        "cited-dates-unknown",
        "a date that is not listed",
        "citation.recorded",
        {**CITED, "dates": {"born_on": "1990-01-01"}},
    ),
    (
        "cited-dates-instant",
        "requested_on is a date",
        "citation.recorded",
        {**CITED, "dates": {"requested_on": "2018-12-01T00:00:00Z"}},
    ),
    (
        "withheld-digest-base64",
        "this digest is hexadecimal",
        "entry.withheld",
        {"digest": "bOBACi9zIR8lUCXM6kV3MUfKDo-aQtvo1wEEOP-abNI", "reason": "erasure"},
    ),
    ("chain-boolean", "true is no integer", "ledger.opened", {**LEDGER, "chain": True}),
    ("chain-text", "a chain id is an integer", "ledger.opened", {**LEDGER, "chain": "11155111"}),
    (
        "vkey-prose",
        "a sentence where a verifier key belongs",
        "ledger.opened",
        {**LEDGER, "vkey": "ask Kim for the key"},
    ),
    (
        "vkey-of-85",
        "at most 84 characters before the padding",
        "ledger.opened",
        {**LEDGER, "vkey": f"habeas.example/main+01234567+{'A' * 85}"},
    ),
    (
        "vkey-of-3",
        "at least 4 characters before the padding",
        "ledger.opened",
        {**LEDGER, "vkey": "habeas.example/main+01234567+AAA="},
    ),
    (
        "vkey-three-padded",
        "at most two =",
        "ledger.opened",
        {**LEDGER, "vkey": "habeas.example/main+01234567+AAAAA==="},
    ),
    ("regime-constructor", "no regime of this list", "case.opened", {**_OPENED, "regime": "constructor"}),
    ("regime-proto", "no regime of this list", "case.opened", {**_OPENED, "regime": "__proto__"}),
    ("date-year-0", "years begin with 0001", "request.acknowledged", {"received_on": "0000-12-31"}),
    ("date-1900-leap-day", "1900 was no leap year", "request.acknowledged", {"received_on": "1900-02-29"}),
    (
        "vkey-capital-id",
        "the key id is lower case",
        "ledger.opened",
        {**LEDGER, "vkey": "habeas.example/main+0123ABCD+AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAh"},
    ),
    (
        "continues-incomplete",
        "the continued log is named in full",
        "ledger.opened",
        {**LEDGER, "continues": {k: CONTINUES[k] for k in ("chain", "contract", "log", "size")}},
    ),
]
BAD_FACTS: dict[str, tuple[str, str, Object]] = {name: (text, kind, facts) for name, text, kind, facts in _BAD}
