"""The writes of intake, few and prepared: opening a case with its first report is one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis import photohash
from tracker.events import Event
from tracker.prepared import Prepared
from tracker.reports.submission import Intake, Lookalike, Picture

_POINT = "ST_SetSRID(ST_MakePoint(CAST(:lon AS float8), CAST(:lat AS float8)), 4326)"

_MEAN = "ST_SetSRID(ST_MakePoint(CAST(:mean_lon AS float8), CAST(:mean_lat AS float8)), 4326)"

# The texts below are composed of constants of this module; every value is a bound parameter.
_REPORT = f"""
    INSERT INTO report (id, number, service_code, geom, accuracy_m, location_method, address_text,
        segment_id, asset_id, description, answers, language, channel, entered_by, occurred_at, received_at,
        case_id, link, secret_hash, placement)
    VALUES (:report_id, :number, :service_code, {_POINT}, CAST(:accuracy_m AS float8), :method,
        CAST(:address AS text), CAST(:segment_id AS bigint), CAST(:asset_id AS bigint), :description,
        CAST(:answers AS jsonb), :language, :channel, CAST(:entered_by AS uuid), :occurred_at, :received_at,
        :case_id, :link, :secret_hash, CAST(:placement AS jsonb))
"""  # noqa: S608 -- composed of constants

_CONTACT = """
    INSERT INTO contact (report_id, name, email, phone, purpose, expires_at)
    SELECT :report_id, CAST(:contact_name AS text), CAST(:contact_email AS text),
        CAST(:contact_phone AS text), 'follow_up', :contact_until
    WHERE CAST(:contact_email AS text) IS NOT NULL OR CAST(:contact_phone AS text) IS NOT NULL
"""

_EVENT = """
    INSERT INTO event (case_id, seq, kind, actor, at, device_at, payload, prev_hash, hash) VALUES
"""
_EVENT_ROW = (
    "(:case_id, :seq_{0}, :kind_{0}, :actor_{0}, :at_{0}, CAST(:device_at_{0} AS timestamptz), "
    "CAST(:payload_{0} AS jsonb), :prev_hash_{0}, :hash_{0})"
)

_FOUND = """
    INSERT INTO duplicate_candidate (report_id, case_id, rank, probability, distance_m, terms, model)
    SELECT :report_id, CAST(f.one->>'id' AS uuid), f.rank, CAST(f.one->>'probability' AS float8),
        CAST(f.one->>'distance_m' AS float8), f.one->'terms', :model
    FROM jsonb_array_elements(CAST(:found AS jsonb)) WITH ORDINALITY AS f(one, rank)
"""

_OPEN = Prepared(f"""
WITH opened AS (
    INSERT INTO "case" (id, number, service_id, service_code, workflow, workflow_version, status,
        status_since, is_open, priority, geom, geom_accuracy_m, place_text, district_id, boundary_set_id,
        segment_id, asset_id, department, crew_id, respond_by, resolve_by, suspended_since, next_action,
        summary, search, triage, is_public, reports_count, opened_at, last_report_at, updated_at, version,
        last_seq, last_hash)
    VALUES (:case_id, :number, :service_id, :service_code, :workflow, :workflow_version, :status,
        :received_at, true, :priority, {_POINT}, CAST(:accuracy_m AS float8), CAST(:place_text AS text),
        CAST(:district_id AS bigint), CAST(:boundary_set_id AS bigint), CAST(:segment_id AS bigint),
        CAST(:asset_id AS bigint), :department, CAST(:crew_id AS bigint), :respond_by, :resolve_by,
        CAST(:suspended_since AS timestamptz), :next_action, :summary, to_tsvector('simple', :words),
        CAST(:triage AS jsonb), :is_public, 1,
        :received_at, :received_at, :received_at, 1, :last_seq, :last_hash)
), reported AS ({_REPORT}), reachable AS ({_CONTACT}), compared AS ({_FOUND})
{_EVENT} {_EVENT_ROW.format(0)}, {_EVENT_ROW.format(1)}
""")  # noqa: S608 -- composed of constants

_ATTACH = Prepared(f"""
WITH reported AS ({_REPORT}), reachable AS ({_CONTACT}), compared AS ({_FOUND}), grown AS (
    UPDATE "case" SET reports_count = reports_count + 1, last_report_at = :received_at,
        updated_at = :received_at, geom = coalesce({_MEAN}, geom),
        geom_accuracy_m = coalesce(CAST(:mean_accuracy_m AS float8), geom_accuracy_m),
        version = version + 1, last_seq = :last_seq, last_hash = :last_hash
    WHERE id = :case_id
)
{_EVENT} {_EVENT_ROW.format(0)}
""")  # noqa: S608 -- composed of constants

_PHOTO = text(f"""
    INSERT INTO photo (id, report_id, case_id, kind, sha256, media_type, width, height, byte_count,
        taken_at, geom, added_at, difference_hash)
    VALUES (:id, CAST(:report_id AS uuid), CAST(:case_id AS uuid), :kind, :sha256, :media_type, :width,
        :height, :byte_count, CAST(:taken_at AS timestamptz), {_POINT}, :added_at,
        CAST(:difference_hash AS bigint))
