"""Districts from a map file: a dated set of boundaries, and every case placed again when it takes over."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis import errors as gis_errors
from gis import vectorfile
from gis.areas import Area
from gis.vectorfile import AreaLayer, RowNote
from gis.wording import Words
from tracker.cases import rechoosing
from tracker.cases.rechoosing import Cause
from tracker.imports import errors, linking
from tracker.imports.layers import refusing
from tracker.places import boundaries as places
from tracker.places.boundaries import Placing

_SAME = text("SELECT id, status FROM boundary_set WHERE fingerprint = :fingerprint ORDER BY id DESC LIMIT 1")
_NEW_SET = text("""
    INSERT INTO boundary_set (name, source, fingerprint, valid_from, status)
    VALUES (:name, :source, :fingerprint, :valid_from, 'draft') RETURNING id
""")
_NEW_DISTRICT = text("""
    INSERT INTO district (boundary_set_id, code, name, geom)
    VALUES (:set, :code, :name, ST_Multi(ST_GeomFromWKB(:wkb, 4326)))
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """Which file, which of its fields, and whether it takes over at once."""

    path: Path
    name_field: str
    code_field: str | None = None
    crs: str | None = None
    layer: str | None = None
    activates: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """What came of a file: its districts as (code, name), what was odd, open cases placed again and moved."""

    districts: tuple[tuple[str, str], ...]
    repaired: tuple[RowNote, ...]
    refused: tuple[RowNote, ...]
    notes: tuple[Words, ...]
    crs: str
    is_new: bool
    is_active: bool
    placed: int
    moved: int


def bring_in(session: Session, chosen: Chosen, *, today: date) -> Brought:
    """Store the districts of a file as a set of boundaries, and make it the active one if asked.

    The same areas again change nothing. Raises DistrictsUnusable. The caller commits.
    """
    layer = _read(chosen)
    stored = store(session, layer.areas, chosen.path, today)
    placing = take_over(session, stored.set_id) if chosen.activates else Placing()
    return Brought(
        districts=tuple((area.code, area.name) for area in layer.areas),
        repaired=layer.repaired,
        refused=layer.refused,
        notes=layer.notes,
        crs=layer.crs,
        is_new=stored.is_new,
        is_active=chosen.activates or stored.status == "active",
        placed=placing.placed,
        moved=placing.moved,
    )


def draft(session: Session, chosen: Chosen, *, today: date) -> int:
    """Keep the districts of a file as a draft and return its number; the same areas again are the same one.

    Raises DistrictsUnusable. The caller commits.
    """
    return store(session, _read(chosen).areas, chosen.path, today).set_id


def take_over(session: Session, set_id: int, *, actor: str = "system", at: datetime | None = None) -> Placing:
    """Put a set in force: place every open case, take streets now outside for somebody else's, and choose
    again the crews of cases nobody was given yet.

    Raises BoundarySetUnknown. The caller commits, and catches up with what was being received meanwhile.
    """
    placing = places.activate(session, set_id, actor=actor, at=at)
    linking.owners(session)
    moment = at or datetime.now(UTC)
    return replace(placing, rechosen=rechoosing.choose_again(session, Cause("boundaries", actor, moment)))


def fingerprint_of(areas: Sequence[Area]) -> str:
    """Return a digest of codes, names and shapes, whatever the order and the format of the file."""
    digest = hashlib.sha256()
    for area in sorted(areas, key=lambda each: each.code):
        digest.update(f"{area.code}\x1f{area.name}\x1f".encode())
        digest.update(shapely.to_wkb(shapely.normalize(area.geometry)))
    return digest.hexdigest()


def _read(chosen: Chosen) -> AreaLayer:
    try:
        return vectorfile.read_areas(
            chosen.path, chosen.name_field, chosen.crs, code_field=chosen.code_field, layer=chosen.layer
        )
    except (gis_errors.VectorFileError, ValueError) as wrong:
        name = chosen.path.name
        raise errors.DistrictsUnusable(
            fr=f"{name}\u00a0: {refusing.in_french(wrong)}", en=f"{name}: {wrong}"
        ) from wrong


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A set of boundaries as it is kept."""

    set_id: int
    status: str
    is_new: bool


def store(session: Session, areas: Sequence[Area], path: Path, today: date) -> Stored:
    """Keep areas as a draft, unless the very same are kept already. The caller commits."""
    fingerprint = fingerprint_of(areas)
    kept = session.execute(_SAME, {"fingerprint": fingerprint}).one_or_none()
    if kept is not None:
        return Stored(set_id=kept.id, status=kept.status, is_new=False)
    values = {"name": path.stem, "source": path.name, "fingerprint": fingerprint, "valid_from": today}
    set_id = int(session.execute(_NEW_SET, values).scalar_one())
    session.execute(
        _NEW_DISTRICT,
        [
            {"set": set_id, "code": area.code, "name": area.name, "wkb": shapely.to_wkb(area.geometry)}
            for area in areas
        ],
    )
    return Stored(set_id=set_id, status="draft", is_new=True)
