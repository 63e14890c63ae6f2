"""The trial judges honestly; the search passes it on the demo city and on a real city's requests."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import Engine

from tests.gis.conftest import REAL
from tests.support import database as databases
from tests.support.city import City
from tests.support.database import Database
from tracker import db
from tracker.demo import building, founding
from tracker.demo.building import Wish
from tracker.demo.window import Window
from tracker.imports import osm
from tracker.jurisdictions import founding as hosting
from tracker.jurisdictions import service as jurisdictions
from tracker.places import comparison, noise, sampling, trial
from tracker.places.comparison import Columns
from tracker.places.sampling import Query, Truth

QUERIES = Path(__file__).parent / "queries"
EXTRACT = REAL / "osm" / "baltimore.osm.pbf"
REQUESTS = REAL / "requests" / "baltimore_311_sample_10k.csv.gz"
# The box that the extract's header gives; streets that cross it run on beyond.
BOX = (-76.6081, 39.2586, -76.5288, 39.3065)


@pytest.fixture(scope="module")
def valbrise(database_server: Database, open_folder: Path) -> Iterator[Engine]:
    """The demo city's ground, without its requests."""
    with databases.clone(database_server, f"{databases.CLONE}{os.getpid()}_names") as database:
        owner, app = db.make_engine(database.owner_url, pool_size=2), db.make_engine(database.app_url)
        site = founding.Site(owner=owner, app=app, app_role=jurisdictions.app_role_of(database.app_url))
        window = Window(first=date(2025, 1, 1), anchor=datetime(2026, 6, 30, 16, 0, tzinfo=UTC))
        building.build(site, Wish(window=window, media=open_folder / "media", size="m", lives=False))
        yield app
        owner.dispose()
        app.dispose()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_queries_of_the_towns_own_places_are_answered(valbrise, language):
    with db.transaction(valbrise, founding.CODE) as session:
        queries = sampling.generate(session, language, 500, seed=311)
        assert queries == sampling.generate(session, language, 500, seed=311)
        judged = trial.judge(session, queries)
    assert {query.kind for query in queries} == {*sampling.SHARES, "ambiguous"}
    whole = trial.summary(judged)[-1]
    assert (whole.kind, whole.count) == ("all", 500)
    assert whole.first >= 0.95
    assert whole.listed >= 0.99


@pytest.mark.parametrize("language", ["fr", "en"])
def test_queries_written_by_hand_are_answered(valbrise, language):
    queries = trial.read(QUERIES / f"hand_{language}.tsv", language)
    assert len(queries) >= 200
    with db.transaction(valbrise, founding.CODE) as session:
        judged = trial.judge(session, queries)
    whole = trial.summary(judged)[-1]
    missed = [(each.query.typed, each.labels) for each in judged if not each.is_first]
    assert whole.first >= 0.95, missed
    assert whole.listed >= 0.99, missed


def test_the_trial_is_written_for_a_spreadsheet(town: City, tmp_path):
    with town.session() as session:
        queries = sampling.generate(session, "fr", 40, seed=1)
        trial.write(tmp_path / "answers.csv", trial.judge(session, queries))
    lines = (tmp_path / "answers.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "language,kind,query,expected,rank,clear,ms,answers"
    assert len(lines) == 41


def judged(town: City, typed: str, *labels: str) -> trial.Judged:
    kind = "ambiguous" if len(labels) > 1 else "address" if labels else "none"
    truths = tuple(Truth(kind="address", label=label) for label in labels)
    with town.session() as session:
        return trial.judge(session, [Query(typed=typed, language="fr", kind=kind, truths=truths)])[0]


def test_a_right_answer_counts_and_a_wrong_one_does_not(town: City):
    right = judged(town, "30 rue du Moulin", "30, rue du Moulin")
    wrong = judged(town, "30 rue du Moulin", "40, rue du Moulin")
    assert (right.is_first, right.is_listed, wrong.is_first, wrong.is_listed) == (True, True, False, False)


def test_an_ambiguous_query_is_right_only_when_it_is_asked_back(town: City):
    both = ("30, rue Principale", "30, avenue Principale")
    assert judged(town, "30 Principale", *both).is_first
    assert not judged(town, "30 rue Principale", *both).is_first  # one was picked
    assert not judged(town, "30 Principale", both[0]).is_first  # asked back without need


def test_a_place_for_a_query_without_one_is_wrong(town: City):
    assert judged(town, "merci").is_first
    assert not judged(town, "30 rue du Moulin").is_first


def test_a_file_without_tabs_is_refused_with_its_line(tmp_path):
    path = tmp_path / "wrong.tsv"
    path.write_text("# mine\n12 rue\t-\nno tab\n", encoding="utf-8")
    with pytest.raises(trial.TrialUnreadable) as told:
        trial.read(path, "fr")
    assert "3" in told.value.in_french


def test_mistakes_come_in_their_shares_and_never_touch_a_number():
    rng = Random(1)
    typed = [noise.mistype("12345 rue de l’Église", rng) for _ in range(4000)]
    assert all(each.startswith("12345 ") for each in typed)
    folded = sum("é" not in each.lower() for each in typed) / len(typed)
    assert 0.32 < folded < 0.42
    assert 0.02 < sum(each.isupper() for each in typed) / len(typed) < 0.045


def test_what_a_file_of_requests_lacks_is_counted_apart(town: City):
    lon, lat = 39, -77
    rows = [
        {"a": "30 rue du Moulin", "x": "-74.126", "y": "45.2546"},
        {"a": "", "x": "-74.126", "y": "45.2546"},
        {"a": "30 rue du Moulin", "x": "", "y": ""},
        {"a": "30 rue du Moulin", "x": str(lat), "y": str(lon)},
        {"a": "30 rue du Moulin", "x": "-70.5", "y": "45.25"},
        {"a": "merci", "x": "-74.126", "y": "45.2546"},
    ]
    with town.session() as session:
        found = comparison.compare(session, rows, Columns(address="a", lon="x", lat="y"))
    assert dict(found.left_out) == {"no address": 1, "no point": 1, "default point": 1, "beyond": 1}
    assert {name: group.count for name, group in found.groups.items()} == {"address": 1, "none": 1}
    assert found.groups["address"].right == 1


@pytest.mark.realdata
@pytest.mark.skipif(not EXTRACT.is_file(), reason="the real cities' files are not here")
def test_a_real_citys_addresses_are_found_on_their_streets(database_server: Database):
    with databases.clone(database_server, f"{databases.CLONE}{os.getpid()}_baltimore") as database:
        owner, app = db.make_engine(database.owner_url, pool_size=2), db.make_engine(database.app_url)
        town = jurisdictions.Town(code="baltimore", name="Baltimore", prefix="BA", hosts=())
        hosting.found(owner, app, town, app_role=jurisdictions.app_role_of(database.app_url))
        with db.transaction(app, "baltimore") as session:
            osm.bring_in(session, EXTRACT, osm.Choice())
        with db.transaction(app, "baltimore") as session:
            columns = Columns(address="Address", lon="Longitude", lat="Latitude")
            found = comparison.compare(session, comparison.read(REQUESTS), columns, box=BOX)
        owner.dispose()
        app.dispose()
    assert found.asked > 1500
    streets, corners = found.groups["street"], found.groups["intersection"]
    assert streets.right / streets.count >= 0.95
    assert corners.right / corners.count >= 0.95
    assert found.groups["none"].count / found.asked <= 0.04
