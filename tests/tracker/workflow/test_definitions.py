"""Definitions: the six families are sound and said in both languages; unsound ones are refused by name."""

import copy
import itertools
import json
import re

import pytest
import yaml

from tracker import definitions, workflow
from tracker.workflow import guards, outline
from tracker.workflow.machine import Machine
from tracker.workflow.table import Words

MACHINES = definitions.workflows()
PAIR = {"fr": "Oui", "en": "Yes"}


def small():
    """Return the smallest sound definition, with one interruption."""
    state = {"tone": "received", "open311": "open", "label": PAIR, "next": PAIR, "next_actor": "agent"}
    return {
        "family": "small", "version": 1, "label": PAIR, "visibility": "public",
        "states": {
            "new": state | {"open": True},
            "waiting": state | {"open": True},
            "done": state | {"open311": "closed", "final": True},
        },
        "transitions": {
            "receive": {"from": ["start"], "to": "new", "roles": ["citizen"], "label": PAIR},
            "wait": {
                "from": ["any_open"], "to": "waiting", "roles": ["agent"], "label": PAIR,
                "inputs": [{"name": "until", "type": "date", "required": True, "label": PAIR}],
                "guards": [{"guard": "date_within", "input": "until", "days": 30}],
                "effects": [{"timer": "wake", "after": {"input": "until"}}],
            },
            "resume": {"from": ["waiting"], "to": "previous", "roles": ["agent"], "label": PAIR},
            "finish": {"from": ["new"], "to": "done", "roles": ["agent", "system"], "label": PAIR},
        },
    }  # fmt: skip


def written(definition):
    """Return a definition as it is written: states and transitions as lists, each with its name."""
    lists = {"states": "code", "transitions": "name"}
    return definition | {
        key: [
            {name: code} | entry if isinstance(entry, dict) else entry
            for code, entry in definition[key].items()
        ]
        for key, name in lists.items()
    }


def broken(path, value):
    """Return the small definition with one value changed, or removed when the value is None."""
    definition = copy.deepcopy(small())
    *parents, last = path.split(".")
    place = definition
    for key in parents:
        place = place[int(key) if key.isdigit() else key]
    if value is None:
        del place[last]
    else:
        place[int(last) if last.isdigit() else last] = value
    return written(definition)


UNSOUND = [
    ("transitions.finish.from", ["waiting"], None),  # sound: new -> waiting -> done
    ("transitions.finish", None, "states.done: cannot be reached"),
    ("transitions.finish", None, "states.new: is a trap"),
    ("transitions.resume", None, "states.waiting: is a trap"),
    ("transitions.receive", None, "transitions.receive: must lead from start"),
    ("transitions.receive.to", "previous", "receive"),
    ("transitions.finish.roles", ["wizard"], "transitions.finish.roles: unknown 'wizard'"),
    ("transitions.finish.roles", [], "transitions.finish.roles: nobody"),
    ("transitions.finish.to", "gone", "transitions.finish.to: unknown 'gone'"),
    ("transitions.finish.from", ["gone"], "transitions.finish.from: unknown 'gone'"),
    ("transitions.finish.from", [], "transitions.finish.from: leaves no state"),
    ("transitions.finish.label", None, "transitions.finish.label: is missing"),
    ("transitions.finish.label", {"fr": "Oui"}, "transitions.finish.label.en: is missing"),
    ("transitions.finish.label", PAIR | {"de": "Ja"}, "transitions.finish.label.de: unknown field"),
    ("transitions.finish.rolls", ["agent"], "transitions.finish.rolls: unknown field"),
    ("transitions.finish.guards", ["be_nice"], "guards.guard: unknown 'be_nice'"),
    ("transitions.finish.guards", [{"guard": "near_site"}], "near_site.radius_m: is missing"),
    ("transitions.finish.guards", [{"guard": "paid", "days": 2}], "paid.days: unknown parameter"),
    ("transitions.finish.guards", [{"guard": "near_site", "radius_m": "x"}], "radius_m: must be a number"),
    ("transitions.finish.guards", [{"guard": "priority_only", "priorities": "P1"}], "must be a list"),
    ("transitions.finish.guards", [{"guard": "count_below", "what": "x", "max": 1}], "what: unknown 'x'"),
    ("transitions.finish.guards", [{"guard": "within_days", "since": "x", "days": 1}], "since: unknown 'x'"),
    ("transitions.wait.guards.0.input", "when", "'when' is not an input"),
    ("transitions.wait.guards.0.says", {"fr": "{jour}", "en": "{day}"}, "says: nothing fills 'jour'"),
    ("transitions.wait.guards.0.for", ["wizard"], "for: unknown 'wizard'"),
    ("transitions.wait.inputs.0.type", "colour", "unknown 'colour'"),
    ("transitions.wait.inputs.0.type", "choice", "inputs.until.choices: a choice, and only a choice"),
    ("transitions.wait.inputs.0.choices", [{"value": "a"} | PAIR], "a choice, and only a choice"),
    ("transitions.wait.inputs.0.choices", [{"value": "a"}], "choices.a.fr: is missing"),
    ("transitions.wait.effects.0.after", {"input": "x"}, "unknown 'x'"),
    ("transitions.wait.effects.0.after", {"amount": 2, "unit": "moons"}, "unknown 'moons'"),
    ("transitions.wait.effects.0.after", {"amount": -2, "unit": "minutes"}, "amount: must be a number above"),
    ("transitions.wait.effects.0.after", {"share": 0.5, "of": "lunch"}, "unknown 'lunch'"),
    ("transitions.wait.effects.0.fires", "resume", "fires 'resume', not the system's"),
    ("transitions.wait.effects.0", {"magic": "x"}, "must be one of clock"),
    ("transitions.wait.effects.0", {"clock": "stop_time"}, "unknown 'stop_time'"),
    ("transitions.wait.effects.0", {"notice": "x", "when": {"mood": ["good"]}}, "unknown 'mood'"),
    ("states.new.tone", "purple", "states.new.tone: unknown 'purple'"),
    ("states.new.open311", "ajar", "states.new.open311: unknown 'ajar'"),
    ("states.new.open", "maybe", "states.new.open: must be true or false"),
    ("states.new.next", None, "states.new.next: is missing"),
    ("states.new.sentence", {"fr": "{qui}", "en": "{who}"}, "states.new.sentence: nothing fills 'qui'"),
    ("states.new.sentence", {"fr": "{", "en": "{"}, "states.new.sentence: nothing fills '{'"),
    ("states.done.open", True, "states.done.final: an open state cannot be final"),
    ("states.new", "hello", "states: must be a mapping"),
    ("version", 0, "version: must be a number"),
    ("visibility", "secret", "visibility: unknown 'secret'"),
    ("stand_ins", {"wizard": "agent"}, "stand_ins: unknown 'wizard'"),
    ("stand_ins", {"supervisor": "wizard"}, "unknown 'wizard'"),
]


