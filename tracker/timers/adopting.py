"""Taking up cases that no worker has followed: imported ones, the demo's, those of before workers were.

What fell due before is not made up for: nobody is reminded today of what they should have done two years ago.
Only transitions are (closing what was done long ago), silently: written down, told to nobody. From now on a
case that was taken up is like any other: the steps of its promise that are still to come stand.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from tracker.cases import families
from tracker.prepared import Prepared
from tracker.timers import queries, service

BATCH = 500
# Cases that may wait for something: open ones, and those in a status that is no end (done, not yet closed).
_UNFOLLOWED = Prepared("""
    SELECT c.id FROM "case" c
    WHERE (c.is_open OR c.status = ANY(:waiting))
      AND (CAST(:after AS uuid) IS NULL OR c.id > CAST(:after AS uuid))
      AND NOT EXISTS (SELECT 1 FROM timer t WHERE t.case_id = c.id)
      AND NOT EXISTS (SELECT 1 FROM timer_adoption a WHERE a.case_id = c.id)
      AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.case_id = c.id)
    ORDER BY c.id LIMIT CAST(:most AS int)
""")
_ADOPT = Prepared("""
    INSERT INTO timer_adoption (case_id, at) SELECT unnest(CAST(:ids AS uuid[])), :now ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Adopted:
    """How many cases were taken up, timers set, and timers that fell due before and were left."""

    cases: int = 0
    timers: int = 0
    lapsed: int = 0


def adopt(session: Session, now: datetime) -> Adopted:
    """Set the timers of cases nobody has followed. Take your turn before (`outbox.take_turn`)."""
    cases = timers = lapsed = 0
    after: UUID | None = None
    waiting = _waiting(session)
    while True:
        rows = _UNFOLLOWED.all(session, {"waiting": waiting, "after": after, "most": BATCH})
        if not rows:
            return Adopted(cases=cases, timers=timers, lapsed=lapsed)
        after = rows[-1].id
        ids: list[UUID] = []
        for case in queries.known(session, [row.id for row in rows]):
            standing = queries.wanted(session, case)
            if standing:
                ids.append(case.subject.id)
                lapsed += sum(1 for timer in standing if timer.due_at <= now and not timer.fires)
        if ids:
            _ADOPT.run(session, {"ids": ids, "now": now})
            timers += service.bring(session, ids)
            cases += len(ids)


def _waiting(session: Session) -> list[str]:
    """Return the statuses, of any family, in which a case that is not open waits for something."""
    return sorted(
        {
            state.code
            for _, machine in families.current(session).every()
            for state in machine.states.values()
            if not state.is_open and not state.is_final
        }
    )
