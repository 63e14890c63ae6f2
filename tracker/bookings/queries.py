"""Named reads of bookings: what there is, what is free, who waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.bookings import errors
from tracker.bookings.models import Booking, Resource

NOON = time(12)
MOST_PEOPLE = 50
PLACED = ("activity", "show")
LONGEST = timedelta(days=31)

_TAKEN = text("""
    SELECT unit FROM booking_unit
    WHERE resource_id = :resource AND during && tstzrange(:starts, :ends) ORDER BY unit
""")
_BUSY = text("""
    SELECT lower(u.during) AS starts_at, upper(u.during) AS ends_at, count(*) AS units,
           count(*) FILTER (WHERE c.status IN ('cart', 'offered')) AS held
    FROM booking_unit u JOIN "case" c ON c.id = u.case_id
    WHERE u.resource_id = :resource AND u.during && tstzrange(:starts, :ends) GROUP BY 1, 2 ORDER BY 1, 2
""")
_STANDING = text("""
    SELECT count(*) AS busy, count(*) FILTER (WHERE is_held) AS held FROM (
        SELECT bool_and(c.status IN ('cart', 'offered')) AS is_held
        FROM booking_unit u JOIN "case" c ON c.id = u.case_id
        WHERE u.resource_id = :resource AND u.during && tstzrange(:starts, :ends) GROUP BY u.unit) each_unit
""")
_RANK = text("""
    SELECT count(*) FROM booking b JOIN booking me ON me.case_id = :id
    WHERE b.resource_id = me.resource_id AND b.state = 'waiting' AND me.state = 'waiting'
      AND tstzrange(b.starts_at, b.ends_at) && tstzrange(me.starts_at, me.ends_at)
      AND (b.asked_at, b.case_id) <= (me.asked_at, me.case_id)
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What somebody wants of a resource."""

    resource: Resource
    starts_at: datetime
    ends_at: datetime
    quantity: int = 1
    people: int | None = None
    alcohol: bool = False
    is_resident: bool | None = None  # None where it was not asked
    participant: bytes | None = None
    units: tuple[int, ...] = ()  # the very seats, where they are chosen


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How many units are free during a period, held by who may still let go, and taken for good."""

    free: int
    held: int
    taken: int


def resource(session: Session, code: str) -> Resource:
    """Return a resource that is lent. Raises ResourceUnknown."""
    found = session.scalars(
        select(Resource).where(Resource.code == code, Resource.retired_at.is_(None))
    ).one_or_none()
    if found is None:
        raise errors.ResourceUnknown(code)
    return found


def listed(session: Session, service_code: str | None = None) -> list[Resource]:
    """Return what can be booked, of one service or all, by code."""
    statement = select(Resource).where(Resource.retired_at.is_(None)).order_by(Resource.code)
    if service_code is not None:
        statement = statement.where(Resource.service_code == service_code)
    return list(session.scalars(statement))


def of_case(session: Session, case_id: UUID) -> Booking | None:
    """Return what a case asks for, or None."""
    return session.get(Booking, case_id, populate_existing=True)


def free_units(session: Session, wish: Wish) -> list[int]:
    """Return the units of a resource nobody holds during a period, the lowest first."""
    values = {"resource": wish.resource.id, "starts": wish.starts_at, "ends": wish.ends_at}
    taken = set(session.execute(_TAKEN, values).scalars())
    return [unit for unit in range(1, wish.resource.units + 1) if unit not in taken]


def standing(session: Session, wish: Wish) -> Standing:
    """Count the units free, held and taken during a period; one that is held and taken by turns is taken."""
    values = {"resource": wish.resource.id, "starts": wish.starts_at, "ends": wish.ends_at}
    row = session.execute(_STANDING, values).one()
    return Standing(free=max(wish.resource.units - row.busy, 0), held=row.held, taken=row.busy - row.held)


def busy(session: Session, found: Resource, starts_at: datetime, ends_at: datetime) -> list[Any]:
    """Return when units are held, how many, and how many of them not for good; never by whom."""
    values = {"resource": found.id, "starts": starts_at, "ends": ends_at}
    return list(session.execute(_BUSY, values))


def rank(session: Session, case_id: UUID) -> int:
    """Return a waiting case's place in its line, from 1; 0 when it does not wait."""
    return int(session.execute(_RANK, {"id": case_id}).scalar_one())


def needs_approval(booking: Booking, found: Resource) -> bool:
    """Tell whether the city must approve: alcohol, or more people than it lends for without asking."""
    most = int(found.rules.get("approve_above", MOST_PEOPLE))
    return booking.alcohol or (booking.people or 0) > most


def is_past_cut_off(found: Resource, starts_at: datetime, *, now: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a tour's day can no longer be asked for: after noon of the day before."""
    if found.kind != "tour":
        return False
    day = starts_at.astimezone(zone).date()
    return now >= datetime.combine(day - timedelta(days=1), NOON, zone)


def check_period(wish: Wish, *, now: datetime, zone: ZoneInfo) -> None:
    """Check that a resource is lent at these times. Raises PeriodInvalid, TooLate."""
    found = wish.resource
    starts, ends = wish.starts_at.astimezone(zone), wish.ends_at.astimezone(zone)
    longest = wish.ends_at if found.kind in PLACED else wish.starts_at + LONGEST
    if not (now < wish.starts_at < wish.ends_at <= longest):
        raise errors.PeriodInvalid
    if wish.quantity > found.units or wish.quantity < 1:
        raise errors.PeriodInvalid
    days = found.rules.get("weekdays")
    if days and starts.isoweekday() not in days:
        raise errors.PeriodInvalid
    if found.kind == "room" and not _within_hours(found, starts, ends):
        raise errors.PeriodInvalid
    if is_past_cut_off(found, wish.starts_at, now=now, zone=zone):
        raise errors.TooLate


def _within_hours(found: Resource, starts: datetime, ends: datetime) -> bool:
    opens = time.fromisoformat(found.rules.get("opens", "00:00"))
    closes = found.rules.get("closes")
    if closes is None:
        return starts.time() >= opens
    same_day = starts.date() == ends.date()
    return same_day and opens <= starts.time() and ends.time() <= time.fromisoformat(closes)


def whole_day(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when a day begins and ends, in its zone."""
    return datetime.combine(day, time.min, zone), datetime.combine(day + timedelta(days=1), time.min, zone)


def price(wish: Wish) -> dict[str, int]:
    """Return what a wish costs in cents, by kind: the fee (flat or by the hour begun), the deposit."""
    rules: Mapping[str, Any] = wish.resource.rules
    hours = -(-(wish.ends_at - wish.starts_at) // timedelta(hours=1))
    each = int(rules.get("flat_cents", 0))
    if not wish.is_resident:  # who has not said where they live pays what everybody may pay
        each = int(rules.get("other_cents", each))
    fee = each * wish.quantity + int(rules.get("hourly_cents", 0)) * hours
    deposit = int(rules.get("deposit_cents", 0))
    return {kind: cents for kind, cents in (("fee", fee), ("deposit", deposit)) if cents}


def refunded_share(found: Resource, starts_at: datetime, *, now: datetime) -> float:
    """Return the share of the fee given back by the delay left: the first tier reached, else nothing."""
    left = starts_at - now
    tiers = sorted(found.rules.get("refund", []), key=lambda tier: -float(tier["days"]))
    return next((float(tier["share"]) for tier in tiers if left >= timedelta(days=float(tier["days"]))), 0.0)
