"""How likely answers and positions are, by the generator's laws: what `optimum` weighs them with."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from tracker.catalogue.definitions import Question
from tracker.demo.request_plan import Noise


def agreement(value: object, votes: Sequence[object], ways: int, told: float) -> float:
    """The chance of an answer after others' about the same thing, over its chance from anybody."""
    right, guess = told + (1 - told) / ways, (1 - told) / ways
    # What is true: each answer given, or one that nobody gave.
    values = set(votes) | {value}
    weighed: dict[object, float] = {
        each: math.prod(right if vote == each else guess for vote in votes) for each in values
    }
    others = (ways - len(values)) * guess ** len(votes) if ways > len(values) else 0.0
    total = sum(weighed.values()) + others
    same = sum(worth * (right if each == value else guess) for each, worth in weighed.items())
    return float((same + others * guess) / total * ways)


def ways(question: Question) -> int:
    """How many answers the generator draws from, all as likely; 1 where what is said is not of the thing."""
    options = len(question.options)
    match question.datatype:
        case "singlevaluelist":
            return options
        case "multivaluelist" if options:
            return sum(math.comb(options, size) for size in (1, 2) if size <= options)
        case "number":
            return 6
        case "datetime":
            return 6
        case _:
            return 5000 if question.code == "poteau" else 1


def spreads(plan: Noise, method: str, accuracy_m: float) -> list[tuple[float, float]]:
    """The spreads a position may have been drawn with, in metres, each with its chance."""
    if method == "pin":
        return [(plan.fixed_m if accuracy_m <= 6 else plan.pin_m, 1.0)]
    share, median, sigma = plan.tail
    drawn = [(spread, weight) for weight, spread in plan.mobile]
    steps = np.exp(np.linspace(-2, 2, 17) * sigma) * median / math.sqrt(2)
    bell = np.exp(-(np.linspace(-2, 2, 17) ** 2) / 2)
    drawn += [(float(s), float(share * b)) for s, b in zip(steps, bell / bell.sum(), strict=True)]
    # The telephone says 0.8 to 1.6 times its own spread, in whole metres from four up.
    fitting = [(spread, weight / (0.8 * spread) * _overlap(spread, accuracy_m)) for spread, weight in drawn]
    total = sum(weight for _, weight in fitting)
    if total <= 0:
        return [(accuracy_m / 1.2, 1.0)]
    return [(spread, weight / total) for spread, weight in fitting if weight > 0]


def _overlap(spread: float, told_m: float) -> float:
    low = -math.inf if told_m <= 4 else told_m - 0.5
    return max(0.0, min(1.6 * spread, told_m + 0.5) - max(0.8 * spread, low))
