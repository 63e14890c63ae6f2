"""Boundary sets: dated versions of the districts, compared before one takes over, and every open case placed.

A draft changes nothing. Activating it retires the set before and places all open cases in one statement,
which also seals an event to the history of each case that changes district; closed cases keep theirs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.places import errors
from tracker.places.territory import ROAD_REACH_M

# Domain §6 ①: a point this far outside is still ours when it is on a street that we maintain.
TOLERANCE_M = 15
REACHES = {"tolerance_m": TOLERANCE_M, "reach_m": ROAD_REACH_M}
EVENT = "district_changed"

_LIST = text("""
    SELECT b.id, b.name, b.source, b.status, b.valid_from, b.imported_at, b.activated_at, b.retired_at,
           count(d.id) AS districts
    FROM boundary_set b LEFT JOIN district d ON d.boundary_set_id = b.id
    GROUP BY b.id ORDER BY b.id
""")

# Where each open case belongs in a set. The district of the segment wins for services of the street, so that
# a street is not split down its middle, and takes in what stands just outside on it (domain §6 ①, ④). On an
# edge that two districts share the lowest code wins. With the districts outside and the cases inside, PostGIS
# keeps each polygon prepared while the GiST index of the cases brings the points that its box holds.
COVERED = """
    SELECT DISTINCT ON (c.id) c.id, d.id AS district_id
    FROM district d JOIN {points} c ON ST_Covers(d.geom, c.geom)
    WHERE d.boundary_set_id = :set AND c.is_open
    ORDER BY c.id, d.code COLLATE "C"
"""
PLACED = f"""
    covered AS ({COVERED.format(points='"case"')}), placed AS (
        SELECT c.id, c.district_id AS was, c.crew_id, c.last_seq, c.last_hash, c.geom,
            CASE WHEN (s.location_kind = 'segment' OR s.definition->'location'->>'snap' = 'segment')
                    AND c.asset_id IS NULL AND street.id IS NOT NULL
                    AND ST_DWithin(g.geom::geography, c.geom::geography, :reach_m)
                THEN coalesce(street.id, covered.district_id)
                ELSE coalesce(covered.district_id, CASE WHEN
                    ST_DWithin(street.geom::geography, c.geom::geography, :tolerance_m) THEN street.id END)
            END AS now
        FROM "case" c
        JOIN service s ON s.id = c.service_id
        LEFT JOIN covered ON covered.id = c.id
        LEFT JOIN street_segment g ON g.id = c.segment_id
        LEFT JOIN district street ON street.boundary_set_id = :set AND street.code = g.district_code
        WHERE c.is_open AND c.geom IS NOT NULL
    )
"""  # noqa: S608 -- composed of constants

# The text that is hashed is RFC 8785's: names in order, no blanks, `to_json` escaping as JSON.stringify does.
# It is the payload too, so that what is kept and what is sealed cannot differ.
_REPLACE = text(f"""
    WITH {PLACED}, told AS (
        SELECT p.*, p.last_seq + 1 AS seq, old.code IS DISTINCT FROM new.code AS is_moved,
            '{{"boundary_set":' || CAST(:set AS text)
            || ',"from":' || coalesce(to_json(old.code)::text, 'null')
            || ',"from_name":' || coalesce(to_json(old.name)::text, 'null')
            || ',"to":' || coalesce(to_json(new.code)::text, 'null')
            || ',"to_name":' || coalesce(to_json(new.name)::text, 'null') || '}}' AS payload
        FROM placed p
        LEFT JOIN district old ON old.id = p.was
        LEFT JOIN district new ON new.id = p.now
        WHERE p.was IS DISTINCT FROM p.now
    ), sealed AS MATERIALIZED (
        SELECT t.*, sha256(t.last_hash || convert_to(
            '{{"actor":' || to_json(CAST(:actor AS text))::text || ',"at":"' || CAST(:at_text AS text)
            || '","case_id":"' || t.id || '","device_at"\\:null,"kind":"{EVENT}","payload":' || t.payload
            || ',"seq":' || t.seq || '}}', 'UTF8')) AS hash
        FROM told t
    ), changed AS (
        UPDATE "case" c SET district_id = s.now,
            boundary_set_id = CASE WHEN s.now IS NULL THEN NULL ELSE CAST(:set AS bigint) END,
            last_seq = CASE WHEN s.is_moved THEN s.seq ELSE c.last_seq END,
            last_hash = CASE WHEN s.is_moved THEN s.hash ELSE c.last_hash END,
            version = c.version + CASE WHEN s.is_moved THEN 1 ELSE 0 END,
            updated_at = CASE WHEN s.is_moved THEN CAST(:at AS timestamptz) ELSE c.updated_at END
        FROM sealed s WHERE c.id = s.id
        RETURNING c.id
    ), written AS (
        INSERT INTO event (case_id, seq, kind, actor, at, device_at, payload, prev_hash, hash)
        SELECT s.id, s.seq, '{EVENT}', :actor, CAST(:at AS timestamptz), NULL, CAST(s.payload AS jsonb),
               s.last_hash, s.hash
        FROM sealed s JOIN changed USING (id) WHERE s.is_moved
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM changed) AS placed, (SELECT count(*) FROM written) AS moved
""")  # noqa: S608 -- composed of constants
# Nobody may write a case between the reading of its chain's end and the sealing of the next link.
_LOCK = text('LOCK TABLE "case" IN SHARE ROW EXCLUSIVE MODE')
_RETIRE = text(
    "UPDATE boundary_set SET status = 'retired', retired_at = :at WHERE status = 'active' AND id <> :set"
)
_ACTIVATE = text("""
    UPDATE boundary_set SET status = 'active', activated_at = :at, retired_at = NULL
    WHERE id = :set AND status <> 'active' RETURNING id
