"""Attach a report to the case it repeats: one more person saw it."""

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from tracker import events, ids
from tracker.cases import errors as case_errors
from tracker.db import selected
from tracker.places import ground as grounds
from tracker.reports import drafting, rows
from tracker.reports.submission import Intake, Known, Receipt

_LOCK = text("""
    SELECT id, number, service_code, workflow, status, is_open, parent_id, reports_count, opened_at,
           place_text, department, crew_id, priority, respond_by, resolve_by, triage, district_id,
           last_seq, last_hash, ST_X(geom) AS lon, ST_Y(geom) AS lat, geom_accuracy_m
    FROM "case" WHERE number = :number FOR UPDATE
""")
_PARENT = text('SELECT number FROM "case" WHERE id = :id')


def attach(session: Session, intake: Intake, number: str, kind: str) -> Receipt:
    """Attach a report to case `number`, or to the case that one was merged into.

    Raises cases.errors.CaseNotFound, CaseNotOpen, OtherService.
    """
    submission, located = intake.submission, intake.located
    case = _locked(session, number)
    if case["workflow"] != intake.service.workflow:
        raise case_errors.OtherService
    own = drafting.number_of(selected(session), submission.received_at, located.serial)
    link = drafting.Link(report_id=ids.new_id(), case_id=case["id"], number=own, kind=kind)
    fact = events.Fact(
        kind="report_attached",
        actor=submission.actor,
        at=submission.received_at,
        payload={"report": own, "link": kind, "channel": submission.channel},
    )
    tail = events.Tail(seq=case["last_seq"], hash=bytes(case["last_hash"]))
    history = events.seal(case["id"], tail, fact)
    values = drafting.report_values(intake, link) | drafting.mean_position(dict(case), located)
    values |= {"last_seq": history[-1].seq, "last_hash": history[-1].hash}
    rows.attach_report(session, values, history)
    rows.keep_rest(session, intake, link.report_id)
    district = grounds.current(session).by_id.get(case["district_id"])
    return Receipt(
        number=own,
        secret=link.secret,
        received_at=submission.received_at,
        link=kind,
        located=located,
        case=Known(
            id=case["id"],
            number=case["number"],
            service_code=case["service_code"],
            status=case["status"],
            reports_count=case["reports_count"] + 1,
            opened_at=case["opened_at"],
            place=case["place_text"],
        ),
        district=district.code if district else None,
        department=case["department"],
        crew_id=case["crew_id"],
        priority=case["priority"],
        respond_by=case["respond_by"],
        resolve_by=case["resolve_by"],
        reasons=tuple(case["triage"]),
        lookalikes=tuple(each for each in intake.found if each.case.id != case["id"]),
        pictures=submission.pictures,
    )


def _locked(session: Session, number: str) -> RowMapping:
    """Lock a case for one more report, following a merge to the case that survived it."""
    case = session.execute(_LOCK, {"number": number}).mappings().one_or_none()
    if case is None:
        raise case_errors.CaseNotFound(number)
    if case["parent_id"] is not None:
        return _locked(session, str(session.scalar(_PARENT, {"id": case["parent_id"]})))
    if not case["is_open"]:
        raise case_errors.CaseNotOpen
    return case
