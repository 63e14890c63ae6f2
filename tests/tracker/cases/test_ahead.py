"""What a reader could do after what they can do now: enough to go on without a connection."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.support.city import City
from tests.support.deeds import ok


def assigned(town: City) -> str:
    number = str(town.report()["case"]["number"])
    for step, inputs in (("accept", {}), ("assign", {"crew": "E1"})):
        ok(town.caller("dispatcher").move(number, step, **inputs))
    return number


def ahead(town: City, role: str, number: str, language: str = "fr") -> dict[str, Any]:
    told: dict[str, Any] = ok(town.caller(role).get(f"/cases/{number}/ahead?lang={language}"))
    return told


def test_a_crew_sees_the_way_to_the_end_of_its_work(town: City):
    number = assigned(town)
    told = ahead(town, "crew", number)
    states = {each["status"]: each for each in told["states"]}
    assert told["states"][0]["status"] == "assigned"
    assert told["version"] == ok(town.caller("crew").get(f"/cases/{number}"))["version"]
    leads = {code: {one["name"]: one["to"] for one in each["transitions"]} for code, each in states.items()}
    assert leads["assigned"]["start"] == "in_progress"
    assert leads["in_progress"]["complete"] == "completed"
    assert leads["completed"] == {}
    assert leads["on_hold"]["resume"] is None
    assert "accept" not in leads["assigned"], "that is a dispatcher's"
    assert states["in_progress"]["label"] == "En cours"
    assert ahead(town, "crew", number, "en")["states"][0]["label"] == "With a crew"


def test_where_work_goes_on_is_told_once_the_case_waits(town: City):
    number = assigned(town)
    day = (town.clock.now.date() + timedelta(days=2)).isoformat()
    ok(town.caller("crew").move(number, "hold", reason="weather", review_on=day))
    first = ahead(town, "crew", number)["states"][0]
    assert first["status"] == "on_hold"
    assert {one["name"]: one["to"] for one in first["transitions"]}["resume"] == "assigned"


def test_what_a_device_can_check_is_told_with_the_sentence_it_says(town: City):
    number = assigned(town)
    told = ahead(town, "crew", number, "en")
    moves = {one["name"]: one for each in told["states"] for one in each["transitions"]}
    assert moves["start"]["checks"] == [
        {
            "guard": "near_site",
            "params": {"radius_m": 150},
            "says": "You are more than 150 m from the place, or your position is unknown. Say why.",
        }
    ]
    after = moves["complete"]["checks"][0]
    assert after["params"] == {"priorities": ["P1", "P2"], "outcomes": ["nothing_found"]}
    refused = town.caller("crew").move(number, "start")
    assert (
        refused.json["detail"]
        == ahead(town, "crew", number)["states"][0]["transitions"][
            [one["name"] for one in told["states"][0]["transitions"]].index("start")
        ]["checks"][0]["says"]
    )


def test_another_crews_case_is_as_if_it_were_not(town: City):
    number = assigned(town)
    ok(town.caller("dispatcher").move(number, "assign", crew="E2", override=True, reason="x"))
    assert town.caller("crew").get(f"/cases/{number}/ahead").status_code == 404
