"""The tables of this feature."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, DateTime, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class DuplicateWeights(Base):
    """What a town learned of its duplicates; at most one version is in use, without one the default is."""

    __tablename__ = "duplicate_weights"
    __table_args__ = (
        Index("duplicate_weights_active_uq", "is_active", unique=True, postgresql_where=text("is_active")),
    )

    version: Mapped[str] = mapped_column(Text, primary_key=True)
    learned: Mapped[dict[str, Any]] = mapped_column(JSONB)
    kept_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    is_active: Mapped[bool] = mapped_column(Boolean)
