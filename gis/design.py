"""What decisions are learned from, as rows of a regression: of each pair the classes its measures fall in.

A repeat whose case no label names is a row for each of its candidates, of which one at most is right: which
one is weighed by what was learned so far, and learned from again (expectation and maximisation).
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from gis import companies, duplicates, evidence, newton
from gis.correction import BY_KIND
from gis.duplicates import Score
from gis.learned import Key, Learned, pair
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
_KIND_LEVEL, _KIND_CHANNEL, _PAIR = 4.0, 2.0, 2.0
# Below so many true pairs a service has no curve of its own, only how often its things are repeated.
_LEAST_OF_KIND = 6
# Of far pairs that are not one thing, one in so many is kept, and weighs as many.
_THIN = 8
_NEAR_M = 90.0
_REFUSED = 3
# What a repeat of something unnamed may repeat beside its candidates has these odds: older, or farther off.
_ELSEWHERE = 0.1
_ROUNDS, _LEAST_SHARE = 3, 0.02
_NOBODY = -1


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How freely to learn: `tight` multiplies all tightness but `kind_prior`, of a service's own frequency.

    Terms that are left out are not learned; `has_shifts` says whether each stratum is calibrated once more,
    `has_channels` whether a service's own frequency is learned for each channel it is told by as well.
    """

    tight: float = 1.0
    kind_prior: float = 2.0
    leaves_out: frozenset[str] = frozenset()
    has_shifts: bool = True
    has_channels: bool = False


# The prior knows much of what intake asks, and little of a city's file, where everything within 250 m is
# compared and one repeat in two is labelled: less is taken from it (figures in docs/howto/duplicates.md).
AT_INTAKE = Manner()
OF_A_FILE = Manner(
    tight=0.5, kind_prior=0.25, leaves_out=frozenset(["together"]), has_shifts=False, has_channels=True
)


@dataclass(kw_only=True, slots=True)
class _Column:
    """One class of corrections: of each row the code of its class, -1 for none."""

    tight: float
    codes: array[int] = field(default_factory=lambda: array("i"))
    names: dict[tuple[str, ...], int] = field(default_factory=dict)

    def put(self, *name: str) -> None:
        self.codes.append(self.names.setdefault(name, len(self.names)))


