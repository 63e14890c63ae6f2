"""Prepared statements: names bound, one plan whatever the values, failures in SQLAlchemy's classes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, exc, text
from sqlalchemy.orm import Session

from tracker import db
from tracker.prepared import Prepared, driver
from tracker.wire import Parcel, Wire

TOLD = Prepared(
    "SELECT CAST(:whole AS bigint) AS whole, CAST(:said AS text) || :said AS twice, :at::timestamptz AS at"
)
PLANS = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%AS twice%'")


@pytest.fixture(scope="module")
def engine(database) -> Iterator[Engine]:
    engine = db.make_engine(database.app_url, pool_size=1)
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine) -> Iterator[Session]:
    with Session(engine) as session:
        yield session


def test_names_are_bound_wherever_they_stand_and_casts_are_left_alone(session):
    at = datetime(2026, 5, 4, 13, tzinfo=UTC)
    row = TOLD.one_or_none(session, {"whole": 7, "said": "trou ", "at": at, "unused": uuid4()})
    assert (row.whole, row.twice, row.at) == (7, "trou trou ", at)


def test_small_and_large_numbers_and_none_share_one_plan(engine):
    engine.dispose()  # a connection on which nothing is prepared yet
    with Session(engine) as session:
        for whole in (None, 7, 70_000, 7_000_000_000):
            assert TOLD.one_or_none(session, {"whole": whole, "said": "", "at": None}).whole == whole
        assert session.scalar(PLANS) == 1


def test_no_row_is_none_and_every_row_is_given(session):
    several = Prepared("SELECT n FROM generate_series(1, :most) AS n")
    assert several.one_or_none(session, {"most": 0}) is None
    assert [row.n for row in several.all(session, {"most": 3})] == [1, 2, 3]


def test_it_runs_in_the_sessions_own_transaction(session):
    session.execute(text("CREATE TEMPORARY TABLE note (said text)"))
    assert Prepared("INSERT INTO note VALUES (:said), (:said)").run(session, {"said": "x"}) == 2
    assert session.scalar(text("SELECT count(*) FROM note")) == 2
    session.rollback()
    assert session.scalar(text("SELECT to_regclass('note')")) is None


def test_the_next_transaction_of_a_session_uses_the_connection_it_then_has(engine, session):
    process = Prepared("SELECT pg_backend_pid() AS id")
    first = process.one_or_none(session, {}).id
    session.rollback()
    engine.dispose()
    assert process.one_or_none(session, {}).id != first


def test_failures_are_of_sqlalchemys_classes(session):
    with pytest.raises(exc.DataError) as broken:
        Prepared("SELECT 1 / CAST(:zero AS int)").run(session, {"zero": 0})
    assert getattr(broken.value.orig, "sqlstate", None) == "22012"


def test_a_value_that_is_missing_is_a_mistake_of_ours(session):
    with pytest.raises(KeyError, match="said"):
        TOLD.run(session, {"whole": 1, "at": None})


def journeys(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many parcels went on each journey made from now on."""
    made: list[int] = []
    travel = Wire._travel

    def noted(self: Wire, parcels: list[Parcel], *, commits: bool = False) -> None:
        made.append(len(parcels))
        travel(self, parcels, commits=commits)

    monkeypatch.setattr(Wire, "_travel", noted)
    return made


KEEP = Prepared("INSERT INTO kept (said) VALUES (:said)")
COUNT = Prepared("SELECT count(*) AS many FROM kept")


@pytest.fixture
def kept(engine) -> Iterator[None]:
    with engine.begin() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE kept (said text UNIQUE)"))
    yield
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE kept"))


def test_what_is_sent_later_goes_with_the_next_statement_and_in_order(kept, session, monkeypatch):
    KEEP.run(session, {"said": "a"})
    made = journeys(monkeypatch)
    KEEP.later(session, {"said": "b"})
    KEEP.later(session, {"said": "c"})
    assert made == []
    assert COUNT.one_or_none(session, {}).many == 3
    assert made == [3]


def test_the_last_statements_travel_with_the_commit(kept, engine, monkeypatch):
    with Session(engine) as session:
        KEEP.run(session, {"said": "a"})
        made = journeys(monkeypatch)
        KEEP.later(session, {"said": "b"})
        session.commit()
        assert made == [1]
        assert COUNT.one_or_none(session, {}).many == 2


def test_a_question_asked_ahead_travels_with_the_next_statement_and_keeps_its_answer(
    kept, session, monkeypatch
):
    KEEP.run(session, {"said": "a"})
    made = journeys(monkeypatch)
    asked = COUNT.ahead(session, {})
    assert (made, asked.has_arrived) == ([], False)
    KEEP.run(session, {"said": "b"})
    assert (made, asked.has_arrived) == ([2], True)
    assert asked.all()[0].many == 1  # as of when it was asked
    assert made == [2]


def test_a_question_asked_ahead_goes_alone_where_nothing_follows(kept, session, monkeypatch):
    KEEP.run(session, {"said": "a"})
    asked = COUNT.ahead(session, {})
    made = journeys(monkeypatch)
    assert asked.all()[0].many == 1
    assert made == [1]


