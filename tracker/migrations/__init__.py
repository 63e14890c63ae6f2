"""Schema changes, both directions: the shared schema once, then every jurisdiction's schema.

Alembic is configured here, in code. Migrations of a jurisdiction run with `search_path` set to its
schema and keep their version table there, so a town can be restored or moved alone.
"""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from tracker.db import SHARED_SCHEMA

HERE = Path(__file__).parent
EXTENSIONS = ("postgis", "pg_trgm", "unaccent", "btree_gist")


def _config(branch: str, connection: Connection | None, schema: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(HERE / branch))
    config.set_main_option("version_locations", str(HERE / branch / "versions"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    config.attributes["schema"] = schema
    return config


def head(branch: str) -> str:
    """Return the newest revision of a branch, `shared` or `jurisdiction`."""
    found = ScriptDirectory.from_config(_config(branch, None, "")).get_current_head()
    assert found is not None
    return found


def upgrade_shared(engine: Engine, *, app_role: str, revision: str = "head") -> None:
    """Bring the shared schema up to date and let the application's login role use it."""
    with engine.begin() as connection:
        for extension in EXTENSIONS:
            connection.execute(text(f"CREATE EXTENSION IF NOT EXISTS {extension} SCHEMA public"))
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SHARED_SCHEMA}"))
        connection.execute(text(f"SET LOCAL search_path TO {SHARED_SCHEMA}, public"))
        command.upgrade(_config("shared", connection, SHARED_SCHEMA), revision)
        _grant_shared(connection, app_role)


def downgrade_shared(engine: Engine, *, revision: str = "base") -> None:
    """Take the shared schema back to a revision."""
    with engine.begin() as connection:
        connection.execute(text(f"SET LOCAL search_path TO {SHARED_SCHEMA}, public"))
        command.downgrade(_config("shared", connection, SHARED_SCHEMA), revision)


def upgrade_jurisdiction(connection: Connection, *, schema: str, role: str, revision: str = "head") -> None:
    """Bring one jurisdiction's schema up to date and give its role what it may do there."""
    name = quote(connection, schema)
    connection.execute(text(f"SET LOCAL search_path TO {name}, public"))
    command.upgrade(_config("jurisdiction", connection, schema), revision)
    _grant_jurisdiction(connection, name, quote(connection, role))


def downgrade_jurisdiction(connection: Connection, *, schema: str, revision: str = "base") -> None:
    """Take one jurisdiction's schema back to a revision."""
    connection.execute(text(f"SET LOCAL search_path TO {quote(connection, schema)}, public"))
    command.downgrade(_config("jurisdiction", connection, schema), revision)


def quote(connection: Connection, name: str) -> str:
    """Return a name quoted for use as an SQL identifier."""
    return connection.dialect.identifier_preparer.quote(name)


def _grant_shared(connection: Connection, app_role: str) -> None:
    role = quote(connection, app_role)
    for statement in (
        f"GRANT USAGE ON SCHEMA {SHARED_SCHEMA} TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {SHARED_SCHEMA} TO {role}",
        f"REVOKE INSERT, UPDATE, DELETE ON {SHARED_SCHEMA}.jurisdiction FROM {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {SHARED_SCHEMA} TO {role}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA {SHARED_SCHEMA} TO {role}",
    ):
        connection.execute(text(statement))


def _grant_jurisdiction(connection: Connection, schema: str, role: str) -> None:
    for statement in (
        f"GRANT USAGE ON SCHEMA {schema} TO {role}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
        f"REVOKE INSERT, UPDATE, DELETE ON {schema}.alembic_version FROM {role}",
        # Evidence: the trigger refuses too, but a right that is not there cannot be misused.
        f"REVOKE UPDATE, DELETE ON {schema}.event FROM {role}",
    ):
        connection.execute(text(statement))
