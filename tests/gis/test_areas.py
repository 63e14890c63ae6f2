from __future__ import annotations

import json
import math
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from gis import areas, crs
from gis.areas import Area, AreaIndex
from gis.wording import Words

SOUTH_WEST = shapely.box(-74.2, 45.2, -74.1, 45.3)
SOUTH_EAST = shapely.box(-74.1, 45.2, -74.0, 45.3)
# An oblique edge, shared by both: multiples of 1/64 so that points can be exactly on it.
TRIANGLE = shapely.Polygon([(-74.25, 45.25), (-74.0, 45.25), (-74.0, 45.5)])
OTHER_TRIANGLE = shapely.Polygon([(-74.25, 45.25), (-74.0, 45.5), (-74.25, 45.5)])


@pytest.fixture
def squares() -> AreaIndex:
    return AreaIndex([Area(code="B", geometry=SOUTH_EAST), Area(code="A", geometry=SOUTH_WEST)])


def test_a_point_inside_is_placed_with_certainty(squares):
    found = squares.find(-74.15, 45.25)
    assert (found.code, found.candidates, found.certain) == ("A", ("A",), True)
    assert found.edge_m == pytest.approx(crs.distance_m(-74.15, 45.25, -74.1, 45.25), rel=1e-3)


def test_a_point_on_a_shared_edge_goes_to_the_lowest_code_and_is_uncertain(squares):
    found = squares.find(-74.1, 45.25)
    assert (found.code, found.candidates, found.certain) == ("A", ("A", "B"), False)
    assert found.edge_m == pytest.approx(0, abs=1e-6)


def test_a_corner_and_an_outer_edge_belong_to_the_area(squares):
    assert squares.find(-74.0, 45.2).code == "B"
    assert squares.find(-74.05, 45.3).code == "B"


def test_a_point_outside_tells_how_far_the_nearest_area_is(squares):
    found = squares.find(-74.0 + 0.001, 45.25)
    assert found.code is None
    assert found.certain
    assert found.edge_m == pytest.approx(78.5, abs=0.2)


def test_the_distance_to_an_oblique_edge_is_measured_in_metres_not_in_degrees():
    index = AreaIndex([Area(code="A", geometry=TRIANGLE)])
    lon, lat = -74.03, 45.30
    metric = crs.Metric(32188)
    exact = metric.geometry(TRIANGLE).boundary.distance(shapely.Point(metric.to_metres(lon, lat)))
    assert index.find(lon, lat).edge_m == pytest.approx(exact, rel=2e-3)


def test_a_point_in_a_hole_is_outside():
    ring = shapely.Polygon(SOUTH_WEST.exterior, [shapely.box(-74.16, 45.24, -74.14, 45.26).exterior])
    index = AreaIndex([Area(code="A", geometry=ring)])
    assert index.find(-74.15, 45.25).code is None
    assert index.find(-74.16, 45.25).code == "A"


@pytest.mark.parametrize(("lon", "lat"), [(math.nan, 45), (math.inf, 45), (-74, -math.inf)])
def test_a_point_which_is_not_finite_is_nowhere(squares, lon, lat):
    found = squares.find(lon, lat)
    assert (found.code, found.certain) == (None, False)
    assert squares.assign([lon], [lat]).tolist() == [None]


def test_without_areas_nothing_is_placed():
    empty = AreaIndex([])
    assert empty.find(0, 0).code is None
    assert empty.find(0, 0).edge_m == math.inf
    assert empty.assign([0.0], [0.0]).tolist() == [None]


def test_no_points_give_no_codes(squares):
    assert squares.assign([], []).tolist() == []


def test_arrays_of_two_lengths_are_refused(squares):
    with pytest.raises(ValueError, match="one length"):
        squares.assign([1.0], [1.0, 2.0])


def test_two_areas_under_one_code_are_refused():
    with pytest.raises(ValueError, match="code A"):
        AreaIndex([Area(code="A", geometry=SOUTH_EAST), Area(code="A", geometry=SOUTH_WEST)])


@pytest.mark.parametrize(
    "geometry",
    [
        shapely.Point(0, 0),
        shapely.Polygon(),
        shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)]),
        shapely.LineString([(0, 0), (1, 1)]),
    ],
)
def test_an_area_must_be_a_valid_polygon(geometry):
    with pytest.raises(ValueError, match="area A"):
        Area(code="A", geometry=geometry)


