"""Opening a case of its own for a report that leaves another one."""

from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from gis import text as words
from tracker import events, ids
from tracker.cases import families, history, service
from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.db import selected
from tracker.dispatch import desk as desks
from tracker.dispatch import service as dispatch
from tracker.events import EventRow, Fact
from tracker.places import ground as grounds

_REPORT = text("SELECT number, received_at, description, answers, address_text FROM report WHERE id = :id")
_OPEN = text("""
    INSERT INTO "case" (id, number, service_id, service_code, workflow, workflow_version, status, status_since,
        is_open, priority, geom, geom_accuracy_m, place_text, district_id, boundary_set_id, segment_id, asset_id,
        department, crew_id, respond_by, resolve_by, next_action, summary, search, triage, is_public,
        reports_count, opened_at, last_report_at, updated_at, version, last_seq, last_hash)
    SELECT :id, :number, :service_id, o.service_code, o.workflow, :workflow_version, :status, :at, true, :priority,
        coalesce(r.geom, o.geom), coalesce(r.accuracy_m, o.geom_accuracy_m), coalesce(r.address_text, o.place_text),
        o.district_id, o.boundary_set_id, o.segment_id, r.asset_id, :department, CAST(:crew_id AS bigint),
        :respond_by, :resolve_by, :next_action, left(r.description, 280), to_tsvector('simple', :words),
        CAST(:triage AS jsonb), o.is_public, 1, r.received_at, r.received_at, :at, 1, :last_seq, :last_hash
    FROM "case" o, report r WHERE o.id = :origin AND r.id = :report_id
""")


def open_for(session: Session, origin: CaseRow, report_id: UUID, *, at: datetime) -> CaseRow:
    """Open a case like `origin` for one report, triaged as of the report's receipt; return it locked.

    The number is a new one: the report's own number may name the case it leaves.
    """
    report = session.execute(_REPORT, {"id": report_id}).one()
    loaded, town = catalogue.current(session), selected(session)
    wanted = loaded.catalogue.service(origin.service_code)
    machine = families.current(session).machine(wanted.workflow)
    district = grounds.current(session).by_id.get(origin.district_id or 0)
    decision = dispatch.triage(
        desks.current(session),
        wanted,
        dispatch.Setting(
            district_code=district.code if district else None,
            district_name=district.name if district else None,
            road_class=None,
            answers=report.answers,
            received_at=report.received_at,
        ),
        department=loaded.department(wanted.department),
    )
    serial = session.execute(text("SELECT nextval('number_seq')")).scalar_one()
    number = f"{town.prefix}-{at.year}-{serial:05d}"
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
            "service_id": loaded.rows[wanted.code],
            "workflow_version": machine.version,
            "status": machine.initial,
            "at": at,
            "priority": decision.priority,
            "department": decision.department,
            "crew_id": decision.crew.id if decision.crew else None,
            "respond_by": decision.respond_by,
            "resolve_by": decision.resolve_by,
            "next_action": machine.state(machine.initial).next_actor,
            "words": words.fold(
                f"{number} {report.address_text or ''} {wanted.name.fr} {report.description}"
            ),
            "triage": orjson.dumps([reason.as_mapping() for reason in decision.reasons]).decode(),
            "last_seq": sealed[-1].seq,
            "last_hash": sealed[-1].hash,
            "origin": origin.id,
            "report_id": report_id,
        },
    )
    session.execute(insert(EventRow), history.as_rows(sealed))
    return service.lock(session, number)
