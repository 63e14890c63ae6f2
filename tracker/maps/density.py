"""Hot spots of a service, or of a group, over a period: the grid of `gis.density` over the cases of a town.

Cases are counted, not reports, and a case that was merged into another is not: whoever reports twice weighs
once. To the public, a cell is shown only where enough happened around it that nobody's own report can be
read from it.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyproj
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis import density as grids
from gis.density import Settings, Surface
from tracker.catalogue import queries as catalogue
from tracker.db import PerRevision, selected
from tracker.maps import errors
from tracker.maps.base import EXTENT
from tracker.maps.scope import Scope
from tracker.maps.tile import Tile
from tracker.prepared import Prepared

LOWEST, HIGHEST = 9, 16
# Incidents around a cell, at least, before the public is shown it; and inside it before it is told their
# number.
LEAST_PUBLIC = 5
LONGEST = timedelta(days=3660)
KEPT_S = 600
MOST_KEPT = 24
# Levels of the legend: as often as elsewhere, half again, twice, three times, five times.
LEVELS = (1.5, 2.0, 3.0, 5.0)

# Grouped to 0.0002 degrees, some twenty metres: what a hexagon of 200 m cannot tell apart is sent once.
_POINTS = """
    SELECT avg(ST_X({place})) AS lon, avg(ST_Y({place})) AS lat, count(*) AS n
    FROM "case" c
    WHERE c.service_code = ANY(:services) AND c.opened_at >= :first AND c.opened_at < :end
      AND c.geom IS NOT NULL AND c.parent_id IS NULL AND {scope}
    GROUP BY floor(ST_X({place}) * 5000), floor(ST_Y({place}) * 5000)
"""
_GROUND = text("""
    SELECT DISTINCT round(ST_X(geom)::numeric, 3)::float AS lon, round(ST_Y(geom)::numeric, 3)::float AS lat
    FROM (SELECT geom FROM address
          UNION ALL SELECT ST_LineInterpolatePoint(geom, 0.5) FROM street_segment) places
""")
_WHERE = text("""
    SELECT (SELECT s.name FROM street_segment s WHERE s.name <> ''
            ORDER BY s.geom <-> p.geom LIMIT 1) AS street,
           (SELECT d.name FROM district d
            JOIN boundary_set b ON b.id = d.boundary_set_id AND b.status = 'active'
            ORDER BY d.geom <-> p.geom LIMIT 1) AS district
    FROM (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS geom) p
""")
_TILE = Prepared(f"""
    SELECT ST_AsMVT(t, 'density', {EXTENT}) AS mvt FROM (
        SELECT c.level, c.times, c.hot,
               ST_AsMVTGeom(ST_Transform(ST_GeomFromWKB(c.shape, 4326), 3857), ST_TileEnvelope(:z, :x, :y),
                            {EXTENT}, 16) AS geom
        FROM unnest(CAST(:shapes AS bytea[]), CAST(:levels AS int[]), CAST(:times AS float[]),
                    CAST(:hots AS bool[])) AS c(shape, level, times, hot)
    ) t
