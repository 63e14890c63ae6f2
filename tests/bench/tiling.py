"""Scenario: the map over a million cases, tile by tile, beside its own SQL on a bare connection.

Ours is the whole application in this process, from the request to the compressed answer, with nothing kept
from before: what a first reader waits. The ceiling is the same statement with the same values through
psycopg in binary, without the choice of the town, rights, HTTP or compression. The two take turns on every
tile. A tile asked again is another line: it comes from the process's own memory, or is a 304.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from random import Random
from statistics import median
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from tests.bench import blocks, ceiling, growing
from tests.bench.bench import Bench
from tests.bench.blocks import Goal, Result, Work
from tests.bench.capture import Sent, Substitutes, script
from tests.bench.client import request
from tests.bench.place import CODE
from tracker import db
from tracker.clock import system_clock
from tracker.maps import base, cases, kept
from tracker.maps.scope import PUBLIC, Scope
from tracker.maps.tile import Tile
from tracker.prepared import Prepared

WANTED, WANTED_QUICK = 1_000_000, 20_000
TILES, TILES_QUICK = 12, 4
REPEATS = 3
GOAL = Goal(ratio=0.85, p95_ms=15.0)
GZIP = {"Accept-Encoding": "gzip"}

# Each case again and again, about thirty metres away.
_MOVED = """
    ST_SetSRID(ST_MakePoint(ST_X(geom) + (random() - 0.5) * 0.0008,
                            ST_Y(geom) + (random() - 0.5) * 0.0006), 4326)
