"""Bring a jurisdiction's services to what its catalogue says."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

from tracker.catalogue.definitions import Catalogue, Question, Service, Standard, Text
from tracker.catalogue.mapping import service_from_mapping, to_mapping
from tracker.catalogue.models import CatalogueTerm, ServiceQuestion, ServiceRow, ServiceStandard

# Two loads take turns; reports, which only read these rows, go on meanwhile.
_TAKE_TURNS = text("LOCK TABLE service IN SHARE ROW EXCLUSIVE MODE")


@dataclass(frozen=True, kw_only=True, slots=True)
class LoadReport:
    """What a load did, as codes of services; `has_new_words` when a name of the vocabulary changed."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    retired: tuple[str, ...] = ()
    has_new_words: bool = False

    @property
    def is_idle(self) -> bool:
        """No service and no word changed; at most their order did."""
        return not (self.added or self.changed or self.retired or self.has_new_words)


def load(session: Session, catalogue: Catalogue) -> LoadReport:
    """Make the active services of the selected jurisdiction those of `catalogue`.

    A service that changed gets a new version and the old one is kept for the cases that began with it; one
    that is gone, or inactive, is retired. Loading the same catalogue again writes nothing.
    Flushes; the caller commits.
    """
    session.execute(_TAKE_TURNS)
    latest = _latest(session)
    wanted = {service.code: service for service in catalogue.services if service.active}
    same = {code for code, row in latest.items() if code in wanted and _says(row, wanted[code])}
    was_active = {code for code, row in latest.items() if row.active}

    for code, row in latest.items():
        row.active = code in same
    session.flush()  # the old version steps aside before the new one takes its place (service_active_key)
    _write(session, wanted, latest, same)
    return LoadReport(
        added=tuple(code for code in wanted if code not in was_active),
        changed=tuple(code for code in wanted if code in was_active and code not in same),
        unchanged=tuple(code for code in wanted if code in was_active and code in same),
        retired=tuple(sorted(was_active - wanted.keys())),
        has_new_words=_write_words(session, catalogue),
    )


def _latest(session: Session) -> dict[str, ServiceRow]:
    """Return the last version of every service ever loaded, by code."""
    rows = session.scalars(select(ServiceRow).order_by(ServiceRow.code, ServiceRow.version))
    return {row.code: row for row in rows}


def _says(row: ServiceRow, service: Service) -> bool:
    """Tell whether a stored version says the same; as values, so a field added since is no change."""
    try:
        return service_from_mapping(row.definition) == service
    except (ValueError, TypeError):
        return False


def _write(
    session: Session, wanted: dict[str, Service], latest: dict[str, ServiceRow], same: set[str]
) -> None:
    added = []
    for position, service in enumerate(wanted.values(), 1):
        row = latest.get(service.code)
        if row is not None and service.code in same:
            row.position = position
            continue
        added.append((service, _row(service, position, 1 if row is None else row.version + 1)))
    session.add_all(row for _, row in added)
    session.flush()
    for service, row in added:
        session.add_all(_details(service, row.id))
    session.flush()


def _row(service: Service, position: int, version: int) -> ServiceRow:
    return ServiceRow(
        code=service.code,
        version=version,
        position=position,
        group_code=service.group,
        name_fr=service.name.fr,
        name_en=service.name.en,
        workflow=service.workflow,
        department=service.department,
        skill=service.skill,
        priority=service.priority,
        duration_min=service.duration_min,
        location_kind=service.location.kind,
        definition=to_mapping(service),
        active=True,
    )


def _details(service: Service, service_id: int) -> Iterable[ServiceQuestion | ServiceStandard]:
    for position, question in enumerate(service.questions, 1):
        yield _question(question, service_id, position)
    for position, standard in enumerate(service.standards, 1):
        yield _standard(standard, service_id, position)


def _question(question: Question, service_id: int, position: int) -> ServiceQuestion:
    return ServiceQuestion(
        service_id=service_id,
        position=position,
        code=question.code,
        datatype=question.datatype,
        required=question.required,
        label_fr=question.label.fr,
        label_en=question.label.en,
        options=to_mapping(question.options),
    )


def _standard(standard: Standard, service_id: int, position: int) -> ServiceStandard:
    condition: dict[str, Any] = {each.fact: list(each.values) for each in standard.when}
    return ServiceStandard(
        service_id=service_id,
        position=position,
        kind=standard.kind,
        amount=standard.amount,
        unit=standard.unit,
        condition=condition or None,
    )


def _write_words(session: Session, catalogue: Catalogue) -> bool:
    """Replace the vocabulary when it differs; tell whether it did."""
    wanted = [
        {"kind": kind, "code": code, "position": position, "name_fr": name.fr, "name_en": name.en}
        for kind, named in _words(catalogue)
        for position, (code, name) in enumerate(named, 1)
    ]
    columns = CatalogueTerm.__table__.columns
    stored = [dict(row) for row in session.execute(select(*columns)).mappings()]
    if sorted(stored, key=_key) == sorted(wanted, key=_key):
        return False
    session.execute(delete(CatalogueTerm))
    session.add_all(CatalogueTerm(**word) for word in wanted)
    session.flush()
    return True


def _key(word: dict[str, Any]) -> tuple[str, str]:
    return word["kind"], word["code"]


def _words(catalogue: Catalogue) -> Iterable[tuple[str, list[tuple[str, Text]]]]:
    yield "group", [(group.code, group.name) for group in catalogue.groups]
    for kind, terms in (
        ("department", catalogue.departments),
        ("skill", catalogue.skills),
        ("asset_kind", catalogue.asset_kinds),
    ):
        yield kind, [(term.code, term.name) for term in terms]
