"""The families that offices carry: inspections, questions, bookings, permits, contestations, each to its
end.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tracker.demo.fate import Fate
from tracker.demo.window import ZONE

_ON_TOUR = ("DEC-VOL", "CMP-BRA", "AQU-ENT")
_RECOURSE = "Dérogation mineure, sur demande."


class OfficeWork(Fate):
    """The lives of cases that inspectors, agents and the clerk carry, one verb per family."""

    def live(self) -> None:
        """Write the moves of the case's own family."""
        fresh = timedelta(hours=self.plan.fates.waiting_h)
        if self.life.anchor - self.life.first.at < fresh and self.chance(self.plan.fates.waiting):
            return
        {
            "inspection": self.inspection,
            "question": self.question,
            "booking": self.booking,
            "permit": self.permit,
            "contestation": self.contestation,
        }[self.life.service.workflow]()

    def inspection(self) -> None:
        life = self.life
        if self.chance(self.plan.fates.refused) and len(life.incident.told) == 1:
            self.act("refuse", "dispatcher", self.in_office(self.after(2.0)), {"reason": "private"})
            return
        self._accept_visit(life.done)
        if life.service.code in self.plan.zombies and self.chance(self.plan.fates.zombie):
            return
        visit = self.on_shift(max(life.done, self.now + timedelta(minutes=5)))
        report = {"report": self.pick(self.notes.report)}
        if life.service.code == "STA-GEN" or self.chance(0.62):
            self.act("find_compliant", "inspector", visit, report, photo=self.scene())
        else:
            self._notice(visit, report)

    def done_already(self, at: datetime) -> None:
        """The life of a complaint whose cause was dealt with under another number."""
        visit = self.on_shift(at)
        self._accept_visit(visit)
        visit = self.on_shift(max(visit, self.now + timedelta(minutes=5)))
        said = {"report": "Déjà constaté dans un autre dossier."}
        self.act("find_compliant", "inspector", visit, said, photo=self.scene())
        self.act("close", "system", self.now + timedelta(days=1, hours=2))

    def _accept_visit(self, visit: datetime) -> None:
        wanted = self.after(0.3) if self.is_urgent else self.in_office(self.after(3.0))
        late = self.between(visit, 0.5)
        if wanted <= late or self.is_urgent or self.is_lost:
            self.act("accept", "dispatcher", min(wanted, late))
        else:
            self.act("accept", "system", min(self.now + timedelta(minutes=1), late))

    def _notice(self, visit: datetime, report: dict[str, str]) -> None:
        """A letter to the owner, a second visit, and for a few more time or a citation."""
        deadline = (visit + timedelta(days=int(self.rng.integers(10, 30)))).astimezone(ZONE)
        facts = report | {"article": "RM-12, art. 8", "deadline": deadline.date().isoformat()}
        self.act("issue_notice", "inspector", visit, facts, photo=self.scene())
        self.act("reinspect", "inspector", self.life.hours.next(deadline + timedelta(days=1), self.rng))
        drawn = self.rng.uniform()
        if drawn < 0.08:
            later = (self.now + timedelta(days=21)).astimezone(ZONE)
            inputs = {"deadline": later.date().isoformat(), "reason": "Travaux commencés."}
            self.act("extend", "supervisor", self.in_office(self.after(4.0)), inputs)
            self.act("reinspect", "inspector", self.life.hours.next(later + timedelta(days=1), self.rng))
        elif drawn < 0.13:
            self._citation()
            return
        done = self.life.hours.next(self.now + timedelta(minutes=40), self.rng)
        self.act("find_compliant", "inspector", done, report, photo=self.scene())
        self.act("close", "system", self.now + timedelta(days=1, hours=2))

    def _citation(self) -> None:
        number = f"80{int(self.rng.integers(100_000, 999_999))}"
        self.act("issue_citation", "clerk", self.in_office(self.after(30.0)), {"citation": number})
        if self.chance(0.4):
            court = {"court_file": f"CM-{int(self.rng.integers(1000, 9999))}"}
            self.act("go_to_court", "clerk", self.in_office(self.after(800.0, 0.3)), court)
        result = {"result": "Amende payée, lieu corrigé."}
        self.act("settle", "clerk", self.in_office(self.after(900.0, 0.4)), result)

    def question(self) -> None:
        self.act("accept", "agent", self.in_office(self.after(1.0)))
        answer = {"answer": self.pick(self.notes.answers_fr)}
        self.act("answer", "agent", self.in_office(self.after(4.0)), answer)
        if self.chance(0.3):
            self.act("close", "citizen", self.after(10.0))
        else:
            self.act("close", "system", self.now + timedelta(days=3, hours=2))

    def booking(self) -> None:
        on_tour = self.life.service.code in _ON_TOUR
        when = (
            self.life.done if on_tour else self.life.first.at + timedelta(days=float(self.rng.uniform(5, 25)))
        )
        held = self.life.hours.next(when, self.rng)
        accepted = min(self.in_office(self.after(1.5)), self.between(held, 0.6))
        if self.chance(0.02):
            said = {"reason": "La date n’est plus disponible."}
            self.act("refuse", "agent", accepted, said)
            return
        self.act("accept", "agent", accepted, {"starts_at": held.isoformat()}, granted=True)
        if self.chance(0.06):
            self.act("cancel", "citizen", self.between(held, 0.5))
            return
        if self.chance(0.02) and not on_tour:
            self.act("mark_no_show", "agent", held + timedelta(hours=1))
            return
        if not on_tour:
            self.act("hand_over", "agent", held, {"checklist": "Complet."})
        role = "crew" if on_tour else "agent"
        done = max(held, self.now + timedelta(minutes=2)) if on_tour else self.in_office(self.after(6.0, 0.3))
        self.act("complete", role, done)
        self.act("close", "system", self.now + timedelta(days=1, hours=4))

    def permit(self) -> None:
        decided = max(self.life.done, self.in_office(self.after(20.0)))
        if self.chance(0.15) and decided - self.now > timedelta(days=3):
            documents = {"documents": "Plan de localisation à l’échelle."}
            self.act("ask_documents", "agent", self.in_office(self.after(6.0)), documents)
            if self.chance(0.06):
                self.act("abandon", "system", self.now + timedelta(days=30))
                return
            self.act("send_documents", "citizen", self.between(decided, 0.3))
        self.act("accept", "agent", min(self.in_office(self.after(10.0)), self.between(decided, 0.5)))
        if self.chance(0.12):
            sent = max(self.between(decided, 0.3), self.now + timedelta(minutes=1))
            meets = (sent + timedelta(days=int(self.rng.integers(8, 25)))).astimezone(ZONE)
            committee = "traffic" if self.life.service.code == "SIG-ETU" else "ccu"
            facts = {"meets_on": meets.date().isoformat(), "committee": committee}
            self.act("send_to_committee", "inspector", sent, facts)
            self.act("committee_advised", "inspector", meets + timedelta(hours=2), {"opinion": "Favorable."})
        decided = self.in_office(max(decided, self.now + timedelta(hours=1)))
        if self.chance(0.06):
            said = {
                "reason": "Marge latérale insuffisante.",
                "article": "RZ-4, art. 31",
                "recourse": _RECOURSE,
            }
            self.act("refuse", "inspector", decided, said)
        elif self.chance(0.02):
            self.act("cancel", "citizen", decided)
        else:
            self._approve(decided)

    def _approve(self, decided: datetime) -> None:
        if self.life.service.code == "SIG-ETU":
            self.act("approve_study", "inspector", decided)
            self.act("close", "inspector", self.in_office(self.after(24 * 75, 0.5)))
            return
        self.act("approve", "inspector", decided, {"zoning": "compliant"})
        self._issue()

    def _issue(self) -> None:
        """Paid, issued, and closed once the work was seen; a few never come for it."""
        if self.chance(0.03):
            self.act("abandon", "system", self.now + timedelta(days=30, hours=1))
            return
        self.act("issue", "agent", self.in_office(self.after(30.0)), granted=True)
        self.act("close", "inspector", self.in_office(self.after(24 * 75, 0.5)))

    def contestation(self) -> None:
        self.act("accept", "clerk", self.in_office(self.after(6.0)))
        if self.life.service.code == "CTS-CON":
            self._ticket()
            return
        self.act("investigate", "clerk", self.in_office(self.after(30.0)))
        decided = self.in_office(max(self.life.done, self.after(80.0)))
        if self.life.service.code == "CTS-PLA":
            self.act("answer", "clerk", decided, {"answer": "Vérifié : le délai a été expliqué par lettre."})
        elif self.chance(0.3):
            amount = int(self.rng.integers(80, 900))
            self.act("offer", "clerk", decided, {"amount": amount, "reason": "Règlement à l’amiable."})
        else:
            said = {"reason": "Article 604.1 : dommage à un pneu exclu.", "recourse": "Cour du Québec."}
            self.act("refuse", "clerk", decided, said)
        self.act("close", "clerk", self.in_office(self.after(24 * 12)))

    def _ticket(self) -> None:
        if self.chance(0.6):
            self.act("request_disclosure", "clerk", self.in_office(self.after(40.0)))
        self.act("send_to_prosecutor", "clerk", self.in_office(self.after(120.0)))
        if self.chance(0.25):
            self.act("withdraw_charge", "clerk", self.in_office(self.after(200.0)))
        else:
            when = self.in_office(self.after(24 * 20, 0.3))
            hearing = self.in_office(when + timedelta(days=int(self.rng.integers(30, 80))))
            mode = self.pick(("in_person", "video"))
            place = {"video_url": "https://cour.example/seance"} if mode == "video" else {"place": "Salle 1"}
            facts = {"hearing_at": hearing.isoformat(), "mode": mode} | place
            self.act("set_hearing", "clerk", when, facts)
            self.act("hold_hearing", "clerk", hearing)
            decision = self.pick(("Acquittement.", "Amende confirmée.", "Amende réduite."))
            self.act("decide", "clerk", self.in_office(self.after(48.0)), {"decision": decision})
        self.act("close", "clerk", self.in_office(self.after(24 * 8)))
