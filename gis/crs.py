"""Degrees and metres: geodesic distance, a jurisdiction's metric coordinate system, boxes around a point."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

WGS84 = 4326
_SEMI_MAJOR_M = 6_378_137.0
_ECCENTRICITY_2 = 0.006_694_379_990_14


@dataclass(frozen=True, kw_only=True, slots=True)
class Box:
    """West, south, east and north limits in degrees."""

    west: float
    south: float
    east: float
    north: float

    def __post_init__(self) -> None:
        if not (self.west <= self.east and self.south <= self.north):
            raise ValueError(f"not a box: {self.west}, {self.south}, {self.east}, {self.north}")

    def contains(self, lon: float, lat: float) -> bool:
        """Tell whether the point is in the box, its edge included."""
        return self.west <= lon <= self.east and self.south <= lat <= self.north


def distance_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Measure the geodesic between two points in metres, on the WGS84 ellipsoid."""
    return float(_geod().inv(lon_a, lat_a, lon_b, lat_b)[2])


def near_distance_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Measure a short distance in metres, in about a microsecond.

    Plane geometry with the ellipsoid's two radii at the mean latitude: within 0.01 % of the geodesic up to
    10 km below 70 degrees of latitude. For anything longer use `distance_m`.
    """
    per_lon, per_lat = metres_per_degree((lat_a + lat_b) / 2)
    return math.hypot((lon_b - lon_a) * per_lon, (lat_b - lat_a) * per_lat)


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Give the metres in one degree of longitude and of latitude, at this latitude on WGS84."""
    sin2 = math.sin(math.radians(lat)) ** 2
    flattening = 1 - _ECCENTRICITY_2 * sin2
    prime_vertical_m = _SEMI_MAJOR_M / math.sqrt(flattening)
    meridian_m = prime_vertical_m * (1 - _ECCENTRICITY_2) / flattening
    return math.radians(prime_vertical_m * math.cos(math.radians(lat))), math.radians(meridian_m)


def direction(
    east_deg: float | None, north_deg: float | None, lat: float | None
) -> tuple[float, float] | None:
    """Give the unit vector, east and north on the ground, of a short step in degrees; None without one."""
    if east_deg is None or north_deg is None or lat is None:
        return None
    per_lon, per_lat = metres_per_degree(lat)
    east_m, north_m = east_deg * per_lon, north_deg * per_lat
    length_m = math.hypot(east_m, north_m)
    return (east_m / length_m, north_m / length_m) if length_m > 0 else None


def box_around(lon: float, lat: float, radius_m: float) -> Box:
    """Give the box in degrees which holds every point within `radius_m` of this one.

    A hair too large rather than too small: it only preselects. Cut at the poles and at the antimeridian.
    Raises ValueError if the radius is negative.
    """
    if radius_m < 0:
        raise ValueError("radius_m must not be negative")
    reach_m = radius_m * 1.001
    d_lat = reach_m / metres_per_degree(0)[1]
    south, north = max(-90.0, lat - d_lat), min(90.0, lat + d_lat)
    # A degree of longitude is shortest on the side nearest the pole.
    per_lon = metres_per_degree(max(abs(south), abs(north)))[0]
    d_lon = reach_m / per_lon if per_lon > reach_m / 360 else 360.0
    return Box(west=max(-180.0, lon - d_lon), south=south, east=min(180.0, lon + d_lon), north=north)


@dataclass(frozen=True, slots=True)
class Metric:
    """A projected coordinate system in metres, e.g. EPSG:32188 for the demo city.

    Raises ValueError if the SRID is unknown or is not projected in metres. Safe between threads: pyproj keeps
    one transformation context per thread.
    """

    srid: int

    def __post_init__(self) -> None:
        try:
            crs = CRS.from_epsg(self.srid)
        except CRSError:
            raise ValueError(f"EPSG:{self.srid} is unknown") from None
        if not crs.is_projected or crs.axis_info[0].unit_name != "metre":
            raise ValueError(f"EPSG:{self.srid} is not in metres")

    def to_metres(self, lon: float, lat: float) -> tuple[float, float]:
        """Project a point: easting and northing in metres."""
        x, y = transformer(WGS84, self.srid).transform(lon, lat)
        return float(x), float(y)

    def to_degrees(self, x: float, y: float) -> tuple[float, float]:
        """Unproject easting and northing: longitude and latitude, EPSG:4326."""
        lon, lat = transformer(self.srid, WGS84).transform(x, y)
        return float(lon), float(lat)

    def arrays(self, lons: ArrayLike, lats: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Project many points at once: eastings and northings in metres."""
        x, y = transformer(WGS84, self.srid).transform(np.asarray(lons, float), np.asarray(lats, float))
        return np.asarray(x), np.asarray(y)

    def geometry(self, geometry: BaseGeometry) -> BaseGeometry:
        """Project a geometry given in EPSG:4326."""
        return reproject(geometry, WGS84, self.srid)

    def unproject(self, geometry: BaseGeometry) -> BaseGeometry:
        """Bring a geometry in this system to EPSG:4326."""
        return reproject(geometry, self.srid, WGS84)


def reproject(geometry: BaseGeometry, source: int | str, target: int | str) -> BaseGeometry:
    """Transform a geometry between two coordinate systems, x being east or longitude in both.

    `source` and `target` are EPSG codes or anything else pyproj understands, WKT included.
    """
    step = transformer(source, target)

    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = step.transform(xy[:, 0], xy[:, 1])
        return np.column_stack([x, y])

    moved: BaseGeometry = shapely.transform(geometry, move)
    return moved


@cache
def transformer(source: int | str, target: int | str) -> Transformer:
    """Give the (cached) transformation between two systems, in longitude, latitude order.

    Raises ValueError if either is unknown.
    """
    try:
        return Transformer.from_crs(source, target, always_xy=True)
    except CRSError as error:
        raise ValueError(str(error)) from None


@cache
def _geod() -> Geod:
    return Geod(ellps="WGS84")
