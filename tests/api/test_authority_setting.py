"""The setting ``authorities``: what a server's assessments name, and a wrong file at the start."""

from __future__ import annotations

from pathlib import Path

import pytest

from api.app import open_register
from ledger.errors import RuntimeSetting
from ledger.runtime.settings import load_settings
from tests.api.conftest import opened
from tools.vectors.authorities import PLAIN, line


def test_an_assessment_names_the_authority(tmp_path: Path) -> None:
    """By the place of the case, from the file that the setting names."""
    file = tmp_path / "register.jsonl"
    with opened(tmp_path / "one") as api:
        case = api.world.opened()
        place = str(case.statement.facts["place"])
        file.write_text(line(PLAIN, relevant_countries=[place[:2].lower()]) + "\n")
    with opened(tmp_path / "two", authorities=file) as api:
        case = api.world.opened()
        for signed in (case, api.world.sent(case.id)):
            assert api.submit(signed).status_code == 201
        api.chain.anchor()
        found = api.get(f"/v1/cases/0x{case.id.hex()}/assessment").json()["finding"]["next"]
        assert "iexample" in [item["slug"] for item in found["authorities"]] and found["no_authorities"] is None


def test_a_wrong_file_stops_the_start(tmp_path: Path) -> None:
    file = tmp_path / "register.jsonl"
    settings = load_settings(home=tmp_path, authorities=file)
    with pytest.raises(RuntimeSetting, match="authorities: .* cannot be read"):
        open_register(settings)
    file.write_text("nothing\n")
    with pytest.raises(RuntimeSetting, match="authorities: .*line 1 is not one JSON object"):
        open_register(settings)
    assert len(open_register(load_settings(home=tmp_path)).authorities) == 3
