"""The proofs about rules against brute force: every possible input of random rule sets, one by one."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from random import Random

import pytest

from tracker.catalogue import files
from tracker.catalogue.conditions import Condition
from tracker.catalogue.promises import Season, Text
from tracker.dispatch import reading, soundness
from tracker.dispatch.errors import RulesInvalid
from tracker.dispatch.ruleset import Outcome, Rule, RuleSet
from tracker.dispatch.world import World, unknown_names

CATALOGUE = files.read_folder(files.DEFAULT_FOLDER)
NID, ODD, BULKY = (CATALOGUE.service(code) for code in ("VOI-NID", "INF-GEN", "DEC-VOL"))
NAME = Text(fr="x", en="x")
SEGMENTS = {"S1": ("1", 2), "S2": ("2", 4)}
WORLD = World(
    services={each.code: each for each in (NID, ODD, BULKY)}, districts=("1", "2"), segments=SEGMENTS
)
SIZES = (None, *(option.code for option in NID.question("taille").options))  # type: ignore[union-attr]
OBJECTS = ("meuble", "matelas", "electro", "autre")


def inputs():
    """Give every input the small rules below can tell apart, as facts."""
    hours, months, days = ("3", "12"), ("1", "7"), ("1", "6")
    places = [("none", "none", "none")]
    places += [("none", d, "none") for d in "12"] + [("*", d, c) for d in "12" for c in "1234"]
    places += [(code, district, str(rank)) for code, (district, rank) in SEGMENTS.items()]
    for service in WORLD.services.values():
        here = places[:1] if service is ODD else places
        answers: list[dict[str, object]] = [{}]
        if service is NID:
            answers = [{} if size is None else {"answer.taille": size} for size in SIZES]
        if service is BULKY:
            sets = product((False, True), repeat=len(OBJECTS))
            answers = [
                {"answer.objets": [o for o, has in zip(OBJECTS, each, strict=True) if has]} for each in sets
            ]
        for (segment, district, road), hour, month, day, said in product(here, hours, months, days, answers):
            yield {
                "service": service.code, "segment": segment, "district": district, "road_class": road,
                "hour": hour, "month": month, "weekday": day, **said,
            }  # fmt: skip


CHOICES = {
    "service": [*WORLD.services],
    "district": ["1", "2", "none"],
    "segment": ["S1", "S2", "none"],
    "road_class": ["1", "2", "3", "4", "none"],
    "answer.taille": [each for each in SIZES if each],
    "answer.objets": [*OBJECTS],
    "hour": [str(hour) for hour in range(24)],
    "month": [str(month) for month in range(1, 13)],
    "weekday": [str(day) for day in range(1, 8)],
}
# What the sampled hours, months and days stand for: rules choose one side or both.
SIDES = {
    "hour": ([str(h) for h in range(8)], [str(h) for h in range(8, 24)]),
    "month": (["1", "2", "3"], [str(m) for m in range(4, 13)]),
    "weekday": (["1", "2", "3", "4", "5"], ["6", "7"]),
}


def random_rules(random: Random) -> RuleSet:
    made = []
    for number in range(random.randint(2, 7)):
        when = []
        for fact in random.sample([*CHOICES], random.randint(1, 3)):
            if fact in SIDES:
                values = random.choice(SIDES[fact])
            else:
                values = random.sample(CHOICES[fact], random.randint(1, len(CHOICES[fact]) - 1))
            when.append(Condition(fact=fact, values=tuple(values)))
        then = Outcome(mode="fixed_unit", crew=random.choice("ABC"))
        made.append(Rule(id=f"r{number}", when=tuple(when), then=then, rank=random.choice((1, 1, 2))))
    return RuleSet(name=NAME, rules=tuple(made))


def brute(rules: RuleSet) -> tuple[set[str], set[tuple[str, str]]]:
    ordered = sorted(rules.rules, key=lambda rule: rule.rank)
    reached, clashes = set(), set()
    for known in ALL:
        holding = [rule for rule in ordered if rule.holds(known)]
        if holding:
            reached.add(holding[0].id)
            top = [rule for rule in holding if rule.rank == holding[0].rank]
            clashes |= {(a.id, b.id) for n, a in enumerate(top) for b in top[n + 1 :] if a.then != b.then}
    return {rule.id for rule in ordered} - reached, clashes


ALL = list(inputs())


def test_unreachable_rules_and_overlaps_are_those_of_brute_force():
    random = Random(20)
    dead = clashing = 0
    for _ in range(60):
        rules = random_rules(random)
        found = soundness.examine(rules, WORLD)
        unreachable, clashes = brute(rules)
        assert {each.rule for each in found.unreachable} == unreachable
        assert {(each.first, each.second) for each in found.overlaps} == clashes
        dead += len(unreachable)
        clashing += len(clashes)
        by_id = {rule.id: rule for rule in rules.rules}
        for each in found.overlaps:  # the example really is one
            known = dict(each.example) | {"service": each.service}
            facts = {
                fact: value.split("+") if fact == "answer.objets" else value
                for fact, value in known.items()
                if value != "-"
            }
            assert by_id[each.first].holds(facts)
            assert by_id[each.second].holds(facts)
    assert dead > 30
    assert clashing > 30


def parsed(text: str) -> RuleSet:
    return reading.parse(text)


def test_a_rule_is_shadowed_by_two_that_cover_it_together_although_neither_does():
    rules = parsed("""
