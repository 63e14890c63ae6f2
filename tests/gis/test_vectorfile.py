from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
import shapely
from pyogrio import raw

from gis import crs, errors, vectorfile

# Two squares of one hundred metres side by side near the demo city's origin, and a bow-tie.
WEST = shapely.box(-74.130, 45.250, -74.129, 45.251)
EAST = shapely.box(-74.129, 45.250, -74.128, 45.251)
BOW_TIE = shapely.Polygon([(-74.13, 45.26), (-74.12, 45.27), (-74.12, 45.26), (-74.13, 45.27)])
NAMES = ("Vieux-Bassin", "Les Écluses")

FORMATS = {".geojson": "GeoJSON", ".shp": "ESRI Shapefile", ".gpkg": "GPKG"}


def write(
    path: Path,
    shapes=(WEST, EAST),
    names=NAMES,
    *,
    srid: int | None = 4326,
    kind: str = "Polygon",
    layer=None,
    **more,
) -> Path:
    """Write a map file as a town's office would, in the given coordinate system."""
    moved = [shape and crs.reproject(shape, 4326, srid or 4326) for shape in shapes]
    columns = {
        "nom": np.array(names, dtype=object),
        **{key: np.array(values) for key, values in more.items()},
    }
    raw.write(
        path,
        geometry=np.array(
            [shapely.to_wkb(shape) if shape is not None else None for shape in moved], dtype=object
        ),
        field_data=list(columns.values()),
        fields=list(columns),
        geometry_type=kind,
        crs=f"EPSG:{srid}" if srid else None,
        driver=FORMATS[path.suffix],
        layer=layer,
        append=layer is not None and path.exists(),
    )
    return path


@pytest.mark.filterwarnings("ignore:'crs' was not provided")
@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize("srid", [4326, 32188, 2249])
def test_every_format_and_system_gives_the_same_areas(tmp_path, suffix, srid):
    layer = vectorfile.read_areas(write(tmp_path / f"quartiers{suffix}", srid=srid), "nom")
    assert [(area.code, area.name) for area in layer.areas] == [
        ("vieux-bassin", "Vieux-Bassin"),
        ("les-ecluses", "Les Écluses"),
    ]
    for area, truth in zip(layer.areas, (WEST, EAST), strict=True):
        # A tenth of a millimetre: shared edges stay shared.
        assert area.geometry.normalize().equals_exact(truth.normalize(), 1e-8)
    assert (layer.repaired, layer.refused, layer.notes) == ((), (), ())


def _zip(path: Path, folder: Path, stem: str, *, inside: str = "", junk: bool = True) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for part in folder.glob(f"{stem}.*"):
            archive.write(part, f"{inside}{part.name}")
            if junk:
                archive.writestr(f"__MACOSX/{inside}._{part.name}", b"\0\5\26\7")
        if junk:
            archive.writestr("LISEZ-MOI.txt", "Données de la ville")
            archive.writestr(f"{inside}.DS_Store", b"\0")
            archive.writestr("photo.jpg", b"\xff\xd8\xff")
    return path


@pytest.mark.parametrize("inside", ["", "Limites 2026/finale (v2)/"])
def test_a_zipped_shapefile_is_found_among_junk_and_folders(tmp_path, inside):
    write(tmp_path / "Quartiers été.shp", srid=32188)
    archive = _zip(tmp_path / "envoi de la ville.zip", tmp_path, "Quartiers été", inside=inside)
    assert len(vectorfile.read_areas(archive, "nom").areas) == 2


def test_a_zip_with_two_maps_asks_which_and_takes_the_one_named(tmp_path):
    write(tmp_path / "quartiers.shp")
    write(tmp_path / "secteurs.shp", names=("Nord", "Sud"))
    with zipfile.ZipFile(tmp_path / "tout.zip", "w") as archive:
        for part in (*tmp_path.glob("quartiers.*"), *tmp_path.glob("secteurs.*")):
            archive.write(part, part.name)
    with pytest.raises(errors.LayerMissing) as refusal:
        vectorfile.read_areas(tmp_path / "tout.zip", "nom")
    assert set(refusal.value.available) == {"quartiers", "secteurs"}
    found = vectorfile.read_areas(tmp_path / "tout.zip", "nom", layer="secteurs")
    assert found.areas[0].name == "Nord"


