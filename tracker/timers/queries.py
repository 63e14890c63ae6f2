"""Reading what timers are worked out from, and the timers that stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from tracker.cases import families
from tracker.catalogue import errors as catalogue_errors
from tracker.catalogue import queries as catalogue
from tracker.catalogue.conditions import facts
from tracker.catalogue.definitions import RESOLVE, RESPOND, Service
from tracker.dispatch import desk as desks
from tracker.dispatch.pools import ROAD_CLASSES
from tracker.prepared import Prepared
from tracker.timers import deriving
from tracker.timers.subject import Happened, Standing, Subject

_KINDS = (
    "'received', 'moved', 'timer_fired', 'page_acknowledged', 'merged', 'unlinked', 'imported', 'entered'"
)
_SUBJECTS = Prepared(f"""
    SELECT c.id, c.number, c.service_id, c.workflow, c.workflow_version, c.status, c.is_open, c.priority,
           c.crew_id, c.district_id, c.opened_at, c.respond_by, c.resolve_by, c.responded_at, c.department,
           c.service_code, c.place_text,
           coalesce(s.class, CAST(gone.facts->>'class' AS smallint)) AS road_class, r.answers,
           adopted.at AS adopted_at,
           (SELECT jsonb_agg(jsonb_build_object(
                'seq', e.seq, 'kind', e.kind, 'at', e.at, 'actor', e.actor, 'payload', e.payload)
                ORDER BY e.seq)
            FROM event e WHERE e.case_id = c.id AND e.kind IN ({_KINDS})) AS events
    FROM "case" c
    LEFT JOIN street_segment s ON s.id = c.segment_id
    LEFT JOIN retired_place gone ON gone.kind = 'segment' AND gone.id = c.segment_id
    LEFT JOIN timer_adoption adopted ON adopted.case_id = c.id
    LEFT JOIN LATERAL (
        SELECT answers FROM report WHERE case_id = c.id
        ORDER BY (number = c.number) DESC, received_at, id LIMIT 1
    ) r ON true
    WHERE c.id = ANY(:ids)
""")  # noqa: S608 -- composed of constants
_STANDING = Prepared("SELECT id, case_id, due_at FROM timer WHERE case_id = ANY(:ids)")
_OF_CASE = Prepared("""
    SELECT told.level, told.at, told.promised_for, told.reason, coalesce(
        (SELECT json_agg(json_build_object('name', t.name, 'due_at', t.due_at, 'fires', t.fires,
                                           'failed', t.error IS NOT NULL) ORDER BY t.due_at, t.id)
         FROM timer t WHERE t.case_id = :id), '[]') AS timers
    FROM (VALUES (1)) AS always (n) LEFT JOIN LATERAL (
        SELECT level, at, promised_for, reason FROM escalation WHERE case_id = :id ORDER BY seq DESC LIMIT 1
    ) told ON true
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A case whose timers can be worked out, and the columns whoever fires one needs."""

    row: Any
    subject: Subject


def known(session: Session, case_ids: Sequence[UUID]) -> list[Known]:
    """Return cases with their histories, in no order."""
    rows = _SUBJECTS.all(session, {"ids": list(case_ids)})
    return [Known(row=row, subject=_subject(session, row)) for row in rows]


def wanted(session: Session, case: Known) -> list[Standing]:
    """Return the timers that should stand on a case, by the version of the workflow it runs by."""
    machine = families.current(session).machine(case.row.workflow, case.row.workflow_version)
    return deriving.standing(case.subject, machine, desks.current(session).calendar)


def standing(session: Session, case_ids: Sequence[UUID]) -> dict[UUID, dict[UUID, datetime]]:
    """Return the timers that stand, by case: each one's identifier and when it is due."""
    found: dict[UUID, dict[UUID, datetime]] = {}
    for row in _STANDING.all(session, {"ids": list(case_ids)}):
        found.setdefault(row.case_id, {})[row.id] = row.due_at
    return found


def of_case(session: Session, case_id: UUID) -> Any:
    """Return a case's `timers`, the next one first, and the last `level` that was told, None if none was."""
    return _OF_CASE.one_or_none(session, {"id": case_id})


def _subject(session: Session, row: Any) -> Subject:
    service = catalogue.version(session, row.service_id)
    known = facts(row.answers or {}, road_class=ROAD_CLASSES.get(row.road_class or 0))
    return Subject(
        id=row.id,
        status=row.status,
        is_open=row.is_open,
        priority=row.priority,
        has_crew=row.crew_id is not None,
        opened_at=row.opened_at,
        respond_by=row.respond_by,
        resolve_by=row.resolve_by,
        responded_at=row.responded_at,
        respond_in_business_time=_is_business(service, RESPOND, known),
        resolve_in_business_time=_is_business(service, RESOLVE, known),
        adopted_at=row.adopted_at,
        events=tuple(
            Happened(
                seq=event["seq"],
                kind=event["kind"],
                at=datetime.fromisoformat(event["at"]),
                actor=event["actor"],
                payload=event["payload"],
            )
            for event in row.events or ()
        ),
    )


def _is_business(service: Service, kind: str, known: Any) -> bool:
    try:
        standard = service.standard_for(kind, known)
    except catalogue_errors.StandardNotFound:
        return False
    return standard.by is None and standard.unit.startswith("business")
