"""Which effects of its workflow an event of a case's history had, read back from what was written down."""

from collections.abc import Iterable, Mapping
from typing import Any

from tracker.workflow import START, Effect, Machine

RECEIPT = "receive"


def of(machine: Machine, kind: str, payload: Mapping[str, Any], *, priority: int) -> tuple[Effect, ...]:
    """Return the effects that an event had, in order; none for one that was no transition.

    `payload` is the event's own. A transition that this version of the workflow does not know had none.
    """
    if kind == "received":
        return tuple(_held(machine, opening(machine, payload), None, {"priority": f"P{priority}"}))
    if kind == "moved":
        known = {"priority": f"P{priority}", **payload.get("inputs", {})}
        return tuple(_held(machine, payload["transition"], payload.get("effects", ()), known))
    return ()


def opening(machine: Machine, payload: Mapping[str, Any]) -> str:
    """Return the transition that opened a case, by the status it led to: a receipt, a draft, a waitlist."""
    first = str(payload.get("to") or machine.initial)
    openings = (one for one in machine.transitions.values() if START in one.sources)
    return next((one.name for one in openings if one.target == first), RECEIPT)


def _held(
    machine: Machine, name: str, noted: Iterable[str] | None, known: Mapping[str, Any]
) -> Iterable[Effect]:
    """Yield what applied: the history notes names, which two effects may share (a crew's delay by priority).

    Who acted is not asked again: the note already tells whether it applied to their role.
    """
    transition = machine.transitions.get(name)
    if transition is None:
        return
    names = set(noted) if noted is not None else None
    for effect in transition.effects:
        if names is not None and f"{effect.kind}:{effect.name}" not in names:
            continue
        if all(str(known.get(what)) in values for what, values in effect.when if what != "role"):
            yield effect
