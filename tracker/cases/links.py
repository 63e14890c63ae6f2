"""Reports moved between cases: merge, attach, detach, and the exact undo of each.

Nobody's words move: only `report.case_id` and `report.link` do. Before each change both rows are kept
whole, so that an undo gives them back as they were; the history tells both the change and the undo.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from tracker import ids
from tracker.accounts.actor import Actor
from tracker.cases import clocks, errors, facts, history, service, splitting
from tracker.cases.facts import Move
from tracker.cases.models import CaseRow, LinkChange
from tracker.events import Fact
from tracker.workflow import guards

UNDO_WITHIN = timedelta(days=30)

# What an undo gives back: the projection without its version, its place in the chain and its clock.
_SNAPSHOT = text("""
    SELECT to_jsonb(c) - '{id,version,last_seq,last_hash,updated_at,search,geom}'::text[] AS kept
    FROM "case" c WHERE c.id = :id
""")
_REPORTS = text("SELECT id, number, link FROM report WHERE case_id = :id ORDER BY received_at, id FOR UPDATE")
_MOVE = text("UPDATE report SET case_id = :into, link = :link WHERE id = :report_id")


@dataclass(frozen=True, kw_only=True, slots=True)
class Linking:
    """Who changes a link, when, and the version of the case they looked at."""

    actor: Actor
    at: datetime
    expected_version: int | None = None


def merge(session: Session, number: str, into: str, linking: Linking) -> LinkChange:
    """Join a case to another one, which takes its reports; the first becomes its duplicate.

    Raises CaseNotFound, CaseChanged, SameCase, OtherService, workflow.WorkflowError.
    """
    child, parent = _both(session, number, into, linking)
    if child.workflow != parent.workflow:
        raise errors.OtherService
    machine = service.machine_of(session, child)
    transition = machine.find("mark_duplicate", status=child.status, role=linking.actor.role)
    move = Move(
        transition="mark_duplicate", actor=linking.actor, at=linking.at, inputs={"parent": parent.number}
    )
    known = facts.gather(session, child, move)
    guards.check(transition, known)
    step = machine.advance(transition, status=child.status, return_to=child.previous_status, facts=known)
    moved = list(session.execute(_REPORTS, {"id": child.id}).mappings())
    change = _keep(session, "merge", child, parent, moved, linking)
    tick = clocks.Tick(session=session, case=child, at=linking.at, done_at=linking.at)
    clocks.apply(tick, step.named("clock"))
    state = machine.state(step.status)
    child.status, child.previous_status, child.status_since = step.status, step.return_to, linking.at
    child.is_open, child.next_action, child.parent_id = state.is_open, state.next_actor, parent.id
    child.closed_at = child.closed_at or linking.at
    _carry(session, child, parent, moved)
    _tell(session, child, "merged", {"into": parent.number, "link": str(change.id)}, linking)
    _tell(session, parent, "merge_received", {"from": child.number, "link": str(change.id)}, linking)
    return change


def attach(session: Session, number: str, report_number: str, linking: Linking) -> LinkChange:
    """Move one report into a case; when it is the only one of its own case, the two cases are merged.

    Raises CaseNotFound, ReportNotFound, CaseChanged, SameCase, CaseNotOpen, OtherService.
    """
    source = _case_of_report(session, report_number)
    if source["reports_count"] == 1:
        return merge(session, source["number"], number, Linking(actor=linking.actor, at=linking.at))
    origin, target = _both(session, source["number"], number, linking, expecting=number)
    if origin.workflow != target.workflow:
        raise errors.OtherService
    if not target.is_open:
        raise errors.CaseNotOpen
    moved = [
        row
        for row in session.execute(_REPORTS, {"id": origin.id}).mappings()
        if row["number"] == report_number
    ]
    change = _keep(session, "attach", origin, target, moved, linking)
    _carry(session, origin, target, moved)
    payload = {"report": report_number, "link": str(change.id)}
    _tell(session, origin, "report_detached", {**payload, "into": target.number}, linking)
    _tell(session, target, "report_attached", {**payload, "from": origin.number}, linking)
    return change


def detach(session: Session, number: str, report_number: str, linking: Linking) -> LinkChange:
    """Give one report of a case a case of its own, with promises counted from the report's receipt.

    Raises CaseNotFound, ReportNotFound, CaseChanged, LastReport.
    """
    origin = service.lock(session, number, expected_version=linking.expected_version)
    rows = list(session.execute(_REPORTS, {"id": origin.id}).mappings())
    moved = [row for row in rows if row["number"] == report_number]
    if not moved:
        raise errors.ReportNotFound(report_number)
    if len(rows) == 1:
        raise errors.LastReport
    kept = _snapshot(session, origin.id)
    target = splitting.open_for(session, origin, moved[0]["id"], at=linking.at)
    change = _keep(session, "detach", origin, target, moved, linking, before={"from": kept})
    _carry(session, origin, target, moved, counted=False)
    origin.reports_count -= 1
    payload = {"report": report_number, "link": str(change.id)}
    _tell(session, origin, "report_detached", {**payload, "into": target.number}, linking)
    _tell(session, target, "report_attached", {**payload, "from": origin.number}, linking)
    return change


def _both(
    session: Session, number: str, into: str, linking: Linking, *, expecting: str | None = None
) -> tuple[CaseRow, CaseRow]:
    """Lock two cases, always in the order of their numbers: two merges can wait, never deadlock."""
    if number == into:
        raise errors.SameCase
    watched = expecting or number
    locked = {
        each: service.lock(
            session, each, expected_version=linking.expected_version if each == watched else None
        )
        for each in sorted((number, into))
    }
    return locked[number], locked[into]


def _case_of_report(session: Session, report_number: str) -> RowMapping:
    found = (
        session.execute(
            text(
                'SELECT c.number, c.reports_count FROM report r JOIN "case" c ON c.id = r.case_id WHERE r.number = :n'
            ),
            {"n": report_number},
        )
        .mappings()
        .one_or_none()
    )
    if found is None:
        raise errors.ReportNotFound(report_number)
    return found


def _snapshot(session: Session, case_id: UUID) -> dict[str, Any]:
    session.flush()
    kept = session.execute(_SNAPSHOT, {"id": case_id}).scalar_one()
    assert isinstance(kept, dict)
    return kept


def _keep(
    session: Session,
    kind: str,
    origin: CaseRow,
    target: CaseRow,
    moved: list[RowMapping],
    linking: Linking,
    *,
    before: dict[str, Any] | None = None,
) -> LinkChange:
    change = LinkChange(
        id=ids.new_id(),
        kind=kind,
        from_case_id=origin.id,
        into_case_id=target.id,
        report_ids=[str(row["id"]) for row in moved],
        before={
            "from": _snapshot(session, origin.id),
            "into": _snapshot(session, target.id),
            "links": {str(row["id"]): row["link"] for row in moved},
            **(before or {}),
        },
        actor=linking.actor.ref,
        at=linking.at,
    )
    session.add(change)
    session.flush()
    return change


def _carry(
    session: Session, origin: CaseRow, target: CaseRow, moved: list[RowMapping], *, counted: bool = True
) -> None:
    for row in moved:
        session.execute(_MOVE, {"into": target.id, "link": "moved", "report_id": row["id"]})
    if counted:
        target.reports_count += len(moved)
        origin.reports_count -= len(moved)


def _tell(session: Session, case: CaseRow, kind: str, payload: dict[str, Any], linking: Linking) -> None:
    history.append(session, case, Fact(kind=kind, actor=linking.actor.ref, at=linking.at, payload=payload))
