"""The ground of the tests' town: a plain grid of metres, districts, streets, assets, crews.

Three districts of one kilometre lie side by side, a neighbour to the east, a basin in the third.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import shapely
from geoalchemy2.shape import from_shape
from shapely.geometry import LineString, MultiPolygon, Point, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from gis.address import normalise_street
from tracker.dispatch import rulebook
from tracker.dispatch.models import Crew, CrewDistrict, CrewSkill, Depot, Shift
from tracker.places.models import (
    SRID,
    Address,
    Asset,
    BoundarySet,
    District,
    MapFeature,
    StreetSegment,
    ThirdParty,
)

ORIGIN_LON, ORIGIN_LAT = -74.13, 45.25
LAT_M = 111_132.0
LON_M = 111_320.0 * math.cos(math.radians(ORIGIN_LAT))

# Edges of the districts: x, and y from 0 to 1000.
DISTRICTS = {"1": (0, 1000), "2": (1000, 2000), "3": (2000, 3000)}
NAMES = {"1": "Ouest", "2": "Centre", "3": "Est"}
WATER = (2400, 650, 2900, 950)
# code: name, class, owner, maintained by, district, ends
STREETS = {
    "MOULIN": ("rue du Moulin", 4, "ville", "ville", "1", (0, 500, 1000, 500)),
    "ERABLES": ("boulevard des Érables", 1, "ville", "ville", "1", (500, 0, 500, 1000)),
    "PRINCIPALE-O": ("rue Principale", 4, "ville", "ville", "1", (0, 900, 1000, 900)),
    "R201": ("route 201", 1, "mtmd", "mtmd", "2", (1000, 200, 2000, 200)),
    "LAROCQUE": ("chemin Larocque", 3, "mtmd", "ville", "2", (1000, 800, 2000, 800)),
    "CHARLES": ("rue Saint-Charles", 4, "ville", "ville", "2", (1000, 500, 2000, 500)),
    "QUAI": ("rue du Quai", 4, "ville", "ville", "3", (2000, 500, 3000, 500)),
    "PRINCIPALE-E": ("avenue Principale", 4, "ville", "ville", "3", (2000, 100, 3000, 100)),
}
# kind, code: owner, geometry in metres
ASSETS = {
    ("streetlight", "L-1"): ("ville", Point(250, 505)),
    ("streetlight", "L-2"): ("ville", Point(1250, 505)),
    ("streetlight", "H-9"): ("hydro", Point(350, 505)),
    ("hydrant", "B-1"): ("ville", Point(600, 505)),
    ("traffic_signal", "F-1"): ("ville", Point(500, 500)),
    ("park", "P-1"): ("ville", box(100, 100, 300, 300)),
}
# code: department, kind, skills, districts (none is everywhere)
CREWS: Mapping[str, tuple[str, str, str, str]] = {
    "E1": ("TP", "field", "pav prop sig neig arbo parc", "1 2"),
    "E2": ("TP", "field", "pav prop sig neig arbo parc", "3"),
    "B1": ("LOI", "field", "bat parc", ""),
    "C1": ("TP", "contract", "elec", ""),
    "H1": ("HM", "field", "aqu ego", ""),
    "M1": ("ENV", "contract", "mr", ""),
    "I1": ("URB", "office", "insp ani", ""),
    "A1": ("COM", "office", "adm", ""),
}


def at(x: float, y: float) -> tuple[float, float]:
    """Return the longitude and latitude of a place of the grid, in metres east and north."""
    return ORIGIN_LON + x / LON_M, ORIGIN_LAT + y / LAT_M


def lay(session: Session) -> None:
    """Give the town its districts, streets, addresses, assets and neighbours."""
    boundary = BoundarySet(
        name="2026", source="tests", fingerprint="tests", valid_from=date(2026, 1, 1), status="active"
    )
    session.add(boundary)
    session.flush()
    for code, (west, east) in DISTRICTS.items():
        geom = _shape(MultiPolygon([box(west, 0, east, 1000)]))
        session.add(District(boundary_set_id=boundary.id, code=code, name=NAMES[code], geom=geom))
    session.add(MapFeature(kind="water", name="Bassin", geom=_shape(box(*WATER))))
    session.add_all(_parties())
    segments = {code: _segment(code) for code in STREETS}
    session.add_all(segments.values())
    session.flush()
    for segment in segments.values():
        session.add_all(_addresses(segment))
    for (kind, code), (owner, geometry) in ASSETS.items():
        session.add(Asset(kind=kind, code=code, name=f"{kind} {code}", owner=owner, geom=_shape(geometry)))
    session.flush()


def _parties() -> list[ThirdParty]:
    east = MultiPolygon([box(3000, 0, 5000, 1000)])
    return [
        ThirdParty(
            code="amont", kind="neighbour", name_fr="Ville d’Amont", name_en="Town of Amont",
            phone="450 555-0199", url="https://amont.example", geom=_shape(east),
        ),
        ThirdParty(
            code="mtmd", kind="owner", name_fr="Ministère des Transports", name_en="Ministry of Transport",
            phone="511",
        ),
        ThirdParty(
            code="hydro", kind="owner", name_fr="Hydro-Québec", name_en="Hydro-Québec",
            phone="1 800 790-2424", asset_kinds=["streetlight"],
        ),
    ]  # fmt: skip


def _segment(code: str) -> StreetSegment:
    name, road_class, owner, maintained_by, district, (x0, y0, x1, y1) = STREETS[code]
    return StreetSegment(
        code=code,
        name=name,
        name_norm=normalise_street(name),
        class_=road_class,
        owner=owner,
        maintained_by=maintained_by,
        district_code=district,
        geom=_shape(LineString([(x0, y0), (x1, y1)])),
    )


def _addresses(segment: StreetSegment) -> list[Address]:
    """Return the even numbers of a street, one each 100 m, 15 m from its middle."""
    x0, y0, x1, y1 = STREETS[segment.code][5]
    found = []
    for step in range(1, 10):
        x, y = x0 + (x1 - x0) * step / 10, y0 + (y1 - y0) * step / 10
        aside = (15, 0) if x0 == x1 else (0, 15)
        found.append(
            Address(
                civic=step * 10,
                street=segment.name,
                street_norm=segment.name_norm,
                segment_id=segment.id,
                geom=_shape(Point(x + aside[0], y + aside[1])),
            )
        )
    return found


def hire_crews(session: Session) -> None:
    """Give the town its crews with their skills, districts and hours."""
    depot = Depot(code="D1", name="Garage", geom=_shape(Point(900, 100)))
    session.add(depot)
    session.flush()
    for code, (department, kind, skills, districts) in CREWS.items():
        crew = Crew(
            code=code, name=f"Équipe {code}", department=department, kind=kind, capacity_min=420,
            depot_id=depot.id,
        )  # fmt: skip
        session.add(crew)
        session.flush()
        session.add_all(CrewSkill(crew_id=crew.id, skill=skill) for skill in skills.split())
        session.add_all(CrewDistrict(crew_id=crew.id, district_code=each) for each in districts.split())
        session.add_all(
            Shift(crew_id=crew.id, weekday=day, starts=time(7, 0), ends=time(15, 30)) for day in range(1, 6)
        )
    session.flush()
    follow_rules(session)


# Every move of the tests is one that somebody makes: this town does not have accepted cases assigned at once.
RULES = "automatic: false\n"


def follow_rules(session: Session, written: str = RULES) -> int:
    """Put a rule set in force, whatever it leaves undone, and return its number."""
    at = datetime(2026, 1, 5, tzinfo=UTC)
    stored = rulebook.load(session, written, source="tests", actor="tests", at=at)
    if stored.status != "active":
        act = rulebook.Act(actor="tests", at=at)
        rulebook.activate(session, stored.id, act, rulebook.Acknowledged())
    return stored.id


def _shape(geometry: BaseGeometry) -> Any:
    """Return a geometry of the grid as the database keeps it."""
    placed = shapely.transform(geometry, lambda xy: xy / (LON_M, LAT_M) + (ORIGIN_LON, ORIGIN_LAT))
    return from_shape(placed, srid=SRID)
