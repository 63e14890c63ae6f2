"""A piece of road between two corners, and the corners it joins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString

Node = tuple[float, float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Edge:
    """A piece of road between two corners, in metres."""

    line: LineString
    road_class: int
    kind: str
    name: str | None
    owner: str

    start: Node = field(init=False)
    end: Node = field(init=False)

    def __post_init__(self) -> None:
        coords = shapely.get_coordinates(self.line)
        object.__setattr__(self, "start", node_of(coords[0]))
        object.__setattr__(self, "end", node_of(coords[-1]))


def by_node(edges: Sequence[Edge]) -> dict[Node, list[int]]:
    """Index of the edges which end at each corner."""
    index: dict[Node, list[int]] = defaultdict(list)
    for position, edge in enumerate(edges):
        index[edge.start].append(position)
        index[edge.end].append(position)
    return index


def node_of(point: Sequence[float] | NDArray[np.float64]) -> Node:
    return round(float(point[0]), 2), round(float(point[1]), 2)
