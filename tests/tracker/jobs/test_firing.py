"""Timers that fire: in order, once, checked against the case as it stands; failures are put off, parked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import text

from tests.support import city as cities
from tests.support import deeds
from tests.support.city import City
from tracker.cases import service
from tracker.jobs import firing, following, status
from tracker.outbox import ATTEMPTS
from tracker.timers import acting
from tracker.timers.firing import Fired


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch is as long as it is asked to be, however slow the machine."""
    monkeypatch.setattr(firing, "LONGEST_S", 600.0)


def settle(town: City) -> list[tuple[str, str]]:
    """Follow and fire until nothing is left; return what became of each timer."""
    told: list[tuple[str, str]] = []
    while True:
        while following.follow(town.place.app, town.code, now=town.clock.now).followed:
            pass
        fired = firing.fire_due(town.place.app, town.code, now=town.clock.now)
        if not fired:
            return told
        told += [(each.name, each.outcome) for each in fired]


def move(town: City, number: str, transition: str, by: str = "dispatcher", **inputs: Any) -> None:
    etag = town.caller(by).get(f"/cases/{number}").headers["ETag"]
    answer = town.caller(by).post(
        f"/cases/{number}/transitions", {"transition": transition, "inputs": inputs}, If_Match=etag
    )
    assert answer.status_code == 200, answer.text


def standing(town: City) -> dict[str, Any]:
    with town.session() as session:
        rows = session.execute(text("SELECT name, due_at, attempts, error FROM timer"))
        return {row.name: row for row in rows}


def facts(town: City, number: str) -> list[Any]:
    events = town.caller("dispatcher").get(f"/cases/{number}/history").json["events"]
    return [event for event in events if event["kind"] in ("timer_fired", "moved")]


def test_a_question_is_recalled_and_then_closed(town: City):
    number = town.report(contact=cities.CONTACT)["number"]
    move(town, number, "ask", question="Où au juste ?")
    settle(town)
    town.clock.advance(days=4)
    assert ("remind_question", "fired") in settle(town)
    town.clock.advance(days=30)
    assert ("question_unanswered", "fired") in settle(town)
    case = deeds.case(town, number)
    assert (case["status"], case["is_open"]) == ("closed", False)
    assert standing(town) == {}
    assert [event["label"] for event in facts(town, number)][-1] == "Fermer sans réponse"


def test_hours_of_downtime_change_neither_what_is_done_nor_its_order(town: City):
    number = town.report(contact=cities.CONTACT)["number"]
    move(town, number, "ask", question="Où au juste ?")
    town.clock.advance(days=40)  # nobody worked at all, not even to set the timers
    names = [name for name, outcome in settle(town) if outcome == "fired"]
    wanted = ["half_unanswered", "remind_question", "question_unanswered"]
    assert [name for name in names if name in wanted] == wanted


def test_a_timer_whose_case_has_moved_on_does_nothing(town: City):
    number = town.report(contact=cities.CONTACT)["number"]
    move(town, number, "ask", question="Où au juste ?")
    settle(town)
    assert deeds.case(town, number)["status"] == "info_needed"
    move(town, number, "answer", by="agent", answer="Devant le 30.")
    town.clock.advance(days=40)
    # The answer is not followed yet: the timer's row still stands, and finds its case gone.
    assert "question_unanswered" in standing(town)
    with town.session() as session:
        session.execute(text("DELETE FROM outbox"))
    told: dict[str, str] = {}
    while "question_unanswered" not in told:  # and nothing is followed meanwhile
        with town.session() as session:
            session.execute(text("DELETE FROM outbox"))
        fired = firing.fire_due(town.place.app, town.code, now=town.clock.now)
        assert fired
        told |= {each.name: each.outcome for each in fired}
    assert (told["remind_question"], told["question_unanswered"]) == ("dropped", "dropped")
    assert deeds.case(town, number)["status"] == "received"


