"""The catalogue as loaded: each change of a service makes a new version, and a case keeps its own."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    SmallInteger,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class ServiceRow(Base):
    """One version of a service; `definition` is the whole entry, the columns are what SQL filters on."""

    __tablename__ = "service"
    __table_args__ = (
        UniqueConstraint("code", "version", name="service_code_version_key"),
        Index("service_active_key", "code", unique=True, postgresql_where=text("active")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    position: Mapped[int] = mapped_column(Integer)
    group_code: Mapped[str] = mapped_column(Text)
    name_fr: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
    workflow: Mapped[str] = mapped_column(Text)
    department: Mapped[str] = mapped_column(Text)
    skill: Mapped[str] = mapped_column(Text)
    priority: Mapped[int] = mapped_column(SmallInteger)
    duration_min: Mapped[int] = mapped_column(Integer)
    location_kind: Mapped[str] = mapped_column(Text)
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    active: Mapped[bool] = mapped_column(Boolean)
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class ServiceQuestion(Base):
    """A question a service asks (Open311's attribute)."""

    __tablename__ = "service_question"
    __table_args__ = (UniqueConstraint("service_id", "code", name="service_question_code_key"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(Integer)
    code: Mapped[str] = mapped_column(Text)
    datatype: Mapped[str] = mapped_column(Text)
    required: Mapped[bool] = mapped_column(Boolean)
    label_fr: Mapped[str] = mapped_column(Text)
    label_en: Mapped[str] = mapped_column(Text)
    options: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)


class ServiceStandard(Base):
    """A promise of a service: how soon a first answer, how soon the end."""

    __tablename__ = "service_standard"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Text)
    amount: Mapped[Decimal] = mapped_column(Numeric)
    unit: Mapped[str] = mapped_column(Text)
    condition: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class WorkflowVersion(Base):
    """A family's table of moves as loaded; a running case keeps the version it began with."""

    __tablename__ = "workflow_version"

    family: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    active: Mapped[bool] = mapped_column(Boolean)
    loaded_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    loaded_by: Mapped[str] = mapped_column(Text, server_default=text("''"))


class CatalogueTerm(Base):
    """A word the catalogue uses, with its names: a group, a department, a skill, a kind of asset."""

    __tablename__ = "catalogue_term"

    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    position: Mapped[int] = mapped_column(Integer)
    name_fr: Mapped[str] = mapped_column(Text)
    name_en: Mapped[str] = mapped_column(Text)
