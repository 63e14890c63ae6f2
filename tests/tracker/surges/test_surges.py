"""Surges from report to decision: proposed with evidence, joined or set aside by a person, and taken back."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random
from uuid import uuid4

import pytest
from sqlalchemy import text

from tests.support import city as cities
from tests.support.city import City
from tracker import definitions
from tracker.catalogue.files import read_folder
from tracker.surges import errors, replaying, rules, service


def report(town: City, x: float, y: float = 502, *, of: str = "AQU-SAN") -> str:
    answers = town.answers(of)
    told = town.report(service_code=of, answers=answers, location=cities.pin(x, y), contact=cities.CONTACT)
    return str(told["case"]["number"])


def look(town: City) -> service.Tally:
    with town.session() as session:
        return service.find(session, now=town.clock.now)


def listed(town: City, status: str = "proposed", by: str = "dispatcher") -> list[dict]:
    answer = town.caller(by).get(f"/surges?status={status}")
    assert answer.status_code == 200, answer.text
    found: list[dict] = answer.json["surges"]
    return found


def burst(town: City, count: int = 4, *, of: str = "AQU-SAN") -> list[str]:
    numbers = []
    for at in range(count):
        numbers.append(report(town, 200 + 90 * at, of=of))
        town.clock.now += timedelta(minutes=6)
    return numbers


def test_three_houses_of_one_zone_within_the_hour_are_proposed_as_one_incident(town: City):
    numbers = burst(town, 3)
    assert len(look(town).new) == 1
    (found,) = listed(town)
    assert found["rule"] == "no_water"
    assert [case["number"] for case in found["cases"]] == numbers
    assert "dans la même zone, Ouest" in found["evidence"][0]
    assert (
        "in the same zone"
        in town.caller("dispatcher", language="en").get("/surges").json["surges"][0]["evidence"][0]
    )
    assert all(town.caller("dispatcher").get(f"/cases/{n}").json["status"] == "received" for n in numbers)


def test_two_houses_or_one_house_told_thrice_are_not(town: City):
    burst(town, 2)
    for _ in range(3):
        report(town, 290)
    assert look(town).new == ()


def test_what_is_spread_over_hours_and_the_town_is_ordinary(town: City):
    random = Random(4)
    for _ in range(12):
        report(town, random.uniform(50, 2950))
        town.clock.now += timedelta(hours=9)
        assert look(town).new == ()


def test_a_break_is_found_among_its_first_reports_by_the_scan(town: City):
    for at in range(8):
        report(town, 200 + 40 * at, of="AQU-COU")
        town.clock.now += timedelta(minutes=25)
        if look(town).new:
            break
    assert at + 1 <= 6
    (found,) = listed(town)
    assert found["rule"] == "coloured_water"
    assert found["log10_p"] < -3
    assert found["observed"] > found["expected"]
    assert len(found["evidence"]) == 3


def test_looking_again_proposes_nothing_twice_and_lets_the_proposal_grow(town: City):
    burst(town, 3)
    look(town)
    assert look(town) == service.Tally(new=(), grown=(), lapsed=0)
    last = report(town, 700)
    assert len(look(town).grown) == 1
    (found,) = listed(town)
    assert found["cases"][-1]["number"] == last
    assert found["version"] == 2


def test_many_who_look_at_once_propose_it_once(town: City):
    burst(town, 4)
    with ThreadPoolExecutor(4) as pool:
        new = [each.new for each in pool.map(lambda _: look(town), range(8))]
    assert sum(map(len, new)) == 1
    assert len(listed(town)) == 1


def test_confirming_joins_the_others_to_the_oldest_and_every_reporter_keeps_a_number(town: City):
    numbers = burst(town)
    look(town)
    found = listed(town)[0]
    done = town.caller("dispatcher").post(f"/surges/{found['id']}/confirm", {})
    assert (done.status_code, done.json["status"], done.json["parent"]) == (200, "confirmed", numbers[0])
    parent = town.caller("dispatcher").get(f"/cases/{numbers[0]}").json
    assert sorted(each["number"] for each in parent["reports"]) == sorted(numbers)
    assert all(
        town.caller("dispatcher").get(f"/cases/{n}").json["status"] == "duplicate" for n in numbers[1:]
    )
    assert listed(town) == []
    assert look(town).new == ()


def test_a_decision_can_be_taken_back_whole(town: City):
    numbers = burst(town)
    look(town)
    found = listed(town)[0]
    caller = town.caller("dispatcher")
    before = [caller.get(f"/cases/{n}").json for n in numbers]
    caller.post(f"/surges/{found['id']}/confirm", {"parent": numbers[2]})
    back = caller.post(f"/surges/{found['id']}/undo", {})
    assert (back.status_code, back.json["status"]) == (200, "proposed")
    for old, number in zip(before, numbers, strict=True):
        now = caller.get(f"/cases/{number}").json
        same = ("status", "reports_count", "resolve_by", "is_open", "place")
        assert {name: now[name] for name in same} == {name: old[name] for name in same}


def test_those_left_out_stay_apart(town: City):
    numbers = burst(town)
    look(town)
    found = listed(town)[0]
    town.caller("dispatcher").post(f"/surges/{found['id']}/confirm", {"left_out": [numbers[1]]})
    assert town.caller("dispatcher").get(f"/cases/{numbers[1]}").json["status"] == "received"
    assert town.caller("dispatcher").get(f"/cases/{numbers[2]}").json["status"] == "duplicate"


def test_a_surge_set_aside_is_not_proposed_again(town: City):
    burst(town)
    look(town)
    found = listed(town)[0]
    told = town.caller("dispatcher").post(f"/surges/{found['id']}/dismiss", {"reason": "travaux annoncés"})
    assert (told.json["status"], told.json["reason"]) == ("dismissed", "travaux annoncés")
    assert look(town).new == ()
    report(town, 760)
    assert look(town).new == ()


def test_two_who_decide_at_once_decide_once(town: City):
    burst(town)
    look(town)
    found = listed(town)[0]

    def decide(how: str) -> int:
        who = town.caller("dispatcher")
        client = town.app.test_client()
        return client.post(f"/api/v1/surges/{found['id']}/{how}", json={}, headers=who.headers).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(decide, ["confirm", "dismiss", "confirm", "confirm"]))
    assert answers == [200, 409, 409, 409]


@pytest.mark.parametrize("verdict", ["confirm", "dismiss", "undo"])
def test_a_surge_that_is_not_there_is_a_404(town: City, verdict):
    assert town.caller("dispatcher").post(f"/surges/{uuid4()}/{verdict}", {}).status_code == 404


def test_a_case_of_elsewhere_cannot_be_named(town: City):
    burst(town)
    other = report(town, 2_700)
    look(town)
    found = listed(town)[0]
    answer = town.caller("dispatcher").post(f"/surges/{found['id']}/confirm", {"parent": other})
    assert (answer.status_code, answer.json["type"]) == (422, "/problems/not-of-surge")
    assert listed(town)[0]["status"] == "proposed"


def test_crews_and_residents_see_no_surges(town: City):
    assert town.caller("citizen").get("/surges").status_code == 401
    assert town.caller("crew").get("/surges").status_code == 403


def test_a_proposal_nobody_decided_lapses(town: City):
    burst(town)
    look(town)
    town.clock.now += timedelta(hours=80)
    assert look(town).lapsed == 1
    assert len(listed(town, "lapsed")) == 1


def test_three_bins_missed_on_one_street_are_one_tour(town: City):
    burst(town, 3, of="DEC-OUB")
    look(town)
    (found,) = [each for each in listed(town) if each["rule"] == "missed_street"]
    assert found["becomes"] == "tour"
    assert "rue du Moulin" in found["evidence"][0]


def test_five_lights_of_one_circuit_are_a_sector(town: City):
    with town.place.owner.begin() as connection:
        connection.execute(text("SET LOCAL search_path = j_lac, public"))
        for at in range(5):
            lon, lat = cities.at(100 + 60 * at, 495)
            connection.execute(
                text(
                    "INSERT INTO asset (kind, code, attributes, geom) VALUES ('streetlight', :code, "
                    "jsonb_build_object('circuit', 'C-9'), ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))"
                ),
                {"code": f"T-{at}", "lon": lon, "lat": lat},
            )
    try:
        for at in range(5):
            report(town, 100 + 60 * at, 497, of="ECL-PAN")
            town.clock.now += timedelta(hours=5)
        look(town)
        assert any("C-9" in each["evidence"][0] for each in listed(town) if each["rule"] == "lights_out")
    finally:
        with town.place.owner.begin() as connection:
            connection.execute(text("DELETE FROM j_lac.asset WHERE code LIKE 'T-%'"))


def test_residents_read_that_it_is_known_while_it_is_open(town: City):
    burst(town)
    look(town)
    visitor = town.app.test_client()
    assert "on le sait" not in visitor.get("/").text
    found = listed(town)[0]
    town.caller("dispatcher").post(f"/surges/{found['id']}/confirm", {})
    assert "on le sait" in visitor.get("/").text


def test_replaying_the_history_says_when_it_would_have_been_proposed(town: City):
    numbers = burst(town)
    with town.session() as session:
        told = replaying.replay(session, rules.current())
    first = told.proposals[0]
    assert (first.rule, first.observed, first.numbers) == ("no_water", 3, tuple(numbers[:3]))


class TestRules:
    """Rules are data, and a mistake in them is refused by name."""

    def test_every_service_of_the_rules_is_in_the_catalogue_and_of_one_workflow(self):
        known = {each.code: each for each in read_folder(definitions.DATA / "catalogue").services}
        for rule in rules.current().rules.values():
            assert set(rule.services) <= set(known)
            assert len({known[code].workflow for code in rule.services}) == 1

    @pytest.mark.parametrize(
        ("wrong", "said"),
        [
            ("becomes: party, scan: true", "becomes"),
            ("becomes: tour", "count or scan"),
            ("becomes: tour, count: {by: moon, least: 3, within_h: 1}", "count: by"),
            ("becomes: tour, scan: true, colour: red", "colour"),
        ],
    )
    def test_a_mistake_is_named(self, tmp_path: Path, wrong, said):
        path = tmp_path / "rules.yaml"
        path.write_text(
            f"false_per_year: 1\nrules:\n  x: {{name: {{fr: a, en: b}}, services: [AQU-SAN], {wrong}}}\n",
            encoding="utf-8",
        )
        with pytest.raises(errors.RulesInvalid, match=said):
            rules.read(path)
