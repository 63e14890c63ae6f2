"""Where an incident of a service may be in the town, how likely each place is, and how it would be told of.

The laws are those the generator draws by (`spots`, `noise`), written as densities: what the best possible
judge of duplicates knows. Streets are cut into pieces of four metres; things and homes are what they are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from tracker.catalogue.definitions import Service
from tracker.demo import noise, seeds, spots
from tracker.demo.city import City
from tracker.demo.request_plan import RequestPlan
from tracker.demo.spots import HOME_KINDS, Ground

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
STEP_M, _WALKS, _BIN_M = 4.0, 40_000, 20.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """All places of one kind: metres, on which segment, how far along and on which side, nearest home."""

    xy: Floats
    segment: Rows
    along: Floats
    side: Floats
    home: Rows
    tree: shapely.STRtree


class Atlas:
    """The town's places, made once; their chances by kind of place and by what draws incidents there."""

    def __init__(self, town: City, plan: RequestPlan) -> None:
        self.town, self.plan = town, plan
        self.ground = Ground(town, plan.places)
        self._homes = np.asarray([(each.point.x, each.point.y) for each in town.lots.addresses])
        self._cache: dict[str, Places] = {}
        self._chances: dict[tuple[str, str], Floats] = {}
        self.row_of = {each.code: row for row, each in enumerate(town.segments)}

    def places(self, service: Service) -> Places:
        """Give the places where a service's incidents can be."""
        kind = self.kind(service)
        if kind not in self._cache:
            if kind == "street":
                found = self._pieces
            elif kind == "home":
                found = self._beside(self._homes)
            else:
                rows, tree = self.ground.assets(kind)
                shapes = shapely.point_on_surface([self.town.assets[int(row)].shape for row in rows])
                found = self._beside(shapely.get_coordinates(shapes))
            self._cache[kind] = found
        return self._cache[kind]

    def kind(self, service: Service) -> str:
        """Name the kind of place: street, home, or the kind of thing."""
        if service.location.kind == "asset" and service.location.asset_kind:
            return service.location.asset_kind
        return "home" if service.location.kind in HOME_KINDS else "street"

    def chances(self, service: Service) -> Floats:
        """Give the chance of each place to be that of the next incident."""
        kind, covariate = self.kind(service), service.code[:4]
        own = service.code if any(service.code in each.services for each in self.plan.places.spots) else ""
        key = kind, own or (covariate if covariate in ("DEN-", "ARB-", "VOI-") else "")
        if key not in self._chances:
            self._chances[key] = self._spread(service, self._on_streets(service))
        return self._chances[key]

    def _spread(self, service: Service, street: Floats) -> Floats:
        """Bring the chances of pieces of street to what is nearest to them: a thing, a home, themselves."""
        kind = self.kind(service)
        if kind == "street":
            return street
        pieces = self._pieces
        if kind == "home":
            found = np.bincount(pieces.home, street, len(self._homes))
        else:
            rows, tree = self.ground.assets(kind)
            nearest = tree.nearest(np.asarray(shapely.points(pieces.xy), dtype=object))
            found = np.bincount(np.asarray(nearest), street, len(rows))
        return np.asarray(found)

    def _on_streets(self, service: Service) -> Floats:
        ground, plan = self.ground, self.plan.places
        weights = ground.weights_of(service.code)
        per_metre = np.zeros(len(self.town.segments))
        lengths = np.asarray(ground.streets.lengths)
        per_metre[ground.ours] = weights / weights.sum() / lengths[ground.ours]
        pieces = self._pieces
        uniform = per_metre[pieces.segment] * self._piece_m
        share = ground.clustered_share(service.code)
        found = (1 - share) * uniform / uniform.sum() + share * self._walked(service.code)
        spot = next((each for each in plan.spots if service.code in each.services), None)
        if spot is not None:
            found = (1 - spot.share) * found + spot.share * self._around(spot.at, spot.sigma_m)
        return np.asarray(found)

    def _walked(self, code: str) -> Floats:
        """The chances of where walks from the centres end, by sampling them."""
        rng = seeds.stream(self.town.seed + 1, "spots")
        weights = np.zeros(len(self.town.segments))
        weights[self.ground.ours] = self.ground.weights_of(code)
        centres = self.ground.centres
        drawn = rng.choice(centres, size=_WALKS, p=weights[centres] / weights[centres].sum())
        ends = [
            self.ground.streets.walk(int(row), float(metres), rng)
            for row, metres in zip(drawn, rng.normal(0, self.plan.places.sigma_m, _WALKS), strict=True)
        ]
        pieces = self._pieces
        bins = pieces.segment * 400 + (pieces.along / _BIN_M).astype(int)
        rows = np.asarray([row * 400 + int(along / _BIN_M) for row, along in ends])
        counts = np.bincount(rows, minlength=bins.max() + 1)[: bins.max() + 1].astype(float)
        sizes = np.maximum(1, np.bincount(bins, minlength=len(counts)))
        found = (counts / sizes)[bins]
        return np.asarray(found / found.sum())

    def _around(self, at: tuple[tuple[float, float], ...], sigma_m: float) -> Floats:
        found = np.zeros(len(self._pieces.xy))
        for middle in at:
            apart2 = ((self._pieces.xy - middle) ** 2).sum(axis=1)
            near = np.exp(-apart2 / (2 * sigma_m**2))
            found += near / max(near.sum(), 1e-300) / len(at)
        return found

    def _nearest_home(self, xy: Floats) -> Rows:
        return np.asarray(self.ground.homes.nearest(np.asarray(shapely.points(xy), dtype=object)))

    @cached_property
    def _piece_m(self) -> float:
        return STEP_M / 2  # two rows of pieces, one on each side

    @cached_property
    def _pieces(self) -> Places:
        """Cut the city's own streets: on each side a row of pieces, half a lane from the axis."""
        xy, segments, alongs, sides = [], [], [], []
        for row in self.ground.ours.tolist():
            line = self.town.segments[row].line
            along = np.arange(STEP_M / 2, line.length, STEP_M)
            if not len(along):
                along = np.asarray([line.length / 2])
            here = shapely.get_coordinates(shapely.line_interpolate_point(line, along))
            ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, along + 1.5))
            behind = shapely.get_coordinates(shapely.line_interpolate_point(line, np.maximum(along - 1.5, 0)))
            course = ahead - behind
            course /= np.maximum(np.hypot(course[:, 0], course[:, 1])[:, None], 1e-9)
            left = np.column_stack([-course[:, 1], course[:, 0]])
            for side in (1.0, -1.0):
                xy.append(here + left * side * spots.LANE_M / 2)
                segments.append(np.full(len(along), row))
                alongs.append(along)
                sides.append(np.full(len(along), side))
        where = np.concatenate(xy)
        return Places(
            xy=where, segment=np.concatenate(segments), along=np.concatenate(alongs),
            side=np.concatenate(sides), home=self._nearest_home(where),
            tree=shapely.STRtree(np.asarray(shapely.points(where), dtype=object)),
        )  # fmt: skip

    def _beside(self, xy: Floats) -> Places:
        """Places off the streets, each with the nearest of the city's own."""
        lines = np.asarray([self.town.segments[row].line for row in self.ground.ours], dtype=object)
        points = np.asarray(shapely.points(xy), dtype=object)
        nearest = np.asarray(shapely.STRtree(lines).nearest(points))
        along = np.asarray(shapely.line_locate_point(lines[nearest], points))
        side = [noise.side_of(lines[row], point) for row, point in zip(nearest, points, strict=True)]
        return Places(
            xy=xy, segment=self.ground.ours[nearest], along=along, side=np.sign(np.asarray(side)),
            home=self._nearest_home(xy), tree=shapely.STRtree(points),
        )  # fmt: skip


