"""From drawn lines to a clean street network: noded, trimmed, connected."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry import LineString, Point

from tracker.demo import merging
from tracker.demo.edges import Edge, Node, by_node, node_of
from tracker.demo.skeleton import Road

_SNAP_M = 0.01
_PARALLEL_DEG = 35.0
_SHORT_DANGLE_M = 55.0
_REACH_M = 16.0


def weave(roads: Sequence[Road], *, thin: float, rng: np.random.Generator) -> list[Edge]:
    """Cut the roads at every crossing and clean what no town would build; one connected network results.

    `thin` is the share of local edges dropped at random where that cuts nothing off.
    """
    edges = _cut(roads)
    edges = _drop_beside(edges, roads)
    edges = _attach(_trim(edges))
    for _ in range(3):
        edges = merging.contract(edges)
        edges = merging.join(edges)
    edges = _trim(edges)
    edges = merging.join(edges)
    edges = _largest_component(edges)
    edges = _thin(edges, thin, rng)
    edges = merging.join(edges)
    return sorted(edges, key=lambda each: (each.road_class, each.start, each.end, each.line.length))


def _cut(roads: Sequence[Road]) -> list[Edge]:
    """Node all the lines; every piece takes the highest road it lies on."""
    noded = shapely.get_parts(shapely.union_all([each.line for each in roads], grid_size=_SNAP_M))
    ranked = sorted(range(len(roads)), key=lambda index: (roads[index].road_class, index))
    tree = shapely.STRtree([roads[index].line for index in ranked])
    middles = shapely.line_interpolate_point(noded, 0.5, normalized=True)
    found: dict[int, int] = {}
    for piece, road in tree.query(middles, predicate="dwithin", distance=0.1).T.tolist():
        found[piece] = min(found.get(piece, road), road)
    edges = []
    for index, line in enumerate(noded):
        road = roads[ranked[found[index]]] if index in found else None
        if road is not None and line.length > _SNAP_M:
            edges.append(
                Edge(line=line, road_class=road.road_class, kind=road.kind, name=road.name, owner=road.owner)
            )
    return edges


def _drop_beside(edges: list[Edge], roads: Sequence[Road]) -> list[Edge]:
    """Drop local pieces that run beside a higher road, or leave it at a sharp angle."""
    higher = [each.line for each in roads if each.road_class < 4 and each.kind != "ramp"]
    tree = shapely.STRtree(higher)
    kept = []
    for edge in edges:
        middle = edge.line.interpolate(0.5, normalized=True)
        if edge.road_class == 4 and _is_beside(
            edge, middle, [higher[i] for i in tree.query(middle.buffer(merging.BESIDE_M))]
        ):
            continue
        kept.append(edge)
    return kept


def _is_beside(edge: Edge, middle: Point, higher: list[LineString]) -> bool:
    heading = _heading(edge.line)
    for line in higher:
        if line.distance(middle) >= merging.BESIDE_M:
            continue
        position = line.project(middle)
        piece = LineString([line.interpolate(max(0.0, position - 10)), line.interpolate(position + 10)])
        turn = abs(heading - _heading(piece)) % 180
        if min(turn, 180 - turn) < _PARALLEL_DEG:
            return True
    return False


def _heading(line: LineString) -> float:
    (ax, ay), (bx, by) = line.coords[0][:2], line.coords[-1][:2]
    return math.degrees(math.atan2(by - ay, bx - ax)) % 180


def _trim(edges: list[Edge]) -> list[Edge]:
    """Drop local dead ends that are too short to be a court, until there are none left."""
    while True:
        index = by_node(edges)
        kept = [
            edge
            for edge in edges
            if edge.line.length >= _SHORT_DANGLE_M
            or edge.road_class < 3
            or (len(index[edge.start]) > 1 and len(index[edge.end]) > 1)
        ]
        if len(kept) == len(edges):
            return kept
        edges = kept


def _attach(edges: list[Edge]) -> list[Edge]:
    """Join every dead end that stops just short of another street to that street."""
    index = by_node(edges)
    tree = shapely.STRtree([each.line for each in edges])
    cuts: dict[int, list[Point]] = defaultdict(list)
    ends: dict[Node, Node] = {}
    for node in sorted(index):
        point = Point(node)
        near = [
            int(i) for i in tree.query(point, predicate="dwithin", distance=_REACH_M) if i not in index[node]
        ]
        if len(index[node]) != 1 or not near:
            continue
        best = min(near, key=lambda i: (edges[i].line.distance(point), i))
        foot = edges[best].line.interpolate(edges[best].line.project(point))
        ends[node] = node_of((foot.x, foot.y))
        cuts[best].append(foot)
    pieces: list[Edge] = []
    for position, edge in enumerate(edges):
        pieces += _split(edge, cuts[position]) if position in cuts else [edge]
    moved = [
        merging.move(each, ends.get(each.start, each.start), ends.get(each.end, each.end)) for each in pieces
    ]
    return merging.distinct([each for each in moved if each is not None])


def _split(edge: Edge, feet: list[Point]) -> list[Edge]:
    """Cut an edge at points that lie on it, on the grid of centimetres."""
    rest, pieces = edge, []
    for position in sorted(edge.line.project(foot) for foot in feet):
        spot = edge.line.interpolate(position)
        at = rest.line.project(spot)
        if not _SNAP_M < at < rest.line.length - _SNAP_M:
            continue
        node = node_of((spot.x, spot.y))
        before = [c for c in rest.line.coords if rest.line.project(Point(c)) < at]
        after = list(rest.line.coords)[len(before) :]
        pieces.append(replace(rest, line=LineString([*before, node])))
        rest = replace(rest, line=LineString([node, *after]))
    return [*pieces, rest]


def _largest_component(edges: list[Edge]) -> list[Edge]:
    parent = components(edges)
    size: dict[Node, float] = defaultdict(float)
    for edge in edges:
        size[parent(edge.start)] += edge.line.length
    best = max(sorted(size), key=lambda root: size[root])
    return [edge for edge in edges if parent(edge.start) == best]


def components(edges: Sequence[Edge]) -> Callable[[Node], Node]:
    """Union-find over the corners: gives the root of each corner's component."""
    parent: dict[Node, Node] = {}

    def root(node: Node) -> Node:
        while parent.setdefault(node, node) != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for edge in edges:
        a, b = root(edge.start), root(edge.end)
        if a != b:
            parent[max(a, b)] = min(a, b)
    return root


def _thin(edges: list[Edge], share: float, rng: np.random.Generator) -> list[Edge]:
    """Drop a share of the local edges, one by one, as long as their corners keep two roads or more."""
    edges = sorted(edges, key=lambda each: (each.start, each.end, each.line.length))
    degree = {node: len(at) for node, at in by_node(edges).items()}
    local = [position for position, edge in enumerate(edges) if edge.road_class == 4]
    wanted = int(share * len(local))
    dropped: set[int] = set()
    for position in rng.permutation(local).tolist():
        edge = edges[position]
        if len(dropped) == wanted:
            break
        if edge.start != edge.end and degree[edge.start] > 3 and degree[edge.end] > 2:
            dropped.add(position)
            degree[edge.start] -= 1
            degree[edge.end] -= 1
    kept = [edge for position, edge in enumerate(edges) if position not in dropped]
    return _largest_component(kept)
