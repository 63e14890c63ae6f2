"""The days the demo lives: eighteen months that end where they are wanted, always on whole days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np

ZONE = ZoneInfo("America/Toronto")
DAYS = 546  # 2025-01-01 to 2026-06-30, seventy-eight weeks
LAST_DAY = date(2026, 6, 30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Window:
    """The days from `first` on, up to the moment `anchor` (aware), after which nothing has happened yet."""

    first: date
    anchor: datetime

    @property
    def days(self) -> tuple[date, ...]:
        """Every day, the first one first."""
        return _days_from(self.first)

    @property
    def last(self) -> date:
        return self.first + timedelta(days=DAYS - 1)

    def progress(self, moment: datetime) -> float:
        """How far a moment is in the window: 0 at its beginning, 1 at its end."""
        begun = datetime.combine(self.first, time.min, ZONE)
        return float(np.clip((moment - begun) / timedelta(days=DAYS), 0.0, 1.0))

    def moved(self, planned: date) -> date:
        """A day of the fixed window, moved by whole years until it lies in this one."""
        day = planned
        while day < self.first:
            day = day.replace(year=day.year + 1)
        while day > self.last:
            day = day.replace(year=day.year - 1)
        return day


@lru_cache(maxsize=4)
def _days_from(first: date) -> tuple[date, ...]:
    return tuple(first + timedelta(days=later) for later in range(DAYS))


def fixed(shift_weeks: int = 0) -> Window:
    """The window of 2025-01-01 to 2026-06-30, or so many whole weeks later: seasons stay in the calendar's
    place.
    """
    last = LAST_DAY + timedelta(weeks=shift_weeks)
    return Window(first=last - timedelta(days=DAYS - 1), anchor=midnight(last + timedelta(days=1)))


def until(moment: datetime) -> Window:
    """The window whose last day is that of an aware moment; nothing happens after the moment itself."""
    last = moment.astimezone(ZONE).date()
    return Window(first=last - timedelta(days=DAYS - 1), anchor=moment.astimezone(UTC))


def midnight(day: date) -> datetime:
    """The first moment of a local day, in UTC."""
    return datetime.combine(day, time.min, ZONE).astimezone(UTC)


def at(day: date, hour: float) -> datetime:
    """A moment of a local day, in UTC to the second; `hour` counts from midnight and may pass 24."""
    local = datetime.combine(day, time.min, ZONE) + timedelta(seconds=int(hour * 3600))
    return local.astimezone(UTC)
