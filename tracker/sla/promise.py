"""What the city promises, and when it falls due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from . import hours
from .calendar import BusinessCalendar
from .pauses import Pause, allowed_pauses

UNITS = ("elapsed_h", "business_h", "business_days", "calendar_days")
LAST_MINUTE = time(23, 59)


@dataclass(frozen=True, slots=True)
class Promise:
    """An amount of one unit: elapsed hours (h*), business hours (h), business days (j), days (jc).

    Raises ValueError on an unknown unit, a negative amount, or a fraction of a day.
    """

    amount: float
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in UNITS:
            raise ValueError(f"unknown unit {self.unit!r}; one of {', '.join(UNITS)}")
        if self.amount < 0:
            raise ValueError(f"a promise cannot be negative: {self.amount}")
        if self.unit.endswith("_days") and self.amount != int(self.amount):
            raise ValueError(f"days are whole: {self.amount}")


def due(
    promise: Promise, *, start: datetime, calendar: BusinessCalendar, pauses: Iterable[Pause] = ()
) -> datetime:
    """Return when a promise made at `start` falls due, in UTC.

    `business_days` end at close of business of the Nth business day after the receipt date, a receipt
    at or after closing or on a closed day counting as the next business date; `calendar_days` end at
    23:59 local. Pauses push the due date as `add_pause` does, up to 60 days of pause in all.
    Raises ValueError when `start` is naive, NeverOpen when the calendar has no hours.
    """
    if start.tzinfo is None:
        raise ValueError("start must be aware")
    reached = _unpaused(promise, start, calendar)
    for pause in allowed_pauses(pauses, since=start):
        reached = add_pause(reached, promise=promise, pause=pause, calendar=calendar)
    return reached


def add_pause(due_at: datetime, *, promise: Promise, pause: Pause, calendar: BusinessCalendar) -> datetime:
    """Return the due date pushed by one pause, in UTC; a pause begun after the due date pushes nothing.

    Business promises move by the business minutes of the pause, elapsed hours by its whole length,
    calendar days to 23:59 of the day its length leads to.
    """
    due_at = due_at.astimezone(UTC)
    if pause.start >= due_at:
        return due_at
    if promise.unit.startswith("business"):
        return hours.add(due_at, hours.between(pause.start, pause.end, calendar), calendar)
    pushed = due_at + (pause.end - pause.start)
    return pushed if promise.unit == "elapsed_h" else _end_of_day(pushed, calendar, days=0)


def _unpaused(promise: Promise, start: datetime, calendar: BusinessCalendar) -> datetime:
    match promise.unit:
        case "elapsed_h":
            return start.astimezone(UTC) + timedelta(hours=promise.amount)
        case "business_h":
            return hours.add(start, timedelta(hours=promise.amount), calendar)
        case "calendar_days":
            return _end_of_day(start, calendar, days=int(promise.amount))
        case _:
            return hours.close_of_business(start, int(promise.amount), calendar)


def _end_of_day(start: datetime, calendar: BusinessCalendar, *, days: int) -> datetime:
    day = start.astimezone(calendar.zone).date() + timedelta(days=days)
    return datetime.combine(day, LAST_MINUTE, calendar.zone).astimezone(UTC)
