"""Calling whoever is on duty: a text message and an e-mail at any hour, with the link that answers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker import ids
from tracker.db import selected
from tracker.notify import addresses, links
from tracker.notify.models import DeliveryRow, NoticeRow

KIND = "page"
_STAFF = text("SELECT email, language FROM staff_here() WHERE id = :id")
_CASE = text("""
    SELECT c.number, c.priority, c.place_text, s.name_fr, s.name_en, ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat
    FROM "case" c JOIN service s ON s.id = c.service_id WHERE c.id = :id
""")
_WORDS = {
    "fr": ("Alerte {number} : {what}", "{what}, {place}. Confirmez : {link}", "Carte : {map}"),
    "en": ("Page {number}: {what}", "{what}, {place}. Acknowledge: {link}", "Map: {map}"),
}
_TRIAL = {
    "fr": ("Essai de la garde", "Essai de la garde, rien à faire sur place. Confirmez : {link}"),
    "en": ("On-call test", "On-call test, nothing to do on site. Acknowledge: {link}"),
}
_NOWHERE = {"fr": "lieu inconnu", "en": "place unknown"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Summons:
    """One call of one page: whom (a turn of the rota), about which case, none for a test."""

    page_id: UUID
    secret: str
    rank: str
    case_id: UUID | None
    phone: str | None
    email: str | None
    staff_id: UUID | None


def call(session: Session, summons: Summons, now: datetime) -> int:
    """Write the notice of a page with a delivery for each way to reach the person; return how many ways.

    It is the city's own service: quiet hours and preferences do not hold it back. The caller commits.
    """
    person = _person(session, summons.staff_id)
    language = person.language if person else selected(session).languages[0]
    ways = _ways(summons, person)
    subject, short, body = _said(session, summons, language)
    notice = NoticeRow(
        id=ids.new_id(),
        person=f"duty:{summons.page_id}:{summons.rank}",
        kind=KIND,
        case_id=summons.case_id,
        language=language,
        subject=subject,
        body=body,
        short=short,
        created_at=now,
    )
    session.add(notice)
    session.flush()
    for channel, address in ways:
        session.add(
            DeliveryRow(
                id=ids.new_id(),
                notice_id=notice.id,
                channel=channel,
                address=address,
                not_before=now,
                status="waiting",
            )
        )
    session.flush()
    return len(ways)


def _person(session: Session, staff_id: UUID | None) -> Any:
    return session.execute(_STAFF, {"id": staff_id}).one_or_none() if staff_id is not None else None


def _ways(summons: Summons, person: Any) -> list[tuple[str, str]]:
    phone = addresses.phone(summons.phone) if summons.phone else None
    mail = summons.email or (person.email if person else None)
    email = addresses.email(mail) if mail else None
    return [(channel, each) for channel, each in (("sms", phone), ("email", email)) if each is not None]


def _said(session: Session, summons: Summons, language: str) -> tuple[str, str, str]:
    link = f"{links.address(session)}/garde/{summons.page_id}/{summons.secret}"
    if summons.case_id is None:
        subject, short = (each.format(link=link) for each in _TRIAL[language])
        return subject, short, short
    case = session.execute(_CASE, {"id": summons.case_id}).one()
    what = f"P{case.priority} {case.name_en if language == 'en' else case.name_fr}"
    place = case.place_text or _NOWHERE[language]
    subject, short, more = _WORDS[language]
    told = {"number": case.number, "what": what, "place": place, "link": link}
    body = short.format(**told)
    if case.lon is not None:
        where = f"https://www.openstreetmap.org/?mlat={case.lat:.6f}&mlon={case.lon:.6f}#map=18"
        body = f"{body}\n\n{more.format(map=where)}"
    return subject.format(**told), short.format(**told), body
