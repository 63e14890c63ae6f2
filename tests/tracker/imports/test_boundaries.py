"""Versions of the districts: compared, put in force, every open case placed and its history sealed."""

from __future__ import annotations

import io

import orjson
import pytest
from PIL import Image
from sqlalchemy import text

from tests.tracker.imports.conftest import SQUARES, Town, row
from tracker import db
from tracker.places import boundaries, differences, errors

# The common edge moved west; and a west that loses its western strip.
MOVED = SQUARES.replace("-74.0,", "-74.004,")
SMALLER = SQUARES.replace("-74.01,", "-74.007,").replace('"Ouest"', '"Ouest \\"élargi\\""')
CASES = [
    row("A1", lon="-74.0031"),
    row("A2", lon="-74.0062"),
    row("A3", lon="-74.0092"),
    row("A4", lon="-73.9951"),
    row("A5", lon="-74.0032", state="done", closed="2026-03-03 10:00:00"),
    row("A6", lon="", lat=""),
]


def drafted(town: Town, content: str) -> int:
    town.squares(content, activates=False)
    return int(town.scalar("SELECT max(id) FROM boundary_set"))


def activated(town: Town, set_id: int) -> boundaries.Placing:
    with db.transaction(town.app, town.code) as session:
        return boundaries.activate(session, set_id, actor="staff:1")


def test_open_cases_move_in_one_statement_and_closed_ones_keep_theirs(town):
    town.bring_in(CASES)
    before = town.cases()

    placing = activated(town, drafted(town, MOVED))

    after = town.cases()
    assert (placing.placed, placing.moved) == (4, 1)
    assert [after[each].district for each in ("A1", "A2", "A3", "A4", "A5")] == [
        "est", "ouest", "ouest", "est", "ouest",
    ]  # fmt: skip
    assert after["A5"].boundary_set_id == before["A5"].boundary_set_id != after["A1"].boundary_set_id
    with db.transaction(town.app, town.code) as session:
        assert boundaries.differences(session) == 0


def test_the_move_is_sealed_into_the_history_of_the_cases_that_moved_only(town):
    town.bring_in(CASES)
    versions = {name: case.version for name, case in town.cases().items()}

    activated(town, drafted(town, MOVED))

    moves = town.rows("SELECT e.* FROM event e WHERE kind = 'district_changed'")
    cases = town.cases()
    assert [(each.case_id, each.actor) for each in moves] == [(cases["A1"].id, "staff:1")]
    told = {key: moves[0].payload[key] for key in ("from", "from_name", "to", "to_name")}
    assert told == {"from": "ouest", "from_name": "Ouest", "to": "est", "to_name": "Est"}
    raised = {name for name, case in cases.items() if case.version != versions[name]}
    assert raised == {"A1"}
    assert town.broken_seals() == []


def test_names_that_need_escaping_are_sealed_as_they_will_be_read(town):
    town.bring_in(CASES)
    activated(town, drafted(town, SMALLER))
    town.rows(
        "UPDATE district SET name = E'Quo\\te \"né\" \\\\ \\t \\u2028' WHERE code LIKE 'ouest%' RETURNING 1"
    )
    activated(town, drafted(town, MOVED))
    assert town.scalar("SELECT count(*) FROM event WHERE kind = 'district_changed'") >= 4
    assert town.broken_seals() == []


def test_a_case_left_outside_has_no_district_and_its_history_says_so(town):
    town.bring_in(CASES)
    comparison_set = drafted(town, SMALLER)
    activated(town, comparison_set)
    case = town.cases()["A3"]
    assert (case.district_id, case.boundary_set_id) == (None, None)
    payload = town.rows(
        "SELECT payload FROM event WHERE case_id = :id AND kind = 'district_changed'", id=case.id
    )
    assert payload[0].payload["to"] is None


def test_putting_the_same_set_in_force_again_writes_nothing(town):
    town.bring_in(CASES)
    set_id = drafted(town, MOVED)
    activated(town, set_id)
    before = town.digests()
    assert activated(town, set_id) == boundaries.Placing()
    assert town.digests() == before


