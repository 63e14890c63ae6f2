"""What a service answers instead of, or beside, taking a report (domain.md §2, rules (c) and (d))."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from tracker.catalogue.definitions import Redirect, Service, facts
from tracker.reports.submission import Submission

WAIT, POLICE = "wait", "police"
NIGHT_FROM, NIGHT_TO = time(23, 0), time(7, 0)
# Trucks are on the road until six; a bin still full before that has not been forgotten yet.
COLLECTED_BY = time(18, 0)
EXPECTED = "jour_prevu"


def redirect_for(service: Service, submission: Submission, zone: ZoneInfo) -> Redirect | None:
    """Return the answer that the hour calls for, if the service has one."""
    if not service.redirects:
        return None
    now = submission.received_at.astimezone(zone)
    known = facts(submission.answers, period=period(now), collection=_collection(submission, now))
    return service.redirect_for(known)


def period(at: datetime) -> str:
    """Tell whether a local moment is in the night, from eleven to seven."""
    return "night" if at.time() >= NIGHT_FROM or at.time() < NIGHT_TO else "day"


def _collection(submission: Submission, now: datetime) -> str | None:
    """Tell whether the truck may still come: it was expected today and it is not six yet."""
    said = submission.answers.get(EXPECTED)
    try:
        expected = date.fromisoformat(str(said)[:10]) if said else None
    except ValueError:
        return None
    if expected is None:
        return None
    return "under_way" if expected == now.date() and now.time() < COLLECTED_BY else "over"
