"""`make bench`: every measure in one run, printed as a table and kept in var/bench."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from tests.bench import (
    asking,
    assigning,
    bringing,
    crowding,
    following,
    inside,
    listing,
    moving,
    noticing,
    place,
    reading,
    report,
    sending,
    serving,
    submitting,
    tiling,
)
from tests.bench.bench import Bench
from tests.bench.blocks import Plan, Result
from tests.bench.place import Size

# In this order: what reads before what writes much, and last what leaves the town unlike itself.
# `million` has towns of its own.
SCENARIOS: dict[str, Callable[[Bench], Result | list[Result]]] = {
    "lists": listing.measure,
    "read": reading.measure_staff,
    "track": reading.measure_public,
    "submit": submitting.measure,
    "move": moving.measure,
    "import": bringing.measure,
    "notices": noticing.measure,
    "assign": assigning.measure,
    "duplicates": asking.measure,
    "tiles": tiling.measure,
    "following": following.measure,
    "sending": sending.measure,
    "million": crowding.measure,
}
FULL, QUICK = Plan(), Plan(rounds=2, seconds=1.0, warm_s=0.5)
FULL_SIZE, QUICK_SIZE = Size(), Size(city="xs", cases=5_000)


def main() -> None:
    """Run the scenarios that were asked for."""
    asked = _arguments()
    console = Console(width=150)  # a table of eleven columns, also where nobody watches
    plan, size = (QUICK, QUICK_SIZE) if asked.quick else (FULL, FULL_SIZE)
    began = time.monotonic()
    results: list[Result] = []
    with _opened(plan, size, console, is_quick=asked.quick) as bench:
        for name in asked.only or SCENARIOS:
            console.print(f"[dim]{time.monotonic() - began:4.0f} s  {name}[/dim]")
            told = SCENARIOS[name](bench)
            results += told if isinstance(told, list) else [told]
    report.show(results, console)
    if asked.quick:
        console.print("[yellow]--quick: une idée, pas une mesure / an idea, not a measure[/yellow]")
    kept = report.keep(results, place.folder(), is_quick=asked.quick, cases=size.cases, rounds=plan.rounds)
    console.print(f"{time.monotonic() - began:.0f} s → {kept}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small town and short blocks: under a minute")
    parser.add_argument("--only", nargs="+", choices=SCENARIOS, metavar="NAME", help=", ".join(SCENARIOS))
    return parser.parse_args()


@contextmanager
def _opened(plan: Plan, size: Size, console: Console, *, is_quick: bool) -> Iterator[Bench]:
    folder = place.folder()
    with (
        place.embedded() as maintenance,
        place.opened(maintenance, size, tell=console.print) as town,
        inside.opened(town, folder) as here,
        serving.running(town, folder) as server,
    ):
        yield Bench(
            place=town,
            server=server,
            inside=here,
            plan=plan,
            folder=folder,
            is_quick=is_quick,
            tell=lambda said: console.print(f"[dim]       {said}[/dim]"),
        )


if __name__ == "__main__":
    main()
