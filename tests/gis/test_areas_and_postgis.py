from __future__ import annotations

import csv
import gzip

import psycopg
import pytest
import shapely
from shapely.geometry.base import BaseGeometry

from gis import vectorfile
from gis.areas import Area, AreaIndex

# Oblique edges and points a rounding away from them, where two implementations would disagree.
DEMO = {
    "A": shapely.Polygon([(-74.25, 45.25), (-74.0, 45.25), (-74.0, 45.5)]),
    "B": shapely.Polygon([(-74.25, 45.25), (-74.0, 45.5), (-74.25, 45.5)]),
    "C": shapely.MultiPolygon(
        [shapely.box(-73.99, 45.3, -73.9, 45.4), shapely.box(-74.05, 45.3, -74.02, 45.33)]
    ),
}
IN_POSTGIS = """
select (select min(a.code collate "C") from area a where st_covers(a.geom, p.geom))
from point p order by p.id
"""


def _ask_postgis(
    url: str, found: dict[str, BaseGeometry], lons: list[float], lats: list[float]
) -> list[str | None]:
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        connection.execute("create temporary table area (code text, geom geometry(Geometry, 4326))")
        connection.execute("create temporary table point (id int, geom geometry(Point, 4326))")
        with connection.cursor() as cursor:
            cursor.executemany(
                "insert into area values (%s, st_geomfromwkb(%s, 4326))",
                [(code, shapely.to_wkb(shape)) for code, shape in found.items()],
            )
            with cursor.copy("copy point from stdin") as copy:
                for position, (lon, lat) in enumerate(zip(lons, lats, strict=True)):
                    copy.write_row((position, f"SRID=4326;POINT({lon!r} {lat!r})"))
        connection.execute("create index on area using gist (geom)")
        connection.execute("analyze area")
        answers = [row[0] for row in connection.execute(IN_POSTGIS)]
        connection.rollback()
    return answers


def _places(found: dict[str, BaseGeometry]) -> tuple[list[float], list[float]]:
    """Take vertices, middles of edges, both a hair to each side, and a grid over everything."""
    lons: list[float] = []
    lats: list[float] = []
    for shape in found.values():
        corners = shapely.get_coordinates(shape)
        middles = (corners[1:] + corners[:-1]) / 2
        for hair in (0.0, 1e-7, -1e-7):
            for points in (corners, middles):
                lons += (points[:, 0] + hair).tolist()
                lats += (points[:, 1] - hair).tolist()
    west, south, east, north = shapely.total_bounds(list(found.values())).tolist()
    for i in range(41):
        for j in range(41):
            lons.append(west + (east - west) * i / 40)
            lats.append(south + (north - south) * j / 40)
    return lons, lats


def test_every_point_gets_the_area_postgis_gives_it(database):
    index = AreaIndex([Area(code=code, geometry=shape) for code, shape in DEMO.items()])
    lons, lats = _places(DEMO)
    assert index.assign(lons, lats).tolist() == _ask_postgis(database.owner_url, DEMO, lons, lats)


@pytest.mark.realdata
@pytest.mark.parametrize("city", ["boston", "baltimore"])
def test_real_districts_are_placed_as_postgis_places_them_wherever_it_is_certain(database, real_data, city):
    layer = vectorfile.read_areas(real_data / "boundaries" / f"{city}.geojson", "name")
    found = {area.code: area.geometry for area in layer.areas}
    index = AreaIndex(layer.areas)
    lons, lats = (values[:: max(1, len(values) // 20_000)] for values in _places(found))
    postgis = _ask_postgis(database.owner_url, found, lons, lats)
    differences = [
        position
        for position, (ours, theirs) in enumerate(zip(index.assign(lons, lats), postgis, strict=True))
        if ours != theirs
    ]
    # The middle of an edge is rounded to one side or the other: there, and only there, PostGIS is the judge.
    assert [p for p in differences if index.find(lons[p], lats[p]).certain] == []


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("city", "requests", "lon", "lat"),
    [
        ("boston", "boston_311_2011Q3.csv.gz", "longitude", "latitude"),
        ("baltimore", "baltimore_311_sample_10k.csv.gz", "Longitude", "Latitude"),
    ],
)
def test_every_real_request_falls_in_the_district_postgis_gives_it(
    database, real_data, city, requests, lon, lat
):
    layer = vectorfile.read_areas(real_data / "boundaries" / f"{city}.geojson", "name")
    with gzip.open(real_data / "requests" / requests, "rt", encoding="utf-8") as file:
        points = [(float(row[lon]), float(row[lat])) for row in csv.DictReader(file) if row[lon]]
    lons, lats = [point[0] for point in points], [point[1] for point in points]
    ours = AreaIndex(layer.areas).assign(lons, lats).tolist()
    assert ours == _ask_postgis(database.owner_url, {a.code: a.geometry for a in layer.areas}, lons, lats)
    assert sum(code is not None for code in ours) > 8000