""")
_ACTIVE = text("SELECT id FROM boundary_set WHERE status = 'active'")

# An open case is held against the active set, a closed one against the set it was closed under.
_DIFFERENCES = text(f"""
    WITH {PLACED} SELECT
        (SELECT count(*) FROM placed WHERE was IS DISTINCT FROM now)
        + (SELECT count(*) FROM "case" c LEFT JOIN LATERAL (
               SELECT d.id FROM district d
               WHERE d.boundary_set_id = c.boundary_set_id AND ST_Covers(d.geom, c.geom)
               ORDER BY d.code COLLATE "C" LIMIT 1
           ) judged ON true
           WHERE NOT c.is_open AND c.boundary_set_id IS NOT NULL AND c.segment_id IS NULL
             AND c.district_id IS DISTINCT FROM judged.id)
""")  # noqa: S608 -- composed of constants

_MOVES = text(f"""
    WITH {PLACED}
    SELECT old.code AS from_code, old.name AS from_name, new.code AS to_code, new.name AS to_name,
           count(*) AS cases, count(p.crew_id) AS with_crew
    FROM placed p LEFT JOIN district old ON old.id = p.was LEFT JOIN district new ON new.id = p.now
    GROUP BY 1, 2, 3, 4 ORDER BY 1 NULLS FIRST, 3 NULLS LAST
""")  # noqa: S608 -- composed of constants
_DISTRICTS = text("""
    SELECT coalesce(new.code, old.code) AS code, old.name AS old_name, new.name AS new_name,
           ST_Area(old.geom::geography) AS old_m2, ST_Area(new.geom::geography) AS new_m2
    FROM (SELECT * FROM district WHERE boundary_set_id = :active) old
    FULL JOIN (SELECT * FROM district WHERE boundary_set_id = :set) new USING (code)
    ORDER BY coalesce(new.code, old.code) COLLATE "C"
""")
# The ground that changes hands: from one district to another, given up, or taken in. Districts that stay as
# they are are left out first: overlaying outlines is slow.
_GROUND = text("""
    WITH was AS (SELECT code, geom FROM district WHERE boundary_set_id = :active),
         will AS (SELECT code, geom FROM district WHERE boundary_set_id = :set),
         same AS (SELECT code FROM was JOIN will USING (code)
                  WHERE ST_AsEWKB(was.geom) = ST_AsEWKB(will.geom)),
         old AS (SELECT code, geom FROM was WHERE code NOT IN (SELECT code FROM same)),
         new AS (SELECT code, geom FROM will WHERE code NOT IN (SELECT code FROM same)),
         pieces AS (
        SELECT o.code AS from_code, n.code AS to_code, ST_Intersection(o.geom, n.geom) AS geom
        FROM old o JOIN new n ON o.code <> n.code AND ST_Intersects(o.geom, n.geom)
        UNION ALL
        SELECT o.code, NULL, ST_Difference(o.geom, coalesce(
            (SELECT ST_Union(w.geom) FROM will w WHERE w.geom && o.geom), 'SRID=4326;POLYGON EMPTY'))
        FROM old o
        UNION ALL
        SELECT NULL, n.code, ST_Difference(n.geom, coalesce(
            (SELECT ST_Union(w.geom) FROM was w WHERE w.geom && n.geom), 'SRID=4326;POLYGON EMPTY'))
        FROM new n
    ), ground AS (
        SELECT from_code, to_code, ST_CollectionExtract(geom, 3) AS geom FROM pieces
        WHERE NOT ST_IsEmpty(geom)
    )
    SELECT g.from_code, g.to_code, ST_AsGeoJSON(g.geom, 7) AS geometry, ST_Area(g.geom::geography) AS area_m2,
           (SELECT count(*) FROM "case" c WHERE c.is_open AND ST_Covers(g.geom, c.geom)) AS open_cases
    FROM ground g WHERE ST_Area(g.geom::geography) >= :sliver_m2
    ORDER BY area_m2 DESC
