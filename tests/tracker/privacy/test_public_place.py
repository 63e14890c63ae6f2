"""No public face tells where a home is, not even by differences; the staff sees it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from math import asinh, floor, pi, radians, tan
from typing import Any

import pytest
from sqlalchemy import text

from tests.support import city as cities
from tests.support import deeds, mvt, pictures
from tests.support.city import City
from tracker.maps import kept

DOOR = (312.0, 515.0)
MIDDLE = (500.0, 500.0)  # of rue du Moulin, the nearest segment longer than 45 m
HOME = "DEC-OUB"


@pytest.fixture
def published(town: City) -> Iterator[City]:
    """The town, which puts missed collections on its public map."""

    def publish(wanted: bool) -> None:
        with town.place.owner.begin() as connection:
            connection.execute(text(f"SET LOCAL search_path = j_{town.code}"))
            connection.execute(
                text("UPDATE service SET definition = definition || jsonb_build_object('public_map', :on) "
                     "WHERE code = :code AND active"), {"on": wanted, "code": HOME},
            )  # fmt: skip

    publish(True)
    yield town
    publish(False)


def at_home(town: City, door: tuple[float, float] = DOOR, **more: Any) -> dict[str, Any]:
    place = cities.pin(*door, address="30, rue du Moulin")
    return town.report(service_code=HOME, answers=town.answers(HOME), location=place, **more)


def faces(town: City, number: str) -> dict[str, Any]:
    """Return everything the public can be shown of cases, address by address."""
    kept.shelf.clear()
    anyone = town.caller()
    lon, lat = cities.at(*DOOR)
    places = [cities.at(x, y) for x, y in (DOOR, MIDDLE, (300, 502), (700, 480))]
    told: dict[str, Any] = {}
    for x, y in places:
        for radius in (10, 25, 60, 150, 400):
            told[f"nearby {x} {radius}"] = anyone.get(f"/nearby?lon={x}&lat={y}&radius_m={radius}").json[
                "cases"
            ]
    for z in (12, 14, 16, 17, 18):
        column, row = mvt_tile(lon, lat, z)
        for dx in (-1, 0, 1):
            for dy in (-1, 0, 1):
                path = f"!/tiles/cases/{z}/{column + dx}/{row + dy}.mvt"
                told[f"tile {z} {dx} {dy}"] = anyone.get(path).data
    told["density"] = anyone.get(f"/density?service={HOME}").json
    told["page"] = anyone.get(f"!/signalements/{number}").text
    told["map"] = anyone.get("!/carte").text
    asked = {"service_code": HOME, "answers": town.answers(HOME)}
    for x, y in places:
        told[f"duplicates {x}"] = anyone.post("/duplicates", asked | {"location": {"lon": x, "lat": y}}).json[
            "duplicates"
        ]
    return told


def mvt_tile(lon: float, lat: float, z: int) -> tuple[int, int]:
    n = 2**z
    return floor((lon + 180) / 360 * n), floor((1 - asinh(tan(radians(lat))) / pi) / 2 * n)


def same_for_the_public(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    return [name for name in one if strip(one[name]) != strip(other[name])]


def strip(value: Any) -> Any:
    """Leave out what two reports differ in anyway: their numbers and identifiers."""
    text_of = value if isinstance(value, str) else repr(value)
    return re.sub(r"LC-2026-\d{5}|[0-9a-f-]{36}|nonce-[^'\"]+|LC%2D2026%2D\d+", "#", text_of)


def test_every_public_face_tells_the_same_wherever_on_the_street_the_home_is(published: City):
    """The differencing test: two homes of one street, one at a time; nothing the public sees differs."""
    number = at_home(published)["number"]
    first = faces(published, number)
    cities.wipe(published)
    with published.place.owner.begin() as connection:  # the same numbers for both
        connection.execute(
            text(f"ALTER SEQUENCE j_{published.code}.number_seq RESTART WITH {int(number[-5:])}")
        )
    assert at_home(published, (760.0, 488.0))["number"] == number
    assert same_for_the_public(first, faces(published, number)) == []


def test_the_public_is_shown_the_middle_of_the_street_and_its_name(published: City):
    at_home(published)
    lon, lat = cities.at(*MIDDLE)
    (shown,) = published.caller().get(f"/nearby?lon={lon}&lat={lat}&radius_m=20").json["cases"]
    assert (round(shown["lon"], 6), round(shown["lat"], 6)) == (round(lon, 6), round(lat, 6))
    assert shown["place"] == "rue du Moulin"
    door = cities.at(*DOOR)
    assert published.caller().get(f"/nearby?lon={door[0]}&lat={door[1]}&radius_m=30").json["cases"] == []


def test_the_staff_sees_the_door(published: City):
    number = at_home(published)["number"]
    told = deeds.case(published, number)
    lon, lat = cities.at(*DOOR)
    assert (round(told["lon"], 6), round(told["lat"], 6)) == (round(lon, 6), round(lat, 6))
    assert told["place"] == "30, rue du Moulin"


def test_the_true_point_is_in_no_public_answer(published: City):
    number = at_home(published)["number"]
    lon, lat = cities.at(*DOOR)
    marks = (f"{lon:.5f}", f"{lat:.5f}", "30, rue")
    told = faces(published, number)
    assert [name for name, value in told.items() if any(mark in str(value) for mark in marks)] == []
    assert mvt.read(told["tile 18 0 0"]).get("case", []) == []


def test_a_catalogue_says_whether_homes_are_on_the_map_and_ours_keeps_them_off(town: City):
    at_home(town)
    lon, lat = cities.at(*MIDDLE)
    assert town.caller().get(f"/nearby?lon={lon}&lat={lat}&radius_m=500").json["cases"] == []


def test_where_there_is_no_street_to_show_nothing_is_shown(published: City):
    number = at_home(published)["number"]
    with published.place.owner.begin() as connection:
        connection.execute(text(f"SET LOCAL search_path = j_{published.code}, public"))
        connection.execute(text('UPDATE "case" SET geom = ST_Translate(geom, 0, 1)'))
        row = connection.execute(
            text('SELECT is_public, public_geom FROM "case" WHERE number = :n'), {"n": number}
        ).one()
    assert (row.is_public, row.public_geom) == (False, None)


def test_somebody_who_joins_a_case_of_a_home_reads_their_own_place(published: City):
    first = at_home(published)
    other = at_home(published, (330.0, 515.0), case_number=first["number"])
    told = deeds.follow(published, other)["case"]
    lon, lat = cities.at(330.0, 515.0)
    assert (round(told["lon"], 6), round(told["lat"], 6)) == (round(lon, 6), round(lat, 6))


def test_the_public_never_sees_the_photos_of_a_home(published: City):
    place = cities.pin(*DOOR, address="30, rue du Moulin")
    given = {"service_code": HOME, "answers": published.answers(HOME), "location": place}
    photos = [("p.jpg", pictures.taken_at())]
    sent = published.caller().post_form("/reports", {"report": given}, photos).json
    assert published.caller().get(f"/photos/{sent['photos'][0]['id']}").status_code == 404
    assert published.caller("agent").get(f"/photos/{sent['photos'][0]['id']}").status_code == 200


def test_a_neighbours_report_does_not_move_what_the_public_sees(published: City):
    first = at_home(published)
    lon, lat = cities.at(*MIDDLE)
    ask = f"/nearby?lon={lon}&lat={lat}&radius_m=20"
    before = published.caller().get(ask).json["cases"][0]
    at_home(published, (340.0, 515.0), case_number=first["number"])
    after = published.caller().get(ask).json["cases"][0]
    assert (before["lon"], before["lat"]) == (after["lon"], after["lat"])
    assert after["reports_count"] == 2
