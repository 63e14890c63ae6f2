"""Where incidents happen: gathered along the streets around a few centres, else anywhere by length and
traffic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from tracker.catalogue.definitions import Service
from tracker.demo import seeds, strung
from tracker.demo.city import City
from tracker.demo.request_plan import Places
from tracker.demo.streetwalk import Streets
from tracker.demo.strung import Index

OURS = "ville"
LANE_M = 4.0
_CORNER_M = 4.0
_BUSY = {1: 1.0, 2: 1.3, 3: 1.2, 4: 1.0}
_COUNTRY = 0.2
HOME_KINDS = ("address", "lot")


@dataclass(frozen=True, kw_only=True, slots=True)
class Where:
    """A place in metres; segment, address and asset are positions in the town's lists."""

    x: float
    y: float
    segment: int
    address: int
    asset: int | None = None


class Ground:
    """The town as incidents see it: weights of its streets, and its addresses and assets by place."""

    def __init__(self, town: City, plan: Places) -> None:
        rng = seeds.stream(town.seed, "spots")
        self.town, self._plan = town, plan
        self.streets = Streets(town.segments)
        self.ours = np.asarray([row for row, each in enumerate(town.segments) if each.maintained_by == OURS])
        mine = [town.segments[row] for row in self.ours.tolist()]
        lived_in = np.asarray([1.0 if each.is_urban else _COUNTRY for each in mine])
        busy = np.asarray([_BUSY[each.road_class] for each in mine])
        uneven = rng.pareto(plan.pareto, len(mine)) + 1
        self._weights = np.asarray([each.line.length for each in mine]) * busy * lived_in * uneven
        self._snow = np.asarray([plan.snow_priority[str(each.snow_priority)] for each in mine])
        self._leafy = _leafiness(town)[self.ours]
        self.centres = _centres(town, plan, self.ours, self._weights, rng)
        self._segments = shapely.STRtree([each.line for each in mine])
        self.homes = shapely.STRtree([each.point for each in town.lots.addresses])
        self._assets: dict[str, tuple[Index, shapely.STRtree]] = {}

    def draw(self, service: Service, rng: np.random.Generator) -> Where:
        """Draw the place of one incident of a service."""
        drawn = self._spot(service, rng)
        if drawn is not None:
            return self.at(service, *drawn)
        weights = self.weights_of(service.code)
        if rng.uniform() < self.clustered_share(service.code):
            chances = weights[self.centres]
            centre = int(rng.choice(self.centres, p=chances / chances.sum()))
            row, along = self.streets.walk(int(self.ours[centre]), rng.normal(0, self._plan.sigma_m), rng)
        else:
            row = int(self.ours[int(rng.choice(len(weights), p=weights / weights.sum()))])
            along = float(rng.uniform(0, self.streets.lengths[row]))
        return self.on_street(service, row, along, float(rng.uniform(-LANE_M, LANE_M)))

    def on_street(self, service: Service, row: int, along: float, offset: float) -> Where:
        """The place `along` metres of a segment, `offset` metres to its left; a home or a thing near it if
        need be.
        """
        length = self.streets.lengths[row]
        position = float(np.clip(along, min(_CORNER_M, length / 2), max(_CORNER_M, length - _CORNER_M)))
        placed = strung.beside(
            self.town.segments[row : row + 1], np.array([0]), np.array([position]), np.array([offset])
        )
        return self.at(service, float(placed.xy[0, 0]), float(placed.xy[0, 1]), row)

    def at(self, service: Service, x: float, y: float, row: int | None = None) -> Where:
        """What a service means by a point: the point itself, the home or the thing nearest to it."""
        point = shapely.Point(x, y)
        asset = None
        if service.location.kind == "asset" and service.location.asset_kind:
            asset = self.nearest_asset(service.location.asset_kind, x, y)
            point = shapely.point_on_surface(self.town.assets[asset].shape)
            row = None
        address = int(self.homes.nearest(point))
        if service.location.kind in HOME_KINDS:
            point, row = self.town.lots.addresses[address].point, None
        if row is None or self.town.segments[row].maintained_by != OURS:
            row = int(self.ours[int(self._segments.nearest(point))])
        return Where(x=round(point.x, 2), y=round(point.y, 2), segment=row, address=address, asset=asset)

    def nearest_asset(self, kind: str, x: float, y: float) -> int:
        rows, tree = self.assets(kind)
        return int(rows[int(tree.nearest(shapely.Point(x, y)))])

    def assets(self, kind: str) -> tuple[Index, shapely.STRtree]:
        """The city's own things of one kind: their positions in the town's list, and a tree of their
        centres.
        """
        if kind not in self._assets:
            rows = np.asarray(
                [i for i, each in enumerate(self.town.assets) if each.kind == kind and each.owner == OURS]
            )
            shapes = [self.town.assets[i].shape for i in rows]
            self._assets[kind] = rows, shapely.STRtree(shapely.centroid(shapes))
        return self._assets[kind]

    def weights_of(self, code: str) -> NDArray[np.float64]:
        """How much each of the city's own segments draws of a service."""
        return np.asarray(self._weights * self._covariate(code))

    def clustered_share(self, code: str) -> float:
        """The share of a service's incidents near one of the centres."""
        return self._plan.clustered.get(code[:4], self._plan.clustered["other"])

    def _covariate(self, code: str) -> NDArray[np.float64] | float:
        if code.startswith("DEN-"):
            return self._snow
        return self._leafy if code.startswith("ARB-") else 1.0

    def _spot(self, service: Service, rng: np.random.Generator) -> tuple[float, float] | None:
        for spot in self._plan.spots:
            if service.code in spot.services and rng.uniform() < spot.share:
                x, y = spot.at[int(rng.integers(len(spot.at)))] + rng.normal(0, spot.sigma_m, 2)
                point = shapely.Point(x, y)
                row = int(self.ours[int(self._segments.nearest(point))])
                return _coordinates(self.town.segments[row].line, point)
        return None


