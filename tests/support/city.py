"""A small town complete enough for the whole job: ground, streets, assets, crews, staff, an application.

It lies on a plain grid of metres (`at`): three districts of one kilometre side by side, a neighbour to the
east, a basin in the third. Rows of work are wiped between tests; the ground and the people stay.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import shapely
from flask import Flask
from geoalchemy2.shape import from_shape
from shapely.geometry import LineString, MultiPolygon, Point, box
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

from gis.address import normalise_street
from tests.support import towns
from tests.support.caller import Caller
from tests.support.database import Database
from tests.support.towns import FakeClock, Place
from tracker import db
from tracker.accounts import permissions
from tracker.dispatch.models import Crew, CrewDistrict, CrewSkill, Depot, Shift
from tracker.jurisdictions import founding
from tracker.jurisdictions import service as jurisdictions
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

CODE, PREFIX = "lac", "LC"
ORIGIN_LON, ORIGIN_LAT = -74.13, 45.25
LAT_M = 111_132.0
LON_M = 111_320.0 * math.cos(math.radians(ORIGIN_LAT))
MONDAY = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)  # nine in the morning, local time
STAFF = tuple(role for role in permissions.ROLES if role not in ("citizen", "partner", "system"))

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
# A report of each family: its service, its answers, where (metres), and whether somebody must be reachable.
SAMPLES: Mapping[str, tuple[str, dict[str, Any], tuple[float, float] | None]] = {
    "field_work": ("VOI-NID", {"taille": "pneu"}, (300, 502)),
    "inspection": ("NUI-TER", {"type": "dechets"}, (700, 480)),
    "question": ("INF-GEN", {"sujet": "autre", "question": "Où aller ?"}, None),
    "contestation": (
        "CTS-CON",
        {"no_constat": "A-1", "date_signification": "2026-05-01", "motif": "Je n’y étais pas."},
        None,
    ),
}
CONTACT = {"name": "Ana Roy", "email": "ana@example.org", "phone": "450 555-0100"}


def at(x: float, y: float) -> tuple[float, float]:
    """Return the longitude and latitude of a place of the grid, in metres east and north."""
    return ORIGIN_LON + x / LON_M, ORIGIN_LAT + y / LAT_M


@dataclass(kw_only=True)
class City:
    """The town with its application; `anyone`, `agent`… are who may call it."""

    place: Place
    app: Flask
    clock: FakeClock
    tokens: Mapping[str, str]
    code: str = CODE
    _callers: dict[str, Caller] = field(default_factory=dict)

    def caller(self, role: str = "citizen", *, language: str = "fr") -> Caller:
        """Return somebody of a role, who speaks a language."""
        key = f"{role}/{language}"
        if key not in self._callers:
            self._callers[key] = Caller(self.app.test_client(), self.tokens.get(role), language)
        return self._callers[key]

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a transaction of the application in this town."""
        with db.transaction(self.place.app, self.code) as session:
            yield session

    def report(self, family: str = "field_work", *, by: str = "citizen", **said: Any) -> dict[str, Any]:
        """Send a sound report of a family, changed by what is said, and return the answer."""
        given = sample(family) | said
        answer = self.caller(by).post("/reports", given)
        assert answer.status_code == 201, answer.text
        return dict(answer.json or {})

    def answers(self, service: str) -> dict[str, Any]:
        """Return the shortest sound answers to a service's questions, the first choice of each."""
        asked = self.caller().get(f"/services/{service}").json or {}
        return {one["code"]: _answer(one) for one in asked["questions"] if one["required"]}

    def counts(self) -> dict[str, int]:
        """Return how many rows each table of the town holds, the empty ones left out."""
        with self.place.owner.begin() as connection:
            tables = _tables(connection, self.code)
            counted = ", ".join(f'(SELECT count(*) FROM j_{self.code}."{name}")' for name in tables)
            row = connection.execute(text(f"SELECT {counted}")).one()
        return {name: count for name, count in zip(tables, row, strict=True) if count}


def grown(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    """Return by how many rows each table grew, the others left out."""
    changes = {name: after.get(name, 0) - before.get(name, 0) for name in before | after}
    return {name: change for name, change in changes.items() if change}


def sample(family: str) -> dict[str, Any]:
    """Return a sound report of a family."""
    service, answers, where = SAMPLES[family]
    given: dict[str, Any] = {"service_code": service, "answers": answers}
    if where is not None:
        given["location"] = pin(*where)
    if family not in ("field_work", "inspection"):
        given["contact"] = dict(CONTACT)
    return given


def _answer(question: dict[str, Any]) -> Any:
    if question["options"]:
        first = question["options"][0]["code"]
        return [first] if question["datatype"] == "multivaluelist" else first
    return {"number": 1, "datetime": "2026-05-01"}.get(question["datatype"], "texte")


def pin(x: float, y: float, **more: Any) -> dict[str, Any]:
    """Return a location by coordinates."""
    lon, lat = at(x, y)
    return {"lon": lon, "lat": lat, "accuracy_m": 6, "method": "gps", **more}


@contextmanager
def opened(database: Database, folder: Path) -> Iterator[City]:
    """Give the town in a database of its own."""
    with towns.opened(database, folder) as place:
        found(place)
        clock = FakeClock()
        clock.now = MONDAY
        tokens = {role: towns.token_for(place, CODE, role, at=MONDAY) for role in STAFF}
        for role in STAFF:
            towns.hire(place, CODE, role)
        yield City(place=place, app=towns.application(place, clock), clock=clock, tokens=tokens)


def found(place: Place, code: str = CODE, *, prefix: str = PREFIX) -> None:
    """Found the town in a database, with everything but its staff."""
    town = jurisdictions.Town(code=code, name="Lac-aux-Sables", prefix=prefix, hosts=(f"{code}.test",))
    role = jurisdictions.app_role_of(place.settings.database_url)
    founding.found(place.owner, place.app, town, app_role=role)
    with db.transaction(place.app, code) as session:
        _lay_ground(session)
        _hire_crews(session)


def wipe(city: City) -> None:
    """Remove every case and what hangs on it; the seal on the history is lifted for that moment."""
    with city.place.owner.begin() as connection:
        connection.execute(text(f"SET LOCAL search_path = j_{city.code}"))
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            text(
                'TRUNCATE "case", report, contact, photo, event, duplicate_candidate, link_change, refusal, '
                "idempotency_key, import_run"
            )
        )
    city.clock.now = MONDAY


def _tables(connection: Connection, code: str) -> list[str]:
    rows = connection.execute(text(f"SELECT tablename FROM pg_tables WHERE schemaname = 'j_{code}'"))
    return sorted(row.tablename for row in rows)


def _lay_ground(session: Session) -> None:
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


def _hire_crews(session: Session) -> None:
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


def _shape(geometry: BaseGeometry) -> Any:
    """Return a geometry of the grid as the database keeps it."""
    placed = shapely.transform(geometry, lambda xy: xy / (LON_M, LAT_M) + (ORIGIN_LON, ORIGIN_LAT))
    return from_shape(placed, srid=SRID)
