"""Which days are no working days, in two readings (docs/spec/deadlines.md, "Calendar").

*Certain*: Saturdays, Sundays and public holidays of the whole country. *Disputed*, beside them: days that are
a holiday in the region only, for some trades or authorities, for half a day, on an estimated date, or off in exchange
for a Saturday.
Where no region is named, ``any_region`` decides whether a holiday of any of them is disputed. The
strictest reading knows certain days alone, the other both. The days come from the pinned ``holidays``
package; calendar files add to them or take away, because holidays are declared late. A result names it all.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from importlib.metadata import version
from typing import Literal, get_args

from ledger.deadlines.places import TZDATA, split_place
from ledger.encoding import sha256
from ledger.errors import MalformedCalendar, MalformedRequest

HOLIDAYS = f"holidays {version('holidays')}"
LAST_YEAR = 2035
"""The package knows the holidays of some places no further; a result that would need more is refused."""
LAST_DAY = date(LAST_YEAR - 1, 12, 31)
"""No day from which something is counted may be later."""
FORMAT = 1
MAX_BYTES = 262_144
MAX_DAYS = 2_000
Status = Literal["holiday", "disputed", "working"]
# A school break closes no office; in a workday category the name is kept and the day is worked.
_NOT_COUNTED = frozenset({"school", "unofficial", "workday", "armed_forces"})
# A date that is only estimated, and a day off in exchange for a Saturday that is worked: no law calls it a holiday.
_UNSURE = ("estimated", "substituted from")
_MEMBERS = frozenset({"habeas_calendar", "id", "version", "day"})
_DAY_MEMBERS = frozenset({"date", "place", "status", "name", "source"})


@dataclass(frozen=True, slots=True)
class Change:
    """One day of a calendar file: for ``place`` and what lies in it."""

    day: date
    place: str
    status: Status


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """``version`` stands in every result: package, tz database and calendar files, these with their digest."""

    version: str
    changes: tuple[Change, ...] = ()

    def with_file(self, data: bytes) -> Calendar:
        """This calendar with one more file; where two name one day, the later file holds. Raises MalformedCalendar."""
        name, changes = _parse(data)
        return Calendar(f"{self.version}; {name} sha256:{sha256(data).hex()[:16]}", (*self.changes, *changes))


STANDARD = Calendar(f"{HOLIDAYS}; {TZDATA}")


@dataclass(frozen=True, slots=True)
class Days:
    """The holidays of one place and year; weekends are not among them unless they are holidays too."""

    certain: frozenset[date]
    counted: frozenset[date]
    """Certain and disputed."""


@lru_cache(maxsize=4096)
def days_of(calendar: Calendar, place: str, year: int, any_region: bool) -> Days:
    """The holidays of ``place`` in ``year``. Raises MalformedRequest for a year that the calendar does not have."""
    if year > LAST_YEAR:
        raise MalformedRequest(f"the calendar ends with {LAST_YEAR}: nothing can be counted in {year}")
    certain, counted = _packaged(place, year, any_region)
    for change in calendar.changes:
        if change.day.year == year and _concerns(change.place, place, any_region):
            certain, counted = _changed(change, place, certain, counted)
    return Days(certain, counted)


def is_free(calendar: Calendar, place: str, day: date, *, generous: bool, any_region: bool) -> bool:
    """Whether ``day`` is a Saturday, a Sunday or a holiday; ``generous`` counts the disputed ones too."""
    if day.weekday() >= 5:
        return True
    days = days_of(calendar, place, day.year, any_region)
    return day in (days.counted if generous else days.certain)


@lru_cache(maxsize=1024)
def check_place(place: str) -> None:
    """Raises MalformedRequest for an unknown country or region, naming the regions that are known.

    A country may have two sets of codes, as Italy has for regions and provinces, and the package only
    one of them: a code of another shape is let through, and any region may be meant.
    """
    country, region = split_place(place)
    known = [name for name in _known_regions(country) if _shape(name) == _shape(region)]
    if region and known and region not in known:
        shown = ", ".join(f"{country}-{name}" for name in sorted(known)[:60])
        raise MalformedRequest(f"{place} is no region of {country} in the calendar; known: {country}, {shown}")


def has_region(place: str) -> bool:
    """Whether the calendar knows the region that ``place`` names; True where it names none."""
    if "-" not in place:
        return True
    country, region = split_place(place)
    return region in _known_regions(country)


def _shape(region: str) -> str:
    return "".join("9" if letter.isdigit() else "A" if letter.isupper() else letter for letter in region)[:2]


def _changed(
    change: Change, place: str, certain: frozenset[date], counted: frozenset[date]
) -> tuple[frozenset[date], frozenset[date]]:
    day = frozenset({change.day})
    whole = change.place == place or place.startswith(f"{change.place}-")
    if change.status == "holiday" and whole:
        return certain | day, counted | day
    if change.status == "working":  # in a part only: another part may still have its holiday
        return certain - day, counted - day if whole else counted
    return certain - day if whole else certain, counted | day


def _concerns(changed: str, place: str, any_region: bool) -> bool:
    return changed == place or place.startswith(f"{changed}-") or (any_region and changed.startswith(f"{place}-"))


@lru_cache(maxsize=4096)
def _packaged(place: str, year: int, any_region: bool) -> tuple[frozenset[date], frozenset[date]]:
    country, region = split_place(place)
    known = _known_regions(country)
    nation = _public(country, None, year)
    # A region that the package does not know may be any of those that it knows.
    parts = (region,) if region in known else known if region or any_region else ()
    inside = [_public(country, part, year) for part in parts]
    unsure = {day for days in (nation, *inside) for day, name in days.items() if any(word in name for word in _UNSURE)}
    certain = set(nation).intersection(*inside) - unsure
    counted = set(nation).union(*inside)
    for part in (None, *parts):
        counted |= set(_holidays(country, part, year, _disputed_categories(country)))
    return frozenset(certain), frozenset(counted)


def _public(country: str, region: str | None, year: int) -> Mapping[date, str]:
    return _holidays(country, region, year, ("public",))


def _holidays(country: str, region: str | None, year: int, categories: tuple[str, ...]) -> Mapping[date, str]:
    # Imported when first used: verifying a bundle without deadlines must not wait for it.
    import holidays

    if not categories or country not in holidays.list_supported_countries(include_aliases=False):
        return {}
    entity = getattr(holidays, country)
    language = "en_US" if "en_US" in entity.supported_languages else None
    found = holidays.country_holidays(
        country, subdiv=region, years=year, categories=categories, expand=False, language=language
    )
    return {day: str(name) for day, name in found.items() if day.year == year}


@lru_cache(maxsize=512)
def _known_regions(country: str) -> tuple[str, ...]:
    import holidays

    return tuple(holidays.list_supported_countries(include_aliases=False).get(country, ()))


@lru_cache(maxsize=512)
def _disputed_categories(country: str) -> tuple[str, ...]:
    import holidays

    if country not in holidays.list_supported_countries(include_aliases=False):
        return ()
    categories: tuple[str, ...] = tuple(getattr(holidays, country).supported_categories)
    return tuple(sorted(set(categories) - _NOT_COUNTED - {"public"}))


def _parse(data: bytes) -> tuple[str, tuple[Change, ...]]:
    # 1. Size and TOML.
    if len(data) > MAX_BYTES:
        raise MalformedCalendar(f"the calendar file has {len(data)} bytes; at most {MAX_BYTES} are accepted")
    try:
        value = tomllib.loads(data.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise MalformedCalendar(f"the calendar file is not TOML in UTF-8: {str(error)[:200]}") from None
    # 2. Members.
    _check_members(value, _MEMBERS, "the calendar file")
    if value["habeas_calendar"] != FORMAT or isinstance(value["habeas_calendar"], bool):
        raise MalformedCalendar(f"habeas_calendar must be {FORMAT}, the format version")
    name, number, listed = value["id"], value["version"], value["day"]
    if not isinstance(name, str) or not 1 <= len(name) <= 40 or not name.replace("-", "").isalnum():
        raise MalformedCalendar("id must be 1 to 40 letters, digits and hyphens")
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 1_000_000:
        raise MalformedCalendar("version must be an integer from 1 to 1,000,000")
    if not isinstance(listed, list) or not 1 <= len(listed) <= MAX_DAYS:
        raise MalformedCalendar(f"day must be a list of 1 to {MAX_DAYS} tables")
    # 3. Days, each once for a place.
    changes = tuple(_changes(listed))
    if len({(change.day, change.place) for change in changes}) != len(changes):
        raise MalformedCalendar("a day stands twice for one place")
    return f"{name} {number}", changes


def _changes(listed: list[object]) -> Iterator[Change]:
    for number, item in enumerate(listed):
        where = f"day[{number}]"
        table = _check_members(item, _DAY_MEMBERS, where)
        day, place, status = table["date"], table["place"], table["status"]
        if not isinstance(day, date) or isinstance(day, datetime):
            raise MalformedCalendar(f"date of {where} must be a TOML date like 2026-06-03")
        for name in ("name", "source"):
            text = table[name]
            if not isinstance(text, str) or not 1 <= len(text) <= 300:
                raise MalformedCalendar(f"{name} of {where} must be a text of 1 to 300 characters")
        for known in get_args(Status):
            if status == known:
                yield Change(day, _place(place, where), known)
                break
        else:
            raise MalformedCalendar(f"status of {where} must be one of {', '.join(get_args(Status))}")


def _place(value: object, where: str) -> str:
    try:
        if isinstance(value, str):
            split_place(value)
            return value
    except MalformedRequest:
        pass
    raise MalformedCalendar(f"place of {where} must be an ISO 3166 country or region, like KR or DE-BY")


def _check_members(value: object, members: frozenset[str], where: str) -> Mapping[str, object]:
    if not isinstance(value, dict):
        raise MalformedCalendar(f"{where} must be a table")
    if value.keys() != members:
        raise MalformedCalendar(f"{where} must have exactly the members {', '.join(sorted(members))}")
    return value
