"""Public cases around a place: what any passer-by can see in the street, and nothing about who reported it.

Only services whose catalogue entry says `public_map` are here (`case.is_public`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import cos, hypot, radians
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from tracker import moments
from tracker.cases import families, present
from tracker.catalogue import queries as catalogue
from tracker.maps import extent
from tracker.web import inner

REACH_M = 2_500
MOST = 200
EARTH_M = 6_371_008.8
LATE = "late"

_ONE = text("""
    SELECT c.number, c.service_code, c.workflow, c.workflow_version, c.status, c.outcome, c.is_open,
           c.resolve_by, c.paused_since, c.suspended_since, c.opened_at, c.reports_count,
           coalesce(c.public_place, c.place_text) AS place,
           ST_X(coalesce(c.public_geom, c.geom)) AS lon, ST_Y(coalesce(c.public_geom, c.geom)) AS lat
    FROM "case" c
    WHERE c.number = :number AND c.is_public
""")

# Where most things happen is a better first view than the middle of a map.
_HEART = text("""
    SELECT ST_X(p.geom) AS lon, ST_Y(p.geom) AS lat FROM (
        SELECT ST_GeometricMedian(ST_Collect(g.geom)) AS geom FROM (
            SELECT coalesce(public_geom, geom) AS geom FROM "case" WHERE is_public AND geom IS NOT NULL
            ORDER BY opened_at DESC LIMIT 60) g) p
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class PublicCase:
    """A case as a passer-by may know it."""

    number: str
    service_code: str
    service_name: str
    label: str
    tone: str
    place: str | None
    lon: float | None
    lat: float | None
    opened_at: datetime
    resolve_by: datetime | None
    is_open: bool
    reports_count: int
    distance_m: float | None = None

    @property
    def distance(self) -> str:
        """Return the distance in words, empty when it is not known."""
        if self.distance_m is None:
            return ""
        if self.distance_m < 950:
            return f"{max(5, 5 * round(self.distance_m / 5))}\N{NO-BREAK SPACE}m"
        return f"{self.distance_m / 1000:.1f}\N{NO-BREAK SPACE}km"


def around(lon: float, lat: float, *, limit: int) -> list[PublicCase]:
    """Return the public open cases around a point (EPSG:4326), the nearest first."""
    asked = urlencode({"lon": lon, "lat": lat, "radius_m": REACH_M, "limit": MOST})
    answer = inner.call("GET", f"/nearby?{asked}")
    found = [_listed(case, lon, lat) for case in answer.body.get("cases", [])] if answer.is_ok else []
    return sorted(found, key=lambda case: case.distance_m or 0)[:limit]


def one(session: Session, number: str, *, at: datetime, language: str) -> PublicCase | None:
    """Return a public case by its number."""
    row = session.execute(_ONE, {"number": number}).one_or_none()
    return _shown(session, row, at, language) if row is not None else None


def heart(session: Session) -> tuple[float, float] | None:
    """Return the point (lon, lat) where the town's latest cases gather, else the middle of its extent."""
    row = session.execute(_HEART).one()
    if row.lon is not None:
        return row.lon, row.lat
    box = extent.of_town(session)
    return ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) if box else None


def pins(cases: Sequence[PublicCase]) -> list[dict[str, Any]]:
    """Return the cases that have a place as the map wants them."""
    return [
        {
            "number": case.number,
            "lon": case.lon,
            "lat": case.lat,
            "tone": case.tone,
            "code": case.service_code,
            "label": f"{case.service_name}, {case.label}",
        }
        for case in cases
        if case.lon is not None
    ]


def _listed(case: Mapping[str, Any], lon: float, lat: float) -> PublicCase:
    return PublicCase(
        number=case["number"],
        service_code=case["service"]["code"],
        service_name=case["service"]["name"],
        label=case["status_label"],
        tone=LATE if case["late"] else case["tone"],
        place=case["place"],
        lon=case["lon"],
        lat=case["lat"],
        distance_m=_distance_m(lon, lat, case["lon"], case["lat"]),
        opened_at=moments.instant(case["opened_at"]),
        resolve_by=moments.instant(case["resolve_by"]) if case["resolve_by"] else None,
        is_open=case["is_open"],
        reports_count=case["reports_count"],
    )


def _distance_m(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Return metres between two points so near that the Earth is flat between them (spherical radius)."""
    east = radians(other_lon - lon) * cos(radians((lat + other_lat) / 2))
    return EARTH_M * hypot(east, radians(other_lat - lat))


def _shown(session: Session, row: Row[Any], at: datetime, language: str) -> PublicCase:
    state = families.current(session).machine(row.workflow, row.workflow_version).state(row.status)
    service = catalogue.current(session).catalogue.service(row.service_code)
    is_late = present.is_late(row._asdict(), at)
    return PublicCase(
        number=row.number,
        service_code=row.service_code,
        service_name=getattr(service.name, language),
        label=state.label_in_passing(row.outcome).said_in(language),
        tone=LATE if is_late else state.tone_in_passing,
        place=row.place,
        lon=row.lon,
        lat=row.lat,
        opened_at=row.opened_at,
        resolve_by=row.resolve_by,
        is_open=row.is_open,
        reports_count=row.reports_count,
    )
