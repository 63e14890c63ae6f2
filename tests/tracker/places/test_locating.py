"""Where a report is: from coordinates, a photo, words or a lamp's number, and how well it is known."""

from __future__ import annotations

import math

import pytest

from tests.support import city, pictures
from tests.support.city import City

HERE = city.at(300, 502)


def submit(town: City, location, *, service="VOI-NID", by="citizen", photos=()):
    report = {"service_code": service, "answers": town.answers(service), "location": location}
    caller = town.caller(by)
    answer = (
        caller.post_form("/reports", {"report": report}, [("p.jpg", photo) for photo in photos])
        if photos
        else caller.post("/reports", report)
    )
    assert answer.status_code == 201, answer.text
    return answer.json


def near(told, x, y) -> float:
    lon, lat = city.at(x, y)
    return math.hypot((told["lon"] - lon) * city.LON_M, (told["lat"] - lat) * city.LAT_M)


def test_coordinates_are_kept_as_given_with_their_street_and_address(town: City):
    told = submit(town, city.pin(300, 502, accuracy_m=6))["location"]
    assert (told["lon"], told["lat"], told["method"], told["accuracy_m"]) == (*HERE, "gps", 6.0)
    assert told["segment"] == {"name": "rue du Moulin", "owner": "ville"}
    assert told["address"] == "30, rue du Moulin"


def test_without_an_accuracy_the_methods_own_is_taken(town: City):
    told = submit(town, {"lon": HERE[0], "lat": HERE[1], "method": "pin"})["location"]
    assert told["accuracy_m"] == 5.0


@pytest.mark.parametrize("kind", ["JPEG", "HEIC"])
def test_a_photo_alone_says_where(town: City, kind):
    told = submit(town, {}, photos=[pictures.taken_at(*HERE, kind=kind)])
    assert told["location"]["method"] == "photo"
    assert near(told["location"], 300, 502) < 0.5
    assert told["case"]["district"]["code"] == "1"


def test_beside_coordinates_a_photos_position_is_a_proposal(town: City):
    elsewhere = city.at(320, 498)
    told = submit(town, city.pin(300, 502), photos=[pictures.taken_at(*elsewhere)])["location"]
    assert (told["lon"], told["lat"], told["method"]) == (*HERE, "gps")
    assert near(told["photo_proposal"], 320, 498) < 0.5


def test_a_photo_without_a_position_proposes_nothing(town: City):
    told = submit(town, city.pin(300, 502), photos=[pictures.taken_at()])["location"]
    assert told["photo_proposal"] is None


def test_a_photo_from_another_town_is_no_place_here(town: City):
    report = {"service_code": "VOI-NID", "answers": {"taille": "pneu"}}
    photos = [("p.jpg", pictures.taken_at(*city.at(3500, 500)))]
    answer = town.caller().post_form("/reports", {"report": report}, photos)
    assert answer.json["type"] == "/problems/outside-territory"


@pytest.mark.parametrize(
    "said", ["30, rue du Moulin", "30 rue du moulin", "30 RUE DU MOULIN, Lac-aux-Sables"]
)
def test_an_address_in_words_is_found(town: City, said):
    told = submit(town, {"address": said})["location"]
    assert (told["method"], told["address"]) == ("address", "30, rue du Moulin")
    assert near(told, 300, 515) < 0.5


def test_a_corner_in_words_is_found(town: City):
    told = submit(town, {"address": "coin rue du Moulin et boulevard des Érables"})["location"]
    assert near(told, 500, 500) < 1


def test_words_with_two_meanings_are_answered_with_the_short_list(town: City):
    report = city.sample("field_work") | {"location": {"address": "30 Principale"}}
    choices = town.caller().post("/reports", report).json["choices"]
    by_label = {choice["label"]: choice for choice in choices}
    assert set(by_label) == {"30, avenue Principale", "30, rue Principale"}
    chosen = by_label["30, rue Principale"]
    again = {"lon": chosen["lon"], "lat": chosen["lat"], "method": "address"}
    assert submit(town, again)["case"]["district"]["code"] == "1"


