"""Which crews a case may go to by the policy of its service (domain.md §6 ③): groups, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from tracker.catalogue import conditions
from tracker.catalogue.definitions import Service
from tracker.dispatch.desk import CrewRef, Desk
from tracker.dispatch.ruleset import NOWHERE, Facts, Outcome, Person, RuleSet

WEEK = timedelta(days=7)
ROAD_CLASSES = {1: "artery", 2: "artery", 3: "collector", 4: "local"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What triage looks at besides the service: where, on what kind of street, with which answers.

    `last_crew_id` is who came here the last time; `now` is when it is decided, at receipt unless told.
    """

    district_code: str | None
    district_name: str | None
    road_class: int | None
    answers: Mapping[str, object]
    received_at: datetime
    segment_code: str | None = None
    segment_id: int | None = None
    asset_id: int | None = None
    street: str | None = None
    lon: float | None = None
    lat: float | None = None
    last_crew_id: int | None = None
    now: datetime | None = None

    @property
    def known(self) -> conditions.Facts:
        """Return what the conditions of a promise look at."""
        return conditions.facts(self.answers, road_class=ROAD_CLASSES.get(self.road_class or 0))

    @property
    def decided_at(self) -> datetime:
        return self.now or self.received_at


@dataclass(frozen=True, kw_only=True, slots=True)
class Pool:
    """Groups of crews to ask in order, the rule that named them, and the person, where one is meant.

    `outside` are crews with the skill that serve other districts.
    """

    rule: str
    outcome: Outcome
    tiers: tuple[tuple[CrewRef, ...], ...]
    person: Person | None = None
    excluded: Mapping[str, str] = field(default_factory=dict)
    outside: tuple[CrewRef, ...] = ()


def facts_of(service: Service, setting: Setting, zone: ZoneInfo) -> Facts:
    """Return what the conditions of rules look at; when it was received, local."""
    local = setting.received_at.astimezone(zone)
    known: dict[str, Any] = conditions.facts(setting.answers)
    known["service"] = service.code
    known["district"] = setting.district_code or NOWHERE
    known["segment"] = setting.segment_code or NOWHERE
    known["road_class"] = str(setting.road_class or NOWHERE)
    known["weekday"] = str(local.isoweekday())
    known["hour"] = str(local.hour)
    known["month"] = str(local.month)
    return known


def outcome_of(rules: RuleSet, service: Service, setting: Setting, zone: ZoneInfo) -> tuple[str, Outcome]:
    """Return the rule that decides for a case and what it says: the first exception, or the base."""
    asked = rules.asked_for(service.code)
    if asked:
        known = facts_of(service, setting, zone)
        for rule in asked:
            if rule.holds(known):
                return f"rule.{rule.id}", rule.then
    base = rules.base(service.code, service.assignment)
    return f"crew.{base.mode}", base


def pool_of(desk: Desk, rules: RuleSet, service: Service, setting: Setting) -> Pool:
    """Return the crews a case may go to."""
    zone = desk.calendar.zone
    rule, outcome = outcome_of(rules, service, setting, zone)
    if outcome.people:
        return _of_people(desk, rules, rule, outcome, setting)
    named = _turn(outcome.weeks, outcome, setting, zone) if outcome.weeks else None
    named = named or outcome.named(setting.district_code)
    if named is not None:
        crew = desk.by_code.get(named)
        return Pool(rule=rule, outcome=outcome, tiers=((crew,),) if crew is not None else ())
    return _of_skill(desk, rule, outcome, service, setting)


Groups = tuple[tuple[tuple[CrewRef, ...], ...], tuple[CrewRef, ...]]


def _of_skill(desk: Desk, rule: str, outcome: Outcome, service: Service, setting: Setting) -> Pool:
    key = (outcome.mode == "contract", service.skill, service.department, setting.district_code)
    groups: Groups | None = desk.groups.get(key)
    if groups is None:
        groups = desk.groups[key] = _groups(desk, *key)
    return Pool(rule=rule, outcome=outcome, tiers=groups[0], outside=groups[1])


def _groups(desk: Desk, contract: bool, skill: str, department: str, district: str | None) -> Groups:
    """Return the crews with a skill that serve a district, and those that do not.

    A contractor for what is under contract, the service's own department, a crew of the district before one
    of the whole town: who is as good in all three is in one group.
    """
    able = desk.skilled.get(skill, ())
    here = [crew for crew in able if not crew.districts or district in crew.districts]

    def rank(crew: CrewRef) -> tuple[bool, bool, bool]:
        return (
            (crew.kind == "contract") != contract,
            crew.department != department,
            district not in crew.districts,
        )

    ordered = sorted(here, key=lambda crew: (rank(crew), crew.code))
    groups = tuple(tuple(group) for _, group in groupby(ordered, key=rank))
    return groups, tuple(crew for crew in able if crew not in here)


def _of_people(desk: Desk, rules: RuleSet, rule: str, outcome: Outcome, setting: Setting) -> Pool:
    """Return the crew of the person whose turn it is, passing over who lives on the street."""
    turn = _turn_at(len(outcome.people), outcome, setting, desk.calendar.zone)
    street = (setting.street or "").casefold()
    excluded: dict[str, str] = {}
    for code in outcome.people[turn:] + outcome.people[:turn]:
        person = rules.people[code]
        if street and street in {each.casefold() for each in person.own_streets}:
            excluded[person.name] = setting.street or ""
            continue
        crew = desk.by_code.get(person.crew)
        if crew is not None:
            return Pool(rule=rule, outcome=outcome, tiers=((crew,),), person=person, excluded=excluded)
    return Pool(rule=rule, outcome=outcome, tiers=(), excluded=excluded)


def _turn(of: tuple[str, ...], outcome: Outcome, setting: Setting, zone: ZoneInfo) -> str:
    return of[_turn_at(len(of), outcome, setting, zone)]


def _turn_at(many: int, outcome: Outcome, setting: Setting, zone: ZoneInfo) -> int:
    """Return whose week it is: weeks of local time, so that a handover stays at its hour all year."""
    if outcome.since is None:
        return 0
    local = setting.received_at.astimezone(zone).replace(tzinfo=None)
    return (local - outcome.since) // WEEK % many
