"""One case's moves as they are decided: who acts, when, and how long things take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np

from tracker.catalogue.definitions import RESOLVE, Service
from tracker.demo.filings import Filing
from tracker.demo.incidents import ZONE, Incident
from tracker.demo.request_plan import RequestPlan, StaffNotes

_OPENS, _CLOSES = time(8, 0), time(16, 30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One move of a case: who, when, with which inputs. `photo` numbers a scene; None for no photo.

    A crew is the case's own; `crew_input` asks for its code as an input; `lag` is how late the tablet sent.
    """

    incident: int
    at: datetime
    transition: str
    role: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    photo: int | None = None
    crew_input: bool = False
    lag: timedelta = timedelta(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Life:
    """What the moves of one case depend on."""

    incident: Incident
    service: Service
    first: Filing
    twins: int
    slow: float
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
        self.now = life.incident.at

    def act(
        self, transition: str, role: str, at: datetime, inputs: dict[str, Any] | None = None, **more: Any
    ) -> None:
        self.now = max(at, self.now + timedelta(seconds=30))
        self.acts.append(
            Act(
                incident=self.life.incident.id,
                at=self.now,
                transition=transition,
                role=role,
                inputs=inputs or {},
                **more,
            )
        )

    def chance(self, share: float) -> bool:
        return bool(self.rng.uniform() < share)

    def pick(self, choices: Sequence[str]) -> str:
        return choices[int(self.rng.integers(len(choices)))]

    def after(self, hours: float, spread: float = 0.8) -> datetime:
        """So many hours later, give or take (the spread of its logarithm)."""
        return self.now + timedelta(hours=float(hours * np.exp(self.rng.normal(0, spread))))

    def in_office(self, moment: datetime) -> datetime:
        """The same moment, or the next opening of the offices."""
        local = moment.astimezone(ZONE)
        while local.weekday() > 4 or local.time() >= _CLOSES:
            local = local.replace(hour=8, minute=0, second=0) + timedelta(days=1)
        if local.time() < _OPENS:
            local = local.replace(hour=8, minute=0, second=0)
        return local + timedelta(minutes=float(self.rng.uniform(0, 25)))

    def scene(self) -> int:
        return int(self.rng.integers(self.plan.photos.scenes))

    @property
    def is_urgent(self) -> bool:
        return self.life.service.priority == 1

    def done_at(self) -> datetime:
        """When the work is finished: after the service's usual delay, within a crew's hours unless urgent."""
        median, spread = self.plan.delays.get(
            self.life.service.code,
            (self.plan.delay_share * _promised_days(self.life.service), self.plan.delay_spread),
        )
        days = median * self.life.slow * float(np.exp(self.rng.normal(0, spread)))
        moment = self.life.incident.at + timedelta(days=max(days, 0.02))
        return moment if self.is_urgent else self.in_office(moment)


def _promised_days(service: Service) -> float:
    """About how many days the service promises, whatever the unit."""
    last = [each for each in service.standards if each.kind == RESOLVE][-1]
    if last.amount == 0:
        return 1.0
    return {
        "elapsed_h": last.amount / 24,
        "business_h": last.amount / 8,
        "business_days": last.amount * 1.4,
    }.get(last.unit, min(float(last.amount), 45.0))
