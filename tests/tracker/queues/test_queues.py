"""The order of a crew's work over HTTP: reckoned, set by hand with a reason, left by what ends."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from tests.support import chain, deeds, pictures, statements
from tests.support import city as cities
from tests.support.city import City
from tests.support.deeds import ok
from tracker.queues import queries

FIRST_TWO = "Sur le chemin de l’école"


def given(town: City, x: float, *, crew: str = "E1", **said: Any) -> str:
    """Report a hole x metres along the street and give it to a crew."""
    number = str(town.report(location=cities.pin(x, 502), **said)["number"])
    for step, inputs in (("accept", {}), ("assign", {"crew": crew})):
        assert town.caller("dispatcher").move(number, step, **inputs).status_code == 200
    return number


@pytest.fixture
def four(town: City) -> list[str]:
    """Four cases of one crew, due at the same hour, the farthest first."""
    return [given(town, x) for x in (2000, 1500, 900, 300)]


def queue(town: City, role: str = "dispatcher", crew: str = "E1") -> Any:
    return ok(town.caller(role).get(f"/crews/{crew}/queue"))


def numbers(told: Any) -> list[str]:
    return [each["number"] for each in told["cases"]]


def put(town: City, wanted: list[str], reason: str = FIRST_TWO, **headers: str) -> Any:
    return town.caller("dispatcher").put("/crews/E1/queue", {"cases": wanted, "reason": reason}, **headers)


def kept(town: City) -> list[tuple[Any, ...]]:
    with town.session() as session:
        rows = session.execute(
            text(
                'SELECT c.number, o.place FROM crew_order o JOIN "case" c ON c.id = o.case_id '
                "ORDER BY o.place"
            )
        )
        return [tuple(row) for row in rows]


def test_equal_promises_go_from_the_depot_to_the_nearest_next(town: City, four):
    depot = town.caller("dispatcher")
    told = queue(town)
    assert sorted(numbers(told)) == sorted(four)
    with town.session() as session:
        lon, lat = session.execute(
            text(
                "SELECT ST_X(d.geom), ST_Y(d.geom) FROM crew c JOIN depot d ON d.id = c.depot_id "
                "WHERE c.code = 'E1'"
            )
        ).one()
    here, left, walk = (lon, lat), {each["number"]: (each["lon"], each["lat"]) for each in told["cases"]}, []
    while left:
        near = min(left, key=lambda number: queries.metres(here, left[number]))
        here = left.pop(near)
        walk.append(near)
    assert numbers(told) == walk
    assert told["set_by"] is None
    assert depot.get("/crews/NOPE/queue").status_code == 404


def test_a_merge_undone_gives_the_place_back_unless_the_work_was_ordered_anew(town: City, four):
    assert put(town, four[:3]).status_code == 200
    before = kept(town)
    joined = deeds.merge(town, four[1], four[3])
    assert [number for number, _ in kept(town)] == [four[0], four[2]]
    assert deeds.undo(town, joined).status_code == 200
    assert kept(town) == before
    again = deeds.merge(town, four[1], four[3])
    assert put(town, [four[2], four[0]]).status_code == 200
    anew = kept(town)
    assert deeds.undo(town, again).status_code == 200
    assert kept(town) == anew


def test_a_crew_reads_the_same_order_as_the_dispatcher_and_only_its_own(town: City, four):
    assert numbers(queue(town, "crew")) == numbers(queue(town))
    other = town.caller("crew").get("/crews/E2/queue")
    assert (other.status_code, other.json["type"]) == (404, "/problems/crew-not-found")


def test_an_order_set_by_hand_wins_and_each_moved_case_says_who_and_why(town: City, four):
    before = {number: ok(town.caller("dispatcher").get(f"/cases/{number}"))["version"] for number in four}
    wanted = [four[0], four[3]]
    told = ok(put(town, wanted))
    assert numbers(told)[:2] == wanted
    assert [each["placed"] for each in told["cases"]] == [1, 2, None, None]
    assert told["set_at"].startswith("2026-05-04")
    for number, place in ((four[0], 1), (four[3], 2)):
        event = ok(town.caller("dispatcher").get(f"/cases/{number}/history"))["events"][-1]
        assert event["kind"] == "order_set"
        assert event["payload"]["to"] == place
        assert event["payload"]["from"] is None
        assert event["payload"]["crew"] == "E1"
        assert FIRST_TWO in str(event)
    assert "order_set" not in town.caller("dispatcher").get(f"/cases/{four[1]}/history").text
    after = {number: ok(town.caller("dispatcher").get(f"/cases/{number}"))["version"] for number in four}
    assert after == before
    with town.session() as session:
        assert chain.broken(session) == []
    given(town, 100)
    assert numbers(queue(town))[:2] == wanted


def test_the_same_order_again_adds_nothing_and_another_one_notes_only_what_moved(town: City, four):
    ok(put(town, four))
    ok(put(town, four))
    ok(put(town, [four[1], four[0], *four[2:]]))
    lengths = [
        town.caller("dispatcher").get(f"/cases/{number}/history").text.count('"order_set"') for number in four
    ]
    assert lengths == [2, 2, 1, 1]


def test_a_case_that_ends_or_changes_crew_or_is_merged_leaves_the_order(town: City, four):
    ok(put(town, four))
    dispatcher = town.caller("dispatcher")
    assert town.caller("crew").move(four[0], "start", reason="loin").status_code == 200
    done = {"transition": "complete", "inputs": {"outcome": "already_done", "minutes": 12}}
    assert deeds.move_with(town, "crew", four[0], [pictures.taken_at()], **done).status_code == 200
    ok(dispatcher.post(f"/cases/{four[1]}/merge", {"into": four[2]}))
    assert [number for number, _ in kept(town)] == four[2:]
    link = ok(dispatcher.get(f"/cases/{four[1]}"))["links"][0]["id"]
    ok(dispatcher.post(f"/links/{link}/undo", {}))
    told = queue(town)
    assert {each["number"]: each["placed"] for each in told["cases"]} == {
        four[2]: 3,
        four[3]: 4,
        four[1]: 2,
    }
    with town.session() as session:
        other = session.execute(text("SELECT id FROM crew WHERE code = 'E2'")).scalar_one()
        session.execute(
            text('UPDATE "case" SET crew_id = :id WHERE number = :n'), {"id": other, "n": four[2]}
        )
    assert kept(town) == [(four[1], 2), (four[3], 4)]


def test_a_danger_nobody_placed_and_the_work_begun_stay_in_front(town: City, four):
    ok(put(town, four))
    danger = given(town, 1200)
    with town.session() as session:
        session.execute(text('UPDATE "case" SET priority = 1 WHERE number = :number'), {"number": danger})
    assert town.caller("crew").move(four[2], "start", reason="loin").status_code == 200
    told = queue(town)
    assert [each["priority"] for each in told["cases"]][0] == 1
    assert numbers(told) == [danger, four[2], four[0], four[1], four[3]]
    assert [each["is_begun"] for each in told["cases"]] == [False, True, False, False, False]
    ok(put(town, [four[0], danger]))
    assert numbers(queue(town))[:3] == [four[2], four[0], danger]


def test_what_is_not_in_the_queue_or_named_twice_is_refused_and_changes_nothing(town: City, four):
    elsewhere = given(town, 2600, crew="E2")
    for wanted, status, kind in (
        ([four[0], elsewhere], 409, "not-in-queue"),
        (["LC-1999-00001"], 409, "not-in-queue"),
        ([four[0], four[0]], 422, "named-twice"),
    ):
        answer = put(town, wanted)
        assert (answer.status_code, answer.json["type"]) == (status, f"/problems/{kind}")
    assert put(town, [], "x").status_code == 422
    assert [put(town, four, blank).status_code for blank in ("", " ", "\0\n")] == [422, 422, 422]
    assert kept(town) == []


def test_two_dispatchers_take_turns_and_the_second_is_told_that_it_changed(town: City, four):
    tag = town.caller("dispatcher").get("/crews/E1/queue").headers["ETag"]
    first = put(town, [four[2]], If_Match=tag)
    assert first.status_code == 200
    second = put(town, [four[1]], If_Match=tag)
    assert (second.status_code, second.json["type"]) == (412, "/problems/queue-changed")
    assert put(town, [four[1]], If_Match=first.headers["ETag"]).status_code == 200
    assert kept(town) == [(four[1], 1)]


def test_a_look_ahead_says_what_keeping_would_give_and_keeps_nothing(town: City, four):
    first = "&".join(f"first={number}" for number in (four[1], four[3], "LC-1999-00001"))
    ahead = ok(town.caller("dispatcher").get(f"/crews/E1/queue?{first}"))
    assert kept(town) == []
    told = ok(put(town, [four[1], four[3]]))
    assert numbers(ahead) == numbers(told)
    assert [each["placed"] for each in ahead["cases"]] == [each["placed"] for each in told["cases"]]


def test_an_order_given_up_is_noted_and_the_reckoned_one_is_back(town: City, four):
    usual = numbers(queue(town))
    ok(put(town, four))
    told = ok(town.caller("dispatcher").delete("/crews/E1/queue?reason=Autre%20jour"))
    assert (numbers(told), told["set_by"]) == (usual, None)
    last = ok(town.caller("dispatcher").get(f"/cases/{four[3]}/history"))["events"][-1]
    assert (last["payload"]["from"], last["payload"]["to"]) == (4, None)
    assert "Autre jour" in str(last)
    assert kept(town) == []


def test_reading_a_queue_costs_the_same_for_many(town: City, four):
    town.caller("dispatcher").get("/crews/E1/queue")
    with statements.counted() as few:
        queue(town)
    for x in (400, 500, 600):
        given(town, x)
    with statements.counted() as many:
        assert len(queue(town)["cases"]) == 7
    assert len(many) == len(few)
