"""The engine in a program of one's own: the printed snippets run, with two packages, and wrong types get a sentence."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

import ledger.deadlines.engine
from ledger.deadlines import Pause, due
from ledger.deadlines.rulebook import load_rule
from ledger.errors import MalformedRequest

ROOT = Path(__file__).resolve().parents[2]
# Nothing else that is installed here can be imported; holidays itself needs dateutil, which needs six.
_ALONE = """
import sys
class Others:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in {"ledger", "holidays", "tzdata", "dateutil", "six"} and not (
            top in sys.stdlib_module_names or top.startswith("_sysconfigdata")
        ):
            raise ModuleNotFoundError(f"{name} is not installed", name=name)
sys.meta_path.insert(0, Others())
"""


def _in_page(page: str) -> str:
    """The indented lines from the first import on."""
    text = (ROOT / "docs" / page).read_text("utf-8")
    found = re.search(r"^((?:    .*)?from datetime import date\n(?:    .*\n|\n)+)", text, re.MULTILINE)
    assert found is not None
    return dedent(found[1])


def _own() -> str:
    found = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "deadlines.md").read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


def _docstring() -> str:
    found = re.search(
        r"((?:^    .*\n|^\n)+)", (ledger.deadlines.engine.__doc__ or "").partition("no finding.\n")[2], re.MULTILINE
    )
    assert found is not None
    return dedent(found[1])


@pytest.mark.parametrize("snippet", [_in_page("spec/deadlines.md"), _own(), _docstring()], ids=["spec", "page", "code"])
def test_a_snippet_runs_with_two_packages(snippet: str) -> None:
    assert "load_rule" in snippet and "due(" in snippet
    done = subprocess.run([sys.executable, "-c", _ALONE + snippet], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_the_page_prints_what_it_says() -> None:
    """The comments behind the calls are what comes out."""
    done = subprocess.run([sys.executable, "-c", _ALONE + _own()], capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.startswith("2025-10-19 2025-10-20 holidays 0.109; tzdata 2026.6\n")
    for line in ("2025-10-20 23:00:00+00:00", "2025-12-22 2026-04-07", "it has answer, extended"):
        assert f"{line}\n" in done.stdout


def test_the_guard_would_notice_another_package() -> None:
    done = subprocess.run([sys.executable, "-c", _ALONE + "import fastapi"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 1 and "fastapi is not installed" in done.stderr


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rule": "kr-pipa"}, "load_rule('kr-pipa') of ledger.deadlines gives one"),
        ({"rule": None}, "not NoneType: load_rule"),
        ({"period": None}, "the period must be a str, not NoneType"),
        ({"place": 49}, "the place must be a str, not int"),
        (
            {"start": "2025-09-19"},
            "the start must be a datetime.date, or a datetime.datetime with a time zone, not str",
        ),
        ({"pauses": [(date(2025, 9, 20), None)]}, "pauses are a list of Pause"),
        ({"extended": date(2025, 10, 1)}, "extended is an Extended or None"),
        ({"pauses": [Pause(date(2025, 9, 18), None)]}, "pause"),
    ],
)
def test_a_wrong_type_gets_a_sentence(given: dict[str, Any], said: str) -> None:
    values: dict[str, Any] = {
        "rule": load_rule("eu-gdpr"),
        "period": "answer",
        "place": "IE",
        "start": date(2025, 9, 19),
    }
    with pytest.raises(MalformedRequest) as caught:
        due(**{**values, **given})
    assert said in str(caught.value)
