"""Whether rules can ever decide: proved over all that is possible, so that nothing breaks silently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from tracker.dispatch import world as worlds
from tracker.dispatch.ruleset import Rule, RuleSet
from tracker.dispatch.world import PLACE, Atom, Box, World

MOST_STEPS = 200_000


class TooManyCases(Exception):
    """The rules cut up the possible inputs into more pieces than can be looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unreachable:
    """A rule that never decides: it takes nothing that is possible, or rules before it take it all."""

    rule: str
    shadowed_by: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Overlap:
    """Two rules of equal rank that say different things of one input, which is the example."""

    first: str
    second: str
    service: str
    example: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """What is wrong with rules as rules."""

    unreachable: tuple[Unreachable, ...]
    overlaps: tuple[Overlap, ...]


def examine(rules: RuleSet, world: World) -> Findings:
    """Return the rules that never decide and the pairs that contradict each other.

    Raises TooManyCases where a proof would take too long.
    """
    ordered = rules.ordered()
    reached: set[str] = set()
    before: dict[str, set[str]] = {rule.id: set() for rule in ordered}
    overlaps: dict[tuple[str, str], Overlap] = {}
    for service in world.services.values():
        asked = rules.asked_for(service.code)
        whole = worlds.possible(world, service, asked)
        boxes = [(rule, box) for rule in asked if (box := worlds.where(rule, service, whole)) is not None]
        for at, (rule, box) in enumerate(boxes):
            earlier = [other for _, other in boxes[:at]]
            if rule.id not in reached and point_outside(box, earlier) is not None:
                reached.add(rule.id)
            before[rule.id] |= {other.id for other, theirs in boxes[:at] if meet(box, theirs) is not None}
        for first, second in combinations(boxes, 2):
            key = (first[0].id, second[0].id)
            found = None if key in overlaps else _overlap(first, second, boxes)
            if found is not None:
                overlaps[key] = Overlap(
                    first=key[0], second=key[1], service=service.code, example=_told(found)
                )
    return Findings(
        unreachable=tuple(
            Unreachable(
                rule=rule.id,
                shadowed_by=tuple(each.id for each in ordered if each.id in before[rule.id]),
            )
            for rule in ordered
            if rule.id not in reached
        ),
        overlaps=tuple(overlaps.values()),
    )


Placed = tuple[Rule, dict[str, frozenset[Atom]]]


def _overlap(first: Placed, second: Placed, boxes: Sequence[Placed]) -> dict[str, Atom] | None:
    """Return an input both rules take that no rule of lower rank decides; None when they agree."""
    one, other = first[0], second[0]
    if one.rank != other.rank or one.then == other.then:
        return None
    both = meet(first[1], second[1])
    if both is None:
        return None
    return point_outside(both, [box for rule, box in boxes if rule.rank < one.rank])


def meet(one: Box, other: Box) -> dict[str, frozenset[Atom]] | None:
    """Return what two boxes have in common, None when that is nothing."""
    both = {name: one[name] & other[name] for name in one}
    return both if all(both.values()) else None


def point_outside(box: Box, others: Sequence[Box]) -> dict[str, Atom] | None:
    """Return a point of a box that lies in none of the others; None when they cover it.

    A box less another falls into at most as many boxes as it has sides, disjoint ones: side by side, what
    sticks out there and lies within the other on the sides before. Raises TooManyCases.
    """
    steps = 0
    waiting: list[tuple[Box, int]] = [(box, 0)]
    while waiting:
        steps += 1
        if steps > MOST_STEPS:
            raise TooManyCases
        piece, at = waiting.pop()
        while at < len(others) and meet(piece, others[at]) is None:
            at += 1
        if at == len(others):
            return {name: min(atoms, key=str) for name, atoms in piece.items()}
        inside = dict(piece)
        for name in piece:
            out = inside[name] - others[at][name]
            if out:
                waiting.append((inside | {name: out}, at + 1))
            inside[name] = inside[name] & others[at][name]
    return None


def _told(point: dict[str, Atom]) -> tuple[tuple[str, str], ...]:
    """Return a point as facts with their values, places taken apart."""
    segment, district, road_class = tuple(point[PLACE])
    told = {"segment": segment, "district": district, "road_class": road_class}
    told |= {
        name: atom if isinstance(atom, str) else "+".join(atom) or "-"
        for name, atom in point.items()
        if name != PLACE
    }
    return tuple(told.items())
