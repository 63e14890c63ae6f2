"""Storms as the API and the screens show them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.dispatch.models import StormRow

_HELD = text("""
    SELECT count(*) FROM "case" c JOIN district d ON d.id = c.district_id
    WHERE c.is_open AND c.suspended_since IS NOT NULL
        AND (CAST(:everywhere AS boolean) OR d.code = ANY(:districts))
""")
_FR = "Tempête : le déneigement passe d’abord. Les délais des travaux non urgents sont suspendus."
_EN = "Storm: snow clearing comes first. Delays for work that is not urgent are suspended."


def listed(session: Session, *, limit: int) -> list[StormRow]:
    """Return storms, the latest first."""
    return list(
        session.scalars(select(StormRow).order_by(StormRow.starts_at.desc(), StormRow.id.desc()).limit(limit))
    )


def current(session: Session, now: datetime) -> list[StormRow]:
    """Return the storms that are on, the first to begin first."""
    found = select(StormRow).where(
        StormRow.starts_at <= now, StormRow.ends_at.is_(None) | (StormRow.ends_at > now)
    )
    return list(session.scalars(found.order_by(StormRow.starts_at, StormRow.id)))


def told(session: Session, storms: Sequence[StormRow], now: datetime, language: str) -> list[dict[str, Any]]:
    """Return storms as the API has them."""
    return [
        {
            "id": one.id,
            "name": one.name,
            "districts": one.districts,
            "starts_at": one.starts_at,
            "ends_at": one.ends_at,
            "precipitation_ended_at": one.precipitation_ended_at,
            "passes": one.passes,
            "message": message(one, language),
            "is_on": is_on(one, now),
            "is_over": one.is_over,
            "suspended": 0 if one.is_over else session.scalar(
                _HELD, {"everywhere": not one.districts, "districts": one.districts}
            ),
            "version": one.version,
        }
        for one in storms
    ]  # fmt: skip


def is_on(storm: StormRow, now: datetime) -> bool:
    """Tell whether a storm lasts at a moment."""
    return storm.starts_at <= now and (storm.ends_at is None or now < storm.ends_at)


def message(storm: StormRow, language: str) -> str:
    """Return what residents read: the operation's own words, or else ours."""
    if language == "en":
        return storm.message_en or _EN
    return storm.message_fr or _FR
