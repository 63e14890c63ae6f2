"""The case as it stands, and the changes of links between reports and cases that can be undone."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base

_OPEN = text("is_open")
# Until when a case may be repeated: for ever while it is open. Beside the place and the service in one index,
# so that looking for what lies near costs the same after ten years as after one, in a crowd as alone.
# (Written as PostgreSQL writes it back: the tests compare the models with what the migrations made.)
ALIVE_UNTIL = """
CASE
    WHEN is_open THEN 'infinity'::timestamp with time zone
    ELSE completed_at
END"""
_NEWEST = (text("opened_at DESC"), text("id DESC"))


class CaseRow(Base):
    """What the city works on: the projection of its events (docs/decisions/0004).

    No foreign key leads to service, district, boundary set or crew: their rows are retired, never
    deleted, and a key would make every new case lock the same few parent rows.
    """

    __tablename__ = "case"
    __table_args__ = (
        CheckConstraint(
            "NOT is_open OR (department <> '' AND resolve_by IS NOT NULL AND next_action <> '')",
            name="open_has_promise",
        ),
        CheckConstraint("priority BETWEEN 1 AND 4", name="priority"),
        CheckConstraint("reports_count >= 0", name="reports_count"),
        CheckConstraint("parent_id IS NULL OR parent_id <> id", name="parent"),
        Index("case_number_key", "number", unique=True),
        Index("case_geom_ix", "geom", text(f"({ALIVE_UNTIL})"), "service_code", postgresql_using="gist"),
        Index(
            "case_public_geom_ix",
            "public_geom",
            text(f"({ALIVE_UNTIL})"),
            "service_code",
            postgresql_using="gist",
            postgresql_where=text("public_geom IS NOT NULL"),
        ),
        Index("case_opened_at_ix", *_NEWEST),
        Index("case_resolve_by_ix", "resolve_by", "id", postgresql_where=_OPEN),
        Index("case_priority_ix", "priority", "resolve_by", "id", postgresql_where=_OPEN),
        # Counting the queue reads this alone, never the rows.
        Index(
            "case_queue_ix",
            "status",
            "resolve_by",
            "priority",
            "workflow",
            "paused_since",
            "suspended_since",
            postgresql_where=_OPEN,
        ),
        Index(
            "case_paused_ix",
            "id",
            postgresql_where=text("is_open AND (paused_since IS NOT NULL OR suspended_since IS NOT NULL)"),
        ),
        Index("case_crew_ix", "crew_id", "resolve_by", "id", postgresql_where=_OPEN),
        Index("case_status_ix", "status", *_NEWEST),
        Index("case_service_ix", "service_code", *_NEWEST),
        Index("case_district_ix", "district_id", *_NEWEST),
        Index("case_asset_ix", "asset_id", postgresql_where=text("asset_id IS NOT NULL AND is_open")),
        Index("case_parent_ix", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
        Index("case_search_ix", "search", postgresql_using="gin"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(Text)
    service_id: Mapped[int] = mapped_column(BigInteger)
    service_code: Mapped[str] = mapped_column(Text)
    workflow: Mapped[str] = mapped_column(Text)
    workflow_version: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(Text)
    status_since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    previous_status: Mapped[str | None] = mapped_column(Text)
    is_open: Mapped[bool] = mapped_column(Boolean)
    priority: Mapped[int] = mapped_column(SmallInteger)
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    geom_accuracy_m: Mapped[float | None] = mapped_column(Float)
    place_text: Mapped[str | None] = mapped_column(Text)
    district_id: Mapped[int | None] = mapped_column(BigInteger)
    boundary_set_id: Mapped[int | None] = mapped_column(BigInteger)
    segment_id: Mapped[int | None] = mapped_column(BigInteger)
    asset_id: Mapped[int | None] = mapped_column(BigInteger)
    department: Mapped[str] = mapped_column(Text)
    crew_id: Mapped[int | None] = mapped_column(BigInteger)
    respond_by: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    resolve_by: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    responded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    breached_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    paused_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # A storm has suspended the promise since then, whatever the status.
    suspended_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # What counted so far, without overlap, in order: start, end, start, end… (`sla.pauses`).
    pauses: Mapped[list[datetime]] = mapped_column(
        ARRAY(DateTime(timezone=True)), server_default=text("'{}'")
    )
    planned_for: Mapped[date | None] = mapped_column(Date)
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    completed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    next_action: Mapped[str] = mapped_column(Text)
    next_action_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    reopens: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    reschedules: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"))
    summary: Mapped[str] = mapped_column(Text)
    search: Mapped[str] = mapped_column(TSVECTOR)
    triage: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    is_public: Mapped[bool] = mapped_column(Boolean)
    reports_count: Mapped[int] = mapped_column(Integer)
    opened_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    last_report_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer)
    last_seq: Mapped[int] = mapped_column(Integer)
    last_hash: Mapped[bytes] = mapped_column(LargeBinary)
    # Where the public is shown a case that points at a home: set by a trigger, for those only (migration
    # 0013).
    public_geom: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    public_place: Mapped[str | None] = mapped_column(Text)


class LinkChange(Base):
    """Reports moved between cases: what was moved and both rows as they were, for an exact undo."""

    __tablename__ = "link_change"
    __table_args__ = (
        CheckConstraint("kind IN ('attach', 'detach', 'merge')", name="kind"),
        Index("link_change_from_case_ix", "from_case_id"),
        Index("link_change_into_case_ix", "into_case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    from_case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    into_case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    report_ids: Mapped[list[str]] = mapped_column(JSONB)
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    actor: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class CaseMark(Base):
    """Something to know of a case that is no status: filed late, put in the programme, followed up."""

    __tablename__ = "case_mark"
    __table_args__ = (Index("case_mark_name_ix", "name", "at"),)

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CaseAbout(Base):
    """A case about another: what a complaint complains of, what an enquiry leans on."""

    __tablename__ = "case_about"
    __table_args__ = (
        CheckConstraint("kind IN ('complaint', 'evidence')", name="kind"),
        CheckConstraint("case_id <> other_id", name="itself"),
    )

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    other_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    actor: Mapped[str] = mapped_column(Text)
