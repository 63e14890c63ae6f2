"""Named reads of places: the street and the asset at a point, addresses by text, the address of a point."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.places.errors import Choice
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
    agreement: Mapping[str, str] = field(default_factory=dict)

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
# the index are measured on the ellipsoid.
_AROUND = """
    SELECT {serial} AS serial, a.nearest_address, l.lot_owner, l.lot_edge_m, s.*
    FROM (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS g) p
    LEFT JOIN LATERAL (
        SELECT k.id, k.code, k.name, k.owner, k.maintained_by, k.class AS road_class, k.district_code,
               k.agreement, ST_Distance(k.geom::geography, p.g::geography, false) AS distance_m
        FROM (SELECT * FROM street_segment WHERE geom && ST_Expand(p.g, :dx, :dy)
              ORDER BY geom <-> p.g LIMIT 4) k
        ORDER BY distance_m LIMIT 1
    ) s ON true
    LEFT JOIN LATERAL (
        SELECT civic || suffix || ', ' || street AS nearest_address
        FROM address WHERE geom && ST_Expand(p.g, :dx, :dy) ORDER BY geom <-> p.g LIMIT 1
    ) a ON true
    LEFT JOIN LATERAL (
        SELECT owner AS lot_owner,
               ST_Distance(ST_Boundary(geom)::geography, p.g::geography, false) AS lot_edge_m
        FROM parcel WHERE ST_Covers(geom, p.g) ORDER BY id LIMIT 1
    ) l ON true
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
_BY_ADDRESS = text("""
    SELECT civic, suffix, street, street_norm, segment_id, ST_X(geom) AS lon, ST_Y(geom) AS lat,
           similarity(street_norm, :street) AS likeness
    FROM address WHERE civic = :civic AND street_norm % :street
    ORDER BY likeness DESC, street_norm, suffix LIMIT 8
""")
_BY_CROSSING = text("""
    SELECT DISTINCT ON (one.name, two.name) one.name AS street, two.name AS crossing, one.id AS segment_id,
           ST_X(ST_PointOnSurface(ST_Intersection(one.geom, two.geom))) AS lon,
           ST_Y(ST_PointOnSurface(ST_Intersection(one.geom, two.geom))) AS lat,
           similarity(one.name_norm, :street) + similarity(two.name_norm, :cross) AS likeness
    FROM street_segment one
    JOIN street_segment two ON ST_Intersects(one.geom, two.geom) AND one.name <> two.name
    WHERE similarity(one.name_norm, :street) > 0.5 AND similarity(two.name_norm, :cross) > 0.5
    ORDER BY one.name, two.name, likeness DESC
""")
_BY_STREET = text("""
    SELECT name, similarity(name_norm, :street) AS likeness, min(id) AS segment_id,
           ST_X(ST_Centroid(ST_Collect(geom))) AS lon, ST_Y(ST_Centroid(ST_Collect(geom))) AS lat
    FROM street_segment WHERE similarity(name_norm, :street) > 0.35 OR name_norm LIKE :prefix
    GROUP BY name, name_norm ORDER BY likeness DESC, name LIMIT 6
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
    lot: Lot | None = None


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
            agreement=row.agreement,
        )
    lot = Lot(owner=row.lot_owner, edge_m=row.lot_edge_m) if row.lot_owner is not None else None
    return Surroundings(serial=row.serial, segment=segment, address=row.nearest_address, lot=lot)


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


def by_address(session: Session, civic: int, street: str) -> list[tuple[float, Choice]]:
    """Return the addresses of that number on streets of about that name, the most alike first."""
    rows = session.execute(_BY_ADDRESS, {"civic": civic, "street": street})
    return [
        (
            row.likeness,
            Choice(
                label=f"{row.civic}{row.suffix}, {row.street}",
                lon=row.lon,
                lat=row.lat,
                kind="address",
                accuracy_m=15.0,
                segment_id=row.segment_id,
            ),
        )
        for row in rows
    ]


def by_crossing(session: Session, street: str, cross: str) -> list[tuple[float, Choice]]:
    """Return the corners of two streets of about those names, the most alike first."""
    rows = session.execute(_BY_CROSSING, {"street": street, "cross": cross}).all()
    found = [
        (
            row.likeness / 2,
            Choice(
                label=f"{row.street} / {row.crossing}",
                lon=row.lon,
                lat=row.lat,
                kind="intersection",
                accuracy_m=15.0,
                segment_id=row.segment_id,
            ),
        )
        for row in rows
    ]
    return sorted(found, key=lambda each: -each[0])[:8]


def by_street(session: Session, street: str) -> list[tuple[float, Choice]]:
    """Return the streets of about that name, the most alike first."""
    rows = session.execute(_BY_STREET, {"street": street, "prefix": f"%{street}%"})
    return [
        (
            row.likeness,
            Choice(
                label=row.name,
                lon=row.lon,
                lat=row.lat,
                kind="street",
                accuracy_m=200.0,
                segment_id=row.segment_id,
            ),
        )
        for row in rows
    ]
