"""The demo as a whole: every part real, all cases told, audited, and judged as the README says."""

from __future__ import annotations

from pathlib import Path

import pytest

from ledger.cli.demo.run import AUDITOR, run_demo
from ledger.cli.demo.story import COMPANY
from ledger.cli.main import main
from ledger.cli.verify import verify


def test_the_demo(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "demo"
    assert run_demo(folder, once=True) == 0
    told = capsys.readouterr().out
    assert "every required check passed (exit 0)" in told and f"Index replayed by {AUDITOR}." in told
    assert "quiet.example has not joined this ledger." in told
    assert "habeas verify " in told and "--rpc" not in told, "of what ended with it nothing is recommended"
    assert told.count(": grade_a, case in the subject") == 3, "three attesters checked the mail"
    assert "Delivery of the request: basis acknowledged, grade domain_mail" in told
    for name, said in (("case", "recorded"), ("silence", "none"), ("mail", "none")):
        result = verify(folder / f"{name}.habeas.json", trust=folder / "trust.toml")
        assert result.exit_code == 3, "offline, whether the blocks are on the chain is not known"
        assert result.ledger is not None and result.ledger.ledger_class == "practice"
        assert result.finding is not None and result.finding.silence.said == said
        assert result.finding.silence.replayed_by == (AUDITOR,)
    # What docs/mail.md says can be tried on what it leaves, when everything has ended.
    show = ["mail", "show", str(folder / "answer.eml"), "--mail-domain", COMPANY, "--capture", str(folder / "dns.json")]
    assert main([*show, "--folder", str(folder / "nothing")]) == 0
    graded = capsys.readouterr().out
    assert graded.startswith("Grade A. The mail system of shop.example")
    case = next(word for word in graded.split() if word.startswith("0x") and len(word) > 60).rstrip(".")
    assert main(["case", "show", "--folder", str(folder / "requester"), "--case", case]) == 0
    kept = capsys.readouterr().out
    assert "answer.eml" in kept and "not in your folder" not in kept
    assert kept.count("attested: dkim grade_a by 0x") == 3 and f"mail show {folder}" in told
