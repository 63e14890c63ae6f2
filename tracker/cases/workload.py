"""How much of a crew's time is promised already."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from tracker.catalogue import queries as catalogue
from tracker.dispatch.desk import CrewRef
from tracker.prepared import Prepared

# What was due longer ago than this is no longer what the crew's days are made of: nobody closed it.
FORGOTTEN = timedelta(days=7)

_PROMISED = Prepared("""
    SELECT service_code, count(*) AS many FROM "case"
    WHERE crew_id = :crew AND is_open AND resolve_by > :since AND resolve_by <= :until AND id <> :id
    GROUP BY service_code
""")


@dataclass(frozen=True, slots=True)
class Job:
    """A case somebody may be given: which, asked when, due until when."""

    case_id: UUID
    at: datetime
    until: datetime


def minutes_left(session: Session, crew: CrewRef, job: Job, zone: ZoneInfo) -> int | None:
    """Return a crew's minutes before a job is due, less what it has to do before then; None if unknown.

    Its cases count with their service's usual duration. A crew whose hours are not kept is never full.
    """
    if not crew.roster.days:
        return None
    has = crew.roster.minutes(job.at, job.until, zone, capacity_min=crew.capacity_min)
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
    return has - promised
