"""Who works, what they can do, where from and when; and the storms that change it."""

from datetime import datetime, time
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    Text,
    Time,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
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


class StormRow(Base):
    """A storm as the operation declared it. `districts` are codes, none means the whole city.

    `is_applied` and `is_over` tell whether the promises of open cases were suspended, and given back.
    """

    __tablename__ = "storm"
    __table_args__ = (CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="dates"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    districts: Mapped[list[str]] = mapped_column(ARRAY(Text))
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    precipitation_ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    passes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    message_fr: Mapped[str] = mapped_column(Text, server_default=text("''"))
    message_en: Mapped[str] = mapped_column(Text, server_default=text("''"))
    is_applied: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    is_over: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    declared_by: Mapped[str] = mapped_column(Text)
    declared_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer, server_default=text("1"))


class CrewStint(Base):
    """Hours a crew really worked, beyond or within its shifts: what the law's rests are counted from.

    Without `ends_at` the crew is still at work.
    """

    __tablename__ = "crew_stint"
    __table_args__ = (
        CheckConstraint("ends_at IS NULL OR ends_at > starts_at", name="order"),
        Index("crew_stint_crew_ix", "crew_id", "starts_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    crew_id: Mapped[int] = mapped_column(ForeignKey("crew.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ends_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class TriageRules(Base):
    """One version of a town's rule set, as it was written; at most one is in force."""

    __tablename__ = "triage_rules"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'active', 'retired')", name="status"),
        Index("triage_rules_fingerprint_key", "fingerprint", unique=True),
        Index(
            "triage_rules_one_active_key", "status", unique=True, postgresql_where=text("status = 'active'")
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    written: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    loaded_by: Mapped[str] = mapped_column(Text)
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class TriageActivation(Base):
    """A rule set put in force, by whom and when, instead of which, and with which gaps knowingly left.

    `rules_id` is None where the rules that come with the program took over again.
    """

    __tablename__ = "triage_activation"
    __table_args__ = (CheckConstraint("kind IN ('activate', 'undo')", name="kind"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    rules_id: Mapped[int | None] = mapped_column(ForeignKey("triage_rules.id"))
    before_id: Mapped[int | None] = mapped_column(ForeignKey("triage_rules.id"))
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text, server_default="")
    acknowledged: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    undone_by: Mapped[int | None] = mapped_column(BigInteger)


class TriageTrial(Base):
    """A changed rule set or map of the districts tried on the past, with what would have been different."""

    __tablename__ = "triage_trial"
    __table_args__ = (Index("triage_trial_made_at_ix", "made_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rules_id: Mapped[int | None] = mapped_column(ForeignKey("triage_rules.id"))
    boundary_set_id: Mapped[int | None] = mapped_column(BigInteger)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    result: Mapped[dict[str, Any]] = mapped_column(JSONB)
