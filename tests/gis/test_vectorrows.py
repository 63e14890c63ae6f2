"""Rows of map files and tables: every format and every trap that offices lay without meaning to."""

from __future__ import annotations

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyogrio import raw

from gis import crs, errors, georeference, tablefile, vectorrows
from gis.crs import Box
from gis.tablefile import Columns
from gis.vectorrows import Asked

TOWN = Box(west=-74.2, south=45.2, east=-74.0, north=45.3)
POINTS = [shapely.Point(-74.13 + i / 1000, 45.25 + i / 2000) for i in range(8)]
NAMES = [f"L-{i}" for i in range(8)]
FORMATS = {".geojson": "GeoJSON", ".shp": "ESRI Shapefile", ".gpkg": "GPKG"}


def write(
    path: Path, shapes=POINTS, names=NAMES, *, srid: int | None = 4326, kind="Point", swapped=False, **more
):
    """Write a map file as an office would."""
    moved = [crs.reproject(shape, 4326, srid or 4326) for shape in shapes]
    if swapped:
        moved = [shapely.transform(shape, lambda xy: xy[:, ::-1]) for shape in moved]
    raw.write(
        path,
        geometry=np.array([shapely.to_wkb(shape) for shape in moved], dtype=object),
        field_data=[np.array(names, dtype=object)],
        fields=["nom"],
        geometry_type=kind,
        crs=f"EPSG:{srid}" if srid else None,
        driver=FORMATS[path.suffix.lower()],
        **more,
    )
    return path


def read(path: Path, **asked):
    return vectorrows.read_rows(path, Asked(**{"kind": "point", "town": TOWN, **asked}))


def same(layer, shapes=POINTS) -> bool:
    return all(row.shape.equals_exact(shape, 2e-6) for row, shape in zip(layer.rows, shapes, strict=True))


# Québec's MTM zone 8 and Lambert, UTM, Web Mercator; Swiss and American grids have towns of their own below.
@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("srid", [4326, 32188, 2950, 32198, 32618, 3857])
def test_every_format_and_grid_gives_the_same_points(tmp_path, suffix, srid):
    layer = read(write(tmp_path / f"lampes{suffix}", srid=srid))
    assert same(layer)
    assert [row.fields["nom"] for row in layer.rows] == NAMES
    assert (layer.read, layer.refused, layer.repaired) == (8, (), ())


@pytest.mark.parametrize(
    ("srid", "west", "south"),
    [(2056, 9.5, 47.1), (21781, 9.5, 47.1), (2248, -76.6, 39.3), (2249, -71.1, 42.3)],
)
def test_swiss_grids_and_american_feet_land_where_they_should(tmp_path, srid, west, south):
    shapes = [shapely.Point(west + i / 1000, south) for i in range(8)]
    town = Box(west=west, south=south - 0.05, east=west + 0.1, north=south + 0.05)
    path = write(tmp_path / "q.shp", shapes, srid=srid)
    assert same(read(path, town=town), shapes)


def test_feet_taken_for_metres_are_explained_with_the_grid_that_fits(tmp_path):
    shapes = [shapely.Point(-76.6 + i / 1000, 39.3) for i in range(8)]
    town = Box(west=-76.7, south=39.2, east=-76.5, north=39.4)
    path = write(tmp_path / "q.gpkg", shapes, srid=2248)
    with pytest.raises(errors.LayerMisplaced) as told:
        read(path, town=town, crs="EPSG:26985")
    assert told.value.kind == "system"
    assert "EPSG:2248" in told.value.fr
    assert "EPSG:2248" in told.value.en


def test_metres_called_degrees_are_explained_with_the_grids_that_fit(tmp_path):
    x, y = crs.transformer(4326, 32188).transform([p.x for p in POINTS], [p.y for p in POINTS])
    features = ",".join(
        f'{{"type":"Feature","properties":{{}},"geometry":{{"type":"Point","coordinates":[{a},{b}]}}}}'
        for a, b in zip(x, y, strict=True)
    )
    path = tmp_path / "q.geojson"
    path.write_text(f'{{"type":"FeatureCollection","features":[{features}]}}')
    with pytest.raises(errors.LayerMisplaced) as told:
        read(path)
    assert "EPSG:32188" in told.value.en
    assert same(read(path, crs="EPSG:32188"))
    with pytest.raises(errors.LayerMisplaced):
        read(path, town=None)


@pytest.mark.parametrize("srid", [4326, 32188])
def test_swapped_axes_are_found_and_can_be_swapped_back(tmp_path, srid):
    path = write(tmp_path / "q.gpkg", srid=srid, swapped=True)
    with pytest.raises(errors.LayerMisplaced) as told:
        read(path)
    assert told.value.kind == "swapped"
    assert same(read(path, swaps=True))


def test_swapped_degrees_are_seen_without_a_town_only_where_they_are_impossible(tmp_path):
    quebec = write(tmp_path / "q.gpkg", swapped=True)
    assert read(quebec, town=None).rows[0].shape.x == pytest.approx(45.25)
    far_west = [shapely.Point(-123.1 + i / 1000, 49.2) for i in range(8)]
    with pytest.raises(errors.LayerMisplaced) as told:
        read(write(tmp_path / "v.gpkg", far_west, swapped=True), town=None)
    assert told.value.kind == "swapped"


def test_the_wrong_towns_file_is_told_how_far_it_lies(tmp_path):
    elsewhere = [shapely.Point(2.35 + i / 1000, 48.85) for i in range(8)]
    path = write(tmp_path / "paris.gpkg", elsewhere)
    with pytest.raises(errors.LayerMisplaced) as told:
        read(path)
    assert told.value.kind == "far"
    assert "km" in told.value.fr
    assert same(read(path, is_anywhere=True), elsewhere)


def test_a_layer_as_wide_as_a_continent_is_explained(tmp_path):
    strewn = [shapely.Point(-120 + 10 * i, 30 + i) for i in range(8)]
    with pytest.raises(errors.LayerMisplaced) as told:
        read(write(tmp_path / "q.gpkg", strewn), town=None)
    assert told.value.kind == "wide"


def test_stray_rows_are_refused_and_the_others_kept(tmp_path):
    shapes = [*POINTS[:5], shapely.Point(0, 0), shapely.Point(2.35, 48.85)]
    layer = read(write(tmp_path / "q.gpkg", shapes, NAMES[:7]))
    assert same(layer, POINTS[:5])
    assert [(note.row, note.name) for note in layer.refused] == [(6, "L-5"), (7, "L-6")]
    assert "0, 0" in layer.refused[0].words.fr
    assert "200" in layer.refused[1].words.en
    assert layer.read == len(layer.rows) + len(layer.refused)


@pytest.mark.parametrize(
    "parts",
    [
        {"shp": "Rues.SHP", "shx": "Rues.SHX", "dbf": "Rues.DBF", "prj": "Rues.PRJ"},
        {"shp": "Rues.SHP", "shx": "rues.shx", "dbf": "RUES.Dbf", "prj": "Rues.Prj"},
        {"shp": "rues.shp", "shx": "rues.Shx", "dbf": "rues.DBF", "prj": "rues.PRJ"},
    ],
)
@pytest.mark.parametrize("is_zipped", [False, True])
def test_parts_of_a_shapefile_are_found_in_any_case(tmp_path, parts, is_zipped):
    write(tmp_path / "x.shp", srid=32188)
    folder = tmp_path / "sent"
    folder.mkdir()
    for suffix, name in parts.items():
        (folder / name).write_bytes((tmp_path / f"x.{suffix}").read_bytes())
    path = folder / parts["shp"]
    if is_zipped:
        path = tmp_path / "sent.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for name in parts.values():
                archive.write(folder / name, f"Données 2026/Export/{name}")
                archive.writestr(f"__MACOSX/Données 2026/Export/._{name}", b"\0\5\26\7")
            archive.writestr("Données 2026/LISEZ-MOI.txt", "à lire")
            archive.writestr("Données 2026/Export/rues.shp.xml", "<metadata/>")
            archive.writestr("Thumbs.db", b"\0")
    layer = read(path)
    assert same(layer)
    assert layer.rows[0].fields == {"nom": "L-0"}


def test_the_layer_of_a_geopackage_is_chosen_by_its_shape_or_by_its_name(tmp_path):
    path = write(tmp_path / "ville.gpkg", layer="lampes")
    lines = [shapely.LineString([p, shapely.Point(p.x + 0.001, p.y)]) for p in POINTS]
    write(path, lines, kind="LineString", layer="rues", append=True)
    assert same(read(path))
    assert read(path, kind="line").rows[0].shape.geom_type == "LineString"
    with pytest.raises(errors.LayerMissing) as told:
        read(path, kind="any")
    assert set(told.value.available) == {"lampes", "rues"}
    assert same(read(path, kind="any", layer="lampes"))


