"""Shared tables: staff, the roles they hold in each jurisdiction, their sessions and API tokens."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, LargeBinary, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import SHARED_SCHEMA, SharedBase

_STAFF = f"{SHARED_SCHEMA}.staff.id"
_JURISDICTION = f"{SHARED_SCHEMA}.jurisdiction.code"


class Staff(SharedBase):
    """A person who works for a municipality and signs in."""

    __tablename__ = "staff"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    password_hash: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text, server_default="fr")
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class StaffRole(SharedBase):
    """One role of one person in one jurisdiction; crews are named by their code there."""

    __tablename__ = "staff_role"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey(_STAFF, ondelete="CASCADE"), primary_key=True)
    jurisdiction_code: Mapped[str] = mapped_column(
        ForeignKey(_JURISDICTION, ondelete="CASCADE", onupdate="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(Text)
    crew_code: Mapped[str | None] = mapped_column(Text)


class StaffSession(SharedBase):
    """A signed-in browser; the cookie holds the secret, the row its SHA-256."""

    __tablename__ = "staff_session"

    token_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey(_STAFF, ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    csrf: Mapped[str] = mapped_column(Text)


class ApiToken(SharedBase):
    """A key given to a program: one jurisdiction, one role, an end."""

    __tablename__ = "api_token"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    label: Mapped[str] = mapped_column(Text)
    jurisdiction_code: Mapped[str] = mapped_column(
        ForeignKey(_JURISDICTION, ondelete="CASCADE", onupdate="CASCADE"), index=True
    )
    role: Mapped[str] = mapped_column(Text)
    crew_code: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey(_STAFF, ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    expires_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
