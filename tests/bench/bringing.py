"""Scenario: another system's requests are brought in, against COPY of what comes of them."""

from __future__ import annotations

from statistics import median

from tests.bench import importing
from tests.bench.bench import Bench
from tests.bench.blocks import Goal, Result

GOAL = Goal(ratio=0.25)
ROWS, QUICK_ROWS = 30_000, 3_000


def measure(bench: Bench) -> Result:
    """Measure whole imports, each beside COPY of the same rows."""
    rows = QUICK_ROWS if bench.is_quick else ROWS
    rounds = 1 if bench.is_quick else 3
    compared = [
        importing.compare(bench.place.owner, bench.place.app, bench.folder, rows=rows) for _ in range(rounds)
    ]
    rates = [each.rows_per_s for each in compared]
    ceilings = [each.rows / each.copy_s for each in compared]
    bare = median(each.rows / each.bare_s for each in compared)
    return Result(
        name=f"import {rows} rows",
        goal=GOAL,
        requests=rows * rounds,
        rates=rates,
        per_s=median(rates),
        ceilings=ceilings,
        ceiling_per_s=median(ceilings),
        ratios=[each.ratio for each in compared],
        note=f"{median(rates) / bare:.2f} of COPY without index or log ({bare:,.0f}/s)",
    )
