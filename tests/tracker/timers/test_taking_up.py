"""Cases from before workers were, the nightly check, repeated places, and jobs done again and again."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from tests.support import city as cities
from tests.support import deeds
from tests.support.city import City
from tracker import outbox
from tracker.jobs import firing, following, periodic
from tracker.jobs.periodic import Periodic
from tracker.jobs.registry import JOBS
from tracker.timers import adopting, causes, checking

ZONE = ZoneInfo("America/Toronto")


def unfollowed(town: City, **said: Any) -> str:
    """Return a case that came as an import does: followed by nothing."""
    number = str(town.report(contact=cities.CONTACT, **said)["number"])
    with town.session() as session:
        session.execute(text("DELETE FROM outbox"))
    return number


def adopt(town: City) -> adopting.Adopted:
    with town.session() as session:
        assert outbox.take_turn(session)
        return adopting.adopt(session, town.clock.now)


def timers(town: City) -> list[str]:
    with town.session() as session:
        return list(session.scalars(text("SELECT name FROM timer ORDER BY due_at, name")))


def fire_all(town: City) -> list[str]:
    fired = []
    while batch := firing.fire_due(town.place.app, town.code, now=town.clock.now):
        fired += [one.name for one in batch]
    return fired


def test_what_fell_due_years_ago_reminds_nobody_today(town: City):
    unfollowed(town)
    town.clock.advance(days=8)
    told = adopt(town)
    assert (told.cases, told.timers) == (1, 2)
    assert told.lapsed >= 3
    assert timers(town) == ["overdue_by_half", "overdue_threefold"]
    assert fire_all(town) == []
    assert adopt(town).cases == 0


def test_a_case_taken_up_is_like_any_other_from_then_on(town: City):
    number = unfollowed(town)
    town.clock.advance(days=8)
    adopt(town)
    etag = town.caller("dispatcher").get(f"/cases/{number}").headers["ETag"]
    body = {"transition": "ask", "inputs": {"question": "Où ?"}}
    town.caller("dispatcher").post(f"/cases/{number}/transitions", body, If_Match=etag)
    following.follow(town.place.app, town.code, now=town.clock.now)
    assert "remind_question" in timers(town)
    town.clock.advance(days=40)
    assert fire_all(town)[-1] == "question_unanswered"
    assert deeds.case(town, number)["status"] == "closed"


def done_before(town: City) -> str:
    """Return a case that was done, as an import brings it."""
    number = unfollowed(town)
    with town.session() as session:
        done = town.clock.now
        session.execute(
            text("""UPDATE "case" SET status = 'completed', is_open = false, completed_at = :at,
                    outcome = 'fixed'"""),
            {"at": done},
        )
        from tracker.cases import history, queries
        from tracker.events import Fact

        case = queries.locked(session, number)
        outbox.write_the_past(session)
        history.append(
            session, case, Fact(kind="imported", actor="import", at=done, payload={"to": "completed"})
        )
    return number


def test_what_was_done_long_ago_is_closed_and_nobody_is_written_to(town: City):
    number = done_before(town)
    town.clock.advance(days=80)
    assert adopt(town).timers == 1
    assert fire_all(town) == ["feedback_window"]
    assert deeds.case(town, number)["status"] == "closed"
    with town.session() as session:
        assert session.execute(text("SELECT count(*) FROM outbox")).scalar_one() == 0


def test_what_is_made_up_for_silently_silences_nothing_fired_beside_it(
    town: City, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(firing, "LONGEST_S", 600.0)  # both in one batch, however slow the machine
    old = done_before(town)
    town.clock.advance(days=80)
    adopt(town)
    new = str(town.report(contact=cities.CONTACT)["number"])
    following.follow(town.place.app, town.code, now=town.clock.now)
    town.clock.advance(hours=13)
    batch = firing.fire_due(town.place.app, town.code, now=town.clock.now)
    assert [one.name for one in batch] == ["feedback_window", "half_unanswered"]
    with town.session() as session:
        waiting = 'SELECT c.number FROM outbox o JOIN "case" c ON c.id = o.case_id'
        assert list(session.scalars(text(waiting))) == [new]
    assert deeds.case(town, old)["status"] == "closed"


def test_cases_that_are_followed_are_left_alone(town: City):
    town.report(contact=cities.CONTACT)
    assert adopt(town) == adopting.Adopted()
    following.follow(town.place.app, town.code, now=town.clock.now)
    assert adopt(town) == adopting.Adopted()


def test_the_nightly_check_puts_right_what_a_restored_dump_lacks(town: City):
    number = town.report(contact=cities.CONTACT)["number"]
    following.follow(town.place.app, town.code, now=town.clock.now)
    before = deeds.case(town, number)
    with town.place.owner.begin() as connection:
        table = f'j_{town.code}."case"'
        kept = connection.execute(
            text("SELECT pg_get_constraintdef(oid) FROM pg_constraint"
                 " WHERE conname = 'case_open_has_promise_check'"
                 " AND connamespace = CAST(:schema AS regnamespace)"),
            {"schema": f"j_{town.code}"},
        ).scalar_one()  # fmt: skip
        connection.execute(text(f"ALTER TABLE {table} DROP CONSTRAINT case_open_has_promise_check"))
        connection.execute(text(f"UPDATE {table} SET department = '', resolve_by = NULL, next_action = ''"))
        connection.execute(text(f"DELETE FROM j_{town.code}.timer"))
    try:
        with town.session() as session:
            found = checking.check(session, town.clock.now)
        assert (found.repaired, found.left, found.adopted) == ((number,), (), 1)
        after = deeds.case(town, number)
        assert [after[name] for name in ("department", "resolve_by", "next_action")] == [
            before[name] for name in ("department", "resolve_by", "next_action")
        ]
        assert "overdue" in timers(town)
        with town.session() as session:
            again = checking.check(session, town.clock.now)
        assert (again.repaired, again.left, again.adopted) == ((), (), 0)
    finally:
        with town.place.owner.begin() as connection:
            connection.execute(text(f"ALTER TABLE {table} ADD CONSTRAINT case_open_has_promise_check {kept}"))


def test_the_fourth_request_of_a_segment_in_ninety_days_is_a_cause(town: City):
    def ask(x: float) -> None:
        town.report(location=cities.pin(x, 502))

    def find() -> int:
        with town.session() as session:
            return causes.find(session, town.clock.now)

    for x in (100, 250, 400):
        ask(x)
        town.clock.advance(days=20)
    assert find() == 0
    ask(600)
    assert find() == 1
    assert find() == 0
    with town.session() as session:
        row = session.execute(text("SELECT service_code, cases FROM cause")).one()
    assert tuple(row) == ("VOI-NID", 4)
    (told,) = town.caller("supervisor").get("/causes").json["causes"]
    assert (told["street"], told["cases"]) == ("rue du Moulin", 4)
    with town.session() as session:
        session.execute(text("UPDATE cause SET settled_at = :at"), {"at": town.clock.now})
    town.clock.advance(days=1)
    ask(800)
    assert find() == 0  # four in ninety days, but three of them were settled


NOON = Periodic(name="noon", every=timedelta(days=1), run=lambda session, now: None, at=time(12))


@pytest.mark.parametrize(
    ("job", "after", "due"),
    [
        (NOON, "2026-05-04T11:59", "2026-05-04T12:00"),
        (NOON, "2026-05-04T12:00", "2026-05-05T12:00"),
        (NOON, "2026-11-01T00:30", "2026-11-01T12:00"),  # an hour longer that day
        (next(job for job in JOBS if job.name == "handover"), "2026-05-08T15:59", "2026-05-08T16:00"),
        (next(job for job in JOBS if job.name == "handover"), "2026-05-08T16:00", "2026-05-15T16:00"),
    ],
)
def test_a_job_of_an_hour_is_due_at_that_local_hour(job: Periodic, after: str, due: str):
    moment = datetime.fromisoformat(after).replace(tzinfo=ZONE).astimezone(UTC)
    assert job.next_after(moment, ZONE).astimezone(ZONE).strftime("%Y-%m-%dT%H:%M") == due


def test_a_job_runs_once_a_period_and_a_failure_is_noted_and_tried_again(town: City):
    ran: list[datetime] = []
    broken = True

    def run(session: Any, now: datetime) -> None:
        session.execute(
            text("INSERT INTO timer_adoption (case_id, at) VALUES (gen_random_uuid(), :at)"), {"at": now}
        )
        if broken:
            raise ValueError("no")
        ran.append(now)

    job = Periodic(name="mine", every=timedelta(hours=1), run=run)

    def turn() -> int:
        return periodic.run_due(town.place.app, town.code, now=town.clock.now, jobs=(job,))

    assert turn() == 0
    assert town.counts().get("timer_adoption") is None
    with town.session() as session:
        assert session.execute(text("SELECT error FROM periodic")).scalar_one() == "ValueError: no"
    broken = False
    assert turn() == 0
    town.clock.advance(minutes=16)
    assert turn() == 1
    assert turn() == 0
    town.clock.advance(hours=5)
    assert turn() == 1
    assert turn() == 0
    assert len(ran) == 2
