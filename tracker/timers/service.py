"""Keeping the timers of cases as their history wants them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.oncall import service as oncall
from tracker.outbox import Followed
from tracker.prepared import Prepared
from tracker.reports.rows import as_json
from tracker.timers import queries
from tracker.timers.queries import Known
from tracker.timers.subject import Standing

_INSERT = Prepared("""
    INSERT INTO timer (id, case_id, name, due_at, status, fires, set_by, set_at, payload)
    SELECT CAST(t->>'id' AS uuid), CAST(t->>'case_id' AS uuid), t->>'name',
           CAST(t->>'due_at' AS timestamptz), t->>'status', t->>'fires', CAST(t->>'set_by' AS int),
           CAST(t->>'set_at' AS timestamptz), t->'payload'
    FROM jsonb_array_elements(CAST(:timers AS jsonb)) t
    ON CONFLICT (id) DO NOTHING
""")
_DELETE = Prepared("DELETE FROM timer WHERE id = ANY(:ids)")
_MOVE = text("UPDATE timer SET due_at = :due_at, attempts = 0, not_before = NULL WHERE id = :id")


def follow(session: Session, facts: Sequence[Followed], now: datetime) -> None:
    """Bring the timers of the cases these facts are about to what their histories want: set, moved, dropped.

    Only one transaction at a time may do this in a jurisdiction (`outbox.take_turn`).
    """
    cases = {fact.case_id for fact in facts}
    bring(session, cases)
    oncall.end_pages(session, sorted(cases), now)


def bring(session: Session, case_ids: Iterable[UUID]) -> int:
    """Bring the timers of cases to what their histories want; return how many were set.

    What stands is read before the histories: a timer that is fired in between is in the history by then,
    and is not set again.
    """
    ids = sorted(case_ids)
    if not ids:
        return 0
    before = queries.standing(session, ids)
    added: list[dict[str, Any]] = []
    dropped: list[UUID] = []
    for case in queries.known(session, ids):
        stands = before.get(case.subject.id, {})
        wanted = {timer.id_for(case.subject.id): timer for timer in queries.wanted(session, case)}
        added += [_row(case, key, timer) for key, timer in wanted.items() if key not in stands]
        dropped += [key for key in stands if key not in wanted]
        for key, timer in wanted.items():
            if key in stands and stands[key] != timer.due_at:
                session.execute(_MOVE, {"id": key, "due_at": timer.due_at})
    if dropped:
        _DELETE.run(session, {"ids": dropped})
    if added:
        _INSERT.run(session, {"timers": as_json(added)})
    return len(added)


def _row(case: Known, key: UUID, timer: Standing) -> dict[str, Any]:
    return {
        "id": key,
        "case_id": case.subject.id,
        "name": timer.name,
        "due_at": timer.due_at,
        "status": timer.status,
        "fires": timer.fires,
        "set_by": timer.set_by,
        "set_at": timer.set_at,
        "payload": {**timer.payload, "nth": timer.nth},
    }
