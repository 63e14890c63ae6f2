"""Opening a case of its own for a report that leaves another one."""

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from tracker import events, ids
from tracker.cases import circumstances, families, history, queries
from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.db import selected
from tracker.events import EventRow, Fact
from tracker.places import ground as grounds
from tracker.places.ground import DistrictRef
from tracker.reports import drafting, rows

_REPORT = text("""
    SELECT number, received_at, description, answers, address_text, ST_X(geom) AS lon, ST_Y(geom) AS lat
    FROM report WHERE id = :id
""")
_OPEN = text("""
    INSERT INTO "case" (id, number, service_id, service_code, workflow, workflow_version, status,
        status_since, is_open, priority, geom, geom_accuracy_m, place_text, district_id, boundary_set_id,
        segment_id, asset_id, department, crew_id, respond_by, resolve_by, suspended_since, next_action,
        summary, search, triage, is_public, reports_count, opened_at, last_report_at, updated_at, version,
        last_seq, last_hash)
    SELECT :id, :number, :service_id, :service_code, :workflow, :workflow_version, :status,
        :at, true, :priority, coalesce(r.geom, o.geom), coalesce(r.accuracy_m, o.geom_accuracy_m),
        coalesce(r.address_text, o.place_text), CAST(:district_id AS bigint), o.boundary_set_id,
        coalesce(r.segment_id, o.segment_id), r.asset_id,
        :department, CAST(:crew_id AS bigint), :respond_by, :resolve_by,
        CAST(:suspended_since AS timestamptz), :next_action, :summary,
        to_tsvector('simple', :words), CAST(:triage AS jsonb), :is_public, 1, r.received_at,
        r.received_at, :at, 1, :last_seq, :last_hash
    FROM "case" o, report r WHERE o.id = :origin AND r.id = :report_id
""")


def open_for(
    session: Session, origin: CaseRow, report_id: UUID, *, at: datetime, service_code: str | None = None
) -> CaseRow:
    """Open a case for one report of `origin`, of its service or another; return it locked.

    It is triaged as of the report's receipt, where the report is. The number is a new one: the report's own
    may name the case it leaves.
    """
    report = session.execute(_REPORT, {"id": report_id}).one()
    town = selected(session)
    wanted = catalogue.current_or_version(session, service_code or origin.service_code, origin.service_id)
    machine = families.current(session).machine(wanted.service.workflow)
    district = _district(session, origin, report.lon, report.lat)
    setting = replace(
        circumstances.of(session, origin, received_at=report.received_at),
        district_code=district.code if district else None,
        district_name=district.name if district else None,
    )
    decision = circumstances.decide(session, wanted.service, replace(setting, answers=report.answers))
    serial = session.execute(text("SELECT nextval('number_seq')")).scalar_one()
    number = drafting.number_of(town, at, serial)
    case_id = ids.new_id()
    received = Fact(
        kind="received", actor="system", at=at, payload={"report": report.number, "split_from": origin.number}
    )
    sealed = events.seal(case_id, events.Tail(), received)
    session.flush()
    session.execute(
        _OPEN,
        {
            "id": case_id,
            "number": number,
            "service_id": wanted.id,
            "service_code": wanted.service.code,
            "workflow": wanted.service.workflow,
            "is_public": drafting.is_public(wanted.service),
            "district_id": district.id if district else None,
            "workflow_version": machine.version,
            "status": machine.initial,
            "at": at,
            "priority": decision.priority,
            "department": decision.department,
            "crew_id": decision.crew.id if decision.crew else None,
            "respond_by": decision.respond_by,
            "resolve_by": decision.resolve_by,
            "suspended_since": decision.suspended_since,
            "next_action": machine.state(machine.initial).next_actor,
            "summary": drafting.summary(report.description),
            "words": drafting.search_words(number, report.address_text, wanted.service, report.description),
            "triage": rows.as_json([reason.as_mapping() for reason in decision.reasons]),
            "last_seq": sealed[-1].seq,
            "last_hash": sealed[-1].hash,
            "origin": origin.id,
            "report_id": report_id,
        },
    )
    session.execute(insert(EventRow), history.as_rows(sealed))
    return queries.locked(session, number)


def _district(session: Session, origin: CaseRow, lon: float | None, lat: float | None) -> DistrictRef | None:
    """Return the district of the report's own place; of the case it leaves when that is unknown."""
    ground = grounds.current(session)
    code = ground.districts.find(lon, lat).code if lon is not None and lat is not None else None
    return ground.by_code[code] if code is not None else ground.by_id.get(origin.district_id or 0)
