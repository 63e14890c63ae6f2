"""Wishing to hear, confirming it, and ending it. An address belongs to nobody until its link was used."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from geoalchemy2 import WKTElement
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker import ids
from tracker.catalogue import queries as catalogue
from tracker.db import selected
from tracker.notify import book, errors, languages, links, preferences, templates, writing
from tracker.notify.models import CitizenRow, NoticeRow, PreferenceRow, SubscriptionRow
from tracker.notify.persons import WIDEST_M, Person
from tracker.notify.writing import Message
from tracker.places import ground as grounds

SUBJECTS = ("case", "street", "radius", "district", "service")
NARROWEST_M = 50.0
MOST_WISHES = 50
# Somebody else's box is not filled: so many unanswered letters a day, then silence.
MOST_ASKED = 5
ASKED_WITHIN = timedelta(days=1)
UNCONFIRMED_KEPT = timedelta(days=7)
PURPOSE = "subscription"
_EMAIL = re.compile(r"[^@\s,;<>\"]{1,64}@[^@\s,;<>\"]+\.[^@\s,;<>\".]{2,}")
_STREET_WITHIN_M = 150.0

_CASE = text('SELECT id, number, is_public FROM "case" WHERE number = :number')
_STREET = text("""
    SELECT name, name_norm FROM street_segment
    WHERE ST_DWithin(CAST(geom AS geography), CAST(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS geography),
                     :within)
      AND geom && ST_Expand(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 0.004)
    ORDER BY ST_Distance(CAST(geom AS geography),
                         CAST(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS geography)), id LIMIT 1
""")

# What waits to be sent is not sent, to whoever left meanwhile.
_DROP = text("""
    UPDATE delivery d SET status = 'dropped', error = 'unsubscribed' FROM notice n
    WHERE n.id = d.notice_id AND n.person = :person AND d.status = 'waiting'
      AND (CAST(:subscription AS uuid) IS NULL OR n.subscription_id = :subscription)
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What somebody wishes to hear about. A radius is in metres, a point EPSG:4326."""

    subject: str
    case_number: str = ""
    code: str = ""
    lon: float | None = None
    lat: float | None = None
    radius_m: float | None = None
    place: str = ""
    digest: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Found:
    key: str
    label: str


def ask(session: Session, email: str, wish: Wish, *, language: str, now: datetime) -> None:
    """Keep a wish of whoever holds an address, and ask there whether it is theirs. Nothing stands before.

    The same is done, and told, whether or not the address is known. Raises AddressInvalid, SubjectUnknown.
    The caller commits.
    """
    address = email.strip().lower()
    if len(address) > 254 or not _EMAIL.fullmatch(address):
        raise errors.AddressInvalid
    found = _find(session, wish, public_only=True)
    citizen = _citizen(session, address, language, now)
    person = f"citizen:{citizen.id}"
    if _standing(session, person) >= MOST_WISHES or _asked(session, person, now) >= MOST_ASKED:
        return
    row = _keep(session, person, wish, found, language=language, now=now, confirmed_at=None)
    if row is not None:
        _send_link(session, citizen, row, now)


def follow(session: Session, person: str, wish: Wish, *, language: str, now: datetime) -> None:
    """Have somebody who is known, staff or the sender of a report, follow something at once.

    Following twice is following. Raises SubjectUnknown, TooManyWishes. The caller commits.
    """
    found = _find(session, wish, public_only=not person.startswith("staff:"))
    if _standing(session, person) >= MOST_WISHES:
        raise errors.TooManyWishes
    _keep(session, person, wish, found, language=language, now=now, confirmed_at=now)


def unfollow(session: Session, person: str, *, subject: str, key: str, now: datetime) -> None:
    """End somebody's wish about one thing, if it stands."""
    session.execute(
        update(SubscriptionRow)
        .where(
            SubscriptionRow.person == person,
            SubscriptionRow.subject == subject,
            SubscriptionRow.subject_key == key,
            SubscriptionRow.ended_at.is_(None),
        )
        .values(ended_at=now)
    )


