"""From words to points over the API: what is found, what is asked back, what is refused."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from sqlalchemy import text

from tests.support import city
from tests.support.city import City
from tests.tracker.places.test_locating import near, submit
from tracker.places import gazetteer, service


def search(town: City, typed: str, language: str = "fr", **more: object):
    answer = town.caller(language=language).get(f"/places/search?{urlencode({'q': typed, **more})}")
    assert answer.status_code == 200, answer.text
    return answer.json


def labels(told) -> list[str]:
    return [one["label"] for one in told["results"]]


@pytest.mark.parametrize(
    ("typed", "label", "kind"),
    [
        ("gros trou devant le 30 moulin", "30, rue du Moulin", "address"),
        ("35 rue du Moulin", "35, rue du Moulin", "interpolated"),
        ("Moulin & Érables", "rue du Moulin / boulevard des Érables", "intersection"),
        ("le park P-1", "Parc P-1", "asset"),
        ("lampadaire no 2", "Lampadaire L-2", "asset"),
        ("rue Saint-Charles", "rue Saint-Charles", "street"),
    ],
)
def test_a_place_is_found_whatever_its_kind(town: City, typed, label, kind):
    told = search(town, typed)
    assert (labels(told)[0], told["results"][0]["kind"], told["clear"]) == (label, kind, True)


def test_a_number_between_two_is_an_estimate_at_its_share_and_says_so(town: City):
    told = search(town, "35 rue du Moulin")["results"][0]
    assert near(told, 350, 515) < 1
    assert told["accuracy_m"] == pytest.approx(50, abs=1)
    assert told["district"] == "Ouest"


def test_a_number_the_street_does_not_have_is_not_guessed(town: City):
    told = search(town, "3000 rue du Moulin")
    assert [(one["label"], one["kind"]) for one in told["results"]] == [("rue du Moulin", "street")]
    report = city.sample("field_work") | {"location": {"address": "3000 rue du Moulin"}}
    refused = town.caller().post("/reports", report).json
    assert refused["type"] == "/problems/address-unknown"
    assert [one["label"] for one in refused["choices"]] == ["rue du Moulin"]


def test_a_long_street_is_too_vague_for_a_report(town: City):
    report = city.sample("field_work") | {"location": {"address": "sur la rue du Moulin"}}
    refused = town.caller(language="en").post("/reports", report).json
    assert (refused["type"], refused["status"]) == ("/problems/place-vague", 422)
    assert "number" in refused["detail"]


def test_two_places_of_one_name_are_both_told_and_none_is_picked(town: City):
    told = search(town, "30 Principale")
    assert (set(labels(told)), told["clear"]) == ({"30, rue Principale", "30, avenue Principale"}, False)


def test_the_district_that_is_named_decides(town: City):
    told = search(town, "30 Principale, Est")
    assert (labels(told)[0], told["clear"]) == ("30, avenue Principale", True)


def test_one_street_in_two_districts_is_told_apart(town: City):
    """The same name in two quarters, as in towns that merged: the labels say which is which."""
    with town.session() as session:
        session.execute(
            text(
                "INSERT INTO address (civic, street, street_norm, geom) VALUES "
                "(30, 'rue du Moulin', 'rue moulin', ST_SetSRID(ST_MakePoint(:lon, :lat), 4326))"
            ),
            dict(zip(("lon", "lat"), city.at(2500, 300), strict=True)),
        )
        found = service.search(session, "30 rue du Moulin")
        session.rollback()
    assert [(choice.label, choice.detail) for choice in found.choices] == [
        ("30, rue du Moulin", "Ouest"),
        ("30, rue du Moulin", "Est"),
    ]
    assert not found.is_clear


def test_equipment_named_in_the_address_is_the_equipment(town: City):
    told = submit(town, {"address": "lampadaire 2"}, service="ECL-PAN")["location"]
    assert (told["method"], told["accuracy_m"]) == ("asset", 2.0)
    assert near(told, 1250, 505) < 0.01


@pytest.mark.parametrize("language", ["fr", "en"])
def test_equipment_is_told_in_the_readers_language(town: City, language):
    assert labels(search(town, "L-2", language)) == [
        {"fr": "Lampadaire L-2", "en": "Streetlight L-2"}[language]
    ]


def test_while_somebody_types_the_list_holds_what_may_come(town: City):
    assert "rue du Moulin" in labels(search(town, "rue du M", typing=True))
    assert labels(search(town, "30 rue pri", typing=True))[0] == "30, rue Principale"
    assert labels(search(town, "rue du M")) == []


@pytest.mark.parametrize(
    "typed", ["gros trou dans la rue", "%_'", "merci", "12", "\x00", "'; DROP TABLE address;--"]
)
def test_where_no_place_is_named_nothing_is_found(town: City, typed):
    assert search(town, typed) == {"results": [], "clear": False}


def test_a_question_without_words_is_refused(town: City):
    assert town.caller().get("/places/search?q=").status_code == 422
    assert town.caller().get(f"/places/search?q={'a' * 401}").status_code == 422


def test_a_street_that_is_new_is_found_at_once_and_one_that_went_is_not(town: City):
    name, norm = "rue des Goélands", "rue goelands"
    line = "LINESTRING({} {}, {} {})".format(*city.at(100, 700), *city.at(200, 700))
    with town.session() as session:
        session.execute(
            text(
                "INSERT INTO street_segment (code, name, name_norm, class, owner, maintained_by, geom) "
                "VALUES ('NEW', :name, :norm, 4, 'ville', 'ville', ST_GeomFromText(:line, 4326))"
            ),
            {"name": name, "norm": norm, "line": line},
        )
    try:
        assert labels(search(town, "rue des goelands")) == [name]
    finally:
        with town.session() as session:
            session.execute(text("DELETE FROM street_segment WHERE code = 'NEW'"))
    assert labels(search(town, "rue des goelands")) == []


def test_another_name_of_a_street_is_found_too(town: City):
    with town.session() as session:
        session.execute(
            text(
                'UPDATE street_segment SET attributes = \'{"aliases": ["Mill Street"]}\' '
                "WHERE code = 'MOULIN'"
            )
        )
        entries = gazetteer._streets(session)
        session.rollback()
    assert [entry.name for entry in entries if entry.core == ("mill",)] == ["rue du Moulin"]
