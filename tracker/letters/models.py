"""Letters as they were made: never changed, each under its digest."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Integer, LargeBinary, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class Letter(Base):
    """A PDF that followed one event of a case, in one language."""

    __tablename__ = "letter"
    __table_args__ = (
        CheckConstraint("kind IN ('permit', 'refusal', 'owner_notice')", name="kind"),
        CheckConstraint("language IN ('fr', 'en')", name="language"),
        UniqueConstraint(
            "case_id", "kind", "language", "event_seq", name="letter_case_id_kind_language_event_seq_key"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("case.id"))
    kind: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    event_seq: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
