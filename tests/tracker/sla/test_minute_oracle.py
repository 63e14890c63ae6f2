"""The clock compared with a slow clock that looks at every minute of twenty years and knows no arithmetic.

The slow clock knows for each minute whether the office is open, from the local wall clock alone; it counts
minutes one by one and never computes with openings. `VIGIE_ORACLE_CASES` chooses how many cases are tried.
"""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import scale
from tracker import definitions, sla
from tracker.sla import definition

CASES = int(os.environ.get("VIGIE_ORACLE_CASES") or scale.trials(whole=100_000, usual=800))
ZONE = ZoneInfo("America/Toronto")
MINUTE = timedelta(minutes=1)
# Twenty years: five leap days, forty changes of hour, 24 June and 1 July on Sundays in 2029, 2035 and 2040.
FIRST, LAST = datetime(2024, 1, 1, tzinfo=UTC), datetime(2044, 1, 1, tzinfo=UTC)
AFTER = 400  # days beyond, for promises that fall due later
# The church's full moons of spring from 1900 to 2199, by golden number (Book of Common Prayer).
FULL_MOONS = [
    "04-14",
    "04-03",
    "03-23",
    "04-11",
    "03-31",
    "04-18",
    "04-08",
    "03-28",
    "04-16",
    "04-05",
    "03-25",
    "04-13",
    "04-02",
    "03-22",
    "04-10",
    "03-30",
    "04-17",
    "04-07",
    "03-27",
]
OFFICES: dict[str, dict[str, Any]] = {
    "default": {},
    "friday_noon": {"fri": "08:00-12:00"},
    "summer_hours": {"summer": True},
    "good_friday_only": {"easter_monday": False},
    "night": {"night": True},
}


@dataclass(frozen=True)
class Minutes:
    """Every minute since `FIRST`: whether the office is open, and the local wall clock."""

    is_open: np.ndarray[Any, Any]
    day: np.ndarray[Any, Any]
    of_day: np.ndarray[Any, Any]


def wall_clock() -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Return the local day (since 1970) and minute of the day of every minute, hour by hour."""
    hours = int((LAST - FIRST) / timedelta(hours=1)) + AFTER * 24
    days, minutes = np.empty(hours * 60, np.int32), np.empty(hours * 60, np.int16)
    epoch = date(1970, 1, 1).toordinal()
    for hour in range(hours):  # Ontario and Québec change at whole hours of UTC
        local = (FIRST + timedelta(hours=hour)).astimezone(ZONE)
        days[hour * 60 : hour * 60 + 60] = local.toordinal() - epoch
        minutes[hour * 60 : hour * 60 + 60] = local.hour * 60 + np.arange(60)
    return days, minutes


def easter(year: int) -> date:
    """Return the Sunday after the church's full moon, looked up."""
    day = date.fromisoformat(f"{year}-{FULL_MOONS[year % 19]}") + timedelta(days=1)
    while day.weekday() != 6:
        day += timedelta(days=1)
    return day


def closed_days(good_friday: bool = True, easter_monday: bool = True) -> set[date]:
    """Return the closed days by looking at each day of the years, from the words of the Acts."""
    found = set()
    for year in range(FIRST.year - 1, LAST.year + 3):
        sunday = easter(year)
        days = [date(year, 1, 1) + timedelta(days=one) for one in range(366)]
        for day in (one for one in days if one.year == year):
            md, weekday = (day.month, day.day), day.weekday()
            is_closed = (
                md in ((1, 1), (1, 2), (6, 24), (12, 24), (12, 25), (12, 26), (12, 31))
                or (md == (6, 25) and weekday == 0)  # the 24th was a Sunday
                or (md == (7, 1) and weekday != 6)
                or (md == (7, 2) and weekday == 0)
                or (weekday == 0 and day.month == 5 and 18 <= day.day <= 24)  # the Monday before 25 May
                or (weekday == 0 and day.month == 9 and day.day <= 7)
                or (weekday == 0 and day.month == 10 and 8 <= day.day <= 14)
                or (good_friday and day == sunday - timedelta(days=2))
                or (easter_monday and day == sunday + timedelta(days=1))
            )
            if is_closed:
                found.add(day)
    return found


