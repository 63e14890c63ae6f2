"""The cases around a place, read by one indexed question: `ask`, which may travel before the place is judged.

A person who gives coordinates is nearly always where they say: what lies around is asked for together with
the street and the address, one journey to the database instead of two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from gis.duplicates import search_radius_m
from gis.weights import Weights
from tracker.cases import families
from tracker.cases.models import ALIVE_UNTIL
from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import Service
from tracker.duplicates import policies, traits, weights
from tracker.places import queries as places
from tracker.prepared import Ahead, Prepared
from tracker.reports import drafting
from tracker.reports.submission import Contact, Picture

WORST_ACCURACY_M = 60.0
DEFAULT_ACCURACY_M = 15.0
CLOSED_DAYS = 30
MOST_READ = 40
PUBLIC = "public"
NOBODY = Contact()

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
# PostgreSQL would plan the question anew each time, for a plan that is always the same: a fifth of what a
# whole submission costs it (docs/benchmarks.md). What follows in the transaction are statements by keys.
_PLAN_ONCE = Prepared("SELECT set_config('plan_cache_mode', 'force_generic_plan', true)")


class Spot(NamedTuple):
    """A place to look around: degrees, metres."""

    lon: float
    lat: float
    accuracy_m: float


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
class Asked:
    """A question on its way, and the spot it is about."""

    spot: Spot
    sent: tuple[Ahead, ...]

    def rows(self) -> list[Any]:
        """Return the cases around, waiting for them if need be; each of `_NEARBY`'s columns."""
        return [row for each in self.sent for row in each.all()]


def are_compared(session: Session, service: Service) -> bool:
    """Tell whether reports of a service may be one thing.

    Of permits, bookings, questions and the court's files none are: what another person asked is theirs.
    """
    if policies.is_never(service.duplicates):
        return False
    return families.current(session).machine(service.workflow).visibility == PUBLIC


def ask(session: Session, service: Service, spot: Spot, told: Told, *, to_public: bool = False) -> Asked:
    """Ask for the cases around a spot with the next statement of the transaction.

    With `to_public`, homes are looked for at their public position.
    """
    services = confused_with(service.code, weights.current(session))
    values = _values(service, spot, told)
    _PLAN_ONCE.later(session, {})
    if not to_public:
        return Asked(spot=spot, sent=(_NEARBY.ahead(session, values | {"services": services}),))
    listed = catalogue.current(session).catalogue
    homes = [code for code in services if code in listed and drafting.is_home(listed.service(code))]
    others = [code for code in services if code not in homes]
    asked = ((_NEARBY, others), (_BY_STREET, homes))
    sent = [where.ahead(session, values | {"services": each}) for where, each in asked if each]
    return Asked(spot=spot, sent=tuple(sent))


def _values(service: Service, spot: Spot, told: Told) -> dict[str, Any]:
    radius_m = search_radius_m(policies.of(service.duplicates).radius_m, spot.accuracy_m, WORST_ACCURACY_M)
    return {
        "lon": spot.lon,
        "lat": spot.lat,
        "since": told.at - timedelta(days=CLOSED_DAYS),
        "reporter": told.reporter or "",
        "has_photo": bool(told.hashes),
        "most": MOST_READ,
        **places.box(spot.lat, radius_m),
    }


def confused_with(code: str, known: Weights) -> list[str]:
    """Return the services people report one thing under, this one first: those listed and those learned."""
    listed = [other for one, other in known.compatible if one == code]
    return list(dict.fromkeys((code, *listed, *(known.learned.often_one(code) if known.learned else ()))))
