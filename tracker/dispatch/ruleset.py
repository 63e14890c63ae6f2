"""A rule set: who gets what, as values. Data under data/triage, one version in force in each town."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from routing.crews import Capacity, Weights
from routing.legal import Limits
from tracker.catalogue.conditions import ANSWER, Condition
from tracker.catalogue.promises import Text

DISTRICT, FIXED_UNIT, CONTRACT, ROTATION, PERSON = "district", "fixed_unit", "contract", "rotation", "person"
MODES = (DISTRICT, FIXED_UNIT, CONTRACT, ROTATION, PERSON)
NOWHERE = "none"
"""What a condition calls the district of a case whose place is not known, and a road class likewise."""
FACTS = ("service", "district", "segment", "road_class", "weekday", "hour", "month")
ROAD_CLASSES = ("1", "2", "3", "4", NOWHERE)
DEFAULT_RANK = 100

Facts = Mapping[str, str | Collection[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """How a crew is chosen.

    `crew` and `by_district` name one (a unit, a contractor by collection sector); `weeks` are crews that take
    turns from `since`, local time, seven days each; `people` likewise, by their codes. `equipment` is needed
    besides what the service needs.
    """

    mode: str
    crew: str | None = None
    by_district: tuple[tuple[str, str], ...] = ()
    weeks: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    since: datetime | None = None
    equipment: frozenset[str] = frozenset()

    def named(self, district: str | None) -> str | None:
        """Return the crew that is named for a district, if one is."""
        return dict(self.by_district).get(district or NOWHERE, self.crew)

    def crews(self) -> tuple[str, ...]:
        """Return every crew it names."""
        named = (self.crew, *(crew for _, crew in self.by_district), *self.weeks)
        return tuple(dict.fromkeys(each for each in named if each))


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """An exception: the first one that holds wins, the lowest rank first, then the first written."""

    id: str
    when: tuple[Condition, ...]
    then: Outcome
    rank: int = DEFAULT_RANK

    def holds(self, known: Facts) -> bool:
        """Tell whether every condition is met."""
        return all(condition.holds(known) for condition in self.when)

    def values(self, fact: str) -> tuple[str, ...] | None:
        """Return what a fact may be for the rule to hold; None when it may be anything."""
        return next((each.values for each in self.when if each.fact == fact), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class CrewRules:
    """What is known of a crew here: its equipment with the days it has it, and streets it may not judge."""

    equipment: tuple[tuple[str, frozenset[int]], ...] = ()
    own_streets: frozenset[str] = frozenset()

    def on_day(self, weekday: int) -> frozenset[str]:
        """Return the equipment a crew has on a day of the week, 1 for Monday."""
        return frozenset(code for code, days in self.equipment if weekday in days)


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody who is given cases by name: in which crew, and which streets are too near to them."""

    code: str
    name: str
    crew: str
    own_streets: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True, slots=True)
class Travel:
    """How minutes on the way are reckoned from a straight line, and what counts as near."""

    speed_kmh: float = 30.0
    detour: float = 1.35
    farthest_min: float = 30.0
    batch_min: float = 3.0

    def minutes(self, metres: float) -> float:
        """Return how long a straight line of so many metres takes on the streets."""
        return metres * self.detour / (self.speed_kmh * 1000 / 60)


@dataclass(frozen=True, kw_only=True, slots=True)
class RuleSet:
    """Everything triage decides by. `version` is 0 for the one that comes with the program."""

    name: Text
    services: Mapping[str, Outcome] = field(default_factory=dict)
    rules: tuple[Rule, ...] = ()
    crews: Mapping[str, CrewRules] = field(default_factory=dict)
    people: Mapping[str, Person] = field(default_factory=dict)
    equipment: Mapping[str, Text] = field(default_factory=dict)
    weights: Weights = field(default_factory=Weights)
    capacity: Capacity = field(default_factory=Capacity)
    limits: Limits = field(default_factory=Limits)
    travel: Travel = field(default_factory=Travel)
    is_automatic: bool = True
    version: int = 0
    by_service: Mapping[str, tuple[Rule, ...]] = field(init=False, repr=False, compare=False)
    general: tuple[Rule, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ordered = self.ordered()
        named = {code for rule in ordered for code in rule.values("service") or ()}
        general = tuple(rule for rule in ordered if rule.values("service") is None)
        by_service = {
            code: tuple(rule for rule in ordered if code in (rule.values("service") or (code,)))
            for code in named
        }
        object.__setattr__(self, "general", general)
        object.__setattr__(self, "by_service", by_service)

    def ordered(self) -> tuple[Rule, ...]:
        """Return the exceptions in the order they are asked."""
        return tuple(sorted(self.rules, key=lambda rule: rule.rank))

    def asked_for(self, service: str) -> tuple[Rule, ...]:
        """Return the exceptions that may concern a service, in the order they are asked."""
        return self.by_service.get(service, self.general)

    def base(self, service: str, assignment: str) -> Outcome:
        """Return how a service goes when no exception holds: as told here, else as its catalogue says."""
        return self.services.get(service) or Outcome(mode=assignment)

    def crew(self, code: str) -> CrewRules:
        """Return what is told of a crew; nothing of one that is not named."""
        return self.crews.get(code, _NOTHING)


_NOTHING = CrewRules()


def is_answer(fact: str) -> bool:
    """Tell whether a condition looks at an answer."""
    return fact.startswith(ANSWER)
