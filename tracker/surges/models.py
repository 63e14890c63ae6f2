"""A proposal that cases are one incident, and the cases it would gather."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import ARRAY, CheckConstraint, DateTime, Float, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class SurgeRow(Base):
    """A surge as found, and what was decided of it. `observed`, `expected` and `log10_p` are those of the
    last look.
    """

    __tablename__ = "surge"
    __table_args__ = (
        CheckConstraint("status IN ('proposed', 'confirmed', 'dismissed', 'lapsed')", name="status"),
        CheckConstraint(
            "status IN ('proposed', 'lapsed') OR (decided_at IS NOT NULL AND decided_by IS NOT NULL)",
            name="decided",
        ),
        CheckConstraint("status <> 'confirmed' OR parent_case_id IS NOT NULL", name="parent"),
        Index(
            "surge_one_proposed_key",
            "rule",
            "place_key",
            unique=True,
            postgresql_where=text("status = 'proposed'"),
        ),
        Index("surge_last_at_ix", "last_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rule: Mapped[str] = mapped_column(Text)
    place_key: Mapped[str] = mapped_column(Text)
    service_codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    status: Mapped[str] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    radius_m: Mapped[float] = mapped_column(Float)
    first_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    observed: Mapped[int] = mapped_column(Integer)
    expected: Mapped[float] = mapped_column(Float)
    log10_p: Mapped[float] = mapped_column(Float)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB)
    found_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_by: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    parent_case_id: Mapped[UUID | None] = mapped_column()


class SurgeCase(Base):
    """A case of a surge; `link_id` is the merge that joined it, once confirmed.

    No foreign key leads to the case, for the reason that none leads from it (see CaseRow).
    """

    __tablename__ = "surge_case"

    surge_id: Mapped[UUID] = mapped_column(ForeignKey("surge.id", ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(primary_key=True, index=True)
    link_id: Mapped[UUID | None] = mapped_column()
