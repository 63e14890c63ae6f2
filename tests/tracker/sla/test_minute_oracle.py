"""The clock compared with a slow clock that looks at every minute and knows nothing of openings."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from tracker import definitions, sla

CALENDAR = definitions.calendar()
ZONE = ZoneInfo("America/Toronto")
MINUTE = timedelta(minutes=1)
FIRST, LAST = datetime(2025, 12, 1, tzinfo=UTC), datetime(2027, 1, 20, tzinfo=UTC)

# Closed days of the two winters and the year between, copied from published calendars.
PUBLISHED = (
    "2025-12-24 2025-12-25 2025-12-26 2025-12-31 2026-01-01 2026-01-02 2026-04-03 2026-04-06 2026-05-18"
    " 2026-06-24 2026-07-01 2026-09-07 2026-10-12 2026-12-24 2026-12-25 2026-12-26 2026-12-31 2027-01-01"
    " 2027-01-02"
)
CLOSED = {date.fromisoformat(day) for day in PUBLISHED.split()}


def is_open(minute):
    local = minute.astimezone(ZONE)
    working = local.weekday() < 5 and local.date() not in CLOSED
    return working and time(8) <= local.time() < time(16, 30)


def slow_minutes(start, end):
    count = 0
    while start < end:
        count += is_open(start)
        start += MINUTE
    return count


def slow_business_hours(start, minutes):
    while minutes:
        minutes -= is_open(start)
        start += MINUTE
    return start


def slow_business_days(start, days):
    """Look for the closing minutes after the receipt: the first is the receipt date's own."""
    at, left = start, days + 1
    while left:
        at += MINUTE
        left -= is_open(at - MINUTE) and not is_open(at)
    return at


moments = st.integers(0, (LAST - FIRST) // MINUTE - 60 * 24 * 40).map(
    lambda minutes: FIRST + minutes * MINUTE
)


@settings(max_examples=40, deadline=None)
@given(start=moments, length=st.integers(0, 60 * 24 * 9))
def test_business_minutes_between_two_moments(start, length):
    end = start + length * MINUTE
    assert sla.business_minutes(start, end, CALENDAR) == slow_minutes(start, end)


@settings(max_examples=40, deadline=None)
@given(start=moments, minutes=st.integers(1, 60 * 40))
def test_business_hours_after_a_moment(start, minutes):
    promise = sla.Promise(minutes / 60, "business_h")
    found = sla.due(promise, start=start, calendar=CALENDAR)
    assert abs(found - slow_business_hours(start, minutes)) < timedelta(seconds=1)


@settings(max_examples=40, deadline=None)
@given(start=moments, days=st.integers(0, 8))
def test_business_days_after_a_moment(start, days):
    promise = sla.Promise(days, "business_days")
    assert sla.due(promise, start=start, calendar=CALENDAR) == slow_business_days(start, days)


@settings(max_examples=25, deadline=None)
@given(start=moments, days=st.integers(1, 4), waited=st.integers(0, 3000), paused=st.integers(0, 8000))
def test_a_pause_pushes_by_its_own_business_minutes(start, days, waited, paused):
    promise = sla.Promise(days, "business_days")
    pause = sla.Pause(start=start + waited * MINUTE, end=start + (waited + paused) * MINUTE)
    unpaused = slow_business_days(start, days)
    lost = slow_minutes(pause.start, pause.end) if pause.start < unpaused else 0
    found = sla.due(promise, start=start, calendar=CALENDAR, pauses=[pause])
    assert found == slow_business_hours(unpaused, lost)
