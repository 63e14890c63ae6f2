"""What becomes of each case: the moves of staff and citizens after it was received, with their real delays."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

import numpy as np

from tracker.catalogue.definitions import RESOLVE, Service
from tracker.demo import seeds
from tracker.demo.city import City
from tracker.demo.filings import FIRST, Filing
from tracker.demo.incidents import ZONE, Incident
from tracker.demo.request_plan import RequestPlan, StaffNotes

_OPENS, _CLOSES = time(8, 0), time(16, 30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """One move of a case: who, when, with which inputs. `photo` numbers a scene; None for no photo.

    A crew is the case's own; `crew_input` asks for its code as an input; `lag` is how late the tablet sent it.
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


def decide_all(
    town: City,
    plan: RequestPlan,
    notes: StaffNotes,
    told: tuple[Sequence[Incident], Sequence[Filing], Mapping[str, Service], datetime],
) -> list[Act]:
    """Decide every case's moves up to the anchor, the earliest first."""
    incidents, filings, services, anchor = told
    rng = seeds.stream(town.seed, "lifecycles")
    by_id = {each.id: each for each in incidents}
    counts: dict[int, int] = {}
    for filing in filings:
        counts[filing.incident] = counts.get(filing.incident, 0) + 1
    acts: list[Act] = []
    for filing in sorted((each for each in filings if each.way == FIRST), key=lambda each: each.incident):
        incident = by_id[filing.incident]
        slow = plan.slow_district
        is_slow = town.segments[incident.segment].district == slow.code
        life = Life(
            incident=incident,
            service=services[filing.service],
            first=filing,
            twins=counts[filing.incident] - 1,
            slow=slow.factor if is_slow else 1.0,
            anchor=anchor,
        )
        acts += _Fate(plan, notes, life, rng).live()
    return sorted(acts, key=lambda each: (each.at, each.incident))


