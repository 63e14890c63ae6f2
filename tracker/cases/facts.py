"""What the guards of a transition may ask, gathered from the case as it stands."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from gis import crs
from tracker.accounts.actor import Actor
from tracker.cases import offices, workload
from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.db import selected
from tracker.dispatch import desk as desks
from tracker.dispatch import explaining
from tracker.dispatch.desk import CrewRef
from tracker.places import ground as grounds
from tracker.prepared import Prepared
from tracker.reports.submission import Picture
from tracker.workflow import Facts

DANGER = 1
FIELD_WORK = "field_work"

_COUNTS = Prepared("""
    SELECT (SELECT count(*) FROM report r JOIN contact k ON k.report_id = r.id
            WHERE r.case_id = c.id) AS contacts,
           (SELECT count(*) FROM photo p WHERE p.case_id = c.id AND p.kind <> 'before') AS photos_after,
           (SELECT count(*) FROM "case" child WHERE child.parent_id = c.id) AS children,
           (SELECT count(*) FROM event e WHERE e.case_id = c.id AND e.kind = 'moved'
               AND e.payload ->> 'transition' IN ('extend', 'renew')) AS extensions,
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
    told = row._asdict() | _crew_time(session, case, move)
    if case.workflow == FIELD_WORK:  # the hot path: no office has anything to add
        return known(session, case, move, told)
    asked = {**move.inputs, **offices.filled(session, case)}
    more = offices.known(session, case, move.actor, asked, at=move.at)
    return replace(known(session, case, move, told), inputs=asked, **more)


def _crew_time(session: Session, case: CaseRow, move: Move) -> dict[str, int | bool | None]:
    crew = _crew(session, move)
    if crew is None:
        return {}
    job = workload.Job(case.id, move.at, case.resolve_by or move.at)
    minutes = catalogue.version(session, case.service_id).duration_min
    return {
        "crew_minutes_left": workload.minutes_left(session, crew, job),
        "crew_tired": workload.must_rest(session, crew, job, minutes, is_danger=case.priority == DANGER),
    }


def known(session: Session, case: CaseRow, move: Move, row: Mapping[str, Any]) -> Facts:
    """Return what is known of a case, `row` telling what its own columns do not: see the query above."""
    parent = str(move.inputs.get("parent") or "")
    service = catalogue.version(session, case.service_id)
    crew = _crew(session, move)
    zone = ZoneInfo(selected(session).zone)
    offered, code = catalogue.current(session).catalogue, str(move.inputs.get("service_code"))
    new = offered.service(code) if code in offered else None
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
        crew_rested=not row.get("crew_tired", False),
        job_minutes=service.duration_min,
        department=case.department,
        district=_district(session, case),
        departments=frozenset(catalogue.current(session).departments),
        districts=frozenset(grounds.current(session).by_code),
        new_service_exists=new is not None,
        new_service_family=new.workflow if new is not None else "",
        distance_m=_distance(row, move),
        photos=len(move.pictures),
        photos_after=row["photos_after"] + len(move.pictures),
        device_at=move.device_at,
        received_at=case.opened_at,
        started_at=case.started_at,
        completed_at=case.completed_at,
        closed_at=case.closed_at,
        resolve_by=case.resolve_by,
        outcome=case.outcome,
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
        rule_id="triage" if case.crew_id is not None or _is_ruled(case) else None,
    )


def _district(session: Session, case: CaseRow) -> str:
    district = grounds.current(session).by_id.get(case.district_id or 0)
    return district.code if district else ""


def _is_ruled(case: CaseRow) -> bool:
    """Tell whether a rule says whose work it is, although nobody could come in time."""
    return any(each["step"] == "crew" and each["rule"] != explaining.NOBODY for each in case.triage)


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
