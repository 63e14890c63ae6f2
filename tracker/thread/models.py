"""One message of a case's thread."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, CheckConstraint, DateTime, Index, Text, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class MessageRow(Base):
    """What somebody wrote, never edited afterwards.

    `report_id` is the report whose sender wrote it, `addressed` those whose senders the city wrote to. A note
    (`is_internal`) is addressed to nobody and read by colleagues only. `device_at` is when it was written, by
    the clock of a tablet that had no signal then. No foreign key leads to the case (see CaseRow).
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("author_kind IN ('citizen', 'staff')", name="author_kind"),
        CheckConstraint("language IN ('fr', 'en')", name="language"),
        CheckConstraint("NOT is_internal OR author_kind = 'staff'", name="internal"),
        Index("message_case_ix", "case_id", "at"),
        Index("message_report_ix", "report_id"),
        Index("message_addressed_ix", "addressed", postgresql_using="gin"),
        Index(
            "message_unread_ix",
            "case_id",
            postgresql_where=text("author_kind = 'citizen' AND read_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column()
    report_id: Mapped[UUID | None] = mapped_column()
    addressed: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid), server_default=text("'{}'"))
    author_kind: Mapped[str] = mapped_column(Text)
    author: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    device_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    is_internal: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
