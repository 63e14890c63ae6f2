"""Two towns on one server: by path, by host or by name, nothing of one is seen in the other."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.support import city as cities
from tests.support import database as databases
from tests.support import pictures, towns
from tests.support.city import City

LAC, RIVE = "/j/lac/api/v1", "/j/rive/api/v1"


@pytest.fixture(scope="module")
def pair(database_server, tmp_path_factory) -> Iterator[City]:
    """The town of the other tests with a twin beside it, « rive »."""
    name = f"{databases.CLONE}{os.getpid()}_pair"
    with (
        databases.clone(database_server, name) as mine,
        cities.opened(mine, tmp_path_factory.mktemp("pair")) as city,
    ):
        cities.found(city.place, "rive", prefix="RV")
        yield City(
            place=city.place,
            app=towns.application(city.place, city.clock),
            clock=city.clock,
            tokens=dict(city.tokens)
            | {"rive": towns.token_for(city.place, "rive", "agent", at=cities.MONDAY)},
        )


def send(pair: City, root: str, **more):
    answer = pair.caller().post(f"{root}/reports", cities.sample("field_work") | more)
    assert answer.status_code == 201, answer.text
    return answer.json


def test_each_counts_its_own_numbers_and_keeps_its_own_cases(pair: City):
    mine, theirs = send(pair, LAC), send(pair, RIVE)
    assert (mine["number"][:2], theirs["number"][:2]) == ("LC", "RV")
    assert theirs["duplicates"] == []
    lists = {
        root: [each["number"] for each in pair.caller(role).get(f"{root}/cases").json["cases"]]
        for root, role in ((LAC, "agent"), (RIVE, "rive"))
    }
    assert mine["number"] in lists[LAC]
    assert lists[RIVE] == [theirs["number"]]
    for root, number in ((LAC, theirs["number"]), (RIVE, mine["number"])):
        role = "agent" if root == LAC else "rive"
        assert pair.caller(role).get(f"{root}/cases/{number}").status_code == 404
        attach = pair.caller().post(f"{root}/reports", cities.sample("field_work") | {"case_number": number})
        assert attach.status_code == 404


def test_links_keep_the_town_they_are_of(pair: City):
    told = send(pair, RIVE)
    assert f"/j/rive/suivi/{told['number']}/" in told["tracking_url"]
    path = f"tracking/{told['number']}/{told['secret']}"
    assert pair.caller().get(f"{RIVE}/{path}").status_code == 200
    assert pair.caller().get(f"{LAC}/{path}").status_code == 404


def test_a_token_opens_one_town(pair: City):
    assert pair.caller("rive").get(f"{RIVE}/cases").status_code == 200
    refused = pair.caller("rive").get(f"{LAC}/cases")
    assert (refused.status_code, refused.json["type"]) == (401, "/problems/token-unknown")


@pytest.mark.parametrize(
    ("path", "host", "prefix"),
    [
        ("!/api/v1/reports", "lac.test", "LC"),
        ("!/api/v1/reports", "rive.test:8311", "RV"),
        ("!/api/v1/reports?jurisdiction_id=rive", "localhost", "RV"),
        (f"{RIVE}/reports", "lac.test", "RV"),
    ],
)
def test_the_town_is_told_by_path_name_or_host(pair: City, path, host, prefix):
    answer = pair.caller().post(path, cities.sample("field_work"), Host=host)
    assert (answer.status_code, answer.json["number"][:2]) == (201, prefix)
    assert answer.json["tracking_url"].startswith(f"http://{host}/")


@pytest.mark.parametrize(
    ("path", "slug"),
    [
        ("!/api/v1/services", "jurisdiction-not-given"),
        ("/j/nulle/api/v1/services", "unknown-jurisdiction"),
        ("!/api/v1/services?jurisdiction_id=%00", "unknown-jurisdiction"),
    ],
)
def test_a_town_that_is_not_told_or_not_here_is_a_404(pair: City, path, slug):
    answer = pair.caller().get(path)
    assert (answer.status_code, answer.json["type"]) == (404, f"/problems/{slug}")


def test_one_key_in_two_towns_is_two_reports(pair: City):
    given = cities.sample("field_work")
    told = [
        pair.caller().post(f"{root}/reports", given, Idempotency_Key="one").json["number"]
        for root in (LAC, RIVE, LAC, RIVE)
    ]
    assert told[0] == told[2]
    assert told[1] == told[3]
    assert told[0][:2] != told[1][:2]


def test_a_photo_is_of_one_town_even_with_its_key(pair: City):
    report = {"report": cities.sample("field_work")}
    answer = pair.caller().post_form(f"{RIVE}/reports", report, [("p.jpg", pictures.taken_at())])
    url = answer.json["photos"][0]["url"]
    assert url.startswith("/j/rive/")
    with pair.caller().get(f"!{url}") as shown:
        assert shown.status_code == 200
    assert pair.caller().get("!" + url.replace("/j/rive/", "/j/lac/")).status_code == 404


def test_a_change_in_one_towns_catalogue_is_seen_at_once_there_only(pair: City):
    def etag(root: str) -> str:
        return pair.caller().get(f"{root}/services").headers["ETag"]

    before = {root: etag(root) for root in (LAC, RIVE)}
    assert pair.caller().get(f"{RIVE}/services", If_None_Match=before[RIVE]).status_code == 304
    with pair.place.owner.begin() as connection:
        connection.exec_driver_sql("UPDATE j_rive.crew SET name = 'Autre nom' WHERE code = 'E1'")
    assert etag(LAC) == before[LAC]
    assert etag(RIVE) != before[RIVE]
    assert send(pair, RIVE)["case"]["crew"]["name"] == "Autre nom"
