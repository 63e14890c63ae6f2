"""When the city is open: weekly hours, seasonal hours, holidays, in the jurisdiction's own zone."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .holidays import HolidayRules

DAY_MINUTES = 24 * 60

Opening = tuple[int, int]
"""Minutes since local midnight, from opening to closing; closing may be 1440."""

Week = tuple[tuple[Opening, ...], ...]
"""Openings of Monday to Sunday."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Season:
    """A yearly stretch from one (month, day) to another, both within it; it may span New Year."""

    first: tuple[int, int]
    last: tuple[int, int]

    def contains(self, day: date) -> bool:
        """Return whether the day lies in the season."""
        here = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= here <= self.last
        return here >= self.first or here <= self.last

    def opens_on(self, day: date) -> date:
        """Return the day itself when in season, else the next day the season begins."""
        while not self.contains(day):
            day += timedelta(days=1)
        return day


@dataclass(frozen=True, kw_only=True, slots=True)
class BusinessCalendar:
    """The hours of one office. Seasonal hours win over the weekly ones, the first that fits.

    Raises ValueError when a week has not seven days or an opening is empty, overlaps or leaves its day.
    """

    zone: ZoneInfo
    week: Week
    holidays: HolidayRules = field(default_factory=HolidayRules)
    seasonal: tuple[tuple[Season, Week], ...] = ()

    def __post_init__(self) -> None:
        for week in (self.week, *(week for _, week in self.seasonal)):
            _check_week(week)

    def hours_on(self, day: date) -> tuple[Opening, ...]:
        """Return the openings of a day in minutes since local midnight; empty when closed."""
        if self.holidays.covers(day):
            return ()
        week = next((week for season, week in self.seasonal if season.contains(day)), self.week)
        return week[day.weekday()]

    def openings(self, day: date) -> tuple[tuple[datetime, datetime], ...]:
        """Return the openings of a day as UTC instants."""
        return tuple(
            (self._instant(day, opens), self._instant(day, closes)) for opens, closes in self.hours_on(day)
        )

    def is_business_day(self, day: date) -> bool:
        """Return whether the office opens at all that day."""
        return bool(self.hours_on(day))

    def is_open(self, at: datetime) -> bool:
        """Return whether the office is open at this instant (closing time is already closed)."""
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(opens <= minute < closes for opens, closes in self.hours_on(local.date()))

    def local_date(self, at: datetime) -> date:
        """Return the date an instant has in the calendar's zone."""
        return at.astimezone(self.zone).date()

    def _instant(self, day: date, minute: int) -> datetime:
        days, minute = divmod(minute, DAY_MINUTES)
        wall = time(minute // 60, minute % 60)
        return datetime.combine(day + timedelta(days=days), wall, self.zone).astimezone(UTC)


def _check_week(week: Week) -> None:
    if len(week) != 7:
        raise ValueError(f"a week has seven days, not {len(week)}")
    for openings in week:
        reached = 0
        for opens, closes in openings:
            if not reached <= opens < closes <= DAY_MINUTES:
                raise ValueError(f"opening {opens}-{closes} is empty, overlaps or leaves its day")
            reached = closes
