"""Reads a rule file strictly (docs/spec/deadlines.md, "Rule file"): members are known, names lead somewhere."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TypeVar, get_args

from ledger.deadlines.rules import (
    UNCONFIRMED,
    Answered,
    AuthorityKind,
    Closed,
    Counting,
    Extension,
    ExtensionKind,
    Ground,
    Holder,
    Leg,
    Mark,
    PauseRule,
    Period,
    Rule,
    Silence,
    Source,
    Start,
    Text,
    Unit,
    weakest,
)
from ledger.errors import MalformedRule
from ledger.kinds import COUNTRIES, EXTENSION_REASONS, REFUSAL_REASONS, REGIMES, RIGHTS

FORMAT = 1
MAX_BYTES = 65_536
MAX_LENGTH = 3_660
"""No leg is longer, whatever its unit."""
_PLACE = re.compile(r"([A-Z]{2})(?:-[A-Z0-9]{1,3})?")
_AUTHORITIES: tuple[AuthorityKind, ...] = get_args(AuthorityKind)
_ANSWERED: tuple[Answered, ...] = get_args(Answered)
_REASONS = tuple(reason for reason in EXTENSION_REASONS if reason != "reason_not_stated")
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")
_MONTH_DAY = re.compile(r"(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])")
_T = TypeVar("_T")
_D = TypeVar("_D")


def parse_rule(data: bytes) -> Rule:
    """The rule of one file (UTF-8 TOML). Raises MalformedRule naming the member and what would be right."""
    # 1. Size and TOML.
    if len(data) > MAX_BYTES:
        raise MalformedRule(f"the rule file has {len(data)} bytes; at most {MAX_BYTES} are accepted")
    try:
        value = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise MalformedRule(f"the rule file is not TOML in UTF-8: {str(error)[:200]}") from None
    # 2. Members, then what they say.
    table = _Reader(value, "the rule file")
    if table.take("habeas_rule", _integer) != FORMAT:
        raise MalformedRule(f"habeas_rule must be {FORMAT}, the format version")
    rule = _rule(table)
    table.close()
    # 3. What names something else in the file must find it.
    _check_references(rule)
    return rule


class _Reader:
    """Takes the members of a table one by one; what is left at the end is unknown."""

    def __init__(self, value: object, where: str) -> None:
        if not isinstance(value, dict):
            raise MalformedRule(f"{where} must be a table, not {_show(value)}")
        self._left: dict[str, object] = dict(value)
        self._names, self.where = list(value), where

    def take(self, name: str, read: Callable[[object, str], _T]) -> _T:
        if name not in self._left:
            raise MalformedRule(f"{self.where} lacks {name}")
        return read(self._left.pop(name), f"{name} of {self.where}")

    def maybe(self, name: str, read: Callable[[object, str], _T], default: _D) -> _T | _D:
        return self.take(name, read) if name in self._left else default

    def close(self) -> None:
        if self._left:
            raise MalformedRule(f"{self.where} has the unknown member {', '.join(sorted(self._left))}")


def _rule(table: _Reader) -> Rule:
    listed = table.take("source", _list(_source, 1))
    sources = {source.id: source for source in listed}
    if len(sources) != len(listed):
        raise MalformedRule("two sources have one id")
    regime = table.take("regime", _one_of(*(name for name in REGIMES if name != "none")))
    valid = table.take("valid", _Reader)
    since, until = valid.take("from", _date), valid.maybe("until", _date, None)
    if until is not None and until < since:
        raise MalformedRule("valid.until lies before valid.from")
    why = valid.take("why", _text)
    valid.close()
    periods = table.take("period", _list(lambda value, where: _period(value, where, sources), 1))
    if len({period.name for period in periods}) != len(periods):
        raise MalformedRule("two periods have one name")
    return Rule(
        regime=regime,
        version=table.take("version", _integer),
        name=table.take("name", _text),
        cite=table.take("cite", _text),
        who=table.take("who", _text),
        places=table.take("places", _list(_place, 1)),
        places_unconfirmed=table.maybe("places_unconfirmed", _list(_place, 0), ()),
        valid_from=since,
        valid_until=until,
        valid_why=why,
        silence=table.take("silence", _one_of(*get_args(Silence))),
        silence_source=table.take("silence_source", _word),
        refusal_grounds=table.take("refusal_grounds", _list(_one_of(*REFUSAL_REASONS), 0)),
        refusal=table.take("refusal", _text),
        refusal_source=table.take("refusal_source", _word),
        authority=table.take("authority", _text),
        authority_source=table.take("authority_source", _word),
        next_step=table.take("next_step", _text),
        next_step_source=table.take("next_step_source", _word),
        notes=table.maybe("notes", _list(_text, 0), ()),
        not_said=table.maybe("not_said", _list(_text, 0), ()),
        sources=sources,
        periods={period.name: period for period in periods},
        authority_kinds=table.maybe("authority_kinds", _list(_one_of(*_AUTHORITIES), 1), ()),
    )


def _source(value: object, where: str) -> Source:
    table = _Reader(value, where)
    made = Source(table.take("id", _word), table.take("cite", _text), table.take("mark", _one_of(*get_args(Mark))))
    table.close()
    if made.id == UNCONFIRMED:
        raise MalformedRule(f"{where}: {UNCONFIRMED} is not the name of a source")
    return made


def _period(value: object, where: str, sources: Mapping[str, Source]) -> Period:
    table = _Reader(value, where)
    name = table.take("name", _word)
    table.where = f"period {name}"
    undated = table.maybe("undated", _text, None)
    cited = table.take("sources", _list(_word, 1))
    missing = [source for source in cited if source not in sources]
    if missing:
        raise MalformedRule(f"period {name} names the source {missing[0]}, which the file does not list")
    legs = table.take("legs", _list(_leg, 1)) if undated is None else ()
    if len({leg.unit for leg in legs}) > 1:
        raise MalformedRule(f"legs of period {name} must have one unit")
    made = Period(
        name=name,
        title=table.take("title", _text),
        holder=table.take("holder", _one_of(*get_args(Holder))),
        starts=table.take("starts", _one_of(*get_args(Start))),
        sources=cited,
        mark=weakest(tuple(sources[source].mark for source in cited)),
        rights=table.maybe("rights", _list(_one_of(*RIGHTS), 0), ()),
        undated=undated,
        legs=legs,
        counting=table.take("counting", _one_of(*get_args(Counting))) if legs else None,
        roll_over=table.take("roll_over", _word) if legs else UNCONFIRMED,
        closed=table.maybe("closed", _closed, None) if legs else None,
        extends=table.maybe("extends", _list(_word, 1), ()),
        extension=table.maybe("extension", _extension, None),
        pauses=table.maybe("pause", _list(_pause, 1), ()),
        no_finding=table.maybe("no_finding", _text, None),
        at=table.maybe("at", _one_of(*_AUTHORITIES), None),
        answered=table.maybe("answered", _one_of(*_ANSWERED), None),
        until_refused=table.maybe("until_refused", _boolean, False),
        binds_company=table.maybe("binds_company", _boolean, False),
    )
    table.close()
    return made


def _leg(value: object, where: str) -> Leg:
    table = _Reader(value, where)
    made = Leg(table.take("length", _integer), table.take("unit", _one_of(*get_args(Unit))))
    table.close()
    return made


def _closed(value: object, where: str) -> Closed:
    table = _Reader(value, where)
    made = Closed(table.take("first", _month_day), table.take("last", _month_day), table.take("source", _word))
    table.close()
    return made


def _extension(value: object, where: str) -> Extension:
    table = _Reader(value, where)
    kind = table.take("kind", _one_of(*get_args(ExtensionKind)))
    made = Extension(
        kind=kind,
        period=table.take("period", _word) if kind == "period" else "",
        adds=table.take("adds", _leg) if kind == "adds" else None if kind != "cause_ends" else _maybe_leg(table),
        source=table.take("source", _word),
        notice=table.take("notice", _word),
        before_last_day=table.maybe("before_last_day", _boolean, False),
        reasons=table.maybe("reasons", _word, ""),
        later_alone=table.maybe("later_alone", _boolean, False) if kind == "cause_ends" else False,
        open_for=table.maybe("open_for", _list(_one_of(*_REASONS), 1), ()) if kind == "period" else (),
    )
    table.close()
    return made


def _maybe_leg(table: _Reader) -> Leg | None:
    return table.maybe("adds", _leg, None)


def _pause(value: object, where: str) -> PauseRule:
    table = _Reader(value, where)
    made = PauseRule(
        ground=table.take("ground", _one_of(*get_args(Ground))),
        source=table.take("source", _word),
        certain=table.take("certain", _boolean),
        restart=table.maybe("restart", _boolean, False),
        since=table.maybe("since", _date, None),
    )
    table.close()
    return made


def _check_references(rule: Rule) -> None:
    known = {*rule.sources, UNCONFIRMED}
    if len(set(rule.authority_kinds)) != len(rule.authority_kinds):
        raise MalformedRule("authority_kinds names one kind twice")
    for source in (rule.silence_source, rule.refusal_source, rule.authority_source, rule.next_step_source):
        if source not in known:
            raise MalformedRule(f"the rule names the source {source}, which the file does not list")
    for period in rule.periods.values():
        named = [period.roll_over, *(pause.source for pause in period.pauses)]
        if period.closed is not None:
            named.append(period.closed.source)
        if period.extension is not None:
            named += [period.extension.source, period.extension.notice, period.extension.reasons or UNCONFIRMED]
        for source in named:
            if source not in known:
                raise MalformedRule(f"period {period.name} names the source {source}, which the file does not list")
        if any(pause.certain and rule.mark_of(pause.source) == "R" for pause in period.pauses):
            raise MalformedRule(f"period {period.name}: a pause marked R cannot be certain")
        others = [*period.extends]
        if period.extension is not None and period.extension.kind == "period":
            others.append(period.extension.period)
        for other in others:
            if other == period.name or other not in rule.periods or not rule.periods[other].legs:
                raise MalformedRule(f"period {period.name} names the period {other}, which has no legs in this file")
        if period.at is not None and (period.starts != "complaint" or period.at not in rule.authority_kinds):
            raise MalformedRule(
                f"at of period {period.name} must be one of authority_kinds, in a period that starts with a complaint"
            )
        if period.answered is not None and period.holder != "person_window":
            raise MalformedRule(f"answered of period {period.name} is for a person_window")
        if (period.until_refused or period.binds_company) and period.holder != "waiting_time":
            raise MalformedRule(f"until_refused and binds_company of period {period.name} are for a waiting_time")
        if period.extends and not period.legs:
            raise MalformedRule(f"period {period.name} extends another and must have legs")


def _list(item: Callable[[object, str], _T], least: int) -> Callable[[object, str], tuple[_T, ...]]:
    def read(value: object, where: str) -> tuple[_T, ...]:
        if not isinstance(value, list) or len(value) < least:
            raise MalformedRule(f"{where} must be a list of at least {least}")
        return tuple(item(member, f"{where}[{number}]") for number, member in enumerate(value))

    return read


def _one_of(*values: _T) -> Callable[[object, str], _T]:
    def read(value: object, where: str) -> _T:
        for allowed in values:
            if value == allowed:
                return allowed
        raise MalformedRule(f"{where} must be one of {', '.join(map(str, values))}, not {_show(value)}")

    return read


def _text(value: object, where: str) -> Text:
    table = _Reader(value, where)
    made = Text(table.take("en", _string), table.take("ko", _string))
    table.close()
    return made


def _string(value: object, where: str) -> str:
    if isinstance(value, str) and 1 <= len(value) <= 1000 and value == " ".join(value.split()):
        return value
    raise MalformedRule(f"{where} must be a text of 1 to 1,000 characters on one line, not {_show(value)}")


def _word(value: object, where: str) -> str:
    if isinstance(value, str) and _NAME.fullmatch(value):
        return value
    raise MalformedRule(f"{where} must be a name like out_of_court, not {_show(value)}")


def _place(value: object, where: str) -> str:
    match = _PLACE.fullmatch(value) if isinstance(value, str) else None
    if match is None or match[1] not in COUNTRIES:
        raise MalformedRule(f"{where} must be an ISO 3166 country or subdivision code, not {_show(value)}")
    return match[0]


def _integer(value: object, where: str) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_LENGTH:
        return value
    raise MalformedRule(f"{where} must be an integer from 1 to {MAX_LENGTH}, not {_show(value)}")


def _boolean(value: object, where: str) -> bool:
    if isinstance(value, bool):
        return value
    raise MalformedRule(f"{where} must be true or false, not {_show(value)}")


def _date(value: object, where: str) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise MalformedRule(f"{where} must be a TOML date like 2026-02-01, not {_show(value)}")


def _month_day(value: object, where: str) -> tuple[int, int]:
    match = _MONTH_DAY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise MalformedRule(f"{where} must be a month and a day like 12-25, not {_show(value)}")
    return int(match[1]), int(match[2])


def _show(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else text[:77] + "..."
