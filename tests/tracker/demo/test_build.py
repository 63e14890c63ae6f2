"""A small demo town, built for real: its cases are sound, and intake knows its streets and neighbours."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from tests.support import database as databases
from tests.support.database import Database
from tracker import db, events
from tracker.catalogue import queries as catalogue
from tracker.demo import building, founding
from tracker.demo.building import Wish
from tracker.demo.story import Tally
from tracker.dispatch import desk as desks
from tracker.dispatch import service as dispatch
from tracker.jurisdictions import errors as jurisdiction_errors
from tracker.jurisdictions import service as jurisdictions
from tracker.places.errors import NotOurs, OutsideTerritory
from tracker.places.service import Given
from tracker.reports import service as reports
from tracker.reports.submission import Submission

ANCHOR = datetime(2026, 10, 16, 16, 0, tzinfo=UTC)


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
        wish = Wish(
            anchor=ANCHOR, media=open_folder / "media", size="xs", truth=open_folder / "demo" / "truth.csv"
        )
        yield Built(site=site, app=app, wish=wish, tally=building.build(site, wish))
        owner.dispose()
        app.dispose()


def test_the_months_are_lived_and_the_rules_refuse_almost_nothing(built: Built) -> None:
    assert built.tally.reports > 240
    assert built.tally.refused <= built.tally.reports * 0.02
    assert built.tally.refused_moves <= built.tally.moves * 0.02
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
    with built.wish.truth.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == built.tally.reports
    assert len({row["incident"] for row in rows}) < len(rows)


def _pothole(lon: float, lat: float) -> Submission:
    return Submission(
        service_code="VOI-NID",
        given=Given(lon=lon, lat=lat, accuracy_m=5.0, method="gps"),
        received_at=ANCHOR,
        answers={"taille": "pneu"},
    )


def test_erasing_the_demo_leaves_nothing_and_it_can_be_built_again(
    built: Built, database_server: Database, open_folder: Path
) -> None:
    founding.raze(built.site)
    assert not founding.is_founded(built.site.owner)
    with db.transaction(built.site.owner) as session:
        assert session.scalar(text("SELECT count(*) FROM vigie.staff")) == 0
    empty = Wish(anchor=ANCHOR, media=open_folder / "media", size="xs", lives=False)
    building.build(built.site, empty)
    assert building.is_complete(built.site.owner)
