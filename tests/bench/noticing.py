"""Scenario: facts become notices, rendered for each person and written with their deliveries.

The ceiling is a bare multi-row INSERT of the very rows that were written, in transactions of the same size:
it decides nothing, reads nothing and renders nothing.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psycopg
from sqlalchemy import select, text

from tests.bench.bench import Bench
from tests.bench.blocks import Goal, Result
from tests.bench.place import CODE
from tracker import clock, db, ids
from tracker.cases import history
from tracker.cases import service as cases
from tracker.events import Fact
from tracker.notify import service
from tracker.notify.models import DeliveryRow, NoticeRow
from tracker.outbox import Followed, write_the_past

CASES, QUICK_CASES = 3_000, 300
SUBSCRIBERS = 400
BATCH = 50
GOAL = Goal(ratio=0.15)

_CASES = text("""
    SELECT number FROM "case" WHERE workflow = 'field_work' AND is_public AND geom IS NOT NULL
    ORDER BY number LIMIT :count
""")
_SUBSCRIBE = text("""
    INSERT INTO subscription (id, subject, subject_key, person, language, channels, radius_m, geom,
        created_at, confirmed_at)
    SELECT :id, 'radius', :key, :person, 'fr', '{email}', 300, geom, now(), now() FROM "case"
    WHERE geom IS NOT NULL ORDER BY number OFFSET :at LIMIT 1
""")
_CITIZEN = text("""
    INSERT INTO citizen (id, email, language, purpose, created_at, asked_at, verified_at)
    VALUES (:id, :email, 'fr', 'bench', now(), now(), now())
""")
_DONE: dict[str, Any] = {
    "transition": "complete",
    "from": "in_progress",
    "to": "completed",
    "inputs": {"outcome": "fixed", "minutes": 12, "note": "Trou rempli et compacté."},
    "effects": ["notice:completed"],
}


def measure(bench: Bench) -> Result:
    """Follow the same facts and insert the same rows in turns."""
    facts = _prepare(bench, QUICK_CASES if bench.is_quick else CASES)
    result = Result(name="notices written", goal=GOAL, requests=0)
    _follow(bench, facts[:BATCH])
    _wipe(bench)
    for _ in range(bench.plan.rounds):
        took = _follow(bench, facts)
        notices, deliveries = _rows(bench)
        _wipe(bench)
        bare = _insert(bench, notices, deliveries)
        _wipe(bench)
        result.rates.append(len(notices) / took)
        result.ceilings.append(len(notices) / bare)
        result.ratios.append(bare / took)
        result.requests = len(notices)
    result.per_s = sorted(result.rates)[len(result.rates) // 2]
    result.ceiling_per_s = sorted(result.ceilings)[len(result.ceilings) // 2]
    return replace(result, note=f"{len(facts)} facts, batches of {BATCH}")


def _prepare(bench: Bench, count: int) -> list[Followed]:
    """Finish cases and have people subscribe around them."""
    facts = []
    with db.transaction(bench.place.app, CODE) as session:
        write_the_past(session)
        for at in range(SUBSCRIBERS):
            citizen = ids.new_id()
            session.execute(_CITIZEN, {"id": citizen, "email": f"{at}@example.org"})
            given = {"id": ids.new_id(), "key": str(at), "person": f"citizen:{citizen}", "at": at * 7}
            session.execute(_SUBSCRIBE, given)
        for number in session.scalars(_CASES, {"count": count}).all():
            case, now = cases.lock(session, number), clock.system_clock()
            history.append(session, case, Fact(kind="moved", actor="staff:x", at=now, payload=_DONE))
            facts.append(Followed(case_id=case.id, seq=case.last_seq, kind="moved", at=now))
    return facts


def _follow(bench: Bench, facts: Sequence[Followed]) -> float:
    began = time.perf_counter()
    for at in range(0, len(facts), BATCH):
        with db.transaction(bench.place.app, CODE) as session:
            service.follow(session, facts[at : at + BATCH], clock.system_clock())
    return time.perf_counter() - began


def _rows(bench: Bench) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    with db.transaction(bench.place.app, CODE) as session:
        notices = [dict(row) for row in session.execute(select(NoticeRow.__table__)).mappings()]
        deliveries = [dict(row) for row in session.execute(select(DeliveryRow.__table__)).mappings()]
    return notices, deliveries


def _insert(bench: Bench, notices: list[dict[str, Any]], deliveries: list[dict[str, Any]]) -> float:
    """Insert rows in as many notices a transaction as following wrote; return the seconds it took."""
    held: dict[Any, list[dict[str, Any]]] = {}
    for row in deliveries:
        held.setdefault(row["notice_id"], []).append(row)
    with psycopg.connect(bench.place.dsn) as connection, connection.cursor() as cursor:
        cursor.execute(f"SET search_path = j_{CODE}")
        cursor.execute(f"SET ROLE {_role(bench)}")
        connection.commit()
        began = time.perf_counter()
        for at in range(0, len(notices), BATCH):
            part = notices[at : at + BATCH]
            sent = [row for notice in part for row in held.get(notice["id"], ())]
            for table, rows in (("notice", part), ("delivery", sent)):
                if rows:
                    names = ", ".join(rows[0])
                    values = ", ".join(f"({', '.join(['%s'] * len(rows[0]))})" for _ in rows)
                    given = [each for row in rows for each in row.values()]
                    cursor.execute(f"INSERT INTO {table} ({names}) VALUES {values}", given)
            connection.commit()
        return time.perf_counter() - began


def _role(bench: Bench) -> str:
    with db.transaction(bench.place.app, CODE) as session:
        return db.selected(session).role


def _wipe(bench: Bench) -> None:
    with bench.place.owner.begin() as connection:
        connection.execute(text(f"TRUNCATE j_{CODE}.notice, j_{CODE}.delivery"))