""")  # noqa: S608 -- composed of constants


def open_case(session: Session, intake: Intake, values: dict[str, Any], events: list[Event]) -> None:
    """Insert a case, its first report with what it may repeat, the contact and the two first events."""
    _OPEN.later(session, values | _found_values(intake.found) | _event_values(events))
    _keep_photos(session, intake, values["report_id"])


def attach_report(session: Session, intake: Intake, values: dict[str, Any], events: list[Event]) -> None:
    """Insert a report of a case that exists, and move the case's position to the mean of its reports."""
    _ATTACH.later(session, values | _found_values(intake.found) | _event_values(events))
    _keep_photos(session, intake, values["report_id"])


_COMPARED = text(_FOUND)


def keep_found(session: Session, report_id: UUID, found: tuple[Lookalike, ...]) -> None:
    """Store the cases that a report, written already, was scored against."""
    session.execute(_COMPARED, {"report_id": report_id, **_found_values(found)})


def _keep_photos(session: Session, intake: Intake, report_id: UUID) -> None:
    taken = Taken(kind="before", at=intake.submission.received_at, report_id=report_id)
    keep_pictures(session, intake.submission.pictures, taken)


def _found_values(found: tuple[Lookalike, ...]) -> dict[str, Any]:
    """Return the cases a report was scored against, the most probable first, with every term."""
    # One JSON text: an array of texts would have each of their quotes escaped, in Python.
    model = found[0].model if found else ""
    return {"model": model, "found": as_json([_found(each) for each in found])}


def _found(each: Lookalike) -> dict[str, Any]:
    score = each.ranked.score
    return {
        "id": str(each.case.id),
        "probability": score.probability,
        "distance_m": score.distance_m or 0.0,
        "terms": [{"name": t.name, "value": round(t.value, 3), "fr": t.fr, "en": t.en} for t in score.terms],
    }


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What photos show, a report's place before or a case's work during or after, and when they came."""

    kind: str
    at: datetime
    report_id: UUID | None = None
    case_id: UUID | None = None


def keep_pictures(session: Session, pictures: tuple[Picture, ...], taken: Taken) -> None:
    """Store photos of a report or of a case."""
    rows = [
        {
            "id": picture.id,
            "report_id": taken.report_id,
            "case_id": taken.case_id,
            "kind": taken.kind,
            "sha256": picture.sha256,
            "media_type": picture.media_type,
            "width": picture.width,
            "height": picture.height,
            "byte_count": picture.byte_count,
            "taken_at": picture.taken_at,
            "lon": picture.lon,
            "lat": picture.lat,
            "added_at": taken.at,
            "difference_hash": kept_hash(picture),
        }
        for picture in pictures
    ]
    if rows:
        session.execute(_PHOTO, rows)


def kept_hash(picture: Picture) -> int | None:
    """Return what a picture looks like as a column keeps it."""
    return None if picture.difference_hash is None else photohash.as_signed(picture.difference_hash)


def as_json(value: object) -> str:
    """Return a value as JSON text for a `CAST(… AS jsonb)`."""
    return orjson.dumps(value).decode()


def _event_values(events: list[Event]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for position, event in enumerate(events):
        values |= {
            f"seq_{position}": event.seq,
            f"kind_{position}": event.kind,
            f"actor_{position}": event.actor,
            f"at_{position}": event.at,
            f"device_at_{position}": event.device_at,
            f"payload_{position}": as_json(event.payload),
            f"prev_hash_{position}": event.prev_hash,
            f"hash_{position}": event.hash,
        }
    return values
