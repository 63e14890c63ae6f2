"""The migrations make what the models say, and can be taken back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, Engine, MetaData, create_engine, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.pool import NullPool

from tests.support import towns
from tests.support.towns import Place
from tracker import migrations
from tracker.db import SHARED_SCHEMA
from tracker.jurisdictions import service
from tracker.models import Base, SharedBase

SCHEMA = "j_aube"
_CATALOGUE = {
    "columns": """
        SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity,
               pg_get_expr(d.adbin, d.adrelid)
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
        WHERE c.relnamespace = CAST(:schema AS regnamespace) AND c.relkind IN ('r', 'S')
    """,
    "constraints": """
        SELECT CAST(conrelid AS regclass), conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE connamespace = CAST(:schema AS regnamespace)
    """,
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = :schema",
    "triggers": """
        SELECT CAST(tgrelid AS regclass), tgname, pg_get_triggerdef(t.oid)
        FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
        WHERE NOT tgisinternal AND c.relnamespace = CAST(:schema AS regnamespace)
    """,
    "functions": """
        SELECT proname, prosrc, prosecdef, CAST(proconfig AS text) FROM pg_proc
        WHERE pronamespace = CAST(:schema AS regnamespace)
    """,
}


@pytest.fixture(scope="module")
def place(database_server, tmp_path_factory) -> Iterator[Place]:
    with towns.alone(database_server, tmp_path_factory.mktemp("migrations"), "migrations", "aube") as opened:
        yield opened


def differences(place: Place, metadata: MetaData, schema: str, *changes: str) -> list[object]:
    """Return what Alembic would write to bring a schema's tables to the models, after some changes to it."""
    # A town's models name no schema: they are compared as those of the default one.
    is_town = metadata is Base.metadata
    default = schema if is_town else "public"

    def is_ours(name: str | None, kind: str, parents: object) -> bool:
        if kind == "schema":
            return name == (None if is_town else schema)
        return not (kind == "table" and name == "alembic_version")

    engine = create_engine(place.settings.owner_url, poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"SET search_path TO {default}, public"))
        connection.dialect.default_schema_name = default
        for change in changes:
            connection.execute(text(change))
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_name": is_ours,
            "include_object": alembic_helpers.include_object,
            "include_schemas": not is_town,
        }
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def test_a_fresh_towns_tables_are_the_models(place):
    assert differences(place, Base.metadata, SCHEMA) == []


def test_the_shared_tables_are_the_models(place):
    assert differences(place, SharedBase.metadata, SHARED_SCHEMA) == []


@pytest.mark.parametrize(
    ("metadata", "schema", "change", "noticed"),
    [
        (Base.metadata, SCHEMA, 'ALTER TABLE "case" DROP COLUMN outcome', "outcome"),
        (Base.metadata, SCHEMA, "ALTER TABLE report ALTER COLUMN language DROP NOT NULL", "modify_nullable"),
        (Base.metadata, SCHEMA, "ALTER TABLE crew ADD COLUMN colour text", "colour"),
        (Base.metadata, SCHEMA, "DROP INDEX case_geom_ix", "case_geom_ix"),
        (Base.metadata, SCHEMA, "ALTER TABLE crew ALTER COLUMN active DROP DEFAULT", "modify_default"),
        (Base.metadata, SCHEMA, "DROP TABLE shift", "shift"),
        (SharedBase.metadata, SHARED_SCHEMA, "ALTER TABLE vigie.staff DROP COLUMN name", "name"),
        (SharedBase.metadata, SHARED_SCHEMA, "CREATE TABLE vigie.more (x int)", "more"),
    ],
)
def test_the_comparison_notices_what_differs(place, metadata, schema, change, noticed):
    assert noticed in repr(differences(place, metadata, schema, change))


def shape(engine: Engine, schema: str) -> dict[str, list[str]]:
    with engine.connect() as connection:
        return {
            name: sorted(str(tuple(row)) for row in connection.execute(text(query), {"schema": schema}))
            for name, query in _CATALOGUE.items()
        }


def test_a_town_goes_down_to_nothing_and_comes_back_the_same(place):
    before = shape(place.owner, SCHEMA)
    with place.owner.begin() as connection:
        migrations.downgrade_jurisdiction(connection, schema=SCHEMA)
    emptied = shape(place.owner, SCHEMA)
    assert {row.split("'")[1] for row in emptied["columns"]} == {"alembic_version"}
    assert emptied["triggers"] == []
    with place.owner.begin() as connection:
        migrations.upgrade_jurisdiction(connection, schema=SCHEMA, role=SCHEMA)
    assert shape(place.owner, SCHEMA) == before


def test_the_shared_schema_goes_down_to_nothing_and_comes_back_the_same(new_database, tmp_path):
    with towns.opened(new_database(), tmp_path) as empty:
        before = shape(empty.owner, SHARED_SCHEMA)
        migrations.downgrade_shared(empty.owner)
        emptied = shape(empty.owner, SHARED_SCHEMA)
        assert emptied["functions"] == []
        assert {row.split("'")[1] for row in emptied["columns"]} == {"alembic_version"}
        role = service.app_role_of(empty.settings.database_url)
        migrations.upgrade_shared(empty.owner, app_role=role)
        assert shape(empty.owner, SHARED_SCHEMA) == before


@pytest.mark.parametrize(
    "change", ["UPDATE event SET kind = 'x'", "DELETE FROM event", "TRUNCATE event", "TRUNCATE event CASCADE"]
)
def test_the_history_refuses_to_change_even_for_its_owner(place, change):
    with place.owner.connect() as connection:
        connection.execute(text(f"SET search_path TO {SCHEMA}, public"))
        connection.execute(text("SET session_replication_role = replica"))  # no case is needed for this
        connection.execute(_EVENT)
        connection.execute(text("SET session_replication_role = origin"))
        with pytest.raises(IntegrityError, match="append-only"):
            connection.execute(text(change))
        connection.rollback()


_EVENT = text("""
    INSERT INTO event (case_id, seq, kind, actor, at, payload, prev_hash, hash)
    VALUES (gen_random_uuid(), 1, 'opened', 'citizen', now(), '{}', '', '')
""")


def test_changed_reference_data_raises_the_revision_and_reports_do_not(place):
    def revision(connection: Connection) -> int:
        return int(connection.execute(text("SELECT revision FROM vigie.jurisdiction")).scalar_one())

    with place.app.connect() as connection:
        connection.execute(text("SELECT set_config('search_path', 'j_aube, public', true)"))
        # Around the engine, which refuses these words to hand-written SQL.
        connection.connection.cursor().execute("SET LOCAL ROLE j_aube")
        connection.execute(
            text("INSERT INTO depot (code, name, geom) VALUES ('d', 'D', 'SRID=4326;POINT(0 0)')")
        )
        connection.execute(text("INSERT INTO refusal VALUES (gen_random_uuid(), now(), 'x', 'y')"))
        connection.connection.cursor().execute("RESET ROLE")
        raised = revision(connection)
        connection.rollback()
        assert raised == revision(connection) + 1
