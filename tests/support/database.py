"""A real PostGIS for the tests: one template per state of the migrations, one clone per process.

The server is an embedded cluster of its own in `var/test`, shared by all processes that test here at
the same time; the last one to leave stops it. `VIGIE_TEST_DATABASE_URL` (a superuser's) uses another.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from tracker.postgres import Cluster, bootstrap
from tracker.postgres.address import with_driver, without_driver
from tracker.postgres.settings import APP

PROJECT = Path(__file__).resolve().parents[2]
VAR = PROJECT / "var" / "test"
OUTSIDE = "VIGIE_TEST_DATABASE_URL"
# Everything here dies with the run: nothing is lost if the machine does.
THROWAWAY = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "128MB",
}
TEMPLATE, CLONE = "vigie_template_", "vigie_test_"


@dataclass(frozen=True, kw_only=True, slots=True)
class Database:
    """SQLAlchemy addresses of one test database, for its owner and for the application."""

    name: str
    owner_url: str
    app_url: str

    def named(self, name: str) -> Database:
        """Return the addresses of another database on the same server."""
        owner, app = make_url(self.owner_url).set(database=name), make_url(self.app_url).set(database=name)
        return replace(
            self,
            name=name,
            owner_url=owner.render_as_string(hide_password=False),
            app_url=app.render_as_string(hide_password=False),
        )


@contextmanager
def server() -> Iterator[Database]:
    """Give a running server's maintenance database, keeping the server up for as long as anybody tests."""
    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "users.lock").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        outside = os.environ.get(OUTSIDE)
        cluster = None if outside else Cluster(VAR, overrides=THROWAWAY)
        if cluster is not None:
            cluster.start()
            owner, app = cluster.url("owner", database="postgres"), cluster.url("app", database="postgres")
            yield Database(name="postgres", owner_url=owner, app_url=app)
        else:
            yield _outside(with_driver(outside or ""))
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # somebody else still tests
        if cluster is not None:
            cluster.stop()


@contextmanager
def clone(maintenance: Database, name: str) -> Iterator[Database]:
    """Give a database of that name copied from the template, and drop it at the end."""
    with (VAR / "template.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # copying forbids other connections to the template, also copies
        template = _template(maintenance)
        _execute(maintenance, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        _execute(maintenance, "CREATE DATABASE {} TEMPLATE {}", name, template)
        _execute(maintenance, "REVOKE CONNECT ON DATABASE {} FROM PUBLIC", name)
        _execute(maintenance, "GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", name, APP)
    try:
        yield maintenance.named(name)
    finally:
        _execute(maintenance, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def fingerprint(folder: Path = PROJECT / "tracker" / "migrations") -> str:
    """Return a short digest of everything that shapes an empty database."""
    digest = hashlib.sha256(repr(bootstrap.EXTENSIONS).encode())
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".py", ".sql"):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _template(maintenance: Database) -> str:
    """Return the template's name, making it if these migrations have none; older ones are dropped."""
    name = TEMPLATE + fingerprint()
    present = _names(maintenance)
    if name in present:
        return name
    for old in present:
        if old.startswith(TEMPLATE) or _is_abandoned(old):
            _execute(maintenance, "DROP DATABASE IF EXISTS {} WITH (FORCE)", old)
    # Made under another name: a template that was interrupted must not be taken for a finished one.
    draft = maintenance.named(f"{TEMPLATE}draft")
    bootstrap.database(without_driver(maintenance.owner_url), draft.name)
    bootstrap.contents(without_driver(draft.owner_url), draft.name)
    _furnish(draft)
    _execute(maintenance, "ALTER DATABASE {} RENAME TO {}", draft.name, name)
    return name


def _furnish(database: Database) -> None:
    if importlib.util.find_spec("tracker.migrations") is None:
        return
    from tracker import migrations

    engine = create_engine(database.owner_url, poolclass=NullPool)
    migrations.upgrade_shared(engine, app_role=APP)


def _is_abandoned(name: str) -> bool:
    """Tell whether a clone belongs to a process that is gone (clones are named by process)."""
    process = name.removeprefix(CLONE).partition("_")[0]
    return name.startswith(CLONE) and process.isdecimal() and not Path(f"/proc/{process}").exists()


def _outside(owner_url: str) -> Database:
    bootstrap.roles(without_driver(owner_url))
    owner = make_url(owner_url)
    app = owner.set(username=APP)
    if owner.password:
        with psycopg.connect(without_driver(owner_url), autocommit=True) as connection:
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(APP), sql.Literal(owner.password))
            )
    return Database(
        name=owner.database or "postgres",
        owner_url=owner_url,
        app_url=app.render_as_string(hide_password=False),
    )


def _names(maintenance: Database) -> list[str]:
    with psycopg.connect(without_driver(maintenance.owner_url), autocommit=True) as connection:
        return [row[0] for row in connection.execute("SELECT datname FROM pg_database")]


def _execute(maintenance: Database, statement: str, *names: str) -> None:
    with psycopg.connect(without_driver(maintenance.owner_url), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
