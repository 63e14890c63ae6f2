"""Places in activities and numbered seats: who may, at what price, one winner, what is near."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from tests.support import city as cities
from tests.support.caller import Caller
from tests.support.city import City
from tests.support.deeds import follow, ok, say
from tracker import db
from tracker.accounts.actor import SYSTEM
from tracker.bookings import files, places
from tracker.cases import moves
from tracker.cases.facts import Move

HOME = "50, boulevard des Érables"


def activity(units: int, **rules: Any) -> dict[str, Any]:
    said = {"begins": "2026-06-20T09:00", "ends": "2026-08-22T10:00", "group": "natation"} | rules
    return {
        "kind": "activity", "service": "RES-ACT", "units": units, "rules": said,
        "name": {"fr": "Natation", "en": "Swimming"},
    }  # fmt: skip


def show(**rules: Any) -> dict[str, Any]:
    said = {"begins": "2026-06-12T20:00", "ends": "2026-06-12T22:00", "flat_cents": 2000} | rules
    return {
        "kind": "show", "service": "RES-SIE", "hall": "theatre", "rules": said,
        "name": {"fr": "Concert", "en": "Concert"},
    }  # fmt: skip


LEISURE: dict[str, Any] = {
    "halls": {
        "theatre": {
            "name": {"fr": "Théâtre", "en": "Theatre"},
            "rows": {"A": {"seats": 4, "accessible": [1]}, "B": 5},
        }
    },
    "resources": {
        "samedi": activity(1),
        "dimanche": activity(5, begins="2026-06-21T09:00", ends="2026-08-23T10:00"),
        "peinture": activity(5, begins="2026-06-20T10:00", group="arts"),
        "camp": activity(
            20, ages={"least": 6, "most": 12}, flat_cents=10000, other_cents=15000, group="camp",
            residents_from="2026-05-04T08:00", others_from="2026-05-11T08:00",
        ),
        "concert": show(),
        "gala": show(begins="2026-06-13T20:00", ends="2026-06-13T22:00"),
    },
}  # fmt: skip


@pytest.fixture
def leisure(town: City) -> City:
    with town.session() as session:
        files.load(session, LEISURE, at=town.clock.now)
    return town


def report(service: str, name: str = "Léa Roy", born: str = "2016-03-01") -> dict[str, Any]:
    said = {"participant": name, "date_naissance": born} if service == "RES-ACT" else {}
    return {"service_code": service, "answers": said, "contact": cities.CONTACT}


def ask(caller: Caller, slot: dict[str, Any], *, wait: bool = False, **who: Any) -> Any:
    service = "RES-SIE" if slot["resource"] in ("concert", "gala") else "RES-ACT"
    return caller.post("/bookings", {"report": report(service, **who), "slot": slot, "waitlist": wait})


def got(town: City, slot: dict[str, Any], **more: Any) -> dict[str, Any]:
    answer = ask(town.caller(), slot, **more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json)


def rushed(town: City, slot_of: Callable[[int], dict[str, Any]]) -> list[Any]:
    """Let twenty people ask in the same moment."""
    found: list[Any] = []
    start = threading.Barrier(20)

    def run(n: int) -> None:
        client = Caller(town.app.test_client(), None, "fr")
        start.wait()
        found.append(ask(client, slot_of(n), name=f"Personne {n}"))

    threads = [threading.Thread(target=run, args=(n,)) for n in range(20)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return found


def test_twenty_people_want_the_last_place_one_has_it_and_the_others_are_offered_the_nearest(leisure: City):
    answers = rushed(leisure, lambda _: {"resource": "samedi"})
    assert sorted(each.status_code for each in answers) == [201] + [409] * 19
    for each in answers:
        if each.status_code == 409:
            assert each.json["type"] == "/problems/slot-taken"
            near = [one["resource"] for one in each.json["near"]]
            assert near == ["dimanche", "peinture"]  # the camp is not open to them yet


def test_twenty_people_want_one_seat_one_has_it_and_the_others_are_offered_its_neighbour(leisure: City):
    answers = rushed(leisure, lambda n: {"resource": "concert", "seats": ["B-3"]})
    assert sorted(each.status_code for each in answers) == [201] + [409] * 19
    assert {each.json["near"][0]["seats"][0] for each in answers if each.status_code == 409} == {"B-2"}
    seats = ok(leisure.caller().get("/resources/concert/seats"))["seats"]
    assert [each["label"] for each in seats if each["state"] == "held"] == ["B-3"]


def test_pairs_that_overlap_never_share_a_seat(leisure: City):
    answers = rushed(
        leisure, lambda n: {"resource": "concert", "seats": [f"B-{n % 4 + 1}", f"B-{n % 4 + 2}"]}
    )
    won = [each.json for each in answers if each.status_code == 201]
    held = [seat for each in won for seat in follow(leisure, each)["booking"]["seats"]]
    assert len(won) >= 1
    assert len(held) == len(set(held)) == 2 * len(won)


def test_the_database_itself_refuses_one_seat_twice_and_one_person_twice(leisure: City):
    town = leisure
    got(town, {"resource": "concert", "seats": ["A-2"]})
    got(town, {"resource": "dimanche"})
    for statement, name in (
        ("INSERT INTO booking_unit SELECT gen_random_uuid(), unit, resource_id, during FROM booking_unit",
         "booking_unit_one_holder"),
        ("INSERT INTO booking SELECT (jsonb_populate_record(b, jsonb_build_object('case_id',"
         " gen_random_uuid()))).* FROM booking b WHERE participant IS NOT NULL", "booking_participant_key"),
    ):  # fmt: skip
        with pytest.raises(Exception, match=name), db.transaction(town.place.app, town.code) as session:
            session.connection().exec_driver_sql(statement)


def test_a_show_is_taken_by_its_very_seats_paid_and_given_back(leisure: City):
    town = leisure
    told = got(town, {"resource": "concert", "seats": ["a-2", "A-3"]})
    assert told["price"] == {"fee": 4000}
    assert follow(town, told)["booking"]["seats"] == ["A-2", "A-3"]
    assert say(town, told, "confirm").json["guard"] == "paid"
    ok(say(town, told, "check_out"))
    pay = {"method": "cash", "reference": "S-1", "amount_cents": 4000}
    assert ok(town.caller("agent").post(f"/cases/{told['number']}/payments", pay))["status"] == "confirmed"
    states = {
        each["label"]: each["state"] for each in ok(town.caller().get("/resources/concert/seats"))["seats"]
    }
    assert (states["A-2"], states["A-1"]) == ("taken", "free")
    (listed,) = [one for one in ok(town.caller().get("/resources"))["resources"] if one["code"] == "concert"]
    assert listed["places"] == {"free": 7, "held": 0, "taken": 2}
    ok(say(town, told, "cancel"))
    assert got(town, {"resource": "concert", "seats": ["A-2"]})["case"]["status"] == "cart"


def test_a_cart_of_seats_lapses_after_ten_minutes(leisure: City):
    town = leisure
    told = got(town, {"resource": "concert", "seats": ["A-2"]})
    with town.session() as session:  # what the timer does
        expire = Move(transition="expire", actor=SYSTEM, at=town.clock.now, inputs={})
        moves.make(session, told["number"], expire)
    assert got(town, {"resource": "concert", "seats": ["A-2"]})["case"]["status"] == "cart"


def test_who_lives_here_registers_first_and_pays_less(leisure: City):
    town = leisure  # 4 May at nine: open to residents only
    quote = town.caller().post(
        "/bookings/quote", {"resource": "camp", "address": HOME, "born_on": "2016-03-01"}
    )
    told = ok(quote)
    assert (told["is_resident"], told["price"], told["is_open"], told["fits_age"]) == (
        True, {"fee": 10000}, True, True,
    )  # fmt: skip
    away = ok(
        town.caller().post("/bookings/quote", {"resource": "camp", "address": "1 rue d’Ailleurs, Québec"})
    )
    assert (away["is_resident"], away["price"], away["is_open"]) == (False, {"fee": 15000}, False)
    refused = ask(town.caller(), {"resource": "camp"})
    assert (refused.status_code, refused.json["type"]) == (422, "/problems/registration-closed")
    assert refused.json["opens_at"] == "2026-05-11T08:00:00-04:00"
    assert got(town, {"resource": "camp", "address": HOME})["price"] == {"fee": 10000}
    town.clock.advance(days=7)
    assert got(town, {"resource": "camp"}, name="Max Roy")["price"] == {"fee": 15000}


@pytest.mark.parametrize(
    ("born", "status"), [("2020-06-20", 201), ("2020-06-21", 422), ("2013-06-21", 201), ("2013-06-20", 422)]
)
def test_the_age_is_that_of_the_first_day(leisure: City, born, status):
    answer = ask(leisure.caller(), {"resource": "camp", "address": HOME}, born=born)
    assert answer.status_code == status, answer.text
    if status == 422:
        assert answer.json["type"] == "/problems/age-outside"


def test_nobody_is_registered_twice_however_the_name_is_written(leisure: City):
    town = leisure
    told = got(town, {"resource": "dimanche"})
    again = ask(town.caller(), {"resource": "dimanche"}, name="LEA  ROY")
    assert again.json["type"] == "/problems/already-registered"
    ok(say(town, told, "cancel"))
    got(town, {"resource": "dimanche"}, name="Lea Roy")


def test_a_freed_place_goes_to_who_waited_first_and_not_to_who_comes_now(leisure: City):
    town = leisure
    holder = got(town, {"resource": "samedi"})
    waiting = []
    for name in ("Un", "Deux"):
        town.clock.advance(minutes=1)
        waiting.append(got(town, {"resource": "samedi"}, wait=True, name=name))
    assert [each["rank"] for each in waiting] == [1, 2]
    ok(say(town, holder, "cancel"))
    assert [follow(town, each)["case"]["status"] for each in waiting] == ["offered", "waitlisted"]
    assert ask(town.caller(), {"resource": "samedi"}, name="Trois").status_code == 409
    ok(say(town, waiting[0], "cancel"))
    assert follow(town, waiting[1])["case"]["status"] == "offered"
    ok(say(town, waiting[1], "take_offer"))
    ok(say(town, waiting[1], "confirm"))


def test_who_waits_for_a_show_is_offered_seats_that_go_together(leisure: City):
    town = leisure
    first = got(town, {"resource": "concert", "seats": ["A-1", "A-2", "A-3", "A-4"]})
    got(town, {"resource": "concert", "seats": ["B-1", "B-2", "B-3", "B-4", "B-5"]})
    full = ask(town.caller(), {"resource": "concert", "seats": ["A-2", "A-3"]})
    assert [one["resource"] for one in full.json["near"]] == ["gala"]
    waits = got(town, {"resource": "concert", "quantity": 2}, wait=True)
    ok(say(town, first, "cancel"))
    seen = follow(town, waits)
    assert (seen["case"]["status"], seen["booking"]["seats"]) == ("offered", ["A-2", "A-3"])


def test_what_cannot_be_is_refused(leisure: City):
    town = leisure
    for slot, slug in (
        ({"resource": "concert", "seats": ["Z-9"]}, "seat-not-found"),
        ({"resource": "concert", "seats": [f"{row}-{n}" for row in "AB" for n in range(1, 5)] + ["B-5"]},
         "period-invalid"),
        ({"resource": "samedi", "seats": ["A-1"]}, "seat-not-found"),
    ):  # fmt: skip
        assert ask(town.caller(), slot).json["type"] == f"/problems/{slug}", slot
    town.clock.advance(days=60)
    assert ask(town.caller(), {"resource": "samedi"}).json["type"] == "/problems/period-invalid"
    assert not town.counts().get("booking")


def participants(town: City) -> list[bytes | None]:
    with town.session() as session:
        rows = session.connection().exec_driver_sql("SELECT participant FROM booking")
        return list(rows.scalars())


def test_forgetting_a_person_forgets_who_was_registered_and_keeps_the_place(leisure: City):
    town = leisure
    told = got(town, {"resource": "samedi"})
    assert participants(town) == [places.participant("lea ROY", date(2016, 3, 1))]
    assert participants(town) != [places.participant("Léa Roy", date(2016, 3, 2))]
    ok(town.caller("clerk").post(f"/reports/{told['number']}/erasure", {"reason": "Demande écrite"}))
    assert participants(town) == [None]
    assert ask(town.caller(), {"resource": "samedi"}, name="Autre").status_code == 409


@pytest.mark.parametrize(
    ("steps", "status", "free"),
    [
        (("mark_no_show",), "no_show", 1),
        (("complete",), "returned", 1),
        (("hand_over", "complete", "close"), "closed", 1),
        (("hand_over",), "handed_over", 0),
        (("cancel",), "cancelled", 1),
    ],
)
def test_what_the_desk_does_with_a_place_frees_it_or_keeps_it(leisure: City, steps, status, free):
    town = leisure
    told = got(town, {"resource": "samedi"})
    ok(say(town, told, "confirm"))
    for step in steps:
        more = {"checklist": "Présente"} if step == "hand_over" else {}
        ok(town.caller("agent").move(told["number"], step, **more))
    assert ok(town.caller("agent").get(f"/cases/{told['number']}"))["status"] == status
    quote = ok(town.caller().post("/bookings/quote", {"resource": "samedi"}))
    assert (quote["free_units"], quote["held_units"], quote["taken_units"]) == (free, 0, 1 - free)


def test_an_offer_that_nobody_takes_goes_to_the_next(leisure: City):
    town = leisure
    holder = got(town, {"resource": "samedi"})
    waiting = []
    for name in ("Un", "Deux"):
        town.clock.advance(minutes=1)
        waiting.append(got(town, {"resource": "samedi"}, wait=True, name=name))
    ok(say(town, holder, "cancel"))
    town.clock.advance(days=1, minutes=1)
    assert say(town, waiting[0], "take_offer").json["guard"] == "within_days"
    with town.session() as session:  # what the timer does
        expire = Move(transition="expire", actor=SYSTEM, at=town.clock.now, inputs={})
        moves.make(session, waiting[0]["number"], expire)
    assert [follow(town, each)["case"]["status"] for each in waiting] == ["cancelled", "offered"]
