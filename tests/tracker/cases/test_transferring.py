"""A case given to another department or district: who does it, why, and what stays as it was."""

from __future__ import annotations

from tests.support import chain, city
from tests.support.city import City
from tests.support.deeds import case


def pothole(town: City) -> str:
    return str(town.report(location=city.pin(300, 502), contact=city.CONTACT)["number"])


def test_another_district_gets_the_crew_that_works_there_and_the_promise_stays(town: City):
    number = pothole(town)
    before = case(town, number)
    told = town.caller("dispatcher").move(number, "transfer", district="3", reason="Rue de l’autre côté")
    assert told.status_code == 200, told.text
    assert (told.json["district"]["code"], told.json["crew"]["code"]) == ("3", "E2")
    same = ("resolve_by", "respond_by", "status", "department", "lon", "lat")
    assert {name: told.json[name] for name in same} == {name: before[name] for name in same}
    assert any(one["text"] == "Transféré\N{NO-BREAK SPACE}: Est" for one in told.json["reasons"])
    fact = town.caller("dispatcher").get(f"/cases/{number}/history").json["events"][-1]
    assert fact["payload"]["inputs"] == {"district": "3"}
    assert fact["words"] == {"reason": "Rue de l’autre côté"}
    with town.session() as session:
        chain.check_sound(session)


def test_another_department_keeps_no_crew_that_is_not_its_own(town: City):
    number = pothole(town)
    told = town.caller("supervisor").move(number, "transfer", department="HM", reason="C’est l’aqueduc")
    assert (told.json["department"]["code"], told.json["crew"]) == ("HM", None)


def test_a_transfer_says_where_to_and_why(town: City):
    number = pothole(town)
    dispatcher = town.caller("dispatcher")
    for inputs, guard in (
        ({"district": "3"}, "input_missing"),
        ({"reason": "x"}, "transfer_named"),
        ({"district": "1", "reason": "x"}, "transfer_named"),
        ({"department": "??", "reason": "x"}, "transfer_named"),
    ):
        refused = dispatcher.move(number, "transfer", **inputs)
        assert (refused.status_code, refused.json["guard"]) == (422, guard)
    assert town.caller("agent").move(number, "transfer", district="3", reason="x").status_code == 403
