"""One case's moves as they are decided: who acts, when, and how long things take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np

from tracker.catalogue.definitions import Service
from tracker.demo.filings import Filing
from tracker.demo.incidents import Incident
from tracker.demo.request_plan import RequestPlan, StaffNotes
from tracker.demo.rota import Hours
from tracker.demo.window import ZONE

_OPENS, _CLOSES = time(8, 0), time(16, 30)
STEP = timedelta(seconds=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One move of a case: who, when, with which inputs. `photo` numbers a scene; None for no photo.

    A crew is the case's own; `crew_input` asks for its code as an input; `lag` is how late the tablet sent;
    `granted` tells that what is due was paid and what is wanted is free.
    """

    at: datetime
    transition: str
    role: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    photo: int | None = None
    crew_input: bool = False
    lag: timedelta = timedelta(0)
    granted: bool = False

    @property
    def done_at(self) -> datetime:
        """When it was done where it was done."""
        return self.at - self.lag


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """What the moves of one case depend on; `done` is when the work really ends, `hours` those of its
    crew.
    """

    incident: Incident
    service: Service
    first: Filing
    done: datetime
    hours: Hours
    is_on_call: bool
    anchor: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Means:
    """What every fate is drawn with: the figures, what staff write, and the stream of chance."""

    plan: RequestPlan
    notes: StaffNotes
    rng: np.random.Generator


class Fate:
    """Writes one case's moves in order of time."""

    def __init__(self, means: Means, life: Life) -> None:
        self.plan, self.notes, self.rng, self.life = means.plan, means.notes, means.rng, life
        self.acts: list[Act] = []
        self.now = life.first.at

    def act(
        self, transition: str, role: str, at: datetime, inputs: dict[str, Any] | None = None, **more: Any
    ) -> None:
        self.now = max(at.replace(microsecond=0), self.now + STEP)
        self.acts.append(Act(at=self.now, transition=transition, role=role, inputs=inputs or {}, **more))

    def chance(self, share: float) -> bool:
        return bool(self.rng.uniform() < share)

    def pick(self, choices: Sequence[str]) -> str:
        return choices[int(self.rng.integers(len(choices)))]

    def after(self, hours: float, spread: float = 0.8) -> datetime:
        """So many hours later, give or take (the spread of its logarithm)."""
        return self.now + timedelta(hours=float(hours * np.exp(self.rng.normal(0, spread))))

    def between(self, moment: datetime, share: float) -> datetime:
        """A share of the way from now to a moment."""
        return self.now + (moment - self.now) * share

    def in_office(self, moment: datetime) -> datetime:
        """The same moment, or some minutes after the next opening of the offices."""
        local = moment.astimezone(ZONE)
        if is_office_hours(moment):
            return moment
        while local.weekday() > 4 or local.time() >= _CLOSES:
            local = local.replace(hour=8, minute=0, second=0) + timedelta(days=1)
        if local.time() < _OPENS:
            local = local.replace(hour=8, minute=0, second=0)
        return (local + timedelta(minutes=float(self.rng.uniform(0, 25)))).astimezone(UTC)

    def on_shift(self, moment: datetime) -> datetime:
        """The same moment when the crew is there or on call, else some time into its next shift."""
        return moment if self.life.is_on_call else self.life.hours.next(moment, self.rng)

    def scene(self) -> int:
        return int(self.rng.integers(self.plan.photos.scenes))

    @property
    def is_lost(self) -> bool:
        """Whether nobody knows where it is, although the service happens somewhere."""
        place = self.life.first.place
        return self.life.service.location.is_required and place.lon is None and place.asset_code is None

    @property
    def is_urgent(self) -> bool:
        return self.life.service.priority == 1


def is_office_hours(moment: datetime) -> bool:
    local = moment.astimezone(ZONE)
    return local.weekday() <= 4 and _OPENS <= local.time() < _CLOSES
