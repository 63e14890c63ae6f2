"""The same thing told twice: shown first with its reasons, attached when asked, or by itself at one lamp."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support import city, towns
from tests.support.caller import Caller
from tests.support.city import City

LAMP = {"kind": "streetlight", "code": "L-1"}


def lamp(town: City, service="ECL-PAN", code="L-1", **more):
    return {
        "service_code": service,
        "answers": town.answers(service),
        "location": {"asset": {"kind": "streetlight", "code": code}},
        **more,
    }


def case_of(town: City, number: str):
    return town.caller("supervisor").get(f"/cases/{number}").json


def test_a_pothole_8_metres_away_is_shown_first_with_its_reasons(town: City):
    first = town.report(location=city.pin(300, 502))
    town.report(location=city.pin(340, 502))
    town.clock.advance(hours=2)
    asked = town.caller(language="fr").post(
        "/duplicates", city.sample("field_work") | {"location": city.pin(308, 502)}
    )
    shown = asked.json["duplicates"]
    assert shown[0]["case_number"] == first["number"]
    assert shown[0]["probability"] >= 0.75
    assert shown[0]["distance_m"] == pytest.approx(8, abs=0.2)
    assert "à 8 m" in " ".join(shown[0]["reasons"]).replace("\N{NO-BREAK SPACE}", " ")
    assert asked.json["district"] == {"code": "1", "name": "Ouest"}
    second = town.report(location=city.pin(308, 502))
    assert second["link"] == "opened"
    assert second["duplicates"][0]["case_number"] == first["number"]


def test_the_reasons_are_in_the_readers_language(town: City):
    town.report()
    english = town.caller(language="en").post("/duplicates", city.sample("field_work")).json["duplicates"]
    french = town.caller(language="fr").post("/duplicates", city.sample("field_work")).json["duplicates"]
    assert english[0]["service_name"] == "Pothole"
    assert set(english[0]["reasons"]).isdisjoint(french[0]["reasons"])


def test_another_service_at_the_same_place_is_no_duplicate(town: City):
    town.report()
    graffiti = {
        "service_code": "PRO-GRA",
        "answers": town.answers("PRO-GRA"),
        "location": city.pin(300, 502),
    }
    assert town.caller().post("/duplicates", graffiti).json["duplicates"] == []


def test_what_was_closed_long_ago_is_no_duplicate(town: City):
    number = town.report()["number"]
    assert town.caller("dispatcher").move(number, "refuse", reason="private").status_code == 200
    assert town.caller().post("/duplicates", city.sample("field_work")).json["duplicates"]
    town.clock.advance(days=31)
    assert town.caller().post("/duplicates", city.sample("field_work")).json["duplicates"] == []


def test_it_is_the_same_attaches_a_report_which_keeps_its_own_number_secret_and_language(town: City):
    first = town.report(language="fr", location=city.pin(300, 502))
    same = {"case_number": first["number"], "language": "en", "description": "Me too"}
    second = town.report(**same, location=city.pin(308, 502))
    assert (second["link"], second["case"]["number"]) == ("attached", first["number"])
    assert second["number"] != first["number"]
    assert second["secret"] != first["secret"]
    assert (second["case"]["reports_count"], second["case"]["neighbours"]) == (2, 1)
    told = case_of(town, first["number"])
    assert [(one["number"], one["language"]) for one in told["reports"]] == [
        (first["number"], "fr"),
        (second["number"], "en"),
    ]
    assert city.at(300, 502)[0] < told["lon"] < city.at(308, 502)[0]
    followed = town.caller().get(f"/tracking/{second['number']}/{second['secret']}").json
    assert (followed["number"], followed["case"]["number"]) == (second["number"], first["number"])
    assert followed["description"] == "Me too"
    crossed = town.caller().get(f"/tracking/{second['number']}/{first['secret']}")
    assert (crossed.status_code, crossed.json["type"]) == (404, "/problems/report-not-found")


def test_attaching_to_a_case_that_was_merged_follows_it(town: City):
    one, other = town.report(), town.report(location=city.pin(305, 502))
    merged = town.caller("dispatcher").post(f"/cases/{one['number']}/merge", {"into": other["number"]})
    assert merged.status_code == 200
    told = town.report(case_number=one["number"])
    assert (told["case"]["number"], told["case"]["reports_count"]) == (other["number"], 3)


def test_the_same_lamp_attaches_by_itself(town: City):
    first = town.caller().post("/reports", lamp(town)).json
    town.clock.advance(days=90)
    for code, service, link in (("L-1", "ECL-PAN", "auto_attached"), ("L-2", "ECL-PAN", "opened"),
                                ("L-1", "ECL-DAN", "opened")):  # fmt: skip
        told = town.caller().post("/reports", lamp(town, service, code)).json
        assert told["link"] == link
        assert (told["case"]["number"] == first["number"]) == (link == "auto_attached")


def test_the_same_lamp_repaired_since_is_another_case(town: City):
    first = town.caller().post("/reports", lamp(town)).json["number"]
    town.caller("dispatcher").move(first, "refuse", reason="private")
    assert town.caller().post("/reports", lamp(town)).json["link"] == "opened"


def test_two_dumps_in_one_park_stay_two(town: City):
    for x in (120, 280):
        dump = {"service_code": "PRO-DEP", "answers": town.answers("PRO-DEP")}
        dump["location"] = {**city.pin(x, 150), "asset": {"kind": "park", "code": "P-1"}}
        assert town.caller().post("/reports", dump).json["link"] == "opened"


def test_two_people_at_one_lamp_at_once_open_one_case(town: City):
    reports = [lamp(town, description=str(one)) for one in range(8)]
    app = towns.application(town.place, town.clock)

    def send(report):
        return Caller(app.test_client(), None, "fr").post("/reports", report).json

    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(send, reports))
    assert sorted(one["link"] for one in told) == ["auto_attached"] * 7 + ["opened"]
    assert len({one["case"]["number"] for one in told}) == 1
    assert len({one["number"] for one in told}) == 8
    assert case_of(town, told[0]["case"]["number"])["reports_count"] == 8


def test_a_permit_a_question_or_a_claim_is_nobody_elses_business(town: City):
    for service in ("PER-ABA", "CTS-REC", "AQU-ENT"):
        report = {
            "service_code": service,
            "answers": town.answers(service),
            "location": city.pin(300, 502),
            "contact": city.CONTACT,
        }
        number = town.caller().post("/reports", report).json["number"]
        assert town.caller().post("/duplicates", report).json["duplicates"] == []
        guessed = town.caller().post("/reports", report | {"case_number": number})
        assert (guessed.status_code, guessed.json["type"]) == (404, "/problems/case-not-found")


def test_a_case_at_somebodys_home_is_joined_only_by_who_was_shown_it(town: City):
    missed = {
        "service_code": "DEC-OUB",
        "answers": town.answers("DEC-OUB"),
        "location": {"address": "30, rue du Moulin"},
    }
    number = town.caller().post("/reports", missed).json["number"]
    same = town.caller().post("/reports", missed | {"case_number": number})
    assert same.json["link"] == "attached"
    elsewhere = missed | {"location": {"address": "80, rue du Quai"}, "case_number": number}
    assert town.caller().post("/reports", elsewhere).status_code == 404
    assert town.caller("agent").post("/reports", elsewhere).json["link"] == "attached"


def test_the_missed_bin_next_door_is_another(town: City):
    missed = {
        "service_code": "DEC-OUB",
        "answers": town.answers("DEC-OUB"),
        "location": {"address": "30, rue du Moulin"},
    }
    town.caller().post("/reports", missed)
    lon, lat = city.at(312, 515)
    next_door = missed | {
        "location": {"lon": lon, "lat": lat, "method": "address", "address": "32, rue du Moulin"}
    }
    # Residents are not told of their neighbours' homes at all (tests/tracker/privacy/test_public_place.py).
    assert town.caller("agent").post("/duplicates", next_door).json["duplicates"] == []
    assert town.caller("agent").post("/duplicates", missed).json["duplicates"]
