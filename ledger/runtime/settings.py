"""Every setting, in one place (docs/settings.md lists them; a test compares).

Sources, the first that names a setting wins: arguments, environment ``HABEAS_<NAME>``,
``<home>/habeas.toml``, the default. A wrong or unknown setting is RuntimeSetting with its name.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from ledger.encoding import parse_hex
from ledger.errors import Malformed, MalformedPolicy, MalformedStatement, RuntimeSetting
from ledger.kinds import is_domain
from ledger.note import COSIGNATURE, VerifierKey
from ledger.policy import MAX_CONFIRMATIONS, AttesterTrust, parse_attester
from ledger.stamp.authorities import check_authority_name
from ledger.statement import parse_origin

DEFAULT_HOME = Path(".habeas")
DATABASE = "habeas.sqlite"
MAIL_RESOLVERS = (
    "cloudflare=1.1.1.1",
    "google=8.8.8.8",
    "quad9=9.9.9.9",
    "opendns=208.67.222.222",
    "adguard=94.140.14.140",
)
"""Public resolvers of five operators: what each answers is checked against the others."""
_LOOPBACK = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")


def _hex(length: int) -> BeforeValidator:
    def check(value: object) -> object:
        if value is None or isinstance(value, bytes):
            return value
        try:
            return parse_hex(value, length, MalformedStatement, "it")
        except Malformed as error:
            raise ValueError(str(error)) from None

    return BeforeValidator(check)


Address = Annotated[bytes, _hex(20)]
Hash = Annotated[bytes, _hex(32)]

_Settings = TypeVar("_Settings", bound=BaseSettings)


class Settings(BaseSettings):
    """The settings of one process. Made by ``load_settings``, which raises RuntimeSetting."""

    model_config = SettingsConfigDict(env_prefix="HABEAS_", extra="forbid", frozen=True)

    home: Path = Field(default=DEFAULT_HOME, description="Folder of all that the ledger keeps on local disk.")
    ledger: str = Field(
        default="localhost/practice",
        description="The ledger's origin: the name in every statement, checkpoint and key. Never changes.",
    )
    ledger_class: Literal["public", "test", "practice"] = Field(
        default="practice", description="What the ledger is worth: `practice` proves nothing to a stranger."
    )
    database_url: str = Field(
        default="", description="SQLite or PostgreSQL URL; empty: `habeas.sqlite` in the home folder."
    )
    objects_url: str = Field(
        default="",
        description="Where tiles and addenda are: `file://`, `s3://` …; empty: `log` in the home folder.",
    )
    log_key_file: Path | None = Field(
        default=None, description="Log key file; empty: `keys/log.key` in the home folder."
    )
    anchor_key_file: Path | None = Field(
        default=None, description="Anchoring key file; empty: `keys/anchor.key` in the home."
    )
    chain: Literal["embedded", "sepolia", "hoodi", "base-sepolia", "op-sepolia"] = Field(
        default="embedded", description="The home chain. `embedded` starts one of its own, for practice ledgers only."
    )
    rpc_urls: Annotated[list[str], NoDecode] = Field(
        default_factory=list, description="JSON-RPC addresses, separated by commas, tried in order."
    )
    rpc_timeout_s: float = Field(default=10.0, gt=0, le=120, description="Longest wait for one answer.")
    contract: Address | None = Field(
        default=None, description="Address of the contract; empty: the one that is the same on every chain."
    )
    genesis: Hash | None = Field(default=None, description="Genesis hash of the chain; empty: the known one.")
    finality: int | None = Field(
        default=None, ge=0, le=MAX_CONFIRMATIONS, description="Blocks until final; empty: what the chain calls final."
    )
    anvil_path: Path | None = Field(default=None, description="The anvil program; empty: looked for.")
    chain_port: int = Field(default=0, ge=0, le=65535, description="Port of the embedded chain; 0: any.")
    max_fee_gwei: float = Field(default=100.0, gt=0, description="Most that is paid for a unit of gas.")
    priority_fee_gwei: float = Field(default=1.0, ge=0, description="Tip for a unit of gas.")
    replace_after_s: int = Field(default=60, ge=1, description="An anchor not mined by then is sent with a higher fee.")
    commit_period_ms: int = Field(
        default=100, ge=1, le=1000, description="Submissions of a period share a commit to disk."
    )
    commit_limit: int = Field(default=1000, ge=1, le=10_000, description="Most submissions in one commit.")
    queue_limit: int = Field(
        default=20_000, ge=1, description="With more submissions waiting, new ones are refused as busy."
    )
    receipt_timeout_s: float = Field(
        default=30.0, gt=0, description="Longest wait of an accepted submission for its place in the log."
    )
    checkpoint_period_ms: int = Field(default=500, ge=1, le=1000, description="How often new leaves get a checkpoint.")
    sequence_limit: int = Field(default=2500, ge=1, le=100_000, description="Most new leaves in one checkpoint.")
    anchor_period_s: int = Field(default=300, ge=1, description="New leaves are anchored this often.")
    heartbeat_s: int = Field(
        default=86_400, ge=1, le=86_400, description="Even without new leaves an anchor is made this often."
    )
    lease_s: int = Field(default=10, ge=1, le=600, description="A worker silent for so long may be replaced.")
    well_known_overrides: dict[str, str] = Field(
        default_factory=dict,
        description="Domain to loopback address for company keys; practice ledgers only.",
    )
    dns_servers: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="DNS servers for company keys: `address[:port]`, separated by commas; empty: the system's.",
    )
    mail_resolvers: Annotated[list[str], NoDecode] = Field(
        default_factory=lambda: list(MAIL_RESOLVERS),
        description="Resolvers asked for the keys of mail signatures, `[name=]address[:port]`, separated by commas; "
        "five or more of different operators.",
    )
    mail_dns_timeout_s: float = Field(
        default=5.0, gt=0, le=60, description="Longest wait for all answers about one mail together."
    )
    auditors: Annotated[list[str], NoDecode] = Field(
        default_factory=list,
        description="Verifier keys of auditors whose cosignatures are taken, type 0x04, separated by commas.",
    )
    auditor_quorum: int = Field(
        default=1, ge=1, le=64, description="How many of the auditors the ledger's trust policy asks for."
    )
    authorities: Path | None = Field(
        default=None, description="File of authorities (JSON lines) that assessments name beside those that ship."
    )
    time_authorities: dict[str, str] = Field(
        default_factory=dict,
        description="Name to address of each time-stamp authority that stamps every anchor; `https`, or loopback.",
    )
    time_authority_roots: dict[str, Path] = Field(
        default_factory=dict, description="Name of each of them to a PEM file with the roots that its tokens lead to."
    )
    time_quorum: int = Field(
        default=1, ge=1, le=64, description="How many of the time authorities the ledger's trust policy asks for."
    )
    attesters: dict[str, str] = Field(
        default_factory=dict,
        description="Attesters that the ledger's trust policy names: name to `0x… scope scope`, as you bound them.",
    )
    attester_quorum: int = Field(default=1, ge=1, le=64, description="How many of the attesters that policy asks for.")
    api_host: str = Field(default="127.0.0.1", description="Address that the API listens on.")
    api_port: int = Field(default=0, ge=0, le=65535, description="Port that the API listens on; 0: any.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        home = init_settings().get("home") or os.environ.get("HABEAS_HOME") or DEFAULT_HOME
        file = TomlConfigSettingsSource(settings_cls, Path(home) / "habeas.toml")
        return init_settings, env_settings, file

    @field_validator("rpc_urls", "dns_servers", "mail_resolvers", "auditors", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
        return value

    @field_validator("ledger")
    @classmethod
    def _origin(cls, value: str) -> str:
        try:
            return parse_origin(value)
        except MalformedStatement as error:
            raise ValueError(str(error)) from None

    @model_validator(mode="after")
    def _check_overrides(self) -> Settings:
        if self.well_known_overrides and self.ledger_class != "practice":
            raise ValueError("well_known_overrides is for practice ledgers: it replaces a domain's proof")
        for domain, url in self.well_known_overrides.items():
            if not is_domain(domain) or not url.startswith(_LOOPBACK):
                raise ValueError(f"well_known_overrides: {domain!r} must map to http://127.0.0.1:<port>")
        return self

    @model_validator(mode="after")
    def _check_chain(self) -> Settings:
        # Its only node is ours and its keys are public: anchors there bind nobody.
        if self.chain == "embedded" and self.ledger_class != "practice":
            raise ValueError(f"chain embedded is for practice ledgers; a {self.ledger_class} one needs a public chain")
        return self

    @model_validator(mode="after")
    def _check_auditors(self) -> Settings:
        keys = self.auditor_keys
        if len({self.ledger, *(key.name for key in keys)}) <= len(keys):
            raise ValueError("auditors: each needs a name of its own, which is not the ledger's either")
        if len({key.public for key in keys}) < len(keys):
            raise ValueError("auditors: two of them have the same public key")
        for key in keys:
            if key.type != COSIGNATURE:
                raise ValueError(
                    f"auditors: the key of {key.name} has type 0x{key.type:02x}; auditors cosign, type 0x04"
                )
        if keys and self.auditor_quorum > len(keys):
            raise ValueError(f"auditor_quorum is {self.auditor_quorum}, but there are {len(keys)} auditors")
        return self

    @model_validator(mode="after")
    def _check_time_authorities(self) -> Settings:
        if self.time_authorities.keys() != self.time_authority_roots.keys():
            raise ValueError("time_authority_roots: it needs a file for each name of time_authorities, and no other")
        for name, url in self.time_authorities.items():
            try:
                check_authority_name(name)
            except Malformed as error:
                raise ValueError(f"time_authorities: {error}") from None
            # A token that was changed on its way does not verify; but who reads along knows when a ledger anchors.
            if not url.startswith(("https://", *_LOOPBACK)):
                raise ValueError(f"time_authorities: the address of {name} must begin with https://")
        if self.time_quorum > max(1, len(self.time_authorities)):
            raise ValueError(f"time_quorum is {self.time_quorum}, with {len(self.time_authorities)} time authorities")
        return self

    @model_validator(mode="after")
    def _check_attesters(self) -> Settings:
        found = self.trusted_attesters
        if len({item.key for item in found}) < len(found):
            raise ValueError("attesters: two of them have the same address")
        if found and self.attester_quorum > len(found):
            raise ValueError(f"attester_quorum is {self.attester_quorum}, but there are {len(found)} attesters")
        return self

    @property
    def trusted_attesters(self) -> tuple[AttesterTrust, ...]:
        """The attesters, as the trust policy lists them. Raises ValueError for one that is malformed."""
        try:
            return tuple(_attester(name, words.split()) for name, words in self.attesters.items())
        except Malformed as error:
            raise ValueError(f"attesters: {error}") from None

    @property
    def auditor_keys(self) -> tuple[VerifierKey, ...]:
        """The auditors' keys. Raises ValueError for one that is malformed."""
        try:
            return tuple(VerifierKey.parse(item) for item in self.auditors)
        except Malformed as error:
            raise ValueError(f"auditors: {error}") from None

    @property
    def database(self) -> str:
        """The database URL in force."""
        return self.database_url or f"sqlite:///{self.home.resolve() / DATABASE}"

    @property
    def objects(self) -> str:
        """The object store's URL in force."""
        return self.objects_url or (self.home.resolve() / "log").as_uri()

    @property
    def log_key_path(self) -> Path:
        return self.log_key_file or self.home / "keys" / "log.key"

    @property
    def anchor_key_path(self) -> Path:
        return self.anchor_key_file or self.home / "keys" / "anchor.key"


def _attester(name: str, words: list[str]) -> AttesterTrust:
    key = parse_hex(words[0] if words else "", 20, MalformedPolicy, f"the address of {name}")
    if not words[1:]:
        raise MalformedPolicy(f"{name} has no scope; write 0x… dkim dns")
    return parse_attester(name, key, words[1:])


def load_settings(**given: object) -> Settings:
    """The settings in force. Raises RuntimeSetting that names each wrong setting."""
    return load(Settings, "settings", given)


def load(kind: type[_Settings], what: str, given: Mapping[str, object]) -> _Settings:
    """Settings of a ``kind``, which messages call ``what``. Raises RuntimeSetting that names each wrong one."""
    try:
        return kind(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        wrong = "; ".join(
            f"unknown setting {'.'.join(map(str, item['loc']))}"
            if item["type"] == "extra_forbidden"
            else f"{'.'.join(map(str, item['loc'])) or 'settings'}: {item['msg'].removeprefix('Value error, ')}"
            for item in error.errors()
        )
        raise RuntimeSetting(f"wrong {what}: {wrong} (docs/settings.md lists them)") from None
    except (SettingsError, ValueError) as error:
        raise RuntimeSetting(f"{what} cannot be read: {error} (docs/settings.md lists them)") from None
