"""What every database of ours starts from: roles, extensions, and who may do what."""

from __future__ import annotations

import psycopg
from psycopg import sql

from tracker.postgres.settings import APP

DATABASE = "vigie"
EXTENSIONS = ("postgis", "pg_trgm", "unaccent", "btree_gist")


def roles(maintenance_dsn: str) -> None:
    """Create the application's login role: it owns nothing and may create nothing. Repeatable."""
    with psycopg.connect(maintenance_dsn, autocommit=True) as connection:
        found = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [APP]).fetchone()
        if found is None:
            connection.execute(
                sql.SQL(
                    "CREATE ROLE {} LOGIN NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION"
                ).format(sql.Identifier(APP))
            )


def database(maintenance_dsn: str, name: str = DATABASE) -> bool:
    """Create an empty database if it is absent and tell whether it was. The caller adds the extensions."""
    with psycopg.connect(maintenance_dsn, autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return False
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
        return True


def contents(dsn: str, name: str = DATABASE) -> None:
    """Install the extensions and take from everybody what only the application needs. Repeatable."""
    with psycopg.connect(dsn) as connection:
        present = {row[0] for row in connection.execute("SELECT extname FROM pg_extension")}
        for extension in EXTENSIONS:
            if extension not in present:
                connection.execute(
                    sql.SQL("CREATE EXTENSION {} SCHEMA public").format(sql.Identifier(extension))
                )
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        connection.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(
                sql.Identifier(name), sql.Identifier(APP)
            )
        )
