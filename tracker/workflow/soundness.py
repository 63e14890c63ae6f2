"""Proving a workflow sound: every state can be reached, none is a trap, every reference leads somewhere."""

from collections.abc import Collection, Sequence

from .table import PREVIOUS, SAME, START, State, Transition

Arrow = tuple[str, str]


def problems(states: Sequence[State], transitions: Sequence[Transition]) -> tuple[str, ...]:
    """Return everything unsound about a table, in words; empty when it is sound."""
    codes = [state.code for state in states]
    finals = {state.code for state in states if state.is_final}
    drawn = arrows(transitions)
    reached = _closure({START}, drawn)
    ending = _closure(finals, {(target, source) for source, target in drawn})
    return (
        *_references(transitions),
        *(f"states.{code}: cannot be reached" for code in codes if code not in reached),
        *(f"states.{code}: is a trap, no final state can be reached" for code in codes if code not in ending),
    )


def arrows(transitions: Sequence[Transition]) -> set[Arrow]:
    """Return every (source, target) pair, with `previous` resolved to the states it can lead back to."""
    plain = {
        (source, one.target)
        for one in transitions
        if one.target not in (PREVIOUS, SAME)
        for source in one.sources
    }
    returning = {source for one in transitions if one.target == PREVIOUS for source in one.sources}
    return plain | {(left, back) for left in returning for back in _entered_from(left, plain, returning)}


def _entered_from(state: str, plain: Collection[Arrow], returning: Collection[str]) -> set[str]:
    """Return where an interruption may have begun, also through another interruption."""
    entries = _closure({state}, {(target, source) for source, target in plain if target in returning})
    return entries - set(returning) - {START}


def _references(transitions: Sequence[Transition]) -> list[str]:
    names = {one.name: one for one in transitions}
    found = []
    if (
        "receive" not in names
        or names["receive"].sources != {START}
        or names["receive"].target in (PREVIOUS, SAME)
    ):
        found.append("transitions.receive: must lead from start to a state")
    for one in transitions:
        if START in one.sources and one.target in (PREVIOUS, SAME):
            found.append(f"transitions.{one.name}: a case that does not exist has no previous status")
        for effect in one.effects:
            fired = names.get(effect.fires) if effect.fires else None
            if effect.fires and (fired is None or "system" not in fired.roles):
                found.append(
                    f"transitions.{one.name}: timer {effect.name} fires {effect.fires!r}, not the system's"
                )
    return found


def _closure(start: Collection[str], drawn: Collection[Arrow]) -> set[str]:
    reached = set(start)
    waiting = list(start)
    while waiting:
        here = waiting.pop()
        for source, target in drawn:
            if source == here and target not in reached:
                reached.add(target)
                waiting.append(target)
    return reached