def office(name: str) -> sla.BusinessCalendar:
    """Return the calendar of one office as the code reads it."""
    mapping = copy.deepcopy(dict(definitions.read_mapping(definitions.CALENDAR)))
    odd = OFFICES[name]
    hall = mapping["offices"]["city_hall"]
    if "fri" in odd:
        hall["week"]["fri"] = [odd["fri"]]
    if "summer" in odd:
        week = {day: ["07:00-15:30"] for day in ("mon", "tue", "wed", "thu")} | {"fri": ["07:00-11:30"]}
        hall["seasonal"] = [{"from": "05-01", "to": "09-30", "week": week}]
    if "easter_monday" in odd:
        mapping["holidays"]["easter_monday"] = False
    if "night" in odd:
        return definition.calendar(mapping, "here", office="winter_night")
    return definition.calendar(mapping, "here")


@pytest.fixture(scope="module")
def minutes() -> dict[str, Minutes]:
    days, of_day = wall_clock()
    every = np.unique(days)
    calendar_days = [date.fromordinal(int(one) + date(1970, 1, 1).toordinal()) for one in every]
    found = {}
    for name, odd in OFFICES.items():
        closed = closed_days(easter_monday=odd.get("easter_monday", True))
        open_days = np.array([day not in closed for day in calendar_days])[days - every[0]]
        weekday = np.array([day.weekday() for day in calendar_days])[days - every[0]]
        warm = np.array([(5, 1) <= (day.month, day.day) <= (9, 30) for day in calendar_days])[days - every[0]]
        hours = (of_day >= 480) & (of_day < 990) & (weekday < 5)
        if name == "friday_noon":
            hours &= (weekday != 4) | (of_day < 720)
        if name == "summer_hours":
            early = (of_day >= 420) & (of_day < np.where(weekday == 4, 690, 930)) & (weekday < 5)
            hours = np.where(warm, early, hours)
        if name == "night":
            hours = ~warm & ((of_day < 390) | (of_day >= 1320))
        found[name] = Minutes(is_open=hours & open_days, day=days, of_day=of_day)
    return found


def at(minute: int) -> datetime:
    return FIRST + minute * MINUTE


def slow_due(known: Minutes, promise: sla.Promise, start: int, pauses: list[tuple[int, int]]) -> int:
    """Return the minute a promise falls due: minutes that count are ticked off one by one."""
    span = slice(start, start + 60 * 24 * (390 if promise.unit == "business_h" else 180))
    paused = np.zeros(span.stop - span.start, bool)
    for begins, ends in pauses:
        paused[max(begins - start, 0) : max(ends - start, 0)] = True
    paused &= np.cumsum(paused) <= 60 * 24 * 60  # the cap, over all of them
    if promise.unit == "calendar_days":
        return slow_day_end(known, start, int(promise.amount), pauses)
    open_now = known.is_open[span]
    counts = np.ones_like(open_now) if promise.unit == "elapsed_h" else open_now
    if promise.unit == "business_days":
        closing = open_now & ~np.append(open_now[1:], False)
        last_of_day = closing & ~_opens_again_today(known, span, closing)
        unpaused_due = np.flatnonzero(last_of_day)[int(promise.amount)] + 1
        wanted = int(open_now[:unpaused_due].sum())
    else:
        wanted = round(promise.amount * 60)
    if wanted == 0:
        return start
    return start + int(np.flatnonzero(counts & ~paused)[wanted - 1]) + 1


