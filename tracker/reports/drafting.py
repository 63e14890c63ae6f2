"""What the rows of a report hold, worked out from what was said and found."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from gis import crs
from gis import text as words
from tracker import ids
from tracker.catalogue.definitions import Service
from tracker.db import Selected
from tracker.places.service import Located
from tracker.reports.rows import as_json
from tracker.reports.submission import Contact, Intake

CONTACT_KEPT = timedelta(days=730)
SUMMARY_LENGTH = 280
SEARCHED_LENGTH = 2_000
PRIVATE_PLACES = ("address", "lot")
MOST_SHIFTING_M = 80.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A report about to be written and the case it belongs to."""

    report_id: UUID
    case_id: UUID
    number: str
    kind: str
    secret: str = field(default_factory=ids.new_secret)


def number_of(town: Selected, at: datetime, serial: int) -> str:
    """Return the number people read aloud: prefix, year, serial."""
    return f"{town.prefix}-{at.astimezone(ZoneInfo(town.zone)).year}-{serial:05d}"


def summary(description: str) -> str:
    """Return the beginning of a description, for lists."""
    return description[:SUMMARY_LENGTH]


def search_words(number: str, place: str | None, service: Service, description: str) -> str:
    """Return what a case is found by, without accents: its number, place, service and first words."""
    said = f"{number} {place or ''} {service.name.fr} {service.name.en} {description}"
    return words.fold(said[:SEARCHED_LENGTH])


def is_public(service: Service) -> bool:
    """Tell whether anyone may see the case; what points at a home, on its street only (migration 0013)."""
    return service.public_map


def is_home(service: Service) -> bool:
    """Tell whether a service's reports point at somebody's home."""
    return service.location.kind in PRIVATE_PLACES


def report_values(intake: Intake, link: Link) -> dict[str, Any]:
    """Return the columns of the report and of its contact."""
    submission, located = intake.submission, intake.located
    contact = submission.contact or Contact()
    return {
        "report_id": link.report_id,
        "number": link.number,
        "service_code": intake.service.code,
        "lon": located.lon,
        "lat": located.lat,
        "accuracy_m": located.accuracy_m,
        "method": located.method,
        "address": located.said or located.address,
        "segment_id": located.segment.id if located.segment else None,
        "asset_id": located.asset.id if located.asset else None,
        "placement": as_json(located.odds) if located.odds else None,
        "description": submission.description,
        "answers": as_json(dict(submission.answers)),
        "language": submission.language,
        "channel": submission.channel,
        "entered_by": submission.entered_by,
        "occurred_at": submission.occurred_at or submission.received_at,
        "received_at": submission.received_at,
        "case_id": link.case_id,
        "link": link.kind,
        "secret_hash": ids.fingerprint(link.secret),
        "contact_name": contact.name,
        "contact_email": contact.email,
        "contact_phone": contact.phone,
        "contact_until": submission.received_at + CONTACT_KEPT,
    }


def distance_m(case: Mapping[str, Any], located: Located) -> float | None:
    """Return how far a report is from a case in metres; None if either has no place."""
    if located.lon is None or located.lat is None or case["lon"] is None:
        return None
    return crs.near_distance_m(located.lon, located.lat, case["lon"], case["lat"])


def mean_position(case: Mapping[str, Any], located: Located) -> dict[str, float | None]:
    """Return the inverse-variance mean of a case's position and one more, in degrees and metres.

    Averaging degrees is sound where the two points are tens of metres apart; a report from further away
    does not move the case.
    """
    if located.lon is None or located.lat is None or case["lon"] is None:
        return {"mean_lon": located.lon, "mean_lat": located.lat, "mean_accuracy_m": located.accuracy_m}
    if (distance_m(case, located) or 0.0) > MOST_SHIFTING_M:
        return {"mean_lon": None, "mean_lat": None, "mean_accuracy_m": None}
    ours, theirs = case["geom_accuracy_m"] or 15.0, located.accuracy_m or 15.0
    share = ours**2 / (ours**2 + theirs**2)
    return {
        "mean_lon": case["lon"] + share * (located.lon - case["lon"]),
        "mean_lat": case["lat"] + share * (located.lat - case["lat"]),
        "mean_accuracy_m": (1 / (1 / ours**2 + 1 / theirs**2)) ** 0.5,
    }
