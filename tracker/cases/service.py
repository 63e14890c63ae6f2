"""Moving a case along its workflow: locked, checked, projected, recorded, in the caller's transaction."""

from collections.abc import Callable, Mapping
from datetime import datetime, time
from typing import Any

from sqlalchemy.orm import Session

from tracker.cases import (
    chosen,
    clocks,
    effects,
    errors,
    facts,
    families,
    following,
    history,
    queries,
    requalifying,
    transferring,
)
from tracker.cases.effects import Done
from tracker.cases.facts import Move
from tracker.cases.models import CaseRow
from tracker.dispatch import desk as desks
from tracker.dispatch.service import Setting
from tracker.events import Fact
from tracker.reports import rows
from tracker.workflow import Facts, Machine, Step, Transition, guards

# What somebody writes by hand may name anybody: it can be erased, a choice from a list cannot.
FREE_WORDS = "text"


def lock(session: Session, number: str, *, expected: frozenset[int] | None = None) -> CaseRow:
    """Return a case locked until the end of the transaction, in one of the `expected` versions.

    Raises CaseNotFound, CaseChanged.
    """
    case = queries.locked(session, number)
    if expected is not None and case.version not in expected:
        raise errors.CaseChanged(case.version)
    return case


def machine_of(session: Session, case: CaseRow) -> Machine:
    """Return the workflow a case runs by, of the version it began with."""
    return families.current(session).machine(case.workflow, case.workflow_version)


def move(session: Session, number: str, asked: Move) -> CaseRow:
    """Move a case along its workflow, recording the change.

    The row lock makes two people's clicks take turns; the second sees the first's status. Joining two
    cases is `links.merge`. Raises CaseNotFound, CaseChanged, workflow.WorkflowError. The caller commits.
    """
    case = lock(session, number, expected=asked.expected)
    _check_crew(session, case, asked)
    # Refused by the table, nothing needs to be known.
    machine_of(session, case).find(asked.transition, status=case.status, role=asked.actor.role)
    fact = carry_out(session, case, asked, facts.gather(session, case, asked))
    kind = "after" if asked.transition == "complete" else "during"
    rows.keep_pictures(session, asked.pictures, rows.Taken(kind=kind, at=asked.at, case_id=case.id))
    history.append(session, case, fact)
    done = Done(
        session=session,
        case=case,
        fact=fact,
        seq=case.last_seq,
        at=asked.at,
        move=move,
        follow_up=following.open_case,
    )
    effects.carry_out(done)
    session.flush()
    return case


def carry_out(
    session: Session, case: CaseRow, asked: Move, known: Facts, setting: Setting | None = None
) -> Fact:
    """Check a move against what is known and project it on the row; return the fact to append.

    Writes nothing by itself, and reads nothing when `setting` tells what its promises depend on. Raises
    workflow.WorkflowError, CrewUnknown.
    """
    machine = machine_of(session, case)
    transition = machine.find(asked.transition, status=case.status, role=asked.actor.role)
    values = guards.check(transition, known)
    step = machine.advance(transition, status=case.status, return_to=case.previous_status, facts=known)
    done_at = known.effective_time()
    before, promised = case.status, (case.respond_by, case.resolve_by)
    tick = clocks.Tick(session=session, case=case, at=asked.at, done_at=done_at, setting=setting)
    clocks.apply(tick, step.named("clock"))
    _project(case, machine, step, at=asked.at, done_at=done_at)
    _EFFECTS_ON_ROW.get(transition.name, _nothing)(session, case, values, done_at)
    if transition.name == "assign":
        crew = desks.current(session).by_id[case.crew_id or 0]
        chosen.remember(case, crew, asked.actor, values)
    if transition.name == "reopen" and asked.actor.role == "citizen":
        case.reopens += 1  # theirs are counted, whoever looks into it for them may go on
    return _fact(asked, transition, step, before, values, _promises(case, *promised))


def _check_crew(session: Session, case: CaseRow, asked: Move) -> None:
    """A crew works on its own cases only."""
    if asked.actor.role != "crew":
        return
    crew = desks.current(session).by_code.get(asked.actor.crew_code or "")
    if crew is None or case.crew_id != crew.id:
        raise errors.NotYourCase


def _project(case: CaseRow, machine: Machine, step: Step, *, at: datetime, done_at: datetime) -> None:
    state = machine.state(step.status)
    if step.status != case.status:
        case.status_since = at
        case.next_action_at = None
    if case.is_open and not state.is_open:
        case.completed_at = done_at
    case.status = step.status
    case.previous_status = step.return_to
    case.is_open = state.is_open
    case.next_action = state.next_actor
    if state.is_final:
        case.closed_at = case.closed_at or at


