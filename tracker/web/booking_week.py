"""What the API says of a thing that is lent: a moment of it, and its week day by day in words."""

from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import quote, urlencode

from tracker import moments
from tracker.http import language
from tracker.web import booking_words, inner, shell, slots
from tracker.web.slots import Busy, Lent

WEEK = timedelta(days=7)
MOST = 10_000


def availability(
    found: dict[str, Any], starts: datetime | None, ends: datetime | None, quantity: int
) -> dict[str, Any]:
    """Return what the API says of a moment, nothing when it says no."""
    if starts is None or ends is None:
        return {}
    asked = urlencode(
        {"starts_at": starts.isoformat(), "ends_at": ends.isoformat(), "quantity": min(quantity, MOST)}
    )
    answer = inner.call("GET", f"/resources/{quote(found['code'])}/availability?{asked}")
    return dict(answer.body) if answer.is_ok else {}


def busy(found: dict[str, Any], starts: datetime, ends: datetime) -> list[Busy]:
    """Return when units of it are held during a period."""
    told = availability(found, starts, ends, 1).get("busy", [])
    return [
        Busy(
            starts=datetime.fromisoformat(each["starts_at"]),
            ends=datetime.fromisoformat(each["ends_at"]),
            units=each["units"],
            held=each["held"],
        )
        for each in told
    ]


def days(lent: Lent, found: dict[str, Any], monday: date) -> list[dict[str, Any]]:
    """Return the seven days from a Monday, each with its spans in words."""
    now, spoken = shell.current().when.now, language.current()
    zone = lent.zone
    taken = busy(
        found,
        datetime.combine(monday, time.min, zone),
        datetime.combine(monday + WEEK, time.min, zone),
    )
    told = []
    for each in (monday + timedelta(days=n) for n in range(7)):
        hours = lent.opening(each)
        cut = _left(lent, taken, hours, now.astimezone(zone)) if hours else []
        told.append(
            {
                "title": moments.long_date(each, spoken),
                "date": each.isoformat(),
                "spans": [booking_words.span(one, each, zone) for one in cut],
                "is_past": bool(hours) and not cut,
            }
        )
    return told


def _left(lent: Lent, busy: list[Busy], hours: tuple[datetime, datetime], now: datetime) -> list[slots.Span]:
    """Return the spans of a day that are still to come."""
    starts = max(hours[0], now)
    return slots.spans(busy, lent.units, starts, hours[1]) if starts < hours[1] else []
