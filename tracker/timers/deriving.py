"""Which timers should stand on a case, worked out from its whole history. Pure: no database, no clock.

Working them out anew after every fact, rather than changing them step by step, has the same answer whether
facts are followed at once, late, twice, or after a merge was undone. What was done already is in the history
too: as the transition it made, or as `timer_fired`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from tracker.cases import consequences
from tracker.sla import BusinessCalendar, Pause, Promise, due
from tracker.timers import ladder, paging
from tracker.timers.shares import Stretch, moving
from tracker.timers.subject import Happened, Standing, Subject
from tracker.workflow import Delay, Effect, Machine

END_OF_DAY = time(23, 59)
_PAUSING = frozenset({"clock:pause_resolve", "clock:freeze"})
_RESUMING = frozenset({"clock:resume_resolve", "clock:unfreeze"})
_STOPPING = "clock:stop_resolve"
_RENEWING = frozenset({"clock:recompute", "clock:restart_resolve"})


@dataclass(frozen=True, kw_only=True, slots=True)
class _Set:
    """A timer an event set: when it is due is worked out at the end, of the promises as they are then."""

    effect: Effect
    event: Happened
    status: str
    nth: int

    @property
    def delay(self) -> Delay:
        assert self.effect.delay is not None, "a timer has a delay (workflow.reading)"
        return self.effect.delay

    def concern(self, promise: int) -> tuple[str, Delay, int] | None:
        """Return what a share of a promise is about: told once, whichever transitions set it meanwhile."""
        return (self.effect.name, self.delay, promise) if self.delay.share_of else None


@dataclass(slots=True)
class _Course:
    """What is known so far, one event after another."""

    status: str
    timers: list[_Set] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)
    paused_since: datetime | None = None
    is_stopped: bool = False
    promise: int = 1  # the event by which the present promise was made
    promised_at: datetime | None = None
    is_restarted: bool = False
    page: Happened | None = None  # by which somebody was paged, who has not answered
    fired: set[tuple[str, int, int]] = field(default_factory=set)
    told: set[tuple[str, Delay, int]] = field(default_factory=set)  # shares of a promise that have run out
    kept: "_Course | None" = None  # as it was before the case was joined to another, and by which link
    link: str | None = None


def standing(subject: Subject, machine: Machine, calendar: BusinessCalendar) -> list[Standing]:
    """Return the timers that should stand on a case now, in the order in which they fall due."""
    if machine.state(subject.status).is_final:
        return []
    course = _Course(status=machine.initial)
    for event in subject.events:
        _READERS.get(event.kind, _nothing)(course, event, subject, machine)
    found = _of_status(subject, course, calendar)
    found += _of_promise(subject, course, calendar)
    found += paging.steps(course.page, subject.status)
    found += paging.watch(subject)
    left = [timer for timer in found if timer.key not in course.fired]
    return sorted(_since_adoption(subject, left), key=lambda timer: (timer.due_at, timer.set_by, timer.name))


def _nothing(*_: object) -> None:
    """Most facts set and drop nothing."""


def _received(course: _Course, event: Happened, subject: Subject, machine: Machine) -> None:
    course.promise, course.promised_at = event.seq, subject.opened_at
    course.status = str(event.payload.get("to") or machine.initial)
    _set(course, event, consequences.of(machine, "received", event.payload, priority=subject.priority))


def _moved(course: _Course, event: Happened, subject: Subject, machine: Machine) -> None:
    payload = event.payload
    noted = set(payload.get("effects", ()))
    _count_time(course, event, noted, subject)
    if payload["to"] != payload["from"]:
        course.timers.clear()
        course.page = None
    course.status = payload["to"]
    _set(course, event, consequences.of(machine, "moved", payload, priority=subject.priority))


def _count_time(course: _Course, event: Happened, noted: set[str], subject: Subject) -> None:
    """Follow the clock of the promise: paused, running, stopped, begun anew."""
    if noted & _RESUMING and course.paused_since is not None:
        course.pauses.append(Pause(start=course.paused_since, end=event.at))
        course.paused_since = None
    if noted & _PAUSING:
        course.paused_since = course.paused_since or event.at
    if _STOPPING in noted:
        course.is_stopped = True
    if noted & _RENEWING:
        course.promise, course.is_stopped = event.seq, False
        course.is_restarted = "clock:restart_resolve" in noted
        course.promised_at = event.at if course.is_restarted else subject.opened_at
        course.pauses.clear()


def _set(course: _Course, event: Happened, had: Iterable[Effect]) -> None:
    """Set an event's timers. A name set again is the same concern begun anew: another date, another crew."""
    added = [effect for effect in had if effect.kind == "timer"]
    again = {effect.name for effect in added}
    course.timers = [timer for timer in course.timers if timer.effect.name not in again]
    for at, effect in enumerate(added):
        nth = sum(1 for earlier in added[:at] if earlier.name == effect.name)
        course.timers.append(_Set(effect=effect, event=event, status=course.status, nth=nth))


def _of_status(subject: Subject, course: _Course, calendar: BusinessCalendar) -> list[Standing]:
    found = []
    for timer in course.timers:
        if timer.status != subject.status or timer.concern(course.promise) in course.told:
            continue
        due_at = _due_at(timer, subject, course, calendar)
        if due_at is not None:
            found.append(
                Standing(
                    name=timer.effect.name,
                    due_at=due_at,
                    status=timer.status,
                    fires=timer.effect.fires or None,
                    set_by=timer.event.seq,
                    set_at=timer.event.at,
                    nth=timer.nth,
                )
            )
    return found


