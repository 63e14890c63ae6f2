"""The tables of the six families as written by hand from domain.md (see `tables/`), read for the tests."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLES = Path(__file__).parent / "tables"
FAMILIES = ("field_work", "inspection", "question", "permit", "booking", "contestation")
ROLES = {
    "cit": "citizen", "age": "agent", "dis": "dispatcher", "cre": "crew", "ins": "inspector",
    "sup": "supervisor", "cle": "clerk", "sys": "system",
}  # fmt: skip


@dataclass(frozen=True)
class Status:
    code: str
    open311: str
    fr: str
    en: str


@dataclass(frozen=True)
class Row:
    clause: str
    name: str
    sources: frozenset[str]
    target: str
    roles: frozenset[str]
    guards: tuple[str, ...]
    timers: tuple[str, ...]
    notices: tuple[str, ...]
    jobs: tuple[str, ...]


@dataclass(frozen=True)
class Written:
    visibility: str
    states: tuple[Status, ...]
    moves: tuple[Row, ...]


@cache
def table(family: str) -> Written:
    """Read the hand-written table of a family."""
    visibility, states, moves = "", [], []
    for line in (TABLES / f"{family}.txt").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if line.startswith("visibility:"):
            visibility = line.partition(":")[2].strip()
        elif line.startswith("#") or not line.strip():
            continue
        elif len(cells) == 4:
            states.append(Status(*cells))
        else:
            moves.append(_row(cells))
    return Written(visibility, tuple(states), tuple(moves))


def _row(cells: list[str]) -> Row:
    clause, name, sources, target, roles, guards, timers, told = cells
    return Row(
        clause=clause,
        name=name,
        sources=frozenset(sources.split()),
        target=target,
        roles=frozenset(ROLES[each] for each in roles.split()),
        guards=tuple(guards.split()),
        timers=tuple(timers.split()),
        notices=tuple(each for each in told.split() if not each.startswith("job:")),
        jobs=tuple(each.removeprefix("job:") for each in told.split() if each.startswith("job:")),
    )
