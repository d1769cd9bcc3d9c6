"""``habeas mail add --attester``: attesters are asked before anything is signed; what to do where one fails."""

from __future__ import annotations

import io
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.attester.app import AttesterServer
from ledger.cli import casefolder, kept
from ledger.cli.client import ApiClient
from ledger.cli.demo.mail import MailKey
from ledger.cli.main import main
from ledger.runtime.attester.keys import create_keys
from ledger.runtime.attester.parts import open_parts
from ledger.runtime.attester.settings import load_attester
from tests.attester.conftest import serving
from tests.cli.a_mail import a_mail, read
from tests.cli.a_proxy import losing_posts, receiving
from tests.cli.a_server import COMPANY, Run, Server, open_case

ADD = ("mail", "add", "a.eml", "--as", "acknowledged", "--yes")


@contextmanager
def an_attester(server: Server, names: list[str], home: Path, **given: object) -> Iterator[str]:
    """The address of an attester that works for this ledger, and is not bound by its operator."""
    with ApiClient(server.url) as client:
        settings = load_attester(
            **{
                "home": home,
                "name": home.name,
                "ledgers": {client.info().origin: server.url},
                "resolvers": [word for word in names if word != "--resolver"],
                **given,
            }
        )
        create_keys(settings.key_path, settings.secret_path)
        parts = open_parts(settings, lambda url, _: client)
        try:
            with serving(AttesterServer(parts)) as url:
                yield url
        finally:
            parts.close()


def bind(server: Server, url: str, *scopes: str) -> None:
    words = [word for scope in scopes or ("dkim", "dns") for word in ("--scope", scope)]
    assert main(["attester", "bind", url, *words, "--home", str(server.home), "--yes"]) == 0


def the_command(printed: str) -> list[str]:
    """The words after ``habeas`` of the command that was printed as the next step."""
    found = re.search(r"habeas (mail attest 0x[0-9a-f]{64} --attester [^\s;)]+)", printed)
    assert found is not None, printed
    return shlex.split(found[1])


def is_untouched(folder: Path, case: str) -> bool:
    [mine] = casefolder.list_cases(folder)
    return len(mine.entries) == 1 and not kept.kept_folder(folder, bytes.fromhex(case[2:])).exists()


@pytest.mark.parametrize(
    ("url", "code", "sentence"),
    [
        ("attester.example", 2, "--attester must be an https address"),
        ("http://attester.example", 2, "--attester must be an https address"),
        ("https://", 2, "--attester must be an https address"),
        ("http://127.0.0.1:9", 1, "http://127.0.0.1:9 does not answer"),
    ],
)
def test_a_mistyped_attester_is_found_before_anything_is_signed(
    habeas: Run, key: MailKey, names: list[str], tmp_path: Path, url: str, code: int, sentence: str
) -> None:
    case = open_case(habeas)
    (tmp_path / "a.eml").write_bytes(a_mail(key, case))
    said = habeas(*ADD, *names, "--attester", url, code=code)
    assert sentence in said and "This is signed" not in said and "Asking" not in said
    assert code == 2 or "Nothing was signed" in said and "habeas mail attest STATEMENT --attester URL" in said
    assert is_untouched(tmp_path / "mine", case)


def test_who_would_not_attest_is_told_before_anything_is_signed(
    habeas: Run, server: Server, key: MailKey, names: list[str], tmp_path: Path
) -> None:
    """The ledger itself, an attester of another ledger, one that checks no mail, and one that is not bound."""
    case = open_case(habeas)
    (tmp_path / "a.eml").write_bytes(a_mail(key, case))

    def refused(url: str, code: int = 1) -> str:
        said = habeas(*ADD, *names, "--attester", url, code=code)
        assert "Nothing was signed" in said and is_untouched(tmp_path / "mine", case)
        return said

    assert "is the server of the ledger" in refused(server.url, 2)
    with an_attester(server, names, tmp_path / "far", ledgers={"far.example": server.url}) as url:
        assert "works for far.example, not for" in refused(url)
        bound = habeas("attester", "bind", url, "--scope", "dkim", "--home", str(server.home), "--yes", code=1)
        assert "works for far.example, not for" in bound and "nothing was recorded" in bound
    with an_attester(server, names, tmp_path / "keys", scopes=["company_key"]) as url:
        bind(server, url, "company_key")
        assert "does not check mail; it checks company_key" in refused(url)
    with an_attester(server, names, tmp_path / "new") as url:
        assert f"the operator of the ledger binds it: habeas attester bind {url} --scope dkim" in refused(url)
        bind(server, url, "dns")
        assert "is not bound for mail in" in refused(url)
        bind(server, url)
        assert "grade_a" in habeas(*ADD, *names, "--attester", url)


