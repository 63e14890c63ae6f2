"""Cases that may be the same thing as a report: one indexed read, then the score of `gis.duplicates`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from gis.duplicates import Candidate, Sighting, rank, search_radius_m
from gis.weights import Weights
from tracker.cases import families
from tracker.cases.models import ALIVE_UNTIL
from tracker.catalogue.definitions import Service
from tracker.duplicates import policies, weights
from tracker.places import queries as places
from tracker.places.service import Located
from tracker.prepared import Prepared
from tracker.reports.submission import Known, Lookalike

WORST_ACCURACY_M = 60.0
CLOSED_DAYS = 30
MOST_READ = 40
MOST_SHOWN = 3
PUBLIC = "public"

# The GiST index holds the place and until when a case may be repeated; services are compared by equality
# with the short list of compatible ones. Sorting the few that are found costs less than `<->`, which would
# visit the index in order of distance.
_NEARBY = Prepared(f"""
    SELECT c.id, c.number, c.service_code, c.workflow, c.workflow_version, c.status, c.is_open,
           c.reports_count, c.opened_at, c.last_report_at, c.closed_at, c.completed_at, c.segment_id,
           c.asset_id, c.summary, c.place_text, c.geom_accuracy_m, ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat
    FROM "case" c
    WHERE c.geom && ST_Expand(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :dx, :dy)
      AND c.service_code = ANY(:services) AND c.parent_id IS NULL
      AND ({ALIVE_UNTIL}) > :since
    ORDER BY ST_Distance(c.geom, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))
    LIMIT :most
""")  # noqa: S608 -- composed of constants
_AT_ASSET = Prepared("""
    SELECT c.number, r.answers FROM "case" c LEFT JOIN report r ON r.number = c.number
    WHERE c.asset_id = :asset AND c.is_open AND c.service_code = :service AND c.parent_id IS NULL
    ORDER BY c.opened_at, c.id
""")
ASSET, ANSWER = "asset", "answer."


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a report says that its comparison needs."""

    at: datetime
    text: str
    answers: Mapping[str, object]


def find(session: Session, service: Service, located: Located, told: Told) -> tuple[Lookalike, ...]:
    """Return the cases likely to be the same thing, the most probable first; none without a place.

    Of permits, bookings, questions and the court's files none: what another person asked is theirs.
    """
    if located.lon is None or located.lat is None or policies.is_never(service.duplicates):
        return ()
    if families.current(session).machine(service.workflow).visibility != PUBLIC:
        return ()
    known_weights = weights.current(session)
    sighting = _sighting(service, located, told)
    rows = _nearby(session, service, located, told.at, confused_with(service.code, known_weights))
    known = {row.id: row for row in rows}
    ranked = rank(
        sighting,
        [_candidate(row) for row in rows],
        known_weights,
        MOST_SHOWN,
        least=service.duplicates.show_at,
    )
    return tuple(
        Lookalike(case=_known(known[each.candidate.key]), ranked=each, model=known_weights.version)
        for each in ranked
    )


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


def confused_with(code: str, known: Weights) -> list[str]:
    """Return the services people report one thing under, this one first: those listed and those learned."""
    listed = [other for one, other in known.compatible if one == code]
    return [code, *dict.fromkeys((*listed, *(known.learned.often_one(code) if known.learned else ())))]


def may_be_confused(session: Session, one: str, other: str) -> bool:
    """Tell whether people report one thing under either of two services."""
    return other in confused_with(one, weights.current(session))


def _sighting(service: Service, located: Located, told: Told) -> Sighting:
    policy = policies.of(service.duplicates)
    return Sighting(
        service=service.code,
        at=told.at,
        lon=located.lon,
        lat=located.lat,
        accuracy_m=located.accuracy_m or 15.0,
        radius_m=policy.radius_m,
        window_h=policy.window_h,
        match=policy.match,
        segment_id=located.segment.id if located.segment else None,
        asset_id=located.asset.id if located.asset else None,
        text=told.text,
        address_text=(located.said or located.address or "") if located.method == "address" else "",
    )


def _nearby(
    session: Session, service: Service, located: Located, at: datetime, services: list[str]
) -> list[Any]:
    assert located.lon is not None
    assert located.lat is not None
    radius_m = search_radius_m(
        policies.of(service.duplicates).radius_m, located.accuracy_m or 15.0, WORST_ACCURACY_M
    )
    return _NEARBY.all(
        session,
        {
            "lon": located.lon,
            "lat": located.lat,
            "services": services,
            "since": at - timedelta(days=CLOSED_DAYS),
            "most": MOST_READ,
            **places.box(located.lat, radius_m),
        },
    )


def _candidate(row: Any) -> Candidate:
    return Candidate(
        key=row.id,
        service=row.service_code,
        opened_at=row.opened_at,
        lon=row.lon,
        lat=row.lat,
        accuracy_m=row.geom_accuracy_m or 15.0,
        last_report_at=row.last_report_at,
        closed_at=None if row.is_open else row.completed_at,
        segment_id=row.segment_id,
        asset_id=row.asset_id,
        text=row.summary,
        address_text=row.place_text if (row.place_text or "")[:1].isdigit() else "",
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
