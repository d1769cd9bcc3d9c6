"""Settings: sources, refusals, and a page that cannot fall behind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ledger.errors import RuntimeSetting
from ledger.note import CosigningKey, SigningKey
from ledger.runtime.attester.settings import AttesterSettings
from ledger.runtime.settings import Settings, load_settings
from tools.settings_page import PAGE, page

ROOT = Path(__file__).resolve().parents[2]
LOG_KEY = SigningKey("habeas.example/main", bytes([5]) * 32).verifier.encode()
AUDITOR, SAME_KEY = (
    CosigningKey(f"auditor.example/{name}", bytes([6]) * 32).verifier.encode() for name in ("one", "two")
)


def test_the_page_lists_every_setting_as_it_is() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: python -m tools.settings_page"
    for name, field in (*Settings.model_fields.items(), *AttesterSettings.model_fields.items()):
        assert field.description and field.description.endswith("."), name


def test_every_setting_is_used() -> None:
    files = [*(ROOT / "ledger").rglob("*.py"), *(ROOT / "api").rglob("*.py")]
    code = "\n".join(path.read_text(encoding="utf-8") for path in files if path.name != "settings.py")
    derived = {
        "database_url",
        "objects_url",
        "log_key_file",
        "anchor_key_file",
        "auditors",
        "attesters",
        "company_mail",
        "proxies",
    }
    used = set(re.findall(r"settings\.(\w+)", code)) | derived
    assert not set(Settings.model_fields) - used
    assert not set(AttesterSettings.model_fields) - used


def test_order_of_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "habeas.toml").write_text('ledger = "habeas.example/file"\nlease_s = 20\napi_port = 1\n')
    monkeypatch.setenv("HABEAS_API_PORT", "2")
    monkeypatch.setenv("HABEAS_LEASE_S", "30")
    settings = load_settings(home=tmp_path, api_port=3)
    assert (settings.ledger, settings.lease_s, settings.api_port) == ("habeas.example/file", 30, 3)
    monkeypatch.setenv("HABEAS_HOME", str(tmp_path))
    assert load_settings().ledger == "habeas.example/file", "the home of the environment has the file"


def test_spellings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HABEAS_RPC_URLS", "http://one.example, http://two.example")
    monkeypatch.setenv("HABEAS_WELL_KNOWN_OVERRIDES", '{"shop.example": "http://127.0.0.1:8081"}')
    monkeypatch.setenv("HABEAS_AUDITORS", AUDITOR)
    settings = load_settings(home=tmp_path, contract="0x" + "c0" * 20)
    assert [key.encode() for key in settings.auditor_keys] == [AUDITOR] and settings.auditor_quorum == 1
    assert settings.rpc_urls == ["http://one.example", "http://two.example"]
    assert settings.contract == b"\xc0" * 20
    assert settings.well_known_overrides == {"shop.example": "http://127.0.0.1:8081"}
    assert settings.database == f"sqlite:///{tmp_path / 'habeas.sqlite'}"
    assert settings.objects == (tmp_path / "log").as_uri()


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"ledger": "two words"}, "ledger"),
        ({"ledger": "a+b"}, "ledger"),
        ({"ledgr": "x"}, "ledgr"),
        ({"contract": "0xC0" + "c0" * 19}, "contract"),
        ({"genesis": "0x00"}, "genesis"),
        ({"checkpoint_period_ms": 1001}, "checkpoint_period_ms"),
        ({"checkpoint_period_ms": 0}, "checkpoint_period_ms"),
        ({"heartbeat_s": 86_401}, "heartbeat_s"),
        ({"chain": "mainnet"}, "chain"),
        ({"api_port": 65_536}, "api_port"),
        ({"ledger_class": "public", "chain": "embedded"}, "chain embedded is for practice ledgers"),
        ({"ledger_class": "test"}, "chain embedded is for practice ledgers"),
        (
            {
                "ledger_class": "public",
                "chain": "sepolia",
                "well_known_overrides": {"shop.example": "http://127.0.0.1:1"},
            },
            "practice",
        ),
        ({"well_known_overrides": {"shop.example": "http://10.0.0.1:80"}}, "127.0.0.1"),
        ({"well_known_overrides": {"shop.example": "http://127.0.0.1.evil.example:80"}}, "127.0.0.1"),
        ({"well_known_overrides": {"Shop.example": "http://127.0.0.1:80"}}, "Shop.example"),
        ({"auditors": ["auditor.example"]}, "auditors"),
        ({"auditors": [LOG_KEY]}, "the key of habeas.example/main has type 0x01"),
        ({"auditors": [AUDITOR], "auditor_quorum": 2}, "auditor_quorum is 2, but there are 1 auditors"),
        ({"auditors": [AUDITOR, AUDITOR]}, "a name of its own"),
        ({"auditors": [AUDITOR], "ledger": "auditor.example/one"}, "not the ledger's"),
        ({"auditors": [AUDITOR, SAME_KEY]}, "the same public key"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_wrong_settings_are_named(tmp_path: Path, given: dict[str, object], named: str) -> None:
    with pytest.raises(RuntimeSetting, match=re.escape(named)):
        load_settings(home=tmp_path, **given)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "habeas.toml").write_text("ledger = \n")
    with pytest.raises(RuntimeSetting, match="cannot be read"):
        load_settings(home=tmp_path)
