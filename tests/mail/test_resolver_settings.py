"""Which resolvers an operator names, and how."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.errors import RuntimeSetting
from ledger.mail.asked import Resolver
from ledger.runtime.resolvers import configured, parse_resolver, parse_resolvers
from ledger.runtime.settings import MAIL_RESOLVERS, load_settings


def test_settings(tmp_path: Path) -> None:
    resolvers, limit_s = configured(load_settings(home=tmp_path, mail_resolvers="a=192.0.2.1, [2001:db8::1]:5353"))
    assert [(each.name, each.address) for each in resolvers] == [
        ("a", "192.0.2.1:53"),
        ("2001-db8-1-5353", "[2001:db8::1]:5353"),
    ]
    assert limit_s == 5.0
    standard, _ = configured(load_settings(home=tmp_path))
    assert len(standard) == len(MAIL_RESOLVERS) == 5 and standard[0] == Resolver("cloudflare", "1.1.1.1:53")


@pytest.mark.parametrize(
    "text",
    ["", "dns.example", "a=", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.01", "2001:db8::1",
     "[192.0.2.1]", "A=192.0.2.1", "a=b=192.0.2.1", "192.0.2.1:053", "http://192.0.2.1", "a =192.0.2.1", "-=192.0.2.1"],
)  # fmt: skip
def test_wrong_resolvers(text: str) -> None:
    with pytest.raises(RuntimeSetting, match="mail_resolvers"):
        parse_resolver(text)


@pytest.mark.parametrize("texts", [[], ["a=192.0.2.1", "a=192.0.2.2"], ["a=192.0.2.1", "b=192.0.2.1:53"]])
def test_wrong_lists_of_resolvers(texts: list[str]) -> None:
    with pytest.raises(RuntimeSetting, match="mail_resolvers"):
        parse_resolvers(texts)