class _Fate:
    """Writes one case's moves in order; what would come after the anchor is left out."""

    def __init__(self, plan: RequestPlan, notes: StaffNotes, life: Life, rng: np.random.Generator) -> None:
        self.plan, self.notes, self.life, self.rng = plan, notes, life, rng
        self.acts: list[Act] = []
        self.now = life.incident.at

    def live(self) -> list[Act]:
        family: Mapping[str, Callable[[], None]] = {
            "field_work": self._field_work,
            "inspection": self._inspection,
            "question": self._question,
            "booking": self._booking,
            "permit": self._permit,
            "contestation": self._contestation,
        }
        family[self.life.service.workflow]()
        return [act for act in self.acts if act.at <= self.life.anchor]

    # --- small verbs -------------------------------------------------------------------------------------------

    def _act(
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

    def _chance(self, share: float) -> bool:
        return bool(self.rng.uniform() < share)

    def _pick(self, choices: Sequence[str]) -> str:
        return choices[int(self.rng.integers(len(choices)))]

    def _after(self, hours: float, spread: float = 0.8) -> datetime:
        """So many hours later, give or take (the spread of its logarithm)."""
        return self.now + timedelta(hours=float(hours * np.exp(self.rng.normal(0, spread))))

    def _in_office(self, moment: datetime) -> datetime:
        """The same moment, or the next opening of the offices."""
        local = moment.astimezone(ZONE)
        while local.weekday() > 4 or local.time() >= _CLOSES:
            local = local.replace(hour=8, minute=0, second=0) + timedelta(days=1)
        if local.time() < _OPENS:
            local = local.replace(hour=8, minute=0, second=0)
        return local + timedelta(minutes=float(self.rng.uniform(0, 25)))

    def _scene(self) -> int:
        return int(self.rng.integers(self.plan.photos.scenes))

    @property
    def is_urgent(self) -> bool:
        return self.life.service.priority == 1

    def _done_at(self) -> datetime:
        """When the work is finished: after the service's usual delay, within a crew's hours unless urgent."""
        median, spread = self.plan.delays.get(
            self.life.service.code,
            (self.plan.delay_share * _promised_days(self.life.service), self.plan.delay_spread),
        )
        days = median * self.life.slow * float(np.exp(self.rng.normal(0, spread)))
        moment = self.life.incident.at + timedelta(days=max(days, 0.02))
        return moment if self.is_urgent else self._in_office(moment)

    # --- field work --------------------------------------------------------------------------------------------

    def _field_work(self) -> None:
        fates = self.plan.fates
        if self._chance(fates.cancelled) and self.life.twins == 0:
            self._act("cancel", "citizen", self._after(3.0), {"reason": "Ce n’est plus nécessaire."})
            return
        if self.is_urgent:
            self._act("accept", "dispatcher", self._after(0.3, 0.5))
        elif self._chance(0.35):
            self._act("accept", "system", self.now + timedelta(minutes=1))
        else:
            triaged = self._in_office(self._after(1.4))
            if self._chance(fates.refused / 0.65):
                reason = self._pick(("private", "third_party", "out_of_service", "not_found"))
                self._act("refuse", "dispatcher", triaged, {"reason": reason})
                return
            self._act("accept", "dispatcher", triaged)
        if not self.is_urgent and self.life.first.contact and self._chance(fates.asked):
            if not self._ask():
                return
        done = max(self._done_at(), self.now + timedelta(minutes=30))
        self._act("assign", "dispatcher", self._assigned_at(done), crew_input=True)
        self._detours(done)
        self._work(done)

    def _ask(self) -> bool:
        """Ask the reporter something; True when an answer came."""
        self._act(
            "ask",
            "dispatcher",
            self._in_office(self._after(0.5)),
            {"question": self._pick(self.notes.question_fr)},
        )
        if self._chance(0.75):
            self._act(
                "answer",
                "citizen",
                self._after(26.0),
                {"answer": "Oui, c’est bien là, du côté des numéros pairs."},
            )
            return True
        self._act("close_unanswered", "system", self.now + timedelta(days=14, hours=3))
        return False

    def _assigned_at(self, done: datetime) -> datetime:
        wanted = self._after(0.1, 0.3) if self.is_urgent else self._in_office(self._after(2.5))
        return min(wanted, max(self.now, done - timedelta(minutes=25)))

    def _detours(self, done: datetime) -> None:
        """A date set, a pause, a partner: on the way between the crew's order and the work."""
        room = (done - self.now) / timedelta(days=1)
        fates = self.plan.fates
        if self._chance(fates.referred):
            partner = self._pick(self.plan.partners)
            reference = f"R-{int(self.rng.integers(1000, 9999))}"
            self._act(
                "refer",
                "dispatcher",
                self._in_office(self._after(3.0)),
                {"partner": partner, "reference": reference},
            )
            self._act("take_back", "dispatcher", self._in_office(self._after(150.0, 0.6)))
        elif room > 3 and self._chance(fates.held / 0.5):
            at = self.now + (done - self.now) * 0.3
            review = (at + timedelta(days=10)).astimezone(ZONE).date().isoformat()
            self._act("hold", "crew", at, {"reason": self._pick(self.plan.holds), "review_on": review})
            self._act("resume", "dispatcher", at + (done - at) * 0.6)
        elif room > 1 and self._chance(0.35):
            self._act(
                "plan",
                "dispatcher",
                self._after(1.0),
                {"planned_for": done.isoformat(), "reason": "Selon la tournée de l’équipe."},
            )

    def _work(self, done: datetime) -> None:
        minutes = int(max(5, self.life.service.duration_min * np.exp(self.rng.normal(0, 0.35))))
        done = max(done, self.now + timedelta(minutes=minutes))
        lag = timedelta(minutes=float(self.rng.lognormal(3.55, 1.1))) if self._chance(0.22) else timedelta(0)
        self._act(
            "start", "crew", done - timedelta(minutes=minutes), {"reason": "Position du véhicule."}, lag=lag
        )
        if self._chance(self.plan.fates.zombie):
            return
        if self.is_urgent and self._chance(0.25):
            self._act("make_safe", "crew", self.now + timedelta(minutes=12), photo=self._scene())
            done = max(done, self.now + timedelta(hours=float(self.rng.uniform(3, 60))))
        self._complete(done, minutes, lag)
        if self._chance(self.plan.fates.reopened):
            self._reopen(minutes)
        else:
            self._close()

    def _complete(self, done: datetime, minutes: int, lag: timedelta) -> None:
        names = list(self.plan.outcomes)
        shares = np.asarray([self.plan.outcomes[name] for name in names])
        outcome = str(self.rng.choice(names, p=shares / shares.sum()))
        wants_photo = self.life.service.priority <= 2 or outcome == "nothing_found" or self._chance(0.3)
        self._act(
            "complete",
            "crew",
            done,
            {"outcome": outcome, "minutes": minutes},
            photo=self._scene() if wants_photo else None,
            lag=lag,
        )

    def _reopen(self, minutes: int) -> None:
        self._act("reopen", "citizen", self._after(60.0), {"reason": self._pick(self.notes.reopened_fr)})
        self._act("assign", "dispatcher", self._in_office(self._after(3.0)), crew_input=True)
        done = self._in_office(self._after(40.0))
        self._act("start", "crew", done, {"reason": "Position du véhicule."})
        self._complete(done + timedelta(minutes=minutes), minutes, timedelta(0))
        self._close()

    def _close(self) -> None:
        """Thumbs up by the reporter, or fourteen days of silence."""
        if self.life.first.contact and self._chance(self.plan.thumbs):
            self._act("close", "citizen", self._after(20.0))
        else:
            self._act("close", "system", self.now + timedelta(days=14, hours=6))

    # --- the other families ------------------------------------------------------------------------------------

    def _inspection(self) -> None:
        if self._chance(self.plan.fates.refused):
            self._act("refuse", "dispatcher", self._in_office(self._after(2.0)), {"reason": "private"})
            return
        self._act(
            "accept", "dispatcher", self._after(0.4) if self.is_urgent else self._in_office(self._after(3.0))
        )
        visit = max(self._done_at(), self.now + timedelta(minutes=20))
        report = {"report": self._pick(self.notes.report)}
        if self._chance(0.62):
            self._act("find_compliant", "inspector", visit, report, photo=self._scene())
        else:
            deadline = (visit + timedelta(days=int(self.rng.integers(10, 30)))).astimezone(ZONE)
            facts = report | {"article": "RM-12, art. 8", "deadline": deadline.date().isoformat()}
            self._act("issue_notice", "inspector", visit, facts, photo=self._scene())
            self._act("reinspect", "inspector", self._in_office(deadline + timedelta(days=1)))
            self._act(
                "find_compliant", "inspector", self.now + timedelta(hours=1), report, photo=self._scene()
            )
        self._act("close", "system", self.now + timedelta(days=1, hours=2))

    def _question(self) -> None:
        self._act("accept", "agent", self._in_office(self._after(1.0)))
        self._act(
            "answer",
            "agent",
            self._in_office(self._after(4.0)),
            {"answer": self._pick(self.notes.answers_fr)},
        )
        if self._chance(0.4):
            self._act("close", "citizen", self._after(10.0))

    def _booking(self) -> None:
        self._act("accept", "agent", self._in_office(self._after(1.5)))
        if self._chance(0.06):
            self._act("cancel", "citizen", self._after(40.0))
            return
        self._act(
            "complete", "agent", self._in_office(self.now + timedelta(days=float(self.rng.uniform(5, 18))))
        )
        self._act("close", "system", self.now + timedelta(days=1, hours=4))

    def _permit(self) -> None:
        self._act("accept", "agent", self._in_office(self._after(10.0)))
        decided = max(self._done_at(), self._in_office(self._after(20.0)))
        if self._chance(0.06):
            said = {
                "reason": "Marge latérale insuffisante.",
                "article": "RZ-4, art. 31",
                "recourse": "Dérogation mineure.",
            }
            self._act("refuse", "inspector", decided, said)
        else:
            self._act("approve", "inspector", decided)

    def _contestation(self) -> None:
        self._act("accept", "clerk", self._in_office(self._after(12.0)))


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
