"""Timers that stand on cases, what they led to, and the jobs done again and again."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, Integer, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class TimerRow(Base):
    """One thing to do at `due_at`, set by event `set_by` of the case.

    It stands while the case is in `status` (whatever its status when null); `fires` is the transition it
    makes as `system`, if it makes one. After a failure it waits until `not_before`.
    No foreign key leads to the case (see CaseRow).
    """

    __tablename__ = "timer"
    __table_args__ = (Index("timer_due_at_ix", "due_at"), Index("timer_case_ix", "case_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column()
    name: Mapped[str] = mapped_column(Text)
    due_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    status: Mapped[str | None] = mapped_column(Text)
    fires: Mapped[str | None] = mapped_column(Text)
    set_by: Mapped[int] = mapped_column(Integer)
    set_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    error: Mapped[str | None] = mapped_column(Text)
    not_before: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class TimerAdoption(Base):
    """A case from before workers were: what fell due before `at` is not made up for (adopting.py)."""

    __tablename__ = "timer_adoption"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class EscalationRow(Base):
    """A case told of to the next level, by event `seq`; `promised_for` is the date promised anew, and why."""

    __tablename__ = "escalation"
    __table_args__ = (
        CheckConstraint("level IN ('queue', 'chief', 'supervisor', 'director', 'council')", name="level"),
        Index("escalation_level_ix", "level", "at"),
    )

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    level: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    promised_for: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str | None] = mapped_column(Text)


class PeriodicRow(Base):
    """A job done again and again: when next, and how it went the last time."""

    __tablename__ = "periodic"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    next_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    took_ms: Mapped[int | None] = mapped_column(Integer)
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    error: Mapped[str | None] = mapped_column(Text)


class CauseRow(Base):
    """A street segment where the same thing is asked for again and again: engineering looks for the cause."""

    __tablename__ = "cause"
    __table_args__ = (
        Index(
            "cause_one_open_key",
            "service_code",
            "segment_id",
            unique=True,
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    service_code: Mapped[str] = mapped_column(Text)
    segment_id: Mapped[int] = mapped_column(BigInteger)
    cases: Mapped[int] = mapped_column(Integer)
    first_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    found_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    settled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
