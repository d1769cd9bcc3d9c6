"""Vectors of mails: raw bytes, key records, signatures, grades and cases (docs/spec/mail.md).

Run as ``python -m tools.vectors.mail``. Mails are signed here with test keys by plain arithmetic, never with
``ledger.mail`` and never with dkimpy; grades are written down by hand.
"""

from __future__ import annotations

from pathlib import Path

from tools.vectors import (
    _mail_attacks,
    _mail_bindings,
    _mail_edges,
    _mail_grades,
    _mail_published,
    _mail_readings,
    _mail_refusals,
    _mail_reports,
    _mail_senders,
)
from tools.vectors._mail_keys import Key, ed25519, record, rsa
from tools.vectors.writing import Cases


def main() -> None:
    cases = Cases("mail")
    _mail_refusals.write(cases)
    _mail_grades.write(cases)
    _mail_attacks.write(cases)
    _mail_bindings.write(cases)
    _mail_published.write(cases)
    _mail_senders.write(cases)
    _mail_edges.write(cases)
    _mail_readings.write(cases)
    _mail_reports.write(cases)
    cases.write()
    _write_keys(cases.folder / "keys")


def _write_keys(folder: Path) -> None:
    """The private keys as files, for implementations that want to sign mails of their own."""
    folder.mkdir(exist_ok=True)
    for name, key in published_keys().items():
        (folder / f"{name}.pem").write_text(key.pem, encoding="ascii")
        (folder / f"{name}.txt").write_text(record(key) + "\n", encoding="ascii")


def published_keys() -> dict[str, Key]:
    """By the name of their file."""
    sizes = {f"shop-{bits}": rsa("shop", bits) for bits in (512, 768, 1024, 2048)}
    return {**sizes, "service-2048": rsa("service", 2048), "shop-ed25519": ed25519("shop")}


if __name__ == "__main__":
    main()
