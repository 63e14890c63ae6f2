"""Holding, paying, waiting in line, giving back: a room, forty tables, a tour with its noon."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from tests.support import city as cities
from tests.support.caller import Caller
from tests.support.city import City
from tests.support.deeds import follow, ok, say
from tracker import db, definitions
from tracker.accounts.actor import SYSTEM
from tracker.bookings import errors, files, queries
from tracker.bookings import service as lending
from tracker.cases import moves
from tracker.cases.facts import Move

DAY = timedelta(days=1)
RESOURCES: dict[str, Any] = {
    "resources": {
        "salle": {
            "kind": "room", "service": "RES-MAT", "name": {"fr": "Salle", "en": "Hall"},
            "rules": {
                "hourly_cents": 4000, "deposit_cents": 15000, "approve_above": 50, "opens": "08:00",
                "closes": "23:00", "answers": {"article": "chaise"},
                "refund": [{"days": 14, "share": 1.0}, {"days": 2, "share": 0.5}],
            },
        },
        "tables": {
            "kind": "stock", "service": "RES-MAT", "name": {"fr": "Tables", "en": "Tables"}, "units": 10,
        },
        "branches": {
            "kind": "tour", "service": "CMP-BRA", "name": {"fr": "Branches", "en": "Branches"}, "units": 2,
        },
    },
    "fees": {"PER-ABA": {"base_cents": 2500, "answer": "dhp_cm", "per": 10, "per_cents": 100}},
}  # fmt: skip


@pytest.fixture
def lending_town(town: City) -> City:
    with town.session() as session:
        files.load(session, RESOURCES, at=town.clock.now)
    return town


def at_hour(hour: int, day: int = 20) -> str:
    """Return an hour of a day of May 2026, local time."""
    return f"2026-05-{day:02d}T{hour:02d}:00:00-04:00"


def slot(resource: str = "tables", **more: Any) -> dict[str, Any]:
    return {"resource": resource, "starts_at": at_hour(9), "ends_at": at_hour(12)} | more


def begin(town: City, by: str = "citizen", *, waitlist: bool = False, **more: Any) -> Any:
    body = {"report": cities.sample("booking"), "slot": slot(**more), "waitlist": waitlist}
    return town.caller(by).post("/bookings", body)


def begun(town: City, **more: Any) -> dict[str, Any]:
    answer = begin(town, **more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def test_what_is_free_is_held_ten_minutes_and_confirmed_when_nothing_is_due(lending_town: City):
    town = lending_town
    told = begun(town, quantity=2)
    assert told["case"]["status"] == "cart"
    assert datetime.fromisoformat(told["held_until"]) == town.clock.now + timedelta(minutes=10)
    seen = follow(town, told)
    assert seen["can"] == ["confirm", "cancel"]
    assert seen["booking"]["quantity"] == 2
    done = ok(say(town, told, "confirm"))
    assert done["case"]["status"] == "confirmed"
    calendar = Calendar.from_ical(town.caller().get(done["calendar_url"].removeprefix("/api/v1")).data)
    (event,) = calendar.walk("VEVENT")
    assert event.decoded("dtstart") == datetime(2026, 5, 20, 13, tzinfo=UTC)
    with town.session() as session:
        timers = session.connection().exec_driver_sql(
            "SELECT payload->'inputs'->>'starts_at' FROM event WHERE payload->>'transition' = 'confirm'"
        )
        assert timers.scalar_one() == "2026-05-20T13:00:00+00:00"


def test_the_last_ten_tables_go_to_ten_people_of_many_at_once_and_others_wait(lending_town: City):
    town = lending_town
    found: list[int] = []

    def ask() -> None:
        client = Caller(town.app.test_client(), None, "fr")
        answer = client.post("/bookings", {"report": cities.sample("booking"), "slot": slot()})
        found.append(answer.status_code)

    threads = [threading.Thread(target=ask) for _ in range(24)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(found) == [201] * 10 + [409] * 14
    with town.session() as session:
        wish = queries.Wish(
            resource=queries.resource(session, "tables"),
            starts_at=datetime.fromisoformat(at_hour(9)),
            ends_at=datetime.fromisoformat(at_hour(12)),
        )
        assert queries.free_units(session, wish) == []
    assert begun(town, waitlist=True)["rank"] == 1


def test_the_database_itself_refuses_two_holders_of_one_unit(lending_town: City):
    town = lending_town
    first = begun(town, resource="salle")
    with (
        pytest.raises(Exception, match="booking_unit_one_holder"),
        db.transaction(town.place.app, town.code) as session,
    ):
        session.connection().exec_driver_sql(
            "INSERT INTO booking_unit SELECT gen_random_uuid(), unit, resource_id, during FROM booking_unit"
        )
    assert follow(town, first)["case"]["status"] == "cart"


def test_a_room_is_paid_with_its_deposit_before_it_is_confirmed(lending_town: City):
    town = lending_town
    told = begun(town, resource="salle")
    assert told["price"] == {"fee": 12000, "deposit": 15000}
    assert say(town, told, "confirm").json["guard"] == "paid"
    ok(say(town, told, "check_out"))
    agent = town.caller("agent")
    pay = {"method": "cash", "reference": "R-1", "amount_cents": 12000}
    assert ok(agent.post(f"/cases/{told['number']}/payments", pay))["status"] == "to_pay"
    assert agent.post(f"/cases/{told['number']}/payments", pay).json["type"] == "/problems/paid-already"
    more = pay | {"reference": "R-2", "amount_cents": 99999}
    assert agent.post(f"/cases/{told['number']}/payments", more).json["type"] == "/problems/nothing-owed"
    rest = pay | {"reference": "R-3", "amount_cents": 15000}
    assert ok(agent.post(f"/cases/{told['number']}/payments", rest))["status"] == "confirmed"
    card = pay | {"reference": "4111111111111111"}
    assert agent.post(f"/cases/{told['number']}/payments", card).status_code == 422


def paid_room(town: City, **more: Any) -> dict[str, Any]:
    told = begun(town, resource="salle", **more)
    ok(say(town, told, "check_out"))
    pay = {"method": "cash", "reference": told["number"], "amount_cents": 27000}
    ok(town.caller("agent").post(f"/cases/{told['number']}/payments", pay))
    return told


@pytest.mark.parametrize(("days", "share"), [(1, 1.0), (8, 0.5), (15, 0.0)])
def test_what_goes_back_depends_on_the_delay_and_the_deposit_always_does(lending_town: City, days, share):
    town = lending_town  # 4 May; the room is for the 20th
    told = paid_room(town)
    town.clock.advance(days=days)
    done = ok(say(town, told, "cancel"))
    back = {"refund": -round(12000 * share)} if share else {}
    assert done["money"]["charges"] == {"fee": 12000, "deposit": 15000, "deposit_return": -15000} | back
    assert done["money"]["due_cents"] == -15000 - round(12000 * share)
    assert begun(town, resource="salle")["case"]["status"] == "cart"


def test_a_room_given_back_returns_the_deposit_and_not_the_fee(lending_town: City):
    town = lending_town
    told = paid_room(town)
    agent = town.caller("agent")
    assert agent.move(told["number"], "hand_over").json["guard"] == "input_missing"
    ok(agent.move(told["number"], "hand_over", checklist="Tout y est."))
    ok(agent.move(told["number"], "complete"))
    money = agent.get(f"/cases/{told['number']}").json["money"]
    assert money["charges"] == {"fee": 12000, "deposit": 15000, "deposit_return": -15000}
    out = {"method": "cash", "reference": "S-1", "amount_cents": -15000}
    assert ok(agent.post(f"/cases/{told['number']}/payments", out))["due_cents"] == 0


@pytest.mark.parametrize("more", [{"people": 51}, {"alcohol": True}])
def test_a_crowd_or_alcohol_must_be_approved(lending_town: City, more):
    town = lending_town
    told = begun(town, **more)
    assert follow(town, told)["can"] == ["ask_approval", "cancel"]
    assert say(town, told, "confirm").json["guard"] == "no_approval_needed"
    ok(say(town, told, "ask_approval"))
    ok(town.caller("agent").move(told["number"], "accept"))
    assert follow(town, told)["case"]["status"] == "confirmed"


def test_fifty_people_without_alcohol_need_nobodys_leave(lending_town: City):
    told = begun(lending_town, people=50)
    ok(say(lending_town, told, "confirm"))


def test_a_freed_place_is_offered_in_order_and_lapses_to_the_next(lending_town: City):
    town = lending_town
    holder = begun(town, resource="salle")
    assert begin(town, resource="salle").json["type"] == "/problems/slot-taken"
    waiting = []
    for _ in range(2):
        town.clock.advance(minutes=1)
        waiting.append(begun(town, resource="salle", waitlist=True))
    assert [each["rank"] for each in waiting] == [1, 2]
    assert "rang 2" in follow(town, waiting[1])["case"]["sentence"]
    assert "rank 2" in follow(town, waiting[1], "en")["case"]["sentence"]
    ok(say(town, holder, "cancel"))
    assert [follow(town, each)["case"]["status"] for each in waiting] == ["offered", "waitlisted"]
    assert "rang 1" in follow(town, waiting[1])["case"]["sentence"]
    town.clock.advance(days=1, minutes=1)
    assert say(town, waiting[0], "take_offer").json["guard"] == "within_days"
    with town.session() as session:  # what the timer does
        expire = Move(transition="expire", actor=SYSTEM, at=town.clock.now, inputs={})
        moves.make(session, waiting[0]["number"], expire)
    assert [follow(town, each)["case"]["status"] for each in waiting] == ["cancelled", "offered"]
    ok(say(town, waiting[1], "take_offer"))
    assert follow(town, waiting[1])["case"]["status"] == "cart"


def test_nobody_waits_for_what_is_free(lending_town: City):
    assert begin(lending_town, waitlist=True).json["type"] == "/problems/slot-free"


def test_a_tour_has_so_many_places_a_day_and_a_noon(lending_town: City):
    town = lending_town  # Monday at nine
    report = {
        "service_code": "CMP-BRA",
        "answers": town.answers("CMP-BRA"),
        "location": cities.pin(300, 480),
        "contact": cities.CONTACT,
    }

    def ask(day: int) -> Any:
        asked = {"resource": "branches", "starts_at": at_hour(15, day)}
        return town.caller().post("/bookings", {"report": report, "slot": asked})

    assert [ask(5).status_code for _ in range(3)] == [201, 201, 409]
    town.clock.advance(hours=3)  # noon
    assert ask(5).json["type"] == "/problems/booking-too-late"
    assert ask(6).status_code == 201


def test_a_request_that_names_no_slot_takes_one_when_it_is_accepted(lending_town: City):
    town = lending_town
    told = [town.report("booking") for _ in range(6)]  # two tables each, of ten
    agent = town.caller("agent")
    for each in told[:5]:
        ok(agent.move(each["number"], "accept"))
    assert agent.move(told[5]["number"], "accept").json["guard"] == "slot_free"
    ok(agent.move(told[5]["number"], "wait"))


def test_hours_days_and_quantities_that_are_not_lent_are_refused(lending_town: City):
    town = lending_town
    for wrong in (
        {"resource": "salle", "starts_at": at_hour(7)},
        {"resource": "salle", "ends_at": at_hour(9, 22)},
        {"ends_at": at_hour(8)},
        {"ends_at": None},
        {"quantity": 11},
        {"starts_at": at_hour(9, 1), "ends_at": at_hour(10, 1)},
    ):
        answer = begin(town, **wrong)
        assert (answer.status_code, answer.json["type"]) == (422, "/problems/period-invalid"), wrong
    assert begin(town, resource="rien").status_code == 404
    assert not town.counts().get("booking")


def test_availability_says_when_it_is_taken_and_never_by_whom(lending_town: City):
    town = lending_town
    begun(town, resource="salle")
    query = f"starts_at={at_hour(8)}&ends_at={at_hour(22)}".replace("+", "%2B")
    told = ok(town.caller().get(f"/resources/salle/availability?{query}"))
    assert told["is_free"] is False
    assert told["busy"] == [
        {
            "starts_at": "2026-05-20T13:00:00+00:00",
            "ends_at": "2026-05-20T16:00:00+00:00",
            "units": 1,
            "held": 1,
        }
    ]
    listed = ok(town.caller(language="en").get("/resources?service=RES-MAT"))["resources"]
    assert [each["name"] for each in listed] == ["Hall", "Tables"]


def test_a_file_with_mistakes_names_each_and_changes_nothing(lending_town: City):
    town = lending_town
    wrong = {
        "resources": {
            "a": {"kind": "boat", "service": "VOI-NID", "name": {"fr": "A"}, "units": 0, "colour": "red"},
            "b": RESOURCES["resources"]["salle"] | {"rules": {"opens": 8, "refund": [{"days": 1}]}},
        },
        "fees": {"RES-SAL": {"base_cents": -1}},
        "other": {},
    }
    with town.session() as session, pytest.raises(errors.ResourcesInvalid) as refused:
        files.load(session, wrong, at=town.clock.now)
    places = {each.partition(":")[0] for each in refused.value.mistakes}
    assert {
        "resources.a.kind", "resources.a.service", "resources.a.name", "resources.a.units",
        "resources.a.colour", "resources.b.rules.refund", "fees.RES-SAL.base_cents", "other",
    } <= places  # fmt: skip
    with town.session() as session:
        assert len(queries.listed(session)) == 3


def test_the_example_file_loads(town: City):
    with town.session() as session:
        given = files.read(definitions.DATA / "offices" / "example.yaml")
        resources, fees, _ = files.load(session, given, at=town.clock.now)
        assert (resources, fees) == (13, 5)
        said = {"debut": at_hour(9), "fin": at_hour(10)}
        wish = lending.asked(session, "RES-SAL", None, said, ZoneInfo("America/Toronto"))
        assert wish is not None
        assert wish.resource.code == "salle-du-bassin"


def test_a_room_says_where_it_is_and_a_wrong_place_is_named(lending_town: City):
    town = lending_town
    room = RESOURCES["resources"]["salle"]
    for wrong in ({"lon": 200, "lat": 45}, {"lon": True, "lat": 45}, {"lon": -74}, "ici"):
        given = {"resources": {"salle": room | {"rules": {"at": wrong}}}}
        with town.session() as session, pytest.raises(errors.ResourcesInvalid) as told:
            files.load(session, given, at=town.clock.now)
        assert told.value.mistakes == ("resources.salle.rules.at: needs lon and lat, in degrees",)


def test_what_is_busy_tells_what_is_only_held(lending_town: City):
    town = lending_town
    first = begun(town, quantity=2)
    begun(town, quantity=3)
    ok(say(town, first, "confirm"))
    query = f"starts_at={at_hour(9)}&ends_at={at_hour(12)}"
    told = ok(town.caller().get(f"/resources/tables/availability?{query}"))
    (busy,) = told["busy"]
    assert (busy["units"], busy["held"]) == (5, 3)
    assert (told["free_units"], told["held_units"], told["taken_units"]) == (5, 3, 2)
