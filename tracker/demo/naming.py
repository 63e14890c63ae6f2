"""A name for every street: old names in the old town, numbers for its avenues, a theme for each quarter."""

from __future__ import annotations

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

_COURT_M = 140.0
_SHORT_M = 260.0


@dataclass(frozen=True, kw_only=True, slots=True)
class NamesPlan:
    """The words of data/demo/names.yaml."""

    no_elision: tuple[str, ...]
    themes: dict[str, dict[str, tuple[str, ...]]]
    old_rues: tuple[str, ...]
    lock_rues: tuple[str, ...]
    collectors: tuple[str, ...]
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
    for group in groups:
        if not names[group[0]]:
            names[group[0]] = _local_name(edges, group, setting, namer)
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


def _local_name(edges: Sequence[Edge], group: list[int], setting: Setting, namer: _Namer) -> str:
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
    return namer.themed(_generic(edges, group, namer.dead_ends), (*themes[turn:], *themes[:turn]))


def _generic(edges: Sequence[Edge], group: list[int], dead_ends: set[Node]) -> str:
    """Loops are croissants, short dead ends places or terrasses, a few long ones avenues; most are rues."""
    length = _length(edges, group)
    ends = Counter(node for position in group for node in (edges[position].start, edges[position].end))
    chance = (group[0] * 2654435761) % 100
    if edges[group[0]].road_class < 4:
        return "chemin" if chance < 50 else "avenue"
    if all(count % 2 == 0 for count in ends.values()):
        return "croissant" if chance < 60 else "rue"
    if length < _COURT_M:
        if dead_ends & set(ends):
            return "impasse" if chance < 60 else "place"
        return "place" if chance < 20 else "terrasse" if chance < 45 else "allée" if chance < 70 else "rue"
    if length > 2 * _SHORT_M and chance < 12:
        return "avenue"
    return "rue"


def _length(edges: Sequence[Edge], group: list[int]) -> float:
    return sum(edges[position].line.length for position in group)


def _middle(edges: Sequence[Edge], group: list[int]) -> Point:
    longest = max(group, key=lambda position: (edges[position].line.length, -position))
    return edges[longest].line.interpolate(0.5, normalized=True)


def _is_north_south(edges: Sequence[Edge], group: list[int]) -> bool:
    x = [abs(edges[i].line.coords[0][0] - edges[i].line.coords[-1][0]) for i in group]
    y = [abs(edges[i].line.coords[0][1] - edges[i].line.coords[-1][1]) for i in group]
    return sum(y) > sum(x)
