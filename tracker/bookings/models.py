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
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZRANGE, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class Hall(Base):
    """A hall whose seats are numbered."""

    __tablename__ = "hall"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    name_fr: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)


class Seat(Base):
    """A seat of a hall, and the unit that it is of every show there."""

    __tablename__ = "seat"
    __table_args__ = (
        UniqueConstraint("hall_code", "line", "number", name="seat_hall_code_line_number_key"),
        CheckConstraint("unit BETWEEN 1 AND 10000", name="unit"),
    )

    hall_code: Mapped[str] = mapped_column(ForeignKey("hall.code", ondelete="CASCADE"), primary_key=True)
    unit: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    line: Mapped[str] = mapped_column(Text)
    number: Mapped[int] = mapped_column(Integer)
    is_accessible: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))

    @property
    def label(self) -> str:
        """Return what is printed on the ticket: A-7."""
        return f"{self.line}-{self.number}"


class Resource(Base):
    """Something that is booked, in so many units: a room is one, tables are forty, a tour has stops a day.

    The units of an activity are its places, those of a show the seats of its hall; both have one period only.

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
    hall_code: Mapped[str | None] = mapped_column(ForeignKey("hall.code"))
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    retired_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Booking(Base):
    """What a case asks of a resource, from when to when. Held, or waiting in the order of `asked_at`.

    `participant` is a digest of who is registered for an activity, so that nobody is twice.
    """

    __tablename__ = "booking"
    __table_args__ = (
        CheckConstraint("state IN ('held', 'waiting', 'released')", name="state"),
        CheckConstraint("quantity >= 1", name="quantity"),
        CheckConstraint("ends_at > starts_at", name="period"),
        Index("booking_waiting_ix", "resource_id", "asked_at", postgresql_where=text("state = 'waiting'")),
        Index(
            "booking_participant_key",
            "resource_id",
            "participant",
            unique=True,
            postgresql_where=text("participant IS NOT NULL AND state <> 'released'"),
        ),
    )

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    resource_id: Mapped[int] = mapped_column(ForeignKey("resource.id"))
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    quantity: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text)
    people: Mapped[int | None] = mapped_column(Integer)
    alcohol: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    is_resident: Mapped[bool | None] = mapped_column(Boolean)
    participant: Mapped[bytes | None] = mapped_column(LargeBinary)
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
