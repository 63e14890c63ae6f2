"""A question that turns out to be work: its reports go to a case of the service somebody chose."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from tracker.cases import history, positions, service, splitting
from tracker.cases.facts import Move
from tracker.cases.models import CaseRow
from tracker.events import Fact

_REPORTS = text("SELECT id FROM report WHERE case_id = :id ORDER BY received_at, id FOR NO KEY UPDATE")
_MOVE = text("UPDATE report SET case_id = :into, link = 'moved' WHERE case_id = :from_case")


def convert(session: Session, number: str, asked: Move) -> CaseRow:
    """End a question as converted and open the case of its first report; return the question.

    Whoever asked keeps their number, which leads to the new case. Raises CaseNotFound, CaseChanged,
    workflow.WorkflowError.
    """
    question = service.move(session, number, asked)
    reports = session.execute(_REPORTS, {"id": question.id}).scalars().all()
    if not reports:
        return question
    code = str(asked.inputs["service_code"])
    case = splitting.open_for(session, question, reports[0], at=asked.at, service_code=code)
    session.execute(_MOVE, {"into": case.id, "from_case": question.id})
    case.reports_count, question.reports_count = len(reports), 0
    question.parent_id = case.id
    positions.recount(session, case)
    for row, other, kind in ((question, case, "merged"), (case, question, "merge_received")):
        payload = {"into" if kind == "merged" else "from": other.number}
        history.append(session, row, Fact(kind=kind, actor=asked.actor.ref, at=asked.at, payload=payload))
    return question