def _coordinates(line: shapely.LineString, point: shapely.Point) -> tuple[float, float]:
    foot = line.interpolate(line.project(point))
    return foot.x, foot.y


def _leafiness(town: City) -> NDArray[np.float64]:
    """Trees per hundred metres of each segment, and a little everywhere."""
    trees: dict[str, int] = {}
    for asset in town.assets:
        if asset.kind == "tree" and asset.segment:
            trees[asset.segment] = trees.get(asset.segment, 0) + 1
    return np.asarray([0.3 + 100 * trees.get(each.code, 0) / each.line.length for each in town.segments])


def _centres(
    town: City, plan: Places, ours: Index, weights: NDArray[np.float64], rng: np.random.Generator
) -> Index:
    """The segments incidents gather around: main roads, the old grid, near schools, anywhere."""
    mine = [town.segments[row] for row in ours.tolist()]
    campus = [each.line.centroid for each in mine if each.zone == "c"] or [mine[0].line.centroid]
    near_school = np.asarray(
        shapely.distance(campus[0], np.asarray([each.line for each in mine], dtype=object))
    )
    kinds = {
        "main": np.asarray([each.road_class <= 2 for each in mine]),
        "old": np.asarray([each.zone == "o" for each in mine]),
        "school": near_school < max(700.0, float(np.sort(near_school)[min(20, len(mine) - 1)])),
        "anywhere": np.ones(len(mine), dtype=bool),
    }
    found: list[int] = []
    for kind, count in plan.centres.items():
        rows = np.flatnonzero(kinds[kind])
        chances = weights[rows] / weights[rows].sum()
        found += rng.choice(rows, size=min(count, len(rows)), replace=False, p=chances).tolist()
    return np.asarray(found)


def apart_m(one: Where, other: Where) -> float:
    return float(np.hypot(one.x - other.x, one.y - other.y))


def neighbours(
    ground: Ground, service: Service, host: Where, reach: Sequence[float], rng: np.random.Generator
) -> Where | None:
    """Another thing of the same service so far from a first one (metres, at least and at most); None without
    any.
    """
    low, high = reach
    if service.location.kind == "asset" and service.location.asset_kind:
        rows, tree = ground.assets(service.location.asset_kind)
        near = sorted(tree.query(shapely.Point(host.x, host.y), predicate="dwithin", distance=high).tolist())
        candidates = [ground.at(service, *_middle(ground.town.assets[int(rows[i])].shape)) for i in near]
    elif service.location.kind in HOME_KINDS:
        near = sorted(
            ground.homes.query(shapely.Point(host.x, host.y), predicate="dwithin", distance=high).tolist()
        )
        points = [ground.town.lots.addresses[i].point for i in near]
        candidates = [ground.at(service, point.x, point.y) for point in points]
    else:
        line = ground.town.segments[host.segment].line
        along = line.project(shapely.Point(host.x, host.y))
        moves = rng.uniform(low, high, 4) * np.array([1, -1, 1, -1])
        candidates = [
            ground.on_street(service, host.segment, along + float(move), float(rng.uniform(-LANE_M, LANE_M)))
            for move in moves
        ]
    fitting = [each for each in candidates if low <= apart_m(host, each) <= high]
    return fitting[int(rng.integers(len(fitting)))] if fitting else None


def _middle(shape: shapely.Geometry) -> tuple[float, float]:
    centre = shapely.centroid(shape)
    return float(centre.x), float(centre.y)
