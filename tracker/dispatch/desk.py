"""Who can be sent: the crews of a jurisdiction and its calendar, as of one revision."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker import definitions
from tracker.db import PerRevision, Selected, selected
from tracker.dispatch.models import Crew, CrewDistrict, CrewSkill, Shift
from tracker.dispatch.shifts import Hours, Roster
from tracker.sla import BusinessCalendar, HolidayRules


class NoHolidays(HolidayRules):
    """A town which has told us no calendar: no day off is made up for it."""

    def covers(self, day: date) -> bool:
        return False


@dataclass(frozen=True, kw_only=True, slots=True)
class CrewRef:
    """A crew: what it can do, which districts it serves (none means all of them) and when it works."""

    id: int
    code: str
    name: str
    department: str
    kind: str
    capacity_min: int
    skills: frozenset[str]
    districts: frozenset[str]
    roster: Roster = field(default_factory=lambda: Roster({}))


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Active crews in order of code, and the hours promises are counted in."""

    crews: tuple[CrewRef, ...]
    by_id: Mapping[int, CrewRef]
    by_code: Mapping[str, CrewRef]
    calendar: BusinessCalendar


def _load(session: Session) -> Desk:
    skills: dict[int, set[str]] = {}
    for skill in session.scalars(select(CrewSkill)):
        skills.setdefault(skill.crew_id, set()).add(skill.skill)
    districts: dict[int, set[str]] = {}
    for served in session.scalars(select(CrewDistrict)):
        districts.setdefault(served.crew_id, set()).add(served.district_code)
    rosters: dict[int, dict[int, Hours]] = {}
    for shift in session.scalars(select(Shift)):
        hours = Hours(starts=shift.starts, ends=shift.ends, on_call=shift.on_call)
        rosters.setdefault(shift.crew_id, {})[shift.weekday] = hours
    crews = tuple(
        CrewRef(
            id=crew.id,
            code=crew.code,
            name=crew.name,
            department=crew.department,
            kind=crew.kind,
            capacity_min=crew.capacity_min,
            skills=frozenset(skills.get(crew.id, ())),
            districts=frozenset(districts.get(crew.id, ())),
            roster=Roster(rosters.get(crew.id, {})),
        )
        for crew in session.scalars(select(Crew).where(Crew.active).order_by(Crew.code))
    )
    return Desk(
        crews=crews,
        by_id={crew.id: crew for crew in crews},
        by_code={crew.code: crew for crew in crews},
        calendar=_calendar(selected(session)),
    )


def _calendar(town: Selected) -> BusinessCalendar:
    """Return the calendar of a town in its own zone; Monday to Friday, 8 to 16:30, when it keeps none."""
    file, zone = definitions.DATA / "calendars" / f"{town.calendar}.yaml", ZoneInfo(town.zone)
    if not file.is_file():
        weekday = ((8 * 60, 16 * 60 + 30),)
        return BusinessCalendar(zone=zone, week=(weekday,) * 5 + ((), ()), holidays=NoHolidays())
    return replace(definitions.calendar(file), zone=zone)


current = PerRevision(_load)
