"""A row as the rows of our tables: its report, its case as it stands today, its sealed history."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from tracker import events, ids
from tracker.catalogue.definitions import Service
from tracker.dispatch import service as dispatch
from tracker.events import Event, Fact
from tracker.imports.books import Books
from tracker.imports.placing import Spot
from tracker.imports.rows import Row
from tracker.imports.writing import CaseLine, ReportLine, point
from tracker.reports import drafting

ACTOR = "system"
DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Opened:
    """What one row becomes."""

    case: CaseLine
    report: ReportLine
    history: list[Event]


def open_row(row: Row, spot: Spot, serial: int, books: Books) -> Opened:
    """Open a case with a row: an open one has its promise and its crew, a finished one its real dates."""
    service = books.service(row.service_code)
    number = drafting.number_of(books.town, row.received_at, serial)
    case_id = ids.new_id()
    status = books.status(service, row.status, is_open=row.is_open)
    history = events.seal(case_id, events.Tail(), *_facts(row, number, status, books))
    decided = _decide(row, spot, service, books) if row.is_open else _Decision(reasons=[])
    resolve_by = row.due_at or decided.resolve_by or books.due(row.service_code, row.received_at)
    is_late = row.closed_at is not None and row.closed_at > resolve_by
    case = CaseLine(
        id=case_id,
        number=number,
        service_id=books.loaded.rows[service.code],
        service_code=service.code,
        workflow=service.workflow,
        workflow_version=books.machine(service).version,
        status=status,
        status_since=row.closed_at or row.received_at,
        is_open=row.is_open,
        priority=service.priority,
        geom=point(spot.lon, spot.lat),
        geom_accuracy_m=spot.accuracy_m,
        place_text=row.address,
        district_id=spot.district.id if spot.district else None,
        boundary_set_id=spot.boundary_set_id,
        department=service.department,
        crew_id=decided.crew_id,
        respond_by=decided.respond_by,
        resolve_by=resolve_by,
        breached_at=resolve_by if is_late else None,
        completed_at=row.closed_at,
        closed_at=row.closed_at,
        next_action=books.machine(service).state(status).next_actor,
        outcome=DUPLICATE if row.is_duplicate else row.outcome,
        reason=row.reason,
        summary=drafting.summary(row.description),
        words=drafting.search_words(number, row.address, service, row.description),
        triage=orjson.dumps([_import_reason(row, service, books), *decided.reasons]).decode(),
        is_public=drafting.is_public(service),
        reports_count=1,
        opened_at=row.received_at,
        last_report_at=row.received_at,
        updated_at=row.closed_at or row.received_at,
        version=len(history),
        last_seq=history[-1].seq,
        last_hash=history[-1].hash,
    )
    report = report_of(row, spot, number, case_id, books, link="opened")
    return Opened(case, report, history)


def report_of(row: Row, spot: Spot, number: str, case_id: UUID, books: Books, *, link: str) -> ReportLine:
    """Return the report of a row. Nobody holds its secret: its hash is that of nothing."""
    return ReportLine(
        id=ids.new_id(),
        number=number,
        service_code=row.service_code,
        geom=point(spot.lon, spot.lat),
        accuracy_m=spot.accuracy_m,
        placement=orjson.dumps(spot.odds).decode() if spot.odds else None,
        location_method=books.mapping.places.method if spot.is_known else "unknown",
        address_text=row.address,
        description=row.description,
        answers="{}",
        language=row.language,
        channel=row.channel,
        occurred_at=row.received_at,
        received_at=row.received_at,
        case_id=case_id,
        link=link,
        secret_hash=secrets.token_bytes(32),
        source=books.mapping.source,
        source_id=row.source_id,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Decision:
    """What triage says of an open row; nothing of a finished one."""

    reasons: list[dict[str, str]]
    crew_id: int | None = None
    respond_by: datetime | None = None
    resolve_by: datetime | None = None


def _decide(row: Row, spot: Spot, service: Service, books: Books) -> _Decision:
    setting = dispatch.Setting(
        district_code=spot.district.code if spot.district else None,
        district_name=spot.district.name if spot.district else None,
        road_class=None,
        answers={},
        received_at=row.received_at,
    )
    department = books.loaded.department(service.department)
    found = dispatch.triage(books.desk, service, setting, department=department)
    return _Decision(
        reasons=[reason.as_mapping() for reason in found.reasons],
        crew_id=found.crew.id if found.crew else None,
        respond_by=found.respond_by,
        resolve_by=found.resolve_by,
    )


def _facts(row: Row, number: str, status: str, books: Books) -> list[Fact]:
    """Return what happened, with the dates of the source: received, then what became of it there."""
    received = Fact(
        kind="received",
        actor=ACTOR,
        at=row.received_at,
        payload={"report": number, "service": row.service_code, "channel": row.channel, **origin(row, books)},
    )
    if row.is_open and status == "received":
        return [received]
    told = {"outcome": row.outcome, "reason": row.reason, "theirs": row.theirs}
    imported = Fact(
        kind="imported",
        actor=ACTOR,
        at=row.closed_at or row.received_at,
        payload={
            "source": books.mapping.source,
            "to": status,
            "closed_at_known": row.is_open or row.closed_at is not None,
            **{name: value for name, value in told.items() if value},
        },
        # Closing words of another system may name anybody: they can be erased (docs/decisions/0022).
        texts={"said": row.said} if row.said else {},
    )
    return [received, imported]


def origin(row: Row, books: Books) -> dict[str, str]:
    """Return where a row comes from, with the digest by which a later change of it is seen."""
    return {"source": books.mapping.source, "source_id": row.source_id, "row": row.digest}


def _import_reason(row: Row, service: Service, books: Books) -> dict[str, str]:
    label = books.mapping.label
    return {
        "step": "import",
        "rule": f"mapping.{books.mapping.name}",
        "fr": f"{label.fr}\u00a0: «\u00a0{row.theirs[:120]}\u00a0» → {service.name.fr}",
        "en": f"{label.en}: “{row.theirs[:120]}” → {service.name.en}",
    }
