"""Named reads of places: the street and the asset at a point, addresses by text, the address of a point."""

import math
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.prepared import Prepared

METRES_PER_DEGREE = 111_320.0
REACH_M = 80.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """The street segment at a point."""

    id: int
    code: str
    name: str
    owner: str
    maintained_by: str
    road_class: int
    district_code: str | None
    distance_m: float


@dataclass(frozen=True, kw_only=True, slots=True)
class AssetRef:
    """An asset and where it stands."""

    id: int
    kind: str
    code: str
    name: str | None
    owner: str
    segment_id: int | None
    lon: float
    lat: float
    is_point: bool


# The nearest by `<->` is nearest in degrees, which at 45° is not nearest in metres: the four nearest by
# the index are measured on the ellipsoid.
_AROUND = """
    SELECT {serial} AS serial, a.nearest_address, s.*
    FROM (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS g) p
    LEFT JOIN LATERAL (
        SELECT k.id, k.code, k.name, k.owner, k.maintained_by, k.class AS road_class, k.district_code,
               ST_Distance(k.geom::geography, p.g::geography, false) AS distance_m
        FROM (SELECT * FROM street_segment WHERE geom && ST_Expand(p.g, :dx, :dy)
              ORDER BY geom <-> p.g LIMIT 4) k
        ORDER BY distance_m LIMIT 1
    ) s ON true
    LEFT JOIN LATERAL (
        SELECT civic || suffix || ', ' || street AS nearest_address
        FROM address WHERE geom && ST_Expand(p.g, :dx, :dy) ORDER BY geom <-> p.g LIMIT 1
    ) a ON true
"""
_LOOK = Prepared(_AROUND.format(serial="0"))
_LOOK_AND_DRAW = Prepared(_AROUND.format(serial="nextval('number_seq')"))  # one round trip for both
_ASSET = Prepared("""
    SELECT id, kind, code, name, owner, segment_id,
           ST_X(ST_Centroid(geom)) AS lon, ST_Y(ST_Centroid(geom)) AS lat,
           GeometryType(geom) = 'POINT' AS is_point
    FROM asset WHERE kind = :kind AND code = :code
""")
_JUDGE = Prepared("""
    SELECT d.id FROM district d
    WHERE d.boundary_set_id = :set AND ST_Covers(d.geom, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))
    ORDER BY d.code COLLATE "C" LIMIT 1
""")


def box(lat: float, radius_m: float) -> dict[str, float]:
    """Return half the sides, in degrees, of a box that holds a circle of `radius_m` metres at a latitude."""
    dy = radius_m / METRES_PER_DEGREE
    return {"dx": dy / max(0.01, math.cos(math.radians(lat))), "dy": dy}


@dataclass(frozen=True, kw_only=True, slots=True)
class Surroundings:
    """What is found at a point, and the number drawn for the report about it, 0 when none was."""

    serial: int
    segment: Segment | None
    address: str | None


def around(session: Session, lon: float, lat: float, *, draws: bool = False) -> Surroundings:
    """Return the nearest street segment and address within reach, if any; `draws` a report's number too."""
    statement = _LOOK_AND_DRAW if draws else _LOOK
    row = statement.one_or_none(session, {"lon": lon, "lat": lat, **box(lat, REACH_M)})
    segment = None
    if row.id is not None:
        segment = Segment(
            id=row.id,
            code=row.code,
            name=row.name,
            owner=row.owner,
            maintained_by=row.maintained_by,
            road_class=row.road_class,
            district_code=row.district_code,
            distance_m=row.distance_m,
        )
    return Surroundings(serial=row.serial, segment=segment, address=row.nearest_address)


def next_serial(session: Session) -> int:
    """Draw a number for a report without a place."""
    return int(session.execute(text("SELECT nextval('number_seq')")).scalar_one())


def asset(session: Session, kind: str, code: str) -> AssetRef | None:
    """Return an asset by what is written on it."""
    row = _ASSET.one_or_none(session, {"kind": kind, "code": code})
    return AssetRef(**row._asdict()) if row else None


def judged_district(session: Session, boundary_set_id: int, lon: float, lat: float) -> int | None:
    """Return the district PostGIS gives a point; on a shared edge, the one with the lowest code."""
    row = _JUDGE.one_or_none(session, {"set": boundary_set_id, "lon": lon, "lat": lat})
    return row.id if row else None
