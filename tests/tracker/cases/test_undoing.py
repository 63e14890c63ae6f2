"""Every change of links undone exactly, whatever was changed on top of it."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.support import chain, city
from tests.support.city import City
from tests.support.deeds import case, merge, undo
from tracker import workflow
from tracker.accounts.actor import Actor
from tracker.cases import errors, links, unlinking
from tracker.cases.links import Linking
from tracker.cases.models import LinkChange

DISPATCHER = Actor(role="dispatcher", ref="test:dispatcher")
# What an undo need not give back: it adds to the history, and the history moves these.
MOVES_ON = "'{version,last_seq,last_hash,updated_at}'::text[]"


class TestUndoing:
    def test_once_and_within_thirty_days(self, town: City):
        a, b = (town.report()["number"] for _ in range(2))
        link = merge(town, a, b)
        assert undo(town, link).status_code == 200
        assert case(town, a)["status"] == "received"
        assert undo(town, link).json["type"] == "/problems/link-spent"
        link = merge(town, a, b)
        town.clock.advance(days=31)
        assert undo(town, link).json["type"] == "/problems/link-too-old"
        assert town.caller("dispatcher").post(f"/links/{'0' * 8}-0000-0000-0000-{'0' * 12}/undo").json[
            "type"
        ] == ("/problems/link-not-found")

    def test_what_came_after_is_undone_first(self, town: City):
        a, b, c = (town.report() for _ in range(3))
        first = merge(town, a["number"], b["number"])
        moved = town.caller("dispatcher").post(
            f"/cases/{c['number']}/reports", {"report_number": a["number"]}
        )
        assert undo(town, first).json["type"] == "/problems/link-stale"
        assert undo(town, moved).status_code == 200
        assert undo(town, first).status_code == 200
        with town.session() as session:
            chain.check_sound(session)

    def test_an_undo_empties_no_open_case_and_fills_no_joined_one(self, town: City):
        a, b, c = (town.report() for _ in range(3))
        extra = town.report(case_number=b["number"])
        dispatcher = town.caller("dispatcher")

        def attach(report, into):
            answer = dispatcher.post(f"/cases/{into['number']}/reports", {"report_number": report["number"]})
            assert answer.status_code == 200, answer.text
            return answer

        moved = attach(extra, a)
        attach(a, c)
        assert undo(town, moved).json["type"] == "/problems/link-stale"  # a would be open about nothing
        attach(b, c)
        assert undo(town, moved).json["type"] == "/problems/link-stale"  # b is joined to c by now
        with town.session() as session:
            chain.check_sound(session)

    def test_a_hundred_random_changes_leave_no_trace(self, town: City):
        random = Random(311)
        reports = [opened(town, random) for _ in range(6)]
        for _ in range(9):
            same = random.choice(reports)
            reports.append(town.report(case_number=same["case"]["number"], location=near(random)))
        done = 0
        while done < 100:
            with town.session() as session:
                done += scramble(session, random, [each["number"] for each in reports])
                session.rollback()


def near(random: Random) -> dict[str, Any]:
    return city.pin(random.uniform(290, 310), random.uniform(490, 510), accuracy_m=random.uniform(2, 40))


def opened(town: City, random: Random) -> dict[str, Any]:
    told = town.report(location=near(random), contact=city.CONTACT)
    dispatcher = town.caller("dispatcher")
    if random.random() < 0.7:
        dispatcher.move(told["number"], "accept")
    if random.random() < 0.4:
        review = (town.clock.now + timedelta(days=5)).date().isoformat()
        dispatcher.move(told["number"], "hold", reason="weather", review_on=review)
    town.clock.advance(minutes=random.randint(1, 90))
    return told


def scramble(session: Session, random: Random, reports: list[str]) -> int:
    """Make a few random changes on top of each other, undo them backwards, and compare all there is."""
    at = city.MONDAY + timedelta(days=2)
    states, made = [dump(session)], []
    for _ in range(random.randint(1, 4)):
        linking = Linking(actor=DISPATCHER, at=at)
        change = attempt(session, random, reports, linking)
        if change is not None:
            made.append(change)
            states.append(dump(session))
    split: tuple[str, ...] = ()
    states.pop()
    for change in reversed(made):
        unlinking.undo(session, change.id, Linking(actor=DISPATCHER, at=at + timedelta(minutes=1)))
        if change.kind == "detach":
            number = session.execute(
                text('SELECT number FROM "case" WHERE id = :id'), {"id": change.into_case_id}
            ).scalar_one()
            split = (*split, number)
        before = states.pop()
        after = dump(session, without=split)
        assert after == {
            table: [row for row in rows if not named(row, split)] for table, rows in before.items()
        }
    chain.check_sound(session)
    return len(made)


def named(row: str, numbers: tuple[str, ...]) -> bool:
    return any(f'"{number}"' in row for number in numbers)


def attempt(session: Session, random: Random, reports: list[str], linking: Linking) -> LinkChange | None:
    rows = session.execute(
        text('SELECT c.number FROM "case" c WHERE c.reports_count > 0 ORDER BY c.number')
    ).scalars()
    cases = rows.all()
    number, other, report = random.choice(cases), random.choice(cases), random.choice(reports)
    held = session.execute(
        text('SELECT c.number FROM report r JOIN "case" c ON c.id = r.case_id WHERE r.number = :n'),
        {"n": report},
    ).scalar_one()
    try:
        with session.begin_nested():
            match random.choice(("merge", "attach", "detach")):
                case "merge":
                    return links.merge(session, number, other, linking)
                case "attach":
                    return links.attach(session, number, report, linking)
                case _:
                    return links.detach(session, held, report, linking)
    except (errors.CaseError, workflow.WorkflowError):
        session.expire_all()
        return None


def dump(session: Session, *, without: tuple[str, ...] = ()) -> dict[str, list[Any]]:
    """Return every row of every table that work changes, as text; without the cases named."""
    session.flush()
    found = {}
    for table in ("case", "report", "contact", "photo", "duplicate_candidate", "refusal"):
        kept = f"to_jsonb(t) - {MOVES_ON}" if table == "case" else "to_jsonb(t)"
        rows = session.execute(text(f'SELECT ({kept})::text AS row FROM "{table}" t')).scalars()
        found[table] = sorted(row for row in rows if not any(f'"{number}"' in row for number in without))
    return found
