"""Every move of a case by one verb: those that join or convert move reports, the others only the case."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.cases import assigning, converting, errors, links, queries, service, unlinking
from tracker.cases.facts import Move
from tracker.cases.links import Linking
from tracker.cases.models import CaseRow, LinkChange
from tracker.workflow import inputs


def make(session: Session, number: str, asked: Move) -> CaseRow:
    """Make a move, whichever it is, and return the case.

    Raises CaseError, workflow.WorkflowError. The caller commits.
    """
    if asked.transition == "mark_duplicate":
        links.merge(session, number, _parent(session, number, asked), _linking(asked))
    elif asked.transition == "unmark_duplicate":
        _separate(session, number, asked)
    elif asked.transition == "convert":
        return converting.convert(session, number, asked)
    else:
        case = service.move(session, number, asked)
        assigning.at_once(session, case, after=asked.transition, at=asked.at)
        return case
    return queries.case(session, number)


def _parent(session: Session, number: str, asked: Move) -> str:
    """Return the case to join, once it is known that the move and what was filled in make sense."""
    case = queries.case(session, number)
    machine = service.machine_of(session, case)
    transition = machine.find(asked.transition, status=case.status, role=asked.actor.role)
    return str(inputs.read(transition, asked.inputs)["parent"])


def _separate(session: Session, number: str, asked: Move) -> None:
    # Read without a lock: the undo locks both cases in the order of their numbers, and judges again.
    case = queries.case(session, number)
    service.machine_of(session, case).find("unmark_duplicate", status=case.status, role=asked.actor.role)
    merged = session.scalars(
        select(LinkChange.id)
        .where(LinkChange.from_case_id == case.id, LinkChange.kind == "merge", LinkChange.undone_at.is_(None))
        .order_by(LinkChange.at.desc())
    ).first()
    if merged is None:
        raise errors.LinkNotFound
    unlinking.undo(session, merged, _linking(asked))


def _linking(asked: Move) -> Linking:
    return Linking(actor=asked.actor, at=asked.at, expected=asked.expected, is_reporter=asked.is_reporter)
