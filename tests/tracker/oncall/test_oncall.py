"""On call: the weekly rota, pages that go on until somebody answers, and the screens."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import text

from tests.support import city as cities
from tests.support import deeds, towns
from tests.support.city import City
from tracker.jobs import firing, following
from tracker.oncall import domains, errors, queries, service

ZONE = ZoneInfo("America/Toronto")
FRIDAY = "2026-05-01"


def name_turn(town: City, by: str = "supervisor", **changed: Any) -> Any:
    turn = {"domain": "roads", "rank": "first", "starts_on": FRIDAY, "name": "Luc", "phone": "450 555-0110"}
    return town.caller(by).post("/duties", turn | changed)


def danger(town: City) -> str:
    told = town.report(
        service_code="SIG-ARR", answers=town.answers("SIG-ARR"), location=cities.pin(300, 502),
        contact=cities.CONTACT,
    )  # fmt: skip
    return str(told["number"])


def pass_by(town: City, minutes: float) -> None:
    """Let time pass, with workers who do what is due."""
    town.clock.advance(minutes=minutes)
    while True:
        followed = following.follow(town.place.app, town.code, now=town.clock.now).followed
        fired = firing.fire_due(town.place.app, town.code, now=town.clock.now)
        if not followed and not fired:
            return


def pages(town: City) -> list[dict[str, Any]]:
    return list(deeds.ok(town.caller("dispatcher").get("/pages"))["pages"])


def called(town: City) -> list[tuple[str, str | None]]:
    return [(call["rank"], call["name"]) for call in pages(town)[0]["calls"]]


@pytest.mark.parametrize(
    ("moment", "week"),
    [
        ("2026-05-08T15:59", "2026-05-01"),
        ("2026-05-08T16:00", "2026-05-08"),
        ("2026-05-09T03:00", "2026-05-08"),
        ("2026-05-14T23:59", "2026-05-08"),
        ("2026-11-01T01:30", "2026-10-30"),
    ],
)
def test_a_turn_begins_on_friday_at_four(moment: str, week: str):
    at = datetime.fromisoformat(moment).replace(tzinfo=ZONE).astimezone(UTC)
    assert service.week_of(at, ZONE) == date.fromisoformat(week)


def test_somebody_is_called_each_ten_minutes_until_one_answers(town: City):
    for rank, name in (("first", "Luc"), ("second", "Ana")):
        assert name_turn(town, rank=rank, name=name).status_code == 200
    for rank, name in (("supervisor", "Rita"), ("director", "Guy")):
        assert name_turn(town, domain="all", rank=rank, name=name).status_code == 200
    number = danger(town)
    pass_by(town, 9)
    assert pages(town) == []
    pass_by(town, 1.1)
    assert called(town) == [("first", "Luc")]
    assert pages(town)[0]["case"]["number"] == number
    pass_by(town, 10.1)
    assert called(town) == [("first", "Luc"), ("second", "Ana")]
    pass_by(town, 10.1)
    assert called(town)[-1] == ("supervisor", "Rita")
    taken = town.caller("supervisor").post(f"/pages/{pages(town)[0]['id']}/acknowledge", {})
    assert (taken.status_code, taken.json["is_open"]) == (200, False)
    pass_by(town, 60)
    assert [rank for rank, _ in called(town)] == ["first", "second", "supervisor"]
    history = town.caller("dispatcher").get(f"/cases/{number}/history").json["events"]
    assert [e["payload"]["page"] for e in history if e["kind"] == "page_acknowledged"] == [
        pages(town)[0]["id"]
    ]


def test_whoever_accepts_the_case_ends_the_page(town: City):
    name_turn(town)
    number = danger(town)
    pass_by(town, 11)
    etag = town.caller("dispatcher").get(f"/cases/{number}").headers["ETag"]
    accepted = {"transition": "accept", "inputs": {}}
    town.caller("dispatcher").post(f"/cases/{number}/transitions", accepted, If_Match=etag)
    pass_by(town, 60)
    assert called(town) == [("first", "Luc")]
    assert (pages(town)[0]["is_open"], pages(town)[0]["acknowledged_at"]) == (False, None)


def test_nobody_on_duty_is_written_down_and_the_next_is_called_all_the_same(town: City):
    name_turn(town, domain="all", rank="director", name="Guy")
    danger(town)
    for _ in range(5):
        pass_by(town, 11)
    assert called(town) == [("first", None), ("second", None), ("supervisor", None), ("director", "Guy")]


def test_the_link_of_the_call_opens_and_takes_its_page_and_nothing_else(town: City):
    name_turn(town)
    danger(town)
    pass_by(town, 11)
    page = pages(town)[0]["id"]
    with town.session() as session:
        secret = session.execute(text("SELECT secret FROM page")).scalar_one()
    anyone = town.caller()
    assert anyone.get(f"/pages/{page}").status_code == 401
    assert anyone.get(f"/pages/{page}?secret=wrong").status_code == 404
    assert anyone.post(f"/pages/{page}/acknowledge", {"secret": "wrong"}).status_code == 404
    shown = deeds.ok(anyone.get(f"/pages/{page}?secret={secret}"))
    assert shown["case"]["place"] == pages(town)[0]["case"]["place"]
    assert "secret" not in shown
    screen = town.caller().get(f"!/garde/{page}/{secret}")
    assert (screen.status_code, "Je m’en occupe" in screen.text) == (200, True)
    taken = anyone.post(f"/pages/{page}/acknowledge", {"secret": secret}, Idempotency_Key="once")
    again = anyone.post(f"/pages/{page}/acknowledge", {"secret": secret})
    assert (taken.status_code, again.status_code) == (200, 200)
    assert taken.json["acknowledged_at"] == again.json["acknowledged_at"]


def test_the_handover_tests_the_new_turn_and_goes_on_when_it_is_silent(town: City):
    name_turn(town, starts_on="2026-05-08", name="Zoé")
    name_turn(town, domain="all", rank="supervisor", name="Rita")
    town.clock.now = datetime(2026, 5, 8, 16, 0, 1, tzinfo=ZONE).astimezone(UTC)
    with town.session() as session:
        assert service.hand_over(session, town.clock.now) == 1
    assert (pages(town)[0]["is_test"], called(town)) == (True, [("first", "Zoé")])
    for minutes, ranks in ((9, 1), (2, 2), (10, 3), (200, 3)):
        town.clock.advance(minutes=minutes)
        with town.session() as session:
            service.call_unanswered_tests(session, town.clock.now)
        assert len(called(town)) == ranks
    assert pages(town)[0]["is_open"] is False


def test_a_week_nobody_was_named_for_is_the_last_one_s_still(town: City):
    name_turn(town, name="Luc")
    name_turn(town, name="Ana", starts_on="2026-05-08")
    with town.session() as session:
        on_duty = [queries.on_duty(session, "roads", "first", date(2026, 5, day)) for day in (1, 8, 15, 29)]
        before = queries.on_duty(session, "roads", "first", date(2026, 4, 24))
    assert [person.name for person in on_duty if person] == ["Luc", "Ana", "Ana", "Ana"]
    assert before is None
    turns = deeds.ok(town.caller("dispatcher").get("/duties"))["turns"]
    assert [(turn["name"], turn["is_now"]) for turn in turns] == [("Luc", True), ("Ana", False)]


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"starts_on": "2026-05-02"}, "turn-not-friday"),
        ({"domain": "all"}, "turn-of-all"),
        ({"phone": None}, "turn-not-reachable"),
    ],
)
def test_an_impossible_turn_is_refused_in_words(town: City, wrong: dict[str, Any], problem: str):
    answer = name_turn(town, **wrong)
    assert (answer.status_code, answer.json["type"]) == (422, f"/problems/{problem}")


@pytest.mark.parametrize("wrong", [{"domain": "moon"}, {"rank": "third"}, {"name": ""}, {"starts_on": "x"}])
def test_nonsense_is_refused_before_it_is_tried(town: City, wrong: dict[str, Any]):
    assert name_turn(town, **wrong).status_code == 422


def test_a_page_nobody_knows_cannot_be_taken(town: City):
    with town.session() as session, pytest.raises(errors.PageNotFound):
        service.acknowledge(session, UUID(int=1), by="x", now=town.clock.now)


@pytest.mark.parametrize(
    ("department", "skill", "domain"),
    [
        ("TP", "pav", "roads"),
        ("HM", "aqu", "water"),
        ("TP", "elec", "electricity"),
        ("LOI", None, "buildings"),
    ],
)
def test_each_service_has_its_domain(department: str, skill: str | None, domain: str):
    assert domains.domain_of(department, skill) == domain


def test_a_correction_of_a_turn_replaces_it(town: City):
    name_turn(town)
    name_turn(town, name="Ana")
    turns = deeds.ok(town.caller("dispatcher").get("/duties"))["turns"]
    assert [turn["name"] for turn in turns] == ["Ana"]


def test_the_desk_s_page_shows_the_rota_and_the_pages(town: City):
    name_turn(town)
    number = danger(town)
    pass_by(town, 11)
    client = town.app.test_client()
    person = {"email": f"supervisor@{town.code}.test", "password": towns.PASSWORD}
    assert (
        client.post("/connexion", data=person, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    )
    shown = client.get("/garde")
    assert shown.status_code == 200
    assert all(
        words in shown.text for words in (number, "Luc", "Voirie", "Je m’en occupe", "Nommer quelqu’un")
    )
