"""Logistic regression on classes: every row has at most one class of each column, so counts are enough."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]
_STEPS = 15


def solve(
    codes: list[Codes],
    sizes: list[int],
    tight: Floats,
    offset: Floats,
    truth: Floats,
    weight: Floats,
    begin: list[Floats] | None = None,
) -> list[Floats]:
    """Return the corrections of each column, by Newton's method with steps kept below two.

    `codes` give each row's class in every column, -1 for none; `sizes` how many classes each has. `tight` is
    the inverse variance of every correction about nothing, `offset` the log-odds of each row before. The
    answer is the same wherever the steps `begin`; near it they are few.
    """
    starts = np.cumsum([0, *sizes])
    beta = np.zeros(starts[-1]) if begin is None else np.concatenate(begin)
    for _ in range(_STEPS):
        eta = sums(codes, [beta[one:end] for one, end in pairwise(starts)], offset)
        chance = 1 / (1 + np.exp(-np.clip(eta, -30, 30)))
        gradient, curvature = _derivatives(
            codes, sizes, weight * (chance - truth), weight * chance * (1 - chance)
        )
        gradient += tight * beta
        curvature[np.diag_indices_from(curvature)] += tight
        step = np.clip(np.linalg.solve(curvature, gradient), -2, 2)
        beta -= step
        if np.abs(step).max() < 1e-3:
            break
    return [beta[starts[i] : starts[i + 1]] for i in range(len(sizes))]


def sums(codes: list[Codes], values: list[Floats], offset: Floats) -> Floats:
    """Return the log-odds of each row with what was found for its classes."""
    eta = offset.copy()
    for code, found in zip(codes, values, strict=True):
        eta += np.append(found, 0.0)[code]
    return eta


def _derivatives(codes: list[Codes], sizes: list[int], slope: Floats, bend: Floats) -> tuple[Floats, Floats]:
    """Return gradient and Hessian; a block of two columns is a table of counts, never a wide matrix."""
    starts = np.cumsum([0, *sizes])
    gradient, curvature = np.zeros(starts[-1]), np.zeros((starts[-1], starts[-1]))
    known = [code >= 0 for code in codes]
    for i, code in enumerate(codes):
        mine, here = slice(starts[i], starts[i + 1]), known[i]
        gradient[mine] = np.bincount(code[here], slope[here], sizes[i])
        np.fill_diagonal(curvature[mine, mine], np.bincount(code[here], bend[here], sizes[i]))
        for j in range(i):
            both = here & known[j]
            flat = code[both] * sizes[j] + codes[j][both]
            block = np.bincount(flat, bend[both], sizes[i] * sizes[j]).reshape(sizes[i], sizes[j])
            theirs = slice(starts[j], starts[j + 1])
            curvature[mine, theirs], curvature[theirs, mine] = block, block.T
    return gradient, curvature
