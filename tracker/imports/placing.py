"""Where the rows of a batch are: in which district, outside, or nowhere that can be known."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from gis import location
from gis.crs import Box
from gis.location import DefaultPoint, Frame, Kind
from tracker.imports.mapping import Places
from tracker.imports.rows import Row
from tracker.places import territory
from tracker.places.ground import DistrictRef, Ground
from tracker.places.point import Point

EVERYWHERE = Box(west=-180.0, south=-90.0, east=180.0, north=90.0)


@dataclass(frozen=True, slots=True)
class Spot:
    """What became of a row's coordinates: a place when `kind` is `ok`, EPSG:4326.

    `odds` are the districts and territories it may be in, when its accuracy leaves that open.
    """

    kind: Kind
    lon: float | None = None
    lat: float | None = None
    district: DistrictRef | None = None
    boundary_set_id: int | None = None
    accuracy_m: float | None = None
    odds: Mapping[str, Any] | None = None

    @property
    def is_known(self) -> bool:
        return self.kind is Kind.OK

    @property
    def is_outside(self) -> bool:
        return self.kind is Kind.OUTSIDE


@dataclass(frozen=True, kw_only=True, slots=True)
class Atlas:
    """What places are judged by: the town's districts and the frame of a plausible point."""

    ground: Ground
    frame: Frame
    method: str
    accuracy_m: float


def atlas(ground: Ground, places: Places, learnt: Sequence[DefaultPoint]) -> Atlas:
    """Return the atlas of a town; without districts, its territory is the mapping's box or the world."""
    points = (*places.default_points, *((each.lon, each.lat) for each in learnt))
    if ground.frame is not None:
        known = ground.frame.default_points
        return _atlas(ground, replace(ground.frame, default_points=(*known, *points)), places)
    box = places.box or EVERYWHERE
    whole = shapely.box(box.west, box.south, box.east, box.north)
    return _atlas(ground, Frame(territory=whole, default_points=points), places)


def _atlas(ground: Ground, frame: Frame, places: Places) -> Atlas:
    accuracy_m = places.accuracy_m
    if accuracy_m is None:
        accuracy_m = location.typical_accuracy_m(places.method)
    return Atlas(ground=ground, frame=frame, method=places.method, accuracy_m=accuracy_m)


def place(rows: Sequence[Row], atlas: Atlas) -> list[Spot]:
    """Judge the coordinates of rows, all districts at once; on a shared edge the lowest code wins.

    Each is as good as the mapping says of the file's coordinates.
    """
    lons = np.array([np.nan if row.lon is None else row.lon for row in rows], dtype=float)
    lats = np.array([np.nan if row.lat is None else row.lat for row in rows], dtype=float)
    codes = atlas.ground.districts.assign(lons, lats).tolist()
    spots = [_spot(row.lon, row.lat, code, atlas) for row, code in zip(rows, codes, strict=True)]
    odds = territory.odds_of_many(atlas.ground, [_point(spot, atlas) for spot in spots])
    return [
        replace(spot, accuracy_m=atlas.accuracy_m, odds=each) if spot.is_known else spot
        for spot, each in zip(spots, odds, strict=True)
    ]


def _point(spot: Spot, atlas: Atlas) -> Point | None:
    if not spot.is_known or spot.lon is None or spot.lat is None:
        return None
    return Point(lon=spot.lon, lat=spot.lat, accuracy_m=atlas.accuracy_m, method=atlas.method)


def _spot(lon: float | None, lat: float | None, code: str | None, atlas: Atlas) -> Spot:
    if code is not None and lon is not None and lat is not None and not atlas.frame.is_default(lon, lat):
        return Spot(Kind.OK, lon, lat, atlas.ground.by_code[code], atlas.ground.boundary_set_id)
    finding = location.assess(lon, lat, atlas.frame)
    if finding.kind is Kind.OK and len(atlas.ground.districts):
        return Spot(Kind.OUTSIDE)  # in a sliver between two districts, which is nobody's
    return Spot(finding.kind, finding.lon, finding.lat)
