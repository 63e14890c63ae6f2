"""Changing a case's service: promises are counted again from the first receipt."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Session

from tracker.cases import chosen, circumstances, clocks, errors, families
from tracker.cases.clocks import Tick
from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import Service
from tracker.dispatch import desk as desks
from tracker.reports import drafting


def requalify(session: Session, case: CaseRow, values: Mapping[str, Any], done_at: datetime) -> None:
    """Give a case another service of the same family, triaged anew as of its opening (domain.md 3.1, 17).

    Raises OtherService when the new service is worked by another family's rules.
    """
    loaded = catalogue.current(session)
    service = loaded.catalogue.service(str(values["service_code"]))
    if service.workflow != case.workflow:
        raise errors.OtherService
    setting = circumstances.of(session, case, received_at=case.opened_at)
    decision = circumstances.decide(session, service, setting)
    case.service_id = loaded.rows[service.code]
    case.service_code = service.code
    case.workflow_version = families.current(session).active[service.workflow]
    case.priority = decision.priority
    case.department = decision.department
    told = [reason.as_mapping() for reason in decision.reasons]
    if case.started_at is not None or _has_skill(session, case, service):
        told += chosen.by_person(case.triage)
    else:
        case.crew_id = decision.crew.id if decision.crew else None
    case.respond_by, case.resolve_by = decision.respond_by, decision.resolve_by
    clocks.requalified(Tick(session=session, case=case, at=done_at, done_at=done_at, setting=setting))
    case.triage = told
    case.is_public = drafting.is_public(service)
    case.search = func.to_tsvector(
        "simple", drafting.search_words(case.number, case.place_text, service, case.summary)
    )


def _has_skill(session: Session, case: CaseRow, service: Service) -> bool:
    """Tell whether the crew that has the case can do the new service too: then it keeps it."""
    crew = desks.current(session).by_id.get(case.crew_id or 0)
    return crew is not None and service.skill in crew.skills
