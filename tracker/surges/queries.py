"""Named reads of surges and of the cases they are looked for among."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select, text
from sqlalchemy.orm import Session

from tracker.cases import families
from tracker.surges.models import SurgeRow

# Two years hold every season once and the present one twice.
PAST = timedelta(days=760)
NEAR_LIGHT_M = 40

# A case that somebody set aside with its surge, or that was joined, is not proposed again: it counts no more.
_CASES = text("""
    SELECT c.id, c.number, c.opened_at, c.is_open, c.segment_id, c.district_id,
           ST_X(p.at) AS x, ST_Y(p.at) AS y,
           EXISTS (SELECT 1 FROM surge_case m JOIN surge s ON s.id = m.surge_id
                   WHERE m.case_id = c.id AND s.status IN ('confirmed', 'dismissed')) AS is_spent
    FROM "case" c, LATERAL (SELECT ST_Transform(c.geom, :srid) AS at) p
    WHERE c.service_code = ANY(:services) AND c.opened_at >= :since AND c.opened_at <= :now
      AND c.workflow <> ALL(:sealed) AND c.geom IS NOT NULL AND (:joined OR c.parent_id IS NULL)
    ORDER BY c.opened_at, c.id
""")
_KEYS = {
    "segment": text("""
        SELECT c.id, c.segment_id::text AS key, s.name AS name
        FROM "case" c JOIN street_segment s ON s.id = c.segment_id WHERE c.id = ANY(:ids)
    """),
    "circuit": text("""
        SELECT c.id, a.attributes ->> 'circuit' AS key, a.attributes ->> 'circuit' AS name
        FROM "case" c, LATERAL (
            SELECT a.attributes FROM asset a
            WHERE a.kind = 'streetlight' AND a.attributes ? 'circuit' AND (
                a.id = c.asset_id OR (c.asset_id IS NULL
                    AND a.geom && ST_Expand(c.geom, 0.0006)
                    AND ST_DWithin(a.geom::geography, c.geom::geography, :near_m)))
            ORDER BY a.geom <-> c.geom LIMIT 1) a
        WHERE c.id = ANY(:ids)
    """),
    "zone": text("""
        SELECT c.id, coalesce(s.attributes ->> 'pressure_zone', 'district ' || d.code) AS key,
               coalesce(s.attributes ->> 'pressure_zone', d.name) AS name
        FROM "case" c LEFT JOIN street_segment s ON s.id = c.segment_id
        LEFT JOIN district d ON d.id = c.district_id
        WHERE c.id = ANY(:ids)
    """),
}
_AREA = text("""
    SELECT coalesce(sum(ST_Area(d.geom::geography)), 0) / 1e6 AS km2
    FROM district d JOIN boundary_set b ON b.id = d.boundary_set_id AND b.status = 'active'
""")
_OF_SURGES = text("""
    SELECT m.surge_id, m.case_id, m.link_id, c.number, c.service_code, c.place_text, c.opened_at, c.is_open,
           c.parent_id, ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat
    FROM surge_case m JOIN "case" c ON c.id = m.case_id
    WHERE m.surge_id = ANY(:ids) ORDER BY c.opened_at, c.number
""")
_BANNERS = text("""
    SELECT s.rule, s.decided_at FROM surge s JOIN "case" c ON c.id = s.parent_case_id
    WHERE s.status = 'confirmed' AND c.is_open AND s.decided_at > :since ORDER BY s.decided_at DESC
""")
_LOCK = text("SELECT pg_advisory_xact_lock(CAST(CAST('surge' AS regclass) AS oid)::bigint + 6000000000000)")


def take_turn(session: Session) -> None:
    """Wait until nobody else looks for surges in this town: two at once would propose one thing twice."""
    session.execute(_LOCK)


def cases(
    session: Session, services: Sequence[str], *, now: datetime, srid: int, joined: bool = False
) -> Sequence[Any]:
    """Return every case of services of the last two years, in order of time, in metres of `srid`.

    With `joined` also those that were joined to another since.
    """
    sealed = list(families.current(session).sealed)
    values = {"services": list(services), "since": now - PAST, "now": now, "srid": srid, "joined": joined}
    values["sealed"] = sealed
    return session.execute(_CASES, values).all()


def keys(session: Session, by: str, ids: Sequence[UUID]) -> dict[UUID, tuple[str, str]]:
    """Return the key and its name of each case that has one."""
    values: dict[str, Any] = {"ids": list(ids)} | ({"near_m": NEAR_LIGHT_M} if by == "circuit" else {})
    return {row.id: (row.key, row.name) for row in session.execute(_KEYS[by], values) if row.key}


def area_km2(session: Session) -> float:
    """Return how large the town is; 1 for one without districts."""
    return float(session.execute(_AREA).scalar_one()) or 1.0


def one(session: Session, surge_id: UUID, *, lock: bool = False) -> SurgeRow | None:
    """Return a surge, locked until the end of the transaction if asked."""
    found = select(SurgeRow).where(SurgeRow.id == surge_id)
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    return session.scalars(found).one_or_none()


def listed(session: Session, status: str, *, limit: int) -> list[SurgeRow]:
    """Return surges of a status, the newest first."""
    found = select(SurgeRow).where(SurgeRow.status == status).order_by(SurgeRow.last_at.desc(), SurgeRow.id)
    return list(session.scalars(found.limit(limit)))


def members(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[RowMapping]]:
    """Return the cases of surges, the oldest first."""
    found: dict[UUID, list[RowMapping]] = {each: [] for each in ids}
    for row in session.execute(_OF_SURGES, {"ids": list(ids)}).mappings():
        found[row["surge_id"]].append(row)
    return found


def banners(session: Session, *, since: datetime) -> list[str]:
    """Return the rules whose confirmed incident is still open."""
    return list(dict.fromkeys(row.rule for row in session.execute(_BANNERS, {"since": since})))