""")
SLIVER_M2 = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Placing:
    """What activating did: open cases given a district of the new set, those whose code changed, and
    those for which another crew was chosen since.
    """

    placed: int = 0
    moved: int = 0
    rechosen: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """Open cases that go from a district to another (None: outside), and how many of them have a crew."""

    from_code: str | None
    from_name: str | None
    to_code: str | None
    to_name: str | None
    cases: int
    with_crew: int

    @property
    def is_change(self) -> bool:
        """Tell whether their district is another one."""
        return self.from_code != self.to_code


@dataclass(frozen=True, kw_only=True, slots=True)
class DistrictChange:
    """A district of one set or of both: names and areas in square metres, None where it is not."""

    code: str
    old_name: str | None
    new_name: str | None
    old_m2: float | None
    new_m2: float | None

    @property
    def is_same(self) -> bool:
        """Tell whether it keeps its name and, to a square metre, its size."""
        if self.old_m2 is None or self.new_m2 is None:
            return False
        return self.old_name == self.new_name and abs(self.new_m2 - self.old_m2) < 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """What would change if a set were activated now."""

    moves: tuple[Move, ...]
    districts: tuple[DistrictChange, ...]

    @property
    def moved(self) -> int:
        """Count the open cases whose district would be another one."""
        return sum(move.cases for move in self.moves if move.is_change)

    @property
    def outside(self) -> int:
        """Count the open cases that would lie outside although they lie inside now."""
        return sum(move.cases for move in self.moves if move.to_code is None and move.from_code is not None)


def listing(session: Session) -> Sequence[Any]:
    """Return all sets, the oldest first, each with how many districts it has."""
    return session.execute(_LIST).all()


def activate(session: Session, set_id: int, *, actor: str = "system", at: datetime | None = None) -> Placing:
    """Put a set in force, retire the one before and place every open case. The caller commits.

    Raises BoundarySetUnknown. A set that is in force already stays so, and nothing is written.
    """
    moment = at or datetime.now(UTC)
    require(session, set_id)
    session.execute(_LOCK)
    session.execute(_RETIRE, {"set": set_id, "at": moment})
    if session.execute(_ACTIVATE, {"set": set_id, "at": moment}).first() is None:
        return Placing()
    return _replace(session, set_id, actor, moment)


def catch_up(session: Session, *, actor: str = "system", at: datetime | None = None) -> Placing:
    """Place the open cases that were being received while a set took over. The caller commits."""
    active = session.execute(_ACTIVE).scalar()
    if active is None or not differences(session):
        return Placing()
    session.execute(_LOCK)
    return _replace(session, active, actor, at or datetime.now(UTC))


def differences(session: Session) -> int:
    """Count the cases whose district is not the one they belong to: it must be none."""
    active = session.execute(_ACTIVE).scalar()
    values = {"set": active if active is not None else -1, **REACHES}
    return int(session.execute(_DIFFERENCES, values).scalar_one())


def compare(session: Session, set_id: int) -> Comparison:
    """Tell what would change if a set were activated now: cases, districts. Raises BoundarySetUnknown."""
    require(session, set_id)
    values = {"set": set_id, **REACHES, "active": session.execute(_ACTIVE).scalar() or -1}
    return Comparison(
        moves=tuple(Move(**row._asdict()) for row in session.execute(_MOVES, values)),
        districts=tuple(DistrictChange(**row._asdict()) for row in session.execute(_DISTRICTS, values)),
    )


def ground_changed(session: Session, set_id: int) -> Sequence[Any]:
    """Return the ground that would change hands, as GeoJSON geometries with their open cases, largest first.

    Raises BoundarySetUnknown.
    """
    require(session, set_id)
    active = session.execute(_ACTIVE).scalar() or -1
    return session.execute(_GROUND, {"set": set_id, "active": active, "sliver_m2": SLIVER_M2}).all()


def require(session: Session, set_id: int) -> date:
    """Return since when a set is known. Raises BoundarySetUnknown."""
    found = session.execute(
        text("SELECT valid_from FROM boundary_set WHERE id = :set"), {"set": set_id}
    ).one_or_none()
    if found is None:
        raise errors.BoundarySetUnknown(set_id)
    valid_from: date = found.valid_from
    return valid_from


def _replace(session: Session, set_id: int, actor: str, at: datetime) -> Placing:
    values = {
        "set": set_id,
        "actor": actor,
        "at": at,
        "at_text": at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        **REACHES,
    }
    row = session.execute(_REPLACE, values).one()
    return Placing(placed=row.placed, moved=row.moved)
