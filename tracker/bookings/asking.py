"""From what somebody sends to a wish, and what is told of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from tracker.bookings import errors, places, queries
from tracker.bookings.models import Resource, Seat
from tracker.bookings.places import Near
from tracker.bookings.queries import Wish
from tracker.db import selected
from tracker.http import language
from tracker.reports.submission import Submission

BIRTH, PERSON = "date_naissance", "participant"
NO_SEAT_YET = "attente"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A wish with the seats it names and the birth date it is for."""

    wish: Wish
    seats: tuple[Seat, ...] = ()
    born_on: date | None = None


def asked(session: Session, slot: Mapping[str, Any], born_on: date | None = None) -> Asked:
    """Return what a slot means. Raises ResourceUnknown, PeriodInvalid, SeatUnknown."""
    zone = zone_of(session)
    resource = queries.resource(session, slot["resource"])
    starts, ends, quantity = slot["starts_at"], slot["ends_at"], slot["quantity"]
    seats: list[Seat] = []
    if places.is_placed(resource):
        starts, ends = places.period(resource, zone)
        seats = places.chosen(session, resource, slot["seats"])
        quantity = 1 if resource.kind == "activity" else len(seats) or quantity
        if quantity > int(resource.rules.get("most", places.MOST_SEATS)):
            raise errors.PeriodInvalid
    elif resource.kind == "tour" and starts is not None:
        starts, ends = queries.whole_day(starts.astimezone(zone).date(), zone)
    if starts is None or ends is None:
        raise errors.PeriodInvalid
    wish = Wish(
        resource=resource,
        starts_at=starts,
        ends_at=ends,
        quantity=quantity,
        people=slot["people"],
        alcohol=slot["alcohol"],
        units=tuple(each.unit for each in seats),
    )
    if places.is_placed(resource):
        wish = replace(wish, is_resident=places.is_resident(session, slot["address"]))
    return Asked(wish=wish, seats=tuple(seats), born_on=born_on)


def named(given: Asked, submission: Submission) -> tuple[Asked, Submission]:
    """Return an activity's wish with who takes part, and a report that names what the slot names."""
    found, said = given.wish.resource, submission.answers
    if found.kind == "show":
        labels = [each.label for each in given.seats] or [f"{NO_SEAT_YET}-{given.wish.quantity}"]
        return given, replace(submission, answers={**said, "evenement": found.name_fr, "sieges": labels})
    if found.kind != "activity":
        return given, submission
    born_on, name = _day(said.get(BIRTH)), str(said.get(PERSON) or "").strip()
    who = places.participant(name, born_on) if name and born_on else None
    named_too = replace(submission, answers={**said, "activite": found.name_fr})
    return replace(given, wish=replace(given.wish, participant=who), born_on=born_on), named_too


def is_free(session: Session, given: Asked) -> bool:
    """Tell whether a wish can be had: the very seats it names, else enough units of any."""
    free = queries.free_units(session, given.wish)
    if given.wish.units:
        return set(given.wish.units) <= set(free)
    return len(free) >= given.wish.quantity


def near(session: Session, given: Asked, *, now: datetime) -> list[dict[str, Any]]:
    """Return what can be had instead, as it is told; nothing for what is lent by the hour or day."""
    if not places.is_placed(given.wish.resource):
        return []
    zone = zone_of(session)
    found: Sequence[Near] = places.near(session, given.wish, given.born_on, now=now, zone=zone)
    return [
        {
            "resource": each.resource.code,
            "name": name_of(each.resource),
            "starts_at": places.period(each.resource, zone)[0].isoformat(),
            "seats": list(each.seats),
        }
        for each in found
    ]


def quote(session: Session, given: Asked, *, now: datetime) -> dict[str, Any]:
    """Return what a wish costs, whether it can be had and by whom, and what is nearest when it cannot."""
    wish, zone = given.wish, zone_of(session)
    standing, found = queries.standing(session, wish), wish.resource
    is_placed = places.is_placed(found)
    opens = places.opens_at(found, zone, resident=bool(wish.is_resident)) if is_placed else None
    can_be_had = is_free(session, given)
    gone = set(wish.units) - set(queries.free_units(session, wish))
    return {
        "is_free": can_be_had and can_be_asked(session, wish, now=now),
        "free_units": standing.free,
        "held_units": standing.held,
        "taken_units": standing.taken,
        "price": queries.price(wish),
        "is_resident": bool(wish.is_resident),
        "opens_at": opens,
        "is_open": opens is None or opens <= now,
        "fits_age": places.fits_age(found, given.born_on, zone) if is_placed and given.born_on else None,
        "seats_taken": [each.label for each in given.seats if each.unit in gone],
        "near": [] if can_be_had else near(session, given, now=now),
    }


def can_be_asked(session: Session, wish: Wish, *, now: datetime) -> bool:
    """Tell whether a resource is lent at the times of a wish, whoever holds it."""
    try:
        queries.check_period(wish, now=now, zone=zone_of(session))
    except errors.BookingError:
        return False
    return True


def listed(session: Session, found: Sequence[Resource]) -> list[dict[str, Any]]:
    """Return resources as they are told, with the places left of activities and shows."""
    placed = [each for each in found if places.is_placed(each)]
    taken, zone = places.units_taken(session, placed) if placed else {}, zone_of(session)
    return [_told(each, taken.get(each.id), zone) for each in found]


def name_of(found: Resource) -> str:
    """Return the name of a resource in the reader's language."""
    return found.name_en if language.current() == "en" else found.name_fr


def zone_of(session: Session) -> ZoneInfo:
    """Return the town's zone."""
    return ZoneInfo(selected(session).zone)


def _told(given: Resource, taken: Mapping[int, bool] | None, zone: ZoneInfo) -> dict[str, Any]:
    told: dict[str, Any] = {
        "code": given.code,
        "kind": given.kind,
        "service_code": given.service_code,
        "name": name_of(given),
        "units": given.units,
        "district": given.district_code,
        "rules": given.rules,
        "hall": given.hall_code,
        "period": None,
        "places": None,
    }
    if taken is not None:
        begins, ends = places.period(given, zone)
        held = sum(taken.values())
        told["period"] = {"starts_at": begins, "ends_at": ends}
        free = max(given.units - len(taken), 0)
        told["places"] = {"free": free, "held": held, "taken": len(taken) - held}
    return told


def _day(value: object) -> date | None:
    try:
        return datetime.fromisoformat(str(value)).date()
    except ValueError:
        return None
