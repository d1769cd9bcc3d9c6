"""``habeas authority``: what ships, what is imported, and what a finding names with ``--authorities``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ledger.cli.main import main
from tests.cli.matter import Matter, policy_text
from tools.vectors.authorities import PLAIN, line


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HABEAS_FOLDER", str(tmp_path / "mine"))
    return tmp_path / "mine"


def test_what_ships(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Quality, date and source beside every contact, in both languages."""
    assert main(["authority", "list", "--place", "KR"]) == 0
    english = capsys.readouterr()
    assert "Register, KR, dispute mediation: Personal Information Dispute Mediation Committee." in english.out
    assert (
        "(unconfirmed, check before you write, 2024-12-16)" in english.out
        and "(read at the source, 2026-11-22)" in english.out
    )
    assert english.err.endswith("Not a finding of a breach. Not legal advice.\n")
    assert main(["authority", "list", "--place", "KR", "--lang", "ko"]) == 0
    korean = capsys.readouterr().out
    assert "기관 명부(KR, 침해 신고): 개인정보침해신고센터(한국인터넷진흥원)." in korean
    assert "(확인되지 않음, 보내기 전에 확인하십시오, 2024-12-16)" in korean


def test_import_and_list(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "register.jsonl"
    file.write_text(line(PLAIN) + "\n")
    assert main(["authority", "import", str(file)]) == 0
    shown = capsys.readouterr()
    assert (
        shown.out == "1 record(s), for IE\n" and f"habeas verify --authorities {folder}/authorities.jsonl" in shown.err
    )
    assert main(["authority", "list", "--place", "IE", "--json"]) == 0
    [item] = json.loads(capsys.readouterr().out)
    assert item["slug"] == "iexample" and item["quality"] is None and item["listed_by"].startswith("file sha256:")
    file.write_text(line(PLAIN, slug="second") + "\n")
    assert main(["authority", "import", str(file)]) == 0
    capsys.readouterr()
    assert main(["authority", "list", "--place", "IE-D", "--json"]) == 0
    assert [item["slug"] for item in json.loads(capsys.readouterr().out)] == ["second"], "in the place of the first"
    assert main(["authority", "list", "--place", "FR"]) == 0
    assert "No register that is here names an authority for FR." in capsys.readouterr().err


def test_nothing_of_a_wrong_file_is_kept(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "register.jsonl"
    file.write_text(line(PLAIN) + "\n" + line(PLAIN, relevant_countries=["uk"]) + "\n")
    assert main(["authority", "import", str(file)]) == 2
    assert "line 2: relevant-countries[0] must be an ISO 3166 code" in capsys.readouterr().err
    assert not (folder / "authorities.jsonl").exists()
    assert main(["authority", "list", "--place", "Ireland"]) == 2
    assert "ISO 3166" in capsys.readouterr().err


def test_a_finding_names_it(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only by the file that is named: what lies in the person's folder changes no answer."""
    matter = Matter()
    matter.sent("2026-10-20", "2026-10-20")
    bundle, trust, register = (tmp_path / name for name in ("a.habeas.json", "trust.toml", "register.jsonl"))
    bundle.write_bytes(matter.bundle("2026-12-02").encode())
    trust.write_text(policy_text())
    register.write_text(line(PLAIN) + "\n")
    assert main(["authority", "import", str(register)]) == 0
    ask = ["verify", str(bundle), "--trust", str(trust), "--now", "2026-12-03T00:00:00Z"]
    capsys.readouterr()
    assert main(ask) == 3
    assert "No register that was given names an authority for IE; only the kind is known." in capsys.readouterr().out
    assert main([*ask, "--authorities", str(register)]) == 3
    shown = capsys.readouterr().out.replace("\n", " ")
    assert "Register, IE, supervision: Example Authority. Web form: <https://authority.example/complain>." in shown
    assert "(from an imported register, not checked here)" in shown
    assert main([*ask, "--authorities", str(register), "--json"]) == 3
    found = json.loads(capsys.readouterr().out)["finding"]["next"]
    assert [item["slug"] for item in found["authorities"]] == ["iexample"] and found["no_authorities"] is None
    register.write_text("nothing\n")
    assert main([*ask, "--authorities", str(register)]) == 2
    assert "line 1 is not one JSON object" in capsys.readouterr().err
