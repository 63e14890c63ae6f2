"""Whose a place is: lots, estates, streets shared with a neighbour, shores, and what is not sure."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import NormalDist

import numpy as np
import pytest
import shapely
from geoalchemy2.shape import from_shape
from shapely.geometry import LineString, MultiPolygon, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text

from tests.support import city
from tests.support.city import City
from tracker.places import ground as grounds
from tracker.places import territory
from tracker.places.models import SRID, Parcel, StreetSegment, ThirdParty
from tracker.places.point import Point


def laid(shape: BaseGeometry):
    placed = shapely.transform(shape, lambda xy: np.array([city.at(x, y) for x, y in xy]))
    return from_shape(placed, srid=SRID)


def area(west: float, south: float, east: float, north: float):
    return laid(MultiPolygon([box(west, south, east, north)]))


def street(code: str, *ends: tuple[float, float], **facts):
    said = {"owner": "ville", "maintained_by": "ville", "district_code": None, "agreement": {}} | facts
    return StreetSegment(
        code=code,
        name=f"rue {code}",
        name_norm=f"rue {code.lower()}",
        class_=4,
        geom=laid(LineString(ends)),
        **said,
    )


@pytest.fixture
def shared(town: City) -> Iterator[City]:
    """The town with lots, a school's ground, a railway, and streets that it shares with Amont."""
    with town.session() as session:
        session.add_all(
            [
                Parcel(code="1", owner="private", geom=area(600, 600, 640, 640)),
                Parcel(code="2", owner="ville", geom=area(640, 600, 680, 640)),
                Parcel(code="3", owner="hydro", geom=area(680, 600, 720, 640)),
                ThirdParty(
                    code="ecole", kind="owner", name_fr="Centre de services scolaire",
                    name_en="School service centre",
                    phone="450 555-0155", geom=area(700, 700, 800, 800),
                ),
                ThirdParty(
                    code="voie", kind="water", name_fr="Voie maritime", name_en="Seaway",
                    phone="450 555-0177", geom=area(2400, 650, 2900, 950),
                ),
                # The border is x = 3000: a street on it, done partly by the neighbour, and one just beyond.
                street("FRONTIERE", (3000, 550), (3000, 1000), district_code="3",
                       agreement={"snow": "amont", "light": "amont", "road": "ville"}),
                street("AMONT", (3012, 0), (3012, 300), owner="amont", maintained_by="amont"),
                street("SEUL", (3010, 320), (3010, 440)),
                street("LIGNE", (2000, 600), (2000, 900), district_code="3"),
                street("PONT", (2400, 700), (2900, 700), district_code="3"),
            ]
        )  # fmt: skip
    yield town
    with town.place.owner.begin() as connection:
        connection.execute(text(f"SET LOCAL search_path = j_{town.code}, public"))
        connection.execute(text("DELETE FROM parcel"))
        connection.execute(text("DELETE FROM third_party WHERE code IN ('ecole', 'voie')"))
        connection.execute(
            text("DELETE FROM street_segment WHERE code IN ('FRONTIERE', 'AMONT', 'SEUL', 'LIGNE', 'PONT')")
        )


def send(town: City, x: float, y: float, service: str = "VOI-NID", *, language: str = "fr", **more):
    report = {"service_code": service, "answers": town.answers(service), "location": city.pin(x, y, **more)}
    return town.caller(language=language).post("/reports", report).json


def refused(answer) -> str:
    return str(answer.get("type", "")).removeprefix("/problems/")


def test_work_on_a_private_lot_is_refused_with_advice_in_the_readers_language(shared: City):
    told = send(shared, 620, 620, "PRO-DEP")
    assert (refused(told), told["title"]) == ("private-lot", "Terrain privé")
    assert "NUI-TER" in told["services"]
    assert send(shared, 620, 620, "PRO-DEP", language="en")["title"] == "Private lot"


