"""Who is told: people with an address, a language and their preferences, found for many cases at once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.notify import addresses as usual
from tracker.prepared import Prepared

# The widest circle somebody may subscribe to. It also bounds what the spatial index is asked.
WIDEST_M = 2_000.0

_PREFERENCE = """
    p.language AS own_language, p.channels AS own_channels, p.quiet_from, p.quiet_to,
    p.muted_at IS NOT NULL AS is_muted
"""
_REPORTERS = text(f"""
    SELECT r.id, r.number, r.case_id, r.language, k.email, k.phone, {_PREFERENCE}
    FROM report r
    LEFT JOIN contact k ON k.report_id = r.id AND k.expires_at > :now
    LEFT JOIN preference p ON p.person = 'report:' || r.id::text
    WHERE r.case_id = ANY(:cases) OR r.number = ANY(:numbers) OR r.id = ANY(:ids)
    ORDER BY r.received_at, r.id
""")  # noqa: S608 -- composed of constants

# Each way to wish is a search of its own index. Who follows a case that was joined to another hears of the
# other for as long as it is joined: nothing is moved, so nothing has to be moved back.
_SUBSCRIBERS = text(f"""
    WITH told AS (
        SELECT c.id, c.segment_id, c.district_id, c.service_code, c.geom
        FROM "case" c WHERE c.id = ANY(:cases)
    ), wished AS (
        SELECT t.id AS case_id, s.id FROM told t
        JOIN subscription s ON s.subject = 'case' AND s.subject_key = t.id::text
        WHERE s.ended_at IS NULL AND s.confirmed_at IS NOT NULL
        UNION ALL
        SELECT t.id, s.id FROM told t JOIN "case" child ON child.parent_id = t.id
        JOIN subscription s ON s.subject = 'case' AND s.subject_key = child.id::text
        WHERE s.ended_at IS NULL AND s.confirmed_at IS NOT NULL
        UNION ALL
        SELECT t.id, s.id FROM told t JOIN street_segment g ON g.id = t.segment_id
        JOIN subscription s ON s.subject = 'street' AND s.subject_key = g.name_norm
        WHERE s.ended_at IS NULL AND s.confirmed_at IS NOT NULL
        UNION ALL
        SELECT t.id, s.id FROM told t JOIN district d ON d.id = t.district_id
        JOIN subscription s ON s.subject = 'district' AND s.subject_key = d.code
        WHERE s.ended_at IS NULL AND s.confirmed_at IS NOT NULL
        UNION ALL
        SELECT t.id, s.id FROM told t
        JOIN subscription s ON s.subject = 'service' AND s.subject_key = t.service_code
        WHERE s.ended_at IS NULL AND s.confirmed_at IS NOT NULL
        UNION ALL
        SELECT t.id, s.id FROM told t
        JOIN subscription s ON s.geom && ST_Expand(
            t.geom, {WIDEST_M} / 111000 / cos(radians(ST_Y(t.geom))), {WIDEST_M} / 110000)
        WHERE s.geom IS NOT NULL AND s.ended_at IS NULL AND s.confirmed_at IS NOT NULL
          AND ST_DWithin(CAST(s.geom AS geography), CAST(t.geom AS geography), s.radius_m)
    )
    SELECT DISTINCT ON (w.case_id, s.person) w.case_id, s.id, s.subject, s.person, s.report_id,
        s.language, s.channels, s.digest, coalesce(z.email, k.email) AS email, k.phone, {_PREFERENCE}
    FROM wished w JOIN subscription s ON s.id = w.id
    LEFT JOIN citizen z ON s.person = 'citizen:' || z.id::text AND z.verified_at IS NOT NULL
    LEFT JOIN contact k ON k.report_id = s.report_id AND k.expires_at > :now
    LEFT JOIN preference p ON p.person = s.person
    WHERE s.person NOT LIKE 'citizen:%' OR z.id IS NOT NULL
    ORDER BY w.case_id, s.person, s.subject = 'case' DESC, s.digest, s.created_at, s.id
