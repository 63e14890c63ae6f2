"""Firing timers: claimed, checked against the case as it stands, done, taken off, in one transaction.

Twice is impossible for two reasons, each enough alone: what a timer did is committed with its removal, and
before it does anything its case's timers are worked out anew from the history, which holds what was done.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker import outbox
from tracker.outbox import ATTEMPTS
from tracker.prepared import Prepared
from tracker.timers import acting, queries
from tracker.timers.acting import Due

# Those due longest that nobody holds, one of each case. Not before an earlier one of its case is done, and
# not before facts that happened before it fell due are followed: what should have been done while no worker
# ran is done in the order in which it would have been. The cases are held too, without ever waiting for one:
# who joins two of them cannot wait for us while we wait for them; what a person moves is left for later.
_CLAIM = Prepared(f"""
    SELECT t.id, t.case_id, t.name, t.due_at, t.attempts FROM timer t JOIN "case" c ON c.id = t.case_id
    WHERE t.due_at <= least(CAST(:now AS timestamptz), coalesce(
              (SELECT o.at FROM outbox o WHERE o.attempts = 0 ORDER BY o.id LIMIT 1), 'infinity'))
      AND t.attempts < {ATTEMPTS} AND (t.not_before IS NULL OR t.not_before <= :now)
      AND NOT EXISTS (
          SELECT 1 FROM timer e WHERE e.case_id = t.case_id AND e.attempts < {ATTEMPTS}
             AND (e.attempts > 0 OR e.not_before IS NULL OR e.not_before <= :now)
             AND (e.due_at, e.set_by, e.name, e.id) < (t.due_at, t.set_by, t.name, t.id))
    ORDER BY t.due_at, t.id LIMIT CAST(:most AS int) FOR NO KEY UPDATE OF t, c SKIP LOCKED
""")  # noqa: S608 -- composed of constants
_DELETE = Prepared("DELETE FROM timer WHERE id = :id")
_MOVE = Prepared("UPDATE timer SET due_at = :due_at WHERE id = :id")
_WAIT = Prepared("UPDATE timer SET not_before = :until, attempts = 0 WHERE id = :id")
_POSTPONE = text("""
    UPDATE timer SET attempts = attempts + 1, not_before = :not_before, error = :error WHERE id = :id
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Fired:
    """What became of a timer: fired, dropped (its case moved on), moved to later, postponed, parked."""

    name: str
    case_id: UUID
    outcome: str


def claim(session: Session, *, now: datetime, most: int) -> list[Any]:
    """Return the timers to fire, the one due longest first; they and their cases are held until the end."""
    return _CLAIM.all(session, {"now": now, "most": most})


def fire(session: Session, timer: Any, *, now: datetime) -> Fired:
    """Do what a claimed timer is for and take it off. The caller commits."""
    found = queries.known(session, [timer.case_id])
    wanted = {one.id_for(timer.case_id): one for known in found for one in queries.wanted(session, known)}
    standing = wanted.get(timer.id)
    if standing is None:
        _DELETE.later(session, {"id": timer.id})
        return _told(timer, "dropped")
    if standing.due_at > now:
        _MOVE.run(session, {"id": timer.id, "due_at": standing.due_at})
        return _told(timer, "moved")
    until = acting.act(session, Due(known=found[0], timer=standing, now=now))
    if until is not None:
        _WAIT.run(session, {"id": timer.id, "until": until})
        return _told(timer, "moved")
    _DELETE.later(session, {"id": timer.id})
    return _told(timer, "fired")


def postpone(session: Session, timer: Any, *, now: datetime, error: str) -> Fired:
    """Try a timer again later, twice as late each time, or park it with its error at the last failure."""
    tried = timer.attempts + 1
    session.execute(
        _POSTPONE,
        {
            "id": timer.id,
            "not_before": now + max(outbox.wait_after(tried), timedelta(seconds=1)),
            "error": error[: outbox.LONGEST_ERROR],
        },
    )
    return _told(timer, "parked" if tried >= ATTEMPTS else "postponed")


def _told(timer: Any, outcome: str) -> Fired:
    return Fired(name=timer.name, case_id=timer.case_id, outcome=outcome)
