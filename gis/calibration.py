"""Probabilities that mean what they say: Platt's method on decisions the model has not seen.

A shift and a scale keep the sum of reasons exact, which a curve through bins (isotonic) would not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_ROUNDS, _STEPS = 12, 25
# Drawn to "no change", or a hundred decisions without a mistake would be taken for certainty.
_TIGHT = np.array([0.5, 4.0, 1.0])
_STRATUM_TIGHT = 8.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """What turns sums into calibrated log-odds; `rivals` is the worth of what other candidates claim."""

    shift: float
    scale: float
    rivals: float

    def tell(self, totals: Floats, groups: NDArray[np.int32]) -> Floats:
        """Return calibrated log-odds of candidates in groups."""
        told = self.shift + self.scale * totals
        return np.asarray(told - self.rivals * _claims(told, groups))


def fit(totals: Floats, truths: Floats, groups: NDArray[np.int32]) -> Calibration:
    """Fit on candidates in groups of one report each: the report's group number, the sum, the truth."""
    shift, scale, worth = 0.0, 1.0, 0.0
    for _ in range(_ROUNDS):
        told = shift + scale * totals
        claims = _claims(told, groups)
        a, b, c = _newton(np.column_stack([np.ones_like(told), told, -claims]), truths)
        b, c = max(0.05, b), min(2.0, max(0.0, c))
        shift, scale, worth = a + b * shift, b * scale, c
        if abs(a) + abs(b - 1) < 1e-3:
            break
    return Calibration(shift=float(shift), scale=float(scale), rivals=float(worth))


def fit_shifts(told: Floats, truths: Floats, strata: Sequence[str]) -> dict[str, float]:
    """Fit one more shift for each stratum to log-odds calibrated as a whole; drawn hard to nothing.

    A shift of the sum keeps it a sum, which a curve through bins would not (docs/decisions/0023).
    """
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(strata):
        rows.setdefault(name, []).append(row)
    return {
        name: found
        for name, own in sorted(rows.items())
        if abs(found := _shift(told[own], truths[own])) >= 0.01
    }


def _shift(told: Floats, truths: Floats) -> float:
    value = 0.0
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(told + value, -30, 30)))
        slope = float((chance - truths).sum()) + _STRATUM_TIGHT * value
        bend = float((chance * (1 - chance)).sum()) + _STRATUM_TIGHT
        step = max(-1.0, min(1.0, slope / bend))
        value -= step
        if abs(step) < 1e-5:
            break
    return value


def _claims(totals: Floats, groups: NDArray[np.int32]) -> Floats:
    """Return log(1 + what the other candidates of the group claim together)."""
    odds = np.exp(np.clip(totals, -30, 30))
    together = np.bincount(groups, odds)[groups] if len(groups) else odds
    return np.log1p(np.maximum(0.0, together - odds))


def _newton(design: Floats, truths: Floats) -> Floats:
    beta, target = np.array([0.0, 1.0, 0.0]), np.array([0.0, 1.0, 0.0])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(design @ beta, -30, 30)))
        gradient = design.T @ (chance - truths) + _TIGHT * (beta - target)
        bend = (design * (chance * (1 - chance))[:, None]).T @ design + np.diag(_TIGHT)
        step = np.clip(np.linalg.solve(bend, gradient), -1, 1)
        beta = beta - step
        if np.abs(step).max() < 1e-5:
            break
    return beta