def confirm(session: Session, person: str, subscription_id: UUID, now: datetime) -> None:
    """Make a wish stand, and the address it came from its holder's. Raises SubjectUnknown."""
    row = _own(session, person, subscription_id)
    row.confirmed_at = row.confirmed_at or now
    if person.startswith("citizen:"):
        session.execute(
            update(CitizenRow)
            .where(CitizenRow.id == UUID(person.partition(":")[2]), CitizenRow.verified_at.is_(None))
            .values(verified_at=now)
        )
    session.execute(
        update(PreferenceRow).where(PreferenceRow.person == person).values(muted_at=None, updated_at=now)
    )
    session.flush()


def end(session: Session, person: str, subscription_id: UUID | None, now: datetime) -> None:
    """End one wish, or everything the town sends somebody. Ending what has ended changes nothing."""
    session.execute(_DROP, {"person": person, "subscription": subscription_id})
    standing = update(SubscriptionRow).where(
        SubscriptionRow.person == person, SubscriptionRow.ended_at.is_(None)
    )
    if subscription_id is not None:
        session.execute(standing.where(SubscriptionRow.id == subscription_id).values(ended_at=now))
        return
    session.execute(standing.values(ended_at=now))
    preferences.mute(session, person, now)


def leave(session: Session, notice: NoticeRow, now: datetime) -> None:
    """Do what the link at the foot of a notice is for: end the wish it answers, or everything."""
    end(session, notice.person, notice.subscription_id, now)


def change(session: Session, person: str, subscription_id: UUID, *, digest: bool) -> None:
    """Choose whether the news of one wish come as they happen or once a day. Raises SubjectUnknown."""
    _own(session, person, subscription_id).digest = digest
    session.flush()


def of_person(session: Session, person: str) -> list[SubscriptionRow]:
    """Return somebody's standing wishes, those to confirm too, the newest first."""
    wished = select(SubscriptionRow).where(
        SubscriptionRow.person == person, SubscriptionRow.ended_at.is_(None)
    )
    return list(session.scalars(wished.order_by(SubscriptionRow.created_at.desc(), SubscriptionRow.id)))


def purge(session: Session, now: datetime) -> int:
    """Forget the wishes and addresses nobody confirmed within seven days; return how many addresses."""
    before = now - UNCONFIRMED_KEPT
    session.execute(
        delete(SubscriptionRow).where(
            SubscriptionRow.confirmed_at.is_(None), SubscriptionRow.created_at < before
        )
    )
    gone = delete(CitizenRow).where(CitizenRow.verified_at.is_(None), CitizenRow.asked_at < before)
    return len(session.execute(gone.returning(CitizenRow.id)).all())


def _own(session: Session, person: str, subscription_id: UUID) -> SubscriptionRow:
    row = session.scalars(
        select(SubscriptionRow).where(
            SubscriptionRow.id == subscription_id,
            SubscriptionRow.person == person,
            SubscriptionRow.ended_at.is_(None),
        )
    ).one_or_none()
    if row is None:
        raise errors.SubjectUnknown("subscription")
    return row


def _find(session: Session, wish: Wish, *, public_only: bool) -> _Found:
    """Return the key of what is wished, and its name as the person gave it. Raises SubjectUnknown."""
    if wish.subject == "case":
        row = session.execute(_CASE, {"number": wish.case_number.strip().upper()}).one_or_none()
        if row is None or (public_only and not row.is_public):
            raise errors.SubjectUnknown("case_number")
        return _Found(key=str(row.id), label=row.number)
    if wish.subject == "district":
        district = grounds.current(session).by_code.get(wish.code)
        if district is None:
            raise errors.SubjectUnknown("code")
        return _Found(key=district.code, label=district.name)
    if wish.subject == "service":
        loaded = catalogue.current(session).catalogue
        if wish.code not in loaded or not loaded.service(wish.code).public_map:
            raise errors.SubjectUnknown("code")
        return _Found(key=wish.code, label=loaded.service(wish.code).name.fr)
    if wish.lon is None or wish.lat is None:
        raise errors.SubjectUnknown("lon")
    if wish.subject == "street":
        given = {"lon": wish.lon, "lat": wish.lat, "within": _STREET_WITHIN_M}
        street = session.execute(_STREET, given).one_or_none()
        if street is None:
            raise errors.SubjectUnknown("lon")
        return _Found(key=street.name_norm, label=street.name)
    radius = wish.radius_m or 0.0
    if not NARROWEST_M <= radius <= WIDEST_M:
        raise errors.SubjectUnknown("radius_m")
    return _Found(key=f"{wish.lon:.5f},{wish.lat:.5f},{radius:.0f}", label=wish.place[:200])


