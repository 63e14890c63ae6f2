"""With one town selected, nothing of another can be read or written, even with SQL written by hand."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.support.towns import Place
from tracker import app as composition
from tracker import db
from tracker.models import Base, SharedBase

REFUSED = "42501"  # insufficient_privilege
SOURCES = Path(composition.__file__).parent
TOWN_TABLES = sorted(Base.metadata.tables)
SHARED_TABLES = sorted(SharedBase.metadata.tables)


def attempt(place: Place, statement: str, code: str | None = "aube", *more: str) -> str | None:
    """Run statements with a town selected and return the SQLSTATE they fail with."""
    try:
        with db.transaction(place.app, code) as session:
            for each in (statement, *more):
                session.execute(text(each))
    except DBAPIError as error:
        return str(getattr(error.orig, "sqlstate", None))
    return None


@pytest.mark.parametrize("table", TOWN_TABLES)
def test_another_towns_tables_are_closed_to_every_statement(place, table):
    other = f'j_brume."{table}"'
    for statement in (
        f"SELECT * FROM {other}",
        f"SELECT count(*) FROM {other}",
        f"INSERT INTO {other} DEFAULT VALUES",
        f"DELETE FROM {other}",
        f"TRUNCATE {other}",
        f"COPY {other} TO STDOUT",
        f"LOCK TABLE {other} IN ACCESS SHARE MODE",
        f"CREATE TABLE stolen AS TABLE {other}",
        f"SELECT * FROM {other} FOR UPDATE",
        f"ALTER TABLE {other} DISABLE TRIGGER ALL",
        f"DROP TABLE {other}",
    ):
        assert attempt(place, statement) == REFUSED, statement


def test_another_towns_rows_cannot_be_changed(place):
    assert attempt(place, "UPDATE j_brume.refusal SET reason = 'mine'") == REFUSED
    assert attempt(place, "SELECT nextval('j_brume.number_seq')") == REFUSED
    assert attempt(place, "SELECT setval('j_brume.number_seq', 1)") == REFUSED


@pytest.mark.parametrize("table", SHARED_TABLES)
def test_accounts_are_closed_to_a_towns_transaction(place, table):
    for statement in (f"SELECT * FROM {table}", f"DELETE FROM {table}", f"TRUNCATE {table}"):
        assert attempt(place, statement) == REFUSED, statement


@pytest.mark.parametrize("path", ["j_brume", "j_brume, public", "vigie", "pg_temp, j_brume"])
def test_a_search_path_of_ones_own_opens_nothing(place, path):
    table = "staff" if path == "vigie" else "refusal"
    # A schema that may not be used is skipped, so its tables do not exist.
    refused = attempt(place, f"SET LOCAL search_path TO {path}", "aube", f"SELECT * FROM {table}")
    assert refused in (REFUSED, "42P01")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE FUNCTION public.leak() RETURNS text LANGUAGE sql AS 'SELECT 1::text'",
        "CREATE SCHEMA mine",
        "CREATE TABLE public.mine (x int)",
        "CREATE TABLE j_aube.mine (x int)",
        "CREATE EXTENSION dblink",
        "CREATE ROLE thief",
        "GRANT j_brume TO j_aube",
        "ALTER ROLE j_aube SUPERUSER",
        "ALTER TABLE refusal OWNER TO j_brume",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT lo_import('/etc/passwd')",
        "COPY refusal TO PROGRAM 'cat'",
        "COPY refusal FROM '/etc/passwd'",
        "SELECT pg_ls_dir('.')",
        "SELECT pg_stat_file('PG_VERSION')",
        "SELECT * FROM pg_authid",
        "SELECT * FROM pg_largeobject",
        "UPDATE alembic_version SET version_num = '9999'",
        "UPDATE event SET kind = 'x'",
        "DELETE FROM event",
        "TRUNCATE event",
    ],
)
def test_what_no_town_needs_is_refused(place, statement):
    assert attempt(place, statement) == REFUSED


def test_a_large_object_of_one_town_is_closed_to_the_next(place):
    with db.transaction(place.app, "brume") as session:
        loid = session.scalar(text("SELECT lo_from_bytea(0, 'secret')"))
    assert attempt(place, f"SELECT lo_get({loid})") == REFUSED
    assert attempt(place, f"SELECT lo_put({loid}, 0, 'x')") == REFUSED
    assert attempt(place, f"SELECT lo_unlink({loid})") == REFUSED
    with db.transaction(place.app, "brume") as session:
        session.execute(text(f"SELECT lo_unlink({loid})"))


def test_system_views_tell_nothing_that_another_town_wrote(place):
    with db.transaction(place.app, "brume") as brume:
        brume.execute(text("SELECT 'whispered in brume', pg_sleep(0)"))
        with db.transaction(place.app, "aube") as aube:
            statistics = aube.execute(
                text("SELECT count(*) FROM pg_stats WHERE schemaname IN ('j_brume', 'vigie')")
            ).scalar_one()
            heard = aube.execute(
                text("SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%whispered in' || ' brume%'")
            ).scalar_one()
    assert (statistics, heard) == (0, 0)


def test_a_function_of_the_shared_schema_cannot_be_called_by_hand(place):
    for name in ("bump_revision", "refuse_change"):
        assert attempt(place, f"SELECT vigie.{name}()") in (REFUSED, "0A000")
    assert attempt(place, "CREATE TEMP TABLE t (x int)") is None


def test_without_a_town_the_application_sees_no_town_at_all(place):
    for table in TOWN_TABLES:
        assert attempt(place, f'SELECT * FROM j_aube."{table}"', code=None) == REFUSED
    assert attempt(place, "DROP SCHEMA j_aube CASCADE", code=None) == REFUSED
    assert attempt(place, "DELETE FROM vigie.jurisdiction", code=None) == REFUSED
    assert attempt(place, "UPDATE vigie.jurisdiction SET role_name = 'postgres'", code=None) == REFUSED


def test_a_transaction_sees_its_own_town_and_the_next_one_on_its_connection_sees_its_own(place):
    engine = db.make_engine(place.settings.database_url, pool_size=1)
    seen = []
    try:
        for code in ("aube", "brume", None, "aube"):
            with db.transaction(engine, code) as session:
                pid, who, path = session.execute(
                    text("SELECT pg_backend_pid(), current_user, current_setting('search_path')")
                ).one()
                words = _secrets(session) if code else []
                seen.append((pid, who, path.partition(",")[0], words))
    finally:
        engine.dispose()
    assert len({pid for pid, *_ in seen}) == 1
    user = place.app.url.username
    assert [rest for _, *rest in seen] == [
        ["j_aube", "j_aube", ["secret of aube"]],
        ["j_brume", "j_brume", ["secret of brume"]],
        [user, '"$user"', []],
        ["j_aube", "j_aube", ["secret of aube"]],
    ]


@pytest.mark.parametrize(
    "ending",
    [
        ("SELECT 1/0", "brume"),
        ("SELECT * FROM j_aube.refusal", "brume"),
        ("ROLLBACK", "brume", "SELECT * FROM j_brume.refusal"),
    ],
)
def test_rights_end_with_the_transaction_however_it_ends(place, ending):
    engine = db.make_engine(place.settings.database_url, pool_size=1)
    try:
        assert attempt(replace(place, app=engine), *ending)
        with db.transaction(engine) as session:
            assert session.scalar(text("SELECT current_user")) == place.app.url.username
    finally:
        engine.dispose()


def test_the_owners_connections_cannot_be_cut(place):
    with place.owner.connect() as connection:
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        for code in ("aube", None):
            assert attempt(place, f"SELECT pg_terminate_backend({pid})", code) == REFUSED


def test_a_temporary_table_left_behind_does_not_stand_before_the_next_towns_own(place):
    engine = db.make_engine(place.settings.database_url, pool_size=1)
    try:
        with db.transaction(engine, "aube") as session:
            session.execute(text("CREATE TEMP TABLE refusal (reason text)"))
            session.execute(text("GRANT ALL ON pg_temp.refusal TO PUBLIC"))
            session.execute(text("INSERT INTO pg_temp.refusal VALUES ('planted')"))
        with db.transaction(engine, "brume") as session:
            assert _secrets(session) == ["secret of brume"]
    finally:
        engine.dispose()


def test_a_town_that_does_not_exist_is_no_town(place):
    for code in ("nowhere", "AUBE", "", "aube'--", "j_aube", "vigie"):
        with pytest.raises(db.JurisdictionUnknown), db.transaction(place.app, code):
            pass


def test_changed_settings_reach_the_next_transaction(place):
    with db.transaction(place.app, "aube") as session:
        before = db.selected(session)
    with place.owner.begin() as connection:
        change = (
            "UPDATE vigie.jurisdiction SET name = 'Aube-sur-Mer', revision = revision + 1 WHERE code = 'aube'"
        )
        connection.execute(text(change))
    with db.transaction(place.app, "aube") as session:
        now = db.selected(session)
    assert (now.name, now.revision) == ("Aube-sur-Mer", before.revision + 1)


def test_roles_and_paths_are_chosen_in_one_module_only():
    """A role that was limited can be widened again by whoever may write `RESET ROLE`: nobody may."""
    words = re.compile(
        r"\b(?:re)?set\s+(?:local\s+|session\s+)?role\b|session\s+authorization"
        r"|set_config\(\s*'(?:role|search_path)'|discard\s+all|\breset\s+all\b",
        re.IGNORECASE,
    )
    named = {
        str(file.relative_to(SOURCES))
        for file in SOURCES.rglob("*.py")
        if words.search(file.read_text("utf-8"))
    }
    assert named == {"db.py"}


def _secrets(session: Session) -> list[str]:
    return list(session.scalars(text("SELECT reason FROM refusal ORDER BY reason")))