""")  # noqa: S608 -- composed of constants


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which incidents: services in order of code, from the first day to the last, both included, town
    time.
    """

    scope: Scope
    services: tuple[str, ...]
    first: date
    last: date

    def __post_init__(self) -> None:
        if not timedelta(0) <= self.last - self.first <= LONGEST:
            raise errors.PeriodInvalid

    @property
    def key(self) -> tuple[object, ...]:
        return (self.scope.key, self.services, self.first, self.last)


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    """A hexagon as a reader may know it. `corners` are lon, lat; `count` is None where it would tell too
    much.
    """

    corners: tuple[tuple[float, float], ...]
    level: int
    times: float
    is_hot: bool
    z: float
    count: int | None
    at: tuple[int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """Hot cells that touch, told as one place: the street and district of the hottest of them."""

    street: str
    district: str
    lon: float
    lat: float
    times: float
    cells: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Hotspots:
    """The cells of a question with its total and how many cells were kept back."""

    cells: tuple[Cell, ...]
    total: int
    hidden: int
    size_m: float
    bandwidth_m: float


def services_of(session: Session, code: str) -> tuple[str, ...]:
    """Return the services that a code means: itself, those of a group, or every located one for none.

    Raises ServiceUnknown.
    """
    known = catalogue.current(session).catalogue
    if not code:
        found = [each.code for each in known.services if each.location.kind != "none"]
    elif code in known:
        found = [code]
    else:
        found = [each.code for each in known.services if each.group == code]
    if not found:
        raise errors.ServiceUnknown(code)
    return tuple(sorted(found))


def version(session: Session, wanted: Wanted, now: datetime) -> str:
    """Return what names an answer: it is worked out again every ten minutes, whatever happens meanwhile."""
    asked = hashlib.blake2b(repr(wanted.key).encode(), digest_size=9).hexdigest()
    return f"{asked}.{int(now.timestamp()) // KEPT_S}"


_kept: dict[tuple[object, ...], Hotspots] = {}
_lock = Lock()


def current(session: Session, wanted: Wanted, now: datetime) -> Hotspots:
    """Return the hot spots of a question, kept for ten minutes in this process."""
    town = selected(session)
    key = (town.database, town.code, town.revision, version(session, wanted, now), wanted.key)
    with _lock:
        found = _kept.get(key)
    if found is None:
        found = find(session, wanted)
        with _lock:
            while len(_kept) >= MOST_KEPT:
                del _kept[next(iter(_kept))]
            _kept[key] = found
    return found


def find(session: Session, wanted: Wanted) -> Hotspots:
    """Work the hot spots out."""
    town = selected(session)
    rows = _points(session, wanted, ZoneInfo(town.zone))
    to_metres = pyproj.Transformer.from_crs(4326, town.metric_srid, always_xy=True)
    points = _projected(to_metres, np.array([(row.lon, row.lat) for row in rows]))
    weights = np.array([row.n for row in rows], dtype=np.float64)
    surface = grids.surface(points, weights, _projected(to_metres, _ground(session)), Settings())
    cells = tuple(_cells(surface, to_metres, is_public=wanted.scope.is_public))
    shown = int(((surface.per_km2 > 0) & (surface.around > 0)).sum())
    return Hotspots(
        cells=cells,
        total=int(weights.sum()),
        hidden=shown - len(cells),
        size_m=surface.settings.size_m,
        bandwidth_m=surface.settings.bandwidth_m,
    )


def draw(session: Session, tile: Tile, found: Hotspots) -> bytes:
    """Return the cells of a tile, layer `density`."""
    cells = [each for each in found.cells if each.level or each.is_hot]
    values = {
        **tile.values,
        "shapes": shapely.to_wkb([shapely.Polygon(each.corners) for each in cells]).tolist() if cells else [],
        "levels": [each.level for each in cells],
        "times": [each.times for each in cells],
        "hots": [each.is_hot for each in cells],
    }
    return bytes(_TILE.one_or_none(session, values).mvt or b"")


def _points(session: Session, wanted: Wanted, zone: ZoneInfo) -> list[Any]:
    clause = wanted.scope.case_clause
    for column in ("is_public", "workflow", "crew_id"):
        clause = clause.replace(f"{column} ", f"c.{column} ")
    values = {
        "services": list(wanted.services),
        "first": datetime.combine(wanted.first, time(), zone),
        "end": datetime.combine(wanted.last + timedelta(days=1), time(), zone),
        **wanted.scope.values,
    }
    place = "coalesce(c.public_geom, c.geom)" if wanted.scope.is_public else "c.geom"
    return list(session.execute(text(_POINTS.format(scope=clause, place=place)), values))


def _projected(to_metres: pyproj.Transformer, lonlat: np.ndarray) -> np.ndarray:
    if not len(lonlat):
        return np.zeros((0, 2))
    return np.stack(to_metres.transform(lonlat[:, 0], lonlat[:, 1]), axis=1)


def _cells(surface: Surface, to_metres: pyproj.Transformer, *, is_public: bool) -> Iterator[Cell]:
    corners = surface.corners.reshape(-1, 2)
    lon, lat = to_metres.transform(corners[:, 0], corners[:, 1], direction="INVERSE")
    shapes = np.round(np.stack([lon, lat], axis=1), 6).reshape(-1, 6, 2)
    for at in range(len(surface.q)):
        if surface.per_km2[at] <= 0 or not surface.around[at]:
            continue
        if is_public and surface.around[at] < LEAST_PUBLIC:
            continue
        count = int(surface.count[at])
        times = float(surface.times[at])
        yield Cell(
            corners=tuple(map(tuple, shapes[at].tolist())),
            level=sum(times >= least for least in LEVELS),
            # A rounder figure for the public: exact ones of neighbouring cells could be taken apart.
            times=round(times * 2) / 2 if is_public else round(times, 2),
            is_hot=bool(surface.is_hot[at]),
            z=round(float(surface.z[at]), 1 if is_public else 2),
            count=None if is_public and count < LEAST_PUBLIC else count,
            at=(int(surface.q[at]), int(surface.r[at])),
        )


def spots(session: Session, found: Hotspots, *, most: int) -> list[Spot]:
    """Return the hot places in words, the hottest first."""
    groups = sorted(_touching(found), key=lambda group: -max(each.times for each in group))[:most]
    return [_spot(session, group) for group in groups]


def _touching(found: Hotspots) -> Iterator[list[Cell]]:
    """Gather the hot cells that share an edge."""
    left = {cell.at: cell for cell in found.cells if cell.is_hot}
    while left:
        group = [left.popitem()[1]]
        for cell in group:  # the list grows while it is walked
            q, r = cell.at
            group += [left.pop((q + dq, r + dr)) for dq, dr in grids.RING if (q + dq, r + dr) in left]
        yield group


def _spot(session: Session, group: list[Cell]) -> Spot:
    hottest = max(group, key=lambda each: each.times)
    lon, lat = np.mean(hottest.corners, axis=0).tolist()
    row = session.execute(_WHERE, {"lon": lon, "lat": lat}).one()
    return Spot(
        street=row.street or "",
        district=row.district or "",
        lon=round(lon, 6),
        lat=round(lat, 6),
        times=hottest.times,
        cells=len(group),
    )


_ground = PerRevision(lambda session: np.array([(row.lon, row.lat) for row in session.execute(_GROUND)]))
