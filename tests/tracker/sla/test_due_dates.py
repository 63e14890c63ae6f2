"""When promises fall due in a Québec city, with the default calendar."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tracker import definitions, sla

CALENDAR = definitions.calendar()
MONTREAL_TIME = ZoneInfo("America/Toronto")

# receipt, promise, due: all local
VECTORS = [
    ("2026-05-08 10:00", 2, "business_days", "2026-05-12 16:30"),
    ("2026-05-08 16:30", 2, "business_days", "2026-05-13 16:30"),  # at closing: the next business date
    ("2026-05-15 10:00", 1, "business_days", "2026-05-19 16:30"),  # over Patriots' Day
    ("2026-05-09 12:00", 5, "business_days", "2026-05-19 16:30"),  # a Saturday
    ("2026-04-02 10:00", 2, "business_days", "2026-04-08 16:30"),  # over Easter
    ("2026-06-23 14:00", 5, "business_days", "2026-07-02 16:30"),  # over both summer holidays
    ("2025-12-23 09:00", 5, "business_days", "2026-01-07 16:30"),  # over the end of the year
    ("2026-01-12 15:00", 8, "business_h", "2026-01-13 14:30"),
    ("2026-03-08 01:30", 4, "elapsed_h", "2026-03-08 06:30"),  # clocks go forward
    ("2025-11-02 00:30", 4, "elapsed_h", "2025-11-02 03:30"),  # clocks go back
]


def local(text):
    return datetime.fromisoformat(text).replace(tzinfo=MONTREAL_TIME)


@pytest.mark.parametrize(("receipt", "amount", "unit", "expected"), VECTORS)
def test_a_promise_falls_due_as_published(receipt, amount, unit, expected):
    found = sla.due(sla.Promise(amount, unit), start=local(receipt), calendar=CALENDAR)
    assert found == local(expected)
    assert found.tzinfo is UTC


def test_the_eleventh_vector_a_pause_pushes_business_days_by_its_business_minutes():
    promise, start = sla.Promise(5, "business_days"), local("2026-04-07 09:00")
    pause = sla.Pause(start=local("2026-04-08 10:00"), end=local("2026-04-10 14:00"))
    unpaused = sla.due(promise, start=start, calendar=CALENDAR)
    assert unpaused == local("2026-04-14 16:30")
    assert sla.business_minutes(pause.start, pause.end, CALENDAR) == 1260
    assert sla.due(promise, start=start, calendar=CALENDAR, pauses=[pause]) == local("2026-04-17 12:00")
    pushed = sla.add_pause(unpaused, promise=promise, pause=pause, calendar=CALENDAR)
    assert pushed == local("2026-04-17 12:00")


@pytest.mark.parametrize(
    ("receipt", "amount", "expected"),
    [
        ("2026-05-08 10:00", 0, "2026-05-08 23:59"),
        ("2026-05-08 23:59", 30, "2026-06-07 23:59"),
        ("2024-02-01 08:00", 28, "2024-02-29 23:59"),  # a leap day
        ("2026-03-01 12:00", 14, "2026-03-15 23:59"),  # across the change of hour
    ],
)
def test_calendar_days_end_at_the_last_minute_of_the_day(receipt, amount, expected):
    promise = sla.Promise(amount, "calendar_days")
    assert sla.due(promise, start=local(receipt), calendar=CALENDAR) == local(expected)


def test_no_days_at_all_means_close_of_business_of_the_receipt_date():
    promise = sla.Promise(0, "business_days")
    assert sla.due(promise, start=local("2026-05-08 06:00"), calendar=CALENDAR) == local("2026-05-08 16:30")
    assert sla.due(promise, start=local("2026-05-08 17:00"), calendar=CALENDAR) == local("2026-05-11 16:30")


PAUSED = [
    ("elapsed_h", 48, "2026-05-06 12:30"),
    ("business_h", 10, "2026-05-05 14:00"),
    ("calendar_days", 3, "2026-05-08 23:59"),
]


@pytest.mark.parametrize(("unit", "amount", "expected"), PAUSED)
def test_a_pause_pushes_each_kind_of_promise_in_its_own_time(unit, amount, expected):
    start = local("2026-05-04 08:00")
    pause = sla.Pause(start=local("2026-05-04 12:00"), end=local("2026-05-04 16:30"))
    found = sla.due(sla.Promise(amount, unit), start=start, calendar=CALENDAR, pauses=[pause])
    assert found == local(expected)


def test_a_pause_begun_after_the_due_date_excuses_nothing():
    promise, start = sla.Promise(4, "elapsed_h"), local("2026-05-04 08:00")
    late = sla.Pause(start=local("2026-05-04 13:00"), end=local("2026-05-06 13:00"))
    assert sla.due(promise, start=start, calendar=CALENDAR, pauses=[late]) == local("2026-05-04 12:00")


def test_pauses_that_overlap_count_once():
    promise, start = sla.Promise(8, "elapsed_h"), local("2026-05-04 08:00")
    both = [
        sla.Pause(start=local("2026-05-04 09:00"), end=local("2026-05-04 12:00")),
        sla.Pause(start=local("2026-05-04 10:00"), end=local("2026-05-04 13:00")),
    ]
    assert sla.due(promise, start=start, calendar=CALENDAR, pauses=both) == local("2026-05-04 20:00")


def test_pauses_stop_counting_after_sixty_days():
    start = local("2026-01-05 08:00")
    forever = sla.Pause(start=start, end=start + timedelta(days=200))
    found = sla.due(sla.Promise(24, "elapsed_h"), start=start, calendar=CALENDAR, pauses=[forever])
    assert found == (start.astimezone(UTC) + timedelta(days=61))


def test_gross_and_net_time_are_both_told():
    start, end = local("2026-05-04 08:00"), local("2026-05-05 16:30")
    pause = sla.Pause(start=local("2026-05-04 15:30"), end=local("2026-05-05 09:00"))
    told = sla.spent(start, end, CALENDAR, [pause])
    assert told.gross == timedelta(hours=32, minutes=30)
    assert told.net == timedelta(hours=15)
    assert told.business_gross == timedelta(hours=17)
    assert told.business_net == timedelta(hours=15)


def test_a_pause_still_running_counts_up_to_the_end_asked_for():
    start, end = local("2026-05-04 08:00"), local("2026-05-04 12:00")
    pause = sla.Pause(start=local("2026-05-04 11:00"), end=local("2026-05-09 11:00"))
    assert sla.spent(start, end, CALENDAR, [pause]).net == timedelta(hours=3)


def test_an_office_that_never_opens_cannot_promise_business_time():
    closed = sla.BusinessCalendar(zone=MONTREAL_TIME, week=((),) * 7)
    for promise in (sla.Promise(1, "business_h"), sla.Promise(1, "business_days")):
        with pytest.raises(sla.NeverOpen):
            sla.due(promise, start=local("2026-05-04 08:00"), calendar=closed)


@pytest.mark.parametrize(("amount", "unit"), [(1, "moons"), (-1, "elapsed_h"), (1.5, "business_days")])
def test_a_promise_that_means_nothing_is_refused(amount, unit):
    with pytest.raises(ValueError, match=r"unit|negative|whole"):
        sla.Promise(amount, unit)


def test_a_moment_without_a_zone_is_refused():
    naive = local("2026-05-04 08:00").replace(tzinfo=None)
    with pytest.raises(ValueError, match="aware"):
        sla.due(sla.Promise(1, "elapsed_h"), start=naive, calendar=CALENDAR)
    with pytest.raises(ValueError, match="before"):
        sla.Pause(start=local("2026-05-05 08:00"), end=local("2026-05-04 08:00"))
