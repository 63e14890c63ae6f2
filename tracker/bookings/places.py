"""Places in activities and seats of shows: who may register when, at what price, and what is nearest."""

import hashlib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker.bookings import errors, queries, seating
from tracker.bookings.models import Resource, Seat
from tracker.bookings.queries import Wish
from tracker.bookings.seating import Spot
from tracker.places import geocoding

SHOWN = 3
MOST_SEATS = 8

_HELD = text("""
    SELECT u.resource_id, u.unit, c.status IN ('cart', 'offered') AS is_held
    FROM booking_unit u JOIN "case" c ON c.id = u.case_id WHERE u.resource_id = ANY(:ids)
""")
_SEATS_OF = text("""
    SELECT s.line || '-' || s.number FROM booking_unit u JOIN resource r ON r.id = u.resource_id
    JOIN seat s ON s.hall_code = r.hall_code AND s.unit = u.unit WHERE u.case_id = :id ORDER BY s.unit
""")
_REGISTERED = text("""
    SELECT 1 FROM booking WHERE resource_id = :resource AND participant = :who AND state <> 'released'
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Near:
    """What can be had instead: another session, another show, or other seats of the same."""

    resource: Resource
    seats: tuple[str, ...] = ()


def is_placed(found: Resource) -> bool:
    """Tell whether people take places in it: an activity or a show, which have one period of their own."""
    return found.kind in queries.PLACED


def period(found: Resource, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when an activity or a show begins and ends."""
    begins, ends = (datetime.fromisoformat(found.rules[name]) for name in ("begins", "ends"))
    return begins.replace(tzinfo=zone), ends.replace(tzinfo=zone)


def is_resident(session: Session, address: str | None) -> bool:
    """Tell whether an address is one the town knows: the very number, not one placed between two others."""
    if not address or not address.strip():
        return False
    found = geocoding.find(session, address.strip(), limit=1)
    return found.is_clear and found.choices[0].kind == "address"


def opens_at(found: Resource, zone: ZoneInfo, *, resident: bool) -> datetime | None:
    """Return since when people register, residents first; None when they always may."""
    said = found.rules.get("residents_from" if resident else "others_from")
    said = said or (found.rules.get("others_from") if resident else None)
    return datetime.fromisoformat(said).replace(tzinfo=zone) if said else None


def check_open(wish: Wish, *, now: datetime, zone: ZoneInfo) -> None:
    """Check that registration has begun for this person. Raises RegistrationClosed."""
    opens = opens_at(wish.resource, zone, resident=bool(wish.is_resident))
    if opens is not None and now < opens:
        raise errors.RegistrationClosed(opens, for_residents=bool(wish.is_resident))


def fits_age(found: Resource, born_on: date | None, zone: ZoneInfo) -> bool:
    """Tell whether somebody has the age on the first day; who has not said is taken as not having it."""
    ages = found.rules.get("ages")
    if not ages:
        return True
    if born_on is None:
        return False
    day = period(found, zone)[0].date()
    age = day.year - born_on.year - ((day.month, day.day) < (born_on.month, born_on.day))
    return int(ages.get("least", 0)) <= age <= int(ages.get("most", 200))


def participant(name: str, born_on: date) -> bytes:
    """Return a digest of a person, the same however the name is written: case, accents and spaces aside."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    letters = "".join(each for each in plain if each.isalnum())
    return hashlib.sha256(f"{letters}|{born_on.isoformat()}".encode()).digest()


def check_person(
    session: Session, found: Resource, born_on: date | None, who: bytes | None, zone: ZoneInfo
) -> None:
    """Check the age, and that a person is not registered already. Raises AgeOutside, AlreadyRegistered."""
    if not fits_age(found, born_on, zone):
        ages = found.rules["ages"]
        raise errors.AgeOutside(ages.get("least"), ages.get("most"))
    asked = {"resource": found.id, "who": who}
    if who is not None and session.execute(_REGISTERED, asked).first() is not None:
        raise errors.AlreadyRegistered


def seats(session: Session, found: Resource) -> list[Seat]:
    """Return the seats of a show's hall, from the stage; none where nobody has a seat of their own."""
    statement = select(Seat).where(Seat.hall_code == found.hall_code).order_by(Seat.unit)
    return list(session.scalars(statement)) if found.hall_code else []


def seats_of(session: Session, case_id: Any) -> list[str]:
    """Return the seats that a booking holds."""
    return list(session.execute(_SEATS_OF, {"id": case_id}).scalars())


def chosen(session: Session, found: Resource, labels: Sequence[str]) -> list[Seat]:
    """Return the seats of those labels, each once. Raises SeatUnknown, PeriodInvalid (too many)."""
    by_label = {each.label: each for each in seats(session, found)}
    wanted = list(dict.fromkeys(each.strip().upper() for each in labels))
    for label in wanted:
        if label not in by_label:
            raise errors.SeatUnknown(label)
    if len(wanted) > int(found.rules.get("most", MOST_SEATS)):
        raise errors.PeriodInvalid
    return [by_label[label] for label in wanted]


def best(session: Session, found: Resource, free: Iterable[int], wish: Wish) -> list[int]:
    """Return the units to hold for a wish: in a hall the seats that go together, else the lowest."""
    open_units = set(free)
    if not found.hall_code:
        return sorted(open_units)[: wish.quantity]
    return seating.nearest(*_spots(session, found, open_units, wish.units), wish.quantity)


def units_taken(session: Session, found: Sequence[Resource]) -> dict[int, dict[int, bool]]:
    """Return the units that are taken of each resource, and whether each is only held, in one statement."""
    told: dict[int, dict[int, bool]] = {each.id: {} for each in found}
    for row in session.execute(_HELD, {"ids": list(told)}):
        told[row.resource_id][row.unit] = row.is_held
    return told


def near(session: Session, wish: Wish, born_on: date | None, *, now: datetime, zone: ZoneInfo) -> list[Near]:
    """Return what is nearest to a wish that cannot be had, at most three, the nearest first."""
    found = wish.resource
    if found.hall_code:
        free = queries.free_units(session, wish)
        here = best(session, found, free, wish)
        if here:
            by_unit = {each.unit: each.label for each in seats(session, found)}
            return [Near(resource=found, seats=tuple(by_unit[unit] for unit in here))]
    others = [
        each
        for each in queries.listed(session, found.service_code)
        if each.id != found.id and each.kind == found.kind and period(each, zone)[0] > now
    ]
    taken, begins = units_taken(session, others), period(found, zone)[0]

    def can_be_had(each: Resource) -> bool:
        opens = opens_at(each, zone, resident=bool(wish.is_resident))
        return (
            each.units - len(taken[each.id]) >= wish.quantity
            and (opens is None or opens <= now)
            and (born_on is None or fits_age(each, born_on, zone))
        )

    def distance(each: Resource) -> tuple[bool, float, str]:
        apart = abs((period(each, zone)[0] - begins).total_seconds())
        return each.rules.get("group") != found.rules.get("group"), apart, each.code

    return [Near(resource=each) for each in sorted(filter(can_be_had, others), key=distance)[:SHOWN]]


def _spots(
    session: Session, found: Resource, free: set[int], wanted: Sequence[int]
) -> tuple[list[Spot], list[Spot]]:
    every = seats(session, found)
    rows = {line: place for place, line in enumerate(dict.fromkeys(each.line for each in every))}
    spots = [
        Spot(unit=each.unit, row=rows[each.line], number=each.number, is_accessible=each.is_accessible)
        for each in every
    ]
    return [each for each in spots if each.unit in free], [each for each in spots if each.unit in wanted]
