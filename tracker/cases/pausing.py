"""Pauses that last too long: after 60 days in all the clock runs again, and a supervisor is told."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import sla
from tracker.cases import clocks, history, service
from tracker.cases.clocks import Tick
from tracker.cases.models import CaseRow
from tracker.events import Fact

SUPERVISOR = "supervisor"


def end_spent(session: Session, now: datetime) -> int:
    """Let the clock run where a case has had all the pause it may; return how many. Meant for every hour.

    The status stays: the case still waits, but is not excused any more. `pause_spent` is appended, and the
    next action is a supervisor's. The caller commits.
    """
    held = select(CaseRow.number, CaseRow.id).where(
        CaseRow.is_open, CaseRow.paused_since.is_not(None) | CaseRow.suspended_since.is_not(None)
    )
    return sum(
        _end(session, row.number, row.id, now) for row in session.execute(held.order_by(CaseRow.number))
    )


def _end(session: Session, number: str, case_id: UUID, now: datetime) -> bool:
    found = session.get(CaseRow, case_id)
    if found is None or (_spent_at(found) or now) >= now:
        return False
    case = service.lock(session, number)
    at = _spent_at(case)
    if not case.is_open or at is None or at > now:
        return False
    before = case.resolve_by
    clocks.release(Tick(session=session, case=case, at=now, done_at=now), at)
    case.next_action, case.next_action_at = SUPERVISOR, now
    payload = {
        "spent_at": at.isoformat(),
        "resolve_by": {
            "from": before.isoformat() if before else None,
            "to": case.resolve_by.isoformat() if case.resolve_by else None,
        },
    }
    history.append(session, case, Fact(kind="pause_spent", actor="system", at=now, payload=payload))
    return True


def _spent_at(case: CaseRow) -> datetime | None:
    """Return when the pause that runs will have used up all that the case may have."""
    running = [each for each in (case.paused_since, case.suspended_since) if each is not None]
    if not running:
        return None
    return sla.spent_at(min(running), clocks.pauses_of(case))
