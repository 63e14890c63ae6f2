from __future__ import annotations

import csv
import gzip
import json
import math

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import location
from gis.location import Frame, Kind

TOWN = shapely.box(-74.2, 45.2, -74.0, 45.3)
FRAME = Frame(territory=TOWN, default_points=((-74.1, 45.25), (-73.0, 45.0)))


@pytest.mark.parametrize(
    ("lon", "lat", "kind"),
    [
        (-74.15, 45.21, Kind.OK),
        (-74.2, 45.2, Kind.OK),
        (-74.25, 45.21, Kind.OUTSIDE),
        (None, 45.2, Kind.MISSING),
        (-74.1, None, Kind.MISSING),
        (math.nan, 45.2, Kind.NOT_A_NUMBER),
        (-74.1, math.inf, Kind.NOT_A_NUMBER),
        (0.0, 0.0, Kind.ZERO),
        (1e-9, -1e-9, Kind.ZERO),
        (-74.1, 45.25, Kind.DEFAULT_POINT),
        (-73.0, 45.0, Kind.DEFAULT_POINT),
        (45.21, -74.15, Kind.SWAPPED),
        (74.15, 45.21, Kind.WRONG_SIGN),
        (-74.15, -45.21, Kind.WRONG_SIGN),
        (-71.06, 42.36, Kind.FAR_AWAY),
        (-74.15, 0.0, Kind.FAR_AWAY),
        (9999.0, 9999.0, Kind.FAR_AWAY),
    ],
)
def test_coordinates_are_recognised_for_what_they_are(lon, lat, kind):
    found = location.assess(lon, lat, FRAME)
    assert found.kind == kind
    assert found.is_place == (kind in {Kind.OK, Kind.OUTSIDE})
    assert (found.lon is not None) == found.is_place
    assert found.words.fr
    assert found.words.en


def test_a_correction_is_proposed_but_never_used_as_the_place():
    found = location.assess(45.21, -74.15, FRAME)
    assert (found.lon, found.lat) == (None, None)
    assert (found.proposed_lon, found.proposed_lat) == (-74.15, 45.21)


@given(st.floats(), st.floats())
def test_any_two_numbers_are_judged_and_only_places_keep_a_position(lon, lat):
    found = location.assess(lon, lat, FRAME)
    if found.is_place:
        assert (found.lon, found.lat) == (lon, lat)
        assert -180 <= lon <= 180
    if found.proposed_lon is not None and found.proposed_lat is not None:
        assert FRAME.covers(found.proposed_lon, found.proposed_lat)


def test_a_territory_on_the_meridian_of_greenwich_may_have_a_longitude_of_zero():
    frame = Frame(territory=shapely.box(-0.5, 51.3, 0.3, 51.7))
    assert location.assess(0.0, 51.5, frame).kind == Kind.OK


def test_an_empty_territory_is_refused():
    with pytest.raises(ValueError, match="empty"):
        Frame(territory=shapely.Polygon())


def _rows(count, *, lon=-74.1, lat=45.25, address=None, service=None):
    return [(lon, lat, address and f"{address} {i}", service and f"{service} {i % 30}") for i in range(count)]


def test_a_point_with_many_addresses_is_a_geocoders_default():
    rows = _rows(50, address="rue") + [(-74.0 - i / 1000, 45.2, f"a{i}", "s") for i in range(5000)]
    (found,) = location.learn_default_points(rows)
    assert (found.lon, found.lat, found.count, found.addresses) == (-74.1, 45.25, 50, 50)
    assert "50 adresses" in found.words.fr


def test_a_busy_building_with_one_address_is_a_place():
    rows = [(-74.1, 45.25, "245 rue du Moulin", "noise")] * 400 + _rows(600, lon=-74.0, address="x")[:5]
    assert location.learn_default_points(rows) == ()


def test_a_counter_where_everything_happens_is_a_default_even_with_one_address():
    rows = [(-74.1, 45.25, "1 City Hall", f"s{i % 26}") for i in range(93)]
    rows += [(-74.0 - i / 10_000, 45.2, f"a{i}", "s") for i in range(20_000)]
    assert [(p.lon, p.lat) for p in location.learn_default_points(rows)] == [(-74.1, 45.25)]


def test_without_addresses_or_services_only_a_very_heavy_point_is_doubted():
    scattered = [(-74.0 - i / 10_000, 45.2, None, None) for i in range(2000)]
    assert location.learn_default_points(scattered + [(-74.1, 45.25, None, None)] * 30) == ()
    assert len(location.learn_default_points(scattered + [(-74.1, 45.25, None, None)] * 100)) == 1


def test_rows_without_a_position_teach_nothing():
    assert location.learn_default_points([(None, None, "a", "s"), (math.nan, 1.0, "a", "s")] * 50) == ()


def test_each_method_has_an_accuracy_and_an_unknown_one_is_refused():
    accuracies = [location.typical_accuracy_m(method) for method in location.methods()]
    assert accuracies == sorted(accuracies)
    assert set(location.methods()) >= {
        "gps",
        "pin",
        "photo",
        "address",
        "intersection",
        "asset",
        "segment",
        "phone",
    }
    with pytest.raises(ValueError, match="telepathy"):
        location.typical_accuracy_m("telepathy")


REAL = {
    "boston": ("boston_311_2011Q3.csv.gz", "longitude", "latitude", "location", "type"),
    "baltimore": ("baltimore_311_sample_10k.csv.gz", "Longitude", "Latitude", "Address", "SRType"),
    "stuttgart": ("stuttgart_gelbe_karten_2020_2023.csv.gz", "lon", "lat", "address", "category"),
}
DEFAULTS = {
    "boston": [(-71.0587, 42.3594), (-71.0583, 42.3603)],
    "baltimore": [(-77.0, 39.0)],
    "stuttgart": [],
}


def _real_rows(folder, city):
    name, lon, lat, address, service = REAL[city]
    with gzip.open(folder / "requests" / name, "rt", encoding="utf-8") as file:
        return [
            (
                float(row[lon]) if row[lon] else None,
                float(row[lat]) if row[lat] else None,
                row[address],
                row[service],
            )
            for row in csv.DictReader(file)
        ]


@pytest.mark.realdata
@pytest.mark.parametrize("city", sorted(REAL))
def test_the_real_cities_default_points_are_found_and_nothing_else(real_data, city):
    found = location.learn_default_points(_real_rows(real_data, city))
    assert [(point.lon, point.lat) for point in found] == DEFAULTS[city]


@pytest.mark.realdata
def test_baltimore_keeps_its_places_and_loses_its_default_point(real_data):
    features = json.loads((real_data / "boundaries" / "baltimore.geojson").read_text())["features"]
    shapes = [shapely.make_valid(shapely.geometry.shape(each["geometry"])) for each in features]
    frame = Frame(territory=shapely.union_all(shapes), default_points=tuple(DEFAULTS["baltimore"]))
    rows = _real_rows(real_data, "baltimore")
    kinds = [location.assess(lon, lat, frame).kind for lon, lat, _, _ in rows]
    assert kinds.count(Kind.DEFAULT_POINT) == 885
    assert kinds.count(Kind.MISSING) == 590
    assert kinds.count(Kind.OK) > 8300
