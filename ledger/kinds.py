"""The closed schema of every kind of statement (docs/spec/statement.md, "Kinds").

Public facts are closed lists, dates, domains, identifiers and digests, never free text: what
cannot be said with them belongs in a disclosure. A value added later is a new kind version.
The presence rules for ``case`` and ``company`` hold for exactly the kinds of this table and never
grow, because the index (DESIGN 6) depends on them; in any other kind both members are optional.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ledger.encoding import MAX_INTEGER, Json, parse_date, parse_hex, parse_instant, require_members
from ledger.errors import MalformedFacts

Role: TypeAlias = Literal["requester", "company", "attester", "operator"]

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{1,253}}\Z)(?:{_LABEL}\.)+(?![0-9]+\Z){_LABEL}")
# The shape of a C2SP verifier key; whether it verifies is the business of ``ledger/note.py``.
_VKEY = re.compile(r"[!-*,-~]{1,100}\+[0-9a-f]{8}\+[A-Za-z0-9+/]{4,84}={0,2}")
_PRINTABLE = re.compile("[ -~]*")
_PLACE = re.compile(r"([A-Z]{2})(?:-[A-Z0-9]{1,3})?")

COUNTRIES = frozenset(
    """AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS
    BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG
    EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR
    HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR
    LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG
    NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE
    SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA
    UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW""".split()
)
REGIMES = (
    *("eu-gdpr", "uk-gdpr", "ch-fadp", "kr-pipa", "kr-pipa-automated", "kr-pipa-correction"),
    *(
        "kr-pipa-transfer",
        "kr-telecom-outage",
        "jp-appi",
        "us-ca-ccpa",
        "us-ca-optout",
        "us-va",
        "us-co",
        "us-tx",
        "ca-qc",
    ),
    *("ca-pipeda", "br-lgpd", "in-dpdp", "cn-pipl", "sg-pdpa", "au-app12", "nz-privacy", "za-popia"),
    *("tr-kvkk", "th-pdpa", "tw-pdpa", "je-dpl", "eu-dma", "eu-data-act", "eu-data-act-switching", "eu-dsa"),
    "eu-p2b",
    "none",
)
RIGHTS = (
    *("access", "portability", "rectification", "erasure", "restriction", "objection", "automated_decision"),
    *("opt_out", "transfer", "switching", "statement_of_reasons", "internal_complaint"),
    *("account_restoration", "compensation"),
)
CHANNELS = (*("email", "web_form", "in_account", "post", "registered_post", "fax", "phone", "in_person", "agent"),)
BASES = ("acknowledged", "registered_post", "relay", "presumed", "claimed")
ACTIONS = (
    *("identity_confirmation", "identity_document", "clarification", "mandate", "form", "fee"),
    "account_login",
)
EXTENSION_REASONS = (
    *("complexity", "number_of_requests", "format_conversion", "third_party_consultation", "system_failure"),
    *("legal_cause", "reason_not_stated"),
)
MODES = ("sent", "download", "in_account_only", "post")
REFUSAL_REASONS = (
    *("identity_unverified", "no_data_found", "fraud_suspected", "not_covered", "outside_jurisdiction"),
    *("excessive", "unfounded", "abusive_intent", "third_party_rights", "confidentiality"),
    *("legal_prohibition", "crime_or_security", "legal_claims", "disproportionate_effort"),
    *("already_provided", "reason_not_stated"),
)
ACCOUNT_REASONS = (
    *("terms_breach", "illegal_content", "security", "fraud_suspected", "identity_unverified", "payment"),
    *("age", "inactivity", "legal_order", "technical", "reason_not_stated"),
)
SERVICES = (
    *("all", "website", "app", "api", "login", "mail", "messaging", "payments", "storage", "compute"),
    *("database", "dns", "network", "marketplace", "support"),
)
DISPUTES = (
    *("not_received", "not_sent", "incomplete", "unreadable", "behind_locked_account", "wrong_person"),
    *("wrong_company", "wrong_date", "reason_not_accepted", "already_answered", "not_authorised", "resolved"),
)
CHECKS = ("dkim", "dns", "post", "http", "document")
RESULTS = ("passed", "failed", "undetermined", "grade_a", "grade_b", "grade_c", "grade_d")
SCOPES = ("company_key", "dkim", "dns", "post", "http", "document", "outage")
OUTCOMES = (
    *("no_answer_recorded", "partially_answered", "unreadable_file", "answered_late", "refused", "fined"),
    *("well_founded", "dismissed", "ruling", "account_locked", "outage", "pending"),
)


@dataclass(frozen=True, slots=True)
class Check:
    """What one fact may be. ``words`` is its line in the specification, ``values`` its closed list.

    Calling it with a value and the place of that value raises MalformedFacts or returns nothing.
    """

    words: str
    run: Callable[[Json, str], None]
    values: tuple[str, ...] = ()

    def __call__(self, value: Json, where: str) -> None:
        self.run(value, where)


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: which envelope members it has, who writes it, and its facts."""

    name: str
    has_case: bool
    company: Literal["required", "absent", "optional"]
    writers: frozenset[Role]
    required: Mapping[str, Check]
    optional: Mapping[str, Check]


