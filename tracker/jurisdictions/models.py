"""Shared tables: the jurisdictions and the host names that lead to them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, DateTime, ForeignKey, Integer, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import SHARED_SCHEMA, SharedBase


class Jurisdiction(SharedBase):
    """A municipality hosted here; `revision` grows with every change of its reference data."""

    __tablename__ = "jurisdiction"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    schema_name: Mapped[str] = mapped_column(Text, unique=True)
    role_name: Mapped[str] = mapped_column(Text)
    prefix: Mapped[str] = mapped_column(Text)
    zone: Mapped[str] = mapped_column(Text)
    languages: Mapped[list[str]] = mapped_column(ARRAY(Text))
    metric_srid: Mapped[int] = mapped_column(Integer)
    calendar: Mapped[str] = mapped_column(Text)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    is_demo: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    revision: Mapped[int] = mapped_column(BigInteger, server_default=text("1"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Host(SharedBase):
    """A host name that serves one jurisdiction."""

    __tablename__ = "host"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    jurisdiction_code: Mapped[str] = mapped_column(
        ForeignKey(f"{SHARED_SCHEMA}.jurisdiction.code", ondelete="CASCADE", onupdate="CASCADE")
    )
