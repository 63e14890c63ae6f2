"""Public cases around a place: what any passer-by can see in the street, and nothing about who reported it.

Only services whose catalogue entry says `public_map` are here (`case.is_public`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from tracker.cases import families
from tracker.catalogue import queries as catalogue
from tracker.db import PerRevision

REACH_DEG = 0.02
LATE = "late"

# The box with `&&` uses the GiST index; the exact distance then orders what is left.
_AROUND = text("""
    SELECT c.number, c.service_code, c.workflow, c.workflow_version, c.status, c.outcome, c.is_open,
           c.resolve_by, c.opened_at, c.reports_count, coalesce(s.name, c.place_text) AS place,
           ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat,
           ST_Distance(c.geom::geography, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)::geography) AS distance_m
    FROM "case" c LEFT JOIN street_segment s ON s.id = c.segment_id
    WHERE c.is_public AND (c.is_open OR c.completed_at > :since) AND c.status NOT IN ('refused', 'cancelled', 'duplicate')
      AND c.geom && ST_Expand(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :reach)
    ORDER BY distance_m LIMIT :limit
""")

_ONE = text("""
    SELECT c.number, c.service_code, c.workflow, c.workflow_version, c.status, c.outcome, c.is_open,
           c.resolve_by, c.opened_at, c.reports_count, coalesce(s.name, c.place_text) AS place,
           ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat, NULL AS distance_m
    FROM "case" c LEFT JOIN street_segment s ON s.id = c.segment_id
    WHERE c.number = :number AND c.is_public
""")

_EXTENT = text("""
    SELECT ST_XMin(e.box) AS w, ST_YMin(e.box) AS s, ST_XMax(e.box) AS e, ST_YMax(e.box) AS n
    FROM (SELECT ST_Extent(d.geom) AS box FROM district d
          JOIN boundary_set b ON b.id = d.boundary_set_id WHERE b.status = 'active') e
""")

# Where most things happen is a better first view than the middle of a map.
_HEART = text("""
    SELECT ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat FROM (
        SELECT ST_GeometricMedian(ST_Collect(g.geom)) AS geom FROM (
            SELECT geom FROM "case" WHERE is_public AND geom IS NOT NULL ORDER BY opened_at DESC LIMIT 60) g) p
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicCase:
    """A case as a passer-by may know it."""

    number: str
    service_code: str
    service_name: str
    label: str
    tone: str
    place: str | None
    lon: float | None
    lat: float | None
    distance_m: float | None
    opened_at: datetime
    resolve_by: datetime | None
    is_open: bool
    reports_count: int

    @property
    def distance(self) -> str:
        """Return the distance in words, empty when it is not known."""
        if self.distance_m is None:
            return ""
        if self.distance_m < 950:
            return f"{max(5, 5 * round(self.distance_m / 5))}\N{NO-BREAK SPACE}m"
        return f"{self.distance_m / 1000:.1f}\N{NO-BREAK SPACE}km"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Around which point (EPSG:4326), as of when, in which language."""

    lon: float
    lat: float
    at: datetime
    since: datetime
    language: str


def around(session: Session, asked: Asked, limit: int = 20) -> list[PublicCase]:
    """Return the public cases open, or finished since, around a point: the nearest first."""
    values = {"lon": asked.lon, "lat": asked.lat, "since": asked.since, "reach": REACH_DEG, "limit": limit}
    return [_shown(session, row, asked.at, asked.language) for row in session.execute(_AROUND, values)]


def one(session: Session, number: str, *, at: datetime, language: str) -> PublicCase | None:
    """Return a public case by its number."""
    row = session.execute(_ONE, {"number": number}).one_or_none()
    return _shown(session, row, at, language) if row is not None else None


def _read_extent(session: Session) -> tuple[float, float, float, float] | None:
    row = session.execute(_EXTENT).one()
    return None if row.w is None else (row.w, row.s, row.e, row.n)


extent = PerRevision(_read_extent)


def heart(session: Session) -> tuple[float, float] | None:
    """Return the point (lon, lat) where the town's latest cases gather, else the middle of its extent."""
    row = session.execute(_HEART).one()
    if row.lon is not None:
        return row.lon, row.lat
    box = extent(session)
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) if box else None


def pins(cases: Sequence[PublicCase]) -> list[dict[str, Any]]:
    """Return the cases that have a place as the map wants them."""
    return [
        {"number": case.number, "lon": case.lon, "lat": case.lat, "tone": case.tone, "code": case.service_code,
         "label": f"{case.service_name}, {case.label}"}
        for case in cases
        if case.lon is not None
    ]  # fmt: skip


def _shown(session: Session, row: Row[Any], at: datetime, language: str) -> PublicCase:
    state = families.current(session).machine(row.workflow, row.workflow_version).state(row.status)
    service = catalogue.current(session).catalogue.service(row.service_code)
    is_late = row.is_open and row.resolve_by is not None and row.resolve_by < at
    return PublicCase(
        number=row.number,
        service_code=row.service_code,
        service_name=getattr(service.name, language),
        label=state.label_for(row.outcome).said_in(language),
        tone=LATE if is_late else state.tone,
        place=row.place,
        lon=row.lon,
        lat=row.lat,
        distance_m=row.distance_m,
        opened_at=row.opened_at,
        resolve_by=row.resolve_by,
        is_open=row.is_open,
        reports_count=row.reports_count,
    )
