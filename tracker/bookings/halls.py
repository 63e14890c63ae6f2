"""Halls, activities and shows as a municipality writes them: every mistake is named."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from tracker.bookings.models import Booking, BookingUnit, Hall, Resource, Seat
from tracker.bookings.queries import PLACED

MOMENTS = ("begins", "ends", "residents_from", "others_from")
RULES = (*MOMENTS, "when", "where", "ages", "other_cents", "group", "most")
MOST_LINES, MOST_IN_LINE = 100, 200
Seats = list[tuple[str, int, bool]]


def faults(session: Session, given: Any) -> Iterator[str]:
    """Name what is wrong with the halls of a file.

    A hall whose seats somebody holds keeps its seats: another plan is another hall.
    """
    if not isinstance(given, Mapping):
        yield "halls: must be a mapping"
        return
    for code, entry in given.items():
        wrong = list(_hall_faults(entry))
        yield from (f"halls.{code}.{each}" for each in wrong)
        if not wrong and _is_held(session, str(code)) and _kept(session, str(code)) != _seats(entry):
            yield f"halls.{code}.rows: seats of it are held, give the new plan another code"


def place_faults(entry: Any, halls: Any) -> Iterator[str]:
    """Name what is wrong with one activity or show of a file, or with its rules under anything else."""
    if not isinstance(entry, Mapping):
        return
    rules = entry.get("rules") or {}
    if not isinstance(rules, Mapping):
        return
    is_show = entry.get("kind") == "show"
    if "hall" in entry and (not is_show or not isinstance(halls, Mapping) or entry["hall"] not in halls):
        yield "hall: one of the halls of this file, for a show"
    if is_show and "hall" not in entry:
        yield "hall: needed for a show"
    if entry.get("kind") not in PLACED:
        yield from (f"rules.{each}: only for an activity or a show" for each in RULES if each in rules)
        return
    yield from (f"rules.{each}" for each in _rule_faults(rules))


def moved_faults(session: Session, code: str, entry: Any) -> Iterator[str]:
    """Name what of an activity or show may not change since somebody has a place: when it is, and its hall.

    The database keeps two people off one seat of one period; a show that moved would sell its seats again.
    """
    known = session.scalars(select(Resource).where(Resource.code == code)).one_or_none()
    if known is None or known.kind not in PLACED or not isinstance(entry, Mapping):
        return
    asked = select(Booking.case_id).where(Booking.resource_id == known.id, Booking.state != "released")
    if session.execute(asked.limit(1)).first() is None:
        return
    said = entry.get("rules")
    rules: Mapping[str, Any] = said if isinstance(said, Mapping) else {}
    why = "places of it are booked, give the change another code"
    for name in ("begins", "ends"):
        if rules.get(name) != known.rules.get(name):
            yield f"rules.{name}: {why}"
    if entry.get("kind") != known.kind:
        yield f"kind: {why}"
    if entry.get("hall") != known.hall_code:
        yield f"hall: {why}"


def store(session: Session, given: Mapping[str, Any]) -> dict[str, int]:
    """Store checked halls; return how many seats each has. Those no longer named stay, for their tickets."""
    sizes = {}
    for code, entry in given.items():
        seats = _seats(entry)
        sizes[code] = len(seats)
        values = {"name_fr": entry["name"]["fr"], "name_en": entry["name"]["en"]}
        statement = insert(Hall).values(code=str(code), **values)
        session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=values))
        if _kept(session, str(code)) == seats:
            continue
        session.execute(delete(Seat).where(Seat.hall_code == str(code)))
        session.add_all(
            Seat(hall_code=str(code), unit=unit, line=line, number=number, is_accessible=is_accessible)
            for unit, (line, number, is_accessible) in enumerate(seats, start=1)
        )
        session.flush()
    return sizes


def is_said(value: Any) -> bool:
    """Tell whether something is said in both languages."""
    return isinstance(value, Mapping) and all(isinstance(value.get(each), str) for each in ("fr", "en"))


def _hall_faults(entry: Any) -> Iterator[str]:
    if not isinstance(entry, Mapping):
        yield "must be a mapping"
        return
    yield from (f"{each}: unknown" for each in entry if each not in ("name", "rows"))
    if not is_said(entry.get("name")):
        yield "name: needs fr and en"
    rows = entry.get("rows")
    if not isinstance(rows, Mapping) or not 1 <= len(rows) <= MOST_LINES:
        yield f"rows: from 1 to {MOST_LINES} rows, the nearest to the stage first"
        return
    for line, row in rows.items():
        if not (isinstance(line, str) and line.isalnum() and line == line.upper() and len(line) <= 3):
            yield f"rows.{line}: a row is named by one to three capital letters or quoted digits"
        seats: Any = row.get("seats") if isinstance(row, Mapping) else row
        if not _is_whole(seats, 1, MOST_IN_LINE):
            yield f"rows.{line}: a number of seats from 1 to {MOST_IN_LINE}"
            continue
        reached = row.get("accessible", []) if isinstance(row, Mapping) else []
        if not (isinstance(reached, list) and all(_is_whole(each, 1, seats) for each in reached)):
            yield f"rows.{line}.accessible: numbers of seats of the row"


def _rule_faults(rules: Mapping[str, Any]) -> Iterator[str]:
    wrong = [each for each in MOMENTS if each in rules and _moment(rules[each]) is None]
    yield from (f"{each}: a local moment such as '2026-09-12T09:00', in quotes" for each in wrong)
    yield from (f"{each}: needed" for each in ("begins", "ends") if each not in rules)
    begins, ends = _moment(rules.get("begins")), _moment(rules.get("ends"))
    if begins and ends and ends <= begins:
        yield "ends: must come after begins"
    first, then = _moment(rules.get("residents_from")), _moment(rules.get("others_from"))
    if first and then and then < first:
        yield "others_from: must not come before residents_from"
    for each in ("when", "where"):
        if each in rules and not is_said(rules[each]):
            yield f"{each}: needs fr and en"
    if "other_cents" in rules and not _is_whole(rules["other_cents"], 0, 10**12):
        yield "other_cents: a whole number"
    if "most" in rules and not _is_whole(rules["most"], 1, 50):
        yield "most: a whole number from 1 to 50"
    if "group" in rules and not isinstance(rules["group"], str):
        yield "group: a word"
    if "ages" in rules and not _are_ages(rules["ages"]):
        yield "ages: least and most, in years, at least one of them"


def _are_ages(value: Any) -> bool:
    if not isinstance(value, Mapping) or not value or set(value) - {"least", "most"}:
        return False
    if not all(_is_whole(each, 0, 130) for each in value.values()):
        return False
    return bool(value.get("least", 0) <= value.get("most", 130))


def _is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


def _moment(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo is None else None


def _seats(entry: Mapping[str, Any]) -> Seats:
    found: Seats = []
    for line, row in entry["rows"].items():
        is_plain = not isinstance(row, Mapping)
        reached = set() if is_plain else set(row.get("accessible", []))
        count = row if is_plain else row["seats"]
        found += [(line, number, number in reached) for number in range(1, count + 1)]
    return found


def _kept(session: Session, code: str) -> Seats:
    kept = session.scalars(select(Seat).where(Seat.hall_code == code).order_by(Seat.unit))
    return [(each.line, each.number, each.is_accessible) for each in kept]


def _is_held(session: Session, code: str) -> bool:
    held = select(BookingUnit.unit).join(Resource, Resource.id == BookingUnit.resource_id)
    return session.execute(held.where(Resource.hall_code == code).limit(1)).first() is not None
