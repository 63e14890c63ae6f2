"""The reports of a municipality with the cases they ended in: what its dispatchers decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gis import crs
from gis.replay import Reported
from gis.sighting import Sighting
from tracker.catalogue.definitions import Service
from tracker.duplicates import policies, traits
from tracker.duplicates.labelled import Labels, Material, of_incidents

# A case that was merged has its parent's number: chains are forbidden, so one step is enough.
_REPORTS = text(f"""
    SELECT r.number, r.service_code, ST_X(r.geom) AS lon, ST_Y(r.geom) AS lat, r.accuracy_m,
           r.location_method, r.address_text, r.segment_id, r.asset_id, r.description, r.received_at,
           r.answers, r.channel, {traits.REPORTER} AS reporter, p.hashes, d.ux, d.uy,
           root.number AS case_number,
           CASE WHEN root.is_open THEN NULL ELSE root.completed_at END AS closed_at
    FROM report r
    JOIN "case" c ON c.id = r.case_id
    JOIN "case" root ON root.id = coalesce(c.parent_id, c.id)
    LEFT JOIN contact k ON k.report_id = r.id
    LEFT JOIN (SELECT report_id, array_agg(difference_hash) AS hashes FROM photo
               WHERE difference_hash IS NOT NULL GROUP BY report_id) p ON p.report_id = r.id
    LEFT JOIN LATERAL (
        SELECT ST_X(e.b) - ST_X(e.a) AS ux, ST_Y(e.b) - ST_Y(e.a) AS uy
        FROM (SELECT ST_LineInterpolatePoint(s.geom, greatest(s.at - 0.02, 0)) AS a,
                     ST_LineInterpolatePoint(s.geom, least(s.at + 0.02, 1)) AS b
              FROM (SELECT geom, ST_LineLocatePoint(geom, r.geom) AS at
                    FROM street_segment WHERE id = r.segment_id) s) e
    ) d ON r.geom IS NOT NULL
    ORDER BY r.received_at, r.number
""")  # noqa: S608 -- composed of constants


# Proposed to the desk, and the case went to its end without the two being joined: somebody said no.
_REFUSED = text("""
    SELECT r.number, root.number AS case_number
    FROM duplicate_candidate d JOIN report r ON r.id = d.report_id
    JOIN "case" own ON own.id = r.case_id
    JOIN "case" c ON c.id = d.case_id JOIN "case" root ON root.id = coalesce(c.parent_id, c.id)
    WHERE NOT own.is_open AND coalesce(own.parent_id, own.id) <> root.id AND d.probability >= :suggested
""")
_SUGGESTED = 0.5


def decided(session: Session, name: str, services: Mapping[str, Service]) -> Material:
    """Return all reports, those about one case in one incident: dispatchers linked, merged or left them.

    What they were proposed and did not take is told apart from what nobody ever looked at.
    """
    rows = session.execute(_REPORTS).all()
    refused: defaultdict[str, set[str]] = defaultdict(set)
    for number, case_number in session.execute(_REFUSED, {"suggested": _SUGGESTED}):
        refused[number].add(case_number)
    labels = replace(
        of_incidents([(row.number, row.case_number) for row in rows]),
        refused={number: frozenset(cases) for number, cases in refused.items()},
    )
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
    # Only what intake compares too (tracker/reports/neighbours.py).
    sighting = Sighting(
        service=row.service_code, at=row.received_at, lon=row.lon, lat=row.lat,
        accuracy_m=row.accuracy_m or 15.0, segment_id=row.segment_id, asset_id=row.asset_id,
        text=row.description or "",
        address_text=(row.address_text or "") if row.location_method == "address" else "",
        radius_m=policy.radius_m, window_h=policy.window_h, match=policy.match,
        answers=traits.answers(row.answers), channel=row.channel, reporter=row.reporter,
        photo_hashes=traits.hashes(row.hashes), street=crs.direction(row.ux, row.uy, row.lat),
    )  # fmt: skip
    return Reported(
        key=row.number,
        case=labels.incidents.get(row.number, row.number),
        sighting=sighting,
        closed_at=row.closed_at,
        method=row.location_method,
    )
