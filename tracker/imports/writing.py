"""Lines of our tables and their way in: COPY, one stream per table, in the transaction of the session."""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from operator import attrgetter
from uuid import UUID

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.events import Event
from tracker.imports import copying

# Extended WKB of a point: little endian, type 1 with the SRID flag, SRID 4326, then x and y.
_POINT = struct.Struct("<BIIdd")
_WITH_SRID = 0x20000001
SRID = 4326

_VECTORS = text("""
    SELECT to_tsvector('simple', w)::text
    FROM unnest(CAST(:words AS text[])) WITH ORDINALITY AS t(w, n) ORDER BY n
""")
_TEXT_COLUMNS = ("case_id", "seq", "name", "salt", "text")
_EVENT_COLUMNS = ("case_id", "seq", "kind", "actor", "at", "device_at", "payload", "prev_hash", "hash")


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """The columns of "case" that an import fills, `words` being what `search` is made of."""

    id: UUID
    number: str
    service_id: int
    service_code: str
    workflow: str
    workflow_version: int
    status: str
    status_since: datetime
    is_open: bool
    priority: int
    geom: str | None
    geom_accuracy_m: float | None
    place_text: str | None
    district_id: int | None
    boundary_set_id: int | None
    department: str
    crew_id: int | None
    respond_by: datetime | None
    resolve_by: datetime
    breached_at: datetime | None
    completed_at: datetime | None
    closed_at: datetime | None
    next_action: str
    outcome: str | None
    reason: str | None
    summary: str
    words: str
    triage: str
    is_public: bool
    reports_count: int
    opened_at: datetime
    last_report_at: datetime
    updated_at: datetime
    version: int
    last_seq: int
    last_hash: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportLine:
    """The columns of `report` that an import fills."""

    id: UUID
    number: str
    service_code: str
    geom: str | None
    accuracy_m: float | None
    placement: str | None
    location_method: str
    address_text: str | None
    description: str
    answers: str
    language: str
    channel: str
    occurred_at: datetime
    received_at: datetime
    case_id: UUID
    link: str
    secret_hash: bytes
    source: str
    source_id: str


_CASE_COLUMNS = tuple("search" if field.name == "words" else field.name for field in fields(CaseLine))
_REPORT_COLUMNS = tuple(field.name for field in fields(ReportLine))
_case_values = attrgetter(*(field.name for field in fields(CaseLine)))
_report_values = attrgetter(*_REPORT_COLUMNS)
_WORDS_AT = _CASE_COLUMNS.index("search")


def point(lon: float | None, lat: float | None) -> str | None:
    """Return a point as the extended WKB that PostGIS reads, EPSG:4326."""
    if lon is None or lat is None:
        return None
    return _POINT.pack(1, _WITH_SRID, SRID, lon, lat).hex()


def write_cases(session: Session, lines: Sequence[CaseLine]) -> None:
    """Add cases. The words a case is found by become a search vector on the way."""
    vectors = session.scalars(_VECTORS, {"words": [line.words for line in lines]}).all()
    rows = (
        (*values[:_WORDS_AT], vector, *values[_WORDS_AT + 1 :])
        for values, vector in zip(map(_case_values, lines), vectors, strict=True)
    )
    copying.copy(session, "case", _CASE_COLUMNS, rows)


def write_reports(session: Session, lines: Iterable[ReportLine]) -> None:
    """Add reports."""
    copying.copy(session, "report", _REPORT_COLUMNS, map(_report_values, lines))


def write_events(session: Session, events: Iterable[Event]) -> None:
    """Append events, already sealed, with the words kept beside them."""
    events = list(events)
    rows = (
        (
            e.case_id,
            e.seq,
            e.kind,
            e.actor,
            e.at,
            e.device_at,
            orjson.dumps(e.payload).decode(),
            e.prev_hash,
            e.hash,
        )
        for e in events
    )
    copying.copy(session, "event", _EVENT_COLUMNS, rows)
    words = ((e.case_id, e.seq, said.name, said.salt, said.text) for e in events for said in e.texts)
    copying.copy(session, "event_text", _TEXT_COLUMNS, words)