def test_a_timer_never_overtakes_a_fact_that_came_before(town: City):
    number = town.report(contact=cities.CONTACT)["number"]
    settle(town)
    move(town, number, "accept")
    town.clock.advance(days=3)
    assert firing.fire_due(town.place.app, town.code, now=town.clock.now) == []
    assert following.follow(town.place.app, town.code, now=town.clock.now).followed == 1
    fired = firing.fire_due(town.place.app, town.code, now=town.clock.now)
    assert "half_unanswered" not in {each.name for each in fired}


def test_a_timer_that_fails_is_tried_again_and_then_parked_with_its_error(town: City, monkeypatch):
    number = town.report(contact=cities.CONTACT)["number"]
    move(town, number, "ask", question="Où au juste ?")
    settle(town)

    def broken(session: Any, due: Any) -> None:
        session.execute(text("SELECT no_such_column"))

    monkeypatch.setattr(acting, "act", broken)
    town.clock.advance(days=4)
    told = settle(town)
    assert set(told) == {(told[0][0], "postponed")}
    for _ in range(ATTEMPTS):
        town.clock.advance(minutes=20)
        told += settle(town)
    assert (told[0][0], "parked") in told
    with town.session() as session:
        seen = status.of(session, town.clock.now)
        assert seen.parked >= 1
        assert any("no_such_column" in line for line in seen.lines())
        assert status.free(session) >= 1
    monkeypatch.undo()
    town.clock.advance(hours=1)
    assert ("remind_question", "fired") in settle(town)
    assert not any(row.attempts for row in standing(town).values())


def several(town: City, count: int) -> list[str]:
    """Open cases apart from each other, each with its timers standing; the first steps fall due together."""
    numbers = [
        str(town.report(contact=cities.CONTACT, location=cities.pin(20 + 40 * at, 502))["case"]["number"])
        for at in range(count)
    ]
    assert len(set(numbers)) == count
    settle(town)
    town.clock.advance(hours=13)
    return numbers


def fire(town: City, **more: Any) -> list[Fired]:
    return firing.fire_due(town.place.app, town.code, now=town.clock.now, **more)


def told(town: City) -> dict[str, list[str]]:
    """Return which timers fired on each case, as the histories tell it."""
    query = """SELECT c.number, e.payload->>'name' FROM event e JOIN "case" c ON c.id = e.case_id
               WHERE e.kind = 'timer_fired' ORDER BY e.case_id, e.seq"""
    found: dict[str, list[str]] = {}
    with town.session() as session:
        for number, name in session.execute(text(query)):
            found.setdefault(number, []).append(name)
    return found


def test_twenty_are_fired_in_a_transaction_one_of_each_case(town: City):
    numbers = several(town, firing.BATCH + 2)
    batches = []
    while batch := fire(town):
        batches.append(batch)
    assert len(batches[0]) == firing.BATCH
    assert all(len({one.case_id for one in batch}) == len(batch) for batch in batches)
    assert {number: names.count("half_unanswered") for number, names in told(town).items()} == dict.fromkeys(
        numbers, 1
    )


def test_one_bad_timer_harms_none_of_those_fired_with_it(town: City, monkeypatch):
    first, bad, last = several(town, 3)
    act = acting.act

    def sometimes(session: Any, due: Any) -> Any:
        until = act(session, due)
        if due.number == bad:
            session.execute(text("SELECT no_such_column"))
        return until

    monkeypatch.setattr(acting, "act", sometimes)
    assert sorted(one.outcome for one in fire(town)) == ["fired", "fired", "postponed"]
    assert set(told(town)) == {first, last}
    monkeypatch.undo()
    town.clock.advance(seconds=3)
    settle(town)
    assert told(town)[bad][0] == "half_unanswered"
    assert all(len(names) == len(set(names)) for names in told(town).values())


def test_what_a_batch_did_is_undone_whole_when_its_worker_dies_in_it(town: City, monkeypatch):
    several(town, 3)
    before, act, acted = standing_count(town), acting.act, []

    class Killed(BaseException):
        """As SIGKILL: nothing in the worker catches it."""

    def killed(session: Any, due: Any) -> Any:
        acted.append(due.number)
        if len(acted) == 3:
            raise Killed
        return act(session, due)

    monkeypatch.setattr(acting, "act", killed)
    with pytest.raises(Killed):
        fire(town)
    assert (told(town), standing_count(town)) == ({}, before)
    monkeypatch.undo()
    settle(town)
    assert [names.count("half_unanswered") for names in told(town).values()] == [1, 1, 1]


