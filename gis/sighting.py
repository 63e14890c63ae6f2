"""What is compared: a new report, a case that exists, and one piece of evidence about the two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, NamedTuple

Match = Literal["place", "segment", "asset", "address"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sighting:
    """A new report, with its service's duplicate policy as plain values.

    `match` says what makes two reports one: the place, or the same segment, asset or address. `radius_m` and
    `window_h` bound it; a window of None lasts until the case is closed. `at` is timezone-aware.
    `reporter` is any token which is equal for one person. `density_per_km2` is the local density of open
    cases of the service, if known. `label` is the city's own word for what is reported, where several of its
    words are one service of ours; `photo_hashes` are perceptual hashes (see `gis.photohash`). `street` is the
    direction of the street there, a unit vector east and north.
    Raises ValueError for a negative accuracy or radius, or a naive time.
    """

    service: str
    at: datetime
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float = 15.0
    radius_m: float = 25.0
    window_h: float | None = 336.0
    match: Match = "place"
    segment_id: object = None
    asset_id: object = None
    side: str | None = None
    text: str = ""
    address_text: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)
    reporter: str | None = None
    density_per_km2: float | None = None
    label: str = ""
    channel: str = ""
    photo_hashes: tuple[int, ...] = ()
    street: tuple[float, float] | None = None

    @property
    def kind(self) -> str:
        """Name what is reported as finely as it is known."""
        return self.label or self.service

    def __post_init__(self) -> None:
        if not (self.accuracy_m >= 0 and self.radius_m > 0):
            raise ValueError("accuracy_m must not be negative, radius_m must be positive")
        if self.at.tzinfo is None:
            raise ValueError("at must be timezone-aware")


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """An existing case as seen from a new report.

    The position is the inverse-variance mean of its reports' (compare with the incident, not with each
    report, so that no chain can drift); `accuracy_m` belongs to that mean. Times are timezone-aware.
    """

    key: object
    service: str
    opened_at: datetime
    lon: float | None = None
    lat: float | None = None
    accuracy_m: float = 15.0
    last_report_at: datetime | None = None
    closed_at: datetime | None = None
    segment_id: object = None
    asset_id: object = None
    side: str | None = None
    text: str = ""
    address_text: str = ""
    answers: Mapping[str, object] = field(default_factory=dict)
    reporters: frozenset[str] = frozenset()
    label: str = ""
    channel: str = ""
    photo_hashes: tuple[int, ...] = ()
    reports: int = 1

    @property
    def kind(self) -> str:
        """Name what it is as finely as it is known."""
        return self.label or self.service

    @property
    def is_open(self) -> bool:
        """Tell whether the city still has it to do."""
        return self.closed_at is None


class Term(NamedTuple):  # a dozen are made for every candidate: a tuple costs a third of a dataclass
    """One piece of evidence: its log-odds, and why in French and English.

    `level` is the class its measure falls in ("same:20-30"): what learned weights correct it by.
    """

    name: str
    value: float
    fr: str
    en: str
    level: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Company:
    """How a candidate stands among the others of its kind that are open: who is nearer, who is fresher."""

    nearer: int = 0
    fresher: int = 0  # at most as far and reported later
    around: int = 0  # within 100 m