def _due_at(timer: _Set, subject: Subject, course: _Course, calendar: BusinessCalendar) -> datetime | None:
    """Return when a timer is due: an amount after its event, a share of a promise, a date given as input.

    None while the promise it is a share of is paused, or was not made.
    """
    delay, event = timer.delay, timer.event
    if delay.share_of:
        stretch = _stretch(subject, course, delay.share_of)
        return stretch.at(delay.amount, calendar) if stretch is not None else None
    if delay.input:
        given = event.payload.get("inputs", {}).get(delay.input)
        moment = _given(given, bool(timer.effect.fires), calendar)
        return delay.before(moment) if moment is not None else None
    if delay.unit == "minutes":
        return event.at + timedelta(minutes=delay.amount)
    return due(Promise(delay.amount, delay.unit), start=event.at, calendar=calendar)


def _given(value: object, fires: bool, calendar: BusinessCalendar) -> datetime | None:
    """Return a moment given as input: a day given to somebody to its end, a reminder as it begins."""
    if not isinstance(value, str):
        return None
    if "T" in value or " " in value:
        return datetime.fromisoformat(value)
    return datetime.combine(date.fromisoformat(value), END_OF_DAY if fires else time.min, calendar.zone)


def _stretch(subject: Subject, course: _Course, of: str) -> Stretch | None:
    """Return a promise as it stands; None when there is none, or while its clock is paused."""
    if of == "respond":
        start, end, business = subject.opened_at, subject.respond_by, subject.respond_in_business_time
        pauses: Sequence[Pause] = ()
    elif course.paused_since is not None:
        return None
    else:
        start, end = course.promised_at or subject.opened_at, subject.resolve_by
        business = subject.resolve_in_business_time and not course.is_restarted
        pauses = course.pauses
    if end is None or end <= start:
        return None
    return Stretch(
        start=start, due=end, in_business_time=business, pauses=moving(pauses, start=start, due=end)
    )


def _of_promise(subject: Subject, course: _Course, calendar: BusinessCalendar) -> list[Standing]:
    """Return the steps of the ladder: of the promise, whatever the status, while its clock runs."""
    if not subject.is_open or course.is_stopped:
        return []
    respond = _stretch(subject, course, "respond") if subject.responded_at is None else None
    resolve = _stretch(subject, course, "resolve")
    made_at = next((event.at for event in subject.events if event.seq == course.promise), subject.opened_at)
    begun = ladder.Begun(seq=course.promise, at=made_at)
    found = ladder.steps(begun, respond, resolve, calendar)
    if course.paused_since is not None:
        found += ladder.cap(begun, course.pauses, course.paused_since)
    return found


def _fired(course: _Course, event: Happened, *_: object) -> None:
    payload = event.payload
    key = (payload["name"], payload["set_by"], payload.get("nth", 0))
    course.fired.add(key)
    for timer in course.timers:
        concern = timer.concern(course.promise)
        if concern is not None and (timer.effect.name, timer.event.seq, timer.nth) == key:
            course.told.add(concern)
    if payload["name"] == paging.PAGE:
        course.page = event


def _acknowledged(course: _Course, *_: object) -> None:
    course.page = None


def _merged(course: _Course, event: Happened, *_: object) -> None:
    course.link = event.payload.get("link")
    course.kept = replace(course, timers=list(course.timers), pauses=list(course.pauses))
    course.timers.clear()
    course.page = None


def _unlinked(course: _Course, event: Happened, *_: object) -> None:
    """Give back what stood before a join that was undone."""
    kept = course.kept
    if kept is None or event.payload.get("link") != course.link:
        return
    course.status, course.timers, course.pauses = kept.status, kept.timers, kept.pauses
    course.paused_since, course.is_stopped, course.page = kept.paused_since, kept.is_stopped, kept.page
    course.kept = None


def _entered(course: _Course, event: Happened, subject: Subject, machine: Machine) -> None:
    """A case that came from elsewhere in some status waits there as one that got there by the usual way."""
    status = str(event.payload.get("to", ""))
    if not status or status == course.status:
        return
    course.timers.clear()
    course.status = status
    course.is_stopped = not machine.state(status).is_open
    known = {"priority": f"P{subject.priority}"}
    for one in machine.transitions.values():
        timers = [effect for effect in one.effects if effect.kind == "timer" and effect.applies(known)]
        if one.target == status and timers:
            _set(course, event, timers)
            return


def _since_adoption(subject: Subject, timers: Sequence[Standing]) -> list[Standing]:
    """Leave out what fell due before the case was taken up, but for transitions, which are made up for."""
    horizon = subject.adopted_at
    if horizon is None:
        return list(timers)
    return [timer for timer in timers if timer.due_at > horizon or timer.fires]


_READERS: Mapping[str, Callable[..., None]] = {
    "received": _received,
    "moved": _moved,
    "timer_fired": _fired,
    "page_acknowledged": _acknowledged,
    "merged": _merged,
    "unlinked": _unlinked,
    "imported": _entered,
    "entered": _entered,
}
