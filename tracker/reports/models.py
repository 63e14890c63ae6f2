"""What one person told the city, the contact kept apart from it, and the duplicates it was shown."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    Float,
    ForeignKey,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class ReportRow(Base):
    """One person's words, place and time. Only `case_id` and `link` ever change, until it is anonymised."""

    __tablename__ = "report"
    __table_args__ = (
        CheckConstraint("language IN ('fr', 'en')", name="language"),
        CheckConstraint("link IN ('opened', 'attached', 'auto_attached', 'moved')", name="link"),
        Index("report_number_key", "number", unique=True),
        Index("report_case_ix", "case_id"),
        Index(
            "report_source_key",
            "source",
            "source_id",
            unique=True,
            postgresql_where=text("source IS NOT NULL"),
        ),
        Index("report_received_at_ix", "received_at", postgresql_using="brin"),
        Index("report_kept_ix", "received_at", postgresql_where=text("anonymised_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    service_code: Mapped[str] = mapped_column(Text)
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    accuracy_m: Mapped[float | None] = mapped_column(Float)
    location_method: Mapped[str] = mapped_column(Text)
    address_text: Mapped[str | None] = mapped_column(Text)
    segment_id: Mapped[int | None] = mapped_column(BigInteger)
    asset_id: Mapped[int | None] = mapped_column(BigInteger)
    description: Mapped[str] = mapped_column(Text)
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)
    language: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    entered_by: Mapped[UUID | None] = mapped_column()
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    link: Mapped[str] = mapped_column(Text)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    source: Mapped[str | None] = mapped_column(Text)
    source_id: Mapped[str | None] = mapped_column(Text)
    placement: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    anonymised_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Contact(Base):
    """Who to answer: personal data, apart, with its purpose and its end (Law 25, art. 12 and 23)."""

    __tablename__ = "contact"
    __table_args__ = (CheckConstraint("email IS NOT NULL OR phone IS NOT NULL", name="reachable"),)

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str | None] = mapped_column(Text)
    email: Mapped[str | None] = mapped_column(Text)
    phone: Mapped[str | None] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class DuplicateCandidate(Base):
    """A case that a report was scored against, with the terms of the score."""

    __tablename__ = "duplicate_candidate"

    report_id: Mapped[UUID] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"), primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"), primary_key=True)
    rank: Mapped[int] = mapped_column(SmallInteger)
    probability: Mapped[float] = mapped_column(Float)
    distance_m: Mapped[float] = mapped_column(Float)
    terms: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    model: Mapped[str] = mapped_column(Text)


class Refusal(Base):
    """A report that was not for this city: only what is needed to count it (domain §6 ①)."""

    __tablename__ = "refusal"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text)
    service_code: Mapped[str] = mapped_column(Text)
    third_party_code: Mapped[str | None] = mapped_column(Text)
