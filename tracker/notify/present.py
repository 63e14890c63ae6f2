"""Notices, wishes and preferences as the API shows them."""

from typing import Any

from sqlalchemy.orm import Session

from tracker.notify import inbox, preferences, subscribing
from tracker.notify.models import SubscriptionRow
from tracker.notify.preferences import Choice

SHOWN = 50


def notices(
    session: Session, person: str, *, limit: int = SHOWN, unread_only: bool = False
) -> dict[str, Any]:
    """Return somebody's inbox."""
    found = inbox.of(session, person, limit=limit, unread_only=unread_only)
    return {"notices": [notice(row) for row in found], "unread": inbox.unread(session, person)}


def notice(row: Any) -> dict[str, Any]:
    """Return one notice."""
    return {
        "id": row.id,
        "kind": row.kind,
        "language": row.language,
        "subject": row.subject,
        "body": row.body,
        "link": row.link,
        "case_number": row.case_number,
        "at": row.created_at,
        "is_read": row.read_at is not None,
    }


def person(session: Session, key: str, now: Any) -> dict[str, Any]:
    """Return everything that a person's own link shows."""
    wished = subscribing.of_person(session, key)
    return {
        "kind": key.partition(":")[0],
        "preferences": chosen(session, key, now),
        "subscriptions": [subscription(row) for row in wished],
        **notices(session, key),
    }


def subscription(row: SubscriptionRow) -> dict[str, Any]:
    """Return one wish."""
    return {
        "id": row.id,
        "subject": row.subject,
        "label": row.label or row.subject_key,
        "radius_m": row.radius_m,
        "digest": row.digest,
        "is_confirmed": row.confirmed_at is not None,
        "created_at": row.created_at,
    }


def chosen(session: Session, key: str, now: Any) -> dict[str, Any]:
    """Return how somebody wishes to be told, with the addresses they left, covered."""
    choice = preferences.of(session, key)
    return {
        "language": choice.language,
        "channels": list(choice.channels) if choice.channels is not None else None,
        "quiet_from": clock(choice.quiet_from),
        "quiet_to": clock(choice.quiet_to),
        "digest_at": clock(choice.digest_at),
        "is_muted": choice.is_muted,
        "addresses": dict(preferences.addresses(session, key, now)),
    }


def choice_of(given: dict[str, Any]) -> Choice:
    """Return what the API was given as a choice."""
    channels = given["channels"]
    return Choice(
        language=given["language"],
        channels=tuple(dict.fromkeys(channels)) if channels is not None else None,
        quiet_from=minutes(given["quiet_from"]),
        quiet_to=minutes(given["quiet_to"]),
        digest_at=minutes(given["digest_at"]) or 0,
        is_muted=given["is_muted"],
    )


def clock(minute: int | None) -> str | None:
    """Return minutes after midnight as 07:30."""
    return None if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"


def minutes(shown: str | None) -> int | None:
    """Return 07:30 as minutes after midnight."""
    if shown is None:
        return None
    hours, _, rest = shown.partition(":")
    return int(hours) * 60 + int(rest)
