"""The reports of a municipality with the cases they ended in: what its dispatchers decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gis.replay import Reported
from gis.sighting import Sighting
from tracker.catalogue.definitions import Service
from tracker.duplicates import policies
from tracker.duplicates.labelled import Labels, Material, of_incidents

# A case that was merged has its parent's number: chains are forbidden, so one step is enough.
_REPORTS = text("""
    SELECT r.number, r.service_code, ST_X(r.geom) AS lon, ST_Y(r.geom) AS lat, r.accuracy_m,
           r.location_method, r.address_text, r.segment_id, r.asset_id, r.description, r.received_at,
           root.number AS case_number,
           CASE WHEN root.is_open THEN NULL ELSE root.completed_at END AS closed_at
    FROM report r
    JOIN "case" c ON c.id = r.case_id
    JOIN "case" root ON root.id = coalesce(c.parent_id, c.id)
    ORDER BY r.received_at, r.number
""")


def decided(session: Session, name: str, services: Mapping[str, Service]) -> Material:
    """Return all reports, those about one case in one incident: dispatchers linked, merged or left them."""
    rows = session.execute(_REPORTS).all()
    labels = of_incidents([(row.number, row.case_number) for row in rows])
    return material(rows, name, services, labels)


def against(session: Session, name: str, services: Mapping[str, Service], labels: Labels) -> Material:
    """Return all reports with what a file says of them, whatever was decided."""
    return material(session.execute(_REPORTS).all(), name, services, labels)


def material(rows: Any, name: str, services: Mapping[str, Service], labels: Labels) -> Material:
    """Turn rows into reports as they looked when they came."""
    known = {code: policies.of(service.duplicates) for code, service in services.items()}
    never = {code for code, service in services.items() if policies.is_never(service.duplicates)}
    reports = tuple(
        _reported(row, known.get(row.service_code, policies.Policy()), labels)
        for row in rows
        if row.service_code not in never
    )
    return Material(name=name, reports=reports, labels=labels)


def _reported(row: Any, policy: policies.Policy, labels: Labels) -> Reported:
    # Only what intake compares too: weights for channels or answers would never be asked there.
    sighting = Sighting(
        service=row.service_code, at=row.received_at, lon=row.lon, lat=row.lat,
        accuracy_m=row.accuracy_m or 15.0, segment_id=row.segment_id, asset_id=row.asset_id,
        text=row.description or "",
        address_text=(row.address_text or "") if row.location_method == "address" else "",
        radius_m=policy.radius_m, window_h=policy.window_h, match=policy.match,
    )  # fmt: skip
    return Reported(
        key=row.number,
        case=labels.incidents.get(row.number, row.number),
        sighting=sighting,
        closed_at=row.closed_at,
        method=row.location_method,
    )