def test_a_geopackage_with_one_polygon_layer_among_points_needs_no_choice(tmp_path):
    path = write(tmp_path / "ville.gpkg", layer="quartiers")
    write(path, (shapely.Point(-74, 45),) * 2, kind="Point", layer="bornes")
    assert len(vectorfile.read_areas(path, "nom").areas) == 2
    write(path, layer="secteurs")
    with pytest.raises(errors.LayerMissing, match="quartiers, secteurs"):
        vectorfile.read_areas(path, "nom")


@pytest.mark.parametrize("suffix", FORMATS)
def test_a_missing_field_names_those_there_are(tmp_path, suffix):
    path = write(tmp_path / f"q{suffix}", numero=[1, 2])
    with pytest.raises(errors.FieldMissing, match="'name'.*nom, numero") as refusal:
        vectorfile.read_areas(path, "name")
    assert refusal.value.available == ("nom", "numero")


def test_an_invalid_polygon_is_repaired_and_told(tmp_path):
    layer = vectorfile.read_areas(write(tmp_path / "q.geojson", (WEST, BOW_TIE)), "nom")
    assert len(layer.areas) == 2
    (note,) = layer.repaired
    assert (note.row, note.name) == (2, "Les Écluses")
    assert "se croise" in note.words.fr
    assert "crosses itself" in note.words.en


def test_rows_without_an_area_are_refused_and_told_with_their_row(tmp_path):
    shapes = (
        WEST,
        None,
        shapely.Polygon(),
        shapely.Point(-74.1, 45.2),
        shapely.LineString([(-74, 45), (-74, 46)]),
    )
    path = write(tmp_path / "q.geojson", shapes, ("a", "b", "c", "d", "e"), kind="Unknown")
    layer = vectorfile.read_areas(path, "nom")
    assert [area.name for area in layer.areas] == ["a"]
    assert [note.row for note in layer.refused] == [2, 3, 4, 5]
    assert "Point" in layer.refused[2].words.en


def test_a_file_without_any_polygon_is_refused_with_its_reasons(tmp_path):
    path = write(tmp_path / "q.geojson", (shapely.Point(-74, 45),) * 2, kind="Point")
    with pytest.raises(errors.LayerHasNoArea) as refusal:
        vectorfile.read_areas(path, "nom")
    assert len(refusal.value.refused) == 2


def test_two_areas_of_one_name_keep_it_and_get_two_codes(tmp_path):
    layer = vectorfile.read_areas(
        write(tmp_path / "q.geojson", names=("Plessisville", "Plessisville")), "nom"
    )
    assert [area.code for area in layer.areas] == ["plessisville", "plessisville-2"]
    assert "plessisville, plessisville-2" in layer.notes[0].fr


def test_codes_may_come_from_a_field_and_numbers_lose_their_decimals(tmp_path):
    path = write(tmp_path / "q.gpkg", numero=[3.0, 12.0])
    layer = vectorfile.read_areas(path, "nom", code_field="numero")
    assert [area.code for area in layer.areas] == ["3", "12"]


def test_an_area_without_a_name_is_named_by_its_row(tmp_path):
    layer = vectorfile.read_areas(write(tmp_path / "q.geojson", names=(None, "b")), "nom")
    assert [(area.code, area.name) for area in layer.areas] == [("zone-1", "1"), ("b", "b")]


def _without_prj(tmp_path: Path, srid: int) -> Path:
    path = write(tmp_path / "q.shp", srid=srid)
    path.with_suffix(".prj").unlink()
    return path


def test_a_file_which_does_not_say_its_system_needs_to_be_told(tmp_path):
    path = _without_prj(tmp_path, 32188)
    with pytest.raises(errors.CrsMissing):
        vectorfile.read_areas(path, "nom")
    layer = vectorfile.read_areas(path, "nom", crs="EPSG:32188")
    assert layer.areas[0].geometry.normalize().equals_exact(WEST.normalize(), 1e-8)
    with pytest.raises(ValueError, match="EPSG:nope"):
        vectorfile.read_areas(path, "nom", crs="EPSG:nope")


def test_metres_taken_for_degrees_are_off_the_globe(tmp_path):
    with pytest.raises(errors.LayerHasNoArea) as refusal:
        vectorfile.read_areas(_without_prj(tmp_path, 32188), "nom", crs="EPSG:4326")
    (first, _) = refusal.value.refused
    assert isinstance(first, vectorfile.RowNote)
    assert "coordonnées" in first.words.fr


