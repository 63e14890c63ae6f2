"""A small town complete enough for the whole job: ground, crews, staff, an application.

Rows of work are wiped between tests; the ground and the people stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Flask
from psycopg.errors import DeadlockDetected
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.support import ground, towns
from tests.support.caller import Caller
from tests.support.database import Database
from tests.support.ground import CREWS, LAT_M, LON_M, WATER, at
from tests.support.towns import FakeClock, Place
from tracker import db
from tracker.accounts import permissions
from tracker.dispatch import board
from tracker.jurisdictions import founding
from tracker.jurisdictions import service as jurisdictions

__all__ = [
    "CREWS",
    "LAT_M",
    "LON_M",
    "WATER",
    "City",
    "at",
    "found",
    "grown",
    "opened",
    "pin",
    "sample",
    "wipe",
]

CODE, PREFIX = "lac", "LC"
MONDAY = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)  # nine in the morning, local time
STAFF = tuple(role for role in permissions.ROLES if role not in ("citizen", "partner", "system"))

# A report of each family: its service, its answers, where (metres), and whether somebody must be reachable.
SAMPLES: Mapping[str, tuple[str, dict[str, Any], tuple[float, float] | None]] = {
    "field_work": ("VOI-NID", {"taille": "pneu"}, (300, 502)),
    "inspection": ("NUI-TER", {"type": "dechets"}, (700, 480)),
    "question": ("INF-GEN", {"sujet": "autre", "question": "Où aller ?"}, None),
    "permit": ("PER-ABA", {"raison": "mort", "dhp_cm": 30}, (700, 480)),
    "booking": (
        "RES-MAT",
        {
            "article": "table",
            "nombre": 2,
            "debut": "2026-06-01T09:00:00-04:00",
            "fin": "2026-06-01T17:00:00-04:00",
        },
        None,
    ),
    "contestation": (
        "CTS-CON",
        {"no_constat": "A-1", "date_signification": "2026-05-01", "motif": "Je n’y étais pas."},
        None,
    ),
}
CONTACT = {"name": "Ana Roy", "email": "ana@example.org", "phone": "450 555-0100"}


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
        ground.lay(session)
        ground.hire_crews(session)


# The tables that a test leaves as it found them: the ground, the people, the rules. All the others are work.
# (A storm ends by a statement of its own, which tells the processes that know it.)
KEPT = """
    address alembic_version asset boundary_set case_cell_fold catalogue_term crew crew_district crew_skill
    depot district duplicate_weights fee hall map_feature parcel resource retired_place seat service
    service_question service_standard shift signing_key storm street_segment third_party triage_activation
    triage_rules workflow_version
"""


def wipe(city: City) -> None:
    """Remove every case and what hangs on it; the seal on the history is lifted for that moment.

    A page that a test left open may still be asking: who deadlocks with it tries again.
    """
    for last in (False, False, True):
        try:
            _truncate(city)
            break
        except OperationalError as error:
            if last or not isinstance(error.orig, DeadlockDetected):
                raise
    city.clock.now = MONDAY
    board.forget()


def _truncate(city: City) -> None:
    with city.place.owner.begin() as connection:
        connection.execute(text(f"SET LOCAL search_path = j_{city.code}"))
        if connection.execute(text("SELECT EXISTS (SELECT 1 FROM storm)")).scalar_one():
            connection.execute(
                text("DELETE FROM storm")
            )  # with its triggers on: processes keep the storms they know
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        work = [f'"{table}"' for table in _tables(connection, city.code) if table not in KEPT.split()]
        connection.execute(text(f"TRUNCATE {', '.join(work)}"))


def _tables(connection: Connection, code: str) -> list[str]:
    rows = connection.execute(text(f"SELECT tablename FROM pg_tables WHERE schemaname = 'j_{code}'"))
    return sorted(row.tablename for row in rows)
