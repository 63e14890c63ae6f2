"""Québec's statutory holidays, from our own reading of the Act.

Source: Act respecting labour standards (LNT), s. 60, and the National Holiday Act. General-purpose
libraries add observed days which are not in the Acts (a Monday after a Christmas that falls on a
Saturday, for one), so the rules are kept here and tested against published years.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

MONDAY, SUNDAY = 0, 6


def easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (the anonymous computus, Nature, 1876)."""
    golden = year % 19
    century, of_century = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    correction = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - correction + 15) % 30
    leap, rest = divmod(of_century, 4)
    weekday = (32 + 2 * century_rest + 2 * leap - epact - rest) % 7
    late = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def quebec_holidays(year: int, *, good_friday: bool = True, easter_monday: bool = True) -> Mapping[date, str]:
    """Return the statutory holidays of a year with their codes, in order.

    The Act lets each employer choose Good Friday or Easter Monday; a municipality usually gives both.
    """
    days = {date(year, 1, 1): "new_year"}
    if good_friday:
        days[easter(year) - timedelta(days=2)] = "good_friday"
    if easter_monday:
        days[easter(year) + timedelta(days=1)] = "easter_monday"
    days[_monday_on_or_before(date(year, 5, 24))] = "patriots"
    national = date(year, 6, 24)
    days[national] = "national_holiday"
    if national.weekday() == SUNDAY:  # National Holiday Act, s. 5: the 25th is then a day off as well
        days[date(year, 6, 25)] = "national_holiday_observed"
    canada = date(year, 7, 1)
    days[canada + timedelta(days=canada.weekday() == SUNDAY)] = "canada_day"
    days[_monday_on_or_before(date(year, 9, 7))] = "labour_day"
    days[_monday_on_or_before(date(year, 10, 14))] = "thanksgiving"
    days[date(year, 12, 25)] = "christmas"
    return days


@dataclass(frozen=True, kw_only=True, slots=True)
class HolidayRules:
    """Which days an employer closes: the statutory ones, yearly extras (month, day), single dates."""

    good_friday: bool = True
    easter_monday: bool = True
    extras: tuple[tuple[int, int], ...] = ()
    closed: frozenset[date] = frozenset()

    def covers(self, day: date) -> bool:
        """Return whether the employer is closed on this day."""
        return day in self.closed or day in _closed_days(self, day.year)


@lru_cache(maxsize=512)
def _closed_days(rules: HolidayRules, year: int) -> frozenset[date]:
    statutory = quebec_holidays(year, good_friday=rules.good_friday, easter_monday=rules.easter_monday)
    return frozenset(statutory) | {date(year, month, day) for month, day in rules.extras}


def _monday_on_or_before(day: date) -> date:
    return day - timedelta(days=(day.weekday() - MONDAY) % 7)