def test_a_lamp_is_placed_where_it_stands_even_told_of_from_afar(town: City):
    lamp = {"kind": "streetlight", "code": "L-2"}
    for location in ({"asset": lamp}, {**city.pin(2500, 300), "asset": lamp}):
        told = submit(town, location, service="ECL-PAN")
        assert (told["location"]["method"], told["location"]["accuracy_m"]) == ("asset", 2.0)
        assert near(told["location"], 1250, 505) < 0.01
        assert told["case"]["district"]["code"] == "2"


def test_in_a_park_the_persons_own_position_counts(town: City):
    inside = {**city.pin(120, 290), "asset": {"kind": "park", "code": "P-1"}}
    told = submit(town, inside, service="PRO-PAR")["location"]
    assert near(told, 120, 290) < 0.01


def test_only_staff_may_leave_the_place_unknown_and_it_is_never_a_pin(town: City):
    told = submit(town, {"method": "unknown", "lon": HERE[0], "lat": HERE[1]}, by="agent")
    assert (told["location"]["lon"], told["location"]["method"]) == (None, "unknown")
    row = town.caller("agent").get("/cases").json["cases"][0]
    assert (row["place_known"], row["lon"], row["lat"], row["district"]) == (False, None, None, None)
    feature = town.caller("agent").get("/cases", Accept="application/geo+json").json["features"][0]
    assert feature["geometry"] is None


def test_what_the_city_maintains_is_its_own_whoever_owns_it(town: City):
    told = submit(town, city.pin(1500, 803))
    assert told["location"]["segment"] == {"name": "chemin Larocque", "owner": "mtmd"}
    assert told["case"]["crew"]["code"] == "E1"


def test_beside_the_ministrys_road_but_not_of_it_is_taken(town: City):
    submit(town, city.pin(1500, 240))
    submit(town, city.pin(1500, 205), service="PRO-DEP")


@pytest.mark.parametrize(("x", "expected"), [(999.0, "1"), (1000.0, "1"), (1001.0, "2"), (2000.0, "2")])
def test_on_a_shared_edge_the_lowest_district_has_it(town: City, x, expected):
    assert submit(town, city.pin(x, 600))["case"]["district"]["code"] == expected


def test_a_few_metres_past_the_border_on_our_own_street_is_still_ours(town: City):
    assert submit(town, city.pin(3008, 500))["case"]["district"]["code"] == "3"
    report = city.sample("field_work") | {"location": city.pin(3030, 500)}
    assert town.caller().post("/reports", report).json["type"] == "/problems/outside-territory"


def test_what_lies_in_the_water_is_taken_near_the_bank_or_where_the_service_says_so(town: City):
    submit(town, city.pin(2410, 800))
    submit(town, city.pin(2650, 800), service="EGO-FOS")


def test_looking_draws_no_number(town: City):
    first = submit(town, city.pin(300, 502))["number"]
    lon, lat = HERE
    for _ in range(3):
        assert town.caller().post("/duplicates", city.sample("field_work")).status_code == 200
        assert town.caller().get(f"/places/reverse?lon={lon}&lat={lat}").status_code == 200
    second = submit(town, city.pin(700, 502))["number"]
    assert int(second.rpartition("-")[2]) == int(first.rpartition("-")[2]) + 1


@pytest.mark.parametrize(
    ("x", "y", "territory", "label"),
    [(300, 502, "inside", "30, rue du Moulin"), (2650, 800, "water", None), (3500, 500, "outside", None)],
)
def test_a_point_is_described(town: City, x, y, territory, label):
    lon, lat = city.at(x, y)
    told = town.caller().get(f"/places/reverse?lon={lon}&lat={lat}").json
    assert (told["territory"], told["label"]) == (territory, label)
    assert (told["contact"] or {}).get("code") == ("amont" if territory == "outside" else None)


def test_places_are_searched_by_words(town: City):
    labels = [one["label"] for one in town.caller().get("/places/search?q=moulin").json["results"]]
    assert labels == ["rue du Moulin"]
    assert town.caller().get("/places/search?q=%25_'").json["results"] == []


def test_the_districts_are_a_map(town: City):
    answer = town.caller().get("/districts")
    assert answer.content_type == "application/geo+json"
    assert [one["properties"]["code"] for one in answer.json["features"]] == ["1", "2", "3"]
