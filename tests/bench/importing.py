"""Import against raw COPY: the same rows, once through the whole import, once into the tables of a twin."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import Engine, make_url

from gis.crs import Box
from tracker import db
from tracker.imports import districts, mapping_file, runner, sample
from tracker.imports.sample import Sample
from tracker.imports.sweeps import Job
from tracker.jurisdictions import founding
from tracker.jurisdictions import service as jurisdictions
from tracker.jurisdictions.service import Town
from tracker.postgres.address import without_driver

BOX = Box(west=-74.16, south=45.22, east=-74.08, north=45.28)
SIDE = 5
TABLES = ("case", "report", "event")
TOWNS = {"import": "bench_import", "copy": "bench_copy"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Seconds for the same rows. `ratio` is the import's speed in units of raw COPY's.

    `bare_s` is COPY into tables without index, constraint or log: what no durable import can be.
    """

    rows: int
    import_s: float
    copy_s: float
    bare_s: float

    @property
    def ratio(self) -> float:
        return self.copy_s / self.import_s

    @property
    def rows_per_s(self) -> float:
        return self.rows / self.import_s


def compare(owner: Engine, app: Engine, folder: Path, *, rows: int = 20_000) -> Comparison:
    """Import made-up rows into a town of 25 districts, then COPY what came of them into an empty twin.

    Both have the tables, indexes, constraints and durability of any town. COPY is given the finished lines:
    no reading, no placing, no promise, no seal, no search words.
    """
    _found(owner, app)
    try:
        _lay_districts(app, folder)
        file = folder / f"sample-{rows}.csv"
        sample.write(file, Sample(rows=rows, box=BOX))
        job = Job(path=file, mapping=mapping_file.load(sample.MAPPING))
        began = time.perf_counter()
        result = runner.run(app, TOWNS["import"], job)
        import_s = time.perf_counter() - began
        assert result.counts.written == rows, result.counts.outcomes
        copy_s, bare_s = _copy(owner)
        return Comparison(rows=rows, import_s=import_s, copy_s=copy_s, bare_s=bare_s)
    finally:
        for code in TOWNS.values():
            jurisdictions.drop(owner, code)


def _found(owner: Engine, app: Engine) -> None:
    role = make_url(app.url).username
    assert role is not None
    known = {town.code for town in jurisdictions.listing(owner)}
    for kind, code in TOWNS.items():
        if code in known:  # a run before this one was interrupted
            jurisdictions.drop(owner, code)
        founding.found(owner, app, Town(code=code, name=code, prefix=kind[:2].upper()), app_role=role)


def _lay_districts(app: Engine, folder: Path) -> None:
    """Divide the box into squares."""
    wide, high = (BOX.east - BOX.west) / SIDE, (BOX.north - BOX.south) / SIDE
    features = [
        _square(f"{i}-{j}", BOX.west + i * wide, BOX.south + j * high, wide, high)
        for i in range(SIDE)
        for j in range(SIDE)
    ]
    path = folder / "squares.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    with db.transaction(app, TOWNS["import"]) as session:
        chosen = districts.Chosen(path=path, name_field="name")
        districts.bring_in(session, chosen, today=date(2026, 1, 1))


def _square(name: str, west: float, south: float, wide: float, high: float) -> dict[str, object]:
    corners = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]
    ring = [[west + x * wide, south + y * high] for x, y in corners]
    return {
        "type": "Feature",
        "properties": {"name": name},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def _copy(owner: Engine) -> tuple[float, float]:
    """Copy the imported lines into the twin, then into bare tables; return the seconds of each."""
    url = owner.url.render_as_string(hide_password=False)
    with psycopg.connect(without_driver(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT set_config('search_path', %s, false)", [f"j_{TOWNS['copy']}, public"])
        # As an import does: nobody follows these facts.
        cursor.execute("SELECT set_config('vigie.past', 'on', false)")
        lines = {table: _lines(cursor, table) for table in TABLES}
        connection.commit()
        real = {table: sql.Identifier(f"j_{TOWNS['copy']}", table) for table in TABLES}
        bare = {table: sql.Identifier(f"j_{TOWNS['copy']}", f"bare_{table}") for table in TABLES}
        for table in TABLES:
            cursor.execute(sql.SQL("CREATE UNLOGGED TABLE {} (LIKE {})").format(bare[table], real[table]))
        connection.commit()
        return _timed(connection, lines, real), _timed(connection, lines, bare)


def _timed(
    connection: psycopg.Connection[tuple[object, ...]],
    lines: dict[str, bytes],
    tables: dict[str, sql.Identifier],
) -> float:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        for table, content in lines.items():
            with cursor.copy(sql.SQL("COPY {} FROM STDIN").format(tables[table])) as copy:
                copy.write(content)
    connection.commit()
    return time.perf_counter() - began


def _lines(cursor: psycopg.Cursor[tuple[object, ...]], table: str) -> bytes:
    statement = sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(f"j_{TOWNS['import']}", table))
    with cursor.copy(statement) as copy:
        return b"".join(bytes(part) for part in copy)
