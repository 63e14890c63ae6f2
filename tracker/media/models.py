"""Photos: the kept original is private evidence, the derivative is what anyone sees."""

from datetime import datetime
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class Photo(Base):
    """A picture of a report (before) or of a case (during, after)."""

    __tablename__ = "photo"
    __table_args__ = (
        CheckConstraint("kind IN ('before', 'during', 'after')", name="kind"),
        CheckConstraint("report_id IS NOT NULL OR case_id IS NOT NULL", name="owner"),
        Index("photo_report_ix", "report_id", postgresql_where=text("report_id IS NOT NULL")),
        Index("photo_case_ix", "case_id", postgresql_where=text("case_id IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID | None] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str] = mapped_column(Text)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    media_type: Mapped[str] = mapped_column(Text)
    width: Mapped[int] = mapped_column(Integer)
    height: Mapped[int] = mapped_column(Integer)
    byte_count: Mapped[int] = mapped_column(Integer)
    taken_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    # What the picture looks like in 64 bits (gis.photohash); a picture kept before 0014 has none.
    difference_hash: Mapped[int | None] = mapped_column(BigInteger)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
