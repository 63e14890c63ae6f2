"""Following a report without an account: number and secret open what the person may see and do."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from tracker import ids, signing, workflow
from tracker.accounts.actor import CITIZEN
from tracker.cases import errors, facts, history, queries, service
from tracker.cases.facts import Move
from tracker.catalogue import queries as catalogue
from tracker.http import edge
from tracker.privacy import redaction
from tracker.reports import drafting
from tracker.workflow import Machine, Transition, guards

# What the person who reported does elsewhere: opening the case, saying at intake that it is the same thing.
NOT_HERE = ("receive", "begin", "join_waitlist", "mark_duplicate")
SHOWN_KINDS = ("received", "moved", "entered", "merged")
HIDDEN_MOVES = ("requalify", "transfer", "accept")


@dataclass(frozen=True, kw_only=True, slots=True)
class Tracked:
    """A report that its secret opened, and the case it leads to."""

    report: Any
    case: Any


# What begins a secret that is a signature, put into a letter long after the report's own was forgotten.
SIGNED = "~"
_PURPOSE = "report"


def signed_secret(session: Session, report_id: UUID) -> str:
    """Return a secret that opens a report's page as its own does, made again at will."""
    return SIGNED + signing.sign(session, _PURPOSE, str(report_id))


def find(session: Session, number: str, secret: str) -> Tracked:
    """Return what a number and its secret open. Raises ReportNotFound, whichever of the two is wrong."""
    report = _signed(session, number, secret) if secret.startswith(SIGNED) else None
    report = report or queries.tracked(session, number, ids.fingerprint(secret))
    if report is None:
        raise errors.ReportNotFound(number)
    return Tracked(report=report, case=queries.whole(session, report.case_number))


def _signed(session: Session, number: str, secret: str) -> Any:
    """Return the report that a number and a signed secret open, if they do."""
    report = queries.numbered(session, number)
    if report is None or not signing.is_signed(session, _PURPOSE, str(report.id), secret[len(SIGNED) :]):
        return None
    return report


def is_home(session: Session, case: Any) -> bool:
    """Tell whether a case points at somebody's home."""
    listed = catalogue.current(session).catalogue
    return case.service_code in listed and drafting.is_home(listed.service(case.service_code))


def moves(session: Session, tracked: Tracked) -> list[str]:
    """Return the citizen's moves the case allows now; one of several reporters cannot cancel for all."""
    machine = service.machine_of(session, tracked.case)
    allowed = [move for move in machine.allowed(tracked.case.status, "citizen") if move.name not in NOT_HERE]
    if machine.visibility != "public":
        allowed = _open_to_them(session, tracked, allowed)
    several = tracked.case.reports_count > 1 and machine.visibility == "public"
    return [move.name for move in allowed if move.name != "cancel" or not several]


def _open_to_them(session: Session, tracked: Tracked, moves: list[Transition]) -> list[Transition]:
    """Return the moves that nothing but what the person fills in could still refuse."""
    case = queries.case(session, tracked.case.number)
    asked = Move(transition="", actor=CITIZEN, at=edge.clock(), inputs={}, is_reporter=True)
    known = facts.gather(session, case, asked)
    return [move for move in moves if not guards.hopeless(move, known)]


def check(transition: str) -> None:
    """Check that a move is one that the person may make alone. Raises workflow.RoleNotAllowed."""
    if transition in NOT_HERE:
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
                "note": redaction.hidden(_public(machine, event), language),
            }
        )
    return [each for place, each in enumerate(told) if not _repeats(told, place)][::-1]


def _repeats(told: list[dict[str, Any]], place: int) -> bool:
    """Tell whether a step says only what the one before it said: completed, then closed, is fixed once."""
    each = told[place]
    return place > 0 and not each["note"] and each["label"] == told[place - 1]["label"]


def _public(machine: Machine, event: Any) -> str:
    """Return what the workflow says the person reads word for word; nothing else that staff wrote."""
    transition = machine.transitions.get(str(event.payload.get("transition")))
    asked = transition.inputs if transition else ()
    inputs = event.payload.get("inputs", {}) | event.words
    return " ".join(str(inputs[each.name]) for each in asked if each.public and inputs.get(each.name))