def test_an_attester_that_leaves_in_between_is_asked_again_with_the_command_that_is_printed(
    habeas: Run, server: Server, key: MailKey, names: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = open_case(habeas)
    (tmp_path / "a.eml").write_bytes(a_mail(key, case))
    with an_attester(server, names, tmp_path / "one") as url:
        bind(server, url)
        with losing_posts(url) as broken:
            assert main([*ADD, *names, "--attester", broken]) == 3
            out, err = capsys.readouterr()
            assert "not attested" in out and "can be handed over any time later" in err
            again = the_command(err)
            assert again[-1] == broken
            assert main([*again, "--lang", "ko"]) == 3
            assert the_command(capsys.readouterr().err) == again
        assert "grade_a" in habeas(*again[:-1], url)


@pytest.mark.parametrize("after", [False, True])
def test_a_line_that_breaks_makes_no_second_copy(
    habeas: Run, server: Server, key: MailKey, names: list[str], tmp_path: Path, after: bool,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """The statement waits: the same mail is not signed twice, and every step that is left is told."""
    case = open_case(habeas)
    (tmp_path / "a.eml").write_bytes(a_mail(key, case))
    (tmp_path / "b.eml").write_bytes(b"Received: from somewhere\r\n" + a_mail(key, case))
    with an_attester(server, names, tmp_path / "one") as url, losing_posts(server.url, after=after) as broken:
        bind(server, url)
        lost = habeas(*ADD, *names, "--attester", url, "--api", broken, code=1)
        assert "send it again with: habeas submit, then: habeas mail attest 0x" in lost
        step = the_command(lost)
        again = habeas(*ADD, *names, "--attester", url, code=1)
        assert "signed and has no receipt yet. Send it with: habeas submit, then: " in again
        assert the_command(again) == step and "your own word" not in again
        other = habeas("mail", "add", "b.eml", *ADD[3:], *names, code=1)
        assert "a mail with the same Message-ID" in other and "habeas submit" in other
        capsys.readouterr()
        assert main(["submit"]) == 0
        out, err = capsys.readouterr()
        assert out.count("Recorded as entry") == 1 and f"habeas mail attest {step[2]} --attester URL" in err
        assert "grade_a" in habeas(*step)
    assert len(read(habeas("case", "show", "--json"))["statements"]) == 2


def test_a_waiting_mail_that_was_wrong_can_be_removed(
    habeas: Run, server: Server, key: MailKey, names: list[str], tmp_path: Path
) -> None:
    case = open_case(habeas)
    (tmp_path / "a.eml").write_bytes(a_mail(key, case))
    with losing_posts(server.url) as broken:
        habeas(*ADD, *names, "--api", broken, code=1)
    discard = re.search(r"habeas (case discard 0x[0-9a-f]{64})", habeas(*ADD, *names, code=1))
    assert discard is not None
    habeas(*shlex.split(discard[1]), "--yes")
    habeas(*ADD, *names)


def test_show_and_bind_say_what_a_wrong_address_is(habeas: Run, server: Server) -> None:
    ledger = habeas("attester", "show", server.url, code=2)
    assert (
        "is the server of the ledger" in ledger and "not an attester" in ledger and "Not in this ledger" not in ledger
    )
    assert "must be an https address" in habeas("attester", "show", "attester.example", code=2)
    mistyped = habeas("attester", "show", "http://127.0.0.1:9", code=1)
    assert mistyped.startswith("Not possible now: http://127.0.0.1:9 does not answer")
    assert COMPANY not in ledger


def test_a_key_as_wallets_show_it(habeas: Run, server: Server, names: list[str], tmp_path: Path) -> None:
    """Accepted by ``attester key`` as the commands of the company take it; a wrong digit is found by its checksum."""
    shown = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
    with an_attester(server, names, tmp_path / "one") as url:
        asked = ("attester", "key", COMPANY, "--attester", url, "--key")
        assert f"{url}: " in habeas(*asked, shown, code=1)
        assert "no checksum" in habeas(*asked, shown.replace("5aA", "5aa"), code=2)


def test_a_mail_on_record_goes_to_nobody_who_is_no_attester_of_this_ledger(
    habeas: Run, server: Server, key: MailKey, names: list[str], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """They are asked first, as before signing: one that will not do ends it before a byte of the mail leaves."""
    case = open_case(habeas)
    (tmp_path / "a.eml").write_bytes(a_mail(key, case))
    habeas(*ADD, *names)
    statement = "0x" + casefolder.list_cases(tmp_path / "mine")[0].entries[-1].signed.id.hex()

    def refused(url: str, code: int = 1) -> str:
        said = habeas("mail", "attest", statement, "--attester", url, code=code)
        assert "habeas mail attest" not in said and f"--attester {url}" not in said
        return said

    assert "give it without a path: https://one.example" in refused("https://one.example/v1/attester", 2)
    assert "is the server of the ledger" in refused(server.url, 2)
    with receiving() as (url, posted):
        assert "is no attester" in refused(url, 2) and posted == []
    with an_attester(server, names, tmp_path / "far2", ledgers={"far.example": server.url}) as url:
        assert "Nothing was handed over, to nobody. Correct --attester" in refused(url)
    with an_attester(server, names, tmp_path / "new2") as url:
        refused_by = habeas("mail", "attest", statement, "--attester", url, code=1)
        assert "is not bound for mail in" in refused_by and "habeas mail attest" not in refused_by
        bind(server, url)
        capsys.readouterr()
        found = read(habeas("mail", "attest", statement, "--attester", url, "--attester", url + "/", "--json"))
        assert len(found["attesters"]) == 1  # one attester, whatever its address is spelled like


def test_one_attester_named_twice_is_asked_once(
    habeas: Run, server: Server, key: MailKey, names: list[str], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    case = open_case(habeas)
    (tmp_path / "a.eml").write_bytes(a_mail(key, case))
    with an_attester(server, names, tmp_path / "twice") as url:
        bind(server, url)
        capsys.readouterr()
        found = read(habeas(*ADD, *names, "--attester", url + "/", "--attester", url, "--json"))
    assert [item["url"] for item in found["attesters"]] == [url + "/"]


def test_a_ledger_that_is_away_is_named_and_nothing_is_signed(
    habeas: Run, server: Server, key: MailKey, names: list[str], tmp_path: Path
) -> None:
    case = open_case(habeas)
    (tmp_path / "a.eml").write_bytes(a_mail(key, case))
    for more in ((), ("--attester", server.url)):
        said = habeas(*ADD, *names, *more, "--api", "http://127.0.0.1:9", code=1)
        assert "That is the ledger" in said and "Nothing was signed or kept; give the same command again" in said
        assert is_untouched(tmp_path / "mine", case)


def test_the_same_mail_for_the_same_again_is_no_second_entry(
    habeas: Run, key: MailKey, names: list[str], tmp_path: Path
) -> None:
    case = open_case(habeas)
    (tmp_path / "a.eml").write_bytes(a_mail(key, case))
    habeas(*ADD, *names)
    first = "0x" + casefolder.list_cases(tmp_path / "mine")[0].entries[-1].signed.id.hex()
    said = habeas(*ADD, *names, code=1)
    assert f"habeas mail attest {first} --attester URL" in said and "nothing was signed" in said
    assert len(read(habeas("case", "show", "--case", case, "--json"))["statements"]) == 2
    habeas("mail", "add", "a.eml", "--as", "fulfilled", "--mode", "sent", "--yes", *names)  # it says something else


def test_errors_name_what_was_given(
    habeas: Run, server: Server, key: MailKey, names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case, other = open_case(habeas), "0x" + "ab" * 32
    (tmp_path / "a.eml").write_bytes(a_mail(key, case))
    (tmp_path / "other.eml").write_bytes(a_mail(key, other))
    (tmp_path / "empty.eml").write_bytes(b"")
    (tmp_path / "fwd.txt").write_bytes(b"---- Forwarded\nSubject: x\n\n")
    show = ("mail", "show", "a.eml")
    assert "--resolver: 'nonsense' must be like" in habeas(*show, "--resolver", "nonsense", code=2)
    assert "--published: none.toml cannot be read" in habeas(*show, *names, "--published", "none.toml", code=2)
    assert "neither http:// nor https://" in habeas("page", "keep", "ftp://x/", code=2)
    assert "empty.eml: " in habeas("page", "keep", "empty.eml", code=2)
    assert "Record it in that one with --case" in habeas("mail", "add", "other.eml", *ADD[3:], *names, code=1)
    assert "empty.eml is empty" in habeas("mail", "show", "empty.eml", code=2)
    forwarded = habeas("mail", "show", "fwd.txt", code=2)
    assert "header line '---- Forwarded' is no field" in forwarded and "b'" not in forwarded
    wrong_day = habeas(*ADD, *names, "--on", "20.11.2026", code=2)
    assert "--on" in wrong_day and "Grade" not in wrong_day
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    refused = habeas(*ADD[:-1], *names, code=1)
    assert "Nothing was signed." in refused and "Aborted" not in refused
    with an_attester(server, names, tmp_path / "new3") as url:
        unbound = habeas(*ADD, *names, "--attester", url, code=1)
        assert "is not bound for mail in" in unbound and "may not write this kind" not in unbound
    assert is_untouched(tmp_path / "mine", case)
