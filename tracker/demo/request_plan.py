"""What people report and how they say it: data/demo/requests.yaml and texts.yaml as values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tracker.demo import parameters


@dataclass(frozen=True, kw_only=True, slots=True)
class Evening:
    hour: float
    spread_h: float
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Rush:
    """The last hours: a share of all incidents more, and how many of those nobody has looked at yet."""

    hours: float
    share: float
    waiting: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """How incidents gather: the number of centres, the share near one, its spread along the streets."""

    clusters: int
    clustered: float
    sigma_m: float
    pareto: float


@dataclass(frozen=True, kw_only=True, slots=True)
class TwinWays:
    same: float
    merged: float
    left: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Noise:
    """Errors of positions in metres."""

    mobile: tuple[tuple[float, float], ...]
    pin: float
    fixed_share: float
    fixed: float


@dataclass(frozen=True, kw_only=True, slots=True)
class SlowDistrict:
    code: str
    factor: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Fates:
    """Shares of cases that leave the straight way."""

    refused: float
    cancelled: float
    asked: float
    held: float
    referred: float
    reopened: float
    zombie: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Photos:
    """`before` is the share of reports with a photo; `pavement` the services whose photos show a hole."""

    before: float
    pavement: tuple[str, ...]
    scenes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    count: int
    zipf: float


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestPlan:
    months: int
    counts: dict[str, int]
    rush: Rush
    profiles: dict[str, tuple[float, ...]]
    weekdays: tuple[float, ...]
    hours: tuple[float, ...]
    evening: Evening
    channels: dict[str, float]
    english: float
    anonymous: float
    places: Places
    twins: dict[str, float]
    twin_more: float
    twin_ways: TwinWays
    noise: Noise
    delays: dict[str, tuple[float, float]]
    delay_share: float
    delay_spread: float
    slow_district: SlowDistrict
    fates: Fates
    zombies: tuple[str, ...]
    recent_days: dict[str, int]
    outcomes: dict[str, float]
    thumbs: float
    holds: tuple[str, ...]
    partners: tuple[str, ...]
    photos: Photos
    people: People


@dataclass(frozen=True, kw_only=True, slots=True)
class Phrases:
    fr: tuple[str, ...]
    en: tuple[str, ...]

    def said_in(self, language: str) -> tuple[str, ...]:
        return self.en if language == "en" else self.fr


@dataclass(frozen=True, kw_only=True, slots=True)
class StaffNotes:
    report: tuple[str, ...]
    answers_fr: tuple[str, ...]
    question_fr: tuple[str, ...]
    reopened_fr: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class TextsPlan:
    openers: Phrases
    closers: Phrases
    longer: Phrases
    emoji: tuple[str, ...]
    services: dict[str, Phrases]
    staff_notes: StaffNotes
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    neighbours_on_keys: dict[str, str]


def read_requests(folder: Path = parameters.DEFAULT_FOLDER) -> RequestPlan:
    """Read how much is reported. Raises ParameterMissing."""
    plan: RequestPlan = parameters.build_value(
        RequestPlan, parameters.read_yaml(folder / "requests.yaml"), where="requests.yaml"
    )
    return plan


def read_texts(folder: Path = parameters.DEFAULT_FOLDER) -> TextsPlan:
    """Read how it is said. Raises ParameterMissing."""
    plan: TextsPlan = parameters.build_value(
        TextsPlan, parameters.read_yaml(folder / "texts.yaml"), where="texts.yaml"
    )
    return plan
