"""Scenario: what is already known here? Asked while every case is open, the worst there can be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import psycopg

from tests.bench import blocks, submitting
from tests.bench.bench import Bench
from tests.bench.blocks import Goal, Result, Work
from tests.bench.client import request
from tests.bench.place import CODE
from tracker.postgres.address import without_driver

PATH = "/api/v1/duplicates"
GOAL = Goal(p99_ms=10.0, statements=6)
OPEN = f"""
    UPDATE j_{CODE}."case" SET is_open = true, status = 'accepted', completed_at = NULL, closed_at = NULL
    WHERE NOT is_open AND workflow = 'field_work'
"""


def measure(bench: Bench) -> Result:
    """Reopen every case, then measure the question with one connection. To be run last."""
    with psycopg.connect(without_driver(bench.place.database.owner_url), autocommit=True) as connection:
        connection.execute(OPEN)
        connection.execute(f'VACUUM (ANALYZE) j_{CODE}."case"')
        connection.execute("CHECKPOINT")
    given = submitting.bodies(bench)
    sent, _ = bench.inside.ask("POST", PATH, json=next(given))
    work = Work(
        name="ask for duplicates, all open",
        requests=_questions(bench),
        status=200,
        statements=len(sent),
        goal=GOAL,
    )
    return blocks.alone(bench.server, work, replace(bench.plan, clients=1, rounds=3))


def _questions(bench: Bench) -> Iterator[bytes]:
    for body in submitting.bodies(bench):
        yield request("POST", PATH, body=body)
