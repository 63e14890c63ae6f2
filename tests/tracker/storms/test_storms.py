"""Storm mode: whose promises wait, when those of snow begin, what is answered while the plow comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from tests.support import chain, city
from tests.support.city import City
from tracker import definitions
from tracker.sla import Pause, Promise, due
from tracker.storms import service

HOUR = timedelta(hours=1)
HATEFUL = Promise(24, "elapsed_h")  # what PRO-GRA promises of hateful graffiti, the tests' first answer
STORM = datetime(2026, 1, 14, 13, 0, tzinfo=UTC)  # a Wednesday, eight in the morning, local time


@pytest.fixture
def winter(town: City) -> City:
    town.clock.now = STORM
    return town


def report(town: City, service_code: str, x: float = 300, y: float = 502) -> dict[str, Any]:
    return town.report(
        service_code=service_code,
        answers=town.answers(service_code),
        location=city.pin(x, y),
        contact=city.CONTACT,
    )


def declare(town: City, **given: Any) -> dict[str, Any]:
    answer = town.caller("supervisor").post("/storms", {"name": "Nordet"} | given)
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def tell(town: City, storm: dict[str, Any], what: str, by: str = "supervisor", **body: Any) -> Any:
    answer = town.caller(by).post(f"/storms/{storm['id']}/{what}", body)
    assert answer.status_code == 200, answer.text
    return answer.json


def row(town: City, number: str) -> Any:
    with town.session() as session:
        return session.execute(
            text(
                "SELECT respond_by, resolve_by, suspended_since, paused_since, breached_at, pauses "
                'FROM "case" WHERE number = :n'
            ),
            {"n": number},
        ).one()


def kinds(town: City, number: str) -> list[str]:
    events = town.caller("dispatcher").get(f"/cases/{number}/history").json["events"]
    return [each["kind"] for each in events]


def test_ordinary_work_of_the_district_waits_and_moves_by_the_storm(winter: City):
    ordinary, elsewhere = report(winter, "PRO-GRA"), report(winter, "PRO-GRA", x=2500)
    urgent, snow = report(winter, "VOI-NID", x=600), report(winter, "DEN-RUE", y=900)
    before = {one["number"]: row(winter, one["number"]).resolve_by for one in (ordinary, elsewhere, urgent)}
    winter.clock.advance(hours=2)
    begun = winter.clock.now
    storm = declare(winter, districts=["1"])
    assert (storm["suspended"], storm["is_on"]) == (1, True)
    assert row(winter, ordinary["number"]).suspended_since == begun
    for other in (elsewhere, urgent, snow):
        assert row(winter, other["number"]).suspended_since is None
    new = report(winter, "PRO-GRA", x=700)
    assert any("Tempête" in one["text"] for one in new["case"]["reasons"])
    assert row(winter, new["number"]).suspended_since == begun
    winter.clock.advance(hours=30)
    ended = winter.clock.now
    assert tell(winter, storm, "end")["is_over"] is True
    pause, calendar = Pause(start=begun, end=ended), definitions.calendar()
    for number, start in ((ordinary["number"], STORM), (new["number"], begun)):
        kept = row(winter, number)
        assert kept.resolve_by == due(HATEFUL, start=start, calendar=calendar, pauses=[pause])
        assert kept.suspended_since is None
    assert row(winter, elsewhere["number"]).resolve_by == before[elsewhere["number"]]
    assert kinds(winter, ordinary["number"])[-2:] == ["promise_suspended", "promise_resumed"]
    with winter.session() as session:
        chain.check_sound(session)


def test_a_question_asked_in_the_storm_counts_no_hour_twice(winter: City):
    number = report(winter, "PRO-GRA")["number"]
    before = row(winter, number).resolve_by
    storm = declare(winter)
    begun = winter.clock.now
    winter.clock.advance(hours=3)
    winter.caller("dispatcher").move(number, "ask", question="Où ?")
    winter.clock.advance(hours=4)
    winter.caller("agent").move(number, "answer", answer="Là")
    assert row(winter, number).suspended_since == begun
    winter.clock.advance(hours=20)
    tell(winter, storm, "end")
    kept = row(winter, number)
    calendar = definitions.calendar()
    assert sum((end - start for start, end in zip(kept.pauses[::2], kept.pauses[1::2], strict=True)),
               timedelta()) == 27 * HOUR  # fmt: skip
    storm_only = Pause(start=begun, end=winter.clock.now)
    assert before == due(HATEFUL, start=begun, calendar=calendar)
    assert kept.resolve_by == due(HATEFUL, start=begun, calendar=calendar, pauses=[storm_only])


def test_work_done_in_the_storm_has_kept_its_promise(winter: City):
    number = report(winter, "VOI-NID")["number"]
    dispatcher = winter.caller("dispatcher")
    dispatcher.move(number, "requalify", service_code="PRO-GRA")
    declare(winter)
    winter.clock.advance(days=25)
    assert dispatcher.get(f"/cases/{number}").json["late"] is False
    assert dispatcher.get(f"/cases/{number}").json["time"]["held"] == "storm"
    dispatcher.move(number, "refuse", reason="private")
    kept = row(winter, number)
    assert (kept.breached_at, kept.suspended_since) == (None, None)


def test_the_clock_of_snow_starts_when_the_precipitation_ends(winter: City):
    early = report(winter, "DEN-RUE")
    winter.clock.advance(hours=1)
    storm = declare(winter, districts=["1"])
    within = report(winter, "DEN-RUE", y=900)
    elsewhere = report(winter, "DEN-RUE", x=2500)
    assert any("fin des précipitations" in one["text"] for one in within["case"]["reasons"])
    winter.clock.advance(hours=11)
    stopped = winter.clock.now - HOUR
    tell(winter, storm, "precipitation", by="dispatcher", at=stopped.isoformat())
    assert row(winter, within["number"]).resolve_by == stopped + 24 * HOUR
    assert row(winter, within["number"]).respond_by == stopped + 12 * HOUR
    assert row(winter, early["number"]).resolve_by == STORM + 24 * HOUR  # reported before the storm
    assert row(winter, elsewhere["number"]).resolve_by == STORM + 25 * HOUR
    assert kinds(winter, within["number"])[-1] == "clock_started"
    after = report(winter, "DEN-RUE", x=505, y=300)
    assert row(winter, after["number"]).resolve_by == winter.clock.now + 24 * HOUR


def test_whoever_reports_snow_before_the_plow_is_told_when_it_comes_and_joins_the_street(winter: City):
    storm = declare(winter)
    by = winter.clock.now + 10 * HOUR  # 18 h, local time
    passes = [
        {"kind": "street", "by": by.isoformat(), "district": "1", "road_class": "local"},
        {"kind": "street", "by": (by - 5 * HOUR).isoformat(), "road_class": "artery"},
        {"kind": "sidewalk", "by": (by + 2 * HOUR).isoformat()},
    ]
    told = tell(winter, storm, "passes", by="dispatcher", passes=passes)
    assert len(told["passes"]) == 3
    first = report(winter, "DEN-RUE", x=200)
    assert first["plan"]["text"] == "Passage prévu avant 18\N{NO-BREAK SPACE}h"
    assert datetime.fromisoformat(first["plan"]["by"]) == by
    others = [report(winter, "DEN-RUE", x=x) for x in (800, 950, 400)]
    assert {one["case"]["number"] for one in others} == {first["case"]["number"]}
    assert [one["link"] for one in others] == ["auto_attached"] * 3
    assert others[-1]["case"]["reports_count"] == 4
    followed = winter.caller(language="en").get(f"/tracking/{first['number']}/{first['secret']}").json
    assert followed["case"]["plan"]["text"] == "Plow expected by 6 p.m."
    assert winter.caller("dispatcher").get(f"/cases/{first['number']}").json["plan"] is not None
    assert report(winter, "DEN-RUE", x=505, y=200)["plan"]["by"] == (by - 5 * HOUR).isoformat()
    assert report(winter, "DEN-TRO", x=250)["plan"]["kind"] == "sidewalk"
    assert report(winter, "DEN-RUE", x=2500)["plan"] is None  # no pass there
    winter.clock.advance(hours=11)
    late = report(winter, "DEN-RUE", x=300)
    assert late["plan"] is None


def test_a_storm_is_dated_and_begins_and_ends_by_itself(winter: City):
    number = report(winter, "PRO-GRA")["number"]
    starts, ends = STORM + 12 * HOUR, STORM + 36 * HOUR
    storm = declare(winter, starts_at=starts.isoformat(), ends_at=ends.isoformat())
    assert (storm["is_on"], row(winter, number).suspended_since) == (False, None)

    def advance() -> int:
        with winter.session() as session:
            return service.advance(session, winter.clock.now)

    assert advance() == 0
    winter.clock.advance(hours=13)
    assert advance() == 1
    assert row(winter, number).suspended_since == starts
    winter.clock.advance(hours=30)
    assert advance() == 1
    assert advance() == 0
    kept = row(winter, number)
    assert (kept.suspended_since, kept.pauses) == (None, [starts, ends])


def test_two_storms_that_overlap_hold_until_the_last_is_over(winter: City):
    number = report(winter, "PRO-GRA")["number"]
    first = declare(winter, districts=["1"])
    winter.clock.advance(hours=5)
    second = declare(winter)
    winter.clock.advance(hours=5)
    tell(winter, first, "end")
    assert row(winter, number).suspended_since == STORM
    winter.clock.advance(hours=5)
    tell(winter, second, "end")
    assert row(winter, number).pauses == [STORM, STORM + 15 * HOUR]


def test_a_case_joined_before_the_storm_ended_and_separated_after_is_not_held_for_ever(winter: City):
    a, b = report(winter, "PRO-GRA")["number"], report(winter, "PRO-GRA", x=700)["number"]
    storm = declare(winter)
    link = winter.caller("dispatcher").post(f"/cases/{a}/merge", {"into": b})
    winter.clock.advance(hours=10)
    tell(winter, storm, "end")
    undone = winter.caller("dispatcher").post(link.json["undo"].removeprefix("/api/v1"))
    assert undone.status_code == 200, undone.text
    kept = row(winter, a)
    assert (kept.suspended_since, kept.pauses) == (None, [STORM, STORM + 10 * HOUR])


@pytest.mark.parametrize(
    ("body", "slug"),
    [
        ({"districts": ["9"]}, "storm-district-unknown"),
        ({"starts_at": "2026-01-15T10:00:00Z", "ends_at": "2026-01-15T09:00:00Z"}, "storm-dates"),
        ({"starts_at": "hier"}, "invalid-request"),
        ({"name": ""}, "invalid-request"),
    ],
)
def test_a_storm_that_makes_no_sense_is_refused_and_nothing_is_kept(winter: City, body, slug):
    refused = winter.caller("supervisor").post("/storms", {"name": "Nordet"} | body)
    assert refused.status_code == 422
    assert refused.content_type == "application/problem+json"
    if slug.startswith("storm"):
        assert refused.json["type"] == f"/problems/{slug}"
    assert winter.caller("supervisor").get("/storms").json["storms"] == []


def test_what_is_over_is_not_changed_and_the_future_is_not_told(winter: City):
    storm = declare(winter)
    supervisor, path = winter.caller("supervisor"), f"/storms/{storm['id']}"
    winter.clock.advance(hours=1)
    ahead = (winter.clock.now + HOUR).isoformat()
    for what in ("end", "precipitation"):
        assert supervisor.post(f"{path}/{what}", {"at": ahead}).json["type"] == "/problems/storm-dates"
    tell(winter, storm, "end")
    bodies: dict[str, dict[str, Any]] = {"end": {}, "precipitation": {}, "passes": {"passes": []}}
    for what, body in bodies.items():
        refused = supervisor.post(f"{path}/{what}", body)
        assert (refused.status_code, refused.json["type"]) == (409, "/problems/storm-over")
