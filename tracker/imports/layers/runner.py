"""One layer from its file to its table: read, judged, mapped, made and settled, every row accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis import crs, vectorrows
from gis import errors as gis_errors
from gis.crs import Box
from gis.vectorfile import RowNote
from gis.vectorrows import Asked, RowLayer
from gis.wording import Words
from tracker.catalogue import queries as catalogue
from tracker.imports import copying, linking, syncing
from tracker.imports.layers import columns, kinds, ownership, parties, refusing
from tracker.imports.layers.columns import Mapped
from tracker.imports.layers.kinds import Kind
from tracker.imports.layers.rows import MAKERS, Reader
from tracker.imports.syncing import Changes, Stage

BATCH = 5_000
_EXTENT = text("""
    SELECT ST_XMin(b) AS west, ST_YMin(b) AS south, ST_XMax(b) AS east, ST_YMax(b) AS north FROM (
        SELECT coalesce(
            (SELECT ST_Extent(d.geom) FROM district d JOIN boundary_set s ON s.id = d.boundary_set_id
             WHERE s.status = 'active'),
            (SELECT ST_Extent(geom) FROM street_segment WHERE source <> :source)) AS b) found
    WHERE b IS NOT NULL
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Which file as which kind of layer. `source` names where it comes from; `is_whole` when it is all of it.

    `fields` and `values` say where columns come from, `renames` what the file's words mean, by column.
    """

    path: Path
    kind: str
    asked: Asked = field(default_factory=Asked)
    fields: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    renames: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    source: str = ""
    is_whole: bool = True

    @property
    def source_name(self) -> str:
        """Return the name of the source: that of the file unless one was given."""
        return self.source or self.path.name.partition(".")[0]


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """What came of a layer: every row is kept or in `refused`, `repaired` ones among the kept."""

    kind: str
    read: int
    kept: int
    changes: Changes
    mapped: Mapped
    crs: str | None
    repaired: tuple[RowNote, ...] = ()
    refused: tuple[RowNote, ...] = ()
    notes: tuple[Words, ...] = ()


def bring_in(session: Session, choice: Choice) -> Brought:
    """Bring a layer into the selected town. The caller commits.

    Raises LayerUnusable, LayerMappingWrong.
    """
    kind = kinds.KINDS[choice.kind]
    layer = read(session, kind, choice)
    mapped = columns.mapped(kind, layer.fields, choice.fields, choice.values)
    reader = Reader(
        mapped=mapped,
        owners=parties.owners(session),
        renames=choice.renames,
        asset_kinds=frozenset(each.code for each in catalogue.current(session).catalogue.asset_kinds),
    )
    if kind.name == "ownership":
        settled, refused = ownership.settle(session, reader, layer)
    else:
        settled, refused = _settle(session, kind, choice, layer, reader)
    lost = (*layer.refused, *refused)
    return Brought(
        kind=kind.name,
        read=layer.read,
        kept=layer.read - len(lost),
        changes=settled,
        mapped=mapped,
        crs=layer.crs,
        repaired=layer.repaired,
        refused=tuple(sorted(lost, key=lambda note: note.row)),
        notes=layer.notes,
    )


def read(session: Session, kind: Kind, choice: Choice) -> RowLayer:
    """Read the rows of a file as a kind wants them. Raises LayerUnusable."""
    asked = replace(
        choice.asked,
        kind=kind.shape,
        needs_shape=kind.needs_shape,
        town=_town(session, choice.source_name) if kind.name != "districts" else _streets(session),
    )
    try:
        return vectorrows.read_rows(choice.path, asked)
    except (gis_errors.VectorFileError, ValueError) as wrong:
        raise refusing.unusable(choice.path.name, wrong) from wrong


def _town(session: Session, source: str) -> Box | None:
    row = session.execute(_EXTENT, {"source": source}).one_or_none()
    return crs.Box(west=row.west, south=row.south, east=row.east, north=row.north) if row else None


def _streets(session: Session) -> Box | None:
    """Districts may be of a town that grew or moved: they are held against its streets."""
    extent = text("""
        SELECT ST_XMin(b) AS west, ST_YMin(b) AS south, ST_XMax(b) AS east, ST_YMax(b) AS north
        FROM (SELECT ST_Extent(geom) AS b FROM street_segment) found WHERE b IS NOT NULL
    """)
    row = session.execute(extent).one_or_none()
    return crs.Box(west=row.west, south=row.south, east=row.east, north=row.north) if row else None


def _settle(
    session: Session, kind: Kind, choice: Choice, layer: RowLayer, reader: Reader
) -> tuple[Changes, list[RowNote]]:
    stage = Stage(session, _table(kind, reader.mapped), choice.source_name)
    refused: list[RowNote] = []
    waiting: list[tuple[Any, ...]] = []
    for values in _made(kind, layer, reader, refused.append):
        waiting.append(values)
        if len(waiting) >= BATCH:
            _put(stage, waiting)
            waiting.clear()
    _put(stage, waiting)
    if kind.name == "parties":
        # What is not in a list of third parties may still be one: nobody is struck off by a file.
        changes = stage.settle(is_whole=False)
    else:
        changes = stage.settle(is_whole=choice.is_whole)
    if kind.name in ("segments", "addresses"):
        linking.addresses(session)
    if kind.name == "assets":
        linking.assets(session, choice.source_name)
    return changes, refused


def _made(
    kind: Kind, layer: RowLayer, reader: Reader, refuse: Callable[[RowNote], None]
) -> Iterator[tuple[Any, ...]]:
    make = MAKERS[kind.name]
    for row in layer.rows:
        try:
            yield from list(make(reader, row.fields, row.shape))
        except parties.RowRefused as refusal:
            named = next((str(value) for value in row.fields.values() if value is not None), "")
            refuse(RowNote(row=row.number, name=named, words=refusal.words))


def _put(stage: Stage, rows: list[tuple[Any, ...]]) -> None:
    """Stage rows whose last value is their shape."""
    shapes: list[BaseGeometry | None] = [row[-1] for row in rows]
    written = iter(copying.ewkb([shape for shape in shapes if shape is not None]))
    stage.put((*row[:-1], next(written) if row[-1] is not None else None) for row in rows)


def _table(kind: Kind, mapped: Mapped) -> syncing.Layer:
    """Choose the table of a kind, with the columns that this file fills."""
    layer = syncing.BY_KIND[kind.name]
    told = ["owner", "maintained_by"] if "owner" in mapped or "maintained_by" in mapped else []
    if kind.name == "segments":
        district = ["district_code"] if "district" in mapped else []
        columns = (*layer.columns[:-1], *told, *district, syncing.GEOMETRY)
        return replace(layer, columns=columns, given={k: v for k, v in layer.given.items() if k not in told})
    if kind.name == "assets":
        return replace(layer, columns=(*layer.columns[:-1], *told[:1], syncing.GEOMETRY))
    return layer