exceptions:
  - {id: ouest, when: {service: [VOI-NID], district: ["1", none]}, then: {mode: fixed_unit, crew: A}}
  - {id: est, when: {service: [VOI-NID], district: ["2"]}, then: {mode: fixed_unit, crew: B}}
  - {id: nids, when: {service: [VOI-NID]}, then: {mode: fixed_unit, crew: C}}
""")
    (dead,) = soundness.examine(rules, WORLD).unreachable
    assert (dead.rule, dead.shadowed_by) == ("nids", ("ouest", "est"))


@pytest.mark.parametrize(
    "when",
    [
        "{service: [VOI-NID], answer.taille: [immense]}",  # no such choice
        "{service: [INF-GEN], answer.taille: [pneu]}",  # another service's question
        "{segment: [S1], district: ['2']}",  # the street is in district 1
        "{segment: [S1], road_class: [4]}",
        "{service: [INF-GEN], district: ['1']}",  # a question has no place
        "{service: [XYZ-ABC]}",
    ],
)
def test_a_rule_for_what_cannot_happen_is_reported(when):
    rules = parsed(f"exceptions: [{{id: jamais, when: {when}, then: {{mode: district}}}}]")
    (dead,) = soundness.examine(rules, WORLD).unreachable
    assert (dead.rule, dead.shadowed_by) == ("jamais", ())


def test_a_rule_for_months_when_the_service_is_closed_is_reported():
    closed = replace(NID, season=Season(start="11-01", end="04-15", note=NAME))
    world = replace(WORLD, services={"VOI-NID": closed})
    rules = parsed("exceptions: [{id: ete, when: {months: ['5-10']}, then: {mode: fixed_unit, crew: A}}]")
    assert [each.rule for each in soundness.examine(rules, world).unreachable] == ["ete"]


def test_names_that_are_not_there_are_told():
    rules = parsed("""
services: {VOI-NID: {mode: fixed_unit, crew: Z9}, NOPE: {mode: district}}
exceptions: [{id: a, when: {district: ["7"], segment: [S9], service: [AAA]}, then: {mode: district}}]
crews: {Z8: {}}
""")
    found = {(kind, name) for _, kind, name in unknown_names(WORLD, rules, ["E1"])}
    assert found == {
        ("crew", "Z9"), ("crew", "Z8"), ("service", "NOPE"), ("service", "AAA"), ("district", "7"),
        ("segment", "S9"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ("[1, 2]", "yaml"),
        ("a: {b: 1", "yaml"),
        ("nonsense: 1", "nonsense"),
        ("weights: {travel: 1}", "weights"),
        ("weights: {travel: x}", "weights"),
        ("capacity: {share: true}", "capacity"),
        ("travel: {speed_kmh: 0}", "travel"),
        ("legal: {rest_h: -1}", "legal"),
        ("automatic: maybe", "automatic"),
        ("services: {VOI-NID: {mode: magic}}", "services.VOI-NID"),
        ("services: {VOI-NID: {mode: rotation, weeks: [A]}}", "services.VOI-NID"),
        ("services: {VOI-NID: {mode: person, people: [nobody]}}", "services.VOI-NID"),
        ("exceptions: [{id: a, when: {}, then: {mode: district}}]", "exceptions.a"),
        ("exceptions: [{id: a, when: {hours: ['25']}, then: {mode: district}}]", "exceptions.a"),
        ("exceptions: [{id: a, when: {weekday: [8]}, then: {mode: district}}]", "exceptions.a"),
        ("exceptions: [{id: a, when: {colour: [red]}, then: {mode: district}}]", "exceptions.a"),
        ("exceptions: 3", "exceptions"),
        ("crews: {E1: {equipment: {hot_box: [9]}}}", "crews.E1"),
        ("crews: {E1: {equipment: [hot_box]}}", "equipment.hot_box"),
        ("people: {a: {name: A}}", "people.a"),
        ("name: {fr: a}", "name"),
    ],
)
def test_what_is_not_understood_is_named_in_both_languages(text, entry):
    with pytest.raises(RulesInvalid) as caught:
        reading.parse(text)
    assert entry in [each.entry for each in caught.value.mistakes]
    for each in caught.value.mistakes:
        assert each.fr
        assert each.en


def test_the_rule_sets_that_come_with_the_program_are_sound():
    world = World(services={s.code: s for s in CATALOGUE.services}, districts=tuple("123456"))
    for path in sorted(reading.FOLDER.glob("*.yaml")):
        found = soundness.examine(reading.read(path), world)
        assert (found.unreachable, found.overlaps) == ((), ())
