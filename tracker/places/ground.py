"""What the ground of a jurisdiction is made of, indexed in the process: districts, neighbours, water."""

from collections.abc import Mapping
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis.areas import Area, AreaIndex
from gis.location import Frame
from tracker.db import PerRevision, selected
from tracker.places.errors import Party
from tracker.places.models import ThirdParty

FAR_M = 25_000.0


@dataclass(frozen=True, kw_only=True, slots=True)
class DistrictRef:
    """A district of the active boundary set."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Ground:
    """Areas of a jurisdiction as of one revision. `frame` is None while no boundary set is active.

    `estates` are grounds of third parties inside the town: a railway, a school board's, a canal.
    """

    boundary_set_id: int | None
    districts: AreaIndex
    by_code: Mapping[str, DistrictRef]
    by_id: Mapping[int, DistrictRef]
    water: AreaIndex
    neighbours: AreaIndex
    estates: AreaIndex
    parties: Mapping[str, Party]
    frame: Frame | None


def _areas(rows: list[tuple[str, bytes]]) -> AreaIndex:
    return AreaIndex(
        [Area(code=code, geometry=_polygonal(shapely.from_wkb(bytes(wkb)))) for code, wkb in rows]
    )


def _polygonal(geometry: BaseGeometry) -> BaseGeometry:
    return geometry if geometry.is_valid else shapely.buffer(geometry, 0)


def _load(session: Session) -> Ground:
    rows = session.execute(
        text(
            "SELECT d.id, d.code, d.name, d.boundary_set_id, ST_AsBinary(d.geom) AS wkb "
            "FROM district d JOIN boundary_set b ON b.id = d.boundary_set_id WHERE b.status = 'active'"
        )
    ).all()
    refs = [DistrictRef(id=row.id, code=row.code, name=row.name) for row in rows]
    districts = _areas([(row.code, row.wkb) for row in rows])
    parties = session.scalars(select(ThirdParty)).all()
    theirs = session.execute(
        text("SELECT code, kind, ST_AsBinary(geom) AS wkb FROM third_party WHERE geom IS NOT NULL")
    ).all()
    water = session.execute(
        text("SELECT id::text AS code, ST_AsBinary(geom) AS wkb FROM map_feature WHERE kind = 'water'")
    ).all()
    return Ground(
        boundary_set_id=rows[0].boundary_set_id if rows else None,
        districts=districts,
        by_code={ref.code: ref for ref in refs},
        by_id={ref.id: ref for ref in refs},
        water=_areas([(row.code, row.wkb) for row in water]),
        neighbours=_areas([(row.code, row.wkb) for row in theirs if row.kind == "neighbour"]),
        estates=_areas([(row.code, row.wkb) for row in theirs if row.kind != "neighbour"]),
        parties={party.code: _party(party) for party in parties},
        frame=_frame(districts, selected(session).settings) if rows else None,
    )


def _frame(districts: AreaIndex, settings: Mapping[str, object]) -> Frame:
    points = settings.get("geocoder_defaults") or []
    assert isinstance(points, list)
    return Frame(
        territory=shapely.union_all([area.geometry for area in districts.areas]),
        default_points=tuple((float(lon), float(lat)) for lon, lat in points),
        far_m=FAR_M,
    )


def _party(row: ThirdParty) -> Party:
    return Party(
        code=row.code,
        kind=row.kind,
        name_fr=row.name_fr,
        name_en=row.name_en,
        phone=row.phone,
        url=row.url,
        email=row.email,
    )


current = PerRevision(_load)
