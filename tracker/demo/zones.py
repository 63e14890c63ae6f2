"""What each cell of the frame is: old grid, suburb, industry or country."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from shapely.geometry import Polygon

from tracker.demo import frame, seeds
from tracker.demo.parameters import CityPlan

COUNTRY = "."
_CELL_M = 800


@dataclass(frozen=True, kw_only=True, slots=True)
class Zones:
    """The cells: rows from the canal to the shore, columns from west to east.
    `u` and `v` are the jittered positions of the lines between them.
    """

    u: tuple[float, ...]
    v: tuple[float, ...]
    kinds: tuple[str, ...]
    filled: frozenset[tuple[int, int]]

    def kind(self, row: int, column: int) -> str:
        if not (0 <= row < len(self.kinds) and 0 <= column < len(self.kinds[0])):
            return COUNTRY
        return self.kinds[row][column]


def lay(plan: CityPlan, seed: int, *, core_only: bool) -> Zones:
    """Place the lines of the frame and say which cells get local streets (all, or the core ones)."""
    rng = seeds.stream(seed, "collectors")
    u = _jitter(plan.lines.u, plan.lines.jitter, rng.uniform(-1, 1, len(plan.lines.u)))
    fixed = {plan.arterials.spine.v, plan.route.v, *(each.v for each in plan.rangs if each.v is not None)}
    fixed_u = {each.u for each in plan.rangs if each.u is not None}
    u = _keep(plan.lines.u, u, fixed_u)
    v = _jitter(plan.lines.v, plan.lines.jitter, rng.uniform(-1, 1, len(plan.lines.v)))
    v = _keep(plan.lines.v, v, fixed)
    kinds = tuple(row.replace(" ", "") for row in reversed(plan.zones))
    wanted = {_core_cell(each, len(kinds)) for each in plan.core_zones}
    built = {(r, c) for r, row in enumerate(kinds) for c, kind in enumerate(row) if kind != COUNTRY}
    return Zones(
        u=tuple(sorted((*u, *plan.frame.u_knots))),
        v=tuple(sorted((*v, *plan.frame.v_knots))),
        kinds=kinds,
        filled=frozenset(wanted if core_only else built),
    )


def cell_shape(plan: CityPlan, zones: Zones, row: int, column: int) -> Polygon:
    """The outline of a cell in metres, following the bent lines of the frame."""
    west, east = zones.u[column], zones.u[column + 1]
    south, north = zones.v[row], zones.v[row + 1]
    sides = [
        frame.along_u(plan, south, west, east),
        frame.along_v(plan, east, south, north),
        frame.along_u(plan, north, east, west),
        frame.along_v(plan, west, north, south),
    ]
    ring = [point for side in sides for point in side.coords[:-1]]
    return Polygon(ring)


def _jitter(planned: tuple[float, ...], share: float, moves: frame.Array) -> tuple[float, ...]:
    pairs = zip(planned, moves.tolist(), strict=True)
    return tuple(round(each + move * share * _CELL_M, 1) for each, move in pairs)


def _keep(
    planned: tuple[float, ...], moved: tuple[float, ...], fixed: Collection[float | None]
) -> tuple[float, ...]:
    """Lines a named road follows stay where they are planned."""
    return tuple(was if was in fixed else now for was, now in zip(planned, moved, strict=True))


def _core_cell(text: str, rows: int) -> tuple[int, int]:
    """Rows are written from the shore down in the plan, and kept from the canal up."""
    row, column = text.split(":")
    return rows - 1 - int(row), int(column)
