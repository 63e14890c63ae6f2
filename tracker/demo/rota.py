"""Who would do the work, and when they are there: the crews' hours, read from the plan, without a
database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import numpy as np

from tracker import definitions
from tracker.catalogue.definitions import Service
from tracker.catalogue.promises import Text
from tracker.demo.staff import CrewPlan, StaffPlan
from tracker.demo.window import ZONE
from tracker.dispatch import service as dispatch
from tracker.dispatch.desk import CrewRef, Desk

_NOBODY = Text(fr="—", en="—")


@dataclass(frozen=True, kw_only=True, slots=True)
class Hours:
    """The hours of one crew: ISO days of the week, minutes from midnight, and whether it can be called
    out.
    """

    days: frozenset[int]
    starts_min: int
    ends_min: int
    on_call: bool

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment is within a shift."""
        local = moment.astimezone(ZONE)
        minute = local.hour * 60 + local.minute
        return local.isoweekday() in self.days and self.starts_min <= minute <= self.ends_min

    def next(self, moment: datetime, rng: np.random.Generator) -> datetime:
        """The moment itself when somebody is there, else some time into the next shift."""
        if self.holds(moment):
            return moment
        local = moment.astimezone(ZONE)
        day = local.date()
        if local.hour * 60 + local.minute > self.starts_min or local.isoweekday() not in self.days:
            day += timedelta(days=1)
        while day.isoweekday() not in self.days:
            day += timedelta(days=1)
        room = self.ends_min - self.starts_min
        minute = self.starts_min + 20 + int(rng.uniform(0, 0.8) * (room - 25))
        begun = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=ZONE)
        return begun.astimezone(UTC) + timedelta(seconds=int(rng.integers(60)))


class Rota:
    """The crews of the plan: which one takes a service in a district, and its hours."""

    def __init__(self, plan: StaffPlan) -> None:
        self._plan = plan
        self._hours = {each.code: _hours(each) for each in plan.crews}
        self._known: dict[tuple[str, str | None], str | None] = {}

    @cached_property
    def desk(self) -> Desk:
        """The desk that triages, with the numbers of crews counted from one."""
        crews = tuple(
            CrewRef(
                id=row,
                code=each.code,
                name=each.name,
                department=each.department,
                kind=each.kind,
                capacity_min=each.capacity_min,
                skills=frozenset(each.skills),
                districts=frozenset(each.districts),
            )
            for row, each in enumerate(sorted(self._plan.crews, key=lambda each: each.code), start=1)
        )
        calendar = definitions.calendar(definitions.DATA / "calendars" / "quebec.yaml")
        by_id: Mapping[int, CrewRef] = {each.id: each for each in crews}
        return Desk(crews=crews, by_id=by_id, by_code={each.code: each for each in crews}, calendar=calendar)

    def crew(
        self, service: Service, district: str | None, answers: Mapping[str, object], at: datetime
    ) -> str | None:
        """The crew that triage gives a service of a district."""
        key = service.code, district
        if key not in self._known:
            setting = dispatch.Setting(
                district_code=district, district_name=district, road_class=4, answers=answers, received_at=at
            )
            crew = dispatch.triage(self.desk, service, setting, department=_NOBODY).crew
            self._known[key] = crew.code if crew else None
        return self._known[key]

    def hours(self, crew: str | None) -> Hours:
        """The hours of a crew; office hours where nobody has the skill."""
        return self._hours.get(crew or "", _OFFICE)

    def is_on_call(self, crew: str | None, service: Service) -> bool:
        """Tell whether a crew comes at any hour for this."""
        return service.is_urgent and self.hours(crew).on_call


def _hours(plan: CrewPlan) -> Hours:
    starts, ends = plan.shifts.hours()
    return Hours(
        days=frozenset(plan.shifts.days),
        starts_min=starts.hour * 60 + starts.minute,
        ends_min=ends.hour * 60 + ends.minute,
        on_call=plan.shifts.on_call,
    )


_OFFICE = Hours(days=frozenset({1, 2, 3, 4, 5}), starts_min=480, ends_min=990, on_call=False)