def is_domain(text: object) -> bool:
    """A DNS name: lower case, at least two labels, IDN as A-labels, the last label no number."""
    return isinstance(text, str) and _DOMAIN.fullmatch(text) is not None


def _one_of(*values: str) -> Check:
    def check(value: Json, where: str) -> None:
        if not isinstance(value, str) or value not in values:
            allowed = ", ".join(values)
            raise MalformedFacts(f"{where} must be one of {allowed}; other words belong in a disclosure")

    return Check("one of", check, values)


def _list_of(item: Check, most: int) -> Check:
    def check(value: Json, where: str) -> None:
        if not isinstance(value, list) or len(value) > most:
            raise MalformedFacts(f"{where} must be a list of at most {most}")
        for number, member in enumerate(value):
            item(member, f"{where}[{number}]")
        texts = [str(member) for member in value]
        if texts != sorted(set(texts)):
            raise MalformedFacts(f"{where} must be ascending, each value once")

    return Check(f"ascending list of at most {most}, each once: {item.words}", check, item.values)


def _check_date(value: Json, where: str) -> None:
    parse_date(value, MalformedFacts, where)


def _check_instant(value: Json, where: str) -> None:
    parse_instant(value, MalformedFacts, where)


def _check_id(value: Json, where: str) -> None:
    parse_hex(value, 32, MalformedFacts, where)


def _check_address(value: Json, where: str) -> None:
    parse_hex(value, 20, MalformedFacts, where)


def _check_boolean(value: Json, where: str) -> None:
    if not isinstance(value, bool):
        raise MalformedFacts(f"{where} must be true or false")


