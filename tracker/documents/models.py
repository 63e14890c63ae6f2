"""Documents: kept as they were sent, beside the photos on disk."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, Integer, LargeBinary, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class Document(Base):
    """A PDF that came with a report, or that staff added to a case."""

    __tablename__ = "document"
    __table_args__ = (
        CheckConstraint("(report_id IS NULL) <> (case_id IS NULL)", name="owner"),
        CheckConstraint("octet_length(sha256) = 32", name="sha256"),
        CheckConstraint("byte_count > 0 AND pages > 0", name="size"),
        Index("document_report_ix", "report_id", postgresql_where=text("report_id IS NOT NULL")),
        Index("document_case_ix", "case_id", postgresql_where=text("case_id IS NOT NULL")),
        Index("document_sha256_ix", "sha256"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[UUID | None] = mapped_column(ForeignKey("report.id", ondelete="CASCADE"))
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("case.id"))
    name: Mapped[str] = mapped_column(Text)
    byte_count: Mapped[int] = mapped_column(Integer)
    pages: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    language: Mapped[str] = mapped_column(Text)
    sender: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
