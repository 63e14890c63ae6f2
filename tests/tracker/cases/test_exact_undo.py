"""Joined and taken apart again, every table of the town is byte for byte what it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support import chain, city, dump, pictures, scale
from tests.support.city import City
from tracker import workflow
from tracker.accounts.actor import Actor
from tracker.cases import errors, links, moves, unlinking
from tracker.cases.facts import Move
from tracker.cases.links import Linking
from tracker.surges import errors as surge_errors
from tracker.surges import service as surges

DISPATCHER = Actor(role="dispatcher", ref="test:dispatcher")
AT = city.MONDAY + timedelta(days=2)
REFUSALS = (errors.CaseError, surge_errors.SurgeError, workflow.WorkflowError)
SERVICES = ("VOI-NID", "VOI-AFF", "PRO-GRA", "ECL-LAM")
_FOLLOW = text("""
    INSERT INTO subscription (id, subject, subject_key, person, report_id, language, channels, created_at)
    SELECT gen_random_uuid(), 'case', CAST(r.case_id AS text), :person, :report_id, :language, :channels, :at
    FROM report r WHERE r.number = :number
    ON CONFLICT (person, subject, subject_key) WHERE ended_at IS NULL DO NOTHING
""")


@dataclass
class Program:
    """One random life of the town, in a transaction that is rolled back: changes, then their undoing."""

    session: Session
    random: Random
    reports: list[Any]
    in_order: bool  # undone the last first, every step compared
    undoing: list[Callable[[datetime], object]] = field(default_factory=list)
    states: list[dict[str, bytes]] = field(default_factory=list)
    left: list[UUID] = field(default_factory=list)

    def attempt(self, act: Callable[[], object]) -> bool:
        """Do one thing if the rules allow it; a refusal leaves no trace."""
        try:
            with self.session.begin_nested():
                act()
        except REFUSALS:
            self.session.expire_all()
            return False
        return True

    def case(self) -> str:
        rows = self.session.execute(
            text('SELECT number FROM "case" WHERE reports_count > 0 ORDER BY number')
        ).scalars()
        return str(self.random.choice(rows.all()))

    def report(self) -> Any:
        return self.random.choice(self.reports)


def live(program: Program) -> None:
    """Move, pause, requalify and follow a few cases."""
    random = program.random
    for _ in range(random.randint(2, 6)):
        number, review = program.case(), (AT + timedelta(days=4)).date().isoformat()
        name, inputs = random.choice((
            ("accept", {}),
            ("assign", {"crew": "E1", "override": True, "reason": "x"}),
            ("ask", {"question": "Où ?"}),
            ("hold", {"reason": random.choice(("weather", "part")), "review_on": review}),
            ("refer", {"partner": "Hydro", "reference": "7"}),
            ("requalify", {"service_code": random.choice(SERVICES)}),
            ("resume", {}),
        ))  # fmt: skip
        move = Move(transition=name, actor=DISPATCHER, at=AT - timedelta(hours=3), inputs=inputs)
        program.attempt(partial(moves.make, program.session, number, move))
    for _ in range(random.randint(0, 5)):
        report = program.report()
        own = random.random() < 0.6
        program.session.execute(_FOLLOW, {
            "person": f"report:{report.id}" if own else f"citizen:{UUID(int=random.randint(1, 4))}",
            "report_id": report.id if own else None,
            "number": program.report().number if not own else report.number,
            "language": random.choice(("fr", "en")),
            "channels": random.sample(("email", "sms", "push"), 2),
            "at": AT,
        })  # fmt: skip


def change(program: Program) -> None:
    """Change who holds which report, once if it is allowed, and remember how to take it back."""
    session, random, linking = program.session, program.random, Linking(actor=DISPATCHER, at=AT)
    made: list[Any] = []
    before = dump.of(session) if program.in_order or not program.states else {}
    report = program.report()
    kind = random.choice(("merge", "merge", "attach", "attach", "detach", "surge"))
    proposed = session.execute(text("SELECT id FROM surge WHERE status = 'proposed' ORDER BY id")).scalars()
    waiting = list(proposed)
    if kind == "surge" and waiting:
        surge_id = random.choice(waiting)
        decide = random.choice((
            lambda: surges.confirm(session, surge_id, parent=None, left_out=[], linking=linking),
            lambda: surges.dismiss(session, surge_id, reason="x", actor=DISPATCHER, at=AT),
        ))  # fmt: skip
        if program.attempt(lambda: made.append(decide())):
            program.undoing.append(
                lambda at: surges.undo(session, surge_id, Linking(actor=DISPATCHER, at=at))
            )
    else:
        held = text('SELECT c.number FROM report r JOIN "case" c ON c.id = r.case_id WHERE r.id = :id')
        acts: dict[str, Callable[[], object]] = {
            "merge": lambda: links.merge(session, program.case(), program.case(), linking),
            "attach": lambda: links.attach(session, program.case(), report.number, linking),
            "detach": lambda: links.detach(
                session, str(session.scalar(held, {"id": report.id})), report.number, linking
            ),
        }
        act = acts.get(kind, acts["merge"])
        if program.attempt(lambda: made.append(act())):
            link = made[0]
            program.undoing.append(lambda at: take_back(program, link.id, at))
    if made:
        program.states.append(before)


def take_back(program: Program, link_id: UUID, at: datetime) -> None:
    undone = unlinking.undo(program.session, link_id, Linking(actor=DISPATCHER, at=at))
    if undone.kind == "detach":
        program.left.append(undone.into_case_id)


def separate(program: Program) -> None:
    """Undo everything: half the time the last first, comparing each step; else in any order allowed."""
    later = AT + timedelta(minutes=5)
    first = program.states[0]
    while program.undoing:
        order = list(range(len(program.undoing)))
        if program.in_order:
            order.reverse()
        else:
            program.random.shuffle(order)
        for at in order:
            undo = program.undoing[at]
            if program.attempt(partial(undo, later)):
                del program.undoing[at]
                break
        else:
            pytest.fail("nothing can be undone any more")
        if program.in_order:
            compare(program, program.states.pop())
    compare(program, first)


def compare(program: Program, before: dict[str, bytes]) -> None:
    """Compare every table with what it was. A case that was split off stays, empty, with its history."""
    after = dump.of(program.session, without=program.left)
    for table, rows in before.items():
        assert after[table].splitlines() == rows.splitlines(), table


@pytest.fixture
def busy(town: City) -> City:
    """A town of some forty reports in a dozen places, photos, contacts, and a surge to decide."""
    random = Random(311)
    for spot in range(9):
        x, y = 260 + 120 * (spot % 3), 480 + 90 * (spot // 3)
        for _ in range(random.randint(2, 4)):
            where = city.pin(
                x + random.uniform(-9, 9), y + random.uniform(-9, 9), accuracy_m=random.uniform(2, 40)
            )
            report = city.sample("field_work") | {"location": where, "contact": city.CONTACT}
            photos = [("p.jpg", pictures.taken_at())] if random.random() < 0.2 else []
            answer = town.caller(language=random.choice(("fr", "en"))).post_form(
                "/reports", {"report": report}, photos
            )
            assert answer.status_code == 201, answer.text
            if random.random() < 0.5:
                town.report(case_number=answer.json["case"]["number"], location=where)
        town.clock.advance(minutes=random.randint(3, 50))
    for at in range(5):
        town.report(
            service_code="AQU-SAN",
            answers=town.answers("AQU-SAN"),
            location=city.pin(200 + 90 * at, 502),
            contact=city.CONTACT,
        )
        town.clock.advance(minutes=6)
    with town.session() as session:
        assert surges.find(session, now=town.clock.now).new
    return town


@pytest.mark.parametrize("seed", range(scale.trials(whole=10, usual=2)))
def test_five_hundred_random_lives_leave_no_trace(busy: City, seed: int):
    random, changed = Random(seed), 0
    with busy.session() as session:
        reports = session.execute(text("SELECT id, number FROM report ORDER BY number")).all()
    while changed < 50:
        with busy.session() as session:
            program = Program(
                session=session, random=random, reports=list(reports), in_order=random.random() < 0.5
            )
            live(program)
            for _ in range(random.randint(1, 4)):
                change(program)
            if program.undoing:
                changed += 1
                separate(program)
                chain.check_sound(session)
            session.rollback()


def test_the_comparison_sees_one_changed_byte(busy: City):
    with busy.session() as session:
        before = dump.of(session)
        assert before["subscription"] == b""
        assert len(before) > 25
        first = session.scalars(text("SELECT min(number) FROM report WHERE accuracy_m IS NOT NULL")).one()
        session.execute(
            text("UPDATE report SET accuracy_m = accuracy_m + 1e-9 WHERE number = :n"), {"n": first}
        )
        after = dump.of(session)
        assert [table for table in before if before[table] != after[table]] == ["report"]
        session.rollback()
