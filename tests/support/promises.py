"""What must be done when, by the tables of domain.md: an oracle that shares no code with the workers.

Written from §3.1 (column "Timers and clocks"), §3.2, §5 and §6 "Escalation" and "On-call". It is told what
people did to each case, the promises that the case service kept, and the moments at which workers were done
with all there was; it answers what workers must have done by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Toronto")
OPENS, CLOSES = time(8), time(16, 30)
HOLIDAYS = {date(2026, 5, 18), date(2026, 6, 24), date(2026, 7, 1)}
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# §2: priority, and whether the first answer and the work are counted in business time.
SERVICES = {
    "SIG-ARR": (1, False, False),
    "AQU-SAN": (1, False, False),
    "ARB-TOM": (1, False, True),
    "VOI-NID": (2, False, True),  # on a local street
    "AQU-BOR": (2, False, True),
    "ANI-MOR": (2, True, True),
    "SIG-PAN": (3, True, True),
    "PRO-DEP": (3, True, True),
    "PRO-POU": (3, True, True),
    "PRO-PAR": (3, True, True),
    "NUI-TER": (3, True, False),
    "ANI-NUI": (3, True, True),
    "ANI-DAN": (1, False, True),
    "INF-GEN": (4, False, True),
    "CTS-CON": (3, True, False),
}


def openings(since: date) -> Iterator[tuple[datetime, datetime]]:
    """Yield the hours of the city hall from a day on."""
    day = since
    while True:
        if day.isoweekday() <= 5 and day not in HOLIDAYS:
            yield datetime.combine(day, OPENS, ZONE), datetime.combine(day, CLOSES, ZONE)
        day += DAY


def business(start: datetime, end: datetime) -> timedelta:
    """Return the business time between two instants."""
    total = timedelta()
    for opens, closes in openings(start.astimezone(ZONE).date()):
        if opens.astimezone(UTC) >= end:
            return total
        total += max(min(closes.astimezone(UTC), end) - max(opens.astimezone(UTC), start), timedelta())
    raise AssertionError


def after(start: datetime, length: timedelta) -> datetime:
    """Return when that much business time has passed."""
    for opens, closes in openings(start.astimezone(ZONE).date()):
        here = max(closes.astimezone(UTC) - max(opens.astimezone(UTC), start), timedelta())
        if here >= length > timedelta() or (not length and here):
            return max(opens.astimezone(UTC), start) + length
        length -= here
    raise AssertionError


def closing(start: datetime, days: int) -> datetime:
    """Return the close of the Nth business day after receipt (§5)."""
    for _, closes in openings(start.astimezone(ZONE).date()):
        if closes.astimezone(UTC) > start:
            if days == 0:
                return closes.astimezone(UTC)
            days -= 1
    raise AssertionError


def midnight_of(start: datetime, days: int) -> datetime:
    """Return 23:59 of the Nth calendar day."""
    return datetime.combine(start.astimezone(ZONE).date() + days * DAY, time(23, 59), ZONE).astimezone(UTC)


@dataclass(frozen=True, kw_only=True)
class Row:
    """What the case service keeps of a case, after a move."""

    status: str
    is_open: bool
    priority: int
    crew: str | None
    service: str
    opened_at: datetime
    respond_by: datetime | None
    resolve_by: datetime | None
    responded_at: datetime | None
    paused_since: datetime | None


@dataclass(frozen=True)
class Done:
    """One thing workers did or must do: to which case, what, when (the moment they were told), due when."""

    case: str
    what: str
    at: datetime
    due: datetime


@dataclass
class Timer:
    what: str
    due: datetime
    becomes: str = ""  # the status it moves the case to


@dataclass
class Case:
    """A case as the oracle follows it."""

    number: str
    row: Row
    timers: list[Timer] = field(default_factory=list)
    entered: list[tuple[str, datetime, dict[str, Any]]] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    start: datetime = field(default_factory=lambda: datetime.now(UTC))
    made_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    restarted: bool = False
    stopped: bool = False
    climbed: set[str] = field(default_factory=set)
    paged_at: datetime | None = None
    called: set[str] = field(default_factory=set)
    moved_at: datetime | None = None
    watched: bool = False


PAUSE_STATUS = ("on_hold", "referred", "info_needed")
STOPS = {"complete", "refuse", "cancel", "close_unanswered", "find_compliant", "issue_notice", "set_hearing"}
SIGNS = {"start", "make_safe", "plan", "hold", "complete"}
WATCHED = {"assigned", "planned", "in_progress", "made_safe"}
SYSTEM_TARGETS = {"close": "closed", "close_unanswered": "closed", "reinspect": "reinspection"}


class Oracle:
    """Follows every case by the tables; `done` is what workers must have done."""

    def __init__(self) -> None:
        self.cases: dict[str, Case] = {}
        self.done: list[Done] = []
        self.signs: list[tuple[datetime, str]] = []  # a crew's tablet was heard of, on which case

    def received(self, number: str, at: datetime, row: Row) -> None:
        """A case was opened."""
        case = Case(number=number, row=row, start=row.opened_at, made_at=at)
        self.cases[number] = case
        self._enter(case, "receive", at, {})

    def moved(self, number: str, transition: str, at: datetime, inputs: dict[str, Any], row: Row) -> None:
        """Somebody moved a case; `row` is how it stood then."""
        case = self.cases[number]
        before = case.row
        case.row, case.moved_at, case.watched = row, at, False
        if transition in SIGNS:
            self.signs.append((at, number))
        if before.paused_since is not None and row.paused_since is None:
            case.pauses.append((before.paused_since, at))
        is_answer = transition == "answer" and row.service.startswith("INF")
        if transition in STOPS or is_answer:
            case.stopped = True
        if transition in ("reopen", "requalify"):
            case.restarted = transition == "reopen"
            case.start = at if case.restarted else row.opened_at
            case.made_at, case.stopped, case.pauses, case.climbed = at, False, [], set()
        if row.status != before.status:
            case.entered, case.paged_at = [], None
        self._enter(case, transition, at, inputs)

    def acknowledged(self, number: str) -> None:
        """Somebody answered the page about a case."""
        self.cases[number].paged_at = None

    def drained(self, at: datetime, reassigned: Callable[[str, datetime], str | None]) -> None:
        """Workers were done with everything by now. `reassigned` tells to which crew they gave a case."""
        for case in self.cases.values():
            while (timer := self._next(case, at)) is not None:
                self._fire(case, timer, at, reassigned)

    def _enter(self, case: Case, transition: str, at: datetime, inputs: dict[str, Any]) -> None:
        """Remember what a move set going; the same concern begun anew replaces the first."""
        again = {"assign", "set_hearing", "hold", "refer", "ask"}
        case.entered = [one for one in case.entered if one[0] != transition or transition not in again]
        case.entered.append((transition, at, dict(inputs)))

    def _standing(self, case: Case) -> Iterator[Timer]:
        """Yield what stands on a case by its status, §3.1 and §3.2."""
        row = case.row
        for transition, at, inputs in case.entered:
            yield from self._set(case, row, transition, at, inputs)
        if case.paged_at is not None:
            for what, minutes in (("page_second", 10), ("page_supervisor", 20), ("page_director", 30)):
                if what not in case.called:
                    yield Timer(what, case.paged_at + minutes * MINUTE)
        if row.priority == 1 and row.crew and row.status in WATCHED and case.moved_at and not case.watched:
            yield Timer("crew_unseen", case.moved_at + 60 * MINUTE)

    def _set(
        self, case: Case, row: Row, transition: str, at: datetime, inputs: dict[str, Any]
    ) -> Iterator[Timer]:
        field_work = row.service[:3] not in ("NUI", "INF", "CTS") and row.service not in (
            "ANI-DAN",
            "ANI-NUI",
        )
        if transition == "receive" and row.service[:3] not in ("INF", "CTS"):
            if row.priority == 1:
                yield Timer("page_on_call", at + 10 * MINUTE)
            if row.priority == 2:
                yield Timer("warn_unaccepted", self._share(case, "respond", 0.5))
        elif transition == "receive" and row.service.startswith("INF"):
            yield Timer("take_question", after(at, 4 * HOUR))
            if row.resolve_by is not None:
                yield Timer("unanswered", row.resolve_by)
        elif transition == "ask":
            yield Timer("remind_question", closing(at, 3))
            yield Timer("close_unanswered", closing(at, 10), becomes="closed")
        elif transition == "assign":
            yield Timer("crew_silent", at + (10 * MINUTE if row.priority == 1 else 2 * HOUR))
        elif transition == "hold":
            day = date.fromisoformat(inputs["review_on"])
            yield Timer("review_hold", datetime.combine(day, time(0), ZONE).astimezone(UTC))
        elif transition == "refer":
            yield Timer("chase_partner", closing(at, 5))
            yield Timer("chase_partner", closing(at, 10))
        elif transition == "complete" and field_work:
            yield Timer("close", midnight_of(at, 14), becomes="closed")
        elif transition == "find_compliant":
            yield Timer("close", closing(at, 1), becomes="closed")
        elif transition == "issue_notice":
            day = date.fromisoformat(inputs["deadline"])
            due = datetime.combine(day, time(23, 59), ZONE).astimezone(UTC)
            yield Timer("reinspect", due, becomes="reinspection")
        elif row.service.startswith("INF"):
            if transition == "answer":
                yield Timer("close", midnight_of(at, 3), becomes="closed")
            if transition in ("accept", "reopen") and row.resolve_by is not None:
                yield Timer("unanswered", row.resolve_by)
        elif transition == "set_hearing":
            hearing = datetime.fromisoformat(inputs["hearing_at"])
            yield Timer("hearing_due", hearing)
            yield Timer("remind_hearing", hearing - timedelta(days=7))
            yield Timer("remind_hearing", hearing - timedelta(days=1))

    def _ladder(self, case: Case) -> Iterator[Timer]:
        """Yield the steps of the escalation, §6, while the clocks they are of run."""
        row = case.row
        if not row.is_open or case.stopped:
            return
        steps: list[Timer] = []
        if row.responded_at is None and row.respond_by is not None and row.respond_by > row.opened_at:
            steps.append(Timer("half_unanswered", self._share(case, "respond", 0.5)))
        yield from (one for one in steps if one.what not in case.climbed)
        if row.paused_since is not None or row.resolve_by is None or row.resolve_by <= case.start:
            return
        shares = (("nearly_due", 0.75), ("overdue", 1), ("overdue_by_half", 1.5), ("overdue_threefold", 3))
        steps = [Timer(what, self._share(case, "resolve", share)) for what, share in shares]
        past = [one for one in steps if one.due <= case.made_at]
        steps = past[-1:] + [one for one in steps if one.due > case.made_at]
        yield from (one for one in steps if one.what not in case.climbed)

    def _share(self, case: Case, of: str, share: float) -> datetime:
        """Return when a share of a promise has run; pauses, nights and holidays are none of it."""
        row = case.row
        _, respond_in_business, resolve_in_business = SERVICES[row.service]
        if of == "respond":
            assert row.respond_by is not None
            start, due, pauses, counted = row.opened_at, row.respond_by, [], respond_in_business
        else:
            assert row.resolve_by is not None
            start, due, pauses = case.start, row.resolve_by, case.pauses
            counted = resolve_in_business and not case.restarted
        between: Callable[[datetime, datetime], timedelta]
        between = business if counted else (lambda a, b: max(b - a, timedelta()))
        length = between(start, due) - sum(
            (between(*pause) for pause in pauses if pause[0] < due), timedelta()
        )
        if share == 1:
            return due
        if share > 1:
            more = length * (share - 1)
            return after(due, more) if counted else due + more
        left = length * (1 - share)
        return after(start, between(start, due) - left) if counted else due - left

    def _next(self, case: Case, at: datetime) -> Timer | None:
        status = [one for one in self._standing(case) if self._left(case, one)]
        due = [one for one in (*status, *self._ladder(case)) if one.due <= at]
        if case.row.status == "closed":
            return None
        due = [one for one in due if one.what != "crew_unseen" or not self._was_seen(case, at)]
        return min(due, key=lambda one: one.due, default=None)

    def _left(self, case: Case, timer: Timer) -> bool:
        return (timer.what, timer.due) not in {(one.what, one.due) for one in case.timers}

    def _was_seen(self, case: Case, at: datetime) -> bool:
        seen = [
            when
            for when, number in self.signs
            if self.cases[number].row.crew == case.row.crew and self.cases[number].row.is_open
        ]
        return bool(seen) and max(seen) + 60 * MINUTE > at

    def _fire(
        self, case: Case, timer: Timer, at: datetime, reassigned: Callable[[str, datetime], str | None]
    ) -> None:
        self.done.append(Done(case.number, timer.what, at, timer.due))
        if timer.what in ("half_unanswered", "nearly_due", "overdue", "overdue_by_half", "overdue_threefold"):
            case.climbed.add(timer.what)
        elif timer.what.startswith("page_") and timer.what != "page_on_call":
            case.called.add(timer.what)
        elif timer.what == "crew_unseen":
            case.watched = True
        else:
            case.timers.append(timer)
        if timer.what == "page_on_call":
            case.paged_at, case.called = at, set()
        if timer.becomes:
            self.system_moved(case, timer.what, timer.becomes, at)
        if timer.what == "crew_silent" and (crew := reassigned(case.number, at)) is not None:
            self.done.append(Done(case.number, "assign", at, timer.due))
            case.row, case.moved_at, case.watched = replace(case.row, crew=crew), at, False
            self._enter(case, "assign", at, {"crew": crew})

    def system_moved(self, case: Case, transition: str, status: str, at: datetime) -> None:
        """A timer moved the case itself."""
        is_open = status == "reinspection"
        paused = case.row.paused_since
        case.row = replace(case.row, status=status, is_open=is_open, paused_since=None)
        if paused is not None:
            case.pauses.append((paused, at))
        case.entered, case.paged_at, case.moved_at, case.watched = [], None, at, False
        self._enter(case, transition, at, {})
