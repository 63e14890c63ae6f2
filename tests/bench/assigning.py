"""Scenario: a million points get their districts, from PostGIS in one statement and from the index here.

Ours decides ties on shared edges; the ceilings are the bare join of PostGIS and the bare tree of shapely,
which do not. All answers are compared, on points that lie anywhere, on corners and on edges.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray

from gis.areas import Area, AreaIndex
from tests.bench.bench import Bench
from tests.bench.blocks import Goal, Result
from tests.bench.place import CODE
from tracker.places.boundaries import COVERED
from tracker.postgres.address import without_driver

POINTS, QUICK_POINTS = 1_000_000, 20_000
# One point in a hundred lies on a corner or in the middle of an edge of a district.
AWKWARD = 0.01
GOAL_SQL, GOAL_INDEX = Goal(ratio=0.6), Goal(ratio=0.6)

Pair = tuple[Callable[[], object], Callable[[], object]]  # ours and its ceiling

_TABLE = """
    CREATE TEMPORARY TABLE bench_point (id INTEGER, is_open BOOLEAN DEFAULT true, geom geometry(POINT, 4326))
"""
_OURS = COVERED.format(points="bench_point").replace(":set", "%(set)s")
_BARE = """
    SELECT c.id, d.id AS district_id FROM district d JOIN bench_point c ON ST_Covers(d.geom, c.geom)
    WHERE d.boundary_set_id = %(set)s
"""


class Unequal(Exception):
    """The two ways gave a point different districts, so their speed says nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """The districts in force, by their ids, and the points."""

    set_id: int
    ids: dict[str, int]
    areas: list[Area]
    xy: NDArray[np.float64]


def measure(bench: Bench) -> list[Result]:
    """Measure both ways, each in turns with its ceiling. Raises Unequal."""
    count = QUICK_POINTS if bench.is_quick else POINTS
    rounds = 1 if bench.is_quick else 3
    with psycopg.connect(without_driver(bench.place.database.owner_url), autocommit=True) as connection:
        connection.execute(f"SET search_path = j_{CODE}, public")
        ground = _ground(connection, count)
        index = AreaIndex(ground.areas)
        found = index.assign(ground.xy[:, 0], ground.xy[:, 1])
        _check(connection, ground, found)
        sql = _turns(
            f"assign {count} points, SQL",
            count,
            rounds,
            (lambda: _ask(connection, _OURS, ground), lambda: _ask(connection, _BARE, ground)),
        )
    shapes = [area.geometry for area in ground.areas]
    inside = _turns(
        f"assign {count} points, index",
        count,
        rounds,
        (lambda: index.assign(ground.xy[:, 0], ground.xy[:, 1]), lambda: _bare(shapes, ground.xy)),
    )
    sql.goal, inside.goal = GOAL_SQL, GOAL_INDEX
    return [sql, inside]


def _ground(connection: psycopg.Connection[Any], count: int) -> Ground:
    rows = connection.execute(
        "SELECT d.boundary_set_id, d.id, d.code, ST_AsBinary(d.geom) FROM district d "
        "JOIN boundary_set b ON b.id = d.boundary_set_id WHERE b.status = 'active' ORDER BY d.code"
    ).fetchall()
    areas = [Area(code=code, geometry=shapely.from_wkb(bytes(wkb))) for _, _, code, wkb in rows]
    xy = _points(areas, count)
    connection.execute(_TABLE)
    with connection.cursor() as cursor, cursor.copy("COPY bench_point (id, geom) FROM STDIN") as copy:
        points = shapely.set_srid(shapely.points(xy), 4326)
        for number, wkb in enumerate(shapely.to_wkb(points, hex=True, include_srid=True)):
            copy.write_row((number, wkb))
    connection.execute("CREATE INDEX ON bench_point USING gist (geom)")
    connection.execute("ANALYZE bench_point")
    return Ground(set_id=rows[0][0], ids={row[2]: row[1] for row in rows}, areas=areas, xy=xy)


def _points(areas: list[Area], count: int) -> NDArray[np.float64]:
    """Spread points over the town and a little beyond, and lay some on corners and edges."""
    rng = np.random.default_rng(311)
    west, south, east, north = shapely.total_bounds([area.geometry for area in areas])
    spread = rng.uniform((west, south), (east, north), (count, 2))
    corners = np.unique(np.vstack([shapely.get_coordinates(area.geometry) for area in areas]), axis=0)
    awkward = int(count * AWKWARD)
    spread[:awkward] = corners[rng.integers(0, len(corners), awkward)]
    rings = [shapely.get_coordinates(area.geometry.boundary) for area in areas]
    middles = np.vstack([(ring[1:] + ring[:-1]) / 2 for ring in rings])
    spread[: awkward // 2] = middles[rng.integers(0, len(middles), awkward // 2)]
    return np.asarray(spread)


def _ask(connection: psycopg.Connection[Any], query: str, ground: Ground) -> None:
    counted = f"SELECT count(*) FROM ({query}) found"
    connection.execute(counted, {"set": ground.set_id}).fetchone()


def _bare(shapes: list[Any], xy: NDArray[np.float64]) -> None:
    shapely.STRtree(np.asarray(shapely.points(xy))).query(shapes, predicate="covers")


def _check(connection: psycopg.Connection[Any], ground: Ground, found: NDArray[np.object_]) -> None:
    judged = np.full(len(found), -1)
    for number, district_id in connection.execute(_OURS, {"set": ground.set_id}):
        judged[number] = district_id
    ours = np.array([ground.ids[code] if code is not None else -1 for code in found])
    different = np.flatnonzero(judged != ours)
    if len(different):
        lon, lat = ground.xy[different[0]]
        raise Unequal(f"{len(different)} points, the first at {lon!r}, {lat!r}")


def _turns(name: str, count: int, rounds: int, pair: Pair) -> Result:
    ours, bare = pair
    ours()
    bare()
    result = Result(name=name, requests=count * rounds)
    for _ in range(rounds):
        above, below, again = _per_s(bare, count), _per_s(ours, count), _per_s(bare, count)
        result.ceilings += [above, again]
        result.rates.append(below)
        result.ratios.append(below / ((above + again) / 2))
    result.per_s, result.ceiling_per_s = median(result.rates), median(result.ceilings)
    return result


def _per_s(work: Callable[[], object], count: int) -> float:
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)