""")  # noqa: S608 -- composed of constants
_STAFF = Prepared(f"""
    SELECT s.id, s.email, s.language, s.role, s.crew_code, {_PREFERENCE}
    FROM staff_here() s LEFT JOIN preference p ON p.person = 'staff:' || s.id::text
    ORDER BY s.id
""")  # noqa: S608 -- composed of constants


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody to tell. `key` names them (see SubscriptionRow); channels are those they are reached by.

    `number` is their report's own, `subject` what they subscribed to, none for the people of a case.
    """

    key: str
    language: str
    channels: tuple[str, ...]
    addresses: Mapping[str, str]
    quiet_from: int | None = None
    quiet_to: int | None = None
    is_muted: bool = False
    report_id: UUID | None = None
    number: str = ""
    subscription_id: UUID | None = None
    subject: str = ""
    digest: bool = False
    role: str = ""
    crew_code: str | None = None

    @property
    def kind(self) -> str:
        return self.key.partition(":")[0]

    @property
    def identities(self) -> frozenset[str]:
        """Return what makes two of these one human being: the same address."""
        return frozenset(f"{channel}:{each.lower()}" for channel, each in self.addresses.items())


def reporters(
    session: Session,
    *,
    cases: Sequence[UUID],
    numbers: Sequence[str] = (),
    ids: Sequence[UUID] = (),
    now: datetime,
) -> dict[UUID, list[Person]]:
    """Return whoever reported, by case as the reports stand now, the first one first."""
    given = {"cases": list(cases), "numbers": list(numbers), "ids": list(ids), "now": now}
    found: dict[UUID, list[Person]] = {}
    for row in session.execute(_REPORTERS, given):
        found.setdefault(row.case_id, []).append(_reporter(row))
    return found


def _reporter(row: Any) -> Person:
    reached = addresses(row.email, row.phone)
    wanted = ("email",) if row.email else ("sms",) if row.phone else ()
    return Person(
        key=f"report:{row.id}",
        language=row.own_language or row.language,
        channels=_reached(row.own_channels, wanted, reached),
        addresses=reached,
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
        is_muted=row.is_muted,
        report_id=row.id,
        number=row.number,
    )


def subscribers(session: Session, cases: Sequence[UUID], now: datetime) -> dict[UUID, list[Person]]:
    """Return who subscribed to what concerns each case, each once per case: for the case itself first.

    A person with several wishes that match is told by the one that is soonest, then the oldest.
    """
    found: dict[UUID, list[Person]] = {}
    for row in session.execute(_SUBSCRIBERS, {"cases": list(cases), "now": now}):
        reached = addresses(row.email, row.phone)
        found.setdefault(row.case_id, []).append(
            Person(
                key=row.person,
                language=row.own_language or row.language,
                channels=_reached(row.own_channels, tuple(row.channels), reached),
                addresses=reached,
                quiet_from=row.quiet_from,
                quiet_to=row.quiet_to,
                is_muted=row.is_muted,
                report_id=row.report_id,
                subscription_id=row.id,
                subject=row.subject,
                digest=row.digest,
            )
        )
    return found


def staff(session: Session) -> list[Person]:
    """Return everybody who works here; they read their inbox, and urgent news by e-mail too."""
    found = []
    for row in _STAFF.all(session, {}):
        reached = addresses(row.email, None)
        found.append(
            Person(
                key=f"staff:{row.id}",
                language=row.own_language or row.language,
                channels=_reached(row.own_channels, (), reached),
                addresses=reached,
                quiet_from=row.quiet_from,
                quiet_to=row.quiet_to,
                is_muted=row.is_muted,
                role=row.role,
                crew_code=row.crew_code,
            )
        )
    return found


def addresses(email: str | None, phone: str | None) -> dict[str, str]:
    """Return where each channel leads, as it is used. Browsers are found when a notice is written."""
    found = {
        "email": usual.email(email.lower()) if email else None,
        "sms": usual.phone(phone) if phone else None,
    }
    return {channel: address for channel, address in found.items() if address}


def _reached(
    own: Iterable[str] | None, usual: tuple[str, ...], addresses: Mapping[str, str]
) -> tuple[str, ...]:
    wanted = tuple(own) if own is not None else usual
    return tuple(channel for channel in wanted if channel in addresses)