def test_an_inspection_or_an_emergency_on_a_private_lot_is_taken(shared: City):
    for service in ("NUI-TER", "ARB-DAN", "ARB-TOM", "AQU-FUI"):
        assert "number" in send(shared, 620, 620, service), service


def test_whoever_may_stand_in_the_street_is_not_sent_away(shared: City):
    # Two metres inside the lot, known to five: the pin may as well be on the pavement.
    assert "number" in send(shared, 602, 620, "PRO-DEP", accuracy_m=5)
    assert refused(send(shared, 608, 620, "PRO-DEP", accuracy_m=5)) == "private-lot"


def test_the_citys_own_lots_are_the_citys_and_a_utilitys_its_own(shared: City):
    assert "number" in send(shared, 660, 620, "PRO-DEP")
    told = send(shared, 700, 620, "PRO-DEP")
    assert (refused(told), told["what"], told["contact"]["phone"]) == ("not-ours", "ground", "1 800 790-2424")


def test_the_grounds_of_a_school_have_their_own_door(shared: City):
    told = send(shared, 750, 750, "PRO-DEP")
    assert (refused(told), told["contact"]["name"]) == ("not-ours", "Centre de services scolaire")
    assert send(shared, 750, 750, "PRO-DEP", language="en")["contact"]["name"] == "School service centre"


def test_each_work_on_a_shared_street_goes_to_who_does_it(shared: City):
    assert send(shared, 2998, 800, "VOI-NID")["case"]["district"]["code"] == "3"
    for service in ("DEN-RUE", "ECL-PAN"):
        told = send(shared, 2998, 800, service)
        assert (refused(told), told["contact"]["code"]) == ("not-ours", "amont"), service


def test_just_outside_on_a_street_of_ours_is_ours_and_on_the_neighbours_is_not(shared: City):
    assert send(shared, 3009, 380)["case"]["district"]["code"] == "3"
    told = send(shared, 3011, 200)
    assert (refused(told), told["contact"]["code"]) == ("outside-territory", "amont")


def test_a_street_along_a_boundary_is_one_districts_for_services_of_the_street(shared: City):
    assert send(shared, 1997, 700, "VOI-NID")["case"]["district"]["code"] == "3"
    assert send(shared, 1997, 700, "PRO-GRA")["case"]["district"]["code"] == "2"


def test_in_the_water_near_the_bank_is_brought_ashore(shared: City):
    told = send(shared, 2410, 850, "PRO-GRA")["location"]
    lon, _ = city.at(2400, 850)
    assert told["lon"] == pytest.approx(lon, abs=2e-7)
    assert told["accuracy_m"] == pytest.approx(10, abs=0.5)
    assert told["candidates"]["moved_from"] == [pytest.approx(each, abs=1e-9) for each in city.at(2410, 850)]


def test_far_out_in_the_water_its_master_is_told_and_on_a_bridge_it_is_a_street(shared: City):
    told = send(shared, 2650, 850)
    assert (refused(told), told["contact"]["phone"]) == ("in-water", "450 555-0177")
    assert send(shared, 2650, 702)["location"]["segment"]["name"] == "rue PONT"


def test_a_point_within_its_accuracy_of_a_boundary_keeps_both_candidates(shared: City):
    told = send(shared, 1010, 640, "PRO-GRA", accuracy_m=20)
    assert told["case"]["district"]["code"] == "2"
    [first, second] = told["location"]["candidates"]["districts"]
    assert (first["code"], second["code"]) == ("2", "1")
    assert first["p"] == pytest.approx(NormalDist().cdf(10 / 20), abs=0.01)
    with shared.session() as session:
        kept = session.execute(
            text("SELECT placement FROM report ORDER BY received_at DESC, number DESC LIMIT 1")
        )
        assert kept.scalar_one() == told["location"]["candidates"]


