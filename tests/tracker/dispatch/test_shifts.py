"""A crew's hours: on shift, on call, by night, and the minutes that are left."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from tracker.dispatch.shifts import Hours, Roster

ZONE = ZoneInfo("America/Toronto")
DAY = Hours(starts=time(7), ends=time(15, 30))
WEEK = Roster(dict.fromkeys(range(1, 6), DAY))
NIGHT = Roster({5: Hours(starts=time(22), ends=time(6, 30))})


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("roster", "at", "expected"),
    [
        (WEEK, "2026-05-04 07:00", True),  # a Monday
        (WEEK, "2026-05-04 15:30", False),
        (WEEK, "2026-05-09 10:00", False),
        (NIGHT, "2026-05-09 06:00", True),  # Friday's night lasts into Saturday
        (NIGHT, "2026-05-09 06:30", False),
        (Roster({2: Hours(starts=time(8), ends=time(16), on_call=True)}), "2026-05-09 03:00", True),
        (Roster({}), "2026-05-09 03:00", True),
    ],
)
def test_on_duty(roster, at, expected):
    assert roster.is_on_duty(local(at), ZONE) is expected


@pytest.mark.parametrize(
    ("at", "until", "expected"),
    [
        ("2026-05-04 07:00", "2026-05-04 12:00", 315),  # the whole of today, whatever the hour it is due
        ("2026-05-04 11:15", "2026-05-04 12:00", 158),  # half of it
        ("2026-05-04 16:00", "2026-05-04 18:00", 0),
        ("2026-05-04 16:00", "2026-05-06 16:30", 630),
        ("2026-05-08 16:00", "2026-05-10 23:00", 0),  # Friday evening to Sunday night
        ("2026-05-04 07:00", "2026-05-01 12:00", 315),  # late already: today
        ("2026-05-04 07:00", "2027-05-04 07:00", 22 * 315),  # thirty days ahead, no more
    ],
)
def test_minutes_before_a_job_is_due(at, until, expected):
    assert WEEK.minutes(local(at), local(until), ZONE, capacity_min=315) == expected


def test_the_hour_that_is_skipped_in_march_is_no_work():
    spring = Roster({7: Hours(starts=time(0), ends=time(8))})
    assert spring.minutes(local("2026-03-08 00:00"), local("2026-03-08 08:00"), ZONE, capacity_min=480) == 480


def test_on_shift_before_it_is_due():
    assert not WEEK.is_on_shift(local("2026-05-08 16:00"), local("2026-05-10 23:00"), ZONE)
    assert WEEK.is_on_shift(local("2026-05-08 16:00"), local("2026-05-11 09:00"), ZONE)
