"""How long something took: gross as people live it, net of pauses as the promise counts it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from . import hours
from .calendar import BusinessCalendar
from .pauses import Pause, allowed_pauses


@dataclass(frozen=True, kw_only=True, slots=True)
class Spent:
    """Time between two instants; both figures are published, never only the kinder one."""

    gross: timedelta
    net: timedelta
    business_gross: timedelta
    business_net: timedelta


def spent(start: datetime, end: datetime, calendar: BusinessCalendar, pauses: Iterable[Pause] = ()) -> Spent:
    """Return the time from `start` to `end`, with and without the pauses (60 days of pause at most)."""
    kept = [
        Pause(start=pause.start, end=min(pause.end, end))
        for pause in allowed_pauses(pauses, since=start)
        if pause.start < end
    ]
    paused = sum((pause.end - pause.start for pause in kept), timedelta())
    business_paused = sum((hours.between(one.start, one.end, calendar) for one in kept), timedelta())
    business = hours.between(start, end, calendar)
    return Spent(
        gross=end - start,
        net=end - start - paused,
        business_gross=business,
        business_net=business - business_paused,
    )
