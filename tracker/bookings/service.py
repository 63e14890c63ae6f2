"""Holding and releasing: units change hands under a lock, and the database judges last."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.bookings import errors, places, queries
from tracker.bookings.models import Booking, Resource
from tracker.bookings.queries import Wish
from tracker.payments import service as payments

_LOCK = text("SELECT 1 FROM resource WHERE id = :id FOR NO KEY UPDATE")
_HOLD = text("""
    INSERT INTO booking_unit (case_id, unit, resource_id, during)
    SELECT :case_id, unit, :resource, tstzrange(:starts, :ends) FROM unnest(CAST(:units AS int[])) unit
""")
_RELEASE = text("DELETE FROM booking_unit WHERE case_id = :case_id")
_WAITING = text("""
    SELECT c.number FROM booking b JOIN "case" c ON c.id = b.case_id
    WHERE b.resource_id = :resource AND b.state = 'waiting' AND b.case_id <> :case_id
      AND c.status = 'waitlisted'
      AND tstzrange(b.starts_at, b.ends_at) && tstzrange(:starts, :ends) AND b.starts_at > :now
    ORDER BY b.asked_at, b.case_id FOR UPDATE OF c SKIP LOCKED
""")


def lock(session: Session, resource_id: int) -> None:
    """Take turns with whoever holds or releases units of a resource, until the end of the transaction."""
    session.execute(_LOCK, {"id": resource_id})


def write(session: Session, case_id: UUID, wish: Wish, *, holds: bool, at: datetime) -> Booking:
    """Write what a new case asks for, held at once or in line, with what it costs.

    Raises SlotTaken, AlreadyRegistered.
    """
    booking = Booking(
        case_id=case_id,
        resource_id=wish.resource.id,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        quantity=wish.quantity,
        state="waiting",
        people=wish.people,
        alcohol=wish.alcohol,
        is_resident=wish.is_resident,
        participant=wish.participant,
        asked_at=at,
    )
    session.add(booking)
    try:
        session.flush()
    except IntegrityError as error:  # whoever does not take the lock meets the index
        if "booking_participant_key" not in str(error.orig):
            raise
        raise errors.AlreadyRegistered from error
    for kind, cents in queries.price(wish).items():
        payments.charge(session, case_id, kind, cents, at=at)
    if holds:
        hold(session, booking, wish.resource, wish.units)
    return booking


def hold(session: Session, booking: Booking, resource: Resource, chosen: tuple[int, ...] = ()) -> None:
    """Hold the units a booking asks for, those chosen if any. Raises SlotTaken; nothing is held then."""
    lock(session, resource.id)
    wish = wish_of(booking, resource)
    free = queries.free_units(session, wish)
    units = list(chosen) if chosen else places.best(session, resource, free, wish)
    if len(units) < booking.quantity or not set(units) <= set(free):
        raise errors.SlotTaken
    values = {
        "case_id": booking.case_id,
        "resource": resource.id,
        "starts": booking.starts_at,
        "ends": booking.ends_at,
        "units": units,
    }
    try:
        session.execute(_HOLD, values)
    except IntegrityError as error:  # whoever does not take the lock meets the constraint
        raise errors.SlotTaken from error
    booking.state = "held"
    session.flush()


def take(session: Session, case: Any, wanted: Wish | None, *, at: datetime) -> None:
    """Hold what a case asks for; what it never asked for by itself is `wanted`. Raises SlotTaken."""
    booking = queries.of_case(session, case.id)
    if booking is not None:
        if booking.state != "held":
            hold(session, booking, session.get_one(Resource, booking.resource_id))
        return
    if wanted is not None:
        write(session, case.id, wanted, holds=True, at=at)


def release(session: Session, case_id: UUID, *, keeps_place: bool = False) -> Booking | None:
    """Let go of what a case holds or waits for; return its booking, None when it has none."""
    booking = queries.of_case(session, case_id)
    if booking is None:
        return None
    lock(session, booking.resource_id)
    session.execute(_RELEASE, {"case_id": case_id})
    booking.state = "waiting" if keeps_place else "released"
    session.flush()
    return booking


def next_in_line(session: Session, freed: Booking, *, now: datetime) -> list[str]:
    """Return the cases that wait for what was freed, in order, locked; one being moved is passed over."""
    values = {
        "resource": freed.resource_id,
        "case_id": freed.case_id,
        "starts": freed.starts_at,
        "ends": freed.ends_at,
        "now": now,
    }
    return list(session.execute(_WAITING, values).scalars())


def wish_of(booking: Booking, resource: Resource) -> Wish:
    """Return what a booking asks for."""
    return Wish(
        resource=resource,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        quantity=booking.quantity,
        people=booking.people,
        alcohol=booking.alcohol,
        is_resident=booking.is_resident,
        participant=booking.participant,
    )


def asked(
    session: Session, service_code: str, district: str | None, said: dict[str, Any], zone: ZoneInfo
) -> Wish | None:
    """Return the wish that answers and an appointment mean, None when the town lends nothing for the service.

    A tour takes the whole day in its district; anything else the first resource that fits what is answered.
    Nobody takes a place or a seat this way: which one, at whose price, is asked for on its page.
    Raises PeriodInvalid when no moment can be read.
    """
    offered = [each for each in queries.listed(session, service_code) if not places.is_placed(each)]
    if not offered:
        return None
    fitting = [
        each
        for each in offered
        if each.district_code in (None, district)
        and all(said.get(name) == value for name, value in each.rules.get("answers", {}).items())
    ]
    starts = _moment(said.get("starts_at") or said.get("debut") or said.get("date"), zone)
    if not fitting or starts is None:
        raise errors.PeriodInvalid
    resource = fitting[0]
    quantity = int(float(said.get("nombre") or 1)) if resource.kind == "stock" else 1
    if resource.kind == "tour":
        begins, ends = queries.whole_day(starts.astimezone(zone).date(), zone)
        return Wish(resource=resource, starts_at=begins, ends_at=ends, quantity=1)
    until = _moment(said.get("ends_at") or said.get("fin"), zone)
    if until is None or until <= starts:
        raise errors.PeriodInvalid
    return replace(Wish(resource=resource, starts_at=starts, ends_at=until), quantity=max(quantity, 1))


def _moment(said: Any, zone: ZoneInfo) -> datetime | None:
    if isinstance(said, datetime):
        return said
    try:
        moment = datetime.fromisoformat(str(said))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def retire_missing(session: Session, codes: set[str], *, at: datetime) -> int:
    """Retire what a new file no longer names; what is booked of it stays booked. Return how many."""
    gone = [
        each
        for each in session.scalars(select(Resource).where(Resource.retired_at.is_(None)))
        if each.code not in codes
    ]
    for each in gone:
        each.retired_at = at
    return len(gone)
