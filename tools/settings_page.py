"""Write docs/settings.md from the settings themselves: ``python -m tools.settings_page``."""

from __future__ import annotations

from pathlib import Path

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
"""


def page() -> str:
    """The whole page."""
    rows = (
        f"| `{name}` | {_default(field.get_default(call_default_factory=True))} | {field.description} |\n"
        for name, field in Settings.model_fields.items()
    )
    return HEAD + "".join(rows) + TAIL


def _default(value: object) -> str:
    if value is None or value == "" or value in ([], {}):
        return ""
    return f"`{','.join(value) if isinstance(value, list) else value}`"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
