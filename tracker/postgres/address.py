"""Which database to use: the one named in the environment, else the embedded cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.postgres.cluster import Cluster
from tracker.postgres.place import default_var

OUTSIDE = "VIGIE_DATABASE_URL"
OUTSIDE_OWNER = "VIGIE_OWNER_DATABASE_URL"


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """SQLAlchemy addresses: `app` for the running application, `owner` for migrations and set-up."""

    app: str
    owner: str
    is_embedded: bool


def current(environ: Mapping[str, str]) -> Address:
    """Return the addresses in force. The owner's outside address defaults to the application's."""
    if app := environ.get(OUTSIDE):
        app = with_driver(app)
        return Address(app=app, owner=with_driver(environ.get(OUTSIDE_OWNER) or app), is_embedded=False)
    cluster = Cluster(default_var(environ))
    return Address(app=cluster.url("app"), owner=cluster.url("owner"), is_embedded=True)


def with_driver(url: str) -> str:
    """Return the address with the psycopg driver named, as SQLAlchemy wants it."""
    scheme, separator, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if separator and scheme in ("postgres", "postgresql") else url


def without_driver(url: str) -> str:
    """Return the address as libpq and psql want it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)
