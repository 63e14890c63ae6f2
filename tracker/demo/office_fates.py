"""The families that offices carry: inspections, questions, bookings, permits, contestations."""

from __future__ import annotations

from datetime import timedelta

from tracker.demo.fate import Fate
from tracker.demo.incidents import ZONE


class OfficeWork(Fate):
    """The lives of cases nobody drives out for, one verb per family."""

    def live(self) -> None:
        """Write the moves of the case's own family."""
        {
            "inspection": self.inspection,
            "question": self.question,
            "booking": self.booking,
            "permit": self.permit,
            "contestation": self.contestation,
        }[self.life.service.workflow]()

    def inspection(self) -> None:
        if self.chance(self.plan.fates.refused):
            self.act("refuse", "dispatcher", self.in_office(self.after(2.0)), {"reason": "private"})
            return
        self.act(
            "accept", "dispatcher", self.after(0.4) if self.is_urgent else self.in_office(self.after(3.0))
        )
        visit = max(self.done_at(), self.now + timedelta(minutes=20))
        report = {"report": self.pick(self.notes.report)}
        if self.chance(0.62):
            self.act("find_compliant", "inspector", visit, report, photo=self.scene())
        else:
            deadline = (visit + timedelta(days=int(self.rng.integers(10, 30)))).astimezone(ZONE)
            facts = report | {"article": "RM-12, art. 8", "deadline": deadline.date().isoformat()}
            self.act("issue_notice", "inspector", visit, facts, photo=self.scene())
            self.act("reinspect", "inspector", self.in_office(deadline + timedelta(days=1)))
            self.act("find_compliant", "inspector", self.now + timedelta(hours=1), report, photo=self.scene())
        self.act("close", "system", self.now + timedelta(days=1, hours=2))

    def question(self) -> None:
        self.act("accept", "agent", self.in_office(self.after(1.0)))
        self.act(
            "answer",
            "agent",
            self.in_office(self.after(4.0)),
            {"answer": self.pick(self.notes.answers_fr)},
        )
        if self.chance(0.4):
            self.act("close", "citizen", self.after(10.0))

    def booking(self) -> None:
        self.act("accept", "agent", self.in_office(self.after(1.5)))
        if self.chance(0.06):
            self.act("cancel", "citizen", self.after(40.0))
            return
        self.act(
            "complete", "agent", self.in_office(self.now + timedelta(days=float(self.rng.uniform(5, 18))))
        )
        self.act("close", "system", self.now + timedelta(days=1, hours=4))

    def permit(self) -> None:
        self.act("accept", "agent", self.in_office(self.after(10.0)))
        decided = max(self.done_at(), self.in_office(self.after(20.0)))
        if self.chance(0.06):
            said = {
                "reason": "Marge latérale insuffisante.",
                "article": "RZ-4, art. 31",
                "recourse": "Dérogation mineure.",
            }
            self.act("refuse", "inspector", decided, said)
        else:
            self.act("approve", "inspector", decided)

    def contestation(self) -> None:
        self.act("accept", "clerk", self.in_office(self.after(12.0)))
