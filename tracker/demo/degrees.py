"""From metres to degrees: each vertex is transformed and rounded by itself, so shared edges stay shared."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

DECIMALS = 7  # about a centimetre


@cache
def _transformer(srid: int) -> Transformer:
    return Transformer.from_crs(srid, 4326, always_xy=True)


def lonlat(points: NDArray[np.float64], srid: int) -> NDArray[np.float64]:
    """Eastings and northings (n, 2) to longitudes and latitudes, rounded to seven decimals."""
    lon, lat = _transformer(srid).transform(points[:, 0], points[:, 1])
    return np.column_stack([np.round(lon, DECIMALS), np.round(lat, DECIMALS)])


def shapes(geometries: Sequence[BaseGeometry], srid: int) -> NDArray[np.object_]:
    """The same shapes in EPSG:4326, all in one pass."""
    array = np.asarray(geometries, dtype=object)
    return np.asarray(shapely.transform(array, lambda points: lonlat(points, srid)), dtype=object)


def to_lonlat(x: float, y: float, srid: int) -> tuple[float, float]:
    """One point, in degrees."""
    ((lon, lat),) = lonlat(np.array([[x, y]]), srid).tolist()
    return lon, lat


def to_metres(lon: float, lat: float, srid: int) -> tuple[float, float]:
    """One point in metres, to the centimetre."""
    x, y = _transformer(srid).transform(lon, lat, direction="INVERSE")
    return round(float(x), 2), round(float(y), 2)
