"""When a crew works, and how many minutes it has left before a job is due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

FARTHEST = timedelta(days=30)
"""No crew's weeks are reckoned further ahead: what is due later has time enough."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """A day's hours, local; those which end before they begin last into the next day."""

    starts: time
    ends: time
    on_call: bool = False

    @property
    def minutes(self) -> int:
        begun, ended = _minute(self.starts), _minute(self.ends)
        return (ended - begun) % (24 * 60) or 24 * 60


@dataclass(frozen=True, slots=True)
class Roster:
    """A crew's hours by ISO weekday (1 is Monday). A crew that keeps none is never refused for its hours."""

    days: dict[int, Hours]

    def is_on_duty(self, at: datetime, zone: ZoneInfo) -> bool:
        """Tell whether the crew works at this moment, or is on call."""
        if not self.days or any(hours.on_call for hours in self.days.values()):
            return True
        local = at.astimezone(zone)
        return any(begins <= local < ends for begins, ends in self._shifts(local, local))

    def is_on_shift(self, at: datetime, until: datetime, zone: ZoneInfo) -> bool:
        """Tell whether the crew works at some time between now and then, at the latest the end of today."""
        return not self.days or self.minutes(at, until, zone, capacity_min=1_440) > 0

    def upcoming(self, local: datetime) -> Iterator[tuple[datetime, datetime, Hours]]:
        """Give the shifts that run now or later, without end: when each begins (not before now) and ends.

        Nothing for a crew that keeps no hours. `local` is in the jurisdiction's zone.
        """
        if not self.days:
            return
        day = local.date() - timedelta(days=1)
        while True:
            hours = self.days.get(day.isoweekday())
            if hours is not None:
                begins = datetime.combine(day, hours.starts, local.tzinfo)
                ends = begins + timedelta(minutes=hours.minutes)
                if ends > local:
                    yield (begins if begins > local else local), ends, hours
            day += timedelta(days=1)

    def worked(self, at: datetime, until: datetime, zone: ZoneInfo) -> Iterator[tuple[datetime, Hours]]:
        """Give the moments a crew is there between two instants, one for each shift, with the shift's hours.

        The first is `at` itself when a shift runs then. At the latest the end of today counts, as in
        `minutes`.
        """
        local = at.astimezone(zone)
        last = horizon(local, until)
        for begins, _, hours in self.upcoming(local):
            if begins >= last and begins > local:
                return
            yield begins, hours

    def minutes(self, at: datetime, until: datetime, zone: ZoneInfo, *, capacity_min: int) -> int:
        """Return the minutes of work a crew has between two instants, `capacity_min` on a whole day.

        A shift that has begun counts for the part that is left. What is late already has today.
        """
        local = at.astimezone(zone)
        midnight = datetime.combine(local.date() + timedelta(days=1), time.min, zone)
        last = max(min(until.astimezone(zone), local + FARTHEST), midnight)
        return sum(
            round(capacity_min * (ends - max(begins, local)) / (ends - begins))
            for begins, ends in self._shifts(local, last)
            if ends > local
        )

    def _shifts(self, local: datetime, last: datetime) -> list[tuple[datetime, datetime]]:
        """Return the shifts that may touch a stretch of local time; one of last night may still run."""
        found = []
        day = local.date() - timedelta(days=1)
        while day <= last.date():
            hours = self.days.get(day.isoweekday())
            if hours is not None:
                begins = datetime.combine(day, hours.starts, local.tzinfo)
                ends = begins + timedelta(minutes=hours.minutes)
                if begins < last or begins <= local:
                    found.append((begins, ends))
            day += timedelta(days=1)
        return found


def horizon(local: datetime, until: datetime) -> datetime:
    """Return until when shifts count for what is due at `until`: the end of today at the earliest."""
    midnight = datetime.combine(local.date() + timedelta(days=1), time.min, local.tzinfo)
    return max(min(until.astimezone(local.tzinfo), local + FARTHEST), midnight)


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
