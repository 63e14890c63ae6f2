"""What sending remembers: providers that are down, addresses not to use, devices, keys, webhooks."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, CheckConstraint, DateTime, Index, Integer, LargeBinary, Text
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base


class ChannelState(Base):
    """A channel whose provider failed as a whole: nothing is handed to it before `closed_until`."""

    __tablename__ = "channel_state"

    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    closed_until: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str] = mapped_column(Text)


class SuppressedAddress(Base):
    """An address that nothing is sent to any more: it does not exist, it bounced, or its owner said stop."""

    __tablename__ = "suppressed_address"
    __table_args__ = (
        CheckConstraint("channel IN ('email', 'sms')", name="channel"),
        CheckConstraint("reason IN ('dead', 'bounced', 'stopped')", name="reason"),
    )

    channel: Mapped[str] = mapped_column(Text, primary_key=True)
    address: Mapped[str] = mapped_column(Text, primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    detail: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class PushSubscription(Base):
    """A browser that asked to be woken (RFC 8030): where, and the keys only it can read with (RFC 8291)."""

    __tablename__ = "push_subscription"
    __table_args__ = (
        CheckConstraint("language IN ('fr', 'en')", name="language"),
        Index("push_subscription_key", "person", "endpoint", unique=True),
        Index("push_subscription_endpoint_ix", "endpoint"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(Text)
    endpoint: Mapped[str] = mapped_column(Text)
    p256dh: Mapped[str] = mapped_column(Text)
    auth: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class NotifyKey(Base):
    """A key pair of the jurisdiction; the private half is sealed with the installation's secret."""

    __tablename__ = "notify_key"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    public: Mapped[str] = mapped_column(Text)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class WebhookEndpoint(Base):
    """A program that hears of events; no `kinds` means all. Its secret is sealed, never kept in clear."""

    __tablename__ = "webhook_endpoint"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    label: Mapped[str] = mapped_column(Text)
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text))
    sealed_secret: Mapped[bytes] = mapped_column(LargeBinary)
    enabled: Mapped[bool] = mapped_column(Boolean)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    failing_since: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    disabled_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    reason: Mapped[str | None] = mapped_column(Text)
