"""Distance along and across the street, distance with delay, pictures, crowds: each with its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gis import crs, duplicates, photohash
from gis.sighting import Candidate, Sighting

NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
LON, LAT = -74.13, 45.25
PER_LON, PER_LAT = crs.metres_per_degree(LAT)
EASTWARD = (1.0, 0.0)


def sighting(**changes) -> Sighting:
    seen = Sighting(service="VOI-NID", at=NOON, lon=LON, lat=LAT, accuracy_m=6, street=EASTWARD)
    return replace(seen, **changes)


def candidate(east_m: float = 8, north_m: float = 0, **changes) -> Candidate:
    case = Candidate(
        key="VB-2026-00001", service="VOI-NID", opened_at=NOON - timedelta(hours=1),
        lon=LON + east_m / PER_LON, lat=LAT + north_m / PER_LAT, accuracy_m=6,
    )  # fmt: skip
    return replace(case, **changes)


def term(weights, name: str, one: Sighting, other: Candidate):
    found = [each for each in duplicates.score(one, other, weights).terms if each.name == name]
    return found[0] if found else None


def test_a_distance_is_told_along_the_street_and_across_it(weights):
    along = term(weights, "along", sighting(), candidate(11, -3))
    across = term(weights, "across", sighting(), candidate(11, -3))
    assert (along.fr, along.en) == ("11\u00a0m le long de la rue", "11\u00a0m along the street")
    assert (across.fr, across.en) == ("3\u00a0m en travers de la rue", "3\u00a0m across the street")
    assert (along.level, across.level) == ("point-point:<12", "point-point:<4")


def test_the_street_that_runs_north_turns_along_into_across(weights):
    north = sighting(street=(0.0, 1.0))
    assert term(weights, "along", north, candidate(11, -3)).level == "point-point:<4"
    assert term(weights, "across", north, candidate(11, -3)).level == "point-point:<12"


def test_a_door_and_a_telephone_have_classes_of_their_own(weights):
    said = sighting(accuracy_m=20)
    assert term(weights, "across", said, candidate(2, 15)).level == "door-point:<16"
    assert term(weights, "across", said, candidate(2, 15, accuracy_m=20)).level == "door-door:<16"


def test_without_a_street_nothing_is_said_of_along_and_across(weights):
    assert term(weights, "along", sighting(street=None), candidate()) is None


@pytest.mark.parametrize(
    ("east_m", "hours", "said"),
    [
        (8, 1, "near and recent"), (8, 400, "near but old"),
        (50, 1, "recent but farther off"), (50, 400, "farther off and old"),
    ],
)  # fmt: skip
def test_near_in_space_and_in_time_is_one_measure(weights, east_m, hours, said):
    case = candidate(east_m, opened_at=NOON - timedelta(hours=hours))
    found = term(weights, "together", sighting(), case)
    assert found.en == said
    assert found.fr


def test_how_often_a_case_was_told_is_told(weights):
    assert term(weights, "crowd", sighting(), candidate()) is None
    found = term(weights, "crowd", sighting(), candidate(reports=3))
    assert (found.fr, found.en, found.level) == ("déjà signalé 3 fois", "reported 3 times", "3")


def test_the_same_picture_counts_and_another_one_is_told_apart(weights):
    bits = 0x0F0F_1234_5678_9ABC
    one = sighting(photo_hashes=(bits,))
    same = term(weights, "photo", one, candidate(photo_hashes=(1, bits ^ 0b101)))
    assert (same.fr, same.en, same.level) == ("même photo", "same photo", "same")
    assert same.value == weights.detail.same_photo
    other = term(weights, "photo", one, candidate(photo_hashes=(bits ^ 0xFFFF_0000,)))
    assert (other.value, other.level, other.en) == (0.0, ">=16", "another photo")


def test_two_house_numbers_that_differ_are_told(weights):
    one = sighting(text="trou devant le 1234")
    assert term(weights, "number", one, candidate(text="nid-de-poule au 1234")).level == "same:long"
    other = term(weights, "number", one, candidate(text="nid-de-poule au 1280"))
    assert (other.fr, other.en) == ("autre numéro", "another number")


@pytest.mark.parametrize("bits", [0, 1, 1 << 63, (1 << 64) - 1, 0x8000_0000_0000_0001])
def test_a_hash_is_kept_signed_and_comes_back(bits):
    kept = photohash.as_signed(bits)
    assert -(1 << 63) <= kept < 1 << 63
    assert photohash.from_signed(kept) == bits


def test_a_step_in_degrees_has_a_direction_on_the_ground():
    assert crs.direction(1e-4 / PER_LON, 1e-4 / PER_LAT, LAT) == pytest.approx((2**-0.5, 2**-0.5))
    assert crs.direction(0.0, 0.0, LAT) is None
    assert crs.direction(None, 1.0, LAT) is None
