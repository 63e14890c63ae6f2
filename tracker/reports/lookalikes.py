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
from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import Service
from tracker.duplicates import policies, traits, weights
from tracker.places import queries as places
from tracker.places.service import Located
from tracker.prepared import Prepared
from tracker.reports import drafting
from tracker.reports.submission import Contact, Known, Lookalike, Picture

WORST_ACCURACY_M = 60.0
CLOSED_DAYS = 30
MOST_READ = 40
MOST_SHOWN = 3
PUBLIC = "public"

# The GiST indexes hold the place, until when a case may be repeated, and the service: only what is compared
# is read from the table, however much else lies there. GiST takes one service at a time; OFFSET 0 keeps the
# planner from a join that filters by service afterwards. Sorting the few that are found costs less than
# `<->`; of equally near ones (homes of one street are shown at one point) the latest reported are read.
# What the first report answered, who has reported and which pictures were sent is read beside each of the few
# found, by the indexes of their keys; nothing of a person leaves the database but whether it is the same one.
_AMONG = f"""
        FROM unnest(CAST(:services AS text[])) AS asked(code)
        CROSS JOIN LATERAL (
            SELECT * FROM "case"
            WHERE {{place}} && ST_Expand(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :dx, :dy)
              AND ({ALIVE_UNTIL}) > :since AND service_code = asked.code AND parent_id IS NULL
            OFFSET 0
        ) c
        ORDER BY ST_Distance(c.{{place}}, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)),
                 c.last_report_at DESC, c.id
        LIMIT :most
"""  # noqa: S608 -- composed of constants
_NEARBY = Prepared(f"""
    SELECT n.*, r.answers, r.channel, r.location_method, r.address_text, s.is_person, s.hashes
    FROM (
        SELECT c.id, c.number, c.service_code, c.workflow, c.workflow_version, c.status, c.is_open,
               c.reports_count, c.opened_at, c.last_report_at, c.closed_at, c.completed_at, c.segment_id,
               c.asset_id, c.crew_id, c.summary, c.place_text, c.geom_accuracy_m,
               ST_X(c.geom) AS lon, ST_Y(c.geom) AS lat
        {_AMONG.format(place="geom")}
    ) n
    LEFT JOIN report r ON r.number = n.number
    LEFT JOIN LATERAL (
        SELECT bool_or({traits.REPORTER} = :reporter) AS is_person,
               array_agg(p.difference_hash) FILTER (WHERE p.difference_hash IS NOT NULL) AS hashes
        FROM report o
        LEFT JOIN contact k ON k.report_id = o.id AND :reporter <> ''
        LEFT JOIN photo p ON p.report_id = o.id AND :has_photo
        WHERE o.case_id = n.id AND (:reporter <> '' OR :has_photo)
    ) s ON true
""")  # noqa: S608 -- composed of constants
# For whoever is not staff, what points at a home is where the public is shown it, and says nothing of itself:
# a point moved about until the likeness changes must not find the door.
_BY_STREET = Prepared(f"""
    SELECT id, number, service_code, workflow, workflow_version, status, is_open, reports_count, opened_at,
           last_report_at, closed_at, completed_at, NULL::bigint AS segment_id, asset_id, crew_id,
           '' AS summary, public_place AS place_text, 25.0::float8 AS geom_accuracy_m,
           ST_X(public_geom) AS lon, ST_Y(public_geom) AS lat, NULL::jsonb AS answers, ''::text AS channel,
           ''::text AS location_method, ''::text AS address_text, NULL::boolean AS is_person,
           NULL::bigint[] AS hashes
    {_AMONG.format(place="public_geom")}
""")
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
NOBODY = Contact()
ASSET, ANSWER = "asset", "answer."


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a report says that its comparison needs."""

    at: datetime
    text: str
    answers: Mapping[str, object]
    channel: str = ""
    contact: Contact = NOBODY
    pictures: tuple[Picture, ...] = ()

    @property
    def reporter(self) -> str | None:
        """Return the fingerprint of who reports."""
        return traits.reporter(self.contact.name, self.contact.email, self.contact.phone)

    @property
    def hashes(self) -> tuple[int, ...]:
        """Return what the pictures look like."""
        return tuple(each.difference_hash for each in self.pictures if each.difference_hash)


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """The cases likely to be the same thing, and the crew of the last case around, if any had one."""

    found: tuple[Lookalike, ...] = ()
    last_crew_id: int | None = None


def look(
    session: Session, service: Service, located: Located, told: Told, *, to_public: bool = False
) -> Seen:
    """Return the cases likely to be the same thing, the most probable first; none without a place.

    With `to_public`, homes are judged by their public position. Of permits, bookings, questions and the
    court's files none: what another person asked is theirs.
    """
    if located.lon is None or located.lat is None or policies.is_never(service.duplicates):
        return Seen()
    if families.current(session).machine(service.workflow).visibility != PUBLIC:
        return Seen()
    known_weights = weights.current(session)
    sighting = _sighting(service, located, told)
    services = confused_with(service.code, known_weights)
    if to_public:
        listed = catalogue.current(session).catalogue
        homes = [code for code in services if code in listed and drafting.is_home(listed.service(code))]
        others = [code for code in services if code not in homes]
        rows = _nearby(session, _NEARBY, service, located, sighting, others) if others else []
        rows += _nearby(session, _BY_STREET, service, located, sighting, homes) if homes else []
    else:
        rows = _nearby(session, _NEARBY, service, located, sighting, services)
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


def confused_with(code: str, known: Weights) -> list[str]:
    """Return the services people report one thing under, this one first: those listed and those learned."""
    listed = [other for one, other in known.compatible if one == code]
    return list(dict.fromkeys((code, *listed, *(known.learned.often_one(code) if known.learned else ()))))


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
        answers=traits.answers(told.answers),
        channel=told.channel,
        reporter=told.reporter,
        photo_hashes=told.hashes,
        street=located.segment.direction if located.segment else None,
    )


def _nearby(
    session: Session,
    where: Prepared,
    service: Service,
    located: Located,
    seen: Sighting,
    services: list[str],
) -> list[Any]:
    assert located.lon is not None
    assert located.lat is not None
    radius_m = search_radius_m(
        policies.of(service.duplicates).radius_m, located.accuracy_m or 15.0, WORST_ACCURACY_M
    )
    return where.all(
        session,
        {
            "lon": located.lon,
            "lat": located.lat,
            "services": services,
            "since": seen.at - timedelta(days=CLOSED_DAYS),
            "reporter": seen.reporter or "",
            "has_photo": bool(seen.photo_hashes),
            "most": MOST_READ,
            **places.box(located.lat, radius_m),
        },
    )


def _candidate(row: Any, seen: Sighting) -> Candidate:
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
