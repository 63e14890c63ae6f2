"""Changing a case's service: promises are counted again from the first receipt."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.cases import errors, families
from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.dispatch import desk as desks
from tracker.dispatch import service as dispatch
from tracker.places import ground as grounds


def requalify(session: Session, case: CaseRow, values: Mapping[str, Any], done_at: datetime) -> None:
    """Give a case another service of the same family, triaged anew as of its opening (domain.md 3.1, 17).

    Raises OtherService when the new service is worked by another family's rules.
    """
    loaded = catalogue.current(session)
    service = loaded.catalogue.service(str(values["service_code"]))
    if service.workflow != case.workflow:
        raise errors.OtherService
    district = grounds.current(session).by_id.get(case.district_id or 0)
    decision = dispatch.triage(
        desks.current(session),
        service,
        dispatch.Setting(
            district_code=district.code if district else None,
            district_name=district.name if district else None,
            road_class=None,
            answers={},
            received_at=case.opened_at,
        ),
        department=loaded.department(service.department),
    )
    case.service_id = loaded.rows[service.code]
    case.service_code = service.code
    case.workflow_version = families.current(session).active[service.workflow]
    case.priority = decision.priority
    case.department = decision.department
    case.crew_id = decision.crew.id if decision.crew else None
    case.respond_by, case.resolve_by = decision.respond_by, decision.resolve_by
    case.triage = [reason.as_mapping() for reason in decision.reasons]
