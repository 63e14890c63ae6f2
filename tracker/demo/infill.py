"""Local streets: a pattern for each suburb cell, turned grids for the old town and the lock village."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from shapely.affinity import rotate
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from tracker.demo import frame, patterns, seeds, zones
from tracker.demo.ground import Ground
from tracker.demo.parameters import CityPlan
from tracker.demo.skeleton import CREEK_BANK_M, Road
from tracker.demo.zones import Zones

_WATER_MARGIN_M = 45.0
_FAR_M = 4000.0
_OVERSHOOT = 0.014  # of a cell: some 11 m
_RAIL_MARGIN_M = 28.0
_MAIN_AVENUE, _MAIN_RUE = 4, 5  # every fourth avenue and fifth rue of the old grid is a collector


def draw(plan: CityPlan, land: Ground, cells: Zones, seed: int) -> list[Road]:
    """Draw the local streets of every filled cell, in metres, clear of water, creek and rail."""
    rng = seeds.stream(seed, "infill")
    roads: list[Road] = []
    used: dict[tuple[int, int], int] = {}
    for row in range(len(cells.kinds)):
        for column in range(len(cells.kinds[0])):
            kind = cells.kind(row, column)
            draws = rng.integers(0, 1 << 31)
            if (row, column) in cells.filled and kind in "sic":
                cell_rng = np.random.default_rng(int(draws))
                pattern = _pattern(kind, used, (row, column), cell_rng)
                lines = patterns.turned(pattern(cell_rng), cell_rng)
                roads += [_street(plan, cells, (row, column), line) for line in lines]
    roads += _grid(plan, cells, "o", plan.grid.angle_deg)
    roads += _grid(plan, cells, "l", -plan.grid.angle_deg * 0.75)
    return _keep_clear(roads, forbidden(plan, land))


def _pattern(
    kind: str, used: dict[tuple[int, int], int], cell: tuple[int, int], rng: np.random.Generator
) -> patterns.Pattern:
    """Any suburb pattern but those of the cells to the west and to the south."""
    if kind == "i":
        return patterns.blocks
    if kind == "c":
        return patterns.campus
    row, column = cell
    near = {used.get((row, column - 1)), used.get((row - 1, column))}
    choices = [index for index in range(len(patterns.SUBURB)) if index not in near]
    weights = np.asarray([patterns.WEIGHTS[index] for index in choices])
    index = int(rng.choice(choices, p=weights / weights.sum()))
    used[cell] = index
    return patterns.SUBURB[index]


def _street(plan: CityPlan, cells: Zones, cell: tuple[int, int], line: frame.Array) -> Road:
    """Bend a line of the unit square into its cell."""
    row, column = cell
    points = _extended(np.asarray(LineString(line).segmentize(0.03).coords), _OVERSHOOT)
    u = cells.u[column] + points[:, 0] * (cells.u[column + 1] - cells.u[column])
    v = cells.v[row] + points[:, 1] * (cells.v[row + 1] - cells.v[row])
    line_in_metres = frame.straightened(LineString(frame.place(plan, u, v)), 0.8)
    return Road(line=line_in_metres, road_class=4, kind="local")


def _extended(points: frame.Array, by: float) -> frame.Array:
    """Let both ends run on, so that they cross the street they meet; the network trims the rest."""
    first, last = points[0] - points[1], points[-1] - points[-2]
    head = points[0] + first / np.hypot(*first) * by
    tail = points[-1] + last / np.hypot(*last) * by
    return np.vstack([head, points, tail])


def _grid(plan: CityPlan, cells: Zones, kind: str, angle: float) -> list[Road]:
    """A straight grid over every filled cell of this kind, turned around the planned origin."""
    shapes = [
        zones.cell_shape(plan, cells, row, column)
        for row, column in sorted(cells.filled)
        if cells.kind(row, column) == kind
    ]
    if not shapes:
        return []
    area = shapely.union_all([each.buffer(8.0) for each in shapes])
    origin = plan.grid.origin if kind == "o" else (area.centroid.x, area.centroid.y)
    roads = []
    for index in range(-14, 15):
        x = origin[0] + index * plan.grid.along
        avenue = LineString([(x, origin[1] - _FAR_M), (x, origin[1] + _FAR_M)])
        roads += _grid_line(avenue, area, origin, angle, is_main=kind == "o" and index % _MAIN_AVENUE == 0)
    for index in range(-28, 29):
        y = origin[1] + index * plan.grid.across
        rue = LineString([(origin[0] - _FAR_M, y), (origin[0] + _FAR_M, y)])
        roads += _grid_line(rue, area, origin, angle, is_main=kind == "o" and index % _MAIN_RUE == 0)
    return roads


def _grid_line(
    line: LineString, area: BaseGeometry, origin: tuple[float, float], angle: float, *, is_main: bool
) -> list[Road]:
    turned = rotate(line, angle, origin=origin)
    kind, road_class = ("collector", 3) if is_main else ("local", 4)
    return [
        Road(line=part, road_class=road_class, kind=kind)
        for part in shapely.get_parts(turned.intersection(area))
        if part.length > 40
    ]


def forbidden(plan: CityPlan, land: Ground) -> BaseGeometry:
    """Where no local street goes: the shore side, the canal's bank, the rail line and the creek."""
    shore = [each.shape for each in land.water if each.kind in ("river", "bay")]
    margin = plan.shore_setback - 0.5
    return shapely.union_all(
        [
            shapely.union_all(shore).buffer(margin),
            *(each.shape.buffer(_WATER_MARGIN_M) for each in land.water if each.kind in ("canal", "pond")),
            land.rail.buffer(_RAIL_MARGIN_M),
            land.creek.buffer(CREEK_BANK_M - 1.0),
        ]
    )


def _keep_clear(roads: list[Road], forbidden: BaseGeometry) -> list[Road]:
    shapely.prepare(forbidden)
    kept = []
    for road in roads:
        # Collectors of the old grid bridge the creek; local streets stop before it.
        if not forbidden.intersects(road.line):
            kept.append(road)
            continue
        parts = shapely.get_parts(road.line.difference(forbidden))
        kept += [replace(road, line=part) for part in parts if part.length > 40]
    return kept
