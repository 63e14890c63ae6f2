"""How somebody wishes to be told: language, channels, quiet hours, the hour of the digest, or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker.notify import errors
from tracker.notify.models import PreferenceRow

CHANNELS = ("email", "sms", "push")
DIGEST_AT = 7 * 60

_ADDRESSES = text("""
    SELECT k.email, k.phone FROM contact k
    WHERE :person = 'report:' || k.report_id::text AND k.report_id = CAST(:key AS uuid)
      AND k.expires_at > :now
    UNION ALL
    SELECT z.email, NULL FROM citizen z
    WHERE :person = 'citizen:' || z.id::text AND z.id = CAST(:key AS uuid) AND z.verified_at IS NOT NULL
    UNION ALL
    SELECT s.email, NULL FROM staff_here() s WHERE :person = 'staff:' || s.id::text
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What somebody chose; None is the house's default. Times are minutes after midnight in the town."""

    language: str | None = None
    channels: tuple[str, ...] | None = None
    quiet_from: int | None = None
    quiet_to: int | None = None
    digest_at: int = DIGEST_AT
    is_muted: bool = False


def of(session: Session, person: str) -> Choice:
    """Return what somebody chose, the defaults when nothing."""
    row = session.get(PreferenceRow, person, populate_existing=True)
    if row is None:
        return Choice()
    return Choice(
        language=row.language,
        channels=tuple(row.channels) if row.channels is not None else None,
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
        digest_at=row.digest_at,
        is_muted=row.muted_at is not None,
    )


def keep(session: Session, person: str, choice: Choice, now: datetime) -> None:
    """Keep what somebody chose. Raises ChannelUnreachable for a channel they left no address for."""
    reached = addresses(session, person, now)
    for channel in choice.channels or ():
        if channel not in reached:
            raise errors.ChannelUnreachable(channel)
    values: dict[str, Any] = {
        "language": choice.language,
        "channels": list(choice.channels) if choice.channels is not None else None,
        "quiet_from": choice.quiet_from,
        "quiet_to": choice.quiet_to,
        "digest_at": choice.digest_at,
        "muted_at": now if choice.is_muted else None,
        "updated_at": now,
    }
    _upsert(session, person, values)


def mute(session: Session, person: str, now: datetime) -> None:
    """Send somebody nothing any more, their other choices kept."""
    _upsert(session, person, {"muted_at": now, "updated_at": now})


def addresses(session: Session, person: str, now: datetime) -> Mapping[str, str]:
    """Return the addresses somebody can be told at, by channel, as they may be shown to them: covered."""
    key = person.partition(":")[2]
    row = session.execute(_ADDRESSES, {"person": person, "key": key, "now": now}).first()
    found = {"push": ""}
    if row is not None and row.email:
        found["email"] = covered(row.email)
    if row is not None and row.phone:
        found["sms"] = f"… {row.phone.strip()[-4:]}"
    return found


def covered(email: str) -> str:
    """Return an address its owner recognises and nobody else can use: a•••@example.org."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}•••@{domain}"


def _upsert(session: Session, person: str, values: Mapping[str, Any]) -> None:
    row = insert(PreferenceRow).values(person=person, **values)
    session.execute(row.on_conflict_do_update(index_elements=[PreferenceRow.person], set_=dict(values)))
