"""Dates and delays as residents read them, in both languages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tracker import moments

ZONE = "America/Toronto"
NOW = datetime(2026, 4, 14, 12, 40, tzinfo=UTC)  # 8:40 in the morning there


@pytest.mark.parametrize(
    ("hours", "fr", "en"),
    [
        (0, "aujourd’hui à 8\xa0h\xa040", "today at 8:40\xa0a.m."),
        (24, "demain à 8\xa0h\xa040", "tomorrow at 8:40\xa0a.m."),
        (-24, "hier à 8\xa0h\xa040", "yesterday at 8:40\xa0a.m."),
        (52.3333334, "jeudi 16\xa0avril à 13\xa0h", "Thursday, April 16 at 1\xa0p.m."),
        (24 * 17, "vendredi 1er\xa0mai à 8\xa0h\xa040", "Friday, May 1 at 8:40\xa0a.m."),
        (24 * 300, "lundi 8\xa0février 2027 à 7\xa0h\xa040", "Monday, February 8, 2027 at 7:40\xa0a.m."),
    ],
)
def test_a_moment_is_told_as_people_say_it(hours, fr, en):
    value = NOW + timedelta(hours=hours)
    assert moments.moment(value, NOW, ZONE, "fr") == fr
    assert moments.moment(value.isoformat(), NOW, ZONE, "en") == en


def test_the_day_is_the_towns_own_and_not_the_one_of_greenwich():
    late = datetime(2026, 4, 15, 2, 0, tzinfo=UTC)  # ten in the evening of the 14th, there
    assert moments.moment(late, NOW, ZONE, "fr") == "aujourd’hui à 22\xa0h"


def test_noon_and_midnight_are_no_hour_zero_in_english():
    assert moments.time_of_day(datetime(2026, 4, 14, 0, 5, tzinfo=UTC), "en") == "12:05\xa0a.m."
    assert moments.time_of_day(datetime(2026, 4, 14, 12, 0, tzinfo=UTC), "en") == "12\xa0p.m."


@pytest.mark.parametrize(
    ("left", "fr", "en"),
    [
        (timedelta(minutes=45), "45\xa0min", "45\xa0min"),
        (timedelta(hours=5, minutes=20), "5\xa0h\xa020", "5\xa0h\xa020"),
        (timedelta(hours=11, minutes=50), "11\xa0h", "11\xa0h"),
        (timedelta(days=3, hours=2), "3\xa0j", "3\xa0d"),
        (-timedelta(days=1, hours=1), "+1\xa0j", "+1\xa0d"),
    ],
)
def test_what_is_left_of_a_promise_fits_in_a_ring(left, fr, en):
    assert moments.left(NOW + left, NOW, "fr") == fr
    assert moments.left(NOW + left, NOW, "en") == en


def test_the_share_that_is_left_stays_between_nothing_and_everything():
    due = NOW + timedelta(hours=1)
    assert moments.share_left(NOW - timedelta(hours=3), due, NOW) == pytest.approx(0.25)
    assert moments.share_left(NOW, NOW - timedelta(hours=1), NOW) == 0
    assert moments.share_left(NOW + timedelta(hours=1), NOW + timedelta(hours=2), NOW) == 1


def test_a_promise_of_another_year_names_it():
    assert moments.promised_day(NOW, NOW, ZONE, "fr") == "14\xa0avril"
    assert moments.promised_day(NOW + timedelta(days=365), NOW, ZONE, "fr") == "14\xa0avril 2027"
    assert moments.promised_day(NOW, NOW, ZONE, "en") == "April 14"
