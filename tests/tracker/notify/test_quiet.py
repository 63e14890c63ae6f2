"""Quiet hours and digest hours, against clocks walked minute by minute, also when they change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tracker.notify import quiet

ZONE = ZoneInfo("America/Toronto")
MINUTES = st.integers(0, 1439)
# An ordinary day, the night clocks go forward (8 March 2026) and the night they go back (1 November).
STARTS = [
    datetime(2026, month, day, 0, 0, tzinfo=UTC) for month, day in ((5, 4), (3, 7), (3, 8), (10, 31), (11, 1))
]
MOMENTS = st.builds(
    lambda start, minute: start + timedelta(minutes=minute), st.sampled_from(STARTS), st.integers(0, 2 * 1440)
)


def shown(moment: datetime) -> int:
    local = moment.astimezone(ZONE)
    return local.hour * 60 + local.minute


def walked(now: datetime, quiet_from: int, quiet_to: int) -> datetime:
    """Return the first minute at which the clocks show none of the quiet ones: the oracle, by walking."""
    hours = {minute % 1440 for minute in range(quiet_from, quiet_to + (1440 if quiet_to < quiet_from else 0))}
    while shown(now) in hours:
        now += timedelta(minutes=1)
    return now


@given(now=MOMENTS, quiet_from=MINUTES, quiet_to=MINUTES)
@example(now=datetime(2026, 3, 8, 5, 0, tzinfo=UTC), quiet_from=22 * 60, quiet_to=150)  # 2:30 is skipped
@example(now=datetime(2026, 11, 1, 6, 10, tzinfo=UTC), quiet_from=22 * 60, quiet_to=90)  # 1:30 comes twice
@example(now=datetime(2026, 11, 1, 4, 10, tzinfo=UTC), quiet_from=22 * 60, quiet_to=90)
@example(now=datetime(2026, 3, 8, 0, 0, tzinfo=UTC), quiet_from=121, quiet_to=120)  # 2:00 is
@example(now=datetime(2026, 5, 4, 2, 0, tzinfo=UTC), quiet_from=600, quiet_to=600)
def test_a_message_leaves_at_the_first_minute_that_is_not_quiet(now, quiet_from, quiet_to):
    assert quiet.not_before(now, ZONE, quiet_from, quiet_to) == walked(now, quiet_from, quiet_to)


def test_without_quiet_hours_it_leaves_at_once():
    now = datetime(2026, 5, 4, 3, 33, 12, tzinfo=UTC)
    assert quiet.not_before(now, ZONE, None, None) == now


@given(now=MOMENTS, minute=MINUTES)
def test_the_last_time_is_the_last_minute_that_showed_it(now, minute):
    found = quiet.last_time(now, ZONE, minute)
    assert found <= now < quiet.next_time(now, ZONE, minute)
    walk = now
    while shown(walk) != minute and walk > found:
        walk -= timedelta(minutes=1)
    assert walk == found.replace(second=0) or shown(found) > minute  # skipped: the change itself


@pytest.mark.parametrize(
    ("now", "leaves"),
    [
        ("2026-05-05T02:00:00+00:00", "2026-05-05T11:00:00+00:00"),  # 22:00 → 7:00
        ("2026-05-05T01:59:00+00:00", "2026-05-05T01:59:00+00:00"),  # 21:59
        ("2026-05-05T10:59:00+00:00", "2026-05-05T11:00:00+00:00"),  # 6:59
        ("2026-03-08T03:30:00+00:00", "2026-03-08T11:00:00+00:00"),  # the short night
        ("2026-11-01T03:30:00+00:00", "2026-11-01T12:00:00+00:00"),  # the long one
    ],
)
def test_the_usual_night(now, leaves):
    moment = datetime.fromisoformat(now)
    assert quiet.not_before(moment, ZONE, 22 * 60, 7 * 60) == datetime.fromisoformat(leaves)
