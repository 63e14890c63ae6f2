"""A name for every street: old names in the old town, numbers for its avenues, a theme for each quarter."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from tracker.demo import grammar, parameters, seeds, streets
from tracker.demo.edges import Edge, Node, by_node
from tracker.demo.streets import Street

_COURT_M = 150.0
_ARM_M = 210.0


@dataclass(frozen=True, kw_only=True, slots=True)
class NamesPlan:
    """The words of data/demo/names.yaml."""

    no_elision: tuple[str, ...]
    themes: dict[str, dict[str, tuple[str, ...]]]
    old_rues: tuple[str, ...]
    lock_rues: tuple[str, ...]
    collectors: tuple[str, ...]
    generics: dict[str, float]
    zone_themes: dict[str, tuple[str, ...]]
    parks: tuple[str, ...]


def read_names(folder: Path = parameters.DEFAULT_FOLDER) -> NamesPlan:
    """Read the words. Raises ParameterMissing."""
    value: NamesPlan = parameters.build_value(
        NamesPlan, parameters.read_yaml(folder / "names.yaml"), where="names.yaml"
    )
    return value


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """What a name depends on: where the old grids are and which district a street is in."""

    old_town: BaseGeometry
    lock_village: BaseGeometry
    districts: tuple[tuple[str, BaseGeometry], ...]


def name_all(edges: Sequence[Edge], words: NamesPlan, setting: Setting, seed: int) -> list[Street]:
    """Name every street: given names first, collectors from their list, the rest by theme of the quarter."""
    rng = seeds.stream(seed, "names")
    groups = sorted(streets.strokes(edges), key=lambda group: (-_length(edges, group), group[0]))
    namer = _Namer(words, rng)
    namer.dead_ends = {node for node, at in by_node(edges).items() if len(at) == 1}
    preset = {edges[group[0]].name for group in groups if edges[group[0]].name}
    namer.used.update(name for name in preset if name)
    names: dict[int, str] = {}
    for group in groups:
        names[group[0]] = edges[group[0]].name or ""
    _name_old_grid(edges, [g for g in groups if not names[g[0]]], setting, namer, names)
    branch_of = _branches(edges, [g for g in groups if not names[g[0]] or edges[g[0]].road_class == 4], names)
    left = [g for g in groups if not names[g[0]] and g[0] not in branch_of]
    generics = _generics(edges, left, namer, [name for name in names.values() if name])
    for group in left:
        names[group[0]] = _local_name(edges, group, setting, namer, generics.get(group[0], "rue"))
    for first in branch_of:
        names[first] = names[_stem(branch_of, first)]
    together: dict[str, list[int]] = defaultdict(list)
    for group in groups:
        together[names[group[0]]] += group
    return [
        Street(name=name, pieces=streets.ordered(edges, sorted(group))) for name, group in together.items()
    ]


class _Namer:
    """Hands out names, never the same one twice."""

    def __init__(self, words: NamesPlan, rng: np.random.Generator) -> None:
        self.words = words
        self.used: set[str] = set()
        self.specifics: Counter[str] = Counter()
        self.dead_ends: set[Node] = set()
        self._aspirate = frozenset(words.no_elision)
        self._queues: dict[str, list[tuple[str, str]]] = {}
        for theme in sorted(words.themes):
            flat = [
                (form, word) for form in sorted(words.themes[theme]) for word in words.themes[theme][form]
            ]
            self._queues[theme] = [flat[i] for i in rng.permutation(len(flat)).tolist()]
        self._lists = {
            "collectors": list(words.collectors),
            "old": list(words.old_rues),
            "lock": list(words.lock_rues),
        }

    def from_list(self, which: str) -> str | None:
        queue = self._lists[which]
        while queue:
            name = queue.pop(0)
            if self._take(name):
                return name
        return None

    def listed(self, which: str) -> list[str]:
        """The names of a list that are not given yet."""
        return [name for name in self._lists[which] if name not in self.used]

    def themed(self, generic: str, themes: Sequence[str]) -> str:
        """The next free specific of the themes; then of any theme, the least used first."""
        for theme in (*themes, *sorted(self._queues)):
            for position, (form, word) in enumerate(self._queues[theme]):
                name = grammar.joined(generic, word, form, no_elision=self._aspirate)
                if not self.specifics[word] and self._take(name):
                    del self._queues[theme][position]
                    return name
        return self._second_use(generic, themes)

    def _second_use(self, generic: str, themes: Sequence[str]) -> str:
        """All words are spent: a specific again, under another generic, as towns that merged have them."""
        for theme in (*themes, *sorted(self.words.themes)):
            for form in sorted(self.words.themes[theme]):
                for word in self.words.themes[theme][form]:
                    name = grammar.joined(generic, word, form, no_elision=self._aspirate)
                    if self._take(name):
                        return name
        raise ValueError(f"no name left for a {generic}")

    def _take(self, name: str) -> bool:
        if name in self.used:
            return False
        self.used.add(name)
        self.specifics[name.split(" ")[-1].rpartition("’")[2]] += 1
        return True


def _name_old_grid(
    edges: Sequence[Edge], groups: list[list[int]], setting: Setting, namer: _Namer, names: dict[int, str]
) -> None:
    """Ordinal avenues from west to east, and the old names of the rues from the water inland."""
    inside = [group for group in groups if setting.old_town.contains(_middle(edges, group))]
    avenues = [group for group in inside if _is_north_south(edges, group) and _length(edges, group) > 150]
    columns: dict[int, list[list[int]]] = defaultdict(list)
    for group in avenues:
        middle = _middle(edges, group)
        # Along the grid's own slope, so that two pieces of one avenue share its number.
        columns[round((middle.x + (middle.y - 5013700.0) * 0.2126) / 176.0)].append(group)
    for number, key in enumerate(sorted(columns), start=1):
        for group in columns[key]:
            names[group[0]] = grammar.ordinal_avenue(number)
    for group in sorted(
        inside, key=lambda group: (-round(_length(edges, group) / 300), -_middle(edges, group).y)
    ):
        if not names[group[0]]:
            names[group[0]] = namer.from_list("old") or ""
    for group in groups:
        if setting.lock_village.contains(_middle(edges, group)) and _length(edges, group) > 150:
            names[group[0]] = namer.from_list("lock") or ""


def _local_name(
    edges: Sequence[Edge], group: list[int], setting: Setting, namer: _Namer, generic: str
) -> str:
    if edges[group[0]].road_class < 4:
        listed = namer.from_list("collectors")
        if listed is not None:
            return listed
    middle = _middle(edges, group)
    code = next(
        (code for code, shape in setting.districts if shape.contains(middle)), setting.districts[0][0]
    )
    themes = namer.words.zone_themes[code]
    # A quarter of some 800 m keeps one theme, so its streets sound alike.
    turn = (int(middle.x // 800) + int(middle.y // 800)) % len(themes)
    return namer.themed(generic, (*themes[turn:], *themes[:turn]))


def _branches(edges: Sequence[Edge], groups: list[list[int]], names: dict[int, str]) -> dict[int, int]:
    """Short streets that are arms of a longer one and bear its name: the first piece of each, by that of the
    arm.

    A short dead end stays a place of its own.
    """
    dead_ends = {node for node, at in by_node(edges).items() if len(at) == 1}
    at: dict[Node, list[list[int]]] = defaultdict(list)
    for group in groups:
        for node in _corners(edges, group):
            at[node].append(group)
    found: dict[int, int] = {}
    for group in sorted(groups, key=lambda group: (_length(edges, group), group[0])):
        length, corners = _length(edges, group), _corners(edges, group)
        if names[group[0]] or length > _ARM_M or edges[group[0]].road_class < 4:
            continue
        beside = [each for node in sorted(corners) for each in at[node] if _length(edges, each) > length]
        beside = [each for each in beside if edges[each[0]].road_class == 4]
        if beside and not (corners & dead_ends and length < _COURT_M):
            found[group[0]] = max(beside, key=lambda each: (_length(edges, each), -each[0]))[0]
    return found


def _stem(branch_of: dict[int, int], first: int) -> int:
    while first in branch_of:
        first = branch_of[first]
    return first


def _corners(edges: Sequence[Edge], group: list[int]) -> set[Node]:
    return {node for position in group for node in (edges[position].start, edges[position].end)}


def _generics(
    edges: Sequence[Edge], groups: list[list[int]], namer: _Namer, given: Sequence[str]
) -> dict[int, str]:
    """Croissants, places, terrasses and avenues in their usual shares, each for the streets that suit it
    best.

    Croissants turn back on themselves, places are short dead ends, terrasses short, avenues long; what is
    left is a rue. Fewer are made where there already are some by name.
    """
    local = [group for group in groups if edges[group[0]].road_class == 4]
    total = len(groups) + len(set(given))
    begun = Counter(name.split(" ")[0] if not name[0].isdigit() else "avenue" for name in set(given))
    begun.update(name.split(" ")[0] for name in namer.listed("collectors")[: len(groups) - len(local)])
    suits = {
        "croissant": lambda group: (_bend(edges, group), group[0]),
        "place": lambda group: (
            not _corners(edges, group) & namer.dead_ends,
            _length(edges, group),
            group[0],
        ),
        "terrasse": lambda group: (_length(edges, group), group[0]),
        "avenue": lambda group: (-_length(edges, group), group[0]),
        "chemin": lambda group: (-_bend(edges, group) * _length(edges, group), group[0]),
        "montée": lambda group: (-abs(_rise(edges, group)), group[0]),
    }
    chosen: dict[int, str] = {}
    for generic, suit in suits.items():
        wanted = max(0, round(namer.words.generics[generic] * total) - begun[generic])
        free = sorted((group for group in local if group[0] not in chosen), key=suit)
        chosen.update({group[0]: generic for group in free[:wanted]})
    for group in groups:
        if edges[group[0]].road_class < 4:
            chosen[group[0]] = "chemin"
    return chosen


def _rise(edges: Sequence[Edge], group: list[int]) -> float:
    """Metres it goes up the map: a montée leaves the water."""
    y = [node[1] for node in _corners(edges, group)]
    return max(y) - min(y)


def _bend(edges: Sequence[Edge], group: list[int]) -> float:
    """How far apart the ends of a street are, as a share of its length: 0 for a loop."""
    ends = Counter(node for position in group for node in (edges[position].start, edges[position].end))
    free = sorted(node for node, count in ends.items() if count == 1)
    return math.dist(free[0], free[-1]) / _length(edges, group) if free else 0.0


def _length(edges: Sequence[Edge], group: list[int]) -> float:
    return sum(edges[position].line.length for position in group)


def _middle(edges: Sequence[Edge], group: list[int]) -> Point:
    longest = max(group, key=lambda position: (edges[position].line.length, -position))
    return edges[longest].line.interpolate(0.5, normalized=True)


def _is_north_south(edges: Sequence[Edge], group: list[int]) -> bool:
    x = [abs(edges[i].line.coords[0][0] - edges[i].line.coords[-1][0]) for i in group]
    y = [abs(edges[i].line.coords[0][1] - edges[i].line.coords[-1][1]) for i in group]
    return sum(y) > sum(x)
