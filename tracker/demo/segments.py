"""Street segments: what the city knows of each piece of street between two corners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from tracker.demo.districts import District
from tracker.demo.edges import Edge
from tracker.demo.streets import Street

Points = NDArray[np.object_]
LANES = {1: 2, 2: 4, 3: 2, 4: 2}
SPEED_KMH = {1: 90, 2: 50, 3: 50, 4: 40}
COUNTRY_SPEED_KMH = 70


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A piece of street; `line` in metres, walked in the direction the civic numbers grow.

    `from_m` is where it begins along its street, `grade_m` the height of the ground at its two ends.
    Classes: 1 provincial, 2 arterial, 3 collector, 4 local.
    """

    code: str
    name: str
    road_class: int
    kind: str
    owner: str
    maintained_by: str
    district: str
    line: LineString
    from_m: float
    zone: str
    lanes: int
    speed_kmh: int
    surface: str
    sidewalks: str
    snow_priority: int
    grade_m: tuple[float, float] = (0.0, 0.0)
    oneway: str = "no"

    @property
    def is_urban(self) -> bool:
        return self.zone != "."


@dataclass(frozen=True, kw_only=True, slots=True)
class Land:
    """What lies around a segment: districts by code and zones by kind, in metres."""

    districts: tuple[District, ...]
    zones: tuple[tuple[str, BaseGeometry], ...]
    agreement: BaseGeometry


def survey(edges: Sequence[Edge], streets: Sequence[Street], land: Land) -> list[Segment]:
    """Write the segments down, street by street, numbered in that order."""
    pieces = [(street.name, *piece) for street in streets for piece in street.pieces]
    lines = [edges[i].line.reverse() if backwards else edges[i].line for _, i, _, backwards in pieces]
    middles: Points = shapely.line_interpolate_point(lines, 0.5, normalized=True)
    districts = _first_holding(middles, [(each.code, each.shape) for each in land.districts])
    zones = _first_holding(middles, land.zones)
    agreed = shapely.intersects(land.agreement, middles)
    segments = []
    for order, (name, index, from_m, _) in enumerate(pieces):
        edge, zone = edges[index], zones[order] or "."
        segments.append(
            Segment(
                code=f"S-{order + 1:05d}",
                name=name,
                road_class=edge.road_class,
                kind=edge.kind,
                owner=edge.owner,
                maintained_by="ville" if agreed[order] else edge.owner,
                district=districts[order] or land.districts[0].code,
                line=lines[order],
                from_m=from_m,
                zone=zone,
                lanes=LANES[edge.road_class],
                speed_kmh=_speed(edge.road_class, zone),
                surface="gravier" if zone == "." and edge.road_class == 4 else "asphalte",
                sidewalks=_sidewalks(edge.road_class, zone),
                grade_m=_grades(lines[order]),
                snow_priority=1 if edge.road_class <= 2 else 2 if edge.road_class == 3 else 3,
            )
        )
    return segments


def _grades(line: LineString) -> tuple[float, float]:
    """Metres above the sea at both ends: low by the water, up to a hill in the south-west."""
    (ax, ay), (bx, by) = line.coords[0][:2], line.coords[-1][:2]
    return _height(ax, ay), _height(bx, by)


def _height(x: float, y: float) -> float:
    hill = 24 * np.exp(-(((x - 252_000) / 1_500) ** 2) - ((y - 5_011_200) / 1_100) ** 2)
    return round(float(46.5 + hill + 1.6 * np.sin(x / 900) * np.cos(y / 700)), 1)


def _speed(road_class: int, zone: str) -> int:
    return max(SPEED_KMH[road_class], COUNTRY_SPEED_KMH if zone == "." else 0)


def _sidewalks(road_class: int, zone: str) -> str:
    if zone in "oc":
        return "deux"
    if zone in "il." or road_class == 1:
        return "aucun" if zone != "l" else "un"
    return "deux" if road_class == 2 else "un" if road_class == 3 else "aucun"


def _first_holding(points: Points, shapes: Sequence[tuple[str, BaseGeometry]]) -> list[str | None]:
    """For each point the first shape that covers it: a point on a shared edge goes to the lower code."""
    found: list[str | None] = [None] * len(points)
    for code, shape in shapes:
        shapely.prepare(shape)
        for position, holds in enumerate(shapely.covers(shape, points)):
            if holds and found[position] is None:
                found[position] = code
    return found
