"""The bent frame the town is drawn in: u runs west to east, v from the canal to the shore.

The axes of the three boulevards are lines of the frame, so streets drawn in (u, v) follow the river, the
canal and the boulevards as the streets of a river town do.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import LineString

from tracker.demo.parameters import CityPlan

Array = NDArray[np.float64]
_STEP_M = 40.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Bend:
    """A slow wave that moves a line of the frame sideways, and leaves the knots where they are."""

    amplitude_m: float
    length_m: float


_BEND_U = Bend(amplitude_m=60.0, length_m=610.0)
_BEND_V = Bend(amplitude_m=55.0, length_m=690.0)


def shore_y(plan: CityPlan, x: Array) -> Array:
    """Northing of the south shore of the river at eastings `x`, in metres, to the centimetre."""
    delta = x - plan.frame.west
    waves = [amplitude * np.sin(delta / length) for amplitude, length in plan.water.shore_waves]
    return np.asarray(np.round(plan.water.shore_base + np.sum(waves, axis=0), 2), dtype=np.float64)


def canal_y(plan: CityPlan, x: Array) -> Array:
    """Northing of the canal's axis at eastings `x`, in metres."""
    amplitude, length = plan.water.canal_wave
    wave = amplitude * np.sin((x - plan.frame.west) / length)
    return np.asarray(np.round(plan.water.canal_base + wave, 2), dtype=np.float64)


def place(plan: CityPlan, u: Array, v: Array) -> Array:
    """Turn frame positions into eastings and northings, an (n, 2) array in metres.

    x depends on y along the cuts and y on x along the shore; as slopes are slight, a few rounds settle both.
    """
    bent_u = u + _wave(_BEND_U, v) * _fade(u, plan.frame.u_knots)
    bent_v = v + _wave(_BEND_V, u) * _fade(v, plan.frame.v_knots)
    x = plan.frame.west + bent_u
    y = plan.frame.south + bent_v
    for _ in range(6):
        y = _interpolate(bent_v, plan.frame.v_knots, _rows(plan, x))
        x = _interpolate(bent_u, plan.frame.u_knots, _columns(plan, y))
    return np.column_stack([x, y])


def along_u(plan: CityPlan, v: float, start: float, end: float) -> LineString:
    """The line of constant v between two positions u."""
    u = np.linspace(start, end, max(2, int(abs(end - start) / _STEP_M)))
    return _tidy(place(plan, u, np.full_like(u, v)))


def along_v(plan: CityPlan, u: float, start: float, end: float) -> LineString:
    """The line of constant u between two positions v."""
    v = np.linspace(start, end, max(2, int(abs(end - start) / _STEP_M)))
    return _tidy(place(plan, np.full_like(v, u), v))


def _tidy(points: Array) -> LineString:
    return straightened(LineString(points), 0.4)


def straightened(line: LineString, tolerance_m: float) -> LineString:
    """The line with fewer vertices, none farther than `tolerance_m` from the drawn one."""
    return LineString(shapely.get_coordinates(line.simplify(tolerance_m)))


def _rows(plan: CityPlan, x: Array) -> list[Array]:
    middle = np.asarray(plan.cuts.middle)
    return [canal_y(plan, x), np.interp(x, middle[:, 0], middle[:, 1]), shore_y(plan, x)]


def _columns(plan: CityPlan, y: Array) -> list[Array]:
    western, eastern = np.asarray(plan.cuts.western), np.asarray(plan.cuts.eastern)
    edges = np.full_like(y, plan.frame.west), np.full_like(y, plan.frame.east)
    return [
        edges[0],
        np.interp(y, western[:, 1], western[:, 0]),
        np.interp(y, eastern[:, 1], eastern[:, 0]),
        edges[1],
    ]


def _interpolate(position: Array, knots: tuple[float, ...], lines: list[Array]) -> Array:
    """Linear between the two lines whose knots enclose each position, and on beyond the last ones."""
    cell = np.clip(np.searchsorted(knots, position, side="right") - 1, 0, len(knots) - 2)
    starts, ends = np.asarray(knots)[cell], np.asarray(knots)[cell + 1]
    share = (position - starts) / (ends - starts)
    stack = np.stack(lines)
    index = np.arange(len(position))
    return np.asarray(stack[cell, index] * (1 - share) + stack[cell + 1, index] * share, dtype=np.float64)


def _wave(bend: Bend, position: Array) -> Array:
    return np.asarray(bend.amplitude_m * np.sin(position / bend.length_m + 0.7), dtype=np.float64)


def _fade(position: Array, knots: tuple[float, ...]) -> Array:
    """Zero on every knot, one half-way between two of them."""
    cell = np.clip(np.searchsorted(knots, position, side="right") - 1, 0, len(knots) - 2)
    starts, ends = np.asarray(knots)[cell], np.asarray(knots)[cell + 1]
    return np.asarray(np.abs(np.sin(np.pi * (position - starts) / (ends - starts))), dtype=np.float64)


def smooth(points: Array, rounds: int = 3) -> Array:
    """Cut the corners of an open line (Chaikin), keeping its two ends."""
    for _ in range(rounds):
        first, second = points[:-1], points[1:]
        cut = np.empty((2 * len(first), 2))
        cut[0::2] = first * 0.75 + second * 0.25
        cut[1::2] = first * 0.25 + second * 0.75
        points = np.vstack([points[:1], cut, points[-1:]])
    return points


def ellipse(centre: tuple[float, float], radii: tuple[float, float], steps: int = 48) -> shapely.Polygon:
    """An ellipse of `steps` sides; the angles start east and turn to the north."""
    angle = np.linspace(0, 2 * np.pi, steps, endpoint=False)
    return shapely.Polygon(
        np.column_stack([centre[0] + radii[0] * np.cos(angle), centre[1] + radii[1] * np.sin(angle)])
    )
