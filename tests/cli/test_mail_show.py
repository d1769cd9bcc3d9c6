"""What ``habeas mail show`` says beside the letter: what attesters make of it, which case, and hints that fit."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.cli.demo.mail import MailKey, write_mail
from tests.cli.a_mail import DATE, a_mail
from tests.cli.a_server import COMPANY, Run, open_case

ORIGINAL = "habeas mail original"


@pytest.mark.parametrize(
    ("lang", "sentence"), [("en", "attesters give such a mail grade D"), ("ko", "확인인은 D 등급")]
)
def test_a_key_from_one_resolver_is_told_as_attesters_grade_it(
    habeas: Run, key: MailKey, names: list[str], tmp_path: Path, lang: str, sentence: str
) -> None:
    (tmp_path / "a.eml").write_bytes(a_mail(key, "0x" + "ab" * 32))
    show = ("mail", "show", "a.eml", "--mail-domain", COMPANY, "--lang", lang)
    alone = habeas(*show, *names[:2])
    assert sentence in alone and {"en": "Grade C.", "ko": "C 등급."}[lang] in alone
    assert {"en": "proves nothing in an assessment", "ko": "아무것도 증명하지 못합니다"}[lang] in alone
    assert sentence not in habeas(*show, *names)


def test_the_other_case_is_named(habeas: Run, key: MailKey, names: list[str], tmp_path: Path) -> None:
    case, other = open_case(habeas), "0x" + "ab" * 32
    (tmp_path / "a.eml").write_bytes(a_mail(key, other))
    said = habeas("mail", "show", "a.eml", "--case", case, *names)
    assert f"names another case: {other}. habeas mail add and attesters refuse it" in said
    assert other in habeas("mail", "show", "a.eml", "--case", case, *names, "--lang", "ko")


def test_a_lost_signature_is_told_only_where_one_can_be_lost(
    habeas: Run, key: MailKey, names: list[str], tmp_path: Path
) -> None:
    """Not where the key is not there, nobody answers or From is another's: another export would change nothing."""
    mail = a_mail(key, None)
    (tmp_path / "a.eml").write_bytes(mail)
    (tmp_path / "changed.eml").write_bytes(mail.replace(b"received", b"rejected"))
    (tmp_path / "plain.eml").write_bytes(write_mail(f"a@{COMPANY}", "hi", "yes", DATE))
    (tmp_path / "no-key.eml").write_bytes(
        MailKey.make(f"none.{COMPANY}").sign(write_mail(f"a@{COMPANY}", "s", "t", DATE))
    )
    domain = ("--mail-domain", COMPANY)
    assert ORIGINAL in habeas("mail", "show", "changed.eml", *domain, *names, code=1)
    assert ORIGINAL in habeas("mail", "show", "plain.eml", *domain, *names, code=3)
    assert ORIGINAL not in habeas("mail", "show", "no-key.eml", *domain, *names, code=3)
    assert ORIGINAL not in habeas("mail", "show", "a.eml", *domain, "--resolver", "127.0.0.1:9", code=3)
    assert ORIGINAL not in habeas("mail", "show", "a.eml", "--mail-domain", "bank.example", *names, code=3)
