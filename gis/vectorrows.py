"""The rows of any map file, in EPSG:4326, each kept, repaired or refused with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis import areas, crs, errors, georeference, tablefile, vectorfile, vectorsource
from gis.crs import Box
from gis.tablefile import Columns
from gis.vectorfile import RowNote
from gis.wording import Words

# What GDAL calls the kinds of layers by what is wanted of them.
KINDS = {
    "polygon": vectorsource.AREAS,
    "line": ("Line", "Curve"),
    "point": ("Point",),
    "any": ("Point", "Line", "Polygon", "Surface", "Curve", "Unknown", "Geometry"),
}
# One stray row is refused when it lies this much farther than the town's surroundings.
STRAY_M = 4 * georeference.FAR_M


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """How a file is to be read. `town` is where it is expected; `kind` what its rows must be.

    `swaps` exchanges x and y; `is_anywhere` takes it wherever it lies. A table may have no geometry at all
    when `needs_shape` is false.
    """

    kind: str = "any"
    crs: str | None = None
    layer: str | None = None
    columns: Columns = field(default_factory=Columns)
    swaps: bool = False
    is_anywhere: bool = False
    needs_shape: bool = True
    town: Box | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row: its number from 1, its shape in EPSG:4326 (None in a table without places), its fields."""

    number: int
    shape: BaseGeometry | None
    fields: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class RowLayer:
    """The rows of a file. Those in `repaired` are among `rows`, those in `refused` are not; `read` is all."""

    rows: tuple[Row, ...]
    fields: tuple[str, ...]
    read: int
    crs: str | None
    repaired: tuple[RowNote, ...] = ()
    refused: tuple[RowNote, ...] = ()
    notes: tuple[Words, ...] = ()


def read_rows(path: Path | str, asked: Asked) -> RowLayer:
    """Read a GeoJSON, Shapefile (or zip of one), GeoPackage or CSV.

    Raises VectorFileUnreadable, LayerMissing, FieldMissing, CrsMissing, LayerMisplaced; ValueError if the
    system asked for is unknown.
    """
    path = Path(path)
    is_table = tablefile.looks_like(path)
    source = (
        tablefile.read(path, asked.columns)
        if is_table
        else vectorsource.read(path, asked.layer, KINDS[asked.kind])
    )
    has_shapes = any(each is not None for each in source.geometries)
    if not has_shapes and not asked.needs_shape:
        return _without_shapes(source)
    system, notes = vectorfile.system_of(source.crs, asked.crs)
    if source.encoding_guessed:
        notes.append(vectorfile.ENCODING_GUESSED)
    shapes = [_shape(wkb, swaps=asked.swaps) for wkb in source.geometries]
    if not asked.is_anywhere:
        _refuse_misplaced(shapes, system, asked.town)
    sieve = _Sieve(system=system, asked=asked)
    rows = [row for row in (sieve.take(each) for each in _each(source, shapes)) if row is not None]
    return RowLayer(
        rows=tuple(rows),
        fields=tuple(source.fields),
        read=len(shapes),
        crs=system,
        repaired=tuple(sieve.repaired),
        refused=tuple(sieve.refused),
        notes=tuple(notes),
    )


def _without_shapes(source: vectorsource.Layer) -> RowLayer:
    rows = tuple(_each(source, [None] * len(source.geometries)))
    notes = (vectorfile.ENCODING_GUESSED,) if source.encoding_guessed else ()
    return RowLayer(rows=rows, fields=tuple(source.fields), read=len(rows), crs=None, notes=notes)


def _each(source: vectorsource.Layer, shapes: list[BaseGeometry | None]) -> list[Row]:
    return [
        Row(
            number=number,
            shape=shape,
            fields={name: plain(values[number - 1]) for name, values in source.fields.items()},
        )
        for number, shape in enumerate(shapes, start=1)
    ]


