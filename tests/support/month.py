"""A town that lives for weeks: people report, triage, work and forget; workers do what must follow."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support import city as cities
from tests.support.city import City
from tests.support.hired import Crew, FileClock
from tests.support.promises import SERVICES, Done, Oracle, Row
from tracker import ids
from tracker.accounts.actor import Actor
from tracker.cases import moves
from tracker.cases.errors import CaseError
from tracker.cases.facts import Move
from tracker.oncall import service as oncall
from tracker.outbox import ATTEMPTS
from tracker.reports.submission import Picture
from tracker.workflow import WorkflowError

ZONE = ZoneInfo("America/Toronto")
PATIENCE_S = 60.0
WEIGHTS = {"SIG-ARR": 2, "AQU-SAN": 2, "ARB-TOM": 2, "ANI-DAN": 1, "INF-GEN": 3, "CTS-CON": 1, "NUI-TER": 2}
INSPECTED = ("NUI-TER", "ANI-NUI", "ANI-DAN")
ANSWERS = {"INF-GEN": {"sujet": "autre", "question": "Où aller ?"}}
REQUALIFIED = {"SIG-PAN": "SIG-ARR", "PRO-DEP": "PRO-POU"}
CREW_OF = {"AQU": "H1", "NUI": "I1", "ANI": "I1"}
# What people may do from each status, with how likely it is that they do it when they come by.
HABITS: dict[str, tuple[tuple[str, float], ...]] = {
    "received": (("accept", 0.6), ("ask", 0.15), ("refuse", 0.05), ("requalify", 0.15), ("hold", 0.05)),
    "accepted": (("assign", 0.7), ("hold", 0.15), ("refer", 0.15)),
    "assigned": (("start", 0.5), ("plan", 0.2), ("assign", 0.05)),
    "planned": (("start", 0.6), ("hold", 0.1)),
    "in_progress": (("complete", 0.6), ("make_safe", 0.2), ("hold", 0.1)),
    "made_safe": (("complete", 0.8),),
    "info_needed": (("answer", 0.3),),
    "on_hold": (("resume", 0.3),),
    "referred": (("take_back", 0.15),),
    "completed": (("reopen", 0.05),),
    "reopened": (("assign", 0.8),),
    "to_inspect": (("find_compliant", 0.3), ("issue_notice", 0.3)),
    "reinspection": (("find_compliant", 0.6),),
    "with_agent": (("answer", 0.4),),
    "answered": (("reopen", 0.1),),
    "filed": (("accept", 0.8),),
    "clerk_received": (("send_to_prosecutor", 0.8),),
    "prosecutor_review": (("set_hearing", 0.8),),
    "hearing_set": (("set_hearing", 0.1),),
}
ROLES = {
    "start": "crew", "complete": "crew", "make_safe": "crew", "plan": "crew", "find_compliant": "inspector",
    "issue_notice": "inspector", "reopen": "agent", "answer": "agent", "send_to_prosecutor": "clerk",
    "set_hearing": "clerk",
}  # fmt: skip
_ROW = text("""
    SELECT c.status, c.is_open, c.priority, w.code AS crew, c.service_code AS service, c.opened_at,
           c.respond_by, c.resolve_by, c.responded_at, c.paused_since
    FROM "case" c LEFT JOIN crew w ON w.id = c.crew_id WHERE c.number = :number
""")
_LEFT = text(f"""
    SELECT (SELECT count(*) FROM outbox WHERE attempts < {ATTEMPTS})
         + (SELECT count(*) FROM timer WHERE attempts < {ATTEMPTS} AND due_at <= :now
            AND (not_before IS NULL OR not_before <= :now))
""")
_REASSIGNED = text("""
    SELECT e.payload->'inputs'->>'crew' FROM event e JOIN "case" c ON c.id = e.case_id
    WHERE c.number = :number AND e.actor = 'system' AND e.kind = 'moved' AND e.at = :at
      AND e.payload->>'transition' = 'assign'
""")
_DONE = text("""
    SELECT c.number, e.at,
           CASE WHEN e.kind = 'moved' THEN e.payload->>'transition' ELSE e.payload->>'name' END AS what,
           e.payload->>'due' AS due
    FROM event e JOIN "case" c ON c.id = e.case_id
    WHERE e.actor = 'system' AND e.kind IN ('moved', 'timer_fired') ORDER BY e.at, c.number, e.seq
