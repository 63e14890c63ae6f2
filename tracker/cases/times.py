"""How long a case has taken, gross and net: both are shown and published, never only the kinder one."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from tracker import sla
from tracker.sla import Pause

if TYPE_CHECKING:
    from tracker.cases.present import View

DANGER = 1
MINUTE = timedelta(minutes=1)


def told(view: "View", case: Any) -> dict[str, Any]:
    """Return the time of a case, as `queries.whole` gives it, to its end or so far, in whole minutes."""
    end = max(case.completed_at or view.now, case.opened_at)
    pauses = pauses_until(case, end)
    spent = sla.spent(case.opened_at, end, view.desk.calendar, pauses)
    running = case.is_open and (case.paused_since or case.suspended_since)
    return {
        "gross_min": spent.gross // MINUTE,
        "net_min": spent.net // MINUTE,
        "business_gross_min": spent.business_gross // MINUTE,
        "business_net_min": spent.business_net // MINUTE,
        "held": _held(case),
        "pause_left_min": sla.cap_left(pauses) // MINUTE,
        "pauses": [
            {"start": one.start, "end": None if running and one.end == end else one.end} for one in pauses
        ],
    }


def pauses_until(case: Any, end: datetime) -> list[Pause]:
    """Return the pauses that count until `end`, those that run included; a danger has none."""
    if case.priority == DANGER:
        return []
    kept = case.pauses or []
    found = [Pause(start=start, end=stop) for start, stop in zip(kept[::2], kept[1::2], strict=True)]
    for since in (case.paused_since, case.suspended_since):
        if case.is_open and since is not None and since < end:
            found += sla.counted(Pause(start=since, end=end), found)
    return sorted(found, key=lambda one: one.start)


def _held(case: Any) -> str | None:
    if not case.is_open:
        return None
    if case.suspended_since is not None:
        return "storm"
    return "pause" if case.paused_since is not None else None
