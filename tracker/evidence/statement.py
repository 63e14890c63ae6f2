"""What the city knew of a place and when: the facts of a certificate, gathered without anybody's name or
words.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker import events
from tracker.cases import families, history
from tracker.catalogue import queries as catalogue
from tracker.db import selected
from tracker.evidence import checkpoints, verifying

FURTHEST_M = 1_000.0
_UNKNOWN = "staff"

# A case is of the place when it lies there, or when somebody placed a report of it there; the court's files
# are
# nobody else's.
_CASES = text("""
    WITH place AS (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS at)
    SELECT c.id, c.number, c.service_code, c.workflow, c.workflow_version, c.place_text, c.is_open,
    c.opened_at,
           c.last_seq, ST_X(m.at) AS x, ST_Y(m.at) AS y,
           ST_Distance(c.geom::geography, place.at::geography) AS distance_m
    FROM "case" c, place, LATERAL (SELECT ST_Transform(c.geom, :srid) AS at) m
    WHERE c.workflow <> ALL(:sealed) AND c.opened_at <= :to_at
      AND (ST_DWithin(c.geom::geography, place.at::geography, :radius_m) OR EXISTS (
          SELECT 1 FROM report r WHERE r.case_id = c.id
          AND ST_DWithin(r.geom::geography, place.at::geography, :radius_m)))
    ORDER BY c.opened_at, c.id
""")
_REPORTS = text("""
    SELECT r.number, r.received_at, r.occurred_at, r.channel, r.service_code,
           (SELECT count(*) FROM photo p WHERE p.report_id = r.id) AS photos
    FROM report r WHERE r.case_id = :id AND r.received_at BETWEEN :from_at AND :to_at
    ORDER BY r.received_at, r.id
""")
_STREETS = text("""
    SELECT s.name, ST_AsText(ST_Transform(s.geom, :srid), 2) AS line FROM street_segment s
    WHERE s.geom && ST_Expand(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :degrees)
    ORDER BY s.code
""")
_MIDDLE = text("""
    SELECT ST_X(p.at) AS x, ST_Y(p.at) AS y
    FROM (SELECT ST_Transform(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :srid) AS at) p
""")
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """A place (EPSG:4326), how far around it, and the period that is asked about, both ends included."""

    lon: float
    lat: float
    radius_m: float
    to_at: datetime
    from_at: datetime = BEGINNING
    language: str = "fr"


def gather(session: Session, asked: Question, roles: Mapping[str, str]) -> dict[str, Any]:
    """Return what is on record, as plain JSON that holds no float and no person: the same facts, the same
    bytes.
    """
    town = selected(session)
    values = {"lon": asked.lon, "lat": asked.lat, "radius_m": asked.radius_m, "srid": town.metric_srid,
              "to_at": asked.to_at, "sealed": list(families.SEALED)}  # fmt: skip
    last = checkpoints.latest(session)
    told = [_case(session, row, asked, roles) for row in session.execute(_CASES, values).all()]
    cases = [each for each in told if each["reports"] or each["events"]]
    return {
        "town": {"code": town.code, "name": town.name, "zone": town.zone},
        "question": {
            "lon": f"{asked.lon:.6f}",
            "lat": f"{asked.lat:.6f}",
            "radius_m": f"{asked.radius_m:.0f}",
            "from": None if asked.from_at <= BEGINNING else written(asked.from_at),
            "to": written(asked.to_at),
            "language": asked.language,
        },
        "cases": cases,
        "reports": sum(len(each["reports"]) for each in cases),
        "events": sum(len(each["events"]) for each in cases),
        "checkpoint": last.note if last else None,
    }


def streets(session: Session, asked: Question) -> tuple[tuple[float, float], list[tuple[str, str]]]:
    """Return the place and the streets around it in the town's metres, streets as names and WKT lines."""
    values = {"lon": asked.lon, "lat": asked.lat, "srid": selected(session).metric_srid}
    middle = session.execute(_MIDDLE, values).one()
    degrees = 2.5 * max(asked.radius_m, 120.0) / 70_000
    rows = session.execute(_STREETS, {**values, "degrees": degrees}).all()
    return (middle.x, middle.y), [(row.name, row.line) for row in rows]


def code_of(statement: Mapping[str, Any]) -> str:
    """Return the code that a certificate is looked up by: eighty bits of its facts' digest."""
    digest = hashlib.sha256(events.canonical_json(dict(statement))).digest()
    letters = base64.b32encode(digest[:10]).decode()
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def written(moment: datetime) -> str:
    """Return an instant as evidence holds it, to the second, in UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _case(session: Session, row: Any, asked: Question, roles: Mapping[str, str]) -> dict[str, Any]:
    machine = families.current(session).machine(row.workflow, row.workflow_version)
    listed = catalogue.current(session).catalogue
    service = row.service_code
    name = listed.service(service).name.in_language(asked.language) if service in listed else service
    period = {"id": row.id, "from_at": asked.from_at, "to_at": asked.to_at}
    reports = session.execute(_REPORTS, period).all()
    told = [each for each in history.of(session, row.id) if asked.from_at <= each.at <= asked.to_at]
    return {
        "number": row.number,
        "id": str(row.id),
        "service": {"code": service, "name": name},
        "place": row.place_text,
        "distance_m": None if row.distance_m is None else str(round(row.distance_m)),
        "at": None if row.x is None else [f"{row.x:.1f}", f"{row.y:.1f}"],
        "reports": [
            {"number": each.number, "received_at": written(each.received_at), "channel": each.channel,
             "occurred_at": written(each.occurred_at), "photos": each.photos}
            for each in reports
        ],
        "events": [
            {"seq": each.seq, "at": written(each.at), "role": _role(each.actor, roles),
             "label": history.label(each, machine, asked.language), "hash": each.hash.hex(),
             "device_at": written(each.device_at) if each.device_at else None}
            for each in told
        ],
        "proof": _proof(session, row.id, told[-1]) if told else None,
    }  # fmt: skip


def _role(actor: str, roles: Mapping[str, str]) -> str:
    kind = actor.partition(":")[0]
    return kind if kind in ("citizen", "system", "partner") else roles.get(actor, _UNKNOWN)


def _proof(session: Session, case_id: Any, last: Any) -> dict[str, Any] | None:
    """Return the way from a case's last event told to the signed root; the chain holds those before it."""
    found = verifying.inclusion(session, case_id, last.seq)
    if found is None:
        return None
    leaf, size, path = found
    return {"seq": last.seq, "leaf": leaf, "size": size,
            "path": [base64.b64encode(each).decode() for each in path]}  # fmt: skip


def is_covered(session: Session, statement: Mapping[str, Any]) -> bool:
    """Tell whether a checkpoint holds every event that is told."""
    return all(each["proof"] is not None or not each["events"] for each in statement["cases"])
