"""Scenario: the same question in a city ten times as large, every case of it open. To be run last of all."""

from __future__ import annotations

from dataclasses import replace

import psycopg

from tests.bench import asking
from tests.bench.bench import Bench
from tests.bench.blocks import Goal, Result
from tests.bench.place import CODE
from tracker.postgres.address import without_driver

TIMES = 10
# Flat: at most 1.3 times as long as in the tenth of it. As a ratio, a little more than three quarters.
GOAL = Goal(p99_ms=10.0, ratio=1 / 1.3)
_WEST_EAST_DEG = 0.2

# Whole towns beside the town, as dense as it: a case each, without reports or history, which nobody asks for.
# Columns that must differ are named, the others are copied as they are, whatever migrations add.
_COLUMNS = """
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum)
    FROM pg_attribute
    WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped
      AND attname NOT IN ('id', 'number', 'geom')
"""


def measure(bench: Bench) -> list[Result]:
    """Measure with the town as it is, then with nine more of it beside."""
    small = asking.measure(bench)
    with psycopg.connect(without_driver(bench.place.database.owner_url), autocommit=True) as connection:
        count = _multiply(connection)
    large = asking.measure(bench)
    assert small.p50_ms is not None
    assert large.p50_ms is not None
    return [
        replace(small, name="… again, before it grows"),
        replace(
            large,
            name=f"ask among {count:,} open cases",
            goal=GOAL,
            ratios=[small.p50_ms / large.p50_ms],
            note=f"p50 {large.p50_ms / small.p50_ms:.2f} × / {1 / TIMES:.0%}",
        ),
    ]


def _multiply(connection: psycopg.Connection) -> int:
    """Copy every case nine times, each copy a town further east, and return how many there are."""
    table = f'j_{CODE}."case"'
    found = connection.execute(_COLUMNS, (table,)).fetchone()
    assert found is not None
    columns = found[0]
    connection.execute("SET maintenance_work_mem = '512MB'")
    connection.execute(
        f"""
        INSERT INTO {table} (id, number, geom, {columns})
        SELECT gen_random_uuid(), number || '-' || n,
               public.ST_Translate(geom, n * {_WEST_EAST_DEG}, 0), {columns}
        FROM {table}, generate_series(1, {TIMES - 1}) AS n
        WHERE geom IS NOT NULL
        """
    )
    connection.execute(f"VACUUM (ANALYZE) {table}")
    connection.execute("CHECKPOINT")
    counted = connection.execute(f"SELECT count(*) FROM {table} WHERE is_open").fetchone()
    assert counted is not None
    return int(counted[0])
