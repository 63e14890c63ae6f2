"""The city's own buildings and depots, each beside a street near its planned place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from tracker.demo.asset_plan import Asset, AssetsPlan, BuildingPlan, DepotPlan, number
from tracker.demo.ground import Ground
from tracker.demo.segments import Segment

_FROM_AXIS_M = 16.0
_CLEAR_M = 9.0
_USES = {"poste": "pumping_station", "dépôt": "snow_dump"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Depot:
    code: str
    name: str
    shape: Polygon


@dataclass(frozen=True, kw_only=True, slots=True)
class CityBuildings:
    """Assets of kind building and room, and the depots (which are buildings too). Metres."""

    assets: tuple[Asset, ...]
    depots: tuple[Depot, ...]

    @property
    def shapes(self) -> list[BaseGeometry]:
        return [each.shape for each in self.assets if each.kind == "building"]


def raise_all(
    plan: AssetsPlan, land: Ground, segments: Sequence[Segment], closed: BaseGeometry
) -> CityBuildings:
    """Put every building at the free street side nearest to its planned place.

    `closed` is water, parks and rail. Pumping stations stand by the shore and the canal at even distances.
    """
    streets = [each for each in segments if each.is_urban and each.road_class > 1 and each.line.length > 60]
    lines = [each.line for each in streets]
    everything = shapely.STRtree([each.line for each in segments])
    taken: list[Polygon] = []
    stations = [
        BuildingPlan(name=f"poste de pompage nº {order}", at=spot, size=(12, 10))
        for order, spot in enumerate(_stations(plan, land), start=1)
    ]
    assets: list[Asset] = []
    depots: list[Depot] = []
    shapely.prepare(closed)
    wanted: list[BuildingPlan | DepotPlan] = [*plan.buildings, *plan.depots, *plan.snow_dumps, *stations]
    for planned in wanted:
        near = np.argsort(shapely.distance(lines, shapely.Point(planned.at)), kind="stable")[:40]
        sites = (site for i in near.tolist() for site in _sites(streets[i], planned.size))
        found = next((each for each in sites if _is_free(each[1], everything, closed, taken)), None)
        if found is None:
            continue
        segment, shape = found
        taken.append(shape)
        code = number(plan, "building", len(assets) + 1)
        use = {"use": _USES[planned.name.split(" ")[0]]} if planned.name.split(" ")[0] in _USES else {}
        assets.append(
            Asset(
                kind="building",
                code=code,
                shape=shape,
                name=planned.name,
                segment=segment.code,
                attributes=use,
            )
        )
        if isinstance(planned, DepotPlan):
            depots.append(Depot(code=planned.code, name=planned.name, shape=shape))
    return CityBuildings(assets=(*assets, *_rooms(plan, assets)), depots=tuple(depots))


def _rooms(plan: AssetsPlan, buildings: Sequence[Asset]) -> list[Asset]:
    """Rooms to book, in the buildings people meet in."""
    meeting = ("centre", "maison", "salle", "chalet", "bibliothèque", "gare")
    open_ones = [each for each in buildings if each.name and each.name.startswith(meeting)]
    return [
        Asset(
            kind="room",
            code=number(plan, "room", order),
            shape=each.shape.centroid,
            name=f"salle, {each.name}",
            segment=each.segment,
            attributes={"building": each.code},
        )
        for order, each in enumerate(open_ones, start=1)
    ]


def _stations(plan: AssetsPlan, land: Ground) -> list[tuple[float, float]]:
    half = plan.pumping_stations // 2
    spots = []
    for line, count in ((land.shore, half), (land.canal, plan.pumping_stations - half)):
        for order in range(count):
            point = line.interpolate((order + 0.5) / count, normalized=True)
            spots.append((point.x, point.y))
    return spots


def _sites(segment: Segment, size: tuple[float, float]) -> list[tuple[Segment, Polygon]]:
    """Rectangles on both sides of a street, at its middle, then at a third and two thirds."""
    width, depth = size
    found = []
    for share in (0.5, 0.33, 0.67):
        at = segment.line.interpolate(share, normalized=True)
        ahead = segment.line.interpolate(min(1.0, share + 0.02), normalized=True)
        along = np.array([ahead.x - at.x, ahead.y - at.y])
        along /= np.hypot(*along)
        for side in (1, -1):
            across = np.array([-along[1], along[0]]) * side
            front = np.array([at.x, at.y]) + across * _FROM_AXIS_M
            corners = [front - along * width / 2, front + along * width / 2]
            corners += [corners[1] + across * depth, corners[0] + across * depth]
            found.append((segment, Polygon(corners)))
    return found


def _is_free(shape: Polygon, roads: shapely.STRtree, closed: BaseGeometry, taken: Sequence[Polygon]) -> bool:
    if closed.intersects(shape) or any(each.distance(shape) < _CLEAR_M for each in taken):
        return False
    return len(roads.query(shape, predicate="dwithin", distance=_CLEAR_M)) == 0
