"""A record of a file once understood: a row, or the reason why it cannot be one."""

from dataclasses import dataclass
from datetime import datetime

from tracker.catalogue.promises import Text
from tracker.imports.mapping import OPEN_STATUSES

REASONS = {
    "ragged": Text(fr="nombre de colonnes différent de l’en-tête", en="not as many columns as the header"),
    "no_id": Text(fr="sans identifiant", en="no identifier"),
    "no_date": Text(fr="sans date de réception", en="no date of receipt"),
    "bad_date": Text(fr="date illisible", en="unreadable date"),
    "future": Text(fr="date dans le futur", en="date in the future"),
    "ancient": Text(fr="date trop ancienne", en="date too old"),
    "closed_before_received": Text(fr="fermée avant d’être reçue", en="closed before it was received"),
    "unknown_service": Text(fr="service inconnu", en="unknown service"),
    "unknown_status": Text(fr="statut inconnu", en="unknown status"),
    "unknown_channel": Text(fr="canal inconnu", en="unknown channel"),
    "unknown_language": Text(fr="langue inconnue", en="unknown language"),
}


class Refused(Exception):
    """A record cannot be brought in."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Sketch:
    """What the first reading needs of a record: its number, what it repeats, where it claims to be."""

    source_id: str
    parent: str | None
    repeat_key: str | None
    lon: float | None
    lat: float | None
    address: str
    service: str


@dataclass(frozen=True, slots=True)
class Row:
    """A record understood. Times are UTC, coordinates as the source wrote them, not judged yet.

    `theirs` is the source's word for the service, `said` its closing words.
    """

    source_id: str
    digest: str
    service_code: str
    status: str
    outcome: str | None
    reason: str | None
    received_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    lon: float | None
    lat: float | None
    address: str | None
    description: str
    language: str
    channel: str
    theirs: str
    said: str
    is_duplicate: bool

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATUSES
