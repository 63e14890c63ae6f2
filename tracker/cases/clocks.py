"""What the clock effects of a transition do to a case's promises."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tracker import sla
from tracker.cases import circumstances
from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import RESOLVE, Standard
from tracker.dispatch import desk as desks
from tracker.dispatch import service as dispatch
from tracker.dispatch import storms
from tracker.dispatch.service import Setting
from tracker.sla import Pause, Promise

REOPENED_SHARE = 0.5
LEAST_DELAY = timedelta(hours=2)
DANGER = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """A case whose clock changes, and when: `at` by the server, `done_at` by the person's own device.

    `setting` is what its promises depend on, where that is known already; else it is read.
    """

    session: Session
    case: CaseRow
    at: datetime
    done_at: datetime
    setting: Setting | None = None


def pauses_of(case: CaseRow) -> list[Pause]:
    """Return the pauses of a case that counted so far."""
    kept = case.pauses or []
    return [Pause(start=start, end=end) for start, end in zip(kept[::2], kept[1::2], strict=True)]


def settle(tick: Tick, since: datetime, until: datetime) -> None:
    """Count a pause: the promise moves by it, but not twice for the same hours, nor beyond the cap of all."""
    if until <= since:
        return
    case, kept = tick.case, pauses_of(tick.case)
    parts = sla.counted(Pause(start=since, end=until), kept)
    if case.resolve_by is not None:
        calendar = desks.current(tick.session).calendar
        for part in parts:
            case.resolve_by = sla.add_pause(
                case.resolve_by, promise=_promise(tick), pause=part, calendar=calendar
            )
    together = sorted((*kept, *parts), key=lambda one: one.start)
    case.pauses = [moment for one in together for moment in (one.start, one.end)]


def release(tick: Tick, at: datetime) -> None:
    """End whatever holds the clock, a question or a storm, at a moment."""
    case = tick.case
    for since in sorted(each for each in (case.paused_since, case.suspended_since) if each is not None):
        settle(tick, since, at)
    case.paused_since = case.suspended_since = None


def suspend(tick: Tick) -> None:
    """Let a storm that is on hold the clock of ordinary work, from now."""
    case = tick.case
    if storms.suspends(case.workflow, case.priority, case.service_code) and is_stormy(tick):
        case.suspended_since = case.suspended_since or tick.at


def is_stormy(tick: Tick) -> bool:
    """Tell whether a storm is on where the case is."""
    district = circumstances.district_code(tick.session, tick.case)
    return storms.on(desks.current(tick.session).storms, district, tick.at) is not None


def catch_up(tick: Tick) -> None:
    """End a suspension whose storm was over while the case was joined to another."""
    since, storm = tick.case.suspended_since, desks.current(tick.session).storms
    if since is None or is_stormy(tick):
        return
    district = circumstances.district_code(tick.session, tick.case)
    ends = [
        one.ends_at
        for one in storm
        if one.ends_at is not None and one.ends_at > since and one.is_in(district)
    ]
    settle(tick, since, max(ends, default=since))
    tick.case.suspended_since = None


def moved(tick: Tick) -> None:
    """Follow a case to another district: a storm there holds its clock, one that it left does not."""
    case = tick.case
    if case.suspended_since is not None and not is_stormy(tick):
        settle(tick, case.suspended_since, tick.at)
        case.suspended_since = None
    suspend(tick)


def requalified(tick: Tick) -> None:
    """Count the pauses that were, toward a promise made anew; a danger has none and waits for nobody."""
    case = tick.case
    kept = pauses_of(case)
    if case.priority == DANGER:
        case.paused_since = case.suspended_since = None
        return
    case.pauses = []
    for one in kept:
        settle(tick, one.start, one.end)
    if case.suspended_since is not None and not storms.suspends(
        case.workflow, case.priority, case.service_code
    ):
        settle(tick, case.suspended_since, tick.at)
        case.suspended_since = None
    suspend(tick)


def _stop_respond(tick: Tick) -> None:
    tick.case.responded_at = tick.case.responded_at or tick.done_at


def _stop_resolve(tick: Tick) -> None:
    release(tick, tick.done_at)
    case = tick.case
    if case.resolve_by is not None and tick.done_at > case.resolve_by:
        case.breached_at = case.breached_at or case.resolve_by


def _pause(tick: Tick) -> None:
    tick.case.paused_since = tick.case.paused_since or tick.at


def _resume(tick: Tick) -> None:
    case = tick.case
    if case.paused_since is None:
        return
    settle(tick, case.paused_since, tick.at)
    case.paused_since = None


def _restart(tick: Tick) -> None:
    """Promise half the first delay again (domain.md 3.1, 13); the first breach is kept."""
    first = _due_anew(tick) - tick.case.opened_at
    tick.case.resolve_by = tick.at + max(first, LEAST_DELAY) * REOPENED_SHARE
    suspend(tick)


def _promise(tick: Tick) -> Promise:
    standard = _standard(tick)
    return Promise(standard.amount, standard.unit)


def _due_anew(tick: Tick) -> datetime:
    return dispatch.due_at(desks.current(tick.session), _standard(tick), tick.case.opened_at)


def _standard(tick: Tick) -> Standard:
    """Return the promise of the version the case began with, for its own street and answers."""
    service = catalogue.version(tick.session, tick.case.service_id)
    setting = tick.setting or circumstances.of(tick.session, tick.case, received_at=tick.case.opened_at)
    return service.standard_for(RESOLVE, setting.known)


def _elsewhere(_: Tick) -> None:
    """A new service recomputes its promises where it is triaged anew (`cases.requalifying`)."""


EFFECTS: Mapping[str, Callable[[Tick], None]] = {
    "stop_respond": _stop_respond,
    "stop_resolve": _stop_resolve,
    "pause_resolve": _pause,
    "resume_resolve": _resume,
    "restart_resolve": _restart,
    "freeze": _pause,
    "unfreeze": _resume,
    "recompute": _elsewhere,
}


def apply(tick: Tick, names: tuple[str, ...]) -> None:
    """Carry out clock effects, in order."""
    for name in names:
        EFFECTS[name](tick)
