"""Measure and print a table; build/bench.json keeps the figures.

python -m tests.bench            everything
python -m tests.bench verify     the named ones
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from tests.bench import audit, bundles, counts, deadlines, dnssec, findings, index, mails, parts, service
from tests.bench.figures import Figure, Stopwatch, at_most, table, write

OUTPUT = Path(__file__).resolve().parents[2] / "build" / "bench.json"
GAS_GOALS = {
    "anchor_gas_2_20": 60_000,
    "anchor_gas_worst": 64_000,
    "anchor_gas_1_ticket": 90_000,
    "submit_gas_900": 80_000,
}


def gas() -> list[Figure]:
    """Gas of whole transactions on a fresh anvil."""
    from tests.bench.gas import measure
    from tests.contract.chain import Chain, deploy

    chain = Chain()
    try:
        found = measure(chain, deploy(chain))
    finally:
        chain.stop()
    how = "whole transactions on anvil under Osaka rules, 2^20 leaves; a log of its own for each; the same each time"
    return [at_most(name, value, "gas", GAS_GOALS.get(name), how) for name, value in found.items()]


BENCHES: Mapping[str, Callable[[], list[Figure]]] = {
    "single": service.submit_single,
    "jsonl": service.submit_jsonl,
    "sequence": service.sequence,
    "verify": bundles.verify,
    "verify10k": bundles.verify_many,
    "bundle": bundles.sizes,
    "audit": audit.audit,
    "gas": gas,
    "index": index.index,
    "deadlines": deadlines.deadlines,
    "findings": findings.findings,
    "dnssec": dnssec.dnssec,
    "parts": parts.parts,
    "counts": counts.counts,
    "mails": mails.mails,
}


def main(names: list[str]) -> int:
    """Run the named benches, or all; 2 for an unknown name."""
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    load, figures = os.getloadavg()[0], list[Figure]()
    for name in names or BENCHES:
        watch = Stopwatch()
        print(f"{name} ...", file=sys.stderr, end=" ", flush=True)
        found = BENCHES[name]()
        others = watch.others()
        print(f"{watch.seconds():.0f} s, {others}", file=sys.stderr, flush=True)
        figures += [replace(figure, conditions=f"{figure.conditions}; {others}") for figure in found]
    print(table(figures, load))
    if not names:
        write(OUTPUT, figures, load)
        print(f"\nwritten to {OUTPUT.relative_to(Path.cwd()) if OUTPUT.is_relative_to(Path.cwd()) else OUTPUT}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
