"""Eighteen months of cases for the town: indexes, texts and neighbours cost what they cost in a real one.

Written with COPY straight into the tables; the rows are those that intake writes. What may be known of a case
follows from its serial: `number_of`, `secret_of`.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.bench.city import Home, copy_in
from tracker import events, ids
from tracker.cases import families
from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import Service
from tracker.dispatch import desk as desks
from tracker.dispatch import service as dispatch
from tracker.dispatch.service import Triage
from tracker.reports import drafting
from tracker.reports.rows import as_json
from tracker.workflow import Machine

PREFIX, YEAR = "VB", 2026
UNTIL = datetime(2026, 11, 20, 16, tzinfo=UTC)
MONTHS = timedelta(days=548)
JITTER_DEG = 0.00012  # about ten metres: a hand on a phone
OPEN_SHARE = 0.18
SEED = 311
CHUNK = 10_000
FAMILY = "field_work"
_POINT = struct.Struct("<BIIdd")
_WITH_SRID = 0x20000001
_MIDDAY = datetime(2026, 5, 5, 15, tzinfo=UTC)

_CASE = (
    "id", "number", "service_id", "service_code", "workflow", "workflow_version", "status", "status_since",
    "is_open", "priority", "geom", "geom_accuracy_m", "place_text", "district_id", "boundary_set_id",
    "segment_id", "department", "crew_id", "respond_by", "resolve_by", "completed_at", "closed_at",
    "next_action", "summary", "search", "triage", "is_public", "reports_count", "opened_at", "last_report_at",
    "updated_at", "version", "last_seq", "last_hash",
)  # fmt: skip
_REPORT = (
    "id", "number", "service_code", "geom", "accuracy_m", "location_method", "address_text", "segment_id",
    "description", "answers", "language", "channel", "occurred_at", "received_at", "case_id", "link",
    "secret_hash",
)  # fmt: skip
_EVENT = ("case_id", "seq", "kind", "actor", "at", "payload", "prev_hash", "hash")
_CONTACT = ("report_id", "email", "purpose", "expires_at")
_VECTORS = text("""
    SELECT to_tsvector('simple', w)::text
    FROM unnest(CAST(:words AS text[])) WITH ORDINALITY AS t(w, n) ORDER BY n
""")

_SAID = (
    "Gros trou devant chez moi, les autos zigzaguent.", "C’est comme ça depuis deux semaines.",
    "Danger pour les enfants qui marchent à l’école.", "Il manque une partie du trottoir près de l’arrêt.",
    "Lampadaire éteint depuis la tempête, il fait très noir.", "Water everywhere after the rain.",
    "Someone dumped a mattress beside the park entrance.", "Le bac n’a pas été vidé mardi.",
    "Branche cassée qui pend au-dessus de la rue.", "The sign is bent and hidden by a tree.",
    "Graffiti sur le mur du chalet.", "Regard bruyant quand les camions passent.",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Books:
    """What every case is drawn from; `triaged` by service and district, with its reasons as JSON."""

    service_ids: dict[str, int]
    services: tuple[Service, ...]
    machines: families.Families
    homes: Sequence[Home]
    triaged: dict[tuple[str, int], tuple[Triage, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """One case as its rows, in the order of the columns above."""

    case: tuple[object, ...]
    words: str
    report: tuple[object, ...]
    events: tuple[tuple[object, ...], ...]
    contact: tuple[object, ...]


def number_of(serial: int) -> str:
    """Return the number of the case drawn at a serial."""
    return f"{PREFIX}-{YEAR}-{serial:05d}"


def secret_of(serial: int) -> str:
    """Return the secret of its report's tracking page."""
    return f"bench-{serial:016d}"


def fill(session: Session, homes: Sequence[Home], count: int) -> None:
    """Write `count` cases with their reports, contacts and sealed events, the oldest first."""
    books, rng = _open_books(session, homes), Random(SEED)
    volumes = [service.demo.volume if service.demo else 0 for service in books.services]
    ages = sorted(rng.random() ** 0.7 for _ in range(count))  # a town's reports grow
    chosen = rng.choices(books.services, volumes, k=count)
    for first in range(0, count, CHUNK):
        drawn = [
            _draw(books, serial, service, UNTIL - MONTHS * (1 - age), rng)
            for serial, (age, service) in enumerate(
                zip(ages[first : first + CHUNK], chosen[first : first + CHUNK], strict=True), first + 1
            )
        ]
        _write(session, drawn)
    session.execute(
        text("SELECT count(nextval('number_seq')) FROM generate_series(1, :last)"), {"last": count}
    )


