"""Every scenario of the bench runs: on a small town, for a moment. What it measures is not looked at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import text

from tests.bench import (
    assigning,
    blocks,
    capture,
    crowding,
    following,
    growing,
    inside,
    listing,
    moving,
    place,
    reading,
    report,
    serving,
    submitting,
    tiling,
)
from tests.bench.bench import Bench
from tests.bench.blocks import Goal, Plan, Result
from tests.bench.capture import Sent, Substitutes
from tests.bench.place import Size
from tests.support.database import Database
from tracker import db
from tracker.maps import cases

MOMENT = Plan(rounds=1, seconds=0.2, clients=3, warm_s=0.1)


@pytest.fixture(scope="module")
def bench(database_server: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder: Path = tmp_path_factory.mktemp("bench")
    size = Size(city="xs", cases=200)
    with (
        place.opened(database_server, size, name="vigie_bench_smoke") as town,
        inside.opened(town, folder) as here,
        serving.running(town, folder, workers=1) as server,
    ):
        yield Bench(place=town, server=server, inside=here, plan=MOMENT, folder=folder, is_quick=True)


@pytest.mark.parametrize(
    ("measure", "most"),
    [(submitting.measure, 8), (reading.measure_staff, 6), (reading.measure_public, 6), (moving.measure, 10)],
)
def test_a_scenario_compares_answers_with_the_database_at_the_same_statements(bench, measure, most):
    result = measure(bench)
    assert result.requests >= 3
    assert 0 < result.statements <= most
    assert len(result.ceilings) == 2
    assert result.ratio > 0


def test_every_list_is_answered_with_few_statements(bench):
    results: list[Any] = listing.measure(bench)
    assert {result.clients for result in results} == {1, 4}
    assert all(result.statements <= 6 for result in results)


def test_every_zoom_is_measured_beside_its_own_statement(bench):
    results: list[Any] = tiling.measure(bench)
    names = [result.name for result in results]
    assert {f"tile base z{z}" for z in range(9, 17)} | {f"tile cases z{z}" for z in range(9, 19)} <= set(
        names
    )
    assert all(result.ratio > 0 for result in results if "unchanged" not in result.name)
    assert [result.statements for result in results if "unchanged" in result.name] == [1, 2]


def test_the_question_is_asked_in_turns_in_a_town_and_in_a_city_ten_times_as_large(bench):
    town, _, city, bare = crowding.measure(bench)
    assert (town.name, city.name) == (
        "ask for duplicates, among 200 open cases",
        "ask for duplicates, among 2,000 open cases",
    )
    assert city.requests >= 1
    assert (city.statements or 99) <= 6
    assert (bare.p50_ms or 0) > 0
    assert (city.p50_ms or 0) > (bare.p50_ms or 0)


def test_a_town_that_was_multiplied_lacks_nothing(database_server):
    schema = text("""
        SELECT indexdef FROM pg_indexes WHERE tablename = 'case'
        UNION ALL SELECT CAST(tgname AS text) || CAST(tgenabled AS text)
        FROM pg_trigger WHERE tgrelid = '"case"'::regclass ORDER BY 1
    """)
    size = Size(city="xs", cases=200)
    with place.opened(database_server, size, name="vigie_bench_multiplied") as town:
        with db.transaction(town.app, place.CODE) as session:
            before = session.scalars(schema).all()
        assert (
            growing.multiply(town, 2, "ST_Translate(geom, k, 0)", "ST_Translate(public_geom, k, 0)", print)
            == 600
        )
        with db.transaction(town.app, place.CODE) as session:
            assert session.scalars(schema).all() == before
            cases.fold(session)
            assert session.scalar(text("SELECT sum(n) FROM case_cell WHERE z = 16")) == 600


def test_points_get_the_same_districts_either_way(bench):
    for result in assigning.measure(bench):
        assert result.requests == assigning.QUICK_POINTS
        assert (result.ratio or 0) > 0


def test_facts_are_followed_and_timers_fired_beside_bare_loops(bench):
    followed, fired = following.measure(bench)
    assert followed.requests == 300
    assert fired.requests >= 10
    assert (followed.ratio or 0) > 0


def test_a_list_that_misses_its_goal_says_so():
    slow = Result(name="list", goal=Goal(p95_ms=50.0, statements=6), p95_ms=51.0, statements=7, per_s=20.0)
    assert slow.misses == ["p95_ms", "statements"]


def test_ceilings_apart_make_a_measure_noisy():
    result = Result(name="submit", ceilings=[1000.0, 1100.0, 1200.0], ratios=[0.3], per_s=300.0)
    assert result.is_noisy
    console = Console(record=True, width=150, quiet=True)
    report.show([result], console)


def test_percentiles_are_of_the_nearest_rank():
    assert blocks.percentile_ms([0.001 * each for each in range(1, 101)], 0.95) == pytest.approx(96.0)


def test_a_recorded_statement_becomes_one_of_pgbench_with_other_values():
    sent = [
        Sent(
            query="SELECT id FROM t WHERE n = %(n)s AND x < 3%%2",
            values={"n": "VB-7"},
            row={"id": "a" * 20},
        ),
        Sent(query="UPDATE t SET seq = %(seq)s WHERE id = %(id)s", values={"seq": 4, "id": "a" * 20}, row={}),
    ]
    script = capture.script(sent, Substitutes(values={"VB-7": "('VB-' || :i)"}, names={"seq": ":i + 1"}))
    assert script.splitlines() == [
        "BEGIN;",
        "SELECT id FROM t WHERE n = ('VB-' || :i) AND x < 3%2 \\gset r0_",
        "UPDATE t SET seq = :i + 1 WHERE id = :r0_id;",
        "COMMIT;",
    ]
