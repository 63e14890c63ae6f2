"""Cases that may be the same thing as a report: those around it, scored by `gis.duplicates`."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from gis.duplicates import Candidate, Sighting, rank
from tracker.catalogue.definitions import Service
from tracker.duplicates import policies, traits, weights
from tracker.places.service import Located
from tracker.prepared import Prepared
from tracker.reports import neighbours
from tracker.reports.neighbours import DEFAULT_ACCURACY_M, Asked, Spot, Told
from tracker.reports.submission import Known, Lookalike

MOST_SHOWN = 3

_AT_ASSET = Prepared("""
    SELECT c.number, r.answers FROM "case" c LEFT JOIN report r ON r.number = c.number
    WHERE c.asset_id = :asset AND c.is_open AND c.service_code = :service AND c.parent_id IS NULL
    ORDER BY c.opened_at, c.id
""")
_ON_SEGMENT = Prepared("""
    SELECT c.number FROM "case" c
    WHERE c.service_code = :service AND c.segment_id = :segment AND c.is_open AND c.parent_id IS NULL
    ORDER BY c.opened_at, c.id LIMIT 1
""")
ASSET, ANSWER = "asset", "answer."


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """The cases likely to be the same thing, and the crew of the last case around, if any had one."""

    found: tuple[Lookalike, ...] = ()
    last_crew_id: int | None = None


def look(
    session: Session,
    service: Service,
    located: Located,
    told: Told,
    *,
    to_public: bool = False,
    asked: Asked | None = None,
) -> Seen:
    """Return the cases likely to be the same thing, the most probable first; none without a place.

    With `to_public`, homes are judged by their public position. What was `asked` already is read if the place
    has turned out to be where it was asked.
    """
    if located.lon is None or located.lat is None or not neighbours.are_compared(session, service):
        return Seen()
    spot = Spot(located.lon, located.lat, located.accuracy_m or DEFAULT_ACCURACY_M)
    if asked is None or asked.spot != spot:
        asked = neighbours.ask(session, service, spot, told, to_public=to_public)
    rows = asked.rows()
    known_weights = weights.current(session)
    sighting = _sighting(service, located, told)
    known = {row.id: row for row in rows}
    candidates = [_candidate(row, sighting) for row in rows]
    ranked = rank(sighting, candidates, known_weights, MOST_SHOWN, least=service.duplicates.show_at)
    return Seen(
        found=tuple(
            Lookalike(case=_known(known[each.candidate.key]), ranked=each, model=known_weights.version)
            for each in ranked
        ),
        last_crew_id=_last_crew(rows),
    )


def _last_crew(rows: list[Any]) -> int | None:
    last = max((row for row in rows if row.crew_id is not None), key=lambda row: row.opened_at, default=None)
    return int(last.crew_id) if last is not None else None


def sure(service: Service, found: tuple[Lookalike, ...]) -> Lookalike | None:
    """Return the case a report joins by itself: the best one, as sure as the service's policy asks.

    Only of the same service and still open. Every such link can be undone by a dispatcher.
    """
    wanted = service.duplicates.attach_at
    best = found[0] if found else None
    if wanted is None or best is None or best.case.service_code != service.code:
        return None
    is_open = best.ranked.candidate.is_open
    return best if is_open and best.ranked.score.probability >= wanted else None


def twin_of(
    session: Session, service: Service, located: Located, answers: Mapping[str, object]
) -> str | None:
    """Return the number of the case that takes a report by itself: same asset, same service, still open.

    Only where the service says that the asset makes two reports one; answers it also names must be equal
    (two systems of one building are two breakdowns). Two dumps in one park stay two (design §4).
    """
    same = service.duplicates.same
    if located.asset is None or ASSET not in same:
        return None
    asked = [key.removeprefix(ANSWER) for key in same if key.startswith(ANSWER)]
    if len(asked) + 1 != len(same):
        return None
    for row in _AT_ASSET.all(session, {"asset": located.asset.id, "service": service.code}):
        theirs = row.answers or {}
        if all(theirs.get(key) == answers.get(key) for key in asked):
            return str(row.number)
    return None


def of_segment(session: Session, service: Service, located: Located) -> str | None:
    """Return the number of the open case of a service on the same segment, for snow while the plow comes."""
    if located.segment is None:
        return None
    row = _ON_SEGMENT.one_or_none(session, {"service": service.code, "segment": located.segment.id})
    return str(row.number) if row is not None else None


def may_be_confused(session: Session, one: str, other: str) -> bool:
    """Tell whether people report one thing under either of two services."""
    return other in neighbours.confused_with(one, weights.current(session))


def _sighting(service: Service, located: Located, told: Told) -> Sighting:
    policy = policies.of(service.duplicates)
    return Sighting(
        service=service.code,
        at=told.at,
        lon=located.lon,
        lat=located.lat,
        accuracy_m=located.accuracy_m or DEFAULT_ACCURACY_M,
        radius_m=policy.radius_m,
        window_h=policy.window_h,
        match=policy.match,
        segment_id=located.segment.id if located.segment else None,
        asset_id=located.asset.id if located.asset else None,
        text=told.text,
        address_text=(located.said or located.address or "") if located.method == "address" else "",
        answers=traits.answers(told.answers),
        channel=told.channel,
        reporter=told.reporter,
        photo_hashes=told.hashes,
        street=located.segment.direction if located.segment else None,
    )


def _candidate(row: Any, seen: Sighting) -> Candidate:
    return Candidate(
        key=row.id,
        service=row.service_code,
        opened_at=row.opened_at,
        lon=row.lon,
        lat=row.lat,
        accuracy_m=row.geom_accuracy_m or DEFAULT_ACCURACY_M,
        last_report_at=row.last_report_at,
        closed_at=None if row.is_open else row.completed_at,
        segment_id=row.segment_id,
        asset_id=row.asset_id,
        text=row.summary,
        address_text=(row.address_text or "") if row.location_method == "address" else "",
        answers=traits.answers(row.answers),
        channel=row.channel or "",
        reporters=frozenset([seen.reporter]) if seen.reporter and row.is_person else frozenset(),
        photo_hashes=traits.hashes(row.hashes),
        reports=row.reports_count,
    )


def _known(row: Any) -> Known:
    case_id: UUID = row.id
    return Known(
        id=case_id,
        number=row.number,
        service_code=row.service_code,
        workflow=row.workflow,
        workflow_version=row.workflow_version,
        status=row.status,
        reports_count=row.reports_count,
        opened_at=row.opened_at,
        place=row.place_text,
    )
