"""Mail that came in, and what became of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class InboundMessage(Base):
    """One received message, kept until `expires_at`; `raw` only while somebody may have to read it.

    `digest` makes the same message, delivered twice by its relay, one.
    """

    __tablename__ = "inbound_message"
    __table_args__ = (
        CheckConstraint(
            "outcome IN ('reply', 'bounce', 'ignored', 'quarantined', 'released')", name="outcome"
        ),
        Index("inbound_message_digest_key", "digest", unique=True),
        Index("inbound_message_expires_at_ix", "expires_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    outcome: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    sender: Mapped[str | None] = mapped_column(Text)
    report_id: Mapped[UUID | None] = mapped_column()
    raw: Mapped[bytes | None] = mapped_column(LargeBinary)
