"""Field work: accepted, given to a crew, sometimes held up, done, and closed or opened again."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from tracker.demo.fate import Fate
from tracker.demo.incidents import ZONE


class FieldWork(Fate):
    """The life of a case a crew goes out for."""

    def live(self) -> None:
        fates = self.plan.fates
        if self.chance(fates.cancelled) and self.life.twins == 0:
            self.act("cancel", "citizen", self.after(3.0), {"reason": "Ce n’est plus nécessaire."})
            return
        rush = self.plan.rush
        is_fresh = self.life.anchor - self.life.incident.at < timedelta(hours=rush.hours)
        if is_fresh and not self.is_urgent and self.chance(rush.waiting):
            return
        if self.is_urgent:
            self.act("accept", "dispatcher", self.after(0.3, 0.5))
        elif self.chance(0.3):
            self.act("accept", "system", self.now + timedelta(minutes=1))
        else:
            triaged = self.in_office(self.after(4.0))
            if self.chance(fates.refused / 0.7):
                reason = self.pick(("private", "third_party", "out_of_service", "not_found"))
                self.act("refuse", "dispatcher", triaged, {"reason": reason})
                return
            self.act("accept", "dispatcher", triaged)
        asks = not self.is_urgent and self.life.first.contact is not None and self.chance(fates.asked)
        if asks and not self._ask():
            return
        done = max(self.done_at(), self.now + timedelta(minutes=30))
        self.act("assign", "dispatcher", self._assigned_at(done), crew_input=True)
        self._detours(done)
        self._work(done)

    def _ask(self) -> bool:
        """Ask the reporter something; True when an answer came."""
        self.act(
            "ask",
            "dispatcher",
            self.in_office(self.after(0.5)),
            {"question": self.pick(self.notes.question_fr)},
        )
        if self.chance(0.75):
            self.act(
                "answer",
                "citizen",
                self.after(26.0),
                {"answer": "Oui, c’est bien là, du côté des numéros pairs."},
            )
            return True
        self.act("close_unanswered", "system", self.now + timedelta(days=14, hours=3))
        return False

    def _assigned_at(self, done: datetime) -> datetime:
        wanted = self.after(0.1, 0.3) if self.is_urgent else self.in_office(self.after(2.5))
        return min(wanted, max(self.now, done - timedelta(minutes=25)))

    def _detours(self, done: datetime) -> None:
        """A date set, a pause, a partner: on the way between the crew's order and the work."""
        room = (done - self.now) / timedelta(days=1)
        fates = self.plan.fates
        if self.chance(fates.referred):
            partner = self.pick(self.plan.partners)
            reference = f"R-{int(self.rng.integers(1000, 9999))}"
            self.act(
                "refer",
                "dispatcher",
                self.in_office(self.after(3.0)),
                {"partner": partner, "reference": reference},
            )
            self.act("take_back", "dispatcher", self.in_office(self.after(150.0, 0.6)))
        elif room > 3 and self.chance(fates.held / 0.5):
            at = self.now + (done - self.now) * 0.3
            review = (at + timedelta(days=10)).astimezone(ZONE).date().isoformat()
            self.act("hold", "crew", at, {"reason": self.pick(self.plan.holds), "review_on": review})
            self.act("resume", "dispatcher", at + (done - at) * 0.6)
        elif room > 1 and self.chance(0.35):
            self.act(
                "plan",
                "dispatcher",
                self.after(1.0),
                {"planned_for": done.isoformat(), "reason": "Selon la tournée de l’équipe."},
            )

    def _work(self, done: datetime) -> None:
        minutes = int(max(5, self.life.service.duration_min * np.exp(self.rng.normal(0, 0.35))))
        done = max(done, self.now + timedelta(minutes=minutes))
        # One tablet in five is out of reach and sends later, by less than the work took.
        late = min(float(self.rng.lognormal(3.0, 0.9)), minutes * 0.8) if self.chance(0.22) else 0.0
        lag = timedelta(minutes=late)
        self.act("start", "crew", done - timedelta(minutes=minutes), {"reason": "Position du véhicule."})
        if self.life.service.code in self.plan.zombies and self.chance(self.plan.fates.zombie):
            return
        if self.is_urgent and self.chance(0.25):
            self.act("make_safe", "crew", self.now + timedelta(minutes=12), photo=self.scene())
            done = max(done, self.now + timedelta(hours=float(self.rng.uniform(3, 60))))
        self._complete(done, minutes, lag)
        if self.chance(self.plan.fates.reopened):
            self._reopen(minutes)
        else:
            self._close()

    def _complete(self, done: datetime, minutes: int, lag: timedelta) -> None:
        names = list(self.plan.outcomes)
        shares = np.asarray([self.plan.outcomes[name] for name in names])
        outcome = str(self.rng.choice(names, p=shares / shares.sum()))
        wants_photo = self.life.service.priority <= 2 or outcome == "nothing_found" or self.chance(0.3)
        self.act(
            "complete",
            "crew",
            done,
            {"outcome": outcome, "minutes": minutes},
            photo=self.scene() if wants_photo else None,
            lag=lag,
        )

    def _reopen(self, minutes: int) -> None:
        self.act("reopen", "citizen", self.after(60.0), {"reason": self.pick(self.notes.reopened_fr)})
        self.act("assign", "dispatcher", self.in_office(self.after(3.0)), crew_input=True)
        done = self.in_office(self.after(40.0))
        self.act("start", "crew", done, {"reason": "Position du véhicule."})
        self._complete(done + timedelta(minutes=minutes), minutes, timedelta(0))
        self._close()

    def _close(self) -> None:
        """Thumbs up by the reporter, or fourteen days of silence."""
        if self.life.first.contact and self.chance(self.plan.thumbs):
            self.act("close", "citizen", self.after(20.0))
        else:
            self.act("close", "system", self.now + timedelta(days=14, hours=6))
