"""Corners drawn together, twins dropped and pieces joined: what makes one clean edge of several."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

from shapely.geometry import LineString

from tracker.demo.edges import Edge, Node, by_node

BESIDE_M = 45.0
_SHORT_EDGE_M = 26.0


def contract(edges: list[Edge]) -> list[Edge]:
    """Draw the two corners of a very short piece together, onto the corner of the higher road."""
    rank = _ranks(edges)
    target: dict[Node, Node] = {}
    for edge in sorted(edges, key=lambda each: each.line.length):
        if edge.line.length >= _SHORT_EDGE_M:
            break
        start, end = _follow(target, edge.start), _follow(target, edge.end)
        if start != end:
            keep, gone = (start, end) if (rank[start], start) <= (rank[end], end) else (end, start)
            target[gone] = keep
    moved = [move(edge, _follow(target, edge.start), _follow(target, edge.end)) for edge in edges]
    return distinct([each for each in moved if each is not None])


def _ranks(edges: list[Edge]) -> dict[Node, tuple[int, int]]:
    """Of each corner: its highest road, then how many roads meet there (more first)."""
    return {node: (min(edges[i].road_class for i in at), -len(at)) for node, at in by_node(edges).items()}


def _follow(target: dict[Node, Node], node: Node) -> Node:
    while node in target:
        node = target[node]
    return node


def move(edge: Edge, start: Node, end: Node) -> Edge | None:
    if start == edge.start and end == edge.end:
        return edge
    if start == end and edge.line.length < 2 * _SHORT_EDGE_M:
        return None
    return replace(edge, line=LineString([start, *edge.line.coords[1:-1], end]))


def distinct(edges: list[Edge]) -> list[Edge]:
    """Of two pieces with the same ends and nearly the same course, keep the higher, then the shorter."""
    kept: dict[tuple[Node, Node], list[Edge]] = defaultdict(list)
    for edge in sorted(edges, key=lambda each: (each.road_class, each.line.length, each.start, each.end)):
        ends = min(edge.start, edge.end), max(edge.start, edge.end)
        middle = edge.line.interpolate(0.5, normalized=True)
        if all(each.line.distance(middle) > BESIDE_M / 2 for each in kept[ends]):
            kept[ends].append(edge)
    return [edge for ends in sorted(kept) for edge in kept[ends]]


def join(edges: list[Edge]) -> list[Edge]:
    """Make one edge of two that meet alone at a corner and are the same kind of road."""
    while True:
        index = by_node(edges)
        merged: set[int] = set()
        made: list[Edge] = []
        for node in sorted(index):
            at = index[node]
            if len(at) != 2 or at[0] == at[1] or merged & set(at) or not _alike(edges[at[0]], edges[at[1]]):
                continue
            made.append(_joined(edges[at[0]], edges[at[1]], node))
            merged.update(at)
        if not made:
            return edges
        edges = [edge for position, edge in enumerate(edges) if position not in merged] + made


def _alike(a: Edge, b: Edge) -> bool:
    return (a.road_class, a.kind, a.name, a.owner) == (b.road_class, b.kind, b.name, b.owner)


def _joined(a: Edge, b: Edge, node: Node) -> Edge:
    first = list(a.line.coords) if a.end == node else list(a.line.coords)[::-1]
    second = list(b.line.coords) if b.start == node else list(b.line.coords)[::-1]
    return replace(a, line=LineString(first + second[1:]))
