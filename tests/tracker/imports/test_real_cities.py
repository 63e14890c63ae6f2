"""Four real cities, when their files are at hand: counts, districts against PostGIS, repetition."""

from __future__ import annotations

import csv
import gzip
import os
from itertools import islice
from pathlib import Path

import pytest

from tests.tracker.imports.conftest import Place, Town
from tracker import db
from tracker.imports import mapping_file, runner
from tracker.imports.runner import Result
from tracker.imports.sweeps import Job
from tracker.places import boundaries

DATA = Path(os.environ.get("VIGIE_REAL_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real cities' files are not on this machine")


@pytest.fixture(scope="module")
def cities(place: Place, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Town]:
    """Make one town per city, the American ones with their neighbourhoods."""
    made = {}
    for name, zone in (
        ("boston", "America/New_York"),
        ("baltimore", "America/New_York"),
        ("abroad", "Europe/Berlin"),
    ):
        code = place.found(name=name.title(), prefix=name[:3].upper(), zone=zone, calendar="none")
        made[name] = Town(code=code, app=place.app, folder=tmp_path_factory.mktemp(name))
    for name in ("boston", "baltimore"):
        made[name].squares((DATA / "boundaries" / f"{name}.geojson").read_text(encoding="utf-8"))
    return made


def bring_in(town: Town, mapping: str, file: str, *, lines: int | None = None) -> Result:
    """Import a city's file, or its first lines."""
    path = DATA / "requests" / file
    if lines is not None:
        with gzip.open(path) as whole:
            path = town.folder / f"{mapping}.csv"
            path.write_bytes(b"".join(islice(whole, lines)))
    return runner.run(town.app, town.code, Job(path=path, mapping=mapping_file.load(mapping)))


@pytest.mark.parametrize(
    ("name", "count", "repaired", "file", "outcomes"),
    [
        (
            "boston", 26, 4, "boston_311_2011Q3.csv.gz",
            {"imported": 28_656, "attached": 651, "place_unknown": 2_515, "outside": 6},
        ),
        (
            "baltimore", 278, 2, "baltimore_311_sample_10k.csv.gz",
            {"imported": 8_331, "place_unknown": 1_483, "outside": 186},
        ),
    ],
)  # fmt: skip
def test_a_city_with_districts_is_imported_and_placed_as_postgis_would(
    cities: dict[str, Town], name: str, count: int, repaired: int, file: str, outcomes: dict[str, int]
) -> None:
    town = cities[name]
    assert town.scalar("SELECT count(*) FROM district WHERE ST_IsValid(geom)") == count
    assert len(town.squares((DATA / "boundaries" / f"{name}.geojson").read_text()).repaired) == repaired

    result = bring_in(town, name, file)

    assert {key: value for key, value in result.counts.outcomes.items() if value} == outcomes
    with db.transaction(town.app, town.code) as session:
        assert boundaries.differences(session) == 0
    assert town.scalar('SELECT count(*) FROM "case" WHERE geom IS NOT NULL AND district_id IS NULL') == 0
    assert town.broken_seals() == []

    before = town.digests()
    again = bring_in(town, name, file)
    assert again.counts.outcomes["unchanged"] == result.counts.written
    assert town.digests() == before


def test_bostons_duplicates_hang_where_staff_said(cities: dict[str, Town]) -> None:
    town = cities["boston"]
    if not town.scalar("SELECT count(*) FROM report"):
        bring_in(town, "boston", "boston_311_2011Q3.csv.gz")
    homes = dict(tuple(each) for each in town.rows("SELECT source_id, case_id FROM report"))
    with (DATA / "requests" / "boston_311_2011Q3_duplicates.csv").open(
        encoding="utf-8", newline=""
    ) as stream:
        pairs = [(each["case_enquiry_id"], each["parent_case_enquiry_id"]) for each in csv.DictReader(stream)]

    known = [(child, parent) for child, parent in pairs if child in homes and parent in homes]

    assert len(known) > 600
    assert [(child, parent) for child, parent in known if homes[child] != homes[parent]] == []


@pytest.mark.parametrize(
    ("mapping", "file", "outcomes"),
    [
        (
            "stuttgart", "stuttgart_gelbe_karten_2020_2023.csv.gz",
            {"imported": 5_977, "attached": 20, "place_unknown": 3},
        ),
        ("nyc_2018", "nyc_311_2018-06.csv.gz", {"imported": 891, "attached": 2, "place_unknown": 107}),
        ("nyc_2024", "nyc_311_2024-04.csv.gz", {"imported": 962, "attached": 15, "place_unknown": 23}),
    ],
)  # fmt: skip
def test_a_city_without_districts_is_imported_too(
    cities: dict[str, Town], mapping: str, file: str, outcomes: dict[str, int]
) -> None:
    result = bring_in(cities["abroad"], mapping, file, lines=6_001)

    assert {key: value for key, value in result.counts.outcomes.items() if value} == outcomes