def test_a_system_given_against_the_files_own_is_used_and_told(tmp_path):
    layer = vectorfile.read_areas(write(tmp_path / "q.gpkg", srid=32188), "nom", crs="EPSG:2950")
    assert layer.crs == "EPSG:2950"
    assert "EPSG:2950" in layer.notes[0].en


def test_an_old_shapefile_without_an_encoding_keeps_its_accents(tmp_path):
    path = write(tmp_path / "q.shp")
    path.with_suffix(".cpg").unlink()
    dbf = path.with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes().replace("Les Écluses".encode(), "Les Écluses ".encode("cp1252")))
    assert vectorfile.read_areas(path, "nom").areas[1].name == "Les Écluses"


@pytest.mark.parametrize("suffix", [".shp", ".gpkg"])
def test_text_which_is_not_in_the_encoding_claimed_is_read_as_windows_and_told(tmp_path, suffix):
    path = write(tmp_path / f"q{suffix}", names=("Les Écluses", "bas"))
    data = path.with_suffix(".dbf") if suffix == ".shp" else path
    wrong = "Les Écluses".encode("cp1252")
    data.write_bytes(data.read_bytes().replace("Les Écluses".encode(), wrong + b" "))
    layer = vectorfile.read_areas(path, "nom")
    assert layer.areas[0].name == "Les Écluses"
    assert "Windows-1252" in layer.notes[0].fr


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("q.geojson", b""),
        ("q.geojson", b"not a map"),
        ("q.geojson", b'{"type": "FeatureCollection", "features": [{"type"'),
        ("q.geojson", b'{"hello": "world"}'),
        ("q.shp", b"\0\0\x27\x0a" + bytes(96)),
        ("q.gpkg", b"SQLite format 3\0" + bytes(200)),
        ("q.zip", b"PK\3\4 broken"),
        ("q.csv", b"nom,wkt\nA,POINT(0 0)"),
    ],
)
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_what_is_not_a_map_is_refused(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(errors.VectorFileError):
        vectorfile.read_areas(path, "nom")


def test_a_file_which_is_not_there_is_refused(tmp_path):
    with pytest.raises(errors.VectorFileUnreadable):
        vectorfile.read_areas(tmp_path / "q.geojson", "nom")


@pytest.mark.parametrize("name", ["q.geojson", "q.vrt", "q.json", "q.shp", "q.gpkg"])
@pytest.mark.parametrize("trick", ["vrt", "pipeline"])
def test_a_file_cannot_make_the_reader_open_another(tmp_path, name, trick):
    secret = write(tmp_path / "secret.geojson")
    vrt = (
        f"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>{secret}</SrcDataSource>"
        "<SrcLayer>secret</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"
    )
    pipeline = json.dumps(
        {"type": "gdal_streamed_alg", "command_line": f"gdal vector pipeline ! read {secret}"}
    )
    upload = tmp_path / name
    upload.write_text(vrt if trick == "vrt" else pipeline)
    with pytest.raises(errors.VectorFileError):
        vectorfile.read_areas(upload, "nom")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    write(tmp_path / "q.shp")
    archive = _zip(tmp_path / "q.zip", tmp_path, "q")
    monkeypatch.setattr("gis.vectorsource.MAX_UNZIPPED_BYTES", 100)
    with pytest.raises(errors.VectorFileUnreadable, match="1 GB"):
        vectorfile.read_areas(archive, "nom")


def test_a_zip_without_a_map_says_so(tmp_path):
    with zipfile.ZipFile(tmp_path / "q.zip", "w") as archive:
        archive.writestr("LISEZ-MOI.txt", "rien")
    with pytest.raises(errors.VectorFileUnreadable, match="no .shp"):
        vectorfile.read_areas(tmp_path / "q.zip", "nom")


@pytest.mark.realdata
@pytest.mark.parametrize(
    ("city", "count", "repaired", "notes"),
    [
        ("boston", 26, 4, 0),
        ("baltimore", 278, 2, 0),
        ("montreal", 19, 0, 0),
        ("quebec_client_towns", 7, 0, 1),
    ],
)
def test_real_boundaries_are_read_whole_and_repaired(real_data, city, count, repaired, notes):
    layer = vectorfile.read_areas(real_data / "boundaries" / f"{city}.geojson", "name")
    assert (len(layer.areas), len(layer.repaired), len(layer.notes)) == (count, repaired, notes)
    assert layer.refused == ()
    assert len({area.code for area in layer.areas}) == count
