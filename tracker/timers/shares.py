"""Points along a promise: half of it, three quarters, three times its length. Pure, over a calendar.

A promise counted in business time is divided in business time: half of eight hours received on Friday at
three is on Monday, not in the night of Saturday. Time that was paused is no part of a promise's length.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.sla import BusinessCalendar, Pause, hours


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """A promise as it stands: made at `start`, due at `due`, with the pauses in between that moved `due`."""

    start: datetime
    due: datetime
    in_business_time: bool
    pauses: tuple[Pause, ...] = ()

    def at(self, share: float, calendar: BusinessCalendar) -> datetime:
        """Return when that share of the promise has run: 1 is `due` itself, more lies beyond it.

        Counted from the due date, so that a pause moves every point that has not been reached.
        """
        if share == 1:
            return self.due
        length = self._length(calendar)
        if share > 1:
            return self._after(self.due, length * (share - 1), calendar)
        left = length * (1 - share)
        return self._before(left, calendar)

    def _length(self, calendar: BusinessCalendar) -> timedelta:
        whole = self._between(self.start, self.due, calendar)
        paused = sum((self._between(one.start, one.end, calendar) for one in self.pauses), timedelta())
        return max(whole - paused, timedelta())

    def _between(self, start: datetime, end: datetime, calendar: BusinessCalendar) -> timedelta:
        if self.in_business_time:
            return hours.between(start, end, calendar)
        return max(end - start, timedelta())

    def _after(self, start: datetime, length: timedelta, calendar: BusinessCalendar) -> datetime:
        return hours.add(start, length, calendar) if self.in_business_time else start + length

    def _before(self, left: timedelta, calendar: BusinessCalendar) -> datetime:
        """Return when `left` of counted time remains before the due date."""
        if not self.in_business_time:
            return self.due - left
        whole = hours.between(self.start, self.due, calendar)
        return hours.add(self.start, max(whole - left, timedelta()), calendar)


def moving(pauses: Iterable[Pause], *, start: datetime, due: datetime) -> tuple[Pause, ...]:
    """Return the pauses that moved a due date: those begun after the promise and before it fell due."""
    return tuple(one for one in pauses if start <= one.start < due)
