"""The base map as vector tiles (MVT 2.1), drawn by PostGIS from the town's own streets and ground.

One statement per tile, filtered by zoom so that a tile stays small. Coordinates of a tile are Web Mercator
(EPSG:3857): its box is taken back to EPSG:4326 for the indexes, and only the shapes found are projected.
"""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

LOWEST, HIGHEST = 9, 16
STREETS_FROM, BUILDINGS_FROM = 11, 14
# Ground smaller than this many square metres is not drawn below zoom 13: it would be a pixel or two.
SMALL_M2, DETAIL_FROM = 3_000, 13

# `&&` with the box in the columns' own SRID uses the GiST indexes; the margin of 64 of 4096 units keeps round
# line ends and labels whole across edges.
_TILE = text("""
    WITH box AS (
        SELECT ST_TileEnvelope(:z, :x, :y) AS tile,
               ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.03), 4326) AS reach
    ), ground_layer AS (
        SELECT ST_AsMVT(t, 'ground') AS mvt FROM (
            SELECT f.kind, ST_AsMVTGeom(ST_Transform(f.geom, 3857), b.tile, 4096, 64) AS geom
            FROM map_feature f, box b
            WHERE f.geom && b.reach AND f.kind NOT IN ('land', 'place')
              AND (f.kind <> 'building' OR :z >= :buildings_from)
              AND (:z >= :detail_from OR f.area_m2 >= :small_m2 OR f.kind = 'rail')
        ) t WHERE t.geom IS NOT NULL
    ), street_layer AS (
        SELECT ST_AsMVT(t, 'street') AS mvt FROM (
            SELECT s.name, s.class,
                   ST_AsMVTGeom(
                       ST_LineMerge(ST_Collect(ST_Transform(s.geom, 3857))), b.tile, 4096, 64) AS geom
            FROM street_segment s, box b
            WHERE s.geom && b.reach AND (s.class <= 2 OR :z >= :streets_from)
            GROUP BY s.name, s.class, b.tile
        ) t WHERE t.geom IS NOT NULL
    ), district_layer AS (
        SELECT ST_AsMVT(t, 'district') AS mvt FROM (
            SELECT d.code, ST_AsMVTGeom(ST_Transform(ST_Boundary(d.geom), 3857), b.tile, 4096, 64) AS geom
            FROM district d JOIN boundary_set v ON v.id = d.boundary_set_id AND v.status = 'active', box b
            WHERE d.geom && b.reach
        ) t WHERE t.geom IS NOT NULL
    ), named AS (
        SELECT 'district' AS kind, d.name, d.geom
        FROM district d JOIN boundary_set v ON v.id = d.boundary_set_id AND v.status = 'active', box b
        WHERE d.geom && b.reach
        UNION ALL
        SELECT f.kind, f.name, f.geom FROM map_feature f, box b
        WHERE f.geom && b.reach AND f.name IS NOT NULL AND f.kind IN ('park', 'water')
          AND (:z >= :detail_from OR f.area_m2 >= :small_m2)
    ), name_layer AS (
        -- One point for each name: a shape cut by tiles would be named once in every piece.
        SELECT ST_AsMVT(t, 'name') AS mvt FROM (
            SELECT n.kind, n.name,
                   ST_AsMVTGeom(ST_Transform(ST_PointOnSurface(n.geom), 3857), b.tile, 4096, 64) AS geom
            FROM named n, box b
        ) t WHERE t.geom IS NOT NULL
    )
    SELECT ground_layer.mvt || street_layer.mvt || district_layer.mvt || name_layer.mvt
    FROM ground_layer, street_layer, district_layer, name_layer
""")


class TileUnknown(ValueError):
    """There is no such tile."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TileAddress:
    """A tile of the XYZ scheme. Raises TileUnknown outside the zooms and the columns that exist."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not (LOWEST <= self.z <= HIGHEST and 0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z):
            raise TileUnknown


def base(session: Session, address: TileAddress) -> bytes:
    """Return a tile with the layers ground, street, district and name; empty where nothing is."""
    values = {
        "z": address.z,
        "x": address.x,
        "y": address.y,
        "streets_from": STREETS_FROM,
        "buildings_from": BUILDINGS_FROM,
        "detail_from": DETAIL_FROM,
        "small_m2": SMALL_M2,
    }
    return bytes(session.execute(_TILE, values).scalar_one())
