"""Who works, what they can do, where from and when."""

from datetime import time

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ForeignKey,
    Identity,
    Integer,
    SmallInteger,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class Depot(Base):
    """Where a crew's day begins."""

    __tablename__ = "depot"
    __table_args__ = (UniqueConstraint("code", name="depot_code_key"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    geom: Mapped[WKBElement] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))


class Crew(Base):
    """A team in the field, an office queue, or a contractor."""

    __tablename__ = "crew"
    __table_args__ = (
        UniqueConstraint("code", name="crew_code_key"),
        CheckConstraint("kind IN ('field', 'office', 'contract')", name="kind"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    department: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    capacity_min: Mapped[int] = mapped_column(Integer)
    depot_id: Mapped[int | None] = mapped_column(ForeignKey("depot.id", ondelete="SET NULL"))
    active: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))


class CrewSkill(Base):
    """A skill a crew has."""

    __tablename__ = "crew_skill"

    crew_id: Mapped[int] = mapped_column(ForeignKey("crew.id", ondelete="CASCADE"), primary_key=True)
    skill: Mapped[str] = mapped_column(Text, primary_key=True)


class CrewDistrict(Base):
    """A district a crew serves; a crew without any serves the whole city."""

    __tablename__ = "crew_district"

    crew_id: Mapped[int] = mapped_column(ForeignKey("crew.id", ondelete="CASCADE"), primary_key=True)
    district_code: Mapped[str] = mapped_column(Text, primary_key=True)


class Shift(Base):
    """Hours a crew works on a day of the week (ISO, 1 is Monday), in the jurisdiction's zone."""

    __tablename__ = "shift"
    __table_args__ = (CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),)

    crew_id: Mapped[int] = mapped_column(ForeignKey("crew.id", ondelete="CASCADE"), primary_key=True)
    weekday: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    starts: Mapped[time] = mapped_column(Time)
    ends: Mapped[time] = mapped_column(Time)
    on_call: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
