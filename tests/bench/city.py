"""The demo city's ground written into a jurisdiction: districts, streets, addresses, water, crews."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import psycopg
import shapely
from numpy.typing import NDArray
from psycopg import sql
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis import text as words
from tests.support import ground
from tracker.demo import city, degrees
from tracker.demo.city import City

CREWS = (
    ("E1", "É1 Voirie nord", "TP", ("pav", "sig", "prop", "neig", "elec"), ("1", "2", "3")),
    ("E2", "É2 Voirie sud", "TP", ("pav", "sig", "ego", "prop", "neig", "elec"), ("4", "5", "6")),
    ("E3", "É3 Eau", "HM", ("aqu", "ego"), ()),
    ("E4", "É4 Parcs et arbres", "TP", ("parc", "arbo"), ()),
    ("E5", "É5 Propreté et collectes", "ENV", ("prop", "mr", "bat"), ()),
    ("INSP", "Inspection", "URB", ("insp",), ()),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """An address of the town, EPSG:4326, with its district and street."""

    lon: float
    lat: float
    civic: int
    street: str
    segment_id: int
    district_id: int
    boundary_set_id: int


def lay(session: Session, size: str) -> list[Home]:
    """Draw the demo city and write its ground; return its addresses in order."""
    town = city.draw_default(size=size)
    boundary_set_id, districts = _districts(session, town)
    segments = _segments(session, town)
    homes = _homes(town, boundary_set_id, districts, segments)
    copy_in(
        session,
        "address",
        ("civic", "street", "street_norm", "segment_id", "geom"),
        (
            (h.civic, h.street, words.fold(h.street), h.segment_id, _wkb(shapely.Point(h.lon, h.lat)))
            for h in homes
        ),
    )
    water = degrees.shapes([each.shape for each in town.ground.water], town.srid)
    copy_in(session, "map_feature", ("kind", "geom"), (("water", _wkb(shape)) for shape in water))
    _crews(session)
    ground.follow_rules(session)  # a move is one move: what follows by itself would be another
    return homes


def _districts(session: Session, town: City) -> tuple[int, dict[str, int]]:
    set_id: int = session.execute(
        text(
            "INSERT INTO boundary_set (name, source, fingerprint, valid_from, status) "
            "VALUES ('demo', 'tracker.demo', 'bench', '2020-01-01', 'active') RETURNING id"
        )
    ).scalar_one()
    shapes = degrees.shapes([each.shape for each in town.districts], town.srid)
    rows = [
        (set_id, each.code, each.name, _wkb(shapely.multipolygons([shape])))
        for each, shape in zip(town.districts, shapes, strict=True)
    ]
    copy_in(session, "district", ("boundary_set_id", "code", "name", "geom"), rows)
    found = session.execute(text("SELECT code, id FROM district"))
    return set_id, {row.code: row.id for row in found}


def _segments(session: Session, town: City) -> dict[str, int]:
    lines = degrees.shapes([each.line for each in town.segments], town.srid)
    rows = (
        (s.code, s.name, words.fold(s.name), s.road_class, s.owner, s.maintained_by, s.district, _wkb(line))
        for s, line in zip(town.segments, lines, strict=True)
    )
    columns = ("code", "name", "name_norm", "class", "owner", "maintained_by", "district_code", "geom")
    copy_in(session, "street_segment", columns, rows)
    return {row.code: row.id for row in session.execute(text("SELECT code, id FROM street_segment"))}


def _homes(town: City, set_id: int, districts: dict[str, int], segments: dict[str, int]) -> list[Home]:
    by_code = {each.code: each.district for each in town.segments}
    points: NDArray[np.float64] = shapely.get_coordinates([each.point for each in town.lots.addresses])
    return [
        Home(
            lon=lon,
            lat=lat,
            civic=each.civic,
            street=each.street,
            segment_id=segments[each.segment],
            district_id=districts[by_code[each.segment]],
            boundary_set_id=set_id,
        )
        for each, (lon, lat) in zip(
            town.lots.addresses, degrees.lonlat(points, town.srid).tolist(), strict=True
        )
    ]


def _crews(session: Session) -> None:
    for code, name, department, skills, districts in CREWS:
        crew_id = session.execute(
            text(
                "INSERT INTO crew (code, name, department, kind, capacity_min) "
                "VALUES (:code, :name, :department, 'field', 300) RETURNING id"
            ),
            {"code": code, "name": name, "department": department},
        ).scalar_one()
        copy_in(session, "crew_skill", ("crew_id", "skill"), ((crew_id, skill) for skill in skills))
        copy_in(
            session, "crew_district", ("crew_id", "district_code"), ((crew_id, each) for each in districts)
        )


def _wkb(shape: BaseGeometry) -> str:
    return str(shapely.to_wkb(shapely.set_srid(shape, 4326), hex=True, include_srid=True))


def copy_in(session: Session, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write rows with COPY, in the session's transaction."""
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(",").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
