"""Learn what evidence is worth from decisions: a logistic model over classes of measures, kept additive.

Corrections to the careful prior are found by maximum a posteriori (Newton's method on the penalised
log-likelihood): each is drawn to nothing, those of a single service harder than those of all (hierarchical
shrinkage), so that ten decisions change little and ten thousand decide. NumPy, at learning time only.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gis import calibration, duplicates, evidence
from gis.design import AT_INTAKE, Design, Manner
from gis.learned import Key, Learned, pair, stratum_of
from gis.replay import Trial
from gis.weights import Weights

_CONFUSED_M, _DOUBT, _BASE_RATE, _LEAST_CONFUSED = 60.0, 10.0, 0.02, 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """What was learned, and from how much."""

    learned: Learned
    trials: int
    pairs: int
    same: int


def learn(trials: Iterable[Trial], base: Weights, version: str, manner: Manner = AT_INTAKE) -> Lesson:
    """Learn corrections to `base` from trials; what `base` had learned before is kept as the start.

    Raises ValueError when no trial, or every one, is a duplicate.
    """
    told = trials if isinstance(trials, Sequence) else list(trials)
    start = base.learned or Learned(version="none", levels={})
    start = replace(
        start,
        shift=0.0,
        scale=1.0,
        rivals=0.0,
        shifts={},
        confused={**start.confused, **_confusions(told, base)},
    )
    design = Design(replace(base, learned=start), manner)
    for trial in told:
        design.add(trial)
    same = design.count_same()
    if not 0 < same < design.rows:
        raise ValueError("learning needs reports that repeat a case and reports that do not")
    learned = design.solve(start, version)
    return Lesson(learned=learned, trials=len(told), pairs=design.rows, same=same)


def calibrate(trials: Iterable[Trial], weights: Weights) -> Learned:
    """Fit shift, scale, rivals and each stratum's shift on trials the corrections were not learned from."""
    assert weights.learned is not None
    plain = replace(weights, learned=replace(weights.learned, shift=0.0, scale=1.0, rivals=0.0, shifts={}))
    totals, truths, groups = array("d"), array("b"), array("i")
    strata: list[str] = []
    for number, trial in enumerate(trials):
        for each in duplicates.rank(trial.report.sighting, trial.candidates, plain, len(trial.candidates)):
            totals.append(each.score.total)
            truths.append(each.candidate.key in trial.same)
            groups.append(number)
            seen = trial.report.sighting
            strata.append(stratum_of(seen.service, seen.accuracy_m, each.candidate.accuracy_m))
    sums, right = np.frombuffer(totals), np.frombuffer(truths, np.int8).astype(float)
    found = calibration.fit(sums, right, np.frombuffer(groups, np.int32))
    told = found.tell(sums, np.frombuffer(groups, np.int32))
    shifts = calibration.fit_shifts(told, right, strata)
    return replace(weights.learned, shift=found.shift, scale=found.scale, rivals=found.rivals, shifts=shifts)


def _confusions(trials: Iterable[Trial], base: Weights) -> dict[Key, float]:
    """Find the services under which one thing was told: each pair with the share of near pairs that are one.

    The share is drawn to the base rate by `_DOUBT` pairs, and a pair seen less than three times is chance.
    """
    same: Counter[Key] = Counter()
    near: Counter[Key] = Counter()
    for trial in trials:
        seen = trial.report.sighting
        for case in trial.candidates:
            if seen.kind == case.kind or (seen.service, case.service) in base.compatible:
                continue
            is_same = case.key in trial.same
            if is_same or (evidence.distance_between(seen, case) or 0.0) <= _CONFUSED_M:
                key = pair(seen.kind, case.kind)
                near[key] += 1
                same[key] += is_same
    return {
        key: (count + _DOUBT * _BASE_RATE) / (near[key] + _DOUBT)
        for key, count in sorted(same.items())
        if count >= _LEAST_CONFUSED
    }
