"""Named reads of places: the street and the asset at a point, addresses by text, the address of a point."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.orm import Session

from gis import crs
from tracker.prepared import Prepared

METRES_PER_DEGREE = 111_320.0
REACH_M = 80.0
# On the roadway, or beside it; nearer to the middle than this a point is on neither side.
ROADWAY_M, MIDDLE_M = 7.0, 2.0
CORNER_M = 12.0
# How much farther an address counts that is of another street (seen from the roadway), or across the street.
OTHER_STREET_M, OTHER_SIDE_M = 40.0, 25.0


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
    agreement: Mapping[str, str] = field(default_factory=dict)
    # Where the street runs at the point: a unit vector, east and north; unknown for a segment of one point.
    direction: tuple[float, float] | None = None

    def done_by(self, work: str) -> str:
        """Say who does a work here: what was agreed with the neighbour, else who maintains the street."""
        return self.agreement.get(work) or self.maintained_by


@dataclass(frozen=True, kw_only=True, slots=True)
class Lot:
    """The lot a point lies in: whose it is, and how far its edge is."""

    owner: str
    edge_m: float


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
# the index are measured on the ellipsoid. Addresses are compared in a plane whose unit is the reach:
# `dx` and `dy` are as many degrees.
#
# Which side of the street something is on is the sign of a cross product with the street's direction there,
# the same in degrees as in metres. A corner is said where another street meets the nearest one close by.
_AROUND = f"""
    SELECT {{serial}} AS serial, a.nearest_address, x.crossing, s.id, s.code, s.name, s.owner,
           s.maintained_by, s.road_class, s.district_code, s.distance_m, s.agreement, d.ux, d.uy,
           l.lot_owner, l.lot_edge_m
    FROM (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS g) p
    LEFT JOIN LATERAL (
        SELECT k.id, k.code, k.name, k.owner, k.maintained_by, k.class AS road_class, k.district_code,
               k.agreement, k.name_norm, k.geom, ST_LineLocatePoint(k.geom, p.g) AS at,
               ST_Distance(k.geom::geography, p.g::geography, false) AS distance_m
        FROM (SELECT * FROM street_segment WHERE geom && ST_Expand(p.g, :dx, :dy)
              ORDER BY geom <-> p.g LIMIT 4) k
        ORDER BY distance_m LIMIT 1
    ) s ON true
    LEFT JOIN LATERAL (
        SELECT ST_X(e.a) AS x, ST_Y(e.a) AS y, ST_X(e.b) - ST_X(e.a) AS ux, ST_Y(e.b) - ST_Y(e.a) AS uy
        FROM (SELECT ST_LineInterpolatePoint(s.geom, greatest(s.at - 0.02, 0)) AS a,
                     ST_LineInterpolatePoint(s.geom, least(s.at + 0.02, 1)) AS b) e
    ) d ON true
    LEFT JOIN LATERAL (
        SELECT o.name AS crossing FROM street_segment o
        WHERE s.distance_m < {ROADWAY_M} AND o.name <> s.name
          AND o.geom && ST_Expand(p.g, :dx * {CORNER_M / REACH_M}, :dy * {CORNER_M / REACH_M})
          AND ST_Distance(o.geom::geography, p.g::geography, false) < {CORNER_M}
          AND ST_Intersects(o.geom, s.geom)
        ORDER BY o.geom <-> p.g LIMIT 1
    ) x ON true
    LEFT JOIN LATERAL (
        SELECT n.civic || n.suffix || ', ' || n.street AS nearest_address
        FROM (SELECT civic, suffix, street, street_norm, ST_X(geom) AS x, ST_Y(geom) AS y FROM address
              WHERE geom && ST_Expand(p.g, :dx, :dy) ORDER BY geom <-> p.g LIMIT 8) n
        ORDER BY {REACH_M} * sqrt(((n.x - :lon) / :dx) ^ 2 + ((n.y - :lat) / :dy) ^ 2)
               + CASE WHEN s.distance_m < {ROADWAY_M} AND n.street_norm <> s.name_norm
                      THEN {OTHER_STREET_M} ELSE 0 END
               + CASE WHEN s.distance_m > {MIDDLE_M} AND n.street_norm = s.name_norm
                       AND (d.ux * (:lat - d.y) - d.uy * (:lon - d.x))
                         * (d.ux * (n.y - d.y) - d.uy * (n.x - d.x)) < 0
                      THEN {OTHER_SIDE_M} ELSE 0 END
        LIMIT 1
    ) a ON true
    LEFT JOIN LATERAL (
        SELECT owner AS lot_owner,
               ST_Distance(ST_Boundary(geom)::geography, p.g::geography, false) AS lot_edge_m
        FROM parcel WHERE ST_Covers(geom, p.g) ORDER BY id LIMIT 1
    ) l ON true
"""  # noqa: S608 -- only our own numbers
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
    """What is found at a point, and the number drawn for the report about it, 0 when none was.

    `address` is the number on the side of the street the point is on; `corner` names both streets when the
    point is on the roadway where they meet.
    """

    serial: int
    segment: Segment | None
    address: str | None
    lot: Lot | None = None
    corner: str | None = None

    @property
    def label(self) -> str | None:
        """Return the place in words: the corner, else the address, else the street."""
        return self.corner or self.address or (self.segment.name if self.segment else None)


def around(session: Session, lon: float, lat: float, *, draws: bool = False) -> Surroundings:
    """Return the nearest street segment, the address and the corner; `draws` a report's number too."""
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
            agreement=row.agreement,
            direction=crs.direction(row.ux, row.uy, lat),
        )
    lot = Lot(owner=row.lot_owner, edge_m=row.lot_edge_m) if row.lot_owner is not None else None
    corner = f"{row.name} / {row.crossing}" if row.crossing else None
    return Surroundings(
        serial=row.serial, segment=segment, address=row.nearest_address, lot=lot, corner=corner
    )


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
