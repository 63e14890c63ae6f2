"""Districts as a layer like any other: a draft of new boundaries, in force only when it is activated."""

from __future__ import annotations

from datetime import date

from sqlalchemy.orm import Session

from gis import vectorfile
from gis.areas import Area
from gis.vectorfile import Codes
from gis.vectorrows import RowLayer
from tracker.imports import districts as boundaries
from tracker.imports import errors
from tracker.imports.layers import columns, kinds, runner
from tracker.imports.layers.columns import Mapped
from tracker.imports.layers.runner import Brought, Choice
from tracker.imports.syncing import Changes


def bring_in(session: Session, choice: Choice, *, activates: bool, today: date) -> Brought:
    """Store the districts of a file as a draft, put in force if asked. The caller commits.

    Raises LayerUnusable, LayerMappingWrong.
    """
    kind = kinds.KINDS["districts"]
    layer = runner.read(session, kind, choice)
    mapped = columns.mapped(kind, layer.fields, choice.fields, choice.values)
    areas = _areas(layer, mapped)
    if not areas:
        raise errors.LayerUnusable(
            fr=f"{choice.path.name}\u00a0: aucun polygone utilisable dans cette couche.",
            en=f"{choice.path.name}: the layer has no polygon that can be used.",
        )
    stored = boundaries.store(session, areas, choice.path, today)
    if activates:
        boundaries.take_over(session, stored.set_id)
    return Brought(
        kind=kind.name,
        read=layer.read,
        kept=len(areas),
        changes=Changes(new=len(areas) if stored.is_new else 0, unchanged=0 if stored.is_new else len(areas)),
        mapped=mapped,
        crs=layer.crs,
        repaired=layer.repaired,
        refused=layer.refused,
        notes=(*layer.notes, *vectorfile.repeated_names(areas)),
    )


def _areas(layer: RowLayer, mapped: Mapped) -> list[Area]:
    codes = Codes()
    found = []
    for row in layer.rows:
        name = _said(mapped, row.fields, "name")
        code = codes.unique(_said(mapped, row.fields, "code") or name, row.number)
        assert row.shape is not None
        found.append(Area(code=code, name=name or str(row.number), geometry=row.shape))
    return found


def _said(mapped: Mapped, fields: object, column: str) -> str:
    assert hasattr(fields, "get")
    said = mapped.values.get(column) or fields.get(mapped.fields.get(column, ""))
    return "" if said is None else str(said).strip()
