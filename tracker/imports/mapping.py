"""A mapping: how one city's file says what a report says. Plain, frozen data read from `data/mappings`."""

import re
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from gis.crs import Box
from tracker.catalogue.promises import Text

OPEN_STATUSES = ("received", "accepted")
DONE_STATUSES = ("closed", "refused", "cancelled", "duplicate")
STATUSES = (*OPEN_STATUSES, *DONE_STATUSES)
OUTCOMES = ("fixed", "temporary", "nothing_found", "private_third_party", "too_big", "already_done")
REASONS = ("out_of_territory", "private", "third_party", "out_of_service", "abusive", "not_found")
CHANNELS = ("web", "mobile", "phone", "counter", "email", "crew")
LANGUAGES = ("fr", "en")
METHODS = ("address", "pin", "gps", "intersection", "segment")
JOINT = " | "


@dataclass(frozen=True, kw_only=True, slots=True)
class FileFormat:
    """How the file is written. gzip is recognised by itself, and so is a byte order mark."""

    kind: str = "csv"
    delimiter: str = ","
    encoding: str = "utf-8-sig"
    decimal: str = "."


@dataclass(frozen=True, kw_only=True, slots=True)
class Lookup:
    """Their words to ours: exact ones, then those with a `*` in the order of the file, then the default.

    Without a default, a value that is not listed has no answer. Case and spacing do not count.
    """

    columns: tuple[str, ...] = ()
    exact: Table[str, str] = field(default_factory=dict)
    wild: tuple[tuple[re.Pattern[str], str], ...] = ()
    default: str | None = None

    @property
    def targets(self) -> frozenset[str]:
        """Every word of ours that this may answer."""
        found = {*self.exact.values(), *(target for _, target in self.wild)}
        return frozenset(found | ({self.default} if self.default else set()))

    def find(self, value: str) -> str | None:
        """Return our word for theirs."""
        folded = fold(value)
        found = self.exact.get(folded)
        if found is None:
            found = next((target for pattern, target in self.wild if pattern.fullmatch(folded)), self.default)
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A column, or a text with columns in braces which counts only when all of them are filled."""

    text: str
    columns: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Dates:
    """Columns of dates; `closed` is the first one filled. `formats` are strptime's, or `iso`."""

    received: str
    closed: tuple[str, ...]
    due: str | None
    formats: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Where the place stands, how good it is, and which points are not places. Degrees, EPSG:4326."""

    lon: str | None
    lat: str | None
    address: tuple[Template, ...]
    method: str
    accuracy_m: float | None
    default_points: tuple[tuple[float, float], ...]
    learns: bool
    box: Box | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ClosingRule:
    """What a finished row's closing words mean; the first rule that matches decides."""

    says: re.Pattern[str]
    status: str | None
    outcome: str | None
    reason: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Duplicates:
    """Where the source says that a row repeats another. Never a feature of a detector: staff wrote it later.

    `says` tells whether it is a duplicate at all, `parent` finds the other's number (group `id`) and
    `number` completes a short one.
    """

    column: str
    says: re.Pattern[str] | None
    parent: re.Pattern[str] | None
    number: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapping:
    """How one city's file is read."""

    name: str
    file_name: str
    fingerprint: str
    label: Text
    source: str
    format: FileFormat
    zone: ZoneInfo
    id_columns: tuple[str, ...]
    id_is_made: bool
    expects: tuple[str, ...]
    dates: Dates
    places: Places
    description: tuple[Template, ...]
    language: Lookup
    channel: Lookup
    service: Lookup
    status: Lookup
    closing_column: str | None
    closing: tuple[ClosingRule, ...]
    duplicates: Duplicates | None

    @property
    def columns(self) -> tuple[str, ...]:
        """Every column this reads or expects, each once."""
        named = [
            *self.id_columns,
            *self.expects,
            self.dates.received,
            *self.dates.closed,
            self.dates.due,
            self.places.lon,
            self.places.lat,
            *(name for each in (*self.places.address, *self.description) for name in each.columns),
            *(
                name
                for each in (self.language, self.channel, self.service, self.status)
                for name in each.columns
            ),
            self.closing_column,
            self.duplicates.column if self.duplicates else None,
        ]
        return tuple(dict.fromkeys(name for name in named if name))


def fold(value: str) -> str:
    """Return a word without what does not count in a comparison: case, spaces around and between."""
    return " ".join(value.split()).casefold()