def _promises(case: CaseRow, respond_by: datetime | None, resolve_by: datetime | None) -> dict[str, Any]:
    """Return the promises that a move changed, as they were and are: the old ones stay in the history."""
    changes = {"respond_by": (respond_by, case.respond_by), "resolve_by": (resolve_by, case.resolve_by)}
    changed = {
        name: {"from": old.isoformat() if old else None, "to": new.isoformat() if new else None}
        for name, (old, new) in changes.items()
        if old != new
    }
    return {"promises": changed} if changed else {}


def _fact(
    asked: Move,
    transition: Transition,
    step: Step,
    before: str,
    values: Mapping[str, Any],
    more: Mapping[str, Any],
) -> Fact:
    inputs = history.plain(values)
    free = {each.name for each in transition.inputs if each.type == FREE_WORDS}
    return Fact(
        kind="moved",
        actor=asked.actor.ref,
        at=asked.at,
        device_at=asked.device_at,
        payload={
            "transition": transition.name,
            "from": before,
            "to": step.status,
            "inputs": {name: value for name, value in inputs.items() if name not in free},
            "effects": [f"{effect.kind}:{effect.name}" for effect in step.effects],
            "photos": [str(picture.id) for picture in asked.pictures],
            **more,
        },
        texts={name: str(value) for name, value in inputs.items() if name in free},
    )


OnRow = Callable[[Session, CaseRow, Mapping[str, Any], datetime], None]


def _nothing(session: Session, case: CaseRow, values: Mapping[str, Any], done_at: datetime) -> None:
    """Most transitions change the status and nothing else."""


def _assigned(session: Session, case: CaseRow, values: Mapping[str, Any], done_at: datetime) -> None:
    code = str(values["crew"])
    crew = desks.current(session).by_code.get(code)
    if crew is None:
        raise errors.CrewUnknown(code)
    case.crew_id = crew.id


def _planned(session: Session, case: CaseRow, values: Mapping[str, Any], done_at: datetime) -> None:
    planned = values["planned_for"]
    if case.planned_for is not None:
        case.reschedules += 1
    case.planned_for = planned.astimezone(desks.current(session).calendar.zone).date()
    case.next_action_at = planned


def _appointed(session: Session, case: CaseRow, values: Mapping[str, Any], done_at: datetime) -> None:
    """A booking, a hearing or a committee has its day."""
    when = values.get("starts_at") or values.get("hearing_at")
    day = values.get("meets_on")
    zone = desks.current(session).calendar.zone
    if isinstance(when, datetime):
        case.planned_for, case.next_action_at = when.astimezone(zone).date(), when
    elif day is not None:
        case.planned_for, case.next_action_at = day, datetime.combine(day, time.min, zone)


def _started(session: Session, case: CaseRow, values: Mapping[str, Any], done_at: datetime) -> None:
    case.started_at = done_at


def _completed(session: Session, case: CaseRow, values: Mapping[str, Any], done_at: datetime) -> None:
    case.outcome = str(values.get("outcome") or "") or None
    case.reason = str(values.get("note") or "") or None


def _reopened(session: Session, case: CaseRow, values: Mapping[str, Any], done_at: datetime) -> None:
    case.completed_at = case.closed_at = case.started_at = case.planned_for = None
    case.outcome = case.reason = None


def _reasoned(session: Session, case: CaseRow, values: Mapping[str, Any], done_at: datetime) -> None:
    case.reason = str(values.get("note") or values.get("reason") or "") or None


def _held(session: Session, case: CaseRow, values: Mapping[str, Any], done_at: datetime) -> None:
    case.reason = str(values.get("reason") or "") or None
    case.next_action_at = datetime.combine(
        values["review_on"], time.min, desks.current(session).calendar.zone
    )


def _referred(session: Session, case: CaseRow, values: Mapping[str, Any], done_at: datetime) -> None:
    case.reason = str(values["partner"])


_EFFECTS_ON_ROW: Mapping[str, OnRow] = {
    "assign": _assigned,
    "plan": _planned,
    "accept": _appointed,
    "confirm": _appointed,
    "pay": _appointed,
    "set_hearing": _appointed,
    "send_to_committee": _appointed,
    "start": _started,
    "complete": _completed,
    "reopen": _reopened,
    "refuse": _reasoned,
    "cancel": _reasoned,
    "hold": _held,
    "refer": _referred,
    "requalify": requalifying.requalify,
    "transfer": transferring.transfer,
}
