"""Streets: pieces that carry on straight become one street, walked from end to end."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from shapely.geometry import LineString

from tracker.demo.edges import Edge, Node, by_node

_STRAIGHT_DEG = 42.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Street:
    """A named street and its pieces in order, each with its distance from the street's start."""

    name: str
    pieces: tuple[tuple[int, float, bool], ...]  # edge, metres before it, whether it is walked backwards


def strokes(edges: Sequence[Edge]) -> list[list[int]]:
    """Group the edges into streets: a given name holds together, others go on where they are straightest."""
    parent = list(range(len(edges)))

    def root(position: int) -> int:
        while parent[position] != position:
            parent[position] = parent[parent[position]]
            position = parent[position]
        return position

    named: dict[str, int] = {}
    for position, edge in enumerate(edges):
        if edge.name is not None:
            parent[root(position)] = root(named.setdefault(edge.name, position))
    for node, at in sorted(by_node(edges).items()):
        for a, b in _straight_pairs(edges, node, at):
            parent[max(root(a), root(b))] = min(root(a), root(b))
    groups: dict[int, list[int]] = defaultdict(list)
    for position in range(len(edges)):
        groups[root(position)].append(position)
    return [groups[key] for key in sorted(groups)]


def _straight_pairs(edges: Sequence[Edge], node: Node, at: list[int]) -> list[tuple[int, int]]:
    """The pairs of unnamed edges of one class that go straight on through a corner, straightest first."""
    candidates = []
    for i, a in enumerate(at):
        for b in at[i + 1 :]:
            if a != b and edges[a].name is None and edges[b].name is None and _same_rank(edges[a], edges[b]):
                turn = _turn(edges[a].line, edges[b].line, node)
                if turn < _STRAIGHT_DEG:
                    candidates.append((turn, a, b))
    taken: set[int] = set()
    pairs = []
    for _, a, b in sorted(candidates):
        if a not in taken and b not in taken:
            taken |= {a, b}
            pairs.append((a, b))
    return pairs


def _same_rank(a: Edge, b: Edge) -> bool:
    return (a.road_class >= 4) == (b.road_class >= 4)


def _turn(a: LineString, b: LineString, node: Node) -> float:
    """Degrees between going straight on and following the other edge."""
    turn = abs(_bearing_from(a, node) - _bearing_from(b, node)) % 360
    return abs(180 - (360 - turn if turn > 180 else turn))


def _bearing_from(line: LineString, node: Node) -> float:
    reach = min(25.0, line.length / 2)
    starts_here = math.dist(line.coords[0][:2], node) < 0.02
    spot = line.interpolate(reach if starts_here else line.length - reach)
    return math.degrees(math.atan2(spot.y - node[1], spot.x - node[0]))


def ordered(edges: Sequence[Edge], group: list[int]) -> tuple[tuple[int, float, bool], ...]:
    """Walk the pieces from the western or southern end, adding up the distance; parts far apart follow on."""
    left = set(group)
    nodes = by_node([edges[i] for i in group])
    index = {node: [group[i] for i in at] for node, at in nodes.items()}
    walked: list[tuple[int, float, bool]] = []
    distance = 0.0
    while left:
        node = _first_end(edges, left)
        while True:
            following = [i for i in index[node] if i in left]
            if not following:
                break
            position = min(following)
            backwards = edges[position].start != node
            walked.append((position, distance, backwards))
            distance += edges[position].line.length
            left.discard(position)
            node = edges[position].start if backwards else edges[position].end
        distance = math.ceil(distance / 100) * 100
    return tuple(walked)


def _first_end(edges: Sequence[Edge], left: set[int]) -> Node:
    """The free end farthest to the south-west, or any corner of a loop."""
    ends = Counter(node for i in left for node in (edges[i].start, edges[i].end))
    free = [node for node, count in ends.items() if count == 1] or list(ends)
    return min(free, key=lambda node: (node[0] + node[1], node))