"""
_WHERE = text('SELECT world_x(geom), world_y(geom) FROM "case" TABLESAMPLE SYSTEM (5) WHERE geom IS NOT NULL')


def measure(bench: Bench) -> list[Result]:
    """Measure every zoom of the base map and of the cases, then what is asked again."""
    total = _grow(bench, WANTED_QUICK if bench.is_quick else WANTED)
    with db.transaction(bench.place.app, CODE) as session:
        folded = _timed(lambda: cases.fold(session))
        spots = [tuple(row) for row in session.execute(_WHERE)]
    # As autovacuum would within the minute: a million cases at once leave as much behind.
    with bench.place.owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE)"))
    results = [_every_zoom(bench, layer, spots) for layer in ("base", "cases", "cases?show=all")]
    told = [each for layer in results for each in layer]
    told[0].note += f"; {total} cases, folded in {folded:.1f} s"
    return [*told, *_again(bench, spots)]


def _grow(bench: Bench, wanted: int) -> int:
    with db.transaction(bench.place.app, CODE) as session:
        count: int = session.execute(text('SELECT count(*) FROM "case"')).scalar_one()
    return growing.multiply(bench.place, wanted // count - 1, _MOVED, "public_geom", bench.tell)


def _every_zoom(bench: Bench, layer: str, spots: Sequence[tuple[int, ...]]) -> Iterator[Result]:
    name, _, query = layer.partition("?")
    highest = base.HIGHEST if name == "base" else cases.HIGHEST
    for zoom in range(9, highest + 1):
        yield _zoom(bench, name, query, _tiles(spots, zoom, TILES_QUICK if bench.is_quick else TILES))


def _tiles(spots: Sequence[tuple[int, ...]], zoom: int, most: int) -> list[Tile]:
    """Return tiles where cases are, the busy ones as likely as they are busy."""
    chosen = Random(zoom).choices(spots, k=20 * most)
    places = dict.fromkeys((x >> (31 - zoom), y >> (31 - zoom)) for x, y in chosen)
    return [Tile(z=zoom, x=x, y=y, highest=18) for x, y in list(places)[:most]]


def _zoom(bench: Bench, layer: str, query: str, tiles: Sequence[Tile]) -> Result:
    ours: list[float] = []
    bare: list[float] = []
    sizes: list[int] = []
    ratios: list[float] = []
    with db.transaction(bench.place.app, CODE) as session:
        for tile in tiles:
            statement, values = _sql(session, layer, query, tile)
            path = f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt?{query}"
            run, ask = _bare(session, statement, values), _asked(bench, path)
            run(), ask()
            pairs = [(_timed(run), _timed(ask), _timed(run)) for _ in range(REPEATS)]
            bare.append(median((before + after) / 2 for before, _, after in pairs))
            ours.append(median(each for _, each, _ in pairs))
            ratios.append(bare[-1] / ours[-1])
            sizes.append(ask())
    return _told(f"{layer}{'?' if query else ''}{query} z{tiles[0].z}", ours, bare, ratios, sizes)


def _told(name: str, ours: list[float], bare: list[float], ratios: list[float], sizes: list[int]) -> Result:
    ordered = sorted(ours)
    return Result(
        name=f"tile {name}",
        goal=GOAL,
        requests=len(ours) * REPEATS,
        per_s=len(ours) / sum(ours),
        ceiling_per_s=len(bare) / sum(bare),
        # One ratio for the zoom: all tiles of ours against all of the ceiling, so that none weighs for being
        # small.
        ratios=[sum(bare) / sum(ours)],
        p50_ms=blocks.percentile_ms(ordered, 0.5),
        p95_ms=blocks.percentile_ms(ordered, 0.95),
        note=f"{len(ours)} tiles, largest {max(sizes) / 1000:.0f} kB gzip, bare p95 "
        f"{blocks.percentile_ms(sorted(bare), 0.95):.1f} ms, {min(ratios):.2f}–{max(ratios):.2f}",
    )


def _sql(session: Session, layer: str, query: str, tile: Tile) -> tuple[Prepared, dict[str, Any]]:
    if layer == "base":
        return base.statement(tile.z), dict(tile.values)
    scope = Scope(kind=PUBLIC)
    values = {**tile.values, **scope.values, **cases._tones(session), "now": system_clock(), "group": ""}
    return cases.statement(scope, query != "show=all", False, tile.z <= cases.COUNTED_TO), values


def _bare(session: Session, statement: Prepared, values: dict[str, Any]) -> Callable[[], None]:
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    given = [values[name] for name in statement._names]

    def run() -> None:
        with psycopg.RawCursor(connection, row_factory=tuple_row) as cursor:
            cursor.execute(statement._query, given, prepare=True, binary=True).fetchone()

    return run


def _asked(bench: Bench, path: str) -> Callable[[], int]:
    app = bench.inside.client.application
    environ = EnvironBuilder(
        path=path.partition("?")[0], query_string=path.partition("?")[2], headers=list(GZIP.items())
    )
    asked = environ.get_environ()

    def ask() -> int:
        kept.shelf.clear()
        # The application itself, as a server calls it: a test client would be measured too.
        chunks, status, _ = run_wsgi_app(app, dict(asked), buffered=True)
        assert status.startswith("200"), status
        return sum(map(len, chunks))

    return ask


def _timed(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _again(bench: Bench, spots: Sequence[tuple[int, ...]]) -> list[Result]:
    """What is asked again: from the server's memory, beside pgbench drawing it; and unchanged, a 304."""
    tiles = _tiles(spots, 14, 8)
    results = []
    for layer in ("base", "cases"):
        tile = tiles[0]
        path = f"/tiles/{layer}/14/{tile.x}/{tile.y}.mvt"
        # As maps ask: reference tiles by the revision that TileJSON names.
        named = bench.inside.client.get(f"/tiles/{layer}.json").get_json()["tiles"][0].partition("?")[2]
        kept.shelf.clear()
        sent, _ = bench.inside.ask("GET", path, headers=GZIP)
        top = ceiling.write(
            bench.folder,
            f"tile-{layer}",
            bench.place.dsn,
            script(sent, Substitutes()),
            clients=bench.plan.clients,
        )
        work = Work(name=f"tile {layer} z14, kept", requests=_repeat(tiles, layer, named), status=200,
                    statements=len(sent), goal=Goal(ratio=0.85))  # fmt: skip
        results.append(blocks.compare(bench.server, work, bench.plan, top.run))
        unchanged, answer = _unchanged(bench, path)
        same = _repeat(tiles[:1], layer, "", {"If-None-Match": answer.headers["ETag"]})
        again = Work(
            name=f"tile {layer} z14, unchanged", requests=same, status=304, statements=len(unchanged)
        )
        results.append(blocks.alone(bench.server, again, bench.plan))
    return results


def _unchanged(bench: Bench, path: str) -> tuple[list[Sent], TestResponse]:
    """Ask for a tile that has not changed. Twice at most: what is late makes it another each ten minutes."""
    _, answer = bench.inside.ask("GET", path, headers=GZIP)
    try:
        sent, _ = bench.inside.ask("GET", path, 304, headers=GZIP | {"If-None-Match": answer.headers["ETag"]})
    except (RuntimeError, UnicodeDecodeError):
        _, answer = bench.inside.ask("GET", path, headers=GZIP)
        sent, _ = bench.inside.ask("GET", path, 304, headers=GZIP | {"If-None-Match": answer.headers["ETag"]})
    return sent, answer


def _repeat(
    tiles: Sequence[Tile], layer: str, query: str, headers: dict[str, str] | None = None
) -> Iterator[bytes]:
    paths = [
        request(
            "GET", f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt?{query}", headers=GZIP | (headers or {})
        )
        for tile in tiles
    ]
    random = Random(3)
    while True:
        yield random.choice(paths)
