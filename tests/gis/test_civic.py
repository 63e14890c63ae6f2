"""Placing a number between those that are known."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis import civic
from gis.civic import House

EAST = 1 / 78_500  # one metre at 45° north, in degrees


def street(*numbers: int, side_m: float = 0.0) -> list[House]:
    """Numbers two metres of street each, along the 45th parallel."""
    return [House(civic=number, lon=number * 2 * EAST, lat=45 + side_m / 111_200) for number in numbers]


def test_a_number_lies_between_its_neighbours_by_its_share():
    guess = civic.between(14, street(10, 20))
    assert guess is not None
    assert guess.lon == pytest.approx(28 * EAST)
    assert guess.accuracy_m == civic.LEAST_ACCURACY_M


def test_its_own_side_of_the_street_goes_first():
    known = street(10, 20) + street(13, 15, side_m=30)
    guess = civic.between(14, known)
    assert guess is not None
    assert guess.lat == 45


def test_the_other_side_serves_where_its_own_is_unknown():
    assert civic.between(14, street(13, 15, side_m=30)) is not None


def test_the_wider_the_gap_the_worse_the_guess():
    near, wide = civic.between(100, street(90, 110)), civic.between(100, street(10, 190))
    assert near is not None
    assert wide is not None
    assert wide.accuracy_m == pytest.approx(180, rel=0.02)
    assert near.accuracy_m < wide.accuracy_m


def test_beyond_the_last_number_and_across_a_great_gap_nothing_is_guessed():
    assert civic.between(30, street(10, 20)) is None
    assert civic.between(200, street(10, 390)) is None
    assert civic.between(5, []) is None


def test_homonyms_far_apart_are_not_mixed():
    elsewhere = [House(civic=each.civic, lon=each.lon + 1, lat=each.lat) for each in street(12, 16)]
    guess = civic.between(14, [*street(10), *elsewhere, *street(20)])
    assert guess is not None
    assert guess.lon > 1 or guess.lon < 0.01


@given(st.lists(st.integers(1, 400), min_size=2, max_size=12, unique=True), st.integers(1, 400))
def test_a_guess_is_never_outside_its_bracket(numbers, wanted):
    guess = civic.between(wanted, street(*[each for each in numbers if each != wanted]))
    if guess is not None:
        assert min(numbers) * 2 * EAST <= guess.lon <= max(numbers) * 2 * EAST
        assert guess.accuracy_m <= civic.FARTHEST_M / 2 + 1
