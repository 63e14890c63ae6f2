"""Districts and other areas from a map file, in any coordinate system, with everything odd told."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from gis import areas, crs, errors, text, vectorsource
from gis.areas import Area
from gis.wording import NBSP, THIN_NBSP, Words

_MAX_CODE = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class RowNote:
    """What happened to one row of the file: its number from 1, its name, and the reason."""

    row: int
    name: str
    words: Words


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaLayer:
    """The areas of a file in EPSG:4326. Rows in `repaired` are among them, rows in `refused` are not.

    `crs` names the system the file was read in. Codes are made from the names and are unique.
    """

    areas: tuple[Area, ...]
    crs: str
    repaired: tuple[RowNote, ...] = ()
    refused: tuple[RowNote, ...] = ()
    notes: tuple[Words, ...] = ()


def read_areas(
    path: Path | str,
    name_field: str,
    crs: str | None = None,
    *,
    code_field: str | None = None,
    layer: str | None = None,
) -> AreaLayer:
    """Read the polygons of a GeoJSON, Shapefile (or zip of one) or GeoPackage as areas in EPSG:4326.

    `crs` ("EPSG:32188") is for a file which does not say, and wins over what it says. Codes come from
    `code_field`, else from the names; two areas may share a name, the second code then ends in -2.
    Raises VectorFileUnreadable, LayerMissing, FieldMissing, CrsMissing, LayerHasNoArea; ValueError if `crs`
    is unknown.
    """
    source = vectorsource.read(Path(path), layer)
    for wanted in (name_field, code_field):
        if wanted is not None and wanted not in source.fields:
            raise errors.FieldMissing(field=wanted, available=tuple(source.fields))
    system, notes = system_of(source.crs, crs)
    if source.encoding_guessed:
        notes.append(ENCODING_GUESSED)
    kept = _Kept(system=system)
    codes = source.fields[code_field if code_field is not None else name_field]
    for row, wkb in enumerate(source.geometries, start=1):
        kept.take(row, _label(source.fields[name_field][row - 1]), _label(codes[row - 1]), wkb)
    if not kept.areas:
        raise errors.LayerHasNoArea(tuple(kept.refused))
    return AreaLayer(
        areas=tuple(kept.areas),
        crs=system,
        repaired=tuple(kept.repaired),
        refused=tuple(kept.refused),
        notes=(*notes, *repeated_names(kept.areas)),
    )


@dataclass(slots=True)
class Codes:
    """Codes made from names, unique in their file: the second "plessisville" is "plessisville-2"."""

    used: set[str] = field(default_factory=set)

    def unique(self, label: str, row: int) -> str:
        """Make the code of a row from its label, from its number when the label has no word."""
        base = "-".join(text.tokens(label))[:_MAX_CODE].strip("-") or f"zone-{row}"
        code, again = base, 1
        while code in self.used:
            again += 1
            code = f"{base}-{again}"
        self.used.add(code)
        return code


@dataclass(kw_only=True, slots=True)
class _Kept:
    """What has been made of the rows so far."""

    system: str
    areas: list[Area] = field(default_factory=list)
    repaired: list[RowNote] = field(default_factory=list)
    refused: list[RowNote] = field(default_factory=list)
    codes: Codes = field(default_factory=Codes)

    def take(self, row: int, name: str, code: str, wkb: bytes | None) -> None:
        """Make an area of one row, or note why not."""
        flat = _geometry(wkb)
        moved = flat if flat is None or flat.is_empty else crs.reproject(flat, self.system, crs.WGS84)
        if moved is None or not on_earth(moved):
            words = OFF_EARTH if moved is not None else _NO_GEOMETRY
            self.refused.append(RowNote(row=row, name=name, words=words))
            return
        mended = areas.repair(moved)
        if mended.words is not None:
            note = RowNote(row=row, name=name, words=mended.words)
            (self.refused if mended.geometry is None else self.repaired).append(note)
        if mended.geometry is not None:
            self.areas.append(
                Area(code=self.codes.unique(code, row), name=name or str(row), geometry=mended.geometry)
            )


def _geometry(wkb: bytes | None) -> BaseGeometry | None:
    # Curves and other shapes GEOS cannot read become None, and are told like a missing geometry.
    return shapely.from_wkb(wkb, on_invalid="ignore") if wkb is not None else None


def on_earth(geometry: BaseGeometry) -> bool:
    """Tell whether a shape lies within longitude and latitude; what is not finite is judged later."""
    if geometry.is_empty:
        return True
    west, south, east, north = geometry.bounds
    return not (west < -180.000001 or east > 180.000001 or south < -90.000001 or north > 90.000001)


def system_of(stated: str | None, given: str | None) -> tuple[str, list[Words]]:
    """Choose the system of a file: what is given wins over what it states, which is then told.

    Raises CrsMissing when neither says; ValueError when what is given is unknown.
    """
    if given is None and not stated:
        raise errors.CrsMissing
    try:
        system = CRS.from_user_input(given if given is not None else stated)
    except CRSError:
        if given is not None:
            raise ValueError(f"unknown coordinate system: {given}") from None
        raise errors.CrsMissing from None
    notes: list[Words] = []
    if (
        given is not None
        and stated
        and not CRS.from_user_input(stated).equals(system, ignore_axis_order=True)
    ):
        notes.append(
            Words(
                fr=f"le fichier dit {_short(stated)}{THIN_NBSP}; {given} a été utilisé, comme demandé",
                en=f"the file says {_short(stated)}; {given} was used, as asked",
            )
        )
    return (given or stated or ""), notes


def _short(stated: str) -> str:
    return CRS.from_user_input(stated).name if len(stated) > 20 else stated


def _label(value: Any) -> str:
    """Write a field's value as a name: 3.0 is "3", null is nothing."""
    if value is None or value != value:  # NaN is how a null number is read
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def repeated_names(found: list[Area]) -> list[Words]:
    """Tell which areas share a name, as a town and the parish around it may."""
    codes: dict[str, list[str]] = {}
    for area in found:
        codes.setdefault(area.name, []).append(area.code)
    return [
        Words(
            fr=f"{len(shared)} zones s’appellent {name}{NBSP}: {', '.join(shared)}",
            en=f"{len(shared)} areas are called {name}: {', '.join(shared)}",
        )
        for name, shared in codes.items()
        if len(shared) > 1
    ]


_NO_GEOMETRY = Words(fr="aucune géométrie lisible", en="no readable geometry")
OFF_EARTH = Words(
    fr="hors du globe, sans doute le mauvais système de coordonnées",
    en="off the globe, most likely the wrong coordinate system",
)
ENCODING_GUESSED = Words(
    fr="encodage des textes non indiqué, lu comme Windows-1252",
    en="text encoding not stated, read as Windows-1252",
)
