"""Hot spots: the grid loses nothing, a planted excess is found, and evenly spread things are not called
hot."""

from __future__ import annotations

import math

import numpy as np
import pytest

from gis import density
from gis.density import Settings

AREA_M = 6_000.0


def evenly(rng: np.random.Generator, count: int) -> np.ndarray:
    return rng.uniform(0, AREA_M, (count, 2))


def surface(points: np.ndarray, settings: Settings | None = None) -> density.Surface:
    ground = np.stack(np.meshgrid(np.arange(50, AREA_M, 100), np.arange(50, AREA_M, 100)), -1).reshape(-1, 2)
    return density.surface(points, np.ones(len(points)), ground, settings or Settings())


def test_every_point_is_in_the_hexagon_whose_middle_is_nearest():
    rng = np.random.default_rng(1)
    points = rng.uniform(-5_000, 5_000, (3_000, 2))
    q, r = density.cells_of(points[:, 0], points[:, 1], 200.0)
    x, y = density.middles_of(q, r, 200.0)
    own = np.hypot(points[:, 0] - x, points[:, 1] - y)
    for dq, dr in density.RING[1:]:
        other_x, other_y = density.middles_of(q + dq, r + dr, 200.0)
        assert (own <= np.hypot(points[:, 0] - other_x, points[:, 1] - other_y) + 1e-6).all()
    assert own.max() <= 200 / math.sqrt(3) + 1e-6


def test_hexagons_tile_the_plane():
    corners = surface(evenly(np.random.default_rng(2), 10)).corners
    x, y = corners[:, :, 0], corners[:, :, 1]
    areas = 0.5 * np.abs((x * np.roll(y, -1, 1) - np.roll(x, -1, 1) * y).sum(axis=1))
    assert np.allclose(areas, 200**2 * math.sqrt(3) / 2)


def test_nothing_is_lost_or_counted_twice():
    points = evenly(np.random.default_rng(3), 5_000)
    weights = np.random.default_rng(3).integers(1, 5, 5_000).astype(float)
    found = density.surface(points, weights, points, Settings())
    assert found.count.sum() == weights.sum()
    cell_km2 = 0.2**2 * math.sqrt(3) / 2
    # The kernel spreads what is inside over the cells; what falls out at the edge is its own bandwidth.
    assert (found.per_km2 * cell_km2).sum() == pytest.approx(weights.sum(), rel=0.12)


def test_the_score_is_getis_and_ords_by_their_own_formula():
    found = surface(evenly(np.random.default_rng(4), 400))
    cells = {(q, r): c for q, r, c in zip(found.q, found.r, found.count, strict=True)}
    counts = np.array(list(cells.values()), dtype=float)
    n, mean, spread = len(counts), counts.mean(), counts.std()
    for at in range(0, n, 97):
        near = [
            cells[key] for dq, dr in density.RING if (key := (found.q[at] + dq, found.r[at] + dr)) in cells
        ]
        w = len(near)
        expected = (sum(near) - mean * w) / (spread * math.sqrt((n * w - w**2) / (n - 1)))
        assert found.z[at] == pytest.approx(expected)


def test_a_planted_hot_spot_is_found_where_it_is():
    rng = np.random.default_rng(5)
    hot = rng.normal((2_000, 4_000), 120, (60, 2))
    found = surface(np.concatenate([evenly(rng, 600), hot]))
    assert found.is_hot.any()
    off = np.hypot(found.x[found.is_hot] - 2_000, found.y[found.is_hot] - 4_000)
    assert np.median(off) < 300
    assert found.times[np.argmin(np.hypot(found.x - 2_000, found.y - 4_000))] > 3


def test_what_is_spread_evenly_is_seldom_called_hot():
    hot = [surface(evenly(np.random.default_rng(seed), 1_500)).is_hot.sum() for seed in range(30)]
    # One in twenty was asked for: more than four of thirty would be chance once in a hundred and fifty times.
    assert np.count_nonzero(hot) <= 4


@pytest.mark.parametrize("count", [0, 1])
def test_little_or_nothing_is_no_hot_spot(count):
    found = surface(evenly(np.random.default_rng(6), count))
    assert not found.is_hot.any() or count == 1
    assert np.isfinite(found.z).all()
    assert found.count.sum() == count


def test_discoveries_are_those_of_benjamini_and_hochberg():
    p = np.array([0.001, 0.008, 0.039, 0.041, 0.042, 0.06, 0.074, 0.205, 0.212, 0.216])
    assert density.discoveries(p, 0.05).tolist() == [True, True] + [False] * 8
    assert density.discoveries(np.zeros(0), 0.05).tolist() == []


@pytest.mark.parametrize("wrong", [{"size_m": 0}, {"bandwidth_m": -1}, {"alpha": 1.0}])
def test_settings_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValueError, match="positive"):
        Settings(**wrong)
