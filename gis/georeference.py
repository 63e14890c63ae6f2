"""Where a layer lies once its system is believed, and what is wrong when it cannot be there.

A file that says nothing false can still be read wrongly: axes swapped, metres called degrees, feet called
metres, the neighbouring zone's grid. What gives it away is where it lands.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Proj
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError, ProjError

from gis import crs
from gis.crs import Box
from gis.wording import NBSP, THIN_NBSP, Words

# A layer that begins farther than this from the town is not the town's, whatever else it is.
FAR_M = 50_000.0
# No municipality is wider: the largest of Québec is under 10 degrees.
WIDEST_DEGREES = 12.0
_MOST_TOLD = 4
_DEGREES = "EPSG:4326"
# Data of today is rarely in these; they differ from today's by metres, so that they fit just as well.
_OLD = ("NAD27", "WGS 72", "CGQ77")


@dataclass(frozen=True, kw_only=True, slots=True)
class Misplaced:
    """Why a layer cannot be where it lands: `kind` is swapped, system, far or wide. `systems` would fit."""

    kind: str
    words: Words
    systems: tuple[str, ...] = ()


def judge(points: NDArray[np.float64], system: str, town: Box | None) -> Misplaced | None:
    """Tell what is wrong with a layer's coordinates, if anything: rows of x and y, in `system`.

    `town` is where it is expected, EPSG:4326; without it only the impossible is seen. The middle half of the
    points decides, so that a few stray rows are not the layer's fault.
    """
    if not len(points):
        return None
    middle = _middle(points)
    placed = _placed(middle, system)
    if placed is not None and _fits(placed, town):
        return None
    turned = _placed(middle[:, ::-1], system)
    if turned is not None and _fits(turned, town) and (town is not None or placed is None):
        return Misplaced(kind="swapped", words=_SWAPPED)
    systems = tuple(_fitting(middle, town)) if town is not None else ()
    if systems or placed is None:
        return Misplaced(kind="system", words=_system(system, systems), systems=systems)
    if town is not None:
        return Misplaced(kind="far", words=_far(placed, town))
    return Misplaced(kind="wide", words=_WIDE)


def box_of(points: NDArray[np.float64]) -> Box:
    """Return the box that holds points given as longitude and latitude."""
    west, south = points.min(axis=0).tolist()
    east, north = points.max(axis=0).tolist()
    return Box(west=west, south=south, east=east, north=north)


def away_m(lon: float, lat: float, box: Box) -> float:
    """Measure from a point to a box, in metres; 0 inside it."""
    near_lon, near_lat = min(max(lon, box.west), box.east), min(max(lat, box.south), box.north)
    return crs.distance_m(lon, lat, near_lon, near_lat)


def _middle(points: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = np.percentile(points, [25, 75], axis=0)
    kept = points[((points >= low) & (points <= high)).all(axis=1)]
    return kept if len(kept) else points


def _placed(points: NDArray[np.float64], system: str) -> Box | None:
    """Bring points to longitude and latitude; None when the system cannot hold them."""
    try:
        lon, lat = crs.transformer(system, crs.WGS84).transform(points[:, 0], points[:, 1])
    except (ProjError, ValueError):
        return None
    moved = np.column_stack([lon, lat])
    if not np.isfinite(moved).all() or (np.abs(moved) > (180.000001, 90.000001)).any():
        return None
    return box_of(moved)


def _fits(box: Box, town: Box | None) -> bool:
    if town is None:
        return box.east - box.west <= WIDEST_DEGREES and box.north - box.south <= WIDEST_DEGREES
    middle = (box.west + box.east) / 2, (box.south + box.north) / 2
    return away_m(*middle, town) <= FAR_M


def _fitting(points: NDArray[np.float64], town: Box) -> Iterator[str]:
    """Name the systems in use around the town by which these coordinates lie there, the likeliest first."""
    x, y = np.median(points, axis=0).tolist()
    centre = (town.west + town.east) / 2, (town.south + town.north) / 2
    found: list[tuple[int, bool, str]] = []
    for code, name in _systems_around(town):
        lon, lat = (x, y) if code == _DEGREES else _unprojected(code, x, y)
        if math.isfinite(lon) and math.isfinite(lat) and abs(lat) <= 90 and away_m(lon, lat, town) <= FAR_M:
            off_km = int(crs.distance_m(lon, lat, *centre) // 1000)
            found.append((off_km, any(old in name for old in _OLD), f"{code} ({name})"))
    yield from (label for *_, label in sorted(found)[:_MOST_TOLD])


def _unprojected(code: str, x: float, y: float) -> tuple[float, float]:
    # The projection alone, without the shift between datums: a hundred metres do not matter here, and a full
    # transformation costs a hundred times as much to set up.
    try:
        lon, lat = Proj(code)(x, y, inverse=True)
    except (ProjError, CRSError):
        return math.inf, math.inf
    return lon, lat


def _systems_around(town: Box) -> Iterator[tuple[str, str]]:
    area = AreaOfInterest(town.west, town.south, town.east, town.north)
    yield _DEGREES, "WGS 84"
    kinds = [PJType.PROJECTED_CRS]
    for info in query_crs_info(auth_name="EPSG", pj_types=kinds, area_of_interest=area, contains=True):
        if not info.deprecated:
            yield f"EPSG:{info.code}", info.name


def _system(system: str, systems: tuple[str, ...]) -> Words:
    name = CRS.from_user_input(system).name
    told = ", ".join(systems)
    return Words(
        fr=f"les coordonnées ne peuvent pas être en {name}{THIN_NBSP}; "
        + (f"essayez --crs avec{NBSP}: {told}" if told else "donnez le bon système avec --crs"),
        en=f"the coordinates cannot be in {name}; "
        + (f"try --crs with: {told}" if told else "give the right system with --crs"),
    )


def _far(placed: Box, town: Box) -> Words:
    lon, lat = (placed.west + placed.east) / 2, (placed.south + placed.north) / 2
    km = away_m(lon, lat, town) / 1000
    where = f"{lat:.3f}, {lon:.3f}"
    return Words(
        fr=f"la couche est à {km:.0f}{NBSP}km de la ville (vers {where}){NBSP}: est-ce le bon fichier"
        f"{THIN_NBSP}? Sinon donnez son système avec --crs, ou --anywhere pour l’importer quand même",
        en=f"the layer lies {km:.0f} km from the town (near {where}): is it the right file? "
        "Else give its system with --crs, or --anywhere to import it all the same",
    )


_SWAPPED = Words(
    fr="les axes sont inversés (latitude ou nord d’abord)\u202f; importez avec --swap",
    en="the axes are swapped (latitude or northing first); import with --swap",
)
_WIDE = Words(
    fr="la couche s’étend sur plus de 12 degrés\u00a0: système de coordonnées faux ou lignes égarées\u202f; "
    "donnez --crs, ou --anywhere pour l’importer quand même",
    en="the layer spans more than 12 degrees: wrong coordinate system or stray rows; "
    "give --crs, or --anywhere to import it all the same",
)
