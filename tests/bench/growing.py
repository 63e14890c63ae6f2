"""A town's cases again and again: as many as a city ten times as large has, in about two minutes.

Copies are cases without reports or history, which nobody asks for. Columns that must differ are named, the
others are copied as they are, whatever migrations add. The indexes of places are kept while rows come, as
intake leaves them; the others are dropped and built again, which costs a fifth of growing them. The trigger
that looks for a home's public place is spared too: a copy takes the original's, moved as it is moved.
Afterwards everything is there again: indexes, triggers, counts by cell, statistics.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import psycopg

from tests.bench.place import CODE, Place
from tracker.postgres.address import without_driver

SCHEMA = f"j_{CODE}"
TABLE = f'{SCHEMA}."case"'
_AT_ONCE = 100_000
_COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
      AND attname NOT IN ('id', 'number', 'geom', 'public_geom')
"""
_INDEXES = """
    SELECT c.relname, pg_get_indexdef(c.oid)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
    WHERE i.indrelid = %s::regclass AND m.amname <> 'gist'
      AND NOT EXISTS (SELECT FROM pg_constraint o WHERE o.conindid = c.oid)
    ORDER BY c.relname
"""
Tell = Callable[[str], None]


def multiply(town: Place, more: int, moved: str, moved_public: str, tell: Tell) -> int:
    """Add `more` copies of every case that has a place; return how many cases there are then.

    `moved` and `moved_public` are SQL for where the copy `k` of a case lies and is shown.
    """
    began = time.monotonic()

    def said(what: str) -> None:
        tell(f"{time.monotonic() - began:4.0f} s  {what}")

    with psycopg.connect(without_driver(town.database.owner_url), autocommit=True) as connection:
        connection.execute(f"SET search_path = {SCHEMA}, public")
        connection.execute("SET maintenance_work_mem = '512MB'")
        if more > 0:
            _grow(connection, more, (moved, moved_public), said)
        connection.execute(f"VACUUM (ANALYZE) {TABLE}")
        connection.execute("CHECKPOINT")
        count = int(_only(connection.execute(f"SELECT count(*) FROM {TABLE}").fetchone()))
    said(f"{count:,} dossiers / cases")
    return count


def _grow(connection: psycopg.Connection, more: int, moved: tuple[str, str], said: Tell) -> None:
    columns = _only(connection.execute(_COLUMNS, (TABLE,)).fetchone())
    indexes = connection.execute(_INDEXES, (TABLE,)).fetchall()
    connection.execute(f"CREATE TEMPORARY TABLE seed AS SELECT * FROM {TABLE} WHERE geom IS NOT NULL")
    count = int(_only(connection.execute("SELECT count(*) FROM seed").fetchone()))
    connection.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER case_public_place")
    for name, _ in indexes:
        connection.execute(f"DROP INDEX {SCHEMA}.{name}")
    step = max(1, _AT_ONCE // max(1, count))
    for first in range(1, more + 1, step):
        last = min(more, first + step - 1)
        connection.execute(
            f"""
            INSERT INTO {TABLE} (id, number, geom, public_geom, {columns})
            SELECT gen_random_uuid(), number || '-' || k, {moved[0]}, {moved[1]}, {columns}
            FROM seed, generate_series({first}, {last}) AS k
            """
        )
        said(f"{count * (last + 1):,} dossiers / cases")
    for _, definition in indexes:
        connection.execute(definition)
    said(f"{len(indexes)} index / indexes")
    connection.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER case_public_place")
    connection.execute("DROP TABLE seed")


def _only(row: tuple[object, ...] | None) -> str:
    assert row is not None
    return str(row[0])
