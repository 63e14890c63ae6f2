"""How a crew stands towards a job: its hours, its equipment, what it has to do, how far it is."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gis import crs
from routing import legal
from routing.crews import Job, Standing
from tracker.dispatch.board import CrewNow
from tracker.dispatch.desk import CrewRef, Desk
from tracker.dispatch.pools import Setting
from tracker.dispatch.ruleset import RuleSet
from tracker.dispatch.shifts import FARTHEST, Hours, horizon


@dataclass(frozen=True, slots=True)
class When:
    """When a job is decided, local, and until when shifts count for it; metres in a degree.

    The same for every crew.
    """

    local: datetime
    last: datetime
    storm: bool
    per_lon: float = 0.0
    per_lat: float = 0.0

    @classmethod
    def of(cls, desk: Desk, job: Job, setting: Setting) -> When:
        at = setting.decided_at
        local = at.astimezone(desk.calendar.zone)
        degree = crs.metres_per_degree(setting.lat) if setting.lat is not None else (0.0, 0.0)
        return cls(local, horizon(local, job.due), desk.is_storm(at), *degree)


@dataclass(slots=True)
class Found:
    """What a crew's shifts before a job is due give: the first that will do, minutes, load."""

    at: datetime | None = None
    equipment: frozenset[str] = frozenset()
    rested: bool = False
    left_min: float | None = None
    busy: float = 0.0


def standing(rules: RuleSet, crew: CrewRef, now: CrewNow, job: Job, setting: Setting, when: When) -> Standing:
    """Return how a crew stands towards a job, as eligibility and score need it."""
    found = _found(rules, crew, now, job, when)
    own = rules.crew(crew.code).own_streets
    return Standing(
        skills=crew.skills,
        equipment=found.equipment,
        works_from=found.at,
        stints=now.stints,
        rested_shift=found.rested,
        left_min=found.left_min,
        busy=found.busy,
        travel_min=travel_min(rules, crew, now, setting, when),
        was_here=None if setting.last_crew_id is None else setting.last_crew_id == crew.id,
        excluded=setting.street if own and _is_own(own, setting.street) else None,
    )


def _found(rules: RuleSet, crew: CrewRef, now: CrewNow, job: Job, when: When) -> Found:
    """Go through a crew's shifts until one will do and the minutes suffice: seldom further than the first."""
    told, local = rules.crew(crew.code), when.local
    promised = now.promised_min(max(job.due, local))
    found = Found(left_min=-float(promised) if crew.roster.days else None)
    rested = _rested(rules, now, job, local)
    for at, (begins, ends, hours) in enumerate(crew.roster.upcoming(local)):
        capacity = day_min(rules, crew, hours, storm=when.storm)
        if at == 0:
            found.busy = _busy(now, begins, capacity)
        if begins >= when.last:
            break
        assert found.left_min is not None
        found.left_min += capacity * ((ends - begins) / timedelta(minutes=hours.minutes))
        if job.is_danger or found.rested:
            if found.rested and found.left_min >= job.minutes:
                break
            continue
        has = told.on_day(begins.isoweekday())
        fits, awake = job.equipment <= has, rested <= begins or rested < ends
        if found.at is None or (fits and not job.equipment <= found.equipment) or (fits and awake):
            found.at, found.equipment, found.rested = begins, has, fits and awake
            if found.rested and found.left_min >= job.minutes:
                break
    if job.is_danger:
        # A danger is for now: who is at work or on call, with what is there today.
        on_duty = crew.roster.is_on_duty(local, _zone(local))
        found.at, found.equipment = (local if on_duty else None), told.on_day(local.isoweekday())
    elif not crew.roster.days:
        found.at, found.equipment, found.rested = local, told.on_day(local.isoweekday()), rested < when.last
    return found


def _zone(local: datetime) -> ZoneInfo:
    assert isinstance(local.tzinfo, ZoneInfo)
    return local.tzinfo


def _rested(rules: RuleSet, now: CrewNow, job: Job, local: datetime) -> datetime:
    if not now.stints:
        return local
    length = timedelta(minutes=job.minutes)
    return legal.rested_at(now.stints, local, length, rules.limits) or job.due + FARTHEST + FARTHEST


def _busy(now: CrewNow, begins: datetime, capacity: float) -> float:
    """Return the share of a crew's present or next day that is promised already."""
    if not now.tasks:
        return 0.0
    promised = now.promised_min(begins.replace(hour=23, minute=59, second=59, microsecond=0))
    return promised / capacity if capacity else 1.0


def _is_own(own: Iterable[str], street: str | None) -> bool:
    return street is not None and street.casefold() in {each.casefold() for each in own}


def left_min(desk: Desk, rules: RuleSet, crew: CrewRef, at: datetime, until: datetime) -> float | None:
    """Return a crew's minutes of work between two instants; None for a crew that keeps no hours."""
    if not crew.roster.days:
        return None
    local = at.astimezone(desk.calendar.zone)
    last, storm = horizon(local, until), desk.is_storm(at)
    total = 0.0
    for begins, ends, hours in crew.roster.upcoming(local):
        if begins >= last:
            break
        capacity = day_min(rules, crew, hours, storm=storm)
        total += capacity * ((ends - begins) / timedelta(minutes=hours.minutes))
    return total


def day_min(rules: RuleSet, crew: CrewRef, hours: Hours, *, storm: bool) -> float:
    """Return the minutes of work in one of a crew's days: as told, else reckoned from its hours."""
    if crew.capacity_min:
        return rules.capacity.of_told(crew.capacity_min, storm=storm)
    return rules.capacity.of(hours.minutes, storm=storm)


def travel_min(rules: RuleSet, crew: CrewRef, now: CrewNow, setting: Setting, when: When) -> float | None:
    """Return the minutes from the nearest of a crew's depot and tasks; None when either end is not known."""
    if setting.lon is None or setting.lat is None:
        return None
    spots = now.spots if crew.depot is None else (crew.depot, *now.spots)
    if not spots:
        return None
    return rules.travel.minutes(min(metres(setting, when, lon, lat) for lon, lat in spots))


def metres(setting: Setting, when: When, lon: float, lat: float) -> float:
    """Return how far a place is from the case in a straight line, degrees measured at the case."""
    assert setting.lon is not None
    assert setting.lat is not None
    return math.hypot((lon - setting.lon) * when.per_lon, (lat - setting.lat) * when.per_lat)
