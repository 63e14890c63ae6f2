"""The register of what was anonymised, erased or thrown away."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class AnonymisationRun(Base):
    """One entry of the register that the anonymisation regulation (A-2.1, r. 0.1) wants: nobody is named in
    it.
    """

    __tablename__ = "anonymisation_run"
    __table_args__ = (
        CheckConstraint("kind IN ('retention', 'erasure', 'photos')", name="kind"),
        Index("anonymisation_run_at_ix", text("at DESC")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(Text)
    criteria: Mapped[dict[str, Any]] = mapped_column(JSONB)
    counts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    smallest_group: Mapped[int | None] = mapped_column(Integer)
