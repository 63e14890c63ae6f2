"""The escalation ladder (domain.md §6): who hears of a promise that is running out, at which share of it.

| of | share | to |
|---|---|---|
| first answer, not given | 50 % | the queue, by its colour |
| the work | 75 % | whoever leads the team |
| the work | 100 % | a supervisor; whoever reported gets a new date and its reason |
| the work | 150 % | the director's weekly list |
| the work | 300 % | the report to the council |

A promise paused for more than 60 days is the supervisor's concern too (§5).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tracker.sla import PAUSE_CAP, BusinessCalendar, Pause
from tracker.timers.shares import Stretch
from tracker.timers.subject import Standing


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One step: its timer's name, the share of which promise, and the level that hears of it."""

    name: str
    of: str
    share: float
    level: str


STEPS = (
    Step(name="half_unanswered", of="respond", share=0.5, level="queue"),
    Step(name="nearly_due", of="resolve", share=0.75, level="chief"),
    Step(name="overdue", of="resolve", share=1, level="supervisor"),
    Step(name="overdue_by_half", of="resolve", share=1.5, level="director"),
    Step(name="overdue_threefold", of="resolve", share=3, level="council"),
)
PAUSED_LONG = "paused_long"
LEVELS = {step.name: step.level for step in STEPS} | {PAUSED_LONG: "supervisor"}
OVERDUE = "overdue"


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """The event that made the promise, and when it did."""

    seq: int
    at: datetime


def steps(
    begun: Begun, respond: Stretch | None, resolve: Stretch | None, calendar: BusinessCalendar
) -> list[Standing]:
    """Return a promise's steps; of those past when it was made (a service changed late), the last only."""
    found = []
    for of, stretch in (("respond", respond), ("resolve", resolve)):
        if stretch is None:
            continue
        mine = [
            Standing(
                name=step.name,
                due_at=stretch.at(step.share, calendar),
                status=None,
                set_by=begun.seq,
                set_at=begun.at,
                payload={"share": round(step.share * 100), "of": of, "to": step.level},
            )
            for step in STEPS
            if step.of == of
        ]
        past = [timer for timer in mine if timer.due_at <= begun.at]
        found += past[-1:] + [timer for timer in mine if timer.due_at > begun.at]
    return found


def cap(begun: Begun, pauses: Sequence[Pause], paused_since: datetime) -> list[Standing]:
    """Return the timer of a pause that lasts: due when all pauses of the promise make 60 days."""
    spent = sum((one.end - one.start for one in pauses), timedelta())
    return [
        Standing(
            name=PAUSED_LONG,
            due_at=paused_since + max(PAUSE_CAP - spent, timedelta()),
            status=None,
            set_by=begun.seq,
            set_at=begun.at,
            payload={"to": "supervisor"},
        )
    ]