def test_whoever_asked_ahead_may_give_up_on_the_answer(kept, engine):
    class TooMany(Exception):
        pass

    def refuse(rows: list) -> None:
        if rows[0].many:
            raise TooMany

    with Session(engine) as session:
        KEEP.run(session, {"said": "a"})
        COUNT.ahead(session, {}, refuse)
        with pytest.raises(TooMany):
            KEEP.run(session, {"said": "b"})
        session.rollback()
        COUNT.ahead(session, {}, refuse)
        assert COUNT.one_or_none(session, {}).many == 0


def test_nothing_is_committed_on_the_journey_of_what_decides_it(kept, engine):
    class Refused(Exception):
        pass

    def refuse(_rows: list) -> None:
        raise Refused

    with Session(engine) as session:
        KEEP.run(session, {"said": "a"})
        COUNT.ahead(session, {}, refuse, decides=True)
        KEEP.later(session, {"said": "b"})
        with pytest.raises(Refused):
            session.commit()
        session.rollback()
        assert COUNT.one_or_none(session, {}).many == 0
        COUNT.ahead(session, {}, lambda _rows: None, decides=True)
        KEEP.later(session, {"said": "c"})
        session.commit()
        assert COUNT.one_or_none(session, {}).many == 1


def test_whoever_gives_up_does_so_before_a_failure_that_came_after_the_answer(kept, session):
    class Refused(Exception):
        pass

    def refuse(_rows: list) -> None:
        raise Refused

    COUNT.ahead(session, {}, refuse)
    with pytest.raises(Refused):
        Prepared("SELECT 1 / CAST(:zero AS int) AS n").one_or_none(session, {"zero": 0})


def test_the_driver_sees_what_was_sent_later(kept, session):
    KEEP.later(session, {"said": "a"})
    with driver(session).cursor() as cursor:
        assert cursor.execute("SELECT said FROM kept").fetchall() == [("a",)]


def test_a_failure_asked_ahead_is_told_where_it_travels(kept, session):
    asked = Prepared("SELECT 1 / CAST(:zero AS int) AS n").ahead(session, {"zero": 0})
    with pytest.raises(exc.DataError):
        COUNT.one_or_none(session, {})
    assert not asked.has_arrived


def test_sqlalchemys_statements_see_what_was_sent_later(kept, session):
    KEEP.later(session, {"said": "a"})
    assert session.scalar(text("SELECT count(*) FROM kept")) == 1


def test_a_failure_at_the_commit_undoes_everything_and_is_told(kept, engine):
    with Session(engine) as session:
        KEEP.run(session, {"said": "a"})
        KEEP.later(session, {"said": "b"})
        KEEP.later(session, {"said": "a"})
        with pytest.raises(exc.IntegrityError, match="kept_said_key"):
            session.commit()
        session.rollback()
        assert COUNT.one_or_none(session, {}).many == 0


def test_a_connection_whose_commit_failed_is_lent_clean(kept, engine):
    def twice() -> None:
        with Session(engine) as session:
            KEEP.run(session, {"said": "a"})
            KEEP.later(session, {"said": "a"})
            session.commit()

    with pytest.raises(exc.IntegrityError):
        twice()
    with Session(engine) as session:
        assert COUNT.one_or_none(session, {}).many == 0


def test_what_waits_at_a_rollback_is_never_sent(kept, engine):
    with Session(engine) as session:
        KEEP.later(session, {"said": "a"})
        session.rollback()
        assert COUNT.one_or_none(session, {}).many == 0


@pytest.mark.parametrize("undoing", ["rollback", "savepoint", "ddl"])
def test_statements_outlive_what_makes_psycopg_forget_its_own(kept, engine, undoing):
    often = text("SELECT count(*) FROM kept WHERE said <> :said")
    with Session(engine) as session:
        for _ in range(8):  # psycopg prepares what it has seen several times
            session.execute(often, {"said": "z"})
        assert COUNT.one_or_none(session, {}).many == 0
        if undoing == "rollback":
            session.rollback()
        elif undoing == "savepoint":
            with session.begin_nested() as inner:
                inner.rollback()
        else:
            session.execute(text("ALTER TABLE kept ADD COLUMN IF NOT EXISTS noted text"))
        assert COUNT.one_or_none(session, {}).many == 0
        KEEP.run(session, {"said": "a"})
        session.rollback()
        assert COUNT.one_or_none(session, {}).many == 0


def test_an_engine_that_is_not_watched_sends_at_once(database):
    engine = create_engine(database.app_url)
    try:
        with Session(engine) as session:
            session.execute(text("CREATE TEMPORARY TABLE kept (said text)"))
            KEEP.later(session, {"said": "a"})
            assert session.scalar(text("SELECT count(*) FROM kept")) == 1
            assert COUNT.ahead(session, {}).has_arrived
            session.commit()
            often = text("SELECT count(*) FROM kept WHERE said <> :said")
            for _ in range(8):  # psycopg prepares what it has seen several times, and then deallocates all
                session.execute(often, {"said": "z"})
            assert COUNT.one_or_none(session, {}).many == 1
            session.rollback()
            assert COUNT.one_or_none(session, {}).many == 1
    finally:
        engine.dispose()
