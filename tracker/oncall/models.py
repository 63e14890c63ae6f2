"""The weekly rota, pages, and the calls each page made."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base

_RANK = "rank IN ('first', 'second', 'supervisor', 'director')"


class DutyRow(Base):
    """Who answers for a domain from a Friday's handover on, until somebody else's turn begins."""

    __tablename__ = "duty"
    __table_args__ = (
        UniqueConstraint("domain", "rank", "starts_on", name="duty_turn_key"),
        CheckConstraint("domain IN ('all', 'roads', 'water', 'buildings', 'electricity')", name="domain"),
        CheckConstraint(_RANK, name="rank"),
        CheckConstraint("phone IS NOT NULL OR email IS NOT NULL OR staff_id IS NOT NULL", name="reachable"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(Text)
    rank: Mapped[str] = mapped_column(Text)
    starts_on: Mapped[date] = mapped_column(Date)
    name: Mapped[str] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    staff_id: Mapped[UUID | None] = mapped_column()


class PageRow(Base):
    """One alarm about a case, or the test of a handover when `case_id` is null.

    `secret` is in the link that each call holds. It is kept as it is, since it must be written into later
    calls too, and opens nothing but this page, to say that somebody has taken it.
    """

    __tablename__ = "page"
    __table_args__ = (
        CheckConstraint("domain IN ('roads', 'water', 'buildings', 'electricity')", name="domain"),
        Index(
            "page_one_open_key",
            "case_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL AND case_id IS NOT NULL"),
        ),
        Index("page_opened_at_ix", text("opened_at DESC")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID | None] = mapped_column()
    domain: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    secret: Mapped[str] = mapped_column(Text)
    acknowledged_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    acknowledged_by: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PageCall(Base):
    """One person called by a page, each rank once; without a name nobody was on duty."""

    __tablename__ = "page_call"
    __table_args__ = (CheckConstraint(_RANK, name="rank"),)

    page_id: Mapped[UUID] = mapped_column(ForeignKey("page.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[str] = mapped_column(Text, primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    name: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    staff_id: Mapped[UUID | None] = mapped_column()
