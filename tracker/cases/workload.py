"""How much of a crew's time is promised already, and whether the law lets it work."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from routing import legal
from routing.legal import Stint
from tracker.catalogue import queries as catalogue
from tracker.dispatch import desk as desks
from tracker.dispatch import standings
from tracker.dispatch.desk import CrewRef
from tracker.prepared import Prepared

# What was due longer ago than this is no longer what the crew's days are made of: nobody closed it.
FORGOTTEN = timedelta(days=7)
# Work older than this is behind every rest the law asks for.
LOOKS_BACK = timedelta(days=10)

_PROMISED = Prepared("""
    SELECT service_code, count(*) AS many FROM "case"
    WHERE crew_id = :crew AND is_open AND resolve_by > :since AND resolve_by <= :until AND id <> :id
    GROUP BY service_code
""")
_STINTS = Prepared("""
    SELECT starts_at, coalesce(ends_at, :now) AS ends_at FROM crew_stint
    WHERE crew_id = :crew AND starts_at < :now AND coalesce(ends_at, :now) > :since ORDER BY starts_at
""")


@dataclass(frozen=True, slots=True)
class Job:
    """A case somebody may be given: which, asked when, due until when."""

    case_id: UUID
    at: datetime
    until: datetime


def minutes_left(session: Session, crew: CrewRef, job: Job) -> int | None:
    """Return a crew's minutes before a job is due, less what it has to do before then; None if unknown.

    Its cases count with their service's usual duration. A crew whose hours are not kept is never full.
    """
    desk = desks.current(session)
    has = standings.left_min(desk, desk.rules, crew, job.at, job.until)
    if has is None:
        return None
    asked = {
        "crew": crew.id,
        "id": job.case_id,
        "since": job.at - FORGOTTEN,
        "until": max(job.until, job.at),
    }
    services = catalogue.current(session).catalogue
    promised: int = sum(
        row.many * services.service(row.service_code).duration_min
        for row in _PROMISED.all(session, asked)
        if row.service_code in services
    )
    return round(has) - promised


def must_rest(session: Session, crew: CrewRef, job: Job, minutes: int, *, is_danger: bool) -> bool:
    """Tell whether the hours a crew has worked forbid it a job of so many minutes.

    A danger is done at once; anything else may wait for a rest that ends before the job is due.
    """
    desk = desks.current(session)
    asked = {"crew": crew.id, "now": job.at, "since": job.at - LOOKS_BACK}
    stints = [Stint(row.starts_at, row.ends_at) for row in _STINTS.all(session, asked)]
    length = timedelta(minutes=minutes)
    at = legal.rested_at(stints, job.at, length, desk.rules.limits)
    return at is None or (at > job.at and (is_danger or at + length > max(job.until, job.at)))
