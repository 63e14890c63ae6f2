"""Water, land and the rail line: what was there before the town."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from tracker.demo import frame
from tracker.demo.parameters import CityPlan

SHORE_STEP_M = 25.0
_CAPE_M = 260.0  # the two capes of the bay are rounded with this radius


@dataclass(frozen=True, kw_only=True, slots=True)
class Water:
    """A body of water: kind is river, canal, bay, creek or pond; `shape` in metres."""

    kind: str
    name: str
    shape: BaseGeometry


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """The land of the town, in metres; `water` is sorted as it is drawn."""

    shore: LineString
    canal: LineString
    city: Polygon
    water: tuple[Water, ...]
    wet: BaseGeometry
    creek: LineString
    rail: LineString


def lay(plan: CityPlan) -> Ground:
    """Draw the water and what it leaves: the city is the land between the shore and the canal's axis."""
    box = plan.frame
    wide = np.arange(box.west - box.margin, box.east + box.margin + 1, SHORE_STEP_M)
    inside = wide[(wide >= box.west) & (wide <= box.east)]
    shore = LineString(np.column_stack([inside, frame.shore_y(plan, inside)]))
    canal = LineString(np.column_stack([inside, frame.canal_y(plan, inside)]))
    city = Polygon([*canal.coords, *reversed(shore.coords)])
    creek = LineString(frame.smooth(np.asarray(plan.water.creek, dtype=np.float64), rounds=4))
    water = _water(plan, wide, creek)
    return Ground(
        shore=shore,
        canal=canal,
        city=city,
        water=water,
        wet=shapely.union_all([each.shape for each in water]),
        creek=creek,
        rail=LineString(frame.smooth(np.asarray(plan.rail.line, dtype=np.float64), rounds=4)),
    )


def far_shore(plan: CityPlan, x: frame.Array) -> frame.Array:
    """Northing of the river's other side, smoother than ours."""
    delta = x - plan.frame.west
    sway = 260 * np.sin(delta / 2300 + 0.6) + 70 * np.sin(delta / 510)
    return np.asarray(plan.water.shore_base + plan.water.river_width + sway, dtype=np.float64)


def _water(plan: CityPlan, x: frame.Array, creek: LineString) -> tuple[Water, ...]:
    names = plan.water.names
    near, far = frame.shore_y(plan, x), far_shore(plan, x)
    river = Polygon([*np.column_stack([x, near]), *np.column_stack([x, far])[::-1]])
    canal = LineString(np.column_stack([x, frame.canal_y(plan, x)])).buffer(
        plan.water.canal_width / 2, cap_style="flat"
    )
    bay = _bay(plan, river)
    run = creek.buffer(plan.water.creek_width / 2).difference(shapely.union_all([river, canal, bay]))
    ponds = [
        Water(kind="pond", name=name, shape=frame.ellipse((x, y), (rx, ry), steps=28))
        for name, (x, y, rx, ry) in zip(names.ponds, plan.water.ponds, strict=True)
    ]
    return (
        Water(kind="river", name=names.river, shape=river),
        Water(kind="canal", name=names.canal, shape=canal),
        Water(kind="bay", name=names.bay, shape=largest(bay)),
        Water(kind="creek", name=names.creek, shape=largest(run)),
        *ponds,
    )


def _bay(plan: CityPlan, river: Polygon) -> BaseGeometry:
    """A bay with an uneven shore; widening the water and narrowing it again wears its two capes down."""
    angle = np.linspace(0, 2 * np.pi, 72, endpoint=False)
    uneven = 1 + 0.07 * np.sin(2 * angle + 0.9) + 0.05 * np.sin(3 * angle + 2.1) + 0.025 * np.sin(7 * angle)
    (x, y), (rx, ry) = plan.water.bay_centre, plan.water.bay_radii
    bowl = Polygon(np.column_stack([x + rx * uneven * np.cos(angle), y + ry * uneven * np.sin(angle)]))
    worn = river.union(bowl).buffer(_CAPE_M).buffer(-_CAPE_M)
    return worn.difference(river).intersection(bowl.buffer(2 * _CAPE_M))


def largest(shape: BaseGeometry) -> Polygon:
    """The largest polygon of a shape. Raises ValueError if it has none."""
    polygons = [each for each in shapely.get_parts(shape) if isinstance(each, Polygon)]
    return max(polygons, key=lambda each: each.area)
