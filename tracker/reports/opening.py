"""Open a case with its first report: triaged, promised, sealed, in one statement."""

from typing import Any

from sqlalchemy.orm import Session

from tracker import events, ids
from tracker.cases import families
from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import Service
from tracker.db import selected
from tracker.dispatch import board as boards
from tracker.dispatch import desk as desks
from tracker.dispatch import service as dispatch
from tracker.dispatch.service import Triage
from tracker.places import ground as grounds
from tracker.reports import drafting, rows
from tracker.reports.submission import Intake, Known, Receipt


def open_case(session: Session, intake: Intake) -> Receipt:
    """Open the case of a report. The case takes the report's number (docs/decisions/0005)."""
    submission, service, located = intake.submission, intake.service, intake.located
    machine = families.current(session).machine(service.workflow)
    setting = setting_of(intake)
    decision = decide(session, service, setting)
    number = drafting.number_of(selected(session), submission.received_at, located.serial)
    link = drafting.Link(report_id=ids.new_id(), case_id=ids.new_id(), number=number, kind="opened")
    history = events.seal(
        link.case_id,
        events.Tail(),
        *facts_of(intake, number, decision, status=machine.transitions[submission.first].target),
    )
    values = values_of(session, intake, link, decision) | {
        "last_seq": history[-1].seq,
        "last_hash": history[-1].hash,
    }
    rows.open_case(session, intake, values, history)
    return Receipt(
        number=number,
        secret=link.secret,
        received_at=submission.received_at,
        link=link.kind,
        located=located,
        case=Known(
            id=link.case_id,
            number=number,
            service_code=service.code,
            workflow=service.workflow,
            workflow_version=machine.version,
            status=machine.transitions[submission.first].target,
            reports_count=1,
            opened_at=submission.received_at,
            place=located.text,
        ),
        district=located.district.code if located.district else None,
        department=decision.department,
        crew_id=decision.crew.id if decision.crew else None,
        priority=decision.priority,
        respond_by=decision.respond_by,
        resolve_by=decision.resolve_by,
        reasons=tuple(reason.as_mapping() for reason in decision.reasons),
        lookalikes=intake.found,
        pictures=submission.pictures,
    )


def values_of(session: Session, intake: Intake, link: drafting.Link, decision: Triage) -> dict[str, Any]:
    """Return the columns of a report and of the case it opens, but for the end of its history."""
    submission, service, located = intake.submission, intake.service, intake.located
    machine = families.current(session).machine(service.workflow)
    status = machine.transitions[submission.first].target
    return drafting.report_values(intake, link) | {
        "service_id": catalogue.current(session).rows[service.code],
        "workflow": service.workflow,
        "workflow_version": machine.version,
        "status": status,
        "priority": decision.priority,
        "place_text": located.text,
        "district_id": located.district.id if located.district else None,
        "boundary_set_id": grounds.current(session).boundary_set_id if located.district else None,
        "department": decision.department,
        "crew_id": decision.crew.id if decision.crew else None,
        "respond_by": decision.respond_by,
        "resolve_by": decision.resolve_by,
        "suspended_since": decision.suspended_since,
        "next_action": machine.state(status).next_actor,
        "summary": drafting.summary(submission.description),
        "words": drafting.search_words(link.number, located.text, service, submission.description),
        "triage": rows.as_json([reason.as_mapping() for reason in decision.reasons]),
        "is_public": drafting.is_public(service),
    }


def setting_of(intake: Intake) -> dispatch.Setting:
    """Return what triage looks at in a report."""
    located = intake.located
    return dispatch.Setting(
        district_code=located.district.code if located.district else None,
        district_name=located.district.name if located.district else None,
        road_class=located.segment.road_class if located.segment else None,
        answers=intake.submission.answers,
        received_at=intake.submission.received_at,
        segment_code=located.segment.code if located.segment else None,
        segment_id=located.segment.id if located.segment else None,
        asset_id=located.asset.id if located.asset else None,
        street=located.segment.name if located.segment else None,
        lon=located.lon,
        lat=located.lat,
        last_crew_id=intake.last_crew_id,
    )


def decide(session: Session, service: Service, setting: dispatch.Setting) -> Triage:
    """Triage a report that opens a case. Raises catalogue.errors.StandardNotFound."""
    department = catalogue.current(session).department(service.department)
    board = boards.current(session, setting.decided_at)
    return dispatch.triage(desks.current(session), service, setting, department=department, board=board)


def facts_of(
    intake: Intake, number: str, decision: Triage, *, status: str = ""
) -> tuple[events.Fact, events.Fact]:
    """Return how the history of a case begins."""
    submission, district = intake.submission, intake.located.district
    said: dict[str, str] = {"report": number, "service": intake.service.code, "channel": submission.channel}
    if submission.first != "receive":
        said["to"] = status
    received = events.Fact(
        kind="received",
        actor=submission.actor,
        at=submission.received_at,
        payload=said,
    )
    triaged = events.Fact(
        kind="triaged",
        actor="system",
        at=submission.received_at,
        payload={
            "department": decision.department,
            "crew": decision.crew.code if decision.crew else None,
            "district": district.code if district else None,
            "priority": decision.priority,
            "rules": [reason.rule for reason in decision.reasons],
        },
    )
    return received, triaged
