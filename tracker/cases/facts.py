"""What the guards of a transition may ask, gathered from the case as it stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from gis import crs
from tracker.accounts.actor import Actor
from tracker.cases import workload
from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.db import selected
from tracker.dispatch import desk as desks
from tracker.dispatch.desk import CrewRef
from tracker.prepared import Prepared
from tracker.reports.submission import Picture
from tracker.workflow import Facts

DANGER = 1

_COUNTS = Prepared("""
    SELECT (SELECT count(*) FROM report r JOIN contact k ON k.report_id = r.id
            WHERE r.case_id = c.id) AS contacts,
           (SELECT count(*) FROM photo p WHERE p.case_id = c.id AND p.kind <> 'before') AS photos_after,
           (SELECT count(*) FROM "case" child WHERE child.parent_id = c.id) AS children,
           (SELECT count(*) FROM event e WHERE e.case_id = c.id AND e.kind = 'moved'
               AND e.payload ->> 'transition' = 'extend') AS extensions,
           parent.id IS NOT NULL AS has_parent, parent.parent_id IS NOT NULL AS parent_is_child,
           ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat
    FROM "case" c LEFT JOIN "case" parent ON parent.number = CAST(:parent AS text)
    WHERE c.id = :id
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """One move somebody asks of a case: the transition, what they filled in, where and when."""

    transition: str
    actor: Actor
    at: datetime
    inputs: Mapping[str, Any]
    expected: frozenset[int] | None = None
    device_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    pictures: tuple[Picture, ...] = ()
    is_reporter: bool = False


def gather(session: Session, case: CaseRow, move: Move) -> Facts:
    """Return what is known of a case for the guards of one move: one query, one more when a crew is named."""
    parent = str(move.inputs.get("parent") or "")
    row = _COUNTS.one_or_none(session, {"id": case.id, "parent": parent or None})
    return known(session, case, move, row._asdict() | _crew_time(session, case, move))


def _crew_time(session: Session, case: CaseRow, move: Move) -> dict[str, int | None]:
    crew = _crew(session, move)
    if crew is None:
        return {}
    job = workload.Job(case.id, move.at, case.resolve_by or move.at)
    zone = ZoneInfo(selected(session).zone)
    return {"crew_minutes_left": workload.minutes_left(session, crew, job, zone)}


def known(session: Session, case: CaseRow, move: Move, row: Mapping[str, Any]) -> Facts:
    """Return what is known of a case, `row` telling what its own columns do not: see the query above."""
    parent = str(move.inputs.get("parent") or "")
    service = catalogue.version(session, case.service_id)
    crew = _crew(session, move)
    zone = ZoneInfo(selected(session).zone)
    return Facts(
        now=move.at.astimezone(zone),
        role=move.actor.role,
        inputs=move.inputs,
        service_code=case.service_code,
        priority=f"P{case.priority}",
        owner_resolved=case.geom is not None or not service.location.is_required,
        is_duplicate=case.parent_id is not None,
        contactable=row["contacts"] > 0,
        crew_skills=crew.skills if crew else frozenset(),
        required_skill=service.skill,
        crew_on_shift=crew is not None and _is_on_shift(crew, case, move, zone),
        crew_minutes_left=row.get("crew_minutes_left"),
        job_minutes=service.duration_min,
        new_service_exists=str(move.inputs.get("service_code")) in catalogue.current(session).catalogue,
        distance_m=_distance(row, move),
        photos=len(move.pictures),
        photos_after=row["photos_after"] + len(move.pictures),
        device_at=move.device_at,
        received_at=case.opened_at,
        started_at=case.started_at,
        completed_at=case.completed_at,
        closed_at=case.closed_at,
        resolve_by=case.resolve_by,
        reopens=case.reopens,
        reschedules=case.reschedules,
        extensions=row.get("extensions", 0),
        is_reporter=move.is_reporter,
        reports_count=case.reports_count,
        thumbs_up=move.is_reporter,
        parent_in_jurisdiction=bool(row["has_parent"]),
        parent_is_child=bool(row["parent_is_child"]),
        parent_is_self=parent == case.number,
        children=row["children"],
        marked_at=case.status_since,
        rule_id="triage" if case.crew_id is not None else None,
    )


def _is_on_shift(crew: CrewRef, case: CaseRow, move: Move, zone: ZoneInfo) -> bool:
    """A danger needs a crew at work or on call now; anything else one that works before it is due."""
    if case.priority == DANGER:
        return crew.roster.is_on_duty(move.at, zone)
    return crew.roster.is_on_shift(move.at, case.resolve_by or move.at, zone)


def _crew(session: Session, move: Move) -> CrewRef | None:
    return desks.current(session).by_code.get(str(move.inputs.get("crew")))


def _distance(row: Mapping[str, Any], move: Move) -> float | None:
    if move.lon is None or move.lat is None or row["lon"] is None:
        return None
    return crs.distance_m(move.lon, move.lat, row["lon"], row["lat"])
