"""Walking along the streets from a place, for things that gather along them rather than across blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from tracker.demo.edges import Node, node_of
from tracker.demo.segments import Segment


class Streets:
    """The network as a walker sees it: which segments meet at each corner."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.lengths = [each.line.length for each in segments]
        self._ends = [(node_of(each.line.coords[0]), node_of(each.line.coords[-1])) for each in segments]
        self._at: dict[Node, list[int]] = defaultdict(list)
        for row, ends in enumerate(self._ends):
            for node in dict.fromkeys(ends):
                self._at[node].append(row)

    def walk(self, row: int, metres: float, rng: np.random.Generator) -> tuple[int, float]:
        """Go so far along the streets from the middle of a segment, turning at random; return where that
        ends.

        A dead end turns the walker back.
        """
        onwards = rng.uniform() < 0.5
        at = self.lengths[row] / 2
        left = abs(metres)
        while True:
            room = self.lengths[row] - at if onwards else at
            if left <= room:
                return row, at + left if onwards else at - left
            left -= room
            node = self._ends[row][1 if onwards else 0]
            ways = [each for each in self._at[node] if each != row] or [row]
            row = ways[int(rng.integers(len(ways)))]
            onwards = self._ends[row][0] == node
            at = 0.0 if onwards else self.lengths[row]
