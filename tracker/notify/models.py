"""A wish to hear about something, who wishes and how, the words, a notice, and its deliveries."""

from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geometry, WKBElement
from sqlalchemy import (
    ARRAY,
    Boolean,
    CheckConstraint,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    SmallInteger,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from tracker.db import Base

_STANDING = text("ended_at IS NULL")
_WAITING = text("status = 'waiting'")


class SubscriptionRow(Base):
    """A person's standing wish to hear about a case, a street, a place and around it, a district, a service.

    `person` names who, once: `report:<uuid>` is whoever sent that report (address in `contact`),
    `staff:<uuid>` a member of staff, `citizen:<uuid>` somebody who left an address here.
    """

    __tablename__ = "subscription"
    __table_args__ = (
        CheckConstraint("subject IN ('case', 'street', 'radius', 'district', 'service')", name="subject"),
        CheckConstraint("language IN ('fr', 'en')", name="language"),
        Index(
            "subscription_standing_key",
            "person",
            "subject",
            "subject_key",
            unique=True,
            postgresql_where=_STANDING,
        ),
        Index("subscription_subject_ix", "subject", "subject_key", postgresql_where=_STANDING),
        Index(
            "subscription_geom_ix",
            "geom",
            postgresql_using="gist",
            postgresql_where=text("geom IS NOT NULL AND ended_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    subject_key: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    report_id: Mapped[UUID | None] = mapped_column()
    language: Mapped[str] = mapped_column(Text)
    channels: Mapped[list[str]] = mapped_column(ARRAY(Text))
    radius_m: Mapped[float | None] = mapped_column(Float)
    geom: Mapped[WKBElement | None] = mapped_column(Geometry("POINT", srid=4326, spatial_index=False))
    digest: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    origin: Mapped[str] = mapped_column(Text, server_default=text("'asked'"))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    confirmed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    label: Mapped[str] = mapped_column(Text, server_default="")


class CitizenRow(Base):
    """Somebody who left an address to hear about the city; theirs only once the link sent there was used."""

    __tablename__ = "citizen"
    __table_args__ = (
        CheckConstraint("email = lower(email)", name="email_lower"),
        CheckConstraint("language IN ('fr', 'en')", name="language"),
        Index("citizen_email_key", "email", unique=True),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(Text)
    language: Mapped[str] = mapped_column(Text)
    purpose: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    verified_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class PreferenceRow(Base):
    """How a person wishes to be told; what is null is the house's default.

    Times of day are minutes after midnight in the town. `muted_at`: from then on, nothing at all.
    """

    __tablename__ = "preference"
    __table_args__ = (
        CheckConstraint("language IN ('fr', 'en')", name="language"),
        CheckConstraint("(quiet_from IS NULL) = (quiet_to IS NULL)", name="quiet"),
        CheckConstraint(
            "quiet_from BETWEEN 0 AND 1439 AND quiet_to BETWEEN 0 AND 1439 AND digest_at BETWEEN 0 AND 1439",
            name="minutes",
        ),
    )

    person: Mapped[str] = mapped_column(Text, primary_key=True)
    language: Mapped[str | None] = mapped_column(Text)
    channels: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    quiet_from: Mapped[int | None] = mapped_column(SmallInteger)
    quiet_to: Mapped[int | None] = mapped_column(SmallInteger)
    digest_at: Mapped[int] = mapped_column(SmallInteger, server_default=text("420"))
    muted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class TemplateRow(Base):
    """A municipality's own words for a notice, in place of those of data/notices while it is active."""

    __tablename__ = "notice_template"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'active', 'retired')", name="status"),
        Index("notice_template_version_key", "code", "version", unique=True),
        Index("notice_template_active_key", "code", unique=True, postgresql_where=text("status = 'active'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    texts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    created_by: Mapped[str] = mapped_column(Text)
    activated_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    activated_by: Mapped[str | None] = mapped_column(Text)


class NoticeRow(Base):
    """One message to one person, in their language, as it was said. It is also their in-app inbox.

    `subscription_id` is the wish it answers, none for the people of a case. What `awaits_digest` has no
    delivery of its own; `digest_id` is the notice that told it.
    """

    __tablename__ = "notice"
    __table_args__ = (
        CheckConstraint("language IN ('fr', 'en')", name="language"),
        Index(
            "notice_said_once_key",
            "person",
            "case_id",
            "event_seq",
            unique=True,
            postgresql_where=text("event_seq IS NOT NULL"),
        ),
        Index("notice_person_ix", "person", text("created_at DESC")),
        Index("notice_awaits_digest_ix", "person", "created_at", postgresql_where=text("awaits_digest")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    case_id: Mapped[UUID | None] = mapped_column()
    event_seq: Mapped[int | None] = mapped_column(Integer)
    report_id: Mapped[UUID | None] = mapped_column()
    language: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    short: Mapped[str] = mapped_column(Text)
    link: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    subscription_id: Mapped[UUID | None] = mapped_column()
    awaits_digest: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
    digest_id: Mapped[UUID | None] = mapped_column()


class DeliveryRow(Base):
    """One notice on one channel: waiting, sent, failed for good, or dropped before it was tried.

    `address` is an e-mail address, a number in E.164, a push subscription's endpoint or a webhook's id. A
    sender holds the row until `claimed_until`; `unsure` says that a hand-off began and nobody knows how it
    ended (`notify/sending.py`).
    """

    __tablename__ = "delivery"
    __table_args__ = (
        CheckConstraint("channel IN ('email', 'sms', 'push', 'webhook', 'inbox')", name="channel"),
        CheckConstraint("status IN ('waiting', 'sent', 'failed', 'dropped')", name="status"),
        Index("delivery_waiting_ix", "not_before", "id", postgresql_where=text("status = 'waiting'")),
        Index("delivery_notice_ix", "notice_id"),
        Index("delivery_address_ix", "channel", "address"),
        Index("delivery_due_ix", "channel", "not_before", "id", postgresql_where=_WAITING),
        Index("delivery_queue_ix", "channel", "address", "id", postgresql_where=_WAITING),
        Index(
            "delivery_provider_ix",
            "channel",
            "provider_id",
            postgresql_where=text("provider_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notice.id", ondelete="CASCADE"))
    channel: Mapped[str] = mapped_column(Text)
    address: Mapped[str] = mapped_column(Text)
    not_before: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    status: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    last_attempt_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    provider_id: Mapped[str | None] = mapped_column(Text)
    error: Mapped[str | None] = mapped_column(Text)
    claimed_until: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    first_attempt_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    unsure: Mapped[bool] = mapped_column(Boolean, server_default=text("false"))
