"""When something is free: the week in spans of words, and what is nearest to a moment that is taken.

Pure functions of what the API tells of a resource: its rules, its units and when some are held.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
STEPS = {"room": timedelta(minutes=30)}
REACH = timedelta(days=7)
SHOWN = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Busy:
    """A period in which units are held, `held` of them only while somebody makes up their mind."""

    starts: datetime
    ends: datetime
    units: int
    held: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A stretch of time with the units that are free and those that may come back within minutes."""

    starts: datetime
    ends: datetime
    free: int
    held: int = 0

    @property
    def state(self) -> str:
        """Return free, held or taken."""
        return "free" if self.free > 0 else ("held" if self.held else "taken")


@dataclass(frozen=True, kw_only=True, slots=True)
class Lent:
    """What is lent, how many of it, on which days and hours of its zone."""

    kind: str
    units: int
    rules: Mapping[str, Any]
    zone: ZoneInfo

    def opening(self, day: date) -> tuple[datetime, datetime] | None:
        """Return when it can be had on a day, None when it cannot."""
        days = self.rules.get("weekdays")
        if days and day.isoweekday() not in days:
            return None
        ends = datetime.combine(day + DAY, time.min, self.zone)
        if self.kind != "room":
            return datetime.combine(day, time.min, self.zone), ends
        starts = datetime.combine(day, time.fromisoformat(self.rules.get("opens", "00:00")), self.zone)
        closes = self.rules.get("closes")
        return starts, (datetime.combine(day, time.fromisoformat(closes), self.zone) if closes else ends)

    def allows(self, starts: datetime, ends: datetime) -> bool:
        """Tell whether it is lent at these times, whoever else holds it."""
        local = starts.astimezone(self.zone)
        hours = self.opening(local.date())
        if hours is None:
            return False
        return self.kind != "room" or (hours[0] <= starts and ends <= hours[1])


def spans(busy: Sequence[Busy], units: int, starts: datetime, ends: datetime) -> list[Span]:
    """Cut a period where what is free changes; neighbours that say the same are one."""
    edges = {starts, ends} | {edge for each in busy for edge in (each.starts, each.ends)}
    cuts = sorted(edge for edge in edges if starts <= edge <= ends)
    found: list[Span] = []
    for begin, end in zip(cuts, cuts[1:], strict=False):
        over = [each for each in busy if each.starts < end and begin < each.ends]
        free = max(units - sum(each.units for each in over), 0)
        held = sum(each.held for each in over)
        last = found[-1] if found else None
        if last and (last.free, last.held) == (free, held):
            found[-1] = Span(starts=last.starts, ends=end, free=free, held=held)
        else:
            found.append(Span(starts=begin, ends=end, free=free, held=held))
    return found


def nearest(
    lent: Lent, busy: Sequence[Busy], asked: tuple[datetime, datetime], quantity: int, *, now: datetime
) -> list[tuple[datetime, datetime]]:
    """Return the free moments as long as the one asked for and nearest to it, at most three, in order."""
    starts, ends = asked
    found: list[tuple[datetime, datetime]] = []
    for shift in _shifts(STEPS.get(lent.kind, DAY)):
        moved = _moved(starts, shift, lent.zone), _moved(ends, shift, lent.zone)
        if moved[0] <= now or not lent.allows(*moved):
            continue
        if any(one[0] < moved[1] and moved[0] < one[1] for one in found):
            continue
        if all(each.free >= quantity for each in spans(busy, lent.units, *moved)):
            found.append(moved)
        if len(found) == SHOWN:
            break
    return sorted(found)


def _shifts(step: timedelta) -> Iterator[timedelta]:
    """Return every shift within reach, the smallest first, later before earlier."""
    for count in range(1, REACH // step + 1):
        yield step * count
        yield -step * count


def _moved(moment: datetime, shift: timedelta, zone: ZoneInfo) -> datetime:
    """Move the hour on the wall: ten o'clock stays ten o'clock when the clocks change."""
    return moment.astimezone(zone) + shift
