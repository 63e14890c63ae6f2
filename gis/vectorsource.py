"""Opening an uploaded map file without trusting it: GeoJSON, Shapefile (alone or in a zip), GeoPackage.

Only these three drivers are ever reached, chosen by the file's first bytes: GDAL knows formats which fetch
addresses or open other files, and an upload may not choose those.
"""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyogrio import list_layers, raw

from gis import errors

# Unpacked size beyond which a zip is taken for a bomb; the districts of a country are a tenth of it.
MAX_UNZIPPED_BYTES = 1_000_000_000
_SUFFIXES = {".shp", ".gpkg", ".geojson", ".json"}
# What makes up a Shapefile. Each must have the stem of the .shp; some hands write them in other cases.
_SHAPEFILE_PARTS = {".shp", ".shx", ".dbf", ".prj", ".cpg"}
_HEAD = 1024
AREAS = ("Polygon", "Surface")


@dataclass(frozen=True, kw_only=True, slots=True)
class Layer:
    """The rows of one layer as read: geometries in WKB (or None), fields by name, the system or None."""

    name: str
    crs: str | None
    geometries: NDArray[np.object_]
    fields: Mapping[str, NDArray[Any]]
    encoding_guessed: bool


def read(path: Path, layer: str | None = None, kinds: tuple[str, ...] = AREAS) -> Layer:
    """Read one layer of a file, its only one of these kinds unless `layer` names another.

    In a zip, folders, hidden files and everything which is not a map are passed over; each map file inside is
    a layer named after it. Raises VectorFileUnreadable, LayerMissing.
    """
    with tempfile.TemporaryDirectory(prefix="vigie-") as folder:
        found = _sources(path, Path(folder))
        names: dict[str, tuple[str, str]] = {}
        for stem, source in found.items():
            inside = _layers(source, kinds)
            names |= {inner if len(found) == 1 else stem: (source, inner) for inner in inside}
        wanted = layer if layer is not None else next(iter(names)) if len(names) == 1 else None
        if wanted is None or wanted not in names:
            raise errors.LayerMissing(wanted=layer, available=tuple(names))
        return _rows(wanted, *names[wanted])


def _sources(path: Path, room: Path) -> dict[str, str]:
    """Find what GDAL can open in a file, by stem; parts of a Shapefile are brought together in `room`."""
    head = _head(path)
    if head[:2] == b"PK":
        return _zipped(path, room)
    opened = _opened(path, head, str(path))
    if _is_shapefile(path, head):
        for part in path.parent.iterdir():
            if _belongs(part, path):
                (room / f"{path.stem}{part.suffix.lower()}").symlink_to(part.resolve())
        opened = str(room / f"{path.stem}.shp")
    return {path.stem: opened}


def _is_shapefile(path: PurePosixPath | Path, head: bytes) -> bool:
    # By its first bytes: JSON called .shp must not reach GDAL under that name, which would find its driver.
    return head[:4] == b"\0\0\x27\x0a" and path.suffix.lower() == ".shp"


def _belongs(part: PurePosixPath | Path, shape: PurePosixPath | Path) -> bool:
    """Tell whether a file is a part of a Shapefile: GDAL loses fields and system of "Rues.shp, RUES.Dbf"."""
    is_part = part.suffix.lower() in _SHAPEFILE_PARTS
    return is_part and part.parent == shape.parent and part.stem.casefold() == shape.stem.casefold()


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError as error:
        raise errors.VectorFileUnreadable from error


def _opened(path: PurePosixPath | Path, head: bytes, gdal_path: str) -> str:
    """Give the name under which GDAL opens the file with the driver its first bytes call for."""
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        # The prefix forces the driver: JSON is also how GDAL's own scripted formats are written.
        return f"GeoJSON:{gdal_path}"
    if _is_shapefile(path, head):
        return gdal_path
    if head[:16] == b"SQLite format 3\0" and path.suffix.lower() == ".gpkg":
        return gdal_path
    raise errors.VectorFileUnreadable


def _zipped(path: Path, room: Path) -> dict[str, str]:
    """Find the map files in a zip, by stem."""
    found: dict[str, str] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > MAX_UNZIPPED_BYTES:
                raise errors.VectorFileUnreadable("The zip unpacks to more than 1 GB.")
            for member in archive.namelist():
                inner = PurePosixPath(member)
                hidden = any(part.startswith((".", "__MACOSX")) for part in inner.parts)
                if hidden or inner.suffix.lower() not in _SUFFIXES:
                    continue
                with archive.open(member) as file:
                    head = file.read(_HEAD)
                found[inner.stem] = _opened(inner, head, f"/vsizip/{{{path.resolve()}}}/{member}")
                if _is_shapefile(inner, head):
                    found[inner.stem] = _unpacked(archive, inner, room / str(len(found)))
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError) as error:
        # RuntimeError is zipfile's word for a password, NotImplementedError for an unknown compression.
        raise errors.VectorFileUnreadable from error
    if not found:
        raise errors.VectorFileUnreadable("The zip holds no .shp, .gpkg or .geojson file.")
    return found


def _unpacked(archive: zipfile.ZipFile, shape: PurePosixPath, room: Path) -> str:
    """Bring the parts of a Shapefile out of a zip, under one stem and in lower case."""
    room.mkdir()
    for member in archive.namelist():
        part = PurePosixPath(member)
        if _belongs(part, shape):
            (room / f"{shape.stem}{part.suffix.lower()}").write_bytes(archive.read(member))
    return str(room / f"{shape.stem}.shp")


def _layers(source: str, kinds: tuple[str, ...]) -> list[str]:
    """Name the layers of these kinds; a file which cannot tell ("Unknown") is given the benefit."""
    try:
        layers = list_layers(source)
    except (RuntimeError, ValueError, OSError) as error:
        raise errors.VectorFileUnreadable from error
    fitting = [name for name, kind in layers if kind and any(wanted in kind for wanted in kinds)]
    return fitting or [name for name, kind in layers if kind]


def _rows(name: str, source: str, layer: str) -> Layer:
    guessed = False
    try:
        try:
            meta, _, geometries, values = raw.read(source, layer=layer, force_2d=True)
        except UnicodeDecodeError:
            # An old Shapefile without .cpg: nearly always written on Windows in western Europe or America.
            meta, _, geometries, values = raw.read(source, layer=layer, force_2d=True, encoding="cp1252")
            guessed = True
    except (RuntimeError, ValueError, OSError) as error:
        raise errors.VectorFileUnreadable from error
    return Layer(
        name=name,
        crs=meta["crs"],
        geometries=geometries if geometries is not None else np.array([], dtype=object),
        fields=dict(zip(meta["fields"].tolist(), values, strict=True)),
        encoding_guessed=guessed,
    )
