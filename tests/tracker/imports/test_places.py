"""Coordinates are judged before they become a pin."""

from __future__ import annotations

import pytest

from tests.tracker.imports.conftest import MAPPING, Town, ended, row
from tracker import db
from tracker.places import boundaries


@pytest.mark.parametrize(
    ("lon", "lat", "finding"),
    [
        ("", "", "missing"),
        ("-74.0031", "", "missing"),
        ("unknown", "45.0", "missing"),
        ("0", "0", "zero"),
        ("1e400", "45.0042", "not_a_number"),
        ("nan", "nan", "not_a_number"),
        ("45.0042", "-74.0031", "swapped"),
        ("74.0031", "45.0042", "wrong_sign"),
        ("-74.005", "45.005", "default_point"),
        ("2.35", "48.85", "far_away"),
        ("-7400.31", "4500.42", "far_away"),
    ],
)
def test_what_is_no_place_is_kept_as_unknown_and_never_as_a_pin(
    town: Town, lon: str, lat: str, finding: str
) -> None:
    result = town.bring_in([row("A1", lon=lon, lat=lat)])

    case = town.cases()["A1"]
    assert ended(result) == {"place_unknown": 1}
    assert result.counts.places == {finding: 1}
    assert (case.lon, case.district_id, case.geom_accuracy_m) == (None, None, None)
    assert case.place_text == "A1, rue du Moulin"
    assert town.scalar("SELECT location_method FROM report") == "unknown"


def test_a_point_next_door_is_outside_and_is_not_imported(town: Town) -> None:
    aside = town.folder / "refused.csv"

    result = town.bring_in([row("A1", lon="-73.98")], refused=aside)

    assert ended(result) == {"outside": 1}
    assert town.cases() == {}
    assert aside.read_text(encoding="utf-8").splitlines()[1].startswith("1,outside,hors du territoire")


def test_a_point_on_the_common_edge_goes_to_the_lowest_code(town: Town) -> None:
    town.bring_in([row("A1", lon="-74.0", lat="45.0042"), row("A2", lon="-74.0", lat="45.01")])

    assert {case.district for case in town.cases().values()} == {"est"}
    with db.transaction(town.app, town.code) as session:
        assert boundaries.differences(session) == 0


def test_a_point_near_the_edge_keeps_both_districts_with_their_odds(town: Town) -> None:
    town.bring_in([row("A1", lon="-73.99995", lat="45.0042"), row("A2"), row("A3", lon="")])

    kept = town.rows("SELECT source_id, placement FROM report ORDER BY source_id")
    near = {each["code"]: each["p"] for each in kept[0].placement["districts"]}
    assert set(near) == {"est", "ouest"}
    assert near["est"] > near["ouest"] > 0.1
    assert sum(near.values()) == pytest.approx(1)
    assert [each.placement for each in kept[1:]] == [None, None]


def test_a_town_without_districts_takes_every_point_of_the_globe(bare_town: Town) -> None:
    result = bare_town.bring_in(
        [row("A1", lon="9.18", lat="48.78"), row("A2", lon="0", lat="0"), row("A3", lon="200")]
    )

    assert ended(result) == {"imported": 1, "place_unknown": 2}
    assert bare_town.cases()["A1"].district_id is None


def test_without_districts_the_box_of_the_mapping_is_the_territory(bare_town: Town) -> None:
    box = "place: {box: {west: -74.01, south: 45.0, east: -73.99, north: 45.01}, "
    mapping = bare_town.mapping(MAPPING.replace("place: {", box))

    result = bare_town.bring_in(
        [row("A1"), row("A2", lon="-73.98"), row("A3", lon="9.18", lat="48.78")], mapping=mapping
    )

    assert ended(result) == {"imported": 1, "outside": 1, "place_unknown": 1}


def test_a_default_point_is_learnt_from_the_file(town: Town) -> None:
    learns = MAPPING.replace("learn_default_points: false", "learn_default_points: true")
    rows = [row(f"A{i}", lon="-73.9951", lat="45.0013") for i in range(40)]
    rows += [row(f"B{i}", lon=f"-74.00{i:02}1") for i in range(40)]

    result = town.bring_in(rows, mapping=town.mapping(learns))

    assert ended(result) == {"imported": 40, "place_unknown": 40}
    assert [(point.lon, point.lat) for point in result.default_points] == [(-73.9951, 45.0013)]


def test_coordinates_may_be_written_with_a_comma(town: Town) -> None:
    mapping = town.mapping(MAPPING + 'format: {delimiter: ";", decimal: ","}\n')
    content = ";".join(row("A1")) + "\n" + ";".join(row("A1", lon="-74,0031", lat="45,0042").values()) + "\n"

    town.bring_in(content.encode(), mapping=mapping)

    assert town.cases()["A1"].lon == -74.0031
