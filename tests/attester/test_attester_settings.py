"""Settings of an attester: sources, and every one that stops the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.errors import RuntimeSetting
from ledger.mail.senders import Senders
from ledger.mail.trust import MailTrust, encode_mail_trust
from ledger.runtime.attester.published import read_published
from ledger.runtime.attester.settings import CHECKED, load_attester

SHOP: dict[str, object] = {"company": "shop.example", "domains": ["shop.example"]}


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"scopes": ["post"]}, "cannot be checked by a program"),
        ({"scopes": ["all"]}, "is no scope"),
        ({"ledgers": {"habeas.example/main": "http://habeas.example"}}, "https"),
        ({"ledgers": {"a+b": "https://habeas.example"}}, "ledgers"),
        ({"well_known_overrides": {"shop.example": "http://192.0.2.1:80"}}, "127.0.0.1"),
        ({"company_mail": [{"company": "shop.example", "domains": []}]}, "1 to 64 domains"),
        ({"company_mail": [{"company": "Shop", "domains": ["shop.example"]}]}, "company_mail"),
        ({"company_mail": [{"company": "shop.example", "domains": ["shop.example"], "share": True}]}, "share"),
        ({"company_mail": [{"company": "a.example", "domains": ["a.example"], "shared": "yes"}]}, "shared must be"),
        ({"company_mail": [{"company": "a.example", "domains": ["a.example"]}] * 2}, "listed twice"),
        ({"company_mail": [{**SHOP, "senders": ["a@other.example"]}]}, "addresses in its domains"),
        ({"mail_domains": {"shop.example": ["shop.example"]}}, "mail_domains"),
        ({"max_message_bytes": 52_428_801}, "max_message_bytes"),
        ({"client_header": "X-Forwarded-For"}, "client_header"),
        ({"client_header": "forwarded"}, "x-forwarded-for"),
        ({"proxies": ["proxy.example"]}, "no address and no network"),
        ({"proxies": ["192.0.2.1/24"]}, "proxies"),
        ({"unknown": 1}, "unknown setting unknown "),
    ],
)
def test_wrong_settings(tmp_path: Path, given: dict[str, object], named: str) -> None:
    with pytest.raises(RuntimeSetting, match=named):
        load_attester(home=tmp_path, **given)


def test_settings_from_file_and_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "attester.toml").write_text('name = "watch.example"\nport = 1\nresolvers = ["one=192.0.2.53"]\n')
    monkeypatch.setenv("HABEAS_ATTESTER_HOME", str(tmp_path))
    monkeypatch.setenv("HABEAS_ATTESTER_PORT", "2")
    monkeypatch.setenv("HABEAS_ATTESTER_SCOPES", "dns, dkim")
    monkeypatch.setenv("HABEAS_ATTESTER_QUORUM", "2")  # a setting of a ledger
    settings = load_attester(host="127.0.0.2")
    assert (settings.name, settings.port, settings.host) == ("watch.example", 2, "127.0.0.2")
    assert settings.scopes == ["dkim", "dns"] and load_attester(scopes=None or [*CHECKED]).scopes == [*CHECKED]
    assert settings.mail_trust.domains_of("shop.example") == {"shop.example"}


def test_one_table_for_policies_and_attesters(tmp_path: Path) -> None:
    """What is written into a trust policy can be copied into the settings as it stands."""
    known = MailTrust(
        {"shop.example": frozenset({"shop.example", "shop-mail.example"}), "post.example": frozenset({"post.example"})},
        senders={
            "shop.example": Senders(frozenset({"support@shop.example"})),
            "post.example": Senders(shared=True),
        },
    )
    (tmp_path / "attester.toml").write_text("\n".join(encode_mail_trust(known)))
    assert load_attester(home=tmp_path).mail_trust == known


@pytest.mark.parametrize(
    "text", ["key = 1", "[[key]]\ndigest = '0x00'\n", "x = 1", "[[key]]\ndigest = 1\npublished_at = 2\n", "="]
)
def test_wrong_list_of_published_keys(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.toml"
    path.write_text(text)
    with pytest.raises(RuntimeSetting, match="published_keys"):
        read_published(path)
