"""Streets, addresses and ground from an OpenStreetMap extract, again and again without doubling."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis import errors as gis_errors
from gis import osm
from gis.address import normalise_street
from gis.osm import AddressPoint, Feature, Left, Street
from tracker.imports import copying, errors, linking
from tracker.imports.syncing import ADDRESSES, FEATURES, STREETS, Changes, Stage

SOURCE = "osm"
BATCH = 5_000
ATTRIBUTION = {
    "fr": "© les contributeurs d’OpenStreetMap",
    "en": "© OpenStreetMap contributors",
    "url": "https://www.openstreetmap.org/copyright",
    "licence": "ODbL 1.0",
}
LAYERS = {Street: STREETS, AddressPoint: ADDRESSES, Feature: FEATURES}
_OTHERS = "SELECT count(*) FROM {table} WHERE source <> :source"
_CLEAR = "DELETE FROM {table} WHERE source <> :source"


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """What came of an extract: changes by table, what was left and why, addresses with their street."""

    changes: Mapping[str, Changes]
    left: Mapping[str, int]
    linked: int
    relinked: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """What to do beside rows of other sources: `replaces` removes them, `keeps` leaves both."""

    replaces: bool = False
    keeps: bool = False


def bring_in(
    session: Session, path: Path, choice: Choice | None = None, told: Callable[[int], None] = lambda _: None
) -> Brought:
    """Bring the streets, addresses and ground of an extract into the selected town. The caller commits.

    Raises OsmUnusable when it cannot be read, PlacesOccupied when streets of another source are there and
    nothing was chosen.
    """
    _make_room(session, choice or Choice())
    stages = {kind: Stage(session, layer, SOURCE) for kind, layer in LAYERS.items()}
    left = _stage(stages, path, told)
    stages[Feature].run("UPDATE {staged} SET area_m2 = round(ST_Area(geom::geography)::numeric, 1)")
    changes = {stage.layer.table: stage.settle() for stage in stages.values()}
    relinked = linking.addresses(session)
    if not changes[STREETS.table].is_nothing:
        linking.owners(session)
    return Brought(changes=changes, left=left, linked=linking.count_linked(session), relinked=relinked)


def _make_room(session: Session, choice: Choice) -> None:
    for layer in LAYERS.values():
        others = session.execute(text(_OTHERS.format(table=layer.table)), {"source": SOURCE}).scalar_one()
        if others and choice.replaces:
            session.execute(text(_CLEAR.format(table=layer.table)), {"source": SOURCE})
        elif others and not choice.keeps and layer is STREETS:
            raise errors.PlacesOccupied(
                fr=f"la ville a déjà {others} rues d’une autre source\u202f: --replace les enlève, "
                "--keep les garde.",
                en=f"the town has {others} streets of another source already: --replace removes them, "
                "--keep keeps both.",
            )


def _stage(stages: Mapping[type, Stage], path: Path, told: Callable[[int], None]) -> Counter[str]:
    waiting: dict[type, list[Any]] = {kind: [] for kind in stages}
    left: Counter[str] = Counter()
    try:
        for thing in osm.read(path, told):
            if isinstance(thing, Left):
                left[thing.reason] += 1
                continue
            rows = waiting[type(thing)]
            rows.append(thing)
            if len(rows) >= BATCH:
                _put(stages[type(thing)], rows)
                rows.clear()
    except gis_errors.OsmFileUnreadable as wrong:
        raise errors.OsmUnusable(
            fr=f"{path.name}\u00a0: ce n’est pas un extrait OpenStreetMap lisible.",
            en=f"{path.name}: this is no OpenStreetMap extract that can be read.",
        ) from wrong
    for kind, rows in waiting.items():
        _put(stages[kind], rows)
    return left


def _put(stage: Stage, things: list[Any]) -> None:
    if not things:
        return
    shapes = copying.ewkb([_shape(each) for each in things])
    stage.put((*_row(each), shape) for each, shape in zip(things, shapes, strict=True))


def _shape(thing: Street | AddressPoint | Feature) -> Any:
    match thing:
        case Street():
            return thing.line
        case AddressPoint():
            return thing.point
        case Feature():
            return thing.shape


def _row(thing: Street | AddressPoint | Feature) -> Iterable[Any]:
    """Give the values of a thing in the order of its layer, all but the geometry."""
    match thing:
        case Street():
            facts = thing.attributes | ({"aliases": list(thing.aliases)} if thing.aliases else {})
            norm = normalise_street(thing.name)
            return (thing.code, thing.name, norm, thing.road_class, orjson.dumps(facts).decode())
        case AddressPoint():
            norm, facts = normalise_street(thing.street), thing.attributes
            return (thing.code, thing.civic, thing.suffix, thing.street, norm, orjson.dumps(facts).decode())
        case Feature():
            return (thing.code, thing.kind, thing.name, 0.0)
