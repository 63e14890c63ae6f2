"""Every input triage can ever get, as finite domains: what rules are proved against (not only past cases)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, combinations

from tracker.catalogue.conditions import ANSWER
from tracker.catalogue.definitions import Question, Service
from tracker.dispatch.ruleset import NOWHERE, Rule, RuleSet, is_answer

OTHER = "*"
"""Any value that no rule names: another street, another text."""
PLACE = "place"
MOST_OPTIONS = 12

Atom = str | tuple[str, ...]
Box = Mapping[str, frozenset[Atom]]


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """A town as rules may speak of it; `segments` are the codes rules name, with district and road class."""

    services: Mapping[str, Service]
    districts: tuple[str, ...]
    segments: Mapping[str, tuple[str | None, int | None]] = field(default_factory=dict)


def facts_named(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the answers rules look at, in order."""
    return tuple(sorted({each.fact for rule in rules for each in rule.when if is_answer(each.fact)}))


def possible(world: World, service: Service, rules: Iterable[Rule]) -> Box:
    """Return what may be asked of a service: places, times of its season, and answers that rules look at."""
    listed = tuple(rules)
    season = service.season
    months = list(range(1, 13))
    if season is not None:
        start, end = int(season.start[:2]), int(season.end[:2])
        months = [m for m in months if (start <= m <= end if start <= end else m >= start or m <= end)]
    box: dict[str, frozenset[Atom]] = {
        PLACE: frozenset(_places(world, service, listed)),
        "weekday": frozenset(str(day) for day in range(1, 8)),
        "hour": frozenset(str(hour) for hour in range(24)),
        "month": frozenset(str(month) for month in months),
    }
    for fact in facts_named(listed):
        question = service.question(fact.removeprefix(ANSWER))
        named = {value for rule in listed for value in rule.values(fact) or ()}
        box[fact] = frozenset(_answers(question, named))
    return box


def where(rule: Rule, service: Service, whole: Box) -> dict[str, frozenset[Atom]] | None:
    """Return the part of what is possible for a service that a rule takes; None when it takes nothing."""
    if service.code not in (rule.values("service") or (service.code,)):
        return None
    found = dict(whole)
    for condition in rule.when:
        if condition.fact == "service":
            continue
        wanted = frozenset(condition.values)
        if condition.fact in _OF_PLACE:
            at = _OF_PLACE[condition.fact]
            found[PLACE] = frozenset(atom for atom in found[PLACE] if atom[at] in wanted)
        else:
            found[condition.fact] = frozenset(atom for atom in found[condition.fact] if _is_in(atom, wanted))
    return found if all(found.values()) else None


_OF_PLACE = {"segment": 0, "district": 1, "road_class": 2}


def _is_in(atom: Atom, wanted: frozenset[str]) -> bool:
    return atom in wanted if isinstance(atom, str) else not wanted.isdisjoint(atom)


def _places(world: World, service: Service, rules: Iterable[Rule]) -> Iterator[tuple[str, str, str]]:
    """Give (segment, district, road class); staff may leave any place unknown."""
    yield (NOWHERE, NOWHERE, NOWHERE)
    if not service.location.is_required and service.location.kind == "none":
        return
    districts = world.districts or (NOWHERE,)
    for district in districts:
        yield (NOWHERE, district, NOWHERE)
        yield from ((OTHER, district, str(road_class)) for road_class in range(1, 5))
    named = {value for rule in rules for value in rule.values("segment") or ()}
    for code in sorted(named & set(world.segments)):
        own, road_class = world.segments[code]
        for each in (own,) if own is not None and own in districts else districts:
            yield (code, each, str(road_class or NOWHERE))


def _answers(question: Question | None, named: set[str]) -> Iterator[Atom]:
    """Give what may be answered; the empty tuple is no answer, which imports and old cases have."""
    yield ()
    if question is None:
        return
    options = [option.code for option in question.options]
    if question.datatype == "multivaluelist":
        if len(options) > MOST_OPTIONS:  # those no rule names are one to a rule
            options = [*(code for code in options if code in named), OTHER]
        sets = (combinations(options, size) for size in range(1, len(options) + 1))
        yield from chain.from_iterable(sets)
    elif options:
        yield from options
    else:
        yield from sorted(named | {OTHER})


def unknown_names(world: World, rules: RuleSet, crews: Iterable[str]) -> list[tuple[str, str, str]]:
    """Return what rules name that is not there, as (entry, kind, name)."""
    known = set(crews)
    found: list[tuple[str, str, str]] = []
    outcomes = [(f"services.{code}", each) for code, each in rules.services.items()]
    outcomes += [(f"exceptions.{rule.id}", rule.then) for rule in rules.rules]
    for entry, outcome in outcomes:
        found += [(entry, "crew", code) for code in outcome.crews() if code not in known]
    found += [(f"crews.{code}", "crew", code) for code in rules.crews if code not in known]
    found += [
        (f"people.{code}", "crew", each.crew) for code, each in rules.people.items() if each.crew not in known
    ]
    found += [(f"services.{code}", "service", code) for code in rules.services if code not in world.services]
    for rule in rules.rules:
        entry = f"exceptions.{rule.id}"
        services = rule.values("service") or ()
        found += [(entry, "service", code) for code in services if code not in world.services]
        places = {*world.districts, NOWHERE}
        found += [(entry, "district", code) for code in rule.values("district") or () if code not in places]
        found += [
            (entry, "segment", code)
            for code in rule.values("segment") or ()
            if code not in world.segments and code != NOWHERE
        ]
    return found
