"""Named reads of geocoding: house numbers, corners, streets and equipment, by names already found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from tracker.places.models import ASSET_NUMBER
from tracker.prepared import Prepared

# Homonyms and streets in several pieces: enough numbers around the one asked to bracket it within one piece.
_AROUND = 6
_COLUMNS = "civic, suffix, street, street_norm AS key, segment_id, ST_X(geom) AS lon, ST_Y(geom) AS lat"
_HOUSES = Prepared(f"""
    SELECT w.place, a.*
    FROM unnest(:keys::text[], :civics::int[]) WITH ORDINALITY AS w(key, civic, place)
    CROSS JOIN LATERAL (
        (SELECT {_COLUMNS} FROM address WHERE street_norm = w.key AND address.civic = w.civic
         ORDER BY suffix, id LIMIT 24)
        UNION ALL
        (SELECT {_COLUMNS} FROM address WHERE street_norm = w.key AND address.civic < w.civic
         ORDER BY address.civic DESC, id LIMIT {_AROUND})
        UNION ALL
        (SELECT {_COLUMNS} FROM address WHERE street_norm = w.key AND address.civic > w.civic
         ORDER BY address.civic, id LIMIT {_AROUND})
    ) a
""")  # noqa: S608 -- only our own column names
# Streets drawn by different hands may miss each other by some metres: what touches comes first.
_CORNERS = Prepared("""
    SELECT w.place, one.name AS street, two.name AS crossing, one.id AS segment_id, one.district_code AS area,
           ST_X(c.point) AS lon, ST_Y(c.point) AS lat, ST_Distance(one.geom, two.geom) > 0 AS is_apart
    FROM unnest(:ones::text[], :twos::text[]) WITH ORDINALITY AS w(one, two, place)
    JOIN street_segment one ON one.name_norm = w.one
    JOIN street_segment two ON two.name_norm = w.two AND ST_DWithin(one.geom, two.geom, 0.0003)
    CROSS JOIN LATERAL (SELECT ST_ClosestPoint(one.geom, two.geom) AS point) c
    ORDER BY w.place, is_apart, one.id, two.id
""")
# Pieces of one name that lie farther apart than 0.02° (about 2 km) are streets of their own. The middle is a
# point of the street, not of its hull.
_STREETS = Prepared("""
    SELECT key, name, segment_id, area, ST_X(middle) AS lon, ST_Y(middle) AS lat, width, height
    FROM (
        SELECT key, name, segment_id, area, ST_ClosestPoint(lines, ST_Centroid(lines)) AS middle,
               ST_XMax(lines) - ST_XMin(lines) AS width, ST_YMax(lines) - ST_YMin(lines) AS height
        FROM (
            SELECT key, min(name) AS name, min(id) AS segment_id, ST_Collect(geom) AS lines,
                   mode() WITHIN GROUP (ORDER BY area) AS area
            FROM (
                SELECT name_norm AS key, name, id, geom, district_code AS area,
                       ST_ClusterDBSCAN(geom, 0.02, 1) OVER (PARTITION BY name_norm) AS piece
                FROM street_segment WHERE name_norm = ANY(:keys::text[])
            ) s GROUP BY key, piece
        ) g
    ) m ORDER BY key, segment_id
""")
# A street that only addresses name.
_ADDRESSED = Prepared("""
    SELECT street_norm AS key, min(street) AS name, NULL::bigint AS segment_id, NULL::text AS area,
           ST_X(ST_GeometricMedian(ST_Collect(geom))) AS lon,
           ST_Y(ST_GeometricMedian(ST_Collect(geom))) AS lat,
           max(ST_X(geom)) - min(ST_X(geom)) AS width, max(ST_Y(geom)) - min(ST_Y(geom)) AS height
    FROM address WHERE street_norm = ANY(:keys::text[]) GROUP BY street_norm
""")
_EXTENT = Prepared("""
    SELECT ST_XMin(e) AS west, ST_YMin(e) AS south, ST_XMax(e) AS east, ST_YMax(e) AS north
    FROM (SELECT ST_Extent(geom) AS e FROM street_segment) x
""")
_TO_STREET = Prepared("""
    SELECT min(ST_Distance(s.geom::geography, p.g)) AS metres
    FROM (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)::geography AS g) p, street_segment s
    JOIN street_segment one ON one.id = :segment AND s.name_norm = one.name_norm
""")
_EQUIPMENT = Prepared(f"""
    SELECT kind, code, name, owner, segment_id, ST_X(ST_Centroid(geom)) AS lon, ST_Y(ST_Centroid(geom)) AS lat
    FROM asset WHERE {ASSET_NUMBER} = :number AND (:kind = '' OR kind = :kind) ORDER BY kind, code LIMIT 12
""")  # noqa: S608 -- only our own expression


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A number on a street, as the gazetteer knows the street."""

    key: str
    civic: int


def houses(session: Session, asked: Sequence[Asked]) -> list[Any]:
    """Return for each asked number the addresses that have it and some around; `place` counts from 1."""
    if not asked:
        return []
    return _HOUSES.all(session, {"keys": [one.key for one in asked], "civics": [one.civic for one in asked]})


def corners(session: Session, pairs: Sequence[tuple[str, str]]) -> list[Any]:
    """Return where each pair of streets meets, touching ones first; `place` counts from 1."""
    if not pairs:
        return []
    return _CORNERS.all(session, {"ones": [one for one, _ in pairs], "twos": [two for _, two in pairs]})


def equipment(session: Session, number: str, kind: str = "") -> list[Any]:
    """Return equipment by the number in its code, of one kind or of any."""
    return _EQUIPMENT.all(session, {"number": number.lstrip("0"), "kind": kind})


def streets(session: Session, keys: Sequence[str]) -> list[Any]:
    """Return the middle and the extent, in degrees, of the streets of these names, each piece apart."""
    if not keys:
        return []
    found = _STREETS.all(session, {"keys": list(keys)})
    missing = sorted(set(keys) - {row.key for row in found})
    return found + (_ADDRESSED.all(session, {"keys": missing}) if missing else [])


def extent(session: Session) -> tuple[float, float, float, float] | None:
    """Return the box around all streets: west, south, east, north in degrees; none without streets."""
    row = _EXTENT.one_or_none(session, {})
    return (row.west, row.south, row.east, row.north) if row.west is not None else None


def metres_to_street(session: Session, segment_id: int, lon: float, lat: float) -> float:
    """Return metres from a point to the street, all of that name, which a segment is of."""
    row = _TO_STREET.one_or_none(session, {"segment": segment_id, "lon": lon, "lat": lat})
    return float("inf") if row.metres is None else float(row.metres)
