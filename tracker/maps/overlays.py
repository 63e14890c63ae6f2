"""Districts and assets as layers of their own. Assets are counted by cell until they can be told apart."""

from functools import lru_cache

from sqlalchemy.orm import Session

from tracker.maps.base import _BOX, BUFFER, DISTRICT_EDGE, EXTENT
from tracker.maps.tile import Tile
from tracker.prepared import Prepared

LOWEST, HIGHEST = 9, 16
ASSETS_FROM = 15
CELLS = 16

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
_SINGLE = f"""
    SELECT a.kind, a.code, a.name, ST_AsMVTGeom(ST_Transform(ST_PointOnSurface(a.geom), 3857), b.tile, {EXTENT}, 0) AS geom
    FROM asset a, box b WHERE a.geom && b.reach AND a.kind NOT IN ('room', 'park')"""
_GATHERED = f"""
    SELECT g.kind, count(*) AS n, ST_Centroid(ST_Collect(g.geom)) AS geom
    FROM ({_SINGLE}) g WHERE g.geom IS NOT NULL
    GROUP BY g.kind, floor(ST_X(g.geom) * {CELLS} / {EXTENT}), floor(ST_Y(g.geom) * {CELLS} / {EXTENT})"""  # noqa: S608


def districts(session: Session, tile: Tile) -> bytes:
    """Return the districts as areas with their edges; `tint` tells neighbours apart."""
    return bytes(_DISTRICTS.one_or_none(session, tile.values).mvt)


def assets(session: Session, tile: Tile) -> bytes:
    """Return the assets one by one, or below zoom 15 how many of each kind are in each sixteenth of the tile."""
    return bytes(_assets(tile.z >= ASSETS_FROM).one_or_none(session, tile.values).mvt)


@lru_cache
def _assets(is_close: bool) -> Prepared:
    drawn = _SINGLE if is_close else _GATHERED
    return Prepared(f"WITH {_BOX} SELECT ST_AsMVT(t, 'asset', {EXTENT}) AS mvt FROM ({drawn}) t")  # noqa: S608 -- constants