def test_a_dispatcher_reads_where_else_a_report_may_be(shared: City):
    number = send(shared, 1010, 640, "PRO-GRA", accuracy_m=20)["case"]["number"]
    sure = send(shared, 300, 502)["case"]["number"]
    border = send(shared, 2990, 600, "PRO-GRA", accuracy_m=20)["case"]["number"]
    for language, elsewhere in (("fr", "Amont"), ("en", "Amont")):
        caller = shared.caller("dispatcher", language=language)
        [report] = caller.get(f"/cases/{number}").json["reports"]
        told = [(each["kind"], each["code"]) for each in report["candidates"]]
        assert told == [("district", "2"), ("district", "1")]
        assert "placement" not in report
        assert caller.get(f"/cases/{sure}").json["reports"][0]["candidates"] == []
        [other] = caller.get(f"/cases/{border}").json["reports"][0]["candidates"][1:]
        assert (other["kind"], other["code"]) == ("territory", "amont")
        assert elsewhere in other["name"]


def test_many_points_have_the_odds_that_each_has_alone(shared: City):
    spots = [(1010, 640), (300, 502), (2990, 600), (1000, 640), (1500, 205)]
    points = [
        Point(lon=lon, lat=lat, accuracy_m=20.0, method="pin")
        for lon, lat in (city.at(x, y) for x, y in spots)
    ]
    with shared.session() as session:
        ground = grounds.current(session)
        alone = [
            territory.odds_of(ground, each, ground.districts.find(each.lon, each.lat).edge_m)
            for each in points
        ]
        assert territory.odds_of_many(ground, [*points[:2], None, *points[2:]]) == [
            *alone[:2],
            None,
            *alone[2:],
        ]
    assert [each is None for each in alone] == [False, True, False, False, True]


def test_between_the_city_and_a_neighbour_both_are_kept(shared: City):
    told = send(shared, 2990, 600, "PRO-GRA", accuracy_m=20)["location"]["candidates"]
    shares = {each["code"]: each["p"] for each in told["territory"]}
    inside = NormalDist().cdf(10 / 20)
    assert shares == {"ville": pytest.approx(inside, abs=0.01), "amont": pytest.approx(1 - inside, abs=0.01)}
    refusal = send(shared, 3025, 470, accuracy_m=20)
    assert refused(refusal) == "outside-territory"
    assert refusal["ours"] == pytest.approx(NormalDist().cdf(-25 / 20), abs=0.02)
    assert "position est imprécise" in refusal["detail"]
    assert "imprécise" not in send(shared, 3500, 500, accuracy_m=20)["detail"]


def test_a_point_clear_of_every_boundary_keeps_nothing_more(shared: City):
    assert send(shared, 300, 502)["location"]["candidates"] == {}
    with shared.session() as session:
        assert (
            session.execute(text("SELECT count(*) FROM report WHERE placement IS NOT NULL")).scalar_one() == 0
        )


def test_a_point_is_described_with_its_lot_its_candidates_and_whom_to_call(shared: City):
    def at(x: float, y: float, accuracy_m: float = 5.0):
        lon, lat = city.at(x, y)
        return shared.caller().get(f"/places/reverse?lon={lon}&lat={lat}&accuracy_m={accuracy_m}").json

    assert at(620, 620)["lot"] == "private"
    assert at(750, 750)["contact"]["code"] == "ecole"
    assert [each["code"] for each in at(1003, 640)["candidates"]["districts"]] == ["2", "1"]
    assert at(300, 502)["candidates"] == {}
    assert at(1500, 205)["contact"]["code"] == "mtmd"


def test_refusals_are_counted_by_reason(shared: City):
    for where in ((620, 620), (750, 750), (2650, 850)):
        send(shared, *where, "PRO-DEP" if where[0] < 1000 else "VOI-NID")
    with shared.session() as session:
        rows = session.execute(text("SELECT reason, third_party_code FROM refusal ORDER BY reason")).all()
    assert [tuple(row) for row in rows] == [
        ("in_water", "voie"),
        ("not_ours", "ecole"),
        ("private_lot", None),
    ]