def _opens_again_today(known: Minutes, span: slice, closing: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Tell for each closing minute whether the office opens again before local midnight."""
    day, open_now = known.day[span], known.is_open[span]
    again = np.zeros_like(closing)
    for minute in np.flatnonzero(closing):
        rest = minute + 1
        until = min(rest + 1500, len(day))
        again[minute] = bool((open_now[rest:until] & (day[rest:until] == day[minute])).any())
    return again


def slow_day_end(known: Minutes, start: int, days: int, pauses: list[tuple[int, int]]) -> int:
    def end_of(day: int) -> int:
        near = max((day - int(known.day[0]) - 1) * 1440, 0)
        span = slice(near, near + 3 * 1440)
        return near + int(np.flatnonzero((known.day[span] == day) & (known.of_day[span] == 1439))[0])

    due, left = end_of(int(known.day[start]) + days), 60 * 24 * 60
    for begins, ends in sorted(pauses):
        begins = max(begins, start)
        taken = min(ends - begins, left)
        if taken > 0 and begins < due:
            due = end_of(int(known.day[due + taken]))
        left -= max(taken, 0)
    return due


def chosen(random: Random) -> tuple[str, sla.Promise, int, list[tuple[int, int]]]:
    """Return a random case, a third of them beside a change of hour, a leap day or a summer holiday."""
    name = random.choice(list(OFFICES))
    unit = random.choice(sla.UNITS)
    amount = {
        "elapsed_h": lambda: random.randint(0, 2000),
        "business_h": lambda: random.randint(0, 60 * 90) / 60,
        "business_days": lambda: random.randint(0, 25),
        "calendar_days": lambda: random.randint(0, 60),
    }[unit]()
    if name == "night":  # it is closed all summer: only from autumn, in this year's window
        unit, amount = "business_h", random.randint(0, 60 * 30) / 60
    start = random.randrange(int((LAST - FIRST) / MINUTE) - 60 * 24 * 380)
    if random.random() < 0.35:
        start = near_an_edge(random)
    count, reached, pauses = random.choice((0, 0, 1, 1, 2, 3, 4)), start - 2000, []
    for _ in range(count):
        begins = reached + random.randint(0, 60 * 24 * 6)
        ends = begins + random.choice((random.randint(0, 3000), random.randint(0, 60 * 24 * 40)))
        pauses.append((begins, ends))
        # Days have no halves: two pauses that touch would push a calendar day each.
        reached = ends + 1 if unit == "calendar_days" else begins
    return name, sla.Promise(amount, unit), start, pauses


def near_an_edge(random: Random) -> int:
    year = random.randrange(FIRST.year, LAST.year - 2)
    edges = [date(year, 6, 24), date(year, 7, 1), date(year, 12, 24), date(year, 2, 28), easter(year)]
    edges += [date(year, 3, 8) + timedelta(days=random.randrange(7)), date(year, 11, 1)]
    edge = datetime.combine(random.choice(edges), time(), UTC)
    return max(int((edge - FIRST) / MINUTE) + random.randint(-9000, 3000), 3000)


def test_every_promise_falls_due_when_the_slow_clock_says(minutes):
    random, calendars = Random(311), {name: office(name) for name in OFFICES}
    differ = []
    for _ in range(CASES):
        name, promise, start, pauses = chosen(random)
        found = sla.due(
            promise,
            start=at(start),
            calendar=calendars[name],
            pauses=[sla.Pause(start=at(begins), end=at(ends)) for begins, ends in pauses],
        )
        expected = at(slow_due(minutes[name], promise, start, pauses))
        if abs(found - expected) >= timedelta(seconds=1):
            differ.append((name, promise, at(start).isoformat(), pauses, found, expected))
    assert differ == []


def test_net_and_gross_time_are_the_slow_clocks(minutes):
    random, calendars = Random(17), {name: office(name) for name in OFFICES}
    for _ in range(CASES // 3):
        name, _, start, pauses = chosen(random)
        end = start + random.randint(0, 60 * 24 * 90)
        paused = np.zeros(end - start, bool)
        for begins, ends in pauses:
            paused[max(begins - start, 0) : max(ends - start, 0)] = True
        paused &= np.cumsum(paused) <= 60 * 24 * 60
        known = minutes[name].is_open[start:end]
        told = sla.spent(
            at(start), at(end), calendars[name], [sla.Pause(start=at(a), end=at(b)) for a, b in pauses]
        )
        assert told.gross == (end - start) * MINUTE
        assert told.net == int((~paused).sum()) * MINUTE
        assert told.business_gross == int(known.sum()) * MINUTE
        assert told.business_net == int((known & ~paused).sum()) * MINUTE


def test_the_statutory_days_are_those_of_the_acts_for_twenty_years():
    calendar = office("default")
    closed = closed_days()
    day = date(FIRST.year, 1, 1)
    while day.year < LAST.year:
        assert calendar.is_business_day(day) == (day.weekday() < 5 and day not in closed), day
        day += timedelta(days=1)


spans = st.tuples(st.integers(0, 90_000), st.integers(0, 60_000)).map(lambda one: (one[0], one[0] + one[1]))


@settings(max_examples=300, deadline=None)
@given(pauses=st.lists(spans, max_size=7))
def test_pauses_counted_one_by_one_never_overlap_nor_pass_the_cap(pauses):
    kept: list[sla.Pause] = []
    for begins, ends in pauses:
        kept += sla.counted(sla.Pause(start=at(begins), end=at(ends)), kept)
    kept.sort(key=lambda one: one.start)
    assert all(one.end <= other.start for one, other in zip(kept, kept[1:], strict=False))
    union = np.zeros(160_000, bool)
    for begins, ends in pauses:
        union[begins:ends] = True
    total = sum((one.length for one in kept), timedelta())
    assert total == min(int(union.sum()) * MINUTE, sla.PAUSE_CAP)
    assert sla.cap_left(kept) == sla.PAUSE_CAP - total
