"""What a benchmark gives: figures with unit, goal and conditions, as a table and as JSON."""

from __future__ import annotations

import json
import os
import platform
import resource
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured value. ``goal`` is compared in the direction of ``at_least``; no goal, no judgement."""

    name: str
    value: float
    unit: str
    goal: float | None
    at_least: bool
    conditions: str

    @property
    def verdict(self) -> str:
        """``reached``, ``missed`` or nothing."""
        if self.goal is None:
            return ""
        reached = self.value >= self.goal if self.at_least else self.value <= self.goal
        return "reached" if reached else "missed"


class Stopwatch:
    """Measures a bench, and what other programs did to it meanwhile."""

    def __init__(self) -> None:
        self._start, self._busy, self._own = time.perf_counter(), _busy_seconds(), _own_seconds()

    def seconds(self) -> float:
        return time.perf_counter() - self._start

    def others(self) -> str:
        """How many cores were busy with other programs; our own children must have ended."""
        busy, own = _busy_seconds() - self._busy, _own_seconds() - self._own
        return f"other programs kept {max(0.0, busy - own) / self.seconds():.1f} cores busy meanwhile"


def _busy_seconds() -> float:
    """CPU seconds that this machine has worked since its start, 0 where it does not say."""
    stat = Path("/proc/stat")
    if not stat.exists():
        return 0.0
    user, nice, system, _idle, _wait, interrupts, soft = map(int, stat.read_text(encoding="ascii").split()[1:8])
    return (user + nice + system + interrupts + soft) / os.sysconf("SC_CLK_TCK")


def _own_seconds() -> float:
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def at_least(name: str, value: float, unit: str, goal: float | None, conditions: str) -> Figure:
    """A figure of which more is better."""
    return Figure(name, round(value, 3), unit, goal, True, conditions)


def at_most(name: str, value: float, unit: str, goal: float | None, conditions: str) -> Figure:
    """A figure of which less is better."""
    return Figure(name, round(value, 3), unit, goal, False, conditions)


def machine() -> dict[str, object]:
    """What the figures were taken on."""
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text(encoding="ascii", errors="replace").splitlines() if cpu.exists() else []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return {
        "cpu": models[0] if models else platform.processor(),
        "cores": max(1, len(models)),
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}",
    }


def table(figures: Sequence[Figure], load_before: float) -> str:
    """The figures for a person; ``load_before`` is the one-minute load average when the bench started."""
    on = machine()
    lines = [
        f"{on['cpu']}, {on['cores']} cores, Python {on['python']}, {on['system']}; load before {load_before:.2f}",
        "",
        f"{'figure':<24}{'value':>12}  {'unit':<8}{'goal':>12}  verdict",
    ]
    for figure in figures:
        goal = "" if figure.goal is None else f"{'>=' if figure.at_least else '<='} {figure.goal:,g}"
        lines.append(f"{figure.name:<24}{figure.value:>12,.10g}  {figure.unit:<8}{goal:>12}  {figure.verdict}")
    lines += ["", "Conditions", ""]
    seen: dict[str, list[str]] = {}
    for figure in figures:
        seen.setdefault(figure.conditions, []).append(figure.name)
    lines += [f"{', '.join(names)}:\n    {conditions}" for conditions, names in seen.items()]
    return "\n".join(lines)


def write(path: Path, figures: Sequence[Figure], load_before: float) -> None:
    """``build/bench.json``: each figure by name, with unit, goal, verdict and conditions."""
    entries = {figure.name: {**asdict(figure), "verdict": figure.verdict} for figure in figures}
    for entry in entries.values():
        del entry["name"]
    path.parent.mkdir(parents=True, exist_ok=True)
    value = {"machine": {**machine(), "load_before": round(load_before, 2)}, "figures": entries}
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
