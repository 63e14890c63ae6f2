"""What people report and how they say it: data/demo/requests.yaml and texts.yaml as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tracker.demo import parameters


@dataclass(frozen=True, kw_only=True, slots=True)
class Evening:
    hour: float
    spread_h: float
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Named:
    """A day people remember: what it brings of each service whose code begins so, for so many days."""

    name: str
    day: date
    factors: dict[str, float]
    days: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class WeatherPlan:
    snow_share: float
    snow_median_cm: float
    snow_sigma: float
    snow_from_cm: float
    snow_days: int
    heavy_cm: float
    rain_share: float
    rain_factor: float
    thaw_factor: float
    thaw_days: int
    named: tuple[Named, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class SurgePlan:
    """Many things with one cause, each an incident of its own: a main that broke, a route the truck left
    out.
    """

    name: str
    day: date
    hours: tuple[float, float]
    radius_m: float
    counts: dict[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Spot:
    """A place that draws a service: under a bridge, beside a bar. Metres."""

    services: tuple[str, ...]
    share: float
    sigma_m: float
    at: tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """How incidents gather: the number of centres by kind, the share near one by beginning of the service's
    code
    (`other` for the rest), the spread around it along the streets in metres."""

    centres: dict[str, int]
    clustered: dict[str, float]
    sigma_m: float
    pareto: float
    spots: tuple[Spot, ...]
    snow_priority: dict[str, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class TwinWays:
    same: float
    merged: float
    left: float


@dataclass(frozen=True, kw_only=True, slots=True)
class TwinsPlan:
    """Who else reports an incident: the share of incidents that several people report, and how they do.

    `chances` are relative, by service, `other` for the rest; `cross` is the share of twins told as another
    service of a pair in `confused` (with its weight); `wait_share` is the mean delay as a share of the time
    it is open; `late` the share told once it is done; `near` the share of incidents beside another one of
    the same service (`near_m`, `near_days` apart) that is not the same.
    """

    share: float
    chances: dict[str, float]
    cross: float
    confused: tuple[tuple[str, str, float], ...]
    wait_share: float
    late: float
    near: float
    near_m: tuple[float, float]
    near_days: float
    ways: TwinWays


@dataclass(frozen=True, kw_only=True, slots=True)
class Phone:
    """How a place told in words is off: metres along the street, and shares of the ways to be wrong."""

    along_m: float
    wrong_side: float
    wrong_street: float
    corner_only: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Noise:
    """Errors of positions in metres. `mobile` mixes normal errors by share; `tail` is lognormal: share,
    median, sigma.
    """

    mobile: tuple[tuple[float, float], ...]
    tail: tuple[float, float, float]
    fixed_share: float
    fixed_m: float
    pin_m: float
    phone: Phone
    asset_picked: dict[str, float]
    exif_share: float
    exif_elsewhere: float


@dataclass(frozen=True, kw_only=True, slots=True)
class EdgesPlan:
    """Hard cases: shares turned away at the door (beyond the counts), shares and numbers among the
    reports.
    """

    outside: float
    province: float
    water: float
    owners: dict[str, float]
    owned: dict[str, tuple[str, ...]]
    on_district_edge: int
    vague: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Oddities:
    """Shares of texts that hold what should not be there; `injected` is a number."""

    personal: float
    abusive: float
    emergency: float
    injected: int


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
    waiting: float
    waiting_h: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Offline:
    """The share of tablets out of reach, and how late they send: median and sigma in minutes, at most."""

    share: float
    median_min: float
    sigma: float
    most_min: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """The share of reporters asked who answer, and of those the share who are content.

    `told` is the share of questions about the thing itself which are answered as it is; the others see it
    otherwise, or guess.
    """

    told: float
    share: float
    content: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Photos:
    """`before` is the share of reports with a photo; `pavement` the services whose photos show a hole.

    Every photo of one incident shows one scene; `same_picture` of those after the first are the very picture
    somebody sent before (it went round the street), the others a shot of their own.
    """

    before: float
    same_picture: float
    pavement: tuple[str, ...]
    scenes: int


@dataclass(frozen=True, kw_only=True, slots=True)
class People:
    count: int
    zipf: float
    most: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Slow:
    """When work takes longer: factors of the delay in April and in a storm's week."""

    april: float
    storm: float


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestPlan:
    """data/demo/requests.yaml."""

    counts: dict[str, int]
    profiles: dict[str, tuple[float, ...]]
    weekdays: tuple[float, ...]
    hours: tuple[float, ...]
    evening: Evening
    after_dark: dict[str, float]
    weather: WeatherPlan
    surges: tuple[SurgePlan, ...]
    channels: dict[str, tuple[float, float]]
    english: float
    mixed: float
    anonymous: float
    oddities: Oddities
    places: Places
    twins: TwinsPlan
    noise: Noise
    edges: EdgesPlan
    delays: dict[str, tuple[float, float]]
    delay_share: float
    delay_spread: float
    slow: Slow
    slow_district: SlowDistrict
    fates: Fates
    zombies: tuple[str, ...]
    outcomes: dict[str, float]
    offline: Offline
    answers: Answers
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
    """data/demo/texts.yaml."""

    openers: Phrases
    closers: Phrases
    longer: Phrases
    agents: Phrases
    frames: dict[str, Phrases]
    slang: dict[str, str]
    english_words: dict[str, str]
    emoji: tuple[str, ...]
    personal: Phrases
    abusive: Phrases
    emergency: Phrases
    injected: tuple[str, ...]
    quoi: dict[str, tuple[str, str]]
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