def _open_books(session: Session, homes: Sequence[Home]) -> Books:
    loaded = catalogue.current(session)
    # Of one family, so that the ceiling may move any of them along it.
    services = tuple(
        each
        for each in loaded.catalogue.services
        if each.demo is not None and each.demo.volume and each.workflow == FAMILY
    )
    districts = {home.district_id for home in homes}
    return Books(
        service_ids=dict(loaded.rows),
        services=services,
        machines=families.current(session),
        homes=homes,
        triaged={
            (service.code, district_id): _triaged(session, service)
            for service in services
            for district_id in districts
        },
    )


def _triaged(session: Session, service: Service) -> tuple[Triage, str]:
    setting = dispatch.Setting(
        district_code=None, district_name=None, road_class=4, answers={}, received_at=_MIDDAY
    )
    department = catalogue.current(session).department(service.department)
    triage = dispatch.triage(desks.current(session), service, setting, department=department)
    return triage, as_json([reason.as_mapping() for reason in triage.reasons])


def _draw(books: Books, serial: int, service: Service, at: datetime, rng: Random) -> Drawn:
    home = rng.choice(books.homes)
    triage, reasons = books.triaged[service.code, home.district_id]
    machine = books.machines.machine(service.workflow)
    case_id, report_id = _uuid7(at, serial, 1), _uuid7(at, serial, 2)
    number, is_open = number_of(serial), rng.random() < OPEN_SHARE or at > UNTIL - timedelta(days=5)
    status = _status(machine, rng) if is_open else _finished(machine)
    point = _point(rng.gauss(home.lon, JITTER_DEG), rng.gauss(home.lat, JITTER_DEG))
    place = f"{home.civic}, {home.street}"
    said = f"{rng.choice(_SAID)} {rng.choice(_SAID)}"
    done_at = None if is_open else min(at + timedelta(hours=rng.expovariate(1 / 90)), UNTIL)
    history = events.seal(case_id, events.Tail(), *_facts(service, number, at, triage))
    case = (
        case_id, number, books.service_ids[service.code], service.code, service.workflow, machine.version,
        status, done_at or at, is_open, service.priority, point, 8.0, place, home.district_id,
        home.boundary_set_id, home.segment_id, service.department, triage.crew.id if triage.crew else None,
        at + (triage.respond_by - _MIDDAY), at + (triage.resolve_by - _MIDDAY), done_at, done_at,
        machine.state(status).next_actor, drafting.summary(said), None, reasons,
        drafting.is_public(service), 1, at, at, done_at or at, 1, history[-1].seq, history[-1].hash,
    )  # fmt: skip
    report = (
        report_id, number, service.code, point, 8.0, "gps", place, home.segment_id, said, "{}",
        "fr" if rng.random() < 0.9 else "en", "web", at, at, case_id, "opened",
        ids.fingerprint(secret_of(serial)),
    )  # fmt: skip
    return Drawn(
        case=case,
        words=drafting.search_words(number, place, service, said),
        report=report,
        events=tuple(
            (e.case_id, e.seq, e.kind, e.actor, e.at, as_json(e.payload), e.prev_hash, e.hash)
            for e in history
        ),
        contact=(report_id, f"voisin{serial}@courriel.test", "follow_up", at + drafting.CONTACT_KEPT),
    )


def _status(machine: Machine, rng: Random) -> str:
    wanted = rng.choice(("received", "accepted", "assigned", "planned", "in_progress"))
    return wanted if wanted in machine.states else machine.initial


def _finished(machine: Machine) -> str:
    return next(code for code in ("closed", "completed", "compliant") if code in machine.states)


def _facts(service: Service, number: str, at: datetime, triage: Triage) -> tuple[events.Fact, events.Fact]:
    received = {"report": number, "service": service.code, "channel": "web"}
    decided = {"department": triage.department, "rules": [reason.rule for reason in triage.reasons]}
    return (
        events.Fact(kind="received", actor="citizen", at=at, payload=received),
        events.Fact(kind="triaged", actor="system", at=at, payload=decided),
    )


def _uuid7(at: datetime, serial: int, kind: int) -> UUID:
    """Return a UUIDv7 that is the same in every drawing."""
    ms = int(at.timestamp() * 1000)
    return UUID(int=(ms << 80) | (0x7 << 76) | (kind << 64) | (0b10 << 62) | serial)


def _point(lon: float, lat: float) -> str:
    """Return a point as extended WKB, EPSG:4326."""
    return _POINT.pack(1, _WITH_SRID, 4326, lon, lat).hex()


def _write(session: Session, drawn: Sequence[Drawn]) -> None:
    vectors = session.scalars(_VECTORS, {"words": [each.words for each in drawn]}).all()
    at = _CASE.index("search")
    cases = (
        (*each.case[:at], vector, *each.case[at + 1 :]) for each, vector in zip(drawn, vectors, strict=True)
    )
    copy_in(session, "case", _CASE, cases)
    copy_in(session, "report", _REPORT, (each.report for each in drawn))
    copy_in(session, "event", _EVENT, (event for each in drawn for event in each.events))
    copy_in(session, "contact", _CONTACT, (each.contact for each in drawn))
