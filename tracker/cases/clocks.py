"""What the clock effects of a transition do to a case's promises."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from tracker.cases import circumstances
from tracker.cases.models import CaseRow
from tracker.catalogue import queries as catalogue
from tracker.catalogue.definitions import RESOLVE, Standard
from tracker.dispatch import desk as desks
from tracker.dispatch import service as dispatch
from tracker.dispatch.service import Setting
from tracker.sla import Pause, Promise, add_pause

REOPENED_SHARE = 0.5
LEAST_DELAY = timedelta(hours=2)


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


def _stop_respond(tick: Tick) -> None:
    tick.case.responded_at = tick.case.responded_at or tick.done_at


def _stop_resolve(tick: Tick) -> None:
    case = tick.case
    if case.resolve_by is not None and tick.done_at > case.resolve_by:
        case.breached_at = case.breached_at or case.resolve_by


def _pause(tick: Tick) -> None:
    tick.case.paused_since = tick.case.paused_since or tick.at


def _resume(tick: Tick) -> None:
    case = tick.case
    if case.paused_since is None:
        return
    if case.resolve_by is not None and tick.at > case.paused_since:
        case.resolve_by = add_pause(
            case.resolve_by,
            promise=_promise(tick),
            pause=Pause(start=case.paused_since, end=tick.at),
            calendar=desks.current(tick.session).calendar,
        )
    case.paused_since = None


def _restart(tick: Tick) -> None:
    """Promise half the first delay again (domain.md 3.1, 13); the first breach is kept."""
    first = _due_anew(tick) - tick.case.opened_at
    tick.case.resolve_by = tick.at + max(first, LEAST_DELAY) * REOPENED_SHARE


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
