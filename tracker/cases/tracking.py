"""Following a report without an account: number and secret open what the person may see and do."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from tracker import ids, workflow
from tracker.cases import errors, history, queries, service
from tracker.workflow import Machine

# What the person who reported may do by themselves, from the workflow's own citizen moves.
MOVES = ("answer", "reopen", "cancel", "close")
SHOWN_KINDS = ("received", "moved", "entered", "merged")
HIDDEN_MOVES = ("requalify", "accept")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tracked:
    """A report that its secret opened, and the case it leads to."""

    report: Any
    case: Any


def find(session: Session, number: str, secret: str) -> Tracked:
    """Return what a number and its secret open. Raises ReportNotFound, whichever of the two is wrong."""
    report = queries.tracked(session, number, ids.fingerprint(secret))
    if report is None:
        raise errors.ReportNotFound(number)
    return Tracked(report=report, case=queries.whole(session, report.case_number))


def moves(session: Session, tracked: Tracked) -> list[str]:
    """Return the citizen's moves the case allows now; one of several reporters cannot cancel for all."""
    machine = service.machine_of(session, tracked.case)
    allowed = [move.name for move in machine.allowed(tracked.case.status, "citizen") if move.name in MOVES]
    return [name for name in allowed if name != "cancel" or tracked.case.reports_count == 1]


def check(transition: str) -> None:
    """Check that a move is one that the person may make alone. Raises workflow.RoleNotAllowed."""
    if transition not in MOVES:
        raise workflow.RoleNotAllowed(transition, "citizen")


def timeline(session: Session, tracked: Tracked, language: str) -> list[dict[str, Any]]:
    """Return the history as the person reads it, newest first: states and times, no names."""
    machine = service.machine_of(session, tracked.case)
    told: list[dict[str, Any]] = []
    for event in history.of(session, tracked.case.id):
        if event.kind not in SHOWN_KINDS or event.payload.get("transition") in HIDDEN_MOVES:
            continue
        status = event.payload.get("to") or ("duplicate" if event.kind == "merged" else machine.initial)
        state = machine.state(status)
        inputs = event.payload.get("inputs", {})
        told.append(
            {
                "at": event.device_at or event.at,
                "label": state.label_for(inputs.get("outcome")).said_in(language),
                "tone": state.tone,
                "status": state.code,
                "note": _public(machine, event.payload),
            }
        )
    return [each for place, each in enumerate(told) if not _repeats(told, place)][::-1]


def _repeats(told: list[dict[str, Any]], place: int) -> bool:
    """Tell whether a step says only what the one before it said: completed, then closed, is fixed once."""
    each = told[place]
    return place > 0 and not each["note"] and each["label"] == told[place - 1]["label"]


def _public(machine: Machine, payload: dict[str, Any]) -> str:
    """Return what the workflow says the person reads word for word; nothing else that staff wrote."""
    transition = machine.transitions.get(str(payload.get("transition")))
    asked = transition.inputs if transition else ()
    inputs = payload.get("inputs", {})
    return " ".join(str(inputs[each.name]) for each in asked if each.public and inputs.get(each.name))
