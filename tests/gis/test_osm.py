"""Streets cut at corners, addresses, ground and names out of an OpenStreetMap extract."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
import shapely

from gis import errors, osm
from gis.osm import AddressPoint, Feature, Left, Street
from gis.osm import tags as meaning
from tests.support.extracts import Extract, village

DATA = Path(os.environ.get("VIGIE_REAL_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))


@pytest.fixture(scope="module")
def things(tmp_path_factory):
    return list(osm.read(village().written(tmp_path_factory.mktemp("osm") / "village.osm.pbf")))


def of(things, kind):
    return {each.code: each for each in things if isinstance(each, kind)}


def test_streets_are_cut_where_streets_meet_and_nowhere_else(things):
    streets = of(things, Street)
    named = {code: (each.name, each.road_class) for code, each in streets.items()}
    assert named == {
        "osm-1-2": ("Rue Principale", 2),
        "osm-2-3": ("Rue Principale", 2),
        "osm-2-4": ("Rue de l’Église", 4),
        "osm-2-5": ("Rue de l’Église", 4),
        "osm-6-6": ("Croissant du Parc", 4),
    }
    assert list(streets["osm-2-3"].line.coords) == [(-73.998, 45.0), (-73.996, 45.0)]


def test_a_street_keeps_its_facts_and_its_other_names(things):
    street = of(things, Street)["osm-1-2"]
    assert street.aliases == ("Main Street", "La Grand-Rue", "201")
    facts = {
        "highway": "secondary",
        "oneway": 1,
        "speed_kmh": 50,
        "surface": "asphalt",
        "lanes": 2,
        "ref": "201",
    }
    assert facts.items() <= street.attributes.items()
    other = of(things, Street)["osm-2-5"]
    assert (other.aliases, other.attributes["speed_kmh"]) == (("Rue du Curé",), 48)


def test_two_streets_between_the_same_corners_are_two(tmp_path):
    loop = Extract().node(1, 0, 0).node(2, 1, 0).node(3, 0.5, 1)
    loop.way(10, (1, 2), highway="residential", name="Rue Droite")
    loop.way(11, (2, 3, 1), highway="residential", name="Rue Courbe")
    streets = of(osm.read(loop.written(tmp_path / "loop.osm.pbf")), Street)
    assert {code: each.name for code, each in streets.items()} == {
        "osm-1-2": "Rue Droite",
        "osm-1-2-2": "Rue Courbe",
    }


def test_a_segment_keeps_its_code_when_a_mapper_splits_the_way_elsewhere(tmp_path):
    town = village()
    town.ways[0] = (10, [1, 2], town.ways[0][2])
    town.way(99, (2, 3), highway="secondary", name="Rue Principale")
    streets = of(osm.read(town.written(tmp_path / "split.osm.pbf")), Street)
    assert {"osm-1-2", "osm-2-3", "osm-2-4", "osm-2-5"} <= set(streets)


def test_addresses_come_from_points_and_from_buildings(things):
    found = {code: (each.civic, each.suffix, each.street) for code, each in of(things, AddressPoint).items()}
    assert found == {
        "osm-n30": (12, "A", "Rue Principale"),
        "osm-n31": (14, "", "Rue Principale"),
        "osm-n31-2": (16, "", "Rue Principale"),
        "osm-w15": (20, "-22", "Main Street"),
    }
    hall = of(things, AddressPoint)["osm-w15"].point
    assert shapely.box(-73.997, 45.0002, -73.9969, 45.0003).covers(hall)


def test_what_cannot_be_an_address_is_counted_with_its_reason(things):
    assert Counter(each.reason for each in things if isinstance(each, Left)) == {
        "no_street": 1,
        "no_number": 1,
    }


def test_ground_has_its_holes_and_named_places_their_names(things):
    features = of(things, Feature)
    assert {code: (each.kind, each.name) for code, each in features.items()} == {
        "osm-w15": ("building", "Mairie"),
        "osm-w17": ("park", "L’Île"),
        "osm-r70": ("water", "Étang"),
        "osm-n80": ("place", "École des Pins"),
        "osm-w18": ("rail", None),
    }
    pond = features["osm-r70"].shape
    assert pond.geom_type == "MultiPolygon"
    assert not pond.covers(shapely.Point(-73.992, 45.001))


@pytest.mark.parametrize("content", [b"", b"no extract", b"\0\0\0\x0dOSMHeader"])
def test_a_file_that_is_no_extract_is_refused(tmp_path, content):
    path = tmp_path / "wrong.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(errors.OsmFileUnreadable):
        list(osm.read(path))


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("12", [(12, "")]), ("12A", [(12, "A")]), ("12 bis", [(12, "BIS")]), ("12-14", [(12, "-14")]),
        ("12;14", [(12, ""), (14, "")]), ("12, 14b", [(12, ""), (14, "B")]), ("12 1/2", [(12, " 1/2")]),
        ("A12", []), ("", []), ("0", []), ("1234567", [(123456, " 7")]),
    ],
)  # fmt: skip
def test_house_numbers_are_read_as_people_write_them(said, read):
    assert meaning.civics(said) == read


@pytest.mark.parametrize(
    ("tags", "way"),
    [
        ({"highway": "primary", "oneway": "yes"}, 1), ({"highway": "primary", "oneway": "-1"}, -1),
        ({"highway": "primary"}, None), ({"highway": "motorway"}, 1), ({"junction": "roundabout"}, 1),
        ({"junction": "roundabout", "oneway": "no"}, None), ({"highway": "motorway", "oneway": "no"}, None),
    ],
)  # fmt: skip
def test_one_way_streets_are_told(tags, way):
    assert meaning.oneway(tags) == way


@pytest.mark.realdata
@pytest.mark.skipif(not DATA.is_dir(), reason="the extracts are not on this machine")
@pytest.mark.parametrize(
    ("name", "streets", "addresses"), [("baltimore", 6348, 1322), ("liechtenstein", 3474, 1003)]
)
def test_real_extracts_are_read_whole(name, streets, addresses):
    things = list(osm.read(DATA / "osm" / f"{name}.osm.pbf"))
    assert (len(of(things, Street)), len(of(things, AddressPoint))) == (streets, addresses)
    for kind in (Street, AddressPoint, Feature):
        codes = [each.code for each in things if isinstance(each, kind)]
        assert len(codes) == len(set(codes))
    lines = [each.line.coords for each in of(things, Street).values()]
    ends = {end for line in lines for end in (line[0], line[-1])}
    through = {point for line in lines for point in line[1:-1]} & ends
    # One corner of Liechtenstein is drawn with two nodes on one spot: the streets do not share it.
    assert len(through) <= 1, "streets go on through corners"
