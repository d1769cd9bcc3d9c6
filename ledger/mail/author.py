"""Whose mail it says it is: the domain of the one address in ``From`` (docs/spec/mail.md, "From").

Mail programs read doubtful From fields in different ways, so a doubtful one has no author here.
"""

from __future__ import annotations

import re

from ledger.kinds import is_domain

_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_QUOTED = '"'
_MAX = 4_096


def author_domain(value: bytes) -> str | None:
    """The lower-case domain of the only address of a From field; None where it is not exactly one."""
    address = author_address(value)
    return None if address is None else address.rpartition("@")[2]


def author_address(value: bytes) -> str | None:
    """The only address of a From field in lower case; None where it is not exactly one.

    A quoted local part is a single quotation mark: nobody's address.
    """
    if len(value) > _MAX:
        return None
    text = _plain(re.sub(r"\r?\n", "", value.decode("latin-1")))
    if text is None:
        return None
    name, angle, rest = text.partition("<")
    address, closed, after = rest.partition(">")
    if not angle:
        address, name, after = name, "", ""
    elif not closed or re.search(r"[<>]", after):
        return None
    if after.strip() or re.search(r"[@,;:<>]", name):
        return None
    local, _, domain = address.strip().rpartition("@")
    if not (local == _QUOTED or _LOCAL.fullmatch(local)):
        return None
    domain = domain.lower()
    return f"{local.lower()}@{domain}" if is_domain(domain) else None


def in_domain(name: str, domain: str) -> bool:
    """Whether ``name`` is ``domain`` or lies under it."""
    return name == domain or name.endswith(f".{domain}")


def _plain(text: str) -> str | None:
    """``text`` with comments as a space and each quoted string as one quotation mark; None where one is left open."""
    out: list[str] = []
    depth, position = 0, 0
    while position < len(text):
        sign = text[position]
        if sign == "(":
            depth += 1
        elif sign == ")" and depth:
            depth -= 1
            out.append(" ")
        elif sign == "\\":
            position += 1
            if not depth:
                return None
        elif sign == _QUOTED and not depth:
            quoted = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL).match(text, position)
            if quoted is None:
                return None
            out.append(_QUOTED)
            position = quoted.end() - 1
        elif not depth:
            out.append(sign)
        position += 1
    return None if depth else "".join(out)
