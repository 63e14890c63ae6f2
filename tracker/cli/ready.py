"""A database to work on: the embedded one started when no other is named, its tables up to date."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from tracker import db, postgres
from tracker.cli.text import Failure
from tracker.jurisdictions import service as jurisdictions
from tracker.postgres import place


def started() -> tuple[postgres.Address, postgres.Cluster | None]:
    """Return the database's addresses, and the embedded cluster when it had to be started for this.

    Raises PostgresError.
    """
    address = postgres.current(os.environ)
    if not address.is_embedded:
        return address, None
    cluster = postgres.Cluster(place.default_var(os.environ))
    return address, cluster if cluster.start() else None


@contextmanager
def owner(*, migrate: bool = False) -> Iterator[Engine]:
    """Give an engine of the database's owner, for what makes or drops tables."""
    address, _ = started()
    engine = db.make_engine(address.owner, pool_size=1)
    try:
        if migrate:
            jurisdictions.migrate(engine, app_role=jurisdictions.app_role_of(address.app))
        yield engine
    finally:
        engine.dispose()


@contextmanager
def application() -> Iterator[Engine]:
    """Give an engine of the application's own role."""
    address, _ = started()
    engine = db.make_engine(address.app, pool_size=1)
    try:
        yield engine
    finally:
        engine.dispose()


def app_role() -> str:
    """Return the application's login role."""
    return jurisdictions.app_role_of(postgres.current(os.environ).app)


def code_of(engine: Engine, wanted: str | None) -> str:
    """Return the jurisdiction meant: the one named, else the environment's, else the only one there is.

    Raises Failure when there are several, or none.
    """
    named = wanted or os.environ.get("VIGIE_JURISDICTION")
    if named:
        return named
    towns = jurisdictions.listing(engine)
    if len(towns) != 1:
        known = ", ".join(town.code for town in towns) or "-"
        raise Failure(
            fr=f"dites laquelle avec --jurisdiction (il y a\u00a0: {known}).",
            en=f"say which one with --jurisdiction (there are: {known}).",
        )
    return towns[0].code


@contextmanager
def town(engine: Engine, code: str | None) -> Iterator[Session]:
    """Open a transaction in the town that is named, else in the only one there is. Raises Failure."""
    wanted = code_of(engine, code)
    try:
        with db.transaction(engine, wanted) as session:
            yield session
    except db.JurisdictionUnknown:
        raise Failure(
            fr=f"aucune municipalité n’a le code « {wanted} ».",
            en=f"no municipality has the code “{wanted}”.",
        ) from None
