"""What moves do to what was promised: stopped, paused, resumed, begun again, by the device's clock."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.support import city, pictures
from tests.support.city import City
from tracker import definitions
from tracker.sla import Pause, Promise, due

HOUR = timedelta(hours=1)


def clock_of(town: City, number: str) -> Any:
    with town.session() as session:
        return session.execute(
            text(
                "SELECT respond_by, resolve_by, responded_at, breached_at, paused_since, completed_at, "
                "closed_at, started_at, next_action_at, planned_for, priority "
                'FROM "case" WHERE number = :number'
            ),
            {"number": number},
        ).one()


def move(town: City, role: str, number: str, transition: str, /, **inputs: Any) -> None:
    answer = town.caller(role).move(number, transition, **inputs)
    assert answer.status_code == 200, answer.text


def finish(town: City, number: str, *, device_at: datetime | None = None) -> None:
    crew = town.caller("crew")
    etag = crew.get(f"/cases/{number}").headers["ETag"]
    body: dict[str, Any] = {"transition": "complete", "inputs": {"outcome": "fixed", "minutes": 9}}
    if device_at is not None:
        body["device_at"] = device_at.isoformat()
    photos = [("p.jpg", pictures.taken_at())]
    answer = crew.post_form(f"/cases/{number}/transitions", {"move": body}, photos, If_Match=etag)
    assert answer.status_code == 200, answer.text


def begin(town: City, number: str) -> None:
    move(town, "dispatcher", number, "accept")
    move(town, "dispatcher", number, "assign", crew="E1")
    move(town, "crew", number, "start", reason="Sans signal")


def pothole(town: City, x: float, y: float) -> str:
    return str(town.report(location=city.pin(x, y), contact=city.CONTACT)["number"])


@pytest.mark.parametrize(
    ("x", "y", "promise"),
    [
        (501, 300, Promise(48, "elapsed_h")),  # an artery
        (1500, 802, Promise(3, "business_days")),  # a collector
        (300, 502, Promise(5, "business_days")),  # a local street
    ],
)
def test_a_pause_moves_the_promise_of_the_streets_own_class(town: City, x, y, promise):
    number = pothole(town, x, y)
    calendar = definitions.calendar()
    begun = town.clock.now
    assert clock_of(town, number).resolve_by == due(promise, start=begun, calendar=calendar)
    town.clock.advance(hours=2)
    paused_at = town.clock.now
    move(town, "dispatcher", number, "ask", question="Où ?")
    assert clock_of(town, number).paused_since == paused_at
    town.clock.advance(hours=30)
    move(town, "agent", number, "answer", answer="Là")
    pause = Pause(start=paused_at, end=town.clock.now)
    assert clock_of(town, number).resolve_by == due(promise, start=begun, calendar=calendar, pauses=[pause])
    assert clock_of(town, number).paused_since is None


@pytest.mark.parametrize(("reason", "pauses"), [("weather", True), ("part", False), ("budget", False)])
def test_what_the_city_itself_lacks_pauses_nothing(town: City, reason, pauses):
    number = pothole(town, 501, 300)
    before = clock_of(town, number).resolve_by
    review = (town.clock.now + timedelta(days=3)).date()
    move(town, "dispatcher", number, "hold", reason=reason, review_on=review.isoformat())
    assert clock_of(town, number).next_action_at.astimezone().date() >= review - timedelta(days=1)
    town.clock.advance(hours=10)
    move(town, "dispatcher", number, "resume")
    assert clock_of(town, number).resolve_by - before == (10 * HOUR if pauses else timedelta(0))
    assert clock_of(town, number).next_action_at is None


def test_a_question_asked_while_on_hold_is_one_pause(town: City):
    number = pothole(town, 501, 300)
    before = clock_of(town, number).resolve_by
    move(town, "dispatcher", number, "ask", question="Où ?")
    town.clock.advance(hours=4)
    review = (town.clock.now + timedelta(days=3)).date().isoformat()
    move(town, "dispatcher", number, "hold", reason="weather", review_on=review)
    town.clock.advance(hours=6)
    move(town, "dispatcher", number, "resume")
    told = town.caller("dispatcher").get(f"/cases/{number}").json
    assert (told["status"], clock_of(town, number).resolve_by - before) == ("received", 10 * HOUR)


def test_the_first_answer_stops_its_clock_once(town: City):
    number = pothole(town, 300, 502)
    town.clock.advance(hours=1)
    move(town, "dispatcher", number, "accept")
    answered = town.clock.now
    town.clock.advance(hours=1)
    move(town, "dispatcher", number, "assign", crew="E1")
    move(town, "crew", number, "start", reason="Sans signal")
    assert clock_of(town, number).responded_at == answered


def test_work_ends_when_the_device_says_although_it_is_told_later(town: City):
    number = pothole(town, 501, 300)
    begin(town, number)
    done = town.clock.now + HOUR
    town.clock.advance(hours=72)
    finish(town, number, device_at=done)
    kept = clock_of(town, number)
    assert (kept.completed_at, kept.breached_at) == (done, None)
    events = town.caller("agent").get(f"/cases/{number}/history").json["events"]
    assert datetime.fromisoformat(events[-1]["device_at"]) == done
    assert datetime.fromisoformat(events[-1]["at"]) == town.clock.now


@pytest.mark.parametrize(("off", "counts_as"), [(-timedelta(days=400), "start"), (timedelta(days=3), "now")])
def test_a_wrong_clock_ends_no_work_before_it_began_or_in_the_future(town: City, off, counts_as):
    number = pothole(town, 501, 300)
    begin(town, number)
    started = town.clock.now
    town.clock.advance(hours=1)
    finish(town, number, device_at=town.clock.now + off)
    assert clock_of(town, number).completed_at == (started if counts_as == "start" else town.clock.now)


def test_what_ends_late_is_a_breach_for_ever(town: City):
    number = pothole(town, 501, 300)
    begin(town, number)
    promised = clock_of(town, number).resolve_by
    town.clock.advance(hours=60)
    assert town.caller("agent").get("/cases?late=true").json["cases"][0]["number"] == number
    finish(town, number)
    assert clock_of(town, number).breached_at == promised
    move(town, "supervisor", number, "reopen", reason="Encore")
    kept = clock_of(town, number)
    assert kept.resolve_by == town.clock.now + 24 * HOUR
    assert (kept.breached_at, kept.completed_at, kept.closed_at, kept.started_at) == (
        promised,
        None,
        None,
        None,
    )


def test_another_service_is_promised_from_the_first_word_on_the_same_street(town: City):
    number = pothole(town, 501, 300)
    town.clock.advance(hours=5)
    move(town, "dispatcher", number, "requalify", service_code="VOI-AFF")
    kept = clock_of(town, number)
    assert (kept.priority, kept.respond_by) == (1, city.MONDAY + 2 * HOUR)
    move(town, "dispatcher", number, "requalify", service_code="VOI-NID")
    assert clock_of(town, number).resolve_by == city.MONDAY + 48 * HOUR  # the artery's
    other_family = town.caller("dispatcher").move(number, "requalify", service_code="NUI-TER")
    assert other_family.json["type"] == "/problems/other-service"
    same = town.caller("dispatcher").move(number, "requalify", service_code="VOI-NID")
    assert same.json["guard"] == "new_service"


def test_answers_decide_a_promise_and_still_do_after_a_pause(town: City):
    report = {
        "service_code": "PRO-GRA",
        "answers": town.answers("PRO-GRA") | {"haineux": "oui"},
        "location": city.pin(300, 502),
        "contact": city.CONTACT,
    }
    number = town.caller().post("/reports", report).json["number"]
    before = clock_of(town, number).resolve_by
    assert before == city.MONDAY + 24 * HOUR
    move(town, "dispatcher", number, "ask", question="Où ?")
    town.clock.advance(hours=7)
    move(town, "agent", number, "answer", answer="Là")
    assert clock_of(town, number).resolve_by == before + 7 * HOUR


def test_a_date_is_changed_twice_and_then_by_a_supervisor(town: City):
    number = pothole(town, 300, 502)
    move(town, "dispatcher", number, "accept")
    move(town, "dispatcher", number, "assign", crew="E1")
    days = iter(range(1, 9))

    def plan(role: str):
        day = (town.clock.now + timedelta(days=next(days))).isoformat()
        return town.caller(role).move(number, "plan", planned_for=day, reason="Pluie")

    assert [plan("crew").status_code for _ in range(3)] == [200, 200, 200]
    assert plan("crew").json["guard"] == "count_below"
    assert plan("supervisor").status_code == 200
    past = town.caller("crew").move(number, "plan", planned_for="2026-05-01T00:00:00Z", reason="x")
    assert past.json["guard"] in ("moment_ahead", "count_below")


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00", "2026-05-05"])
def test_a_moment_nobody_can_mean_is_refused(town: City, moment):
    number = pothole(town, 300, 502)
    move(town, "dispatcher", number, "accept")
    move(town, "dispatcher", number, "assign", crew="E1")
    refused = town.caller("crew").move(number, "plan", planned_for=moment, reason="x")
    assert (refused.status_code, refused.json["guard"]) == (422, "input_invalid")
    crew = town.caller("crew")
    body = {"transition": "start", "inputs": {"reason": "x"}, "device_at": moment}
    etag = crew.get(f"/cases/{number}").headers["ETag"]
    assert crew.post(f"/cases/{number}/transitions", body, If_Match=etag).status_code == 422
