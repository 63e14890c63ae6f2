"""What triage and promises look at in a case that exists: its street, its district, the first answers."""

from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import Service
from tracker.dispatch import desk as desks
from tracker.dispatch import service as dispatch
from tracker.dispatch.service import Setting, Triage
from tracker.places import ground as grounds

# The report that opened the case has its number; a case split off has none of that number, only its own.
_KNOWN = text("""
    SELECT coalesce(s.class, CAST(gone.facts->>'class' AS smallint)) AS road_class, r.answers FROM "case" c
    LEFT JOIN street_segment s ON s.id = c.segment_id
    LEFT JOIN retired_place gone ON gone.kind = 'segment' AND gone.id = c.segment_id
    LEFT JOIN LATERAL (
        SELECT answers FROM report WHERE number = c.number OR case_id = c.id
        ORDER BY (number = c.number) DESC, received_at, id LIMIT 1
    ) r ON true
    WHERE c.id = :id
""")


def of(session: Session, case: CaseRow, *, received_at: datetime) -> Setting:
    """Return what is known of a case for a decision counted from `received_at`."""
    row = session.execute(_KNOWN, {"id": case.id}).one()
    district = grounds.current(session).by_id.get(case.district_id or 0)
    return Setting(
        district_code=district.code if district else None,
        district_name=district.name if district else None,
        road_class=row.road_class,
        answers=row.answers or {},
        received_at=received_at,
    )


def decide(session: Session, service: Service, setting: Setting) -> Triage:
    """Triage a case anew as `service`."""
    department = catalogue.current(session).department(service.department)
    return dispatch.triage(desks.current(session), service, setting, department=department)
