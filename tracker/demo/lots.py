"""Civic addresses along the streets, and the houses behind them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry

from tracker.demo import parcels, seeds, strung
from tracker.demo.frame import Array
from tracker.demo.parcels import Parcel
from tracker.demo.segments import Segment
from tracker.demo.strung import Index, Places

Points = NDArray[np.object_]

_NUMBERS_M = 15.0  # civic numbers go up by four in every stretch of this length
_APART_M = 12.5
# Metres of frontage, its spread, and the share of lots that are built, by zone.
_FRONTAGE = {
    "o": (18.5, 3.0, 0.9),
    "l": (20.0, 3.0, 0.82),
    "s": (26.0, 4.5, 0.88),
    "c": (60.0, 9.0, 0.7),
    "i": (85.0, 15.0, 0.75),
    ".": (62.0, 22.0, 0.42),
}
# Width and depth of the houses, by zone.
_HOUSE_M = {
    "o": ((9, 13), (10, 14)),
    "l": ((9, 12), (9, 12)),
    "s": ((12, 17), (10, 13)),
    "c": ((28, 46), (24, 38)),
    "i": ((38, 64), (34, 60)),
    ".": ((10, 16), (9, 13)),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A civic number; `point` in metres, at the front of the lot. `units` counts its doors."""

    civic: int
    street: str
    segment: str
    point: Point
    units: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Lots:
    addresses: tuple[Address, ...]
    houses: tuple[Polygon, ...]
    parcels: tuple[Parcel, ...]


