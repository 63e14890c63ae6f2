"""Scenario: what is already known here? Asked while every case is open, the worst there can be.

Beside it the candidates alone: the statements that find them, with the same values, on a bare connection. No
answer can be quicker than that.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import psycopg
from psycopg.rows import tuple_row

from tests.bench import blocks, submitting
from tests.bench.bench import Bench
from tests.bench.blocks import Goal, Result, Work
from tests.bench.capture import Sent, as_recorded
from tests.bench.client import request
from tests.bench.place import CODE, Place
from tracker import db
from tracker.postgres.address import without_driver
from tracker.prepared import Prepared
from tracker.reports import neighbours

PATH = "/api/v1/duplicates"
GOAL = Goal(p99_ms=10.0, statements=6)
OPEN = f"""
    UPDATE j_{CODE}."case" SET is_open = true, status = 'accepted', completed_at = NULL, closed_at = NULL
    WHERE NOT is_open AND workflow = 'field_work'
"""
BARE, BARE_QUICK = 400, 40
_CANDIDATES = {as_recorded(each): each for each in (neighbours._NEARBY, neighbours._BY_STREET)}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The check over HTTP and its candidates alone, in one town."""

    whole: Result
    bare: Result


def measure(bench: Bench) -> list[Result]:
    """Reopen every case, then measure the question with one connection. To be run last."""
    reopen(bench.place)
    asked = in_turns([bench], ["all open"])[0]
    return [asked.whole, asked.bare]


def reopen(town: Place) -> None:
    """Make every case of a town an open one."""
    with psycopg.connect(without_driver(town.database.owner_url), autocommit=True) as connection:
        connection.execute(OPEN)
        connection.execute(f'VACUUM (ANALYZE) j_{CODE}."case"')
        connection.execute("CHECKPOINT")


def in_turns(benches: Sequence[Bench], names: Sequence[str]) -> list[Asked]:
    """Ask in several towns, taking turns."""
    plan = replace(benches[0].plan, clients=1)
    works = [_work(bench, name) for bench, name in zip(benches, names, strict=True)]
    found = [_questions(bench) for bench in benches]
    bare: list[list[float]] = [[] for _ in benches]
    for _ in range(2):  # the first time for the plans and the pages
        for place, bench in enumerate(benches):
            bare[place] = _timed(bench, found[place])
    whole = blocks.in_turns([(bench.server, work) for bench, work in zip(benches, works, strict=True)], plan)
    for place, bench in enumerate(benches):
        bare[place] += _timed(bench, found[place])
    return [
        Asked(whole=its, bare=_told(f"  its candidates, bare SQL, {name}", latencies))
        for its, name, latencies in zip(whole, names, bare, strict=True)
    ]


def _work(bench: Bench, name: str) -> Work:
    sent, _ = bench.inside.ask("POST", PATH, json=next(submitting.bodies(bench)))
    asked = (request("POST", PATH, body=body) for body in submitting.bodies(bench))
    return Work(
        name=f"ask for duplicates, {name}", requests=asked, status=200, statements=len(sent), goal=GOAL
    )


def _questions(bench: Bench) -> list[list[tuple[Prepared, Sent]]]:
    """Return the statements that find the candidates of many questions, with their values."""
    bodies = itertools.islice(submitting.bodies(bench), BARE_QUICK if bench.is_quick else BARE)
    asked = (bench.inside.ask("POST", PATH, json=body)[0] for body in bodies)
    found = [[(_CANDIDATES[e.query], e) for e in sent if e.query in _CANDIDATES] for sent in asked]
    return [each for each in found if each]


def _timed(bench: Bench, questions: Sequence[Sequence[tuple[Prepared, Sent]]]) -> list[float]:
    """Return the seconds that each question's candidates took."""
    with db.transaction(bench.place.app, CODE) as session:
        connection = session.connection().connection.driver_connection
        assert isinstance(connection, psycopg.Connection)
        return list(_each(connection, questions))


def _each(
    connection: psycopg.Connection, questions: Sequence[Sequence[tuple[Prepared, Sent]]]
) -> Iterator[float]:
    with psycopg.RawCursor(connection, row_factory=tuple_row) as cursor:
        for question in questions:
            began = time.perf_counter()
            for statement, sent in question:
                values = [sent.values[name] for name in statement._names]
                cursor.execute(statement._query, values, prepare=True, binary=True).fetchall()
            yield time.perf_counter() - began


def _told(name: str, latencies: Sequence[float]) -> Result:
    ordered = sorted(latencies)
    return Result(
        name=name,
        requests=len(ordered),
        per_s=len(ordered) / sum(ordered),
        p50_ms=blocks.percentile_ms(ordered, 0.5),
        p95_ms=blocks.percentile_ms(ordered, 0.95),
        p99_ms=blocks.percentile_ms(ordered, 0.99),
    )
