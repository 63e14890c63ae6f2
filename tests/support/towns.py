"""Towns, staff and an application for tests of the edge."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import structlog
from flask import Flask
from sqlalchemy import Engine

from tests.support import database as databases
from tests.support.database import Database
from tracker import db
from tracker.accounts import service as accounts
from tracker.accounts import tokens
from tracker.accounts.actor import SYSTEM
from tracker.app import create_app
from tracker.config import Settings
from tracker.jurisdictions import service as jurisdictions

PASSWORD = "correct horse battery"


class FakeClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.now = datetime(2026, 5, 4, 13, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **lapse: float) -> None:
        self.now += timedelta(**lapse)


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A database with towns, and the engines of its owner and of the application."""

    owner: Engine
    app: Engine
    settings: Settings


@contextmanager
def opened(database: Database, folder: Path, *codes: str) -> Iterator[Place]:
    """Give a database in which these towns exist."""
    owner, app = (
        db.make_engine(database.owner_url, pool_size=2),
        db.make_engine(database.app_url, pool_size=4),
    )
    settings = Settings(
        database_url=database.app_url,
        owner_url=database.owner_url,
        secret_key="a key for tests",
        var=folder,
        media=folder / "media",
        is_secure=False,
    )
    place = Place(owner=owner, app=app, settings=settings)
    try:
        for code in codes:
            found(place, code)
        yield place
    finally:
        owner.dispose()
        app.dispose()


_COUNT = count()


@contextmanager
def alone(server: Database, folder: Path, name: str, *codes: str) -> Iterator[Place]:
    """Give a database of its own in which these towns exist, for a whole module of tests."""
    named = f"{databases.CLONE}{os.getpid()}_{name}_{next(_COUNT)}"
    with databases.clone(server, named) as mine, opened(mine, folder, *codes) as place:
        yield place


def found(place: Place, code: str) -> None:
    """Create a town without anything in it."""
    prefix, hosts = code[:2].upper(), (f"{code}.test",)
    town = jurisdictions.Town(code=code, name=code.title(), prefix=prefix, hosts=hosts)
    role = jurisdictions.app_role_of(place.settings.database_url)
    jurisdictions.create(place.owner, town, app_role=role)


def moved(place: Place, engine: Engine) -> Place:
    """Return the place as an application with another engine sees it."""
    return replace(place, app=engine)


def application(place: Place, clock: FakeClock, **settings: object) -> Flask:
    """Return the application over a place's database."""
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()])
    chosen = replace(place.settings, **settings)  # type: ignore[arg-type]  # each test names its settings
    return create_app(chosen, clock=clock, engine=place.app)


def hire(place: Place, code: str, role: str, *, email: str = "", crew: str | None = None) -> str:
    """Make an account with a role in a town and return its e-mail address."""
    email = email or f"{role}@{code}.test"
    with db.transaction(place.app) as session:
        person = accounts.Person(email=email, name=f"{role.title()} of {code}", password=PASSWORD)
        staff_id = accounts.create_staff(session, person)
        crew = crew or ("E1" if role == "crew" else None)
        accounts.grant_role(session, staff_id, jurisdiction=code, role=role, crew_code=crew)
    return email


def token_for(place: Place, code: str, role: str, *, at: datetime) -> str:
    """Make an API token and return its secret."""
    wanted = tokens.Wanted(label=f"{role} for tests", role=role, crew_code="E1" if role == "crew" else None)
    with db.transaction(place.app) as session:
        return tokens.create(session, wanted, jurisdiction=code, by=SYSTEM, at=at)[1]
