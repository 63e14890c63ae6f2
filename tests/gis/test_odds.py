"""How probable each area is for a point that is known to some metres, and the nearest point of a boundary."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest
import shapely

from gis import crs
from gis.areas import Area, AreaIndex

LON, LAT = -74.13, 45.25
PER_LON, PER_LAT = crs.metres_per_degree(LAT)


def index(**corners: tuple[float, float, float, float]) -> AreaIndex:
    """Return areas whose corners are metres east and north of a point."""
    return AreaIndex([Area(code=code, geometry=rectangle(*edges)) for code, edges in corners.items()])


def rectangle(x0: float, y0: float, x1: float, y1: float):
    return shapely.box(LON + x0 / PER_LON, LAT + y0 / PER_LAT, LON + x1 / PER_LON, LAT + y1 / PER_LAT)


SIDES = index(a=(-1000, -1000, 0, 1000), b=(0, -1000, 1000, 1000))


@pytest.mark.parametrize("sigma_m", [3, 20, 100])
@pytest.mark.parametrize("sigmas", [0, 0.3, 1, 2])
def test_beside_a_straight_edge_the_shares_are_those_of_the_normal_distribution(sigma_m, sigmas):
    lon = LON + sigmas * sigma_m / PER_LON
    shares = SIDES.shares(lon, LAT, sigma_m)
    assert shares["b"] == pytest.approx(NormalDist().cdf(sigmas), abs=0.01)
    assert sum(shares.values()) == pytest.approx(1)


def test_in_a_corner_of_four_each_has_a_quarter_and_outside_is_told():
    corner = index(a=(-500, 0, 0, 500), b=(0, 0, 500, 500), c=(-500, -500, 0, 0))
    shares = corner.shares(LON, LAT, 15)
    assert set(shares) == {"a", "b", "c", None}
    assert all(share == pytest.approx(0.25, abs=0.02) for share in shares.values())


def test_far_from_every_edge_one_area_has_all():
    assert SIDES.shares(LON + 500 / PER_LON, LAT, 20) == {"b": 1.0}
    assert AreaIndex([]).shares(LON, LAT, 20) == {None: 1.0}


def test_the_shares_agree_with_drawing_lots():
    rng = np.random.default_rng(311)
    odd = index(a=(-500, -500, -8, 500), b=(-8, 5, 500, 500), c=(-8, -500, 500, 5))
    x = LON + rng.normal(0, 12, 200_000) / PER_LON
    y = LAT + rng.normal(0, 12, 200_000) / PER_LAT
    drawn = odd.assign(x, y)
    for code, share in odd.shares(LON, LAT, 12).items():
        assert share == pytest.approx(np.mean(drawn == code), abs=0.015)


def test_the_nearest_point_of_a_boundary_is_found_from_inside_and_from_outside():
    pond = index(pond=(0, 0, 100, 60))
    for x, y, edge in ((10, 30, (0, 30)), (-7, 30, (0, 30)), (50, 55, (50, 60))):
        near = pond.nearest(LON + x / PER_LON, LAT + y / PER_LAT)
        assert near is not None
        assert near.code == "pond"
        assert near.lon == pytest.approx(LON + edge[0] / PER_LON, abs=1e-8)
        assert near.lat == pytest.approx(LAT + edge[1] / PER_LAT, abs=1e-8)
        assert near.distance_m == pytest.approx(np.hypot(x - edge[0], y - edge[1]), abs=0.05)
    assert AreaIndex([]).nearest(LON, LAT) is None
    assert pond.nearest(float("nan"), LAT) is None
