"""Scenario: lists of a hundred thousand cases, by every kind of filter, for one reader and for four."""

from __future__ import annotations

import itertools
from dataclasses import replace

from tests.bench import blocks
from tests.bench.bench import Bench
from tests.bench.blocks import Goal, Result, Work
from tests.bench.client import request

GOAL = Goal(p95_ms=50.0, statements=6)
LISTS = {
    "all": "",
    "status+service+district": "&status=accepted&service=VOI-NID&district=1",
    "box of 1 km": "&bbox=-74.13,45.25,-74.117,45.259&open=true",
    "late": "&late=true&order=due",
    "text": "&q=lampadaire+tempete",
    "page 50": "&after={cursor}",
}


def measure(bench: Bench) -> list[Result]:
    """Measure every list with one reader and with four."""
    results = []
    for name, query in LISTS.items():
        path = f"/api/v1/cases?limit=100{query}".replace("{cursor}", _cursor(bench) if "{" in query else "")
        sent, _ = bench.inside.ask("GET", path, headers=bench.inside.headers)
        wanted = request("GET", path, headers=bench.inside.headers)
        for clients in (1, 4):
            plan = replace(bench.plan, clients=clients, seconds=bench.plan.seconds / 3, rounds=2, warm_s=0.3)
            work = Work(
                name=f"list: {name}",
                requests=itertools.repeat(wanted),
                status=200,
                statements=len(sent),
                goal=GOAL,
            )
            results.append(blocks.alone(bench.server, work, plan))
    return results


def _cursor(bench: Bench) -> str:
    """Return the cursor of the fiftieth page: deep pages must cost what the first does."""
    cursor = ""
    for _ in range(50):
        after = f"&after={cursor}" if cursor else ""
        _, answer = bench.inside.ask("GET", f"/api/v1/cases?limit=100{after}", headers=bench.inside.headers)
        if answer.json is None or not answer.json["next"]:
            break
        cursor = answer.json["next"]
    return cursor
