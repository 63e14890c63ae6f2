"""Tables with coordinates: CSV as offices write it, with its delimiter, decimals and encoding found out."""

from __future__ import annotations

import csv
import gzip
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.errors import GEOSException

from gis import errors, text
from gis.vectorsource import Layer

MAX_BYTES = 1_000_000_000
_MAX_CELL = 10_000_000
_DELIMITERS = (",", ";", "\t", "|")
# Folded names of columns, the likeliest first.
_LONGITUDES = ("lon", "longitude", "lng", "long", "x_lon", "coord_x", "loc_long", "point_x")
_LATITUDES = ("lat", "latitude", "y_lat", "coord_y", "loc_lat", "point_y")
_EASTINGS = ("x", "est", "easting", "abscisse", "x_coord", "xcoord", "spatial_x")
_NORTHINGS = ("y", "nord", "northing", "ordonnee", "y_coord", "ycoord", "spatial_y")
_SHAPES = ("wkt", "geometry", "geom", "the_geom", "geometrie", "shape")
_NUMBER = re.compile(r"^[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Columns:
    """Which columns hold the place; what is None is found by its name."""

    x: str | None = None
    y: str | None = None


def read(path: Path, columns: Columns | None = None) -> Layer:
    """Read a CSV, its points from two columns or its shapes from a column of WKT.

    Columns called longitude and latitude are degrees (EPSG:4326); x and y say no system. A table without any
    place is a layer without geometry. Raises VectorFileUnreadable, FieldMissing.
    """
    content, is_guessed = _text(path)
    rows = _rows(content)
    header = [name.strip() for name in rows[0]]
    if len(set(header)) < len(header) or not any(header):
        raise errors.VectorFileUnreadable("The first line must name the columns, each once.")
    body = [[*row[: len(header)], *[""] * (len(header) - len(row))] for row in rows[1:] if any(row)]
    fields = {
        name: np.array([row[position].strip() for row in body], dtype=object)
        for position, name in enumerate(header)
    }
    system, shapes = _places(fields, columns or Columns(), len(body))
    return Layer(name=path.stem, crs=system, geometries=shapes, fields=fields, encoding_guessed=is_guessed)


def looks_like(path: Path) -> bool:
    """Tell by its name whether a file is a table."""
    return path.name.lower().removesuffix(".gz").endswith((".csv", ".txt", ".tsv"))


def number(said: str) -> float | None:
    """Read a number with a point or a comma, spaces between thousands; None when it is none."""
    plain = re.sub(r"[\s\u00a0\u202f’']", "", said)
    if "," in plain and "." not in plain:
        plain = plain.replace(",", ".")
    return float(plain) if _NUMBER.match(plain) else None


def _text(path: Path) -> tuple[str, bool]:
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as packed:
                content = packed.read(MAX_BYTES + 1)
    except (OSError, EOFError) as error:
        raise errors.VectorFileUnreadable from error
    if len(content) > MAX_BYTES:
        raise errors.VectorFileUnreadable("The table unpacks to more than 1 GB.")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace"), False
    try:
        return content.decode("utf-8-sig"), False
    except UnicodeDecodeError:
        # Five bytes have no meaning in Windows-1252; Latin-1 gives every byte one.
        try:
            return content.decode("cp1252"), True
        except UnicodeDecodeError:
            return content.decode("latin-1"), True


def _rows(content: str) -> list[list[str]]:
    if "\0" in content:
        raise errors.VectorFileUnreadable
    head = content.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=head.count)
    csv.field_size_limit(_MAX_CELL)
    try:
        rows = list(csv.reader(io.StringIO(content, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise errors.VectorFileUnreadable from error
    if not rows:
        raise errors.VectorFileUnreadable("The table is empty.")
    return rows


def _places(fields: dict[str, Any], columns: Columns, count: int) -> tuple[str | None, Any]:
    for chosen in (columns.x, columns.y):
        if chosen is not None and chosen not in fields:
            raise errors.FieldMissing(field=chosen, available=tuple(fields))
    if columns.x is not None and columns.y is not None:
        degrees = _named(fields, _LONGITUDES) == columns.x or text.fold(columns.x) in _LONGITUDES
        return ("EPSG:4326" if degrees else None), _points(fields[columns.x], fields[columns.y])
    for xs, ys, system in ((_LONGITUDES, _LATITUDES, "EPSG:4326"), (_EASTINGS, _NORTHINGS, None)):
        x, y = _named(fields, xs), _named(fields, ys)
        if x is not None and y is not None:
            return system, _points(fields[x], fields[y])
    shape = _named(fields, _SHAPES)
    if shape is not None:
        return "EPSG:4326", np.array([_shape(each) for each in fields[shape]], dtype=object)
    return None, np.array([None] * count, dtype=object)


def _named(fields: dict[str, Any], names: tuple[str, ...]) -> str | None:
    folded = {text.fold(name).replace(" ", "_"): name for name in reversed(list(fields))}
    return next((folded[name] for name in names if name in folded), None)


def _points(xs: Any, ys: Any) -> Any:
    found = []
    for said_x, said_y in zip(xs, ys, strict=True):
        x, y = number(said_x), number(said_y)
        found.append(shapely.to_wkb(shapely.Point(x, y)) if x is not None and y is not None else None)
    return np.array(found, dtype=object)


def _shape(said: str) -> bytes | None:
    try:
        return shapely.to_wkb(shapely.from_wkt(said.rpartition(";")[2])) if said else None
    except GEOSException:
        return None
