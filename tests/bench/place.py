"""Where the measures are taken: a database of their own, copied from a town drawn once and kept.

The copy is dropped and made again for every run, so that each begins from the same bytes. It lies in the
embedded cluster, with the settings that everybody gets (fsync and synchronous_commit on), or on the server
that `VIGIE_DATABASE_URL` and `VIGIE_OWNER_DATABASE_URL` (a superuser's) name.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import Engine, make_url

from tests.bench import cases, city
from tests.support.database import PROJECT, Database
from tracker import db, migrations
from tracker.jurisdictions import founding
from tracker.jurisdictions import service as jurisdictions
from tracker.jurisdictions.service import Town
from tracker.postgres import Cluster, bootstrap, current
from tracker.postgres.address import without_driver
from tracker.postgres.place import default_var
from tracker.postgres.settings import APP

NAME, KEPT = "vigie_bench", "vigie_bench_town_"
CODE = "valbrise_bench"
TOWN = Town(code=CODE, name="Valbrise", prefix="VB")
# When any of these changes, the kept town is drawn again.
_SOURCES = ("tracker/migrations", "tests/bench/city.py", "tests/bench/cases.py")
_LOCKED_S = 20.0

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """How large the town is: `city` as tracker.demo draws it, and how many cases it has had."""

    city: str = "m"
    cases: int = 100_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """The database of one run, with engines of its owner and of the application."""

    database: Database
    owner: Engine
    app: Engine
    size: Size

    @property
    def dsn(self) -> str:
        """The application's address, as libpq's programs want it."""
        return without_driver(self.database.app_url)


@contextmanager
def embedded(environ: dict[str, str] | os._Environ[str] = os.environ) -> Iterator[Database]:
    """Give the maintenance database of the server in force; the embedded one is started if it has to be."""
    address = current(environ)
    cluster = Cluster(default_var(environ)) if address.is_embedded else None
    ours = cluster is not None and cluster.start()
    try:
        yield Database(name="", owner_url=address.owner, app_url=address.app).named("postgres")
    finally:
        if ours and cluster is not None:
            cluster.stop()


@contextmanager
def opened(
    maintenance: Database, size: Size, *, name: str = NAME, tell: Tell = lambda _: None
) -> Iterator[Place]:
    """Give a fresh copy of the town under `name`, and drop it at the end."""
    template = _kept(maintenance, size, tell)
    _execute(maintenance, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
    _copy(maintenance, template, name)
    _execute(maintenance, "GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", name, APP)
    mine = maintenance.named(name)
    _note_name(mine)
    owner, app = db.make_engine(mine.owner_url, pool_size=2), db.make_engine(mine.app_url, pool_size=4)
    try:
        yield Place(database=mine, owner=owner, app=app, size=size)
    finally:
        owner.dispose()
        app.dispose()
        _execute(maintenance, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _kept(maintenance: Database, size: Size, tell: Tell) -> str:
    """Return the kept town's database, drawing it when there is none for these sources."""
    series = f"{KEPT}{size.city}{size.cases}_"
    name = series + _fingerprint()
    present = _names(maintenance)
    if name in present:
        return name
    tell(f"dessin de la ville, {size.cases} dossiers / drawing the town, {size.cases} cases")
    for old in present:
        if old.startswith(series):
            _execute(maintenance, "DROP DATABASE IF EXISTS {} WITH (FORCE)", old)
    # Made under another name: a town that was interrupted must not be taken for a finished one.
    draft = maintenance.named(f"{series}draft")
    bootstrap.database(without_driver(maintenance.owner_url), draft.name)
    bootstrap.contents(without_driver(draft.owner_url), draft.name)
    _furnish(draft, size)
    _execute(maintenance, "ALTER DATABASE {} RENAME TO {}", draft.name, name)
    return name


def _furnish(database: Database, size: Size) -> None:
    owner, app = (
        db.make_engine(database.owner_url, pool_size=1),
        db.make_engine(database.app_url, pool_size=1),
    )
    try:
        migrations.upgrade_shared(owner, app_role=APP)
        role = make_url(database.app_url).username
        assert role is not None
        founding.found(owner, app, TOWN, app_role=role)
        with db.transaction(app, CODE) as session:
            homes = city.lay(session, size.city)
            cases.fill(session, homes, size.cases)
        jurisdictions.configure(owner, CODE, {})  # a new revision: what was cached while filling is stale
    finally:
        owner.dispose()
        app.dispose()
    with psycopg.connect(without_driver(database.owner_url), autocommit=True) as connection:
        connection.execute("VACUUM (FREEZE, ANALYZE)")
        connection.execute("CHECKPOINT")


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for source in _SOURCES:
        path = PROJECT / source
        files = sorted(path.rglob("*")) if path.is_dir() else [path]
        for file in files:
            if file.is_file() and "__pycache__" not in file.parts:
                digest.update(str(file.relative_to(PROJECT)).encode() + file.read_bytes())
    return digest.hexdigest()[:10]


def _copy(maintenance: Database, template: str, name: str) -> None:
    """Copy a database. The one copied must have no connection: another run may be copying it just now."""
    until = time.monotonic() + _LOCKED_S
    while True:
        try:
            return _execute(maintenance, "CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def _note_name(database: Database) -> None:
    """Raise the revision: processes that knew another copy must not take this one for it."""
    with psycopg.connect(without_driver(database.owner_url), autocommit=True) as connection:
        connection.execute("UPDATE vigie.jurisdiction SET revision = revision + 1")


def _names(maintenance: Database) -> list[str]:
    with psycopg.connect(without_driver(maintenance.owner_url), autocommit=True) as connection:
        return [row[0] for row in connection.execute("SELECT datname FROM pg_database")]


def _execute(maintenance: Database, statement: str, *names: str) -> None:
    with psycopg.connect(without_driver(maintenance.owner_url), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def folder(environ: dict[str, str] | os._Environ[str] = os.environ) -> Path:
    """Return where results and scripts are kept."""
    found = default_var(environ) / "bench"
    found.mkdir(parents=True, exist_ok=True)
    return found
