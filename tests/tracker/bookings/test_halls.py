"""Halls, activities and shows as a file says them, and which seats go together."""

from __future__ import annotations

import pytest

from tests.support.city import City
from tests.support.deeds import ok, say
from tests.tracker.bookings.test_places import LEISURE, activity, got, show
from tracker.bookings import errors, files, seating
from tracker.bookings.seating import Spot


@pytest.fixture
def leisure(town: City) -> City:
    with town.session() as session:
        files.load(session, LEISURE, at=town.clock.now)
    return town


def test_a_file_with_mistakes_names_each_and_a_hall_keeps_its_held_seats(leisure: City):
    town = leisure
    wrong = {
        "halls": {
            "petit": {"name": {"fr": "A"}, "rows": {"a": 3, "B": 0, "C": {"seats": 2, "accessible": [3]}}},
        },
        "resources": {
            "un": activity(
                3, begins="demain", ages={"least": 9, "most": 3}, other_cents=-1, most=0, when="x",
            ),
            "deux": activity(3, ends="2026-06-01T09:00", residents_from="2026-05-02T08:00",
                             others_from="2026-05-01T08:00"),
            "trois": show() | {"hall": "grand"},
            "quatre": {key: value for key, value in show().items() if key != "hall"},
            "cinq": activity(3) | {"kind": "room"},
        },
    }  # fmt: skip
    with town.session() as session, pytest.raises(errors.ResourcesInvalid) as refused:
        files.load(session, wrong, at=town.clock.now)
    assert {each.partition(":")[0] for each in refused.value.mistakes} == {
        "halls.petit.name", "halls.petit.rows.a", "halls.petit.rows.B", "halls.petit.rows.C.accessible",
        "resources.un.rules.begins", "resources.un.rules.ages", "resources.un.rules.other_cents",
        "resources.un.rules.most", "resources.un.rules.when", "resources.deux.rules.ends",
        "resources.deux.rules.others_from", "resources.trois.hall", "resources.quatre.hall",
        "resources.cinq.rules.begins", "resources.cinq.rules.ends", "resources.cinq.rules.group",
    }  # fmt: skip
    got(town, {"resource": "concert", "seats": ["A-2"]})
    moved = {**LEISURE, "halls": {"theatre": LEISURE["halls"]["theatre"] | {"rows": {"A": 9}}}}
    with town.session() as session, pytest.raises(errors.ResourcesInvalid, match="seats of it are held"):
        files.load(session, moved, at=town.clock.now)


@pytest.mark.parametrize("wait", [False, True])
def test_a_show_that_somebody_has_seats_of_is_not_moved_by_a_file(leisure: City, wait):
    town = leisure
    told = got(town, {"resource": "samedi"})
    if wait:
        got(town, {"resource": "samedi"}, wait=True, name="Un")
        ok(say(town, told, "cancel"))
    moved = activity(1, begins="2026-06-27T09:00") | {"kind": "show", "hall": "theatre"}
    given = LEISURE | {"resources": LEISURE["resources"] | {"samedi": moved}}
    with town.session() as session, pytest.raises(errors.ResourcesInvalid) as refused:
        files.load(session, given, at=town.clock.now)
    assert {each.partition(":")[0] for each in refused.value.mistakes} == {
        "resources.samedi.rules.begins", "resources.samedi.kind", "resources.samedi.hall",
    }  # fmt: skip
    renamed = activity(2) | {"name": {"fr": "Nage", "en": "Swim"}}
    with town.session() as session:  # its name, its price and more places may change
        files.load(session, LEISURE | {"resources": {"samedi": renamed}}, at=town.clock.now)


def spots(*numbers: int, row: int = 0) -> list[Spot]:
    return [Spot(unit=row * 100 + n, row=row, number=n, is_accessible=n == 1) for n in numbers]


def test_the_nearest_seats_stay_together_and_leave_the_wheelchair_places():
    free = [*spots(1, 2, 4, 6), *spots(3, 4, row=1), *spots(3, 4, row=9)]
    assert seating.nearest(free, spots(3, 4), 2) == [103, 104]
    assert seating.nearest(free, spots(5), 1) == [4]
    assert seating.nearest(spots(1, 5), spots(2), 1) == [5]
    assert seating.nearest(spots(1), spots(2), 1) == [1]
    assert seating.nearest(spots(1, 5), spots(1), 1) == [1]
    assert seating.nearest(spots(2, 5, 9), [], 2) == [2, 5]
    assert seating.nearest(spots(2), spots(2), 2) == []
