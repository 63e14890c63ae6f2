from __future__ import annotations

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis import crs

lons = st.floats(-179, 179)
lats = st.floats(-69, 69)
small = st.floats(-0.05, 0.05)


def test_a_degree_of_latitude_at_the_demo_city_is_111_kilometres():
    assert crs.distance_m(-74.13, 45.25, -74.13, 45.26) == pytest.approx(1111.4, abs=0.5)
    assert crs.distance_m(-74.13, 45.25, -74.12, 45.25) == pytest.approx(785, abs=0.5)


@given(lons, lats, lons, lats)
def test_distance_is_symmetrical_and_never_negative(lon_a, lat_a, lon_b, lat_b):
    there = crs.distance_m(lon_a, lat_a, lon_b, lat_b)
    assert there >= 0
    assert there == pytest.approx(crs.distance_m(lon_b, lat_b, lon_a, lat_a), abs=1e-6)
    assert crs.near_distance_m(lon_a, lat_a, lon_b, lat_b) == crs.near_distance_m(lon_b, lat_b, lon_a, lat_a)


@given(lons, lats, small, small)
def test_the_quick_distance_agrees_with_the_geodesic_nearby(lon, lat, d_lon, d_lat):
    exact = crs.distance_m(lon, lat, lon + d_lon, lat + d_lat)
    assert crs.near_distance_m(lon, lat, lon + d_lon, lat + d_lat) == pytest.approx(exact, rel=1e-4, abs=1e-3)


@given(lons, lats, st.floats(0.1, 5000), st.floats(0, 359.9))
def test_the_box_holds_every_point_of_the_circle(lon, lat, radius_m, azimuth):
    from pyproj import Geod

    edge_lon, edge_lat, _ = Geod(ellps="WGS84").fwd(lon, lat, azimuth, radius_m)
    assert crs.box_around(lon, lat, radius_m).contains(edge_lon, edge_lat)


def test_the_box_at_the_pole_goes_all_the_way_round():
    box = crs.box_around(10, 89.9999, 500)
    assert (box.west, box.east, box.north) == (-180, 180, 90)


def test_a_negative_radius_and_a_box_inside_out_are_refused():
    with pytest.raises(ValueError, match="negative"):
        crs.box_around(0, 0, -1)
    with pytest.raises(ValueError, match="not a box"):
        crs.Box(west=1, south=0, east=0, north=1)


def test_the_demo_citys_metric_system_gives_the_published_coordinates():
    metric = crs.Metric(32188)
    assert metric.to_metres(-74.13, 45.25) == pytest.approx((255_347.9, 5_012_419.7), abs=0.1)
    assert metric.to_degrees(*metric.to_metres(-74.13, 45.25)) == pytest.approx((-74.13, 45.25), abs=1e-9)


def test_many_points_and_geometries_project_like_single_points():
    metric = crs.Metric(32188)
    x, y = metric.arrays([-74.13, -74.1], [45.25, 45.3])
    assert (x[1], y[1]) == pytest.approx(metric.to_metres(-74.1, 45.3))
    line = shapely.LineString([(-74.13, 45.25), (-74.1, 45.3)])
    assert metric.unproject(metric.geometry(line)).equals_exact(line, 1e-9)


@pytest.mark.parametrize(
    ("srid", "reason"), [(4326, "not in metres"), (2249, "not in metres"), (1, "unknown")]
)
def test_a_system_which_is_not_metric_is_refused(srid, reason):
    with pytest.raises(ValueError, match=reason):
        crs.Metric(srid)


def test_an_unknown_system_is_a_value_error():
    with pytest.raises(ValueError, match="no such thing|Invalid"):
        crs.reproject(shapely.Point(0, 0), "no such thing", 4326)
