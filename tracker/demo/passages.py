"""Short cross streets between long blocks, so that no block of a quarter is too long to walk around."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry import LineString, Point
from shapely.geometry.base import BaseGeometry

from tracker.demo.edges import Edge
from tracker.demo.skeleton import Road

_LONG_M = 138.0
_FROM_CORNER_M = 42.0
_NEAR_M, _FAR_M = 42.0, 140.0
_SQUARE = 0.5  # how square to the street a passage is: the least sine of the angle between them
_OVERSHOOT_M = 3.0


def draw(edges: Sequence[Edge], forbidden: BaseGeometry) -> list[Road]:
    """Join the middle of every long local block to the next street, where it is near and nothing lies
    between.

    `forbidden` is where no street goes. A block across one that was just cut is left whole.
    """
    local = [edge for edge in edges if edge.road_class == 4 and edge.kind == "local"]
    streets = [edge for edge in edges if edge.road_class >= 3]
    lines = [edge.line for edge in streets]
    tree = shapely.STRtree(lines)
    shapely.prepare(forbidden)
    drawn: list[LineString] = []
    for edge in sorted(local, key=lambda each: (-round(each.line.length, 1), each.start, each.end)):
        if edge.line.length < _LONG_M:
            break
        for share in (0.5, 0.35, 0.65):
            start = edge.line.interpolate(share, normalized=True)
            link = _link(edge.line, start, [lines[i] for i in _near(tree, start)])
            if link is not None and not forbidden.intersects(link) and _is_apart(link, drawn):
                drawn.append(link)
                break
    return [Road(line=_extended(link), road_class=4, kind="local") for link in drawn]


def _near(tree: shapely.STRtree, point: Point) -> list[int]:
    return sorted(tree.query(point, predicate="dwithin", distance=_FAR_M).tolist())


def _link(own: LineString, start: Point, around: Sequence[LineString]) -> LineString | None:
    """The shortest way from a point of a street to another one, crossing none; None when there is none."""
    found: list[tuple[float, LineString]] = []
    for line in around:
        at = line.project(start)
        if line.equals(own) or not _FROM_CORNER_M < at < line.length - _FROM_CORNER_M:
            continue
        foot = line.interpolate(at)
        apart = start.distance(foot)
        if _NEAR_M < apart < _FAR_M and _is_square(own, start, foot):
            found.append((apart, LineString([start, foot])))
    for _, link in sorted(found, key=lambda each: (round(each[0], 2), each[1].wkt)):
        inner = shapely.line_interpolate_point(link, [3.0, link.length - 3.0])
        if not any(line.intersects(LineString(inner)) for line in around):
            return link
    return None


def _is_square(own: LineString, start: Point, foot: Point) -> bool:
    at = own.project(start)
    behind, ahead = own.interpolate(max(0.0, at - 5)), own.interpolate(at + 5)
    along = np.array([ahead.x - behind.x, ahead.y - behind.y])
    across = np.array([foot.x - start.x, foot.y - start.y])
    sine = abs(along[0] * across[1] - along[1] * across[0]) / (np.hypot(*along) * np.hypot(*across))
    return bool(sine > 1 - _SQUARE)


def _is_apart(link: LineString, drawn: Sequence[LineString]) -> bool:
    return all(link.distance(each) > _FROM_CORNER_M for each in drawn[-400:])


def _extended(link: LineString) -> LineString:
    """A little past both streets: the network cuts what sticks out."""
    (ax, ay), (bx, by) = link.coords
    dx, dy = (bx - ax) / link.length * _OVERSHOOT_M, (by - ay) / link.length * _OVERSHOOT_M
    return LineString([(ax - dx, ay - dy), (bx + dx, by + dy)])
