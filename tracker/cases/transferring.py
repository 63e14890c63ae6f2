"""Giving a case to another department or district, with a reason that the history keeps."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from tracker.cases import circumstances, clocks
from tracker.cases.clocks import Tick
from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.catalogue.promises import Text
from tracker.dispatch.service import Reason
from tracker.places import ground as grounds


def transfer(session: Session, case: CaseRow, values: Mapping[str, Any], done_at: datetime) -> None:
    """Give a case to another department or district; the promise to the resident stays as it was.

    Work that has not begun goes to the crew that triage chooses there. The place does not move: the district
    is who does the work.
    """
    ground, loaded = grounds.current(session), catalogue.current(session)
    reasons = [one for one in case.triage if one["step"] != "transfer"]
    if values.get("department"):
        case.department = str(values["department"])
        reasons.append(_reason("department", loaded.department(case.department)))
    if values.get("district"):
        district = ground.by_code[str(values["district"])]
        case.district_id = district.id
        reasons.append(_reason("district", Text(fr=district.name, en=district.name)))
    if case.started_at is None:
        setting = circumstances.of(session, case, received_at=case.opened_at)
        decision = circumstances.decide(session, catalogue.version(session, case.service_id), setting)
        serves = decision.crew is not None and decision.crew.department == case.department
        case.crew_id = decision.crew.id if decision.crew is not None and serves else None
    case.triage = reasons
    clocks.moved(Tick(session=session, case=case, at=done_at, done_at=done_at))


def _reason(what: str, name: Text) -> dict[str, Any]:
    fr, en = f"Transféré : {name.fr}", f"Transferred: {name.en}"
    return Reason(step="transfer", rule=f"transfer.{what}", fr=fr, en=en).as_mapping()
