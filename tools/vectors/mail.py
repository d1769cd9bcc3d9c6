"""Vectors of mails: raw bytes, key records, signatures, grades and cases (docs/spec/mail.md).

Run as ``python -m tools.vectors.mail``. Mails are signed here with test keys by plain arithmetic, never with
``ledger.mail`` and never with dkimpy; grades are written down by hand.
"""

from __future__ import annotations

from tools.vectors import _mail_attacks, _mail_bindings, _mail_grades, _mail_published, _mail_refusals
from tools.vectors.writing import Cases


def main() -> None:
    cases = Cases("mail")
    _mail_refusals.write(cases)
    _mail_grades.write(cases)
    _mail_attacks.write(cases)
    _mail_bindings.write(cases)
    _mail_published.write(cases)
    cases.write()


if __name__ == "__main__":
    main()