class Design:
    """The rows of the regression, kept as codes: every row has at most one class of each column."""

    def __init__(self, weights: Weights, manner: Manner) -> None:
        self._weights, self._manner = weights, manner
        self._columns: dict[str, _Column] = {}
        self._offset, self._truth, self._weight = array("d"), array("b"), array("f")
        self._kinds: list[str] = []
        self._orphan = array("i")  # the number of the report where its case is not known
        self._orphans = 0

    @property
    def rows(self) -> int:
        """Count the pairs."""
        return len(self._offset)

    def count_same(self) -> int:
        """Count the pairs that decisions say are one."""
        return sum(self._truth)

    def add(self, trial: Trial) -> None:
        """Add a report with its candidates, each a row; what teaches nothing is left out."""
        seen = trial.report.sighting
        orphan = self._orphans if trial.is_orphan else _NOBODY
        self._orphans += trial.is_orphan
        around = companies.look_around(seen, trial.candidates)
        for case, company in zip(trial.candidates, around, strict=True):
            is_same = case.key in trial.same
            if not trial.is_orphan and not is_same and (trial.is_unclear or case.key in trial.unclear):
                continue
            is_thinned = not (is_same or trial.is_orphan) and _is_remote(seen, case)
            if is_thinned and _is_left_out(str(case.key), trial.report.key):
                continue
            score = duplicates.score(seen, case, self._weights, company)
            if len(score.terms) == 1:  # unrelated and not near: never compared, so nothing to learn
                continue
            self._put(seen, case, score)
            self._offset.append(score.total)
            self._truth.append(is_same)
            self._kinds.append(seen.kind)
            self._orphan.append(orphan)
            # A proposal that somebody refused is a decision; not to have linked two may be an oversight.
            is_refused = case.key in trial.refused and not is_same
            self._weight.append(_REFUSED if is_refused else _THIN if is_thinned else 1)

    def _put(self, seen: Sighting, candidate: Candidate, score: Score) -> None:
        row, kind, manner = self.rows, seen.kind, self._manner
        relation = next((term.level for term in score.terms if term.name == "service"), "same")
        for term in score.terms:
            if term.name in manner.leaves_out:
                continue
            self._column(term.name, manner.tight * _TIGHT.get(term.name, _USUAL), row).put(term.level)
            if term.name in BY_KIND and (term.name == "prior" or relation == "same"):
                tight = manner.kind_prior if term.name == "prior" else manner.tight * _KIND_LEVEL
                self._column(f"kind {term.name}", tight, row).put(kind, term.level)
        if manner.has_channels and seen.channel:
            self._column("by prior", _KIND_CHANNEL, row).put(kind, seen.channel)
        if relation != "same":
            self._column("pair", manner.tight * _PAIR, row).put(*pair(kind, candidate.kind))

    def _column(self, name: str, tight: float, row: int) -> _Column:
        column = self._columns.setdefault(name, _Column(tight=tight))
        column.codes.extend([-1] * (row - len(column.codes)))
        return column

    def solve(self, start: Learned, version: str) -> Learned:
        """Return `start` with the corrections that were found."""
        truth = np.frombuffer(self._truth, np.int8).astype(float)
        weight = np.frombuffer(self._weight, np.float32).astype(float)
        orphan = np.frombuffer(self._orphan, np.int32).astype(np.int64)
        is_open = (orphan != _NOBODY) & (truth == 0)
        known = np.where(is_open, 0.0, weight)
        values, sums = self._fit(truth, known)
        for _ in range(_ROUNDS if is_open.any() else 0):
            shares = _shares(sums[is_open], orphan[is_open])
            truth[is_open] = shares
            known[is_open] = np.where(shares > _LEAST_SHARE, 1.0, 0.0)
            values, sums = self._fit(truth, known, values)
        return self._gather(dict(zip(self._columns, values, strict=True)), start, version)

    def _fit(
        self, truth: Floats, weight: Floats, begin: list[Floats] | None = None
    ) -> tuple[list[Floats], Floats]:
        """Return the corrections of each column, and with them the sum of every row."""
        rare = self._rare_kinds(truth)
        codes = [self._codes(name, rare) for name in self._columns]
        sizes = [max(1, len(column.names)) for column in self._columns.values()]
        each = zip(sizes, self._columns.values(), strict=True)
        tight = np.concatenate([np.full(size, column.tight) for size, column in each])
        offset = np.frombuffer(self._offset)
        values = newton.solve(codes, sizes, tight, offset, truth, weight, begin)
        return values, newton.sums(codes, values, offset)

    def _codes(self, name: str, rare: frozenset[str]) -> Codes:
        column = self._columns[name]
        column.codes.extend([-1] * (self.rows - len(column.codes)))
        codes = np.frombuffer(column.codes, np.int32).astype(np.int64)
        if name.startswith("kind ") and name != "kind prior":
            few = [code for key, code in column.names.items() if key[0] in rare]
            codes = np.where(np.isin(codes, few), -1, codes)
        return codes

    def _rare_kinds(self, truth: Floats) -> frozenset[str]:
        counts = dict.fromkeys(self._kinds, 0)
        for row in np.flatnonzero(truth > 0.5):
            counts[self._kinds[row]] += 1
        return frozenset(kind for kind, count in counts.items() if count < _LEAST_OF_KIND)

    def _gather(self, values: dict[str, Floats], start: Learned, version: str) -> Learned:
        levels = dict(start.levels)
        by_kind: dict[str, dict[Key, float]] = {kind: dict(own) for kind, own in start.by_kind.items()}
        pairs = dict(start.pairs)
        for name, key, value in self._told(values):
            if name == "pair":
                into, where = pairs, (key[0], key[1])
            elif name.startswith(("kind ", "by ")):
                into, where = by_kind.setdefault(key[0], {}), (name.partition(" ")[2], key[1])
            else:
                into, where = levels, (name, key[0])
            into[where] = into.get(where, 0.0) + value
        return replace(start, version=version, levels=levels, by_kind=by_kind, pairs=pairs)

    def _told(self, values: dict[str, Floats]) -> Iterator[tuple[str, tuple[str, ...], float]]:
        for name, column in self._columns.items():
            for key, code in column.names.items():
                if abs(found := float(values[name][code])) >= 0.005:
                    yield name, key, found


def _shares(sums: Floats, groups: Codes) -> Floats:
    """Return how likely each candidate is the one its report repeats, which may be none of them."""
    odds = np.exp(np.clip(sums, -30, 10))
    return np.asarray(odds / (_ELSEWHERE + np.bincount(groups, odds)[groups]))


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
