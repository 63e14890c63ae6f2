"""Measures cut into classes, for weights learned per class. The names of classes are part of the data."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from gis import address

_METRES = (1.0, 9.0, 14.0, 20.0, 30.0, 45.0, 60.0, 90.0, 130.0, 180.0)
_OFFSETS = (2.0, 4.0, 6.0, 9.0, 12.0, 16.0, 20.0, 25.0, 32.0, 45.0, 70.0)
_MINUTES = (5, 20, 60, 240, 720, 1440, 2880, 5760, 10080, 20160, 43200, 86400)
_SINCE_CLOSED_H = (2.4, 24.0, 96.0, 240.0)
_SPREADS = (0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0)
_GAPS = (1, 3, 9, 21, 51)
_FEW = (1, 2, 3, 5, 9)
_ALIKE = (0.05, 0.15, 0.3, 0.45, 0.6, 0.8)
# A case finished this soon was hardly worked on: it was refused, answered or itself a duplicate.
QUICK_H = 5.0


def _names(edges: Sequence[float]) -> tuple[str, ...]:
    return (*(f"<{edge:g}" for edge in edges), f">={edges[-1]:g}")


_OFFSET_NAMES = _names(_OFFSETS)
_METRE_NAMES, _MINUTE_NAMES = _names(_METRES), _names(_MINUTES)
_CLOSED_NAMES, _GAP_NAMES = _names(_SINCE_CLOSED_H), _names(_GAPS)
_FEW_NAMES, _ALIKE_NAMES, _SPREAD_NAMES = _names(_FEW), _names(_ALIKE), _names(_SPREADS)


def metres(distance_m: float) -> str:
    """Class a distance."""
    return _METRE_NAMES[bisect_right(_METRES, distance_m)]


def offset(metres: float) -> str:
    """Class a distance along or across the street."""
    return _OFFSET_NAMES[bisect_right(_OFFSETS, abs(metres))]


def spreads(ratio: float) -> str:
    """Class a distance told in standard deviations of both positions together."""
    return _SPREAD_NAMES[bisect_right(_SPREADS, ratio)]


def delay(seconds: float) -> str:
    """Class the time between two reports, in minutes."""
    return _MINUTE_NAMES[bisect_right(_MINUTES, seconds / 60)]


def closed(since_s: float, lasted_s: float) -> str:
    """Class the time since a case was finished, in hours, and whether it was finished at once."""
    quick = "quick:" if lasted_s < QUICK_H * 3600 else ""
    return quick + _CLOSED_NAMES[bisect_right(_SINCE_CLOSED_H, since_s / 3600)]


def bits(apart: int) -> str:
    """Class how many of 64 bits two pictures differ in."""
    return "<9" if apart < 9 else "<16" if apart < 16 else ">=16"


def reach(metres: float) -> str:
    """Class a distance coarsely, to be taken together with a delay."""
    return "near" if metres < 12 else "close" if metres < 32 else "off" if metres < 70 else "far"


def lapse(seconds: float) -> str:
    """Class a delay coarsely, to be taken together with a distance."""
    hours = seconds / 3600
    return "hours" if hours < 4 else "day" if hours < 30 else "week" if hours < 168 else "later"


def few(count: int) -> str:
    """Class a small number."""
    return _FEW_NAMES[bisect_right(_FEW, count)]


def alike(similarity: float) -> str:
    """Class the similarity of two texts, 0 to 1."""
    return _ALIKE_NAMES[bisect_right(_ALIKE, similarity)]


def addresses(one_text: str, other_text: str) -> str:
    """Class how two addresses lie: same, corner, meets (a street in common), apart, or the gap in numbers."""
    if one_text == other_text:
        return "same"
    one, other = address.parse(one_text), address.parse(other_text)
    if not one.street_norm or not other.street_norm:
        return "unsure"
    streets, others = {one.street_norm, one.cross_norm}, {other.street_norm, other.cross_norm}
    shared = (streets & others) - {None}
    if one.is_intersection or other.is_intersection:
        if len(shared) == 2:
            return "corner"
        return "meets" if shared else "apart"
    if not shared:
        return "apart"
    if one.civic is None or other.civic is None:
        return "meets"
    gap = abs(one.civic - other.civic)
    return f"gap{_GAP_NAMES[bisect_right(_GAPS, gap)]}" if gap else "same"
