"""What changes between two versions of a workflow, entry by entry and field by field."""

from dataclasses import dataclass, fields

from .machine import Machine
from .table import State, Transition

ADDED, REMOVED, CHANGED = "added", "removed", "changed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One entry that differs: `what` is `state`, `transition` or `family`; `fields` are what changed."""

    kind: str
    what: str
    name: str
    fields: tuple[str, ...] = ()


def compare(old: Machine | None, new: Machine) -> tuple[Change, ...]:
    """Return what a new version changes, in the new table's order, what it removes last."""
    if old is None:
        return (Change(kind=ADDED, what="family", name=new.family),)
    own = tuple(name for name in ("label", "visibility") if getattr(old, name) != getattr(new, name))
    found = [Change(kind=CHANGED, what="family", name=new.family, fields=own)] if own else []
    found += _entries("state", dict(old.states), dict(new.states))
    found += _entries("transition", dict(old.transitions), dict(new.transitions))
    return tuple(found)


def _entries(
    what: str, old: dict[str, State] | dict[str, Transition], new: dict[str, State] | dict[str, Transition]
) -> list[Change]:
    found: list[Change] = []
    for name, entry in new.items():
        before = old.get(name)
        if before is None:
            found.append(Change(kind=ADDED, what=what, name=name))
        elif before != entry:
            changed = tuple(
                each.name for each in fields(entry) if getattr(before, each.name) != getattr(entry, each.name)
            )
            found.append(Change(kind=CHANGED, what=what, name=name, fields=changed))
    return found + [Change(kind=REMOVED, what=what, name=name) for name in old if name not in new]
