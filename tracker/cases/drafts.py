"""A draft is the person's own until it is submitted: its answers may still change."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.cases import errors, queries, tracking
from tracker.catalogue import queries as catalogue
from tracker.reports import errors as report_errors
from tracker.reports import rows, validation

DRAFT = "draft"

_CHANGE = text("UPDATE report SET answers = CAST(:answers AS jsonb) WHERE number = :number AND case_id = :id")


def change(session: Session, number: str, secret: str, answers: Mapping[str, Any]) -> None:
    """Replace the answers of a draft. Raises ReportNotFound, NotADraft, AnswersInvalid."""
    found = tracking.find(session, number, secret)
    case = queries.locked(session, found.case.number)
    if case.status != DRAFT:
        raise errors.NotADraft
    service = catalogue.version(session, case.service_id)
    faults = tuple(each for each in validation.faults(service, answers) if each.fault != "missing")
    if faults:
        raise report_errors.AnswersInvalid(faults)
    values = {"answers": rows.as_json(dict(answers)), "number": found.report.number, "id": case.id}
    session.execute(_CHANGE, values)
