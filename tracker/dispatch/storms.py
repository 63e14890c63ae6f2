"""Storm mode: where and when the promises of ordinary work are suspended, and what snow clearing promises.

Pure over what the operation declared (domain.md §5): a supervisor opens a storm, dated and by district; while
it lasts, field work of priority 3 and 4 that is not snow waits without being late, and the clock of snow
services starts when the precipitation ends, which the operation says.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tracker.catalogue.definitions import Service

SNOW = "DEN"
FIELD_WORK = "field_work"
ORDINARY = (3, 4)
END_OF_PRECIPITATION = "end_of_precipitation"
# Which passes of the operation answer which reports.
PASSED = {"DEN-RUE": "street", "DEN-TRO": "sidewalk"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Pass:
    """A planned pass: what is cleared, where (None: everywhere), on which streets (None: all), by when."""

    kind: str
    district: str | None
    road_class: str | None
    by: datetime

    def fits(self, kind: str, district: str | None, road_class: str | None) -> bool:
        """Tell whether it is of this kind, here, on such a street."""
        is_here = self.district is None or self.district == district
        return self.kind == kind and is_here and self.road_class in (None, road_class)


@dataclass(frozen=True, kw_only=True, slots=True)
class Storm:
    """A storm as declared. Without districts it is everywhere; without an end it lasts."""

    id: int
    districts: frozenset[str]
    starts_at: datetime
    ends_at: datetime | None
    precipitation_ended_at: datetime | None
    passes: tuple[Pass, ...]

    def covers(self, district: str | None, at: datetime) -> bool:
        """Tell whether the storm is on in a district at a moment."""
        return self.is_on(at) and self.is_in(district)

    def is_on(self, at: datetime) -> bool:
        """Tell whether the storm is on somewhere at a moment."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)

    def is_in(self, district: str | None) -> bool:
        """Tell whether the storm is of a district, whenever."""
        return not self.districts or district in self.districts


def suspends(workflow: str, priority: int, service_code: str) -> bool:
    """Tell whether such work waits in a storm: field work of priority 3 and 4 that is not snow."""
    return workflow == FIELD_WORK and priority in ORDINARY and not service_code.startswith(SNOW)


def on(storms: Iterable[Storm], district: str | None, at: datetime) -> Storm | None:
    """Return the storm that is on in a district at a moment, the one that began first."""
    return min(
        (one for one in storms if one.covers(district, at)), key=lambda one: one.starts_at, default=None
    )


def clock_starts(
    storms: Sequence[Storm], service: Service, district: str | None, received_at: datetime
) -> datetime | None:
    """Return when a report's clock starts; None while nobody knows, the precipitation going on."""
    if service.clock_start != END_OF_PRECIPITATION:
        return received_at
    storm = on(storms, district, received_at)
    if storm is None:
        return received_at
    ended = storm.precipitation_ended_at
    return None if ended is None else max(received_at, ended)


def planned(
    storm: Storm, service_code: str, *, district: str | None, road_class: str | None, at: datetime
) -> Pass | None:
    """Return the pass that is still to come where somebody reports snow, the soonest."""
    kind = PASSED.get(service_code)
    if kind is None:
        return None
    ahead = [one for one in storm.passes if one.by > at and one.fits(kind, district, road_class)]
    return min(ahead, key=lambda one: one.by, default=None)


def read(passes: Iterable[Mapping[str, Any]]) -> tuple[Pass, ...]:
    """Return passes from what the table keeps."""
    return tuple(
        Pass(
            kind=one["kind"],
            district=one.get("district"),
            road_class=one.get("road_class"),
            by=datetime.fromisoformat(one["by"]),
        )
        for one in passes
    )
