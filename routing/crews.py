"""Which crew may do a job, and which of them best: eligibility with its reason, and a score (domain.md §6).

Plain values in, plain values out: no database, no clock, no language. Travel is told in minutes by whoever
knows the streets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby

from routing import legal
from routing.legal import Limits, Stint, Tired

SKILL, EQUIPMENT, SHIFT, LEGAL, CAPACITY, EXCLUDED = (
    "skill", "equipment", "shift", "legal", "capacity", "excluded",
)  # fmt: skip
REFUSALS = (SKILL, EQUIPMENT, SHIFT, LEGAL, CAPACITY, EXCLUDED)
DANGER = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Weights:
    """How much each term counts; each is 0–1, lower is better. Raises ValueError unless they sum to 1."""

    travel: float = 0.40
    slack: float = 0.30
    load: float = 0.20
    discontinuity: float = 0.10

    def __post_init__(self) -> None:
        every = (self.travel, self.slack, self.load, self.discontinuity)
        if min(every) < 0 or abs(sum(every) - 1) > 1e-6:
            raise ValueError("weights are at least 0 and sum to 1")


@dataclass(frozen=True, kw_only=True, slots=True)
class Capacity:
    """What is left of a shift for jobs: (shift − off) × share, a smaller share in a storm."""

    off_min: int = 90
    share: float = 0.75
    storm_share: float = 0.6

    def of(self, shift_min: float, *, storm: bool = False) -> float:
        """Return the minutes of work in a shift of so many minutes."""
        return max(0.0, shift_min - self.off_min) * (self.storm_share if storm else self.share)

    def of_told(self, told_min: float, *, storm: bool = False) -> float:
        """Return the minutes of a day whose usual capacity is told, less in a storm."""
        return told_min * (self.storm_share / self.share) if storm else told_min


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """What is to be done: when it was asked, when it is due, how long it takes, what it needs."""

    asked: datetime
    due: datetime
    minutes: int
    skill: str | None = None
    equipment: frozenset[str] = frozenset()
    priority: int = 3

    @property
    def is_danger(self) -> bool:
        return self.priority == DANGER

    def slack_left(self, now: datetime) -> float:
        """Return the share of the whole delay that is left, 0 when it is due or late."""
        whole = (self.due - self.asked) / timedelta(minutes=1)
        left = (self.due - now) / timedelta(minutes=1)
        return min(1.0, max(0.0, left / whole)) if whole > 0 else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """How a crew stands towards one job.

    `works_from` is the first moment it is on shift (on call, for a danger) before the job is due, None for
    never; `equipment` is what it has then. `rested_shift` tells whether a shift before then follows its
    rest. `left_min` is None for a crew that keeps no hours: it is never full. `busy` is the share of its day
    that is promised already.
    """

    skills: frozenset[str]
    equipment: frozenset[str] = frozenset()
    works_from: datetime | None = None
    stints: Sequence[Stint] = ()
    rested_shift: bool = True
    left_min: float | None = None
    busy: float = 0.0
    travel_min: float | None = None
    was_here: bool | None = None
    excluded: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """Why a crew is not eligible: the first of the rules it fails, and what it lacks."""

    rule: str
    missing: tuple[str, ...] = ()
    tired: Tired | None = None
    minutes: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """The terms of a score, each 0–1, and their weighted sum."""

    travel: float
    slack: float
    load: float
    discontinuity: float
    total: float


def refusal(job: Job, crew: Standing, limits: Limits) -> Refusal | None:
    """Return why a crew may not have a job, the first rule it fails; None when it is eligible."""
    if crew.excluded is not None:
        return Refusal(rule=EXCLUDED, missing=(crew.excluded,))
    if job.skill is not None and job.skill not in crew.skills:
        return Refusal(rule=SKILL, missing=(job.skill,))
    if crew.works_from is None:
        return Refusal(rule=SHIFT)
    if not job.equipment <= crew.equipment:
        return Refusal(rule=EQUIPMENT, missing=tuple(sorted(job.equipment - crew.equipment)))
    weary = _weary(job, crew, limits)
    if weary is not None:
        return Refusal(rule=LEGAL, tired=weary)
    if crew.left_min is not None and not job.is_danger and crew.left_min < job.minutes:
        return Refusal(rule=CAPACITY, minutes=max(0, round(crew.left_min)))
    return None


def _weary(job: Job, crew: Standing, limits: Limits) -> Tired | None:
    """A danger is done at once; anything else may wait for a rest, if a shift is left after it."""
    if not crew.stints or crew.works_from is None:
        return None
    begins = crew.works_from
    found = legal.tired(crew.stints, Stint(begins, begins + timedelta(minutes=job.minutes)), limits)
    return None if found is None or (crew.rested_shift and not job.is_danger) else found


def terms(job: Job, crew: Standing, now: datetime, weights: Weights, *, farthest_min: float) -> Terms:
    """Return the score of a crew for a job, lower is better. What is not known costs nothing."""
    travel = min(1.0, (crew.travel_min or 0.0) / farthest_min)
    slack = job.slack_left(now)
    load = min(1.0, max(0.0, crew.busy))
    discontinuity = 1.0 if crew.was_here is False else 0.0
    total = (
        weights.travel * travel
        + weights.slack * slack
        + weights.load * load
        + weights.discontinuity * discontinuity
    )
    return Terms(travel=travel, slack=slack, load=load, discontinuity=discontinuity, total=total)


Spot = tuple[float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """A job in a crew's queue. `placed` is where a person put it, which always wins; None for nobody did.

    `day` is the day of `due` in the town's own zone, and `spot` where the job is (lon, lat): without them it
    is ordered by due date alone.
    """

    key: str
    due: datetime
    priority: int
    is_begun: bool = False
    placed: int | None = None
    day: date | None = None
    spot: Spot | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """Where and when a crew sets out: today in the town's zone, its depot, and how far apart places are."""

    today: date
    apart: Callable[[Spot, Spot], float]
    start: Spot | None = None


