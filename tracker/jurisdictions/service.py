"""Create, list, drop and migrate the towns hosted here. These verbs run as the database's owner."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, make_url, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tracker import migrations
from tracker.db import JurisdictionUnknown
from tracker.jurisdictions import errors
from tracker.jurisdictions.models import Host, Jurisdiction

CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
ATTEMPTS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Town:
    """What is said of a jurisdiction when it is created."""

    code: str
    name: str
    prefix: str
    zone: str = "America/Toronto"
    languages: tuple[str, ...] = ("fr", "en")
    metric_srid: int = 32188
    calendar: str = "quebec"
    hosts: tuple[str, ...] = ()
    is_demo: bool = False
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not CODE.fullmatch(self.code):
            raise errors.CodeInvalid


def app_role_of(url: str) -> str:
    """Return the login role of the application's database URL."""
    name = make_url(url).username
    assert name, "the database URL names a role"
    return name


def migrate(owner: Engine, *, app_role: str, tell: Callable[[str], None] = lambda _: None) -> None:
    """Bring the shared schema and then every jurisdiction up to date, telling each one's code."""
    migrations.upgrade_shared(owner, app_role=app_role)
    for town in listing(owner):
        tell(town.code)
        with owner.begin() as connection:
            migrations.upgrade_jurisdiction(connection, schema=town.schema_name, role=town.role_name)


def listing(engine: Engine) -> list[Jurisdiction]:
    """Return every jurisdiction, by code."""
    with Session(engine) as session:
        return list(session.scalars(select(Jurisdiction).order_by(Jurisdiction.code)))


def named(engine: Engine, code: str) -> Jurisdiction:
    """Return the jurisdiction of a code. Raises JurisdictionUnknown."""
    with Session(engine) as session:
        town = session.get(Jurisdiction, code)
    if town is None:
        raise JurisdictionUnknown(code)
    return town


def create(owner: Engine, town: Town, *, app_role: str) -> None:
    """Make a jurisdiction: its schema, its tables, and a role that can see nothing else.

    Raises JurisdictionExists, CodeInvalid.
    """
    role = schema = f"j_{town.code}"
    _ensure_role(owner, role, app_role)
    with owner.begin() as connection:
        taken = text("SELECT 1 FROM vigie.jurisdiction WHERE code = :code")
        if connection.execute(taken, {"code": town.code}).first():
            raise errors.JurisdictionExists(town.code)
        connection.execute(text(f"CREATE SCHEMA {migrations.quote(connection, schema)}"))
        migrations.upgrade_jurisdiction(connection, schema=schema, role=role)
        with Session(connection) as session:
            session.add(
                Jurisdiction(
                    code=town.code,
                    name=town.name,
                    schema_name=schema,
                    role_name=role,
                    prefix=town.prefix,
                    zone=town.zone,
                    languages=list(town.languages),
                    metric_srid=town.metric_srid,
                    calendar=town.calendar,
                    settings=town.settings,
                    is_demo=town.is_demo,
                    # Begun by the clock: a town dropped and made again is never taken for the old one.
                    revision=time.time_ns() // 1000,
                )
            )
            session.flush()
            session.add_all(Host(name=host, jurisdiction_code=town.code) for host in town.hosts)
            session.flush()


def drop(owner: Engine, code: str) -> None:
    """Remove a jurisdiction with everything in it. Raises JurisdictionUnknown."""
    with owner.begin() as connection:
        found = connection.execute(
            text("DELETE FROM vigie.jurisdiction WHERE code = :code RETURNING schema_name, role_name"),
            {"code": code},
        ).one_or_none()
        if found is None:
            raise JurisdictionUnknown(code)
        connection.execute(text(f"DROP SCHEMA {migrations.quote(connection, found.schema_name)} CASCADE"))
        connection.execute(text(f"DROP OWNED BY {migrations.quote(connection, found.role_name)}"))


def configure(owner: Engine, code: str, settings: dict[str, Any]) -> None:
    """Merge settings into a jurisdiction's own. Raises JurisdictionUnknown."""
    with Session(owner) as session, session.begin():
        town = session.get(Jurisdiction, code, with_for_update=True)
        if town is None:
            raise JurisdictionUnknown(code)
        session.execute(
            update(Jurisdiction)
            .where(Jurisdiction.code == code)
            .values(settings={**town.settings, **settings}, revision=Jurisdiction.revision + 1)
        )


def code_of_host(session: Session, host: str) -> str | None:
    """Return the jurisdiction that a host name serves."""
    return session.scalar(select(Host.jurisdiction_code).where(Host.name == host))


def _ensure_role(owner: Engine, role: str, app_role: str) -> None:
    """Make the role, which belongs to the whole cluster, unless another database made it already."""
    for attempt in range(ATTEMPTS):
        try:
            with owner.begin() as connection:
                _make_role(connection, role, app_role)
            return
        except DBAPIError:
            # Two databases of one cluster may race for the same rows of pg_authid or pg_auth_members.
            if attempt == ATTEMPTS - 1:
                raise


def _make_role(connection: Connection, role: str, app_role: str) -> None:
    name = migrations.quote(connection, role)
    exists = connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}).first()
    if not exists:
        connection.execute(text(f"CREATE ROLE {name} NOLOGIN NOINHERIT"))
    member = connection.execute(
        text(
            "SELECT 1 FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.roleid "
            "JOIN pg_roles u ON u.oid = m.member WHERE r.rolname = :role AND u.rolname = :app"
        ),
        {"role": role, "app": app_role},
    ).first()
    if not member:
        connection.execute(text(f"GRANT {name} TO {migrations.quote(connection, app_role)}"))
