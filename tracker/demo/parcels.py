"""Lots: the land behind each civic number, as wide as its front and as deep as its quarter, up to its
neighbours.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from tracker.demo.asset_plan import HALF_ROAD_M
from tracker.demo.frame import Array
from tracker.demo.segments import Segment
from tracker.demo.strung import Places

PRIVATE, CITY = "private", "ville"
_STREET_LINE_M = 2.5  # from the edge of the roadway to the lots
_SMALLEST_M2 = 60.0
# Width and depth of a lot, by zone.
_LOT_M = {
    "o": (19.0, 32.0),
    "l": (20.0, 32.0),
    "s": (27.0, 34.0),
    "c": (58.0, 62.0),
    "i": (84.0, 90.0),
    ".": (60.0, 95.0),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Parcel:
    """A lot: its matricule, whose it is, and its shape in metres; `address` is a position in the town's
    list.
    """

    code: str
    owner: str
    shape: Polygon
    address: int


def divide(
    segments: Sequence[Segment], fronts: Places, side: Array, closed: BaseGeometry
) -> tuple[Parcel, ...]:
    """Draw the lot behind each front: a rectangle along its street, cut half-way to the next front and at
    roads.

    `closed` is water, parks, the city's own ground and the rails. No two lots overlap; a front whose land is
    taken has none.
    """
    shapes = shapely.intersection(_rectangles(segments, fronts, side), _territories(fronts.xy))
    shapes = _off_roads(segments, shapes)
    shapely.prepare(closed)
    touched = shapely.intersects(closed, shapes)
    shapes[touched] = shapely.difference(shapes[touched], closed)
    points = np.asarray(shapely.points(fronts.xy), dtype=object)
    found = []
    for row, (shape, point) in enumerate(zip(shapes, points, strict=True)):
        lot = _around(shape, point)
        if lot is not None:
            code = f"{int(fronts.xy[row, 0]) % 10_000:04d}-{int(fronts.xy[row, 1]) % 10_000:04d}-{row:05d}"
            found.append(Parcel(code=code, owner=PRIVATE, shape=lot, address=row))
    return tuple(found)


def _rectangles(segments: Sequence[Segment], fronts: Places, side: Array) -> NDArray[np.object_]:
    zones = [segments[row].zone for row in fronts.segment.tolist()]
    width, depth = np.asarray([_LOT_M[zone] for zone in zones]).T
    lines = np.asarray([each.line for each in segments], dtype=object)[fronts.segment]
    half = np.asarray([HALF_ROAD_M[each.road_class] for each in segments])[fronts.segment]
    back = shapely.distance(lines, shapely.points(fronts.xy)) - half - _STREET_LINE_M
    along = np.column_stack([np.cos(fronts.bearing), np.sin(fronts.bearing)])
    inward = np.column_stack([-along[:, 1], along[:, 0]]) * side[:, None]
    street = fronts.xy - inward * back[:, None]
    left, right = street - along * width[:, None] / 2, street + along * width[:, None] / 2
    behind = inward * depth[:, None]
    corners = np.stack([left, right, right + behind, left + behind], axis=1)
    return np.asarray(shapely.polygons(corners), dtype=object)


def _territories(xy: Array) -> NDArray[np.object_]:
    """What lies nearest to each front, in the fronts' order."""
    cells = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(xy)))
    point_rows, cell_rows = shapely.STRtree(cells).query(shapely.points(xy), predicate="intersects")
    found = np.full(len(xy), shapely.Polygon(), dtype=object)
    found[point_rows[::-1]] = cells[cell_rows[::-1]]
    return found


def _off_roads(segments: Sequence[Segment], shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    margins = [HALF_ROAD_M[each.road_class] + _STREET_LINE_M for each in segments]
    roads = shapely.buffer([each.line for each in segments], margins, quad_segs=4)
    tree = shapely.STRtree(roads)
    hits: dict[int, list[int]] = {}
    for row, road in tree.query(shapes, predicate="intersects").T.tolist():
        hits.setdefault(row, []).append(road)
    for row in sorted(hits):
        taken = shapely.union_all([roads[road] for road in sorted(hits[row])])
        shapes[row] = shapes[row].difference(taken)
    return shapes


def _around(shape: BaseGeometry, point: BaseGeometry) -> Polygon | None:
    """The part of a lot that holds its front."""
    for part in shapely.get_parts(shape):
        if isinstance(part, Polygon) and part.area >= _SMALLEST_M2 and part.covers(point):
            return part
    return None
