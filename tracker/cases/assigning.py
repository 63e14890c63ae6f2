"""Giving a case to its crew as soon as it is accepted: the system's own move (domain.md §3.1, 5)."""

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.accounts.actor import SYSTEM
from tracker.cases import chosen, circumstances, facts, history, service
from tracker.cases.facts import Move
from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.dispatch import desk as desks
from tracker.events import Fact
from tracker.workflow.errors import WorkflowError

AFTER = ("accept", "reopen")
ASSIGN = "assign"
CHOSEN = "crew_chosen"


def at_once(session: Session, case: CaseRow, *, after: str, at: datetime) -> bool:
    """Give an accepted or reopened case to the crew triage chose, when every guard holds; tell whether.

    Where that crew cannot take it any more another one is chosen, and the history says so. Where none can, a
    dispatcher decides. What a person chose stays chosen. The case is locked; the caller commits.
    """
    machine = service.machine_of(session, case)
    desk = desks.current(session)
    if after not in AFTER or not desk.rules.is_automatic or ASSIGN not in machine.transitions:
        return False
    proposed = desk.by_id.get(case.crew_id or 0)
    if proposed is not None and _give(session, case, proposed.code, at):
        return True
    if chosen.by_person(case.triage):
        return False
    other = _choose_again(session, case, at)
    return other is not None and _give(session, case, other, at)


def _give(session: Session, case: CaseRow, crew: str, at: datetime) -> bool:
    asked = Move(transition=ASSIGN, actor=SYSTEM, at=at, inputs={"crew": crew})
    try:
        fact = service.carry_out(session, case, asked, facts.gather(session, case, asked))
    except WorkflowError:
        return False
    history.append(session, case, fact)
    return True


def _choose_again(session: Session, case: CaseRow, at: datetime) -> str | None:
    """Choose as of now; return the crew when it is another one, once the case and its history say so."""
    wanted = catalogue.current_or_version(session, case.service_code, case.service_id)
    setting = circumstances.of(session, case, received_at=case.opened_at, now=at)
    steps, crew = circumstances.crew_for(session, wanted.service, setting, case.resolve_by or at)
    if crew is None or crew.id == case.crew_id:
        return None
    before = desks.current(session).by_id.get(case.crew_id or 0)
    case.crew_id = crew.id
    case.triage = circumstances.with_crew(case.triage, steps)
    payload = {
        "from": before.code if before else None,
        "to": crew.code,
        "cause": "accepted",
        "rule": steps[0].rule,
    }
    history.append(session, case, Fact(kind=CHOSEN, actor=SYSTEM.ref, at=at, payload=payload))
    return crew.code
