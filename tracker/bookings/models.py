"""What can be booked, the bookings, and the units they hold."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class Resource(Base):
    """Something that is booked, in so many units: a room is one, tables are forty, a tour has stops a day.

    `rules` holds hours, prices in cents, the deposit, what must be approved and what is refunded (see
    docs/howto/bookings.md).
    """

    __tablename__ = "resource"
    __table_args__ = (
        CheckConstraint("kind IN ('room', 'stock', 'tour', 'activity', 'show')", name="kind"),
        CheckConstraint("units BETWEEN 1 AND 10000", name="units"),
        UniqueConstraint("code", name="resource_code_key"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    service_code: Mapped[str] = mapped_column(Text)
    name_fr: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    units: Mapped[int] = mapped_column(Integer)
    district_code: Mapped[str | None] = mapped_column(Text)
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    retired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Booking(Base):
    """What a case asks of a resource, from when to when. Held, or waiting in the order of `asked_at`."""

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("state IN ('held', 'waiting', 'released')", name="state"),
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("ends_at > starts_at", name="period"),
        Index("booking_waiting_ix", "resource_id", "asked_at", postgresql_where=text("state = 'waiting'")),
    )

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    quantity: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    people: Mapped[int | None] = mapped_column(Integer)
    alcohol: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class BookingUnit(Base):
    """One unit of a resource held by a booking: no two at once, by the database's own constraint."""

    __tablename__ = "booking_unit"
    __table_args__ = (
        ExcludeConstraint(
            ("resource_id", "="),
            ("unit", "="),
            ("during", "&&"),
            name="booking_unit_one_holder",
            using="gist",
        ),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("booking.case_id", ondelete="CASCADE"), primary_key=True)
    unit: Mapped[int] = mapped_column(Integer, primary_key=True)
    resource_id: Mapped[int] = mapped_column(BigInteger)
    during: Mapped[Range[datetime]] = mapped_column(TSTZRANGE)
