"""Cases on the map: counted exactly while others write, and nobody sees more than they may."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import text

from tests.support import city as cities
from tests.support import mvt
from tests.support.city import City
from tests.tracker.maps.test_tiles import address_of, tile_at
from tracker.db import transaction
from tracker.maps import cases, kept

ZOOMS = range(9, 19)


def shown(town: City, z: int, *, by: str = "citizen", query: str = "") -> list[mvt.Feature]:
    kept.shelf.clear()
    caller = town.caller(by)
    answer = caller.client.get(address_of("cases", 300, 502, z) + query, headers=caller.headers)
    assert answer.status_code == 200, answer.text
    return mvt.read(answer.data).get("case", [])


def total(features: list[mvt.Feature]) -> int:
    return sum(int(each.properties.get("n", 1)) for each in features)


def counted(town: City) -> dict[int, int]:
    """Return how many cases the counts and what is pending give, by zoom."""
    both = """
        SELECT z, sum(n) FROM (
            SELECT z, n FROM case_cell
            UNION ALL SELECT z, n FROM case_cell_change, generate_series(9, 16) z) t
        GROUP BY z"""
    with town.session() as session:
        return {row[0]: int(row[1]) for row in session.execute(text(both))}


def test_a_case_is_a_point_with_its_shape_and_never_its_words(town: City):
    told = town.report()
    (found,) = shown(town, 14)
    assert found.properties == {
        "number": told["case"]["number"],
        "tone": "received",
        "code": "VOI-NID",
        "open": True,
        "late": False,
    }


def test_a_case_shows_where_it_is_at_every_zoom(town: City):
    town.report()
    lon, lat = cities.at(300, 502)
    for z in ZOOMS:
        (found,) = shown(town, z)
        _, column, _ = tile_at(300, 502, z)
        east = (lon + 180) / 360 * 2**z - column
        assert found.point[0] == pytest.approx(east * 4096, abs=1.5)
    assert lat > 0


def test_many_cases_are_counted_and_the_sum_is_right_at_every_zoom(town: City, monkeypatch):
    monkeypatch.setattr(cases, "MOST_POINTS", 5)
    cases.statement.cache_clear()
    random = Random(1)
    for _ in range(30):
        town.report(location=cities.pin(random.uniform(250, 350), 502))
    for z in range(9, 15):
        features = shown(town, z)
        assert total(features) == 30, z
        assert all("number" not in each.properties for each in features)
    cases.statement.cache_clear()


@pytest.mark.parametrize("is_folded", [False, True])
def test_counts_follow_every_change_of_a_case(town: City, is_folded):
    def look() -> tuple[set[int], int, int]:
        if is_folded:
            with town.session() as session:
                cases.fold(session)
        return set(counted(town).values()), total(shown(town, 12)), total(shown(town, 12, query="?show=all"))

    first = town.report()
    second = town.report(location=cities.pin(700, 502))
    assert look() == ({2}, 2, 2)
    merged = town.caller("dispatcher").post(
        f"/cases/{second['case']['number']}/merge", {"into": first["case"]["number"]}
    )
    assert look() == ({1}, 1, 1)
    town.caller("dispatcher").post(f"/links/{merged.json['id']}/undo", {})
    assert look() == ({2}, 2, 2)
    with town.place.owner.begin() as connection:
        connection.execute(text('SET LOCAL search_path = j_lac, public; UPDATE "case" SET is_open = false'))
    assert look() == ({2}, 0, 2)


def test_folding_while_others_write_loses_nothing(town: City):
    def write(serial: int) -> None:
        town.app.test_client().post(
            "/api/v1/reports",
            json=cities.sample("field_work") | {"location": cities.pin(100 + 8 * serial, 502)},
        )

    def fold(_: int) -> None:
        with transaction(town.place.app, town.code) as session:
            cases.fold(session)

    town.report()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda job: job[0](job[1]), [(write, n) if n % 2 else (fold, n) for n in range(60)]))
    with town.session() as session:
        rows = session.execute(text('SELECT count(*) FROM "case" WHERE parent_id IS NULL')).scalar_one()
    assert rows > 10
    assert set(counted(town).values()) == {rows}


def test_the_pulse_changes_with_every_commit_and_not_without(town: City):
    def pulse() -> str:
        with town.session() as session:
            return cases.pulse(session)

    before = pulse()
    assert pulse() == before
    town.report()
    assert (after := pulse()) != before
    with town.session() as session:
        cases.fold(session)
    assert pulse() != after


def test_a_transaction_that_began_earlier_and_commits_later_is_seen(town: City):
    """What an instant of change would miss: the later commit has the earlier time."""
    town.report()
    with transaction(town.place.app, town.code) as slow:
        slow.execute(text("UPDATE \"case\" SET updated_at = now() - interval '1 hour'"))
        with town.session() as session:
            before = cases.pulse(session)
    with town.session() as session:
        assert cases.pulse(session) != before


def test_an_unchanged_tile_costs_no_drawing(town: City):
    town.report()
    client, address = town.app.test_client(), address_of("cases", 300, 502, 14)
    first = client.get(address)
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    town.report(location=cities.pin(700, 502))
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_what_is_late_changes_shape_without_any_change_of_the_case(town: City):
    town.report()
    assert shown(town, 14)[0].properties["late"] is False
    town.clock.now += timedelta(days=60)
    assert shown(town, 14)[0].properties["late"] is True


class TestRights:
    """The public sees what any passer-by can; staff more; a crew its own; the clerk the court's files."""

    def test_private_services_are_nowhere_on_the_public_map(self, town: City):
        town.report("inspection", location=cities.pin(300, 502))
        for z in ZOOMS:
            assert shown(town, z) == []
            assert shown(town, z, query="?show=all&group=NUI") == []
        assert total(shown(town, 14, by="dispatcher")) == 1

    def test_a_crew_sees_its_own_cases_only(self, town: City):
        number = town.report()["case"]["number"]
        assert total(shown(town, 14, by="crew")) == 1  # triage had E1 in mind
        with town.place.owner.begin() as connection:
            connection.execute(
                text('SET LOCAL search_path = j_lac, public; UPDATE "case" SET crew_id = NULL')
            )
        assert shown(town, 14, by="crew") == []
        assert shown(town, 9, by="crew") == []
        assert {each.properties["number"] for each in shown(town, 14, by="dispatcher")} == {number}

    def test_the_courts_files_are_the_clerks_alone(self, town: City):
        town.report()
        with town.place.owner.begin() as connection:
            connection.execute(
                text(
                    "SET LOCAL search_path = j_lac, public; "
                    "UPDATE \"case\" SET workflow = 'contestation', workflow_version = 1"
                )
            )
        for z in (9, 14, 18):
            assert total(shown(town, z, by="clerk")) == 1
            for role in ("citizen", "agent", "dispatcher", "supervisor", "admin", "inspector"):
                assert shown(town, z, by=role) == [], role

    def test_what_staff_sees_is_kept_by_nobody_in_between(self, town: City):
        town.report("inspection", location=cities.pin(300, 502))
        caller, address = town.caller("dispatcher"), address_of("cases", 300, 502, 14)
        staff = caller.client.get(address, headers=caller.headers)
        assert "private" in staff.headers["Cache-Control"]
        assert {"Cookie", "Authorization"} <= set(staff.headers["Vary"].split(", "))
        public = town.app.test_client().get(address, headers={"If-None-Match": staff.headers["ETag"]})
        assert public.status_code == 200
        assert mvt.read(public.data) == {}


def test_a_group_narrows_and_one_that_is_none_is_refused(town: City):
    town.report()
    assert total(shown(town, 12, query="?group=VOI")) == 1
    assert shown(town, 12, query="?group=ECL") == []
    answer = town.app.test_client().get(address_of("cases", 300, 502, 12) + "?group=ZZZ")
    assert answer.status_code == 422
