"""Places strung along the streets at an even spacing, all streets in one pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from tracker.demo.frame import Array
from tracker.demo.segments import Segment

Index = NDArray[np.intp]
_END_M = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Places:
    """Rows of equal length: the position of the segment in its list, and coordinates (n, 2) in metres."""

    segment: Index
    xy: Array
    bearing: Array


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """How things are strung along each segment: one value per segment, or zero spacing for none.

    The first stands `start` metres from the segment's beginning, `offset` metres from the axis: on the left
    (side 1), on the right (-1) or on each side in turn (0).
    """

    spacing: Array
    offset: Array
    start: float
    side: int


def string(segments: Sequence[Segment], run: Run) -> Places:
    """Place things along all the segments, in the order of the segments."""
    lengths = np.asarray([each.line.length for each in segments])
    room = lengths - _END_M - run.start
    fits = (run.spacing > 0) & (room > 0)
    counts = np.where(fits, np.ceil(room / np.where(run.spacing > 0, run.spacing, 1.0)), 0).astype(int)
    segment, order = repeated(counts)
    position = run.start + order * run.spacing[segment]
    side = np.where(order % 2 == 0, 1, -1) if run.side == 0 else np.full(len(order), run.side)
    return beside(segments, segment, position, run.offset[segment] * side)


def points(places: Places) -> NDArray[np.object_]:
    """The places as points."""
    return np.asarray(shapely.points(places.xy), dtype=object)


def repeated(counts: NDArray[np.int_]) -> tuple[Index, Index]:
    """For counts (2, 0, 3): the positions (0, 0, 2, 2, 2) and the orders (0, 1, 0, 1, 2)."""
    position = np.repeat(np.arange(len(counts)), counts)
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])
    return position, np.arange(len(position)) - np.repeat(first, counts)


def beside(segments: Sequence[Segment], segment: Index, position: Array, offset: Array) -> Places:
    """Points `position` metres along their segments, `offset` metres to the left (negative: right)."""
    lines = np.asarray([each.line for each in segments], dtype=object)[segment]
    here = shapely.get_coordinates(shapely.line_interpolate_point(lines, position))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, position + 1.5))
    behind = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(position - 1.5, 0)))
    bearing = np.arctan2(ahead[:, 1] - behind[:, 1], ahead[:, 0] - behind[:, 0])
    across = np.column_stack([-np.sin(bearing), np.cos(bearing)])
    return Places(segment=segment, xy=np.asarray(here + across * offset[:, None]), bearing=bearing)