def parcel_out(segments: Sequence[Segment], closed: BaseGeometry, seed: int) -> Lots:
    """Place lots on both sides of every street open to them, then a house on each where it fits.

    `closed` is where nothing is built: water, parks, the rail line. Odd numbers are north or west.
    """
    rng = seeds.stream(seed, "addresses")
    lots = _fronts(segments, rng)
    points = strung.points(lots.places)
    shapely.prepare(closed)
    keep = ~shapely.intersects(closed, points) & _is_own_street(segments, lots.places.segment, points)
    keep = _apart(points, keep, _APART_M)
    lots = lots.only(np.flatnonzero(keep))
    units = _units(len(lots.civic), rng)
    addresses = tuple(
        Address(
            civic=int(civic),
            street=segments[row].name,
            segment=segments[row].code,
            point=point,
            units=int(doors),
        )
        for civic, row, point, doors in zip(
            lots.civic, lots.places.segment, strung.points(lots.places), units, strict=True
        )
    )
    return Lots(
        addresses=addresses,
        houses=_houses(segments, lots, closed, seed),
        parcels=parcels.divide(segments, lots.places, lots.side, closed),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Fronts:
    """Fronts of lots, row by row: where, which side (1 left, -1 right) and which civic number."""

    places: Places
    side: Array
    civic: Array

    def only(self, rows: Index) -> _Fronts:
        places = Places(
            segment=self.places.segment[rows], xy=self.places.xy[rows], bearing=self.places.bearing[rows]
        )
        return _Fronts(places=places, side=self.side[rows], civic=self.civic[rows])


def _fronts(segments: Sequence[Segment], rng: np.random.Generator) -> _Fronts:
    """Lots of uneven width along both sides. Streets are walked from the south-west, so the left side is the
    north or the west one: its numbers are odd."""
    lengths = np.repeat([each.line.length for each in segments], 2)
    mean, spread, share = np.repeat([_FRONTAGE[each.zone] for each in segments], 2, axis=0).T
    is_open = (np.repeat([each.road_class for each in segments], 2) > 1) & (lengths >= 30)
    run, order = strung.repeated(np.where(is_open, (lengths / mean).astype(int) + 2, 0))
    steps = np.maximum(rng.normal(mean[run], spread[run]), _NUMBERS_M)
    total = np.cumsum(steps)
    begins = np.flatnonzero(order == 0)
    before = np.repeat(total[begins] - steps[begins], np.diff([*begins, len(run)]))
    position = total - before - steps / 2 + 5.0
    built = rng.uniform(0, 1, len(run)) < share[run]
    kept = np.flatnonzero((position < lengths[run] - 9) & built)
    offset = np.clip(rng.normal(15, 1.6, len(run)), 11, 19)[kept]
    row, side, position = run[kept] // 2, np.where(run[kept] % 2 == 0, 1, -1), position[kept]
    offset = offset + np.where(np.asarray([each.zone == "i" for each in segments])[row], 14.0, 0.0)
    begun = np.asarray([each.from_m for each in segments])[row]
    civic = 4 * np.floor((begun + position) / _NUMBERS_M).astype(int) + np.where(side > 0, 1, 2)
    return _Fronts(places=strung.beside(segments, row, position, offset * side), side=side, civic=civic)


def _is_own_street(segments: Sequence[Segment], own: Index, points: Points) -> NDArray[np.bool_]:
    """A lot faces the street nearest to it; at corners the other street's lots give way."""
    lines = np.asarray([each.line for each in segments], dtype=object)
    nearest = shapely.STRtree(lines).nearest(points)
    to_own, to_nearest = shapely.distance(lines[own], points), shapely.distance(lines[nearest], points)
    return np.asarray((nearest == own) | (to_own <= to_nearest + 0.5))


def _apart(points: Points, keep: NDArray[np.bool_], distance: float) -> NDArray[np.bool_]:
    """Of two points closer than `distance`, drop the later one."""
    first, second = shapely.STRtree(points).query(points, predicate="dwithin", distance=distance)
    alive = keep.copy()
    for a, b in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        if a < b and alive[a] and alive[b]:
            alive[b] = False
    return alive


def _units(count: int, rng: np.random.Generator) -> Array:
    """Doors per address: one for most, two to twenty-four for 14 % of them."""
    many = rng.uniform(0, 1, count) < 0.14
    return np.where(many, np.clip(rng.geometric(0.315, count) + 1, 2, 24), 1)


def _houses(
    segments: Sequence[Segment], lots: _Fronts, closed: BaseGeometry, seed: int
) -> tuple[Polygon, ...]:
    """A house behind each front, unless it would touch a road, water or the house next door."""
    shapes = _outlines(segments, lots, seeds.stream(seed, "buildings"))
    roads = shapely.STRtree([each.line for each in segments])
    bad = shapely.intersects(closed, shapes)
    bad[np.unique(roads.query(shapes, predicate="dwithin", distance=6.0)[0])] = True
    free = _apart(shapes, ~bad, 1.5)
    return tuple(shape for shape, is_free in zip(shapes, free, strict=True) if is_free)


def _outlines(segments: Sequence[Segment], lots: _Fronts, rng: np.random.Generator) -> Points:
    """Rectangles and, for close to half of the dwellings, L shapes; a rectangle is an L without a notch."""
    zones = np.asarray([each.zone for each in segments])[lots.places.segment]
    narrow, wide, shallow, deep = np.asarray([np.ravel(_HOUSE_M[zone]) for zone in zones]).T
    chance = rng.uniform(0, 1, (4, len(zones)))
    half, depth = (narrow + chance[0] * (wide - narrow)) / 2, shallow + chance[1] * (deep - shallow)
    has_notch = np.isin(zones, list("sol")) & (chance[2] < 0.45)
    notch, step = (
        np.where(has_notch, half * (0.1 + 0.5 * chance[3]), half),
        np.where(has_notch, 0.62, 1.0) * depth,
    )
    zero = np.zeros_like(half)
    across = np.stack([-half, half, half, notch, notch, -half], axis=1)
    inward = np.stack([zero, zero, step, step, depth, depth], axis=1) * lots.side[:, None]
    cos, sin = np.cos(lots.places.bearing)[:, None], np.sin(lots.places.bearing)[:, None]
    x = lots.places.xy[:, :1] + cos * across - sin * inward
    y = lots.places.xy[:, 1:] + sin * across + cos * inward
    shapes = shapely.polygons(np.stack([x, y], axis=2))
    return np.asarray(shapely.remove_repeated_points(shapes, 0.001), dtype=object)
