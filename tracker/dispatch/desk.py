"""Who can be sent: the crews of a jurisdiction and its calendar, as of one revision."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tracker import definitions
from tracker.catalogue.promises import Text
from tracker.db import PerRevision, Selected, selected
from tracker.dispatch import rulebook, storms
from tracker.dispatch.models import Crew, CrewDistrict, CrewSkill, Shift, StormRow
from tracker.dispatch.ruleset import RuleSet
from tracker.dispatch.shifts import Hours, Roster
from tracker.dispatch.storms import Storm
from tracker.sla import BusinessCalendar, HolidayRules

# Two winters: a case is never asked about an older one.
MOST_STORMS = 100


class NoHolidays(HolidayRules):
    """A town which has told us no calendar: no day off is made up for it."""

    def covers(self, day: date) -> bool:
        return False


@dataclass(frozen=True, kw_only=True, slots=True)
class CrewRef:
    """A crew: what it can do, which districts it serves (none means all of them), when and where from.

    A `capacity_min` of 0 leaves a day's minutes of work to the rules' own reckoning.
    """

    id: int
    code: str
    name: str
    department: str
    kind: str
    capacity_min: int
    skills: frozenset[str]
    districts: frozenset[str]
    roster: Roster = field(default_factory=lambda: Roster({}))
    depot: tuple[float, float] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Active crews in order of code, the hours promises are counted in, the last storms, and the rules triage
    goes by.

    `skills` are the names of the skills. `groups` keeps what `pools` has worked out.
    """

    crews: tuple[CrewRef, ...]
    by_id: Mapping[int, CrewRef]
    by_code: Mapping[str, CrewRef]
    calendar: BusinessCalendar
    storms: tuple[Storm, ...] = ()
    rules: RuleSet = field(default_factory=rulebook.shipped)
    skills: Mapping[str, Text] = field(default_factory=dict)
    skilled: Mapping[str, tuple[CrewRef, ...]] = field(init=False, repr=False, compare=False)
    groups: dict[Any, Any] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        skills = {skill for crew in self.crews for skill in crew.skills}
        able = {skill: tuple(crew for crew in self.crews if skill in crew.skills) for skill in skills}
        object.__setattr__(self, "skilled", able)

    def is_storm(self, at: datetime) -> bool:
        """Tell whether a storm is on, in the whole city or a part of it: every crew is slower then."""
        return any(storm.is_on(at) for storm in self.storms)


_DEPOTS = text("""
    SELECT c.id, ST_X(d.geom) AS lon, ST_Y(d.geom) AS lat FROM crew c JOIN depot d ON d.id = c.depot_id
""")
_SKILLS = text("SELECT code, name_fr, name_en FROM catalogue_term WHERE kind = 'skill'")


def load(session: Session) -> Desk:
    """Read the desk as this transaction sees it; `current` keeps one per revision."""
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
    depots = {row.id: (row.lon, row.lat) for row in session.execute(_DEPOTS)}
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
            depot=depots.get(crew.id),
        )
        for crew in session.scalars(select(Crew).where(Crew.active).order_by(Crew.code))
    )
    return Desk(
        crews=crews,
        by_id={crew.id: crew for crew in crews},
        by_code={crew.code: crew for crew in crews},
        calendar=_calendar(selected(session)),
        storms=storms_now(session),
        rules=rulebook.in_force(session),
        skills={row.code: Text(fr=row.name_fr, en=row.name_en) for row in session.execute(_SKILLS)},
    )


def storms_now(session: Session) -> tuple[Storm, ...]:
    """Return the last storms as this transaction sees them, also those that it has just changed."""
    last = select(StormRow).order_by(StormRow.starts_at.desc(), StormRow.id.desc()).limit(MOST_STORMS)
    return tuple(
        Storm(
            id=row.id,
            districts=frozenset(row.districts),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            precipitation_ended_at=row.precipitation_ended_at,
            passes=storms.read(row.passes),
        )
        for row in session.scalars(last)
    )


def _calendar(town: Selected) -> BusinessCalendar:
    """Return the calendar of a town in its own zone; Monday to Friday, 8 to 16:30, when it keeps none."""
    file, zone = definitions.DATA / "calendars" / f"{town.calendar}.yaml", ZoneInfo(town.zone)
    if not file.is_file():
        weekday = ((8 * 60, 16 * 60 + 30),)
        return BusinessCalendar(zone=zone, week=(weekday,) * 5 + ((), ()), holidays=NoHolidays())
    return replace(definitions.calendar(file), zone=zone)


current = PerRevision(load)