def _grid_strategy():
    """Overlapping boxes on a grid of 1/64 degree, so that edges and points coincide often and exactly."""
    line = st.integers(0, 16)
    box = st.tuples(line, line, st.integers(1, 6), st.integers(1, 6)).map(
        lambda b: shapely.box(b[0] / 64, b[1] / 64, (b[0] + b[2]) / 64, (b[1] + b[3]) / 64)
    )
    return st.lists(box, min_size=1, max_size=8)


grid_points = st.lists(
    st.tuples(st.integers(-2, 50), st.integers(-2, 50)).map(lambda p: (p[0] / 128, p[1] / 128)), max_size=30
)


@settings(deadline=None, max_examples=60)
@given(_grid_strategy(), grid_points)
def test_one_by_one_and_all_at_once_agree_with_asking_every_area(shapes, points):
    index = AreaIndex([Area(code=f"{i:02}", geometry=shape) for i, shape in enumerate(shapes)])
    truth = [
        min((f"{i:02}" for i, shape in enumerate(shapes) if shape.covers(shapely.Point(p))), default=None)
        for p in points
    ]
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    assert index.assign(lons, lats).tolist() == truth
    assert [index.find(*p).code for p in points] == truth


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_areas_which_tile_put_each_point_in_exactly_one_or_on_an_uncertain_edge(seed):
    index = AreaIndex([Area(code="1", geometry=TRIANGLE), Area(code="2", geometry=OTHER_TRIANGLE)])
    random = np.random.default_rng(seed)
    for lon, lat in zip(
        random.uniform(-74.249, -74.001, 20), random.uniform(45.251, 45.499, 20), strict=True
    ):
        found = index.find(float(lon), float(lat))
        assert found.code is not None
        assert len(found.candidates) == 1 or not found.certain
    on_edge = index.find(-74.125, 45.375)
    assert (on_edge.code, on_edge.candidates) == ("1", ("1", "2"))


def test_threads_asking_at_once_get_the_same_answers():
    shapes = [shapely.box(i / 20, j / 20, (i + 1) / 20, (j + 1) / 20) for i in range(20) for j in range(20)]
    index = AreaIndex([Area(code=f"{i:03}", geometry=shape) for i, shape in enumerate(shapes)])
    points = [(i / 57, j / 57) for i in range(58) for j in range(58)]
    alone = index.assign(*zip(*points, strict=True)).tolist()
    with ThreadPoolExecutor(8) as pool:
        rounds = list(pool.map(lambda _: [index.find(*point).code for point in points], range(8)))
    assert all(answers == alone for answers in rounds)


def test_indexing_leaves_the_callers_geometries_unprepared():
    geometry = shapely.box(0, 0, 1, 1)
    AreaIndex([Area(code="A", geometry=geometry)])
    assert not shapely.is_prepared(geometry)


def _mended(geometry: BaseGeometry) -> tuple[BaseGeometry, Words]:
    repaired = areas.repair(geometry)
    assert repaired.geometry is not None
    assert repaired.geometry.is_valid
    assert repaired.words is not None
    return repaired.geometry, repaired.words


def test_a_valid_polygon_is_left_as_it_is():
    repaired = areas.repair(SOUTH_WEST)
    assert repaired.geometry is not None
    assert repaired.geometry.equals(SOUTH_WEST)
    assert repaired.words is None


def test_a_bow_tie_keeps_both_halves_and_says_where_it_crossed():
    geometry, words = _mended(shapely.Polygon([(0, 0), (2, 2), (2, 0), (0, 2)]))
    assert geometry.area == pytest.approx(2)
    assert "se croise" in words.fr
    assert "1 1" in words.en


def test_loops_which_overlap_are_united_rather_than_cut_out():
    geometry, _ = _mended(shapely.Polygon([(0, 0), (4, 0), (4, 4), (1, 4), (1, 1), (3, 1), (3, 3), (0, 3)]))
    assert geometry.covers(shapely.Point(2, 2))


