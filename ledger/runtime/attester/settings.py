"""Every setting of an attester (docs/settings.md lists them; a test compares).

Sources as for a ledger: arguments, environment ``HABEAS_ATTESTER_<NAME>``, ``<home>/attester.toml``, the default.
"""

from __future__ import annotations

import ipaddress
import os
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from ledger.disclosure import MAX_NAME
from ledger.errors import Malformed, MalformedPolicy
from ledger.kinds import SCOPES, is_domain
from ledger.mail.trust import MailTrust, parse_company_mail
from ledger.runtime.attester.limits import Network
from ledger.runtime.settings import load
from ledger.statement import parse_origin

DEFAULT_HOME = Path(".habeas-attester")
FILE = "attester.toml"
MAX_MESSAGE = 52_428_800
CHECKED = ("company_key", "dkim", "dns")
"""What this program can check itself. Post, web pages and documents take a person's eyes: it leaves them out."""
_LOOPBACK = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")


class AttesterSettings(BaseSettings):
    """The settings of one attester. Made by ``load_attester``, which raises RuntimeSetting."""

    model_config = SettingsConfigDict(env_prefix="HABEAS_ATTESTER_", extra="forbid", frozen=True)

    home: Path = Field(default=DEFAULT_HOME, description="Folder of key, secret and memory.")
    name: str = Field(default="", description="Who runs it, as people know it; required.")
    ledgers: dict[str, str] = Field(
        default_factory=dict, description="Origin of each ledger that it works for, to the address of its server."
    )
    trust_file: Path | None = Field(
        default=None, description="Trust policy whose log keys are believed; empty: each server names its own."
    )
    scopes: Annotated[list[str], NoDecode] = Field(
        default_factory=lambda: [*CHECKED],
        description="What it attests: `company_key`, `dkim`, `dns`, separated by commas; as the operator bound it.",
    )
    host: str = Field(default="127.0.0.1", description="Address that it listens on.")
    port: int = Field(default=0, ge=0, le=65535, description="Port that it listens on; 0: any.")
    resolvers: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="DNS resolvers, each of another operator and network: `[name=]address[:port]`, separated by "
        "commas; empty: the system's first one alone, which gives grade D, unless a DNSSEC chain proves the key.",
    )
    dns_timeout_s: float = Field(default=5.0, gt=0, le=30, description="Longest wait for all resolvers together.")
    company_mail: list[dict[str, object]] = Field(
        default_factory=list,
        description="Tables `[[company_mail]]` as in a trust policy: `company`, all `domains` that it sends mail from, "
        "`senders`, `shared`; a company without one has its own domain.",
    )
    published_keys: Path | None = Field(
        default=None, description="File of DKIM keys whose private half is known to be public, and since when."
    )
    well_known_overrides: dict[str, str] = Field(
        default_factory=dict, description="Domain to loopback address for company keys; practice ledgers only."
    )
    max_message_bytes: int = Field(
        default=MAX_MESSAGE, ge=1024, le=MAX_MESSAGE, description="Largest mail that is taken."
    )
    concurrency: int = Field(
        default=2,
        ge=1,
        le=64,
        description="Mails in memory at one time, of one client one less; more are refused as busy.",
    )
    client_per_minute: int = Field(default=20, ge=1, le=100_000, description="Requests of one client in a minute.")
    all_per_minute: int = Field(default=200, ge=1, le=1_000_000, description="Requests of all clients in a minute.")
    client_header: str = Field(
        default="",
        pattern="^[a-z0-9-]{0,60}$",
        description="Header in which your own proxy names the client, like `x-forwarded-for`; empty: the connection's.",
    )
    proxies: Annotated[list[str], NoDecode] = Field(
        default_factory=lambda: ["127.0.0.0/8", "::1"],
        description="Addresses or networks of your own proxies, separated by commas: `client_header` is read from "
        "these alone.",
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        home = init_settings().get("home") or os.environ.get("HABEAS_ATTESTER_HOME") or DEFAULT_HOME
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(home) / FILE)

    @field_validator("resolvers", "scopes", "proxies", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        if not value.isprintable() or len(value) > MAX_NAME:
            raise ValueError(f"it must be at most {MAX_NAME} printable characters")
        return value

    @field_validator("scopes")
    @classmethod
    def _scopes(cls, value: list[str]) -> list[str]:
        for scope in value:
            if scope not in CHECKED:
                known = "cannot be checked by a program" if scope in SCOPES else "is no scope"
                raise ValueError(f"{scope!r} {known}; it must be among {', '.join(CHECKED)}")
        return sorted(set(value))

    @field_validator("client_header")
    @classmethod
    def _header(cls, value: str) -> str:
        if value == "forwarded":
            raise ValueError("forwarded has another form (for=…;proto=…); let the proxy write x-forwarded-for")
        return value

    @field_validator("proxies")
    @classmethod
    def _proxies(cls, value: list[str]) -> list[str]:
        for text in value:
            try:
                ipaddress.ip_network(text)
            except ValueError as error:
                raise ValueError(f"{text!r} is no address and no network: {error}") from None
        return value

    @model_validator(mode="after")
    def _places(self) -> AttesterSettings:
        for origin, url in self.ledgers.items():
            try:
                parse_origin(origin)
            except Malformed as error:
                raise ValueError(f"ledgers: {error}") from None
            if not url.startswith(("https://", *_LOOPBACK)):
                raise ValueError(f"ledgers: {origin} must map to an https address, or to one on loopback")
        for domain, url in self.well_known_overrides.items():
            if not is_domain(domain) or not url.startswith(_LOOPBACK):
                raise ValueError(f"well_known_overrides: {domain!r} must map to http://127.0.0.1:<port>")
        return self

    @field_validator("company_mail")
    @classmethod
    def _company_mail(cls, value: list[dict[str, object]]) -> list[dict[str, object]]:
        try:
            parse_company_mail(value)
        except MalformedPolicy as error:
            raise ValueError(str(error)) from None
        return value

    @cached_property
    def proxy_networks(self) -> tuple[Network, ...]:
        """Where the header that names the client is believed."""
        return tuple(map(ipaddress.ip_network, self.proxies))

    @property
    def key_path(self) -> Path:
        return self.home / "keys" / "attester.key"

    @property
    def secret_path(self) -> Path:
        return self.home / "keys" / "memory.secret"

    @property
    def memory_path(self) -> Path:
        return self.home / "memory.sqlite"

    @cached_property
    def mail_trust(self) -> MailTrust:
        """What is known of companies' domains and mailboxes."""
        domains, senders = parse_company_mail(self.company_mail)
        return MailTrust(domains, senders=senders)


def load_attester(**given: object) -> AttesterSettings:
    """The settings in force. Raises RuntimeSetting that names each wrong setting."""
    return load(AttesterSettings, "settings of the attester", given)
