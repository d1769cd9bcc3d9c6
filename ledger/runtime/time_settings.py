"""The time-stamp authorities of the settings: where each is asked, and which roots its tokens lead to."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.errors import MalformedPolicy, RuntimeSetting
from ledger.runtime.settings import Settings
from ledger.stamp.authorities import check_authorities, parse_certificates
from ledger.stamp.verify import TimeAuthority

_MAX_PEM = 262_144


@dataclass(frozen=True, slots=True)
class AskedAuthority:
    """An authority and its address."""

    url: str
    trust: TimeAuthority


def time_authorities(settings: Settings) -> tuple[AskedAuthority, ...]:
    """Every authority of the settings, by name. Raises RuntimeSetting for roots that cannot be read."""
    found = tuple(
        AskedAuthority(url, TimeAuthority(name, _roots(settings, name)))
        for name, url in sorted(settings.time_authorities.items())
    )
    try:
        check_authorities([item.trust for item in found], settings.time_quorum)
    except MalformedPolicy as error:
        raise RuntimeSetting(f"time_authority_roots: {error}") from None
    return found


def _roots(settings: Settings, name: str) -> tuple[bytes, ...]:
    path = settings.time_authority_roots[name]
    try:
        with path.open("rb") as file:
            text = file.read(_MAX_PEM).decode("ascii")
        return tuple(parse_certificates(text, f"time_authority_roots {name}, {path}"))
    except (OSError, UnicodeDecodeError) as error:
        raise RuntimeSetting(f"time_authority_roots: {path} of {name} cannot be read: {error}") from None
    except MalformedPolicy as error:
        raise RuntimeSetting(str(error)) from None