def standing_count(town: City) -> int:
    with town.session() as session:
        return int(session.execute(text("SELECT count(*) FROM timer")).scalar_one())


def test_a_case_that_somebody_moves_is_left_for_later_and_nobody_waits(town: City):
    held, free = several(town, 2)
    with town.session() as session:
        service.lock(session, held)
        assert [one.outcome for one in fire(town)] == ["fired"]
        assert set(told(town)) == {free}
    settle(town)
    assert set(told(town)) == {held, free}


def test_two_workers_at_once_share_what_is_due(town: City):
    several(town, 12)
    start = Barrier(2)

    def work() -> int:
        start.wait()
        return sum(len(fire(town, most=3)) for _ in range(4))

    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(work), pool.submit(work)]
    assert sum(each.result() for each in both) > 0
    settle(town)
    assert [names.count("half_unanswered") for names in told(town).values()] == [1] * 12


def test_a_batch_that_takes_long_is_committed_as_far_as_it_got(town: City, monkeypatch):
    several(town, 2)
    monkeypatch.setattr(firing, "LONGEST_S", 0)
    assert (len(fire(town)), len(told(town))) == (1, 1)
    settle(town)
    assert [names.count("half_unanswered") for names in told(town).values()] == [1, 1]


def test_a_pause_moves_the_ladder_and_the_resumed_clock_has_it_again(town: City):
    number = town.report(contact=cities.CONTACT)["number"]
    settle(town)
    before = standing(town)["overdue"].due_at
    town.clock.advance(hours=3)
    move(town, number, "hold", reason="weather", review_on="2026-05-08")
    settle(town)
    assert "overdue" not in standing(town)
    assert "review_hold" in standing(town)
    town.clock.advance(days=1)
    move(town, number, "resume")
    settle(town)
    after = standing(town)["overdue"].due_at
    assert after - before == timedelta(days=1)
    assert str(after.isoformat()) == deeds.case(town, number)["resolve_by"].replace("Z", "+00:00")


def test_a_missed_date_is_followed_by_a_new_one_with_its_reason(town: City):
    number = town.report(contact=cities.CONTACT)["number"]
    settle(town)
    town.clock.advance(days=8)
    settle(town)
    case = deeds.case(town, number)
    assert case["escalation"]["level"] == "supervisor"
    assert case["escalation"]["reason"] == "Trop de demandes attendent encore d’être triées."
    fired = [event["payload"] for event in facts(town, number) if event["payload"].get("name") == "overdue"]
    (overdue,) = fired
    # Five business days again, from Tuesday 12 May: past the day of the Patriots, to Wednesday the 20th.
    assert (overdue["promised_for"], overdue["reason"]) == ("2026-05-20T20:30:00+00:00", "not_accepted")
    assert overdue["to"] == "supervisor"


def test_each_level_has_its_list(town: City):
    number = town.report(contact=cities.CONTACT)["number"]
    settle(town)
    town.clock.advance(days=8)
    settle(town)

    def listed(level: str, **more: str) -> list[str]:
        query = "&".join(f"{name}={value}" for name, value in more.items())
        answer = town.caller("supervisor").get(f"/escalations?level={level}&{query}")
        return [case["number"] for case in deeds.ok(answer)["cases"]]

    assert listed("supervisor") == [number]
    assert listed("director") == []
    town.clock.advance(days=3)
    settle(town)
    assert listed("director") == [number]
    assert listed("director", since="2026-06-01T00:00:00Z") == []
    assert town.caller("supervisor").get("/escalations?level=mayor").status_code == 422


def test_what_reminds_changes_no_version_and_no_date_of_change(town: City):
    number = town.report(contact=cities.CONTACT)["number"]
    before = town.caller("dispatcher").get(f"/cases/{number}")
    settle(town)
    town.clock.advance(days=8)
    settle(town)
    after = town.caller("dispatcher").get(f"/cases/{number}")
    assert after.headers["ETag"] == before.headers["ETag"]
    assert after.json["updated_at"] == before.json["updated_at"]
    move(town, number, "accept")


