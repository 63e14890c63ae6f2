"""Six districts that tile the city exactly, and the four towns around it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon, box
from shapely.geometry.base import BaseGeometry

from tracker.demo import errors, frame, ground
from tracker.demo.ground import Ground
from tracker.demo.parameters import CityPlan

_SNAP_M = 0.01


@dataclass(frozen=True, kw_only=True, slots=True)
class District:
    code: str
    name: str
    shape: Polygon


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbour:
    code: str
    name: str
    phone: str
    url: str
    shape: Polygon


def cut_lines(plan: CityPlan) -> tuple[LineString, LineString, LineString]:
    """The western, eastern and middle cuts, in metres."""
    return LineString(plan.cuts.western), LineString(plan.cuts.eastern), LineString(plan.cuts.middle)


def tile(plan: CityPlan, land: Ground) -> tuple[District, ...]:
    """Cut the city along the boulevards' axes, in metres.

    All lines are noded together and snapped to a centimetre before polygons are made, so two neighbours
    hold the very same vertices. Raises CityUnsound if the cuts do not give exactly the planned districts.
    """
    lines = [land.city.exterior, *cut_lines(plan)]
    noded = shapely.union_all(lines, grid_size=_SNAP_M)
    reach = land.city.buffer(1.0)
    faces = [
        each
        for each in shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
        if reach.contains(each)
    ]
    if len(faces) != len(plan.districts):
        raise errors.CityUnsound(districts=len(faces), expected=len(plan.districts))
    by_place = {_place(plan, face): face for face in faces}
    return tuple(
        District(code=each.code, name=each.name, shape=shapely.normalize(by_place[each.row, each.column]))
        for each in sorted(plan.districts, key=lambda each: each.code)
    )


def surround(plan: CityPlan, land: Ground) -> tuple[Neighbour, ...]:
    """The four fictional towns that touch the city, by their side."""
    limits = plan.frame
    outer = box(
        limits.west - limits.margin,
        limits.south - limits.margin,
        limits.east + limits.margin,
        limits.north + limits.margin,
    )
    x = np.arange(outer.bounds[0], outer.bounds[2] + 1, ground.SHORE_STEP_M)
    far = Polygon(
        [
            *np.column_stack([x, ground.far_shore(plan, x)]),
            outer.bounds[2:],
            (outer.bounds[0], outer.bounds[3]),
        ]
    )
    below = Polygon(
        [*np.column_stack([x, frame.canal_y(plan, x)]), (outer.bounds[2], outer.bounds[1]), outer.bounds[:2]]
    )
    dry = outer.difference(shapely.union_all([far, below, land.city, land.wet.difference(land.city)]))
    shapes: dict[str, BaseGeometry] = {
        "north": far,
        "south": below,
        "east": dry.intersection(box(limits.east, *outer.bounds[1:])),
        "west": dry.intersection(box(*outer.bounds[:2], limits.west, outer.bounds[3])),
    }
    return tuple(
        Neighbour(
            code=f"voisin-{each.side}",
            name=each.name,
            phone=each.phone,
            url=each.url,
            shape=ground.largest(shapes[each.side]),
        )
        for each in plan.neighbours
    )


def _place(plan: CityPlan, face: Polygon) -> tuple[int, int]:
    """Row and column of a face, counted from the south-west."""
    point = face.representative_point()
    western, eastern, middle = (np.asarray(each.coords) for each in cut_lines(plan))
    column = int(point.x > np.interp(point.y, western[:, 1], western[:, 0]))
    column += int(point.x > np.interp(point.y, eastern[:, 1], eastern[:, 0]))
    return int(point.y > np.interp(point.x, middle[:, 0], middle[:, 1])), column
