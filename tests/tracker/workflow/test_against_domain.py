"""data/workflows held against the tables written by hand from domain.md: every status, move and word."""

from __future__ import annotations

import pytest

from tests.tracker.workflow import written
from tracker import definitions
from tracker.workflow.table import Effect, Transition

MACHINES = definitions.workflows()
CASES = [(family, row.name) for family in written.FAMILIES for row in written.table(family).moves]


def opened(family: str) -> frozenset[str]:
    return frozenset(state.code for state in MACHINES[family].states.values() if state.is_open)


def plain(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def named(one: Transition, kind: str) -> list[Effect]:
    return [effect for effect in one.effects if effect.kind == kind]


def told(effect: Effect) -> str:
    delay = effect.delay
    assert delay is not None
    if delay.input:
        when = f"@{delay.input}" + (f"-{delay.amount:g}_{delay.unit}" if delay.amount else "")
    else:
        when = f"{delay.amount:g}_{delay.unit or delay.share_of}"
    return f"{effect.name}={when}" + (f">{effect.fires}" if effect.fires else "")


@pytest.mark.parametrize("family", written.FAMILIES)
def test_the_statuses_are_those_written_with_their_words(family):
    machine, table = MACHINES[family], written.table(family)
    assert machine.visibility == table.visibility
    found = [
        written.Status(state.code, state.open311, plain(state.label.fr), state.label.en)
        for state in machine.states.values()
    ]
    assert found == list(table.states)


@pytest.mark.parametrize("family", written.FAMILIES)
def test_no_move_is_there_that_nobody_wrote(family):
    assert sorted(MACHINES[family].transitions) == sorted(row.name for row in written.table(family).moves)


@pytest.mark.parametrize(("family", "name"), CASES)
def test_a_move_is_as_written(family, name):
    one = MACHINES[family].transitions[name]
    row = next(each for each in written.table(family).moves if each.name == name)
    sources = opened(family) if "open" in row.sources else row.sources
    assert (one.sources, one.target, one.roles) == (sources, row.target, row.roles)
    assert sorted(use.name for use in one.guards) == sorted(row.guards)
    assert sorted(told(effect) for effect in named(one, "timer")) == sorted(row.timers)
    assert sorted(effect.name for effect in named(one, "notice")) == sorted(row.notices)
    assert sorted(effect.name for effect in named(one, "job")) == sorted(row.jobs)


def test_who_passes_by_reads_of_an_inspection_that_it_is_under_way_or_closed():
    for state in MACHINES["inspection"].states.values():
        if state.code not in ("duplicate", "refused", "cancelled"):
            assert state.public is not None
            assert state.public.fr == ("Inspection en cours" if state.open311 == "open" else "Dossier fermé")