def test_a_thumb_down_leaves_the_case_to_a_person(town: City, monkeypatch):
    number = town.report(contact=cities.CONTACT)["number"]
    finish(town, number)
    settle(town)
    from tracker.cases import facts as gathered

    known = gathered.known
    monkeypatch.setattr(gathered, "known", lambda *given: _with_thumb_down(known(*given)))
    town.clock.advance(days=15)
    assert ("feedback_window", "fired") in settle(town)
    assert deeds.case(town, number)["status"] == "completed"
    assert facts(town, number)[-1]["payload"]["refused"] == "no_thumbs_down"
    assert "feedback_window" not in standing(town)


def _with_thumb_down(known: Any) -> Any:
    from dataclasses import replace

    return replace(known, thumbs_down_open=True)


def finish(town: City, number: str) -> None:
    from tests.support import pictures

    move(town, number, "accept")
    move(town, number, "assign", crew="E1")
    move(town, number, "start", by="crew", reason="Signal perdu")
    done = deeds.move_with(
        town, "crew", number, [pictures.taken_at()], transition="complete",
        inputs={"outcome": "fixed", "minutes": 30},
    )  # fmt: skip
    assert done.status_code == 200, done.text


def test_a_finished_case_is_closed_after_fourteen_days(town: City):
    number = town.report(contact=cities.CONTACT)["number"]
    finish(town, number)
    town.clock.advance(days=13)
    settle(town)
    assert deeds.case(town, number)["status"] == "completed"
    town.clock.advance(days=2)
    settle(town)
    assert deeds.case(town, number)["status"] == "closed"


def test_work_finished_in_the_last_minute_of_a_day_is_closed_a_minute_later(town: City):
    number = town.report(contact=cities.CONTACT)["number"]
    town.clock.now = town.clock.now.replace(hour=3, minute=59, second=30) + timedelta(
        days=1
    )  # 23:59:30 there
    finish(town, number)
    town.clock.advance(days=13, hours=23, minutes=59, seconds=40)
    assert ("feedback_window", "moved") in settle(town)
    town.clock.advance(minutes=2)
    settle(town)
    assert deeds.case(town, number)["status"] == "closed"


def test_a_silent_crew_s_case_goes_to_another_one_at_work_or_the_dispatcher_hears_of_it(town: City):
    park: dict[str, Any] = {
        "service_code": "PRO-PAR",
        "answers": town.answers("PRO-PAR"),
        "location": cities.pin(300, 502),
    }
    number = town.report(contact=cities.CONTACT, **park)["number"]
    move(town, number, "accept")
    move(town, number, "assign", crew="E1")
    town.clock.advance(hours=2, minutes=1)
    settle(town)
    assert deeds.case(town, number)["crew"]["code"] == "B1"
    assert facts(town, number)[-1]["payload"]["inputs"] == {"crew": "B1"}
    town.clock.advance(hours=2, minutes=1)
    settle(town)
    # E1 was asked already and E2 serves another district.
    last = facts(town, number)[-1]["payload"]
    assert (last["name"], last["to"]) == ("crew_silent", "dispatcher")
    assert deeds.case(town, number)["crew"]["code"] == "B1"


def test_the_case_shows_what_comes_next(town: City):
    number = town.report(contact=cities.CONTACT)["number"]
    settle(town)
    shown = deeds.case(town, number)["timers"]
    assert [timer["due_at"] for timer in shown] == sorted(timer["due_at"] for timer in shown)
    assert {timer["name"] for timer in shown[:2]} == {"half_unanswered", "warn_unaccepted"}
    said = {timer["name"]: timer["label"] for timer in shown}
    assert said["half_unanswered"] == "Colorer dans la file\N{NO-BREAK SPACE}: moitié du premier délai"
    english = town.caller("dispatcher", language="en").get(f"/cases/{number}").json["timers"]
    assert "Colour in the queue: half the first delay" in {timer["label"] for timer in english}
    assert deeds.case(town, number)["escalation"] is None
