"""Once a day, at each person's hour: one letter of everything that happened in what they follow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.db import selected
from tracker.notify import book, languages, links, persons, quiet, subscribing, templates, writing
from tracker.notify.persons import Person
from tracker.notify.preferences import DIGEST_AT
from tracker.notify.writing import Message

MOST_TOLD = 100

_WAITING = text("""
    SELECT n.id, n.person, n.language, n.subject, n.link, n.created_at,
           coalesce(p.digest_at, :digest_at) AS digest_at, p.muted_at IS NOT NULL AS is_muted, p.channels,
           p.quiet_from, p.quiet_to,
           (SELECT z.email FROM citizen z
            WHERE n.person = 'citizen:' || z.id::text AND z.verified_at IS NOT NULL) AS citizen_email,
           k.email, k.phone
    FROM notice n
    LEFT JOIN preference p ON p.person = n.person
    LEFT JOIN contact k ON n.person = 'report:' || k.report_id::text AND k.expires_at > :now
    WHERE n.awaits_digest
    ORDER BY n.person, n.created_at, n.id
    FOR UPDATE OF n SKIP LOCKED
""")
_STAFF = text("SELECT 'staff:' || id::text AS person, email FROM staff_here()")
_TOLD = text("UPDATE notice SET awaits_digest = false, digest_id = :digest WHERE id = ANY(:ids)")


def make_digests(session: Session, now: datetime) -> int:
    """Write the digests that are due, each of what came before its hour; return how many.

    Run often: what a digest told waits no more, so nothing is told twice. The caller commits.
    """
    zone = ZoneInfo(selected(session).zone)
    staff = {row.person: row.email for row in session.execute(_STAFF)}
    waiting: dict[str, list[Any]] = {}
    for row in session.execute(_WAITING, {"digest_at": DIGEST_AT, "now": now}):
        if row.created_at < quiet.last_time(now, zone, row.digest_at):
            waiting.setdefault(row.person, []).append(row)
    made = 0
    for person, rows in waiting.items():
        told = _digest(session, person, rows, staff.get(person), now)
        session.execute(_TOLD, {"digest": told, "ids": [row.id for row in rows]})
        made += told is not None
    return made


def purge(session: Session, now: datetime) -> int:
    """Forget what nobody confirmed in time."""
    return subscribing.purge(session, now)


def _digest(
    session: Session, person: str, rows: Sequence[Any], staff: str | None, now: datetime
) -> UUID | None:
    """Write one digest and return its identifier; nothing for somebody who muted everything meanwhile."""
    first, town = rows[0], selected(session)
    if first.is_muted:
        return None
    addresses = persons.addresses(staff or first.citizen_email or first.email, first.phone)
    usual = ("email",) if "email" in addresses else ("sms",)
    channels = tuple(first.channels) if first.channels is not None else usual
    spoken = languages.chosen(first.language, town.languages)
    notice = book.current(session)["common.digest"]
    told = rows[:MOST_TOLD]
    values = {
        "town": town.name,
        "count": len(rows),
        "news": "\n\n".join("\n".join(filter(None, (f"– {row.subject}", row.link))) for row in told),
    }
    link = links.manage_url(session, person)
    message = Message(
        person=Person(
            key=person,
            language=spoken,
            channels=tuple(channel for channel in channels if channel in addresses),
            addresses=addresses,
            quiet_from=first.quiet_from,
            quiet_to=first.quiet_to,
        ),
        kind=notice.code,
        language=spoken,
        texts=templates.render(notice.texts[spoken], values, said={}, link=link),
        link=link,
        now=now,
        urgent=False,
    )
    writing.write(session, [message], ZoneInfo(town.zone))
    return message.id