def test_a_third_dimension_is_dropped():
    flat = areas.repair(shapely.Polygon([(0, 0, 5), (1, 0, 5), (1, 1, 5)])).geometry
    assert flat is not None
    assert not flat.has_z


def test_a_collection_keeps_its_polygons_only():
    geometry, _ = _mended(
        shapely.GeometryCollection([SOUTH_WEST, shapely.Point(0, 0), shapely.MultiPolygon([SOUTH_EAST])])
    )
    assert geometry.area == pytest.approx(SOUTH_WEST.area + SOUTH_EAST.area)


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        (shapely.Polygon(), "empty"),
        (shapely.Point(1, 2), "Point"),
        (shapely.LineString([(0, 0), (1, 1)]), "LineString"),
        (shapely.Polygon([(0, 0), (1, 1), (2, 2)]), "no area"),
        (shapely.Polygon([(0, 0), (1, math.inf), (2, 2)]), "unreadable"),
    ],
)
def test_what_has_no_area_is_refused_in_words(geometry, said):
    repaired = areas.repair(geometry)
    assert repaired.geometry is None
    assert repaired.words is not None
    assert said in repaired.words.en


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=3, max_size=12))
def test_whatever_is_repaired_is_valid_and_polygonal(ring):
    repaired = areas.repair(shapely.Polygon(ring))
    if repaired.geometry is not None:
        assert repaired.geometry.is_valid
        assert repaired.geometry.geom_type in {"Polygon", "MultiPolygon"}
        Area(code="A", geometry=repaired.geometry)
    else:
        assert repaired.words is not None


@pytest.mark.realdata
@pytest.mark.parametrize("city", ["boston", "baltimore", "montreal"])
def test_real_districts_place_points_alike_one_by_one_and_all_at_once(real_data, city):
    features = json.loads((real_data / "boundaries" / f"{city}.geojson").read_text())["features"]
    repaired = [areas.repair(shapely.geometry.shape(each["geometry"])) for each in features]
    shapes = [each.geometry for each in repaired if each.geometry is not None]
    index = AreaIndex([Area(code=f"{i:03}", geometry=shape) for i, shape in enumerate(shapes)])
    west, south, east, north = shapely.total_bounds(shapes)
    random = np.random.default_rng(311)
    # Corners and middles of edges are where two answers could differ.
    corners = np.concatenate([shapely.get_coordinates(shape)[::97] for shape in shapes])
    lons = np.concatenate([random.uniform(west, east, 500), corners[:, 0]])
    lats = np.concatenate([random.uniform(south, north, 500), corners[:, 1]])
    together = index.assign(lons, lats).tolist()
    alone = [index.find(float(lon), float(lat)).code for lon, lat in zip(lons, lats, strict=True)]
    assert alone == together
    assert None not in together[500:]


@given(lon=st.floats(-74.3, -73.9), lat=st.floats(45.1, 45.4))
def test_covering_is_what_finding_finds(lon: float, lat: float):
    index = AreaIndex([Area(code="B", geometry=SOUTH_EAST), Area(code="A", geometry=SOUTH_WEST)])
    assert index.covers(lon, lat) == (index.find(lon, lat).code is not None)


def test_nothing_covers_a_point_that_is_nowhere(squares: AreaIndex):
    assert not squares.covers(math.nan, 45.25)


def test_the_few_points_near_an_edge_are_found_and_none_is_missed():
    index = AreaIndex([Area(code="A", geometry=TRIANGLE), Area(code="B", geometry=OTHER_TRIANGLE)])
    draw = np.random.default_rng(311)
    lons, lats = draw.uniform(-74.3, -73.95, 4_000), draw.uniform(45.2, 45.55, 4_000)
    within_m = draw.uniform(0, 3_000, 4_000)
    lons[0], lats[1] = np.nan, np.inf
    near = index.near_edge(lons, lats, within_m)
    edges_m = np.array([index.find(lon, lat).edge_m for lon, lat in zip(lons, lats, strict=True)])
    finite = np.isfinite(edges_m)
    assert not near[:2].any()
    assert near[finite & (edges_m <= within_m)].all()
    assert (edges_m[near] <= 1.2 * within_m[near]).all()
    assert not AreaIndex([]).near_edge([0.0], [0.0], [1.0]).any()
