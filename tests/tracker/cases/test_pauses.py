"""Pauses of a case together: one cap, no hour twice, never for a danger; gross and net time."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from tests.support import city
from tests.support.city import City
from tracker import definitions
from tracker.cases import pausing
from tracker.sla import Pause, Promise, business_minutes, due

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FIVE_DAYS = Promise(5, "business_days")


def clock(town: City, number: str) -> Any:
    with town.session() as session:
        return session.execute(
            text('SELECT resolve_by, breached_at, paused_since, pauses FROM "case" WHERE number = :n'),
            {"n": number},
        ).one()


def pothole(town: City) -> str:
    """A pothole of a local street: five business days."""
    return str(town.report(location=city.pin(300, 502), contact=city.CONTACT)["number"])


def move(town: City, role: str, number: str, transition: str, /, **inputs: Any) -> Any:
    answer = town.caller(role).move(number, transition, **inputs)
    assert answer.status_code == 200, answer.text
    return answer.json


def hold(town: City, number: str, reason: str = "weather") -> None:
    review = (town.clock.now + 20 * DAY).date().isoformat()
    move(town, "dispatcher", number, "hold", reason=reason, review_on=review)


def spend(town: City) -> int:
    with town.session() as session:
        return pausing.end_spent(session, town.clock.now)


def test_the_cap_is_over_all_pauses_of_a_case(town: City):
    number, begun, pauses = pothole(town), town.clock.now, []
    for days in (25, 25, 25):
        hold(town, number)
        started = town.clock.now
        town.clock.advance(days=days)
        move(town, "dispatcher", number, "resume")
        pauses.append(Pause(start=started, end=town.clock.now))
    expected = due(FIVE_DAYS, start=begun, calendar=definitions.calendar(), pauses=pauses)
    assert clock(town, number).resolve_by == expected
    told = town.caller("dispatcher").get(f"/cases/{number}").json["time"]
    assert told["gross_min"] == 75 * 24 * 60
    assert told["net_min"] == 15 * 24 * 60
    assert told["pause_left_min"] == 0


def test_beyond_the_cap_the_clock_runs_and_a_supervisor_is_told(town: City):
    number, begun = pothole(town), town.clock.now
    hold(town, number)
    town.clock.advance(days=59)
    assert spend(town) == 0
    town.clock.advance(days=2)
    assert spend(town) == 1
    assert spend(town) == 0
    pause = Pause(start=begun, end=begun + 60 * DAY)
    kept = clock(town, number)
    assert kept.resolve_by == due(FIVE_DAYS, start=begun, calendar=definitions.calendar(), pauses=[pause])
    assert kept.paused_since is None
    events = town.caller("dispatcher").get(f"/cases/{number}/history").json["events"]
    assert (events[-1]["kind"], events[-1]["actor"]) == ("pause_spent", "system")
    assert events[-1]["payload"]["spent_at"] == pause.end.isoformat()
    with town.session() as session:
        row = session.execute(text('SELECT status, next_action FROM "case"')).one()
        assert tuple(row) == ("on_hold", "supervisor")
        assert session.scalar(text("SELECT count(*) FROM outbox WHERE kind = 'pause_spent'")) == 1
    town.clock.advance(days=5)
    move(town, "dispatcher", number, "resume")
    assert clock(town, number).resolve_by == kept.resolve_by


def test_what_is_held_is_not_late_meanwhile(town: City):
    number = pothole(town)
    hold(town, number)
    town.clock.advance(days=40)
    dispatcher = town.caller("dispatcher")
    assert dispatcher.get(f"/cases/{number}").json["late"] is False
    assert dispatcher.get("/cases?late=true").json["cases"] == []
    assert dispatcher.get("/cases/counts").json["late"] == 0
    move(town, "dispatcher", number, "resume")
    town.clock.advance(days=20)
    assert dispatcher.get(f"/cases/{number}").json["late"] is True
    assert [one["number"] for one in dispatcher.get("/cases?late=true").json["cases"]] == [number]
    assert dispatcher.get("/cases/counts").json["late"] == 1
    hold(town, number)  # too late: it stays late
    assert dispatcher.get("/cases/counts").json["late"] == 1


def test_a_case_that_ends_while_it_waits_has_kept_its_promise(town: City):
    number = pothole(town)
    move(town, "dispatcher", number, "ask", question="Où ?")
    town.clock.advance(days=20)
    with town.session() as session:
        from tracker.accounts.actor import SYSTEM
        from tracker.cases import moves
        from tracker.cases.facts import Move

        moves.make(
            session, number, Move(transition="close_unanswered", actor=SYSTEM, at=town.clock.now, inputs={})
        )
    kept = clock(town, number)
    assert (kept.breached_at, kept.paused_since) == (None, None)
    assert len(kept.pauses) == 2


def test_another_service_is_promised_from_the_first_word_with_the_pauses_that_were(town: City):
    number, begun = pothole(town), town.clock.now
    before = clock(town, number).resolve_by
    hold(town, number)
    town.clock.advance(days=3)
    move(town, "dispatcher", number, "resume")
    pause = Pause(start=begun, end=town.clock.now)
    told = move(town, "dispatcher", number, "requalify", service_code="PRO-GRA")
    with town.session() as session:
        promise = session.execute(text('SELECT triage FROM "case"')).scalar_one()
    said = next(one for one in promise if one["step"] == "resolve_by")["fr"]
    amount = int("".join(each for each in said if each.isdigit()))
    expected = due(
        Promise(amount, "business_days"), start=begun, calendar=definitions.calendar(), pauses=[pause]
    )
    assert datetime.fromisoformat(told["resolve_by"]) == expected, said
    events = town.caller("dispatcher").get(f"/cases/{number}/history").json["events"]
    changed = events[-1]["payload"]["promises"]["resolve_by"]
    assert changed["to"] == expected.isoformat()
    assert datetime.fromisoformat(changed["from"]) > before


def test_a_danger_is_never_paused_also_when_it_becomes_one_while_waiting(town: City):
    number, begun = pothole(town), town.clock.now
    hold(town, number)
    town.clock.advance(days=3)
    told = move(town, "dispatcher", number, "requalify", service_code="VOI-AFF")
    assert told["priority"] == 1
    kept = clock(town, number)
    assert kept.paused_since is None
    assert kept.resolve_by == due(Promise(20, "business_days"), start=begun, calendar=definitions.calendar())
    time = town.caller("dispatcher").get(f"/cases/{number}").json["time"]
    assert time["net_min"] == time["gross_min"] == 3 * 24 * 60
    asked = town.caller("dispatcher").move(number, "ask", question="Où ?")
    assert asked.status_code in (409, 422)


def test_gross_and_net_are_published_beside_each_other(town: City):
    told = town.report(location=city.pin(300, 502), contact=city.CONTACT)
    number, calendar = told["number"], definitions.calendar()
    begun = town.clock.now
    town.clock.advance(hours=3)
    hold(town, number)
    paused = town.clock.now
    town.clock.advance(hours=30)
    for reader in (
        town.caller("dispatcher").get(f"/cases/{number}").json["time"],
        town.caller().get(f"/tracking/{number}/{told['secret']}").json["case"]["time"],
    ):
        assert (reader["gross_min"], reader["net_min"], reader["held"]) == (33 * 60, 180, "pause")
        assert reader["business_gross_min"] == business_minutes(begun, town.clock.now, calendar)
        assert reader["business_net_min"] == business_minutes(begun, paused, calendar)
        assert reader["pauses"] == [{"start": paused.isoformat(), "end": None}]