class Fronts:
    """What number a caller says of a place: the homes of each segment, by side, each with its share of it."""

    def __init__(self, town: City, plan: RequestPlan) -> None:
        self._spread_m = plan.noise.phone.along_m
        self._phone = plan.noise.phone
        lines = {each.code: each.line for each in town.segments}
        homes = town.lots.addresses
        self.along = np.asarray(
            shapely.line_locate_point([lines[each.segment] for each in homes], [each.point for each in homes])
        )
        self.segment = [each.segment for each in homes]
        self.is_left = np.asarray([each.civic % 2 == 1 for each in homes])
        self.row_of = {(each.civic, each.street): row for row, each in enumerate(homes)}
        self._bounds = self._shares()

    def _shares(self) -> Mapping[int, tuple[float, float, bool]]:
        """Of each home: from where to where along its side it is the nearest, and whether it has the street
        alone."""
        rows: dict[tuple[str, bool], list[int]] = {}
        for row, segment in enumerate(self.segment):
            rows.setdefault((segment, bool(self.is_left[row])), []).append(row)
        found = {}
        for (segment, left), own in rows.items():
            own.sort(key=lambda row: self.along[row])
            alone = (segment, not left) not in rows
            cuts = [(self.along[a] + self.along[b]) / 2 for a, b in zip(own, own[1:], strict=False)]
            for row, low, high in zip(own, [-math.inf, *cuts], [*cuts, math.inf], strict=True):
                found[row] = (float(low), float(high), alone)
        return found

    def said(self, home: int, segment: Rows, along: Floats, side: Floats, rows: Mapping[str, int]) -> Floats:
        """Give for each place the chance that a caller before it says the number of `home`."""
        low, high, alone = self._bounds[home]
        own = segment == rows[self.segment[home]]
        nearest = _normal((high - along) / self._spread_m) - _normal((low - along) / self._spread_m)
        left = bool(self.is_left[home])
        right = 1 - self._phone.corner_only - self._phone.wrong_side - self._phone.wrong_street
        sure = np.where((side > 0) == left, right, self._phone.wrong_side)
        if alone:
            sure = np.full(len(along), right + self._phone.wrong_side)
        return np.asarray(np.where(own, nearest * sure, 0.0))


def _normal(spreads: Floats) -> Floats:
    """The normal law's share below so many spreads."""
    return np.asarray([0.5 * (1 + math.erf(each / math.sqrt(2))) for each in spreads.tolist()])
