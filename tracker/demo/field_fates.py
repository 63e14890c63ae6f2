"""Field work: accepted, given to a crew, sometimes held up, done, and closed or opened again."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from tracker.demo.fate import Fate, is_office_hours
from tracker.demo.window import ZONE

_POSITION = {"reason": "Position du véhicule."}
_LEAST_MIN = 2
_PARTNERS = {
    "hydro": "distributeur d’électricité",
    "telecom": "compagnie de téléphone",
    "transport": "transport collectif de la Brise",
    "poste": "service postal",
}


class FieldWork(Fate):
    """The life of a case a crew goes out for."""

    def live(self) -> None:
        fates, life = self.plan.fates, self.life
        if self.chance(fates.cancelled) and len(life.incident.told) == 1 and life.first.contact is not None:
            self.act("cancel", "citizen", self.after(3.0), {"reason": "Ce n’est plus nécessaire."})
            return
        is_fresh = life.anchor - life.first.at < timedelta(hours=fates.waiting_h)
        if is_fresh and not self.is_urgent and self.chance(fates.waiting):
            return
        if self.is_lost:
            self._lost()
            return
        if life.incident.party is not None:
            self._somebody_elses(life.incident.party)
            return
        if self.chance(fates.refused * 0.85) and not self.is_urgent and len(life.incident.told) == 1:
            reason = self.pick(("private", "third_party", "out_of_service", "not_found"))
            self.act("refuse", "dispatcher", self.in_office(self.after(4.0)), {"reason": reason})
            return
        self._accept(life.done)
        room = life.done - self.now
        asks = not self.is_urgent and life.first.contact is not None and room > timedelta(days=1)
        if asks and self.chance(fates.asked * 1.9) and not self._ask(life.done):
            return
        self._assign(life.done)
        self._detours(life.done)
        self._work(max(life.done, self.now + timedelta(minutes=_LEAST_MIN + 1)))

    def _lost(self) -> None:
        """Nobody could say where: the reporter is asked, and the case ends without a place."""
        if self.life.first.contact is not None and self.chance(0.6):
            question = {"question": self.notes.question_fr[0]}
            self.act("ask", "dispatcher", self.in_office(self.after(2.0)), question)
            self.act("close_unanswered", "system", self.now + timedelta(days=14, hours=3))
        else:
            said = {"reason": "not_found", "note": "Impossible de trouver l’endroit décrit."}
            self.act("refuse", "dispatcher", self.in_office(self.after(8.0)), said)

    def done_already(self, at: datetime) -> None:
        """The life of a case whose cause was dealt with under another number: somebody goes and finds it
        done.
        """
        done = self.on_shift(at)
        self._accept(done)
        self._assign(done)
        minutes = 5
        done = max(done, self.on_shift(self.now + timedelta(minutes=10)))
        self.act("start", "crew", done - timedelta(minutes=minutes), dict(_POSITION))
        done = max(done, self.now + timedelta(minutes=1))
        inputs = {"outcome": self.pick(("already_done", "already_done", "nothing_found")), "minutes": minutes}
        self.act("complete", "crew", done, inputs, photo=self.scene())
        self.act("close", "system", self.now + timedelta(days=14, hours=6))

    def _accept(self, done: datetime) -> None:
        latest = self.between(done, 0.3)
        if self.is_urgent:
            self.act("accept", "dispatcher", min(self.after(0.3, 0.5), latest))
            return
        triaged = self.in_office(self.after(4.0))
        if triaged > latest or self.chance(0.3):
            self.act("accept", "system", self.now + timedelta(minutes=1))
        else:
            self.act("accept", "dispatcher", triaged)

    def _assign(self, done: datetime) -> None:
        wanted = self.after(0.1, 0.3) if self.is_urgent else self.in_office(self.after(2.5))
        moment = min(wanted, self.between(done, 0.4))
        role = "dispatcher" if self.is_urgent or is_office_hours(moment) else "system"
        self.act("assign", role, moment, crew_input=True)

    def _somebody_elses(self, party: str) -> None:
        """Not the city's: told so, or handed on with the partner's number."""
        if self.is_urgent or self.chance(0.5):
            accepted = self.after(0.3, 0.5) if self.is_urgent else self.in_office(self.after(4.0))
            self.act("accept", "dispatcher", accepted)
            reference = f"R-{int(self.rng.integers(1000, 9999))}"
            inputs = {"partner": _PARTNERS[party], "reference": reference}
            self.act("refer", "dispatcher", self.after(0.5), inputs)
            self.act("take_back", "dispatcher", self.in_office(self.after(60.0, 0.6)))
            self._assign(self.now + timedelta(days=2))
            done = self.on_shift(self.after(20.0))
            self.act("start", "crew", done - timedelta(minutes=6), dict(_POSITION))
            self._complete(max(done, self.now + timedelta(minutes=3)), 5, "private_third_party")
            self.act("close", "system", self.now + timedelta(days=14, hours=6))
        else:
            inputs = {"reason": "third_party", "note": f"Appartient à : {_PARTNERS[party]}."}
            self.act("refuse", "dispatcher", self.in_office(self.after(4.0)), inputs)

    def _ask(self, done: datetime) -> bool:
        """Ask the reporter something; True when an answer came."""
        asked = min(self.in_office(self.after(0.5)), self.between(done, 0.2))
        self.act("ask", "dispatcher", asked, {"question": self.pick(self.notes.question_fr)})
        if self.chance(0.8):
            answered = min(self.after(20.0), self.between(done, 0.6))
            inputs = {"answer": "Oui, c’est bien là, du côté des numéros pairs."}
            self.act("answer", "citizen", answered, inputs)
            return True
        self.act("close_unanswered", "system", self.now + timedelta(days=14, hours=3))
        return False

    def _detours(self, done: datetime) -> None:
        """A date set, a pause, a partner: on the way between the crew's order and the work."""
        room = (done - self.now) / timedelta(days=1)
        fates = self.plan.fates
        if room > 1 and self.chance(fates.referred):
            reference = f"R-{int(self.rng.integers(1000, 9999))}"
            inputs = {"partner": self.pick(self.plan.partners), "reference": reference}
            self.act("refer", "dispatcher", self.between(done, 0.2), inputs)
            self.act("take_back", "dispatcher", self.between(done, 0.7))
        elif room > 2 and self.chance(fates.held * 2.2):
            at = self.between(done, 0.25)
            review = (at + timedelta(days=min(20.0, max(2.0, room * 0.6)))).astimezone(ZONE).date()
            self.act(
                "hold", "crew", at, {"reason": self.pick(self.plan.holds), "review_on": review.isoformat()}
            )
            self.act("resume", "dispatcher", self.between(done, 0.6))
        elif room > 1 and self.chance(0.35):
            inputs = {"planned_for": done.isoformat(), "reason": "Selon la tournée de l’équipe."}
            self.act("plan", "dispatcher", min(self.after(1.0), self.between(done, 0.5)), inputs)

    def _work(self, done: datetime) -> None:
        usual = self.life.service.duration_min * float(np.exp(self.rng.normal(0, 0.35)))
        room = (done - self.now) / timedelta(minutes=1) - 1
        minutes = int(np.clip(usual, _LEAST_MIN, max(_LEAST_MIN, room)))
        self.act("start", "crew", done - timedelta(minutes=minutes), dict(_POSITION))
        if self.life.service.code in self.plan.zombies and self.chance(self.plan.fates.zombie):
            return
        if self.is_urgent and minutes > 6 and self.chance(0.25):
            self.act("make_safe", "crew", self.between(done, 0.4), photo=self.scene())
        self._complete(max(done, self.now + timedelta(minutes=1)), minutes, self._outcome())
        self._told_of(minutes)

    def _outcome(self) -> str:
        left = float(self.rng.uniform()) * sum(self.plan.outcomes.values())
        for name, share in self.plan.outcomes.items():
            left -= share
            if left < 0:
                return name
        return "fixed"

    def _complete(self, done: datetime, minutes: int, outcome: str) -> None:
        """Finish the work at `done`; one tablet in five is out of reach and tells of it later."""
        offline = self.plan.offline
        late = min(float(self.rng.lognormal(np.log(offline.median_min), offline.sigma)), offline.most_min)
        lag = timedelta(seconds=int(late * 60)) if self.chance(offline.share) else timedelta(0)
        wants_photo = self.life.service.priority <= 2 or outcome == "nothing_found" or self.chance(0.3)
        self.act(
            "complete",
            "crew",
            done + lag,
            {"outcome": outcome, "minutes": max(1, minutes)},
            photo=self.scene() if wants_photo else None,
            lag=lag,
        )

    def _told_of(self, minutes: int) -> None:
        """The reporter says whether it is fixed, or says nothing for fourteen days."""
        answers = self.plan.answers
        if self.life.first.contact is None or not self.chance(answers.share):
            self.act("close", "system", self.now + timedelta(days=14, hours=6))
        elif self.chance(answers.content):
            self.act("close", "citizen", self.after(20.0))
        else:
            self.act("reopen", "citizen", self.after(40.0), {"reason": self.pick(self.notes.reopened_fr)})
            self.act("assign", "dispatcher", self.in_office(self.after(3.0)), crew_input=True)
            done = self.on_shift(self.after(30.0))
            self.act("start", "crew", done - timedelta(minutes=minutes), dict(_POSITION))
            self._complete(max(done, self.now + timedelta(minutes=1)), minutes, "fixed")
            self.act("close", "system", self.now + timedelta(days=14, hours=6))
