"""Where things happen more than elsewhere: a kernel density and a significance test on a grid of hexagons.

All coordinates are metres of one projected CRS. Counts belong to incidents, not to reports: whoever calls
must have joined what is reported twice, or a quarter that reports more would look worse than it is.

Sources: Getis & Ord, "The analysis of spatial association by use of distance statistics", Geographical
Analysis 24 (1992), in the G* form standardised by Ord & Getis (1995); Benjamini & Hochberg, "Controlling the
false discovery rate", JRSS B 57 (1995); Silverman, "Density estimation" (1986), 4.5, the quartic kernel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis import clusters

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# From which score a neighbourhood is no part of what is ordinary.
CLEAR_Z = 4.0
# The seven hexagons of a neighbourhood: a cell and the six around it, in axial coordinates.
RING = ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1), (1, -1), (-1, 1))


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """`size_m` is a hexagon's width across its flats, `bandwidth_m` the reach of the kernel, `alpha` the
    share of
    false ones among the cells called hot. ValueError for what is not positive.
    """

    size_m: float = 200.0
    bandwidth_m: float = 400.0
    alpha: float = 0.03

    def __post_init__(self) -> None:
        if not (self.size_m > 0 and self.bandwidth_m > 0 and 0 < self.alpha < 1):
            raise ValueError("sizes must be positive and alpha between 0 and 1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Surface:
    """One value for each hexagon of the study area, in the same order.

    `q`, `r` are axial coordinates, `x`, `y` the middles in metres, `count` the incidents inside, `around`
    those of the cell and its neighbours, `per_km2` the kernel's density, `times` that density as a multiple
    of its mean over the study area, `z` the Getis-Ord score and `is_hot` whether it stands after the
    correction for looking at every cell.
    """

    q: Ints
    r: Ints
    x: Floats
    y: Floats
    count: Ints
    around: Ints
    per_km2: Floats
    times: Floats
    z: Floats
    is_hot: NDArray[np.bool_]
    settings: Settings

    @property
    def corners(self) -> Floats:
        """Return the six corners of every hexagon, shape (n, 6, 2), counter-clockwise."""
        angles = np.pi / 6 + np.arange(6) * np.pi / 3
        reach = self.settings.size_m / math.sqrt(3)
        ring = np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach
        return np.stack([self.x, self.y], axis=1)[:, None, :] + ring[None, :, :]


def cells_of(x: Floats, y: Floats, size_m: float) -> tuple[Ints, Ints]:
    """Return the axial coordinates of the hexagons (pointed up, `size_m` across) that hold points."""
    edge = size_m / math.sqrt(3)
    fq, fr = (math.sqrt(3) / 3 * x - y / 3) / edge, (2 / 3 * y) / edge
    q, r = np.rint(fq), np.rint(fr)
    s = np.rint(-fq - fr)
    off_q, off_r, off_s = np.abs(q - fq), np.abs(r - fr), np.abs(s + fq + fr)
    # The three rounded coordinates must add to nothing: the one rounded furthest follows from the others.
    fix_q = (off_q > off_r) & (off_q > off_s)
    fix_r = ~fix_q & (off_r > off_s)
    return (
        np.where(fix_q, -r - s, q).astype(np.int64),
        np.where(fix_r, -q - s, r).astype(np.int64),
    )


def middles_of(q: Ints, r: Ints, size_m: float) -> tuple[Floats, Floats]:
    """Return the middles of hexagons, in metres."""
    return (q + r / 2) * size_m, r * size_m * math.sqrt(3) / 2


def surface(points: Floats, weights: Floats, ground: Floats, settings: Settings) -> Surface:
    """Return the density of incidents at `points` over the hexagons that hold `ground` or a point.

    `points` and `ground` have shape (n, 2); `weights` says how many incidents each point stands for. The
    ground, such as every address of a town, makes the cells where nothing happened count, and only those
    where something could.
    """
    q, r = _study_area(points, ground, settings.size_m)
    x, y = middles_of(q, r, settings.size_m)
    count = _counted(points, weights, q, r, settings.size_m)
    around, neighbours = _around(count, q, r)
    z = _getis_ord(count, around, neighbours)
    # Neighbourhoods far above the rest are no part of what is ordinary, or one hot spot would hide the next.
    plain = (_around((z >= CLEAR_Z).astype(np.float64), q, r)[0] == 0).astype(np.float64)
    chances = _chances(count, around, neighbours, plain, q, r)
    per_km2 = _kernel(points, weights, np.stack([x, y], axis=1), settings.bandwidth_m)
    mean = per_km2.mean() if len(per_km2) else 0.0
    return Surface(
        q=q,
        r=r,
        x=x,
        y=y,
        count=count.astype(np.int64),
        around=around.astype(np.int64),
        per_km2=per_km2,
        times=per_km2 / mean if mean > 0 else np.zeros_like(per_km2),
        z=z,
        is_hot=discoveries(chances, settings.alpha),
        settings=settings,
    )


def discoveries(p: Floats, alpha: float) -> NDArray[np.bool_]:
    """Tell which of many tests stand when a share `alpha` of those may be false (Benjamini and Hochberg)."""
    if not len(p):
        return np.zeros(0, dtype=np.bool_)
    order = np.argsort(p, kind="stable")
    under = p[order] <= alpha * np.arange(1, len(p) + 1) / len(p)
    found = np.zeros(len(p), dtype=np.bool_)
    if under.any():
        found[order[: np.flatnonzero(under)[-1] + 1]] = True
    return found


def _study_area(points: Floats, ground: Floats, size_m: float) -> tuple[Ints, Ints]:
    places = np.concatenate([points.reshape(-1, 2), ground.reshape(-1, 2)])
    q, r = cells_of(places[:, 0], places[:, 1], size_m)
    cells = np.unique(np.stack([q, r], axis=1), axis=0)
    return cells[:, 0], cells[:, 1]


def _key(q: Ints, r: Ints) -> Ints:
    return (q << 32) + r


def _counted(points: Floats, weights: Floats, q: Ints, r: Ints, size_m: float) -> Floats:
    keys = _key(q, r)
    at = np.searchsorted(keys, _key(*cells_of(points[:, 0], points[:, 1], size_m)))
    counted: Floats = np.zeros(len(keys))
    np.add.at(counted, at, weights)
    return counted


def _around(values: Floats, q: Ints, r: Ints) -> tuple[Floats, Floats]:
    """Return the sum over each neighbourhood and how many of its cells are of the study area."""
    keys = _key(q, r)
    total, neighbours = np.zeros(len(keys)), np.zeros(len(keys))
    for dq, dr in RING:
        wanted = _key(q + dq, r + dr)
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        is_there = keys[at] == wanted
        total += np.where(is_there, values[at], 0.0)
        neighbours += is_there
    return total, neighbours


def _getis_ord(count: Floats, around: Floats, neighbours: Floats) -> Floats:
    """Return Gi* with weights of one over the neighbourhood (Ord and Getis 1995, eq. 14)."""
    n = len(count)
    if n < 2:
        return np.zeros(n)
    mean, spread = count.mean(), count.std()
    below = spread * np.sqrt(np.maximum(n * neighbours - neighbours**2, 0.0) / (n - 1))
    score = np.zeros(n)
    np.divide(around - mean * neighbours, below, out=score, where=below > 0)
    return score


def _chances(count: Floats, around: Floats, neighbours: Floats, plain: Floats, q: Ints, r: Ints) -> Floats:
    """Return the probability of so many in a neighbourhood, if it were filled as ordinary cells are.

    A negative binomial, mean and variance those of the `plain` cells (1 or 0) outside it: counts
    are skewed, and the normal tail of Gi* calls a fifth of evenly filled towns hot somewhere instead of a
    twentieth (measured in the tests). Half an incident is added, where there may be none.
    """
    own, own_cells = _around(count * plain, q, r)[0], _around(plain, q, r)[0]
    squares = _around(count**2 * plain, q, r)[0]
    rest = np.maximum(plain.sum() - own_cells, 1.0)
    mean = ((count * plain).sum() - own + 0.5) / rest
    variance = np.maximum(((count**2 * plain).sum() - squares) / rest - mean**2, 0.0)
    dispersion = np.maximum(variance / mean - 1, 0.0)
    usual = mean * neighbours
    found = np.ones(len(count))
    for at in np.flatnonzero(around > usual):
        found[at] = 10 ** clusters.log10_tail(int(around[at]), float(usual[at]), float(dispersion[at]))
    return found


def _kernel(points: Floats, weights: Floats, at: Floats, bandwidth_m: float) -> Floats:
    """Return incidents per square kilometre: the quartic kernel, block by block so that memory stays
    small.
    """
    if not len(points):
        return np.zeros(len(at))
    order = np.argsort(points[:, 0], kind="stable")
    xs, ys, ws = points[order, 0], points[order, 1], weights[order]
    low = np.searchsorted(xs, at[:, 0] - bandwidth_m)
    high = np.searchsorted(xs, at[:, 0] + bandwidth_m)
    scale = 3 / (np.pi * bandwidth_m**2) * 1e6
    found = np.zeros(len(at))
    for row, (first, last) in enumerate(zip(low, high, strict=True)):
        if first < last:
            far = ((xs[first:last] - at[row, 0]) ** 2 + (ys[first:last] - at[row, 1]) ** 2) / bandwidth_m**2
            found[row] = (ws[first:last] * np.maximum(1 - far, 0.0) ** 2).sum() * scale
    return found