def test_lines_and_areas_in_order_are_kept_and_broken_ones_mended_or_told(tmp_path):
    bow_tie = shapely.Polygon([(-74.13, 45.26), (-74.12, 45.27), (-74.12, 45.26), (-74.13, 45.27)])
    layer = read(write(tmp_path / "q.gpkg", [bow_tie], ["noeud"], kind="Polygon"), kind="polygon")
    assert [note.name for note in layer.repaired] == ["noeud"]
    assert layer.rows[0].shape.is_valid
    stub = shapely.LineString([(-74.13, 45.26), (-74.13, 45.26)])
    whole = shapely.LineString([(-74.13, 45.26), (-74.12, 45.26)])
    layer = read(write(tmp_path / "l.gpkg", [stub, whole], ["a", "b"], kind="LineString"), kind="line")
    assert ([row.number for row in layer.rows], [note.row for note in layer.refused]) == ([2], [1])


TABLE = "no;Longitude;Latitude;état\nL-0;-74,130;45,250;éteint\nL-1;-74,129;45,2505;allumé\nL-2;;;perdu\n"


@pytest.mark.parametrize(
    ("content", "is_guessed"),
    [
        (TABLE.encode(), False),
        (b"\xef\xbb\xbf" + TABLE.encode(), False),
        (TABLE.encode("cp1252"), True),
        (TABLE.encode("utf-16"), False),
        (TABLE.replace(";", "\t").encode(), False),
        (TABLE.replace(",", ".").replace(";", ",").encode(), False),
        (TABLE.replace("\n", "\r\n").encode(), False),
        (gzip.compress(TABLE.encode(), mtime=0), False),
    ],
)
def test_tables_are_read_as_offices_write_them(tmp_path, content, is_guessed):
    path = tmp_path / "lampes.csv"
    path.write_bytes(content)
    layer = read(path)
    assert same(layer, POINTS[:2])
    assert layer.rows[0].fields["état"] == "éteint"
    assert [note.row for note in layer.refused] == [3]
    assert bool(layer.notes) is is_guessed


def test_columns_of_a_table_can_be_named_and_its_grid_given(tmp_path):
    x, y = crs.transformer(4326, 32188).transform(-74.13, 45.25)
    path = tmp_path / "q.csv"
    path.write_text(f"colonne A,colonne B\n{x},{y}\n")
    with pytest.raises(errors.CrsMissing):
        read(path, columns=Columns(x="colonne A", y="colonne B"))
    assert same(read(path, columns=Columns(x="colonne A", y="colonne B"), crs="EPSG:32188"), POINTS[:1])
    with pytest.raises(errors.FieldMissing):
        read(path, columns=Columns(x="colonne C", y="colonne B"))


def test_shapes_may_be_written_in_words(tmp_path):
    path = tmp_path / "q.csv"
    path.write_text('nom;wkt\nA;"LINESTRING (-74.13 45.25, -74.12 45.25)"\nB;nothing\n')
    layer = read(path, kind="line")
    assert [row.fields["nom"] for row in layer.rows] == ["A"]
    assert [note.name for note in layer.refused] == ["B"]


def test_a_table_without_a_place_is_read_when_none_is_needed(tmp_path):
    path = tmp_path / "q.csv"
    path.write_text("segment,gestion\nS-1,ville\n")
    layer = read(path, kind="any", needs_shape=False)
    assert (layer.rows[0].shape, layer.rows[0].fields) == (None, {"segment": "S-1", "gestion": "ville"})
    with pytest.raises(errors.CrsMissing):
        read(path)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"a,a\n1,2\n", b"\x00\x01\x02,\n", b"\x1f\x8bbroken"])
def test_what_is_no_table_is_refused(tmp_path, content):
    path = tmp_path / "q.csv"
    path.write_bytes(content)
    with pytest.raises(errors.VectorFileError):
        read(path)


@pytest.mark.parametrize(
    ("said", "number"),
    [("45.25", 45.25), ("45,25", 45.25), ("-74", -74.0), ("1 234,5", 1234.5), ("1\u202f234,5", 1234.5),
     ("5e3", 5e3),
     ("", None), ("x", None), ("1,234.5", None), ("nan", None), ("inf", None)],
)  # fmt: skip
def test_numbers_are_read_with_points_and_commas(said, number):
    assert tablefile.number(said) == number


def test_a_layer_at_home_is_not_judged():
    points = np.array([[p.x, p.y] for p in POINTS])
    assert georeference.judge(points, "EPSG:4326", TOWN) is None
    assert georeference.judge(np.empty((0, 2)), "EPSG:4326", TOWN) is None
