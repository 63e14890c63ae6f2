"""Districts from a map file, and cases placed again when a new set takes over."""

from __future__ import annotations

import pytest

from tests.tracker.imports.conftest import SQUARES, Town, row
from tracker import db
from tracker.imports import errors
from tracker.places import boundaries

# The same two squares, the common edge moved west by four thousandths of a degree.
MOVED = SQUARES.replace("-74.0,", "-74.004,")
BOW_TIE = SQUARES.replace(
    "[[[-74.01, 45.0], [-74.0, 45.0], [-74.0, 45.01], [-74.01, 45.01], [-74.01, 45.0]]]",
    "[[[-74.01, 45.0], [-74.0, 45.01], [-74.0, 45.0], [-74.01, 45.01], [-74.01, 45.0]]]",
)


def test_districts_are_stored_with_their_codes_and_put_in_force(bare_town: Town) -> None:
    brought = bare_town.squares()

    assert brought.districts == (("ouest", "Ouest"), ("est", "Est"))
    assert (brought.is_new, brought.is_active) == (True, True)
    assert bare_town.scalar("SELECT count(*) FROM district WHERE ST_IsValid(geom)") == 2


def test_the_same_districts_again_change_nothing(town: Town) -> None:
    before = town.digests("boundary_set", "district")

    brought = town.squares(SQUARES.replace("\n", " "))

    assert not brought.is_new
    assert town.digests("boundary_set", "district") == before


def test_a_broken_outline_is_repaired_and_told(bare_town: Town) -> None:
    brought = bare_town.squares(BOW_TIE)

    assert [note.name for note in brought.repaired] == ["Ouest"]
    assert bare_town.scalar("SELECT bool_and(ST_IsValid(geom)) FROM district") is True


def test_a_new_set_retires_the_old_one_and_places_every_case_again(town: Town) -> None:
    town.bring_in([row("A1", lon="-74.0031"), row("A2", lon="-74.0062"), row("A3", lon="", lat="")])

    brought = town.squares(MOVED)

    cases = town.cases()
    assert (brought.placed, brought.moved) == (2, 1)
    assert [cases[each].district for each in ("A1", "A2", "A3")] == ["est", "ouest", None]
    assert town.rows("SELECT status FROM boundary_set ORDER BY id") == [("retired",), ("active",)]
    assert {case.boundary_set_id for case in cases.values() if case.lon} == {
        town.scalar("SELECT id FROM boundary_set WHERE status = 'active'")
    }
    with db.transaction(town.app, town.code) as session:
        assert boundaries.differences(session) == 0


def test_a_point_that_a_new_set_leaves_out_has_no_district(town: Town) -> None:
    town.bring_in([row("A1", lon="-74.0092")])

    town.squares(SQUARES.replace("-74.01,", "-74.007,"))

    case = town.cases()["A1"]
    assert (case.district_id, case.boundary_set_id) == (None, None)


def test_an_older_set_can_be_put_back(town: Town) -> None:
    town.bring_in([row("A1", lon="-74.0031")])
    town.squares(MOVED)

    brought = town.squares(SQUARES)

    assert (brought.is_new, brought.moved) == (False, 1)
    assert town.cases()["A1"].district == "ouest"


def test_a_set_can_wait_without_being_in_force(town: Town) -> None:
    brought = town.squares(MOVED, activates=False)

    assert (brought.is_active, brought.moved) == (False, 0)
    assert town.rows("SELECT status FROM boundary_set ORDER BY id") == [("active",), ("draft",)]


def test_a_difference_is_seen(town: Town) -> None:
    town.bring_in([row("A1")])
    town.rows('UPDATE "case" SET district_id = (SELECT max(id) FROM district) RETURNING 1')

    with db.transaction(town.app, town.code) as session:
        assert boundaries.differences(session) == 1


@pytest.mark.parametrize(
    ("content", "chosen", "fr"),
    [
        (SQUARES, {"name_field": "quartier"}, "pas de champ quartier"),
        ("{}", {}, "pas"),
        (SQUARES, {"crs": "EPSG:1"}, "système de coordonnées inconnu"),
        ('{"type": "FeatureCollection", "features": []}', {}, ""),
    ],
)
def test_a_file_that_cannot_be_used_says_why_in_both_languages(
    bare_town: Town, content: str, chosen: dict[str, str], fr: str
) -> None:
    with pytest.raises(errors.DistrictsUnusable) as told:
        bare_town.squares(content, **chosen)

    assert fr in told.value.fr
    assert bare_town.scalar("SELECT count(*) FROM boundary_set") == 0
