"""The catalogue as this jurisdiction has loaded it."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.catalogue.definitions import Catalogue, Group, Service, Term
from tracker.catalogue.mapping import service_from_mapping
from tracker.catalogue.models import CatalogueTerm, ServiceRow
from tracker.catalogue.promises import Text
from tracker.db import PerRevision


@dataclass(frozen=True, kw_only=True, slots=True)
class Loaded:
    """The active catalogue, with the row that stores each service's present version."""

    catalogue: Catalogue
    rows: Mapping[str, int]
    departments: Mapping[str, Text]

    def department(self, code: str) -> Text:
        """Return a department's name; its code when the catalogue does not name it."""
        return self.departments.get(code, Text(fr=code, en=code))


def _load(session: Session) -> Loaded:
    rows = session.scalars(select(ServiceRow).where(ServiceRow.active).order_by(ServiceRow.position)).all()
    terms = session.scalars(select(CatalogueTerm).order_by(CatalogueTerm.position)).all()
    named: dict[str, list[Term]] = {"group": [], "department": [], "skill": [], "asset_kind": []}
    for term in terms:
        named[term.kind].append(Term(code=term.code, name=Text(fr=term.name_fr, en=term.name_en)))
    return Loaded(
        catalogue=Catalogue(
            groups=tuple(Group(code=term.code, name=term.name) for term in named["group"]),
            services=tuple(service_from_mapping(row.definition) for row in rows),
            departments=tuple(named["department"]),
            skills=tuple(named["skill"]),
            asset_kinds=tuple(named["asset_kind"]),
        ),
        rows={row.code: row.id for row in rows},
        departments={term.code: term.name for term in named["department"]},
    )


current = PerRevision(_load)


@dataclass(frozen=True, kw_only=True, slots=True)
class Versioned:
    """One version of a service and the row that stores it."""

    id: int
    service: Service


def current_or_version(session: Session, code: str, service_id: int) -> Versioned:
    """Return the active version of a service; of a retired one, the version of that row."""
    loaded = current(session)
    if code in loaded.catalogue:
        return Versioned(id=loaded.rows[code], service=loaded.catalogue.service(code))
    return Versioned(id=service_id, service=version(session, service_id))


# A stored version never changes. Kept per revision all the same: a town dropped and made again has other ids.
_versions = PerRevision(lambda session: dict[int, Service]())


def version(session: Session, service_id: int) -> Service:
    """Return the version of a service that a running case began with, read once per process and revision."""
    kept = _versions(session)
    if service_id not in kept:
        row = session.scalars(select(ServiceRow.definition).where(ServiceRow.id == service_id)).one()
        kept[service_id] = service_from_mapping(row)
    return kept[service_id]