@pytest.mark.parametrize(("path", "value", "problem"), UNSOUND)
def test_an_unsound_definition_is_refused_by_name(path, value, problem):
    if path == "transitions.finish.from" and problem is None:
        assert Machine.from_mapping(broken(path, value), "small.yaml").initial == "new"
        return
    with pytest.raises(workflow.InvalidDefinition) as refused:
        Machine.from_mapping(broken(path, value), "small.yaml")
    assert problem in str(refused.value)
    assert str(refused.value).startswith("small.yaml: ")


def test_a_state_defined_twice_is_refused():
    definition = written(small())
    definition["states"].append(definition["states"][0])
    with pytest.raises(workflow.InvalidDefinition, match=r"states\.new: is defined twice"):
        Machine.from_mapping(definition, "small.yaml")


def test_the_order_survives_a_store_that_sorts_keys():
    for family, machine in MACHINES.items():
        mapping = definitions.read_mapping(definitions.WORKFLOWS / f"{family}.yaml")
        sorted_keys = json.loads(json.dumps(mapping, sort_keys=True))
        assert Machine.from_mapping(sorted_keys, family) == machine
        assert list(Machine.from_mapping(sorted_keys, family).transitions) == list(machine.transitions)


def test_a_key_written_twice_is_refused(tmp_path):
    path = tmp_path / "small.yaml"
    path.write_text(yaml.safe_dump(written(small())) + "family: other\n", encoding="utf-8")
    with pytest.raises(workflow.InvalidDefinition, match="'family' is written twice"):
        definitions.workflows(tmp_path)


def test_a_file_is_named_after_its_family(tmp_path):
    (tmp_path / "large.yaml").write_text(yaml.safe_dump(written(small())), encoding="utf-8")
    with pytest.raises(workflow.InvalidDefinition, match="'small' is not the file's name"):
        definitions.workflows(tmp_path)


def test_the_six_families_are_there_and_sound():
    assert tuple(MACHINES) == definitions.FAMILIES


def test_an_open_case_always_has_somebody_to_act_and_a_move_to_make():
    for machine in MACHINES.values():
        for state in machine.states.values():
            leaving = [one for one in machine.transitions.values() if state.code in one.sources]
            assert state.is_final or leaving
            assert state.next_actor != "nobody" or state.is_final


def test_who_acts_next_can_really_act():
    for machine in MACHINES.values():
        for state in machine.states.values():
            if state.next_actor not in ("nobody", "partner"):
                assert machine.allowed(state.code, state.next_actor), (machine.family, state.code)


def strings():
    for machine in MACHINES.values():
        yield machine.label
        for state in machine.states.values():
            yield from (state.label, state.sentence, state.next_action)
            yield from itertools.chain(*((one.label, one.sentence) for one in state.variants))
        for one in machine.transitions.values():
            yield from (one.label, *(use.words for use in one.guards if use.words))
            for asked in one.inputs:
                yield from (asked.label, *(choice.label for choice in asked.choices))
    yield from (rule.words for rule in guards.GUARDS.values())


def test_every_string_follows_the_typography_of_its_language():
    for words in strings():
        assert isinstance(words, Words)
        assert "'" not in words.fr + words.en, words
        assert not re.search(r"[^\u202f][?!;]", words.fr), words
        assert not re.search(r"[^\u00a0]:", words.fr), words
        assert not re.search(r"\d (?:jours|heures|minutes|fois|m)\b", words.fr), words
        assert not re.search(r"[\u00a0\u202f]", words.en), words


def test_the_committed_page_is_the_generated_one():
    committed = (definitions.DATA.parent / "docs" / "workflow.md").read_text(encoding="utf-8")
    assert committed == outline.page(MACHINES.values()), "run: vigie workflow docs --write"
