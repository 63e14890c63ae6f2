"""Bring the drawn town into a jurisdiction: boundaries, streets, addresses, assets, owners, base map."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import orjson
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis import address as addresses
from gis.areas import Area
from tracker.demo import copying, degrees, grammar
from tracker.demo.city import City
from tracker.demo.segments import Segment
from tracker.demo.staff import PartyPlan
from tracker.imports import districts as boundaries

_SET = text("""
    INSERT INTO boundary_set (name, source, fingerprint, valid_from, status)
    VALUES ('Valbrise', :source, :fingerprint, :valid_from, 'active') RETURNING id
""")
_PARCELS = text("SELECT to_regclass('parcel')")
_SEGMENT_IDS = text("SELECT code, id FROM street_segment")


def bring_in(session: Session, town: City, parties: Sequence[PartyPlan], *, today: date) -> None:
    """Load every layer of the town, in degrees. The jurisdiction must hold none yet. The caller commits."""
    _districts(session, town, today)
    _segments(session, town)
    session.flush()
    ids = {row.code: row.id for row in session.execute(_SEGMENT_IDS)}
    _addresses(session, town, ids)
    _assets(session, town, ids)
    _parcels(session, town)
    _third_parties(session, town, parties)
    _base_map(session, town)
    for table in ("street_segment", "address", "asset", "map_feature"):
        session.execute(text(f"ANALYZE {table}"))


def _geometry(town: City, shapes: Iterable[BaseGeometry]) -> list[str]:
    return copying.ewkb(degrees.shapes(list(shapes), town.srid))


def _multi(shape: BaseGeometry) -> MultiPolygon:
    return MultiPolygon([each for each in shapely.get_parts(shape) if isinstance(each, Polygon)])


def _districts(session: Session, town: City, today: date) -> None:
    shapes = degrees.shapes([_multi(each.shape) for each in town.districts], town.srid)
    areas = [
        Area(code=each.code, name=each.name, geometry=shape)
        for each, shape in zip(town.districts, shapes, strict=True)
    ]
    facts = {
        "source": f"vigie demo, {town.size}, {town.seed}",
        "fingerprint": boundaries.fingerprint_of(areas),
        "valid_from": today,
    }
    set_id = int(session.execute(_SET, facts).scalar_one())
    rows = (
        (set_id, each.code, each.name, shape) for each, shape in zip(areas, copying.ewkb(shapes), strict=True)
    )
    copying.copy(session, "district", ("boundary_set_id", "code", "name", "geom"), rows)


def _segments(session: Session, town: City) -> None:
    shapes = _geometry(town, (each.line for each in town.segments))
    norms = {name: addresses.normalise_street(name) for name in {each.name for each in town.segments}}
    rows = (
        (
            each.code,
            each.name,
            norms[each.name],
            each.road_class,
            each.owner,
            each.maintained_by,
            each.district,
            _json(_segment_facts(each)),
            shape,
        )
        for each, shape in zip(town.segments, shapes, strict=True)
    )
    columns = (
        "code",
        "name",
        "name_norm",
        "class",
        "owner",
        "maintained_by",
        "district_code",
        "attributes",
        "geom",
    )
    copying.copy(session, "street_segment", columns, rows)


def _segment_facts(segment: Segment) -> dict[str, object]:
    return {
        "kind": segment.kind,
        "lanes": segment.lanes,
        "speed_kmh": segment.speed_kmh,
        "surface": segment.surface,
        "sidewalks": segment.sidewalks,
        "snow_priority": segment.snow_priority,
        "oneway": segment.oneway,
        "grade_from_m": segment.grade_m[0],
        "grade_to_m": segment.grade_m[1],
        "aliases": list(grammar.aliases(segment.name)),
    }


def _addresses(session: Session, town: City, ids: dict[str, int]) -> None:
    shapes = _geometry(town, (each.point for each in town.lots.addresses))
    norms = {name: addresses.normalise_street(name) for name in {each.street for each in town.lots.addresses}}
    rows = (
        (each.civic, each.street, norms[each.street], ids[each.segment], shape)
        for each, shape in zip(town.lots.addresses, shapes, strict=True)
    )
    copying.copy(session, "address", ("civic", "street", "street_norm", "segment_id", "geom"), rows)


def _assets(session: Session, town: City, ids: dict[str, int]) -> None:
    shapes = _geometry(town, (each.shape for each in town.assets))
    rows = (
        (
            each.kind,
            each.code,
            each.name,
            each.owner,
            ids[each.segment] if each.segment else None,
            _json(each.attributes),
            shape,
        )
        for each, shape in zip(town.assets, shapes, strict=True)
    )
    columns = ("kind", "code", "name", "owner", "segment_id", "attributes", "geom")
    copying.copy(session, "asset", columns, rows)


def _parcels(session: Session, town: City) -> None:
    """Whose the lots are, where the town keeps a table for it."""
    if session.scalar(_PARCELS) is None:
        return
    shapes = _geometry(town, (_multi(each.shape) for each in town.lots.parcels))
    rows = (
        ("valbrise", each.code, each.owner, shape)
        for each, shape in zip(town.lots.parcels, shapes, strict=True)
    )
    copying.copy(session, "parcel", ("source", "code", "owner", "geom"), rows)


def _third_parties(session: Session, town: City, parties: Sequence[PartyPlan]) -> None:
    shapes = _geometry(town, (_multi(each.shape) for each in town.neighbours))
    neighbours: list[tuple[Any, ...]] = [
        (
            each.code,
            "neighbour",
            f"Ville de {each.name}",
            f"Town of {each.name}",
            each.phone,
            each.url,
            [],
            5,
            shape,
        )
        for each, shape in zip(town.neighbours, shapes, strict=True)
    ]
    owners: list[tuple[Any, ...]] = [
        (
            each.code,
            each.kind,
            each.fr,
            each.en,
            each.phone,
            each.url,
            list(each.asset_kinds),
            each.chase_days,
            None,
        )
        for each in parties
    ]
    columns = ("code", "kind", "name_fr", "name_en", "phone", "url", "asset_kinds", "chase_days", "geom")
    copying.copy(session, "third_party", columns, [*neighbours, *owners])


def _base_map(session: Session, town: City) -> None:
    """What is drawn under the cases: water, parks and woods, buildings, the rail line."""
    found = list(_features(town))
    shapes = _geometry(town, (shape for _, _, shape in found))
    rows = (
        (kind, name, round(shape.area, 1), drawn)
        for (kind, name, shape), drawn in zip(found, shapes, strict=True)
    )
    copying.copy(session, "map_feature", ("kind", "name", "area_m2", "geom"), rows)


def _features(town: City) -> Iterator[tuple[str, str | None, BaseGeometry]]:
    for water in town.ground.water:
        yield "water", water.name, shapely.make_valid(water.shape)
    for park in town.greens.parks:
        yield "park", park.name, park.shape
    for wood in town.greens.woods:
        yield "park", None, wood
    for house in town.lots.houses:
        yield "building", None, house
    for asset in town.assets:
        if asset.kind == "building":
            yield "building", asset.name, asset.shape
    yield "rail", "voie ferrée", town.ground.rail


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
