"""Jobs done again and again in every jurisdiction: a registry, and the turn that runs those which are due.

Each runs in a transaction with the row that says when it is next: once per period, whoever runs it and
whoever is killed. Periods missed while no worker ran are not made up for: one run does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from time import perf_counter
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from tracker import db, outbox
from tracker.jobs import measures
from tracker.prepared import Prepared

DAY = timedelta(days=1)
log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Periodic:
    """A job: its name, how often, and what it does.

    With `at` it runs at that local time, of that ISO `weekday` (1 is Monday) when one is named; `every` is
    then a day or a week.
    """

    name: str
    every: timedelta
    run: Callable[[Session, datetime], object]
    at: time | None = None
    weekday: int | None = None

    def next_after(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """Return when it is due after a moment."""
        if self.at is None:
            return moment + self.every
        local = moment.astimezone(zone)
        day = local.date()
        while True:
            due = datetime.combine(day, self.at, zone)
            if due > local and self.weekday in (None, day.isoweekday()):
                return due.astimezone(moment.tzinfo)
            day += DAY


_KNOWN = Prepared("SELECT name, next_at FROM periodic")
_BEGIN = text("INSERT INTO periodic (name, next_at) VALUES (:name, :next_at) ON CONFLICT DO NOTHING")
_CLAIM = text("SELECT 1 FROM periodic WHERE name = :name AND next_at <= :now FOR UPDATE SKIP LOCKED")
_DONE = text("""
    UPDATE periodic SET next_at = :next_at, last_at = :now, took_ms = :took_ms, attempts = 0, error = NULL
    WHERE name = :name
""")
_FAILED = text("""
    UPDATE periodic SET next_at = :next_at, attempts = least(attempts + 1, 1000), error = :error
    WHERE name = :name AND next_at <= :now RETURNING attempts
""")


def run_due(engine: Engine, code: str, *, now: datetime, jobs: Sequence[Periodic]) -> int:
    """Run the jobs of one jurisdiction that are due; return how many ran. A job that fails is tried later."""
    with db.transaction(engine, code) as session:
        zone = ZoneInfo(db.selected(session).zone)
        known = {row.name: row.next_at for row in _KNOWN.all(session, {})}
        for job in jobs:
            if job.name not in known:
                known[job.name] = now if job.at is None else job.next_after(now, zone)
                session.execute(_BEGIN, {"name": job.name, "next_at": known[job.name]})
    return sum(_run(engine, code, job, now, zone) for job in jobs if known[job.name] <= now)


def _run(engine: Engine, code: str, job: Periodic, now: datetime, zone: ZoneInfo) -> bool:
    began = perf_counter()
    try:
        with db.transaction(engine, code) as session:
            if session.execute(_CLAIM, {"name": job.name, "now": now}).first() is None:
                return False  # another worker has it, or has done it
            job.run(session, now)
            took_ms = round((perf_counter() - began) * 1000)
            values = {"name": job.name, "now": now, "next_at": job.next_after(now, zone), "took_ms": took_ms}
            session.execute(_DONE, values)
    except Exception as error:
        log.exception("periodic.failed", jurisdiction=code, job=job.name)
        measures.PERIODIC.labels(code, job.name, "failed").inc()
        _note_failure(engine, code, job, now, error)
        return False
    measures.PERIODIC.labels(code, job.name, "done").inc()
    log.info("periodic.done", jurisdiction=code, job=job.name, ms=took_ms)
    return True


def _note_failure(engine: Engine, code: str, job: Periodic, now: datetime, error: Exception) -> None:
    with db.transaction(engine, code) as session:
        values = {
            "name": job.name,
            "now": now,
            "next_at": now + outbox.LONGEST_WAIT,
            "error": f"{type(error).__name__}: {error}"[: outbox.LONGEST_ERROR],
        }
        session.execute(_FAILED, values)
