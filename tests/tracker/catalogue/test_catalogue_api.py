"""The catalogue as people are shown it, in their language, sent again only when it changed."""

from __future__ import annotations

from tests.support.city import City

GROUPS = [
    "DEN",
    "VOI",
    "SIG",
    "AQU",
    "EGO",
    "DEC",
    "REC",
    "CMP",
    "PRO",
    "ANI",
    "ARB",
    "BAT",
    "ECL",
    "MOB",
    "SPO",
    "JEU",
    "NUI",
    "STA",
    "PER",
    "RES",
    "INF",
    "CTS",
]


def test_the_groups_stand_in_the_towns_order_with_every_service(town: City):
    told = town.caller().get("/services").json["groups"]
    assert [group["code"] for group in told] == GROUPS
    assert sum(len(group["services"]) for group in told) == 71
    assert all(each["group"] == group["code"] for group in told for each in group["services"])


def test_names_and_questions_are_in_the_readers_language(town: City):
    french = town.caller(language="fr").get("/services/VOI-NID").json
    english = town.caller(language="en").get("/services/VOI-NID").json
    assert (french["name"], english["name"]) == ("Nid-de-poule", "Pothole")
    assert french["questions"][0]["label"] != english["questions"][0]["label"]
    codes = [[option["code"] for option in told["questions"][0]["options"]] for told in (french, english)]
    assert codes[0] == codes[1] == ["assiette", "pneu", "plus_grand"]
    assert english["location"] == {"kind": "point", "asset_kind": None, "required": True}


def test_what_did_not_change_is_not_sent_again(town: City):
    french, english = town.caller(language="fr"), town.caller(language="en")
    tags = {caller: caller.get("/services").headers["ETag"] for caller in (french, english)}
    assert tags[french] != tags[english]
    for caller, tag in tags.items():
        again = caller.get("/services", If_None_Match=tag)
        assert (again.status_code, again.data) == (304, b"")
    assert english.get("/services", If_None_Match=tags[french]).status_code == 200


def test_a_service_that_is_none_is_not_there(town: City):
    answer = town.caller().get("/services/ABC-DEF")
    assert (answer.status_code, answer.json["type"]) == (404, "/problems/not-found")
