"""What intake would have found alike, for the cases that are still open: so that the desk has pairs to
confirm.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.catalogue import queries as catalogue
from tracker.places import ground as grounds
from tracker.places import queries as places
from tracker.places.queries import Segment
from tracker.places.service import Located
from tracker.reports import lookalikes, rows
from tracker.reports.neighbours import Told

_RECENT = timedelta(days=30)
_OPEN = text("""
    SELECT r.id, r.number, r.case_id, r.service_code, r.received_at, r.description, r.answers, r.accuracy_m,
           r.location_method, r.address_text, ST_X(r.geom) AS lon, ST_Y(r.geom) AS lat, r.asset_id,
           s.id AS segment_id, s.code AS segment_code, s.name AS segment_name, s.owner, s.maintained_by,
           s.class AS road_class, s.district_code
    FROM report r JOIN "case" c ON c.id = r.case_id LEFT JOIN street_segment s ON s.id = r.segment_id
    WHERE c.is_open AND r.link = 'opened' AND r.geom IS NOT NULL AND r.received_at > :since
    ORDER BY r.received_at, r.id
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """How many reports were compared, and how many had something alike."""

    reports: int
    alike: int


def compare_open(session: Session, anchor: datetime) -> Compared:
    """Score the reports of open cases of the last thirty days against the cases there were before them.

    The caller commits. Older ones have been decided by somebody long ago.
    """
    services = catalogue.current(session).catalogue
    found_rows = session.execute(_OPEN, {"since": anchor - _RECENT}).all()
    alike = 0
    for row in found_rows:
        told = Told(at=row.received_at, text=row.description, answers=row.answers)
        found = lookalikes.look(
            session, services.service(row.service_code), _located(session, row), told
        ).found
        before = tuple(
            each for each in found if each.case.id != row.case_id and each.case.opened_at < row.received_at
        )
        if before:
            rows.keep_found(session, row.id, before)
            alike += 1
    return Compared(reports=len(found_rows), alike=alike)


def _located(session: Session, row: Any) -> Located:
    segment = None
    if row.segment_id is not None:
        segment = Segment(
            id=row.segment_id,
            code=row.segment_code,
            name=row.segment_name,
            owner=row.owner,
            maintained_by=row.maintained_by,
            road_class=row.road_class,
            district_code=row.district_code,
            distance_m=0.0,
        )
    return Located(
        serial=0,
        method=row.location_method,
        lon=row.lon,
        lat=row.lat,
        accuracy_m=row.accuracy_m,
        said=row.address_text,
        segment=segment,
        asset=_asset(session, row.asset_id),
        district=grounds.current(session).by_code.get(row.district_code or ""),
    )


def _asset(session: Session, asset_id: int | None) -> places.AssetRef | None:
    if asset_id is None:
        return None
    row = session.execute(text("SELECT kind, code FROM asset WHERE id = :id"), {"id": asset_id}).one()
    return places.asset(session, row.kind, row.code)