def _citizen(session: Session, address: str, language: str, now: datetime) -> CitizenRow:
    given = {"id": ids.new_id(), "email": address, "language": language, "purpose": PURPOSE}
    row = insert(CitizenRow).values(**given, created_at=now, asked_at=now)
    session.execute(row.on_conflict_do_update(index_elements=[CitizenRow.email], set_={"asked_at": now}))
    return session.scalars(
        select(CitizenRow).where(CitizenRow.email == address).execution_options(populate_existing=True)
    ).one()


def _keep(
    session: Session,
    person: str,
    wish: Wish,
    found: _Found,
    *,
    language: str,
    now: datetime,
    confirmed_at: Any,
) -> SubscriptionRow | None:
    """Insert a wish; None when it stands already."""
    known = session.scalars(
        select(SubscriptionRow).where(
            SubscriptionRow.person == person,
            SubscriptionRow.subject == wish.subject,
            SubscriptionRow.subject_key == found.key,
            SubscriptionRow.ended_at.is_(None),
        )
    ).one_or_none()
    if known is not None:
        if confirmed_at is not None:
            known.confirmed_at = known.confirmed_at or confirmed_at
        return known if known.confirmed_at is None else None
    is_radius = wish.subject == "radius"
    row = SubscriptionRow(
        id=ids.new_id(),
        subject=wish.subject,
        subject_key=found.key,
        person=person,
        language=language,
        channels=["email"] if person.startswith("citizen:") else [],
        radius_m=wish.radius_m if is_radius else None,
        geom=WKTElement(f"POINT({wish.lon} {wish.lat})", srid=4326) if is_radius else None,
        digest=wish.digest,
        origin="asked",
        created_at=now,
        confirmed_at=confirmed_at,
        label=found.label,
    )
    session.add(row)
    session.flush()
    return row


def _standing(session: Session, person: str) -> int:
    counted = select(func.count()).where(SubscriptionRow.person == person, SubscriptionRow.ended_at.is_(None))
    return session.scalar(counted) or 0


def _asked(session: Session, person: str, now: datetime) -> int:
    counted = select(func.count()).where(
        SubscriptionRow.person == person,
        SubscriptionRow.confirmed_at.is_(None),
        SubscriptionRow.created_at > now - ASKED_WITHIN,
    )
    return session.scalar(counted) or 0


def _send_link(session: Session, citizen: CitizenRow, row: SubscriptionRow, now: datetime) -> None:
    """Write the one letter that may go to an address before it is anybody's."""
    person, town = f"citizen:{citizen.id}", selected(session)
    spoken = languages.chosen(row.language, town.languages)
    notice = book.current(session)["common.confirm_address"]
    link = f"{links.manage_url(session, person)}/confirmer/{row.id}"
    values = {"town": town.name, "wish": row.label or row.subject_key}
    message = Message(
        person=Person(
            key=person,
            language=spoken,
            channels=("email",),
            addresses={"email": citizen.email},
            subscription_id=row.id,
        ),
        kind=notice.code,
        language=spoken,
        texts=templates.render(notice.texts[spoken], values, said={}, link=link),
        link=link,
        now=now,
        urgent=True,
    )
    writing.write(session, [message], ZoneInfo(town.zone))
