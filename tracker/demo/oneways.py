"""Which streets are driven one way: the ramps, and in the old town as many as leave every corner within
reach.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from tracker.demo.edges import Node, node_of
from tracker.demo.segments import Segment

FORWARD, BACKWARD, BOTH = "forward", "backward", "no"
_SHARE = 2  # every second street of the old town is tried


def decide(segments: Sequence[Segment]) -> list[Segment]:
    """Give directions, forward being that of the line. From every corner every other one can still be driven
    to.
    """
    ways = [FORWARD if each.kind == "ramp" else BOTH for each in segments]
    if not _is_driveable(segments, ways):
        ways = [BOTH] * len(segments)
    streets: dict[str, list[int]] = defaultdict(list)
    for row, each in enumerate(segments):
        if each.zone == "o" and each.road_class == 4:
            streets[each.name].append(row)
    for order, name in enumerate(sorted(streets)):
        if order % _SHARE or len(streets[name]) < 3:
            continue
        tried = list(ways)
        for row in streets[name]:
            tried[row] = FORWARD if order % (2 * _SHARE) else BACKWARD
        if _is_driveable(segments, tried):
            ways = tried
    return [replace(each, oneway=way) for each, way in zip(segments, ways, strict=True)]


def _is_driveable(segments: Sequence[Segment], ways: Sequence[str]) -> bool:
    """Tell whether one corner reaches all others and is reached from all of them."""
    onwards: dict[Node, list[Node]] = defaultdict(list)
    back: dict[Node, list[Node]] = defaultdict(list)
    for each, way in zip(segments, ways, strict=True):
        start, end = node_of(each.line.coords[0]), node_of(each.line.coords[-1])
        if way != BACKWARD:
            onwards[start].append(end)
            back[end].append(start)
        if way != FORWARD:
            onwards[end].append(start)
            back[start].append(end)
    corners = set(onwards) | set(back)
    first = min(corners)
    return _reached(onwards, first) == corners == _reached(back, first)


def _reached(onwards: dict[Node, list[Node]], first: Node) -> set[Node]:
    seen, left = {first}, [first]
    while left:
        for node in onwards.get(left.pop(), ()):
            if node not in seen:
                seen.add(node)
                left.append(node)
    return seen
