"""Versions of the districts over HTTP: who may look, who may decide, what is told."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import text

from tests.support import city
from tests.support.city import City
from tests.support.ground import LAT_M, LON_M


@pytest.fixture
def draft(town: City):
    """A version in which district 2 has given its west, 200 m, to district 1."""
    with town.session() as session:
        set_id = session.execute(
            text(
                "INSERT INTO boundary_set (name, source, fingerprint, valid_from, status) "
                "VALUES ('2027', '2027.gpkg', '2027', :day, 'draft') RETURNING id"
            ),
            {"day": date(2026, 5, 4)},
        ).scalar_one()
        for code, west, east in (("1", 0, 1200), ("2", 1200, 2000), ("3", 2000, 3000)):
            values = {
                "set": set_id,
                "code": code,
                "west": west / LON_M,
                "east": east / LON_M,
                "north": 1000 / LAT_M,
            }
            session.execute(
                text(
                    "INSERT INTO district (boundary_set_id, code, name, geom) VALUES (:set, :code, :code, "
                    "ST_Multi(ST_Translate(ST_MakeEnvelope(:west, 0, :east, :north, 4326), -74.13, 45.25)))"
                ),
                values | {"north": 1000 / LAT_M},
            )
    yield set_id
    with town.place.owner.begin() as connection:
        connection.execute(text(f"SET LOCAL search_path = j_{town.code}, public"))
        connection.execute(text('UPDATE "case" SET district_id = NULL, boundary_set_id = NULL'))
        connection.execute(text("DELETE FROM boundary_set WHERE name = '2027'"))
        connection.execute(
            text("UPDATE boundary_set SET status = 'active', retired_at = NULL, activated_at = NULL")
        )


def report(town: City, x: float) -> str:
    """Report graffiti, which belongs to the ground and not to the street."""
    said = {"service_code": "PRO-GRA", "answers": town.answers("PRO-GRA"), "location": city.pin(x, 300)}
    return str(town.caller().post("/reports", said).json["case"]["number"])


def district(town: City, number: str) -> str:
    return str(town.caller("agent").get(f"/cases/{number}").json["district"]["code"])


def test_a_dispatcher_looks_and_a_supervisor_decides(town: City, draft: int):
    moved, kept = report(town, 1100), report(town, 1500)
    dispatcher, supervisor = town.caller("dispatcher"), town.caller("supervisor")

    sets = dispatcher.get("/boundary-sets").json["boundary_sets"]
    assert [(each["status"], each["districts"]) for each in sets] == [("active", 3), ("draft", 3)]
    told = dispatcher.get(f"/boundary-sets/{draft}/comparison").json
    assert (told["moved"], told["outside"]) == (1, 0)
    assert [(f["properties"]["from"], f["properties"]["to"]) for f in told["ground"]["features"]] == [
        ("2", "1")
    ]
    assert told["ground"]["features"][0]["properties"]["area_m2"] == pytest.approx(200_000, rel=0.01)
    assert dispatcher.post(f"/boundary-sets/{draft}/activation").status_code == 403

    assert supervisor.post(f"/boundary-sets/{draft}/activation").json == {
        "placed": 2,
        "moved": 1,
        "rechosen": 0,
    }
    assert (district(town, moved), district(town, kept)) == ("1", "2")
    assert report(town, 1100) != moved
    events = town.caller("agent").get(f"/cases/{moved}/history").json["events"]
    assert events[-1]["label"] == "Changé de district"
    assert supervisor.post(f"/boundary-sets/{draft}/activation").json == {
        "placed": 0,
        "moved": 0,
        "rechosen": 0,
    }


def test_the_index_in_the_process_follows_at_once(town: City, draft: int):
    assert district(town, report(town, 1100)) == "2"
    town.caller("admin").post(f"/boundary-sets/{draft}/activation")
    assert district(town, report(town, 1105)) == "1"


@pytest.mark.parametrize(
    "path", ["/boundary-sets/999999/comparison", f"/boundary-sets/{2**63 - 1}/comparison"]
)
def test_a_version_that_is_none_is_not_found(town: City, path: str):
    answer = town.caller("admin").get(path)
    assert (answer.status_code, answer.json["type"]) == (404, "/problems/boundary-set-not-found")
    assert town.caller().get("/boundary-sets").status_code == 401
