"""What each timer does when its time has come: a transition as `system`, or a fact others follow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from tracker import outbox
from tracker.accounts.actor import SYSTEM
from tracker.cases import history
from tracker.cases import service as cases
from tracker.cases.facts import Move
from tracker.events import Fact
from tracker.oncall import service as oncall
from tracker.prepared import Prepared
from tracker.timers import crews, ladder, paging, promising
from tracker.timers.queries import Known
from tracker.timers.subject import Standing
from tracker.workflow import GuardRefused

KIND = "timer_fired"
A_MINUTE = timedelta(minutes=1)
_ESCALATE = Prepared("""
    INSERT INTO escalation (case_id, seq, level, at, promised_for, reason)
    VALUES (:case_id, :seq, :level, :at, CAST(:promised_for AS timestamptz), CAST(:reason AS text))
""")


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """A timer whose time has come, the case it stands on (locked), and the present."""

    known: Known
    timer: Standing
    now: datetime

    @property
    def number(self) -> str:
        number: str = self.known.row.number
        return number


def act(session: Session, due: Due) -> datetime | None:
    """Do what a timer is for. Return until when it must wait instead, or None when it is done."""
    if due.timer.fires is not None:
        return _move(session, due, due.timer.fires)
    special = _ACTS.get(due.timer.name)
    if special is not None:
        return special(session, due)
    note(session, due)
    return None


def note(session: Session, due: Due, **more: Any) -> int:
    """Write down that a timer fired, for others to follow; return the event's `seq`."""
    case = cases.lock(session, due.number)
    payload: dict[str, Any] = {
        "name": due.timer.name,
        "set_by": due.timer.set_by,
        "due": due.timer.due_at.isoformat(),
        **({"nth": due.timer.nth} if due.timer.nth else {}),
        **due.timer.payload,
        **more,
    }
    return history.note(session, case, Fact(kind=KIND, actor=SYSTEM.ref, at=due.now, payload=payload))


def _move(session: Session, due: Due, transition: str) -> datetime | None:
    """Make a timer's transition, silently when it fell due before workers were: nobody is written to now."""
    adopted_at = due.known.subject.adopted_at
    if adopted_at is None or due.timer.due_at > adopted_at:
        return _make(session, due, transition)
    outbox.write_the_past(session)
    until = _make(session, due, transition)
    outbox.write_the_present(session)  # other timers are fired in this transaction
    return until


def _make(session: Session, due: Due, transition: str) -> datetime | None:
    """Make a transition. A guard that refuses leaves the case to people, and says so."""
    move = Move(transition=transition, actor=SYSTEM, at=due.now, inputs={})
    try:
        case = cases.move(session, due.number, move)
    except GuardRefused as refused:
        if refused.guard == "days_passed":  # counted by the second, where the timer counts whole days
            return due.now + A_MINUTE
        note(session, due, refused=refused.guard)
        return None
    if case.status == due.known.subject.status:  # a transition that stays tells nothing of the timer
        note(session, due)
    return None


def _escalate(session: Session, due: Due) -> None:
    """Tell the next level. A missed date is followed by a new one, with its reason."""
    level = ladder.LEVELS[due.timer.name]
    anew = promising.anew(session, due.known, due.now) if due.timer.name == ladder.OVERDUE else None
    more = {"promised_for": anew.at.isoformat(), "reason": anew.reason} if anew is not None else {}
    seq = note(session, due, **more)
    _ESCALATE.later(
        session,
        {
            "case_id": due.known.subject.id,
            "seq": seq,
            "level": level,
            "at": due.now,
            "promised_for": anew.at if anew is not None else None,
            "reason": anew.reason if anew is not None else None,
        },
    )


def _page(session: Session, due: Due) -> None:
    """Call whoever is on duty for the domain of this danger."""
    page = oncall.open_page(session, due.known.row, due.now)
    note(session, due, page=str(page.id), to="first")


def _call_next(session: Session, due: Due) -> None:
    """Call the next person, unless somebody answered in the meantime."""
    rank = str(due.timer.payload["to"])
    page = oncall.call_for_case(session, due.known.subject.id, rank, due.now)
    if page is not None:
        note(session, due, page=str(page.id))


def _crew_silent(session: Session, due: Due) -> None:
    """Offer the case to another crew; when there is none, the dispatcher hears of it."""
    crew = crews.another(session, due.known, due.now)
    if crew is None:
        note(session, due, to="dispatcher")


def _crew_unseen(session: Session, due: Due) -> datetime | None:
    """Wait on when the crew has given a sign of life elsewhere; else the dispatcher calls them."""
    seen = crews.last_sign(session, due.known.row.crew_id)
    if seen is not None and seen + paging.UNSEEN_AFTER > due.now:
        return seen + paging.UNSEEN_AFTER
    note(session, due)
    return None


_ACTS: Mapping[str, Callable[[Session, Due], datetime | None]] = {
    **dict.fromkeys(ladder.LEVELS, _escalate),
    paging.PAGE: _page,
    **dict.fromkeys(paging.CALLS, _call_next),
    "crew_silent": _crew_silent,
    paging.CREW_UNSEEN: _crew_unseen,
}
