"""The base map: ground, streets, rail, names and civic numbers, from the town's own data.

One statement per tile, made once per zoom so that it holds only what that zoom shows, thinned as the zoom
falls: smaller streets, ponds and sheds wait for theirs, lines of one name are joined, and shapes are
simplified to what a pixel can show. Coordinates of a tile are Web Mercator (EPSG:3857): its box is taken
back to EPSG:4326 for the indexes, and only the shapes found are projected.
"""

from functools import lru_cache

from sqlalchemy.orm import Session

from tracker.maps.tile import Tile
from tracker.prepared import Prepared

LOWEST, HIGHEST = 9, 16
# Least class (1 is an artery, 4 a residential street, beyond are paths) shown from each zoom.
CLASSES = {9: 2, 10: 2, 11: 3, 12: 4, 13: 4, 14: 9}
BUILDINGS_FROM, NUMBERS_FROM, NAMES_FROM = 14, 16, 12
# Square metres under which ground is a pixel or two, by zoom.
LEAST_M2 = {9: 60_000, 10: 20_000, 11: 8_000, 12: 3_000, 13: 800, 14: 60}
EXTENT = 4096
# 64 of 4096 units keep round line ends and halos whole across edges; names of points need none.
BUFFER = 64

_BOX = """
    box AS (
        SELECT ST_TileEnvelope(:z, :x, :y) AS tile,
               ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.016), 4326) AS reach
    )"""


def draw(session: Session, tile: Tile) -> bytes:
    """Return a tile with the layers ground, street, district, name and (close by) number; empty where
    nothing is.
    """
    return bytes(statement(tile.z).one_or_none(session, tile.values).mvt)


@lru_cache
def statement(zoom: int) -> Prepared:
    """Return the statement that draws any tile of a zoom."""
    layers = {
        "ground": _ground(zoom),
        "street": _street(zoom),
        "district": DISTRICT_EDGE,
        "name": _name(zoom),
    }
    if zoom >= NUMBERS_FROM:
        layers["number"] = _NUMBER
    parts = [
        f"{name}_l AS (SELECT ST_AsMVT(t, '{name}', {EXTENT}) AS mvt FROM ({sql}) t)"  # noqa: S608 -- composed of constants
        for name, sql in layers.items()
    ]
    joined = " || ".join(f"(SELECT mvt FROM {name}_l)" for name in layers)  # noqa: S608 -- composed of constants
    return Prepared(f"WITH {_BOX}, {', '.join(parts)} SELECT {joined} AS mvt")


def _ground(zoom: int) -> str:
    least = LEAST_M2.get(zoom, 0)
    kinds = "('water', 'park', 'rail')" if zoom < BUILDINGS_FROM else "('water', 'park', 'rail', 'building')"
    shape = _simple("ST_Transform(f.geom, 3857)", zoom)
    return f"""
        SELECT f.kind, ST_AsMVTGeom({shape}, b.tile, {EXTENT}, {BUFFER}) AS geom
        FROM map_feature f, box b
        WHERE f.geom && b.reach AND f.kind IN {kinds} AND {_is_large(least)}
        ORDER BY f.area_m2 DESC"""  # noqa: S608 -- composed of constants


def _is_large(least: int) -> str:
    """Lines have no area, and a shape whose area nobody wrote down is drawn rather than lost."""
    return f"(f.area_m2 >= {least} OR f.area_m2 = 0)"


def _street(zoom: int) -> str:
    named = "s.name" if zoom >= NAMES_FROM else "CAST(NULL AS text)"
    # Directed: a one-way street must not be turned round while it is joined.
    line = _simple("ST_LineMerge(ST_Collect(ST_Transform(s.geom, 3857)), o.way <> 0)", zoom)
    return f"""
        SELECT {named} AS name, s.class, nullif(o.way, 0) AS oneway,
               ST_AsMVTGeom({line}, b.tile, {EXTENT}, {BUFFER}) AS geom
        FROM street_segment s, box b, LATERAL (
            SELECT CASE lower(s.attributes ->> 'oneway')
                   WHEN 'yes' THEN 1 WHEN 'true' THEN 1 WHEN '1' THEN 1 WHEN 'forward' THEN 1
                   WHEN '-1' THEN -1 WHEN 'reverse' THEN -1 WHEN 'backward' THEN -1 ELSE 0 END AS way) o
        WHERE s.geom && b.reach AND s.class <= {CLASSES.get(zoom, 9)}
        GROUP BY {named}, s.class, o.way, b.tile"""  # noqa: S608 -- composed of constants


def _simple(geometry: str, zoom: int) -> str:
    """Thin a shape to one unit in 4096 of its tile's width, two below zoom 12; whole from zoom 14.

    The plain simplification takes a third of the time of the one that keeps topology, and ST_AsMVTGeom makes
    valid what it spoils.
    """
    if zoom >= BUILDINGS_FROM:
        return geometry
    units = 2 if zoom < NAMES_FROM else 1
    return f"ST_Simplify({geometry}, {units * 40_075_016.686 / 2**zoom / EXTENT:.3f})"


def _name(zoom: int) -> str:
    """One point for each name: a shape cut by tiles would be named once in every piece."""
    least = LEAST_M2.get(zoom, 0)
    return f"""
        SELECT n.kind, n.name, n.size, ST_AsMVTGeom(ST_Transform(n.point, 3857), b.tile, {EXTENT}, 0) AS geom
        FROM (
            SELECT 'district' AS kind, d.name, 9 AS size, ST_PointOnSurface(d.geom) AS point
            FROM district d JOIN boundary_set v ON v.id = d.boundary_set_id AND v.status = 'active', box b
            WHERE d.geom && b.reach
            UNION ALL
            SELECT f.kind, f.name, round(log(greatest(f.area_m2, 1)::numeric))::int, ST_PointOnSurface(f.geom)
            FROM map_feature f, box b
            WHERE f.geom && b.reach AND f.name IS NOT NULL AND {_is_large(least)}
              AND f.kind IN ('park', 'water'{", 'building', 'place'" if zoom >= HIGHEST else ""})
        ) n, box b
        WHERE n.point && b.reach
        ORDER BY n.size DESC"""  # noqa: S608 -- composed of constants


DISTRICT_EDGE = f"""
    SELECT d.code, d.name,
           ST_AsMVTGeom(ST_Transform(ST_Boundary(d.geom), 3857), b.tile, {EXTENT}, {BUFFER}) AS geom
    FROM district d JOIN boundary_set v ON v.id = d.boundary_set_id AND v.status = 'active', box b
    WHERE d.geom && b.reach"""  # noqa: S608 -- composed of constants
_NUMBER = f"""
    SELECT a.civic::text || a.suffix AS name,
           ST_AsMVTGeom(ST_Transform(a.geom, 3857), b.tile, {EXTENT}, 0) AS geom
    FROM address a, box b WHERE a.geom && b.reach"""  # noqa: S608 -- composed of constants
