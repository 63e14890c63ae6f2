"""Attach a report to the case it repeats: one more person saw it."""

from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from tracker import events, ids
from tracker.cases import errors as case_errors
from tracker.cases import families
from tracker.db import selected
from tracker.places import ground as grounds
from tracker.reports import drafting, lookalikes, rows
from tracker.reports.submission import Intake, Known, Receipt

# The case that survived a merge is locked, never the one that went into it: merges lock by number, and a
# child locked before its parent could wait for them while they wait for it.
_LOCK = text("""
    SELECT id, number, service_code, workflow, workflow_version, status, is_open, parent_id, version,
           reports_count, opened_at, place_text, department, crew_id, priority, respond_by, resolve_by,
           triage, district_id, last_seq, last_hash, ST_X(geom) AS lon, ST_Y(geom) AS lat,
           geom_accuracy_m, is_public
    FROM "case" WHERE id = (SELECT coalesce(parent_id, id) FROM "case" WHERE number = :number)
    FOR NO KEY UPDATE
""")

# FixMyStreet's citizens are shown what lies within 250 m: beyond, nobody can mean the same thing.
MOST_APART_M = 250.0


def attach(session: Session, intake: Intake, number: str, kind: str) -> Receipt:
    """Attach a report to case `number`, or to the case that one was merged into.

    Raises cases.errors.CaseNotFound, CaseNotOpen, OtherService, TooFar.
    """
    submission, located = intake.submission, intake.located
    case = _locked(session, number)
    if kind == "attached" and not _may_join(session, intake, case):
        raise case_errors.CaseNotFound(number)
    if case["workflow"] != intake.service.workflow:
        raise case_errors.OtherService
    if not case["is_open"]:
        raise case_errors.CaseNotOpen
    if kind == "attached" and not submission.is_staff:
        _check_likeness(session, intake, case)
    own = drafting.number_of(selected(session), submission.received_at, located.serial)
    link = drafting.Link(report_id=ids.new_id(), case_id=case["id"], number=own, kind=kind)
    fact = fact_of(intake, own, kind)
    tail = events.Tail(seq=case["last_seq"], hash=bytes(case["last_hash"]))
    history = events.seal(case["id"], tail, fact)
    values = drafting.report_values(intake, link) | drafting.mean_position(dict(case), located)
    values |= {"last_seq": history[-1].seq, "last_hash": history[-1].hash}
    rows.attach_report(session, intake, values, history)
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
            workflow=case["workflow"],
            workflow_version=case["workflow_version"],
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


def fact_of(intake: Intake, number: str, kind: str) -> events.Fact:
    """Return what the history of a case says of one more report, number `number`."""
    submission = intake.submission
    payload: dict[str, Any] = {"report": number, "link": kind, "channel": submission.channel}
    if kind == "auto_attached" and intake.found:
        # A decision by a machine says what it rested on (Law 25, section 65.2); the reasons are kept beside.
        best = intake.found[0]
        payload |= {"probability": round(best.ranked.score.probability, 4), "model": best.model}
    return events.Fact(
        kind="report_attached", actor=submission.actor, at=submission.received_at, payload=payload
    )


def _locked(session: Session, number: str) -> RowMapping:
    """Lock a case for one more report, following a merge to the case that survived it."""
    case = session.execute(_LOCK, {"number": number}).mappings().one_or_none()
    if case is None:
        raise case_errors.CaseNotFound(number)
    if case["parent_id"] is not None:  # merged while its lock was waited for
        raise case_errors.CaseChanged(case["version"])
    return case


def _check_likeness(session: Session, intake: Intake, case: RowMapping) -> None:
    """Refuse « the same » of a thing that cannot be: too far, or of a service it is never confused with."""
    if case["id"] in {each.case.id for each in intake.found}:
        return
    if not lookalikes.may_be_confused(session, intake.service.code, case["service_code"]):
        raise case_errors.OtherService
    apart_m = drafting.distance_m(dict(case), intake.located)
    if apart_m is not None and apart_m > MOST_APART_M:
        raise case_errors.TooFar(apart_m)


def _may_join(session: Session, intake: Intake, case: RowMapping) -> bool:
    """Tell whether a report may say « the same » of a case; a citizen only of what everyone may see.

    A number that was guessed must not tell what somebody asked at home, or of the court.
    """
    if case["workflow"] in families.current(session).sealed:
        return False
    shown = {each.case.id for each in intake.found}
    return intake.submission.is_staff or case["is_public"] or case["id"] in shown
