"""Where a day begins and ends: the time zones of a place, from the pinned ``tzdata`` package alone.

A machine's own time zone files are never read, so the same instant is the same day everywhere. Where
a place has several zones an instant may be two days, and both are given: the caller widens.
"""

from __future__ import annotations

import io
import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from importlib.metadata import version
from importlib.resources import files
from zoneinfo import ZoneInfo

from ledger.errors import MalformedRequest
from ledger.kinds import COUNTRIES

TZDATA = f"tzdata {version('tzdata')}"
_ALIASES = {"UK": "GB", "EL": "GR"}
"""What the European Union and the road call them."""
_PLACE = re.compile(r"([A-Z]{2})(?:-([A-Z0-9]{1,3}))?")


@lru_cache(maxsize=4096)
def split_place(place: str) -> tuple[str, str]:
    """Country and region ("" where none is named). Raises MalformedRequest."""
    match = _PLACE.fullmatch(place)
    if match is None or match[1] not in COUNTRIES:
        raise MalformedRequest(
            f"the place must be an ISO 3166 country or region, like IE or US-CA, not {place[:40]!r}{_meant(place)}"
        )
    return match[1], match[2] or ""


def _meant(place: str) -> str:
    """What people write for a country: small letters, or a code that others use for it."""
    country, separator, region = place[:40].upper().partition("-")
    country = _ALIASES.get(country, country)
    return f" (did you mean {country}{separator}{region}?)" if country in COUNTRIES else ""


@cache
def zones(place: str) -> tuple[ZoneInfo, ...]:
    """The zones of a place, at least one; all of the country's where the region is not listed."""
    names = _regions().get(place) or _countries().get(split_place(place)[0])
    if not names:
        raise MalformedRequest(f"the tz database knows no time zone of {place}")
    return tuple(_zone(name) for name in names)


def local_days(instant: datetime, place: str) -> tuple[date, date]:
    """The first and the last date that an instant is in the zones of ``place``; mostly they are one.

    Raises MalformedRequest for an instant whose day there is before year 1 or after 9999.
    """
    try:
        found = [instant.astimezone(zone).date() for zone in zones(place)]
    except OverflowError:
        raise MalformedRequest(f"{instant:%Y-%m-%d %H:%M:%S} UTC has no date in {place} from year 1 to 9999") from None
    return min(found), max(found)


def end_of_day(day: date, place: str) -> tuple[datetime, datetime]:
    """When ``day`` ends (24:00) in the first and in the last zone of ``place``, in UTC."""
    following = day + timedelta(days=1)
    midnight = datetime(following.year, following.month, following.day)
    found = [midnight.replace(tzinfo=zone).astimezone(UTC) for zone in zones(place)]
    return min(found), max(found)


@cache
def _zone(name: str) -> ZoneInfo:
    data = files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()
    return ZoneInfo.from_file(io.BytesIO(data), key=name)


@cache
def _countries() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            country, _, name, *_ = line.split("\t")
            found[country] = (*found.get(country, ()), name)
    return found


@cache
def _regions() -> dict[str, tuple[str, ...]]:
    value = tomllib.loads(files("ledger").joinpath("data", "places.toml").read_text("utf-8"))
    return {place: tuple(names) for place, names in value["zones"].items()}