""")
_LACKING = text("""
    SELECT number FROM "case" WHERE is_open AND (department = '' OR resolve_by IS NULL OR next_action = '')
""")
_PAGES = text("""
    SELECT p.id, c.number FROM page p JOIN "case" c ON c.id = p.case_id
    WHERE p.ended_at IS NULL AND p.acknowledged_at IS NULL ORDER BY c.number
""")


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How long a town lives, how many report, when no worker runs, in how many steps one is killed."""

    days: float
    reports: int
    down: tuple[float, float]
    kill_each: int
    seed: int = 4


@dataclass(kw_only=True)
class Month:
    """The life of a town; a seed decides what people do."""

    town: City
    crew: Crew
    clock: FileClock
    scale: Scale
    oracle: Oracle = field(default_factory=Oracle)
    numbers: list[str] = field(default_factory=list)
    neglected: set[str] = field(default_factory=set)
    steps: int = 0

    def live(self, *, workers: int = 2) -> None:
        """Let the days pass, with workers side by side who are killed and replaced."""
        random = Random(self.scale.seed)
        begun = self.town.clock.now
        self._set(begun)
        moments = list(self._moments(begun, random))
        share = self.scale.reports / sum(1 for each in moments if self._at_work(each))
        owed = 0.0
        for _ in range(workers):
            self.crew.hire()
        for now in moments:
            day = (now - begun) / timedelta(days=1)
            is_down = self.scale.down[0] <= day < self.scale.down[1]
            if is_down:
                self.crew.kill_all()
            while not is_down and len(self.crew.hands) < workers:
                self.crew.hire()
            self._set(now)
            if not is_down:
                # What fell due since comes before what people do now: else either might be first, and both
                # would be right.
                self._drain(random, now)
            owed += share if self._at_work(now) else 0
            while owed >= 1:
                owed -= 1
                self._report(random)
            self._come_by(random, now)
            if not is_down:
                self._drain(random, now)

    def _moments(self, begun: datetime, random: Random) -> Iterator[datetime]:
        now = begun
        while now < begun + timedelta(days=self.scale.days):
            now += timedelta(seconds=random.randint(1_500, 3_300) * (1 if self._at_work(now) else 5))
            yield now

    def _at_work(self, now: datetime) -> bool:
        return 7 <= now.astimezone(ZONE).hour < 18

    def _set(self, now: datetime) -> None:
        self.town.clock.now = now
        self.clock.set(now)

    def _report(self, random: Random) -> None:
        codes = list(SERVICES)
        (code,) = random.choices(codes, [WEIGHTS.get(each, 4) for each in codes])
        family = {"INF": "question", "CTS": "contestation"}.get(code[:3], "field_work")
        given: dict[str, Any] = cities.sample(family) | {
            "contact": dict(cities.CONTACT),
            "service_code": code,
        }
        if family == "field_work":
            given["answers"] = self.town.answers(code)
            given["location"] = cities.pin(random.uniform(20, 980), random.choice((502.0, 902.0)))
        told = self.town.report(family, by="agent", **given)
        number = str(told["case"]["number"])
        if number in self.oracle.cases:
            return  # told of something that is known
        self.numbers.append(number)
        if random.random() < 0.2:
            self.neglected.add(number)
        with self.town.session() as session:
            self.oracle.received(number, self.town.clock.now, self._row(session, number))

    def _row(self, session: Session, number: str) -> Row:
        return Row(**session.execute(_ROW, {"number": number}).one()._asdict())

    def _come_by(self, random: Random, now: datetime) -> None:
        """People look at some of their cases and do what they do."""
        hands = self._at_work(now)
        self._answer_pages(random, now)
        living = [number for number in self.numbers if number not in self.neglected]
        for number in random.sample(living, min(len(living), 9 if hands else 2)):
            with self.town.session() as session:
                row = self._row(session, number)
                chosen = self._choose(random, row)
                if chosen is None:
                    continue
                move = self._move(random, chosen, row, now)
                try:
                    with session.begin_nested():
                        moves.make(session, number, move)
                except (WorkflowError, CaseError):
                    continue
                session.flush()
                self.oracle.moved(number, chosen, now, dict(move.inputs), self._row(session, number))

    def _choose(self, random: Random, row: Row) -> str | None:
        pick = random.random()
        for transition, chance in HABITS.get(row.status, ()):
            pick -= chance
            if pick < 0:
                return transition if transition != "requalify" or row.service in REQUALIFIED else None
        return None

    def _move(self, random: Random, name: str, row: Row, now: datetime) -> Move:
        local = now.astimezone(ZONE)
        crew = row.crew or CREW_OF.get(row.service[:3], "E1")
        soon = (local + timedelta(days=random.randint(1, 6))).date().isoformat()
        inputs: dict[str, dict[str, Any]] = {
            "ask": {"question": "Où au juste ?"},
            "answer": {"answer": "Devant le 30."},
            "assign": {"crew": crew, "override": True, "reason": "Vu"},
            "plan": {"planned_for": (local + timedelta(days=2)).isoformat(), "reason": "Pluie"},
            "start": {"reason": "Signal perdu"},
            "hold": {"reason": random.choice(("weather", "part", "locates", "budget")), "review_on": soon},
            "refer": {"partner": "Hydro-Québec", "reference": "H-1"},
            "complete": {"outcome": "fixed", "minutes": 30},
            "reopen": {"reason": "Le trou est encore là."},
            "refuse": {"reason": "third_party"},
            "requalify": {"service_code": REQUALIFIED.get(row.service, "VOI-NID")},
            "find_compliant": {"report": "Rien à dire."},
            "issue_notice": {"report": "Gazon long", "article": "12", "deadline": soon},
            "set_hearing": {
                "hearing_at": (local + timedelta(days=random.randint(2, 6))).isoformat(), "mode": "video"
            },
        }  # fmt: skip
        role = ROLES.get(name, "dispatcher")
        if row.service.startswith("CTS"):
            role = "clerk"
        if name == "accept" and row.service.startswith("INF"):
            role = "agent"
        return Move(
            transition=name,
            actor=Actor(role=role, ref=f"test:{role}", crew_code=row.crew),
            at=now,
            inputs=inputs.get(name, {}),
            pictures=(_picture(),)
            if name in ("make_safe", "complete", "find_compliant", "issue_notice")
            else (),
        )

    def _answer_pages(self, random: Random, now: datetime) -> None:
        with self.town.session() as session:
            pages = session.execute(_PAGES).all()
        for page in pages:
            if random.random() < 0.25:
                with self.town.session() as session:
                    oncall.acknowledge(session, UUID(str(page.id)), by="test:director", now=now)
                self.oracle.acknowledged(page.number)

    def _drain(self, random: Random, now: datetime) -> None:
        """Wait until workers have done everything there is, killing some of them while they are at it."""
        if self.steps % self.scale.kill_each == 0 and self.crew.hands:
            time.sleep(random.uniform(0, 0.08))
            self.crew.kill(random.randrange(len(self.crew.hands)))
            self.crew.hire()
        deadline = time.monotonic() + PATIENCE_S
        while True:
            with self.town.session() as session:
                left = session.execute(_LEFT, {"now": now}).scalar_one()
            if not left:
                break
            assert time.monotonic() < deadline, self._stuck()
            time.sleep(0.01)
        self.steps += 1
        self.oracle.drained(now, self._reassigned)

    def _stuck(self) -> str:
        with self.town.session() as session:
            rows = session.execute(
                text("SELECT name, due_at, status, attempts, error FROM timer ORDER BY due_at LIMIT 5")
            )
            facts = session.execute(text("SELECT kind, attempts, error FROM outbox LIMIT 5"))
            return f"{list(rows)} {list(facts)} {[each.exitcode for each in self.crew.hands]}"

    def _reassigned(self, number: str, at: datetime) -> str | None:
        with self.town.session() as session:
            return session.execute(_REASSIGNED, {"number": number, "at": at}).scalar()

    def lacking(self, session: Session) -> list[str]:
        """Return the open cases without team, due date or next action (domain.md §1, 29)."""
        return list(session.scalars(_LACKING))

    def done(self) -> list[Done]:
        """Return what workers did, as the histories tell it."""
        with self.town.session() as session:
            return [
                Done(row.number, row.what, row.at, datetime.fromisoformat(row.due) if row.due else row.at)
                for row in session.execute(_DONE)
            ]


def _picture() -> Picture:
    return Picture(
        id=ids.new_id(), sha256=bytes(32), media_type="image/jpeg", width=4, height=4, byte_count=9
    )
