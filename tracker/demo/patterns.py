"""Street patterns of a suburb cell, drawn in a unit square whose sides are the surrounding collectors.

Lines may run a little past the line they meet; the network trims what sticks out.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tracker.demo.frame import Array, smooth

Pattern = Callable[[np.random.Generator], list[Array]]
_PAST = 0.02


def _line(*points: tuple[float, float]) -> Array:
    return np.asarray(points, dtype=np.float64)


def _curve(*points: tuple[float, float]) -> Array:
    return smooth(_line(*points), rounds=3)


def _wavy(t: float, start: float, end: float, swing: Callable[[Array], Array]) -> Array:
    s = np.linspace(start, end, 24)
    return np.column_stack([s, t + swing(s)])


def ladder(rng: np.random.Generator) -> list[Array]:
    """Bent parallel streets, with cross streets that stop at some of them."""
    amplitude, phase = rng.uniform(0.02, 0.05), rng.uniform(0, 2 * np.pi)

    def swing(s: Array) -> Array:
        return np.asarray(
            amplitude * np.sin(2 * np.pi * s * 0.8 + phase) * np.sin(np.pi * s), dtype=np.float64
        )

    first, second = rng.uniform(0.28, 0.38), rng.uniform(0.62, 0.72)
    rows = np.linspace(0, 1, 9)[1:-1]
    lines = []
    for index, t in enumerate(rows):
        start = 0.0 if index % 3 != 1 else first - _PAST
        end = 1.0 if index % 3 != 2 else second + _PAST
        lines.append(_wavy(float(t), start, end, swing))
    lines.append(_line((first, 0), (first, rows[-1] + 0.06)))
    lines.append(_line((second, rows[0] - 0.06), (second, 1)))
    return lines


def loops(rng: np.random.Generator) -> list[Array]:
    """Rounded loops one inside the other around a small park."""
    lines = [_ring(inset, 0.12 - inset * 0.15) for inset in (0.14, 0.27, 0.40)]
    gates = rng.uniform(0.32, 0.68, 4)
    lines += [
        _line((gates[0], 0), (gates[0], 0.27 + _PAST)),
        _line((gates[1], 1), (gates[1], 0.73 - _PAST)),
        _line((0, gates[2]), (0.27 + _PAST, gates[2])),
        _line((1, gates[3]), (0.73 - _PAST, gates[3])),
        _line((gates[0] * 0.5 + 0.25, 0.25), (gates[0] * 0.5 + 0.25, 0.42)),
        _line((gates[1] * 0.5 + 0.25, 0.75), (gates[1] * 0.5 + 0.25, 0.58)),
        _line((0.0, 0.3), (0.16, 0.3)),
        _line((1.0, 0.7), (0.84, 0.7)),
    ]
    return lines


def crescents(rng: np.random.Generator) -> list[Array]:
    """A curving spine; crescents of several sizes open on it, beside a quiet back street."""
    lean = rng.uniform(0.03, 0.07) * rng.choice([-1, 1])
    lines = [_curve((0.5 + lean, 0), (0.5 - lean, 0.33), (0.5 + lean, 0.66), (0.5 - lean, 1))]
    for low, high, reach in ((0.09, 0.38, 0.37), (0.50, 0.91, 0.39)):
        lines.append(_crescent(-1, low, high, reach))
    lines.append(_crescent(-1, 0.62, 0.79, 0.26))
    lines.append(_line((0.5, 0.235), (0.27, 0.235)))
    for low, high, reach in ((0.12, 0.28, 0.26), (0.41, 0.70, 0.27)):
        lines.append(_crescent(1, low, high, reach))
    lines.append(_line((0.5, 0.555), (0.64, 0.555)))
    lines.append(_curve((0.88, 0), (0.86, 0.3), (0.9, 0.6), (0.87, 1)))
    lines += [
        _line((0.5, 0.82), (0.88, 0.84)),
        _line((0.76, 0.2), (0.88, 0.2)),
        _line((0.77, 0.56), (0.89, 0.56)),
    ]
    lines += [_line((0.13, 0.22), (0, 0.22)), _line((0.11, 0.7), (0, 0.7)), _line((0.13, 0.36), (0.13, 0.53))]
    return lines


def fan(rng: np.random.Generator) -> list[Array]:
    """Arcs around the middle of one side, cut by rays: a church or a school stands in the middle."""
    centre = np.array([0.5, -0.02])
    lines = []
    for radius in (0.2, 0.33, 0.46, 0.59, 0.72, 0.85):
        angle = np.linspace(0, np.pi, 40)
        arc = centre + radius * np.column_stack([np.cos(angle), np.sin(angle)])
        kept = arc[(arc[:, 0] > 0.085) & (arc[:, 0] < 0.915) & (arc[:, 1] < 0.91) & (arc[:, 1] > -0.01)]
        runs = [kept] if radius < 0.5 else [kept[kept[:, 0] > 0.5], kept[kept[:, 0] <= 0.5]]
        lines += [run for run in runs if len(run) > 3]
    for degrees in (35, 62, 90, 118, 145):
        direction = np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])
        start = 0.2 if degrees != 90 else 0.0
        reach = min(0.93 / direction[1], 0.425 / max(abs(direction[0]), 1e-6), 1.03)
        lines.append(np.vstack([centre + direction * start, centre + direction * reach]))
    lines.append(_line((0.09, 0.0 + rng.uniform(0.0, 0.02)), (0.085, 0.93)))
    lines.append(_line((0.915, 0.0), (0.915, 0.93)))
    lines.append(_line((0.085, 0.91), (0.915, 0.91)))
    lines += [_line((0, t), (0.09 + _PAST, t)) for t in (0.3, 0.7)]
    lines += [_line((1, t), (0.91 - _PAST, t)) for t in (0.25, 0.62)]
    return lines


def weave(rng: np.random.Generator) -> list[Array]:
    """Two winding streets from side to side, joined by short ones, with courts between."""
    low, high = rng.uniform(0.24, 0.3), rng.uniform(0.68, 0.76)
    lines = [
        _curve((0, low), (0.3, low + 0.08), (0.6, low - 0.08), (1, low + 0.02)),
        _curve((0, high), (0.35, high - 0.08), (0.65, high + 0.08), (1, high - 0.02)),
    ]
    lines += [_line((s, 0.12), (s, 0.88)) for s in (0.13, 0.87)]
    lines += [_line((0.11, t), (0.89, t)) for t in (0.12, 0.88)]
    lines += [_line((s, 0.1), (s, 0.9)) for s in (0.38, 0.62)]
    lines += [_line((0.11, 0.5), (0.40, 0.5)), _line((0.60, 0.5), (0.89, 0.5))]
    lines += [_line((0.25, t), (0.25, t + 0.13)) for t in (0.36, 0.5)]
    lines += [_line((0.75, t), (0.75, t + 0.13)) for t in (0.38, 0.5)]
    lines += [_line((0.38, t), (0.62, t)) for t in (0.41, 0.59)]
    lines += [_line((0.3, 0), (0.3, 0.14)), _line((0.7, 1), (0.7, 0.86)), _line((0.66, 0), (0.66, 0.14))]
    return lines


def blocks(rng: np.random.Generator) -> list[Array]:
    """Large blocks of an industrial park."""
    s, t = rng.uniform(0.42, 0.58), rng.uniform(0.42, 0.58)
    return [_line((s, 0), (s, 1)), _line((0, t), (1, t))]


def campus(rng: np.random.Generator) -> list[Array]:
    """A ring road inside a cell of shops and schools."""
    return [
        _ring(0.2, 0.12),
        _line((0.5, 0), (0.5, 0.22)),
        _line((0.5, 1), (0.5, 0.78)),
        _line((0, rng.uniform(0.4, 0.6)), (0.22, 0.5)),
        _line((1, 0.5), (0.2, 0.5)),
    ]


SUBURB: tuple[Pattern, ...] = (ladder, loops, crescents, weave, fan)
WEIGHTS: tuple[float, ...] = (0.28, 0.2, 0.27, 0.21, 0.04)


def turned(lines: list[Array], rng: np.random.Generator) -> list[Array]:
    """Turn or mirror a pattern, so that two cells do not look alike."""
    swap, flip_s, flip_t = rng.integers(0, 2, 3)
    result = []
    for line in lines:
        moved = line[:, ::-1] if swap else line
        moved = np.column_stack(
            [1 - moved[:, 0] if flip_s else moved[:, 0], 1 - moved[:, 1] if flip_t else moved[:, 1]]
        )
        result.append(moved)
    return result


def _ring(inset: float, corner: float) -> Array:
    low, high = inset, 1 - inset
    square = _line(
        (low + corner, low),
        (high - corner, low),
        (high, low + corner),
        (high, high - corner),
        (high - corner, high),
        (low + corner, high),
        (low, high - corner),
        (low, low + corner),
        (low + corner, low),
    )
    return smooth(square, rounds=2)


def _crescent(side: int, low: float, high: float, reach: float) -> Array:
    return _curve(
        (0.5, low),
        (0.5 + side * reach * 0.8, low),
        (0.5 + side * reach, low + 0.05),
        (0.5 + side * reach, high - 0.05),
        (0.5 + side * reach * 0.8, high),
        (0.5, high),
    )
