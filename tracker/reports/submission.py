"""What a person sends, as plain values, and what the city answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from gis.duplicates import Ranked
from tracker.catalogue.definitions import Service
from tracker.dispatch.storms import Pass
from tracker.places.service import Given, Located


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """How to answer the person."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None

    @property
    def is_reachable(self) -> bool:
        return bool(self.email or self.phone)


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A photo of the report, kept on disk already under its SHA-256, with what its EXIF said."""

    id: UUID
    sha256: bytes
    media_type: str
    width: int
    height: int
    byte_count: int
    taken_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    difference_hash: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """One report as it arrives, from whichever face."""

    service_code: str
    given: Given
    received_at: datetime
    description: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)
    language: str = "fr"
    channel: str = "web"
    contact: Contact | None = None
    occurred_at: datetime | None = None
    same_as: str | None = None
    is_new: bool = False
    entered_by: UUID | None = None
    actor: str = "citizen"
    is_staff: bool = False
    pictures: tuple[Picture, ...] = ()
    first: str = (
        "receive"  # the transition that opens the case: a booking begins in a cart, a permit as a draft
    )
    is_draft: bool = False  # not sent yet: answers may still be missing


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """A case as the answer shows it."""

    id: UUID
    number: str
    service_code: str
    workflow: str
    workflow_version: int
    status: str
    reports_count: int
    opened_at: datetime
    place: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookalike:
    """A case that may be the same thing, with its score and the version of the weights that gave it."""

    case: Known
    ranked: Ranked
    model: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """What became of a report, complete enough for any client to show."""

    number: str
    secret: str
    received_at: datetime
    link: str
    located: Located
    case: Known
    district: str | None
    department: str
    crew_id: int | None
    priority: int
    respond_by: datetime | None
    resolve_by: datetime | None
    reasons: tuple[Mapping[str, Any], ...]
    lookalikes: tuple[Lookalike, ...]
    pictures: tuple[Picture, ...]
    coming: Pass | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """A sound report with its service, its place, what it may repeat and which crew came here last."""

    submission: Submission
    service: Service
    located: Located
    found: tuple[Lookalike, ...] = ()
    last_crew_id: int | None = None
