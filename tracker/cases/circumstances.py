"""What triage and promises look at in a case that exists: its street, its district, the first answers."""

from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import Service
from tracker.dispatch import board as boards
from tracker.dispatch import choosing, explaining
from tracker.dispatch import desk as desks
from tracker.dispatch import service as dispatch
from tracker.dispatch.desk import CrewRef
from tracker.dispatch.reasons import Reason
from tracker.dispatch.service import Setting, Triage
from tracker.places import ground as grounds
from tracker.places.ground import DistrictRef

# The report that opened the case has its number; a case split off has none of that number, only its own.
_KNOWN = text("""
    SELECT coalesce(s.class, CAST(gone.facts->>'class' AS smallint)) AS road_class, r.answers,
           s.code AS segment_code, s.name AS street, ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat
    FROM "case" c
    LEFT JOIN street_segment s ON s.id = c.segment_id
    LEFT JOIN retired_place gone ON gone.kind = 'segment' AND gone.id = c.segment_id
    LEFT JOIN LATERAL (
        SELECT answers FROM report WHERE number = c.number OR case_id = c.id
        ORDER BY (number = c.number) DESC, received_at, id LIMIT 1
    ) r ON true
    WHERE c.id = :id
""")


def of(session: Session, case: CaseRow, *, received_at: datetime, now: datetime | None = None) -> Setting:
    """Return what is known of a case for a decision counted from `received_at`, taken at `now`."""
    row = session.execute(_KNOWN, {"id": case.id}).one()
    district = _district(session, case)
    return Setting(
        district_code=district.code if district else None,
        district_name=district.name if district else None,
        road_class=row.road_class,
        answers=row.answers or {},
        received_at=received_at,
        segment_code=row.segment_code,
        segment_id=case.segment_id,
        asset_id=case.asset_id,
        street=row.street,
        lon=row.lon,
        lat=row.lat,
        last_crew_id=case.crew_id,
        now=now,
    )


def district_code(session: Session, case: CaseRow) -> str | None:
    """Return the code of the district a case is in."""
    district = _district(session, case)
    return district.code if district else None


def _district(session: Session, case: CaseRow) -> DistrictRef | None:
    return grounds.current(session).by_id.get(case.district_id or 0)


def decide(session: Session, service: Service, setting: Setting) -> Triage:
    """Triage a case anew as `service`, with the crews' work as it is now."""
    department = catalogue.current(session).department(service.department)
    board = boards.read(session, setting.decided_at)
    return dispatch.triage(desks.current(session), service, setting, department=department, board=board)


def crew_for(
    session: Session, service: Service, setting: Setting, due: datetime
) -> tuple[tuple[Reason, ...], CrewRef | None]:
    """Choose the crew of a case whose promises stand already; return the steps that say why."""
    desk = desks.current(session)
    choice = choosing.choose(desk, boards.read(session, setting.decided_at), service, setting, due)
    return explaining.steps(desk, service, setting, choice), choice.crew


def with_crew(triage: list[dict[str, Any]], steps: tuple[Reason, ...]) -> list[dict[str, Any]]:
    """Return the steps of a triage with those of its crew replaced, where they stood."""
    told = [step.as_mapping() for step in steps]
    at = next((at for at, each in enumerate(triage) if each["step"] == "crew"), len(triage))
    return [
        *(each for each in triage[:at] if each["step"] != "batch"),
        *told,
        *(each for each in triage[at:] if each["step"] not in ("crew", "batch")),
    ]
