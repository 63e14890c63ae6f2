"""A small demo town, built for real: its cases are sound, and intake knows its streets and neighbours."""

from __future__ import annotations

import csv
import hashlib
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import osmium
import pytest
from osmium.osm import Way
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from tests.support import database as databases
from tests.support.database import Database
from tests.tracker.demo import valbrise
from tracker import db, events
from tracker.cases import unlinking
from tracker.cases.links import Linking
from tracker.catalogue import queries as catalogue
from tracker.demo import building, founding, osm, truth, window
from tracker.demo.building import Wish
from tracker.demo.story import Tally
from tracker.dispatch import desk as desks
from tracker.dispatch import service as dispatch
from tracker.jurisdictions import errors as jurisdiction_errors
from tracker.jurisdictions import service as jurisdictions
from tracker.places import ground as grounds
from tracker.places import territory
from tracker.places.errors import NotOurs, OutsideTerritory
from tracker.places.point import Point
from tracker.places.service import Given
from tracker.reports import service as reports
from tracker.reports.submission import Submission

ANCHOR = window.fixed().anchor
KEYS = {
    '"case"': "id", "report": "id", "event": "case_id, seq", "contact": "report_id", "photo": "id",
    "link_change": "id", "refusal": "id", "street_segment": "id", "address": "id", "asset": "id",
    "district": "id", "third_party": "id", "map_feature": "id",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Built:
    site: founding.Site
    app: Engine
    wish: Wish
    tally: Tally


@pytest.fixture(scope="module")
def built(database_server: Database, open_folder: Path) -> Iterator[Built]:
    with databases.clone(database_server, f"{databases.CLONE}{os.getpid()}_demo") as database:
        owner, app = db.make_engine(database.owner_url, pool_size=2), db.make_engine(database.app_url)
        site = founding.Site(owner=owner, app=app, app_role=jurisdictions.app_role_of(database.app_url))
        wish = Wish(window=window.fixed(), media=open_folder / "media", size="xs", truth=open_folder / "demo")
        yield Built(site=site, app=app, wish=wish, tally=building.build(site, wish))
        owner.dispose()
        app.dispose()


def test_the_months_are_lived_and_the_rules_refuse_nothing(built: Built) -> None:
    assert built.tally.reports == 600
    assert built.tally.refused_moves == []
    assert built.tally.moves > 2_000
    assert built.tally.joined > 10
    assert built.tally.turned_away >= 10
    assert building.is_complete(built.site.owner)


def test_a_second_build_is_refused_and_changes_nothing(built: Built) -> None:
    with pytest.raises(jurisdiction_errors.JurisdictionExists):
        building.build(built.site, built.wish)


def test_every_history_is_sealed_and_runs_forward_in_time(built: Built) -> None:
    with db.transaction(built.app, founding.CODE) as session:
        rows = session.execute(text("SELECT * FROM event ORDER BY case_id, seq")).all()
    previous, case_id, at = events.NO_HASH, None, None
    for row in rows:
        if row.case_id != case_id:
            previous, case_id, at = events.NO_HASH, row.case_id, row.at
            assert row.seq == 1
        fact = events.Fact(
            kind=row.kind, actor=row.actor, at=row.at, payload=row.payload, device_at=row.device_at
        )
        assert bytes(row.prev_hash) == previous
        assert bytes(row.hash) == events.digest_of(row.case_id, row.seq, fact, previous)
        assert at is not None
        assert at <= row.at <= ANCHOR
        previous, at = bytes(row.hash), row.at


def test_each_case_is_the_projection_of_its_last_event(built: Built) -> None:
    with db.transaction(built.app, founding.CODE) as session:
        stale = session.execute(
            text(
                'SELECT count(*) FROM "case" c JOIN LATERAL (SELECT * FROM event e WHERE e.case_id = c.id '
                "ORDER BY seq DESC LIMIT 1) e ON true WHERE c.last_seq <> e.seq OR c.last_hash <> e.hash "
                "OR (e.kind = 'moved' AND e.payload ->> 'to' <> c.status)"
            )
        ).scalar_one()
        early = session.execute(
            text(
                'SELECT count(*) FROM "case" WHERE started_at < opened_at OR completed_at < started_at '
                "OR closed_at < opened_at"
            )
        ).scalar_one()
        moved = session.execute(
            text(
                'SELECT count(*) FROM "case" c JOIN district d ON d.id = c.district_id '
                "LEFT JOIN street_segment s ON s.id = c.segment_id "
                # A service of the street goes to the district that looks after the street.
                "WHERE c.reports_count = 1 AND NOT ST_Covers(d.geom, c.geom) "
                "AND s.district_code IS DISTINCT FROM d.code"
            )
        ).scalar_one()
    assert (stale, early, moved) == (0, 0, 0)


def test_cases_are_found_in_many_states(built: Built) -> None:
    with db.transaction(built.app, founding.CODE) as session:
        statuses = set(session.scalars(text('SELECT DISTINCT status FROM "case"')))
        late = session.scalar(
            text('SELECT count(*) FROM "case" WHERE is_open AND resolve_by < :at'), {"at": ANCHOR}
        )
    assert {"closed", "completed", "assigned", "duplicate", "refused"} <= statuses
    assert late


def test_every_service_has_an_eligible_crew_in_every_district(built: Built) -> None:
    with db.transaction(built.app, founding.CODE) as session:
        desk, offered = desks.current(session), catalogue.current(session)
        codes = list(session.scalars(text("SELECT code FROM district")))
        for service in offered.catalogue.services:
            for code in codes:
                setting = dispatch.Setting(
                    district_code=code, district_name=code, road_class=4, answers={}, received_at=ANCHOR
                )
                decided = dispatch.triage(desk, service, setting, department=service.name)
                assert decided.crew is not None, (service.code, code)
                assert service.skill in decided.crew.skills


def test_a_report_across_the_river_is_refused_with_the_neighbour_to_call(built: Built) -> None:
    with db.transaction(built.app, founding.CODE) as session, pytest.raises(OutsideTerritory) as refused:
        reports.submit(session, _pothole(-74.13, 45.315))
    assert refused.value.party is not None
    assert refused.value.party.phone == "450-555-0161"


def test_a_pothole_on_the_province_s_route_is_refused_with_the_ministry_to_call(built: Built) -> None:
    with db.transaction(built.app, founding.CODE) as session:
        lon, lat = session.execute(
            text(
                "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_LineInterpolatePoint(geom, 0.5) AS p "
                "FROM street_segment WHERE maintained_by = 'mtmd' "
                "ORDER BY ST_Length(geom) DESC LIMIT 1) AS middle"
            )
        ).one()
        with pytest.raises(NotOurs) as refused:
            reports.submit(session, _pothole(lon, lat))
    assert refused.value.party.code == "mtmd"


def test_the_truth_about_twins_is_kept_in_a_file_of_its_own(built: Built) -> None:
    assert built.wish.truth is not None
    with (built.wish.truth / truth.REPORTS).open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    with (built.wish.truth / truth.INCIDENTS).open(encoding="utf-8") as stream:
        incidents = {row["id"]: row for row in csv.DictReader(stream)}
    assert len(rows) == built.tally.reports
    assert {row["incident"] for row in rows} == set(incidents)
    assert sum(int(each["reports"]) for each in incidents.values()) == len(rows)
    with db.transaction(built.app, founding.CODE) as session:
        numbers = set(session.scalars(text("SELECT number FROM report")))
        columns = set(
            session.scalars(
                text("SELECT column_name FROM information_schema.columns WHERE table_schema = 'j_valbrise'")
            )
        )
    assert {row["report"] for row in rows} == numbers
    assert not {"incident", "incident_id"} & columns


def test_reports_told_at_once_or_joined_later_are_about_one_incident_by_the_truth(built: Built) -> None:
    incident = {number: incident for number, incident, _ in built.tally.truth}
    with db.transaction(built.app, founding.CODE) as session:
        rows = session.execute(
            text(
                'SELECT r.number, r.link, c.number AS parent FROM report r JOIN "case" c ON c.id = r.case_id'
            )
        ).all()
    assert {row.link for row in rows} == {"opened", "attached", "auto_attached", "moved"}
    assert all(incident[row.number] == incident[row.parent] for row in rows)


def test_reports_near_a_district_s_edge_keep_where_else_they_may_be(built: Built) -> None:
    with db.transaction(built.app, founding.CODE) as session:
        ground = grounds.current(session)
        rows = session.execute(
            text("""
                SELECT ST_X(geom) AS lon, ST_Y(geom) AS lat, accuracy_m, placement FROM report
                WHERE geom IS NOT NULL
            """)
        ).all()
    kept = 0
    for row in rows:
        point = Point(lon=row.lon, lat=row.lat, accuracy_m=row.accuracy_m, method="")
        assert row.placement == territory.odds_of(
            ground, point, ground.districts.find(row.lon, row.lat).edge_m
        )
        kept += row.placement is not None
    assert 0 < kept < len(rows) / 4


def test_the_next_report_takes_the_next_number(built: Built) -> None:
    with db.transaction(built.app, founding.CODE) as session:
        receipt = reports.submit(session, _pothole(*_middle(session)))
        session.rollback()
    assert 600 < int(receipt.number.rpartition("-")[2]) < 610  # refused ones drew numbers too


def test_a_joint_made_in_the_demo_can_be_undone(built: Built) -> None:
    with db.transaction(built.app, founding.CODE) as session:
        change_id, number = session.execute(
            text(
                'SELECT l.id, c.number FROM link_change l JOIN "case" c ON c.id = l.from_case_id '
                "ORDER BY l.at DESC LIMIT 1"
            )
        ).one()
        dispatcher = founding.staff_of(built.app).of("dispatcher", 0)
        unlinking.undo(session, change_id, Linking(actor=dispatcher, at=ANCHOR))
        back = session.execute(
            text('SELECT status, is_open, reports_count, parent_id FROM "case" WHERE number = :number'),
            {"number": number},
        ).one()
        session.rollback()
    assert back == ("received", True, 1, None)


def test_the_extract_for_openstreetmap_tools_holds_the_town(built: Built) -> None:
    assert built.wish.truth is not None
    path = built.wish.truth / osm.FILE
    found: Counter[str] = Counter()
    named, ends = set(), []
    for thing in osmium.FileProcessor(str(path)).with_locations():
        for tag in ("highway", "building", "addr:housenumber", "leisure", "oneway"):
            found[tag] += tag in thing.tags
        if isinstance(thing, Way) and "highway" in thing.tags:
            named.add(thing.tags["name"])
            ends.append((thing.nodes[0].ref, thing.nodes[-1].ref))
        found["water"] += thing.tags.get("natural") == "water"
    town = valbrise.town("xs")
    assert found["highway"] == len(town.segments)
    assert found["addr:housenumber"] == len(town.lots.addresses)
    assert (found["water"], found["leisure"]) == (6, len(town.greens.parks))
    assert named == {each.name for each in town.segments}
    assert found["oneway"] > 2
    assert len({corner for pair in ends for corner in pair}) < 1.5 * len(ends)  # streets share their corners


def _digests(built: Built) -> dict[str, str]:
    """SHA-256 of each table's rows."""
    with db.transaction(built.app, founding.CODE) as session:
        return {table: _digest(session, table, key) for table, key in KEYS.items()}


def _digest(session: Session, table: str, key: str) -> str:
    rows = session.scalars(text(f"SELECT t::text FROM {table} t ORDER BY {key}"))
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _middle(session: Session) -> tuple[float, float]:
    """The middle of a street of the city's own."""
    row = session.execute(
        text(
            "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_LineInterpolatePoint(geom, 0.5) AS p "
            "FROM street_segment WHERE maintained_by = 'ville' AND class = 4 "
            "ORDER BY ST_Length(geom) DESC LIMIT 1) AS middle"
        )
    ).one()
    return row[0], row[1]


def _pothole(lon: float, lat: float) -> Submission:
    return Submission(
        service_code="VOI-NID",
        given=Given(lon=lon, lat=lat, accuracy_m=5.0, method="gps"),
        received_at=ANCHOR,
        answers={"taille": "pneu"},
    )


def test_erasing_the_demo_leaves_nothing_and_the_same_seed_writes_the_same_rows_again(built: Built) -> None:
    before = _digests(built)
    founding.raze(built.site)
    assert not founding.is_founded(built.site.owner)
    with db.transaction(built.site.owner) as session:
        assert session.scalar(text("SELECT count(*) FROM vigie.staff")) == 0
    building.build(built.site, built.wish)
    assert building.is_complete(built.site.owner)
    assert _digests(built) == before