def test_a_comparison_tells_what_would_change_and_changes_nothing(town):
    town.bring_in(CASES)
    set_id = drafted(town, SMALLER)
    before = town.digests()
    with db.transaction(town.app, town.code) as session:
        comparison = boundaries.compare(session, set_id)
    assert town.digests() == before
    assert (comparison.moved, comparison.outside) == (3, 1)
    moves = {(move.from_code, move.to_code): move.cases for move in comparison.moves}
    assert moves == {("est", "est"): 1, ("ouest", None): 1, ("ouest", "ouest-elargi"): 2}
    names = [(each.code, each.old_name is None, each.new_name is None) for each in comparison.districts]
    assert names == [("est", False, False), ("ouest", False, True), ("ouest-elargi", True, False)]
    placing = activated(town, set_id)
    assert placing.moved == comparison.moved


def test_the_ground_that_changes_hands_is_drawn(town):
    town.bring_in(CASES)
    set_id = drafted(town, MOVED)
    with db.transaction(town.app, town.code) as session:
        drawn = differences.collection(session, set_id)
        picture = differences.picture(session, set_id, drawn)
    [strip] = drawn["features"]
    assert orjson.dumps(drawn)
    # 0.004 by 0.01 of a degree at 45° are 315 m by 1,111 m.
    assert strip["properties"]["area_m2"] == pytest.approx(350_300, rel=0.01)
    told = {key: strip["properties"][key] for key in ("from", "to", "kind", "open_cases")}
    assert told == {"from": "ouest", "to": "est", "kind": "moved", "open_cases": 1}
    image = Image.open(io.BytesIO(picture))
    assert differences.COLOURS["moved"] in {colour for _, colour in image.getcolors(100_000) or ()}


def test_ground_taken_in_and_given_up_is_told(town):
    set_id = drafted(town, SMALLER.replace("-73.99,", "-73.985,"))
    with db.transaction(town.app, town.code) as session:
        kinds = {
            (f["properties"]["from"], f["properties"]["to"]): f["properties"]["kind"]
            for f in differences.collection(session, set_id)["features"]
        }
    assert kinds == {("ouest", "ouest-elargi"): "moved", ("ouest", None): "lost", (None, "est"): "gained"}


def test_the_segment_decides_for_services_of_the_street(town):
    town.bring_in(CASES)
    # A pothole snaps to its street: the one it lies on is looked after from the east.
    town.rows(
        "INSERT INTO street_segment (code, name, name_norm, class, owner, maintained_by, district_code, "
        "geom) VALUES ('S1', 'rue X', 'rue x', 4, 'ville', 'ville', 'est', "
        "'SRID=4326;LINESTRING(-74.01 45.0042,-73.99 45.0042)') RETURNING 1"
    )
    town.rows('UPDATE "case" SET segment_id = (SELECT id FROM street_segment) RETURNING 1')
    activated(town, drafted(town, MOVED))
    assert {town.cases()[each].district for each in ("A1", "A2", "A3", "A4")} == {"est"}
    with db.transaction(town.app, town.code) as session:
        assert boundaries.differences(session) == 0


def test_a_street_out_of_reach_decides_nothing(town):
    town.bring_in(CASES)
    # 44 m north of the cases, where nobody would say that they are on it.
    town.rows(
        "INSERT INTO street_segment (code, name, name_norm, class, owner, maintained_by, district_code, "
        "geom) VALUES ('S1', 'rue X', 'rue x', 4, 'ville', 'ville', 'est', "
        "'SRID=4326;LINESTRING(-74.01 45.0046,-73.99 45.0046)') RETURNING 1"
    )
    town.rows('UPDATE "case" SET segment_id = (SELECT id FROM street_segment) RETURNING 1')
    activated(town, drafted(town, MOVED))
    assert town.cases()["A2"].district == "ouest"


def test_a_set_that_is_none_is_refused(town):
    for verb in (boundaries.activate, boundaries.compare, boundaries.ground_changed):
        with pytest.raises(errors.BoundarySetUnknown), db.transaction(town.app, town.code) as session:
            verb(session, 999_999)


def test_a_case_received_while_a_set_took_over_is_caught_up_with(town):
    old = town.scalar("SELECT id FROM district WHERE code = 'ouest'")
    activated(town, drafted(town, MOVED))
    town.bring_in(CASES[:1])
    with db.transaction(town.app, town.code) as session:
        session.execute(text('UPDATE "case" SET district_id = :old'), {"old": old})
    with db.transaction(town.app, town.code) as session:
        assert boundaries.catch_up(session).moved == 1
        assert boundaries.catch_up(session) == boundaries.Placing()
    assert town.cases()["A1"].district == "est"
    assert town.broken_seals() == []
