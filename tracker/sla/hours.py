"""Counting along a calendar: business time between two instants, an instant after business time."""

from datetime import UTC, datetime, timedelta

from . import errors
from .calendar import BusinessCalendar

ONE_DAY = timedelta(days=1)
LONGEST_CLOSURE = 366  # days: beyond it the calendar is taken as never open


def between(start: datetime, end: datetime, calendar: BusinessCalendar) -> timedelta:
    """Return the time the office was open from `start` to `end`; zero when `end` is not later."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    day, last = calendar.local_date(start), calendar.local_date(end)
    total = timedelta()
    while day <= last:
        for opens, closes in calendar.openings(day):
            total += max(min(closes, end) - max(opens, start), timedelta())
        day += ONE_DAY
    return total


def business_minutes(start: datetime, end: datetime, calendar: BusinessCalendar) -> int:
    """Return the whole business minutes from `start` to `end`."""
    return between(start, end, calendar) // timedelta(minutes=1)


def add(start: datetime, amount: timedelta, calendar: BusinessCalendar) -> datetime:
    """Return the instant, in UTC, when `amount` of business time has passed since `start`.

    Nothing to add gives `start` itself; an amount that ends with an opening gives its closing time,
    not the next opening. Raises NeverOpen when the calendar stays closed for a year.
    """
    at = start.astimezone(UTC)
    if amount <= timedelta():
        return at
    day, closed_days = calendar.local_date(at), 0
    while closed_days <= LONGEST_CLOSURE:
        openings = calendar.openings(day)
        for opens, closes in openings:
            available = max(closes - max(opens, at), timedelta())
            if available >= amount:
                return max(opens, at) + amount
            amount -= available
        closed_days = 0 if openings else closed_days + 1
        day += ONE_DAY
    raise errors.NeverOpen


def close_of_business(start: datetime, days: int, calendar: BusinessCalendar) -> datetime:
    """Return the closing time, in UTC, of the Nth business day after the receipt date of `start`.

    A receipt at or after closing, or on a closed day, has the next business day as its date.
    Raises NeverOpen when the calendar stays closed for a year.
    """
    at = start.astimezone(UTC)
    day, left, closed_days = calendar.local_date(at), days, 0
    while closed_days <= LONGEST_CLOSURE:
        openings = calendar.openings(day)
        if openings and openings[-1][1] > at:
            if left == 0:
                return openings[-1][1]
            left -= 1
        closed_days = 0 if openings else closed_days + 1
        day += ONE_DAY
    raise errors.NeverOpen
