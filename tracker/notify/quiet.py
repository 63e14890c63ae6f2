"""When somebody may be told: quiet hours and the hour of the daily digest, in the town's own time.

Times of day are minutes after midnight. A time that a change of clocks skips is the moment of the change; one
that comes twice is each of its two moments.
"""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


def is_quiet(minute: int, quiet_from: int, quiet_to: int) -> bool:
    """Tell whether a minute of the day lies in quiet hours, over midnight or not; equal ends are none."""
    if quiet_from <= quiet_to:
        return quiet_from <= minute < quiet_to
    return minute >= quiet_from or minute < quiet_to


def not_before(now: datetime, zone: ZoneInfo, quiet_from: int | None, quiet_to: int | None) -> datetime:
    """Return when a message may leave: now, or the end of the quiet hours that now lies in."""
    if quiet_from is None or quiet_to is None:
        return now
    moment = now
    # Again where a change of clocks skips the end and what it leads to is quiet too.
    while is_quiet(_minute(moment, zone), quiet_from, quiet_to):
        moment = next_time(moment, zone, quiet_to)
    return moment


def next_time(after: datetime, zone: ZoneInfo, minute: int) -> datetime:
    """Return the first moment after `after` at which the town's clocks show this minute, in UTC."""
    return min(moment for moment in _around(after, zone, minute) if moment > after)


def last_time(until: datetime, zone: ZoneInfo, minute: int) -> datetime:
    """Return the last moment up to `until` at which the town's clocks showed this minute, in UTC."""
    return max(moment for moment in _around(until, zone, minute) if moment <= until)


def _minute(moment: datetime, zone: ZoneInfo) -> int:
    local = moment.astimezone(zone)
    return local.hour * 60 + local.minute


def _around(moment: datetime, zone: ZoneInfo, minute: int) -> list[datetime]:
    local = moment.astimezone(zone)
    days = (local.date() + timedelta(days=step) for step in (-2, -1, 0, 1, 2))
    shown = time(minute // 60, minute % 60)
    return [found for day in days for found in _moments(datetime.combine(day, shown, zone))]


def _moments(wall: datetime) -> list[datetime]:
    """Return the moments at which the clocks show a time: one, two, or the change that skips it."""
    first, second = (wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    if second >= first:
        return sorted({first, second})
    before = second.astimezone(wall.tzinfo).utcoffset()
    while second.astimezone(wall.tzinfo).utcoffset() == before:
        second += timedelta(minutes=1)
    return [second]