def plain(value: Any) -> Any:
    """Give a field's value as Python has it: 3.0 is 3, NaN and blanks are None."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or value != value:
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        return value.strip() or None
    return value


def _shape(wkb: bytes | None, *, swaps: bool) -> BaseGeometry | None:
    shape = shapely.from_wkb(wkb, on_invalid="ignore") if wkb is not None else None
    if shape is None or not swaps:
        return shape
    turned: BaseGeometry = shapely.transform(shape, lambda xy: xy[:, ::-1])
    return turned


def _refuse_misplaced(shapes: list[BaseGeometry | None], system: str, town: Box | None) -> None:
    points = np.array(
        [each.bounds[:2] for each in shapes if each is not None and not each.is_empty], dtype=float
    ).reshape(-1, 2)
    points = points[np.isfinite(points).all(axis=1) & points.any(axis=1)]  # 0, 0 is no place
    wrong = georeference.judge(points, system, town)
    if wrong is not None:
        raise errors.LayerMisplaced(kind=wrong.kind, fr=wrong.words.fr, en=wrong.words.en)


@dataclass(kw_only=True, slots=True)
class _Sieve:
    """Judges rows one by one."""

    system: str
    asked: Asked
    repaired: list[RowNote] = field(default_factory=list)
    refused: list[RowNote] = field(default_factory=list)

    def take(self, row: Row) -> Row | None:
        """Return a row in EPSG:4326 and in order, or note why not."""
        if row.shape is None or row.shape.is_empty:
            return self._refuse(row, _NO_SHAPE)
        if not np.isfinite(shapely.get_coordinates(row.shape)).all():
            return self._refuse(row, _NOT_FINITE)
        if not shapely.get_coordinates(row.shape).any():
            return self._refuse(row, _ZERO)
        moved = crs.reproject(shapely.force_2d(row.shape), self.system, crs.WGS84)
        if not vectorfile.on_earth(moved) or not np.isfinite(shapely.get_coordinates(moved)).all():
            return self._refuse(row, vectorfile.OFF_EARTH)
        if not self.asked.is_anywhere and self._is_stray(moved):
            return self._refuse(row, _STRAY)
        return self._kind(row, moved)

    def _is_stray(self, shape: BaseGeometry) -> bool:
        if self.asked.town is None:
            return False
        west, south, east, north = shape.bounds
        return georeference.away_m((west + east) / 2, (south + north) / 2, self.asked.town) > STRAY_M

    def _kind(self, row: Row, shape: BaseGeometry) -> Row | None:
        """Hold a shape against what is wanted: an area mended, a line with a length, a point of anything."""
        wanted = self.asked.kind
        dimension = int(shapely.get_dimensions(shape))
        if wanted == "polygon" or (wanted == "any" and dimension == 2):
            mended = areas.repair(shape)
            if mended.geometry is None:
                return self._refuse(row, mended.words or _NO_SHAPE)
            if mended.words is not None:
                self.repaired.append(_note(row, mended.words))
            shape = mended.geometry
        elif wanted == "line":
            if dimension != 1 or shape.length == 0:
                return self._refuse(row, _NO_LINE)
        elif wanted == "point" and dimension > 0:
            shape = shapely.point_on_surface(shape if shape.is_valid else shapely.make_valid(shape))
        return Row(number=row.number, shape=shape, fields=row.fields)

    def _refuse(self, row: Row, words: Words) -> Row | None:
        self.refused.append(_note(row, words))
        return None


def _note(row: Row, words: Words) -> RowNote:
    named = next((str(value) for value in row.fields.values() if isinstance(value, str)), "")
    return RowNote(row=row.number, name=named, words=words)


_NO_SHAPE = Words(fr="aucune géométrie lisible", en="no readable geometry")
_NOT_FINITE = Words(fr="coordonnées illisibles", en="unreadable coordinates")
_ZERO = Words(fr="à 0, 0\u00a0: pas de lieu", en="at 0, 0: no place")
_STRAY = Words(fr="à plus de 200\u00a0km de la ville", en="more than 200 km from the town")
_NO_LINE = Words(fr="pas une ligne, ou sans longueur", en="not a line, or one without a length")