def _check_integer(value: Json, where: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_INTEGER:
        raise MalformedFacts(f"{where} must be an integer from 0 to 2^53-1")


def _check_domain(value: Json, where: str) -> None:
    if not is_domain(value):
        raise MalformedFacts(f"{where} must be a lower-case DNS name of two or more labels, like a.example")


def _check_vkey(value: Json, where: str) -> None:
    if not isinstance(value, str) or not _VKEY.fullmatch(value):
        raise MalformedFacts(f"{where} must be a verifier key: name, + , 8 hexadecimal digits, + , base64")


def _check_place(value: Json, where: str) -> None:
    match = _PLACE.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[1] not in COUNTRIES:
        raise MalformedFacts(f"{where} must be an ISO 3166 country or subdivision code, like IE or US-CA")


_DATE = Check("date", _check_date)
_INSTANT = Check("instant", _check_instant)
_ID = Check("0x + 64 hex", _check_id)
_ADDRESS = Check("0x + 40 hex", _check_address)
_BOOLEAN = Check("true or false", _check_boolean)
_INTEGER = Check("integer", _check_integer)
_DOMAIN_NAME = Check("DNS name", _check_domain)
_VERIFIER_KEY = Check("verifier key", _check_vkey)
_PLACE_CODE = Check("country or subdivision", _check_place)


def _text(most: int) -> Check:
    def check(value: Json, where: str) -> None:
        if not isinstance(value, str) or not 1 <= len(value) <= most or not _PRINTABLE.fullmatch(value):
            raise MalformedFacts(f"{where} must be 1 to {most} printable ASCII characters")

    return Check(f"1 to {most} characters", check)


def _date_or(*values: str) -> Check:
    def check(value: Json, where: str) -> None:
        if value not in values:
            _DATE(value, where)

    return Check("date, or one of", check, values)


def _object(required: Mapping[str, Check], optional: Mapping[str, Check]) -> Check:
    needed, allowed = frozenset(required), frozenset(optional)
    checks = {name: part.run for name, part in (*required.items(), *optional.items())}

    def check(value: Json, where: str) -> None:
        for name, member in require_members(value, needed, allowed, MalformedFacts, where).items():
            checks[name](member, f"{where}.{name}")

    parts = [f"`{name}` {part.words}" for name, part in required.items()]
    parts += [f"`{name}` {part.words} (optional)" for name, part in optional.items()]
    return Check("object {" + ", ".join(parts) + "}", check)


_REQUESTER: frozenset[Role] = frozenset({"requester"})
_COMPANY: frozenset[Role] = frozenset({"company"})
_EITHER: frozenset[Role] = frozenset({"requester", "company"})
_WITNESSED: frozenset[Role] = frozenset({"requester", "attester"})
_ANY_PARTY: frozenset[Role] = frozenset({"requester", "company", "attester"})
_ATTESTER: frozenset[Role] = frozenset({"attester"})
_OPERATOR: frozenset[Role] = frozenset({"operator"})
# The operator may vouch for a company key; such a binding is graded operator_vouched (DESIGN 8).
_BINDERS: frozenset[Role] = frozenset({"attester", "company", "operator"})

_SENT: Mapping[str, Check] = {
    "right": _one_of(*RIGHTS),
    "sent_on": _DATE,
    "channel": _one_of(*CHANNELS),
    "published_contact": _BOOLEAN,
}
_ACTION: Mapping[str, Check] = {"what": _one_of(*ACTIONS), "on": _DATE}
_ANSWER: Mapping[str, Check] = {
    "answered_on": _DATE,
    "mode": _one_of(*MODES),
    "reasons": _list_of(_one_of(*REFUSAL_REASONS), 16),
}
_ACCOUNT: Mapping[str, Check] = {
    "on": _DATE,
    "stated_reason": _one_of(*ACCOUNT_REASONS),
    "notice": _one_of("before", "at", "after", "none"),
}
_OUTAGE: Mapping[str, Check] = {
    "at": _INSTANT,
    "service": _one_of(*SERVICES),
    "upstream": _list_of(_DOMAIN_NAME, 8),
}
_COMPLAINT: Mapping[str, Check] = {"authority": _DOMAIN_NAME, "on": _DATE}
_BINDING: Mapping[str, Check] = {
    "key": _ADDRESS,
    "method": _one_of("dns", "well_known"),
    "checked_at": _INSTANT,
}
_BOUND: Mapping[str, Check] = {"key": _ADDRESS, "scope": _list_of(_one_of(*SCOPES), 8)}
_CITED_DATES: Mapping[str, Check] = {
    **dict.fromkeys(("requested_on", "complaint_lodged_on", "answered_on", "decided_on"), _DATE),
    **dict.fromkeys(("started_not_before", "started_not_after"), _INSTANT),
    **dict.fromkeys(("ended_not_before", "ended_not_after"), _INSTANT),
}
_CONTINUES: Mapping[str, Check] = {
    "chain": _INTEGER,
    "contract": _ADDRESS,
    "log": _ADDRESS,
    "root": _ID,
    "size": _INTEGER,
}

_Presence: TypeAlias = Literal["required", "absent", "optional"]
_Facts: TypeAlias = Mapping[str, Check]


def _in_case(name: str, writers: frozenset[Role], required: _Facts, optional: _Facts) -> Kind:
    return Kind(name, name != "case.opened", "required", writers, required, optional)


def _outside(name: str, company: _Presence, writers: frozenset[Role], required: _Facts, optional: _Facts) -> Kind:
    return Kind(name, False, company, writers, required, optional)


_OPENED: Mapping[str, Check] = {
    "regime": _one_of(*REGIMES),
    "place": _PLACE_CODE,
    "acting": _one_of("self", "representative"),
    "related": _list_of(_ID, 8),
}
_EXTENDED: Mapping[str, Check] = {
    "until": _date_or("cause_ends"),
    "reason": _one_of(*EXTENSION_REASONS),
    "notified_on": _DATE,
}
_CONFIRMED: Mapping[str, Check] = {
    "on": _DATE,
    "answer": _one_of("nothing", "recorded"),
    "account": _one_of("blocked", "open", "not_concerned"),
}
_ATTESTED: Mapping[str, Check] = {
    "statement": _ID,
    "digest": _ID,
    "check": _one_of(*CHECKS),
    "result": _one_of(*RESULTS),
    "at": _INSTANT,
}
_CITED: Mapping[str, Check] = {
    "source": _text(200),
    "mark": _one_of("C", "S"),
    "outcome": _one_of(*OUTCOMES),
    "dates": _object({}, _CITED_DATES),
}
_CITED_OPTIONAL: Mapping[str, Check] = {
    "digest": _ID,
    "regime": _one_of(*REGIMES),
    "place": _PLACE_CODE,
    "right": _one_of(*RIGHTS),
}
_LEDGER: Mapping[str, Check] = {"chain": _INTEGER, "contract": _ADDRESS, "log": _ADDRESS, "vkey": _VERIFIER_KEY}
_LOST = _one_of("income", "money", "customers", "work_files", "identity")
_WITHHELD = _one_of("erasure", "court_order", "unlawful_content", "opaque")

KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        _in_case("case.opened", _REQUESTER, _OPENED, {}),
        _in_case("request.sent", _REQUESTER, _SENT, {}),
        _in_case("request.reminded", _REQUESTER, _SENT, {}),
        _in_case("request.delivered", _WITNESSED, {"received_on": _DATE, "basis": _one_of(*BASES)}, {}),
        _in_case("request.acknowledged", _EITHER, {"received_on": _DATE}, {}),
        _in_case("request.action_required", _COMPANY, _ACTION, {}),
        _in_case("request.action_supplied", _REQUESTER, _ACTION, {}),
        _in_case("deadline.extended", _EITHER, _EXTENDED, {}),
        _in_case("request.fulfilled", _EITHER, _ANSWER, {}),
        _in_case("request.partially_fulfilled", _EITHER, _ANSWER, {}),
        _in_case("request.refused", _EITHER, _ANSWER, {}),
        _in_case("request.withdrawn", _REQUESTER, {}, {}),
        _in_case("case.confirmed", _REQUESTER, _CONFIRMED, {}),
        _in_case("account.suspended", _EITHER, _ACCOUNT, {}),
        _in_case("account.terminated", _EITHER, _ACCOUNT, {}),
        _in_case("account.restored", _EITHER, {"on": _DATE}, {}),
        _in_case("loss.stated", _REQUESTER, {"what": _LOST, "from": _DATE}, {"until": _DATE}),
        _in_case("service.outage", _ANY_PARTY, _OUTAGE, {}),
        _in_case("service.restored", _ANY_PARTY, _OUTAGE, {}),
        _in_case("statement.disputed", _EITHER, {"statement": _ID, "because": _one_of(*DISPUTES)}, {}),
        _in_case("complaint.lodged", _WITNESSED, _COMPLAINT, {}),
        _in_case("complaint.decided", _WITNESSED, _COMPLAINT, {}),
        _in_case("evidence.attested", _ATTESTER, _ATTESTED, {}),
        _outside("company.key_bound", "required", _BINDERS, _BINDING, {}),
        _outside("company.key_revoked", "required", _BINDERS, _BINDING, {}),
        _outside("attester.bound", "absent", _OPERATOR, _BOUND, {}),
        _outside("citation.recorded", "optional", _OPERATOR, _CITED, _CITED_OPTIONAL),
        _outside("entry.withheld", "absent", _OPERATOR, {"digest": _ID, "reason": _WITHHELD}, {}),
        _outside("ledger.opened", "absent", _OPERATOR, _LEDGER, {"continues": _object(_CONTINUES, {})}),
    )
}


_FACTS: Mapping[str, Check] = {name: _object(kind.required, kind.optional) for name, kind in KINDS.items()}


def check_facts(kind: str, facts: Mapping[str, Json]) -> None:
    """Check ``facts`` against the closed schema of ``kind`` (step 8); unknown kinds have none.

    Raises MalformedFacts naming the fact and what would be right.
    """
    schema = _FACTS.get(kind)
    if schema is None:
        return
    schema.run(dict(facts), f"facts of {kind}")
    if kind == "loss.stated" and "until" in facts and str(facts["until"]) < str(facts["from"]):
        raise MalformedFacts("facts of loss.stated: until lies before from")
