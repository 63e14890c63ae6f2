"""Facts waiting to be followed up: the rows that the `event` trigger leaves beside each appended event.

The trigger writes in the event's own transaction (migration 0006). Whoever follows a fact deletes its row
in the transaction that holds what follows from it: each fact is followed exactly once, also by workers that
are killed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Identity, Index, Integer, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from tracker.db import Base, selected
from tracker.prepared import Prepared

ATTEMPTS = 8
"""How often a fact is tried before it is set aside for a person to look at."""

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(minutes=15)
LONGEST_ERROR = 2_000


class OutboxRow(Base):
    """One appended event nobody has followed up yet: never tried, to be tried again at `not_before`, or
    parked after `ATTEMPTS` failures, with the last `error`.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index("outbox_held_ix", "case_id", postgresql_where=text("attempts > 0")),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    case_id: Mapped[UUID] = mapped_column()
    seq: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    not_before: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    error: Mapped[str | None] = mapped_column(Text)


@dataclass(frozen=True, kw_only=True, slots=True)
class Followed:
    """A fact to follow up: event `seq` of a case, its kind, and when it happened."""

    case_id: UUID
    seq: int
    kind: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Claimed:
    """A fact with its row, held until the end of the transaction."""

    id: int
    attempts: int
    fact: Followed


# Only who holds this lock follows a jurisdiction's facts: they are followed in the order they were appended.
_TAKE_TURN = Prepared("SELECT pg_try_advisory_xact_lock(hashtextextended(:key, 312)) AS ours")
# A case whose fact waits for another try keeps its later facts waiting, and nobody else's. One that was
# parked holds nothing back: what follows a case is worked out from its whole history.
_CLAIM = Prepared(f"""
    SELECT o.id, o.case_id, o.seq, o.kind, o.at, o.attempts FROM outbox o
    WHERE o.attempts < {ATTEMPTS} AND (o.not_before IS NULL OR o.not_before <= :now)
      AND NOT EXISTS (
          SELECT 1 FROM outbox held WHERE held.case_id = o.case_id AND held.id < o.id
             AND held.attempts > 0 AND held.attempts < {ATTEMPTS} AND held.not_before > :now)
    ORDER BY o.id LIMIT CAST(:most AS int)
""")  # noqa: S608 -- composed of constants
_DELETE = Prepared("DELETE FROM outbox WHERE id = ANY(:ids)")
_POSTPONE = text("""
    UPDATE outbox SET attempts = attempts + 1, not_before = :not_before, error = :error WHERE id = ANY(:ids)
""")
_OLDEST = Prepared("SELECT at FROM outbox WHERE attempts = 0 ORDER BY id LIMIT 1")


def write_the_past(session: Session) -> None:
    """Have nothing follow from what the rest of this transaction writes: no timer, no notice, to anybody."""
    session.execute(text("SELECT set_config('vigie.past', 'on', true)"))


def write_the_present(session: Session) -> None:
    """Have things follow again from what the rest of this transaction writes."""
    session.execute(text("SELECT set_config('vigie.past', '', true)"))


def take_turn(session: Session) -> bool:
    """Tell whether this transaction may follow its jurisdiction's facts: only one does at a time."""
    row = _TAKE_TURN.one_or_none(session, {"key": f"follow/{selected(session).code}"})
    return bool(row.ours)


def claim(session: Session, *, now: datetime, most: int) -> list[Claimed]:
    """Return the facts to follow, the first appended first. Take your turn before."""
    rows = _CLAIM.all(session, {"now": now, "most": most})
    return [
        Claimed(
            id=row.id,
            attempts=row.attempts,
            fact=Followed(case_id=row.case_id, seq=row.seq, kind=row.kind, at=row.at),
        )
        for row in rows
    ]


def done(session: Session, claimed: Sequence[Claimed]) -> None:
    """Take facts off: what follows from them is in this same transaction."""
    if claimed:
        _DELETE.run(session, {"ids": [each.id for each in claimed]})


def postpone(session: Session, claimed: Sequence[Claimed], *, now: datetime, error: str) -> bool:
    """Try a case's facts again later, or park them at the last failure; tell whether they were parked."""
    tried = max(each.attempts for each in claimed) + 1
    session.execute(
        _POSTPONE,
        {
            "ids": [each.id for each in claimed],
            "not_before": now + wait_after(tried),
            "error": error[:LONGEST_ERROR],
        },
    )
    return tried >= ATTEMPTS


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after that many failures: twice as long each time, 15 minutes at most."""
    times: int = 2 ** min(attempts - 1, 20)
    return min(FIRST_WAIT * times, LONGEST_WAIT)


def oldest_at(session: Session) -> datetime | None:
    """Return when the oldest fact that nobody has tried yet happened."""
    row = _OLDEST.one_or_none(session, {})
    at: datetime | None = row.at if row is not None else None
    return at
