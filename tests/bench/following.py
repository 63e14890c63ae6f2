"""Scenario: a worker follows facts and fires timers, beside bare loops that only claim rows and delete them.

The bare loops do the same claiming with the same durability, and nothing of what a worker is for: facts 200 a
transaction, timers 20 a transaction.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median

import psycopg
from sqlalchemy import text

from tests.bench.bench import Bench
from tests.bench.blocks import Goal, Result, percentile_ms
from tests.bench.place import CODE, Place
from tracker import db
from tracker.jobs import firing, following

FACTS, TIMERS = 2_000, 400
FOLLOW_GOAL, FIRE_GOAL = Goal(per_s=269.0), Goal(per_s=100.0)
# Facts of open cases, as if they had just happened.
_FACTS = text("""
    INSERT INTO outbox (case_id, seq, kind, at)
    SELECT e.case_id, e.seq, e.kind, :now FROM event e JOIN "case" c ON c.id = e.case_id
    WHERE c.is_open ORDER BY md5(c.number || :round), e.seq LIMIT :count
""")
_CLEAR = (text("DELETE FROM outbox"), text("DELETE FROM timer"))
_BARE_FACTS = """
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox ORDER BY id LIMIT 200 FOR UPDATE SKIP LOCKED) RETURNING id
"""
_BARE_TIMER = f"""
    DELETE FROM timer WHERE id IN (
        SELECT id FROM timer WHERE due_at <= now() + interval '10 years' ORDER BY due_at LIMIT {firing.BATCH}
        FOR UPDATE SKIP LOCKED) RETURNING id
"""
_BARE_TIMERS = """
    INSERT INTO timer (id, case_id, name, due_at, set_by, set_at)
    SELECT gen_random_uuid(), gen_random_uuid(), 'x', now() + n * interval '1 second', 1, now()
    FROM generate_series(1, %s) n
"""


def measure(bench: Bench) -> list[Result]:
    """Measure following and firing in one process, between the bare loops. What it fires stays fired."""
    facts = 300 if bench.is_quick else FACTS
    timers = 200 if bench.is_quick else TIMERS
    follow = Result(name="facts followed", goal=FOLLOW_GOAL, statements=0, note="200 a transaction")
    fire = Result(name="timers fired", goal=FIRE_GOAL, statements=0, note=f"{firing.BATCH} a transaction")
    now = datetime.now(UTC)
    for turn in range(bench.plan.rounds):
        before = _bare(bench.place, facts, _facts(facts), _BARE_FACTS)
        ours = _follow(bench.place, now, facts, turn)
        after = _bare(bench.place, facts, _facts(facts), _BARE_FACTS)
        _note(follow, facts, ours, before, after)
        _follow(bench.place, now, facts, turn)  # sets the timers to fire
        fired, times = _fire(bench.place, now + timedelta(days=900), timers)
        before = _bare(bench.place, timers, (_BARE_TIMERS, (timers,)), _BARE_TIMER)
        _note(fire, fired, sum(times), before, before)
        fire.p50_ms, fire.p99_ms = percentile_ms(sorted(times), 0.5), percentile_ms(sorted(times), 0.99)
    return [_told(follow), _told(fire)]


def _note(result: Result, count: int, took_s: float, before: float, after: float) -> None:
    result.requests += count
    result.rates.append(count / took_s)
    result.ceilings += [before, after]
    result.ratios.append(result.rates[-1] / ((before + after) / 2))


def _told(result: Result) -> Result:
    result.per_s, result.ceiling_per_s = median(result.rates), median(result.ceilings)
    return result


def _follow(place: Place, now: datetime, count: int, turn: int) -> float:
    with db.transaction(place.app, CODE) as session:
        for clear in _CLEAR:
            session.execute(clear)
        session.execute(_FACTS, {"now": now, "round": str(turn), "count": count})
    return _timed(lambda: following.follow(place.app, CODE, now=now).followed)


def _fire(place: Place, now: datetime, count: int) -> tuple[int, list[float]]:
    """Fire at least so many timers, if there are; return how many, and the seconds each batch took."""
    fired, times = 0, list[float]()
    while fired < count:
        began = time.perf_counter()
        batch = firing.fire_due(place.app, CODE, now=now)
        if not batch:
            break
        times.append(time.perf_counter() - began)
        fired += len(batch)
    return fired, times


def _timed(act: Callable[[], int]) -> float:
    began = time.perf_counter()
    while act():
        pass
    return time.perf_counter() - began


Filling = tuple[str, tuple[object, ...]]


def _facts(count: int) -> Filling:
    query = """INSERT INTO outbox (case_id, seq, kind, at)
        SELECT case_id, seq, kind, now() FROM event LIMIT %s"""
    return query, (count,)


def _bare(place: Place, count: int, filling: Filling, statement: str) -> float:
    """Return how many rows a second a bare loop claims and deletes, each step a transaction."""
    with psycopg.connect(place.dsn, autocommit=True) as connection:
        connection.execute(f"SET search_path = j_{CODE}, public")
        connection.execute(f"SET ROLE j_{CODE}")
        connection.execute("DELETE FROM outbox")
        connection.execute("DELETE FROM timer")
        connection.execute(filling[0], filling[1])
        began, deleted = time.perf_counter(), 0
        while rows := connection.execute(statement, prepare=True).fetchall():
            deleted += len(rows)
        return deleted / (time.perf_counter() - began)
