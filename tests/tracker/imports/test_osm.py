"""An OpenStreetMap extract in a town: repeated, changed, retired, and whose data it is."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.extracts import Extract, village
from tests.tracker.imports.conftest import Town, row
from tracker import db
from tracker.imports import errors, osm

DATA = Path(os.environ.get("VIGIE_REAL_DATA", Path(__file__).resolve().parents[4] / "shared" / "data"))
TABLES = ("street_segment", "address", "map_feature")


def bring_in(town: Town, extract: Extract | Path, **choice: bool) -> osm.Brought:
    path = extract if isinstance(extract, Path) else extract.written(town.folder / "town.osm.pbf")
    with db.transaction(town.app, town.code) as session:
        return osm.bring_in(session, path, osm.Choice(**choice))


def counted(brought: osm.Brought, table: str = "street_segment") -> tuple[int, ...]:
    found = brought.changes[table]
    return found.new, found.changed, found.unchanged, found.removed, found.retired


def revision(town: Town) -> int:
    with db.transaction(town.app, town.code) as session:
        return db.selected(session).revision


def test_streets_addresses_and_ground_are_brought_in(bare_town):
    brought = bring_in(bare_town, village())
    assert [brought.changes[table].new for table in TABLES] == [5, 4, 5]
    street = bare_town.rows("SELECT * FROM street_segment WHERE code = 'osm-1-2'")[0]
    assert (street.name, street.name_norm, street.owner) == ("Rue Principale", "rue principale", "ville")
    assert street.attributes["aliases"] == ["Main Street", "La Grand-Rue", "201"]
    # Two grid steps each way are 157 m by 222 m, less the island's quarter.
    assert bare_town.scalar("SELECT area_m2 FROM map_feature WHERE kind = 'water'") == pytest.approx(
        26_270, rel=0.01
    )


def test_an_address_is_tied_to_its_street_by_any_of_its_names(bare_town):
    bring_in(bare_town, village())
    found = bare_town.rows(
        "SELECT a.code, s.code FROM address a LEFT JOIN street_segment s ON s.id = a.segment_id ORDER BY 1"
    )
    # The town hall gives its street in English, which the street has as its other name.
    assert [tuple(each) for each in found] == [
        ("osm-n30", "osm-1-2"), ("osm-n31", "osm-1-2"), ("osm-n31-2", "osm-1-2"), ("osm-w15", "osm-2-3"),
    ]  # fmt: skip


def test_the_same_extract_again_writes_nothing_at_all(bare_town):
    bring_in(bare_town, village())
    before, at = bare_town.digests(*TABLES), revision(bare_town)
    again = bring_in(bare_town, village())
    assert [counted(again, table) for table in TABLES] == [(0, 0, 5, 0, 0), (0, 0, 4, 0, 0), (0, 0, 5, 0, 0)]
    assert (bare_town.digests(*TABLES), revision(bare_town)) == (before, at)


def test_what_changed_is_changed_in_place_and_what_vanished_goes(bare_town):
    bring_in(bare_town, village())
    ids = dict(bare_town.rows("SELECT code, id FROM street_segment"))
    bare_town.rows("UPDATE street_segment SET maintained_by = 'mtmd' WHERE code = 'osm-2-5' RETURNING 1")
    town = village()
    town.ways = [each for each in town.ways if each[0] != 12]
    town.ways[1] = (11, [4, 2, 5], {"highway": "residential", "name": "Rue Neuve"})
    assert counted(bring_in(bare_town, town)) == (0, 2, 2, 1, 0)
    after = bare_town.rows("SELECT code, id, name, maintained_by FROM street_segment ORDER BY code")
    assert {each.code: each.id for each in after}.items() <= ids.items()
    # What a person decided of a street outlives the extract.
    assert [tuple(each)[2:] for each in after if each.code == "osm-2-5"] == [("Rue Neuve", "mtmd")]


def test_a_street_that_a_case_speaks_of_is_retired_and_comes_back_under_its_id(bare_town):
    bare_town.squares()
    bare_town.bring_in([row("A1")])
    bring_in(bare_town, village())
    segment = bare_town.scalar("SELECT id FROM street_segment WHERE code = 'osm-6-6'")
    bare_town.rows('UPDATE "case" SET segment_id = :id RETURNING 1', id=segment)
    without = village()
    without.ways = [each for each in without.ways if each[0] != 12]
    assert counted(bring_in(bare_town, without)) == (0, 0, 4, 0, 1)
    kept = bare_town.rows("SELECT kind, id, code, facts->>'name' AS name FROM retired_place")
    assert [tuple(each) for each in kept] == [("segment", segment, "osm-6-6", "Croissant du Parc")]
    bring_in(bare_town, village())
    assert bare_town.scalar("SELECT id FROM street_segment WHERE code = 'osm-6-6'") == segment
    assert bare_town.scalar("SELECT count(*) FROM retired_place") == 0


def test_streets_outside_the_territory_are_somebody_elses(bare_town):
    # The squares end at -73.99; nodes 6 to 8 lie at -73.995: move the loop 20 steps east.
    bare_town.squares()
    away = village()
    for number in (6, 7, 8):
        (lon, lat), tags = away.nodes[number]
        away.nodes[number] = ((lon + 0.02, lat), tags)
    bring_in(bare_town, away)
    owners = dict(bare_town.rows("SELECT code, owner FROM street_segment"))
    assert owners == dict.fromkeys(owners, "ville") | {"osm-6-6": "inconnu"}


def test_streets_of_another_source_are_not_doubled_unawares(bare_town):
    bare_town.rows(
        "INSERT INTO street_segment (code, name, name_norm, class, owner, maintained_by, geom) VALUES "
        "('S1', 'rue X', 'rue x', 4, 'ville', 'ville', 'SRID=4326;LINESTRING(-74 45,-74 46)') RETURNING 1"
    )
    with pytest.raises(errors.PlacesOccupied):
        bring_in(bare_town, village())
    assert bare_town.scalar("SELECT count(*) FROM street_segment") == 1
    bring_in(bare_town, village(), keeps=True)
    assert bare_town.scalar("SELECT count(*) FROM street_segment") == 6
    bring_in(bare_town, village(), replaces=True)
    assert bare_town.scalar("SELECT count(*) FROM street_segment") == 5


def test_a_file_that_is_no_extract_leaves_everything_as_it_was(bare_town):
    path = bare_town.folder / "wrong.osm.pbf"
    path.write_bytes(b"no extract")
    with pytest.raises(errors.OsmUnusable) as told:
        bring_in(bare_town, path)
    assert "wrong.osm.pbf" in told.value.fr


@pytest.mark.realdata
@pytest.mark.skipif(not DATA.is_dir(), reason="the extracts are not on this machine")
def test_a_real_extract_twice(bare_town):
    path = DATA / "osm" / "baltimore.osm.pbf"
    first = bring_in(bare_town, path)
    assert [first.changes[table].new for table in TABLES] == [6348, 1322, 2926]
    assert first.linked >= 0.99 * 1322
    assert all(
        each.new == each.changed == each.removed == 0 for each in bring_in(bare_town, path).changes.values()
    )
