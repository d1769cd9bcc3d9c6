"""Writes vector folders: one JSON file per case, the same bytes every time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

VECTORS = Path(__file__).resolve().parents[2] / "tests" / "vectors"


class Cases:
    """The cases of one folder, by name."""

    def __init__(self, folder: str) -> None:
        self.folder = VECTORS / folder
        self._cases: dict[str, dict[str, object]] = {}
        self._broken = 0

    def good(
        self,
        name: str,
        operation: str,
        given: Mapping[str, object],
        ok: Mapping[str, object],
        description: str,
    ) -> None:
        self._add(name, operation, given, {"ok": dict(ok)}, description)

    def bad(self, name: str, operation: str, given: Mapping[str, object], error: str, description: str) -> None:
        self._broken += 1
        self._add(name, operation, given, {"error": error}, description)

    def write(self) -> None:
        """Replace the folder's case files; its README stays."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for stale in set(self.folder.glob("*.json")) - {self._path(name) for name in self._cases}:
            stale.unlink()
        for name, case in self._cases.items():
            text = json.dumps(case, indent=2, ensure_ascii=False) + "\n"
            self._path(name).write_text(text, encoding="utf-8")
        print(f"{self.folder.name}: {len(self._cases)} cases, {self._broken} of them broken on purpose")

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.json"

    def _add(
        self,
        name: str,
        operation: str,
        given: Mapping[str, object],
        expect: dict[str, object],
        description: str,
    ) -> None:
        if name in self._cases:
            raise SystemExit(f"two cases are named {name}")
        self._cases[name] = {
            "description": description,
            "operation": operation,
            "input": dict(given),
            "expect": expect,
        }
