"""The nightly check: no open case lacks a team, a due date and a next action, nor the timers it should have.

The database refuses the first (a constraint of `case`); this looks all the same, since a constraint can be
dropped and a restored dump may come without. What can be put right is, the rest is an alarm in the log.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker import outbox
from tracker.cases import circumstances, families, queries
from tracker.catalogue import queries as catalogue
from tracker.catalogue.errors import StandardNotFound
from tracker.timers import adopting

log = structlog.get_logger()
_LACKING = text("""
    SELECT number, department, resolve_by, next_action FROM "case"
    WHERE is_open AND (coalesce(department, '') = '' OR resolve_by IS NULL OR coalesce(next_action, '') = '')
    ORDER BY number LIMIT 1000
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What a check found: cases put right, cases that could not be, cases whose timers were missing."""

    repaired: tuple[str, ...]
    left: tuple[str, ...]
    adopted: int


def check(session: Session, now: datetime) -> Checked:
    """Find open cases that lack what every open case has, put them right, and say which could not be."""
    repaired: list[str] = []
    left: list[str] = []
    for row in session.execute(_LACKING).all():
        (repaired if _repair(session, row) else left).append(row.number)
    # Whoever follows facts sets timers: we do so only while nobody else does.
    adopted = adopting.adopt(session, now).cases if outbox.take_turn(session) else 0
    if repaired:
        log.warning("cases.repaired", numbers=repaired)
    if left:
        log.error("cases.without_promise", numbers=left)
    if adopted:
        log.warning("cases.timers_missing", cases=adopted)
    return Checked(repaired=tuple(repaired), left=tuple(left), adopted=adopted)


def _repair(session: Session, row: Any) -> bool:
    """Give a case what it lacks, as triage would have; tell whether its service still promises anything."""
    case = queries.locked(session, row.number)
    state = families.current(session).machine(case.workflow, case.workflow_version).state(case.status)
    service = catalogue.version(session, case.service_id)
    setting = circumstances.of(session, case, received_at=case.opened_at)
    try:
        decision = circumstances.decide(session, service, setting)
    except StandardNotFound:
        return False
    case.next_action = case.next_action or state.next_actor
    case.department = case.department or decision.department
    case.resolve_by = case.resolve_by or decision.resolve_by
    session.flush()
    return True
