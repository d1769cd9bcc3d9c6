"""Write docs/settings.md from the settings themselves: ``python -m tools.settings_page``."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings

from ledger.runtime.attester.settings import AttesterSettings
from ledger.runtime.settings import Settings

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
HEAD = """# Settings

Every setting has a default, so that `habeas serve` and `habeas demo` run without any. The first of these that names
a setting wins: command-line arguments, the environment (`HABEAS_` and the name in capitals), the file `habeas.toml` in
the home folder, the default. A wrong or unknown setting stops the start and is named.

```toml
# habeas.toml
ledger = "habeas.example/main"
ledger_class = "test"
chain = "sepolia"
rpc_urls = ["https://rpc-one.example", "https://rpc-two.example"]
database_url = "postgresql://habeas@db.example/habeas"
objects_url = "s3://habeas-log/main"
```

In the environment a list is separated by commas and a table is JSON:
`HABEAS_RPC_URLS=https://rpc-one.example,https://rpc-two.example`. Credentials of an object store come from its own
variables (`AWS_ACCESS_KEY_ID` and so on), never from this file.

| Setting | Default | Meaning |
|---|---|---|
"""
TAIL = """
`ledger`, and in the database the chain, the contract and both keys, belong to a ledger for ever. At every start they
are compared with the ledger row; a difference is `runtime-setting` and nothing is written.

`habeas attester bind` prints an attester in two forms: the lines `[attesters]` below are for these settings, the
entry `[[attester]]` is for a trust policy (`trust.toml`) and stops the start here.

```toml
# The attesters that /v1/trust-policy names
attester_quorum = 2

[attesters]
"one.example" = "0x19e7e376e7c213b7e7e7e46cc70a5dd086daff2a dkim dns"
"two.example" = "0x015a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a dkim dns"
```

## Settings of an attester

`habeas attester serve` has settings of its own: from the command line, from the environment (`HABEAS_ATTESTER_` and the
name in capitals), from `attester.toml` in its home folder (`habeas attester init` writes one). How to run one:
[operating/attester.md](operating/attester.md).

```toml
# attester.toml
name = "watch.example"
resolvers = ["one=192.0.2.53", "two=198.51.100.53", "three=[2001:db8::53]:53"]

[ledgers]
"habeas.example/main" = "https://habeas.example"

[[company_mail]]
company = "shop.example"
domains = ["shop.example", "shop-mail.example"]
senders = ["privacy@shop.example", "support@shop-mail.example"]
```

| Setting | Default | Meaning |
|---|---|---|
"""


def page() -> str:
    """The whole page."""
    return HEAD + _rows(Settings) + TAIL + _rows(AttesterSettings)


def _rows(settings: type[BaseSettings]) -> str:
    return "".join(
        f"| `{name}` | {_default(field.get_default(call_default_factory=True))} | {field.description} |\n"
        for name, field in settings.model_fields.items()
    )


def _default(value: object) -> str:
    if value is None or value == "" or value in ([], {}):
        return ""
    return f"`{','.join(value) if isinstance(value, list) else value}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
