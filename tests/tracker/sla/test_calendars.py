"""Holidays, hours and seasons of a Québec municipality, and calendars which are refused."""

import copy
from datetime import UTC, date, datetime, timedelta

import pytest

from tracker import definitions, sla
from tracker.sla import definition
from tracker.sla.holidays import easter

MAPPING = definitions.read_mapping(definitions.CALENDAR)
PUBLISHED = {
    2026: "01-01 04-03 04-06 05-18 06-24 07-01 09-07 10-12 12-25",
    2027: "01-01 03-26 03-29 05-24 06-24 07-01 09-06 10-11 12-25",
    # 24 June and 1 July on Sundays: the 25th is off as well, Canada Day moves to the 2nd
    2029: "01-01 03-30 04-02 05-21 06-24 06-25 07-02 09-03 10-08 12-25",
}


@pytest.mark.parametrize(("year", "days"), PUBLISHED.items())
def test_the_statutory_holidays_are_the_published_ones(year, days):
    assert [f"{day:%m-%d}" for day in sla.quebec_holidays(year)] == days.split()


@pytest.mark.parametrize("year", [2029, 2035, 2040])
def test_both_summer_holidays_on_sundays_give_a_monday_each(year):
    assert date(year, 6, 24).weekday() == date(year, 7, 1).weekday() == 6
    days = sla.quebec_holidays(year)
    assert date(year, 6, 25) in days
    assert date(year, 7, 2) in days
    assert date(year, 7, 1) not in days


def test_easter_is_where_the_church_puts_it():
    published = ["2000-04-23", "2008-03-23", "2011-04-24", "2019-04-21", "2025-04-20", "2038-04-25"]
    assert [easter(int(day[:4])).isoformat() for day in published] == published


def test_the_employer_chooses_one_day_of_easter():
    assert date(2026, 4, 3) not in sla.quebec_holidays(2026, good_friday=False)
    assert date(2026, 4, 6) not in sla.quebec_holidays(2026, easter_monday=False)


def test_remembrance_and_reconciliation_are_working_days():
    calendar = definitions.calendar()
    assert calendar.is_business_day(date(2026, 9, 30))
    assert calendar.is_business_day(date(2026, 11, 11))
    assert not calendar.is_business_day(date(2026, 12, 31))


def test_a_single_date_may_be_closed():
    mapping = copy.deepcopy(dict(MAPPING))
    mapping["holidays"]["closed"] = ["2026-05-06"]
    assert not definition.calendar(mapping, "here").is_business_day(date(2026, 5, 6))


def test_the_office_is_closed_at_its_closing_minute():
    calendar = definitions.calendar()
    assert calendar.is_open(datetime(2026, 5, 8, 20, 29, tzinfo=UTC))
    assert not calendar.is_open(datetime(2026, 5, 8, 20, 30, tzinfo=UTC))


def test_night_hours_exist_only_in_their_season_and_lose_an_hour_in_march():
    night = definitions.calendar(office="winter_night")
    assert not night.is_business_day(date(2026, 7, 6))
    spring = datetime(2026, 3, 8, 4, tzinfo=UTC)  # Saturday 23:00
    assert sla.business_minutes(spring, spring + timedelta(hours=7), night) == 60 + 5 * 60 + 30


def test_a_season_may_span_new_year():
    seasons = definitions.seasons()
    assert seasons["snow"].contains(date(2026, 1, 15))
    assert not seasons["snow"].contains(date(2026, 7, 15))
    assert seasons["marking"].opens_on(date(2026, 12, 1)) == date(2027, 5, 1)
    assert seasons["marking"].opens_on(date(2026, 6, 1)) == date(2026, 6, 1)


WRONG = [
    (("zone",), "America/Atlantis", "Atlantis"),
    (("offices", "city_hall", "week", "mon"), ["16:30-08:00"], "empty, overlaps"),
    (("offices", "city_hall", "week", "mon"), ["08:00-12:00", "11:00-16:00"], "empty, overlaps"),
    (("offices", "city_hall", "week", "mon"), ["08:00-25:00"], "leaves its day"),
    (("offices", "city_hall", "week", "mon"), ["morning"], "invalid literal"),
    (("offices", "city_hall", "week", "lundi"), ["08:00-16:30"], "unknown day 'lundi'"),
    (("offices", "city_hall", "week"), None, "'week' is missing"),
    (("holidays", "extras"), ["02-29"], "city_hall"),
    (("holidays", "closed"), ["soon"], "soon"),
]


@pytest.mark.parametrize(("path", "value", "problem"), WRONG)
def test_a_wrong_calendar_is_refused_by_name(path, value, problem):
    mapping = copy.deepcopy(dict(MAPPING))
    place = mapping
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    with pytest.raises(sla.InvalidCalendar, match=problem):
        definition.calendar(mapping, "here.yaml")


def test_an_unknown_office_or_a_wrong_season_is_refused_by_name():
    with pytest.raises(sla.InvalidCalendar, match="'library' is missing"):
        definitions.calendar(office="library")
    with pytest.raises(sla.InvalidCalendar, match=r"seasons\.snow"):
        definition.seasons({"seasons": {"snow": {"from": "13-01", "to": "04-01"}}}, "here.yaml")
