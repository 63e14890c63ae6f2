"""Hours crews really worked, recorded by whoever leads them."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import ids
from tracker.dispatch import board, errors
from tracker.dispatch import desk as desks
from tracker.dispatch.models import CrewStint

TOLERANCE = timedelta(minutes=5)
LONGEST = timedelta(hours=48)


def record(
    session: Session, crew: str, begins: datetime, ends: datetime | None, *, actor: str, at: datetime
) -> CrewStint:
    """Record hours a crew worked, or that it is at work; what overlaps counts once.

    Raises CrewUnknown, StintInvalid.
    """
    found = desks.current(session).by_code.get(crew)
    if found is None:
        raise errors.CrewUnknown
    last = ends or max(at, begins)
    if begins > at + TOLERANCE or last > at + TOLERANCE or last - begins > LONGEST or ends == begins:
        raise errors.StintInvalid
    if ends is not None and ends < begins:
        raise errors.StintInvalid
    row = CrewStint(
        id=ids.new_id(), crew_id=found.id, starts_at=begins, ends_at=ends, recorded_by=actor, recorded_at=at
    )
    session.add(row)
    session.flush()
    board.forget()
    return row


def end(session: Session, crew: str, stint_id: UUID, at: datetime) -> CrewStint:
    """End a crew's work that is still running. Raises CrewUnknown, StintInvalid."""
    found = desks.current(session).by_code.get(crew)
    row = session.get(CrewStint, stint_id)
    if found is None or row is None or row.crew_id != found.id:
        raise errors.CrewUnknown
    if row.ends_at is not None or at <= row.starts_at:
        raise errors.StintInvalid
    row.ends_at = at
    session.flush()
    board.forget()
    return row


def of(session: Session, crew: str, *, at: datetime) -> list[CrewStint]:
    """Return a crew's hours of the last ten days, the first first. Raises CrewUnknown."""
    found = desks.current(session).by_code.get(crew)
    if found is None:
        raise errors.CrewUnknown
    wanted = select(CrewStint).where(
        CrewStint.crew_id == found.id, CrewStint.starts_at > at - board.STINTS_OF - LONGEST
    )
    return list(session.scalars(wanted.order_by(CrewStint.starts_at, CrewStint.id)))
