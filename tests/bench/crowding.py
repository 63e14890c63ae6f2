"""Scenario: the same question in a city ten times as large, every case of it open.

The town and the city lie side by side, each a copy of its own with a server of its own, and are asked in
turns: what other scenarios leave behind is in neither, and a noisy neighbour slows both.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from tests.bench import asking, growing, inside, place, serving
from tests.bench.bench import Bench
from tests.bench.blocks import Goal, Result

TIMES = 10
# Flat: at most 1.3 times as long as in the tenth of it. As a ratio, a little more than three quarters.
GOAL = Goal(p99_ms=10.0, ratio=1 / 1.3, statements=6)
# Whole towns beside the town, as dense as it, each further east.
_MOVED = "ST_Translate({}, k * 0.2, 0)"


def measure(bench: Bench) -> list[Result]:
    """Measure the town as it is and the city, then how far apart they are."""
    with _own(bench, "vigie_bench_tenth") as town, _own(bench, "vigie_bench_million") as city:
        for each in (town, city):
            asking.reopen(each.place)
        moved = (_MOVED.format("geom"), _MOVED.format("public_geom"))
        count = growing.multiply(city.place, TIMES - 1, *moved, bench.tell)
        names = [f"among {many:,} open cases" for many in (count // TIMES, count)]
        small, large = asking.in_turns([town, city], names)
    return [
        small.whole,
        small.bare,
        _beside(large.whole, small.whole, GOAL),
        _beside(large.bare, small.bare, Goal()),
    ]


@contextmanager
def _own(bench: Bench, name: str) -> Iterator[Bench]:
    maintenance, folder = bench.place.database.named("postgres"), bench.folder / name
    folder.mkdir(exist_ok=True)
    with (
        place.opened(maintenance, bench.place.size, name=name) as town,
        inside.opened(town, folder) as here,
        serving.running(town, folder) as server,
    ):
        yield replace(bench, place=town, inside=here, server=server, folder=folder)


def _beside(large: Result, small: Result, goal: Goal) -> Result:
    """Return a result of the city with how many times as long it takes there as in the town."""
    times = {
        name: getattr(large, f"{name}_ms") / getattr(small, f"{name}_ms") for name in ("p50", "p95", "p99")
    }
    said = ", ".join(f"{name} {value:.2f}" for name, value in times.items())
    return replace(large, goal=goal, ratios=[1 / times["p50"]], note=f"{said} × / {1 / TIMES:.0%}")
