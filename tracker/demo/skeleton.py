"""The roads that hold the town together: the province's route, boulevards, collectors and country roads."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from tracker.demo import districts, frame
from tracker.demo.ground import Ground
from tracker.demo.parameters import CityPlan, Stretch
from tracker.demo.zones import COUNTRY, Zones

CREEK_BANK_M = 42.0  # from the creek's axis to the road along it


@dataclass(frozen=True, kw_only=True, slots=True)
class Road:
    """A drawn line before it is cut at corners. Classes: 1 route, 2 arterial, 3 collector, 4 local."""

    line: LineString
    road_class: int
    kind: str
    name: str | None = None
    owner: str = "ville"


def draw(plan: CityPlan, land: Ground, zones: Zones) -> list[Road]:
    """Draw every road above the local streets, cut to the city and its shore, in metres."""
    dry = land.city.difference(_river_side(plan, land))
    roads = [
        *_boulevards(plan),
        *_shore_road(plan, land),
        *_route(plan),
        _creek_road(plan, land),
        *(_stretch(plan, each, road_class=3, kind="rang") for each in plan.rangs),
        *_collectors(plan, zones),
    ]
    return [
        Road(line=part, road_class=each.road_class, kind=each.kind, name=each.name, owner=each.owner)
        for each in roads
        for part in _lines(each.line.intersection(land.city if each.kind == "shore" else dry))
    ]


def _river_side(plan: CityPlan, land: Ground) -> BaseGeometry:
    """The strip between the water and the shore road, where no other road goes."""
    open_water = shapely.union_all([each.shape for each in land.water if each.kind in ("river", "bay")])
    return open_water.buffer(plan.shore_setback - 0.02)


def _boulevards(plan: CityPlan) -> list[Road]:
    western, eastern, middle = districts.cut_lines(plan)
    names = plan.arterials
    return [
        Road(line=western, road_class=2, kind="arterial", name=names.western),
        Road(line=eastern, road_class=2, kind="arterial", name=names.eastern),
        Road(line=middle, road_class=2, kind="arterial", name=names.middle),
        _stretch(plan, names.spine, road_class=2, kind="arterial"),
    ]


def _shore_road(plan: CityPlan, land: Ground) -> list[Road]:
    """The road along the river and around the bay: a quay in the old town, a chemin on both sides of it."""
    open_water = shapely.union_all([each.shape for each in land.water if each.kind in ("river", "bay")])
    line = open_water.buffer(plan.shore_setback, quad_segs=12).boundary.intersection(land.city)
    line = max(_lines(shapely.line_merge(line)), key=lambda each: each.length)
    line = frame.straightened(line, 1.5)
    western, eastern, _ = districts.cut_lines(plan)
    pieces = _lines(shapely.difference(line, shapely.union_all([western, eastern]).buffer(0.001)))
    roads = []
    for piece in pieces:
        centre = piece.interpolate(0.5, normalized=True)
        in_town = plan.cuts.western[0][0] < centre.x < plan.cuts.eastern[0][0]
        name = plan.arterials.shore_town if in_town else plan.arterials.shore
        roads.append(Road(line=piece, road_class=2 if in_town else 3, kind="shore", name=name))
    return roads


def _creek_road(plan: CityPlan, land: Ground) -> Road:
    """The old road along the creek's right bank, from the quay to the canal."""
    line = frame.straightened(LineString(land.creek.offset_curve(-CREEK_BANK_M).coords), 1.0)
    return Road(line=line, road_class=3, kind="creek", name=plan.creek_road)


def _route(plan: CityPlan) -> list[Road]:
    line = frame.along_u(plan, plan.route.v, -60, plan.frame.u_knots[-1] + 60)
    ramps = [LineString(frame.smooth(np.asarray(each, dtype=np.float64))) for each in plan.route.ramps]
    return [
        Road(line=line, road_class=1, kind="provincial", name=plan.route.name, owner="mtmd"),
        *(
            Road(line=each, road_class=1, kind="ramp", name=f"bretelle de la {plan.route.name}", owner="mtmd")
            for each in ramps
        ),
    ]


def _stretch(plan: CityPlan, stretch: Stretch, *, road_class: int, kind: str) -> Road:
    if stretch.v is not None:
        line = frame.along_u(plan, stretch.v, stretch.start, stretch.end)
    else:
        line = frame.along_v(plan, stretch.u or 0.0, stretch.start, stretch.end)
    return Road(line=line, road_class=road_class, kind=kind, name=stretch.name)


def _collectors(plan: CityPlan, zones: Zones) -> list[Road]:
    """The sides of every built cell that no other road already runs along."""
    named = (*plan.rangs, plan.arterials.spine)
    roads = []
    for row in range(len(zones.v) - 1):
        for column in range(len(zones.u) - 1):
            if _wants_west_side(plan, zones, row, column) and not _is_named(
                [each for each in named if each.u == zones.u[column]], zones.v[row], zones.v[row + 1]
            ):
                line = frame.along_v(plan, zones.u[column], zones.v[row], zones.v[row + 1])
                roads.append(Road(line=line, road_class=3, kind="collector"))
            if _wants_south_side(plan, zones, row, column) and not _is_named(
                [each for each in named if each.v == zones.v[row]], zones.u[column], zones.u[column + 1]
            ):
                line = frame.along_u(plan, zones.v[row], zones.u[column], zones.u[column + 1])
                roads.append(Road(line=line, road_class=3, kind="collector"))
    return roads


def _wants_west_side(plan: CityPlan, zones: Zones, row: int, column: int) -> bool:
    beside = {zones.kind(row, column), zones.kind(row, column - 1)}
    return column > 0 and zones.u[column] not in plan.frame.u_knots and _needs_road(beside)


def _wants_south_side(plan: CityPlan, zones: Zones, row: int, column: int) -> bool:
    beside = {zones.kind(row, column), zones.kind(row - 1, column)}
    is_free = zones.v[row] not in plan.frame.v_knots and zones.v[row] != plan.route.v
    return row > 0 and is_free and _needs_road(beside)


def _is_named(stretches: list[Stretch], start: float, end: float) -> bool:
    """Whether a named road already follows this side of the cell."""
    middle = (start + end) / 2
    return any(min(each.start, each.end) <= middle <= max(each.start, each.end) for each in stretches)


def _needs_road(beside: set[str]) -> bool:
    """Country has no collectors, and the old grid makes its own."""
    return not beside <= {COUNTRY, "o"}


def _lines(shape: BaseGeometry) -> list[LineString]:
    parts = shapely.get_parts(shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape)
    return [each for each in parts if isinstance(each, LineString) and each.length > 1.0]
