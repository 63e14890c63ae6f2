"""Signed checkpoints of the histories, issued certificates, and holds."""

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
    Integer,
    LargeBinary,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base

_STANDING = text("released_at IS NULL")


class Checkpoint(Base):
    """A signed Merkle root over the first `size` entries of the log; `note` is what was signed and
    exported.
    """

    __tablename__ = "checkpoint"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    note: Mapped[str] = mapped_column(Text)


class CheckpointEntry(Base):
    """Which events of a case a checkpoint added to the log, and where the first of them stands in it."""

    __tablename__ = "checkpoint_entry"
    __table_args__ = (Index("checkpoint_entry_leaf_key", "first_leaf", unique=True),)

    checkpoint_id: Mapped[int] = mapped_column(ForeignKey("checkpoint.id"))
    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    first_seq: Mapped[int] = mapped_column(Integer)
    last_seq: Mapped[int] = mapped_column(Integer, primary_key=True)
    first_leaf: Mapped[int] = mapped_column(BigInteger)


class CheckpointTile(Base):
    """Up to 256 hashes of one level of the tree: 256 leaves, or the roots of 256 tiles of the level below."""

    __tablename__ = "checkpoint_tile"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class CertificateRow(Base):
    """A certificate that was issued: the digest of its file and what it states."""

    __tablename__ = "certificate"

    code: Mapped[str] = mapped_column(Text, primary_key=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    statement: Mapped[dict[str, Any]] = mapped_column(JSONB)
    issued_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    issued_by: Mapped[str] = mapped_column(Text)


class HoldRow(Base):
    """A reason why a case, or what happened around a place in a period, may not be erased yet."""

    __tablename__ = "hold"
    __table_args__ = (
        CheckConstraint("(case_id IS NOT NULL) <> (geom IS NOT NULL AND radius_m > 0)", name="subject"),
        CheckConstraint("reason <> ''", name="reason"),
        CheckConstraint("(released_at IS NULL) = (released_by IS NULL)", name="released"),
        Index("hold_case_ix", "case_id", postgresql_where=_STANDING),
        Index("hold_geom_ix", "geom", postgresql_using="gist", postgresql_where=_STANDING),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"))
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    radius_m: Mapped[float | None] = mapped_column(Float)
    from_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    to_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text)
    placed_by: Mapped[str] = mapped_column(Text)
    placed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    released_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    released_by: Mapped[str | None] = mapped_column(Text)