def queue(jobs: Iterable[Waiting], ground: Ground | None = None) -> list[Waiting]:
    """Return a crew's jobs in the order it does them.

    A danger preempts, and what it interrupted comes right after it (domain.md §6 ⑥); then what a person put
    in order, then by due date. A person's place wins over everything but a danger nobody has placed.

    What is late or due today goes strictly by its hour. What is due on one later day is as urgent as its
    priority says, and among equals the crew goes to the nearest next, from where it then is.
    """
    ordered: list[Waiting] = []
    turns = sorted(jobs, key=lambda job: (_rank(job, ground), job.due.timestamp(), job.key))
    for _, equals in groupby(turns, lambda job: _rank(job, ground)):
        ordered += _nearest_next(list(equals), ordered, ground)
    return ordered


def _rank(job: Waiting, ground: Ground | None) -> tuple[float, ...]:
    """Return what puts a job before another; equals are gone through by nearness."""
    if job.priority == DANGER and job.placed is None:
        return (0, 0 if job.is_begun else 1, job.due.timestamp())
    if job.is_begun:
        return (1, job.due.timestamp())
    if job.placed is not None:
        return (2, job.placed)
    if ground is not None and job.day is not None and job.day > ground.today:
        return (4, job.day.toordinal(), job.priority)
    return (3, job.due.timestamp(), job.priority)


def _nearest_next(equals: list[Waiting], before: Sequence[Waiting], ground: Ground | None) -> list[Waiting]:
    """Go through jobs of one rank from where the last one leaves the crew; those with no place come last."""
    if ground is None or len(equals) < 2:
        return equals
    here = next((job.spot for job in reversed(before) if job.spot is not None), ground.start)
    left = {job.key: job.spot for job in equals if job.spot is not None}
    by_key = {job.key: job for job in equals}
    gone: list[Waiting] = []
    while left:
        key = next(iter(left)) if here is None else _nearest(left, here, ground)
        here = left.pop(key)
        gone.append(by_key[key])
    return gone + [job for job in equals if job.spot is None]


def _nearest(left: Mapping[str, Spot], here: Spot, ground: Ground) -> str:
    return min(left, key=lambda key: ground.apart(here, left[key]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbour:
    """A job the crew has already: its key, how many minutes further the new one is, and what they share."""

    key: str
    extra_min: float
    shares: str | None = field(default=None)


def batch(neighbours: Iterable[Neighbour], *, within_min: float) -> Neighbour | None:
    """Return the job that a new one is best done together with, one that shares something first.

    None when nothing of the crew's is within that much extra travel. A proposal: nobody is forced.
    """
    near = [each for each in neighbours if each.extra_min < within_min]
    return min(near, key=lambda each: (each.shares is None, each.extra_min, each.key), default=None)
