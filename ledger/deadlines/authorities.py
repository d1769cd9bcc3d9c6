"""Registers of authorities: where a person can complain, by place (docs/spec/authorities.md).

A record is one line of JSON in the schema of the supervisory authorities of datenanfragen/data, or a *marked* one:
the same, with the quality of its contacts and the day on which they were read. Habeas ships a few marked records;
everything else is a file that somebody imports. A register says who is there, never who is competent.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar, get_args
from urllib.parse import urlsplit

from ledger.deadlines.rules import AuthorityKind, Text
from ledger.encoding import (
    Json,
    JsonObject,
    check_depth,
    parse_date,
    refuse_number,
    require_members,
    sha256,
    show_value,
    unique_members,
)
from ledger.errors import Malformed, MalformedAuthorities
from ledger.kinds import COUNTRIES, is_domain

MAX_BYTES = 2_097_152
MAX_RECORDS = 2_000
MAX_LINE = 16_384
EVERYWHERE = "all"
Quality = Literal["read", "secondary", "unconfirmed"]
Transport = Literal["fax", "letter", "email"]
_REQUIRED = frozenset({"slug", "relevant-countries", "name", "sources"})
_SCHEMA = frozenset(
    {"address", "phone", "fax", "email", "webform", "web", "pgp-fingerprint", "pgp-url", "complaint-language"}
    | {"suggested-transport-medium", "comments"}
)
# Of a marked record alone: what the schema of others has no place for.
_MARKED = frozenset({"kind", "quality", "read-on"})
_MARKED_OPTIONAL = frozenset({"name-ko", "comments-ko", "domains", "source-date"})
_SLUG = re.compile(r"[a-z0-9-]{1,60}")
_COUNTRY = re.compile(r"[a-z]{2}")
# Digits in groups; with a country's code there are 7 to 15 (E.164), of a national number 2 to 15.
_PHONE = re.compile(r"(?=(?:[^0-9]*[0-9]){7,15}[^0-9]*$)\+[0-9]+(?: [0-9]+){2,}")
_ANY_PHONE = re.compile(
    r"(?=(?:[^0-9]*[0-9]){7,15}[^0-9]*$)\+[0-9]+(?:[ -][0-9]+)*|(?=(?:[^0-9]*[0-9]){2,15}[^0-9]*$)[0-9]+(?:[ -][0-9]+)*"
)
# Nothing stands before the host, so that nobody reads another one there; and no mark that ends a text or a tag.
_URL = re.compile(r"https?://([a-z0-9.-]{1,253})(?::([1-9][0-9]{0,4}))?(?:[/?#][!#-;=?-\[\]-~]*)?")
_MAX_URL = 400
_EMAIL = re.compile(r"([A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*)@([a-z0-9.-]{1,253})")
_MAX_LOCAL = 64
_PGP = re.compile(r"(?:[0-9A-F]{4} ){5}(?: [0-9A-F]{4}){5}")
# A register is shown on terminals and pages, so nothing in it is unseen (Unicode 16: Cc, Cf, Zl, Zp and
# Default_Ignorable_Code_Point). A list, so that no version of Python decides.
_UNSEEN = (
    r"\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U000110bd\U000110cd"
    r"\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_LINE = re.compile(rf"(?=.*\S)[^\x00-\x1f{_UNSEEN}]{{1,1000}}")
# Lines only where an address has them.
_LINES = re.compile(rf"(?=[\s\S]*\S)[^\x00-\x09\x0b-\x1f{_UNSEEN}]{{1,2000}}")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Authority:
    """One record. What no source gave is None; nobody filled anything in."""

    slug: str
    countries: tuple[str, ...]
    """ISO 3166 codes in upper case, or ``all``."""
    kind: AuthorityKind
    name: Text
    address: str | None
    phone: str | None
    fax: str | None
    email: str | None
    webform: str | None
    web: str | None
    language: str | None
    """ISO 639-1 code of the language in which it wants complaints."""
    transport: Transport | None
    comments: tuple[Text, ...]
    sources: tuple[str, ...]
    domains: tuple[str, ...]
    """DNS names by which a statement may name it."""
    quality: Quality | None
    """None: an imported record, which says nothing of it."""
    read_on: date | None
    source_date: date | None
    """The day that the source itself bears, where it bears one."""
    register: str
    """Which register it is from: ``habeas``, or the digest of the imported file."""

    def is_named(self, domain: str) -> bool:
        """Whether the DNS name ``domain`` is one of its names or lies below one."""
        return any(domain == name or domain.endswith(f".{name}") for name in self.domains)


@dataclass(frozen=True, slots=True)
class Register:
    """Authorities by slug; of several files the later one holds."""

    authorities: tuple[Authority, ...] = ()

    def with_file(self, data: bytes, name: str = "") -> Register:
        """This register with one more file. Raises MalformedAuthorities."""
        added = parse_authorities(data, name or f"file sha256:{sha256(data).hex()[:16]}")
        new = {item.slug for item in added}
        return Register((*(item for item in self.authorities if item.slug not in new), *added))

    def at(self, place: str, kinds: Iterable[AuthorityKind]) -> tuple[Authority, ...]:
        """The authorities for ``place`` (a country or a region of it), in the order of ``kinds``, then of slugs."""
        order = list(kinds)
        country = place.partition("-")[0]
        found = [
            item
            for item in self.authorities
            if item.kind in order and (country in item.countries or EVERYWHERE in item.countries)
        ]
        return tuple(sorted(found, key=lambda item: (order.index(item.kind), item.slug)))


def parse_authorities(data: bytes, register: str) -> tuple[Authority, ...]:
    """The records of one file, in its order. Raises MalformedAuthorities; no other exception leaves this function."""
    # 1. Size, then text and lines.
    if len(data) > MAX_BYTES:
        raise MalformedAuthorities(f"the file has {len(data)} bytes; at most {MAX_BYTES} are accepted")
    try:
        lines = data.decode("utf-8").removesuffix("\n").split("\n")
    except UnicodeDecodeError as error:
        raise MalformedAuthorities(f"the file is not UTF-8: byte {error.start} is wrong") from None
    if len(lines) > MAX_RECORDS:
        raise MalformedAuthorities(f"the file has {len(lines)} lines; at most {MAX_RECORDS} are accepted")
    # 2. One record a line.
    found = tuple(_record(line, f"line {number}", register) for number, line in enumerate(lines, 1))
    # 3. A slug names one record.
    twice = [slug for slug, times in Counter(item.slug for item in found).items() if times > 1]
    if twice:
        raise MalformedAuthorities(f"two records have the slug {twice[0]}; each has its own")
    return found


def _record(line: str, where: str, register: str) -> Authority:
    value = _load(line, where)
    is_marked = isinstance(value, dict) and "quality" in value
    required = _REQUIRED | _MARKED if is_marked else _REQUIRED | {"address"}
    optional = _SCHEMA | _MARKED_OPTIONAL if is_marked else _SCHEMA
    table = _Record(require_members(value, required, optional - required, MalformedAuthorities, where), where)
    english, korean = table.take("name", _text), table.maybe("name-ko", _text)
    web, webform = table.maybe("web", _url), table.maybe("webform", _url)
    table.maybe("pgp-fingerprint", _matching(_PGP, "an OpenPGP fingerprint as GnuPG prints it"))
    table.maybe("pgp-url", _url)
    phone = _matching(_ANY_PHONE if is_marked else _PHONE, "a phone number like +353 1 8000000")
    return Authority(
        slug=table.take("slug", _matching(_SLUG, "1 to 60 of a-z, 0-9 and -")),
        countries=table.take("relevant-countries", _list(_country)),
        kind=table.maybe("kind", _one_of(*_KINDS)) or "supervision",
        name=Text(english, korean or english),
        address=table.maybe("address", _text_of_lines),
        phone=table.maybe("phone", phone),
        fax=table.maybe("fax", phone),
        email=table.maybe("email", _email),
        webform=webform,
        web=web,
        language=table.maybe("complaint-language", _matching(_COUNTRY, "an ISO 639-1 code")),
        transport=table.maybe("suggested-transport-medium", _one_of(*_TRANSPORTS)),
        comments=_comments(table, where),
        sources=table.take("sources", _list(_url)),
        domains=table.maybe("domains", _list(_domain)) or _hosts(web, webform),
        quality=table.maybe("quality", _one_of(*_QUALITIES)),
        read_on=table.maybe("read-on", _date),
        source_date=table.maybe("source-date", _date),
        register=register,
    )


_KINDS: tuple[AuthorityKind, ...] = get_args(AuthorityKind)
_TRANSPORTS: tuple[Transport, ...] = get_args(Transport)
_QUALITIES: tuple[Quality, ...] = get_args(Quality)


class _Record:
    """Reads members by name; which there may be is checked before."""

    def __init__(self, members: Mapping[str, Json], where: str) -> None:
        self._members, self._where = members, where

    def take(self, name: str, read: Callable[[Json, str], _T]) -> _T:
        return read(self._members[name], f"{self._where}: {name}")

    def maybe(self, name: str, read: Callable[[Json, str], _T]) -> _T | None:
        return self.take(name, read) if name in self._members else None


def _comments(table: _Record, where: str) -> tuple[Text, ...]:
    english = table.maybe("comments", _list(_text_of_lines, 0)) or ()
    given = table.maybe("comments-ko", _list(_text_of_lines, 0))
    korean = english if given is None else given
    if len(korean) != len(english):
        raise MalformedAuthorities(f"{where}: comments-ko must have one text for each of comments")
    return tuple(Text(" ".join(en.split()), " ".join(ko.split())) for en, ko in zip(english, korean, strict=True))


def _hosts(*urls: str | None) -> tuple[str, ...]:
    hosts = {urlsplit(url).hostname or "" for url in urls if url is not None}
    return tuple(sorted(host.removeprefix("www.") for host in hosts if is_domain(host.removeprefix("www."))))


def _list(item: Callable[[Json, str], _T], least: int = 1) -> Callable[[Json, str], tuple[_T, ...]]:
    def read(value: Json, where: str) -> tuple[_T, ...]:
        if not isinstance(value, list) or not least <= len(value) <= 64:
            raise MalformedAuthorities(f"{where} must be a list of {least} to 64")
        made = tuple(item(member, f"{where}[{number}]") for number, member in enumerate(value))
        if len(set(made)) != len(made):
            raise MalformedAuthorities(f"{where} names something twice")
        return made

    return read


def _one_of(*values: _T) -> Callable[[Json, str], _T]:
    def read(value: Json, where: str) -> _T:
        for allowed in values:
            if value == allowed:
                return allowed
        raise MalformedAuthorities(f"{where} must be one of {', '.join(map(str, values))}, not {show_value(value)}")

    return read


def _matching(pattern: re.Pattern[str], what: str) -> Callable[[Json, str], str]:
    def read(value: Json, where: str) -> str:
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        raise MalformedAuthorities(f"{where} must be {what}, not {show_value(value)}")

    return read


_text = _matching(_LINE, "a text of 1 to 1,000 characters on one line, not blank, without unseen characters")
_text_of_lines = _matching(_LINES, "a text of 1 to 2,000 characters, not blank, without unseen characters")


def _url(value: Json, where: str) -> str:
    found = _URL.fullmatch(value) if isinstance(value, str) and len(value) <= _MAX_URL else None
    if found is None or not is_domain(found[1]) or int(found[2] or 1) > 65_535:
        raise MalformedAuthorities(
            f"{where} must be an http(s) address like https://authority.example/complain: a lower-case DNS name as "
            f'host, no user before it, no space, ", <, > or \\, at most {_MAX_URL} characters; not {show_value(value)}'
        )
    return found[0]


def _email(value: Json, where: str) -> str:
    found = _EMAIL.fullmatch(value) if isinstance(value, str) else None
    if found is None or len(found[1]) > _MAX_LOCAL or not is_domain(found[2]):
        raise MalformedAuthorities(
            f"{where} must be a mail address like complaints@authority.example: letters, digits, . _ + and - before "
            f"the @, a lower-case DNS name behind it; not {show_value(value)}"
        )
    return found[0]


def _country(value: Json, where: str) -> str:
    if isinstance(value, str) and (value == EVERYWHERE or (_COUNTRY.fullmatch(value) and value.upper() in COUNTRIES)):
        return value if value == EVERYWHERE else value.upper()
    raise MalformedAuthorities(f"{where} must be an ISO 3166 code in lower case, or all, not {show_value(value)}")


def _domain(value: Json, where: str) -> str:
    if isinstance(value, str) and is_domain(value):
        return value
    raise MalformedAuthorities(f"{where} must be a lower-case DNS name of two labels or more, not {show_value(value)}")


def _date(value: Json, where: str) -> date:
    return parse_date(value, MalformedAuthorities, where)


def _load(line: str, where: str) -> Json:
    if len(line) > MAX_LINE:
        raise MalformedAuthorities(f"{where} has {len(line)} characters; at most {MAX_LINE} are accepted")
    try:
        check_depth(line.encode(), 3)
        value: Json = json.loads(
            line, object_pairs_hook=unique_members, parse_float=refuse_number, parse_constant=refuse_number
        )
        line.encode("utf-8")
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # a lone surrogate has no bytes
    except (ValueError, RecursionError, Malformed) as error:
        raise MalformedAuthorities(f"{where} is not one JSON object: {str(error)[:200]}") from None
    return value


def authority_json(item: Authority) -> JsonObject:
    """A record as a finding and the list show it (docs/spec/authorities.md, "Output")."""
    return {
        "slug": item.slug,
        "kind": item.kind,
        "name": {"en": item.name.en, "ko": item.name.ko},
        "countries": list(item.countries),
        "webform": item.webform,
        "web": item.web,
        "address": item.address,
        "phone": item.phone,
        "fax": item.fax,
        "email": item.email,
        "language": item.language,
        "transport": item.transport,
        "comments": [{"en": text.en, "ko": text.ko} for text in item.comments],
        "quality": item.quality,
        "read_on": None if item.read_on is None else str(item.read_on),
        "source_date": None if item.source_date is None else str(item.source_date),
        "sources": list(item.sources),
        "listed_by": item.register,
    }
