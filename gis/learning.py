"""Learn what evidence is worth from decisions: a logistic model over classes of measures, kept additive.

Corrections to the careful prior are found by maximum a posteriori (Newton's method on the penalised
log-likelihood): each is drawn to nothing, those of a single service harder than those of all (hierarchical
shrinkage), so that ten decisions change little and ten thousand decide. NumPy, at learning time only.
"""

from __future__ import annotations

import zlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from gis import calibration, companies, duplicates, evidence, newton
from gis.correction import BY_KIND
from gis.duplicates import Score
from gis.learned import Key, Learned, pair, stratum_of
from gis.newton import Codes, Floats
from gis.replay import Trial
from gis.sighting import Candidate, Sighting
from gis.weights import Weights

# How hard a correction is drawn to nothing: the inverse of its variance in squared log-odds.
_TIGHT = {
    "prior": 0.02,
    "channel": 2.0,
    "around": 1.0,
    "nearer": 1.0,
    "fresher": 1.0,
    "together": 4.0,
    "along": 1.0,
    "across": 1.0,
}
_USUAL = 0.6
_KIND_LEVEL, _PAIR = 4.0, 2.0
# Below so many true pairs a service has no curve of its own, only how often its things are repeated.
_LEAST_OF_KIND = 6
# Of far pairs that are not one thing, one in so many is kept, and weighs as many.
_THIN = 8
_NEAR_M = 90.0
_REFUSED = 3
_CONFUSED_M, _DOUBT, _BASE_RATE, _LEAST_CONFUSED = 60.0, 10.0, 0.02, 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How freely to learn: `tight` multiplies all tightness but `kind_prior`, of a service's own frequency.

    Terms that are left out are not learned; `has_shifts` says whether each stratum is calibrated once more.
    """

    tight: float = 1.0
    kind_prior: float = 2.0
    leaves_out: frozenset[str] = frozenset()
    has_shifts: bool = True


# The prior knows much of what intake asks, and little of a city's file, where everything within 250 m is
# compared and one repeat in two is labelled: less is taken from it (figures in docs/howto/duplicates.md).
AT_INTAKE = Manner()
OF_A_FILE = Manner(tight=0.5, kind_prior=0.25, leaves_out=frozenset(["together"]), has_shifts=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """What was learned, and from how much."""

    learned: Learned
    trials: int
    pairs: int
    same: int


@dataclass(kw_only=True, slots=True)
class _Column:
    """One class of corrections: of each row the code of its class, -1 for none."""

    tight: float
    codes: array[int] = field(default_factory=lambda: array("i"))
    names: dict[tuple[str, ...], int] = field(default_factory=dict)

    def put(self, *name: str) -> None:
        self.codes.append(self.names.setdefault(name, len(self.names)))


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
    design = _Design(replace(base, learned=start), manner)
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


class _Design:
    """The rows of the regression, kept as codes: every row has at most one class of each column."""

    def __init__(self, weights: Weights, manner: Manner) -> None:
        self._weights, self._manner = weights, manner
        self._columns: dict[str, _Column] = {}
        self._offset, self._truth, self._weight = array("d"), array("b"), array("f")
        self._of_kind: dict[str, int] = {}

    @property
    def rows(self) -> int:
        return len(self._offset)

    def count_same(self) -> int:
        return sum(self._truth)

    def add(self, trial: Trial) -> None:
        seen = trial.report.sighting
        around = companies.look_around(seen, trial.candidates)
        for case, company in zip(trial.candidates, around, strict=True):
            is_same = case.key in trial.same
            if case.key in trial.unclear and not is_same:
                continue
            weight = 1 if is_same or not _is_remote(seen, case) else _THIN
            if weight == _THIN and _is_left_out(str(case.key), trial.report.key):
                continue
            score = duplicates.score(seen, case, self._weights, company)
            if len(score.terms) == 1:  # unrelated and not near: never compared, so nothing to learn
                continue
            if is_same:
                self._of_kind[seen.kind] = self._of_kind.get(seen.kind, 0) + 1
            self._put(seen.kind, case, score)
            self._offset.append(score.total)
            self._truth.append(is_same)
            # A proposal that somebody refused is a decision; not to have linked two may be an oversight.
            self._weight.append(_REFUSED if case.key in trial.refused and not is_same else weight)

    def _put(self, kind: str, candidate: Candidate, score: Score) -> None:
        row = self.rows
        relation = next((term.level for term in score.terms if term.name == "service"), "same")
        manner = self._manner
        for term in score.terms:
            if term.name in manner.leaves_out:
                continue
            self._column(term.name, manner.tight * _TIGHT.get(term.name, _USUAL), row).put(term.level)
            if term.name in BY_KIND and (term.name == "prior" or relation == "same"):
                tight = manner.kind_prior if term.name == "prior" else manner.tight * _KIND_LEVEL
                self._column(f"kind {term.name}", tight, row).put(kind, term.level)
        if relation != "same":
            self._column("pair", manner.tight * _PAIR, row).put(*pair(kind, candidate.kind))

    def _column(self, name: str, tight: float, row: int) -> _Column:
        column = self._columns.setdefault(name, _Column(tight=tight))
        column.codes.extend([-1] * (row - len(column.codes)))
        return column

    def solve(self, start: Learned, version: str) -> Learned:
        names = list(self._columns)
        codes = [self._codes(name) for name in names]
        sizes = [max(1, len(self._columns[name].names)) for name in names]
        tight = np.concatenate(
            [np.full(size, self._columns[name].tight) for name, size in zip(names, sizes, strict=True)]
        )
        values = newton.solve(
            codes,
            sizes,
            tight,
            np.frombuffer(self._offset),
            np.frombuffer(self._truth, np.int8).astype(float),
            np.frombuffer(self._weight, np.float32).astype(float),
        )
        return self._gather(dict(zip(names, values, strict=True)), start, version)

    def _codes(self, name: str) -> Codes:
        column = self._columns[name]
        column.codes.extend([-1] * (self.rows - len(column.codes)))
        codes = np.frombuffer(column.codes, np.int32).astype(np.int64)
        if name.startswith("kind ") and name != "kind prior":
            rare = [code for key, code in column.names.items() if self._is_rare(key[0])]
            codes = np.where(np.isin(codes, rare), -1, codes)
        return codes

    def _is_rare(self, kind: str) -> bool:
        return self._of_kind.get(kind, 0) < _LEAST_OF_KIND

    def _gather(self, values: dict[str, Floats], start: Learned, version: str) -> Learned:
        levels = dict(start.levels)
        by_kind: dict[str, dict[Key, float]] = {kind: dict(own) for kind, own in start.by_kind.items()}
        pairs = dict(start.pairs)
        for name, key, value in self._told(values):
            if name == "pair":
                into, where = pairs, (key[0], key[1])
            elif name.startswith("kind "):
                into, where = by_kind.setdefault(key[0], {}), (name.removeprefix("kind "), key[1])
            else:
                into, where = levels, (name, key[0])
            into[where] = into.get(where, 0.0) + value
        return replace(start, version=version, levels=levels, by_kind=by_kind, pairs=pairs)

    def _told(self, values: dict[str, Floats]) -> Iterator[tuple[str, tuple[str, ...], float]]:
        for name, column in self._columns.items():
            for key, code in column.names.items():
                if abs(found := float(values[name][code])) >= 0.005:
                    yield name, key, found


def _is_remote(seen: Sighting, case: Candidate) -> bool:
    """Tell whether a pair is one of the many that nobody would take for one thing."""
    return (
        seen.kind != case.kind
        and seen.service != case.service
        or (evidence.distance_between(seen, case) or 0.0) > _NEAR_M
    )


def _is_left_out(one: str, other: str) -> bool:
    """Leave out all but one in `_THIN`, by the pair itself: the same file always gives the same weights."""
    return zlib.crc32(f"{one}>{other}".encode()) % _THIN != 0
