"""Districts and assets as layers of their own. Assets are counted by cell until they can be told apart."""

from functools import lru_cache

from sqlalchemy.orm import Session

from tracker.maps.base import _BOX, BUFFER, DISTRICT_EDGE, EXTENT
from tracker.maps.tile import Tile
from tracker.prepared import Prepared

LOWEST, HIGHEST = 9, 16
ASSETS_FROM = 15

_DISTRICTS = Prepared(f"""
    WITH {_BOX}, areas AS (
        SELECT ST_AsMVT(t, 'district', {EXTENT}) AS mvt FROM (
            SELECT d.code, d.name, (row_number() OVER (ORDER BY d.code) - 1) % 6 AS tint,
                   ST_AsMVTGeom(ST_Transform(d.geom, 3857), b.tile, {EXTENT}, {BUFFER}) AS geom
            FROM district d JOIN boundary_set v ON v.id = d.boundary_set_id AND v.status = 'active', box b) t
        WHERE t.geom IS NOT NULL
    ), edges AS (SELECT ST_AsMVT(t, 'district_edge', {EXTENT}) AS mvt FROM ({DISTRICT_EDGE}) t)
    SELECT areas.mvt || edges.mvt AS mvt FROM areas, edges
""")  # noqa: S608 -- composed of constants

# Rooms are inside buildings, and parks are drawn as ground.
_APART = "a.kind NOT IN ('room', 'park')"
_SINGLE = f"""
    SELECT a.kind, a.code, a.name,
           ST_AsMVTGeom(ST_Transform(ST_PointOnSurface(a.geom), 3857), b.tile, {EXTENT}, 0) AS geom
    FROM asset a, box b WHERE a.geom && b.reach AND {_APART}"""  # noqa: S608 -- composed of constants
# World pixels (migration 0005) instead of projecting each one: a whole town is counted in a twentieth of the
# time.
_GATHERED = f"""
    SELECT g.kind, count(*) AS n,
           ST_MakePoint((avg(g.wx) / 2147483648 * (1 << :z) - :x) * {EXTENT},
                        (avg(g.wy) / 2147483648 * (1 << :z) - :y) * {EXTENT}) AS geom
    FROM (SELECT a.kind, world_x(p.at) AS wx, world_y(p.at) AS wy
          FROM asset a, box b, LATERAL (SELECT ST_Centroid(a.geom) AS at) p
          WHERE a.geom && b.reach AND {_APART}) g
    WHERE g.wx >> (31 - :z) = :x AND g.wy >> (31 - :z) = :y
    GROUP BY g.kind, g.wx >> (27 - :z), g.wy >> (27 - :z)"""  # noqa: S608 -- composed of constants


def districts(session: Session, tile: Tile) -> bytes:
    """Return the districts as areas with their edges; `tint` tells neighbours apart."""
    return bytes(_DISTRICTS.one_or_none(session, tile.values).mvt)


def assets(session: Session, tile: Tile) -> bytes:
    """Return the assets one by one, or below zoom 15 how many of each kind are in each sixteenth of the
    tile.
    """
    return bytes(_assets(tile.z >= ASSETS_FROM).one_or_none(session, tile.values).mvt)


@lru_cache
def _assets(is_close: bool) -> Prepared:
    drawn = _SINGLE if is_close else _GATHERED
    layer = f"ST_AsMVT(t, 'asset', {EXTENT})"
    return Prepared(f"WITH {_BOX} SELECT {layer} AS mvt FROM ({drawn}) t")  # noqa: S608 -- composed of constants
