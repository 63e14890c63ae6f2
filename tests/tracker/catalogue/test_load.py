"""Loading the catalogue into a town: versions for what changed, nothing written for what did not."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from tests.support.database import Database
from tracker import db
from tracker.catalogue import queries, service
from tracker.catalogue.definitions import Catalogue, Service
from tracker.catalogue.models import CatalogueTerm, ServiceQuestion, ServiceRow, ServiceStandard
from tracker.jurisdictions import service as jurisdictions

TOWN = "catalogue_test"


@pytest.fixture(scope="module")
def engine(database: Database) -> Iterator[Engine]:
    owner = db.make_engine(database.owner_url, pool_size=1)
    app = db.make_engine(database.app_url, pool_size=2)
    town = jurisdictions.Town(code=TOWN, name="Essai", prefix="CT")
    jurisdictions.create(owner, town, app_role=jurisdictions.app_role_of(database.app_url))
    yield app
    app.dispose()
    jurisdictions.drop(owner, TOWN)
    owner.dispose()


@pytest.fixture
def session(engine: Engine) -> Iterator[Session]:
    """A transaction limited to the town, rolled back afterwards."""
    with Session(engine, expire_on_commit=False, autoflush=False) as opened, opened.begin() as transaction:
        db.select_jurisdiction(opened, TOWN)
        yield opened
        transaction.rollback()


def with_service(catalogue: Catalogue, changed: Service) -> Catalogue:
    services = tuple(changed if each.code == changed.code else each for each in catalogue.services)
    return replace(catalogue, services=services)


def without(catalogue: Catalogue, code: str) -> Catalogue:
    return replace(catalogue, services=tuple(each for each in catalogue.services if each.code != code))


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def versions(session: Session, code: str) -> list[tuple[int, bool]]:
    rows = session.execute(
        select(ServiceRow.version, ServiceRow.active)
        .where(ServiceRow.code == code)
        .order_by(ServiceRow.version)
    )
    return [(row.version, row.active) for row in rows]


def test_the_first_load_adds_every_service_with_its_questions_and_promises(
    session: Session, shipped: Catalogue
) -> None:
    report = service.load(session, shipped)
    assert len(report.added) == 71
    assert report == service.LoadReport(added=tuple(s.code for s in shipped.services), has_new_words=True)
    assert count(session, ServiceRow) == 71
    assert count(session, ServiceQuestion) == sum(len(each.questions) for each in shipped.services)
    assert count(session, ServiceStandard) == sum(len(each.standards) for each in shipped.services)


def test_loading_again_writes_nothing(session: Session, shipped: Catalogue) -> None:
    service.load(session, shipped)
    session.expire_all()
    counters = text("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables")
    before = session.scalar(counters)
    assert before > 0
    report = service.load(session, shipped)
    assert report.is_idle
    assert len(report.unchanged) == 71
    assert session.scalar(counters) == before


def test_what_was_loaded_is_read_back_as_the_same_catalogue(engine: Engine, shipped: Catalogue) -> None:
    with db.transaction(engine, TOWN) as session:
        service.load(session, shipped)
    with db.transaction(engine, TOWN) as session:
        assert queries.current(session).catalogue == shipped
        session.execute(text("DELETE FROM service"))
        session.execute(text("DELETE FROM catalogue_term"))


def test_a_changed_service_gets_a_version_and_the_old_one_stays_for_its_cases(
    session: Session, shipped: Catalogue
) -> None:
    service.load(session, shipped)
    began_with = session.scalar(select(ServiceRow.id).where(ServiceRow.code == "VOI-NID"))
    assert began_with is not None
    slower = replace(shipped.service("VOI-NID"), duration_min=35)

    report = service.load(session, with_service(shipped, slower))

    assert report.changed == ("VOI-NID",)
    assert len(report.unchanged) == 70
    assert versions(session, "VOI-NID") == [(1, False), (2, True)]
    assert queries.version(session, began_with).duration_min == 20


def test_a_service_gone_or_made_inactive_is_retired_and_may_come_back(
    session: Session, shipped: Catalogue
) -> None:
    service.load(session, shipped)
    asleep = replace(shipped.service("ARB-PLA"), active=False)

    report = service.load(session, with_service(without(shipped, "RES-SIE"), asleep))
    assert report.retired == ("ARB-PLA", "RES-SIE")
    assert versions(session, "RES-SIE") == [(1, False)]

    report = service.load(session, shipped)
    assert report.added == ("ARB-PLA", "RES-SIE")
    assert versions(session, "RES-SIE") == [(1, True)]


def test_a_new_order_moves_services_without_new_versions(session: Session, shipped: Catalogue) -> None:
    service.load(session, shipped)
    backwards = replace(shipped, services=shipped.services[::-1])
    assert service.load(session, backwards).is_idle
    order = session.scalars(select(ServiceRow.code).order_by(ServiceRow.position)).all()
    assert order[0] == shipped.services[-1].code
    assert count(session, ServiceRow) == 71


def test_a_renamed_group_is_a_new_word_and_no_new_version(session: Session, shipped: Catalogue) -> None:
    service.load(session, shipped)
    first = shipped.groups[0]
    renamed = replace(first, name=replace(first.name, fr="Neige"))
    report = service.load(session, replace(shipped, groups=(renamed, *shipped.groups[1:])))
    assert report.has_new_words
    assert not report.changed
    stored = session.get(CatalogueTerm, ("group", first.code))
    assert stored is not None
    assert stored.name_fr == "Neige"


def test_a_definition_nobody_can_read_any_more_is_replaced(session: Session, shipped: Catalogue) -> None:
    service.load(session, shipped)
    session.execute(text("UPDATE service SET definition = '{}' WHERE code = 'VOI-NID'"))
    session.expire_all()
    assert service.load(session, shipped).changed == ("VOI-NID",)


def test_a_load_tells_every_process_to_read_again(engine: Engine, shipped: Catalogue) -> None:
    with db.transaction(engine, TOWN) as session:
        before = db.selected(session).revision
        service.load(session, shipped)
    with db.transaction(engine, TOWN) as session:
        assert db.selected(session).revision > before
        session.execute(text("DELETE FROM service"))
        session.execute(text("DELETE FROM catalogue_term"))
