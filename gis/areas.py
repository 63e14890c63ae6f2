"""Which area covers a point: districts, the territory, sectors. Agrees with PostGIS's ST_Covers.

An area's edge belongs to it, so a point on a shared edge is covered twice; the lowest code then wins, in the
order of code points (what SQL gives for `ORDER BY code COLLATE "C" LIMIT 1`).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from rtree import index
from shapely.geometry.base import BaseGeometry

from gis import crs
from gis.wording import Words

# Half a centimetre of geometry is far above the rounding of degrees (about 1 nm) and far below any survey.
NUMERIC_TOLERANCE_M = 0.01


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A polygon or multipolygon, EPSG:4326, under a code unique in its set. ValueError if not valid."""

    code: str
    geometry: BaseGeometry
    name: str = ""

    def __post_init__(self) -> None:
        if self.geometry.geom_type not in {"Polygon", "MultiPolygon"} or self.geometry.is_empty:
            raise ValueError(f"area {self.code}: a polygon or multipolygon is needed")
        if not self.geometry.is_valid:
            raise ValueError(f"area {self.code}: {shapely.is_valid_reason(self.geometry)}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Placement:
    """Where a point falls.

    `candidates` are all areas covering it, lowest code first. `edge_m` is the distance to the nearest
    boundary among the areas concerned (infinite when there are no areas). `certain` is false when the answer
    could turn on rounding: on or within a centimetre of an edge, or covered by several areas.
    """

    code: str | None
    candidates: tuple[str, ...]
    edge_m: float
    certain: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Repaired:
    """A geometry made usable: a valid polygon or multipolygon, or None if no area was left in it.

    `words` is None when nothing had to be done. `area_change` is relative: 0.01 is one percent more.
    """

    geometry: BaseGeometry | None
    words: Words | None = None
    area_change: float = 0.0


def repair(geometry: BaseGeometry) -> Repaired:
    """Make a polygon valid, keep its polygonal parts in two dimensions, and say what was done.

    Loops which overlap are united (GEOS's "structure" method), where even-odd counting would cut holes.
    """
    flat = shapely.force_2d(geometry)
    if not np.isfinite(shapely.get_coordinates(flat)).all():
        return Repaired(geometry=None, words=_NOT_FINITE)
    if flat.is_empty or shapely.get_dimensions(flat) < 2:
        return Repaired(geometry=None, words=_no_area(flat))
    if flat.geom_type in {"Polygon", "MultiPolygon"} and flat.is_valid:
        return Repaired(geometry=flat)
    reason, _, place = shapely.is_valid_reason(flat).partition("[")
    fixed = shapely.make_valid(flat, method="structure", keep_collapsed=False)
    whole = shapely.union_all(list(_polygons(fixed)))
    if whole.is_empty:
        return Repaired(geometry=None, words=_no_area(flat))
    change = whole.area / flat.area - 1 if flat.area else 0.0
    return Repaired(geometry=whole, words=_mended(reason, place.rstrip("]"), change), area_change=change)


@dataclass(frozen=True, kw_only=True, slots=True)
class Nearest:
    """The point of a boundary nearest to another point, EPSG:4326, how far it is and whose boundary it is."""

    code: str
    lon: float
    lat: float
    distance_m: float


class AreaIndex:
    """A set of areas, indexed for single points (rtree) and for many at once (STRtree).

    Safe to share between threads: `find` takes turns, since libspatialindex keeps scratch space in the index
    and is called without the interpreter's lock. Raises ValueError if two areas have the same code.
    """

    def __init__(self, areas: Sequence[Area]) -> None:
        ordered = sorted(areas, key=lambda area: area.code)
        for one, other in pairwise(ordered):
            if one.code == other.code:
                raise ValueError(f"two areas have the code {one.code}")
        self.areas = tuple(ordered)
        self._codes = [area.code for area in ordered]
        # Clones, so that preparing does not touch the caller's geometries.
        self._shapes = [shapely.from_wkb(shapely.to_wkb(area.geometry)) for area in ordered]
        self._squeeze = _squeeze(self._shapes)
        self._edges = [_squeezed(shape.boundary, self._squeeze) for shape in self._shapes]
        shapely.prepare(self._shapes)
        shapely.prepare(self._edges)
        self._edge_tree = shapely.STRtree(self._edges)
        self._tree = index.Index(_entries(self._shapes)) if ordered else index.Index()
        self._turn = threading.Lock()

    def __len__(self) -> int:
        return len(self.areas)

    def covers(self, lon: float, lat: float) -> bool:
        """Tell whether any area covers a point; nothing is measured, so it costs a fifth of `find`."""
        if not (math.isfinite(lon) and math.isfinite(lat)):
            return False
        with self._turn:
            near = self._tree.intersection((lon, lat, lon, lat))
            return any(shapely.intersects_xy(self._shapes[i], lon, lat) for i in near)

    def find(self, lon: float, lat: float) -> Placement:
        """Place one point, longitude and latitude in EPSG:4326. A point that is not finite is nowhere."""
        if not (math.isfinite(lon) and math.isfinite(lat)):
            return Placement(code=None, candidates=(), edge_m=math.inf, certain=False)
        with self._turn:
            near = self._tree.intersection((lon, lat, lon, lat))
            inside = sorted(i for i in near if shapely.intersects_xy(self._shapes[i], lon, lat))
            edge_m = self._edge_m(lon, lat, inside)
        return Placement(
            code=self._codes[inside[0]] if inside else None,
            candidates=tuple(self._codes[i] for i in inside),
            edge_m=edge_m,
            certain=len(inside) < 2 and edge_m > NUMERIC_TOLERANCE_M,
        )

    def assign(self, lons: ArrayLike, lats: ArrayLike) -> NDArray[np.object_]:
        """Give the code of each point, None where no area covers it; same rule as `find`, set-based.

        Points which are not finite get None. Raises ValueError if the two arrays differ in length.
        """
        x, y = np.asarray(lons, dtype=float), np.asarray(lats, dtype=float)
        if x.shape != y.shape or x.ndim != 1:
            raise ValueError("lons and lats must be two arrays of one length")
        codes = np.full(len(x), None, dtype=object)
        finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if not self.areas or not len(finite):
            return codes
        points = shapely.STRtree(_points(x[finite], y[finite]))
        which_area, which_point = points.query(self._shapes, predicate="covers")
        lowest = np.full(len(finite), len(self.areas), dtype=np.intp)
        np.minimum.at(lowest, which_point, which_area)
        covered = lowest < len(self.areas)
        codes[finite[covered]] = np.array(self._codes, dtype=object)[lowest[covered]]
        return codes

    def nearest(self, lon: float, lat: float) -> Nearest | None:
        """Find the boundary nearest to a point, whether it is inside or out; None when there are no areas."""
        if not self.areas or not (math.isfinite(lon) and math.isfinite(lat)):
            return None
        point = shapely.Point(lon * self._squeeze, lat)
        with self._turn:
            found = sorted(self._edge_tree.query_nearest(point).tolist())
            line = shapely.shortest_line(self._edges[found[0]], point)
        (x, y), _ = shapely.get_coordinates(line).tolist()
        x /= self._squeeze
        return Nearest(code=self._codes[found[0]], lon=x, lat=y, distance_m=crs.distance_m(x, y, lon, lat))

    def near_edge(self, lons: ArrayLike, lats: ArrayLike, within_m: ArrayLike) -> NDArray[np.bool_]:
        """Tell which points lie within so many metres of a boundary, each its own: the few worth measuring.

        A twentieth generous, so that none is missed for the curve of the earth. Points which are not finite
        are near nothing.
        """
        x, y, reach = (np.asarray(each, dtype=float) for each in (lons, lats, within_m))
        near = np.zeros(len(x), dtype=bool)
        finite = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        if self.areas and len(finite):
            _, per_lat = crs.metres_per_degree(float(y[finite].mean()))
            points = _points(x[finite] * self._squeeze, y[finite])
            found, _ = self._edge_tree.query(
                points, predicate="dwithin", distance=1.05 * reach[finite] / per_lat
            )
            near[finite[found]] = True
        return near

    def shares(self, lon: float, lat: float, sigma_m: float) -> dict[str | None, float]:
        """Give the probability of each area for a point known to `sigma_m` metres in each direction.

        A circular Gaussian, taken at 256 points of equal weight that fill it evenly (Vogel's spiral), so that
        the same point has the same answer and corners where many areas meet need no case of their own. None
        is for outside all of them. Within 1 % of the exact integral beside a straight edge.
        """
        per_lon, per_lat = crs.metres_per_degree(lat)
        x, y = lon + _SPIRAL[:, 0] * sigma_m / per_lon, lat + _SPIRAL[:, 1] * sigma_m / per_lat
        codes, counts = np.unique([code or "" for code in self.assign(x, y)], return_counts=True)
        return {str(code) or None: int(n) / len(x) for code, n in zip(codes, counts, strict=True)}

    def _edge_m(self, lon: float, lat: float, inside: Sequence[int]) -> float:
        """Measure to the nearest boundary: of the covering areas, or of all when none covers the point."""
        if not self.areas:
            return math.inf
        point = shapely.Point(lon * self._squeeze, lat)
        chosen = inside or self._edge_tree.query_nearest(point).tolist()
        return min(self._distance_m(self._edges[i], point) for i in chosen)

    def _distance_m(self, edge: BaseGeometry, point: shapely.Point) -> float:
        (x0, y0), (x1, y1) = shapely.get_coordinates(shapely.shortest_line(edge, point)).tolist()
        return crs.distance_m(x0 / self._squeeze, y0, x1 / self._squeeze, y1)


def _spiral(count: int) -> NDArray[np.float64]:
    """Spread points over a standard Gaussian: radii at its quantiles, each a golden angle from the last."""
    order = np.arange(count)
    radius = np.sqrt(-2 * np.log(1 - (order + 0.5) / count))
    angle = order * math.pi * (3 - math.sqrt(5))
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


_SPIRAL = _spiral(256)


def _entries(shapes: Sequence[BaseGeometry]) -> Iterator[tuple[int, tuple[float, float, float, float], None]]:
    """Yield what rtree loads in bulk, several times faster than inserting one by one."""
    for position, shape in enumerate(shapes):
        yield position, shape.bounds, None


def _points(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.object_]:
    made = shapely.points(x, y)
    assert isinstance(made, np.ndarray)  # one point only for scalars, says the stub
    return made


def _squeeze(shapes: Sequence[BaseGeometry]) -> float:
    """Give the factor on longitude which makes a degree as long east as north, in the middle of the areas.

    Without it the nearest point of an oblique edge, sought in degrees, is wrong (by 6 % at latitude 45).
    """
    if not shapes:
        return 1.0
    _, south, _, north = shapely.total_bounds(shapes)
    per_lon, per_lat = crs.metres_per_degree((south + north) / 2)
    return max(per_lon / per_lat, 1e-6)


def _squeezed(edge: BaseGeometry, factor: float) -> BaseGeometry:
    squeezed: BaseGeometry = shapely.transform(edge, lambda xy: xy * (factor, 1.0))
    return squeezed


# GEOS's findings, for people.
_FINDINGS = {
    "Self-intersection": Words(fr="le contour se croise", en="the outline crosses itself"),
    "Ring Self-intersection": Words(fr="le contour se touche", en="the outline touches itself"),
    "Hole lies outside shell": Words(fr="un trou est hors du contour", en="a hole lies outside the outline"),
    "Holes are nested": Words(fr="des trous sont emboîtés", en="holes are nested"),
    "Nested shells": Words(fr="des contours sont emboîtés", en="outlines are nested"),
    "Interior is disconnected": Words(fr="l’intérieur est coupé en deux", en="the inside is cut in two"),
    "Duplicate Rings": Words(fr="un contour est en double", en="an outline is repeated"),
    "Valid Geometry": Words(fr="des lignes ou des points s’y mêlaient", en="it held lines or points as well"),
}


_NOT_FINITE = Words(fr="coordonnées illisibles", en="unreadable coordinates")


def _polygons(geometry: BaseGeometry) -> Iterator[BaseGeometry]:
    for part in shapely.get_parts([geometry]):
        if part.geom_type == "Polygon":
            yield part
        elif part is not geometry and part.geom_type in {"MultiPolygon", "GeometryCollection"}:
            yield from _polygons(part)


def _mended(reason: str, place: str, change: float) -> Words:
    found = _FINDINGS.get(reason, Words(fr=f"contour invalide ({reason})", en=f"invalid outline ({reason})"))
    where = f" ({place})" if place else ""
    percent = f"{change * 100:+.3f}"
    return Words(
        fr=f"{found.fr}{where}\u00a0: réparé, surface {percent.replace('.', ',')}\u00a0%",
        en=f"{found.en}{where}: repaired, area {percent}%",
    )


def _no_area(geometry: BaseGeometry) -> Words:
    if geometry.is_empty:
        return Words(fr="géométrie vide", en="empty geometry")
    if shapely.get_dimensions(geometry) < 2:
        return Words(fr=f"pas un polygone ({geometry.geom_type})", en=f"not a polygon ({geometry.geom_type})")
    return Words(fr="aucune surface dans ce contour", en="no area in this outline")
